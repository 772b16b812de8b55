//! What a report is written with, and reports that wait for a word of their owner.

use app::{
    archive::service::{files, read::read},
    domain::{
        alarm::AlarmKind,
        ids::{OccurrenceId, ScheduleId, TemplateId},
        occurrence::OccurrenceState,
        report::spec::{AttachmentKind, DraftRule, ListKind, Named, ReportSpec, Section},
        template::{Block, BlockKind, Body, Document, TemplateCategory, When},
    },
    entities::{alarm, notification, occurrence, template as template_row},
    error::{AppError, Problem},
    jobs::{
        form::JobForm,
        report_form::ReportForm,
        service::{
            drafts::{self, Decision},
            dry_run, report, run_actions,
            runs::{self, Ending},
            schedules,
        },
        view::{LastResult, WAITING},
    },
    notifications::service::inbox,
    platform::{ctx::Ctx, mailer},
    templates::{
        service::{drafts as template_drafts, library, versions},
        view::{TemplateJobs, TemplateQuery},
    },
    testing::{each_database, frozen},
};
use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter,
};

use super::jobs_stage::{Stage, mondays_at_ten};

async fn choose(stage: &Stage<'_>, id: ScheduleId, spec: &ReportSpec) {
    let version = stage.schedule(id).await.version;
    assert_eq!(report::choose(&stage.mina(), id, version, spec).await, Ok(version + 1));
}

fn saying(words: &str) -> Document {
    let block = Block { id: 1, kind: BlockKind::Heading { text: words.into(), level: 1 }, when: When::Always };
    Document { body: Body::Blocks { blocks: vec![block] }, ..Document::blank() }
}

/// A published template with this heading; whether it can be filled in is asked elsewhere.
async fn template(stage: &Stage<'_>, heading: &str) -> TemplateId {
    let ctx = stage.mina();
    let document = saying(heading);
    let id = template_drafts::create(&ctx, "Board mail", TemplateCategory::Status, &document).await.unwrap();
    versions::publish(&ctx, id, 1, "").await.unwrap();
    id
}

fn written_with(id: TemplateId) -> ReportSpec {
    ReportSpec { template: Some(id), ..ReportSpec::default() }
}

async fn row(stage: &Stage<'_>, run: OccurrenceId) -> occurrence::Model {
    occurrence::Entity::find_by_id(run).one(stage.app.reader()).await.unwrap().unwrap()
}

async fn alarms(stage: &Stage<'_>, run: OccurrenceId) -> Vec<(AlarmKind, String)> {
    let query = alarm::Entity::find().filter(alarm::Column::OccurrenceId.eq(run));
    query.all(stage.app.reader()).await.unwrap().into_iter().map(|row| (row.kind, row.words)).collect()
}

/// How many are still asked for a word about a draft.
async fn asked(stage: &Stage<'_>, run: OccurrenceId) -> usize {
    let query = alarm::Entity::find()
        .filter(alarm::Column::OccurrenceId.eq(run))
        .filter(alarm::Column::Kind.eq(AlarmKind::Draft));
    let alarms: Vec<_> = query.all(stage.app.reader()).await.unwrap().into_iter().map(|row| row.id).collect();
    let unread = notification::Entity::find()
        .filter(notification::Column::AlarmId.is_in(alarms))
        .filter(notification::Column::ReadAt.is_null());
    unread.all(stage.app.reader()).await.unwrap().len()
}

#[tokio::test]
async fn a_run_is_written_with_the_version_that_was_published_when_it_froze() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let form = JobForm { recipients: "jonas@example.org\nboss@example.com".into(), ..mondays_at_ten() };
        let job = stage.job(&form).await;
        let template = template(&stage, "Hello {{ recipient.name }}, run {{ run.number }}").await;
        choose(&stage, job, &written_with(template)).await;
        let run = runs::start(&stage.mina(), job).await.unwrap();
        stage.work().await;
        let heads: Vec<bool> = stage
            .deliveries(run)
            .await
            .iter()
            .zip(["Hello Jonas Ortiz, run 1", "Hello boss@example.com, run 1"])
            .map(|(row, words)| {
                let mail = mailer::read(&row.mime).unwrap();
                mail.html.unwrap().contains(words) && mail.text.unwrap().contains(words)
            })
            .collect();
        assert_eq!(heads, [true, true]);
        assert_eq!(row(&stage, run).await.template_version, Some(1));

        let mina = stage.mina();
        let save = template_drafts::Save {
            id: template,
            version: 1,
            name: "Board mail".into(),
            category: TemplateCategory::Status,
            document: serde_json::to_string(&saying("Good morning, run {{ run.number }}")).unwrap(),
        };
        template_drafts::save(&mina, save).await.unwrap();
        versions::publish(&mina, template, 2, "").await.unwrap();
        assert_eq!(read(&mina, run).await.unwrap().template.as_deref(), Some("Board mail, version 1"));
        assert!(files::html(&mina, run).await.unwrap().contains("Hello "), "what was sent stays");
        let next = stage.schedule(job).await.next_run_at.unwrap();
        assert!(dry_run::look(&mina, job, next).await.unwrap().written.html.contains("Good morning, run 2"));
    })
    .await;
}

#[tokio::test]
async fn a_faulty_template_fails_its_run_at_once_with_its_words_and_nobody_gets_half_a_mail() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let job = stage.job(&mondays_at_ten()).await;
        let faulty = template(&stage, "{{ report.titel }}").await;
        choose(&stage, job, &written_with(faulty)).await;
        let run = runs::start(&stage.mina(), job).await.unwrap();
        assert_eq!(stage.work().await, 1, "it is not tried again");
        let failed = row(&stage, run).await;
        let reason = failed.reason.unwrap();
        assert_eq!(failed.state, OccurrenceState::Failed, "{reason}");
        assert!(reason.contains("Did you mean `report.title`?"), "{reason}");
        assert!(stage.deliveries(run).await.is_empty());
        let told = alarms(&stage, run).await;
        assert!(
            told.iter().any(|(kind, words)| *kind == AlarmKind::Failed && words.contains("report.title")),
            "{told:?}"
        );

        // Its page does not let anybody delete it while a job is written with it.
        let refused = template_drafts::remove(&stage.mina(), faulty).await;
        assert_eq!(refused, Err(AppError::field("template", Problem::NotAllowed)));
        let gone = template_row::ActiveModel {
            id: Unchanged(faulty),
            deleted_at: Set(Some(app.clock.now())),
            ..Default::default()
        };
        gone.update(app.reader()).await.unwrap();
        stage.pass(TimeDelta::minutes(5));
        let run = runs::start(&stage.mina(), job).await.unwrap();
        stage.work().await;
        let failed = row(&stage, run).await;
        assert_eq!(failed.state, OccurrenceState::Failed);
        assert_eq!(
            failed.reason.as_deref(),
            Some("The template “Board mail” was deleted. Choose another one for the job.")
        );
        let unpublished = template_drafts::create(&stage.mina(), "New", TemplateCategory::Status, &saying("Hi")).await;
        let spec = written_with(unpublished.unwrap());
        let version = stage.schedule(job).await.version;
        let refused = report::choose(&stage.mina(), job, version, &spec).await;
        assert_eq!(refused, Err(AppError::field("template", Problem::UnknownChoice)));
    })
    .await;
}

#[tokio::test]
async fn sections_are_the_mail_and_words_of_people_in_them_are_no_template() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let mut form = JobForm { report: ReportForm::of(&ReportSpec::default()), ..mondays_at_ten() };
        let sections = vec![
            Section::Text { markdown: "Not {{ report.title }} but **words**".into() },
            Section::Tasks { list: ListKind::InProgress, limit: 5, from: None, named: Named::default() },
        ];
        let spec = ReportSpec { sections, attachments: vec![AttachmentKind::Csv], ..ReportSpec::default() };
        form.report = ReportForm::of(&spec);
        let job = stage.job(&form).await;
        assert_eq!(report::spec(&stage.schedule(job).await).unwrap(), spec, "the form stores all of it");
        let run = runs::start(&stage.mina(), job).await.unwrap();
        stage.work().await;
        let sent = stage.deliveries(run).await;
        let mail = mailer::read(&sent[0].mime).unwrap();
        let (html, text) = (mail.html.unwrap(), mail.text.unwrap());
        assert!(html.contains("Not {{ report.title }} but <strong>words</strong>"), "{html}");
        assert!(text.contains("Not {{ report.title }} but **words**") && html.contains("In progress"), "{text}");
        assert!(!html.contains("cid:"), "charts were not asked for");
        assert!(String::from_utf8_lossy(&sent[0].mime).contains(".csv"));

        // A form that does not ask changes nothing; one that asks for nothing is refused.
        let version = stage.schedule(job).await.version;
        schedules::update(&stage.mina(), job, version, &mondays_at_ten()).await.unwrap();
        assert_eq!(report::spec(&stage.schedule(job).await).unwrap(), spec);
        form.report = form.report.with_sections(&[]);
        let refused = schedules::update(&stage.mina(), job, version + 1, &form).await;
        assert_eq!(refused, Err(AppError::field("sections", Problem::Required)));
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_read_commented_and_sent_once_by_who_may_edit() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let job = stage.job(&mondays_at_ten()).await;
        choose(&stage, job, &ReportSpec { draft: Some(DraftRule::default()), ..ReportSpec::default() }).await;
        stage.pass(TimeDelta::minutes(60));
        stage.plan().await;
        assert_eq!((stage.work().await, stage.work().await), (1, 0), "it waits for a person");
        let run = stage.runs(job).await[0].id;
        let held = row(&stage, run).await;
        assert_eq!((held.state, held.is_held, held.lease_until), (OccurrenceState::Frozen, true, None));
        assert!(stage.deliveries(run).await.is_empty());
        let told = alarms(&stage, run).await;
        assert!(
            told[0].0 == AlarmKind::Draft && told[0].1.starts_with("Run 1 of Weekly report waits for your word"),
            "{told:?}"
        );

        let data = frozen(&app, run).await;
        let (mina, alex) = (stage.mina(), app.as_person(&stage.cast.alex));
        assert_eq!(drafts::decide(&alex, run, "", Decision::Approve).await, Err(AppError::Forbidden));
        let long = "x".repeat(4_001);
        let refused = drafts::decide(&mina, run, &long, Decision::Approve).await;
        assert_eq!(refused, Err(AppError::field("comment", Problem::TooLong { max: 4_000 })));
        assert_eq!(drafts::decide(&mina, run, "Well **done**, {{ all }}", Decision::Keep).await, Ok(true));
        let words = "Well <strong>done</strong>, {{ all }}";
        assert!(files::html(&mina, run).await.unwrap().contains(words), "the preview has it");
        assert_eq!(files::html(&alex, run).await, Err(AppError::NotFound), "nobody else sees a draft of the mail");
        assert!(read(&mina, run).await.unwrap().draft.unwrap().can_decide);
        assert_eq!(stage.work().await, 0);

        let comment = "Well **done**, {{ all }}";
        let asked = inbox::unread(&mina).await.unwrap();
        assert_eq!(drafts::decide(&mina, run, comment, Decision::Approve).await, Ok(true));
        let unread = inbox::unread(&mina).await.unwrap();
        assert_eq!(unread + 1, asked, "what was asked is answered");
        assert_eq!(drafts::decide(&mina, run, comment, Decision::Approve).await, Ok(false), "pressed twice");
        assert_eq!(stage.work().await, 1);
        let sent = stage.deliveries(run).await;
        assert_eq!(sent.len(), 2);
        let mail = mailer::read(&sent[0].mime).unwrap();
        let (html, text) = (mail.html.unwrap(), mail.text.unwrap());
        assert!(html.contains(words) && html.contains("From the sender</h2>"), "{html}");
        assert!(text.contains(&format!("From the sender:\n\n{comment}")), "{text}");
        assert_eq!(drafts::decide(&mina, run, "", Decision::Reject).await, Ok(false), "it has gone out");
        let report = read(&mina, run).await.unwrap();
        assert!(report.draft.is_none() && report.comment_html.unwrap().contains("<strong>done</strong>"));
        assert_eq!(row(&stage, run).await.snapshot_hash, held.snapshot_hash);
        assert!(data.is_some() && frozen(&app, run).await == data, "the data stay as they were");
    })
    .await;
}

#[tokio::test]
async fn a_template_that_a_job_uses_is_not_deleted_and_one_that_was_comes_back() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let (mina, ravi) = (stage.mina(), app.as_person(&stage.cast.ravi));
        let job = stage.job(&mondays_at_ten()).await;
        let id = template(&stage, "Hello").await;
        choose(&stage, job, &written_with(id)).await;
        let listed = async |ctx: &Ctx| library::list(ctx, TemplateQuery::default()).await.unwrap().items.remove(0).jobs;
        let name = stage.schedule(job).await.name;
        assert_eq!(listed(&mina).await, TemplateJobs { names: vec![name], ..TemplateJobs::default() });
        assert_eq!(
            listed(&ravi).await,
            TemplateJobs { hidden: 1, ..TemplateJobs::default() },
            "the project is not his"
        );
        let refused = template_drafts::remove(&mina, id).await;
        assert_eq!(refused, Err(AppError::field("template", Problem::NotAllowed)));

        choose(&stage, job, &ReportSpec::default()).await;
        assert_eq!(template_drafts::remove(&mina, id).await, Ok(()));
        assert_eq!(library::list(&mina, TemplateQuery::default()).await.unwrap().all, 0);
        assert_eq!(template_drafts::take_back(&ravi, id).await, Err(AppError::Forbidden));
        assert_eq!(template_drafts::take_back(&mina, id).await, Ok(()));
        let desk = library::desk(&mina, id).await.unwrap();
        assert_eq!((desk.published.map(|version| version.number), desk.jobs.count()), (Some(1), 0));
    })
    .await;
}

#[tokio::test]
async fn a_draft_greets_whoever_looks_and_the_archive_everyone() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let job = stage.job(&mondays_at_ten()).await;
        let id = template(&stage, "Good morning, {{ recipient.name }}.").await;
        choose(&stage, job, &ReportSpec { draft: Some(DraftRule::default()), ..written_with(id) }).await;
        stage.pass(TimeDelta::minutes(60));
        stage.plan().await;
        assert_eq!(stage.work().await, 1);
        let run = stage.runs(job).await[0].id;
        let mina = stage.mina();
        let draft = files::html(&mina, run).await.unwrap();
        assert!(draft.contains(&format!("Good morning, {}.", stage.cast.mina.name)), "{draft}");
        assert_eq!(drafts::decide(&mina, run, "", Decision::Approve).await, Ok(true));
        assert_eq!(stage.work().await, 1);
        let kept = files::html(&mina, run).await.unwrap();
        assert!(kept.contains("Good morning, everyone."), "{kept}");
        for sent in stage.deliveries(run).await {
            let html = mailer::read(&sent.mime).unwrap().html.unwrap();
            assert!(html.contains("Good morning, ") && !html.contains("everyone"), "each reader is greeted: {html}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_rejected_or_goes_out_at_its_time_and_a_run_by_hand_does_not_ask() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let job = stage.job(&mondays_at_ten()).await;
        choose(&stage, job, &ReportSpec { draft: Some(DraftRule::default()), ..ReportSpec::default() }).await;
        stage.pass(TimeDelta::minutes(60));
        stage.plan().await;
        stage.work().await;
        let first = stage.runs(job).await[0].id;
        assert_eq!(drafts::decide(&stage.mina(), first, "", Decision::Reject).await, Ok(true));
        let gone = row(&stage, first).await;
        assert_eq!(gone.state, OccurrenceState::Cancelled);
        assert_eq!(gone.reason.as_deref(), Some("Mina Kovač decided not to send the draft."));

        let template = template(&stage, "From us").await;
        let rule = Some(DraftRule { send_after_minutes: Some(30) });
        choose(&stage, job, &ReportSpec { draft: rule, ..written_with(template) }).await;
        stage.pass(TimeDelta::days(7));
        stage.plan().await;
        stage.work().await;
        let second = stage.runs(job).await[1].id;
        let mina = stage.mina();
        assert_eq!(drafts::decide(&mina, second, "A word", Decision::Keep).await, Ok(true));
        stage.pass(TimeDelta::minutes(29));
        assert_eq!(stage.work().await, 0);
        assert_eq!(asked(&stage, second).await, 1, "keeping a comment decides nothing");
        stage.pass(TimeDelta::minutes(2));
        assert_eq!(stage.work().await, 1);
        assert_eq!(asked(&stage, second).await, 0, "it has gone out by itself: nobody is asked any more");
        assert_eq!(row(&stage, second).await.state, OccurrenceState::Done);
        let html = mailer::read(&stage.deliveries(second).await[0].mime).unwrap().html.unwrap();
        let (comment, heading) = (html.find("A word").unwrap(), html.find("From us</h1>").unwrap());
        assert!(comment < heading, "at the head of a template that has no place for it");
        assert!(html.find("From the sender").unwrap() < comment, "under its own heading");
        assert!(stage.log(second).await.iter().any(|words| words.starts_with("Nobody has decided about the draft")));

        stage.pass(TimeDelta::minutes(5));
        let by_hand = runs::start(&stage.mina(), job).await.unwrap();
        stage.work().await;
        assert_eq!(row(&stage, by_hand).await.state, OccurrenceState::Done);
    })
    .await;
}

#[tokio::test]
async fn a_run_by_hand_stops_at_a_draft_where_whoever_starts_it_says_so_and_is_said_to_wait() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let job = stage.job(&mondays_at_ten()).await;
        let mina = stage.mina();
        let run = runs::start_as(&mina, job, Ending::Draft).await.unwrap();
        stage.work().await;
        let held = row(&stage, run).await;
        assert_eq!((held.state, held.is_held), (OccurrenceState::Frozen, true), "{:?}", held.reason);
        assert_eq!(held.next_try_at, Some(app.clock.now() + TimeDelta::days(1)), "the job says no time: a day");

        let shown = runs::job(&mina, job).await.unwrap();
        let about = shown.job.draft_now.clone().unwrap();
        assert!(about.ends_with("If nobody decides, it goes out by itself after 24 hours."), "{about}");
        assert_eq!((shown.runs[0].label(), shown.job.last_result()), (WAITING, LastResult::Waiting));
        let wait = shown.runs[0].draft.clone().unwrap();
        assert!(wait.who == "Mina Kovač" && wait.until.is_some(), "{wait:?}");
        assert_eq!(runs::run(&mina, run).await.unwrap().run.draft, Some(wait));

        assert_eq!(drafts::decide(&mina, run, "", Decision::Approve).await, Ok(true));
        assert_eq!(stage.work().await, 1);
        assert_eq!(row(&stage, run).await.state, OccurrenceState::Done);
        assert_eq!(runs::run(&mina, run).await.unwrap().run.draft, None);

        // One that is going is not doubled: it stops, too, while that can be.
        let rule = Some(DraftRule { send_after_minutes: None });
        choose(&stage, job, &ReportSpec { draft: rule, ..ReportSpec::default() }).await;
        stage.pass(TimeDelta::minutes(5));
        let mina = stage.mina();
        let about = runs::job(&mina, job).await.unwrap().job.draft_now.unwrap();
        assert!(about.ends_with("It waits until somebody decides."), "{about}");
        let run = runs::start(&mina, job).await.unwrap();
        assert_eq!(runs::start_as(&mina, job, Ending::Draft).await, Ok(run));
        stage.work().await;
        let held = row(&stage, run).await;
        assert_eq!((held.is_held, held.next_try_at), (true, None), "as long as the job says");
        assert!(stage.log(run).await.iter().any(|words| words.contains("wants to read it first")));
        assert_eq!(asked(&stage, run).await, 1);
        run_actions::cancel(&mina, run).await.unwrap();
        assert_eq!(row(&stage, run).await.state, OccurrenceState::Cancelled);
        assert_eq!(asked(&stage, run).await, 0, "a cancelled run asks nobody");
    })
    .await;
}
