//! A fresh database for each test, on both engines.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Database};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::platform::{
    assets::Assets,
    clock::Clock,
    db::Db,
    git::GitSettings,
    mailer::Timeouts,
    render::cage::{Cage, Walls},
    secrets::Keyring,
    state::{AppState, Settings, SignUp},
};

/// An instance of its own; its folder goes when it is dropped.
#[derive(Debug)]
pub struct TestApp {
    pub app: AppState,
    folder: PathBuf,
    url: String,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl TestApp {
    /// Another process on the same database, with what a process has for itself. PostgreSQL only.
    pub async fn second_instance(&self) -> AppState {
        let db = Db::open(&self.url).await.expect("the database opens again");
        let settings = (*self.app.settings).clone();
        let mut app = AppState::new(db, self.app.clock.clone(), settings, Assets::default(), Keyring::of_key([7; 32]));
        app.cage = Cage::new(Walls::None);
        app
    }
}

impl std::ops::Deref for TestApp {
    type Target = AppState;

    fn deref(&self) -> &AppState {
        &self.app
    }
}

/// Monday 23 November 2026, 09:00 in Ljubljana: where every test's clock begins.
pub fn beginning() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_420_800, 0).unwrap_or_default()
}

/// Runs a test on SQLite, then on PostgreSQL (`TEST_POSTGRES_URL`; without it the second half is
/// left out, loudly).
pub async fn each_database<F>(test: impl Fn(TestApp) -> F)
where
    F: Future<Output = ()>,
{
    test(on_sqlite().await).await;
    match server_url() {
        Some(url) => test(on_postgres(&url).await).await,
        None => eprintln!("PostgreSQL was left out: TEST_POSTGRES_URL is not set"),
    }
}

impl TestApp {
    /// An instance on SQLite, for what does not depend on the engine.
    pub async fn on_sqlite() -> Self {
        on_sqlite().await
    }

    /// An instance on PostgreSQL; none, loudly, where the tests have no server.
    pub async fn on_postgres() -> Option<Self> {
        let Some(url) = server_url() else {
            eprintln!("PostgreSQL was left out: TEST_POSTGRES_URL is not set");
            return None;
        };
        Some(on_postgres(&url).await)
    }

    /// An instance on a PostgreSQL server of the test's own.
    pub async fn on_server(url: &str) -> Self {
        on_postgres(url).await
    }

    /// Where its data are, for a program that is started over them.
    pub fn url(&self) -> &str {
        &self.url
    }
}

#[allow(clippy::disallowed_methods, reason = "tests are told by the environment where PostgreSQL is")]
fn server_url() -> Option<String> {
    std::env::var("TEST_POSTGRES_URL").ok()
}

async fn on_sqlite() -> TestApp {
    let folder = folder();
    let file = folder.join("test.db");
    std::fs::write(&file, migrated_file().await).expect("a database is written");
    make(&sqlite(&file), folder).await
}

async fn on_postgres(server: &str) -> TestApp {
    let template = match server_url().as_deref() == Some(server) {
        true => format!(" TEMPLATE {}", migrated_database(server).await),
        // A server of the test's own has one database.
        false => String::new(),
    };
    make(&create_database(server, &template).await, folder()).await
}

/// A database of SQLite with all tables and nothing in them: to copy it takes a hundredth of the migrations. None but
/// `VACUUM INTO` makes a file that is whole by itself.
async fn migrated_file() -> &'static [u8] {
    static FILE: OnceCell<Vec<u8>> = OnceCell::const_new();
    let make = async || {
        let folder = folder();
        let (made, whole) = (folder.join("made.db"), folder.join("whole.db"));
        Db::open(&sqlite(&made)).await.expect("the database opens").migrate().await.expect("the schema is made");
        let db = Database::connect(sqlite(&made)).await.expect("the database opens again");
        db.execute_unprepared(&format!("VACUUM INTO '{}'", whole.display())).await.expect("the database is copied");
        db.close().await.expect("the connection closes");
        let bytes = std::fs::read(whole).expect("the copy is read");
        std::fs::remove_dir_all(folder).expect("the temporary folder goes");
        bytes
    };
    FILE.get_or_init(make).await
}

/// The name of a database like that on the server of the tests.
async fn migrated_database(server: &str) -> &'static str {
    static NAME: OnceCell<String> = OnceCell::const_new();
    let make = async || {
        let url = create_database(server, "").await;
        let db = Db::open(&url).await.expect("the database opens");
        db.migrate().await.expect("the schema is made");
        // The server copies none that somebody is connected to.
        db.reader().clone().close().await.expect("the connections close");
        url.rsplit_once('/').expect("the URL names a database").1.to_owned()
    };
    NAME.get_or_init(make).await
}

/// Makes a database; its URL.
async fn create_database(server: &str, template: &str) -> String {
    let name = format!("test_{}", Uuid::now_v7().simple());
    let admin = Database::connect(server).await.expect("the test server answers");
    admin.execute_unprepared(&format!("CREATE DATABASE {name}{template}")).await.expect("a database is made");
    admin.close().await.expect("the connection closes");
    let (base, _) = server.rsplit_once('/').expect("the URL names a database");
    format!("{base}/{name}")
}

fn sqlite(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

async fn make(url: &str, folder: PathBuf) -> TestApp {
    let db = Db::open(url).await.expect("the database opens");
    db.migrate().await.expect("the schema is made");
    let settings = Settings {
        base_url: "http://127.0.0.1:3000".into(),
        data_dir: folder.clone(),
        sign_up: SignUp::Invite,
        git: GitSettings::default(),
        // Where the servers of tests are.
        outbound_allow: "127.0.0.0/8".parse().into_iter().collect(),
        metrics_token: None,
        smtp: Timeouts::default(),
        smtp_cleartext: Vec::new(),
    };
    let keyring = Keyring::of_key([7; 32]);
    let mut app = AppState::new(db, Clock::set_at(beginning()), settings, Assets::default(), keyring);
    // The program that could be started here is the one of the tests.
    app.cage = Cage::new(Walls::None);
    TestApp { app, folder, url: url.into() }
}

fn folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("autoreport-test-{}-{count}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder is made");
    folder
}
