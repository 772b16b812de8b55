//! What people do with jobs and runs beside making them: looking ahead, making up, copying, cancelling, testing.

use app::{
    archive::service::read,
    domain::{
        delivery::DeliveryPhase,
        ids::OccurrenceId,
        job::{JobKind, ScheduleState},
        occurrence::{LEASE, OccurrenceState},
        planner::Overlap,
        report::spec::{AttachmentKind, ReportSpec, Scope, Section},
    },
    error::{AppError, Problem},
    jobs::{
        form::JobForm,
        plan_view::{BackfillForm, DryRunShown},
        report_form::ReportForm,
        rules_form::RulesForm,
        service::{
            backfill, duplicate, plan_pages, recipients,
            run_actions::{cancel, cancel_waiting, stop_trying, try_now},
            run_log::{self, Watch},
            runs::{self, Decision},
            schedules,
            test_form::{Tested, Typed},
            test_mail, worker,
        },
        view::{JobFilter, StepState, TestEnd},
    },
    mail::service::{
        outbox,
        signing::{self, KeyInput},
        suppressions,
    },
    platform::{ctx::Ctx, kept_form, mailer},
    projects::service::access::{self, Editing},
    testing::{each_database, smtp_server::SmtpServer},
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};

use super::{
    jobs_kinds::job,
    jobs_stage::{Stage, hourly, mondays_at_ten},
};

fn range(from: &str, to: &str, overlap: &str) -> BackfillForm {
    BackfillForm { from: from.into(), to: to.into(), overlap: overlap.into() }
}

async fn editing(stage: &Stage<'_>, ctx: &Ctx) -> Editing {
    access::by_id(ctx, ctx.reader(), stage.project.id).await.unwrap().editing().unwrap()
}

/// A run of which one message has arrived and the other waits for another try.
async fn half_sent(stage: &Stage<'_>) -> OccurrenceId {
    let id = stage.job(&mondays_at_ten()).await;
    let run = runs::start(&stage.mina(), id).await.unwrap();
    stage.work().await;
    assert_eq!(stage.states(id).await, [OccurrenceState::Sending]);
    run
}

async fn phases(stage: &Stage<'_>, run: OccurrenceId) -> Vec<DeliveryPhase> {
    let mut phases: Vec<_> = stage.deliveries(run).await.into_iter().map(|row| row.phase).collect();
    phases.sort_unstable();
    phases
}

fn still_to_come() -> AppError {
    let words = "The runs of this range are still to come: the schedule makes them.".to_owned();
    AppError::field("to", Problem::Said { words })
}

#[tokio::test]
async fn a_backfill_is_shown_as_it_will_be_and_a_look_makes_nothing() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&hourly()).await;
        let form = range("2026-11-23T04:30", "2026-11-23 07:00", "queue_all");
        let shown = plan_pages::backfill(&stage.mina(), id, form.clone()).await.unwrap();
        let plan = shown.plan.unwrap().unwrap();
        assert_eq!((plan.runs, plan.skipped, plan.already, plan.more), (3, 0, 0, 0));
        assert_eq!(plan.shown[0].words, "Mon 23 Nov 2026, 05:00");
        assert_eq!(stage.runs(id).await.len(), 0);
        let ahead = range("2026-11-24T07:00", "2026-11-24T07:00", "queue_all");
        let ahead = plan_pages::backfill(&stage.mina(), id, ahead).await.unwrap().plan.unwrap().unwrap_err();
        assert_eq!(ahead, still_to_come());
        let mixed = range("2026-11-23T06:30", "2026-11-23T13:30", "queue_all");
        let mixed = plan_pages::backfill(&stage.mina(), id, mixed).await.unwrap().plan.unwrap().unwrap();
        assert_eq!((mixed.runs, mixed.ahead), (3, 4), "07:00 to 09:00 have come");
        let asked = backfill::read(zone(&stage, id).await, &form).unwrap();
        let made = backfill::run(&stage.mina(), id, asked.range, asked.overlap).await.unwrap();
        assert_eq!((made.runs, stage.runs(id).await.len()), (3, 3));
        let again =
            plan_pages::backfill(&stage.mina(), id, range("2026-11-23T05:00", "2026-11-23T08:00", "skip")).await;
        let plan = again.unwrap().plan.unwrap().unwrap();
        assert_eq!((plan.runs, plan.skipped, plan.already), (0, 1, 3), "one waits already");
        assert!(
            plan.shown[0].skipped.as_deref().is_some_and(|words| words.contains("still going")),
            "{:?}",
            plan.shown
        );
        // Too many after all: what has not begun is cancelled at once, and only that.
        stage.work().await;
        backfill::run(&stage.mina(), id, asked.range, asked.overlap).await.unwrap();
        let later = backfill::read(zone(&stage, id).await, &range("2026-11-22T04:30", "2026-11-22 09:30", "queue_all"));
        let later = later.unwrap();
        let made = backfill::run(&stage.mina(), id, later.range, later.overlap).await.unwrap();
        assert_eq!(cancel_waiting(&stage.mina(), id).await.unwrap(), made.runs);
        let states = stage.states(id).await;
        let count = |state| states.iter().filter(|other| **other == state).count();
        assert_eq!((count(OccurrenceState::Done), count(OccurrenceState::Cancelled)), (3, 5));
        assert_eq!(cancel_waiting(&stage.mina(), id).await, Ok(0));
    })
    .await;
}

async fn zone(stage: &Stage<'_>, id: app::domain::ids::ScheduleId) -> chrono_tz::Tz {
    schedules::zone_of(&stage.schedule(id).await)
}

#[tokio::test]
async fn a_range_that_cannot_be_read_or_holds_nothing_is_named_by_its_field() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&hourly()).await;
        let said = async |form: BackfillForm| {
            let plan = plan_pages::backfill(&stage.mina(), id, form).await.unwrap().plan.unwrap();
            let AppError::Invalid(invalid) = plan.unwrap_err() else { panic!("no field is named") };
            invalid.fields.into_iter().map(|field| (field.field, field.problem)).collect::<Vec<_>>()
        };
        let bad = said(range("soon", "", "backwards")).await;
        let wrong = |field: &str, problem| (field.to_owned(), problem);
        assert_eq!(
            bad,
            [
                wrong("from", Problem::NotAMoment),
                wrong("to", Problem::Required),
                wrong("overlap", Problem::UnknownChoice)
            ]
        );
        let nothing = said(range("2026-11-23T05:10", "2026-11-23T05:20", "skip")).await;
        assert_eq!(nothing, [wrong("to", Problem::NoRunInside)]);
        let begun = plan_pages::backfill(&stage.mina(), id, BackfillForm::default()).await.unwrap();
        assert_eq!((begun.form.to.as_str(), begun.plan), ("2026-11-23T09:00", None));
        // A link that names a range alone.
        let form = range("2026-11-23T05:00", "2026-11-23T08:00", "");
        let shown = plan_pages::backfill(&stage.mina(), id, form).await.unwrap();
        assert!(shown.plan.unwrap().is_ok(), "all run, unless it says otherwise");
        assert_eq!(shown.form.overlap, "queue_all");
        assert_eq!(begun.form.overlap, Overlap::QueueAll.as_str());
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_says_who_would_be_held_back_and_why() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        suppressions::add(&stage.mina(), "max@example.org", "").await.unwrap();
        let id = stage.job(&mondays_at_ten()).await;
        let begun = plan_pages::dry_run(&stage.mina(), id, String::new()).await.unwrap();
        assert_eq!((begun.at.as_str(), begun.shown), ("2026-11-23T10:00", None), "the next run's time to begin with");
        let shown = plan_pages::dry_run(&stage.mina(), id, "2026-11-23T10:00".into()).await.unwrap();
        let Some(Ok(DryRunShown::Report(report))) = shown.shown else { panic!("no report") };
        assert!(report.time.is_named && report.time.is_ahead && report.unmet.is_none());
        assert!(!report.subject.is_empty() && !report.text.is_empty());
        let held_back: Vec<_> =
            report.people.iter().map(|one| (one.address.as_str(), one.held_back.is_some())).collect();
        assert_eq!(held_back, [("dana@example.org", false), ("max@example.org", true)]);
        let unreadable = plan_pages::dry_run(&stage.mina(), id, "at ten".into()).await.unwrap();
        assert_eq!(unreadable.shown, Some(Err(AppError::field("at", Problem::NotAMoment))));
        assert_eq!((stage.runs(id).await.len(), outbox::list(&stage.mina(), None).await.unwrap().len()), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_copy_begins_paused_and_has_everything_but_the_past() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let form = JobForm { cc: "sam@example.org".into(), ..hourly() };
        let id = stage.job(&form).await;
        runs::start(&stage.mina(), id).await.unwrap();
        let copy = duplicate::duplicate(&stage.mina(), id).await.unwrap();
        let row = stage.schedule(copy).await;
        assert_eq!(
            (row.state, row.next_run_at, row.name.as_str()),
            (ScheduleState::Paused, None, "Weekly report (copy)")
        );
        assert!(row.pause_note.is_some_and(|note| note.starts_with("Copied by Mina")), "it says so");
        assert_eq!(stage.runs(copy).await.len(), 0);
        let ctx = stage.mina();
        let shown = async |id| {
            let (row, viewing) = schedules::visible(&ctx, id).await.unwrap();
            JobForm { name: String::new(), ..schedules::form(&ctx, &row, &viewing).await.unwrap() }
        };
        assert_eq!(shown(copy).await, shown(id).await);
        stage.pass(TimeDelta::minutes(61));
        stage.plan().await;
        assert_eq!(stage.runs(copy).await.len(), 0, "a paused job plans nothing");
        schedules::resume(&stage.mina(), copy).await.unwrap();
        stage.pass(TimeDelta::minutes(60));
        stage.plan().await;
        assert_eq!(stage.runs(copy).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_copy_takes_as_many_recipients_along_as_a_job_may_have() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let recipients = (0..5_000).map(|number| format!("r{number}@example.org\n")).collect();
        let id = stage.job(&JobForm { recipients, ..mondays_at_ten() }).await;
        let copy = duplicate::duplicate(&stage.mina(), id).await.unwrap();
        assert_eq!(recipients::of(app.reader(), copy).await.unwrap().len(), 5_000);
    })
    .await;
}

#[tokio::test]
async fn a_run_that_has_not_begun_is_cancelled_and_never_begins() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&hourly()).await;
        stage.pass(TimeDelta::minutes(61));
        stage.plan().await;
        let run = stage.runs(id).await.remove(0).id;
        cancel(&stage.mina(), run).await.unwrap();
        assert_eq!(stage.work().await, 0);
        let row = stage.runs(id).await.remove(0);
        assert_eq!((row.state, row.reason.as_deref()), (OccurrenceState::Cancelled, Some("Cancelled by Mina Kovač.")));
        cancel(&stage.mina(), run).await.unwrap();
        assert_eq!(stage.log(run).await.iter().filter(|line| line.starts_with("Cancelled")).count(), 1, "once");
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_run_sends_nothing_more_and_says_of_each_message_what_is_known() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "mail:451:1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let run = half_sent(&stage).await;
        cancel(&stage.mina(), run).await.unwrap();
        assert_eq!(phases(&stage, run).await, [DeliveryPhase::Accepted, DeliveryPhase::Withheld]);
        let held = stage.deliveries(run).await.into_iter().find(|row| row.phase == DeliveryPhase::Withheld).unwrap();
        assert_eq!(held.reason.as_deref(), Some("The run was cancelled."));
        stage.pass(TimeDelta::days(1));
        assert_eq!((stage.work().await, server.messages().len()), (0, 1));
        let again = runs::decide(&stage.mina(), held.id, Decision::SendAgain).await;
        assert_eq!(again, Err(AppError::field("decision", Problem::NotAllowed)));
    })
    .await;
}

#[tokio::test]
async fn a_message_that_is_on_its_way_when_the_run_is_cancelled_stays_unknown() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let mut row = stage.runs(id).await.remove(0).into_active_model();
        row.state = Set(OccurrenceState::Sending);
        row.lease_until = Set(Some(app.clock.now() + LEASE));
        row.update(app.reader()).await.unwrap();
        let on_their_way = [DeliveryPhase::DataSent, DeliveryPhase::Envelope];
        for (row, phase) in stage.deliveries(run).await.into_iter().zip(on_their_way) {
            let mut row = row.row.into_active_model();
            row.phase = Set(phase);
            row.update(app.reader()).await.unwrap();
        }
        cancel(&stage.mina(), run).await.unwrap();
        let rows = stage.deliveries(run).await;
        assert_eq!((rows[0].phase, rows[1].phase), (DeliveryPhase::Uncertain, DeliveryPhase::Withheld));
        let words = "The run was cancelled before the mail server answered.";
        assert_eq!(rows[0].reason.as_deref(), Some(words));
        assert_eq!(stage.states(id).await, [OccurrenceState::Cancelled]);
        // It is known to have arrived, or given up; the run stays cancelled, and nothing of it goes again.
        let again = runs::decide(&stage.mina(), rows[0].id, Decision::SendAgain).await;
        assert_eq!(again, Err(AppError::field("decision", Problem::NotAllowed)));
        assert!(!read::read(&stage.mina(), run).await.unwrap().can_send);
        runs::decide(&stage.mina(), rows[0].id, Decision::Arrived).await.unwrap();
        assert_eq!(phases(&stage, run).await, [DeliveryPhase::Accepted, DeliveryPhase::Withheld]);
        assert_eq!(stage.states(id).await, [OccurrenceState::Cancelled]);
        let contradicted = runs::decide(&stage.mina(), rows[0].id, Decision::GiveUp).await;
        assert_eq!(contradicted, Err(AppError::field("decision", Problem::NotAllowed)), "from an older page");
    })
    .await;
}

#[tokio::test]
async fn who_does_not_want_to_wait_tries_now() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "mail:451:1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let run = half_sent(&stage).await;
        let shown = runs::run(&stage.mina(), run).await.unwrap();
        assert!(shown.is_waiting && shown.next_try.is_some());
        assert_eq!(stage.work().await, 0, "nothing is due yet");
        try_now(&stage.mina(), run).await.unwrap();
        stage.work().await;
        assert_eq!(phases(&stage, run).await, [DeliveryPhase::Accepted; 2]);
        let shown = runs::run(&stage.mina(), run).await.unwrap();
        assert_eq!(shown.run.state, OccurrenceState::Done);
        assert_eq!(shown.steps.iter().map(|step| step.state).collect::<Vec<_>>(), [StepState::Done; 3]);
        assert!(shown.steps.iter().all(|step| step.took.is_some()), "{:?}", shown.steps);
    })
    .await;
}

#[tokio::test]
async fn who_stops_trying_lets_the_run_end_with_what_has_arrived() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "mail:451:1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let run = half_sent(&stage).await;
        stop_trying(&stage.mina(), run).await.unwrap();
        stage.work().await;
        let shown = runs::run(&stage.mina(), run).await.unwrap();
        assert_eq!(shown.run.state, OccurrenceState::Partly);
        assert_eq!(shown.run.reason.as_deref(), Some("Of 2 messages: 1 not delivered."));
        assert_eq!(phases(&stage, run).await, [DeliveryPhase::Accepted, DeliveryPhase::Failed]);
        assert!(shown.log.iter().any(|line| line.words == "No further try by Mina Kovač."), "{:?}", shown.log);
        let failed = shown.recipients.shown.iter().find(|row| row.phase == DeliveryPhase::Failed);
        let said = &failed.unwrap().said;
        assert!(said.starts_with("451 ") && said.ends_with(" Given up by Mina Kovač."), "{said}");
    })
    .await;
}

#[tokio::test]
async fn a_log_is_followed_line_by_line_until_its_run_is_over() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        let ctx = stage.mina();
        let mut watch = Watch::begin(&ctx, run, None).await.unwrap();
        let first = watch.look(&ctx).await.unwrap();
        assert_eq!((first.lines.len(), first.state, first.is_over), (1, Some(OccurrenceState::Planned), false));
        let nothing = watch.look(&ctx).await.unwrap();
        assert_eq!((nothing.lines.len(), nothing.state), (0, None));
        stage.work().await;
        let rest = watch.look(&ctx).await.unwrap();
        assert_eq!(rest.state, Some(OccurrenceState::Done));
        let all: Vec<_> = first.lines.iter().chain(&rest.lines).map(|line| line.words.clone()).collect();
        assert_eq!(all, stage.log(run).await, "each line once, in order");
        for is_over in [false, false, true] {
            assert_eq!(watch.look(&ctx).await.unwrap().is_over, is_over);
        }
        // Who comes back knows the last line; nothing behind it is left out.
        let last = rest.lines.last().unwrap();
        let mut back = Watch::begin(&ctx, run, Some(last.id)).await.unwrap();
        assert!(back.look(&ctx).await.unwrap().lines.iter().all(|line| line.id != last.id));
        let text = run_log::text(&ctx, run).await.unwrap();
        assert!(text.starts_with("Weekly report, run 1 of 2026-11-23 09:00 (Europe/Ljubljana), done\n"), "{text}");
        assert!(text.contains(" INFO Started by Mina Kovač.\n"), "{text}");
        let stranger = app.as_person(&stage.cast.ravi);
        assert_eq!(Watch::begin(&stranger, run, None).await.unwrap_err(), AppError::NotFound);
        assert_eq!(run_log::text(&stranger, run).await, Err(AppError::NotFound));
    })
    .await;
}

#[tokio::test]
async fn a_test_goes_to_whoever_asks_and_leaves_nothing_behind() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        let ctx = stage.mina();
        let key = KeyInput { domain: "example.org".into(), selector: "one".into(), key: String::new() };
        signing::save(&ctx, account, key).await.unwrap();
        let proof = editing(&stage, &ctx).await;
        let job = schedules::as_typed(&ctx, &proof, &mondays_at_ten(), None).await.unwrap();
        let sent = test_mail::send(&ctx, &proof, &job, "").await.unwrap();
        assert!(sent.end == TestEnd::Sent && sent.words.contains("250"), "{}", sent.words);
        let messages = server.messages();
        assert_eq!(messages.len(), 1);
        assert!(messages[0].starts_with(b"DKIM-Signature:"), "it shows how reports arrive");
        let read = mailer::read(&messages[0]).unwrap();
        assert!(read.subject.starts_with("Test: ") && read.to.contains(&sent.to), "{} to {}", read.subject, read.to);
        let is_marked =
            |part: Option<String>| part.is_some_and(|part| part.contains("This is a test: only you got it"));
        assert!(is_marked(read.text) && is_marked(read.html));
        let message = String::from_utf8_lossy(&messages[0]);
        assert!(!message.contains("List-Unsubscribe"), "it is no mail of a schedule");
        assert_eq!(outbox::list(&ctx, None).await.unwrap().len(), 0);
        assert_eq!(schedules::visible(&ctx, job.id).await.unwrap_err(), AppError::NotFound, "it was not made");

        let typed = Typed::from([("name".to_owned(), "Not saved yet".to_owned())]);
        let tested = Tested { typed, outcome: sent };
        let token = kept_form::keep(&ctx, &tested).await.unwrap();
        assert_eq!(kept_form::read(&ctx, &token).await.unwrap(), Some(tested));
        let kept = async |ctx: &Ctx| kept_form::read::<Tested>(ctx, &token).await.unwrap();
        assert_eq!(kept(&app.as_person(&stage.cast.jonas)).await, None, "of somebody else");
        stage.pass(TimeDelta::hours(2));
        assert_eq!(kept(&stage.mina()).await, None, "old");
    })
    .await;
}

#[tokio::test]
async fn a_test_that_is_refused_says_it_in_the_words_of_the_server() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:550:1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let ctx = stage.mina();
        let proof = editing(&stage, &ctx).await;
        let job = schedules::as_typed(&ctx, &proof, &mondays_at_ten(), None).await.unwrap();
        let refused = test_mail::send(&ctx, &proof, &job, "").await.unwrap();
        assert!(refused.end == TestEnd::NotSent && refused.words.contains("550"), "{}", refused.words);
        let nowhere = test_mail::send(&ctx, &proof, &job, "no account").await;
        assert_eq!(nowhere, Err(AppError::field("account", Problem::UnknownChoice)));
    })
    .await;
}

#[tokio::test]
async fn a_test_shows_the_sections_that_are_typed_whether_or_not_the_job_is_there() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let ctx = stage.mina();
        let proof = editing(&stage, &ctx).await;
        let spec = ReportSpec {
            sections: vec![Section::Text { markdown: "Greetings from the sea".into() }],
            attachments: vec![AttachmentKind::Csv],
            ..ReportSpec::default()
        };
        let form = JobForm { name: String::new(), report: ReportForm::of(&spec), ..mondays_at_ten() };
        let stored = stage.schedule(stage.job(&mondays_at_ten()).await).await;
        for stored in [None, Some(stored.clone())] {
            let job = schedules::as_typed(&ctx, &proof, &form, stored).await.unwrap();
            assert_eq!(test_mail::send(&ctx, &proof, &job, "").await.unwrap().end, TestEnd::Sent);
        }
        let messages = server.messages();
        assert_eq!(messages.len(), 2);
        for message in &messages {
            let read = mailer::read(message).unwrap();
            assert!(read.html.as_ref().is_some_and(|html| html.contains("Greetings from the sea")), "{:?}", read.html);
            assert_eq!(read.attachments.len(), 1);
        }
        assert_eq!(stage.schedule(stored.id).await, stored, "what is stored stays");
    })
    .await;
}

#[tokio::test]
async fn a_test_of_what_the_person_may_not_choose_is_refused() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let ctx = stage.mina();
        let proof = editing(&stage, &ctx).await;
        let scope = Scope { people: vec![stage.cast.ravi.id], ..Scope::default() };
        let report = ReportForm::of(&ReportSpec { scope, ..ReportSpec::default() });
        let refused = schedules::as_typed(&ctx, &proof, &JobForm { report, ..mondays_at_ten() }, None).await;
        assert_eq!(refused, Err(AppError::field("people", Problem::UnknownChoice)), "of somebody outside");
        let push = JobForm { kind: JobKind::GitPush, ..mondays_at_ten() };
        let refused = schedules::as_typed(&ctx, &proof, &push, None).await;
        assert_eq!(refused, Err(AppError::field("kind", Problem::NotAllowed)), "it sends no mail");
    })
    .await;
}

#[tokio::test]
async fn a_viewer_looks_and_does_nothing() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        let viewer = app.as_person(&stage.cast.alex);
        assert!(!runs::run(&viewer, run).await.unwrap().can_edit);
        assert_eq!(duplicate::duplicate(&viewer, id).await, Err(AppError::Forbidden));
        for refused in [cancel(&viewer, run).await, try_now(&viewer, run).await, stop_trying(&viewer, run).await] {
            assert_eq!(refused, Err(AppError::Forbidden));
        }
        let form = range("2026-11-20T00:00", "2026-11-23T00:00", "queue_all");
        assert_eq!(plan_pages::backfill(&viewer, id, form).await, Err(AppError::Forbidden));
        assert_eq!(plan_pages::dry_run(&viewer, id, String::new()).await, Err(AppError::Forbidden));
        assert_eq!(stage.states(id).await, [OccurrenceState::Planned]);
    })
    .await;
}

#[tokio::test]
async fn a_viewer_learns_how_a_run_went_and_of_no_recipient_but_themself() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let recipients = "Alex@example.org\nmax@example.org".into();
        let id = stage.job(&JobForm { recipients, ..mondays_at_ten() }).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let viewer = app.as_person(&stage.cast.alex);
        let shown = runs::run(&viewer, run).await.unwrap();
        let mut watch = Watch::begin(&viewer, run, None).await.unwrap();
        let lines = watch.look(&viewer).await.unwrap().lines;
        for log in [&shown.log, &lines] {
            assert!(log.iter().any(|line| line.words.starts_with("(a recipient): delivered. 250")), "{log:?}");
            assert!(log.iter().all(|line| !line.words.contains('@')), "{log:?}");
        }
        let text = run_log::text(&viewer, run).await.unwrap();
        assert!(text.contains("(a recipient): delivered.") && !text.contains('@'), "{text}");
        let addresses: Vec<String> = shown.recipients.shown.iter().map(|row| row.address.to_lowercase()).collect();
        assert_eq!(addresses, ["alex@example.org"]);
        let job = runs::job(&viewer, id).await.unwrap();
        assert_eq!(job.recipients, ["2 recipients, whom editors of the project see."]);

        let editor = app.as_person(&stage.cast.jonas);
        let shown = runs::run(&editor, run).await.unwrap();
        assert_eq!(shown.recipients.shown.len(), 2);
        assert!(shown.log.iter().any(|line| line.words.starts_with("max@example.org: delivered.")), "{:?}", shown.log);
        assert_eq!(runs::job(&editor, id).await.unwrap().recipients.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn the_list_is_filtered_and_older_runs_come_by_request() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&hourly()).await;
        let other = stage.job(&JobForm { name: "Board letter".into(), ..mondays_at_ten() }).await;
        schedules::pause(&stage.mina(), other, "").await.unwrap();
        let found = async |filter: JobFilter| {
            let list = runs::list(&stage.mina(), &filter).await.unwrap();
            assert_eq!((list.all, list.projects.len()), (2, 1));
            list.items.into_iter().map(|job| job.id).collect::<Vec<_>>()
        };
        assert_eq!(found(JobFilter { q: "LETTER".into(), ..JobFilter::default() }).await, [other]);
        assert_eq!(found(JobFilter { state: "on".into(), ..JobFilter::default() }).await, [id]);
        assert_eq!(found(JobFilter { result: "failed".into(), ..JobFilter::default() }).await, []);
        assert_eq!(found(JobFilter::default()).await.len(), 2);

        let asked = backfill::read(zone(&stage, id).await, &range("2026-11-20T22:00", "2026-11-23T08:00", "queue_all"));
        let asked = asked.unwrap();
        backfill::run(&stage.mina(), id, asked.range, asked.overlap).await.unwrap();
        let latest = runs::job(&stage.mina(), id).await.unwrap();
        assert!(latest.is_latest && latest.runs.len() == 50 && latest.runs.iter().all(|run| run.is_backfill));
        assert!(latest.rules.iter().any(|(name, _)| name == "Missed runs"), "{:?}", latest.rules);
        let list = runs::list(&stage.mina(), &JobFilter::default()).await.unwrap();
        let strip = list.items.into_iter().find(|job| job.id == id).unwrap().runs;
        assert_eq!((strip.len(), strip[19].scheduled.at), (20, latest.runs[0].scheduled.at), "the last twenty");
        assert!(strip.windows(2).all(|pair| pair[0].scheduled.at < pair[1].scheduled.at), "the oldest stands first");
        let older = runs::job_before(&stage.mina(), id, latest.older).await.unwrap();
        assert_eq!((older.is_latest, older.runs.len(), older.older), (false, 9, None));
        assert!(older.runs[0].scheduled.at < latest.runs[49].scheduled.at);
        assert_eq!(runs::job_before(&stage.mina(), other, latest.older).await.unwrap_err(), AppError::NotFound);
    })
    .await;
}

#[tokio::test]
async fn of_a_run_whose_place_the_next_one_takes_no_message_waits_for_ever() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:451"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let rules = RulesForm { overlap: "cancel_running".into(), ..RulesForm::default() };
        let id = stage.job(&JobForm { rules, ..hourly() }).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        assert_eq!(phases(&stage, run).await, [DeliveryPhase::Deferred; 2]);
        stage.pass(TimeDelta::minutes(60));
        let held = worker::claim(&app, "a test").await.unwrap();
        assert!(held.is_some(), "its messages are due, and a worker has it");
        stage.plan().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Cancelled, OccurrenceState::Planned]);
        assert_eq!(phases(&stage, run).await, [DeliveryPhase::Withheld; 2]);
    })
    .await;
}

#[tokio::test]
async fn a_long_queue_behind_a_run_that_is_worked_on_hides_no_other_job() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let (long, other) = (stage.job(&hourly()).await, stage.job(&mondays_at_ten()).await);
        let now = app.clock.now();
        backfill::run(&stage.mina(), long, (now - TimeDelta::hours(30), now), Overlap::QueueAll).await.unwrap();
        let first = worker::claim(&app, "a test").await.unwrap();
        assert!(first.is_some() && stage.runs(long).await.len() >= 30);
        let run = runs::start(&stage.mina(), other).await.unwrap();
        let second = worker::claim(&app, "a test").await.unwrap();
        assert!(second.is_some());
        let rows = stage.runs(other).await;
        assert_eq!((rows[0].id, rows[0].state), (run, OccurrenceState::Claimed));
    })
    .await;
}

#[tokio::test]
async fn pushes_that_wait_behind_one_take_no_second_hand_and_hide_no_report() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        // More than a claim looks at.
        for _ in 0..18 {
            let push = stage.job(&job(JobKind::GitPush, "")).await;
            runs::start(&stage.mina(), push).await.unwrap();
        }
        stage.pass(TimeDelta::minutes(1));
        let report = stage.job(&mondays_at_ten()).await;
        runs::start(&stage.mina(), report).await.unwrap();
        let claimed = async |at_work: &[JobKind]| {
            let claim = worker::claim_beside(&app, "a test", at_work).await.unwrap();
            claim.map(|claim| claim.kind())
        };
        assert_eq!(claimed(&[]).await, Some(JobKind::GitPush), "it has waited longest");
        assert_eq!(claimed(&[JobKind::GitPush]).await, Some(JobKind::WeeklyReport));
        assert_eq!(claimed(&[JobKind::GitPush, JobKind::WeeklyReport]).await, None, "the other pushes wait");
        assert_eq!(claimed(&[JobKind::WeeklyReport]).await, Some(JobKind::GitPush), "until the first has ended");
    })
    .await;
}

#[tokio::test]
async fn a_run_that_was_made_up_for_before_the_planner_came_to_it_is_not_ended_by_it() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let rules = RulesForm { overlap: "cancel_running".into(), ..RulesForm::default() };
        let id = stage.job(&JobForm { rules, ..hourly() }).await;
        let next = stage.schedule(id).await.next_run_at.unwrap();
        let to_come = backfill::run(&stage.mina(), id, (next, next), Overlap::QueueAll).await;
        assert_eq!(to_come, Err(still_to_come()));
        stage.pass(next - app.clock.now());
        backfill::run(&stage.mina(), id, (next, next), Overlap::QueueAll).await.unwrap();
        assert!(worker::claim(&app, "a test").await.unwrap().is_some());
        stage.plan().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Claimed]);
    })
    .await;
}
