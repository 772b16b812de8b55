//! What the program stands on goes away while it sends: its database, or the room on its disk.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use app::{domain::occurrence::LEASE, testing::TestApp};
use chrono::TimeDelta;

use super::stage::{Program, RECIPIENTS, Stage};

/// What the program says of a write that fails.
const FULL: &str = "the database cannot be written; the disk may be full";

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_when_there_is_room_again_the_run_goes_on() {
    let stage = Stage::new(TestApp::on_sqlite().await, &["--accept-delay", "300"]).await;
    let job = stage.job_by_hand().await;
    let instant = stage.run_by_hand(job).await;
    let mut program = stage.start(&[]);
    stage.until_taken(1).await;
    limit_files(&program, "1:");
    stage.until("words", || program.log().contains(FULL)).await;
    // It gives its run up; what it sends meanwhile, it cannot write down.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(stage.server.count("kept") <= 2, "without writing it down first, nothing is sent");
    limit_files(&program, "unlimited:");
    stage.pass(LEASE + TimeDelta::seconds(1));
    stage.finish(job, 1, &program).await;
    assert!(program.is_running());
    drop(program);
    let uncertain = stage.check(job, &[instant]).await;
    assert!(uncertain <= 1, "{uncertain}");
    stage.check_archive(job).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_due_while_the_disk_is_full_is_planned_once_as_soon_as_there_is_room() {
    let stage = Stage::new(TestApp::on_sqlite().await, &[]).await;
    let (job, instants) = stage.job(TimeDelta::zero()).await;
    let mut program = stage.start(&[]);
    stage.pass(TimeDelta::hours(1));
    stage.finish(job, 1, &program).await;
    limit_files(&program, "1:");
    stage.pass(TimeDelta::hours(1));
    stage.until("words", || program.log().contains(FULL)).await;
    assert_eq!(stage.runs(job).await.len(), 1, "what cannot be written is not done");
    assert_eq!(stage.server.count("kept"), RECIPIENTS);
    limit_files(&program, "unlimited:");
    stage.finish(job, 2, &program).await;
    assert!(program.is_running());
    drop(program);
    assert_eq!(stage.check(job, &instants).await, 0);
    stage.check_archive(job).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_only_the_archive_has_no_room_the_report_is_sent_and_kept_as_soon_as_there_is_room() {
    // Its database is elsewhere; the repository of the archive is still to be made.
    let Some(app) = TestApp::on_postgres().await else { return };
    let stage = Stage::new(app, &["--accept-delay", "1000"]).await;
    let job = stage.job_by_hand().await;
    let instant = stage.run_by_hand(job).await;
    let mut program = stage.start(&[]);
    stage.until_taken(1).await;
    limit_files(&program, "1:");
    stage.finish(job, 1, &program).await;
    assert_eq!(stage.runs(job).await[0].commit_id, None, "{:?}", stage.log(job).await);
    let log = stage.log(job).await;
    assert!(log.iter().any(|words| words.starts_with("The report is not in the archive yet.")), "{log:?}");
    limit_files(&program, "unlimited:");
    assert!(program.is_running());
    drop(program);
    assert_eq!(stage.check(job, &[instant]).await, 0);
    stage.check_archive(job).await;
}

/// How large a file the program may write, as `SOFT:`; every write beyond it fails.
fn limit_files(program: &Program, limit: &str) {
    let id = program.id().to_string();
    let status = Command::new("prlimit").args(["--pid", &id, &format!("--fsize={limit}")]).status().unwrap();
    assert!(status.success(), "prlimit (util-linux): {status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_restarts_while_a_run_is_sent_changes_nothing() {
    restart_the_database(0).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "waits for time-outs: make soak"]
async fn a_database_that_is_away_for_longer_is_said_and_the_run_goes_on() {
    // Longer than the program waits for a connection.
    let log = restart_the_database(15).await;
    assert!(log.contains("database not reachable"), "{log}");
}

/// Sends over a PostgreSQL of its own that ends like a crash in the middle, and is away for some seconds. Gives what the
/// program has logged.
async fn restart_the_database(away: u32) -> String {
    let Some(cluster) = Cluster::start() else { return String::from("database not reachable: left out") };
    let stage = Stage::new(TestApp::on_server(&cluster.url).await, &["--accept-delay", "300"]).await;
    let job = stage.job_by_hand().await;
    let instant = stage.run_by_hand(job).await;
    let mut program = stage.start(&[]);
    stage.until_taken(1).await;
    cluster.restart(away);
    // Where the worker has lost its claim on the way, nobody renews it.
    tokio::time::sleep(Duration::from_secs(3)).await;
    stage.pass(LEASE + TimeDelta::seconds(1));
    stage.finish(job, 1, &program).await;
    assert!(program.is_running(), "{}", program.log());
    let log = program.log();
    drop(program);
    let uncertain = stage.check(job, &[instant]).await;
    assert!(uncertain <= 2, "{uncertain}");
    stage.check_archive(job).await;
    log
}

/// A PostgreSQL of the test's own, which keeps what is committed when it crashes; gone when it is dropped.
struct Cluster {
    url: String,
    folder: String,
}

impl Cluster {
    /// None, loudly, where the tests have no PostgreSQL.
    #[allow(clippy::disallowed_methods, reason = "tests are told by the environment whether there is a PostgreSQL")]
    fn start() -> Option<Self> {
        if std::env::var_os("TEST_POSTGRES_URL").is_none() {
            eprintln!("PostgreSQL was left out: TEST_POSTGRES_URL is not set");
            return None;
        }
        let output = script(&["start"]).env("PGOPTIONS_DURABLE", "1").stderr(Stdio::inherit()).output().unwrap();
        let words = String::from_utf8(output.stdout).unwrap();
        let value = |name: &str| {
            let begin = words.split_once(&format!("{name}=")).unwrap_or_else(|| panic!("{name} is in {words:?}")).1;
            begin.split_whitespace().next().unwrap_or_default().to_owned()
        };
        Some(Self { url: value("TEST_POSTGRES_URL"), folder: value("TEST_POSTGRES_DIR") })
    }

    /// Ends it as a crash would, and starts it again.
    fn restart(&self, away: u32) {
        let status = script(&["restart", &self.folder, &away.to_string()]).status().unwrap();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = script(&["stop", &self.folder]).status();
    }
}

fn script(arguments: &[&str]) -> Command {
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/postgres.sh"));
    command.args(arguments).stdin(Stdio::null());
    command
}
