//! Reads a message back, to show it: headers, text, HTML with its images, attachments.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::error::is_forbidden;

/// A message as a page shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub message_id: Option<String>,
    pub subject: String,
    pub from: String,
    pub to: String,
    pub cc: String,
    pub date: Option<DateTime<Utc>>,
    pub text: Option<String>,
    /// The HTML part with `cid:` images written into it as `data:`. It is foreign markup: show it
    /// only in a sandboxed frame with its own policy.
    pub html: Option<String>,
    /// Names and sizes of the attached files.
    pub attachments: Vec<(String, usize)>,
    /// More messages within messages than can be read: only the headers are.
    pub is_unreadable: bool,
}

/// Most mentions of messages within messages. Each could be a level, and a reader that goes down as deep as anybody
/// likes ends the program.
const NESTED_MAX: usize = 500;
/// Most images that are written into the HTML.
const IMAGES_MAX: usize = 100;
/// Longest HTML with its images: one image can be named as often as somebody likes.
const HTML_MAX: usize = 32 * 1024 * 1024;

/// Reads the tree of a message; of one that is nested without end, the headers alone.
pub(super) fn parse(mime: &[u8]) -> Option<Message<'_>> {
    let parser = MessageParser::new()
        .with_mime_headers()
        .with_date_headers()
        .with_address_headers()
        .with_message_ids()
        .default_header_text();
    if is_bottomless(mime) { parser.parse_headers(mime) } else { parser.parse(mime) }
}

/// Whether so many messages may stand in each other that nobody should go down.
pub(super) fn is_bottomless(mime: &[u8]) -> bool {
    let names: [&[u8]; 3] = [b"rfc822", b"global", b"digest"];
    // The first letter decides for nearly all of them.
    let mentions = mime.windows(6).filter(|word| {
        matches!(word[0] | 0x20, b'r' | b'g' | b'd') && names.iter().any(|name| word.eq_ignore_ascii_case(name))
    });
    mentions.take(NESTED_MAX + 1).count() > NESTED_MAX
}

/// Reads a message; `None` for bytes that are none.
pub fn read(mime: &[u8]) -> Option<Reading> {
    let message = parse(mime)?;
    Some(Reading {
        is_unreadable: is_bottomless(mime),
        message_id: message.message_id().map(line),
        subject: line(message.subject().unwrap_or("(no subject)")),
        from: message.from().map(addresses).unwrap_or_default(),
        to: message.to().map(addresses).unwrap_or_default(),
        cc: message.cc().map(addresses).unwrap_or_default(),
        date: message.date().and_then(|date| DateTime::from_timestamp(date.to_timestamp(), 0)),
        text: part_text(&message, message.text_body.first()),
        html: part_html(&message, message.html_body.first()).map(|html| with_images(&message, html)),
        attachments: message
            .parts
            .iter()
            .filter_map(|part| Some((line(part.attachment_name()?), part.contents().len())))
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

pub(super) fn addresses(list: &Address<'_>) -> String {
    let shown = list.iter().map(|one| match (one.name(), one.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => address.or(name).unwrap_or_default().to_owned(),
    });
    line(&shown.collect::<Vec<_>>().join(", "))
}

/// What a message says on one line: encoded words may hide line breaks and worse.
fn line(text: &str) -> String {
    text.chars().map(|c| if is_forbidden(c) { ' ' } else { c }).collect()
}

fn with_images(message: &Message<'_>, html: String) -> String {
    // A frame without permissions has no session: images of their own addresses would not reach it.
    message.parts.iter().filter_map(data_url).take(IMAGES_MAX).fold(html, |html, (cid, url)| {
        let names = [(format!("\"cid:{cid}\""), format!("\"{url}\"")), (format!("'cid:{cid}'"), format!("'{url}'"))];
        let uses: usize = names.iter().map(|(name, _)| html.matches(name.as_str()).count()).sum();
        if html.len().saturating_add(uses.saturating_mul(url.len())) > HTML_MAX {
            return html;
        }
        names.iter().fold(html, |html, (name, url)| html.replace(name, url))
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
    fn of_messages_in_messages_without_end_only_the_headers_are_read() {
        let mime = format!("Subject: Deep\r\n{}", "Content-Type: message/rfc822\r\n\r\n".repeat(100_000));
        let reading = read(mime.as_bytes()).unwrap();
        assert_eq!((reading.subject.as_str(), reading.is_unreadable, reading.text), ("Deep", true, None));
    }

    #[test]
    fn an_encoded_word_brings_no_line_break_and_no_nul() {
        let mime = b"Subject: =?utf-8?B?QQ0KQgBD?=\r\nFrom: =?utf-8?B?QQ0KQgBD?= <a@example.org>\r\n\r\nx";
        let reading = read(mime).unwrap();
        assert_eq!((reading.subject.as_str(), reading.from.as_str()), ("A  B C", "A  B C <a@example.org>"));
    }

    #[test]
    fn an_image_that_is_named_without_end_stays_out() {
        let image = "A".repeat(64 * 1024);
        let mime = |uses: usize| {
            let html = "<img src=\"cid:one\">\r\n".repeat(uses);
            format!(
                "Content-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n{html}\r\n--x\r\nContent-Type: image/png\r\nContent-ID: <one>\r\nContent-Transfer-Encoding: base64\r\n\r\n{image}\r\n--x--\r\n"
            )
        };
        let html = |uses| read(mime(uses).as_bytes()).unwrap().html.unwrap();
        assert_eq!(html(3).matches("data:image/png").count(), 3);
        let many = html(10_000);
        assert!(many.len() < HTML_MAX && !many.contains("data:") && many.contains("cid:one"), "{}", many.len());
    }

    #[test]
    fn a_message_without_html_has_none() {
        let reading = read(b"Subject: x\r\n\r\nonly text\r\n").unwrap();
        assert_eq!((reading.html, reading.text.as_deref()), (None, Some("only text\n")));
    }
}
