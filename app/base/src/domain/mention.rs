//! Mentions: `@name` in a text names a person of the project.

use super::ids::UserId;

/// Most people that one text can call.
pub const MENTIONS_MAX: usize = 50;

/// Who is named with `@` in a text. After the sign stands the whole name, or its first word where
/// only one person has it; case does not matter. The longest name wins: `@Jonas Ortiz` before `@Jonas`.
pub fn mentioned(text: &str, people: &[(UserId, &str)]) -> Vec<UserId> {
    let mut found = Vec::new();
    let mut before = None;
    for (at, c) in text.char_indices() {
        // An address (`name@example.org`) calls nobody.
        if c == '@' && !before.is_some_and(char::is_alphanumeric) {
            let named = person_at(&text[at + 1..], people);
            found.extend(named.filter(|id| !found.contains(id)));
        }
        before = Some(c);
    }
    found.truncate(MENTIONS_MAX);
    found
}

fn person_at(rest: &str, people: &[(UserId, &str)]) -> Option<UserId> {
    let whole =
        people.iter().filter(|(_, name)| begins_with(rest, name)).max_by_key(|(_, name)| name.len()).map(|(id, _)| *id);
    whole.or_else(|| {
        let mut of_first_name = people
            .iter()
            .filter(|(_, name)| name.split_whitespace().next().is_some_and(|first| begins_with(rest, first)));
        match (of_first_name.next(), of_first_name.next()) {
            (Some((id, _)), None) => Some(*id),
            _ => None,
        }
    })
}

/// Whether a text begins with a name and the name ends there.
fn begins_with(text: &str, name: &str) -> bool {
    let mut text = text.chars();
    for wanted in name.chars() {
        match text.next() {
            Some(c) if c.to_lowercase().eq(wanted.to_lowercase()) => {}
            _ => return false,
        }
    }
    !name.is_empty() && !text.next().is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> UserId {
        UserId(Uuid::from_u128(number))
    }

    fn called(text: &str) -> Vec<u128> {
        let people = [(id(1), "Jonas Ortiz"), (id(2), "Mina Kovač"), (id(3), "Mina Sen"), (id(4), "Žan")];
        mentioned(text, &people).into_iter().map(|id| id.0.as_u128()).collect()
    }

    #[test]
    fn the_whole_name_or_a_first_name_that_is_alone_calls_a_person() {
        assert_eq!(called("@Jonas Ortiz, look"), [1]);
        assert_eq!(called("look, @jonas!"), [1]);
        assert_eq!(called("@Mina Kovač and @Mina Sen and @žan"), [2, 3, 4]);
        assert_eq!(called("@Mina"), Vec::<u128>::new(), "two people have it");
    }

    #[test]
    fn addresses_and_parts_of_words_call_nobody() {
        for text in ["jonas@jonas.org", "@Jonasson", "@", "a @ Jonas", "@nobody"] {
            assert_eq!(called(text), Vec::<u128>::new(), "{text}");
        }
    }

    #[test]
    fn a_person_named_twice_is_called_once() {
        assert_eq!(called("@jonas @Jonas Ortiz @JONAS"), [1]);
    }
}
