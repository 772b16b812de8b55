//! Stopping the mails of a schedule over HTTP: the one click of a mail provider, and the page for people, both without
//! an account; the list of administrators, and the domains that may get mail, without JavaScript.

use app::{
    domain::{address::EmailAddress, ids::ScheduleId},
    entities::occurrence,
    mail::service::{suppressions, unsubscribe},
    platform::ctx::Ctx,
    projects::service::projects::{self, NewProject},
    testing::{TestApp, each_database, sent_report},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use sea_orm::EntityTrait;

use super::site::{Answer, SITE, Visitor, administrator};

/// The path by which Dana stops the mails of a schedule, which is of a project of the first administrator's.
async fn path(app: &TestApp) -> (ScheduleId, String) {
    Visitor::new(app).sign_up().await;
    let new = NewProject { name: "Tasks".into(), key: "T".into(), zone: "UTC".into() };
    let project = projects::create(&administrator(app).await, new).await.unwrap();
    let run = sent_report(app, project.id).await;
    let row = occurrence::Entity::find_by_id(run).one(app.reader()).await.unwrap().unwrap();
    let address = EmailAddress::parse("dana@example.org").unwrap();
    let link = unsubscribe::link(app, row.schedule_id, &address);
    (row.schedule_id, link.trim_start_matches(SITE).to_owned())
}

async fn is_stopped(app: &TestApp, schedule: ScheduleId) -> bool {
    let address = EmailAddress::parse("dana@example.org").unwrap();
    let found = suppressions::of(app.reader(), schedule, std::iter::once(&address)).await.unwrap();
    !found.is_empty()
}

async fn click(app: &TestApp, path: &str, kind: &str, body: &str) -> Answer {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, kind)
        // What no provider should send, and what must not matter.
        .header(header::COOKIE, "id=somebody")
        .header(header::ORIGIN, "https://mail.example")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from(body.to_owned()))
        .unwrap();
    Visitor::new(app).send(request).await
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn one_click_of_a_provider_stops_the_mails_without_a_page_a_session_or_an_origin() {
    each_database(async |app| {
        let (schedule, path) = path(&app).await;
        let clicked = click(&app, &path, FORM, "List-Unsubscribe=One-Click").await;
        assert_eq!((clicked.status, clicked.body.as_str()), (StatusCode::OK, "Unsubscribed."));
        assert!(is_stopped(&app, schedule).await);
        let again = click(&app, &path, FORM, "List-Unsubscribe=One-Click").await;
        assert_eq!(again.status, StatusCode::OK, "twice is the same as once");
    })
    .await;
}

#[tokio::test]
async fn one_click_comes_in_parts_as_well() {
    each_database(async |app| {
        let (schedule, path) = path(&app).await;
        let body = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
        assert_eq!(click(&app, &path, "multipart/form-data; boundary=x", body).await.status, StatusCode::OK);
        assert!(is_stopped(&app, schedule).await);
    })
    .await;
}

#[tokio::test]
async fn anything_but_one_click_to_an_address_of_ours_stops_nothing() {
    each_database(async |app| {
        let (schedule, path) = path(&app).await;
        assert_eq!(click(&app, &path, FORM, "x=y").await.status, StatusCode::BAD_REQUEST);
        assert_eq!(
            click(&app, &path, "text/plain", "List-Unsubscribe=One-Click").await.status,
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        );
        let long = "x".repeat(10_000);
        assert_eq!(click(&app, &path, FORM, &long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        let other = format!("{}A", &path[..path.len() - 1]);
        let forged = if other == path { format!("{}B", &path[..path.len() - 1]) } else { other };
        let answer = click(&app, &forged, FORM, "List-Unsubscribe=One-Click").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(!is_stopped(&app, schedule).await);
        // The exemption is for this address alone.
        let elsewhere = click(&app, "/outbox", FORM, "List-Unsubscribe=One-Click").await;
        assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn a_person_is_asked_first_told_that_it_is_done_and_can_undo_it() {
    each_database(async |app| {
        let (schedule, path) = path(&app).await;
        let mut visitor = Visitor::new(&app);
        let page = visitor.get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("Stop these e-mails?") && page.body.contains("dana@example.org"), "{}", page.body);
        assert!(!is_stopped(&app, schedule).await, "opening the page changes nothing: scanners open every link");

        let token = path.rsplit('/').next().unwrap().to_owned();
        let stop = visitor.form_action(&path, "stop_mails").await;
        let stopped = visitor.post(&stop, &format!("{SITE}{path}"), &[("token", &token)]).await;
        assert_eq!(stopped.location(), path);
        assert!(is_stopped(&app, schedule).await);
        let page = visitor.get(&path).await.body;
        assert!(page.contains("These e-mails have stopped") && page.contains("Undo"), "{page}");

        let resume = visitor.form_action(&path, "resume_mails").await;
        let resumed = visitor.post(&resume, &format!("{SITE}{path}"), &[("token", &token)]).await;
        assert!(!is_stopped(&app, schedule).await);
        assert!(visitor.get(resumed.location()).await.body.contains("You get these e-mails again."));

        visitor.post(&stop, &format!("{SITE}{path}"), &[("token", &token)]).await;
        app.clock.advance(chrono::TimeDelta::hours(2));
        let page = visitor.get(&path).await.body;
        assert!(page.contains("These e-mails have stopped") && !page.contains("Undo"), "its hour is over: {page}");
        assert!(page.contains("ask an administrator"), "{page}");
        let late = visitor.post(&resume, &format!("{SITE}{path}"), &[("token", &token)]).await;
        assert!(is_stopped(&app, schedule).await);
        let back = late.location().trim_start_matches(SITE).to_owned();
        let page = visitor.get(&back).await.body;
        assert!(page.contains("stopped more than an hour ago"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_broken_link_says_so() {
    each_database(async |app| {
        let (_, path) = path(&app).await;
        for bad in ["/unsubscribe/nonsense".to_owned(), format!("{path}x")] {
            let page = Visitor::new(&app).get(&bad).await;
            assert!(page.body.contains("This link does not work"), "{bad}: {}", page.body);
        }
    })
    .await;
}

#[tokio::test]
async fn an_administrator_keeps_the_list_and_the_domains_without_javascript() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let page = "/settings/suppressions";
        assert!(visitor.get(page).await.body.contains("Everybody gets mail"));
        let add = visitor.form_action(page, "add_suppression").await;
        let referer = format!("{SITE}{page}");
        let refused = visitor.post(&add, &referer, &[("address", "nobody"), ("words", "")]).await;
        let back = refused.location().trim_start_matches(SITE).to_owned();
        let shown = visitor.get(&back).await.body;
        assert!(shown.contains("Enter an e-mail address") && shown.contains("value=\"nobody\""), "{shown}");
        visitor.post(&add, &referer, &[("address", "Dana@example.org"), ("words", "asked by phone")]).await;
        let shown = visitor.get(&format!("{page}?q=dana")).await.body;
        assert!(shown.contains("dana@example.org") && shown.contains("asked by phone") && shown.contains("By hand"));
        assert!(visitor.get(&format!("{page}?q=max")).await.body.contains("No such address here"));
        let ctx = administrator(&app).await;
        let id = suppressions::list(&ctx, &suppressions::Search::default()).await.unwrap().remove(0).row.id.to_string();
        let remove = visitor.form_action(page, "remove_suppression").await;
        visitor.post(&remove, &referer, &[("id", &id)]).await;
        assert!(visitor.get(page).await.body.contains("Everybody gets mail"));

        let save = visitor.form_action("/settings/mail", "save_recipient_domains").await;
        let referer = format!("{SITE}/settings/mail");
        let refused = visitor.post(&save, &referer, &[("domains", "example.org\nno domain")]).await;
        let back = refused.location().trim_start_matches(SITE).to_owned();
        let shown = visitor.get(&back).await.body;
        assert!(shown.contains("Line 2: Enter a domain like example.org"), "{shown}");
        visitor.post(&save, &referer, &[("domains", "example.org\n*.example.com")]).await;
        assert!(visitor.get("/settings/mail").await.body.contains("*.example.com"));
        let domains = app::mail::service::allow_list::read(Ctx::system(&app).reader()).await.unwrap();
        assert!(!domains.allows(&EmailAddress::parse("a@example.net").unwrap()));
    })
    .await;
}
