//! The pages of jobs, as a browser without JavaScript uses them.

use app::{jobs::service::worker, testing::each_database};

use super::site::Visitor;

const SITE: &str = "http://127.0.0.1:3000";

const FORM: [(&str, &str); 9] = [
    ("name", "Weekly report"),
    ("project", "WD"),
    ("mode", "simple"),
    ("mon", "on"),
    ("thu", "on"),
    ("at", "07:00"),
    ("zone", "Europe/Ljubljana"),
    ("recipients", "Dana <dana@example.org>\nmax@example.org"),
    ("account", ""),
];

async fn with_project(visitor: &mut Visitor) {
    visitor.sign_up().await;
    let action = visitor.form_action("/projects/new", "create_project").await;
    let made = visitor
        .post(&action, &format!("{SITE}/projects/new"), &[("name", "Weekly duties"), ("zone", "Europe/Ljubljana")])
        .await;
    assert!(made.status.is_redirection(), "{}", made.body);
}

#[tokio::test]
async fn a_job_is_made_previewed_run_and_paused_without_javascript() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        with_project(&mut visitor).await;
        assert!(visitor.get("/jobs").await.body.contains("No jobs yet"));
        let preview = visitor
            .get("/jobs/new?name=X&project=WD&mode=simple&mon=on&thu=on&at=07%3A00&zone=Europe%2FLjubljana&recipients=")
            .await;
        assert!(preview.body.contains("Mondays and Thursdays at 07:00, Europe/Ljubljana"), "{}", preview.body);
        assert!(preview.body.contains("Thu 26 Nov 2026, 07:00"));
        let action = visitor.form_action("/jobs/new", "save_job").await;
        let made = visitor.post(&action, &format!("{SITE}/jobs/new"), &FORM).await;
        assert!(made.status.is_redirection(), "{}", made.body);
        let page = made.location().split('?').next().unwrap().to_owned();
        let shown = visitor.get(&page).await;
        assert!(
            shown.body.contains("Mondays and Thursdays at 07:00") && shown.body.contains("dana@example.org"),
            "{}",
            shown.body
        );
        let id = page.trim_start_matches("/jobs/").to_owned();
        let run = visitor.form_action(&page, "start_run").await;
        let started = visitor.post(&run, &format!("{SITE}{page}"), &[("id", &id)]).await;
        let run_page = started.location().split('?').next().unwrap().to_owned();
        while let Some(claim) = worker::claim(&app, "a test").await.unwrap() {
            worker::work(&app, claim).await.unwrap();
        }
        let shown = visitor.get(&run_page).await;
        assert!(shown.body.contains("Delivered") && shown.body.contains("Kept in the archive"), "{}", shown.body);
        let pause = visitor.form_action(&page, "pause_job").await;
        visitor.post(&pause, &format!("{SITE}{page}"), &[("id", &id), ("note", "holidays")]).await;
        assert!(visitor.get("/jobs").await.body.contains("holidays"));
        let resume = visitor.form_action(&page, "resume_job").await;
        visitor.post(&resume, &format!("{SITE}{page}"), &[("id", &id)]).await;
        assert!(visitor.get("/jobs").await.body.contains("Thu 26 Nov 2026, 07:00"));
    })
    .await;
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_and_names_the_line() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        with_project(&mut visitor).await;
        let action = visitor.form_action("/jobs/new", "save_job").await;
        let bad = [
            ("name", "Board letter"),
            ("project", "WD"),
            ("mode", "simple"),
            ("at", "07:00"),
            ("zone", "UTC"),
            ("recipients", "dana@example.org\nnobody"),
        ];
        let refused = visitor.post(&action, &format!("{SITE}/jobs/new"), &bad).await;
        assert!(refused.status.is_redirection(), "{}", refused.body);
        let back = refused.location().trim_start_matches(SITE).to_owned();
        let shown = visitor.get(&back).await;
        assert!(shown.body.contains("Choose at least one day"), "{}", shown.body);
        assert!(shown.body.contains("Line 2: "));
        assert!(shown.body.contains("Board letter"));
    })
    .await;
}
