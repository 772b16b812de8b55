//! What is said about moves and changes: in toasts, and to people who hear the page.

use crate::error::{AppError, FieldError, Problem};

/// A list and a place in it, as people count: from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub list: String,
    pub position: usize,
    pub of: usize,
}

impl Spot {
    fn words(&self) -> String {
        format!("{}, position {} of {}", self.list, self.position, self.of)
    }
}

/// A list and its place among the lists, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListSpot {
    pub name: String,
    pub position: usize,
    pub of: usize,
}

impl ListSpot {
    fn words(&self) -> String {
        format!("{} is list {} of {}", self.name, self.position, self.of)
    }
}

/// An end of the board that a lifted card has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    Top,
    Bottom,
    /// The last of the cards that are loaded.
    Loaded,
    FirstList,
    LastList,
}

pub fn lifted(title: &str, at: &Spot) -> String {
    format!("Picked up “{title}”. {}. Use the arrow keys to move, Space to drop, Escape to cancel.", at.words())
}

pub fn passing(at: &Spot) -> String {
    format!("{}.", at.words())
}

pub const fn edge(edge: Edge) -> &'static str {
    match edge {
        Edge::Top => "First position.",
        Edge::Bottom => "Last position.",
        Edge::Loaded => "Last of the tasks that are loaded. End moves to the bottom of the list.",
        Edge::FirstList => "First list.",
        Edge::LastList => "Last list.",
    }
}

/// Where a card has gone, and what its new lane does to it.
pub fn moved(title: &str, from: &str, to: &Spot, effect: Option<&str>) -> String {
    let effect = effect.map(|effect| format!(" This {effect}.")).unwrap_or_default();
    format!("Moved “{title}” from {from} to {}.{effect} Press Control Z to undo.", to.words())
}

pub fn cancelled(title: &str, at: &Spot) -> String {
    format!("Movement cancelled. “{title}” is back in {}, position {}.", at.list, at.position)
}

pub fn undone(title: &str, at: &Spot) -> String {
    format!("Undone. “{title}” is back in {}, position {}.", at.list, at.position)
}

pub fn redone(title: &str, at: &Spot) -> String {
    format!("Done again. “{title}” is in {}, position {}.", at.list, at.position)
}

pub fn refused(title: &str, reason: &str, list: &str) -> String {
    format!("Not moved. {reason} “{title}” is back in {list}.")
}

/// A card was not moved, because others have put it away, or perhaps the list that it was moved to.
pub fn refused_gone(title: &str, is_shown: bool) -> String {
    let title = short(title);
    match is_shown {
        true => format!("Not moved. “{title}” or the list is not on the board any more."),
        false => format!("Not moved. “{title}” is not on the board any more."),
    }
}

/// A card was let go where it was.
pub fn let_be(title: &str) -> String {
    format!("“{title}” is where it was.")
}

/// A list in the hand was put back.
pub fn list_cancelled(at: &ListSpot) -> String {
    format!("Movement cancelled. {} again.", at.words())
}

/// Begins as the notice after a move by the list's menu does.
pub fn list_moved(at: &ListSpot) -> String {
    format!("Moved. {}. Press Control Z to undo.", at.words())
}

pub fn list_toast(at: &ListSpot) -> String {
    format!("Moved the list “{}” to place {} of {}", short(&at.name), at.position, at.of)
}

pub fn list_undone(at: &ListSpot) -> String {
    format!("Undone. {} again.", at.words())
}

pub fn list_redone(at: &ListSpot) -> String {
    format!("Done again. {}.", at.words())
}

pub fn list_refused(at: &ListSpot, reason: &str) -> String {
    format!("Not moved. {reason} {} again.", at.words())
}

pub fn over_limit(list: &str, count: u32, limit: u32) -> String {
    format!("{list} has {count} of {limit}.")
}

/// A hard limit lets nothing more in.
pub fn full(list: &str, count: u32, limit: u32) -> String {
    format!("{list} is full: {count} of {limit}.")
}

/// A hard limit lets some of several in, and so none of them.
pub fn no_room_for_all(list: &str, count: u32, limit: u32) -> String {
    match limit.saturating_sub(count) {
        0 => full(list, count, limit),
        more => format!("{list} takes only {more} more: it has {count} of {limit}."),
    }
}

/// What a move to another lane does, before and after it is done.
pub fn lane_toast(to: &str, effect: &str) -> String {
    format!("Moves to {to} and {effect}")
}

/// The toast after a move between lists.
pub fn moved_toast(title: &str, to: &str) -> String {
    format!("Moved “{}” to {to}", short(title))
}

/// The toast after a move within a list.
pub fn placed_toast(title: &str, position: usize) -> String {
    format!("Moved “{}” to position {position}", short(title))
}

pub fn archived_toast(title: &str) -> String {
    format!("Archived “{}”", short(title))
}

pub fn restored_toast(title: &str) -> String {
    format!("Restored “{}”", short(title))
}

/// A card by its title, or several by their number.
pub fn whom(title: Option<&str>, count: usize) -> String {
    match (title, count) {
        (Some(title), 0 | 1) => format!("“{}”", short(title)),
        (None, 1) => "1 task".into(),
        (_, count) => format!("{count} tasks"),
    }
}

pub fn moved_many(count: usize, to: &str) -> String {
    if count == 1 { format!("Moved 1 task to {to}") } else { format!("Moved {count} tasks to {to}") }
}

pub fn selected(count: usize, is_full: bool) -> String {
    match (count, is_full) {
        (0, _) => "Nothing selected.".into(),
        (count, false) => format!("{count} selected."),
        (count, true) => format!("{count} selected. No more can be selected at once."),
    }
}

/// After the filter has changed.
pub fn shown(shown: u32, total: u32) -> String {
    format!("{shown} of {total} tasks shown.")
}

/// A title is not taken back over what somebody wrote since.
pub fn renamed_since(title: &str) -> String {
    format!("Not undone: the task has been renamed since, and is called “{title}” now.")
}

/// A field is not taken back over what somebody set since; `now` goes on after the title.
pub fn changed_since(title: &str, now: &str) -> String {
    format!("Not undone: “{}” has been changed since, and {now} now.", short(title))
}

/// A move is not taken back over the move of somebody else.
pub fn moved_since(title: &str, to: &str) -> String {
    format!("Not undone: “{}” has been moved since, and is in {to} now.", short(title))
}

/// A step that does nothing any more.
pub fn nothing_to_repeat(is_undo: bool, title: Option<&str>) -> String {
    let whom = title.map_or_else(|| "it".to_owned(), |title| format!("“{}”", short(title)));
    let what = if is_undo { "undone" } else { "done again" };
    format!("Nothing was {what}: {whom} has changed since.")
}

/// Fields were set back, or again.
pub fn repeated(is_undo: bool, whom: &str) -> String {
    if is_undo { format!("Undone. {whom} as before.") } else { format!("Done again. {whom} changed.") }
}

/// Tasks whose making was undone are there again.
pub fn made_again(whom: &str) -> String {
    format!("Done again. Created {whom} again.")
}

/// A change is not taken back where somebody has changed the same since.
pub fn kept_since(is_undo: bool, count: u32) -> String {
    let what = if is_undo { "undone" } else { "done again" };
    match count {
        1 => format!("Not {what}: the task has been changed since."),
        count => format!("Not {what} for {count} tasks: they have been changed since."),
    }
}

/// The server did not take a step back, or again.
pub fn not_repeated(is_undo: bool, error: &AppError) -> String {
    let what = if is_undo { "undone" } else { "done again" };
    format!("Not {what}. {}", reason(error))
}

/// A step was taken back, or again, and what it was about is not on the page.
pub fn repeated_out_of_sight(is_undo: bool, whom: &str) -> String {
    let what = if is_undo { "Undone" } else { "Done again" };
    format!("{what}. Not on the board now: {whom}.")
}

/// The server did not archive it.
pub fn not_archived(title: &str, reason: &str, list: &str) -> String {
    format!("Not archived. {reason} “{title}” is back in {list}.")
}

/// Several cards stay where they are.
pub fn refused_many(count: usize, reason: &str) -> String {
    match count {
        1 => format!("Not moved. {reason} The task is where it was."),
        count => format!("Not moved. {reason} The {count} tasks are where they were."),
    }
}

/// The server did not take a change; `typed` is a title in it, which is not lost with the one that is shown again.
pub fn not_changed(whom: &str, typed: Option<&str>, error: &AppError) -> String {
    let typed = typed.map(|text| format!(" You wrote “{text}”.")).unwrap_or_default();
    match error {
        AppError::Conflict(conflict) => format!(
            "Not renamed. {} renamed it meanwhile to “{}”. You wrote “{}”.",
            conflict.by.as_deref().unwrap_or("Somebody else"),
            conflict.theirs,
            conflict.mine
        ),
        // Nothing is as before: others have put it away.
        AppError::NotFound => format!("Not changed. Not on the board any more: {whom}.{typed}"),
        error => format!("Not changed. {} {whom} as before.{typed}", reason(error)),
    }
}

/// Why the server did not take a change: also where somebody has taken away what the page still offers.
pub fn reason(error: &AppError) -> String {
    let why = |field: &FieldError| match (field.field.as_str(), &field.problem) {
        ("assignee", Problem::UnknownChoice) => "This person is not in the project any more".to_owned(),
        ("label", Problem::UnknownChoice) => "This label is not in the project any more".to_owned(),
        ("lane", Problem::UnknownChoice) => "This lane is not in the project any more".to_owned(),
        (_, problem) => problem.words(),
    };
    match error {
        AppError::Invalid(invalid) => {
            format!("{}.", invalid.fields.iter().map(why).collect::<Vec<_>>().join(". "))
        }
        error => error.words(),
    }
}

/// Two titles were left to choose from, and none was chosen.
pub fn title_put_off(theirs: &str, mine: &str) -> String {
    format!("Still called “{theirs}”. You wrote “{mine}”, which is not saved.")
}

/// A title that waited since an earlier page was not taken.
pub fn title_refused(text: &str, title: Option<&str>, error: &AppError) -> String {
    let of = title.map_or_else(|| "a title".to_owned(), |title| format!("the title of “{}”", short(title)));
    format!("“{text}” was not saved as {of}. {}", error.words())
}

/// A change that waited since an earlier page was not taken.
pub fn not_taken(whom: &str, is_many: bool, deed: &str, error: &AppError) -> String {
    let were = if is_many { "were" } else { "was" };
    format!("A change from before was not taken: {whom} {were} not {deed}. {}", reason(error))
}

/// New tasks that the filter of the board leaves out; one by its title and number.
pub fn added_hidden(one: Option<(&str, &str)>, hidden: usize, of: usize) -> String {
    match one {
        Some((title, key)) => format!("Added “{}” ({key}). The filter hides it.", short(title)),
        None if hidden == of => format!("Added {of} tasks. The filter hides them."),
        None => format!("Added {of} tasks. The filter hides {hidden} of them."),
    }
}

/// The first words of a title, at most 26 characters.
fn short(title: &str) -> String {
    const MOST: usize = 26;
    if title.chars().count() <= MOST {
        return title.to_owned();
    }
    let head: String = title.chars().take(MOST).collect();
    let cut = head.rfind(' ').filter(|at| *at > MOST / 2).unwrap_or(head.len());
    format!("{}…", head[..cut].trim_end())
}

/// A task was completed while others block it.
pub fn still_blocked(many: u32) -> String {
    match many {
        1 => "It is still blocked by 1 open task".into(),
        many => format!("It is still blocked by {many} open tasks"),
    }
}

/// Of several tasks that were completed others block some.
pub fn some_blocked(many: usize) -> String {
    match many {
        1 => "1 of them is still blocked by open tasks".into(),
        many => format!("{many} of them are still blocked by open tasks"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot() -> Spot {
        Spot { list: "Pending".into(), position: 2, of: 3 }
    }

    #[test]
    fn moves_are_told_with_list_and_position() {
        assert_eq!(
            moved("Draft", "Todo", &spot(), None),
            "Moved “Draft” from Todo to Pending, position 2 of 3. Press Control Z to undo."
        );
        assert_eq!(
            moved("Draft", "Todo", &spot(), Some("changes the label Design to Data")),
            "Moved “Draft” from Todo to Pending, position 2 of 3. This changes the label Design to Data. Press Control Z to \
             undo."
        );
        assert_eq!(cancelled("Draft", &spot()), "Movement cancelled. “Draft” is back in Pending, position 2.");
    }

    #[test]
    fn a_list_that_moves_is_told_with_its_place_among_the_lists() {
        let at = ListSpot { name: "Pending".into(), position: 1, of: 4 };
        assert_eq!(list_moved(&at), "Moved. Pending is list 1 of 4. Press Control Z to undo.");
        assert_eq!(list_toast(&at), "Moved the list “Pending” to place 1 of 4");
        assert_eq!(list_undone(&at), "Undone. Pending is list 1 of 4 again.");
        assert_eq!(list_cancelled(&at), "Movement cancelled. Pending is list 1 of 4 again.");
        assert_eq!(list_refused(&at, "Not found."), "Not moved. Not found. Pending is list 1 of 4 again.");
    }

    #[test]
    fn what_is_refused_or_cannot_be_taken_back_says_what_it_was() {
        assert_eq!(not_archived("Draft", "Not found.", "Todo"), "Not archived. Not found. “Draft” is back in Todo.");
        assert_eq!(
            refused_many(3, "Todo is full: 4 of 4."),
            "Not moved. Todo is full: 4 of 4. The 3 tasks are where they were."
        );
        assert_eq!(nothing_to_repeat(true, Some("Draft")), "Nothing was undone: “Draft” has changed since.");
    }

    #[test]
    fn several_cards_are_counted_and_one_is_named() {
        assert_eq!(made_again(&whom(Some("Draft"), 1)), "Done again. Created “Draft” again.");
        assert_eq!(moved_many(3, "Pending"), "Moved 3 tasks to Pending");
        assert_eq!(added_hidden(Some(("Draft", "T-9")), 1, 1), "Added “Draft” (T-9). The filter hides it.");
        assert_eq!(added_hidden(None, 2, 3), "Added 3 tasks. The filter hides 2 of them.");
        assert_eq!((whom(Some("Draft"), 1), whom(Some("Draft"), 4)), ("“Draft”".into(), "4 tasks".into()));
        let too_long = AppError::field("title", Problem::TooLong { max: 500 });
        assert_eq!(
            not_changed("“Draft”", None, &too_long),
            "Not changed. Use 500 characters or fewer. “Draft” as before."
        );
        let gone = |field: &str| AppError::field(field, Problem::UnknownChoice);
        assert_eq!(
            not_changed("“Draft”", None, &gone("assignee")),
            "Not changed. This person is not in the project any more. “Draft” as before."
        );
        assert_eq!(reason(&gone("lane")), "This lane is not in the project any more.");
        assert_eq!(
            not_changed("“Draft”", Some("Draft it again"), &AppError::NotFound),
            "Not changed. Not on the board any more: “Draft”. You wrote “Draft it again”."
        );
        assert_eq!(
            not_taken(&whom(Some("Draft"), 1), false, "moved", &AppError::NotFound),
            "A change from before was not taken: “Draft” was not moved. This is not here, or you cannot see it."
        );
        assert_eq!(refused_gone("Draft", false), "Not moved. “Draft” is not on the board any more.");
        assert_eq!(title_put_off("It", "That"), "Still called “It”. You wrote “That”, which is not saved.");
    }

    #[test]
    fn a_toast_cuts_a_long_title_between_words() {
        assert_eq!(
            moved_toast("Rotate SMTP credentials before the relay change", "In Progress"),
            "Moved “Rotate SMTP credentials…” to In Progress"
        );
        assert_eq!(moved_toast("Čšž", "Todo"), "Moved “Čšž” to Todo");
    }
}
