//! Kinds of jobs over HTTP, as a browser without JavaScript uses them.

use app::{
    entities::{project, task},
    jobs::service::worker,
    projects::service::projects,
    tasks::service::assign,
    testing::{TestApp, each_database, task as make_task},
};
use axum::http::StatusCode;
use sea_orm::EntityTrait;

use super::site::{SITE, Visitor, administrator};

const DIGEST: [(&str, &str); 9] = [
    ("kind", "digest"),
    ("name", "Daily digest"),
    ("project", "WD"),
    ("mode", "simple"),
    ("mon", "on"),
    ("at", "07:00"),
    ("zone", "Europe/Ljubljana"),
    ("scope", "all"),
    ("show_assigned", "on"),
];

/// A task of Mina's.
async fn with_task(app: &TestApp) {
    let ctx = administrator(app).await;
    let project = project::Entity::find().one(app.reader()).await.unwrap().unwrap();
    let columns = projects::columns(app.reader(), project.id).await.unwrap();
    let card = make_task(&ctx, &project, columns[0].id, "Only for Mina").await;
    assign::set(&ctx, card.id, &[ctx.me().unwrap().id]).await.unwrap();
    assert!(task::Entity::find_by_id(card.id).one(app.reader()).await.unwrap().is_some());
}

#[tokio::test]
async fn the_form_of_a_new_job_has_the_fields_of_the_kind_in_its_address() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        for (kind, has, lacks) in [
            ("", "name=\"bcc\"", "name=\"scope\""),
            ("weekly_report", "name=\"send_if\"", "name=\"leads\""),
            ("digest", "name=\"show_blocked\"", "name=\"bcc\""),
            ("reminder", "name=\"leads\"", "name=\"send_if\""),
            ("archive_tasks", "name=\"finished_days\"", "name=\"recipients\""),
            ("git_push", "value=\"Push the archive\"", "name=\"recipients\""),
        ] {
            let page = visitor.get(&format!("/jobs/new?kind={kind}")).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.body.contains(has) && !page.body.contains(lacks), "{kind}: {}", page.body);
            assert!(page.body.contains("href=\"/jobs/new?kind=reminder\""), "every kind leads to the others");
        }
        assert!(visitor.get("/jobs/new?kind=digest").await.body.contains("External addresses cannot have one"));
        let preview = "/jobs/new?kind=reminder&name=X&project=WD&mode=simple&unit=hours&every_hours=1&minute=0&at=&zone=UTC&leads=2%20days";
        let preview = visitor.get(preview).await.body;
        assert!(preview.contains("Every hour") && preview.contains("2 days"), "what was typed is kept: {preview}");
    })
    .await;
}

#[tokio::test]
async fn a_digest_is_refused_to_strangers_then_made_run_and_shown_to_nobody_but_its_reader() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        with_task(&app).await;
        let page = "/jobs/new?kind=digest";
        let action = visitor.form_action(page, "save_job").await;
        let referer = format!("{SITE}{page}");
        let mut form = DIGEST.to_vec();
        form.push(("recipients", "mina@example.org\nsam@example.com"));
        let refused = visitor.post(&action, &referer, &form).await;
        let back = refused.location().trim_start_matches(SITE).to_owned();
        let shown = visitor.get(&back).await.body;
        assert!(shown.contains("Line 2: Choose people with an account who see this project"), "{shown}");
        assert!(
            shown.contains("sam@example.com") && shown.contains("name=\"show_assigned\""),
            "what was typed is kept"
        );
        form.pop();
        form.push(("recipients", "mina@example.org"));
        let made = visitor.post(&action, &referer, &form).await;
        assert!(made.status.is_redirection(), "{}", made.body);
        let job = made.location().split('?').next().unwrap().to_owned();
        let shown = visitor.get(&job).await.body;
        assert!(shown.contains("Also assigned to you. Tasks of all projects that each person sees."), "{shown}");
        assert!(visitor.get("/jobs").await.body.contains(">Digest<"), "the list says what kind it is");

        let id = job.trim_start_matches("/jobs/").to_owned();
        let dry = visitor.get(&format!("{job}/dry-run?at=2026-11-30T07%3A00")).await.body;
        assert!(dry.contains("It would send a mail to 1 person.") && dry.contains("Only for Mina"), "{dry}");
        let frame = visitor.get(&format!("{job}/dry-run/mail?at=2026-11-30T06:00:00Z")).await;
        assert!(frame.headers["content-security-policy"].to_str().unwrap().starts_with("sandbox;"));
        assert!(frame.body.contains("Only for Mina"), "{}", frame.body);
        let start = visitor.form_action(&job, "start_run").await;
        let started = visitor.post(&start, &format!("{SITE}{job}"), &[("id", &id)]).await;
        let run = started.location().split('?').next().unwrap().to_owned();
        while let Some(claim) = worker::claim(&app, "a test").await.unwrap() {
            worker::work(&app, claim).await.unwrap();
        }
        let shown = visitor.get(&run).await.body;
        assert!(shown.contains("Digest for 1 person") && shown.contains("Delivered"), "{shown}");
        assert!(!shown.contains("Open the report") && !shown.contains("Only for Mina"), "{shown}");
        let id = run.trim_start_matches("/jobs/runs/");
        for part in ["", "/mail", "/mail.eml"] {
            let answer = visitor.get(&format!("/reports/{id}{part}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{part}");
        }
        assert!(visitor.get("/reports").await.body.contains("No reports yet"));
        assert!(visitor.get("/outbox").await.body.contains("1 more assigned · Mon 23 Nov"), "in the outbox it is read");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_kind_is_refused() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        let action = visitor.form_action("/jobs/new", "save_job").await;
        let mut form = DIGEST.to_vec();
        form[0] = ("kind", "mischief");
        form.push(("recipients", "mina@example.org"));
        visitor.post(&action, &format!("{SITE}/jobs/new"), &form).await;
        assert!(visitor.get("/jobs").await.body.contains("No jobs yet"));
    })
    .await;
}
