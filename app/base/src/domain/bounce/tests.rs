//! What reports say, and what is concluded from them.

use super::*;

fn of(status: &str, diagnostic: &str) -> BouncedRecipient {
    let text = format!(
        "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; Dana@example.org\nAction: failed\nStatus: {status}\nDiagnostic-Code: {diagnostic}\n"
    );
    let mut read = read_status(&text);
    assert_eq!(read.len(), 1, "the block about the message itself is none");
    read.remove(0)
}

#[test]
fn the_servers_words_become_a_reply() {
    for (status, diagnostic, reply) in [
        ("5.1.1", "smtp; 550 5.1.1 <dana@example.org>: user unknown", "550 5.1.1 <dana@example.org>: user unknown"),
        ("5.1.1", "smtp; 550-5.1.1 The email account\n that you tried", "550 5.1.1 The email account that you tried"),
        ("5.0.0", "smtp; 550 5.1.1 No such user", "550 5.1.1 No such user"),
        ("5.0.0", "smtp; 550 No such user here", "550 No such user here"),
        ("5.2.2", "smtp;552 mailbox full", "552 5.2.2 mailbox full"),
        ("4.4.7", "X-Postfix; delivery timed out", "450 4.4.7 delivery timed out"),
        ("5.4.4 (unable to route)", "", "550 5.4.4"),
        ("nonsense", "", "550"),
    ] {
        assert_eq!(of(status, diagnostic).reply().to_string(), reply, "{status} {diagnostic}");
    }
}

#[test]
fn only_an_address_that_leads_nowhere_for_good_is_hard() {
    assert!(of("5.1.1", "smtp; 550 5.1.1 unknown").is_hard());
    assert!(of("5.0.0", "smtp; 550 5.1.10 unknown").is_hard());
    for (status, diagnostic) in [
        ("5.2.2", "smtp; 552 5.2.2 full"),
        ("5.7.1", "smtp; 550 5.7.1 blocked"),
        ("5.0.0", "smtp; 550 looks like spam"),
        ("4.1.1", "smtp; 450 4.1.1 later"),
    ] {
        assert!(!of(status, diagnostic).is_hard(), "{status} {diagnostic}");
    }
    let delayed = BouncedRecipient { action: BounceAction::Delayed, ..of("5.1.1", "smtp; 550 5.1.1 unknown") };
    assert!(!delayed.is_hard());
}

#[test]
fn a_report_about_a_forwarded_address_is_about_the_other_one() {
    let forwarded = BouncedRecipient { original: Some("office@example.org".into()), ..of("5.1.1", "") };
    assert!(forwarded.is_about("dana@example.org") && !forwarded.is_about("office@example.org"));
    assert!(forwarded.concerns("Office@example.org") && !forwarded.concerns("max@example.org"));
}

#[test]
fn a_report_changes_what_was_thought_to_have_arrived() {
    let (hard, soft) = (of("5.1.1", "smtp; 550 5.1.1 unknown"), of("5.2.2", "smtp; 552 5.2.2 full"));
    let delayed = BouncedRecipient { action: BounceAction::Delayed, ..hard.clone() };
    let forwarded = BouncedRecipient { original: Some("office@example.org".into()), ..hard.clone() };
    let (here, elsewhere) = ("dana@example.org", "office@example.org");
    for (recipient, address, phase, expected) in [
        (&hard, here, DeliveryPhase::Accepted, BounceOutcome::FailsAndStops),
        (&forwarded, elsewhere, DeliveryPhase::Uncertain, BounceOutcome::Fails),
        (&hard, elsewhere, DeliveryPhase::Accepted, BounceOutcome::SomebodyElse),
        (&hard, elsewhere, DeliveryPhase::Failed, BounceOutcome::SomebodyElse),
        (&soft, here, DeliveryPhase::Accepted, BounceOutcome::Fails),
        (&hard, here, DeliveryPhase::Failed, BounceOutcome::Stops),
        (&soft, here, DeliveryPhase::Failed, BounceOutcome::Known),
        (&hard, here, DeliveryPhase::Queued, BounceOutcome::NotSent),
        (&delayed, here, DeliveryPhase::Accepted, BounceOutcome::Nothing),
    ] {
        assert_eq!(outcome(recipient, address, phase), expected, "{address} {phase}");
    }
}

#[test]
fn hostile_fields_do_no_harm() {
    for text in ["", "\n\n\n", ":\n\nFinal-Recipient:\n", "Final-Recipient: rfc822;\n\n", " folded\n first"] {
        assert_eq!(read_status(text), [], "{text:?}");
    }
    let many = "Final-Recipient: rfc822; a@example.org\n\n".repeat(10_000);
    assert_eq!(read_status(&many).len(), MAX_RECIPIENTS);
    let odd = of("5.1.1", "smtp; 550 a\u{0}b\u{2028}c");
    assert_eq!((odd.words.as_str(), odd.action), ("550 ab c", BounceAction::Failed));
    let unknown = read_status("Final-Recipient: rfc822;a@example.org\nAction: exploded\n");
    assert_eq!(unknown[0].action, BounceAction::Unknown);
}
