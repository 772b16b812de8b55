//! The connections of a mail account, when several instances share it.

use std::time::Duration;

use app::{domain::ids::AccountId, platform::state::AppState, testing::TestApp};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(5);

/// Whether an account that may have two connections has one left for this instance.
async fn has_one_of_two(app: &AppState, account: AccountId) -> bool {
    app.mail_lines.take_free(account, 2).await.is_some()
}

#[tokio::test]
async fn instances_on_one_database_have_no_more_connections_together_than_the_account_may() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let other = app.second_instance().await;
    let account = AccountId(Uuid::now_v7());
    let first = app.mail_lines.take_free(account, 2).await.unwrap();
    let second = other.mail_lines.take_free(account, 2).await.unwrap();
    assert!(!has_one_of_two(&app, account).await && !has_one_of_two(&other, account).await);
    assert!(has_one_of_two(&app, AccountId(Uuid::now_v7())).await, "another account has its own");

    let (third, ()) = tokio::join!(app.mail_lines.take(account, 2, PATIENCE), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        drop(second);
    });
    assert!(third.is_some(), "whoever waits gets what the other gives back");
    assert!(!has_one_of_two(&other, account).await);
    drop((first, third));
    let (one, two) = (
        other.mail_lines.take(account, 2, PATIENCE).await.unwrap(),
        other.mail_lines.take(account, 2, PATIENCE).await.unwrap(),
    );
    assert!(!has_one_of_two(&app, account).await, "one instance may have all of them");
    drop((one, two));
}

#[tokio::test]
async fn what_a_killed_instance_had_is_free_at_once_and_who_loses_the_database_goes_on() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let other = app.second_instance().await;
    let account = AccountId(Uuid::now_v7());
    let held = other.mail_lines.take_free(account, 1).await.unwrap();
    assert!(app.mail_lines.take_free(account, 1).await.is_none());
    // As the database sees a process that is killed: its session ends.
    let end = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    app.reader().execute_unprepared(end).await.unwrap();
    let taken = app.mail_lines.take(account, 1, PATIENCE).await;
    assert!(taken.is_some());
    drop(held);
    let elsewhere = AccountId(Uuid::now_v7());
    assert!(other.mail_lines.take_free(elsewhere, 1).await.is_some(), "over a session of its own again");
    let again = other.mail_lines.take(account, 1, Duration::from_secs(1)).await;
    assert!(again.is_none(), "which counts as before");
}
