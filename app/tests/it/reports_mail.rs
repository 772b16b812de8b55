//! The mail of a report: what stands in it, how large it gets, whether mail programs can read it.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use app::{
    domain::{
        address::EmailAddress,
        due::DueKey,
        header_text::HeaderText,
        ids::{OccurrenceId, ProjectId, TaskId},
        metrics::{Compared, DayCount, Figures, Finding, StatusCount},
        period::Period,
        report::{DueWords, ReportProject, Snapshot, TaskDetails, TaskLine},
        task::{Category, Priority, Status},
    },
    platform::{
        ctx::Ctx,
        mailer::{Draft, InlineImage, ListId, Mailbox, MessageId, Origin, compose},
    },
    reports::service::render::{Address, draw, write, write_each},
    testing::TestApp,
};
use uuid::Uuid;

fn line(number: u32, title: &str) -> TaskLine {
    TaskLine {
        id: TaskId(Uuid::from_u128(u128::from(number))),
        reference: format!("T-{number}"),
        title: title.into(),
        people: vec!["Mina Kovač".into()],
        status: Status::Progress,
        priority: Priority::High,
        category: Category::Ordinary,
        work_days: Some(3),
        finished_on: None,
        due: Some(DueWords { key: DueKey::Overdue, words: "Overdue 2 days".into() }),
        moved_from: None,
        blocked_by: Vec::new(),
        details: TaskDetails::default(),
    }
}

/// A week with as many tasks in each list, all with this title.
fn report(tasks: u32, title: &str) -> Snapshot {
    let period = Period::ending("2026-11-22".parse().unwrap(), 7);
    let lines: Vec<TaskLine> = (1..=tasks).map(|number| line(number, title)).collect();
    let compared = |now, before| Compared { now, before };
    let figures = Figures {
        created: compared(31, 29),
        completed: compared(17, 13),
        open: compared(48, 54),
        overdue: compared(3, 2),
        cycle_days: Compared { now: Some(3), before: Some(4) },
    };
    let project = ReportProject {
        id: ProjectId(Uuid::from_u128(1)),
        key: "T".into(),
        name: "Čebelarji & Co".into(),
        zone: "Europe/Ljubljana".into(),
    };
    Snapshot {
        finding: Finding::of(&figures),
        figures,
        days: period.dates().map(|date| DayCount { date, created: 4, completed: 5 }).collect(),
        statuses: vec![
            StatusCount { status: Status::Todo, count: 21 },
            StatusCount { status: Status::Progress, count: 14 },
        ],
        finished: lines.clone(),
        in_progress: lines.clone(),
        overdue: lines.clone(),
        due_next: lines,
        ..Snapshot::empty(project, period, "2026-11-23T06:00:00Z".parse().unwrap())
    }
}

fn address(stop_url: Option<&str>) -> Address {
    Address {
        base_url: "https://reports.example.org".into(),
        occurrence: OccurrenceId(Uuid::from_u128(7)),
        number: 1,
        job: "Weekly status".into(),
        stop_url: stop_url.map(str::to_owned),
        attachments_note: None,
        comment: None,
    }
}

#[test]
fn subject_and_first_line_say_the_finding_and_the_period() {
    let written = write(&report(2, "Write the report"), &address(None)).unwrap();
    assert_eq!(written.subject, "More work was added than finished · Čebelarji & Co, 16–22 November 2026");
    assert!(written.text.starts_with("More work was added than finished\n"), "{}", written.text);
    assert!(written.html.contains(">More work was added than finished</h1>"));
    assert!(written.html.contains("17 completed, 3 overdue, 48 open."), "the preview beside the subject");
    for words in
        ["Completed: 17 (4 more)", "Open: 48 (6 fewer)", "Overdue: 3 (1 more)", "Cycle time: 3 d (1 d shorter)"]
    {
        assert!(written.text.contains(words), "{words} in\n{}", written.text);
    }
}

#[test]
fn what_changed_stands_at_the_head_and_what_it_was_narrowed_to() {
    let summary = vec!["17 tasks were completed.".to_owned(), "3 tasks are overdue.".to_owned()];
    let scope = "Čebelarji & Co and Website · labelled billing · assigned to Mina Kovač".to_owned();
    let told = Snapshot { summary, scope, ..report(1, "a") };
    let written = write(&told, &address(None)).unwrap();
    let head = "\nScope: Čebelarji & Co and Website · labelled billing · assigned to Mina Kovač\n\n\
                17 tasks were completed.\n3 tasks are overdue.\n\nCompleted: ";
    assert!(written.text.contains(head), "{}", written.text);
    let at = |words: &str| written.html.find(words).unwrap_or_else(|| panic!("{words} in {}", written.html));
    let places = [
        at("</h1>"),
        at("<br>Scope: Čebelarji &amp; Co and Website"),
        at(">17 tasks were completed.</p>"),
        at(">3 tasks are overdue.</p>"),
        at("class=\"kpi\""),
    ];
    assert!(places.is_sorted(), "{places:?}");
    let without = write(&report(1, "a"), &address(None)).unwrap();
    assert!(!without.html.contains("Scope:") && !without.text.contains("Scope:"));
}

#[test]
fn titles_are_escaped_in_html_and_plain_in_text() {
    let written = write(&report(1, "<script>alert(1)</script> & “quotes”"), &address(None)).unwrap();
    assert!(!written.html.contains("<script"), "escaped");
    assert!(written.html.contains("&lt;script&gt;"));
    assert!(written.html.contains("Čebelarji &amp; Co"));
    assert!(written.text.contains("T-1 <script>alert(1)</script> & “quotes” – Overdue 2 days"));
}

#[test]
fn a_thousand_tasks_with_long_titles_stay_below_ninety_kilobytes() {
    let written = write(&report(1_000, &"&".repeat(500)), &address(None)).unwrap();
    assert!(written.html.len() < 90_000, "{} bytes", written.html.len());
    assert_eq!(written.html.matches("and 990 more").count(), 4);
    // Where all of them stand as they did then.
    let all = "https://reports.example.org/reports/00000000-0000-0000-0000-000000000007?view=tasks#overdue";
    assert!(written.text.contains(&format!("and 990 more: {all}")), "{}", written.text);
    assert!(written.html.contains(&format!("<a href=\"{all}\"")));
    assert!(written.html.lines().all(|line| line.len() < 20_000), "no line is endless");
}

#[test]
fn a_recipient_can_stop_the_mails_where_there_is_a_page_for_it() {
    let stop = "https://reports.example.org/stop/abc";
    let with = write(&report(1, "a"), &address(Some(stop))).unwrap();
    assert!(with.html.contains(&format!("href=\"{stop}\"")) && with.text.contains(stop));
    let without = write(&report(1, "a"), &address(None)).unwrap();
    assert!(!without.html.contains("Stop these") && !without.text.contains("Stop these"));
}

#[test]
fn files_that_are_too_big_become_a_sentence_with_a_link() {
    let note = "all.xlsx (7.2 MB) is too big for a message. It is on the page of the report.";
    let address = Address { attachments_note: Some(note.into()), ..address(None) };
    let with = write(&report(1, "a"), &address).unwrap();
    let page = "https://reports.example.org/reports/00000000-0000-0000-0000-000000000007";
    assert!(with.html.contains(&format!("{note} <a href=\"{page}\"")), "{}", with.html);
    assert!(with.text.contains(&format!("{note}\nOpen the report: {page}\n\nOpen the board: ")), "{}", with.text);
    let without = write(&report(1, "a"), &Address { attachments_note: None, ..address }).unwrap();
    assert!(!without.html.contains("too big") && !without.text.contains("Open the report"));
}

#[test]
fn empty_lists_say_so_instead_of_standing_empty() {
    let written = write(&report(0, ""), &address(None)).unwrap();
    for words in [
        "Nothing is overdue.",
        "Nothing was finished in this period.",
        "Nothing is in progress.",
        "Nothing is due in the next 7 days.",
    ] {
        assert!(written.html.contains(words) && written.text.contains(words), "{words}");
    }
}

/// Python's e-mail package reads the message strictly and knows nothing of our code.
#[tokio::test]
async fn another_mail_library_finds_no_defect() {
    let snapshot = report(12, "Žiga schreibt „Grüße“ 🎈 an alle");
    let (written, images) = (write(&snapshot, &address(None)).unwrap(), draw(&snapshot).await.unwrap());
    let mailbox = |name: &str, address: &str| Mailbox {
        name: HeaderText::parse(name).ok(),
        address: EmailAddress::parse(address).unwrap(),
    };
    // As long as the longest address makes it.
    let stop = format!("https://reports.example.org/unsubscribe/{}", "Ab_-".repeat(100));
    let message = compose(&Draft {
        message_id: MessageId::new("1a2b3c", "reports.example.org").unwrap(),
        date: snapshot.as_of,
        from: mailbox("AutoReport", "reports@example.org"),
        reply_to: None,
        to: vec![mailbox("Mina Kovač", "mina@example.org")],
        cc: Vec::new(),
        subject: HeaderText::cleaned(&written.subject),
        origin: Origin::Schedule {
            list_id: ListId::new("weekly.reports.example.org").unwrap(),
            unsubscribe: Some(stop.clone()),
        },
        text: written.text.clone(),
        html: written.html.clone(),
        images: images.iter().map(|image| InlineImage { cid: image.name.clone(), png: image.png.clone() }).collect(),
        attachments: Vec::new(),
    })
    .unwrap();
    let verdict: serde_json::Value = serde_json::from_str(&python(REFEREE, &message)).unwrap();
    assert_eq!(verdict["defects"], serde_json::json!([]));
    assert_eq!(
        verdict["tree"],
        serde_json::json!([
            "multipart/alternative",
            "text/plain",
            "multipart/related",
            "text/html",
            "image/png",
            "image/png"
        ])
    );
    assert_eq!(verdict["subject"], written.subject.as_str());
    assert_eq!(verdict["text"].as_str().unwrap().trim_end(), written.text.trim_end());
    assert_eq!(verdict["html"].as_str().unwrap().trim_end(), written.html.trim_end());
    let pair = serde_json::json!([format!("<{stop}>"), "List-Unsubscribe=One-Click"]);
    assert_eq!(verdict["unsubscribe"], pair);
    assert_eq!(verdict["cids_without_image"], serde_json::json!([]));
    assert_eq!(verdict["images_without_alt_or_size"], serde_json::json!([]));
    assert!(verdict["longest_line"].as_u64().unwrap() <= 998);
}

const REFEREE: &str = r#"
import email, email.policy, json, re, sys
from html.parser import HTMLParser
raw = sys.stdin.buffer.read()
message = email.message_from_bytes(raw, policy=email.policy.SMTP.clone(raise_on_defect=False))
parts = list(message.walk())
defects = [repr(d) for p in parts for d in p.defects]
for p in parts:
    for name, value in p.items():
        defects += [name + ": " + repr(d) for d in getattr(value, "defects", [])]
text = message.get_body(("plain",)).get_content()
html = message.get_body(("html",)).get_content()
images = []
class Images(HTMLParser):
    def handle_starttag(self, tag, attributes):
        if tag == "img":
            images.append(dict(attributes))
Images().feed(html)
cids = {p["Content-ID"].strip("<>") for p in parts if p["Content-ID"]}
print(json.dumps({
    "defects": defects,
    "tree": [p.get_content_type() for p in parts],
    "subject": message["Subject"],
    "unsubscribe": [str(message[name]).strip() for name in ("List-Unsubscribe", "List-Unsubscribe-Post")],
    "text": text.replace("\r\n", "\n"),
    "html": html.replace("\r\n", "\n"),
    "cids_without_image": [c for c in re.findall(r'"cid:([^"]+)"', html) if c not in cids],
    "images_without_alt_or_size": [i for i in images if not (i.get("alt") and i.get("width") and i.get("height"))],
    "longest_line": max(len(line) for line in raw.split(b"\r\n")),
}))
"#;

fn python(script: &str, input: &[u8]) -> String {
    let mut child = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is there; make test installs it");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn each_of_many_readers_gets_the_mail_that_would_be_written_for_them_alone() {
    let app = TestApp::on_sqlite().await;
    let told = report(3, "Ask <b>Žiga</b> & Co");
    let link = |number: u32| format!("https://reports.example.org/unsubscribe/a{number}");
    let odd = r#"https://reports.example.org/unsubscribe/?a=1&b="2"'<3>"#;
    let mut addresses: Vec<Address> = (1..=3).map(|number| address(Some(&link(number)))).collect();
    addresses.push(address(None));
    addresses.push(address(Some(odd)));
    // What else differs is in the mail of whom it is for.
    addresses.push(Address { comment: Some("For **one** of them.".into()), ..address(Some(&link(4))) });
    addresses.push(address(Some(&link(5))));
    let written = write_each(&Ctx::system(&app), &told, &addresses).await.unwrap();
    let alone: Vec<_> = addresses.iter().map(|address| write(&told, address).unwrap()).collect();
    assert_eq!(written, alone);
    assert!(written[0].html.contains(&link(1)) && written[2].text.contains(&link(3)), "the link is their own");
    assert!(!written[0].html.contains(&link(2)) && !written[3].text.contains("unsubscribe"));
}
