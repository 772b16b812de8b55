//! The clock of the machine is set an hour forward and back while the program runs.

use std::time::Duration;

use app::testing::TestApp;
use chrono::TimeDelta;

use super::stage::{RECIPIENTS, Stage};

/// Longer than from one look at the schedules to the next.
const A_LOOK: Duration = Duration::from_secs(4);

async fn is_set(app: TestApp) {
    // The first message is refused for now: it waits when the clock is set back.
    let stage = Stage::new(app, &["--fail", "mail:451:1"]).await;
    let (job, instants) = stage.job(TimeDelta::zero()).await;
    let program = stage.start(&[]);
    stage.pass(TimeDelta::hours(1));
    stage.until_taken(RECIPIENTS - 1).await;
    stage.pass(TimeDelta::hours(-1));
    // It waits no longer than before: not for as long as the step was.
    stage.until_taken(RECIPIENTS).await;
    tokio::time::sleep(A_LOOK).await;
    assert_eq!(stage.runs(job).await.len(), 1, "what was planned is not planned again");
    assert_eq!(stage.server.count("kept"), RECIPIENTS, "and what was sent is not sent again");

    stage.pass(TimeDelta::hours(2));
    stage.finish(job, 2, &program).await;
    drop(program);
    assert_eq!(stage.check(job, &instants).await, 0);
    assert_eq!(stage.server.count("kept"), 2 * RECIPIENTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_an_hour_forward_and_back_plans_and_sends_nothing_twice() {
    is_set(TestApp::on_sqlite().await).await;
    if let Some(app) = TestApp::on_postgres().await {
        is_set(app).await;
    }
}
