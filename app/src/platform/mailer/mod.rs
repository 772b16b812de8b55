//! The door to mail servers: composes messages and speaks SMTP, phase by phase.

mod anatomy;
mod bounce;
mod certificate;
mod diagnosis;
mod dial;
mod dkim;
mod failure;
mod message;
mod reading;
mod server;
mod session;
mod sign_in;
mod tls;
mod wire;

pub use anatomy::{Anatomy, HeaderLine, Part, anatomy, part};
pub use bounce::{NoBounce, read_bounce};
pub use certificate::{AuthorityProblem, read_authorities};
pub use diagnosis::diagnose;
pub use dkim::{DkimKey, KeyProblem, signed};
pub use failure::{CertificateProblem, Failure, FailureKind, Step};
pub use message::{Attachment, ComposeError, Draft, InlineImage, ListId, Mailbox, MessageId, Origin, compose};
pub use reading::{Reading, read};
pub use server::{Cleartext, Credentials, MailServer, Timeouts};
pub use session::{Envelope, NoHook, PhaseHook, Session, Stop};
pub use tls::Roots;
pub use wire::Recorder;
