//! Messages read back by an independent parser, and the bytes themselves.

use super::*;
use mail_parser::{MessageParser, MimeHeaders};

fn mailbox(name: &str, address: &str) -> Mailbox {
    Mailbox { name: HeaderText::parse(name).ok(), address: EmailAddress::parse(address).unwrap() }
}

fn draft() -> Draft {
    Draft {
        message_id: MessageId::new("0123abcd", "example.org").unwrap(),
        date: "2026-11-23T07:00:00Z".parse().unwrap(),
        from: mailbox("AutoReport, Team Žiga", "reports@example.org"),
        reply_to: None,
        to: vec![mailbox("Dana \"D\" Kovač", "dana@example.org"), mailbox("", "sam@example.org")],
        cc: Vec::new(),
        subject: HeaderText::parse(
            "17 completed, 3 overdue – week 47: poročilo žaba and a long tail that needs folding somewhere",
        )
        .unwrap(),
        origin: Origin::Schedule { list_id: ListId::new("weekly.reports.example.org").unwrap(), unsubscribe: None },
        text: "More work was finished than added.\n.\n..dots\nFrom here – ünïcode\n".into(),
        html: format!("<p>More work</p>\n{}\n<img src=\"cid:created\" alt=\"\">\n", "<td>x</td>".repeat(500)),
        images: vec![InlineImage { cid: "created".into(), png: (0..=255).collect() }],
        attachments: Vec::new(),
    }
}

fn with_attachment() -> Draft {
    let file = Attachment {
        file_name: HeaderText::parse("tasks – ž.csv").unwrap(),
        media_type: "text/csv".into(),
        bytes: "id,title\nT-1,žaba\n".into(),
    };
    Draft { attachments: vec![file], ..draft() }
}

fn text(draft: &Draft) -> String {
    String::from_utf8(compose(draft).unwrap()).unwrap()
}

#[test]
fn the_same_draft_gives_the_same_bytes() {
    assert_eq!(compose(&with_attachment()).unwrap(), compose(&with_attachment()).unwrap());
    let other = Draft { message_id: MessageId::new("other", "example.org").unwrap(), ..draft() };
    assert_ne!(compose(&draft()).unwrap(), compose(&other).unwrap());
}

#[test]
fn a_parser_reads_back_what_was_put_in() {
    let bytes = compose(&with_attachment()).unwrap();
    let message = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(message.message_id(), Some("0123abcd@example.org"));
    assert_eq!(message.date().unwrap().to_rfc3339(), "2026-11-23T07:00:00Z");
    assert_eq!(message.subject(), Some(draft().subject.as_str()));
    let from = message.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("AutoReport, Team Žiga"), Some("reports@example.org")));
    let to: Vec<_> = message.to().unwrap().iter().map(|a| (a.name(), a.address())).collect();
    assert_eq!(to, [(Some("Dana \"D\" Kovač"), Some("dana@example.org")), (None, Some("sam@example.org"))]);
    assert_eq!(message.body_text(0).unwrap().replace("\r\n", "\n"), draft().text);
    assert_eq!(message.body_html(0).unwrap().replace("\r\n", "\n"), draft().html);
    let image = message.parts.iter().find(|part| part.content_id() == Some("created")).unwrap();
    assert_eq!(image.contents(), draft().images[0].png);
    let file = message.parts.iter().find(|part| part.attachment_name().is_some()).unwrap();
    assert_eq!(file.attachment_name(), Some("tasks – ž.csv"));
    assert_eq!(String::from_utf8_lossy(file.contents()).replace("\r\n", "\n"), "id,title\nT-1,žaba\n");
}

/// The content types of a message in the order in which they stand.
fn types(draft: &Draft) -> Vec<String> {
    text(draft).split("Content-Type: ").skip(1).map(|rest| rest.split([';', '\r']).next().unwrap().to_owned()).collect()
}

#[test]
fn the_tree_has_only_the_levels_it_needs() {
    assert_eq!(types(&draft()), ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]);
    assert_eq!(types(&with_attachment())[..2], ["multipart/mixed", "multipart/alternative"]);
    let plain = Draft { images: Vec::new(), html: "<p>x</p>".into(), ..draft() };
    assert_eq!(types(&plain), ["multipart/alternative", "text/plain", "text/html"]);
}

#[test]
fn the_headers_say_that_a_machine_wrote_it_and_never_who_else_got_it() {
    let text = text(&draft());
    let head = text.split("\r\n\r\n").next().unwrap();
    assert!(head.contains("Auto-Submitted: auto-generated\r\n"));
    assert!(head.contains("List-Id: <weekly.reports.example.org>\r\n"));
    assert!(!head.to_lowercase().contains("bcc"));
    for name in ["Message-ID:", "Date:", "MIME-Version:", "From:", "To:", "Subject:"] {
        assert_eq!(head.lines().filter(|line| line.starts_with(name)).count(), 1, "{name}");
    }
    let personal = Draft { origin: Origin::Person, ..draft() };
    assert!(!self::text(&personal).contains("List-Id"));
}

#[test]
fn one_click_unsubscribing_has_both_headers() {
    let list_id = ListId::new("weekly.example.org").unwrap();
    let link = |link: &str| Draft {
        origin: Origin::Schedule { list_id: list_id.clone(), unsubscribe: Some(link.into()) },
        ..draft()
    };
    let text = self::text(&link("https://example.org/unsubscribe/abc"));
    assert!(text.contains("List-Unsubscribe: <https://example.org/unsubscribe/abc>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    let plain = self::text(&link("http://127.0.0.1:3000/unsubscribe/abc"));
    assert!(plain.contains("List-Unsubscribe: <http://127.0.0.1:3000/unsubscribe/abc>\r\n"));
    assert!(!plain.contains("List-Unsubscribe-Post"), "one click needs https");
    for bad in ["ftp://example.org", "https://example.org/>\r\nX: y", "https://example.org/ž"] {
        assert_eq!(compose(&link(bad)), Err(ComposeError::BadIdentifier), "{bad:?}");
    }
}

#[test]
fn lines_end_with_crlf_and_are_short_ascii() {
    let bytes = compose(&with_attachment()).unwrap();
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        assert!(line.ends_with(b"\r\n"), "{:?}", String::from_utf8_lossy(line));
        assert!(line.len() <= 100, "{:?}", String::from_utf8_lossy(line));
    }
    assert!(bytes.is_ascii());
    assert_eq!(bytes.iter().filter(|b| **b == b'\r').count(), bytes.iter().filter(|b| **b == b'\n').count());
}

#[test]
fn incomplete_drafts_are_refused() {
    let refused = |draft: Draft| compose(&draft).unwrap_err();
    assert_eq!(refused(Draft { to: Vec::new(), ..draft() }), ComposeError::NoRecipient);
    assert_eq!(refused(Draft { text: " \n".into(), ..draft() }), ComposeError::NoText);
    assert_eq!(refused(Draft { images: Vec::new(), ..draft() }), ComposeError::ImageMismatch);
    assert_eq!(refused(Draft { html: "<p>no image</p>".into(), ..draft() }), ComposeError::ImageMismatch);
    for bad in ["a b", "a\r\nb", "", "a..b", "<a>"] {
        assert_eq!(MessageId::new(bad, "example.org"), Err(ComposeError::BadIdentifier), "{bad:?}");
        assert_eq!(ListId::new(bad), Err(ComposeError::BadIdentifier), "{bad:?}");
    }
}
