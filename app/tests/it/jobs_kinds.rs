//! Jobs that make no report: digests and reminders for each person alone, archiving, pushing. On both databases.

use app::{
    archive::service::{files, list, read},
    domain::{
        account::Me,
        delivery::DeliveryPhase,
        ids::{OccurrenceId, ProjectId, ScheduleId, TaskId},
        job::JobKind,
        occurrence::OccurrenceState,
        personal::PersonalSnapshot,
        project::MemberRole,
        report_filter::ReportFilter,
        task::Priority,
    },
    entities::{member, occurrence, project as project_table, reminder_sent, task, user},
    error::{AppError, Problem},
    jobs::{
        form::JobForm,
        kind_form::{KindForm, beginning},
        plan_view::{DryRunOutlook, DryRunShown},
        service::{
            dry_run, duplicate, plan_pages, run_actions,
            runs::{self, Decision},
            schedules, test_mail, worker,
        },
        view::{TestEnd, TestOutcome},
    },
    mail::service::outbox,
    platform::mailer::{self, Reading},
    projects::service::{
        access,
        projects::{self, NewProject},
    },
    tasks::service::{
        archive, assign,
        create::{self, NewTask},
        dependencies,
        edit::{self, Change},
        moves::End,
    },
    testing::{TestApp, each_database, frozen, smtp_server::SmtpServer},
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::jobs_stage::Stage;

/// A new job of a kind as the form begins, to these.
pub fn job(kind: JobKind, recipients: &str) -> JobForm {
    JobForm { project: "T".into(), zone: "Europe/Ljubljana".into(), recipients: recipients.into(), ..beginning(kind) }
}

/// An open task of the stage's project for these people, due on a day, or at an instant.
async fn due(stage: &Stage<'_>, title: &str, due: &str, people: &[&Me]) -> TaskId {
    due_in(stage, stage.project.id, title, due, people).await
}

async fn due_in(stage: &Stage<'_>, project: ProjectId, title: &str, due: &str, people: &[&Me]) -> TaskId {
    let ctx = stage.mina();
    let editing = access::by_id(&ctx, ctx.reader(), project).await.unwrap().editing().unwrap();
    let columns = projects::columns(ctx.reader(), project).await.unwrap();
    let new = NewTask {
        column: columns[0].id,
        end: End::Bottom,
        title: title.into(),
        description: String::new(),
        priority: Priority::Medium,
        due_on: due.parse().ok(),
        due_at: due.parse().ok(),
        op_id: None,
    };
    let card = create::create(&ctx, &editing, new).await.unwrap();
    let ids: Vec<_> = people.iter().map(|me| me.id).collect();
    assign::set(&ctx, card.id, &ids).await.unwrap();
    card.id
}

/// Another project of Mina's, in which Jonas edits.
async fn elsewhere(stage: &Stage<'_>) -> project_table::Model {
    let new = NewProject { name: "Elsewhere".into(), key: "X".into(), zone: "UTC".into() };
    let made = projects::create(&stage.mina(), new).await.unwrap();
    let row = member::ActiveModel {
        project_id: Set(made.id),
        user_id: Set(stage.cast.jonas.id),
        role: Set(MemberRole::Editor),
    };
    member::Entity::insert(row).exec_without_returning(stage.app.reader()).await.unwrap();
    made
}

async fn lives_in(app: &TestApp, me: &Me, zone: &str) {
    let moved = user::ActiveModel { id: Set(me.id), zone: Set(zone.into()), ..Default::default() };
    user::Entity::update(moved).exec(app.reader()).await.unwrap();
}

/// Runs a job by hand and gives the run as it ended.
async fn run(stage: &Stage<'_>, id: ScheduleId) -> occurrence::Model {
    stage.pass(TimeDelta::minutes(1));
    let run = runs::start(&stage.mina(), id).await.unwrap();
    stage.work().await;
    occurrence::Entity::find_by_id(run).one(stage.app.reader()).await.unwrap().unwrap()
}

/// The mails of a run by their recipients, in the order of the list.
async fn mails(stage: &Stage<'_>, run: OccurrenceId) -> Vec<(String, Reading)> {
    let rows = stage.deliveries(run).await;
    rows.into_iter().map(|row| (row.row.address, mailer::read(&row.mime).unwrap())).collect()
}

/// Recipients and subjects.
async fn subjects(stage: &Stage<'_>, run: OccurrenceId) -> Vec<(String, String)> {
    mails(stage, run).await.into_iter().map(|(address, mail)| (address, mail.subject)).collect()
}

fn pair(address: &str, subject: &str) -> (String, String) {
    (format!("{address}@example.org"), subject.to_owned())
}

/// The test of a job that is not saved.
async fn tested(stage: &Stage<'_>, who: &Me, form: &JobForm) -> TestOutcome {
    let ctx = stage.app.as_person(who);
    let editing = access::by_id(&ctx, ctx.reader(), stage.project.id).await.unwrap().editing().unwrap();
    let typed = schedules::as_typed(&ctx, &editing, form, None).await.unwrap();
    test_mail::send(&ctx, &editing, &typed, "").await.unwrap()
}

/// Field, line and problem of each broken rule.
async fn refused(stage: &Stage<'_>, who: &Me, form: &JobForm) -> Vec<(String, Option<u32>, Problem)> {
    let ctx = stage.app.as_person(who);
    let viewing = access::by_id(&ctx, ctx.reader(), stage.project.id).await.unwrap();
    match schedules::create(&ctx, &viewing.editing().unwrap(), form).await {
        Err(AppError::Invalid(invalid)) => {
            invalid.fields.into_iter().map(|field| (field.field, field.line, field.problem)).collect()
        }
        other => panic!("not a form's error: {other:?}"),
    }
}

#[tokio::test]
async fn a_digest_has_each_persons_own_tasks_and_nobody_gets_an_empty_one() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let late = due(&stage, "Late letter", "2026-11-20", &[&stage.cast.jonas]).await;
        due(&stage, "Call of today", "2026-11-23", &[&stage.cast.jonas, &stage.cast.mina]).await;
        let waits = due(&stage, "Waits for the letter", "2027-03-01", &[&stage.cast.mina]).await;
        dependencies::add(&stage.mina(), waits, late).await.unwrap();
        let form = job(JobKind::Digest, "jonas@example.org\nmina@example.org\nalex@example.org");
        let id = stage.job(&form).await;
        let ended = run(&stage, id).await;
        assert_eq!((ended.state, ended.reason), (OccurrenceState::Done, None), "{:?}", stage.log(ended.id).await);
        assert_eq!(
            subjects(&stage, ended.id).await,
            [pair("jonas", "1 due today, 1 overdue · Mon 23 Nov"), pair("mina", "1 due today, 1 blocked · Mon 23 Nov"),]
        );
        let sent = mails(&stage, ended.id).await;
        let text = |at: usize| sent[at].1.text.clone().unwrap();
        assert!(text(0).contains("Late letter – Overdue 3 d") && text(0).contains("/tasks/T-3"), "{}", text(0));
        assert!(text(1).contains("Waits for the letter") && text(1).contains("Blocked by 1 task"), "{}", text(1));
        assert!(!text(1).contains("Late letter"), "it is not hers");
        for (address, mail) in &sent {
            assert!(mail.to.contains(address) && mail.to.matches('@').count() == 1, "to its reader alone: {}", mail.to);
            assert!(mail.html.as_ref().unwrap().contains("Call of today"));
        }
        let mime = String::from_utf8(stage.deliveries(ended.id).await.remove(0).mime).unwrap();
        for head in ["Auto-Submitted: auto-generated", "List-Unsubscribe:"] {
            assert!(mime.contains(head), "{head} in {mime}");
        }
        let list = format!("List-Id: <{}.", id.0.simple());
        assert!(mime.contains(&list), "{list} in {mime}");
        assert!(stage.log(ended.id).await.contains(&"Nothing to say to alex@example.org.".to_owned()));
        assert_eq!(ended.snapshot_hash.as_deref().map(str::len), Some(64));
    })
    .await;
}

#[tokio::test]
async fn where_nobody_has_anything_a_digest_is_skipped_with_its_reason() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&job(JobKind::Digest, "jonas@example.org")).await;
        let ended = run(&stage, id).await;
        assert_eq!(
            (ended.state, ended.reason.as_deref()),
            (OccurrenceState::Skipped, Some("Nobody on the list has anything to be told."))
        );
        assert!(stage.deliveries(ended.id).await.is_empty());
        due(&stage, "Something", "2027-06-01", &[&stage.cast.jonas]).await;
        assert_eq!(run(&stage, id).await.state, OccurrenceState::Done);

        let options = KindForm { scope: "all".into(), show_today: "on".into(), ..KindForm::default() };
        let narrow = JobForm { options, ..job(JobKind::Digest, "jonas@example.org") };
        let id = stage.job(&narrow).await;
        assert_eq!(
            run(&stage, id).await.state,
            OccurrenceState::Skipped,
            "it shows what is due today and nothing else"
        );
    })
    .await;
}

#[tokio::test]
async fn a_digest_says_words_of_its_own_with_what_they_are_for_its_reader() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        due(&stage, "Now", "2026-11-23", &[&stage.cast.jonas]).await;
        let form = job(JobKind::Digest, "jonas@example.org");
        let options = KindForm {
            own_subject: "{{ person }}, {{ tasks }} in {{ project }}".into(),
            introduction: "Good *morning*: {{ day }}".into(),
            ..form.options.clone()
        };
        let id = stage.job(&JobForm { options, ..form }).await;
        let ended = run(&stage, id).await;
        assert_eq!(subjects(&stage, ended.id).await, [pair("jonas", "Jonas Ortiz, 1 due today in Tasks")]);
        let text = mails(&stage, ended.id).await.remove(0).1.text.unwrap();
        assert!(text.contains("Good *morning*: Monday 23 November 2026"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn the_day_of_a_digest_is_that_of_its_reader() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        // Eleven hours behind UTC: there it is still Sunday.
        lives_in(&app, &stage.cast.alex, "Pacific/Pago_Pago").await;
        due(&stage, "Sunday's work", "2026-11-22", &[&stage.cast.jonas, &stage.cast.alex]).await;
        let id = stage.job(&job(JobKind::Digest, "jonas@example.org\nalex@example.org")).await;
        let ended = run(&stage, id).await;
        assert_eq!(
            subjects(&stage, ended.id).await,
            [pair("jonas", "1 overdue · Mon 23 Nov"), pair("alex", "1 due today · Sun 22 Nov")]
        );
    })
    .await;
}

#[tokio::test]
async fn a_digest_reaches_over_all_projects_that_a_person_sees_and_no_further() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let other = elsewhere(&stage).await;
        due(&stage, "Here", "2026-11-23", &[&stage.cast.jonas]).await;
        due_in(&stage, other.id, "There", "2026-11-23", &[&stage.cast.jonas]).await;
        let all = stage.job(&job(JobKind::Digest, "jonas@example.org")).await;
        let form = job(JobKind::Digest, "jonas@example.org");
        let options = KindForm { scope: "project".into(), ..form.options.clone() };
        let one = stage.job(&JobForm { options, ..form }).await;
        let text = async |id| mails(&stage, run(&stage, id).await.id).await.remove(0).1.text.unwrap();
        let said = text(all).await;
        assert!(said.contains("T-3 Here") && said.contains("X-1 There") && said.contains("/my-work"), "{said}");
        let said = text(one).await;
        assert!(said.contains("T-3 Here") && !said.contains("There") && said.contains("/board/T"), "{said}");

        member::Entity::delete_by_id((other.id, stage.cast.jonas.id)).exec(app.reader()).await.unwrap();
        let said = text(all).await;
        assert!(
            said.contains("T-3 Here") && !said.contains("There"),
            "the task is still his, the project is not: {said}"
        );
    })
    .await;
}

#[tokio::test]
async fn who_stops_seeing_a_project_gets_no_mail_with_its_tasks_any_more() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "mail:451:1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let other = elsewhere(&stage).await;
        due_in(&stage, other.id, "There", "2026-11-23", &[&stage.cast.jonas]).await;
        let id = stage.job(&job(JobKind::Digest, "jonas@example.org")).await;
        let ended = run(&stage, id).await;
        assert_eq!(stage.deliveries(ended.id).await[0].phase, DeliveryPhase::Deferred);
        member::Entity::delete_by_id((other.id, stage.cast.jonas.id)).exec(app.reader()).await.unwrap();
        stage.pass(TimeDelta::minutes(2));
        stage.work().await;
        let row = stage.deliveries(ended.id).await.remove(0);
        assert_eq!((row.phase, server.messages().len()), (DeliveryPhase::Withheld, 0));
        assert_eq!(stage.states(id).await, [OccurrenceState::Done], "nobody else waits for it");
        runs::decide(&stage.mina(), row.id, Decision::SendAgain).await.unwrap();
        stage.work().await;
        assert_eq!(server.messages().len(), 0, "nor when somebody sends it again");
    })
    .await;
}

#[tokio::test]
async fn what_is_frozen_is_sent_by_whoever_goes_on_and_again_byte_for_byte() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:550:1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let task = due(&stage, "As it was", "2026-11-23", &[&stage.cast.jonas]).await;
        let id = stage.job(&job(JobKind::Digest, "jonas@example.org")).await;
        let ended = run(&stage, id).await;
        let refused = stage.deliveries(ended.id).await.remove(0);
        assert_eq!(refused.phase, DeliveryPhase::Failed);
        edit::change(&stage.mina(), task, 2, Change::Title("As it is".into()), None).await.unwrap();
        runs::decide(&stage.mina(), refused.id, Decision::SendAgain).await.unwrap();
        stage.work().await;
        assert_eq!(server.messages(), [refused.mime]);

        // A worker has died behind the freezing: the next one writes what was frozen.
        let id = stage.job(&job(JobKind::Digest, "jonas@example.org")).await;
        let ended = run(&stage, id).await;
        let mut left = ended.clone().into_active_model();
        left.state = Set(OccurrenceState::Frozen);
        left.finished_at = Set(None);
        left.update(app.reader()).await.unwrap();
        app::entities::delivery::Entity::delete_many()
            .filter(app::entities::delivery::Column::OccurrenceId.eq(ended.id))
            .exec(app.reader())
            .await
            .unwrap();
        edit::change(&stage.mina(), task, 3, Change::Title("As it will be".into()), None).await.unwrap();
        assert_eq!(stage.work().await, 1);
        let text = mails(&stage, ended.id).await.remove(0).1.text.unwrap();
        assert!(text.contains("As it is") && !text.contains("As it will be"), "{text}");
    })
    .await;
}

/// What a dry run shows this person of a job that makes no report.
async fn dry(stage: &Stage<'_>, who: &Me, id: ScheduleId, at: &str) -> DryRunOutlook {
    let page = plan_pages::dry_run(&stage.app.as_person(who), id, at.into()).await.unwrap();
    let Some(Ok(DryRunShown::Other(outlook))) = page.shown else { panic!("no dry run") };
    *outlook
}

#[tokio::test]
async fn a_dry_run_of_a_digest_says_how_much_everybody_would_get_and_shows_each_their_own_mail_alone() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        due(&stage, "His alone", "2026-11-23", &[&stage.cast.jonas]).await;
        due(&stage, "Hers alone", "2026-11-23", &[&stage.cast.mina]).await;
        due(&stage, "For both", "2026-11-25", &[&stage.cast.jonas, &stage.cast.mina]).await;
        let id = stage.job(&job(JobKind::Digest, "jonas@example.org\nmina@example.org\nalex@example.org")).await;
        let at = "2026-11-23T10:00";
        for (who, own, others) in
            [(&stage.cast.mina, "Hers alone", "His alone"), (&stage.cast.jonas, "His alone", "Hers alone")]
        {
            let shown = dry(&stage, who, id, at).await;
            assert_eq!(shown.words, "It would send mails to 2 people, to each their own.");
            let counts: Vec<_> = shown.readers.iter().map(|one| (one.address.as_str(), one.tasks)).collect();
            assert_eq!(counts, [("jonas@example.org", 2), ("mina@example.org", 2)]);
            assert_eq!(shown.notes, ["Nothing to say to alex@example.org."]);
            let mail = shown.mine.as_ref().unwrap();
            assert_eq!(mail.subject, "1 due today, 1 due in 7 days · Mon 23 Nov");
            let said = serde_json::to_string(&shown).unwrap();
            assert!(said.contains(own) && said.contains("For both") && !said.contains(others), "{said}");
            let instant = "2026-11-23T09:00:00Z".parse().unwrap();
            let html = dry_run::framed_html(&app.as_person(who), id, instant).await.unwrap();
            assert!(html.contains(own) && !html.contains(others), "{html}");
        }
        let later = dry(&stage, &stage.cast.mina, id, "2026-11-25T10:00").await;
        assert_eq!(later.mine.unwrap().subject, "1 due today, 1 overdue · Wed 25 Nov", "the day is that of the run");

        // Whoever gets no mail sees none.
        let theirs = stage.job(&job(JobKind::Digest, "jonas@example.org")).await;
        let shown = dry(&stage, &stage.cast.mina, theirs, at).await;
        assert_eq!((shown.mine, shown.readers.len()), (None, 1));
        let instant = "2026-11-23T09:00:00Z".parse().unwrap();
        assert_eq!(dry_run::framed_html(&stage.mina(), theirs, instant).await, Err(AppError::NotFound));
        assert!(stage.runs(id).await.is_empty() && outbox::list(&stage.mina(), None).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_test_of_a_personal_mail_is_what_whoever_asks_would_get_and_reminds_nobody() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let (mina, jonas) = (&stage.cast.mina, &stage.cast.jonas);
        // Only Jonas is on the lists: what Mina gets is hers all the same.
        let [digest, reminder] = [JobKind::Digest, JobKind::Reminder].map(|kind| job(kind, "jonas@example.org"));
        due(&stage, "Work of Jonas", "2026-11-24", &[jonas]).await;
        for (form, why) in [(&digest, "no open task of yours"), (&reminder, "no task of yours comes due")] {
            let tested = tested(&stage, mina, form).await;
            assert!(tested.end == TestEnd::Nothing && tested.words.contains(why), "{tested:?}");
        }
        due(&stage, "Send the offer", "2026-11-24", &[mina]).await;
        for form in [&digest, &reminder, &reminder] {
            assert_eq!(tested(&stage, mina, form).await.end, TestEnd::Sent);
        }
        let options = KindForm { show_overdue: "on".into(), scope: "project".into(), ..KindForm::default() };
        let narrow = JobForm { options, ..digest };
        assert_eq!(tested(&stage, mina, &narrow).await.end, TestEnd::Nothing, "the sections are those that are typed");

        let messages = server.messages();
        assert_eq!(messages.len(), 3);
        for message in &messages {
            let read = mailer::read(message).unwrap();
            let (text, html) = (read.text.unwrap(), read.html.unwrap());
            assert!(read.to.contains("mina@example.org") && read.subject.starts_with("Test: "), "{}", read.subject);
            assert!(text.contains("Send the offer") && text.contains("This is a test"), "{text}");
            assert!(!text.contains("Work of Jonas") && !text.contains("Stop these e-mails"), "{text}");
            assert!(!html.contains("Stop these e-mails") && !html.contains("href=\"\""), "{html}");
        }
        assert_eq!(reminder_sent::Entity::find().all(app.reader()).await.unwrap(), [], "nobody was reminded");
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_of_the_other_kinds_says_what_would_be_done_and_does_nothing() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        due(&stage, "Send the offer", "2026-11-24", &[&stage.cast.jonas]).await;
        let reminder = stage.job(&job(JobKind::Reminder, "jonas@example.org")).await;
        for _ in 0..2 {
            let shown = dry(&stage, &stage.cast.mina, reminder, "2026-11-23T10:00").await;
            assert_eq!((shown.words.as_str(), shown.mine), ("It would send a mail to 1 person.", None));
        }
        assert_eq!(reminder_sent::Entity::find().all(app.reader()).await.unwrap(), [], "nobody was reminded");
        assert_eq!(run(&stage, reminder).await.state, OccurrenceState::Done);
        let shown = dry(&stage, &stage.cast.mina, reminder, "2026-11-23T10:00").await;
        assert_eq!(shown.words, "It would be skipped: nobody on the list has anything to be told.");

        let form = job(JobKind::ArchiveTasks, "");
        let options = KindForm { finished_days: "7".into(), ..form.options.clone() };
        let archive = stage.job(&JobForm { options, ..form }).await;
        let shown = dry(&stage, &stage.cast.mina, archive, "2026-11-23T10:00").await;
        assert_eq!(shown.words, "It would be skipped: there is nothing to archive.");
        let shown = dry(&stage, &stage.cast.mina, archive, "2026-12-02T10:00").await;
        assert_eq!((shown.words.as_str(), shown.more), ("It would archive 1 task.", 0));
        assert_eq!(shown.tasks, ["T-2 Finish the report"]);
        let archived = task::Entity::find().filter(task::Column::ArchivedAt.is_not_null()).all(app.reader()).await;
        assert_eq!(archived.unwrap(), []);

        let push = stage.job(&job(JobKind::GitPush, "")).await;
        let shown = dry(&stage, &stage.cast.mina, push, "2026-11-23T10:00").await;
        assert_eq!(shown.words, "It would fail: no remote repository is set up.");
    })
    .await;
}

#[tokio::test]
async fn a_personal_mail_is_no_report_and_is_shown_to_nobody_else() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        due(&stage, "Mine alone", "2026-11-23", &[&stage.cast.jonas]).await;
        due(&stage, "Hers alone", "2026-11-23", &[&stage.cast.mina]).await;
        let id = stage.job(&job(JobKind::Digest, "jonas@example.org\nmina@example.org")).await;
        let ended = run(&stage, id).await;
        worker::keep_missing(&app).await.unwrap();
        let row = occurrence::Entity::find_by_id(ended.id).one(app.reader()).await.unwrap().unwrap();
        assert_eq!(row.commit_id, None, "it is not in Git");
        for me in [&stage.cast.jonas, &stage.cast.alex, &stage.cast.mina] {
            let ctx = app.as_person(me);
            assert!(list::list(&ctx, ReportFilter::default()).await.unwrap().items.is_empty());
            assert_eq!(read::read(&ctx, ended.id).await, Err(AppError::NotFound));
            assert_eq!(files::html(&ctx, ended.id).await, Err(AppError::NotFound));
            assert_eq!(files::message(&ctx, ended.id, None).await, Err(AppError::NotFound));
            let to = stage.deliveries(ended.id).await[0].id;
            assert_eq!(files::message(&ctx, ended.id, Some(to)).await, Err(AppError::NotFound));
            let shown = runs::run(&ctx, ended.id).await.unwrap();
            assert_eq!((shown.kind, shown.has_report), (JobKind::Digest, false));
            assert_eq!(shown.run.subject.as_deref(), Some("Digest for 2 people"));
            let said = serde_json::to_string(&shown).unwrap();
            assert!(!said.contains("alone"), "{said}");
        }
        let caught = async |me: &Me| {
            let rows = outbox::list(&app.as_person(me), None).await.unwrap();
            rows.into_iter().map(|row| row.envelope_to).collect::<Vec<_>>()
        };
        assert_eq!(caught(&stage.cast.jonas).await, ["jonas@example.org"], "in the outbox everybody sees their own");
        assert_eq!(caught(&stage.cast.alex).await, [] as [&str; 0]);
        assert_eq!(caught(&stage.cast.mina).await.len(), 2, "and its administrator all");
    })
    .await;
}

#[tokio::test]
async fn somebody_is_reminded_once_of_a_due_date_whatever_runs_and_again_of_another_one() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let task = due(&stage, "Send the offer", "2026-11-24", &[&stage.cast.jonas]).await;
        due(&stage, "Far away", "2026-12-24", &[&stage.cast.jonas]).await;
        let form = job(JobKind::Reminder, "jonas@example.org\nmina@example.org");
        let id = stage.job(&form).await;
        let first = run(&stage, id).await;
        assert_eq!(subjects(&stage, first.id).await, [pair("jonas", "1 due tomorrow · Mon 23 Nov")]);
        let text = mails(&stage, first.id).await.remove(0).1.text.unwrap();
        assert!(text.contains("Tuesday 24 November 2026") && !text.contains("Far away"), "{text}");

        let again = run(&stage, id).await;
        assert_eq!(
            (again.state, again.reason.as_deref()),
            (OccurrenceState::Skipped, Some("Nobody on the list has to be reminded of anything now."))
        );
        let options = KindForm { leads: "3 days, 1 day".into(), ..form.options.clone() };
        let twin = stage.job(&JobForm { options, ..form }).await;
        let skipped = run(&stage, twin).await.state;
        assert_eq!(skipped, OccurrenceState::Skipped, "another job with a longer lead says nothing new");

        let later = app::domain::due::DueInput { date: "2026-11-25".parse().unwrap(), time: None };
        edit::change(&stage.mina(), task, 2, Change::Due(Some(later)), None).await.unwrap();
        assert_eq!(run(&stage, id).await.state, OccurrenceState::Skipped, "not yet");
        stage.pass(TimeDelta::days(1));
        let moved = run(&stage, id).await;
        assert_eq!(subjects(&stage, moved.id).await, [pair("jonas", "1 due tomorrow · Tue 24 Nov")]);
        assert_eq!(reminded(&stage).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn who_got_no_mail_because_the_run_failed_is_reminded_by_the_next_one() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:550:1:5.7.1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        due(&stage, "Send the offer", "2026-11-24", &[&stage.cast.jonas]).await;
        let id = stage.job(&job(JobKind::Reminder, "jonas@example.org")).await;
        assert_eq!(run(&stage, id).await.state, OccurrenceState::Failed);
        assert_eq!(reminded(&stage).await, []);
        let second = run(&stage, id).await;
        assert_eq!((second.state, server.messages().len()), (OccurrenceState::Done, 1));
        assert_eq!(run(&stage, id).await.state, OccurrenceState::Skipped, "and once alone");

        // A worker died behind the freezing as often as it may.
        let mut left = second.clone().into_active_model();
        left.state = Set(OccurrenceState::Frozen);
        left.attempts = Set(5);
        left.finished_at = Set(None);
        left.update(app.reader()).await.unwrap();
        let messages = app::entities::delivery::Column::OccurrenceId.eq(second.id);
        app::entities::delivery::Entity::delete_many().filter(messages).exec(app.reader()).await.unwrap();
        stage.work().await;
        let ended = occurrence::Entity::find_by_id(second.id).one(app.reader()).await.unwrap().unwrap();
        assert_eq!(ended.state, OccurrenceState::Failed, "{:?}", stage.log(second.id).await);
        let last = run(&stage, id).await;
        assert_eq!((last.state, server.messages().len()), (OccurrenceState::Done, 2));
    })
    .await;
}

/// Of what people have been reminded.
async fn reminded(stage: &Stage<'_>) -> Vec<reminder_sent::Model> {
    let kept = reminder_sent::Column::ReleasedAt.is_null();
    reminder_sent::Entity::find().filter(kept).all(stage.app.reader()).await.unwrap()
}

#[tokio::test]
async fn a_reminder_that_somebody_sends_again_by_hand_is_repeated_by_no_other_run() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:550:1:5.7.1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        due(&stage, "Send the offer", "2026-11-24", &[&stage.cast.jonas]).await;
        let id = stage.job(&job(JobKind::Reminder, "jonas@example.org")).await;
        let first = run(&stage, id).await;
        assert_eq!(first.state, OccurrenceState::Failed);
        let message = stage.deliveries(first.id).await.remove(0).id;
        runs::decide(&stage.mina(), message, Decision::SendAgain).await.unwrap();
        assert_eq!(reminded(&stage).await.len(), 1, "before it has gone");
        stage.work().await;
        assert_eq!(server.messages().len(), 1);
        assert_eq!(run(&stage, id).await.state, OccurrenceState::Skipped);
    })
    .await;
}

#[tokio::test]
async fn whom_a_run_did_not_reach_while_it_reached_others_the_next_one_reminds_unless_it_was_refused_for_good() {
    for (how, is_for_good) in [("rcpt:451:1", false), ("rcpt:550:1:5.7.1", true)] {
        each_database(async |app| {
            let server = SmtpServer::start(&["--fail", how]);
            let stage = Stage::new(&app).await;
            stage.sends_to(server.port).await;
            due(&stage, "Send the offer", "2026-11-24", &[&stage.cast.jonas, &stage.cast.mina]).await;
            let id = stage.job(&job(JobKind::Reminder, "jonas@example.org\nmina@example.org")).await;
            let first = run(&stage, id).await;
            let rows = stage.deliveries(first.id).await;
            let missed = rows.iter().find(|row| row.phase != DeliveryPhase::Accepted).unwrap();
            if !is_for_good {
                runs::decide(&stage.mina(), missed.id, Decision::GiveUp).await.unwrap();
                stage.work().await;
            }
            assert_eq!(stage.states(id).await, [OccurrenceState::Partly]);
            let second = run(&stage, id).await;
            let addresses: Vec<_> = mails(&stage, second.id).await.into_iter().map(|(address, _)| address).collect();
            let expected = match is_for_good {
                true => (OccurrenceState::Skipped, Vec::new()),
                false => (OccurrenceState::Done, vec![missed.address.clone()]),
            };
            assert_eq!((second.state, addresses), expected, "{how}");
            // What another run has taken over is not this one's to send again.
            runs::decide(&stage.mina(), missed.id, Decision::SendAgain).await.unwrap();
            let mine = reminded(&stage).await;
            let of_second = mine.iter().filter(|row| row.occurrence_id == Some(second.id)).count();
            assert_eq!(of_second, usize::from(!is_for_good), "{mine:?}");
            stage.work().await;
            assert_eq!(run(&stage, id).await.state, OccurrenceState::Skipped);
        })
        .await;
    }
}

#[tokio::test]
async fn a_cancelled_run_leaves_to_the_next_one_whom_it_has_not_reminded() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "mail:451:1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        due(&stage, "Send the offer", "2026-11-24", &[&stage.cast.jonas, &stage.cast.mina]).await;
        let id = stage.job(&job(JobKind::Reminder, "jonas@example.org\nmina@example.org")).await;
        let first = run(&stage, id).await;
        assert_eq!(first.state, OccurrenceState::Sending, "{:?}", stage.log(first.id).await);
        run_actions::cancel(&stage.mina(), first.id).await.unwrap();
        let rows = stage.deliveries(first.id).await;
        let of = |phase: DeliveryPhase| rows.iter().find(|row| row.phase == phase).unwrap();
        let (told, waits) = (of(DeliveryPhase::Accepted), of(DeliveryPhase::Withheld));
        let left = reminded(&stage).await;
        assert_eq!(left.iter().map(|row| Some(row.user_id)).collect::<Vec<_>>(), [told.user_id]);
        let second = run(&stage, id).await;
        let addresses: Vec<_> = mails(&stage, second.id).await.into_iter().map(|(address, _)| address).collect();
        assert_eq!((second.state, addresses), (OccurrenceState::Done, vec![waits.address.clone()]));
    })
    .await;
}

#[tokio::test]
async fn a_reminder_that_comes_late_still_comes_and_one_that_is_overdue_does_not() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        due(&stage, "By noon", "2026-11-23T11:00:00Z", &[&stage.cast.jonas]).await;
        due(&stage, "Yesterday", "2026-11-22", &[&stage.cast.jonas]).await;
        let form = job(JobKind::Reminder, "jonas@example.org");
        let options = KindForm { leads: "2 days, 2 hours".into(), ..form.options.clone() };
        let id = stage.job(&JobForm { options, ..form }).await;
        let early = run(&stage, id).await;
        assert_eq!(subjects(&stage, early.id).await, [pair("jonas", "1 due today · Mon 23 Nov")]);
        assert_eq!(run(&stage, id).await.state, OccurrenceState::Skipped, "its nearer window has not come");
        stage.pass(TimeDelta::hours(2));
        let near = run(&stage, id).await;
        assert_eq!(subjects(&stage, near.id).await.len(), 1, "the second lead, two hours before");
        stage.pass(TimeDelta::hours(2));
        assert_eq!(run(&stage, id).await.state, OccurrenceState::Skipped);
    })
    .await;
}

#[tokio::test]
async fn a_window_opens_in_the_morning_of_each_person() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        lives_in(&app, &stage.cast.alex, "Pacific/Pago_Pago").await;
        due(&stage, "For both", "2026-11-24", &[&stage.cast.jonas, &stage.cast.alex]).await;
        let id = stage.job(&job(JobKind::Reminder, "jonas@example.org\nalex@example.org")).await;
        let here = run(&stage, id).await;
        assert_eq!(subjects(&stage, here.id).await, [pair("jonas", "1 due tomorrow · Mon 23 Nov")]);
        assert_eq!(run(&stage, id).await.state, OccurrenceState::Skipped);
        // 08:00 of Monday there is 19:00 UTC.
        stage.pass(TimeDelta::hours(12));
        let there = run(&stage, id).await;
        assert_eq!(subjects(&stage, there.id).await, [pair("alex", "1 due tomorrow · Mon 23 Nov")]);
    })
    .await;
}

#[tokio::test]
async fn two_jobs_at_the_same_moment_remind_once() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        for number in 0..20 {
            due(&stage, &format!("Task {number}"), "2026-11-24", &[&stage.cast.jonas, &stage.cast.mina]).await;
        }
        let form = job(JobKind::Reminder, "jonas@example.org\nmina@example.org");
        let (one, other) = (stage.job(&form).await, stage.job(&form).await);
        for id in [one, other] {
            runs::start(&stage.mina(), id).await.unwrap();
        }
        let mut claims = Vec::new();
        while let Some(claim) = worker::claim(&app, "a test").await.unwrap() {
            claims.push(claim);
        }
        assert_eq!(claims.len(), 2);
        let done = futures::future::join_all(claims.into_iter().map(|claim| worker::work(&app, claim))).await;
        assert!(done.into_iter().all(|done| done.is_ok()));
        stage.work().await;
        let mut reminded = 0;
        for id in [one, other] {
            for run in stage.runs(id).await {
                let Some(json) = frozen(&app, run.id).await else { continue };
                let about: PersonalSnapshot = serde_json::from_str(&json).unwrap();
                reminded += about.readers.iter().flat_map(|reader| &reader.lists).map(|list| list.count).sum::<usize>();
            }
        }
        assert_eq!(reminded, 40, "twenty tasks for two people");
    })
    .await;
}

#[tokio::test]
async fn finished_tasks_are_archived_after_their_days_and_the_log_says_which() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let form = job(JobKind::ArchiveTasks, "nobody");
        let options = KindForm { finished_days: "7".into(), ..form.options.clone() };
        let id = stage.job(&JobForm { options, ..form }).await;
        let early = run(&stage, id).await;
        assert_eq!(
            (early.state, early.reason.as_deref()),
            (OccurrenceState::Skipped, Some("There is nothing to archive."))
        );
        stage.pass(TimeDelta::days(8));
        let ended = run(&stage, id).await;
        assert_eq!(
            (ended.state, ended.subject.as_deref()),
            (OccurrenceState::Done, Some("Archived 1 task")),
            "{:?}",
            stage.log(ended.id).await
        );
        assert!(stage.log(ended.id).await.contains(&"Archived T-2 Finish the report".to_owned()));
        assert!(stage.deliveries(ended.id).await.is_empty() && ended.commit_id.is_none());
        let archived =
            task::Entity::find().filter(task::Column::ArchivedAt.is_not_null()).all(app.reader()).await.unwrap();
        assert_eq!(archived.iter().map(|task| task.number).collect::<Vec<_>>(), [2], "what is open stays");
        assert_eq!(run(&stage, id).await.state, OccurrenceState::Skipped);
    })
    .await;
}

#[tokio::test]
async fn who_goes_on_for_a_dead_worker_archives_nothing_that_was_brought_back_meanwhile() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&job(JobKind::ArchiveTasks, "")).await;
        stage.pass(TimeDelta::days(31));
        let ended = run(&stage, id).await;
        let archived = async || {
            let query = task::Entity::find().filter(task::Column::ArchivedAt.is_not_null());
            query.all(app.reader()).await.unwrap().into_iter().map(|task| task.id).collect::<Vec<_>>()
        };
        let first = archived().await;
        assert_eq!((ended.state, first.len()), (OccurrenceState::Done, 1));
        // Its worker has died behind the archiving, before it could say so.
        let mut left = ended.into_active_model();
        left.state = Set(OccurrenceState::Frozen);
        left.finished_at = Set(None);
        left.update(app.reader()).await.unwrap();
        archive::restore(&stage.mina(), first[0], None).await.unwrap();
        assert_eq!(stage.work().await, 1);
        assert_eq!(stage.states(id).await, [OccurrenceState::Done]);
        assert_eq!(archived().await, [], "somebody wants it on the board");
        assert_eq!(run(&stage, id).await.state, OccurrenceState::Done);
        assert_eq!(archived().await, first, "the next run has a list of its own");
    })
    .await;
}

#[tokio::test]
async fn a_push_that_fails_fails_its_run_in_the_words_of_the_push() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&job(JobKind::GitPush, "")).await;
        let ended = run(&stage, id).await;
        assert_eq!(ended.state, OccurrenceState::Failed, "there is no remote, and no further try would find one");
        assert!(ended.reason.as_deref().unwrap().contains("remote"), "{:?}", ended.reason);
        assert_eq!(stage.schedule(id).await.failures_in_row, 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_of_each_kind_reads_back_as_it_was_typed_and_keeps_its_kind() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        for &kind in JobKind::ALL {
            let who = if kind.sends_mail() { "Jonas Ortiz <jonas@example.org>" } else { "" };
            let typed = job(kind, who);
            let id = stage.job(&typed).await;
            let ctx = stage.mina();
            let (row, viewing) = schedules::visible(&ctx, id).await.unwrap();
            let shown = schedules::form(&ctx, &row, &viewing).await.unwrap();
            let typed = JobForm { at: shown.at.clone(), ..typed };
            assert_eq!(shown, typed, "{kind}");
            let changed = JobForm { kind: JobKind::WeeklyReport, name: "Renamed".into(), ..typed };
            schedules::update(&ctx, id, 1, &changed).await.unwrap();
            let row = stage.schedule(id).await;
            assert_eq!((row.kind, row.name.as_str()), (kind, "Renamed"));
            assert_eq!(runs::job(&ctx, id).await.unwrap().job.kind, kind);
        }
    })
    .await;
}

#[tokio::test]
async fn a_form_says_beside_its_fields_what_a_kind_cannot_have() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let field = |name: &str, line, problem| (name.to_owned(), line, problem);
        let form = job(JobKind::Digest, "jonas@example.org\nsam@example.org\nravi@example.org");
        let form = JobForm { options: KindForm { scope: "all".into(), ..KindForm::default() }, ..form };
        assert_eq!(
            refused(&stage, &stage.cast.mina, &form).await,
            [
                field("sections", None, Problem::Required),
                // Sam is outside, Ravi does not see the project.
                field("recipients", Some(2), Problem::NeedsAccount),
                field("recipients", Some(3), Problem::NeedsAccount),
            ]
        );
        let push = job(JobKind::GitPush, "");
        assert_eq!(refused(&stage, &stage.cast.jonas, &push).await, [field("kind", None, Problem::NotAllowed)]);
        let id = stage.job(&push).await;
        let copied = duplicate::duplicate(&app.as_person(&stage.cast.jonas), id).await;
        assert_eq!(copied, Err(AppError::Forbidden), "nor by copying one");
    })
    .await;
}
