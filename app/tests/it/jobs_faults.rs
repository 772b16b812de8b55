//! Runs that meet a mail server which refuses once, at each phase, for now or for good; on both databases.

use std::time::Duration;

use app::{
    domain::{
        alarm::AlarmKind,
        delivery::DeliveryPhase,
        ids::OccurrenceId,
        occurrence::OccurrenceState,
        report::spec::{AttachmentKind, ReportSpec, Section},
    },
    entities::{alarm, artifact, occurrence, occurrence_snapshot, user},
    jobs::{
        form::JobForm,
        service::{ledger, report, run_actions, runs, schedules, worker},
    },
    platform::{ctx::Ctx, mailer},
    testing::{Message, each_database, replace_frozen, smtp_server::SmtpServer},
};
use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter,
};
use uuid::Uuid;

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
        let mut message = stage.deliveries(run).await.remove(0).row.into_active_model();
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

/// What a worker leaves that ends when a part of the messages is stored: of two, the first, which is given.
async fn is_half_composed(stage: &Stage<'_>, run: OccurrenceId) -> Message {
    let db = stage.app.reader();
    let mut messages = stage.deliveries(run).await;
    messages.remove(1).row.delete(db).await.unwrap();
    let first = messages.remove(0);
    let now = Ctx::system(stage.app).now;
    let mut row = first.row.clone().into_active_model();
    (row.phase, row.next_try_at) = (Set(DeliveryPhase::Queued), Set(Some(now)));
    row.update(db).await.unwrap();
    artifact::Entity::delete_many().filter(artifact::Column::OccurrenceId.eq(run)).exec(db).await.unwrap();
    let row = occurrence::ActiveModel {
        id: Unchanged(run),
        state: Set(OccurrenceState::Frozen),
        lease_until: Set(None),
        next_try_at: Set(Some(now)),
        ..Default::default()
    };
    row.update(db).await.unwrap();
    first
}

#[tokio::test]
async fn who_comes_after_a_worker_that_ended_while_it_composed_writes_what_is_missing_and_nothing_twice() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let server = SmtpServer::start(&["--fail", "rcpt:451:2"]);
        stage.sends_to(server.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let first = is_half_composed(&stage, run).await;
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Done], "{:?}", stage.log(run).await);
        let messages = stage.deliveries(run).await;
        assert_eq!(messages.len(), 2);
        assert_eq!(
            (&messages[0].message_id, &messages[0].mime),
            (&first.message_id, &first.mime),
            "as it was composed"
        );
        assert_eq!(server.count("kept"), 2);
        assert!(stage.log(run).await.iter().filter(|line| *line == "Wrote 2 messages.").count() == 2);

        // Who has another address by now has theirs already.
        let form = JobForm { recipients: "jonas@example.org\nmax@example.org".into(), ..mondays_at_ten() };
        let version = stage.schedule(id).await.version;
        schedules::update(&stage.mina(), id, version, &form).await.unwrap();
        stage.pass(TimeDelta::minutes(1));
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let first = is_half_composed(&stage, run).await;
        let moved = user::ActiveModel {
            id: Unchanged(stage.cast.jonas.id),
            email: Set(Some("moved@example.org".into())),
            ..Default::default()
        };
        moved.update(app.reader()).await.unwrap();
        stage.work().await;
        let to: Vec<String> = stage.deliveries(run).await.into_iter().map(|row| row.row.address).collect();
        assert_eq!(to, [first.address.as_str(), "max@example.org"]);

        // A run that ends before all of them are there has none: nobody sends to half a list.
        stage.pass(TimeDelta::minutes(1));
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        is_half_composed(&stage, run).await;
        run_actions::cancel(&stage.mina(), run).await.unwrap();
        assert_eq!(stage.states(id).await[2], OccurrenceState::Cancelled);
        assert!(stage.deliveries(run).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn whoever_composes_the_rest_of_a_run_gives_it_the_files_and_parts_that_were_frozen() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let refusing = SmtpServer::start(&["--fail", "rcpt:451"]);
        stage.sends_to(refusing.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        let before = ReportSpec { attachments: vec![AttachmentKind::Csv], ..ReportSpec::default() };
        let version = stage.schedule(id).await.version;
        report::choose(&stage.mina(), id, version, &before).await.unwrap();
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        is_half_composed(&stage, run).await;
        // Somebody chooses something else in between.
        let after = ReportSpec {
            attachments: vec![AttachmentKind::Json, AttachmentKind::Xlsx],
            sections: vec![Section::Summary],
            ..ReportSpec::default()
        };
        let version = stage.schedule(id).await.version;
        report::choose(&stage.mina(), id, version, &after).await.unwrap();
        let server = SmtpServer::start(&[]);
        stage.sends_to(server.port).await;
        stage.work().await;
        let looks = async |run: OccurrenceId| {
            let mut looks = Vec::new();
            for row in stage.deliveries(run).await {
                let parts = mailer::anatomy(&row.mime).unwrap().parts;
                let files: Vec<_> = parts.into_iter().filter(|part| part.is_attachment).map(|part| part.name).collect();
                let endings = files.into_iter().flatten().filter_map(|name| Some(name.rsplit_once('.')?.1.to_owned()));
                let html = mailer::read(&row.mime).unwrap().html.unwrap();
                looks.push((endings.collect::<Vec<_>>(), html.contains("Finish the report")));
            }
            looks
        };
        let frozen = (vec!["csv".to_owned()], true);
        assert_eq!(looks(run).await, [frozen.clone(), frozen], "{:?}", stage.log(run).await);
        stage.pass(TimeDelta::minutes(1));
        let next = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let chosen = (vec!["xlsx".to_owned(), "json".to_owned()], false);
        assert_eq!(looks(next).await, [chosen.clone(), chosen], "what was chosen is for later runs");
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
            if number == 1 {
                replace_frozen(&app, row.id, "no report").await;
            }
            let mut row = row.into_active_model();
            row.commit_id = Set(None);
            row.update(app.reader()).await.unwrap();
        }
        worker::keep_missing(&app).await.unwrap();
        let kept: Vec<_> = stage.runs(id).await.into_iter().map(|row| row.commit_id.is_some()).collect();
        assert_eq!(kept, [true, false], "the latest is looked at first");
    })
    .await;
}

#[tokio::test]
async fn however_many_reports_cannot_be_read_the_others_reach_the_archive() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let mut good = stage.runs(id).await.remove(0);
        good.commit_id = None;
        for number in 1..=20 {
            let bad = occurrence::ActiveModel {
                id: Set(OccurrenceId(Uuid::now_v7())),
                scheduled_at: Set(good.scheduled_at + TimeDelta::minutes(number)),
                ..good.clone().into_active_model().reset_all()
            };
            let bad = bad.insert(app.reader()).await.unwrap().id;
            let facts = occurrence_snapshot::ActiveModel { occurrence_id: Set(bad), snapshot: Set("no report".into()) };
            facts.insert(app.reader()).await.unwrap();
        }
        let missing = occurrence::ActiveModel { commit_id: Set(None), ..good.clone().into_active_model() };
        missing.update(app.reader()).await.unwrap();
        for _ in 0..2 {
            worker::keep_missing(&app).await.unwrap();
        }
        assert!(stage.runs(id).await[0].commit_id.is_some(), "older than all that cannot be read, and not behind them");
    })
    .await;
}
