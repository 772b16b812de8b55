//! The tasks that everybody sees first: told one by one, with days counted from today.

use app::domain::{
    import::{
        dates,
        mapping::DateOrder,
        plan::{PlannedCard, PlannedChecklist, PlannedDue, PlannedItem},
    },
    task::{Category, Priority, Status},
};
use chrono::Duration;

use super::past::{Board, Stop};

/// Labels and their slots of the palette.
pub const LABELS: [(&str, u8); 5] = [("Reporting", 1), ("Ops", 2), ("Data", 3), ("Design", 4), ("Security", 6)];

/// One told task.
struct Told {
    number: &'static str,
    title: &'static str,
    labels: &'static [&'static str],
    priority: Priority,
    people: &'static [&'static str],
    due: Due,
    /// Ticked and all items.
    checklist: (usize, usize),
    comments: usize,
    /// Days before today on which it was created and on which it came to each of its lists.
    created: i64,
    path: &'static [(Status, i64)],
}

/// Days from today, with a time or without.
enum Due {
    None,
    On(i64),
    At(i64, &'static str),
}

use Priority::{High, Low, Medium, Urgent};
use Status::{Done, Pending, Progress, Todo};

/// In the order of the board: list by list, from the top.
const TOLD: [Told; 17] = [
    Told {
        number: "T-214",
        title: "Draft the November report for the steering group",
        labels: &["Reporting"],
        priority: High,
        people: &["MK"],
        due: Due::At(0, "17:00"),
        checklist: (2, 5),
        comments: 3,
        created: 11,
        path: &[],
    },
    Told {
        number: "T-219",
        title: "Rotate SMTP credentials before the relay change",
        labels: &["Ops"],
        priority: Urgent,
        people: &["JO"],
        due: Due::On(-2),
        checklist: (0, 0),
        comments: 1,
        created: 9,
        path: &[],
    },
    Told {
        number: "T-221",
        title: "Collect attendance numbers from the four regions",
        labels: &["Data"],
        priority: Medium,
        people: &["AL", "RS"],
        due: Due::On(1),
        checklist: (1, 4),
        comments: 0,
        created: 8,
        path: &[],
    },
    Told {
        number: "T-198",
        title: "Charts at 2× for the e-mail report",
        labels: &["Reporting", "Design"],
        priority: High,
        people: &["AL"],
        due: Due::On(2),
        checklist: (4, 6),
        comments: 5,
        created: 18,
        path: &[(Progress, 6)],
    },
    Told {
        number: "T-201",
        title: "Move the archive to the bare Git repository",
        labels: &["Ops"],
        priority: High,
        people: &["JO"],
        due: Due::On(0),
        checklist: (0, 0),
        comments: 2,
        created: 17,
        path: &[(Progress, 5)],
    },
    Told {
        number: "T-205",
        title: "Two-factor sign-in with recovery codes",
        labels: &["Security"],
        priority: Medium,
        people: &["RS", "MK"],
        due: Due::On(10),
        checklist: (3, 7),
        comments: 8,
        created: 16,
        path: &[(Progress, 12), (Pending, 9), (Progress, 4)],
    },
    Told {
        number: "T-188",
        title: "Waiting for the data-protection review of the export",
        labels: &["Security"],
        priority: High,
        people: &["RS"],
        due: Due::On(-12),
        checklist: (0, 0),
        comments: 4,
        created: 24,
        path: &[(Progress, 20), (Pending, 17)],
    },
    Told {
        number: "T-193",
        title: "Ask the hosting team for a second relay address",
        labels: &["Ops"],
        priority: Medium,
        people: &["JO"],
        due: Due::On(3),
        checklist: (0, 0),
        comments: 1,
        created: 20,
        path: &[(Progress, 10), (Pending, 6)],
    },
    Told {
        number: "T-176",
        title: "Retry with back-off when the relay answers 4xx",
        labels: &["Ops"],
        priority: High,
        people: &["JO"],
        due: Due::None,
        checklist: (5, 5),
        comments: 6,
        created: 27,
        path: &[(Progress, 12), (Done, 3)],
    },
    Told {
        number: "T-226",
        title: "Rewrite the empty state of the archive so a first-time reader knows what will appear here and when",
        labels: &["Design"],
        priority: Low,
        people: &[],
        due: Due::None,
        checklist: (0, 0),
        comments: 0,
        created: 6,
        path: &[],
    },
    Told {
        number: "T-227",
        title: "Add the cost centre to the invoice template",
        labels: &[],
        priority: Medium,
        people: &["RS"],
        due: Due::On(7),
        checklist: (0, 0),
        comments: 2,
        created: 5,
        path: &[],
    },
    Told {
        number: "T-229",
        title: "Read the weekly digest aloud once, on a phone",
        labels: &["Reporting"],
        priority: Low,
        people: &["MK"],
        due: Due::On(11),
        checklist: (0, 0),
        comments: 0,
        created: 3,
        path: &[],
    },
    Told {
        number: "T-207",
        title: "Keyboard path for moving a task between lists",
        labels: &["Design"],
        priority: Medium,
        people: &["AL"],
        due: Due::None,
        checklist: (0, 0),
        comments: 1,
        created: 14,
        path: &[(Progress, 4)],
    },
    Told {
        number: "T-210",
        title: "Translate the weekly digest into Slovene",
        labels: &[],
        priority: Low,
        people: &["MK"],
        due: Due::On(16),
        checklist: (0, 0),
        comments: 0,
        created: 13,
        path: &[(Progress, 3)],
    },
    Told {
        number: "T-181",
        title: "Weekly digest: one sentence per change",
        labels: &["Reporting"],
        priority: Medium,
        people: &["MK", "AL"],
        due: Due::None,
        checklist: (0, 0),
        comments: 2,
        created: 26,
        path: &[(Progress, 11), (Pending, 7), (Done, 4)],
    },
    Told {
        number: "T-183",
        title: "Contrast check of both themes in CI",
        labels: &["Design"],
        priority: Low,
        people: &["AL"],
        due: Due::None,
        checklist: (0, 0),
        comments: 0,
        created: 25,
        path: &[(Progress, 9), (Done, 5)],
    },
    Told {
        number: "T-185",
        title: "Send the October figures to the auditors",
        labels: &["Reporting", "Data"],
        priority: Medium,
        people: &["MK"],
        due: Due::On(-6),
        checklist: (0, 0),
        comments: 1,
        created: 24,
        path: &[(Progress, 10), (Done, 6)],
    },
];

const ITEMS: [&str; 7] = [
    "Agree on the scope",
    "Collect what is there",
    "Write a first version",
    "Check it with two people",
    "Mend what they found",
    "Write down how it is done",
    "Tell everybody",
];

const COMMENTS: [&str; 8] = [
    "I have started with the part that others wait for.",
    "The numbers of last month are in the shared folder.",
    "Looks good to me. One question: who reads this first?",
    "Talked to them on the phone, they answer by Thursday.",
    "Tried it on a small screen, the second line is too long.",
    "Agreed in the meeting: we do it the simple way.",
    "This depends on the relay change, see there.",
    "Done on my side, over to you.",
];

/// Puts the first `most` of the told tasks on the board.
pub fn tell(board: &mut Board, most: usize) {
    for told in TOLD.iter().take(most) {
        let due = due(board, &told.due);
        let card = PlannedCard {
            source_id: told.number.into(),
            number: super::number(told.number),
            title: told.title.into(),
            description: description(told),
            due,
            due_complete: false,
            priority: Some(told.priority),
            // The one to be proud of this month.
            category: (told.number == "T-176").then_some(Category::Highlight),
            labels: told.labels.iter().map(|label| (*label).into()).collect(),
            people: told.people.iter().map(|person| (*person).into()).collect(),
            column: told.path.last().map_or(Todo, |(status, _)| *status).as_str().into(),
            checklists: checklist(told.checklist),
            comments: Vec::new(),
            archived: false,
            created_at: board.working_time(told.created),
            updated_at: board.now,
            rest: None,
        };
        let stops: Vec<Stop> =
            told.path.iter().map(|(status, days)| Stop { status: *status, at: board.working_time(*days) }).collect();
        let texts = COMMENTS.iter().cycle().skip(told.number.len() + told.comments).take(told.comments);
        board.put(card, &stops, texts.map(|text| (*text).to_owned()).collect());
    }
}

fn due(board: &Board, due: &Due) -> Option<PlannedDue> {
    let (days, time) = match due {
        Due::None => return None,
        Due::On(days) => (*days, ""),
        Due::At(days, time) => (*days, *time),
    };
    let day = (board.now + Duration::days(days)).format("%Y-%m-%d");
    dates::parse(format!("{day} {time}").trim(), DateOrder::DayFirst, super::ZONE.parse().ok()?)
}

fn checklist((ticked, all): (usize, usize)) -> Vec<PlannedChecklist> {
    if all == 0 {
        return Vec::new();
    }
    let items = ITEMS
        .iter()
        .take(all)
        .enumerate()
        .map(|(place, text)| PlannedItem { text: (*text).into(), done: place < ticked, done_at: None })
        .collect();
    vec![PlannedChecklist { name: String::new(), items }]
}

fn description(told: &Told) -> String {
    match told.number {
        "T-214" => "What the group wants to know, in this order:\n\n1. What is finished, against October.\n2. What waits, and for whom.\n3. What we need from them.\n\nTwo pages at most. The charts come from the **weekly report**.".into(),
        "T-219" => "The old credentials end with the relay change. Make new ones, store them, send a test mail, then revoke the old ones.".into(),
        "T-188" => "The office has the description of the export since the 6th. They answer in writing; until then nothing leaves the house.".into(),
        "T-205" => "- codes from an app\n- ten recovery codes, shown once\n- a way back for somebody who lost both, through an administrator".into(),
        _ => String::new(),
    }
}
