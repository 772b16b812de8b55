//! The frozen data of runs, which stand apart from the rows of these: where they are, and until when.

use std::collections::BTreeSet;

use app::{
    domain::{ids::OccurrenceId, occurrence::OccurrenceState},
    entities::{occurrence, occurrence_snapshot},
    jobs::service::runs::{self, Ending},
    testing::{TestApp, each_database, frozen, removed, sent_report},
};
use chrono::TimeDelta;
use migration::MigratorTrait;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ConnectionTrait, EntityTrait, PaginatorTrait, QueryResult, Statement,
};

use super::jobs_stage::{Stage, mondays_at_ten};

async fn row(app: &TestApp, run: OccurrenceId) -> occurrence::Model {
    occurrence::Entity::find_by_id(run).one(app.reader()).await.unwrap().unwrap()
}

async fn count(app: &TestApp) -> u64 {
    occurrence_snapshot::Entity::find().count(app.reader()).await.unwrap()
}

async fn asked(db: &impl ConnectionTrait, sql: &str) -> Vec<QueryResult> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.query_all_raw(statement).await.unwrap()
}

#[tokio::test]
async fn the_row_of_a_run_holds_none_of_its_data_and_they_go_with_it() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Done]);
        let told = "Write the report";
        assert!(frozen(&app, run).await.unwrap().contains(told));
        let rows = asked(app.reader(), "SELECT * FROM occurrence").await;
        let texts = |row: &QueryResult| -> Vec<String> {
            let text = |name: String| row.try_get::<Option<String>>("", &name).ok().flatten();
            row.column_names().into_iter().filter_map(text).collect()
        };
        let texts: Vec<String> = rows.iter().flat_map(texts).collect();
        assert!(texts.contains(&row(&app, run).await.snapshot_hash.unwrap()), "its texts are read: {texts:?}");
        let large = texts.iter().find(|text| text.contains(told) || text.len() > 4_000);
        assert_eq!(large, None, "it is written anew with each step");
        assert_eq!(count(&app).await, 1);
        occurrence::Entity::delete_by_id(run).exec(app.reader()).await.unwrap();
        assert_eq!(count(&app).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_try_that_freezes_anew_replaces_what_an_earlier_one_has_frozen() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        let run = runs::start_as(&stage.mina(), id, Ending::Draft).await.unwrap();
        stage.work().await;
        let (before, first) = (row(&app, run).await, frozen(&app, run).await);
        assert_eq!((before.state, first.is_some()), (OccurrenceState::Frozen, true), "no message of it is written yet");

        // As if nobody had frozen it, five minutes later.
        stage.pass(TimeDelta::minutes(5));
        let anew = occurrence::ActiveModel {
            id: Unchanged(run),
            scheduled_at: Set(app.clock.now()),
            state: Set(OccurrenceState::Planned),
            is_held: Set(false),
            wants_draft: Set(false),
            next_try_at: Set(None),
            ..Default::default()
        };
        anew.update(app.reader()).await.unwrap();
        stage.work().await;
        let (after, second) = (row(&app, run).await, frozen(&app, run).await);
        assert_eq!(after.state, OccurrenceState::Done, "{:?}", stage.log(run).await);
        assert!(second.is_some() && second != first, "it is of another moment");
        assert!(after.snapshot_hash.is_some() && after.snapshot_hash != before.snapshot_hash);
        assert_eq!(count(&app).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_runs_froze_before_it_stood_apart_stays_theirs() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let project = stage.project.id;
        let (kept, gone) = (sent_report(&app, project).await, sent_report(&app, project).await);
        removed(&app, gone, 6).await;
        let id = stage.job(&mondays_at_ten()).await;
        let open = runs::start(&stage.mina(), id).await.unwrap();
        let data = frozen(&app, kept).await;
        let mut hashes = Vec::new();
        for run in [kept, gone, open] {
            hashes.push(row(&app, run).await.snapshot_hash);
        }

        let names = migration::known_names();
        let place = names.iter().position(|name| name == "m0038_occurrence_snapshot").unwrap();
        let steps = u32::try_from(names.len() - place).unwrap();
        // On one connection: another one of the pool may still know the tables as they were.
        let tx = stage.mina().begin().await.unwrap();
        migration::Migrator::down(&*tx, Some(steps)).await.unwrap();
        let text = |row: &QueryResult, name: &str| row.try_get::<Option<String>>("", name).unwrap();
        let rows = asked(&*tx, "SELECT snapshot, snapshot_hash FROM occurrence").await;
        let old: BTreeSet<_> = rows.iter().map(|row| (text(row, "snapshot"), text(row, "snapshot_hash"))).collect();
        let was = [data.clone(), Some(String::new()), None].into_iter().zip(hashes.clone()).collect();
        assert_eq!(old, was, "as a program of before leaves them: nothing but empty text of what was removed");

        migration::Migrator::up(&*tx, None).await.unwrap();
        tx.commit().await.unwrap();
        assert!(data.is_some() && frozen(&app, kept).await == data);
        assert_eq!(count(&app).await, 1);
        for (run, hash) in [kept, gone, open].into_iter().zip(hashes) {
            assert_eq!(row(&app, run).await.snapshot_hash, hash);
        }
        let done = Set(OccurrenceState::Done);
        let without = occurrence::ActiveModel { id: Unchanged(open), state: done, ..Default::default() };
        assert!(without.update(app.reader()).await.is_err(), "what has sent something has frozen it");
    })
    .await;
}
