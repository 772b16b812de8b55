//! Bounces as mail servers write them, and files that are none.

use super::*;
use crate::domain::bounce::BounceAction;

const POSTFIX: &str = include_str!("postfix.eml");
const EXCHANGE: &str = include_str!("exchange.eml");
const GMAIL: &str = include_str!("gmail.eml");
const EXIM: &str = include_str!("exim.eml");

/// Message-ID, address, action, reply.
fn facts(bounce: &Bounce) -> (&str, &str, BounceAction, String) {
    let only = &bounce.recipients[0];
    assert_eq!(bounce.recipients.len(), 1);
    (bounce.message_id.as_deref().unwrap(), only.address.as_str(), only.action, only.reply().to_string())
}

#[test]
fn reports_of_known_servers_are_read() {
    let failed = BounceAction::Failed;
    for (name, text, address, action, reply) in [
        (
            "Postfix",
            POSTFIX,
            "max@example.org",
            failed,
            "550 5.1.1 <max@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
        ),
        (
            "Exchange",
            EXCHANGE,
            "max@example.org",
            failed,
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient max@example.org not found by SMTP address lookup",
        ),
        (
            "Gmail",
            GMAIL,
            "max@example.org",
            BounceAction::Delayed,
            "450 4.4.1 The recipient server did not accept our requests to connect.",
        ),
        ("Exim", EXIM, "max@example.org", failed, "550 No such user here"),
    ] {
        for bytes in [
            text.as_bytes().to_vec(),
            text.replace('\n', "\r\n").into_bytes(),
            format!("From MAILER-DAEMON Mon Nov 23 07:00:00 2026\n{text}").into_bytes(),
        ] {
            let bounce = read_bounce(&bytes).unwrap();
            assert_eq!(facts(&bounce), ("0123456789abcdef@example.org", address, action, reply.to_owned()), "{name}");
        }
    }
}

#[test]
fn the_status_may_be_encoded() {
    let status = "Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; max@example.org\nAction: failed\nStatus: 5.1.1\n";
    let quoted =
        "Reporting-MTA: dns; a=0A=0AFinal-Recipient:=20rfc822; max@exam=\nple.org=0AAction: failed=0AStatus: 5.1.1=";
    let base64 = base64::engine::general_purpose::STANDARD.encode(status);
    for (encoding, body) in [
        ("7bit", status),
        ("BASE64", base64.as_str()),
        ("quoted-printable", quoted),
        ("base64", &base64[..base64.len() - 3]),
    ] {
        let text = format!(
            "Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: {encoding}\n\n{body}\n--x\nContent-Type: message/rfc822\n\nMessage-ID: <1@a>\n\nx\n--x--\n"
        );
        let bounce = read_bounce(text.as_bytes()).unwrap();
        assert_eq!(bounce.recipients[0].address, "max@example.org", "{encoding}");
    }
}

#[test]
fn what_is_no_bounce_is_refused_with_its_reason() {
    let report = |kind: &str, parts: &str| {
        read_bounce(format!("Content-Type: multipart/report; report-type={kind}; boundary=\"x\"\n\n{parts}").as_bytes())
    };
    for file in ["", "\u{89}PNG\r\n\u{1a}", "just a text\nof two lines"] {
        assert_eq!(read_bounce(file.as_bytes()), Err(NoBounce::NotAMessage), "{file:?}");
    }
    assert_eq!(read_bounce(b"Subject: Hello\n\nHi\n"), Err(NoBounce::NotAReport));
    assert_eq!(read_bounce(b"Content-Type: multipart/report\n\nno boundary"), Err(NoBounce::NotAReport));
    assert_eq!(report("disposition-notification", ""), Err(NoBounce::OtherReport));
    assert_eq!(report("feedback-report", ""), Err(NoBounce::OtherReport));
    assert_eq!(report("delivery-status", "--x\n\ntext\n--x--\n"), Err(NoBounce::NoStatus));
    let status = "--x\nContent-Type: message/delivery-status\n\n\nFinal-Recipient: rfc822;a@b\nAction: failed\n";
    assert_eq!(report("delivery-status", &format!("{status}--x--\n")), Err(NoBounce::NoMessageId));
}

#[test]
fn hostile_files_are_read_to_their_end() {
    let nested = "Content-Type: message/rfc822\n\n".repeat(100_000);
    assert_eq!(read_bounce(nested.as_bytes()), Err(NoBounce::NotAReport));
    let deep: String =
        (0..20_000).map(|level| format!("Content-Type: multipart/report; boundary=b{level}\n\n--b{level}\n")).collect();
    assert_eq!(read_bounce(deep.as_bytes()), Err(NoBounce::NoStatus));
    let many = format!(
        "Content-Type: multipart/report; boundary=x\n\n{}",
        "--x\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822;a@b\n".repeat(50_000)
    );
    assert_eq!(read_bounce(many.as_bytes()), Err(NoBounce::NoMessageId));
    let mut bytes = POSTFIX.as_bytes().to_vec();
    for place in 0..bytes.len() {
        let kept = std::mem::replace(&mut bytes[place], 0xff);
        let _ = read_bounce(&bytes);
        let _ = read_bounce(&bytes[..place]);
        bytes[place] = kept;
    }
}
