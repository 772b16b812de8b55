//! How many connections this process has to each mail account: never more than the account may have.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::ids::AccountId;

/// The lines of all accounts. Another process has lines of its own.
#[derive(Clone, Debug, Default)]
pub struct MailLines(Arc<Mutex<HashMap<AccountId, Lines>>>);

#[derive(Clone, Debug)]
struct Lines {
    most: usize,
    free: Arc<Semaphore>,
}

/// The right to one connection, until it is dropped.
#[derive(Debug)]
pub struct Line {
    _permit: OwnedSemaphorePermit,
}

impl MailLines {
    /// A line that is free, or becomes free in time.
    pub async fn take(&self, account: AccountId, most: usize, patience: Duration) -> Option<Line> {
        let free = self.of(account, most);
        let taken = tokio::time::timeout(patience, free.acquire_owned()).await;
        taken.ok()?.ok().map(|permit| Line { _permit: permit })
    }

    /// A line that is free now.
    pub fn take_free(&self, account: AccountId, most: usize) -> Option<Line> {
        self.of(account, most).try_acquire_owned().ok().map(|permit| Line { _permit: permit })
    }

    /// Where the limit has changed, lines that are in use count for the old one until they are given back.
    fn of(&self, account: AccountId, most: usize) -> Arc<Semaphore> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let made = || Lines { most, free: Arc::new(Semaphore::new(most)) };
        let lines = all.entry(account).or_insert_with(made);
        if lines.most != most {
            *lines = made();
        }
        lines.free.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[tokio::test]
    async fn an_account_has_no_more_lines_than_it_may_and_others_have_their_own() {
        let (lines, account, other) = (MailLines::default(), AccountId(Uuid::nil()), AccountId(Uuid::max()));
        let first = lines.take_free(account, 2).unwrap();
        let _second = lines.take_free(account, 2).unwrap();
        assert!(lines.take(account, 2, Duration::from_millis(5)).await.is_none());
        assert!(lines.take_free(other, 1).is_some());
        drop(first);
        assert!(lines.take(account, 2, Duration::from_millis(5)).await.is_some());
    }
}
