//! The pages of jobs, as a browser without JavaScript uses them.

use app::{
    domain::{delivery::DeliveryPhase, zone},
    entities::{delivery, project},
    jobs::service::worker,
    mail::service::allow_list,
    testing::{each_database, sent_report},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::site::{SITE, Visitor, administrator};

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

#[tokio::test]
async fn a_job_is_made_previewed_run_and_paused_without_javascript() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        assert!(visitor.get("/jobs").await.body.contains("No jobs yet"));
        let preview = visitor
            .get("/jobs/new?name=X&project=WD&mode=simple&mon=on&thu=on&at=07%3A00&zone=Europe%2FLjubljana&recipients=")
            .await;
        assert!(preview.body.contains("Mondays and Thursdays at 07:00, Europe/Ljubljana"), "{}", preview.body);
        assert!(preview.body.contains("Thu 26 Nov 2026, 07:00"));
        assert!(preview.body.contains(&format!("Time-zone data {}.", zone::DATA_VERSION)), "{}", preview.body);
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
async fn a_draft_is_asked_for_by_hand_and_lists_say_that_it_waits() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        let action = visitor.form_action("/jobs/new", "save_job").await;
        let made = visitor.post(&action, &format!("{SITE}/jobs/new"), &FORM).await;
        let page = made.location().split('?').next().unwrap().to_owned();
        let id = page.trim_start_matches("/jobs/").to_owned();
        assert!(visitor.get(&page).await.body.contains("Make a draft now"));
        let run = visitor.form_action(&page, "start_run").await;
        let started = visitor.post(&run, &format!("{SITE}{page}"), &[("id", &id), ("draft", "yes")]).await;
        let run_page = started.location().split('?').next().unwrap().to_owned();
        while let Some(claim) = worker::claim(&app, "a test").await.unwrap() {
            worker::work(&app, claim).await.unwrap();
        }
        for path in [page.as_str(), run_page.as_str()] {
            let shown = visitor.get(path).await.body;
            assert!(shown.contains("Waiting for approval") && shown.contains("Mina Kovač"), "{path}: {shown}");
            assert!(!shown.contains("Writing messages"), "{path}");
        }
        let shown = visitor.get("/jobs?result=waiting").await.body;
        assert!(shown.contains("1 waiting for approval"), "{shown}");
        assert!(visitor.get("/reports").await.body.contains("A draft"));
        assert!(visitor.get("/jobs?result=going").await.body.contains("No job fits the filter"));
    })
    .await;
}

#[tokio::test]
async fn how_patient_a_job_is_with_its_messages_is_chosen_and_said() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        let action = visitor.form_action("/jobs/new", "save_job").await;
        let refused = [FORM.as_slice(), &[("give_up", "1000"), ("uncertain", "retry_once")]].concat();
        let answer = visitor.post(&action, &format!("{SITE}/jobs/new"), &refused).await;
        let back = answer.location().trim_start_matches(SITE).to_owned();
        let shown = visitor.get(&back).await.body;
        assert!(shown.contains("id=\"give_up-error\"") && shown.contains("value=\"1000\""), "{shown}");
        let right = [FORM.as_slice(), &[("give_up", "72"), ("uncertain", "retry_once")]].concat();
        let made = visitor.post(&action, &format!("{SITE}/jobs/new"), &right).await;
        let shown = visitor.get(made.location().split('?').next().unwrap()).await.body;
        let words = "given up after 72 hours. Where nobody knows whether it arrived, it is tried once more, then a person decides.";
        assert!(shown.contains(words), "{shown}");
    })
    .await;
}

#[tokio::test]
async fn the_next_runs_say_what_daylight_saving_does_to_them() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        for (expression, time, note) in [
            ("30+2+28+3+*", "Sun 28 Mar 2027, 03:00", "The clocks go forward over this time; it runs when they have."),
            ("30+2+31+10+*", "Sun 31 Oct 2027, 02:30", "This time happens twice; it runs the first time."),
        ] {
            let form =
                format!("name=X&project=WD&mode=cron&at=07%3A00&expression={expression}&zone=Europe%2FLjubljana");
            let shown = visitor.get(&format!("/jobs/new?{form}&recipients=")).await.body;
            assert!(shown.contains(time) && shown.contains(note), "{shown}");
            let elsewhere =
                visitor.get(&format!("/jobs/new?{}&recipients=", form.replace("Ljubljana", "Moscow"))).await;
            assert!(!elsewhere.body.contains(note), "no clock is changed there");
        }
    })
    .await;
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_and_names_the_line() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
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
        assert!(shown.body.contains(">Recipients, line 2: "), "the summary names the box");
        assert!(shown.body.contains("Line 2: "), "beside the box");
        assert!(shown.body.contains("Board letter"));
    })
    .await;
}

#[tokio::test]
async fn who_saves_a_job_second_keeps_what_was_typed_and_finds_what_is_saved() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        let action = visitor.form_action("/jobs/new", "save_job").await;
        let made = visitor.post(&action, &format!("{SITE}/jobs/new"), &FORM).await;
        let job = made.location().split('?').next().unwrap().to_owned();
        let (id, edit) = (job.trim_start_matches("/jobs/"), format!("{job}/edit"));
        let began = hidden(&visitor.get(&edit).await.body, "version");
        let action = visitor.form_action(&edit, "save_job").await;
        assert_eq!(began, "1");
        let form = |version: &'static str, name: &'static str, time: &'static str| -> Vec<(&str, &str)> {
            let is_kept = |(field, _): &(&str, &str)| !["name", "at"].contains(field);
            let changed = [("id", id), ("version", version), ("name", name), ("at", time)];
            FORM.into_iter().filter(is_kept).chain(changed).collect()
        };
        let saved = visitor.post(&action, &format!("{SITE}{edit}"), &form("1", "Theirs", "08:00")).await;
        assert_eq!(saved.location(), format!("{job}?notice=saved"));

        let late = visitor.post(&action, &format!("{SITE}{edit}"), &form("1", "Mine", "09:15")).await;
        let shown = visitor.get(late.location().trim_start_matches(SITE)).await.body;
        assert!(shown.contains("Somebody changed this since you opened it"), "{shown}");
        assert!(shown.contains("value=\"Mine\"") && shown.contains("value=\"09:15\""), "what was typed: {shown}");
        assert!(shown.contains("What is saved now") && shown.contains(&format!("href=\"{job}\"")), "{shown}");
        assert!(visitor.get(&job).await.body.contains("Theirs"), "nothing is written over");

        assert_eq!(hidden(&shown, "version"), "2");
        let saved = visitor.post(&action, &format!("{SITE}{edit}"), &form("2", "Mine", "09:15")).await;
        assert_eq!(saved.location(), format!("{job}?notice=saved"));
        assert!(visitor.get(&job).await.body.contains("Mine"));
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_corrected_or_read_anew_writes_over_nothing_that_was_saved_meanwhile() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        let action = visitor.form_action("/jobs/new", "save_job").await;
        let made = visitor.post(&action, &format!("{SITE}/jobs/new"), &FORM).await;
        let job = made.location().split('?').next().unwrap().to_owned();
        let (id, edit) = (job.trim_start_matches("/jobs/"), format!("{job}/edit"));
        let action = visitor.form_action(&edit, "save_job").await;
        let form = |name: &'static str| -> Vec<(&str, &str)> {
            let is_kept = |(field, _): &(&str, &str)| *field != "name";
            FORM.into_iter().filter(is_kept).chain([("id", id), ("version", "1"), ("name", name)]).collect()
        };
        let saved = visitor.post(&action, &format!("{SITE}{edit}"), &form("Theirs")).await;
        assert_eq!(saved.location(), format!("{job}?notice=saved"));

        let refused = visitor.post(&action, &format!("{SITE}{edit}"), &form("")).await;
        let shown = visitor.get(refused.location().trim_start_matches(SITE)).await.body;
        assert!(shown.contains("There is a problem"), "{shown}");
        assert_eq!(hidden(&shown, "version"), "1", "after a refusal");
        // As a button of the list of sections loads the page anew without a script.
        let anew = visitor.get(&format!("{edit}?version=1&name=Mine&mode=simple&at=09%3A15")).await.body;
        assert!(anew.contains("value=\"Mine\""), "{anew}");
        assert_eq!(hidden(&anew, "version"), "1", "with what was typed in the address");
        assert_eq!(hidden(&visitor.get(&edit).await.body, "version"), "2");
    })
    .await;
}

/// The value of a hidden field of a page.
fn hidden(html: &str, name: &str) -> String {
    let rest = html.split(&format!("name=\"{name}\"")).nth(1).unwrap_or_else(|| panic!("no {name}: {html}"));
    rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn copies_are_kept_and_a_refused_address_is_named_beside_its_field() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        allow_list::save(&administrator(&app).await, "example.org").await.unwrap();
        let action = visitor.form_action("/jobs/new", "save_job").await;
        let mut form = FORM.to_vec();
        form.extend([("cc", "sam@example.org"), ("bcc", "ok@example.org\nboss@example.com")]);
        let refused = visitor.post(&action, &format!("{SITE}/jobs/new"), &form).await;
        let back = refused.location().trim_start_matches(SITE).to_owned();
        let shown = visitor.get(&back).await.body;
        assert!(shown.contains("Line 2: boss@example.com is in no domain that may get mail from here"), "{shown}");
        assert!(shown.contains("sam@example.org") && shown.contains("ok@example.org"), "what was typed is kept");
        form.pop();
        form.push(("bcc", "boss@example.org"));
        let made = visitor.post(&action, &format!("{SITE}/jobs/new"), &form).await;
        let page = made.location().split('?').next().unwrap().to_owned();
        let shown = visitor.get(&page).await.body;
        assert!(shown.contains("Cc: sam@example.org") && shown.contains("Bcc: boss@example.org"), "{shown}");
        assert!(visitor.get(&format!("{page}/edit")).await.body.contains("boss@example.org"));
    })
    .await;
}

#[tokio::test]
async fn failed_messages_are_sent_again_together_and_an_unknown_one_is_marked_as_sent() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        let project = project::Entity::find().one(app.reader()).await.unwrap().unwrap();
        let run = sent_report(&app, project.id).await;
        let row = delivery::Entity::find()
            .filter(delivery::Column::OccurrenceId.eq(run))
            .filter(delivery::Column::Phase.eq(DeliveryPhase::Accepted))
            .one(app.reader())
            .await
            .unwrap()
            .unwrap();
        let mut unknown = row.into_active_model();
        unknown.phase = Set(DeliveryPhase::Uncertain);
        unknown.reply = Set(None);
        let unknown = unknown.update(app.reader()).await.unwrap().id.to_string();
        let page = format!("/jobs/runs/{run}");
        let shown = visitor.get(&page).await.body;
        assert!(shown.contains("Send the failed one again") && shown.contains("Mark as sent"), "{shown}");
        let decide = visitor.form_action(&page, "decide_delivery").await;
        let referer = format!("{SITE}{page}");
        visitor.post(&decide, &referer, &[("id", &unknown), ("decision", "arrived")]).await;
        let resend = visitor.form_action(&page, "resend_failed").await;
        visitor.post(&resend, &referer, &[("id", &run.to_string())]).await;
        let phases: Vec<_> = delivery::Entity::find()
            .filter(delivery::Column::OccurrenceId.eq(run))
            .order_by_asc(delivery::Column::Position)
            .all(app.reader())
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.phase)
            .collect();
        assert_eq!(phases, [DeliveryPhase::Accepted, DeliveryPhase::Queued]);
        let shown = visitor.get(&page).await.body;
        assert!(shown.contains("Marked as delivered by Mina") && shown.contains("1 sent again by Mina"), "{shown}");
    })
    .await;
}

/// A job of the form that the other tests send, by its page.
async fn with_job(visitor: &mut Visitor) -> (String, String) {
    visitor.sign_up_with_project().await;
    let action = visitor.form_action("/jobs/new", "save_job").await;
    let made = visitor.post(&action, &format!("{SITE}/jobs/new"), &FORM).await;
    let page = made.location().split('?').next().unwrap().to_owned();
    let id = page.trim_start_matches("/jobs/").to_owned();
    (page, id)
}

#[tokio::test]
async fn a_backfill_is_shown_confirmed_and_made_without_javascript() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        let (page, id) = with_job(&mut visitor).await;
        assert!(visitor.get(&page).await.body.contains(&format!("{page}/backfill")));
        let asked = format!("{page}/backfill?from=2026-11-09T00%3A00&to=2026-11-20T00%3A00&overlap=queue_all");
        let shown = visitor.get(&asked).await.body;
        assert!(shown.contains("4 runs would be made.") && shown.contains("Mon 9 Nov 2026, 07:00"), "{shown}");
        let bad = visitor.get(&format!("{page}/backfill?from=2026-11-20&to=&overlap=skip")).await.body;
        assert!(bad.contains("Enter a date with a time") && bad.contains("Enter a value"), "{bad}");
        let start = visitor.form_action(&asked, "start_backfill").await;
        let form = |to| [("id", id.as_str()), ("from", "2026-11-09T00:00"), ("to", to), ("overlap", "queue_all")];
        let refused = visitor.post(&start, &format!("{SITE}{asked}"), &form("2026-11-08T00:00")).await;
        let back = refused.location().trim_start_matches(SITE).to_owned();
        let shown = visitor.get(&back).await.body;
        assert!(shown.contains("The end is before the start") && shown.contains("2026-11-08T00:00"), "{shown}");
        let made = visitor.post(&start, &format!("{SITE}{asked}"), &form("2026-11-20T00:00")).await;
        assert_eq!(made.location(), format!("{page}?notice=backfilled"));
        let shown = visitor.get(&page).await.body;
        assert_eq!(shown.matches("class=\"badge\">Backfill<").count(), 4, "{shown}");
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_shows_the_mail_in_a_frame_of_its_own_and_sends_nothing() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        let (page, id) = with_job(&mut visitor).await;
        let shown = visitor.get(&format!("{page}/dry-run?at=2026-11-30T07%3A00")).await.body;
        assert!(shown.contains("Mon 30 Nov 2026, 07:00") && shown.contains("2 of 2 would get it."), "{shown}");
        assert!(shown.contains("the data are those of now") && shown.contains("max@example.org"), "{shown}");
        let frame = visitor.get(&format!("/jobs/{id}/dry-run/mail?at=2026-11-30T06:00:00Z")).await;
        let policy = frame.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("sandbox; default-src 'none'"), "{policy}");
        assert!(frame.body.contains("data:image/png;base64,") && !frame.body.contains("\"cid:"), "{}", frame.body);
        let unreadable = visitor.get(&format!("{page}/dry-run?at=soon")).await.body;
        assert!(unreadable.contains("Enter a date with a time"), "{unreadable}");
        assert_eq!(delivery::Entity::find().all(app.reader()).await.unwrap().len(), 0);
        assert!(visitor.get(&page).await.body.contains("No runs yet"));
        assert_eq!(
            Visitor::new(&app).get(&format!("/jobs/{id}/dry-run/mail?at=2026-11-30T06:00:00Z")).await.status,
            303
        );
    })
    .await;
}

#[tokio::test]
async fn a_job_is_copied_its_run_cancelled_and_the_list_filtered() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        let (page, id) = with_job(&mut visitor).await;
        let copy = visitor.form_action(&page, "duplicate_job").await;
        let copied = visitor.post(&copy, &format!("{SITE}{page}"), &[("id", &id)]).await;
        let shown = visitor.get(copied.location()).await.body;
        assert!(shown.contains("Weekly report (copy)") && shown.contains("The copy is paused"), "{shown}");
        assert!(shown.contains("If a run is still going") && shown.contains("The new one is skipped."), "{shown}");

        let run = visitor.form_action(&page, "start_run").await;
        let started = visitor.post(&run, &format!("{SITE}{page}"), &[("id", &id)]).await;
        let run_page = started.location().split('?').next().unwrap().to_owned();
        let cancel = visitor.form_action(&run_page, "cancel_run").await;
        let run = run_page.trim_start_matches("/jobs/runs/").to_owned();
        visitor.post(&cancel, &format!("{SITE}{run_page}"), &[("id", &run)]).await;
        let shown = visitor.get(&run_page).await.body;
        assert!(shown.contains("Weekly report, run 1") && shown.contains("Mon 23 Nov 2026, 09:00"), "{shown}");
        assert!(shown.contains("Cancelled by Mina Kovač.") && !shown.contains("/rpc/cancel_run"), "{shown}");
        let log = visitor.get(&format!("{run_page}/log.txt")).await;
        assert!(log.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        assert!(log.body.contains(" INFO Started by Mina Kovač.\n"), "{}", log.body);

        let paused = visitor.get("/jobs?state=paused").await.body;
        assert!(paused.contains("Weekly report (copy)") && paused.contains("1 of 2"), "{paused}");
        assert!(!paused.contains(&format!("href=\"{page}\"")), "{paused}");
        let none = visitor.get("/jobs?q=letter&result=failed").await.body;
        assert!(none.contains("No job fits the filter") && none.contains("value=\"letter\""), "{none}");
        let all = visitor.get("/jobs").await.body;
        assert!(all.contains("Run 1, cancelled, Mon 23 Nov 2026, 09:00"), "each run is a link with a name: {all}");
    })
    .await;
}

#[tokio::test]
async fn a_test_mail_keeps_what_is_typed_and_says_what_the_server_said() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        let form = visitor.get("/jobs/new").await.body;
        let start = form.find("formaction=\"/rpc/send_job_test").expect("the button is there");
        let action = form[start + 12..].split('"').next().unwrap().to_owned();
        let mut typed = FORM.to_vec();
        typed[0] = ("name", "Not saved yet");
        // More than any address may have.
        let many: String = (0..800).map(|number| format!("person{number}@example.org\n")).collect();
        let many = format!("max@example.org\n{many}");
        typed[7] = ("recipients", many.as_str());
        let sent = visitor.post(&action, &format!("{SITE}/jobs/new"), &typed).await;
        assert!(sent.location().starts_with("/jobs/new?tested="), "{}", sent.location());
        assert!(sent.location().len() < 100, "nothing of the form is in the address: {}", sent.location());
        let shown = visitor.get(sent.location()).await.body;
        assert!(
            shown.contains("The test went to mina@example.org.") && shown.contains("Kept in the outbox"),
            "{shown}"
        );
        assert!(shown.contains("value=\"Not saved yet\"") && shown.contains("person799@example.org"), "{shown}");
        let forged = visitor.get("/jobs/new?tested=eyJ3b3JkcyI6ImNhbGwgNTU1In0").await.body;
        assert!(!forged.contains("The test"), "{forged}");
        typed[8] = ("account", "gone");
        let refused = visitor.post(&action, &format!("{SITE}/jobs/new"), &typed).await;
        let back = refused.location().trim_start_matches(SITE).to_owned();
        let shown = visitor.get(&back).await.body;
        assert!(shown.contains("Choose one of the list") && shown.contains("Not saved yet"), "{shown}");
    })
    .await;
}

#[tokio::test]
async fn a_test_of_a_digest_without_content_says_so_beside_its_button() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        let form = visitor.get("/jobs/new?kind=digest").await.body;
        let start = form.find("formaction=\"/rpc/send_job_test").expect("the button is there");
        let action = form[start + 12..].split('"').next().unwrap().to_owned();
        let mut typed = FORM.to_vec();
        typed[0] = ("name", "Not saved yet");
        typed.extend([("kind", "digest"), ("scope", "project"), ("show_today", "on")]);
        let sent = visitor.post(&action, &format!("{SITE}/jobs/new?kind=digest"), &typed).await;
        let shown = visitor.get(sent.location()).await.body;
        let place = |words: &str| shown.find(words).unwrap_or_else(|| panic!("{words} in {shown}"));
        assert!(place("There was nothing to send.") > place("name=\"recipients\""), "beside the button: {shown}");
        assert!(shown.contains("no open task of yours") && shown.contains("Not saved yet"), "{shown}");
        assert!(shown.contains("name=\"kind\" value=\"digest\""), "the kind is that of the form: {shown}");
        let archiving = visitor.get("/jobs/new?kind=archive_tasks").await.body;
        assert!(archiving.contains("Days since they were finished") && !archiving.contains("send_job_test"));
    })
    .await;
}

#[tokio::test]
async fn the_sections_of_a_report_are_changed_and_stored_without_javascript() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        let fields = "period=last_7_days&s1_kind=summary&s2_kind=notes&s2_limit=7&s3_kind=text&s3_text=A+word";
        let typed = "name=Board+letter&project=WD&mode=simple&mon=on&at=07%3A00&zone=UTC&recipients=";
        let shown = visitor.get(&format!("/jobs/new?{typed}&{fields}&list=up-2")).await.body;
        let place = |words: &str| shown.find(words).unwrap_or_else(|| panic!("{words} in {shown}"));
        assert!(place("name=\"s1_kind\" value=\"notes\"") < place("name=\"s2_kind\" value=\"summary\""));
        assert!(shown.contains("Board letter") && shown.contains("A word") && shown.contains("value=\"7\""), "{shown}");
        let shown =
            visitor.get(&format!("/jobs/new?{typed}&{fields}&list=add&add_section=chart%3Aforecast")).await.body;
        assert!(shown.contains("name=\"s4_kind\" value=\"chart:forecast\""), "{shown}");
        let shown = visitor.get(&format!("/jobs/new?{typed}&{fields}&list=remove-1")).await.body;
        assert!(shown.contains("name=\"s2_kind\" value=\"text\"") && !shown.contains("name=\"s3_kind\""), "{shown}");

        let action = visitor.form_action("/jobs/new", "save_job").await;
        let mut form = FORM.to_vec();
        form.extend([("period", "days"), ("period_days", "0"), ("draft", "wait"), ("attach_csv", "on")]);
        form.extend([("s1_kind", "tasks:overdue"), ("s1_limit", "99"), ("s2_kind", "text"), ("s2_text", "A word")]);
        let refused = visitor.post(&action, &format!("{SITE}/jobs/new"), &form).await;
        let shown = visitor.get(refused.location().trim_start_matches(SITE)).await.body;
        assert!(shown.contains("id=\"period_days-error\"") && shown.contains("id=\"s1_limit-error\""), "{shown}");
        assert!(shown.contains("A word") && shown.contains("value=\"99\""), "what was typed is kept");
        for (name, value) in &mut form {
            match *name {
                "period_days" => *value = "14",
                "s1_limit" => *value = "5",
                _ => {}
            }
        }
        let made = visitor.post(&action, &format!("{SITE}/jobs/new"), &form).await;
        let page = made.location().split('?').next().unwrap().to_owned();
        let shown = visitor.get(&page).await.body;
        for words in ["The last 14 days.", "Overdue (at most 5), words of its own", "CSV.", "Its owner is asked first"]
        {
            assert!(shown.contains(words), "{words} in {shown}");
        }
        let shown = visitor.get(&format!("{page}/edit")).await.body;
        assert!(shown.contains("name=\"s1_kind\" value=\"tasks:overdue\"") && shown.contains("A word"), "{shown}");
    })
    .await;
}

#[tokio::test]
async fn a_refused_form_keeps_texts_that_are_too_long_for_an_address() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        let action = visitor.form_action("/jobs/new", "save_job").await;
        let note = format!("begin {} end", "x".repeat(3_000));
        let people: String = (0..300).map(|number| format!("person{number}@example.org\n")).collect();
        let bad = [
            ("name", "Board letter"),
            ("project", "WD"),
            ("mode", "simple"),
            ("at", "07:00"),
            ("zone", "UTC"),
            ("recipients", people.as_str()),
            ("period", "last_7_days"),
            ("s1_kind", "text"),
            ("s1_text", note.as_str()),
        ];
        let mut page = "/jobs/new".to_owned();
        // Refused a second time from the page of the first refusal: its address does not grow.
        for _ in 0..2 {
            let refused = visitor.post(&action, &format!("{SITE}{page}"), &bad).await;
            page = refused.location().trim_start_matches(SITE).to_owned();
            assert!(page.len() < 5_000, "{}", page.len());
            assert_eq!((page.matches("__err=").count(), page.matches("__kept=").count()), (1, 1), "{page}");
            let shown = visitor.get(&page).await.body;
            // The page carries the refusal for the browser, too; what counts is what stands in the form.
            let (before, rest) = shown.split_once("id=\"session\"").unwrap();
            let shown = format!("{before}{}", rest.split_once("</script>").unwrap().1);
            assert!(shown.contains("Choose at least one day"), "{shown}");
            assert!(shown.contains(&note) && shown.contains("person299@example.org"), "what was typed is kept");
        }
    })
    .await;
}

#[tokio::test]
async fn a_new_report_is_narrowed_to_labels_of_the_chosen_project_and_says_what_does_not_fit_another() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up_with_project().await;
        let labels = visitor.form_action("/board/WD/labels", "make_label").await;
        let form = [("project", "WD"), ("name", "Night shift"), ("hue", "")];
        visitor.post(&labels, &format!("{SITE}/board/WD/labels"), &form).await;
        let create = visitor.form_action("/projects/new", "create_project").await;
        let second = [("name", "Other works"), ("key", "OTH"), ("zone", "UTC")];
        visitor.post(&create, &format!("{SITE}/projects/new"), &second).await;

        let of_first = visitor.get("/jobs/new?project=WD").await.body;
        assert!(of_first.contains("Only these labels") && of_first.contains("Night shift"), "{of_first}");
        assert!(of_first.contains("Only tasks of these people") && of_first.contains("Other works"));
        let id = of_first.split("name=\"only_label_0\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        // The button beside the project sends the whole form.
        let asked = format!("project=OTH&mode=simple&mon=on&at=07%3A00&zone=UTC&period=last_7_days&only_label_0={id}");
        let of_second = visitor.get(&format!("/jobs/new?{asked}")).await.body;
        assert!(of_second.contains("One that was chosen is not of this project"), "{of_second}");
        assert!(!of_second.contains("Night shift"));

        let action = visitor.form_action("/jobs/new", "save_job").await;
        let mut form = FORM.to_vec();
        form.extend([("period", "last_7_days"), ("s1_kind", "summary"), ("only_label_0", id.as_str())]);
        let made = visitor.post(&action, &format!("{SITE}/jobs/new"), &form).await;
        let page = made.location().split('?').next().unwrap().to_owned();
        let shown = visitor.get(&page).await.body;
        assert!(shown.contains("Only labels") && shown.contains("Night shift"), "{shown}");
    })
    .await;
}
