//! How many connections there are to each mail account: never more than the account may have, those of all instances on
//! one database together.
//!
//! Within this process a semaphore counts them. Where other processes may be beside it, a connection needs one of the
//! account's slots in the database as well.

mod slots;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, timeout_at},
};

use self::slots::{Share, Slot, Slots};
use super::db::Db;
use crate::domain::ids::AccountId;

/// Between two looks for a slot that another instance gives back.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The lines of all accounts.
#[derive(Clone, Debug, Default)]
pub struct MailLines {
    own: Arc<Mutex<HashMap<AccountId, Lines>>>,
    /// None where there can be no other process.
    slots: Option<Arc<Slots>>,
}

#[derive(Clone, Debug)]
struct Lines {
    most: usize,
    free: Arc<Semaphore>,
}

/// The right to one connection, until it is dropped.
#[derive(Debug)]
pub struct Line {
    permit: Option<OwnedSemaphorePermit>,
    slot: Option<(Arc<Slots>, Slot)>,
}

impl MailLines {
    /// The lines that a process has beside others on this database: on PostgreSQL there may be any, on SQLite there are
    /// none.
    pub fn new(db: &Db) -> Self {
        let slots = db.is_postgres().then(|| Arc::new(Slots::new(db.reader().clone())));
        Self { own: Arc::default(), slots }
    }

    /// A line that is free, or becomes free in time.
    pub async fn take(&self, account: AccountId, most: usize, patience: Duration) -> Option<Line> {
        let end = Instant::now() + patience;
        loop {
            let permit = timeout_at(end, self.of(account, most).acquire_owned()).await.ok()?.ok()?;
            if let Some(line) = self.share(account, most, permit).await {
                return Some(line);
            }
            // Others have all of them, and nobody here is told when they give one back.
            if Instant::now() + LOOK_AGAIN > end {
                return None;
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    /// A line that is free now.
    pub async fn take_free(&self, account: AccountId, most: usize) -> Option<Line> {
        let permit = self.of(account, most).try_acquire_owned().ok()?;
        self.share(account, most, permit).await
    }

    /// The line of a permit of this process, where other processes leave one.
    async fn share(&self, account: AccountId, most: usize, permit: OwnedSemaphorePermit) -> Option<Line> {
        let permit = Some(permit);
        let Some(slots) = self.slots.clone() else { return Some(Line { permit, slot: None }) };
        // A task of its own: whoever waits may go away in the middle, and what is theirs by then is given back.
        let taking = tokio::spawn(async move {
            match slots.take(account, most).await {
                Share::Mine(slot) => Some(Line { permit, slot: Some((slots, slot)) }),
                Share::Full => None,
                // The limit of this process holds all the same.
                Share::Unknown => Some(Line { permit, slot: None }),
            }
        });
        taking.await.ok().flatten()
    }

    /// Where the limit has changed, lines that are in use count for the old one until they are given back.
    fn of(&self, account: AccountId, most: usize) -> Arc<Semaphore> {
        let mut all = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let made = || Lines { most, free: Arc::new(Semaphore::new(most)) };
        let lines = all.entry(account).or_insert_with(made);
        if lines.most != most {
            *lines = made();
        }
        lines.free.clone()
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let Some((slots, slot)) = self.slot.take() else { return };
        let permit = self.permit.take();
        // Without a runtime the process ends, and what it has in the database with it.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                slots.give_back(slot).await;
                // The next one of this process finds the slot free.
                drop(permit);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[tokio::test]
    async fn an_account_has_no_more_lines_than_it_may_and_others_have_their_own() {
        let (lines, account, other) = (MailLines::default(), AccountId(Uuid::nil()), AccountId(Uuid::max()));
        let first = lines.take_free(account, 2).await.unwrap();
        let _second = lines.take_free(account, 2).await.unwrap();
        assert!(lines.take(account, 2, Duration::from_millis(5)).await.is_none());
        assert!(lines.take_free(other, 1).await.is_some());
        drop(first);
        assert!(lines.take(account, 2, Duration::from_millis(5)).await.is_some());
    }
}
