//! What can be wrong with the settings of the Git archive.

use serde::{Deserialize, Serialize};

/// A code, as in [`super::Problem`]: the words are made here and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveProblem {
    NotAbsolute,
    NoSuchFolder,
    NotARepository,
    NotWritable,
    NotABranch,
    /// The files of a branch that is checked out would lag behind its commits.
    CheckedOut,
    NotARemote,
    /// A password in an address ends in logs and lists of processes.
    SecretInAddress,
    PlainHttp,
    FilesNotAllowed,
    NotAKey,
    /// Nobody is there to type a passphrase when a push runs.
    LockedKey,
    /// A stored token that is not sent to another server.
    EnterTokenAgain,
    /// The host keys were read again since the page was opened.
    OtherKeys,
}

impl ArchiveProblem {
    /// What is wrong and what to do, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotAbsolute => "Write the whole path, beginning with /, like /srv/git/reports.git",
            Self::NoSuchFolder => "There is no such folder on the machine that runs AutoReport",
            Self::NotARepository => "This folder is no Git repository; make one with git init --bare",
            Self::NotWritable => "AutoReport may not write into this repository; give its user the right to",
            Self::NotABranch => "Git takes no such name of a branch; use letters, digits, - and /",
            Self::CheckedOut => "This branch is checked out there; choose another branch, or a bare repository",
            Self::NotARemote => {
                "Write an address like https://git.example.org/reports.git or git@git.example.org:reports.git"
            }
            Self::SecretInAddress => "Leave user and password out of the address; they have fields of their own",
            Self::PlainHttp => "This would send the token unprotected; use https:// or ssh",
            Self::FilesNotAllowed => "Addresses of files are for tests; use https:// or ssh",
            Self::NotAKey => {
                "This is no private key in the format of OpenSSH; it begins with -----BEGIN OPENSSH PRIVATE KEY-----, and is of the kind Ed25519 or RSA"
            }
            Self::LockedKey => "This key is locked with a passphrase, which nobody can type here; use one without",
            Self::EnterTokenAgain => "Enter the token again: the server has changed",
            Self::OtherKeys => "The keys were read again meanwhile; compare these",
        }
    }
}
