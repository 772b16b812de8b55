//! A reminder dies at the points that all kinds of jobs have, and the next program goes on from there.

use app::{
    domain::{crash_point::CrashPoint, delivery::DeliveryPhase, occurrence::OccurrenceState},
    testing::TestApp,
};
use futures::future::join_all;

use super::stage::Stage;

const POINTS: [CrashPoint; 6] = [
    CrashPoint::BuildBegun,
    CrashPoint::Built,
    CrashPoint::Frozen,
    CrashPoint::Rendered,
    CrashPoint::PartStored,
    CrashPoint::SendingBegun,
];

async fn survives(app: TestApp, point: CrashPoint) {
    let stage = Stage::new(app, &[]).await;
    let job = stage.reminder_by_hand().await;
    stage.run_by_hand(job).await;
    stage.has_died(stage.start(&[("AUTOREPORT_TEST_CRASH_AT", point.as_str())])).await;
    let left = match point {
        CrashPoint::BuildBegun | CrashPoint::Built => OccurrenceState::Building,
        CrashPoint::SendingBegun => OccurrenceState::Sending,
        _ => OccurrenceState::Frozen,
    };
    assert_eq!(stage.runs(job).await[0].state, left, "{point} stands where its words say");
    let program = stage.start(&[]);
    stage.finish(job, 1, &program).await;
    let run = stage.runs(job).await.remove(0);
    assert_eq!(run.state, OccurrenceState::Done, "{point}: {:?}", stage.log(job).await);
    let messages = stage.messages(run.id).await;
    assert_eq!(messages.iter().map(|one| one.phase).collect::<Vec<_>>(), [DeliveryPhase::Accepted], "{point}");
    assert_eq!(stage.server.count("kept"), 1, "{point}");
    // Whatever was written down before the end, it is remembered once.
    stage.run_by_hand(job).await;
    stage.finish(job, 2, &program).await;
    assert_eq!(stage.runs(job).await[1].state, OccurrenceState::Skipped, "{point}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_whose_program_dies_at_any_of_its_points_comes_once() {
    join_all(POINTS.iter().map(|&point| async move { survives(TestApp::on_sqlite().await, point).await })).await;
}
