//! Whose turn it is: runs that wait behind another one of their job, and runs that wait for the end of a pause.

use app::{
    alarms::service::late,
    domain::{
        ids::ScheduleId,
        job::ScheduleState,
        occurrence::OccurrenceState::{self, Cancelled, Done, Failed, Frozen, Planned, Sending, Skipped},
        policy::Overlap,
        report::spec::{DraftRule, ReportSpec},
    },
    jobs::{
        form::JobForm,
        rules_form::RulesForm,
        service::{
            backfill,
            drafts::{self, Decision},
            plan_pages, report,
            runs::{self, Ending},
            schedules,
        },
        when_form::WhenForm,
    },
    mail::service::gate,
    platform::ctx::Ctx,
    testing::{each_database, smtp_server::SmtpServer},
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};

use super::{
    alarms::{break_off, fail},
    jobs_stage::{Stage, hourly, mondays_at_ten},
};

const HOUR: TimeDelta = TimeDelta::hours(1);

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Every hour, with these rules for runs that collide and for those that are missed.
fn ruled(overlap: &str, misfire: &str) -> JobForm {
    let rules = RulesForm { overlap: overlap.into(), misfire: misfire.into(), ..RulesForm::default() };
    JobForm { rules, ..hourly() }
}

/// A job whose runs stop at a draft, which goes out by itself after so many minutes.
async fn drafting(stage: &Stage<'_>, overlap: &str, send_after_minutes: Option<u32>) -> ScheduleId {
    let id = stage.job(&ruled(overlap, "latest_only")).await;
    let spec = ReportSpec { draft: Some(DraftRule { send_after_minutes }), ..ReportSpec::default() };
    let version = stage.schedule(id).await.version;
    report::choose(&stage.mina(), id, version, &spec).await.unwrap();
    id
}

/// So many hours pass, with a look at what has come after each; nobody works.
async fn plan_hours(stage: &Stage<'_>, hours: usize) {
    for _ in 0..hours {
        stage.pass(HOUR);
        stage.plan().await;
    }
}

async fn late_alarms(stage: &Stage<'_>) -> usize {
    late::sweep(&Ctx::system(stage.app)).await.unwrap()
}

async fn reasons(stage: &Stage<'_>, id: ScheduleId) -> Vec<(OccurrenceState, Option<String>)> {
    stage.runs(id).await.into_iter().map(|run| (run.state, run.reason)).collect()
}

#[tokio::test]
async fn a_run_whose_draft_is_undecided_has_not_ended_for_those_that_come() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let mut jobs = Vec::new();
        for (overlap, then) in [
            ("skip", [Frozen, Skipped, Skipped]),
            ("queue_one", [Frozen, Planned, Skipped]),
            ("queue_all", [Frozen, Planned, Planned]),
            ("cancel_running", [Cancelled, Cancelled, Frozen]),
        ] {
            jobs.push((drafting(&stage, overlap, None).await, overlap, then));
        }
        for _ in 0..3 {
            plan_hours(&stage, 1).await;
            stage.work().await;
        }
        for (id, overlap, then) in &jobs {
            assert_eq!(stage.states(*id).await, then, "{overlap}");
        }
        let queued = jobs[2].0;
        let first = stage.runs(queued).await[0].id;
        assert_eq!(drafts::decide(&stage.mina(), first, "", Decision::Approve).await, Ok(true));
        assert_eq!(stage.work().await, 2, "it goes out, and the next one begins");
        assert_eq!(stage.states(queued).await, [Done, Frozen, Planned]);
        let second = stage.runs(queued).await[1].id;
        assert_eq!(drafts::decide(&stage.mina(), second, "", Decision::Reject).await, Ok(true));
        assert_eq!(stage.work().await, 1, "an answer ends the wait, whatever it is");
        assert_eq!(stage.states(queued).await, [Done, Cancelled, Frozen]);
    })
    .await;
}

#[tokio::test]
async fn a_run_whose_account_does_not_work_has_not_ended_for_those_that_come() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        let mut jobs = Vec::new();
        for (overlap, then) in [
            ("skip", [Sending, Skipped]),
            ("queue_one", [Sending, Planned]),
            ("queue_all", [Sending, Planned]),
            ("cancel_running", [Cancelled, Planned]),
        ] {
            jobs.push((stage.job(&ruled(overlap, "latest_only")).await, overlap, then));
        }
        gate::blocked(&stage.mina(), account, "Wrong password.".into()).await.unwrap();
        plan_hours(&stage, 1).await;
        // The breaker lets one message try by then; it is blocked again.
        gate::blocked(&stage.mina(), account, "Wrong password.".into()).await.unwrap();
        stage.work().await;
        plan_hours(&stage, 1).await;
        gate::blocked(&stage.mina(), account, "Wrong password.".into()).await.unwrap();
        stage.work().await;
        for (id, overlap, then) in &jobs[..3] {
            assert_eq!(stage.states(*id).await, then, "{overlap}");
        }
        assert_eq!(stage.states(jobs[3].0).await, [Cancelled, Sending], "the next one in its place");
        let skipped = &reasons(&stage, jobs[0].0).await[1];
        assert_eq!(skipped.1.as_deref(), Some("The run of Mon 23 Nov 2026, 10:00 was still going."));
        let going = stage.runs(jobs[0].0).await[0].clone();
        assert_eq!(going.reason.as_deref(), Some("Of 2 messages: 2 not tried yet."));
        assert_eq!(runs::start(&stage.mina(), jobs[0].0).await, Ok(going.id), "nor is it doubled by hand");
        assert!(server.messages().is_empty());

        gate::worked(&Ctx::system(&app), account).await.unwrap();
        stage.work().await;
        assert_eq!(stage.states(jobs[0].0).await, [Done, Skipped]);
        assert_eq!(stage.states(jobs[2].0).await, [Done, Done], "in their order");
    })
    .await;
}

#[tokio::test]
async fn a_run_that_a_single_recipient_still_waits_for_holds_nobody_up() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:451:1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&ruled("skip", "latest_only")).await;
        plan_hours(&stage, 1).await;
        stage.work().await;
        let reason = stage.runs(id).await[0].reason.clone();
        assert_eq!(reason.as_deref(), Some("Of 2 messages: 1 waiting for another try."));
        plan_hours(&stage, 1).await;
        assert_eq!(stage.states(id).await, [Sending, Planned]);
    })
    .await;
}

#[tokio::test]
async fn what_has_waited_too_long_for_an_account_that_does_not_work_is_given_up_though_it_was_never_tried() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        let id = stage.job(&hourly()).await;
        gate::blocked(&stage.mina(), account, "Wrong password.".into()).await.unwrap();
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        // For a day it does not work, with an hour in between in which nobody sends.
        stage.pass(HOUR * 23);
        gate::worked(&Ctx::system(&app), account).await.unwrap();
        gate::blocked(&stage.mina(), account, "Wrong password.".into()).await.unwrap();
        stage.pass(HOUR * 23);
        gate::blocked(&stage.mina(), account, "Wrong password.".into()).await.unwrap();
        stage.work().await;
        assert_eq!(stage.states(id).await[0], Sending, "it worked less than a day ago");
        stage.pass(HOUR * 2);
        gate::blocked(&stage.mina(), account, "Wrong password.".into()).await.unwrap();
        stage.work().await;
        assert_eq!(stage.runs(id).await[0].state, Failed);
        for message in stage.deliveries(run).await {
            let reason = message.reason.as_deref();
            assert_eq!(reason, Some("Given up: its mail account has not worked for 24 hours. Wrong password."));
        }
        assert!(server.messages().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_draft_that_goes_out_at_its_time_lets_the_next_run_begin() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = drafting(&stage, "queue_all", Some(90)).await;
        plan_hours(&stage, 1).await;
        assert_eq!(stage.work().await, 1);
        plan_hours(&stage, 1).await;
        assert_eq!(stage.work().await, 0);
        stage.pass(TimeDelta::minutes(31));
        assert_eq!(stage.work().await, 2);
        assert_eq!(stage.states(id).await, [Done, Frozen]);
    })
    .await;
}

#[tokio::test]
async fn a_draft_that_somebody_began_by_hand_holds_up_the_next_run_and_is_not_doubled() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&ruled("queue_all", "latest_only")).await;
        let by_hand = runs::start_as(&stage.mina(), id, Ending::Draft).await.unwrap();
        assert_eq!(stage.work().await, 1);
        plan_hours(&stage, 1).await;
        assert_eq!(stage.work().await, 0);
        assert_eq!(stage.states(id).await, [Frozen, Planned]);
        assert_eq!(runs::start(&stage.mina(), id).await, Ok(by_hand));
        assert_eq!(drafts::decide(&stage.mina(), by_hand, "", Decision::Approve).await, Ok(true));
        assert_eq!(stage.work().await, 2);
        assert_eq!(stage.states(id).await, [Done, Done]);
    })
    .await;
}

#[tokio::test]
async fn a_long_queue_behind_a_draft_or_in_a_pause_hides_no_other_job() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let (drafting, paused) = (drafting(&stage, "skip", None).await, stage.job(&hourly()).await);
        let now = app.clock.now();
        for id in [drafting, paused] {
            backfill::run(&stage.mina(), id, (now - HOUR * 30, now), Overlap::QueueAll).await.unwrap();
        }
        schedules::pause(&stage.mina(), paused, "").await.unwrap();
        assert_eq!(stage.work().await, 1, "the first of them is a draft");
        assert!(stage.states(drafting).await.len() >= 30);
        let other = stage.job(&mondays_at_ten()).await;
        runs::start(&stage.mina(), other).await.unwrap();
        assert_eq!(stage.work().await, 1);
        assert_eq!(stage.states(other).await, [Done]);
    })
    .await;
}

#[tokio::test]
async fn what_waits_when_a_job_is_paused_does_not_begin_until_it_is_resumed_and_a_run_by_hand_does() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&ruled("queue_all", "latest_only")).await;
        plan_hours(&stage, 1).await;
        schedules::pause(&stage.mina(), id, "").await.unwrap();
        assert_eq!(stage.work().await, 0);
        stage.pass(TimeDelta::minutes(10));
        let waiting = stage.runs(id).await[0].id;
        let by_hand = runs::start(&stage.mina(), id).await.unwrap();
        assert_ne!(by_hand, waiting, "one that does not begin is not what somebody wants who starts a run");
        assert_eq!(stage.work().await, 1);
        assert_eq!(stage.states(id).await, [Planned, Done]);
        schedules::resume(&stage.mina(), id).await.unwrap();
        assert_eq!(stage.work().await, 1, "within its grace it is simply late");
        assert_eq!(stage.states(id).await, [Done, Done]);
        let log = stage.log(waiting).await;
        assert!(log.iter().any(|words| words.starts_with("The job is paused")), "{log:?}");
    })
    .await;
}

#[tokio::test]
async fn at_the_end_of_a_pause_the_rule_for_missed_runs_decides_about_those_that_waited() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let mut jobs = Vec::new();
        for (misfire, then) in [
            ("skip", [Skipped, Skipped, Skipped]),
            ("latest_only", [Skipped, Skipped, Done]),
            ("all", [Done, Done, Done]),
        ] {
            jobs.push((stage.job(&ruled("queue_all", misfire)).await, misfire, then));
        }
        plan_hours(&stage, 3).await;
        for (id, ..) in &jobs {
            schedules::pause(&stage.mina(), *id, "").await.unwrap();
        }
        stage.pass(HOUR * 2);
        assert_eq!((stage.plan().await, stage.work().await), (0, 0));
        assert_eq!(late_alarms(&stage).await, 0, "nobody expects them to begin");
        for (id, ..) in &jobs {
            schedules::resume(&stage.mina(), *id).await.unwrap();
        }
        assert_eq!(late_alarms(&stage).await, 0, "they are due now");
        assert_eq!(stage.plan().await, 0, "nothing of the pause itself is planned");
        assert_eq!(stage.work().await, 4);
        for (id, misfire, then) in &jobs {
            assert_eq!(stage.states(*id).await, then, "{misfire}");
            assert_eq!(stage.schedule(*id).await.next_run_at, Some(utc("2026-11-23T14:00:00Z")));
        }
        let why = |words: &str| (Skipped, Some(words.to_owned()));
        let latest = "The job was paused. Missed: the run of Mon 23 Nov 2026, 12:00 takes its place.";
        assert_eq!(reasons(&stage, jobs[1].0).await[..2], [why(latest), why(latest)]);
        let skipped = reasons(&stage, jobs[0].0).await;
        let begins = "The job was paused. Missed: nothing could start it at its time";
        assert!(skipped[0].1.as_deref().is_some_and(|words| words.starts_with(begins)), "{skipped:?}");
    })
    .await;
}

#[tokio::test]
async fn a_job_that_pauses_itself_begins_nothing_more_of_what_waits() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&ruled("queue_all", "latest_only")).await;
        let mut row = stage.schedule(id).await.into_active_model();
        row.failures_in_row = Set(2);
        row.update(app.reader()).await.unwrap();
        plan_hours(&stage, 2).await;
        let failed = fail(&stage, id, "It broke.").await;
        let rows = stage.runs(id).await;
        assert_eq!(rows[0].id, failed, "the one whose turn it was");
        assert_eq!(stage.schedule(id).await.state, ScheduleState::Paused);
        assert_eq!(stage.work().await, 0);
        assert_eq!(stage.states(id).await, [Failed, Planned]);
        let log = stage.log(rows[1].id).await;
        assert!(log.iter().any(|words| words.starts_with("The job is paused")), "{log:?}");
        schedules::resume(&stage.mina(), id).await.unwrap();
        assert_eq!(stage.work().await, 1);
        assert_eq!(stage.states(id).await, [Failed, Done]);
    })
    .await;
}

#[tokio::test]
async fn what_has_come_when_a_job_pauses_itself_has_its_row() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&ruled("queue_all", "latest_only")).await;
        let mut row = stage.schedule(id).await.into_active_model();
        row.failures_in_row = Set(2);
        row.update(app.reader()).await.unwrap();
        plan_hours(&stage, 1).await;
        let run = stage.runs(id).await[0].id;
        // While it is worked on the next hour comes, and nobody has planned yet when it fails.
        stage.pass(HOUR);
        break_off(&stage, run, "It broke.", true).await;
        assert_eq!(stage.schedule(id).await.state, ScheduleState::Paused);
        assert_eq!(stage.states(id).await, [Failed, Planned]);
    })
    .await;
}

#[tokio::test]
async fn a_run_that_has_begun_goes_on_in_a_pause() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = drafting(&stage, "queue_all", None).await;
        plan_hours(&stage, 1).await;
        stage.work().await;
        plan_hours(&stage, 1).await;
        schedules::pause(&stage.mina(), id, "").await.unwrap();
        let draft = stage.runs(id).await[0].id;
        assert_eq!(drafts::decide(&stage.mina(), draft, "", Decision::Approve).await, Ok(true));
        assert_eq!(stage.work().await, 1);
        assert_eq!(stage.states(id).await, [Done, Planned]);
    })
    .await;
}

#[tokio::test]
async fn what_a_pause_makes_miss_its_time_uses_up_none_of_a_number_of_runs() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let when = WhenForm { runs: "2".into(), ..WhenForm::default() };
        let id = stage.job(&JobForm { when, ..ruled("queue_all", "skip") }).await;
        plan_hours(&stage, 2).await;
        let ended = stage.schedule(id).await;
        assert_eq!((ended.runs_made, ended.next_run_at), (2, None));
        schedules::pause(&stage.mina(), id, "").await.unwrap();
        stage.pass(HOUR);
        schedules::resume(&stage.mina(), id).await.unwrap();
        assert_eq!(stage.states(id).await, [Skipped, Skipped]);
        let goes_on = stage.schedule(id).await;
        assert_eq!((goes_on.runs_made, goes_on.next_run_at), (0, Some(utc("2026-11-23T12:00:00Z"))));
    })
    .await;
}

#[tokio::test]
async fn a_backfill_of_a_paused_job_waits_and_is_carried_out_whatever_becomes_of_missed_runs() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&ruled("skip", "skip")).await;
        let is_said = async || {
            let page = plan_pages::backfill(&stage.mina(), id, Default::default()).await.unwrap();
            page.job.is_paused
        };
        assert!(!is_said().await);
        schedules::pause(&stage.mina(), id, "").await.unwrap();
        assert!(is_said().await);
        let range = (utc("2026-11-23T05:00:00Z"), utc("2026-11-23T07:00:00Z"));
        let made = backfill::run(&stage.mina(), id, range, Overlap::QueueAll).await.unwrap();
        assert_eq!((made.runs, stage.work().await), (3, 0));
        stage.pass(HOUR);
        assert_eq!(late_alarms(&stage).await, 0);
        schedules::resume(&stage.mina(), id).await.unwrap();
        assert_eq!(stage.work().await, 3);
        assert_eq!(stage.states(id).await, [Done, Done, Done]);
    })
    .await;
}
