//! Why nothing came of a call of git.

use std::{net::IpAddr, time::Duration};

/// Why nothing came of it, in words for people; those of git as it said them, without secrets.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    #[error(
        "{0} is not installed on the machine that runs AutoReport, or not in its PATH. Install git and openssh-client there, then try again."
    )]
    NotInstalled(&'static str),
    #[error("{0} has no address: {1}")]
    NoAddress(String, String),
    #[error(
        "{0} leads to {1}, which is not on the public internet. Whoever operates AutoReport can allow it: AUTOREPORT_GIT_REMOTES=internal."
    )]
    NotPublic(String, IpAddr),
    #[error(
        "{0} leads to {1}, where no Git server may be. If one is really there, whoever operates AutoReport can allow it with AUTOREPORT_OUTBOUND_ALLOW."
    )]
    NoServer(String, IpAddr),
    #[error("Addresses of files are for tests; use https:// or ssh.")]
    NoFiles,
    #[error("The keys of the server are not confirmed yet. Test the connection, compare them and confirm them.")]
    NotConfirmed,
    #[error(
        "The server did not show a key that was confirmed here, so nothing was sent to it. If its keys were changed on purpose, read them again and confirm them.\nConfirmed here: {confirmed}\nShown by the server: {shown}"
    )]
    OtherHostKey {
        /// Fingerprints as ssh shows them.
        confirmed: String,
        shown: String,
    },
    #[error("git did not come to an end within {} s and was stopped.", .0.as_secs_f32())]
    TimedOut(Duration),
    #[error("{0}")]
    Said(String),
    #[error("On this machine: {0}")]
    System(String),
}
