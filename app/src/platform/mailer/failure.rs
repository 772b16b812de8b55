//! Why a conversation with a mail server failed: where, how, and what to do about it in words.

use super::server::MailServer;
use crate::domain::delivery::Event;
use crate::domain::mail_account::{AuthMethod, TlsMode};
use crate::domain::smtp_reply::SmtpReply;
use crate::domain::suppression::{RefusedAt, is_hard_bounce};
use rustls::CertificateError;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

/// A conversation that did not reach its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub step: Step,
    pub kind: FailureKind,
}

/// The step of the conversation at which it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Asking for an access token, before the server is.
    Token,
    Resolve,
    Connect,
    Handshake,
    Greeting,
    Hello,
    /// The greeting of a server that refused EHLO.
    Helo,
    StartTls,
    SignIn,
    /// Between two messages on one connection.
    Reset,
    MailFrom,
    RcptTo,
    Data,
    Body,
    /// The final dot was about to be sent, or sent: only from here on is the outcome unknown.
    FinalDot,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureKind {
    NameNotFound(String),
    /// Nothing listens on the port.
    Refused,
    Unreachable(String),
    TimedOut(Duration),
    /// TLS from the start was chosen; the server answered in clear.
    PlainWhereTlsExpected,
    /// STARTTLS or no encryption was chosen; the server waits for TLS.
    TlsWherePlainExpected,
    StartTlsNotOffered,
    /// The server does not know EHLO, so it has neither STARTTLS nor a sign-in, and the account asks for one of them.
    NoExtensions(SmtpReply),
    Certificate(CertificateProblem),
    /// Another failure of the handshake.
    Tls(String),
    /// The authorities to trust cannot be loaded.
    NoRoots(String),
    CleartextForbidden,
    /// The name leads where no mail server may be, for example to a cloud's metadata service.
    AddressForbidden(IpAddr),
    /// The server refused user name and password.
    WrongPassword(SmtpReply),
    /// None of the wanted ways to sign in is offered; the text lists those that are.
    SignInNotOffered(String),
    MissingCredentials,
    /// The token endpoint gives none, and why.
    TokenRefused {
        words: String,
        advice: &'static str,
    },
    /// The token endpoint does not answer, or not now.
    TokenUnreachable(String),
    /// The server said no.
    Reply(SmtpReply),
    /// The connection was lost.
    Broken(String),
    /// The answer was no SMTP.
    Garbled,
    /// The caller stopped the delivery, for example because it lost its lease.
    Stopped(String),
}

/// What is wrong with a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateProblem {
    UnknownIssuer,
    OtherName,
    Expired,
    NotYetValid,
    /// A certificate for signing others, shown as the server's own.
    AuthorityAsServer,
    Other(String),
}

impl Failure {
    pub(super) fn new(step: Step, kind: FailureKind) -> Self {
        Self { step, kind }
    }

    /// Sorts an error of the SMTP library. `is_closed`: the server had closed the connection.
    pub(super) fn from_smtp(step: Step, error: mail_send::Error, is_closed: bool, patience: Duration) -> Self {
        use mail_send::Error;
        let kind = match error {
            Error::Io(error) => from_io(&error),
            Error::Tls(error) => from_tls(&error),
            Error::UnexpectedReply(reply) => FailureKind::Reply(read_reply(reply)),
            Error::AuthenticationFailed(reply) => {
                let reply = read_reply(reply);
                // 454 and its like are the server's own trouble, not a wrong password.
                if reply.code >= 500 { FailureKind::WrongPassword(reply) } else { FailureKind::Reply(reply) }
            }
            Error::Timeout => FailureKind::TimedOut(patience),
            Error::MissingStartTls => FailureKind::StartTlsNotOffered,
            Error::InvalidTLSName => FailureKind::Certificate(CertificateProblem::OtherName),
            Error::MissingCredentials => FailureKind::MissingCredentials,
            Error::UnsupportedAuthMechanism => FailureKind::SignInNotOffered(String::new()),
            _ if is_closed => FailureKind::Broken("the server closed the connection".to_owned()),
            _ => FailureKind::Garbled,
        };
        Self { step, kind }
    }

    /// As it is where RSET went before: a connection that is found lost at the first command of a message was lost since.
    pub(super) fn between_messages(self) -> Self {
        match self {
            Self { step: Step::MailFrom, kind: kind @ FailureKind::Broken(_) } => Self { step: Step::Reset, kind },
            other => other,
        }
    }

    /// Whether the message may have been accepted although no answer came.
    pub fn is_outcome_unknown(&self) -> bool {
        self.step == Step::FinalDot && !matches!(self.kind, FailureKind::Reply(_) | FailureKind::Stopped(_))
    }

    /// Whether no message got through to the server: every other one would meet the same.
    pub fn is_before_any_message(&self) -> bool {
        self.step <= Step::SignIn
    }

    /// 421, also as a greeting: the server closes the connection and asks for less.
    pub fn asks_for_less(&self) -> bool {
        matches!(&self.kind, FailureKind::Reply(reply) if reply.is_closing())
    }

    /// Whether the server takes no message before a sign-in, or before one that is encrypted (RFC 4954 §6, RFC 3207 §4):
    /// it says so of the first command that needs it, and would of every other message.
    fn wants_sign_in(&self) -> bool {
        matches!(self.step, Step::MailFrom | Step::RcptTo | Step::Data)
            && matches!(&self.kind, FailureKind::Reply(reply) if matches!(reply.code, 530 | 534 | 535 | 538))
    }

    /// Whether the account's settings are at fault: every other message would fail as well.
    pub fn is_of_account(&self) -> bool {
        self.wants_sign_in()
            || matches!(
                self.kind,
                FailureKind::PlainWhereTlsExpected
                    | FailureKind::TlsWherePlainExpected
                    | FailureKind::StartTlsNotOffered
                    | FailureKind::NoExtensions(_)
                    | FailureKind::Certificate(_)
                    | FailureKind::NoRoots(_)
                    | FailureKind::CleartextForbidden
                    | FailureKind::AddressForbidden(_)
                    | FailureKind::WrongPassword(_)
                    | FailureKind::SignInNotOffered(_)
                    | FailureKind::MissingCredentials
                    | FailureKind::TokenRefused { .. }
            )
    }

    /// What a delivery makes of it.
    pub fn event(&self, attempt: u32) -> Event {
        match &self.kind {
            FailureKind::Reply(reply) if self.step <= Step::Reset => {
                // Refused before any message was named: the account's or the server's trouble,
                // never a reason to fail this recipient for good.
                Event::Broken { attempt, reason: format!("The mail server answered {reply} to {}.", self.step) }
            }
            // No recipient is failed for what the account lacks.
            FailureKind::Reply(_) if self.wants_sign_in() => Event::AccountBlocked { attempt, reason: self.what() },
            FailureKind::Reply(reply) if is_hard_bounce(self.refused_at(), reply) => {
                Event::Bounced { attempt, reply: reply.clone() }
            }
            FailureKind::Reply(reply) => Event::Refused { attempt, reply: reply.clone() },
            _ if self.is_of_account() => Event::AccountBlocked { attempt, reason: self.what() },
            _ => Event::Broken { attempt, reason: self.what() },
        }
    }

    /// What a refusal is about.
    fn refused_at(&self) -> RefusedAt {
        match self.step {
            Step::RcptTo => RefusedAt::Recipient,
            Step::Data | Step::Body | Step::FinalDot => RefusedAt::Message,
            _ => RefusedAt::Sender,
        }
    }

    /// What happened, as a sentence.
    pub fn what(&self) -> String {
        let step = self.step;
        match &self.kind {
            FailureKind::NameNotFound(words) => format!("The server's name was not found ({words})."),
            FailureKind::Refused => "Nothing listens on this port: the connection was refused.".to_owned(),
            FailureKind::Unreachable(words) => format!("The server cannot be reached ({words})."),
            FailureKind::TimedOut(patience) if self.is_outcome_unknown() => {
                format!(
                    "The server did not answer {step} within {} s. The message may have arrived.",
                    patience.as_secs()
                )
            }
            FailureKind::TimedOut(patience) => {
                format!("The server did not answer {step} within {} s.", patience.as_secs())
            }
            FailureKind::PlainWhereTlsExpected => {
                "The server speaks plain text first; TLS from the start was chosen.".to_owned()
            }
            FailureKind::TlsWherePlainExpected => {
                "The server waits for TLS; a start in plain text was chosen.".to_owned()
            }
            FailureKind::StartTlsNotOffered => "The server does not offer STARTTLS on this port.".to_owned(),
            FailureKind::NoExtensions(reply) => {
                format!("The server does not know EHLO, so it offers neither STARTTLS nor a sign-in: {reply}")
            }
            FailureKind::Certificate(problem) => format!("The server's certificate was not accepted: {problem}."),
            FailureKind::Tls(words) => format!("The TLS handshake failed ({words})."),
            FailureKind::NoRoots(words) => format!("No certificate authorities could be loaded ({words})."),
            FailureKind::CleartextForbidden => {
                "The server is on another machine and no encryption was chosen.".to_owned()
            }
            FailureKind::AddressForbidden(address) => {
                format!("The name leads to {address}, where no mail server may be.")
            }
            FailureKind::WrongPassword(reply) => format!("The server refused the user name or the password: {reply}"),
            FailureKind::SignInNotOffered(offered) if offered.is_empty() => {
                "The server offers no sign-in on this connection.".to_owned()
            }
            FailureKind::SignInNotOffered(offered) => format!("The server offers other ways to sign in: {offered}."),
            FailureKind::MissingCredentials => "The account signs in but has no user name or password.".to_owned(),
            FailureKind::TokenRefused { words, .. } => format!("The token endpoint gave no access token: {words}"),
            FailureKind::TokenUnreachable(words) => format!("No access token could be had for now. {words}"),
            FailureKind::Reply(reply) => format!("The server answered {step} with {reply}"),
            FailureKind::Broken(words) if self.is_outcome_unknown() => {
                format!("The connection broke after the message was sent ({words}). It may have arrived.")
            }
            FailureKind::Broken(words) => format!("The connection broke at {step} ({words})."),
            FailureKind::Garbled => format!("The answer to {step} was not SMTP."),
            FailureKind::Stopped(words) => format!("The delivery was stopped: {words}"),
        }
    }

    /// What to do about it, as a sentence; none where only waiting helps.
    pub fn advice(&self, server: &MailServer) -> Option<String> {
        let (host, port) = (&server.host, server.port);
        Some(match &self.kind {
            FailureKind::NameNotFound(_) => format!("Check the spelling of {host}."),
            FailureKind::Refused => format!(
                "Check host and port. Mail servers usually take messages on 587 (STARTTLS) or 465 (TLS from the start), not {port}."
            ),
            FailureKind::Unreachable(_) => "Check the host, and whether a firewall lets this machine connect to it.".to_owned(),
            FailureKind::TimedOut(_) if self.step <= Step::Greeting => {
                "Check host and port. Many networks drop connections to port 25 silently.".to_owned()
            }
            FailureKind::PlainWhereTlsExpected => format!("Port {port} greets in plain text: choose STARTTLS for it, or port 465."),
            FailureKind::TlsWherePlainExpected => {
                let chosen = if server.tls == TlsMode::StartTls { "STARTTLS" } else { "no encryption" };
                format!("Port {port} speaks TLS first; you chose {chosen}. Choose “TLS from the start”, or port 587.")
            }
            FailureKind::StartTlsNotOffered => "Choose “TLS from the start” on port 465, or ask the operator of the server.".to_owned(),
            FailureKind::NoExtensions(_) if server.tls == TlsMode::StartTls => {
                "Choose “TLS from the start” if the server has a port for it, or ask its operator. Signing in needs a newer server.".to_owned()
            }
            FailureKind::NoExtensions(_) => {
                "Choose no sign-in if the server takes mail from this machine without one, or ask its operator.".to_owned()
            }
            FailureKind::Certificate(CertificateProblem::OtherName) => format!("Enter the name that stands in the certificate instead of {host}."),
            FailureKind::Certificate(CertificateProblem::UnknownIssuer) => {
                "Add the server's authority to this account, or use a certificate from a public authority.".to_owned()
            }
            FailureKind::Certificate(CertificateProblem::AuthorityAsServer) => {
                "Give the server a certificate of its own, signed by this one.".to_owned()
            }
            FailureKind::Certificate(CertificateProblem::Expired) => "The operator of the mail server must renew it.".to_owned(),
            FailureKind::Certificate(CertificateProblem::NotYetValid) => "Check the clock of this machine.".to_owned(),
            FailureKind::NoRoots(_) => "Install the package ca-certificates.".to_owned(),
            FailureKind::CleartextForbidden => {
                "Choose STARTTLS or TLS from the start: the password would travel in clear. A relay in a network that nobody else listens to can be allowed by the operator with AUTOREPORT_SMTP_CLEARTEXT.".to_owned()
            }
            FailureKind::AddressForbidden(_) => {
                "Check the host. If the server is really there, the operator can allow it with AUTOREPORT_OUTBOUND_ALLOW.".to_owned()
            }
            FailureKind::WrongPassword(_) if server.auth == AuthMethod::XOAuth2 => {
                "Access tokens expire, often after an hour. Let them renew themselves, enter a new one, or use an app password.".to_owned()
            }
            FailureKind::WrongPassword(_) => {
                "Check both. Providers with a second factor ask for an app password instead of the usual one.".to_owned()
            }
            FailureKind::SignInNotOffered(_) => "Choose another sign-in, or no sign-in if the server trusts this machine.".to_owned(),
            FailureKind::TokenRefused { advice, .. } => (*advice).to_owned(),
            FailureKind::TokenUnreachable(_) => "Check the token endpoint; a passing failure is tried again.".to_owned(),
            FailureKind::MissingCredentials => "Enter both, or choose no sign-in.".to_owned(),
            FailureKind::Reply(_) if self.wants_sign_in() && server.tls == TlsMode::None => {
                "The server takes mail only after a sign-in or over an encrypted connection. Choose STARTTLS, and enter the user name and the password.".to_owned()
            }
            FailureKind::Reply(_) if self.wants_sign_in() => {
                "The server takes mail only after a sign-in. Choose one, and enter the user name and the password.".to_owned()
            }
            FailureKind::Reply(reply) if reply.code >= 500 && self.step == Step::MailFrom => {
                "The server does not accept this sender. Use an address that belongs to the account.".to_owned()
            }
            FailureKind::Garbled => format!("Check that {host}:{port} is a mail server."),
            _ => return None,
        })
    }
}

fn from_io(error: &io::Error) -> FailureKind {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => FailureKind::Broken("the server closed the connection".to_owned()),
        _ => FailureKind::Broken(error.to_string()),
    }
}

fn from_tls(error: &rustls::Error) -> FailureKind {
    match error {
        // The first bytes were no TLS record: almost always "220 …".
        rustls::Error::InvalidMessage(_) => FailureKind::PlainWhereTlsExpected,
        rustls::Error::InvalidCertificate(problem) => FailureKind::Certificate(from_certificate(problem)),
        other => FailureKind::Tls(other.to_string()),
    }
}

fn from_certificate(problem: &CertificateError) -> CertificateProblem {
    match problem {
        CertificateError::UnknownIssuer => CertificateProblem::UnknownIssuer,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateProblem::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => CertificateProblem::NotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateProblem::OtherName
        }
        // rustls passes on what its checker says, without a word of its own for it.
        other if other.to_string().contains("CaUsedAsEndEntity") => CertificateProblem::AuthorityAsServer,
        // Signed by an authority that has the name of a known one and not its key.
        CertificateError::BadSignature => CertificateProblem::UnknownIssuer,
        other if other.to_string().contains("ForPublicKey") => CertificateProblem::UnknownIssuer,
        other => CertificateProblem::Other(plain_words(&other.to_string())),
    }
}

/// "UnsupportedExtension { id: [6] }" as a person reads it: "unsupported extension".
fn plain_words(debug: &str) -> String {
    let name = debug.split(['{', '(']).next().unwrap_or(debug).trim();
    if name.contains(' ') {
        return name.to_owned();
    }
    let mut words = String::with_capacity(name.len() + 8);
    for (at, sign) in name.chars().enumerate() {
        if sign.is_uppercase() && at > 0 {
            words.push(' ');
        }
        words.extend(sign.to_lowercase());
    }
    words
}

pub(super) fn read_reply(reply: smtp_proto::Response<String>) -> SmtpReply {
    let [class, subject, detail] = reply.esc;
    let enhanced = (class != 0).then(|| format!("{class}.{subject}.{detail}"));
    SmtpReply::new(reply.code, enhanced, &reply.message)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what())
    }
}

impl std::error::Error for Failure {}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token => "the request for an access token",
            Self::Resolve => "the name look-up",
            Self::Connect => "the connection",
            Self::Handshake => "the TLS handshake",
            Self::Greeting => "the connection with a greeting",
            Self::Hello => "EHLO",
            Self::Helo => "HELO",
            Self::StartTls => "STARTTLS",
            Self::SignIn => "the sign-in",
            Self::Reset => "RSET",
            Self::MailFrom => "MAIL FROM (the sender)",
            Self::RcptTo => "RCPT TO (the recipient)",
            Self::Data => "DATA",
            Self::Body => "the message",
            Self::FinalDot => "the end of the message",
        })
    }
}

impl fmt::Display for CertificateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownIssuer => f.write_str("it comes from an authority that this machine does not know"),
            Self::OtherName => f.write_str("it is for another name"),
            Self::Expired => f.write_str("it has expired"),
            Self::NotYetValid => f.write_str("it is not valid yet"),
            Self::AuthorityAsServer => f.write_str("it is one for signing others, not for a server"),
            Self::Other(words) => f.write_str(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_checker_of_certificates_says_reads_as_words() {
        for (debug, words) in [
            ("UnsupportedExtension { id: [6] }", "unsupported extension"),
            ("CaUsedAsEndEntity", "ca used as end entity"),
            ("BadDer(TrailingData)", "bad der"),
            ("invalid peer certificate: BadEncoding", "invalid peer certificate: BadEncoding"),
        ] {
            assert_eq!(plain_words(debug), words);
        }
    }
}
