//! What an SMTP server answered, and what a reply code means for the message.

use crate::error::is_forbidden;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest text of a reply that is kept, in characters.
const MAX_WORDS: usize = 500;

/// A server's reply: its code, the enhanced code of RFC 3463 if there was one, its own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmtpReply {
    pub code: u16,
    /// For example `5.1.1`.
    pub enhanced: Option<String>,
    pub words: String,
}

/// What a reply code says (RFC 5321 §4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// 2xx and 3xx: go on.
    Yes,
    /// 4xx: not now, try again later.
    Later,
    /// 5xx, and anything that is no reply code: never.
    Never,
}

impl SmtpReply {
    /// Keeps a reply; line breaks in the words become spaces and other control characters go.
    pub fn new(code: u16, enhanced: Option<String>, words: &str) -> Self {
        let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = line.chars().filter(|c| !is_forbidden(*c)).take(MAX_WORDS).collect();
        Self { code, enhanced, words }
    }

    /// What the code says about the message.
    pub fn verdict(&self) -> Verdict {
        match self.code {
            200..=399 => Verdict::Yes,
            400..=499 => Verdict::Later,
            _ => Verdict::Never,
        }
    }

    /// 421: the server closes the connection and asks for less (RFC 5321 §3.8).
    pub fn is_closing(&self) -> bool {
        self.code == 421
    }
}

impl fmt::Display for SmtpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(enhanced) = &self.enhanced {
            write!(f, " {enhanced}")?;
        }
        if !self.words.is_empty() {
            write!(f, " {}", self.words)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_reads_as_the_server_wrote_it() {
        let reply = SmtpReply::new(550, Some("5.1.1".into()), "No such\r\nuser\0 here");
        assert_eq!(reply.to_string(), "550 5.1.1 No such user here");
        assert_eq!(SmtpReply::new(250, None, "").to_string(), "250");
    }

    #[test]
    fn codes_sort_into_three_verdicts() {
        let verdict = |code| SmtpReply::new(code, None, "").verdict();
        assert_eq!([verdict(250), verdict(354)], [Verdict::Yes; 2]);
        assert_eq!([verdict(421), verdict(451)], [Verdict::Later; 2]);
        assert_eq!([verdict(550), verdict(0), verdict(700)], [Verdict::Never; 3]);
    }
}
