//! The outbox over HTTP: hostile messages, files, and the forms without JavaScript.

use app::{
    domain::{address::EmailAddress, ids::OutboxMessageId},
    mail::service::{
        accounts::{self, AccountInput, OUTBOX},
        outbox,
    },
    platform::{ctx::Ctx, mailer::Envelope},
    testing::{
        TestApp, each_database,
        smtp_server::{SmtpServer, local_account},
    },
};
use axum::http::{StatusCode, header};
use uuid::Uuid;

use crate::site::{Answer, SITE, Visitor, administrator};

const TABS: [&str; 7] = ["html", "text", "source", "headers", "parts", "checks", "release"];

async fn catch(app: &TestApp, mime: &[u8]) -> OutboxMessageId {
    let address = |text| EmailAddress::parse(text).unwrap();
    let envelope = Envelope { sender: address("a@example.org"), recipient: address("mina@example.org") };
    outbox::catch(&Ctx::system(app), OUTBOX, &envelope, mime).await.unwrap()
}

async fn signed_in(app: &TestApp) -> Visitor {
    let mut visitor = Visitor::new(app);
    visitor.sign_up().await;
    visitor
}

fn header_of(answer: &Answer, name: header::HeaderName) -> &str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// Messages that try something.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let head = |id: &str, rest: &str| format!("Message-ID: <{id}@example.org>\r\nFrom: a@example.org\r\n{rest}");
    let mut deep = head("deep", "Subject: Deep\r\n");
    for level in 0..50 {
        deep.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"));
    }
    deep.push_str("Content-Type: text/plain\r\n\r\nat the bottom\r\n");
    vec![
        ("a script", head("script", "Subject: </title><script>alert(1)</script>\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script><a href=\"javascript:alert(1)\">x</a>").into_bytes()),
        ("broken ends", head("broken", "Subject: Broken\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!not base64").into_bytes()),
        ("headers in headers", head("inject", "Subject: =?utf-8?B?QQ0KQmNjOiBldmlsQGV4YW1wbGUub3Jn?=\r\nX-Bad: =?utf-8?B?AAECAwQ=?=\r\n\r\nx").into_bytes()),
        ("a charset that is none", [head("charset", "Subject: \u{fffd}\r\nContent-Type: text/plain; charset=klingon-1\r\n\r\n").as_bytes(), b"\xff\xfe\x00\x80 text"].concat()),
        ("fifty levels", deep.into_bytes()),
        ("levels without end", head("endless", &format!("Subject: Endless\r\n{}", "Content-Type: message/rfc822\r\n\r\n".repeat(50_000))).into_bytes()),
        ("nothing at all", b"Message-ID: <nothing@example.org>\r\n\r\n".to_vec()),
        ("ten megabytes", head("huge", &format!("Subject: Huge\r\nContent-Type: text/plain\r\n\r\n{}", "0123456789abcdef\r\n".repeat(600_000))).into_bytes()),
        ("a name with a path", head("name", "Subject: File\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=\"../../x\\\"y<b>.html\"\r\n\r\n<script>alert(1)</script>\r\n--x--\r\n").into_bytes()),
    ]
}

#[tokio::test]
async fn hostile_messages_have_a_clear_page_with_every_tab_and_do_no_harm() {
    each_database(async |app| {
        let mut visitor = signed_in(&app).await;
        for (what, mime) in hostile() {
            let id = catch(&app, &mime).await;
            for tab in TABS {
                let page = visitor.get(&format!("/outbox/{id}?view={tab}")).await;
                assert_eq!(page.status, StatusCode::OK, "{what}, {tab}");
                assert!(page.body.contains("<h1"), "{what}, {tab}");
                assert!(!page.body.contains("<script>alert(1)"), "{what}, {tab}: its markup is part of our page");
                let opens = ["<a href=\"javascript:", "class=\"link\" href=\"javascript:"];
                assert!(!opens.iter().any(|link| page.body.contains(link)), "{what}, {tab}");
                assert!(page.body.len() < 3_000_000, "{what}, {tab}: {} bytes", page.body.len());
            }
            let frame = visitor.get(&format!("/outbox/{id}/html")).await;
            assert!([StatusCode::OK, StatusCode::NOT_FOUND].contains(&frame.status), "{what}");
            for number in 0..3 {
                let file = visitor.get(&format!("/outbox/{id}/parts/{number}")).await;
                assert!([StatusCode::OK, StatusCode::NOT_FOUND].contains(&file.status), "{what}, part {number}");
                if file.status == StatusCode::OK {
                    assert!(header_of(&file, header::CONTENT_DISPOSITION).starts_with("attachment; "), "{what}");
                    assert_ne!(header_of(&file, header::CONTENT_TYPE), "text/html", "{what}");
                }
            }
            let whole = visitor.get(&format!("/outbox/{id}/message.eml")).await;
            assert_eq!(whole.status, StatusCode::OK, "{what}");
        }
        assert_eq!(visitor.get("/outbox?q=endless").await.status, StatusCode::OK);
    })
    .await;
}

const WITH_PICTURE: &str = "Message-ID: <1@example.org>\r\nSubject: Numbers\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nAttached.\r\n--x\r\nContent-Type: image/png; name=\"dot.png\"\r\nContent-Disposition: attachment; filename=\"dot.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==\r\n--x\r\nContent-Type: text/html; name=evil.html\r\nContent-Disposition: attachment; filename=evil.html\r\n\r\n<script>alert(1)</script>\r\n--x--\r\n";

#[tokio::test]
async fn an_attachment_is_saved_and_never_shown_and_a_picture_has_a_small_one() {
    each_database(async |app| {
        let mut visitor = signed_in(&app).await;
        let id = catch(&app, WITH_PICTURE.as_bytes()).await;
        let page = visitor.get(&format!("/outbox/{id}?view=parts")).await.body;
        assert!(page.contains("dot.png") && page.contains(&format!("/outbox/{id}/parts/2/thumbnail")), "{page}");
        let small = visitor.get(&format!("/outbox/{id}/parts/2/thumbnail")).await;
        assert_eq!((small.status, header_of(&small, header::CONTENT_TYPE)), (StatusCode::OK, "image/png"));
        let file = visitor.get(&format!("/outbox/{id}/parts/3")).await;
        assert_eq!(file.body.trim(), "<script>alert(1)</script>");
        assert_eq!(header_of(&file, header::CONTENT_TYPE), "text/plain");
        assert_eq!(header_of(&file, header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert!(header_of(&file, header::CONTENT_SECURITY_POLICY).starts_with("sandbox; default-src 'none'"));
        assert!(header_of(&file, header::CONTENT_DISPOSITION).starts_with("attachment; filename=\"evil.html\""));
        for wrong in ["parts/0", "parts/9", "parts/x", "parts/1/thumbnail", "parts/3/thumbnail"] {
            assert_eq!(visitor.get(&format!("/outbox/{id}/{wrong}")).await.status, StatusCode::NOT_FOUND, "{wrong}");
        }
        let stranger = Visitor::new(&app).get(&format!("/outbox/{id}/parts/3")).await;
        assert!(stranger.location().starts_with("/sign-in"));
    })
    .await;
}

fn plain(subject: &str) -> Vec<u8> {
    let id = Uuid::now_v7();
    format!("Message-ID: <{id}@example.org>\r\nSubject: {subject}\r\n\r\nwords of {subject}\r\n").into_bytes()
}

#[tokio::test]
async fn to_show_a_message_changes_nothing_and_a_button_marks_it_read_without_javascript() {
    each_database(async |app| {
        let mut visitor = signed_in(&app).await;
        let path = format!("/outbox/{}", catch(&app, &plain("Alpha")).await);
        let read_at = async || outbox::list(&Ctx::system(&app), None).await.unwrap()[0].read_at;
        let page = visitor.get(&path).await.body;
        assert!(page.contains("Mark as read") && !page.contains("Mark as unread"), "{page}");
        assert_eq!(read_at().await, None, "a page that is asked for changes nothing");
        let shown = format!("{path}?view=text");
        let mark = visitor.form_action(&path, "mark_mail_read").await;
        let id = path["/outbox/".len()..].to_owned();
        let marked = visitor.post(&mark, &format!("{SITE}{shown}"), &[("id", &id)]).await;
        assert_eq!(marked.location().trim_start_matches(SITE), shown, "back to where it was");
        let first = read_at().await;
        assert!(first.is_some());
        let page = visitor.get(&path).await.body;
        assert!(page.contains("Mark as unread") && !page.contains("Mark as read"), "{page}");
        app.clock.advance(chrono::TimeDelta::minutes(1));
        visitor.post(&mark, &format!("{SITE}{shown}"), &[("id", &id)]).await;
        assert_eq!(read_at().await, first, "the first time counts");
    })
    .await;
}

#[tokio::test]
async fn a_release_that_is_unknown_is_settled_by_a_plain_form() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--drop-after-dot"]);
        let mut visitor = signed_in(&app).await;
        let message = catch(&app, &plain("Alpha")).await;
        let path = format!("/outbox/{message}?view=release");
        let input = AccountInput { name: "Office mail".into(), ..local_account(server.port) };
        let account = accounts::create(&administrator(&app).await, input).await.unwrap().to_string();
        let release = visitor.form_action(&path, "release_mail").await;
        let (id, op, referer) = (message.to_string(), Uuid::now_v7().to_string(), format!("{SITE}{path}"));
        let order = [
            ("id", id.as_str()),
            ("op", op.as_str()),
            ("account", account.as_str()),
            ("recipients", "dana@example.org"),
            ("confirm", "yes"),
        ];
        visitor.post(&release, &referer, &order).await;
        let page = visitor.get(&path).await.body;
        assert!(page.contains("Mark as sent to dana@example.org"), "{page}");
        assert!(page.contains("Send again to dana@example.org"), "{page}");
        let settle = visitor.form_action(&path, "settle_release").await;
        let value = |name: &str| {
            let form = &page[page.find("settle_release").unwrap()..];
            let rest = form.split_once(&format!("name=\"{name}\" value=\"")).unwrap().1;
            rest.split_once('"').unwrap().0.to_owned()
        };
        let (row, seen) = (value("id"), value("seen"));
        let form = [("id", row.as_str()), ("seen", seen.as_str()), ("verdict", "arrived")];
        let settled = visitor.post(&settle, &referer, &form).await;
        assert_eq!(settled.location(), path);
        let page = visitor.get(&path).await.body;
        assert!(page.contains("Marked as sent by Mina Kovač.") && !page.contains("Send again"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_search_and_the_forms_of_the_list_work_without_javascript() {
    each_database(async |app| {
        let mut visitor = signed_in(&app).await;
        let first = catch(&app, &plain("Alpha")).await;
        catch(&app, &plain("Beta")).await;
        let page = visitor.get("/outbox?q=words+alpha").await.body;
        assert!(page.contains("1 of 2 messages found") && page.contains("Alpha") && !page.contains("Beta"), "{page}");
        let page = visitor.get("/outbox?since=yesterday").await.body;
        assert!(page.contains("Enter a date like 2026-11-23") && page.contains("value=\"yesterday\""), "{page}");

        let change = visitor.form_action("/outbox", "change_outbox").await;
        let nothing = visitor.post(&change, &format!("{SITE}/outbox"), &[("deed", "delete")]).await;
        let back = nothing.location().trim_start_matches(SITE).to_owned();
        assert!(visitor.get(&back).await.body.contains("Select one or more messages first"), "{back}");
        let id = first.to_string();
        let deleted = visitor.post(&change, &format!("{SITE}/outbox"), &[("ids[]", &id), ("deed", "delete")]).await;
        assert_eq!(deleted.location(), "/outbox?notice=deleted");
        assert_eq!(visitor.get(&format!("/outbox/{id}")).await.status, StatusCode::NOT_FOUND);

        let counted = visitor.get("/outbox?clear=0").await.body;
        assert!(counted.contains("No message is older than 0 days"), "{counted}");
        app.clock.advance(chrono::TimeDelta::days(2));
        // A session lasts half a day.
        visitor.sign_in("mina@example.org", "grey pebble under the bridge").await;
        let counted = visitor.get("/outbox?clear=1").await.body;
        assert!(counted.contains("1 message is older than 1 day."), "{counted}");
        let clear = visitor.form_action("/outbox?clear=1", "clear_outbox").await;
        let cleared = visitor.post(&clear, &format!("{SITE}/outbox?clear=1"), &[("days", "1")]).await;
        assert_eq!(cleared.location(), "/outbox?notice=deleted");
        assert!(visitor.get("/outbox").await.body.contains("No mail yet"));
    })
    .await;
}

#[tokio::test]
async fn how_much_is_kept_is_refused_beside_its_field_and_what_was_typed_stays() {
    each_database(async |app| {
        let mut visitor = signed_in(&app).await;
        catch(&app, &plain("Alpha")).await;
        let save = visitor.form_action("/outbox", "save_outbox_keeping").await;
        let form = [("keep_messages", "many"), ("keep_days", "7"), ("keep_megabytes", "10")];
        let refused = visitor.post(&save, &format!("{SITE}/outbox"), &form).await;
        let page = visitor.get(refused.location().trim_start_matches(SITE)).await.body;
        assert!(page.contains("Enter a number from 1 to 100000") && page.contains("value=\"many\""), "{page}");
        let form = [("keep_messages", "10"), ("keep_days", "7"), ("keep_megabytes", "10")];
        let saved = visitor.post(&save, &format!("{SITE}/outbox"), &form).await;
        assert_eq!(saved.location(), "/outbox?notice=saved");
        assert!(visitor.get("/outbox").await.body.contains("value=\"7\""));
    })
    .await;
}

#[tokio::test]
async fn a_message_is_released_by_a_plain_form_and_the_answer_stands_beside_it() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let mut visitor = signed_in(&app).await;
        let mime = plain("Alpha");
        let path = format!("/outbox/{}?view=release", catch(&app, &mime).await);
        assert!(visitor.get(&path).await.body.contains("There is no mail account that sends yet"));
        let input = AccountInput { name: "Office mail".into(), ..local_account(server.port) };
        let account = accounts::create(&administrator(&app).await, input).await.unwrap().to_string();
        let page = visitor.get(&path).await.body;
        assert!(page.contains("mina@example.org</textarea>"), "whom it was for is proposed: {page}");
        let release = visitor.form_action(&path, "release_mail").await;
        let id = path[8..44].to_owned();
        let op = Uuid::now_v7().to_string();
        let referer = format!("{SITE}{path}");
        let unsure = [
            ("id", id.as_str()),
            ("op", op.as_str()),
            ("account", account.as_str()),
            ("recipients", "dana@example.org"),
        ];
        let refused = visitor.post(&release, &referer, &unsure).await;
        let page = visitor.get(refused.location().trim_start_matches(SITE)).await.body;
        assert!(page.contains("Tick the box") && page.contains("dana@example.org</textarea>"), "{page}");
        assert_eq!(server.messages().len(), 0);

        let sure = [unsure.as_slice(), &[("confirm", "yes")]].concat();
        for _ in 0..2 {
            let sent = visitor.post(&release, &referer, &sure).await;
            assert_eq!(sent.location(), path);
        }
        assert_eq!(server.messages(), [mime]);
        let page = visitor.get(&path).await.body;
        assert!(
            page.contains("Delivered") && page.contains("250 2.0.0 Ok") && page.contains("Mina Kovač over Office mail"),
            "{page}"
        );
    })
    .await;
}
