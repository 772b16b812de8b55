//! Schedules and their planning on both databases.

use app::{
    domain::{
        ids::ScheduleId,
        job::ScheduleState,
        occurrence::{OccurrenceState, Trigger},
        policy::Overlap,
    },
    error::{AppError, Problem},
    jobs::{
        form::{JobForm, Mode},
        rules_form::RulesForm,
        service::{backfill, duplicate, planner, runs, schedules},
        when_form::WhenForm,
    },
    platform::ctx::Ctx,
    projects::service::access,
    testing::{each_database, smtp_server::SmtpServer},
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};

use super::jobs_stage::{Stage, as_read, hourly, mondays_at_ten};

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_job_runs_first_at_its_next_time_and_reads_back_as_it_was_typed() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        assert_eq!(stage.schedule(id).await.next_run_at, Some(utc("2026-11-23T09:00:00Z")));
        let (row, viewing) = schedules::visible(&stage.mina(), id).await.unwrap();
        assert_eq!(schedules::form(&stage.mina(), &row, &viewing).await.unwrap(), as_read(mondays_at_ten()));
        let upcoming = schedules::next_runs(&stage.mina(), &row, 3);
        let words: Vec<_> = upcoming.iter().map(|run| run.words()).collect();
        assert_eq!(words, ["Mon 23 Nov 2026, 10:00", "Mon 30 Nov 2026, 10:00", "Mon 7 Dec 2026, 10:00"]);
    })
    .await;
}

#[tokio::test]
async fn a_bad_form_names_each_field_and_line_and_stores_nothing() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let bad = JobForm {
            name: " ".into(),
            days: Default::default(),
            at: "ten".into(),
            zone: "Europe/Atlantis".into(),
            recipients: "dana@example.org\nnobody".into(),
            ..mondays_at_ten()
        };
        let ctx = stage.mina();
        let viewing = access::by_id(&ctx, ctx.reader(), stage.project.id).await.unwrap();
        let error = schedules::create(&ctx, &viewing.editing().unwrap(), &bad).await.unwrap_err();
        let AppError::Invalid(invalid) = error else { panic!("{error:?}") };
        let found: Vec<_> = invalid.fields.iter().map(|field| (field.field.as_str(), field.line)).collect();
        assert_eq!(found, [("name", None), ("at", None), ("days", None), ("zone", None), ("recipients", Some(2))]);
        assert_eq!(schedules::list(&ctx).await.unwrap().len(), 0);
        let never = JobForm { expression: "0 0 30 2 *".into(), recipients: "dana@example.org".into(), ..hourly() };
        let viewing = access::by_id(&ctx, ctx.reader(), stage.project.id).await.unwrap();
        let refused = schedules::create(&ctx, &viewing.editing().unwrap(), &never).await.unwrap_err();
        assert_eq!(refused, AppError::field("expression", Problem::NeverRuns));
    })
    .await;
}

#[tokio::test]
async fn what_has_come_is_planned_once_however_often_it_is_looked_for() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        assert_eq!(stage.plan().await, 0);
        stage.pass(TimeDelta::minutes(61));
        assert_eq!(stage.plan().await, 1);
        assert_eq!(stage.plan().await, 0);
        stage.pass(TimeDelta::minutes(-61));
        assert_eq!(stage.plan().await, 0, "a clock that is set back plans nothing");
        let runs = stage.runs(id).await;
        assert_eq!(
            (runs.len(), runs[0].scheduled_at, runs[0].state),
            (1, utc("2026-11-23T09:00:00Z"), OccurrenceState::Planned)
        );
        assert_eq!(stage.schedule(id).await.next_run_at, Some(utc("2026-11-30T09:00:00Z")));
    })
    .await;
}

#[tokio::test]
async fn planners_at_the_same_moment_plan_once() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&hourly()).await;
        stage.pass(TimeDelta::hours(5));
        let (one, other) = (Ctx::system(&app), Ctx::system(&app));
        let (one, other) = tokio::join!(planner::plan_due(&one), planner::plan_due(&other));
        assert_eq!(one.unwrap() + other.unwrap(), 5);
        assert_eq!(stage.runs(id).await.len(), 5);
    })
    .await;
}

#[tokio::test]
async fn schedules_that_are_due_together_get_a_run_each_and_move_on() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let mut jobs = Vec::new();
        for form in [hourly(), mondays_at_ten(), hourly(), mondays_at_ten(), hourly()] {
            jobs.push(stage.job(&form).await);
        }
        stage.pass(TimeDelta::minutes(61));
        let (one, other) = (Ctx::system(&app), Ctx::system(&app));
        let (one, other) = tokio::join!(planner::plan_due(&one), planner::plan_due(&other));
        assert_eq!(one.unwrap() + other.unwrap(), 5);
        let is_moved = async || {
            for (job, next) in jobs.iter().zip(["23T10", "30T09", "23T10", "30T09", "23T10"]) {
                let runs = stage.runs(*job).await;
                assert_eq!((runs.len(), runs[0].scheduled_at), (1, utc("2026-11-23T09:00:00Z")));
                assert_eq!(runs[0].state, OccurrenceState::Planned);
                let row = stage.schedule(*job).await;
                assert_eq!(row.next_run_at, Some(utc(&format!("2026-11-{next}:00:00Z"))));
                assert_eq!(row.last_planned_at, utc("2026-11-23T09:00:00Z"));
            }
        };
        is_moved().await;
        let made: i32 = stage.schedule(jobs[0]).await.runs_made;
        assert_eq!(made, 1);

        // As after a restore: the runs are there, two of the schedules have not moved.
        for job in [jobs[0], jobs[2]] {
            let mut row = stage.schedule(job).await.into_active_model();
            row.next_run_at = Set(Some(utc("2026-11-23T09:00:00Z")));
            row.last_planned_at = Set(utc("2026-11-23T08:30:00Z"));
            row.update(app.reader()).await.unwrap();
        }
        stage.plan().await;
        is_moved().await;
    })
    .await;
}

#[tokio::test]
async fn the_runs_of_a_job_are_numbered_in_the_order_in_which_they_were_made() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let (id, other) = (stage.job(&hourly()).await, stage.job(&hourly()).await);
        // By their instants.
        let numbers =
            async |id: ScheduleId| stage.runs(id).await.into_iter().map(|run| run.number).collect::<Vec<i32>>();
        stage.pass(TimeDelta::minutes(61));
        stage.plan().await;
        assert_eq!((numbers(id).await, numbers(other).await), (vec![1], vec![1]), "each job counts by itself");
        stage.work().await;
        stage.pass(TimeDelta::minutes(200));
        stage.plan().await;
        stage.work().await;
        assert_eq!(numbers(id).await, [1, 2, 3, 4], "also those that were skipped");
        let earlier = (utc("2026-11-23T06:00:00Z"), utc("2026-11-23T07:00:00Z"));
        backfill::run(&stage.mina(), id, earlier, Overlap::QueueAll).await.unwrap();
        assert_eq!(numbers(id).await, [5, 6, 1, 2, 3, 4], "what is made up for is made later");
        stage.work().await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        assert_eq!(runs::run(&stage.mina(), run).await.unwrap().run.number, 7);
        let copy = duplicate::duplicate(&stage.mina(), id).await.unwrap();
        let run = runs::start(&stage.mina(), copy).await.unwrap();
        assert_eq!(runs::run(&stage.mina(), run).await.unwrap().run.number, 1, "a copy begins anew");
    })
    .await;
}

#[tokio::test]
async fn after_a_standstill_the_latest_runs_and_the_missed_ones_say_why() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&hourly()).await;
        stage.pass(TimeDelta::minutes(200));
        stage.plan().await;
        let runs = stage.runs(id).await;
        let states: Vec<_> = runs.iter().map(|run| run.state).collect();
        assert_eq!(states, [OccurrenceState::Skipped, OccurrenceState::Skipped, OccurrenceState::Planned]);
        assert_eq!(runs[0].reason.as_deref(), Some("Missed: the run of Mon 23 Nov 2026, 12:00 takes its place."));
    })
    .await;
}

#[tokio::test]
async fn a_pause_keeps_runs_from_being_planned_and_a_resume_brings_no_burst() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&hourly()).await;
        schedules::pause(&stage.mina(), id, "holidays").await.unwrap();
        let paused = stage.schedule(id).await;
        assert_eq!((paused.state, paused.next_run_at), (ScheduleState::Paused, None));
        assert_eq!(paused.pause_note.as_deref(), Some("Paused by Mina Kovač: holidays"));
        stage.pass(TimeDelta::hours(7));
        assert_eq!(stage.plan().await, 0);
        schedules::resume(&stage.mina(), id).await.unwrap();
        assert_eq!(stage.plan().await, 0);
        assert_eq!(stage.schedule(id).await.next_run_at, Some(utc("2026-11-23T16:00:00Z")));
        assert_eq!(stage.runs(id).await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_the_time_counts_from_now_and_what_had_come_is_planned_first() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        stage.pass(TimeDelta::minutes(61));
        // It is 10:01 and nobody has planned the run of 10:00 yet.
        let earlier = JobForm { at: "08:00".into(), ..mondays_at_ten() };
        schedules::update(&stage.mina(), id, 1, &earlier).await.unwrap();
        assert_eq!(stage.runs(id).await.len(), 1);
        assert_eq!(stage.schedule(id).await.next_run_at, Some(utc("2026-11-30T07:00:00Z")));
        let late = schedules::update(&stage.mina(), id, 1, &earlier).await;
        assert!(matches!(late, Err(AppError::Conflict(_))), "{late:?}");
    })
    .await;
}

#[tokio::test]
async fn a_run_by_hand_is_not_doubled_by_a_second_click() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        let first = runs::start(&stage.mina(), id).await.unwrap();
        stage.pass(TimeDelta::seconds(1));
        assert_eq!(runs::start(&stage.mina(), id).await.unwrap(), first);
        let runs = stage.runs(id).await;
        assert_eq!((runs.len(), runs[0].trigger), (1, Trigger::Manual));
    })
    .await;
}

#[tokio::test]
async fn only_who_may_edit_the_project_changes_its_jobs_and_strangers_do_not_find_them() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        let viewer = app.as_person(&stage.cast.alex);
        assert!(runs::job(&viewer, id).await.is_ok());
        assert_eq!(runs::start(&viewer, id).await, Err(AppError::Forbidden));
        assert_eq!(schedules::pause(&viewer, id, "").await, Err(AppError::Forbidden));
        let stranger = app.as_person(&stage.cast.ravi);
        assert_eq!(runs::job(&stranger, id).await.unwrap_err(), AppError::NotFound);
        assert_eq!(schedules::resume(&stranger, id).await, Err(AppError::NotFound));
        assert_eq!(runs::jobs(&stranger).await.unwrap(), []);
        assert!(schedules::pause(&app.as_person(&stage.cast.jonas), id, "").await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_deleted_job_plans_nothing_and_its_runs_stay() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        schedules::delete(&stage.mina(), id).await.unwrap();
        stage.pass(TimeDelta::days(8));
        assert_eq!(stage.plan().await, 0);
        assert_eq!(runs::jobs(&stage.mina()).await.unwrap(), []);
        assert!(runs::run(&stage.mina(), run).await.unwrap().job_is_gone);
    })
    .await;
}

#[tokio::test]
async fn of_a_deleted_job_nothing_begins_and_no_message_that_waits_goes_out() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "mail:451:1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&hourly()).await;
        runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        stage.pass(TimeDelta::minutes(61));
        stage.plan().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Sending, OccurrenceState::Planned]);
        schedules::delete(&stage.mina(), id).await.unwrap();
        assert_eq!(stage.work().await, 0);
        assert_eq!(stage.states(id).await, [OccurrenceState::Cancelled; 2]);
        for run in stage.runs(id).await {
            assert_eq!(run.reason.as_deref(), Some("The job was deleted."));
        }
        assert_eq!(server.messages().len(), 1, "what had arrived before");
    })
    .await;
}

#[tokio::test]
async fn a_run_that_is_still_going_makes_the_next_one_skip() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&hourly()).await;
        stage.pass(TimeDelta::minutes(61));
        stage.plan().await;
        stage.pass(TimeDelta::minutes(60));
        stage.plan().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Planned, OccurrenceState::Skipped]);
        let reason = stage.runs(id).await[1].reason.clone();
        assert_eq!(reason.as_deref(), Some("The run of Mon 23 Nov 2026, 10:00 was still going."));
    })
    .await;
}

#[tokio::test]
async fn next_runs_are_listed_soonest_first() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        stage.job(&JobForm { name: "Later".into(), at: "12:00".into(), ..mondays_at_ten() }).await;
        stage.job(&JobForm { name: "Sooner".into(), ..mondays_at_ten() }).await;
        let next = runs::next_runs(&stage.mina(), 5).await.unwrap();
        let shown: Vec<_> = next.iter().map(|run| (run.name.as_str(), run.next_in.as_str())).collect();
        assert_eq!(shown, [("Sooner", "60 min"), ("Later", "3 h")]);
    })
    .await;
}

#[tokio::test]
async fn three_failed_runs_in_a_row_pause_the_job() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&hourly()).await;
        let mut row = stage.schedule(id).await.into_active_model();
        row.failures_in_row = Set(2);
        row.update(app.reader()).await.unwrap();
        // Nobody listens on this port, and after a day it is given up.
        stage.sends_to(1).await;
        runs::start(&stage.mina(), id).await.unwrap();
        for _ in 0..40 {
            stage.work().await;
            stage.pass(TimeDelta::hours(1));
        }
        let states = stage.states(id).await;
        let has_run = |state: &OccurrenceState| !matches!(state, OccurrenceState::Skipped | OccurrenceState::Planned);
        assert_eq!(states.into_iter().filter(has_run).collect::<Vec<_>>(), [OccurrenceState::Failed]);
        let paused = stage.schedule(id).await;
        assert_eq!(paused.state, ScheduleState::Paused);
        assert_eq!(paused.pause_note.as_deref(), Some("Paused by itself after 3 failed runs in a row."));
    })
    .await;
}

#[tokio::test]
async fn a_run_that_is_sent_again_and_fails_again_is_one_failed_run() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:554"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        for _ in 0..3 {
            runs::resend_failed(&stage.mina(), run).await.unwrap();
            assert_eq!(stage.work().await, 1);
            assert_eq!(stage.states(id).await, [OccurrenceState::Failed]);
        }
        let job = stage.schedule(id).await;
        assert_eq!((job.state, job.failures_in_row), (ScheduleState::On, 1));
        stage.pass(TimeDelta::minutes(1));
        runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        assert_eq!(stage.schedule(id).await.failures_in_row, 2, "another one counts");
    })
    .await;
}

fn twice() -> JobForm {
    JobForm { when: WhenForm { runs: "2".into(), ..WhenForm::default() }, ..hourly() }
}

#[tokio::test]
async fn every_kind_of_time_and_rule_reads_back_as_it_was_typed() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let simple = |when: WhenForm| JobForm { days: Default::default(), when, ..mondays_at_ten() };
        let minutes = WhenForm { unit: "minutes".into(), every_minutes: "45".into(), ..WhenForm::default() };
        let second_tuesday = WhenForm {
            unit: "month".into(),
            on: "weekday".into(),
            nth: "second".into(),
            weekday: "tue".into(),
            except: "2026-12-08".into(),
            ..WhenForm::default()
        };
        let quarter = WhenForm { unit: "quarter".into(), month: "3".into(), on: "last".into(), ..WhenForm::default() };
        let rules = RulesForm {
            overlap: "queue_one".into(),
            timeout: "20".into(),
            tries: "2".into(),
            send_if: "not_empty".into(),
            ..RulesForm::default()
        };
        let forms = [
            JobForm { at: String::new(), ..simple(minutes) },
            simple(second_tuesday),
            JobForm { rules, ..simple(quarter) },
        ];
        let mut sentences = Vec::new();
        for form in &forms {
            let id = stage.job(form).await;
            let (row, viewing) = schedules::visible(&stage.mina(), id).await.unwrap();
            assert_eq!(schedules::form(&stage.mina(), &row, &viewing).await.unwrap(), as_read(form.clone()));
            sentences.push(schedules::spec(&row).unwrap().sentence());
        }
        assert_eq!(
            sentences,
            [
                "Every 45 minutes from midnight, Europe/Ljubljana",
                "On the second Tuesday of every month at 10:00, Europe/Ljubljana, not on 8 Dec 2026",
                "On the last day of every quarter at 10:00, Europe/Ljubljana",
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_number_of_runs_ends_the_job_and_more_of_them_go_on() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&twice()).await;
        let row = stage.schedule(id).await;
        assert_eq!(schedules::next_runs(&stage.mina(), &row, 5).len(), 2);
        for _ in 0..2 {
            stage.pass(TimeDelta::hours(1));
            assert_eq!(stage.plan().await, 1);
            stage.work().await;
        }
        let ended = stage.schedule(id).await;
        assert_eq!((ended.state, ended.next_run_at, ended.runs_made), (ScheduleState::On, None, 2));
        stage.pass(TimeDelta::hours(5));
        assert_eq!(stage.plan().await, 0);
        let three = JobForm { when: WhenForm { runs: "3".into(), ..WhenForm::default() }, ..hourly() };
        schedules::update(&stage.mina(), id, 1, &three).await.unwrap();
        assert_eq!(stage.schedule(id).await.next_run_at, Some(utc("2026-11-23T16:00:00Z")));
    })
    .await;
}

#[tokio::test]
async fn a_program_with_other_time_zone_data_moves_what_was_worked_out_before() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let (moves, stays, paused) =
            (stage.job(&mondays_at_ten()).await, stage.job(&hourly()).await, stage.job(&hourly()).await);
        schedules::pause(&stage.mina(), paused, "").await.unwrap();
        let by_these_data = stage.schedule(moves).await.next_run_at.unwrap();
        let mut row = stage.schedule(moves).await.into_active_model();
        row.next_run_at = Set(Some(by_these_data + TimeDelta::hours(1)));
        row.update(app.reader()).await.unwrap();
        let before = stage.schedule(stays).await;
        assert_eq!(planner::follow_zones(&Ctx::system(&app)).await.unwrap(), 1);
        assert_eq!(stage.schedule(moves).await.next_run_at, Some(by_these_data));
        assert_eq!(stage.schedule(stays).await, before);
        assert_eq!(planner::follow_zones(&Ctx::system(&app)).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_resume_after_the_clock_was_set_back_plans_nothing_again() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&hourly()).await;
        stage.pass(TimeDelta::hours(2));
        stage.plan().await;
        stage.pass(TimeDelta::minutes(-90));
        schedules::pause(&stage.mina(), id, "").await.unwrap();
        schedules::resume(&stage.mina(), id).await.unwrap();
        assert_eq!(stage.schedule(id).await.next_run_at, Some(utc("2026-11-23T11:00:00Z")));
    })
    .await;
}

#[tokio::test]
async fn a_job_that_cannot_be_read_holds_no_other_up() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let broken = stage.job(&hourly()).await;
        let mut row = stage.schedule(broken).await.into_active_model();
        row.spec = Set("{}".into());
        row.next_run_at = Set(Some(utc("2026-11-23T08:30:00Z")));
        row.update(app.reader()).await.unwrap();
        let sound = stage.job(&hourly()).await;
        stage.pass(TimeDelta::hours(1));
        assert_eq!(stage.plan().await, 1);
        assert_eq!(stage.runs(sound).await.len(), 1);
    })
    .await;
}

/// A job whose stored times nobody can read, and whose next run has come.
async fn unreadable(stage: &Stage<'_>) -> ScheduleId {
    let id = stage.job(&hourly()).await;
    let mut row = stage.schedule(id).await.into_active_model();
    row.spec = Set("{}".into());
    row.next_run_at = Set(Some(utc("2026-11-23T08:30:00Z")));
    row.update(stage.app.reader()).await.unwrap();
    stage.pass(TimeDelta::hours(1));
    id
}

#[tokio::test]
async fn a_job_that_cannot_be_read_is_paused_and_deleted_like_others_and_hides_none() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let (id, sound) = (unreadable(&stage).await, stage.job(&mondays_at_ten()).await);
        let mina = stage.mina();
        let shown = runs::job(&mina, id).await.unwrap();
        assert!(shown.job.sentence.contains("cannot be read") && shown.upcoming.is_empty());
        assert_eq!(runs::jobs(&mina).await.unwrap().len(), 2);
        assert_eq!(runs::next_runs(&mina, 5).await.unwrap().iter().map(|next| next.id).collect::<Vec<_>>(), [sound]);

        schedules::pause(&mina, id, "").await.unwrap();
        let paused = stage.schedule(id).await;
        assert_eq!((paused.state, paused.next_run_at), (ScheduleState::Paused, None));
        let refused = schedules::resume(&mina, id).await;
        assert_eq!(refused, Err(AppError::field("times", Problem::UnreadableTimes)));
        schedules::delete(&mina, id).await.unwrap();
        assert_eq!(runs::jobs(&mina).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_edit_gives_a_job_that_cannot_be_read_new_times() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = unreadable(&stage).await;
        let mina = stage.mina();
        let (row, viewing) = schedules::visible(&mina, id).await.unwrap();
        let form = schedules::form(&mina, &row, &viewing).await.unwrap();
        assert_eq!(
            (form.name.as_str(), form.recipients.as_str()),
            ("Weekly report", mondays_at_ten().recipients.as_str())
        );
        let Err(AppError::Invalid(invalid)) = schedules::update(&mina, id, 1, &form).await else { panic!("no times") };
        let fields: Vec<_> = invalid.fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["at", "days"], "somebody sets them");

        let whole =
            JobForm { days: mondays_at_ten().days, at: "10:00".into(), zone: "Europe/Ljubljana".into(), ..form };
        schedules::update(&mina, id, 1, &whole).await.unwrap();
        assert_eq!(stage.schedule(id).await.next_run_at, Some(utc("2026-11-30T09:00:00Z")));
        assert_eq!(stage.runs(id).await.len(), 0, "nothing was planned by times that nobody can read");
        let (row, viewing) = schedules::visible(&mina, id).await.unwrap();
        assert_eq!(schedules::form(&mina, &row, &viewing).await.unwrap(), as_read(mondays_at_ten()));
    })
    .await;
}

#[tokio::test]
async fn starts_are_spread_and_stay_where_they_are() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let form = JobForm { rules: RulesForm { jitter: "30".into(), ..RulesForm::default() }, ..hourly() };
        let id = stage.job(&form).await;
        stage.pass(TimeDelta::hours(1));
        stage.plan().await;
        let run = stage.runs(id).await.remove(0);
        let late = run.next_try_at.unwrap() - run.scheduled_at;
        assert!(late >= TimeDelta::zero() && late <= TimeDelta::minutes(30), "{late}");
        stage.pass(late);
        assert_eq!(stage.work().await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_backfill_makes_up_for_what_was_skipped_and_leaves_alone_what_has_run() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&hourly()).await;
        stage.pass(TimeDelta::minutes(200));
        stage.plan().await;
        stage.work().await;
        let before = stage.states(id).await;
        assert_eq!(before, [OccurrenceState::Skipped, OccurrenceState::Skipped, OccurrenceState::Done]);
        // Two hours before the job was made, too.
        let range = (utc("2026-11-23T07:00:00Z"), utc("2026-11-23T11:00:00Z"));
        let made = backfill::run(&stage.mina(), id, range, Overlap::QueueAll).await.unwrap();
        assert_eq!((made.runs, made.skipped, made.already), (4, 0, 1));
        assert_eq!(stage.work().await, 4);
        assert_eq!(stage.states(id).await, [OccurrenceState::Done; 5]);
        assert_eq!(stage.runs(id).await.iter().filter(|run| run.is_backfill).count(), 4);
        let again = backfill::run(&stage.mina(), id, range, Overlap::QueueAll).await.unwrap();
        assert_eq!((again.runs, again.already), (0, 5));
        let nothing = (utc("2026-11-23T07:10:00Z"), utc("2026-11-23T07:20:00Z"));
        let refused = backfill::run(&stage.mina(), id, nothing, Overlap::Skip).await;
        assert_eq!(refused, Err(AppError::field("to", Problem::NoRunInside)));
    })
    .await;
}

#[tokio::test]
async fn a_bad_rule_is_named_by_its_field() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let ctx = stage.mina();
        let viewing = access::by_id(&ctx, ctx.reader(), stage.project.id).await.unwrap();
        let rules = RulesForm { tries: "0".into(), ..RulesForm::default() };
        let when = WhenForm { unit: "hours".into(), every_hours: "24".into(), ..WhenForm::default() };
        let bad = JobForm { mode: Mode::Simple, when, rules, ..mondays_at_ten() };
        let refused = schedules::create(&ctx, &viewing.editing().unwrap(), &bad).await.unwrap_err();
        let AppError::Invalid(invalid) = refused else { panic!("{refused:?}") };
        let found: Vec<_> = invalid.fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(found, ["every_hours", "tries"]);
    })
    .await;
}
