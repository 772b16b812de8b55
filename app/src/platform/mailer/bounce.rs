//! Reads a bounce message: a `multipart/report` with a `message/delivery-status`. Only the parts directly below the
//! report are looked at, by a walk over its lines, so that nothing nested can exhaust anything.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use crate::domain::bounce::{Bounce, MAX_RECIPIENTS, fields, read_status};

/// Most parts of a report that are looked at.
const MAX_PARTS: usize = 20;

/// Why a file is no bounce that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoBounce {
    /// No headers at its head.
    NotAMessage,
    /// A message, and no report.
    NotAReport,
    /// A report of another kind: a receipt, a complaint.
    OtherReport,
    /// A report without the part that says what happened, or without a recipient in it.
    NoStatus,
    /// It does not say which message came back.
    NoMessageId,
}

/// Reads a bounce message.
///
/// # Errors
/// Why it is none.
pub fn read_bounce(bytes: &[u8]) -> Result<Bounce, NoBounce> {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n");
    // A mailbox file begins with a line of its own.
    let text = match text.strip_prefix("From ") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, rest)| rest),
        None => &text,
    };
    let report = Part::read(text);
    if report.fields.is_empty() {
        return Err(NoBounce::NotAMessage);
    }
    if report.kind() != "multipart/report" {
        return Err(NoBounce::NotAReport);
    }
    if report.parameter("report-type").is_some_and(|kind| !kind.eq_ignore_ascii_case("delivery-status")) {
        return Err(NoBounce::OtherReport);
    }
    let boundary = report.parameter("boundary").filter(|boundary| !boundary.is_empty()).ok_or(NoBounce::NotAReport)?;
    let mut bounce = Bounce::default();
    for part in parts(report.body, &boundary) {
        match part.kind().as_str() {
            "message/delivery-status" | "message/global-delivery-status" => {
                bounce.recipients.extend(read_status(&part.text()));
            }
            "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/global-headers" => {
                bounce.message_id = bounce.message_id.or_else(|| message_id(&part.text()));
            }
            _ => {}
        }
    }
    bounce.recipients.truncate(MAX_RECIPIENTS);
    if bounce.recipients.is_empty() {
        return Err(NoBounce::NoStatus);
    }
    if bounce.message_id.is_none() {
        return Err(NoBounce::NoMessageId);
    }
    Ok(bounce)
}

/// A message or a part of one.
struct Part<'a> {
    fields: Vec<(String, String)>,
    body: &'a str,
}

impl<'a> Part<'a> {
    fn read(text: &'a str) -> Self {
        match text.strip_prefix('\n') {
            Some(body) => Self { fields: Vec::new(), body },
            None => {
                let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
                Self { fields: fields(head), body }
            }
        }
    }

    fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Type and subtype, in lower case.
    fn kind(&self) -> String {
        self.field("content-type").split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// A parameter of the content type.
    fn parameter(&self, name: &str) -> Option<String> {
        let mut rest = self.field("content-type").split_once(';')?.1;
        loop {
            let (key, value) = rest.split_once('=')?;
            let value = value.trim_start();
            let (value, after) = match value.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                None => value.split_at(value.find([';', ' ']).unwrap_or(value.len())),
            };
            if key.trim_matches([';', ' ', '\t']).eq_ignore_ascii_case(name) {
                return Some(value.to_owned());
            }
            rest = after;
        }
    }

    /// The body, decoded.
    fn text(&self) -> String {
        match self.field("content-transfer-encoding").trim().to_ascii_lowercase().as_str() {
            "base64" => unbase64(self.body),
            "quoted-printable" => unquoted(self.body),
            _ => self.body.to_owned(),
        }
    }
}

fn parts<'a>(body: &'a str, boundary: &str) -> Vec<Part<'a>> {
    let line = format!("--{boundary}");
    let mut found = Vec::new();
    let mut begun: Option<usize> = None;
    let mut place = 0;
    for text in body.split_inclusive('\n') {
        let (here, bare) = (place, text.trim_end());
        place += text.len();
        let is_end = bare.strip_prefix(&line) == Some("--");
        if bare == line || is_end {
            if let Some(begun) = begun.filter(|_| found.len() < MAX_PARTS) {
                found.push(Part::read(&body[begun..here]));
            }
            begun = (!is_end).then_some(place);
        }
    }
    // A report that was cut off.
    if let Some(begun) = begun.filter(|_| found.len() < MAX_PARTS) {
        found.push(Part::read(&body[begun..]));
    }
    found
}

/// The Message-ID of a message or of its head, without angle brackets.
fn message_id(text: &str) -> Option<String> {
    let head = text.trim_start_matches('\n').split("\n\n").next().unwrap_or_default();
    let fields = fields(head);
    let (_, value) = fields.iter().find(|(name, _)| name == "message-id")?;
    let id = value.trim().trim_start_matches('<').trim_end_matches('>');
    let is_plain = !id.is_empty() && id.len() <= 250 && id.bytes().all(|byte| byte.is_ascii_graphic());
    is_plain.then(|| id.to_owned())
}

/// What can be decoded, up to the first thing that cannot.
fn unbase64(text: &str) -> String {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, config);
    let mut plain: String = text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/')).collect();
    // One character alone holds no byte.
    if plain.len() % 4 == 1 {
        plain.pop();
    }
    let bytes = engine.decode(plain).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
}

fn unquoted(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'=' {
            bytes.push(*first);
            continue;
        }
        let hex = |byte: u8| char::from(byte).to_digit(16);
        match *rest {
            [b'\n', ..] => rest = &rest[1..],
            [high, low, ..] if hex(high).is_some() && hex(low).is_some() => {
                bytes.push((hex(high).unwrap_or(0) * 16 + hex(low).unwrap_or(0)) as u8);
                rest = &rest[2..];
            }
            _ => bytes.push(b'='),
        }
    }
    String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
}

#[cfg(test)]
mod tests;
