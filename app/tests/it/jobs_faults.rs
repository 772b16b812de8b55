//! Runs that meet a mail server which refuses once, at each phase, for now or for good; on both databases.

use std::time::Duration;

use app::{
    domain::{alarm::AlarmKind, delivery::DeliveryPhase, occurrence::OccurrenceState},
    entities::alarm,
    jobs::service::{ledger, runs, worker},
    platform::ctx::Ctx,
    testing::{each_database, smtp_server::SmtpServer},
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};

use super::jobs_stage::{Stage, mondays_at_ten};

/// A refusal, and whether it fails its recipient.
const REFUSALS: [(&str, bool); 12] = [
    ("connect:421", false),
    ("connect:554", false),
    ("ehlo:451", false),
    ("ehlo:554", false),
    ("mail:451", false),
    ("mail:554", true),
    ("rcpt:451", false),
    ("rcpt:554", true),
    ("data:451", false),
    ("data:554", true),
    ("dot:451", false),
    ("dot:554", true),
];

#[tokio::test]
async fn a_refusal_at_any_phase_concerns_one_message_and_each_recipient_gets_at_most_one() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        for (refusal, fails) in REFUSALS {
            let server = SmtpServer::start(&["--fail", &format!("{refusal}:1")]);
            stage.sends_to(server.port).await;
            let run = runs::start(&stage.mina(), id).await.unwrap();
            // What waits for another try is due after some minutes.
            for _ in 0..6 {
                stage.work().await;
                stage.pass(TimeDelta::minutes(10));
            }
            let rows = stage.runs(id).await;
            let row = rows.iter().find(|row| row.id == run).unwrap();
            let expected = if fails { OccurrenceState::Partly } else { OccurrenceState::Done };
            assert_eq!(row.state, expected, "{refusal}: {:?}", stage.log(run).await);
            let phases: Vec<_> = stage.deliveries(run).await.into_iter().map(|message| message.phase).collect();
            let first = if fails { DeliveryPhase::Failed } else { DeliveryPhase::Accepted };
            assert_eq!(phases, [first, DeliveryPhase::Accepted], "{refusal}");
            assert_eq!(server.count("kept"), 2 - usize::from(fails), "{refusal}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_reset_before_or_after_the_dot_and_a_lost_answer_are_settled_without_a_second_message() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        for (options, taken) in [(["--reset", "dot"].as_slice(), 0), (["--drop-after-dot"].as_slice(), 2)] {
            let server = SmtpServer::start(options);
            stage.sends_to(server.port).await;
            let run = runs::start(&stage.mina(), id).await.unwrap();
            for _ in 0..3 {
                stage.work().await;
                stage.pass(TimeDelta::hours(1));
            }
            let phases: Vec<_> = stage.deliveries(run).await.into_iter().map(|message| message.phase).collect();
            assert_eq!(phases, [DeliveryPhase::Uncertain; 2], "{options:?}");
            assert_eq!((server.count("data"), server.count("kept")), (2, taken), "{options:?}");
        }
        let server = SmtpServer::start(&["--reset", "data"]);
        stage.sends_to(server.port).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let messages = stage.deliveries(run).await;
        assert!(messages.iter().all(|message| message.next_try_at.is_some()), "they are tried again");
        assert_eq!(server.count("kept"), 0);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_message_is_told_in_the_order_of_locks_that_planner_and_workers_keep_to() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:451"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        // Its worker has died while it waited for an answer.
        let mut message = stage.deliveries(run).await.remove(0).into_active_model();
        message.phase = Set(DeliveryPhase::DataSent);
        message.next_try_at = Set(None);
        message.update(app.reader()).await.unwrap();
        stage.pass(TimeDelta::minutes(5));
        let claim = worker::claim(&app, "a test").await.unwrap().unwrap();
        let ctx = Ctx::system(&app);
        let tx = ctx.begin().await.unwrap();
        ledger::lock_schedule(&ctx, &tx, id).await.unwrap();
        let state = app.app.clone();
        let at_work = tokio::spawn(async move { worker::work(&state, claim).await });
        // Time to come to the message; on SQLite it waits for this transaction.
        tokio::time::sleep(Duration::from_millis(500)).await;
        ledger::lock_run(&ctx, &tx, run).await.expect("who holds the schedule gets the run");
        tx.commit().await.unwrap();
        at_work.await.unwrap().unwrap();
        assert_eq!(stage.deliveries(run).await[0].phase, DeliveryPhase::Uncertain);
        let alarms = alarm::Entity::find().all(app.reader()).await.unwrap();
        assert_eq!(alarms.iter().map(|one| one.kind).collect::<Vec<_>>(), [AlarmKind::Uncertain]);
        assert_eq!(stage.states(id).await, [OccurrenceState::Sending], "the other one waits for another try");
    })
    .await;
}

#[tokio::test]
async fn a_report_that_cannot_be_read_keeps_no_other_one_out_of_the_archive() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        for _ in 0..2 {
            stage.pass(TimeDelta::minutes(1));
            runs::start(&stage.mina(), id).await.unwrap();
            stage.work().await;
        }
        for (number, row) in stage.runs(id).await.into_iter().enumerate() {
            let mut row = row.into_active_model();
            row.commit_id = Set(None);
            if number == 1 {
                row.snapshot = Set(Some("no report".into()));
            }
            row.update(app.reader()).await.unwrap();
        }
        worker::keep_missing(&app).await.unwrap();
        let kept: Vec<_> = stage.runs(id).await.into_iter().map(|row| row.commit_id.is_some()).collect();
        assert_eq!(kept, [true, false], "the latest is looked at first");
    })
    .await;
}
