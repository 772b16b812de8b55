//! A conversation with a mail server, line by line, as the test of an account shows it.

use serde::{Deserialize, Serialize};

/// Who said a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// AutoReport. Passwords are left out.
    Client,
    Server,
    /// Nobody: what happened on the line, for example "connected" or "TLS 1.3".
    Note,
}

/// One line of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub speaker: Speaker,
    pub words: String,
}

impl Line {
    pub fn new(speaker: Speaker, words: impl Into<String>) -> Self {
        Self { speaker, words: words.into() }
    }
}
