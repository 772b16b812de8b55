//! Addresses that get no mail: why, and which answers of a mail server put one on the list.

use super::smtp_reply::{SmtpReply, Verdict};

crate::text_enum!(
    /// Why an address gets no mail.
    SuppressionReason {
        /// Its owner stopped the mails of a schedule.
        Unsubscribed = "unsubscribed",
        /// A mail server said that there is no such mailbox.
        Bounced = "bounced",
        /// An administrator put it there.
        ByHand = "by_hand",
    }
);

impl SuppressionReason {
    /// The word on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unsubscribed => "Unsubscribed",
            Self::Bounced => "Bounced",
            Self::ByHand => "By hand",
        }
    }
}

/// What a server was asked when it refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedAt {
    /// MAIL FROM: about the sender, never about the recipient.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, or the end of the message.
    Message,
}

/// Enhanced codes (RFC 3463 §3.2 and the IANA register) that say for good that the recipient's address leads nowhere:
/// no such mailbox, no such host, bad syntax, moved without an address, no mail for this domain (null MX, RFC 7505).
const NOWHERE: [&str; 5] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"];

/// Whether a refusal means that the address does not exist, so that nothing is sent there any more.
///
/// An enhanced code decides where there is one: those of [`NOWHERE`], at RCPT TO or at the message, and 5.1.0 and 5.1.4
/// (other and ambiguous address) at RCPT TO alone. Every other code concerns something else: 5.1.7 and 5.1.8 the
/// sender, 5.2.x a mailbox that is there (full, off, too small), 5.7.x a policy or a blocklist. Without one a plain 550
/// at RCPT TO counts, because that is what servers without enhanced codes say of a mailbox that they do not have
/// (RFC 5321 §4.2.3); 551, 552, 553 and 554, and 550 at the message, do not: they are as often about us as about the address.
pub fn is_hard_bounce(at: RefusedAt, reply: &SmtpReply) -> bool {
    if at == RefusedAt::Sender || reply.verdict() != Verdict::Never || !(500..600).contains(&reply.code) {
        return false;
    }
    match reply.enhanced.as_deref() {
        Some(code) if NOWHERE.contains(&code) => true,
        Some("5.1.0" | "5.1.4") => at == RefusedAt::Recipient,
        Some(_) => false,
        None => at == RefusedAt::Recipient && reply.code == 550,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounces(at: RefusedAt, code: u16, enhanced: &str) -> bool {
        let enhanced = (!enhanced.is_empty()).then(|| enhanced.to_owned());
        is_hard_bounce(at, &SmtpReply::new(code, enhanced, "words"))
    }

    #[test]
    fn a_mailbox_that_does_not_exist_bounces() {
        for (code, enhanced) in
            [(550, "5.1.1"), (550, ""), (553, "5.1.3"), (550, "5.1.2"), (556, "5.1.10"), (551, "5.1.6")]
        {
            assert!(bounces(RefusedAt::Recipient, code, enhanced), "{code} {enhanced}");
        }
        assert!(bounces(RefusedAt::Message, 550, "5.1.1"), "some servers look only after the message");
        assert!(bounces(RefusedAt::Recipient, 550, "5.1.0") && !bounces(RefusedAt::Message, 550, "5.1.0"));
    }

    #[test]
    fn a_mailbox_that_is_there_or_a_policy_does_not() {
        for (code, enhanced) in [
            (550, "5.7.1"),
            (550, "5.2.1"),
            (552, "5.2.2"),
            (550, "5.1.7"),
            (550, "5.1.8"),
            (554, ""),
            (552, ""),
            (553, ""),
            (551, ""),
        ] {
            assert!(!bounces(RefusedAt::Recipient, code, enhanced), "{code} {enhanced}");
        }
        assert!(!bounces(RefusedAt::Message, 550, ""), "about the message as often as about the address");
    }

    #[test]
    fn nothing_temporary_and_nothing_about_the_sender_bounces() {
        assert!(!bounces(RefusedAt::Recipient, 450, "4.1.1"));
        assert!(!bounces(RefusedAt::Recipient, 450, "5.1.1"), "the basic code decides whether it is for good");
        assert!(!bounces(RefusedAt::Recipient, 0, ""));
        assert!(!bounces(RefusedAt::Sender, 550, "5.1.1"));
        assert!(!bounces(RefusedAt::Sender, 550, ""));
    }
}
