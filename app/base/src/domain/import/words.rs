//! Guesses from words: which status a list's name means, which priority a word, which hue a colour.

use crate::domain::task::{Category, Priority, Status};

/// "1 card", "2 cards".
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// The status that the name of a list suggests, if any of its words is known.
///
/// Later stages win over earlier ones, so that "Ready for review" waits and "Testing done" is finished.
pub fn status_of_list(name: &str) -> Option<Status> {
    let text = plain(name);
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let any = |known: &[&str]| words.iter().any(|word| known.contains(word));
    if NOT_BEGUN.iter().any(|phrase| contains_phrase(&text, phrase)) {
        Some(Status::Todo)
    } else if any(COMPLETED) {
        Some(Status::Done)
    } else if any(PENDING) || contains_phrase(&text, "on hold") {
        Some(Status::Pending)
    } else if any(IN_PROGRESS) || contains_phrase(&text, "in arbeit") || contains_phrase(&text, "v teku") {
        Some(Status::Progress)
    } else if any(TODO) || contains_phrase(&text, "to do") {
        Some(Status::Todo)
    } else {
        None
    }
}

/// Statuses for the lists of a board in their order. A name that says nothing takes the status of the
/// list to its left, except that nothing follows "Completed" by neighbourhood.
pub fn statuses_of_lists<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Status> {
    let mut left = Status::Todo;
    names
        .into_iter()
        .map(|name| {
            let status = status_of_list(name).unwrap_or(match left {
                Status::Done => Status::Todo,
                other => other,
            });
            left = status;
            status
        })
        .collect()
}

/// The priority that a word means: names, numbers (P1 to P4, 1 highest) and the usual synonyms.
pub fn priority_of_word(word: &str) -> Option<Priority> {
    let text = plain(word);
    let text = text.trim_end_matches(" priority").trim_start_matches("priority ");
    match text {
        "urgent" | "critical" | "blocker" | "highest" | "asap" | "p0" | "p1" | "1" | "dringend" | "kritisch"
        | "nujno" => Some(Priority::Urgent),
        "high" | "important" | "major" | "p2" | "2" | "hoch" | "visoka" => Some(Priority::High),
        "medium" | "normal" | "moderate" | "default" | "none" | "p3" | "3" | "mittel" | "srednja" => {
            Some(Priority::Medium)
        }
        "low" | "lowest" | "minor" | "trivial" | "p4" | "p5" | "4" | "5" | "niedrig" | "nizka" => Some(Priority::Low),
        _ => None,
    }
}

/// The priority that a label states. Stricter than [`priority_of_word`]: a label "2" or "none" says nothing.
pub fn priority_of_label(name: &str) -> Option<Priority> {
    let text = plain(name);
    let says_it = text.contains("priority")
        || matches!(text.as_str(), "urgent" | "critical" | "blocker" | "asap" | "p0" | "p1" | "p2" | "p3" | "p4");
    says_it.then(|| priority_of_word(name)).flatten()
}

/// The part of a report that a word in a category column means.
pub fn category_of_word(word: &str) -> Option<Category> {
    match plain(word).as_str() {
        "ordinary" | "normal" | "none" | "task" => Some(Category::Ordinary),
        "accomplishment" | "achievement" | "accomplished" => Some(Category::Accomplishment),
        "highlight" | "key" | "milestone" => Some(Category::Highlight),
        _ => None,
    }
}

/// Whether a cell says yes or no.
pub fn answer_of_word(word: &str) -> Option<bool> {
    match plain(word).as_str() {
        "yes" | "true" | "1" | "x" | "y" | "archived" | "closed" | "ja" | "da" => Some(true),
        "no" | "false" | "0" | "n" | "open" | "active" | "nein" | "ne" => Some(false),
        _ => None,
    }
}

/// Slot 1 to 6 of the label palette (teal, sienna, sky, rose, moss, plum) nearest to a named colour.
/// Shades ("green_dark") follow their colour; without a colour the name decides, the same way each time.
pub fn hue_of_colour(colour: Option<&str>, name: &str) -> u8 {
    let base = colour.unwrap_or_default().split('_').next().unwrap_or_default();
    match base {
        "green" | "teal" => 1,
        "orange" | "brown" => 2,
        "blue" | "sky" => 3,
        "red" | "pink" => 4,
        "yellow" | "lime" => 5,
        "purple" | "black" => 6,
        _ => {
            let sum = name.bytes().fold(7u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
            u8::try_from(sum % 6).unwrap_or_default() + 1
        }
    }
}

/// Lower case, everything but letters and digits turned into single spaces.
pub fn plain(text: &str) -> String {
    let spaced: String =
        text.chars().flat_map(char::to_lowercase).map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn contains_phrase(text: &str, phrase: &str) -> bool {
    format!(" {text} ").contains(&format!(" {phrase} "))
}

const NOT_BEGUN: &[&str] = &[
    "not started",
    "not done",
    "not begun",
    "undone",
    "to be done",
    "should be done",
    "must be done",
    "could be done",
];
const COMPLETED: &[&str] = &[
    "done",
    "complete",
    "completed",
    "closed",
    "finished",
    "shipped",
    "released",
    "resolved",
    "deployed",
    "delivered",
    "archive",
    "archived",
    "published",
    "accepted",
    "fixed",
    "erledigt",
    "fertig",
    "abgeschlossen",
    "končano",
    "zaključeno",
    "opravljeno",
];
const PENDING: &[&str] = &[
    "pending",
    "waiting",
    "wait",
    "review",
    "reviewing",
    "test",
    "tests",
    "testing",
    "qa",
    "qc",
    "blocked",
    "blocker",
    "hold",
    "held",
    "paused",
    "parked",
    "verify",
    "verification",
    "validation",
    "approval",
    "feedback",
    "staging",
    "stuck",
    "delegated",
    "wartet",
    "warten",
    "blockiert",
    "čaka",
];
const IN_PROGRESS: &[&str] = &[
    "progress",
    "doing",
    "wip",
    "working",
    "active",
    "started",
    "ongoing",
    "development",
    "developing",
    "dev",
    "implementing",
    "implementation",
    "inprogress",
];
const TODO: &[&str] = &[
    "todo", "backlog", "open", "new", "next", "ready", "ideas", "idea", "inbox", "planned", "planning", "later",
    "someday", "requests", "icebox", "upcoming", "triage", "queue", "offen", "geplant", "odprto",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_real_boards_find_their_status() {
        let real = [
            "Product Backlog: User Story",
            "Product Backlog",
            "Current Sprint 1 Backlog",
            "To-Do",
            "In Progress",
            "Issues",
            "Testing/Review",
            "Done",
        ];
        use Status::{Done, Pending, Progress, Todo};
        assert_eq!(statuses_of_lists(real), [Todo, Todo, Todo, Todo, Progress, Progress, Pending, Done]);
    }

    #[test]
    fn later_stages_win_and_negations_do_not_count_as_done() {
        assert_eq!(status_of_list("Ready for review"), Some(Status::Pending));
        assert_eq!(status_of_list("Testing done ✔"), Some(Status::Done));
        assert_eq!(status_of_list("Not started"), Some(Status::Todo));
        assert_eq!(status_of_list("To be done"), Some(Status::Todo));
        assert_eq!(status_of_list("IN_PROGRESS"), Some(Status::Progress));
        assert_eq!(status_of_list("On hold"), Some(Status::Pending));
        assert_eq!(status_of_list("Marketing"), None);
    }

    #[test]
    fn a_silent_name_after_the_last_list_is_not_finished_work() {
        assert_eq!(statuses_of_lists(["Done", "Notes"]), [Status::Done, Status::Todo]);
    }

    #[test]
    fn priorities_are_known_by_word_and_labels_only_when_they_say_so() {
        assert_eq!(priority_of_word("Highest"), Some(Priority::Urgent));
        assert_eq!(priority_of_word(" high priority "), Some(Priority::High));
        assert_eq!(priority_of_word("P3"), Some(Priority::Medium));
        assert_eq!(priority_of_word("soon"), None);
        assert_eq!(priority_of_label("High Priority"), Some(Priority::High));
        assert_eq!(priority_of_label("Urgent"), Some(Priority::Urgent));
        assert_eq!(priority_of_label("2"), None);
        assert_eq!(priority_of_label("Normal"), None);
    }

    #[test]
    fn every_colour_has_a_hue_from_one_to_six() {
        for colour in [
            "green",
            "yellow_dark",
            "orange",
            "red_light",
            "purple",
            "blue",
            "sky",
            "lime",
            "pink",
            "black",
            "unheard of",
        ] {
            assert!((1..=6).contains(&hue_of_colour(Some(colour), "x")), "{colour}");
        }
        assert_eq!(hue_of_colour(Some("green_dark"), ""), hue_of_colour(Some("green"), ""));
        assert_eq!(hue_of_colour(None, "Ops"), hue_of_colour(None, "Ops"));
    }
}
