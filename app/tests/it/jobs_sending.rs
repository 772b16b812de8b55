//! Long lists: many messages that several connections bring to a mail server; on both databases.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use app::{
    domain::{
        delivery::DeliveryPhase,
        ids::{OccurrenceId, ScheduleId},
        occurrence::{LEASE, OccurrenceState},
    },
    jobs::{
        form::JobForm,
        service::{runs, worker},
    },
    mail::service::gate,
    testing::{Message, TestApp, each_database, smtp_server::SmtpServer},
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, TransactionTrait};

use super::jobs_stage::{Stage, many};

/// A job that sends to a server over so many connections.
async fn job(stage: &Stage<'_>, server: &SmtpServer, form: &JobForm, connections: &str) -> ScheduleId {
    let account = stage.sends_to(server.port).await;
    gate::save_limits(&stage.mina(), account, "", connections).await.unwrap();
    stage.job(form).await
}

/// Runs a job by hand.
async fn run(stage: &Stage<'_>, id: ScheduleId) -> (OccurrenceId, Vec<Message>) {
    let run = runs::start(&stage.mina(), id).await.unwrap();
    stage.work().await;
    (run, stage.deliveries(run).await)
}

#[tokio::test]
async fn everybody_of_a_list_of_several_parts_gets_their_own_message_once_and_its_row_has_the_answer_to_it() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let id = job(&stage, &server, &many(120), "4").await;
        let (run, rows) = run(&stage, id).await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Done], "{:?}", stage.log(run).await);
        let addresses: Vec<String> = rows.iter().map(|row| row.address.clone()).collect();
        let expected: Vec<String> = (0..120).map(|number| format!("r{number}@example.org")).collect();
        assert_eq!(addresses, expected, "in the order of the list");
        assert!(rows.iter().all(|row| row.phase == DeliveryPhase::Accepted && row.attempts == 1));
        assert!(rows.iter().all(|row| row.next_try_at.is_none() && row.reason.is_none()));

        // What the server said of each message, by its Message-ID.
        let taken: HashMap<String, (String, String)> = server
            .ledger()
            .iter()
            .filter(|line| line["event"] == "accepted")
            .map(|line| {
                let words = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
                let file = words(&line["file"]).trim_end_matches(".eml").to_owned();
                (words(&line["message_id"]), (words(&line["rcpt_tos"][0]), file))
            })
            .collect();
        assert_eq!((taken.len(), server.count("accepted")), (120, 120), "each once");
        for row in &rows {
            let (to, file) = &taken[&format!("<{}>", row.message_id)];
            assert_eq!(to, &row.address);
            let reply = row.reply.as_deref().unwrap();
            assert!(reply.contains(&format!("queued as {file}")), "{}: {reply}", row.address);
        }
        let log = stage.log(run).await;
        let told: HashSet<&str> =
            log.iter().filter_map(|line| line.split_once(": delivered.")).map(|(to, _)| to).collect();
        assert_eq!(told.len(), 120, "the log has a line for each");
        assert_eq!(log.iter().filter(|line| line.contains(": delivered.")).count(), 120);
        let connections = server.count("connect");
        assert!((1..=4).contains(&connections), "{connections}");
        assert_eq!(server.count("rset"), 120 - connections, "the others go over connections that are open");
    })
    .await;
}

#[tokio::test]
async fn refusals_among_many_messages_concern_those_that_were_refused() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:554:3", "--fail", "data:451:2"]);
        let stage = Stage::new(&app).await;
        let id = job(&stage, &server, &many(40), "3").await;
        let (run, rows) = run(&stage, id).await;
        let count = |phase| rows.iter().filter(|row| row.phase == phase).count();
        assert_eq!(count(DeliveryPhase::Failed), 3, "{:?}", stage.log(run).await);
        assert_eq!((count(DeliveryPhase::Deferred), count(DeliveryPhase::Accepted)), (2, 35));
        for row in &rows {
            let reply = row.reply.as_deref().unwrap();
            let said = match row.phase {
                DeliveryPhase::Failed => "refused at rcpt",
                DeliveryPhase::Deferred => "refused at data",
                _ => "queued as",
            };
            assert!(reply.contains(said), "{}: {reply}", row.address);
            assert_eq!(row.next_try_at.is_some(), row.phase == DeliveryPhase::Deferred, "{}", row.address);
        }
        assert_eq!(server.count("kept"), 35);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_takes_one_message_per_connection_gets_the_next_over_a_new_one_and_none_twice() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        for options in [["--fail", "rset:421"], ["--fail", "rset:554"], ["--reset", "rset"]] {
            let server = SmtpServer::start(&options);
            let form = JobForm { name: format!("Over {}", options[1]), ..many(4) };
            let id = job(&stage, &server, &form, "1").await;
            let (run, rows) = run(&stage, id).await;
            assert_eq!(stage.states(id).await, [OccurrenceState::Done], "{options:?}: {:?}", stage.log(run).await);
            assert!(rows.iter().all(|row| row.phase == DeliveryPhase::Accepted && row.attempts == 1), "{options:?}");
            assert_eq!((server.count("kept"), server.count("connect")), (4, 4), "{options:?}");
        }
    })
    .await;
}

/// Has the database forget from now on that the message to an address came to a phase, as one does whose machine lost its
/// power before that was on the disk.
async fn forget(app: &TestApp, phase: &str, address: &str) {
    let of_it = format!("NEW.phase = '{phase}' AND NEW.address = '{address}'");
    let statements = if app.db.is_postgres() {
        vec![
            "CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$".to_owned(),
            format!(
                "CREATE TRIGGER forget BEFORE UPDATE ON delivery FOR EACH ROW WHEN ({of_it}) EXECUTE FUNCTION forget()"
            ),
        ]
    } else {
        vec![format!("CREATE TRIGGER forget BEFORE UPDATE ON delivery WHEN {of_it} BEGIN SELECT RAISE(IGNORE); END")]
    };
    for statement in statements {
        app.reader().execute_unprepared(&statement).await.unwrap();
    }
}

/// Ends [`forget`].
async fn remember(app: &TestApp) {
    let statement = if app.db.is_postgres() { "DROP TRIGGER forget ON delivery" } else { "DROP TRIGGER forget" };
    app.reader().execute_unprepared(statement).await.unwrap();
}

#[tokio::test]
async fn a_message_whose_answer_was_forgotten_is_unknown_and_not_sent_again() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let id = job(&stage, &server, &many(3), "1").await;
        forget(&app, "accepted", "r1@example.org").await;
        let (run, rows) = run(&stage, id).await;
        let phases: Vec<DeliveryPhase> = rows.iter().map(|row| row.phase).collect();
        assert_eq!(phases, [DeliveryPhase::Accepted, DeliveryPhase::Uncertain, DeliveryPhase::Accepted]);
        assert_eq!(stage.states(id).await, [OccurrenceState::Partly]);
        let log = stage.log(run).await;
        assert!(log.iter().any(|line| line.starts_with("r1@example.org: unknown whether it arrived.")), "{log:?}");
        assert_eq!(server.count("kept"), 3, "each once");
        stage.pass(LEASE);
        assert_eq!((stage.work().await, server.count("kept")), (0, 3), "a person decides");
    })
    .await;
}

#[tokio::test]
async fn a_message_of_which_was_forgotten_that_it_was_taken_up_is_not_sent_until_somebody_takes_it_up_again() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let id = job(&stage, &server, &many(3), "1").await;
        forget(&app, "connecting", "r1@example.org").await;
        let (run, rows) = run(&stage, id).await;
        let phases: Vec<DeliveryPhase> = rows.iter().map(|row| row.phase).collect();
        assert_eq!(phases, [DeliveryPhase::Accepted, DeliveryPhase::Queued, DeliveryPhase::Queued]);
        assert_eq!((stage.states(id).await, server.count("kept")), (vec![OccurrenceState::Sending], 1));
        remember(&app).await;
        stage.pass(LEASE);
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Done], "{:?}", stage.log(run).await);
        let rows = stage.deliveries(run).await;
        assert!(rows.iter().all(|row| row.phase == DeliveryPhase::Accepted && row.attempts == 1));
        assert_eq!(server.count("kept"), 3, "each once");
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_a_crashed_database_has_forgotten_is_stored_again_by_the_process_that_has_it() {
    // The first one, which nobody noticed, and the last one, behind which nothing comes.
    for forgotten in ["r0@example.org", "r2@example.org"] {
        let Some(app) = TestApp::on_postgres().await else { return };
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let id = job(&stage, &server, &many(3), "1").await;
        // The first time, which waits for no disk.
        for statement in [
            "CREATE SEQUENCE told",
            "CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF nextval('told') = 1 THEN RETURN NULL; END IF; RETURN NEW; END $$",
            &format!(
                "CREATE TRIGGER forget BEFORE UPDATE ON delivery FOR EACH ROW
                    WHEN (NEW.phase = 'accepted' AND NEW.address = '{forgotten}') EXECUTE FUNCTION forget()"
            ),
        ] {
            app.reader().execute_unprepared(statement).await.unwrap();
        }
        let (run, rows) = run(&stage, id).await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Done], "{forgotten}: {:?}", stage.log(run).await);
        assert!(rows.iter().all(|row| row.phase == DeliveryPhase::Accepted && row.attempts == 1), "{forgotten}");
        assert_eq!(server.count("kept"), 3, "each once");
    }
}

/// Ends the transaction in which an answer is stored, and all other connections of the program with it.
async fn break_off_the_answer(server: &SmtpServer, elsewhere: &DatabaseConnection) {
    let begun = Instant::now();
    let soon = || {
        assert!(begun.elapsed() < Duration::from_secs(25), "the answer was never waited for");
        tokio::time::sleep(Duration::from_millis(5))
    };
    while server.count("kept") < 1 {
        soon().await;
    }
    // The answer comes later: it finds its run locked.
    let lock = elsewhere.begin().await.unwrap();
    lock.execute_unprepared("SELECT id FROM occurrence FOR UPDATE").await.unwrap();
    let count = async |what: &str| -> i64 {
        let others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let sql = format!("SELECT count({what}) {others} AND backend_type = 'client backend'");
        // A transaction sees others as they were when it first looked.
        lock.execute_unprepared("SELECT pg_stat_clear_snapshot()").await.unwrap();
        let row = lock.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    };
    while count("CASE WHEN wait_event_type = 'Lock' THEN 1 END").await < 1 {
        soon().await;
    }
    assert!(count("pg_terminate_backend(pid, 5000)").await >= 1);
    lock.rollback().await.unwrap();
}

#[tokio::test]
async fn an_answer_is_stored_although_the_database_restarts_in_the_middle_of_it() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let server = SmtpServer::start(&["--accept-delay", "3000"]);
    let stage = Stage::new(&app).await;
    let id = job(&stage, &server, &many(1), "1").await;
    let elsewhere = Database::connect(app.url()).await.unwrap();
    let run = runs::start(&stage.mina(), id).await.unwrap();
    let claim = worker::claim(&app, "a test").await.unwrap().unwrap();
    let broken = async { tokio::join!(worker::work(&app, claim), break_off_the_answer(&server, &elsewhere)).0 };
    // Whether the run itself goes on depends on the connection that it reads by next; else it does after its lease, when
    // connections are asked again whether they are there.
    let _ = tokio::time::timeout(Duration::from_secs(30), broken).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    stage.pass(LEASE * 2);
    stage.work().await;
    let rows = stage.deliveries(run).await;
    assert_eq!(stage.states(id).await, [OccurrenceState::Done], "{:?}", stage.log(run).await);
    assert_eq!((rows[0].phase, rows[0].attempts), (DeliveryPhase::Accepted, 1));
    assert_eq!(server.count("kept"), 1);
}
