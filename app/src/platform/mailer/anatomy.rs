//! Takes a message apart, to show what it is made of: its headers beside what they say, the tree of its parts, the bytes
//! of one of them. Messages are foreign: whatever they claim, everything here ends and is bounded.

use mail_parser::{Encoding, Header, HeaderValue, Message, MessagePart, MimeHeaders, PartType};

use super::reading::{addresses, is_bottomless, parse};

/// What a message is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anatomy {
    pub headers: Vec<HeaderLine>,
    /// The tree from its root on, each part before those in it.
    pub parts: Vec<Part>,
    /// Headers and parts beyond the limits, which are left out.
    pub is_cut: bool,
    /// Nested without end: only the headers were read.
    pub is_unreadable: bool,
}

/// A header of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderLine {
    pub name: String,
    /// What it says.
    pub decoded: String,
    /// How it stands in the message, folded lines and all.
    pub raw: String,
}

/// A part of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// For [`part`].
    pub number: usize,
    /// `1.2`: the second part of the first; `0` for the root of several.
    pub section: String,
    /// For example `text/html`.
    pub kind: String,
    pub charset: Option<String>,
    pub encoding: &'static str,
    pub name: Option<String>,
    pub content_id: Option<String>,
    /// Bytes when decoded; those of what is in it for one of several parts.
    pub size: usize,
    pub is_container: bool,
    /// It is a file, by its own word or because nothing else shows it.
    pub is_attachment: bool,
    /// It does not keep to what it claims to be.
    pub is_damaged: bool,
}

/// Most headers and parts that are shown.
const HEADERS_MAX: usize = 100;
const PARTS_MAX: usize = 300;
/// Longest header and name that are shown, in characters.
const HEADER_MAX: usize = 2_000;
const NAME_MAX: usize = 200;

/// Takes a message apart; `None` for bytes that are none.
pub fn anatomy(mime: &[u8]) -> Option<Anatomy> {
    let message = parse(mime)?;
    let is_unreadable = is_bottomless(mime);
    let headers = message.parts.first().map(|root| root.headers.as_slice()).unwrap_or_default();
    let parts = if is_unreadable { Vec::new() } else { tree(&message) };
    Some(Anatomy {
        is_cut: headers.len() > HEADERS_MAX || (!is_unreadable && parts.len() < message.parts.len()),
        headers: headers.iter().take(HEADERS_MAX).map(|header| line(header, mime)).collect(),
        parts,
        is_unreadable,
    })
}

/// Name and bytes of a part; `None` where there is none of this number, or where it only holds others.
pub fn part(mime: &[u8], number: usize) -> Option<(String, Vec<u8>)> {
    if is_bottomless(mime) {
        return None;
    }
    let message = parse(mime)?;
    let found = message.parts.get(number).filter(|part| !part.is_multipart())?;
    let name = found.attachment_name().map_or_else(|| default_name(found, number), str::to_owned);
    // The words of a text are decoded; those of a message within are as they came.
    Some((name, found.contents().to_vec()))
}

fn default_name(part: &MessagePart<'_>, number: usize) -> String {
    let end = match &part.body {
        PartType::Text(_) => "txt",
        PartType::Html(_) => "html",
        PartType::Message(_) => "eml",
        _ => "bin",
    };
    format!("part-{number}.{end}")
}

/// The parts from the root on. Not by recursion: a message may be as deep as it likes.
fn tree(message: &Message<'_>) -> Vec<Part> {
    let (mut found, mut ahead) = (Vec::new(), vec![(0_usize, String::new())]);
    let mut is_known = vec![false; message.parts.len()];
    while let Some((number, section)) = ahead.pop() {
        let Some(part) = message.parts.get(number).filter(|_| found.len() < PARTS_MAX) else { continue };
        if std::mem::replace(&mut is_known[number], true) {
            continue;
        }
        if let Some(inner) = part.sub_parts() {
            let dot = if section.is_empty() { "" } else { "." };
            let placed = |(at, id): (usize, &u32)| (*id as usize, format!("{section}{dot}{}", at + 1));
            ahead.extend(inner.iter().enumerate().rev().map(placed));
        }
        found.push(described(part, number, section, message));
    }
    found
}

fn described(part: &MessagePart<'_>, number: usize, section: String, message: &Message<'_>) -> Part {
    let is_container = part.is_multipart();
    let root = if is_container { "0" } else { "1" };
    Part {
        number,
        section: if section.is_empty() { root.to_owned() } else { section },
        kind: kind(part),
        charset: part.content_type().and_then(|kind| kind.attribute("charset")).map(|name| short(name, NAME_MAX)),
        encoding: match part.encoding {
            Encoding::None => "none",
            Encoding::QuotedPrintable => "quoted-printable",
            Encoding::Base64 => "base64",
        },
        name: part.attachment_name().map(|name| short(name, NAME_MAX)),
        content_id: part.content_id().map(|id| short(id, NAME_MAX)),
        size: if is_container { part.raw_len() as usize } else { part.len() },
        is_container,
        is_attachment: !is_container && message.attachments.iter().any(|id| *id as usize == number),
        is_damaged: part.is_encoding_problem,
    }
}

fn kind(part: &MessagePart<'_>) -> String {
    match part.content_type() {
        Some(kind) => short(&format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("?")), NAME_MAX),
        None => "text/plain".to_owned(),
    }
}

fn line(header: &Header<'_>, mime: &[u8]) -> HeaderLine {
    let raw = mime.get(header.offset_start as usize..header.offset_end as usize).unwrap_or_default();
    let raw = String::from_utf8_lossy(&raw[..raw.len().min(4 * HEADER_MAX)]);
    let raw = short(raw.trim(), HEADER_MAX);
    HeaderLine { name: short(header.name(), NAME_MAX), decoded: decoded(&header.value, &raw), raw }
}

/// What a header says; where it has no better words, itself on one line.
fn decoded(value: &HeaderValue<'_>, raw: &str) -> String {
    let said = match value {
        HeaderValue::Address(list) => addresses(list),
        HeaderValue::Text(text) => text.to_string(),
        HeaderValue::TextList(list) => list.join(", "),
        HeaderValue::DateTime(at) => at.to_rfc3339(),
        HeaderValue::ContentType(kind) => {
            let mut said = kind.ctype().to_owned();
            if let Some(subtype) = kind.subtype() {
                said.push_str(&format!("/{subtype}"));
            }
            for attribute in kind.attributes().unwrap_or_default() {
                said.push_str(&format!("; {}={}", attribute.name, attribute.value));
            }
            said
        }
        HeaderValue::Received(_) | HeaderValue::Empty => raw.to_owned(),
    };
    short(&said.split_whitespace().collect::<Vec<_>>().join(" "), HEADER_MAX)
}

fn short(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = "Message-ID: <1@example.org>\r\nDate: Mon, 23 Nov 2026 07:00:00 +0100\r\nFrom: =?utf-8?Q?=C5=BDiga?=\r\n <z@example.org>\r\nX-Note: =?utf-8?Q?na=C3=AFve?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n--y\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain\r\n--y\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>x</p>\r\n--y--\r\n--x\r\nContent-Type: text/csv; name=\"../tasks.csv\"\r\nContent-Disposition: attachment; filename=\"../tasks.csv\"\r\nContent-Transfer-Encoding: base64\r\n\r\nYSxi\r\n--x--\r\n";

    #[test]
    fn headers_stand_as_they_are_beside_what_they_say() {
        let anatomy = anatomy(MESSAGE.as_bytes()).unwrap();
        let of = |name: &str| anatomy.headers.iter().find(|line| line.name == name).unwrap();
        assert_eq!(of("From").decoded, "Žiga <z@example.org>");
        assert_eq!(of("From").raw, "=?utf-8?Q?=C5=BDiga?=\r\n <z@example.org>");
        assert_eq!(of("X-Note").decoded, "naïve");
        assert_eq!(of("Content-Type").decoded, "multipart/mixed; boundary=x");
        assert!(of("Date").decoded.starts_with("2026-11-23T07:00:00"), "{}", of("Date").decoded);
    }

    #[test]
    fn the_tree_names_each_part_by_its_place() {
        let anatomy = anatomy(MESSAGE.as_bytes()).unwrap();
        let places: Vec<(&str, &str)> =
            anatomy.parts.iter().map(|part| (part.section.as_str(), part.kind.as_str())).collect();
        assert_eq!(
            places,
            [
                ("0", "multipart/mixed"),
                ("1", "multipart/alternative"),
                ("1.1", "text/plain"),
                ("1.2", "text/html"),
                ("2", "text/csv"),
            ]
        );
        let file = anatomy.parts.last().unwrap();
        assert!(file.is_attachment && !anatomy.parts[2].is_attachment);
        assert_eq!((file.encoding, file.size), ("base64", 3));
        assert_eq!(part(MESSAGE.as_bytes(), file.number), Some(("../tasks.csv".to_owned(), b"a,b".to_vec())));
        assert_eq!(part(MESSAGE.as_bytes(), 0), None, "what holds others is no file");
        assert_eq!(part(MESSAGE.as_bytes(), 99), None);
    }

    #[test]
    fn fifty_levels_broken_ends_and_wrong_charsets_are_read_as_far_as_they_go() {
        let mut deep = String::from("Subject: Deep\r\n");
        for level in 0..50 {
            deep.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"));
        }
        deep.push_str("Content-Type: text/plain; charset=no-such-charset\r\n\r\nat the bottom \u{fffd}\r\n");
        let found = anatomy(deep.as_bytes()).unwrap();
        assert_eq!(found.parts.len(), 51);
        assert_eq!(found.parts.last().map(|part| part.section.matches('.').count()), Some(49));
        for broken in
            [&b"Content-Type: multipart/mixed\r\n\r\nno boundary"[..], b"a: b", b"From:\r\n\r\n\xff\xfe\x00", b":\r\n"]
        {
            let _ = anatomy(broken);
            let _ = part(broken, 0);
        }
    }

    #[test]
    fn a_message_of_more_parts_than_are_shown_says_so() {
        let inner = "--x\r\nContent-Type: text/plain\r\n\r\n.\r\n".repeat(1_000);
        let many = format!("Content-Type: multipart/mixed; boundary=x\r\n\r\n{inner}--x--\r\n");
        let found = anatomy(many.as_bytes()).unwrap();
        assert_eq!((found.parts.len(), found.is_cut), (PARTS_MAX, true));
        let endless = "Content-Type: message/rfc822\r\n\r\n".repeat(100_000);
        let found = anatomy(endless.as_bytes()).unwrap();
        assert!(found.is_unreadable && found.parts.is_empty() && found.headers.len() == 1);
        assert_eq!(part(endless.as_bytes(), 1), None);
    }
}
