//! Writes down what becomes of the messages of a run, as its owner. What several connections have to say at the same
//! moment is one transaction: they would wait for each other anyway, as each of them locks the run, and to make a
//! transaction durable takes as long for four messages as for one.
//!
//! How an attempt has ended is known to this process alone until it is stored. Where PostgreSQL restarts it is tried again
//! and again, and what was accepted is stored once more with whatever comes next, until it is on the disk: a server that
//! crashes forgets what it was told last, and nobody may notice that it did.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::{self, oneshot};

use super::{
    ledger,
    outcomes::{self, What},
    sending::Hold,
};
use crate::{
    domain::{
        delivery::{Delivery, Effect, Event},
        ids::DeliveryId,
    },
    error::{AppError, AppResult},
    platform::{ctx::Ctx, fault, state::AppState},
};

/// For how long it is tried to store how an attempt has ended: about as long as the run stays ours without a sign of life.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two such tries. A server that stops ends its connections one after the other.
const PAUSE: Duration = Duration::from_millis(500);

/// What became of what was to be written down.
#[derive(Debug)]
pub enum Stored {
    /// How the message stands now, and what follows.
    Done(Delivery, Vec<Effect>),
    /// It does not fit: a person has decided about the message meanwhile.
    Unfit,
    /// The run is somebody else's by now.
    Lost,
}

/// Who writes for all connections of a round of sending.
pub struct Clerk {
    app: AppState,
    hold: Hold,
    /// What is to be written. Never held while something is waited for.
    entries: Mutex<Vec<Entry>>,
    /// Whoever has it writes, for itself and for those who wait.
    pen: sync::Mutex<()>,
    /// Messages that were accepted since something was last made durable, on PostgreSQL: on SQLite only the whole machine
    /// can crash, and this process with it. Never held while something is waited for.
    unsure: Mutex<Vec<What>>,
}

struct Entry {
    whats: Vec<What>,
    answer: oneshot::Sender<AppResult<Vec<Stored>>>,
}

impl Clerk {
    /// For the owner of a run.
    pub fn new(app: &AppState, hold: Hold) -> Self {
        Self {
            app: app.clone(),
            hold,
            entries: Mutex::default(),
            pen: sync::Mutex::default(),
            unsure: Mutex::default(),
        }
    }

    /// The run, and the proof that it is ours.
    pub fn hold(&self) -> Hold {
        self.hold
    }

    /// Stores what happened to a message; when this returns, it is there for everybody, and durable where it must be.
    ///
    /// # Errors
    /// Only those of the database. They concern everything that was to be stored with it.
    pub async fn store(&self, delivery: DeliveryId, events: Vec<Event>) -> AppResult<Stored> {
        Ok(self.store_all(vec![(delivery, events)]).await?.pop().unwrap_or(Stored::Lost))
    }

    /// As [`Self::store`], for several messages; how they stand, in their order.
    ///
    /// # Errors
    /// As [`Self::store`].
    pub async fn store_all(&self, whats: Vec<What>) -> AppResult<Vec<Stored>> {
        let (answer, mut told) = oneshot::channel();
        self.entries().push(Entry { whats, answer });
        let _pen = self.pen.lock().await;
        if let Ok(stored) = told.try_recv() {
            // Whoever had the pen before has written this, too.
            return stored;
        }
        let entries = std::mem::take(&mut *self.entries());
        let (whats, answers): (Vec<Vec<What>>, Vec<_>) =
            entries.into_iter().map(|Entry { whats, answer }| (whats, answer)).unzip();
        let lengths: Vec<usize> = whats.iter().map(Vec::len).collect();
        match self.write_surely(whats.into_iter().flatten().collect()).await {
            Ok(stored) => {
                let mut stored = stored.into_iter();
                answers.into_iter().zip(lengths).for_each(|(answer, length)| {
                    // Who does not wait any more needs no answer.
                    let _ = answer.send(Ok(stored.by_ref().take(length).collect()));
                });
            }
            Err(error) => answers.into_iter().for_each(|answer| {
                let _ = answer.send(Err(error.clone()));
            }),
        }
        told.try_recv().map_err(|error| fault::internal("storing what became of a message", error))?
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unsure(&self) -> MutexGuard<'_, Vec<What>> {
        self.unsure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees to it that a database server that crashes from now on forgets nothing of what was accepted.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn make_sure(&self) -> AppResult<()> {
        if !self.unsure().is_empty() {
            self.store_all(Vec::new()).await?;
        }
        Ok(())
    }

    /// A PostgreSQL that restarts ends the transaction in which it is met. What was stored all the same does not fit a
    /// second time, so nothing is done twice.
    async fn write_surely(&self, whats: Vec<What>) -> AppResult<Vec<Stored>> {
        let is_known_here_alone = any(&whats, Event::ends_an_attempt) || !self.unsure().is_empty();
        if !self.app.db.is_postgres() || !is_known_here_alone {
            return self.write(whats).await;
        }
        let begun = Instant::now();
        loop {
            match self.write(whats.clone()).await {
                Err(AppError::Unavailable) if begun.elapsed() < PATIENCE => tokio::time::sleep(PAUSE).await,
                written => return written,
            }
        }
    }

    /// Writes something, behind what may have been forgotten: what is there already does not fit a second time.
    async fn write(&self, whats: Vec<What>) -> AppResult<Vec<Stored>> {
        // Nothing is what is written to make durable all that was stored before.
        let is_durable = whats.is_empty() || any(&whats, must_be_durable);
        let is_accepted = |what: &&What| what.1.iter().any(|event| matches!(event, Event::Accepted { .. }));
        let accepted: Vec<What> = whats.iter().filter(is_accepted).cloned().collect();
        let mut all = self.unsure().clone();
        let again = all.len();
        all.extend(whats);
        let mut stored = self.commit(all, is_durable).await?;
        if is_durable {
            self.unsure().clear();
        } else if self.app.db.is_postgres() {
            self.unsure().extend(accepted);
        }
        Ok(stored.split_off(again))
    }

    async fn commit(&self, whats: Vec<What>, is_durable: bool) -> AppResult<Vec<Stored>> {
        let ctx = Ctx::system(&self.app);
        let tx = if is_durable { ctx.begin().await? } else { ctx.db().begin_hasty().await? };
        if any(&whats, Event::may_leave_unknown) {
            // The alarm of it names the schedule, which comes before the run in the order of locks.
            let schedule = ledger::read(&*tx, self.hold.run).await?.schedule_id;
            ledger::lock_schedule(&ctx, &tx, schedule).await?;
        }
        if !ledger::lock_own(&ctx, &tx, self.hold).await? {
            return Ok(whats.into_iter().map(|_| Stored::Lost).collect());
        }
        let applied = outcomes::apply_all(&ctx, &tx, whats, self.hold).await?;
        tx.commit().await?;
        let stored = |(after, effects)| Stored::Done(after, effects);
        Ok(applied.into_iter().map(|applied| applied.map_or(Stored::Unfit, stored)).collect())
    }
}

/// Whether something of what happened is so.
fn any(whats: &[What], is: fn(&Event) -> bool) -> bool {
    whats.iter().any(|(_, events)| events.iter().any(is))
}

/// Whether something is to be on the disk before the program goes on: above all that a final dot is next.
///
/// That a message was taken up may be lost with a machine that loses its power: it has been named to nobody, so it is
/// simply taken up again. That one was accepted may be lost so, too: its dot is on the disk, so it is unknown, as where the
/// machine had gone before the answer came, and never sent twice in silence. The next dot of any connection makes both
/// durable, so that it can be one message of a connection at most, as ever.
fn must_be_durable(event: &Event) -> bool {
    !matches!(event, Event::Claimed | Event::Accepted { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::smtp_reply::SmtpReply;

    #[test]
    fn that_a_dot_is_next_and_whatever_is_not_found_again_by_itself_is_durable() {
        let reply = || SmtpReply::new(250, None, "queued");
        let (attempt, reason) = (1, || String::from("broken"));
        for event in [
            Event::EnvelopeBegins { attempt },
            Event::DotNext { attempt },
            Event::Refused { attempt, reply: reply() },
            Event::Bounced { attempt, reply: reply() },
            Event::Broken { attempt, reason: reason() },
            Event::AccountBlocked { attempt, reason: reason() },
            Event::Abandoned,
            Event::Withheld { reason: reason() },
            Event::Stranded { reason: reason() },
        ] {
            assert!(must_be_durable(&event), "{event:?}");
        }
        for event in [Event::Claimed, Event::Accepted { attempt, reply: reply() }] {
            assert!(!must_be_durable(&event), "{event:?}");
        }
    }
}
