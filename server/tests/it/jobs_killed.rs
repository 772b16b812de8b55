//! The real program is killed while it sends, and started again: nothing is lost, and nothing is sent twice but what is
//! listed as unknown.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use app::{
    domain::{delivery::DeliveryPhase, ids::OccurrenceId, occurrence::OccurrenceState},
    entities::{delivery, occurrence},
    jobs::{
        form::JobForm,
        service::{runs, schedules},
    },
    mail::service::accounts::{self, AccountInput},
    platform::{clock::Clock, ctx::Ctx},
    projects::service::access,
    testing::{Cast, TestApp, each_database, project, smtp_server::SmtpServer},
};
use chrono::Weekday;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

const RECIPIENTS: usize = 12;
const KILLS: usize = 2;
/// A message that was cut off before its dot waits a minute for its second try.
const PATIENCE: Duration = Duration::from_secs(150);

/// The program over the data of a test; killed when it is dropped.
struct Program(Child);

impl Program {
    fn start(folder: &Path) -> Self {
        let process = Command::new(env!("CARGO_BIN_EXE_autoreport"))
            .env_clear()
            .env("AUTOREPORT_DATA_DIR", folder)
            .env("AUTOREPORT_KEY_FILE", folder.join("keyring"))
            .env("AUTOREPORT_ADDR", "127.0.0.1:0")
            .env("DATABASE_URL", format!("sqlite://{}", folder.join("test.db").display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(process)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // SIGKILL on Unix: no handler, no flush, no goodbye.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_while_it_sends_loses_nothing_and_sends_nothing_twice() {
    each_database(async |app| {
        if app.db.is_postgres() {
            // There the lease of the killed process runs out first, a minute later; the rest is the same code.
            return;
        }
        let server = SmtpServer::start(&["--accept-delay", "200"]);
        let run = run_by_hand(&app, server.port).await;
        for _ in 0..KILLS {
            let before = server.messages().len();
            let program = Program::start(&app.settings.data_dir);
            wait(|| server.messages().len() > before + 1).await;
            drop(program);
        }
        assert!(server.messages().len() < RECIPIENTS, "it was killed in the middle");
        let program = Program::start(&app.settings.data_dir);
        let begun = Instant::now();
        while !state(&app, run).await.is_final() {
            assert!(begun.elapsed() < PATIENCE, "the run does not end: {:?}", phases(&app, run).await);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        drop(program);
        let inbox = inbox(&server);
        let phases = phases(&app, run).await;
        assert_eq!(phases.len(), RECIPIENTS);
        for (address, phase) in phases {
            let count = inbox.get(&address).copied().unwrap_or(0);
            match phase {
                DeliveryPhase::Accepted => assert_eq!(count, 1, "{address}"),
                DeliveryPhase::Uncertain => assert!(count <= 1, "{address} got {count}"),
                other => panic!("{address} ended as {other}"),
            }
        }
    })
    .await;
}

/// A run of a weekly report that waits to be claimed by a program.
async fn run_by_hand(app: &TestApp, port: u16) -> OccurrenceId {
    let cast = Cast::new(app).await;
    let (project, _) = project(app, &cast).await;
    // The program has the machine's clock, so the run must be made by the same.
    let ctx = Ctx { now: Clock::System.now(), ..app.as_person(&cast.mina) };
    let input = AccountInput {
        name: "Local".into(),
        host: "localhost".into(),
        port: port.to_string(),
        tls: "none".into(),
        auth: "none".into(),
        username: String::new(),
        password: String::new(),
        sender_name: "Reports".into(),
        sender_address: "reports@example.org".into(),
    };
    let account = accounts::create(&ctx, input).await.unwrap();
    accounts::set_default(&ctx, account).await.unwrap();
    let form = JobForm {
        name: "Weekly report".into(),
        project: "T".into(),
        days: [Weekday::Mon].into_iter().collect(),
        at: "07:00".into(),
        zone: "UTC".into(),
        recipients: (0..RECIPIENTS).map(|number| format!("r{number}@example.org\n")).collect(),
        ..JobForm::default()
    };
    let editing = access::by_id(&ctx, ctx.reader(), project.id).await.unwrap().editing().unwrap();
    let job = schedules::create(&ctx, &editing, &form).await.unwrap();
    runs::start(&ctx, job).await.unwrap()
}

async fn wait(has_come: impl Fn() -> bool) {
    let begun = Instant::now();
    while !has_come() {
        assert!(begun.elapsed() < PATIENCE, "it did not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn state(app: &TestApp, run: OccurrenceId) -> OccurrenceState {
    occurrence::Entity::find_by_id(run).one(app.reader()).await.unwrap().unwrap().state
}

async fn phases(app: &TestApp, run: OccurrenceId) -> Vec<(String, DeliveryPhase)> {
    let rows = delivery::Entity::find().filter(delivery::Column::OccurrenceId.eq(run)).all(app.reader()).await.unwrap();
    rows.into_iter().map(|row| (row.address, row.phase)).collect()
}

/// How many messages the server has accepted for each recipient of an envelope.
fn inbox(server: &SmtpServer) -> BTreeMap<String, usize> {
    let mut inbox = BTreeMap::new();
    for accepted in server.ledger().iter().filter(|line| line["event"] == "accepted") {
        for address in accepted["rcpt_tos"].as_array().into_iter().flatten().filter_map(|address| address.as_str()) {
            *inbox.entry(address.to_owned()).or_default() += 1;
        }
    }
    inbox
}
