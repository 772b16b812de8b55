//! One error for both sides: what a person can be told, small enough to travel in a URL.

mod archive_problem;

use std::fmt;

pub use archive_problem::ArchiveProblem;

use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

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

/// What can be wrong with a field. [`Problem::words`] is the sentence beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    Required,
    TooLong {
        max: u32,
    },
    TooShort {
        min: u32,
    },
    OutOfRange {
        min: i64,
        max: i64,
    },
    NotAnAddress,
    NotAHost,
    /// A stored secret that is not used for another server.
    EnterAgain,
    /// A confirmation by name that does not match.
    NotTheName,
    NotADate,
    NotATime,
    /// A date with a time that cannot be read.
    NotAMoment,
    NotANumber,
    /// A day after today where only what has happened counts.
    InFuture,
    /// A length of time that cannot be read.
    NotADuration,
    /// The numbers make no series of dates.
    NoSeries,
    /// A task cannot block itself, nor what blocks it.
    Circular {
        /// The references along the circle, `T-1` to `T-1`.
        chain: Vec<String>,
    },
    UnknownZone,
    UnknownChoice,
    ControlCharacters,
    Taken,
    /// E-mail and password do not fit together; said in one way for both.
    WrongSignIn,
    CommonPassword,
    ProjectKey,
    NeverRuns,
    /// A range in which a schedule names no instant.
    NoRunInside,
    NoDay,
    NotAnExpression,
    TooOften,
    EndsBeforeStart,
    TooMany {
        max: u32,
    },
    /// A period that is too long.
    TooManyDays {
        max: u32,
    },
    Duplicate,
    Insecure,
    NotAllowed,
    /// The project would be left without an owner.
    LastOwner,
    /// The instance would be left without an administrator.
    LastAdministrator,
    /// Nobody here has this name or address.
    NoSuchPerson,
    /// Several people have this name.
    SeveralPeople,
    /// No group of the project has this name.
    NoSuchGroup,
    NotADomain,
    /// No address of a web server, or one with a password in it.
    NotAWebAddress,
    /// An address in a domain that gets no mail from here.
    DomainNotAllowed {
        address: String,
    },
    /// The messages of a report were removed by the retention.
    Removed,
    /// The messages of a report are not written yet.
    NotWritten,
    /// The address is on the list of those that get no mail.
    GetsNoMail,
    /// An address without an account gets all of a report; whoever asks does not see all of it.
    GetsMoreThanYou,
    /// The mail server did not take a message.
    NotSent,
    /// Somebody outside, or who does not see the project, where a mail is for its reader alone.
    NeedsAccount,
    /// Something that is no length of time before a due date.
    NotALead,
    /// Lines of an import file have faults and nobody agreed to leave them out.
    FaultyLines,
    /// A setting of the Git archive.
    Archive(ArchiveProblem),
    /// No certificates in PEM.
    NotPem,
    /// The certificate with this number, from 1, has ended.
    CertificateExpired {
        number: u32,
    },
    /// The certificate with this number, from 1, must not sign others.
    NotAnAuthority {
        number: u32,
    },
    /// No private key that can sign mail.
    NotAKey,
    /// An RSA key that is too short or too long.
    KeySize,
    NotASelector,
    /// A token endpoint must be reached over TLS.
    NotATokenAddress,
    /// The link that stopped e-mails brings them back for a limited time.
    UndoIsOver,
    /// The stored times of a job cannot be read.
    UnreadableTimes,
}

impl Problem {
    /// What is wrong and what to do, in words.
    pub fn words(&self) -> String {
        match self {
            Self::Required => "Enter a value".into(),
            Self::TooLong { max } => format!("Use {max} characters or fewer"),
            Self::TooShort { min } => format!("Use {min} characters or more"),
            Self::OutOfRange { min, max } => format!("Enter a number from {min} to {max}"),
            Self::NotAnAddress => "Enter an e-mail address like name@example.org".into(),
            Self::NotAHost => "Enter the name of the server alone, like smtp.example.org".into(),
            Self::EnterAgain => "Enter the password again: the server has changed".into(),
            Self::NotTheName => "Type the name exactly as it stands here".into(),
            Self::NotADate => "Enter a date like 2026-11-23".into(),
            Self::NotATime => "Enter a time like 17:00".into(),
            Self::NotAMoment => "Enter a date with a time, like 2026-11-23 07:00".into(),
            Self::NotANumber => "Enter a whole number".into(),
            Self::InFuture => "Choose today or a day before".into(),
            Self::NotADuration => "Write a time with its unit, like 2h 30m or 1.5d, up to 1,000 days".into(),
            Self::NoSeries => "Choose numbers and days that exist, so that there is a next date".into(),
            Self::Circular { chain } => format!("This would go in a circle: {}", plain_chain(chain)),
            Self::UnknownZone => "Choose a time zone from the list, like Europe/Ljubljana".into(),
            Self::UnknownChoice => "Choose one of the list".into(),
            Self::ControlCharacters => "Remove line breaks and control characters".into(),
            Self::Taken => "This is already in use; choose another".into(),
            Self::WrongSignIn => "E-mail or password is not right".into(),
            Self::CommonPassword => "This password is among the most common ones; choose another".into(),
            Self::ProjectKey => "Use 1 to 8 capital letters and digits, beginning with a letter".into(),
            Self::NeverRuns => "This never happens; choose days and times that exist".into(),
            Self::NoRunInside => "The schedule has no run in this range; choose a longer one".into(),
            Self::NoDay => "Choose at least one day".into(),
            Self::NotAnExpression => {
                "Write a cron expression: minute, hour, day, month and weekday, such as 0 7 * * 1".into()
            }
            Self::TooOften => "This would run more than once a minute; leave a minute or more between runs".into(),
            Self::EndsBeforeStart => "The end is before the start".into(),
            Self::TooMany { max } => format!("There can be at most {max}"),
            Self::TooManyDays { max } => format!("Choose at most {max} days"),
            Self::Duplicate => "This is there twice; remove one".into(),
            Self::Insecure => "This would send the password unprotected; choose TLS".into(),
            Self::FaultyLines => "Tick the box to leave out the lines with faults, or mend the file".into(),
            Self::LastOwner => "The project needs an owner; make somebody else an owner first".into(),
            Self::LastAdministrator => "There must be an administrator; make somebody else one first".into(),
            Self::NoSuchPerson => "Nobody here has this name or address".into(),
            Self::SeveralPeople => "Several people have this name; enter the address".into(),
            Self::NoSuchGroup => "No group of this project has this name".into(),
            Self::NotAWebAddress => {
                "Enter an address like https://hc-ping.com/…, without user name and password".into()
            }
            Self::NotADomain => "Enter a domain like example.org, or *.example.org for all below it".into(),
            Self::DomainNotAllowed { address } => {
                format!(
                    "{} is in no domain that may get mail from here; an administrator keeps the list",
                    plain_address(address)
                )
            }
            Self::NotPem => {
                "Paste one or several certificates in PEM, each from BEGIN CERTIFICATE to END CERTIFICATE".into()
            }
            Self::CertificateExpired { number } => {
                format!("Certificate {number} has expired; paste the one that took its place")
            }
            Self::NotAnAuthority { number } => format!(
                "Certificate {number} is not one of an authority; paste the one that signed it, not the server's own"
            ),
            Self::NotAKey => "Paste a private key in PEM: RSA, or Ed25519 in PKCS#8, without a password".into(),
            Self::KeySize => "Use an RSA key of 2048 to 4096 bits".into(),
            Self::NotASelector => "Use letters, digits and hyphens, like mail or 2026-11".into(),
            Self::NotATokenAddress => "Enter an address that begins with https://".into(),
            Self::UndoIsOver => {
                "These e-mails were stopped more than an hour ago, and this link cannot bring them back \
                 any more; sign in with this address first, or ask an administrator"
                    .into()
            }
            Self::UnreadableTimes => {
                "The stored times of this job cannot be read; edit the job and set them again".into()
            }
            Self::NeedsAccount => {
                "Choose people with an account who see this project: the mail is made of their own tasks".into()
            }
            Self::NotALead => "Write numbers with their unit, like 3 days, 1 day, 2 hours, up to 60 days".into(),
            Self::NotAllowed => "This is not allowed here".into(),
            Self::Removed => "The messages of this report were removed; they cannot be sent again".into(),
            Self::NotWritten => "The mail is not written yet; try again in a moment".into(),
            Self::GetsMoreThanYou => {
                "An address without an account gets the whole report, also of projects that you do not see".into()
            }
            Self::GetsNoMail => "Nothing is sent to this address from here; an administrator keeps the list".into(),
            Self::NotSent => "The mail server did not take it; the log of the run has its words".into(),
            Self::Archive(problem) => problem.words().into(),
        }
    }
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
        if let Self::Invalid(invalid) = &mut self {
            invalid.typed.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        }
        self
    }

    /// The same with no more of what was typed than an address has room for; the first that fit are kept.
    #[must_use]
    pub fn shortened(mut self) -> Self {
        if let Self::Invalid(invalid) = &mut self {
            let mut room = Invalid::KEPT_BYTES;
            invalid.typed.retain(|(_, value)| {
                let fits = value.len() <= room;
                if fits {
                    room -= value.len();
                }
                fits
            });
        }
        self
    }

    /// The same without anything that was typed.
    #[must_use]
    pub fn without_typed(mut self) -> Self {
        if let Self::Invalid(invalid) = &mut self {
            invalid.typed.clear();
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
        match self {
            Self::Invalid(invalid) => {
                invalid.typed.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone())
            }
            _ => None,
        }
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
}

/// Only hex digits of a reference are shown: it may have come through the URL.
fn plain_reference(reference: &str) -> String {
    reference.chars().filter(char::is_ascii_hexdigit).take(12).collect()
}

/// Only references are shown of a chain: it may have come through the URL.
fn plain_chain(chain: &[String]) -> String {
    let is_reference = |text: &&String| {
        text.split_once('-').is_some_and(|(key, number)| {
            (1..=8).contains(&key.len())
                && key.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
                && (1..=10).contains(&number.len())
                && number.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    chain.iter().filter(is_reference).take(20).map(String::as_str).collect::<Vec<_>>().join(" blocks ")
}

/// Only the characters of an address are shown, and only of something like one: it may have come through the URL.
fn plain_address(address: &str) -> &str {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'.' | b'-' | b'_' | b'+');
    let is_like_one = address.len() <= 254 && address.split('@').count() == 2 && address.bytes().all(is_plain);
    if is_like_one { address } else { "This address" }
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

/// Collects broken rules of a form, field by field.
#[derive(Debug, Default)]
pub struct Checks(Vec<FieldError>);

impl Checks {
    /// Notes a problem with a field.
    pub fn add(&mut self, field: &str, problem: Problem) {
        self.0.push(FieldError { field: field.into(), problem, line: None });
    }

    /// Notes a problem with one line of a field (lines count from 1).
    pub fn add_line(&mut self, field: &str, line: u32, problem: Problem) {
        self.0.push(FieldError { field: field.into(), problem, line: Some(line) });
    }

    /// A single line of text within a length in characters: trimmed, without control characters.
    pub fn line(&mut self, field: &str, value: &str, max: u32) -> String {
        let value = value.trim();
        if value.is_empty() {
            self.add(field, Problem::Required);
        }
        self.optional_line(field, value, max)
    }

    /// As [`Checks::line`], but may be empty.
    pub fn optional_line(&mut self, field: &str, value: &str, max: u32) -> String {
        let value = value.trim();
        if value.chars().count() > max as usize {
            self.add(field, Problem::TooLong { max });
        }
        if value.chars().any(is_forbidden) {
            self.add(field, Problem::ControlCharacters);
        }
        value.to_owned()
    }

    /// Text of several lines within a length in characters; line breaks become `\n`.
    pub fn text(&mut self, field: &str, value: &str, max: u32) -> String {
        let value = value.replace("\r\n", "\n").replace('\r', "\n");
        if value.chars().count() > max as usize {
            self.add(field, Problem::TooLong { max });
        }
        if value.chars().any(|c| c != '\n' && c != '\t' && is_forbidden(c)) {
            self.add(field, Problem::ControlCharacters);
        }
        value
    }

    /// `Ok` where nothing was noted.
    pub fn done(self) -> AppResult<()> {
        AppError::check(self.0)
    }
}

/// C0, C1, DEL and the two Unicode line separators: refused at input, because they break headers,
/// logs and commands further on.
pub fn is_forbidden(c: char) -> bool {
    c.is_control() || c == '\u{2028}' || c == '\u{2029}'
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
    fn a_refused_address_is_named_and_nothing_else_is() {
        let words = |address: &str| Problem::DomainNotAllowed { address: address.into() }.words();
        assert!(words("dana@example.org").starts_with("dana@example.org is in no domain"));
        for crafted in ["Call 555 now", "a@b@c", "<b>@example.org", ""] {
            assert!(words(crafted).starts_with("This address is in no domain"), "{crafted}");
        }
    }

    #[test]
    fn a_line_break_in_a_name_is_refused() {
        let mut checks = Checks::default();
        checks.line("name", "a\nb", 10);
        assert!(checks.done().is_err());
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
}
