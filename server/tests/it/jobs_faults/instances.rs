//! Two programs over one PostgreSQL: one is killed, or stopped past its lease and woken again.

use app::{
    domain::{delivery::DeliveryPhase, occurrence::LEASE},
    testing::{Message, TestApp},
};
use chrono::TimeDelta;

use super::stage::{RECIPIENTS, Stage};

/// The mail server takes its time to answer: whoever is stopped meanwhile has sent a message and does not know it.
const SLOWLY: [&str; 2] = ["--accept-delay", "1500"];

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_stopped_past_its_lease_writes_nothing_when_it_wakes() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let stage = Stage::new(app, &SLOWLY).await;
    let job = stage.job_by_hand().await;
    let instant = stage.run_by_hand(job).await;
    let mut sleeper = stage.start(&[]);
    stage.until_taken(1).await;
    sleeper.signal("STOP");
    stage.pass(LEASE + TimeDelta::seconds(1));
    let other = stage.start(&[]);
    stage.finish(job, 1, &other).await;
    let run = stage.runs(job).await.remove(0);
    let phases =
        |messages: Vec<Message>| -> Vec<DeliveryPhase> { messages.into_iter().map(|message| message.phase).collect() };
    let expected = [DeliveryPhase::Uncertain, DeliveryPhase::Accepted, DeliveryPhase::Accepted];
    assert_eq!(phases(stage.messages(run.id).await), expected);

    sleeper.signal("CONT");
    // It hears that its message was taken, finds that the run is another's, and says goodbye to the mail server.
    stage.until("two goodbyes", || stage.server.count("quit") == 2).await;
    assert!(sleeper.is_running());
    assert_eq!(phases(stage.messages(run.id).await), expected, "its fence is refused");
    let after = stage.runs(job).await.remove(0);
    assert_eq!((after.fence, after.state, after.reason), (run.fence, run.state, run.reason));
    assert_eq!(stage.server.count("kept"), RECIPIENTS);
    assert_eq!(stage.check(job, &[instant]).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_one_of_two_programs_is_killed_the_other_goes_on() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let stage = Stage::new(app, &SLOWLY).await;
    let job = stage.job_by_hand().await;
    let instant = stage.run_by_hand(job).await;
    let first = stage.start(&[]);
    stage.until_taken(1).await;
    let mut other = stage.start(&[]);
    stage.kill(first);
    stage.finish(job, 1, &other).await;
    assert!(other.is_running());
    assert_eq!(stage.check(job, &[instant]).await, 1, "the message whose answer was not heard");
    let log = stage.log(job).await;
    assert!(log.iter().any(|words| words.starts_with("Its worker fell silent")), "{log:?}");
    stage.check_archive(job).await;
}
