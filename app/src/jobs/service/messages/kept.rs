//! The messages of a run as they are stored: whose is there, how many there are, and their end where none is sent.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::Message;
use crate::{
    domain::{
        ids::{OccurrenceId, UserId},
        occurrence::OccurrenceState,
        recipient::Addressee,
    },
    entities::{delivery, delivery_content},
    error::AppResult,
    jobs::service::{ledger, sending::Hold},
    platform::ctx::Ctx,
};

/// Whose message of a run is stored: what a worker that ended in the middle has left.
pub struct Known {
    addresses: HashSet<String>,
    users: HashSet<UserId>,
}

impl Known {
    /// Looks whose message is there.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn of(ctx: &Ctx, run: OccurrenceId) -> AppResult<Self> {
        let query = delivery::Entity::find().select_only();
        let query = query.columns([delivery::Column::Address, delivery::Column::UserId]);
        let query = query.filter(delivery::Column::OccurrenceId.eq(run));
        let rows: Vec<(String, Option<UserId>)> = query.into_tuple().all(ctx.reader()).await?;
        let (addresses, users): (Vec<String>, Vec<Option<UserId>>) = rows.into_iter().unzip();
        Ok(Self {
            addresses: addresses.into_iter().map(|address| address.to_lowercase()).collect(),
            users: users.into_iter().flatten().collect(),
        })
    }

    /// Whether there is one for somebody: for their address, however it is written, or for their account, which may have
    /// had another address then.
    pub fn has(&self, person: &Addressee) -> bool {
        self.addresses.contains(&person.address.as_str().to_lowercase())
            || person.user.is_some_and(|user| self.users.contains(&user))
    }
}

/// Stores some messages of a run whose data are frozen. False: the run is lost, and nothing is stored.
///
/// # Errors
/// Only those of the database.
pub async fn store_part(ctx: &Ctx, hold: Hold, messages: Vec<Message>) -> AppResult<bool> {
    let tx = ctx.begin().await?;
    let run = ledger::lock_run(ctx, &tx, hold.run).await?;
    if run.fence != hold.fence || run.lease_until.is_none() || run.state != OccurrenceState::Frozen {
        return Ok(false);
    }
    let (rows, contents): (Vec<_>, Vec<_>) = messages.into_iter().map(|message| (message.row, message.content)).unzip();
    delivery::Entity::insert_many(rows).exec_without_returning(&*tx).await?;
    delivery_content::Entity::insert_many(contents).exec_without_returning(&*tx).await?;
    tx.commit().await?;
    Ok(true)
}

/// How many messages a run has.
///
/// # Errors
/// Only those of the database.
pub async fn count(db: &impl ConnectionTrait, run: OccurrenceId) -> AppResult<u64> {
    Ok(delivery::Entity::find().filter(delivery::Column::OccurrenceId.eq(run)).count(db).await?)
}

/// Removes the messages of a run that ended before all of them were there: none of them has left, or will.
///
/// # Errors
/// Only those of the database.
pub async fn discard(db: &impl ConnectionTrait, run: OccurrenceId) -> AppResult<()> {
    delivery::Entity::delete_many().filter(delivery::Column::OccurrenceId.eq(run)).exec(db).await?;
    Ok(())
}

/// What the log says of them.
pub fn wrote(count: u64) -> String {
    format!("Wrote {count} {}.", if count == 1 { "message" } else { "messages" })
}
