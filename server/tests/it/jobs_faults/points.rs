//! The program ends itself at each named point, and the next one goes on from there.

use app::{
    domain::{crash_point::CrashPoint, delivery::DeliveryPhase, occurrence::OccurrenceState},
    testing::TestApp,
};
use chrono::TimeDelta;
use futures::future::join_all;

use super::stage::Stage;

/// As many at a time as keep two cores busy.
const AT_A_TIME: usize = 5;

/// The points at which PostgreSQL and SQLite go different ways: leases that run out, rows that are locked.
const ON_POSTGRES: [CrashPoint; 8] = [
    CrashPoint::PlanInserted,
    CrashPoint::Planned,
    CrashPoint::Claimed,
    CrashPoint::PartStored,
    CrashPoint::SendingBegun,
    CrashPoint::DataSent,
    CrashPoint::DotSent,
    CrashPoint::Answered,
];

/// What the dead process has left: the state of the first run, the phase of its second message, and how many messages
/// the mail server has taken.
type Left = (Option<OccurrenceState>, Option<DeliveryPhase>, usize);

fn left(point: CrashPoint) -> Left {
    use OccurrenceState::*;
    match point {
        CrashPoint::PlanInserted => (None, None, 0),
        CrashPoint::Planned => (Some(Planned), None, 0),
        CrashPoint::Claimed => (Some(Claimed), None, 0),
        CrashPoint::BuildBegun | CrashPoint::Built => (Some(Building), None, 0),
        CrashPoint::Frozen | CrashPoint::Rendered => (Some(Frozen), None, 0),
        CrashPoint::PartStored => (Some(Frozen), Some(DeliveryPhase::Queued), 0),
        CrashPoint::SendingBegun => (Some(Sending), Some(DeliveryPhase::Queued), 0),
        CrashPoint::Connecting | CrashPoint::Envelope => (Some(Sending), Some(DeliveryPhase::Connecting), 1),
        CrashPoint::DataSent => (Some(Sending), Some(DeliveryPhase::DataSent), 1),
        CrashPoint::DotSent => (Some(Sending), Some(DeliveryPhase::DataSent), 2),
        CrashPoint::Answered => (Some(Sending), Some(DeliveryPhase::Accepted), 2),
        CrashPoint::AllSent | CrashPoint::Committed => (Some(Sending), Some(DeliveryPhase::Accepted), 3),
    }
}

/// Points of a message are met in the second one, in the middle of the run.
fn times(point: CrashPoint) -> u32 {
    use CrashPoint::*;
    match point {
        Connecting | Envelope | DataSent | DotSent | Answered => 2,
        _ => 1,
    }
}

async fn survives(app: TestApp, point: CrashPoint) {
    let stage = Stage::new(app, &[]).await;
    // Two instants have come and nobody has planned them.
    let (job, instants) = stage.job(TimeDelta::hours(2)).await;
    let at = format!("{point}:{}", times(point));
    stage.has_died(stage.start(&[("AUTOREPORT_TEST_CRASH_AT", &at)])).await;
    let runs = stage.runs(job).await;
    let messages = match runs.first() {
        Some(run) => stage.messages(run.id).await,
        None => Vec::new(),
    };
    let found: Left =
        (runs.first().map(|run| run.state), messages.get(1).map(|message| message.phase), stage.server.count("kept"));
    assert_eq!(found, left(point), "{point} stands where its words say");

    let program = stage.start(&[]);
    stage.finish(job, instants.len(), &program).await;
    drop(program);
    let uncertain = stage.check(job, &instants).await;
    assert_eq!(uncertain, usize::from(point.leaves_uncertainty()), "{point}");
    stage.check_archive(job).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_dies_at_any_named_point_loses_nothing_and_sends_nothing_twice() {
    for points in CrashPoint::ALL.chunks(AT_A_TIME) {
        join_all(points.iter().map(|&point| async move { survives(TestApp::on_sqlite().await, point).await })).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_the_next_program_takes_over_when_the_lease_has_run_out() {
    for points in ON_POSTGRES.chunks(AT_A_TIME) {
        let each = points.iter().map(|&point| async move {
            if let Some(app) = TestApp::on_postgres().await {
                survives(app, point).await;
            }
        });
        join_all(each).await;
    }
}
