//! Reports over HTTP: pages without WebAssembly, the mail in its frame, the files.

use app::{
    domain::{account::Me, ids::OccurrenceId},
    entities::{occurrence, user},
    platform::ctx::{Actor, Ctx},
    projects::service::projects::{self, NewProject},
    testing::{TestApp, each_database, next_report, removed, sent_report},
};
use axum::http::{StatusCode, header};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};

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
        assert!(
            page.body.contains("1 of 2 have got it. Without it: sam@example.org"),
            "who has not got it, in every tab: {}",
            page.body
        );
        assert!(!page.body.contains("<b>, "), "the project's name is escaped");
        assert!(page.body.contains(&format!("http://127.0.0.1:3000/reports/{id}")), "its permanent link");
        for (tab, words) in [
            ("tasks", "<section id=\"overdue\""),
            ("text", "Open the board: http://127.0.0.1:3000/board/T"),
            ("recipients", "550 5.1.1 no such user"),
            ("source", "&quot;format&quot;: 3"),
            ("source", "SHA-256"),
        ] {
            let page = visitor.get(&format!("/reports/{id}?view={tab}")).await;
            let body = page.body.replace('\u{22}', "&quot;");
            let words = words.replace('\u{22}', "&quot;");
            assert!(body.contains(&words), "{words} in {tab}: {}", page.body);
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
async fn a_report_is_taken_along_as_html_text_data_and_on_paper() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let id = report_of(&app).await;
        for (file, kind, words) in [
            ("report.html", "text/html; charset=utf-8", "src=\"data:image/png;base64,"),
            ("report.txt", "text/plain; charset=utf-8", "Open the board: "),
            ("data.json", "application/json", "\"format\": 3"),
        ] {
            let answer = visitor.get(&format!("/reports/{id}/{file}")).await;
            assert_eq!(answer.headers.get(header::CONTENT_TYPE).unwrap(), kind);
            let disposition = answer.headers.get(header::CONTENT_DISPOSITION).unwrap().to_str().unwrap();
            assert!(disposition.starts_with(&format!("attachment; filename=\"report-{id}.")), "{disposition}");
            assert!(answer.body.contains(words), "{words} in {file}: {}", answer.body);
        }
        let page = visitor.get(&format!("/reports/{id}")).await;
        let name = "weekly-report-T-2026-11-23";
        for (ending, kind) in [
            ("pdf", "application/pdf"),
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ("csv", "text/csv; charset=utf-8"),
            ("json", "application/json"),
        ] {
            let path = format!("/reports/{id}/files/{name}.{ending}");
            assert!(page.body.contains(&format!("href=\"{path}\"")), "{ending} is offered: {}", page.body);
            let answer = visitor.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert_eq!(answer.headers.get(header::CONTENT_TYPE).unwrap(), kind);
            let disposition = answer.headers.get(header::CONTENT_DISPOSITION).unwrap();
            assert_eq!(disposition, &format!("attachment; filename=\"{name}.{ending}\""));
        }
        assert_eq!(visitor.get(&format!("/reports/{id}/files/{name}.exe")).await.status, StatusCode::NOT_FOUND);
        let paper = visitor.get(&format!("/reports/{id}/print")).await;
        let policy = paper.headers.get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        assert!(policy.starts_with("sandbox; default-src 'none'"), "{policy}");
        assert!(paper.headers.get(header::CONTENT_DISPOSITION).is_none() && paper.body.contains("@page"));
    })
    .await;
}

#[tokio::test]
async fn the_list_is_narrowed_by_its_address() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let id = report_of(&app).await;
        let here = format!("href=\"/reports/{id}\"");
        for query in ["", "?month=2026-11", "?q=weekly", "?result=partly&project=T", "?recipient=sam"] {
            let list = visitor.get(&format!("/reports{query}")).await;
            assert!(list.body.contains(&here), "{query}: {}", list.body);
        }
        let month = visitor.get("/reports?month=2026-11&q=weekly").await;
        assert!(month.body.contains("href=\"/reports?q=weekly\""), "all months keep the filter: {}", month.body);
        for query in ["?month=2026-10", "?q=monthly", "?result=delivered", "?recipient=nobody"] {
            let list = visitor.get(&format!("/reports{query}")).await;
            assert_eq!(list.status, StatusCode::OK);
            assert!(list.body.contains("No reports match") && !list.body.contains(&here), "{query}: {}", list.body);
        }
    })
    .await;
}

#[tokio::test]
async fn two_reports_stand_side_by_side_with_what_changed_in_words() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let first = report_of(&app).await;
        let alone = visitor.get(&format!("/reports/{first}/compare")).await;
        assert!(alone.body.contains("Nothing to compare with"), "{}", alone.body);
        let row = occurrence::Entity::find_by_id(first).one(app.reader()).await.unwrap().unwrap();
        app.clock.advance(TimeDelta::days(7));
        visitor.sign_in("mina@example.org", "grey pebble under the bridge").await;
        let second = next_report(&app, row.project_id, row.schedule_id).await;
        for path in [format!("{second}/compare"), format!("{first}/compare?with={second}")] {
            let page = visitor.get(&format!("/reports/{path}")).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            for words in ["No number has changed.", "Every task stands in the same lists", "24–30 Nov 2026"] {
                assert!(page.body.contains(words), "{words} in {path}: {}", page.body);
            }
        }
        let strange = visitor.get(&format!("/reports/{first}/compare?with={first}")).await;
        assert_eq!(strange.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_report_goes_again_by_a_plain_form() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let id = report_of(&app).await;
        let (id, page) = (id.to_string(), format!("/reports/{id}?view=recipients"));
        let referer = format!("http://127.0.0.1:3000{page}");
        let action = visitor.form_action(&page, "send_report_again").await;
        let sent = visitor.post(&action, &referer, &[("id", id.as_str()), ("to", "failed")]).await;
        assert_eq!(sent.location(), format!("{page}&notice=again"), "{}", sent.body);
        let action = visitor.form_action(&page, "send_report_to_me").await;
        let sent = visitor.post(&action, &referer, &[("id", id.as_str())]).await;
        assert_eq!(sent.location(), format!("{page}&notice=sent"), "{}", sent.body);
        assert!(visitor.get("/outbox").await.body.contains("To mina@example.org"));
    })
    .await;
}

#[tokio::test]
async fn a_removed_report_says_when_and_why_and_its_files_are_gone() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let id = report_of(&app).await;
        let row = occurrence::ActiveModel {
            id: Set(id),
            snapshot_hash: Set(Some("0123456789abcdef".into())),
            ..Default::default()
        };
        row.update(app.reader()).await.unwrap();
        removed(&app, id, 12).await;
        let page = visitor.get(&format!("/reports/{id}")).await;
        assert_eq!(page.status, StatusCode::OK);
        for words in
            ["Removed on 23 Nov 2026, 09:00 by the retention of 12 months.", "is not rewritten", "0123456789abcdef"]
        {
            assert!(page.body.contains(words), "{words} in {}", page.body);
        }
        assert!(!page.body.contains("<iframe"), "there is nothing to frame");
        for part in ["mail", "print", "mail.eml", "report.html", "report.txt", "data.json", "files/a.pdf", "compare"] {
            let answer = visitor.get(&format!("/reports/{id}/{part}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{part}");
        }
        assert!(visitor.get("/reports").await.body.contains("No reports yet"));
    })
    .await;
}

#[tokio::test]
async fn the_retention_is_shown_before_it_is_saved() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        report_of(&app).await;
        app.clock.advance(TimeDelta::days(40));
        // A session lasts half a day.
        visitor.sign_in("mina@example.org", "grey pebble under the bridge").await;
        let path = "/settings/retention";
        let page = visitor.get(path).await;
        assert!(page.body.contains("Reports are kept for ever, logs for 90 days."), "{}", page.body);
        assert!(!page.body.contains("id=\"gone-head\""), "nothing was asked yet");
        let refused = visitor.get(&format!("{path}?months=0&days=x")).await;
        assert!(refused.body.contains("Enter a number from 1 to 600") && refused.body.contains("value=\"x\""));
        let asked = format!("{path}?months=1&days=30");
        let shown = visitor.get(&asked).await;
        assert!(shown.body.contains("1 report and 0 lines of logs would go within the hour."), "{}", shown.body);
        let action = visitor.form_action(&asked, "save_retention").await;
        let form = [("months", "1"), ("days", "30")];
        let saved = visitor.post(&action, &format!("http://127.0.0.1:3000{asked}"), &form).await;
        assert_eq!(saved.location(), format!("{path}?notice=saved"), "{}", saved.body);
        let page = visitor.get(path).await;
        assert!(page.body.contains("Reports are kept for 1 month, logs for 30 days."), "{}", page.body);
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
            for part in [
                "",
                "/mail",
                "/print",
                "/mail.eml",
                "/report.html",
                "/report.txt",
                "/data.json",
                "/files/report.pdf",
                "/compare",
                "/recipients/nonsense/mail.eml",
            ] {
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
