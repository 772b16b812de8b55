//! The files of a report are changed while its messages are composed: those of one run are all the same.

use app::{
    domain::{crash_point::CrashPoint, occurrence::OccurrenceState, report::spec::AttachmentKind},
    platform::mailer,
    testing::TestApp,
};

use super::stage::Stage;

/// More than are composed before they are stored.
const RECIPIENTS: usize = 60;

async fn all_get_the_same(app: TestApp) {
    let stage = Stage::new(app, &[]).await;
    let job = stage.job_with_files(RECIPIENTS, &[AttachmentKind::Csv]).await;
    stage.run_by_hand(job).await;
    let at = CrashPoint::PartStored.as_str();
    stage.has_died(stage.start(&[("AUTOREPORT_TEST_CRASH_AT", at)])).await;
    let run = stage.runs(job).await.remove(0);
    let stored = stage.messages(run.id).await.len();
    assert_eq!(run.state, OccurrenceState::Frozen);
    assert!((1..RECIPIENTS).contains(&stored), "{stored} messages were there before the others");

    stage.choose_files(job, &[AttachmentKind::Json, AttachmentKind::Xlsx]).await;
    let program = stage.start(&[]);
    stage.finish(job, 1, &program).await;
    let messages = stage.messages(run.id).await;
    assert_eq!(messages.len(), RECIPIENTS, "{:?}", stage.log(job).await);
    for message in messages {
        let parts = mailer::anatomy(&message.mime).unwrap().parts;
        let files: Vec<String> =
            parts.into_iter().filter(|part| part.is_attachment).filter_map(|part| part.name).collect();
        assert!(matches!(files.as_slice(), [one] if one.ends_with(".csv")), "{}: {files:?}", message.address);
    }
    assert_eq!(stage.server.count("kept"), RECIPIENTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_composed_by_two_programs_has_the_same_files_for_all() {
    all_get_the_same(TestApp::on_sqlite().await).await;
    if let Some(app) = TestApp::on_postgres().await {
        all_get_the_same(app).await;
    }
}
