//! Turns: how much of what is scarce one person has at a time, so that their many windows keep nobody else waiting.
//!
//! A person's own requests wait for each other here, in their order; only those that have a turn go on to the line where
//! everybody stands. So that line never holds more than a few of one person.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::timeout,
};
use uuid::Uuid;

use crate::{
    domain::ids::UserId,
    error::{AppError, AppResult},
};

/// Longest wait for a turn.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What somebody hears who has waited for too long.
pub const BUSY: AppError = AppError::TooMany { retry_after_seconds: 10 };
/// What a request hears in whose place a newer one of the same page waits.
const PASSED: AppError = AppError::TooMany { retry_after_seconds: 1 };

/// The turns of all people at one thing. Cheap to clone; all clones share the lines.
#[derive(Clone, Debug)]
pub struct Turns {
    most: usize,
    patience: Duration,
    people: Arc<Mutex<HashMap<UserId, Line>>>,
}

/// The requests of a person.
#[derive(Debug)]
struct Line {
    free: Arc<Semaphore>,
    /// For each page the newest that waits; dropped, it lets its own go.
    newest: HashMap<Uuid, oneshot::Sender<()>>,
}

/// The right to go on, until it is dropped.
#[derive(Debug)]
#[must_use]
pub struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// At most so many turns for each person at a time, at least one.
    pub fn new(most: usize, patience: Duration) -> Self {
        Self { most: most.max(1), patience, people: Arc::default() }
    }

    /// Waits for a turn. The program itself, which is no person, waits for none.
    ///
    /// # Errors
    /// [`AppError::TooMany`] where the person's other requests take too long.
    pub async fn take(&self, person: Option<UserId>) -> AppResult<Turn> {
        self.wait(person, None).await
    }

    /// As [`Turns::take`], in place of what the same page of the person waits for already.
    ///
    /// # Errors
    /// As [`Turns::take`]; also where a newer request of the page has come.
    pub async fn take_latest(&self, person: Option<UserId>, page: Uuid) -> AppResult<Turn> {
        self.wait(person, Some(page)).await
    }

    async fn wait(&self, person: Option<UserId>, page: Option<Uuid>) -> AppResult<Turn> {
        let Some(person) = person else { return Ok(Turn { _permit: None }) };
        let (free, passed) = self.stand(person, page);
        let passed = async move {
            match passed {
                // It never says a word: it is dropped where a newer one takes its place.
                Some(passed) => {
                    let _ = passed.await;
                }
                None => std::future::pending().await,
            }
        };
        let turn = async move {
            tokio::select! {
                biased;
                () = passed => Err(PASSED),
                permit = free.acquire_owned() => match permit {
                    Ok(permit) => Ok(Turn { _permit: Some(permit) }),
                    Err(_) => Err(BUSY),
                },
            }
        };
        timeout(self.patience, turn).await.unwrap_or(Err(BUSY))
    }

    /// A place in the person's line. Lines where nobody stands are forgotten.
    fn stand(&self, person: UserId, page: Option<Uuid>) -> (Arc<Semaphore>, Option<oneshot::Receiver<()>>) {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people.retain(|_, line| Arc::strong_count(&line.free) > 1);
        let line = people
            .entry(person)
            .or_insert_with(|| Line { free: Arc::new(Semaphore::new(self.most)), newest: HashMap::new() });
        let passed = page.map(|page| {
            let (newest, passed) = oneshot::channel();
            line.newest.insert(page, newest);
            passed
        });
        (line.free.clone(), passed)
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    const ME: Option<UserId> = Some(UserId(Uuid::nil()));
    const OTHER: Option<UserId> = Some(UserId(Uuid::max()));

    #[tokio::test]
    async fn forty_windows_of_one_person_keep_nobody_else_waiting() {
        let (turns, gate, done) = (Turns::new(1, PATIENCE), Semaphore::new(2), Mutex::new(Vec::new()));
        let work = |person: Option<UserId>| {
            let (turns, gate, done) = (&turns, &gate, &done);
            async move {
                let _turn = turns.take(person).await.unwrap();
                let _one_of_two = gate.acquire().await.unwrap();
                tokio::time::sleep(Duration::from_millis(2)).await;
                done.lock().unwrap().push(person);
            }
        };
        join_all((0..40).map(|_| work(ME)).chain(std::iter::once(work(OTHER)))).await;
        let done = done.into_inner().unwrap();
        let place = done.iter().position(|person| *person == OTHER).unwrap();
        assert!(place < 3, "the other one was the {place}th to be done");
        assert_eq!(done.len(), 41, "and all had their turn");
        assert_eq!(turns.people.lock().unwrap().len(), 2);
        drop(turns.take(Some(UserId(Uuid::from_u128(7)))).await.unwrap());
        assert_eq!(turns.people.lock().unwrap().len(), 1, "lines where nobody stands are forgotten");
    }

    #[tokio::test]
    async fn the_newest_of_a_page_takes_the_place_of_the_one_that_waits() {
        let turns = Turns::new(1, PATIENCE);
        let page = Uuid::from_u128(1);
        let running = turns.take_latest(ME, page).await.unwrap();
        let wait = |page: Uuid| {
            let turns = turns.clone();
            tokio::spawn(async move { turns.take_latest(ME, page).await.map(drop) })
        };
        let (older, elsewhere) = (wait(page), wait(Uuid::from_u128(2)));
        tokio::task::yield_now().await;
        let newer = wait(page);
        assert_eq!(older.await.unwrap(), Err(PASSED));
        assert!(!newer.is_finished() && !elsewhere.is_finished(), "what runs is not disturbed, and has the turn");
        drop(running);
        assert_eq!((newer.await.unwrap(), elsewhere.await.unwrap()), (Ok(()), Ok(())));
    }

    #[tokio::test]
    async fn a_wait_has_an_end_and_the_program_itself_has_none() {
        let turns = Turns::new(1, Duration::from_millis(5));
        let _mine = turns.take(ME).await.unwrap();
        assert_eq!(turns.take(ME).await.map(drop), Err(BUSY));
        assert_eq!(turns.take(OTHER).await.map(drop), Ok(()));
        for _ in 0..3 {
            assert_eq!(turns.take(None).await.map(drop), Ok(()));
        }
    }
}
