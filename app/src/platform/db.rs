//! The database: one pool, and write transactions that never deadlock on SQLite.

use std::{ops::Deref, path::Path, sync::Arc, time::Duration};

use migration::MigratorTrait;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    FromQueryResult, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
    sqlx::{
        Connection,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::Instant,
};

use super::{events::Hub, meters::Histogram};

/// The pool, and the gate that lets one writer at a time into SQLite, in the order of arrival:
/// its own waiting is polling without order, and starves writers under load.
#[derive(Clone, Debug)]
pub struct Db {
    pool: DatabaseConnection,
    /// On SQLite it is a matter of the connection whether a commit waits for the disk: this is one that does not. None
    /// on PostgreSQL, where each transaction says so, and for a database that is in no file.
    hasty: Option<DatabaseConnection>,
    gate: Option<Arc<Mutex<()>>>,
    hub: Hub,
    waits: Arc<Histogram>,
}

/// A connection that was used this short a time ago is not asked whether it is still there: under load that would be one
/// more answer of the database to wait for before each statement.
const UNASKED: Duration = Duration::from_secs(1);

/// Bytes of a SQLite file that are read where the machine has them anyway, in place of a copy for each connection: a
/// report reads most of a project. What lies behind them is read as ever, and all is written as ever.
const MAPPED: &str = "268435456";

/// How many connections to PostgreSQL there may be.
const ON_POSTGRES: u32 = 16;

/// How many connections the pool has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolState {
    pub open: u64,
    pub idle: u64,
}

/// What only one transaction at a time may look over and change, on PostgreSQL by an advisory lock of this number: two
/// that ran at once would each miss what the other one adds, and no row is there yet that both could lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Two links could close a circle that neither of them sees.
    TaskDependencies = 720_190,
    /// Two mail accounts could take one name.
    MailAccountNames = 720_191,
}

/// A write transaction. Dropped without [`WriteTx::commit`], it is rolled back.
pub struct WriteTx {
    txn: DatabaseTransaction,
    hub: Hub,
    _gate: Option<OwnedMutexGuard<()>>,
}

impl Db {
    /// Opens a database by its URL (`sqlite://…` or `postgres://…`). A missing SQLite file is made.
    ///
    /// # Errors
    /// What the driver says: unreachable server, unwritable file, wrong credentials.
    pub async fn open(url: &str) -> Result<Self, DbErr> {
        let is_sqlite = url.starts_with("sqlite:");
        let pool = Database::connect(options(url, SqliteSynchronous::Full)).await?;
        let hasty = match sqlite_path(url) {
            Some(_) => {
                let mut options = options(url, SqliteSynchronous::Normal);
                // Opened when it is first needed.
                options.max_connections(1).min_connections(0).connect_lazy(true);
                Some(Database::connect(options).await?)
            }
            None => None,
        };
        let gate = is_sqlite.then(|| Arc::new(Mutex::new(())));
        Ok(Self { pool, hasty, gate, hub: Hub::default(), waits: Arc::default() })
    }

    /// The pool, for reads.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// Whether this is PostgreSQL (row locks) rather than SQLite (one writer).
    pub fn is_postgres(&self) -> bool {
        self.pool.get_database_backend() == DbBackend::Postgres
    }

    /// How long writers have waited for their turn and their connection.
    pub fn waits(&self) -> &Histogram {
        &self.waits
    }

    /// The pool's connections.
    pub fn pool_state(&self) -> PoolState {
        let (open, idle) = if self.is_postgres() {
            let pool = self.pool.get_postgres_connection_pool();
            (pool.size(), pool.num_idle())
        } else {
            let pool = self.pool.get_sqlite_connection_pool();
            (pool.size(), pool.num_idle())
        };
        PoolState { open: open.into(), idle: idle as u64 }
    }

    /// Who is told of what is committed.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Begins a write transaction: on SQLite it is the only writer from its first statement on
    /// (`BEGIN IMMEDIATE`), on PostgreSQL rows are locked where they are read (`FOR UPDATE`).
    ///
    /// # Errors
    /// When no connection is to be had in time: 30 s on SQLite, 8 s on PostgreSQL.
    pub async fn begin_write(&self) -> Result<WriteTx, DbErr> {
        self.begin_on(&self.pool).await
    }

    /// As [`Self::begin_write`], with a commit that does not wait until the changes are on the disk: a machine that loses
    /// its power, or a database server that crashes, may lose them, though never anything that was committed before
    /// them, and the next commit of [`Self::begin_write`] makes them durable as well. A process that is killed loses
    /// nothing. For what is found again by itself.
    ///
    /// # Errors
    /// As [`Self::begin_write`].
    pub async fn begin_hasty(&self) -> Result<WriteTx, DbErr> {
        let tx = self.begin_on(self.hasty.as_ref().unwrap_or(&self.pool)).await?;
        if self.is_postgres() {
            tx.txn.execute_unprepared("SET LOCAL synchronous_commit TO off").await?;
        }
        Ok(tx)
    }

    async fn begin_on(&self, pool: &DatabaseConnection) -> Result<WriteTx, DbErr> {
        let begun = Instant::now();
        let gate = match &self.gate {
            Some(gate) => Some(gate.clone().lock_owned().await),
            None => None,
        };
        let txn = self.begin_alive(pool).await?;
        self.waits.took(begun.elapsed());
        Ok(WriteTx { txn, hub: self.hub.clone(), _gate: gate })
    }

    /// Begins a transaction on a connection that is there. Behind a restart of PostgreSQL those that were not asked
    /// ([`UNASKED`]) are dead, and the first statement finds it out. Nothing was done then, so the next connection is
    /// taken: each dead one leaves the pool, and a new one is made when all of them have.
    async fn begin_alive(&self, pool: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
        let mut others = if self.is_postgres() { ON_POSTGRES } else { 0 };
        loop {
            let options = TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..Default::default()
            };
            match pool.begin_with_options(options).await {
                // That there is no connection to be had is another error.
                Err(DbErr::Query(error)) if others > 0 => {
                    tracing::debug!("a connection to the database is gone: {error}");
                    others -= 1;
                }
                begun => return begun,
            }
        }
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// [`MigrateError::Newer`] where the database has migrations this program does not know.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let unknown = self.unknown_migrations().await?;
        if let Some(name) = unknown.into_iter().next() {
            return Err(MigrateError::Newer(name));
        }
        migration::Migrator::up(&self.pool, None).await?;
        Ok(())
    }

    /// Migrations in the database that this program does not know.
    async fn unknown_migrations(&self) -> Result<Vec<String>, DbErr> {
        #[derive(FromQueryResult)]
        struct Applied {
            version: String,
        }
        let has_table = migration::SchemaManager::new(&self.pool).has_table("seaql_migrations").await?;
        if !has_table {
            return Ok(Vec::new());
        }
        let sql = "SELECT version FROM seaql_migrations ORDER BY version";
        let applied = Applied::find_by_statement(Statement::from_string(self.pool.get_database_backend(), sql))
            .all(&self.pool)
            .await?;
        let known = migration::known_names();
        Ok(applied.into_iter().map(|row| row.version).filter(|name| !known.contains(name)).collect())
    }
}

/// How the connections to a database are made and kept.
fn options(url: &str, synchronous: SqliteSynchronous) -> ConnectOptions {
    let is_sqlite = url.starts_with("sqlite:");
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .connect_timeout(Duration::from_secs(8))
        // A disk under load may take seconds to make a commit durable: waiting beats refusing.
        .acquire_timeout(Duration::from_secs(if is_sqlite { 30 } else { 8 }))
        .max_connections(if is_sqlite { 8 } else { ON_POSTGRES })
        .min_connections(1)
        .test_before_acquire_if_idle_for(UNASKED);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous)
            .foreign_keys(true)
            .pragma("mmap_size", MAPPED)
            .busy_timeout(Duration::from_secs(10))
    });
    // After a commit that failed, as on a full disk, SQLite has rolled back and the driver still counts a transaction: it
    // would begin no other on that connection.
    options.map_sqlx_sqlite_before_acquire(|connection, _| {
        let is_clean = !connection.is_in_transaction();
        Box::pin(async move { Ok(is_clean) })
    });
    options
}

impl WriteTx {
    /// Waits until no other transaction has this turn; it is given back with the transaction. SQLite has one writer
    /// anyway.
    ///
    /// # Errors
    /// What the database says.
    pub async fn take_turn(&self, turn: Turn) -> Result<(), DbErr> {
        if self.txn.get_database_backend() == DbBackend::Postgres {
            self.txn.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({})", turn as i64)).await?;
        }
        Ok(())
    }

    /// Makes the changes durable, unless it was begun hastily ([`Db::begin_hasty`]), has open pages look for them, then
    /// lets the next writer in.
    ///
    /// # Errors
    /// What the database says; the changes are then not there, or (a failed fsync) unknown.
    pub async fn commit(self) -> Result<(), DbErr> {
        let Self { txn, hub, _gate } = self;
        txn.commit().await?;
        hub.committed();
        Ok(())
    }
}

impl Deref for WriteTx {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.txn
    }
}

/// Why the schema could not be brought up to date.
#[derive(Debug)]
pub enum MigrateError {
    /// The database was written by a newer program; the migration it has beyond ours.
    Newer(String),
    Db(DbErr),
}

impl From<DbErr> for MigrateError {
    fn from(error: DbErr) -> Self {
        Self::Db(error)
    }
}

/// The file behind a `sqlite://` URL.
pub fn sqlite_path(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split('?').next().unwrap_or(path);
    (!path.is_empty() && path != ":memory:").then(|| Path::new(path))
}
