//! Reports over HTTP: pages without WebAssembly, the mail in its frame, the files.

use app::{
    domain::{account::Me, ids::OccurrenceId},
    entities::user,
    platform::ctx::{Actor, Ctx},
    projects::service::projects::{self, NewProject},
    testing::{TestApp, each_database, sent_report},
};
use axum::http::{StatusCode, header};
use sea_orm::EntityTrait;

use crate::site::Visitor;

/// A project of the person who signed up, and a report of it.
async fn report_of(app: &TestApp) -> OccurrenceId {
    let me: Me = user::Entity::find().one(app.reader()).await.unwrap().unwrap().into();
    let ctx = Ctx::new(app.app.clone(), Actor::Person(me));
    let new = NewProject { name: "Čebelarji <b>".into(), key: "T".into(), zone: "Europe/Ljubljana".into() };
    let project = projects::create(&ctx, new).await.unwrap();
    sent_report(app, project.id).await
}

#[tokio::test]
async fn a_report_is_listed_and_shown_with_all_its_parts() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let empty = visitor.get("/reports").await;
        assert!(empty.body.contains("No reports yet"), "{}", empty.body);
        let id = report_of(&app).await;

        let list = visitor.get("/reports").await;
        assert_eq!(list.status, StatusCode::OK);
        for words in [
            &format!("href=\"/reports/{id}\""),
            "November 2026",
            "1 of 2",
            "Partly delivered",
            "Nothing was created or completed",
        ] {
            assert!(list.body.contains(words), "{words} in {}", list.body);
        }
        let page = visitor.get(&format!("/reports/{id}")).await;
        assert!(
            page.body.contains(&format!("src=\"/reports/{id}/mail\"")) && page.body.contains("sandbox"),
            "{}",
            page.body
        );
        assert!(page.body.contains("mina@example.org, sam@example.org"), "to whom it went, in every tab");
        assert!(!page.body.contains("<b>, "), "the project's name is escaped");
        for (tab, words) in [
            ("text", "Open the board: http://127.0.0.1:3000/board/T"),
            ("recipients", "550 5.1.1 no such user"),
            ("data", "&quot;format&quot;: 1"),
            ("source", "Subject: to mina@example.org"),
        ] {
            let page = visitor.get(&format!("/reports/{id}?view={tab}")).await;
            let body = page.body.replace('\u{22}', "&quot;");
            assert!(body.contains(words), "{words} in {tab}: {}", page.body);
        }
    })
    .await;
}

#[tokio::test]
async fn the_mail_stands_in_a_frame_that_may_do_nothing_and_downloads_as_it_went_out() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let id = report_of(&app).await;
        let frame = visitor.get(&format!("/reports/{id}/mail")).await;
        let policy = frame.headers.get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        assert!(policy.starts_with("sandbox; default-src 'none'"), "{policy}");
        assert!(frame.body.contains("src=\"data:image/png;base64,") && !frame.body.contains("cid:"));
        assert!(frame.body.contains("Čebelarji &lt;b&gt;"), "escaped by the template");

        let file = visitor.get(&format!("/reports/{id}/mail.eml")).await;
        assert_eq!(file.body, "Subject: to mina@example.org\r\n\r\nhello\r\n");
        assert_eq!(file.headers.get(header::CONTENT_TYPE).unwrap(), "message/rfc822");
    })
    .await;
}

#[tokio::test]
async fn reports_are_for_members_and_unknown_ones_are_not_found() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let id = report_of(&app).await;
        for path in
            [format!("/reports/{id}"), format!("/reports/{id}/mail"), format!("/reports/{id}/mail.eml"), "/".to_owned()]
        {
            let answer = Visitor::new(&app).get(&path).await;
            assert!(answer.location().starts_with("/sign-in"), "{path}: {}", answer.status);
        }
        for unknown in ["019a0000-0000-7000-8000-000000000000", "nonsense"] {
            for part in ["", "/mail", "/mail.eml", "/recipients/nonsense/mail.eml"] {
                let answer = visitor.get(&format!("/reports/{unknown}{part}")).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{unknown}{part}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_dashboard_works_without_a_project_and_keeps_its_period_in_the_address() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        assert!(visitor.get("/").await.body.contains("No project yet"));
        report_of(&app).await;
        let month = visitor.get("/?days=30").await;
        assert_eq!(month.status, StatusCode::OK);
        assert!(month.body.contains("Completed in 30 days"), "{}", month.body);
        assert!(month.body.contains("role=\"img\" aria-labelledby=\"flow-title flow-desc\""), "{}", month.body);
        assert_eq!(month.body.matches("Show the numbers").count(), 2);
        assert!(!month.body.contains(" style=\""), "the policy forbids inline styles");
    })
    .await;
}
