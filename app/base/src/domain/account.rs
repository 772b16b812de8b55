//! People: who they are to the program, what a name, an address and a password must be.

use serde::{Deserialize, Serialize};

use super::{ids::UserId, template::context::Reader, week::WeekStart};

crate::text_enum!(
    /// What a person may do on the whole instance.
    Role { Admin = "admin", Member = "member" }
);

crate::text_enum!(
    /// Whether a person can sign in.
    UserState {
        Active = "active",
        Disabled = "disabled",
        /// Came with an import: can be assigned, has no address, cannot sign in.
        Placeholder = "placeholder",
    }
);

crate::text_enum!(
    /// The colours of the pages.
    Theme { System = "system", Light = "light", Dark = "dark" }
);

crate::text_enum!(
    /// The language in which templates write dates, periods and numbers to a reader. Words of the program are English.
    Language { English = "en", German = "de", French = "fr", Spanish = "es", Italian = "it" }
);

impl Language {
    /// As its readers call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::French => "Français",
            Self::Spanish => "Español",
            Self::Italian => "Italiano",
        }
    }
}

/// The signed-in person as pages know them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// IANA time zone.
    pub zone: String,
    /// Dates and numbers of mails.
    pub language: Language,
    pub theme: Theme,
    /// Whether single characters are shortcuts.
    pub uses_shortcuts: bool,
    /// Whether others see what the person has open.
    pub shows_presence: bool,
    /// Whether boards and tables stand close.
    pub is_compact: bool,
    /// Whether messages over the page stay until they are closed.
    pub keeps_toasts: bool,
    /// Whether a screen reader is told what others do.
    pub hears_others: bool,
    /// How many days after today are soon, 1 to 7.
    pub soon_days: u8,
    /// Where weeks of calendars begin.
    pub week_start: WeekStart,
}

impl Me {
    /// As templates know whoever is signed in.
    pub fn reader(&self) -> Reader {
        let language = self.language.as_str().to_owned();
        Reader { name: self.name.clone(), email: self.email.clone(), zone: self.zone.clone(), language }
    }
}

/// Fewest characters of a password (SECURITY: 12 or more, no composition rules).
pub const PASSWORD_MIN: u32 = 12;
/// Most characters of a password: bounds the work of hashing.
pub const PASSWORD_MAX: u32 = 200;

/// Whether text can be an account's e-mail address.
pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_local = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let is_host = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    (1..=64).contains(&local.len())
        && text.len() <= 254
        && local.chars().all(is_local)
        && !domain.is_empty()
        && domain.chars().all(is_host)
        && domain.split('.').all(|part| !part.is_empty() && !part.starts_with('-') && !part.ends_with('-'))
}

/// Initials for an avatar: the first letters of the first and the last word.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// One of the four avatar tints, 1 to 4, the same for the same name everywhere (FNV-1a).
pub fn avatar_hue(name: &str) -> u8 {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash % 4) as u8 + 1
}

/// Whether a password is too common to be used: all one character, a row of the keyboard, a word
/// that everybody tries, or the person's own address or name.
pub fn is_common_password(password: &str, email: &str, name: &str) -> bool {
    const COMMON: &[&str] = &[
        "123456789012",
        "1234567890123",
        "12345678901234",
        "qwertyuiop12",
        "qwertyuiop123",
        "password1234",
        "password12345",
        "passwordpassword",
        "adminadminadmin",
        "administrator",
        "administrator1",
        "letmeinletmein",
        "iloveyouiloveyou",
        "qwertyuiopasdf",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "q1w2e3r4t5y6",
        "correcthorsebatterystaple",
        "changemechangeme",
        "welcome12345",
        "welcomewelcome",
        "abcdefghijkl",
        "abcd1234abcd",
        "abc123abc123",
        "autoreport123",
        "autoreportautoreport",
        "000000000000",
        "111111111111",
        "123123123123",
        "987654321098",
        "passw0rdpassw0rd",
        "p@ssw0rd1234",
        "p@ssword1234",
        "football1234",
        "sunshine1234",
        "princess1234",
    ];
    let lower = password.to_lowercase();
    let mut chars = lower.chars();
    let one_character = chars.next().is_some_and(|first| chars.all(|c| c == first));
    let own = |text: &str| !text.is_empty() && lower == text.to_lowercase().replace(' ', "");
    one_character || COMMON.contains(&lower.as_str()) || own(email) || own(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_come_from_the_first_and_the_last_word() {
        assert_eq!(initials("Mina Kovač"), "MK");
        assert_eq!(initials("Ana Maria de la Cruz"), "AC");
        assert_eq!(initials("dana"), "D");
        assert_eq!(initials("  "), "");
    }

    #[test]
    fn a_password_of_one_letter_or_of_the_own_address_is_common() {
        assert!(is_common_password("aaaaaaaaaaaa", "", ""));
        assert!(is_common_password("Mina@example.org", "mina@example.org", ""));
        assert!(!is_common_password("grey pebble under the bridge", "mina@example.org", "Mina"));
    }
}
