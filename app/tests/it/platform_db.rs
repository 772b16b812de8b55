//! Write transactions: which of them wait for the disk, on both engines.

use std::time::Duration;

use app::testing::{TestApp, each_database};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};

/// What the database says of a setting.
async fn setting(db: &impl ConnectionTrait, sqlite: &str, postgres: &str) -> String {
    let backend = db.get_database_backend();
    let is_postgres = backend == DbBackend::Postgres;
    let statement = Statement::from_string(backend, if is_postgres { postgres } else { sqlite });
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    if is_postgres { row.try_get_by_index(0).unwrap() } else { row.try_get_by_index::<i64>(0).unwrap().to_string() }
}

async fn waits(db: &impl ConnectionTrait) -> String {
    setting(db, "PRAGMA synchronous", "SHOW synchronous_commit").await
}

async fn notes(db: &impl ConnectionTrait) -> String {
    let sql = "SELECT count(*) FROM hasty_note";
    setting(db, sql, "SELECT count(*)::text FROM hasty_note").await
}

#[tokio::test]
async fn a_hasty_transaction_waits_for_no_disk_and_all_others_do_as_ever() {
    each_database(async |app| {
        let begun = app.db.begin_write().await.unwrap();
        let usual = waits(&*begun).await;
        begun.execute_unprepared("CREATE TABLE hasty_note (number integer)").await.unwrap();
        begun.commit().await.unwrap();

        let hasty = app.db.begin_hasty().await.unwrap();
        let is_postgres = app.db.is_postgres();
        assert_eq!(waits(&*hasty).await, if is_postgres { "off" } else { "1" });
        if !is_postgres {
            assert_eq!(usual, "2", "SQLite waits for the disk");
            assert_eq!(setting(&*hasty, "PRAGMA foreign_keys", "").await, "1", "it is like any other otherwise");
            let second = tokio::time::timeout(Duration::from_millis(50), app.db.begin_write()).await;
            assert!(second.is_err(), "one writer at a time");
        }
        hasty.execute_unprepared("INSERT INTO hasty_note VALUES (1)").await.unwrap();
        hasty.commit().await.unwrap();
        assert_eq!(notes(app.reader()).await, "1", "everybody sees it at once");

        let dropped = app.db.begin_hasty().await.unwrap();
        dropped.execute_unprepared("INSERT INTO hasty_note VALUES (2)").await.unwrap();
        drop(dropped);
        let next = app.db.begin_write().await.unwrap();
        assert_eq!((notes(&*next).await.as_str(), waits(&*next).await), ("1", usual), "and the next one waits again");
    })
    .await;
}

#[tokio::test]
async fn who_writes_notices_nothing_of_connections_that_ended_a_moment_ago() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let elsewhere = Database::connect(app.url()).await.unwrap();
    for is_hasty in [false, true] {
        let begun: Vec<_> = futures::future::join_all((0..6).map(|_| app.db.begin_write())).await;
        let kept = begun.into_iter().collect::<Result<Vec<_>, _>>().unwrap();
        for tx in kept {
            tx.commit().await.unwrap();
        }
        while app.db.pool_state().idle < 6 {
            // What was used goes back to the pool beside us.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // As the program sees a server that restarts.
        let end = "SELECT count(pg_terminate_backend(pid, 5000))::text FROM pg_stat_activity \
                   WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        let ended: usize = setting(&elsewhere, "", end).await.parse().unwrap();
        assert!(ended >= 6, "{ended}");
        let tx = if is_hasty { app.db.begin_hasty().await } else { app.db.begin_write().await }.unwrap();
        tx.execute_unprepared("SELECT 1").await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn postgres_spends_no_time_on_its_slow_compression_of_what_is_large() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let sql = "SELECT string_agg(attrelid::regclass || '.' || attname, ' ' ORDER BY attrelid::regclass::text) \
        FROM pg_attribute WHERE attcompression = 'l' OR (attstorage = 'e' AND attnum > 0)";
    let quick = setting(app.reader(), "", sql).await;
    for column in ["delivery_content.mime", "outbox_message.mime", "occurrence_snapshot.snapshot", "artifact.bytes"] {
        assert!(quick.contains(column), "{column} in {quick}");
    }
    assert!(!quick.contains("occurrence.snapshot"), "the hash of the data is not large: {quick}");
}
