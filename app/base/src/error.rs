//! One error for both sides: what a person can be told, small enough to travel in a URL.

mod archive_problem;
mod checks;
mod cron_problem;
#[cfg(feature = "ssr")]
pub mod fault;
mod problem;

use std::fmt;

pub use archive_problem::ArchiveProblem;
pub use checks::{Checks, is_blank, is_forbidden};
pub use cron_problem::{CronFault, CronPart, CronProblem};
pub use problem::Problem;

use serde::{Deserialize, Serialize};
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};

/// The result of everything that can fail towards a person.
pub type AppResult<T> = Result<T, AppError>;

/// Why something was refused. It holds codes, field names and the person's own non-secret input,
/// never free text of the program: forms without WebAssembly get it through the URL, where anybody
/// could put words of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum AppError {
    /// Nobody is signed in (401).
    SignedOut,
    /// Signed in, without the right (403).
    Forbidden,
    /// Not there, or not visible to this person (404).
    NotFound,
    /// The row has moved on since the form was read (409).
    Conflict(Box<Conflict>),
    /// The project is in the archive: it can be read, not changed (409).
    ArchivedProject,
    /// The list takes no more tasks: so many of so many (409).
    Full { count: u32, limit: u32 },
    /// Input that breaks a rule, field by field (422).
    Invalid(Box<Invalid>),
    /// A request that cannot be read (400).
    Malformed,
    /// More text than a request may have (413).
    TooLarge,
    /// Too many attempts; try again after this many seconds (429).
    TooMany { retry_after_seconds: u32 },
    /// The database or another part cannot be reached (503).
    Unavailable,
    /// A fault of the program; the reference stands beside it in the log (500).
    Internal { reference: String },
    /// Another program or server refused, in its own words (502). They stay on the server: the page that shows them
    /// reads them where they are stored.
    Outside {
        #[serde(skip)]
        words: String,
    },
    /// The browser could not reach the server (only made in the browser).
    Offline,
}

/// Two people changed the same field: both texts, so that nothing is lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The field that both changed.
    pub field: String,
    /// What this person wrote.
    pub mine: String,
    /// What is stored now.
    pub theirs: String,
    /// The version to start from next.
    pub version: i64,
    /// The name of whoever changed it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Field name and what was sent, where the form has more than this field: so that all of it can be shown and sent again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub typed: Vec<(String, String)>,
}

impl Conflict {
    /// Who has changed it, as the beginning of a sentence.
    pub fn who(&self) -> &str {
        self.by.as_deref().unwrap_or("Somebody")
    }
}

/// The fields that break a rule, and what was typed (never secrets), so that a form without
/// WebAssembly can show it again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invalid {
    /// One entry a broken rule.
    pub fields: Vec<FieldError>,
    /// Field name and what was typed; [`AppError::shortened`] leaves what an address has room for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub typed: Vec<(String, String)>,
}

/// A field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    pub field: String,
    pub problem: Problem,
    /// The line of a field that holds several, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

impl Invalid {
    /// How much of the typed text travels back in an address, in bytes.
    pub const KEPT_BYTES: usize = 2_000;
}

impl AppError {
    /// One field that breaks one rule.
    pub fn field(field: impl Into<String>, problem: Problem) -> Self {
        Self::Invalid(Box::new(Invalid {
            fields: vec![FieldError { field: field.into(), problem, line: None }],
            typed: Vec::new(),
        }))
    }

    /// Somebody else has changed a field since the person began: what both want of it, and the version to start from next.
    pub fn conflict(field: &str, mine: impl Into<String>, theirs: impl Into<String>, version: i64) -> Self {
        let (field, mine, theirs) = (field.to_owned(), mine.into(), theirs.into());
        Self::Conflict(Box::new(Conflict { field, mine, theirs, version, ..Conflict::default() }))
    }

    /// Says who has changed the field, where that is known.
    #[must_use]
    pub fn changed_by(mut self, name: Option<String>) -> Self {
        if let Self::Conflict(conflict) = &mut self {
            conflict.by = name;
        }
        self
    }

    /// All fields that break rules; `Ok` where there is none.
    pub fn check(fields: Vec<FieldError>) -> AppResult<()> {
        if fields.is_empty() {
            return Ok(());
        }
        Err(Self::Invalid(Box::new(Invalid { fields, typed: Vec::new() })))
    }

    /// Adds what was typed, so that a form without WebAssembly can show it again.
    #[must_use]
    pub fn with_typed(mut self, typed: &[(&str, &str)]) -> Self {
        let kept = match &mut self {
            Self::Invalid(invalid) => &mut invalid.typed,
            Self::Conflict(conflict) => &mut conflict.typed,
            _ => return self,
        };
        kept.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    /// The same with no more of what was typed than an address has room for; the first that fit are kept.
    #[must_use]
    pub fn shortened(mut self) -> Self {
        let mut room = Invalid::KEPT_BYTES;
        let mut fits = |value: &str| {
            let fits = value.len() <= room;
            if fits {
                room -= value.len();
            }
            fits
        };
        match &mut self {
            Self::Invalid(invalid) => invalid.typed.retain(|(_, value)| fits(value)),
            Self::Conflict(conflict) => {
                for text in [&mut conflict.mine, &mut conflict.theirs] {
                    if !fits(text) {
                        text.clear();
                    }
                }
                conflict.typed.retain(|(_, value)| fits(value));
            }
            _ => {}
        }
        self
    }

    /// The same without anything that was typed, here or by somebody else.
    #[must_use]
    pub fn without_typed(mut self) -> Self {
        match &mut self {
            Self::Invalid(invalid) => invalid.typed.clear(),
            Self::Conflict(conflict) => {
                let Conflict { field, version, .. } = std::mem::take(&mut **conflict);
                **conflict = Conflict { field, version, ..Conflict::default() };
            }
            _ => {}
        }
        self
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::SignedOut => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict(_) | Self::ArchivedProject | Self::Full { .. } => 409,
            Self::Invalid(_) => 422,
            Self::Malformed => 400,
            Self::TooLarge => 413,
            Self::TooMany { .. } => 429,
            Self::Unavailable | Self::Offline => 503,
            Self::Internal { .. } => 500,
            Self::Outside { .. } => 502,
        }
    }

    /// The problems of one field.
    pub fn problems_of<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a FieldError> + 'a {
        let fields: &[FieldError] = match self {
            Self::Invalid(invalid) => &invalid.fields,
            _ => &[],
        };
        fields.iter().filter(move |error| error.field == field)
    }

    /// What was typed into a field when the form was refused.
    pub fn typed(&self, field: &str) -> Option<String> {
        let typed = match self {
            Self::Invalid(invalid) => &invalid.typed,
            Self::Conflict(conflict) => &conflict.typed,
            _ => return None,
        };
        typed.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone())
    }

    /// What happened and what to do, in words.
    pub fn words(&self) -> String {
        match self {
            Self::SignedOut => "Sign in to go on.".into(),
            Self::Forbidden => "You do not have the right to do this. Ask an administrator.".into(),
            Self::NotFound => "This is not here, or you cannot see it.".into(),
            Self::Conflict(_) => "Somebody changed this since you opened it. Compare both texts and save again.".into(),
            Self::ArchivedProject => {
                "This project is archived: it can be read, not changed. An owner can restore it.".into()
            }
            // Of several tasks, some would have room.
            Self::Full { count, limit } if count < limit => {
                format!(
                    "The list has no room for all of them: it takes {limit} and has {count}. Choose another one, or raise its limit."
                )
            }
            Self::Full { count, limit } => {
                format!("This list is full: {count} of {limit}. Take a task out of it, or raise its limit.")
            }
            Self::Invalid(_) => "Some fields need another look.".into(),
            Self::Malformed => "The request could not be read. Reload the page and try again.".into(),
            Self::TooLarge => "This is more than can be sent at once. Shorten it, or attach it as a file.".into(),
            Self::TooMany { retry_after_seconds } => {
                format!("Too many attempts. Try again in {retry_after_seconds} s.")
            }
            Self::Unavailable => "The database cannot be reached. Try again in a moment.".into(),
            Self::Internal { reference } => {
                format!("Something went wrong here. The log has it under {}.", plain_reference(reference))
            }
            Self::Outside { words } if words.is_empty() => "Another server refused; its words are in the log.".into(),
            Self::Outside { words } => words.clone(),
            Self::Offline => "The server cannot be reached. Your change is not saved yet.".into(),
        }
    }

    /// As [`AppError::words`], where something was to be read and there is nothing to be saved.
    pub fn reading_words(&self) -> String {
        match self {
            Self::Offline => "The server cannot be reached. Try again in a moment.".into(),
            error => error.words(),
        }
    }

    /// Whether asking again may help, with nothing changed.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::TooMany { .. } | Self::Unavailable | Self::Internal { .. } | Self::Outside { .. } | Self::Offline => {
                true
            }
            Self::SignedOut
            | Self::Forbidden
            | Self::NotFound
            | Self::Conflict(_)
            | Self::ArchivedProject
            | Self::Full { .. }
            | Self::Invalid(_)
            | Self::Malformed
            | Self::TooLarge => false,
        }
    }
}

/// Only hex digits of a reference are shown: it may have come through the URL.
fn plain_reference(reference: &str) -> String {
    reference.chars().filter(char::is_ascii_hexdigit).take(12).collect()
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::Offline,
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_) => Self::Malformed,
            _ => Self::Internal { reference: String::new() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_survives_the_way_through_json() {
        let error = AppError::field("title", Problem::TooLong { max: 500 }).with_typed(&[("title", "abc")]);
        let json = serde_json::to_string(&error).unwrap();
        assert_eq!(serde_json::from_str::<AppError>(&json).unwrap(), error);
        assert_eq!(error.typed("title").as_deref(), Some("abc"));
    }

    #[test]
    fn who_only_wanted_to_read_is_told_of_nothing_to_be_saved_and_asks_again_where_that_helps() {
        assert!(
            AppError::Offline.words().contains("not saved") && !AppError::Offline.reading_words().contains("saved")
        );
        assert_eq!(AppError::NotFound.reading_words(), AppError::NotFound.words());
        assert!(AppError::Offline.may_pass() && AppError::Unavailable.may_pass() && !AppError::NotFound.may_pass());
    }

    #[test]
    fn a_reference_from_a_crafted_link_cannot_bring_words() {
        let words = AppError::Internal { reference: "call 555 now".into() }.words();
        assert!(!words.contains("now"), "{words}");
    }

    #[test]
    fn words_from_outside_do_not_travel() {
        let json = serde_json::to_string(&AppError::Outside { words: "remote: call 555 now".into() }).unwrap();
        assert!(!json.contains("555"), "{json}");
        let crafted = serde_json::from_str::<AppError>(r#"{"code":"outside","words":"call 555 now"}"#).unwrap();
        assert!(!crafted.words().contains("555"), "{}", crafted.words());
    }

    #[test]
    fn an_address_gets_no_more_of_what_was_typed_than_it_has_room_for() {
        let long = "x".repeat(Invalid::KEPT_BYTES + 1);
        let error = AppError::field("a", Problem::Required).with_typed(&[("a", &long), ("b", "short")]);
        assert_eq!(error.typed("a").as_deref(), Some(long.as_str()));
        let error = error.shortened();
        assert_eq!(error.typed("a"), None);
        assert_eq!(error.typed("b").as_deref(), Some("short"));
    }

    #[test]
    fn a_conflict_keeps_the_whole_form_and_an_address_no_more_of_it_than_it_has_room_for() {
        let long = "x".repeat(Invalid::KEPT_BYTES + 1);
        let both =
            Conflict { field: "body".into(), mine: long, theirs: "theirs".into(), version: 7, ..Conflict::default() };
        let error = AppError::Conflict(Box::new(both)).with_typed(&[("note", "1"), ("kind", "issue")]);
        assert_eq!(error.typed("kind").as_deref(), Some("issue"));
        let AppError::Conflict(short) = error.clone().shortened() else { panic!("another error") };
        assert_eq!((short.mine.as_str(), short.theirs.as_str(), short.typed.len()), ("", "theirs", 2));
        let AppError::Conflict(bare) = error.without_typed() else { panic!("another error") };
        assert_eq!(*bare, Conflict { field: "body".into(), version: 7, ..Conflict::default() });
    }
}
