//! Reads a message back, to show it: headers, text, HTML with its images, attachments.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};

/// A message as a page shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub message_id: Option<String>,
    pub subject: String,
    pub from: String,
    pub to: String,
    pub date: Option<DateTime<Utc>>,
    pub text: Option<String>,
    /// The HTML part with `cid:` images written into it as `data:`. It is foreign markup: show it
    /// only in a sandboxed frame with its own policy.
    pub html: Option<String>,
    /// Names and sizes of the attached files.
    pub attachments: Vec<(String, usize)>,
}

/// Reads a message; `None` for bytes that are none.
pub fn read(mime: &[u8]) -> Option<Reading> {
    let message = MessageParser::default().parse(mime)?;
    Some(Reading {
        message_id: message.message_id().map(str::to_owned),
        subject: message.subject().unwrap_or("(no subject)").to_owned(),
        from: message.from().map(addresses).unwrap_or_default(),
        to: message.to().map(addresses).unwrap_or_default(),
        date: message.date().and_then(|date| DateTime::from_timestamp(date.to_timestamp(), 0)),
        text: part_text(&message, message.text_body.first()),
        html: part_html(&message, message.html_body.first()).map(|html| with_images(&message, html)),
        attachments: message
            .parts
            .iter()
            .filter_map(|part| Some((part.attachment_name()?.to_owned(), part.contents().len())))
            .collect(),
    })
}

/// The part's own text: the parser turns text into HTML and back, which would show what was never sent.
fn part_text(message: &Message<'_>, index: Option<&u32>) -> Option<String> {
    match &message.parts.get(*index? as usize)?.body {
        PartType::Text(text) => Some(text.replace("\r\n", "\n")),
        _ => None,
    }
}

fn part_html(message: &Message<'_>, index: Option<&u32>) -> Option<String> {
    match &message.parts.get(*index? as usize)?.body {
        PartType::Html(html) => Some(html.replace("\r\n", "\n")),
        _ => None,
    }
}

fn addresses(list: &Address<'_>) -> String {
    let shown = list.iter().map(|one| match (one.name(), one.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => address.or(name).unwrap_or_default().to_owned(),
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn with_images(message: &Message<'_>, html: String) -> String {
    message.parts.iter().fold(html, |html, part| match data_url(part) {
        Some((cid, url)) => html.replace(&format!("\"cid:{cid}\""), &format!("\"{url}\"")),
        None => html,
    })
}

/// The Content-ID and `data:` address of a pixel image; drawings with markup of their own stay out.
fn data_url<'a>(part: &'a MessagePart<'_>) -> Option<(&'a str, String)> {
    let kind = part.content_type()?;
    let subtype = kind.subtype()?.to_ascii_lowercase();
    if !kind.ctype().eq_ignore_ascii_case("image") || !matches!(subtype.as_str(), "png" | "jpeg" | "gif") {
        return None;
    }
    Some((part.content_id()?, format!("data:image/{subtype};base64,{}", STANDARD.encode(part.contents()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = "Message-ID: <1@example.org>\r\nDate: Mon, 23 Nov 2026 07:00:00 +0100\r\nFrom: =?utf-8?Q?=C5=BDiga?= <z@example.org>\r\nTo: a@example.org, B <b@example.org>\r\nSubject: Week 47\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n--y\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain\r\n--y\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<img src=\"cid:one\"><img src=\"cid:two\">\r\n--y--\r\n--x\r\nContent-Type: image/png\r\nContent-ID: <one>\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--x\r\nContent-Type: image/svg+xml\r\nContent-ID: <two>\r\n\r\n<svg/>\r\n--x--\r\n";

    #[test]
    fn a_message_is_read_with_its_images_inside() {
        let reading = read(MESSAGE.as_bytes()).unwrap();
        assert_eq!(reading.message_id.as_deref(), Some("1@example.org"));
        assert_eq!(reading.subject, "Week 47");
        assert_eq!(
            (reading.from.as_str(), reading.to.as_str()),
            ("Žiga <z@example.org>", "a@example.org, B <b@example.org>")
        );
        assert_eq!(reading.date.unwrap().to_rfc3339(), "2026-11-23T06:00:00+00:00");
        assert_eq!(reading.text.as_deref(), Some("plain"));
        assert_eq!(reading.html.as_deref(), Some("<img src=\"data:image/png;base64,AAEC\"><img src=\"cid:two\">"));
    }

    #[test]
    fn a_message_without_html_has_none() {
        let reading = read(b"Subject: x\r\n\r\nonly text\r\n").unwrap();
        assert_eq!((reading.html, reading.text.as_deref()), (None, Some("only text\n")));
    }
}
