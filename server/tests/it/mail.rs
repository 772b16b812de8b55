//! Mail over HTTP: the raw parts of caught mail, and the forms of accounts without JavaScript.

use app::{
    domain::address::EmailAddress,
    mail::service::{
        accounts::{self, OUTBOX},
        outbox, transport,
    },
    platform::{
        ctx::Ctx,
        mailer::{Envelope, NoHook},
    },
    testing::{TestApp, each_database, smtp_server::SmtpServer},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use crate::site::{Answer, Visitor};

const HOSTILE: &str = "Message-ID: <1@example.org>\r\nFrom: a@example.org\r\nTo: mina@example.org\r\nSubject: <b>Week</b> 47\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>seen</p><script>alert(1)</script><img src=\"https://spy.example/x.png\">\r\n";

/// Catches a message for Mina and gives the path of its page.
async fn caught(app: &TestApp) -> String {
    let ctx = Ctx::system(app);
    let address = |text| EmailAddress::parse(text).unwrap();
    let envelope = Envelope { sender: address("a@example.org"), recipient: address("mina@example.org") };
    let mut transport = transport::open(&ctx, OUTBOX).await.unwrap();
    transport.deliver(&ctx, &envelope, HOSTILE.as_bytes(), &NoHook).await.unwrap();
    format!("/outbox/{}", outbox::list(&ctx, None).await.unwrap()[0].id)
}

fn header_of(answer: &Answer, name: header::HeaderName) -> &str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn the_html_of_a_mail_is_served_under_a_policy_that_lets_it_do_nothing() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let mail = caught(&app).await;

        let frame = visitor.get(&format!("{mail}/html")).await;
        assert_eq!(frame.status, StatusCode::OK);
        let policy = header_of(&frame, header::CONTENT_SECURITY_POLICY);
        assert!(
            policy.starts_with("sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"),
            "{policy}"
        );
        assert!(!policy.contains("script-src") && !policy.contains("allow-"), "{policy}");
        assert_eq!(header_of(&frame, header::CACHE_CONTROL), "no-store");
        assert!(frame.body.contains("<p>seen</p>"));

        let page = visitor.get(&mail).await;
        assert!(page.body.contains("sandbox") && page.body.contains(&format!("src=\"{mail}/html\"")), "{}", page.body);
        assert!(!page.body.contains("<script>alert(1)"), "the markup of the mail is never part of our page");
        assert!(page.body.contains("&lt;b&gt;Week&lt;/b&gt; 47"), "{}", page.body);
    })
    .await;
}

#[tokio::test]
async fn the_file_of_a_mail_is_the_mail_byte_for_byte() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let file = visitor.get(&format!("{}/message.eml", caught(&app).await)).await;
        assert_eq!((file.status, file.body.as_str()), (StatusCode::OK, HOSTILE));
        assert_eq!(header_of(&file, header::CONTENT_TYPE), "message/rfc822");
        assert!(header_of(&file, header::CONTENT_DISPOSITION).starts_with("attachment; filename=\"mail-"));
    })
    .await;
}

#[tokio::test]
async fn caught_mail_is_for_people_who_are_signed_in_and_unknown_mail_is_not_found() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let mail = caught(&app).await;
        for path in [mail.clone(), format!("{mail}/html"), format!("{mail}/message.eml"), "/outbox".to_owned()] {
            let answer = Visitor::new(&app).get(&path).await;
            assert!(answer.location().starts_with("/sign-in"), "{path}: {}", answer.status);
        }
        for id in ["019a0000-0000-7000-8000-000000000000", "nonsense", "%00"] {
            for part in ["", "/html", "/message.eml"] {
                assert_eq!(
                    visitor.get(&format!("/outbox/{id}{part}")).await.status,
                    StatusCode::NOT_FOUND,
                    "{id}{part}"
                );
            }
        }
    })
    .await;
}

/// The fields of an account for a server on this machine.
fn fields<'a>(port: &'a str, password: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("id", ""),
        ("version", "0"),
        ("name", "Office mail"),
        ("host", "127.0.0.1"),
        ("port", port),
        ("tls", "none"),
        ("auth", "automatic"),
        ("username", "dana"),
        ("password", password),
        ("sender_name", "Reports"),
        ("sender_address", "reports@example.org"),
    ]
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_but_never_the_password() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let save = visitor.form_action("/settings/mail/new", "save_account").await;
        let refused =
            visitor.post(&save, "http://127.0.0.1:3000/settings/mail/new", &fields("99999", "hunter2 and more")).await;
        assert_eq!(refused.status, StatusCode::FOUND);
        let back = refused.location().trim_start_matches("http://127.0.0.1:3000").to_owned();
        let page = visitor.get(&back).await.body;
        assert!(page.contains("Enter a number from 1 to 65535"), "{page}");
        assert!(page.contains("Office mail") && page.contains("reports@example.org"));
        // The error travels as base64 of JSON: look at what it says, too.
        assert!(!page.contains("hunter2") && !back.contains("aHVudGVyMi"), "{back}");
        assert_eq!(accounts::list(&Ctx::system(&app)).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_account_is_made_tested_and_removed_without_javascript() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--auth", "dana:correct horse"]);
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let save = visitor.form_action("/settings/mail/new", "save_account").await;
        let port = server.port.to_string();
        let saved =
            visitor.post(&save, "http://127.0.0.1:3000/settings/mail/new", &fields(&port, "correct horse")).await;
        let page_path = saved.location().split('?').next().unwrap().to_owned();
        let page = visitor.get(&page_path).await.body;
        assert!(page.contains("Saved, hidden") && !page.contains("correct horse"), "{page}");

        let id = page_path.rsplit('/').next().unwrap().to_owned();
        let referer = format!("http://127.0.0.1:3000{page_path}");
        let test = visitor.form_action(&page_path, "test_account").await;
        let tested = visitor.post(&test, &referer, &[("id", &id), ("send", "yes")]).await;
        assert_eq!(tested.location(), format!("{page_path}#test"));
        let page = visitor.get(&page_path).await.body;
        assert!(page.contains("It works.") && page.contains("EHLO") && page.contains("Sign in: done"), "{page}");
        assert!(!page.contains("correct horse"));
        assert_eq!(server.messages().len(), 1);

        let remove = visitor.form_action(&page_path, "delete_account").await;
        let refused = visitor.post(&remove, &referer, &[("id", &id), ("confirm", "office")]).await;
        let back = refused.location().trim_start_matches("http://127.0.0.1:3000").to_owned();
        assert!(visitor.get(&back).await.body.contains("Type the name exactly"));
        let removed = visitor.post(&remove, &referer, &[("id", &id), ("confirm", "Office mail")]).await;
        assert_eq!(removed.location(), "/settings/mail?notice=deleted");
        assert_eq!(visitor.get(&page_path).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

/// Uploads a file as the page of bounces does.
async fn upload_bounce(visitor: &mut Visitor, content: &[u8]) -> Answer {
    let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"bounce.eml\"\r\nContent-Type: message/rfc822\r\n\r\n";
    let body = [head.as_bytes(), content, b"\r\n--edge--\r\n"].concat();
    let request = Request::post("/jobs/bounces/upload")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))
        .unwrap();
    visitor.send(request).await
}

#[tokio::test]
async fn a_bounce_is_uploaded_and_shown_and_what_is_none_is_refused_with_its_reason() {
    const POSTFIX: &[u8] = include_bytes!("../../../app/src/platform/mailer/bounce/postfix.eml");
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let answer = upload_bounce(&mut visitor, POSTFIX).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let page = visitor.get(answer.location()).await;
        for words in
            ["max@example.org", "550 5.1.1", "0123456789abcdef@example.org", "None of yours has sent this message"]
        {
            assert!(page.body.contains(words), "{words} in {}", page.body);
        }
        assert!(!page.body.contains("Do this"), "nothing can be done about a message that was not sent from here");
        for (content, code) in [
            (b"".as_slice(), "empty"),
            (b"hello", "not_a_message"),
            (b"Subject: Hello\r\n\r\nHi\r\n", "not_a_report"),
            (&vec![b'x'; 5 * 1024 * 1024 + 1], "too_large"),
        ] {
            let answer = upload_bounce(&mut visitor, content).await;
            assert_eq!(answer.location(), format!("/jobs/bounces?refused={code}"));
            let page = visitor.get(answer.location()).await;
            assert!(page.body.contains("role=\"alert\""), "{code}: {}", page.body);
        }
        let stranger = upload_bounce(&mut Visitor::new(&app), POSTFIX).await;
        assert!(stranger.location().starts_with("/sign-in"), "{}", stranger.location());
    })
    .await;
}
