//! The clock steps an hour forward or back between any two steps of a run: nothing is planned twice or missed, nothing
//! is sent twice, and nothing that a process has left behind waits for as long as the step was.

use app::{
    domain::{
        delivery::DeliveryPhase,
        occurrence::{LEASE, OccurrenceState},
    },
    entities::occurrence,
    jobs::{
        form::JobForm,
        service::{runs, worker},
    },
    mail::service::gate,
    testing::{each_database, smtp_server::SmtpServer},
};
use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
};

use super::jobs_stage::{Stage, hourly, mondays_at_ten};

const HOUR: TimeDelta = TimeDelta::hours(1);

#[tokio::test]
async fn a_step_back_after_planning_delays_the_run_and_plans_nothing_again() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&hourly()).await;
        stage.pass(HOUR);
        assert_eq!(stage.plan().await, 1);
        stage.pass(-HOUR);
        assert_eq!((stage.plan().await, stage.work().await), (0, 0), "its instant has not come, by this clock");
        stage.pass(HOUR);
        assert_eq!((stage.plan().await, stage.work().await), (0, 1));
        assert_eq!(stage.states(id).await, [OccurrenceState::Done]);
        assert_eq!(server.count("kept"), 2);
        // The hours that come again are counted once.
        stage.pass(-HOUR);
        stage.pass(HOUR * 2);
        assert_eq!((stage.plan().await, stage.work().await), (1, 1));
        assert_eq!((stage.states(id).await, server.count("kept")), (vec![OccurrenceState::Done; 2], 4));
    })
    .await;
}

#[tokio::test]
async fn a_step_forward_ends_the_lease_of_a_worker_that_lives_and_its_writes_are_refused() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&hourly()).await;
        stage.pass(HOUR);
        stage.plan().await;
        let early = worker::claim(&app, "before the step").await.unwrap().unwrap();
        stage.pass(HOUR);
        let late = worker::claim(&app, "after the step").await.unwrap().unwrap();
        worker::work(&app, early).await.unwrap();
        assert_eq!(server.count("connect"), 0, "it has lost its run");
        worker::work(&app, late).await.unwrap();
        assert_eq!((stage.states(id).await, server.count("kept")), (vec![OccurrenceState::Done], 2));
        // The hour that was stepped over is one instant, and has its run.
        assert_eq!((stage.plan().await, stage.work().await), (1, 1));
        assert_eq!((stage.states(id).await, server.count("kept")), (vec![OccurrenceState::Done; 2], 4));
    })
    .await;
}

#[tokio::test]
async fn a_step_back_keeps_the_run_of_a_worker_that_is_gone_for_a_lease_and_no_longer() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&hourly()).await;
        runs::start(&stage.mina(), id).await.unwrap();
        // Killed with the run in its hands.
        worker::claim(&app, "gone").await.unwrap().unwrap();
        worker::cut_claims(&app).await.unwrap();
        assert_eq!(stage.runs(id).await[0].lease_until, Some(app.clock.now() + LEASE), "a fresh claim stays as it is");
        stage.pass(-HOUR);
        worker::cut_claims(&app).await.unwrap();
        assert_eq!(stage.runs(id).await[0].lease_until, Some(app.clock.now() + LEASE));
        assert_eq!(stage.work().await, 0, "it may be alive");
        stage.pass(LEASE);
        assert_eq!(stage.work().await, 1);
        assert_eq!((stage.states(id).await, server.count("kept")), (vec![OccurrenceState::Done], 2));
    })
    .await;
}

#[tokio::test]
async fn a_step_back_takes_no_run_from_a_worker_that_lives() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&hourly()).await;
        runs::start(&stage.mina(), id).await.unwrap();
        let alive = worker::claim(&app, "alive").await.unwrap().unwrap();
        stage.pass(-HOUR);
        worker::cut_claims(&app).await.unwrap();
        assert!(worker::claim(&app, "another").await.unwrap().is_none());
        worker::work(&app, alive).await.unwrap();
        assert_eq!((stage.states(id).await, server.count("kept")), (vec![OccurrenceState::Done], 2));
    })
    .await;
}

#[tokio::test]
async fn a_message_that_waits_for_its_next_try_goes_once_wherever_the_clock_is_set() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "mail:451:1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&hourly()).await;
        stage.pass(HOUR);
        stage.plan().await;
        stage.work().await;
        let run = stage.runs(id).await.remove(0).id;
        let phases =
            async || -> Vec<_> { stage.deliveries(run).await.into_iter().map(|message| message.phase).collect() };
        assert_eq!(phases().await, [DeliveryPhase::Deferred, DeliveryPhase::Accepted]);
        worker::cut_waits(&app).await.unwrap();
        assert_eq!(stage.work().await, 0, "what is put off as long as it may be stays so");
        stage.pass(-HOUR);
        worker::cut_waits(&app).await.unwrap();
        assert_eq!((stage.plan().await, stage.work().await), (0, 1), "no next try is put off for an hour at first");
        assert_eq!(phases().await, [DeliveryPhase::Accepted; 2]);
        stage.pass(HOUR + TimeDelta::minutes(2));
        assert_eq!((stage.plan().await, stage.work().await), (0, 0));
        assert_eq!((stage.states(id).await, server.count("kept")), (vec![OccurrenceState::Done], 2));
    })
    .await;
}

#[tokio::test]
async fn what_is_queued_goes_as_soon_as_its_run_does_wherever_the_clock_is_set() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        let id = stage.job(&hourly()).await;
        gate::blocked(&stage.mina(), account, "It was broken.".into()).await.unwrap();
        runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Sending]);
        let run = stage.runs(id).await.remove(0).id;
        let phases: Vec<_> = stage.deliveries(run).await.into_iter().map(|message| message.phase).collect();
        assert_eq!(phases, [DeliveryPhase::Queued; 2], "the account rests");
        stage.pass(-HOUR);
        gate::clear(&stage.mina(), account).await.unwrap();
        assert_eq!(stage.work().await, 1);
        assert_eq!((stage.states(id).await, server.count("kept")), (vec![OccurrenceState::Done], 2));
    })
    .await;
}

#[tokio::test]
async fn the_pace_of_an_account_holds_nothing_up_when_the_clock_is_set_back() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        gate::save_limits(&stage.mina(), account, "600", "1").await.unwrap();
        let id = stage.job(&hourly()).await;
        stage.pass(HOUR - TimeDelta::minutes(1));
        runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        stage.pass(TimeDelta::minutes(1) - HOUR);
        runs::start(&stage.mina(), id).await.unwrap();
        assert_eq!(stage.work().await, 1);
        assert_eq!((stage.states(id).await, server.count("kept")), (vec![OccurrenceState::Done; 2], 4));
    })
    .await;
}

#[tokio::test]
async fn a_run_that_broke_or_was_just_started_goes_on_when_the_clock_is_set_back_and_one_of_a_later_instant_does_not() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let [broken, started, planned] = [
            stage.job(&JobForm { at: "12:00".into(), ..mondays_at_ten() }).await,
            stage.job(&JobForm { name: "Started".into(), at: "12:00".into(), ..mondays_at_ten() }).await,
            stage.job(&JobForm { name: "Planned".into(), ..hourly() }).await,
        ];
        stage.pass(HOUR);
        stage.plan().await;
        runs::start(&stage.mina(), started).await.unwrap();
        // It broke at its first try, and waits for the second.
        let run = runs::start(&stage.mina(), broken).await.unwrap();
        let row = occurrence::ActiveModel {
            id: Unchanged(run),
            fence: Set(1),
            attempts: Set(1),
            next_try_at: Set(Some(app.clock.now() + TimeDelta::seconds(70))),
            ..Default::default()
        };
        row.update(app.reader()).await.unwrap();
        worker::cut_waits(&app).await.unwrap();
        let waits = stage.runs(broken).await.pop().and_then(|row| row.next_try_at);
        assert_eq!(waits, Some(app.clock.now() + TimeDelta::seconds(70)), "it is put off no longer than it may be");
        stage.pass(-HOUR);
        worker::cut_waits(&app).await.unwrap();
        assert_eq!(stage.work().await, 2);
        assert_eq!(stage.states(started).await, [OccurrenceState::Done]);
        assert_eq!(stage.runs(broken).await.pop().map(|row| row.state), Some(OccurrenceState::Done));
        assert_eq!(stage.states(planned).await, [OccurrenceState::Planned], "its instant has not come, by this clock");
        let words = "The clock was set back: its next try comes now.";
        assert!(stage.log(run).await.iter().any(|line| line == words), "{:?}", stage.log(run).await);
    })
    .await;
}

#[tokio::test]
async fn an_account_that_rests_makes_its_runs_wait_as_long_as_it_does_and_no_longer_when_the_clock_is_set_back() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        gate::save_limits(&stage.mina(), account, "", "1").await.unwrap();
        let id = stage.job(&mondays_at_ten()).await;
        gate::blocked(&stage.mina(), account, "It was broken.".into()).await.unwrap();
        runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        worker::cut_waits(&app).await.unwrap();
        assert_eq!(stage.work().await, 0, "it rests");
        stage.pass(-HOUR);
        worker::cut_waits(&app).await.unwrap();
        assert_eq!(stage.work().await, 1);
        assert_eq!((stage.states(id).await, server.count("kept")), (vec![OccurrenceState::Done], 2));
    })
    .await;
}
