//! The clock steps an hour forward or back between any two steps of a run: nothing is planned twice or missed, nothing
//! is sent twice, and nothing that a process has left behind waits for as long as the step was.

use app::{
    domain::{
        delivery::DeliveryPhase,
        occurrence::{LEASE, OccurrenceState},
    },
    jobs::service::{runs, worker},
    mail::service::gate,
    testing::{each_database, smtp_server::SmtpServer},
};
use chrono::TimeDelta;

use super::jobs_stage::{Stage, hourly};

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
        stage.pass(-HOUR);
        assert_eq!((stage.plan().await, stage.work().await), (0, 0));
        stage.pass(HOUR + TimeDelta::minutes(2));
        assert_eq!((stage.plan().await, stage.work().await), (0, 1));
        assert_eq!(phases().await, [DeliveryPhase::Accepted; 2]);
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
