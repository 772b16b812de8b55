//! What a mail server reports about a message that it could not deliver (RFC 3464), and what becomes of the delivery.

use serde::{Deserialize, Serialize};

use super::{
    delivery::DeliveryPhase,
    smtp_reply::SmtpReply,
    suppression::{RefusedAt, is_hard_bounce},
};

/// Most recipients of a report that are looked at.
pub const MAX_RECIPIENTS: usize = 200;
const MAX_TEXT: usize = 500;

/// A report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounce {
    /// Message-ID of the message that came back, without angle brackets.
    pub message_id: Option<String>,
    pub recipients: Vec<BouncedRecipient>,
}

/// What a report says of one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BouncedRecipient {
    /// Where it went in the end.
    pub address: String,
    /// To whom it was sent, where the report says so.
    pub original: Option<String>,
    pub action: BounceAction,
    /// For example `5.1.1`.
    pub status: Option<String>,
    /// The other server's words, without a type before them.
    pub words: String,
}

crate::text_enum!(
    /// What became of a message (RFC 3464 §2.3.3).
    BounceAction {
        Failed = "failed",
        /// It is tried again; nothing is decided.
        Delayed = "delayed",
        Delivered = "delivered",
        /// Handed to a server that reports nothing.
        Relayed = "relayed",
        Expanded = "expanded",
        /// A word that the standard does not know.
        Unknown = "unknown",
    }
);

impl BounceAction {
    /// What it means, in words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Failed => "Not delivered",
            Self::Delayed => "Delayed; the other server tries again",
            Self::Delivered => "Delivered",
            Self::Relayed => "Handed on",
            Self::Expanded => "Handed on to several people",
            Self::Unknown => "Unclear",
        }
    }
}

impl BouncedRecipient {
    /// The refusal as the reply of a server. Without its own code, the class of the status stands for one.
    pub fn reply(&self) -> SmtpReply {
        let said = Said::read(&self.words);
        let enhanced = match self.status.as_deref() {
            // "Undefined": what the other server said knows more, where it said something.
            Some(status) if !status.ends_with(".0.0") => Some(status.to_owned()),
            _ => said.enhanced.clone(),
        };
        let class = enhanced.as_deref().or(self.status.as_deref()).and_then(|status| status.chars().next());
        let code = said.code.unwrap_or(if class == Some('4') { 450 } else { 550 });
        SmtpReply::new(code, enhanced, said.rest)
    }

    /// Whether it says for good that the address leads nowhere. At which step the other server found out is not said:
    /// without an exact status nothing is concluded from a plain 550.
    pub fn is_hard(&self) -> bool {
        self.action == BounceAction::Failed && is_hard_bounce(RefusedAt::Message, &self.reply())
    }

    /// Whether it is about this address itself, and not about one to which its mail is forwarded.
    pub fn is_about(&self, address: &str) -> bool {
        self.address.eq_ignore_ascii_case(address)
    }

    /// Whether it is about mail that was sent to this address, wherever it went in the end.
    pub fn concerns(&self, address: &str) -> bool {
        self.is_about(address) || self.original.as_deref().is_some_and(|sent| sent.eq_ignore_ascii_case(address))
    }
}

crate::text_enum!(
    /// What a report changes about a delivery.
    BounceOutcome {
        /// It becomes one that was not delivered.
        Fails = "fails",
        /// So it does, and nothing more is sent to the address.
        FailsAndStops = "fails_and_stops",
        /// It is known as not delivered already; nothing more is sent to the address.
        Stops = "stops",
        /// It is known as not delivered already.
        Known = "known",
        /// The message is on its way, or was never sent.
        NotSent = "not_sent",
        /// The report names somebody to whom the message did not go.
        SomebodyElse = "somebody_else",
        /// The report decides nothing.
        Nothing = "nothing",
    }
);

impl BounceOutcome {
    /// What is done, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Fails => "The message is marked as not delivered.",
            Self::FailsAndStops => {
                "The message is marked as not delivered, and nothing more is sent to the address: by this job, and by \
                 all others where an administrator uploads the report."
            }
            Self::Stops => {
                "It is marked as not delivered already, and nothing more is sent to the address: by this job, and by \
                 all others where an administrator uploads the report."
            }
            Self::Known => "Nothing: it is marked as not delivered already.",
            Self::NotSent => "Nothing: the message waits or is being sent.",
            Self::SomebodyElse => "Nothing: the message was not sent to this address.",
            Self::Nothing => "Nothing: the report decides nothing.",
        }
    }

    /// Whether anything changes.
    pub fn changes(self) -> bool {
        matches!(self, Self::Fails | Self::FailsAndStops | Self::Stops)
    }

    /// Whether the address is put on the list of those that get no mail.
    pub fn stops(self) -> bool {
        matches!(self, Self::FailsAndStops | Self::Stops)
    }
}

/// What a report about a recipient changes about the delivery to an address, which stands in a phase. Whoever has the
/// message can write a report about it: one that names another recipient decides nothing.
pub fn outcome(recipient: &BouncedRecipient, address: &str, phase: DeliveryPhase) -> BounceOutcome {
    if recipient.action != BounceAction::Failed {
        return BounceOutcome::Nothing;
    }
    if !recipient.concerns(address) {
        return BounceOutcome::SomebodyElse;
    }
    let stops = recipient.is_hard() && recipient.is_about(address);
    match phase {
        DeliveryPhase::Accepted | DeliveryPhase::Uncertain if stops => BounceOutcome::FailsAndStops,
        DeliveryPhase::Accepted | DeliveryPhase::Uncertain => BounceOutcome::Fails,
        DeliveryPhase::Failed if stops => BounceOutcome::Stops,
        DeliveryPhase::Failed => BounceOutcome::Known,
        _ => BounceOutcome::NotSent,
    }
}

/// The parts of `550 5.1.1 No such user`.
struct Said<'a> {
    code: Option<u16>,
    enhanced: Option<String>,
    rest: &'a str,
}

impl<'a> Said<'a> {
    fn read(words: &'a str) -> Self {
        let mut rest = words.trim();
        let mut code = None;
        if let Some((first, after)) = split_word(rest)
            && first.len() == 3
            && let Ok(number) = first.parse::<u16>()
            && (400..600).contains(&number)
        {
            (code, rest) = (Some(number), after);
        }
        let mut enhanced = None;
        if let Some((first, after)) = split_word(rest)
            && is_status(first)
        {
            (enhanced, rest) = (Some(first.to_owned()), after);
        }
        Self { code, enhanced, rest }
    }
}

/// The first word, which may end at a space or at the hyphen of a reply of several lines, and what comes after it.
fn split_word(text: &str) -> Option<(&str, &str)> {
    if text.is_empty() {
        return None;
    }
    let end = text.find([' ', '-']).unwrap_or(text.len());
    Some((&text[..end], text[end..].trim_start_matches([' ', '-'])))
}

/// `class.subject.detail` of RFC 3463, of a refusal.
fn is_status(text: &str) -> bool {
    let mut parts = text.split('.');
    let is_number = |part: Option<&str>| {
        part.is_some_and(|part| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    matches!(parts.next(), Some("4" | "5" | "2"))
        && is_number(parts.next())
        && is_number(parts.next())
        && parts.next().is_none()
}

/// Header fields of a block: names in lower case, folded lines put together. What is no field is left out.
pub fn fields(block: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = found.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':')
            && !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_graphic())
        {
            found.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    found
}

/// The recipients of a `message/delivery-status`: blocks of fields, the first of them about the message itself.
pub fn read_status(text: &str) -> Vec<BouncedRecipient> {
    let blocks = text.split("\n\n").map(fields);
    blocks.filter_map(recipient).take(MAX_RECIPIENTS).collect()
}

fn recipient(fields: Vec<(String, String)>) -> Option<BouncedRecipient> {
    let get = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let address = address(get("final-recipient").or_else(|| get("original-recipient"))?)?;
    let action =
        get("action").unwrap_or_default().split([' ', ';', '(']).next().unwrap_or_default().to_ascii_lowercase();
    let status = get("status").unwrap_or_default().split([' ', '(', ';']).next().unwrap_or_default();
    Some(BouncedRecipient {
        address,
        original: get("original-recipient").and_then(self::address),
        action: action.parse().unwrap_or(BounceAction::Unknown),
        status: is_status(status).then(|| status.to_owned()),
        words: words(get("diagnostic-code").unwrap_or_default()),
    })
}

/// `rfc822; dana@example.org` without its type.
fn address(value: &str) -> Option<String> {
    let address = value.split_once(';').map_or(value, |(_, address)| address);
    let address = address.trim().trim_matches(['<', '>']);
    let is_plain = !address.is_empty() && address.len() <= 254 && !address.chars().any(|c| c.is_control() || c == ' ');
    is_plain.then(|| address.to_owned())
}

/// `smtp; 550 5.1.1 No such user` without its type.
fn words(value: &str) -> String {
    let is_type =
        |kind: &str| kind.len() <= 20 && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let words = match value.split_once(';') {
        Some((kind, words)) if is_type(kind.trim()) => words,
        _ => value,
    };
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !crate::error::is_forbidden(*c)).take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests;
