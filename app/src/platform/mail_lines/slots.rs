//! The slots of mail accounts, which all instances on one PostgreSQL share: as many for each account as it may have
//! connections. A slot that is taken is an advisory lock of the database.
//!
//! Such a lock belongs to a session: where a process is killed its session ends, and its slots are free without a row that
//! somebody would have to clear away and without a clock of ours. They are tried and never waited for, so nobody can stand
//! in a circle. All slots of a process are held by one session beside the pool, whose connections come and go; it is there
//! while there are slots, and beats, because the database ends it where nothing is heard of it: a process that is stopped,
//! or a machine that is gone, keeps nobody waiting.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use sea_orm::{
    DatabaseConnection,
    sqlx::{self, Connection, Postgres, postgres::PgConnection},
};
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};

use crate::domain::ids::AccountId;

/// How long the database may take to say which slot is free.
const PATIENCE: Duration = Duration::from_secs(3);
/// After so long without a word the database ends the session, in milliseconds (PostgreSQL 14 and later).
const SILENCE: (&str, u32) = ("idle_session_timeout", 20_000);
/// How often the session is heard of.
const BEAT: Duration = Duration::from_secs(5);

/// Only slots that this process has not are tried: a session gets a lock of its own once more.
const TAKE: &str = "SELECT place FROM unnest($2) AS place WHERE pg_try_advisory_lock($1, place) LIMIT 1";
const GIVE_BACK: &str = "SELECT pg_advisory_unlock($1, $2)";

/// The slots that this process has.
#[derive(Debug)]
pub(super) struct Slots {
    pool: DatabaseConnection,
    desk: Mutex<Desk>,
}

#[derive(Debug, Default)]
struct Desk {
    session: Option<PgConnection>,
    /// Which session it is: the slots of an earlier one went with it.
    number: u64,
    taken: HashMap<AccountId, BTreeSet<i32>>,
}

/// A slot of an account that this process has.
#[derive(Debug)]
pub(super) struct Slot {
    account: AccountId,
    place: i32,
    session: u64,
}

/// What came of asking for a slot.
#[derive(Debug)]
pub(super) enum Share {
    Mine(Slot),
    /// All of them are taken, here or elsewhere.
    Full,
    /// The database does not say.
    Unknown,
}

impl Slots {
    pub(super) fn new(pool: DatabaseConnection) -> Self {
        Self { pool, desk: Mutex::default() }
    }

    /// Takes one of the first `most` slots of an account, if one is free.
    pub(super) async fn take(self: &Arc<Self>, account: AccountId, most: usize) -> Share {
        let mut desk = self.desk.lock().await;
        let mut words = String::new();
        // A session may have ended with its server: then a fresh one is asked.
        for _ in 0..2 {
            let is_new = desk.session.is_none();
            let asked = timeout(PATIENCE, desk.take(&self.pool, account, most)).await;
            if is_new && desk.session.is_some() {
                tokio::spawn(self.clone().keep(desk.number));
            }
            match asked {
                Ok(Ok(slot)) => return slot.map_or(Share::Full, Share::Mine),
                Ok(Err(error)) => words = error.to_string(),
                Err(_) => words = "it does not answer in time".to_owned(),
            }
            desk.forget();
        }
        tracing::warn!("connections to a mail account are counted without those of other instances: {words}");
        Share::Unknown
    }

    /// Keeps a session while there are slots, and ends it when there are none.
    async fn keep(self: Arc<Self>, number: u64) {
        loop {
            sleep(BEAT).await;
            let mut desk = self.desk.lock().await;
            if desk.number != number {
                return;
            }
            if !desk.has_slots() || !matches!(timeout(PATIENCE, desk.beat()).await, Ok(Ok(()))) {
                desk.forget();
                return;
            }
        }
    }

    /// Gives a slot back. Where that does not get through, the session ends, and its slots with it.
    pub(super) async fn give_back(&self, slot: Slot) {
        let mut desk = self.desk.lock().await;
        if desk.number == slot.session && !matches!(timeout(PATIENCE, desk.give_back(&slot)).await, Ok(Ok(()))) {
            desk.forget();
        }
    }
}

impl Desk {
    async fn take(
        &mut self,
        pool: &DatabaseConnection,
        account: AccountId,
        most: usize,
    ) -> Result<Option<Slot>, sqlx::Error> {
        let taken = self.taken.entry(account).or_default();
        let all = 1..=i32::try_from(most).unwrap_or(i32::MAX);
        let others: Vec<i32> = all.filter(|place| !taken.contains(place)).collect();
        if others.is_empty() {
            return Ok(None);
        }
        if self.session.is_none() {
            self.session = Some(connect(pool).await?);
        }
        let Some(session) = &mut self.session else { return Ok(None) };
        let query = sqlx::query_scalar::<Postgres, i32>(TAKE).bind(class(account)).bind(others);
        let Some(place) = query.fetch_optional(&mut *session).await? else { return Ok(None) };
        taken.insert(place);
        Ok(Some(Slot { account, place, session: self.number }))
    }

    async fn give_back(&mut self, slot: &Slot) -> Result<(), sqlx::Error> {
        let Some(session) = &mut self.session else { return Ok(()) };
        let query = sqlx::query_scalar::<Postgres, bool>(GIVE_BACK).bind(class(slot.account)).bind(slot.place);
        query.fetch_one(&mut *session).await?;
        if let Some(taken) = self.taken.get_mut(&slot.account) {
            taken.remove(&slot.place);
        }
        Ok(())
    }

    async fn beat(&mut self) -> Result<(), sqlx::Error> {
        let Some(session) = &mut self.session else { return Ok(()) };
        sqlx::query_scalar::<Postgres, i32>("SELECT 1").fetch_one(&mut *session).await?;
        Ok(())
    }

    fn has_slots(&self) -> bool {
        self.taken.values().any(|places| !places.is_empty())
    }

    /// Ends the session. Connections that stand go on, and are not counted by others any more.
    fn forget(&mut self) {
        self.session = None;
        self.number += 1;
        self.taken.clear();
    }
}

async fn connect(pool: &DatabaseConnection) -> Result<PgConnection, sqlx::Error> {
    let options = (*pool.get_postgres_connection_pool().connect_options()).clone().options([SILENCE]);
    PgConnection::connect_with(&options).await
}

/// The first half of the name of an account's locks. The low end of a UUIDv7 is random: where two accounts had the same,
/// they would share their slots.
fn class(account: AccountId) -> i32 {
    account.0.as_u128() as i32
}
