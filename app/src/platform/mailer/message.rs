//! Composes the bytes of one message: the MIME tree, the headers, the encodings.
//!
//! ```text
//! multipart/mixed            only with attachments
//! └ multipart/alternative
//!    ├ text/plain
//!    └ multipart/related     only with images
//!       ├ text/html
//!       └ image/png …
//! ```
//!
//! The same draft always gives the same bytes: Message-ID and Date are part of it and the
//! boundaries are derived from the Message-ID. There is no Bcc: that is a matter of the envelope.

use crate::domain::address::EmailAddress;
use crate::domain::header_text::HeaderText;
use crate::platform::hash::sha256;
use chrono::{DateTime, Utc};
use mail_builder::MessageBuilder;
use mail_builder::headers::{address::Address, content_type::ContentType, date::Date, raw::Raw, text::Text, url::URL};
use mail_builder::mime::{BodyPart, MimePart};
use std::fmt;

/// Everything that a message consists of. Who receives it is decided by the envelope, not here.
#[derive(Clone, Debug)]
pub struct Draft {
    pub message_id: MessageId,
    pub date: DateTime<Utc>,
    pub from: Mailbox,
    pub reply_to: Option<Mailbox>,
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    pub subject: HeaderText,
    pub origin: Origin,
    pub text: String,
    pub html: String,
    /// Images that the HTML shows by `cid:`.
    pub images: Vec<InlineImage>,
    pub attachments: Vec<Attachment>,
}

/// A person or a role with an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    pub name: Option<HeaderText>,
    pub address: EmailAddress,
}

/// What made the message: mailing software treats the two kinds differently.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A schedule: `Auto-Submitted: auto-generated` (RFC 3834) and a `List-Id` (RFC 2919).
    Schedule {
        list_id: ListId,
        /// Where the subscription ends (RFC 2369): over `https:` with one click (RFC 8058), over `http:` on a page.
        unsubscribe: Option<String>,
    },
    /// The answer to a person's click, such as a test mail: `Auto-Submitted` only.
    Person,
}

/// `local@domain` of a Message-ID header, without the angle brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageId(String);

/// A dot-separated list name that belongs to us, such as `weekly.reports.example.org`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListId(String);

/// A PNG image inside the HTML.
#[derive(Clone, Debug)]
pub struct InlineImage {
    /// `name` of `<img src="cid:name">`, without the domain.
    pub cid: String,
    pub png: Vec<u8>,
}

/// A file at the end of the message.
#[derive(Clone, Debug)]
pub struct Attachment {
    pub file_name: HeaderText,
    /// For example `text/csv; charset=utf-8`.
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// Why a draft makes no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComposeError {
    NoRecipient,
    /// The text part is empty: some readers see nothing else.
    NoText,
    /// A Message-ID, List-Id, Content-ID, media type or link contains what it must not.
    BadIdentifier,
    /// The HTML names an image that is not in the message, or an image is never named.
    ImageMismatch,
}

impl fmt::Display for ComposeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRecipient => "The message has no recipient.",
            Self::NoText => "The message has no text part.",
            Self::BadIdentifier => "An identifier of the message contains a character that it must not contain.",
            Self::ImageMismatch => "The images of the message and those that its HTML shows are not the same.",
        })
    }
}

impl std::error::Error for ComposeError {}

impl MessageId {
    /// An identifier from its two halves, which must be dot-atoms (RFC 5322 §3.6.4).
    pub fn new(local: &str, domain: &str) -> Result<Self, ComposeError> {
        if is_dot_atom(local) && is_dot_atom(domain) && local.len() + domain.len() < 250 {
            Ok(Self(format!("{local}@{domain}")))
        } else {
            Err(ComposeError::BadIdentifier)
        }
    }

    /// `local@domain`, without angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ListId {
    /// A list name of at least two dot-separated parts.
    pub fn new(text: &str) -> Result<Self, ComposeError> {
        if is_dot_atom(text) && text.contains('.') && text.len() < 250 {
            Ok(Self(text.to_owned()))
        } else {
            Err(ComposeError::BadIdentifier)
        }
    }
}

/// The message as it goes over the wire: CRLF line ends, no line above 998 characters.
pub fn compose(draft: &Draft) -> Result<Vec<u8>, ComposeError> {
    check(draft)?;
    let mut builder = MessageBuilder::new()
        .message_id(draft.message_id.as_str())
        .date(Date::new(draft.date.timestamp()))
        .from(header_address(&draft.from))
        .subject(Text::new(draft.subject.as_str()));
    if !draft.to.is_empty() {
        builder = builder.to(header_addresses(&draft.to));
    }
    if !draft.cc.is_empty() {
        builder = builder.cc(header_addresses(&draft.cc));
    }
    if let Some(reply_to) = &draft.reply_to {
        builder = builder.reply_to(header_address(reply_to));
    }
    builder = builder.header("Auto-Submitted", Raw::new("auto-generated"));
    if let Origin::Schedule { list_id, unsubscribe } = &draft.origin {
        builder = builder.header("List-Id", Raw::new(format!("<{}>", list_id.0)));
        if let Some(link) = unsubscribe {
            builder = builder.header("List-Unsubscribe", URL::new(link.as_str()));
            if link.starts_with("https://") {
                builder = builder.header("List-Unsubscribe-Post", Raw::new("List-Unsubscribe=One-Click"));
            }
        }
    }
    builder = builder.header("MIME-Version", Raw::new("1.0")).body(body(draft));
    let mut bytes = Vec::new();
    builder.serialize(&mut bytes);
    Ok(bytes)
}

fn check(draft: &Draft) -> Result<(), ComposeError> {
    if draft.to.is_empty() && draft.cc.is_empty() {
        return Err(ComposeError::NoRecipient);
    }
    if draft.text.trim().is_empty() {
        return Err(ComposeError::NoText);
    }
    if !draft.images.iter().all(|image| is_dot_atom(&image.cid)) {
        return Err(ComposeError::BadIdentifier);
    }
    if !draft.attachments.iter().all(|file| file.media_type.chars().all(|c| c.is_ascii_graphic() || c == ' ')) {
        return Err(ComposeError::BadIdentifier);
    }
    if let Origin::Schedule { unsubscribe: Some(link), .. } = &draft.origin
        && !is_link(link)
    {
        return Err(ComposeError::BadIdentifier);
    }
    check_images(draft)
}

/// Every `cid:` of the HTML has its image, and every image is shown: one that is not would appear
/// as a loose attachment.
fn check_images(draft: &Draft) -> Result<(), ComposeError> {
    let shown: Vec<&str> =
        draft.html.split("\"cid:").skip(1).map(|rest| rest.split('"').next().unwrap_or_default()).collect();
    let attached = |cid: &str| draft.images.iter().any(|image| image.cid == cid);
    if shown.iter().all(|cid| attached(cid)) && draft.images.iter().all(|image| shown.contains(&image.cid.as_str())) {
        Ok(())
    } else {
        Err(ComposeError::ImageMismatch)
    }
}

fn body(draft: &Draft) -> MimePart<'_> {
    let text = MimePart::new("text/plain", draft.text.as_str());
    let html = MimePart::new("text/html", draft.html.as_str());
    let shown = if draft.images.is_empty() {
        html
    } else {
        let mut parts = vec![html];
        parts.extend(draft.images.iter().map(image_part));
        multipart("multipart/related", Some("text/html"), parts, draft)
    };
    let alternative = multipart("multipart/alternative", None, vec![text, shown], draft);
    if draft.attachments.is_empty() {
        return alternative;
    }
    let mut parts = vec![alternative];
    parts.extend(draft.attachments.iter().map(|file| {
        MimePart::new(ContentType::new(file.media_type.as_str()), BodyPart::Binary(file.bytes.as_slice().into()))
            .attachment(file.file_name.as_str())
    }));
    multipart("multipart/mixed", None, parts, draft)
}

fn image_part(image: &InlineImage) -> MimePart<'_> {
    MimePart::new("image/png", BodyPart::Binary(image.png.as_slice().into())).inline().cid(image.cid.as_str())
}

/// A multipart whose boundary follows from the Message-ID. `=_` cannot occur in quoted-printable.
fn multipart<'x>(
    kind: &'static str,
    root: Option<&'static str>,
    parts: Vec<MimePart<'x>>,
    draft: &Draft,
) -> MimePart<'x> {
    let hash = sha256(format!("{kind}\0{}", draft.message_id.0).as_bytes());
    let boundary: String = hash.chars().take(30).collect();
    let mut content_type = ContentType::new(kind).attribute("boundary", format!("=_{boundary}"));
    if let Some(root) = root {
        content_type = content_type.attribute("type", root);
    }
    MimePart::new(content_type, parts)
}

fn header_address(mailbox: &Mailbox) -> Address<'_> {
    Address::new_address(mailbox.name.as_ref().map(HeaderText::as_str), mailbox.address.as_str())
}

fn header_addresses(mailboxes: &[Mailbox]) -> Address<'_> {
    Address::new_list(mailboxes.iter().map(header_address).collect())
}

/// An address of the web that is safe between the angle brackets of a header.
fn is_link(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://"))
        && text.chars().all(|c| c.is_ascii_graphic() && !"<>,\"".contains(c))
}

/// Letters, digits and `-._` between no leading, trailing or doubled dots: safe in every header.
fn is_dot_atom(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|part| !part.is_empty())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

#[cfg(test)]
mod tests;
