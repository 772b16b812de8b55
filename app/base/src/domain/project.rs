//! Projects: their keys and who may do what in them.

crate::text_enum!(
    /// What a member may do in a project; each includes those before it.
    MemberRole { Viewer = "viewer", Editor = "editor", Owner = "owner" }
);

/// Longest description, in characters.
pub const DESCRIPTION_MAX: u32 = 20_000;
/// After how many days finished tasks can be archived by themselves.
pub const ARCHIVE_AFTER: [i32; 3] = [14, 30, 90];

impl MemberRole {
    /// The word that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Viewer => "Viewer",
            Self::Editor => "Editor",
            Self::Owner => "Owner",
        }
    }

    /// What the role may do, in a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Viewer => "Sees everything, changes nothing.",
            Self::Editor => "Adds and changes tasks, lists and jobs.",
            Self::Owner => "Also changes the project, its members and its rules.",
        }
    }
}

crate::text_enum!(
    /// Why somebody who sees a project cannot change its tasks.
    ReadOnly {
        /// Their role only lets them see it.
        Role = "role",
        /// It is in the archive.
        Archived = "archived",
    }
);

impl ReadOnly {
    /// The sentence on the page.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Role => "You can view this board. Editing needs the Editor role.",
            Self::Archived => "This project is archived: it can be read, not changed. An owner can restore it.",
        }
    }
}

/// Longest key of a project, in characters.
pub const KEY_MAX: usize = 8;

/// Whether a key can be the prefix of task numbers: 1 to 8 capital letters and digits, a letter first.
pub fn is_key(key: &str) -> bool {
    key.len() <= KEY_MAX
        && key.starts_with(|c: char| c.is_ascii_uppercase())
        && key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// A key made of a project's name: the initials of several words, or the first letters of one.
pub fn suggest_key(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_alphanumeric())
        .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase())
        .filter(|word| !word.is_empty())
        .collect();
    let letters: String = match words.as_slice() {
        [one] => one.chars().take(3).collect(),
        many => many.iter().filter_map(|word| word.chars().next()).take(4).collect(),
    };
    let key: String = letters.chars().skip_while(char::is_ascii_digit).collect();
    if is_key(&key) { key } else { "P".into() }
}

/// Splits a task's reference, like `T-214`, into the project's key and the number.
pub fn parse_task_ref(text: &str) -> Option<(String, i32)> {
    let (key, number) = text.rsplit_once('-')?;
    let key = key.to_ascii_uppercase();
    let number = number.parse().ok()?;
    (is_key(&key) && number > 0).then_some((key, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_suggested_from_the_name() {
        assert_eq!(suggest_key("VolunteerBridge"), "VOL");
        assert_eq!(suggest_key("Steering group reports"), "SGR");
        assert_eq!(suggest_key("2026 plan"), "P");
        assert_eq!(suggest_key("日本"), "P");
    }

    #[test]
    fn a_task_reference_has_a_key_and_a_number() {
        assert_eq!(parse_task_ref("t-214"), Some(("T".into(), 214)));
        assert_eq!(parse_task_ref("T-0"), None);
        assert_eq!(parse_task_ref("T214"), None);
    }
}
