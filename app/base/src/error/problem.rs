//! What can be wrong with a field, and the sentence beside it.

use serde::{Deserialize, Serialize};

use super::ArchiveProblem;

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
    /// A time on the last day that there is which is a day later by the clock that times are kept by.
    DateTooFar,
    NotATime,
    /// A time that belongs to no date.
    DateOfTime,
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
    /// One's own password, asked for before it is changed.
    WrongPassword,
    CommonPassword,
    ProjectKey,
    NeverRuns,
    /// A range in which a schedule names no instant.
    NoRunInside,
    NoDay,
    NotAnExpression,
    /// What only the server can say: which field of a cron expression is at fault, why somebody gets no mail. Pages would
    /// carry all of its sentences.
    Said {
        words: String,
    },
    TooOften,
    EndsBeforeStart,
    TooMany {
        max: u32,
    },
    /// One day where a period has two.
    OneDayOfTwo,
    /// Days, where the data have days of their own.
    DaysOfSample,
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
    /// Something in braces that is no variable of the mails of a digest or a reminder.
    NotAVariable,
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
    /// What was to be taken back is not so any more.
    ChangedSince,
    /// The project that a task is to go back to was deleted, or the person is not in it any more.
    OriginGone,
    /// The person only sees the project that a task is to go back to.
    OriginReadOnly,
    /// The project that a task is to go back to is in the archive.
    OriginArchived,
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
            Self::DateTooFar => "Choose an earlier day, or leave out the time: times end with the year 9999".into(),
            Self::NotATime => "Enter a time like 17:00".into(),
            Self::DateOfTime => "Enter a date for this time".into(),
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
            Self::WrongPassword => "This is not your password".into(),
            Self::WrongSignIn => "E-mail or password is not right".into(),
            Self::CommonPassword => "This password is among the most common ones; choose another".into(),
            Self::ProjectKey => "Use 1 to 8 capital letters and digits, beginning with a letter".into(),
            Self::NeverRuns => "This never happens; choose days and times that exist".into(),
            Self::NoRunInside => "The schedule has no run in this range; choose a longer one".into(),
            Self::NoDay => "Choose at least one day".into(),
            Self::NotAnExpression => {
                "Write a cron expression: minute, hour, day, month and weekday, such as 0 7 * * 1".into()
            }
            Self::Said { words } => words.trim_end_matches('.').to_owned(),
            Self::TooOften => "This would run more than once a minute; leave a minute or more between runs".into(),
            Self::EndsBeforeStart => "The end is before the start".into(),
            Self::OneDayOfTwo => "Choose both days, or neither for the last 7 days".into(),
            Self::DaysOfSample => "The sample has days of its own; choose a project, or clear both days".into(),
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
            Self::ChangedSince => "It has been changed since, so it was not taken back".into(),
            Self::OriginGone => "The project that it came from is gone, or you are not in it any more".into(),
            Self::OriginReadOnly => "You may not change tasks any more in the project that it came from".into(),
            Self::OriginArchived => "The project that it came from is archived; an owner can restore it".into(),
            Self::UnreadableTimes => {
                "The stored times of this job cannot be read; edit the job and set them again".into()
            }
            Self::NeedsAccount => {
                "Choose people with an account who see this project: the mail is made of their own tasks".into()
            }
            Self::NotALead => "Write numbers with their unit, like 3 days, 1 day, 2 hours, up to 60 days".into(),
            Self::NotAVariable => {
                "Use {{ person }}, {{ project }}, {{ tasks }} and {{ day }} alone, each with its two braces at the end"
                    .into()
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_address_is_named_and_nothing_else_is() {
        let words = |address: &str| Problem::DomainNotAllowed { address: address.into() }.words();
        assert!(words("dana@example.org").starts_with("dana@example.org is in no domain"));
        for crafted in ["Call 555 now", "a@b@c", "<b>@example.org", ""] {
            assert!(words(crafted).starts_with("This address is in no domain"), "{crafted}");
        }
    }
}
