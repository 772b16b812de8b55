//! What pages know of the outbox: read by the server in words, sent to the browser, never stored.

use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::{AccountId, OpId, OutboxMessageId},
    mail_look::MailFacts,
    moment::Moment,
    outbox::{Keeping, OutboxQuery, ReleaseState},
};

/// A page of the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxList {
    pub items: Vec<OutboxItem>,
    /// What was asked for.
    pub query: OutboxQuery,
    /// The message to go on from, if there are older ones.
    pub older: Option<OutboxMessageId>,
    /// How many the person may see, how many of them nobody has opened, and how many the search finds.
    pub all: u64,
    pub unread: u64,
    pub found: u64,
    /// What only administrators have.
    pub desk: Option<OutboxDesk>,
}

/// What administrators do with the outbox as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxDesk {
    pub keeping: Keeping,
    /// Asked for by the address: how many messages are older than so many days.
    pub clearing: Option<Clearing>,
}

/// Messages that are to be deleted by their age, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clearing {
    pub days: u32,
    pub count: u64,
}

/// A caught message in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxItem {
    pub id: OutboxMessageId,
    pub from: String,
    pub to: String,
    pub subject: String,
    pub size: i64,
    pub attachments: i32,
    pub is_read: bool,
    pub caught: Moment,
}

/// A caught message with what its tabs show; the HTML is served to its frame by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaughtMail {
    pub id: OutboxMessageId,
    /// Somebody has opened it before.
    pub is_read: bool,
    pub subject: String,
    pub from: String,
    pub to: String,
    pub cc: String,
    pub envelope_from: String,
    pub envelope_to: String,
    pub caught: Moment,
    pub size: i64,
    pub has_html: bool,
    pub text: Option<String>,
    pub is_text_cut: bool,
    /// The beginning of the bytes as they would have gone over the wire.
    pub source: String,
    pub is_source_cut: bool,
    pub headers: Vec<HeaderView>,
    pub parts: Vec<PartView>,
    /// There are more headers or parts than are shown.
    pub is_cut: bool,
    /// Nested without end: only its headers were read.
    pub is_unreadable: bool,
    pub facts: MailFacts,
    pub releases: Vec<ReleaseView>,
    /// For administrators.
    pub desk: Option<ReleaseDesk>,
}

/// A header: what it says, and how it stands in the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderView {
    pub name: String,
    pub decoded: String,
    pub raw: String,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartView {
    /// In its address.
    pub number: usize,
    pub section: String,
    pub kind: String,
    /// Charset and encoding, in words.
    pub how: String,
    pub name: Option<String>,
    pub content_id: Option<String>,
    pub size: usize,
    pub is_container: bool,
    pub is_attachment: bool,
    pub is_damaged: bool,
}

impl PartView {
    /// Whether it is a picture of which there may be a small one.
    pub fn is_picture(&self) -> bool {
        matches!(self.kind.as_str(), "image/png" | "image/jpeg" | "image/gif" | "image/webp")
    }
}

/// One recipient of a message that was handed to a real account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseView {
    pub id: String,
    /// Names the state that is shown, so that nobody decides about another one.
    pub seen: String,
    /// The account is still there.
    pub can_send_again: bool,
    pub recipient: String,
    pub account: String,
    pub by: String,
    pub at: Moment,
    pub state: ReleaseState,
    pub words: String,
}

/// What the form needs that hands a message on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseDesk {
    pub accounts: Vec<(AccountId, String)>,
    /// The number of the form: sent twice, it does nothing the second time.
    pub op: OpId,
}
