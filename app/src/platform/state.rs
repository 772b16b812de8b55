//! What the whole process shares: the database, the clock, the settings it was started with.

use std::{path::PathBuf, sync::Arc, time::Duration};

use sea_orm::DatabaseConnection;
use tokio::sync::{Notify, Semaphore};

use super::{
    assets::Assets,
    clock::Clock,
    crash::Crash,
    db::Db,
    git::GitSettings,
    http_client::HttpClient,
    mail_lines::MailLines,
    mailer::Timeouts,
    meters::Meters,
    render::cage::{self, Cage},
    secrets::{Keyring, Secret},
    shelf::Shelf,
    turns::{self, Turns},
};
use crate::domain::{ids::ProjectId, mail_account::ClearRelay, network::Network, period::Period, report::Snapshot};

/// Passwords hashed at the same time: each takes 19 MiB and a core.
const HASHERS: usize = 2;

/// Files of reports that are made for one person at a time: pages are laid out one document at a time for everybody.
const PAPERS: usize = 1;

/// Data for previews that are kept, and for how long: a large project's take some megabytes.
const SIGHTS: usize = 2;
const SIGHT_KEPT: Duration = Duration::from_secs(20);

/// Who may sign up once there is an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUp {
    Open,
    Invite,
    Closed,
}

/// Settings read once at the start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people reach the instance, without a slash at the end: links in mails begin with it.
    pub base_url: String,
    /// Where the archive and the key file live.
    pub data_dir: PathBuf,
    pub sign_up: SignUp,
    /// How the archive is pushed.
    pub git: GitSettings,
    /// Addresses that are not on the public internet and may be reached all the same.
    pub outbound_allow: Vec<Network>,
    /// Who knows it may read `/metrics` from another machine.
    pub metrics_token: Option<Secret>,
    /// How long mail servers may take.
    pub smtp: Timeouts,
    /// Relays on other machines that may be spoken to without encryption.
    pub smtp_cleartext: Vec<ClearRelay>,
}

impl Settings {
    /// Whether people come over TLS: cookies are then `Secure` and carry the `__Host-` prefix.
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }

    /// The host that people reach the instance at, without a port.
    pub fn host(&self) -> &str {
        let rest = self.base_url.split_once("://").map_or(self.base_url.as_str(), |(_, rest)| rest);
        let authority = rest.split('/').next().unwrap_or(rest);
        match authority.rsplit_once(':') {
            // An IPv6 address has colons of its own, in brackets.
            Some((host, port)) if port.chars().all(|digit| digit.is_ascii_digit()) => host,
            _ => authority,
        }
    }
}

/// What data are: of a project after so many changes, and of which days.
pub type Sight = (ProjectId, i64, Period);

/// Shared by everything; cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    pub db: Db,
    pub clock: Clock,
    pub settings: Arc<Settings>,
    pub assets: Arc<Assets>,
    /// Seals the secrets in the database.
    pub keyring: Arc<Keyring>,
    /// Wakes the scheduler after a change that it should see at once.
    pub wake: Arc<Notify>,
    /// Bounds the connections to each mail account.
    pub mail_lines: MailLines,
    /// What this process counts about itself.
    pub meters: Arc<Meters>,
    /// Bounds how many passwords are hashed at a time.
    pub hashers: Arc<Semaphore>,
    /// Renders what people wrote, in child processes.
    pub cage: Cage,
    /// Bounds what each person has rendered at a time: fewer than there are children, so that one is left for others.
    pub previews: Turns,
    /// The data that previews of templates were filled in with a moment ago: who types sees the same ones again.
    pub sights: Shelf<Sight, Snapshot>,
    /// Bounds how many files of reports are made for each person at a time.
    pub papers: Turns,
    /// Where a test has this process end itself; nowhere otherwise.
    pub crash: Crash,
}

impl AppState {
    /// Puts the parts together.
    pub fn new(db: Db, clock: Clock, settings: Settings, assets: Assets, keyring: Keyring) -> Self {
        let mail_lines = MailLines::new(&db);
        Self {
            db,
            clock,
            settings: Arc::new(settings),
            assets: Arc::new(assets),
            keyring: Arc::new(keyring),
            wake: Arc::new(Notify::new()),
            mail_lines,
            meters: Arc::default(),
            hashers: Arc::new(Semaphore::new(HASHERS)),
            cage: Cage::default(),
            previews: Turns::new(cage::children() - 1, turns::PATIENCE),
            sights: Shelf::new(SIGHTS, SIGHT_KEPT),
            papers: Turns::new(PAPERS, turns::PATIENCE),
            crash: Crash::default(),
        }
    }

    /// Asks web servers that may be reached.
    pub fn http(&self) -> HttpClient {
        HttpClient::new(self.settings.outbound_allow.clone())
    }

    /// The pool, for reads.
    pub fn reader(&self) -> &DatabaseConnection {
        self.db.reader()
    }
}
