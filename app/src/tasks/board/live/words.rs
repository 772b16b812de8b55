//! What is said of other people's changes: at most one sentence in a while, however much happens.

use super::apply::{Effect, Seen};
use crate::domain::task::EventKind;

/// What to say of what has happened since the last time; nothing of what is only a detail.
pub fn summary(seen: &[Seen]) -> Option<String> {
    match seen {
        [] => None,
        [one] => Some(sentence(one)),
        many => Some(format!("{} changes by others.", many.len())),
    }
}

fn sentence(seen: &Seen) -> String {
    let who = who(seen);
    let title = &seen.title;
    match (&seen.to, seen.effect, seen.what) {
        (_, _, EventKind::Archived) => format!("{who} archived “{title}”."),
        (_, _, EventKind::Deleted) => format!("{who} put “{title}” into the trash."),
        (_, _, EventKind::Restored | EventKind::Undeleted) => format!("{who} brought back “{title}”."),
        (Some(to), _, EventKind::Created) => format!("{who} added “{title}” to {to}."),
        (Some(to), _, _) => format!("{who} moved “{title}” to {to}."),
        (None, Effect::Moved, _) => format!("{who} moved “{title}”."),
        _ => format!("{who} changed “{title}”."),
    }
}

/// Who did it; a rule or the program has no name.
fn who(seen: &Seen) -> &str {
    seen.by.as_ref().map_or("AutoReport", |person| person.name.as_str())
}

/// The toast when a card is put away that the person had before their eyes.
pub fn put_away(seen: &Seen) -> String {
    let (who, title) = (who(seen), &seen.title);
    if seen.what == EventKind::Deleted {
        return format!("Put into the trash by {who}: “{title}”.");
    }
    format!("Archived by {who}: “{title}”.")
}

/// The toast when both have moved a card, theirs first.
pub fn contested(seen: &Seen) -> String {
    let to = seen.to.as_deref().unwrap_or("another place");
    format!("{} moved this to {to} a moment ago. Yours was applied after.", who(seen))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        domain::ids::{TaskId, UserId},
        tasks::view::PersonChoice,
    };

    fn seen(what: EventKind, to: Option<&str>, effect: Effect) -> Seen {
        Seen {
            task: TaskId(Uuid::from_u128(1)),
            what,
            title: "Draft".into(),
            by: Some(PersonChoice { id: UserId(Uuid::from_u128(2)), name: "Dana".into() }),
            to: to.map(str::to_owned),
            effect,
        }
    }

    #[test]
    fn one_change_is_a_sentence_and_many_are_a_number() {
        let moved = seen(EventKind::Moved, Some("Completed"), Effect::Moved);
        assert_eq!(summary(&[]), None);
        assert_eq!(summary(std::slice::from_ref(&moved)).unwrap(), "Dana moved “Draft” to Completed.");
        assert_eq!(summary(&[moved.clone(), moved.clone(), moved]).unwrap(), "3 changes by others.");
        let archived = seen(EventKind::Archived, None, Effect::Vanished);
        assert_eq!(summary(&[archived]).unwrap(), "Dana archived “Draft”.");
        let by_nobody = Seen { by: None, ..seen(EventKind::Edited, None, Effect::Changed) };
        assert_eq!(summary(&[by_nobody]).unwrap(), "AutoReport changed “Draft”.");
    }

    #[test]
    fn two_moves_of_one_card_are_told_with_who_was_first() {
        let theirs = seen(EventKind::Moved, Some("Completed"), Effect::Contested { to: None });
        assert_eq!(contested(&theirs), "Dana moved this to Completed a moment ago. Yours was applied after.");
        assert_eq!(put_away(&seen(EventKind::Archived, None, Effect::Vanished)), "Archived by Dana: “Draft”.");
    }
}
