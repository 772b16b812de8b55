//! Takes the messages of a run to the mail server, one transaction per recipient over connections that are kept. That a
//! message is in somebody's hands, and that its final dot is next, is stored before it is so, and only by the owner of
//! the run. Before a message goes, its recipient is looked at once more, and the account is asked whether it may send:
//! for the next few at once while a connection waits for its server, so that the next message is taken up in the
//! transaction that stores the answer to the one before it. What was looked at longer ago than a second is looked at
//! again. The rows are read without the messages; each of these is read when its turn comes, and its connection made ready
//! for it, while that transaction is stored.

mod deliver;
mod look;

use std::{
    collections::{HashMap, VecDeque},
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{self, watch};

use self::deliver::{Reception, bytes, deliver};
use super::{
    book,
    clerk::{Clerk, Stored},
    desk::{Desk, SIGHT},
    kinds, ledger,
    outcomes::{self, DeliveryRow, What, rows},
    way::{self, Way},
};
use crate::{
    alarms::service::tell,
    domain::{
        address::EmailAddress,
        crash_point::CrashPoint,
        delivery::{Delivery, Effect, Event},
        ids::{AccountId, DeliveryId, OccurrenceId, ProjectId, ScheduleId, UserId},
        job::LogLevel,
        mail_gate::{Finder, Passage},
        span,
    },
    error::{AppError, AppResult},
    mail::service::{
        accounts,
        gate::{self, Limits},
        transport::{self, Transport},
    },
    platform::{ctx::Ctx, state::AppState},
};

/// A worker's hold on a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    pub run: OccurrenceId,
    pub fence: i64,
}

/// How a round of sending ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Round {
    /// Each message that was due has been tried.
    Ended {
        /// The account needs a rest until then: what is still due waits for it, as long as the message that found out.
        rest_until: Option<DateTime<Utc>>,
    },
    /// The run belongs to somebody else by now.
    Lost,
}

/// A message that would wait longer than this for its instant gives the worker to others.
const PATIENCE: TimeDelta = TimeDelta::seconds(2);
/// For how long a server that cannot be reached is left alone at most, by the messages that did not find that out.
const UNREACHED: TimeDelta = TimeDelta::minutes(10);
/// How long a run waits for a connection that the account may have, and how long it then leaves it to others.
const LINE_PATIENCE: Duration = Duration::from_secs(5);
const LINE_REST: TimeDelta = TimeDelta::seconds(5);

/// Sends what is due, over as many connections as the account may have. A message that another owner left in the middle
/// is settled first: safe to retry before its final dot, unknown after it.
///
/// Where the account is gone, none of them goes.
///
/// # Errors
/// Only those of the database.
pub async fn send_due(app: &AppState, hold: Hold, way: Way) -> AppResult<Round> {
    let ctx = Ctx::system(app);
    let clerk = Clerk::new(app, hold);
    let Some(due) = settle(app, &clerk).await? else { return Ok(Round::Lost) };
    let run = ledger::read(ctx.reader(), hold.run).await?;
    let Way { account, sender } = way;
    let limits = match gate::limits(ctx.reader(), account).await {
        Err(AppError::NotFound) => return strand_all(&clerk, due).await,
        limits => limits?,
    };
    let lanes = limits.connections.min(due.len());
    let desk = Mutex::new(Desk::new(due));
    let readers = kinds::readers(&ctx, run.schedule_id, hold.run).await?;
    let (schedule, project) = (run.schedule_id, run.project_id);
    let shift = Shift {
        app,
        hold,
        clerk,
        account,
        sender,
        limits,
        schedule,
        project,
        readers,
        desk,
        lookout: sync::Mutex::default(),
        lets_us_in: watch::Sender::new(None),
    };
    let ended = futures::future::join_all((0..lanes).map(|number| shift.lane(number))).await;
    // Also where one of them broke off: what the others were told is known to nobody else.
    let sure = shift.clerk.make_sure().await;
    ended.into_iter().collect::<AppResult<()>>()?;
    sure?;
    let desk = shift.desk.into_inner().unwrap_or_else(PoisonError::into_inner);
    if desk.is_lost {
        return Ok(Round::Lost);
    }
    // A line that broke behind a message that the server has heard of says nothing.
    let unreached = desk.unreached.filter(|_| *shift.lets_us_in.borrow() != Some(true));
    if desk.rest_until.is_some() && !give_up_old(app, &shift.clerk, account, unreached).await? {
        return Ok(Round::Lost);
    }
    Ok(Round::Ended { rest_until: desk.rest_until })
}

/// Gives up what has waited for as long as its job waits for a message, where the account has not worked for all of that time:
/// of many only one at a time finds out whether it works, and the others would wait for their turns for days. Where its server
/// is not reached (`unreached`: why not) those that were tried before, as their next try would end them; what never was has one.
/// False: the run belongs to somebody else by now.
async fn give_up_old(app: &AppState, clerk: &Clerk, account: AccountId, unreached: Option<String>) -> AppResult<bool> {
    let ctx = Ctx::system(app);
    let block = gate::read(ctx.reader(), account).await?.block;
    let (since, what, words) = match (block, unreached) {
        (Some(block), _) => (Some(block.since), "its mail account has not worked", block.words),
        (None, Some(words)) => (None, "it has not been delivered", words),
        (None, None) => return Ok(true),
    };
    let patience = outcomes::patience(ctx.reader(), clerk.hold().run).await?.give_up_after;
    let mut waiting = rows(app, clerk.hold().run).await?;
    waiting.retain(|row| {
        let message = row.delivery();
        let has_waited_since = since.map_or(message.queued_at, |since| message.queued_at.max(since));
        let had_its_try = since.is_some() || message.attempts > 0;
        row.phase.is_waiting() && had_its_try && has_waited_since + patience <= ctx.now
    });
    let reason = format!("Given up: {what} for {}. {words}", span::words(patience));
    strand(clerk, waiting, &reason).await
}

/// Ends what was to go over an account that is gone.
async fn strand_all(clerk: &Clerk, due: VecDeque<DeliveryRow>) -> AppResult<Round> {
    if !strand(clerk, due, way::GONE).await? {
        return Ok(Round::Lost);
    }
    Ok(Round::Ended { rest_until: None })
}

/// Ends messages that have no way any more, or have waited for theirs for too long. False: the run belongs to somebody else
/// by now.
async fn strand(clerk: &Clerk, rows: impl IntoIterator<Item = DeliveryRow>, reason: &str) -> AppResult<bool> {
    for row in rows {
        if let Stored::Lost = clerk.store(row.id, vec![Event::Stranded { reason: reason.to_owned() }]).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Settles what another owner left in the middle, and gives the messages that are due. None: the run is lost.
async fn settle(app: &AppState, clerk: &Clerk) -> AppResult<Option<VecDeque<DeliveryRow>>> {
    let mut due = VecDeque::new();
    for row in rows(app, clerk.hold().run).await? {
        let ctx = Ctx::system(app);
        if row.phase.is_in_flight()
            && let Stored::Lost = clerk.store(row.id, vec![Event::Abandoned]).await?
        {
            return Ok(None);
        }
        if row.delivery().is_due(ctx.now) {
            due.push_back(row);
        }
    }
    Ok(Some(due))
}

/// A round of sending: what its connections share.
struct Shift<'a> {
    app: &'a AppState,
    hold: Hold,
    clerk: Clerk,
    account: AccountId,
    /// Of the envelopes; none where it is that of the account.
    sender: Option<EmailAddress>,
    limits: Limits,
    schedule: ScheduleId,
    project: ProjectId,
    /// Where each mail is for its reader alone: the projects of which something stands in it.
    readers: Option<HashMap<UserId, Vec<ProjectId>>>,
    /// Never held while something is waited for.
    desk: Mutex<Desk>,
    /// Held by the connection that looks ahead for all.
    lookout: sync::Mutex<()>,
    /// Whether the server has heard of a message of the first connection; none as long as nobody knows. The others wait for
    /// it: a password that is wrong is tried once, not once for each connection.
    lets_us_in: watch::Sender<Option<bool>>,
}

/// A message that this worker has taken up.
struct Turn {
    row: DeliveryRow,
    /// The number of its try.
    attempt: u32,
    errand: Errand,
    /// Its bytes, where they are read already.
    mime: Option<Vec<u8>>,
}

impl Shift<'_> {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rest(&self, until: DateTime<Utc>) {
        let mut desk = self.desk();
        desk.rest_until = desk.rest_until.max(Some(until));
    }

    /// One of the connections, in its turn.
    async fn lane(&self, number: usize) -> AppResult<()> {
        if number > 0 {
            let mut told = self.lets_us_in.subscribe();
            if !told.wait_for(Option::is_some).await.is_ok_and(|told| *told == Some(true)) {
                return Ok(());
            }
        }
        let done = self.connection(number).await;
        self.tell_others(false);
        done
    }

    /// What is known first stands.
    fn tell_others(&self, lets_us_in: bool) {
        deliver::tell(&self.lets_us_in, lets_us_in);
    }

    /// One connection, from its opening to its goodbye.
    async fn connection(&self, number: usize) -> AppResult<()> {
        let (lines, most) = (&self.app.mail_lines, self.limits.connections);
        let line = match number {
            // There is no server to be spared.
            _ if self.account == accounts::OUTBOX => None,
            0 => lines.take(self.account, most, LINE_PATIENCE).await,
            _ => lines.take_free(self.account, most).await,
        };
        if line.is_none() && self.account != accounts::OUTBOX {
            if number == 0 {
                self.rest(Ctx::system(self.app).now + LINE_REST);
            }
            return Ok(());
        }
        let ctx = Ctx::system(self.app);
        let mut transport = match transport::open(&ctx, self.account).await {
            // A password that does not open will not the next time: somebody has to hear of it, and the messages wait.
            Err(error @ AppError::Internal { .. }) => {
                let words = format!("What is stored of the account cannot be read. {}", error.words());
                let finder = if number == 0 { Finder::Try } else { Finder::Message };
                let gate = tell::account_blocked(&ctx, self.account, words, finder).await?;
                self.rest(gate.block.map_or(ctx.now + LINE_REST, |block| block.probe_at));
                return Ok(());
            }
            transport => transport?,
        };
        let done = self.drain(&mut transport).await;
        transport.close().await;
        done
    }

    async fn drain(&self, transport: &mut Transport) -> AppResult<()> {
        let mut taken = None;
        loop {
            let turn = match taken.take() {
                Some(turn) => Some(turn),
                None => {
                    let Some(row) = self.desk().next() else { return Ok(()) };
                    self.take_up(row).await?
                }
            };
            if let Some(turn) = turn {
                taken = self.send(transport, turn).await?;
            }
        }
    }

    /// Takes a message up where it may go; else it is held back, or left waiting.
    async fn take_up(&self, row: DeliveryRow) -> AppResult<Option<Turn>> {
        let ctx = Ctx::system(self.app);
        if self.holds_back(&ctx, &row).await? {
            return Ok(None);
        }
        let (at, errand) = match gate::ask(&ctx, self.account, self.limits(&ctx).await?, PATIENCE).await? {
            Passage::Go(at) => (at, Errand::Usual),
            Passage::Probe(at) => (at, Errand::Probe),
            Passage::Wait(until) => {
                self.leave(&ctx, until).await?;
                return Ok(None);
            }
        };
        let wait = (at - ctx.now).to_std().unwrap_or_default();
        tokio::time::sleep(wait).await;
        if wait >= SIGHT && self.holds_back(&Ctx::system(self.app), &row).await? {
            return Ok(None);
        }
        let stored = self.clerk.store(row.id, vec![Event::Claimed]).await?;
        Ok(self.taken(row, stored, errand))
    }

    /// The turn of a message that was claimed; none where somebody has decided about it, or has the run.
    fn taken(&self, row: DeliveryRow, claimed: Stored, errand: Errand) -> Option<Turn> {
        match claimed {
            Stored::Done(begun, _) => Some(Turn { row, attempt: begun.attempts, errand, mime: None }),
            Stored::Unfit => None,
            Stored::Lost => {
                self.desk().is_lost = true;
                None
            }
        }
    }

    /// One message, to its answer. What comes back is the next one, taken up with it.
    async fn send(&self, transport: &mut Transport, turn: Turn) -> AppResult<Option<Turn>> {
        let Turn { row, attempt, errand, mime } = turn;
        let (reception, event) = {
            let message = (&row, attempt, mime);
            // Behind a try the account is open only when its answer is stored.
            let is_heard = (errand == Errand::Usual).then_some(&self.lets_us_in);
            let mut sent = pin!(deliver(self.app, &self.clerk, transport, message, (self.sender.as_ref(), is_heard)));
            let mut looked = pin!(self.look_ahead());
            let mut is_looking = true;
            loop {
                tokio::select! {
                    biased;
                    // The answer waits for nobody.
                    sent = &mut sent => break sent?,
                    () = &mut looked, if is_looking => is_looking = false,
                }
            }
        };
        let words = event.reason().map(str::to_owned);
        let is_well = errand == Errand::Usual && matches!(event, Event::Accepted { .. });
        let next = if is_well { self.desk().next_fine() } else { None };
        let mut whats: Vec<What> = vec![(row.id, vec![event])];
        whats.extend(next.iter().map(|next| (next.id, vec![Event::Claimed])));
        let (stored, mime) = tokio::join!(self.clerk.store_all(whats), self.prepare(transport, next.as_ref()));
        let mut stored = stored?.into_iter();
        self.app.crash.reach(CrashPoint::Answered);
        match stored.next() {
            Some(Stored::Done(after, effects)) => self.heed(Sent { after, effects, reception, words }, errand).await?,
            Some(Stored::Unfit) => match self.as_it_stands(row.id).await? {
                // It was stored by a transaction of which only the end was not heard, or a person has decided meanwhile.
                Some(after) => self.heed(Sent { after, effects: Vec::new(), reception, words }, errand).await?,
                None => return Ok(None),
            },
            Some(Stored::Lost) | None => {
                self.desk().is_lost = true;
                return Ok(None);
            }
        }
        let turn = next.zip(stored.next()).and_then(|(row, claimed)| self.taken(row, claimed, Errand::Usual));
        Ok(turn.map(|turn| Turn { mime, ..turn }))
    }

    /// How a message stands whose answer did not fit; none where that it was taken up has got lost. Then it is still to be
    /// taken up, and the run is given away: to go on would try it for ever.
    async fn as_it_stands(&self, id: DeliveryId) -> AppResult<Option<Delivery>> {
        let now = Ctx::system(self.app).now;
        let stands = outcomes::row(self.app, id).await?.map(|row| row.delivery()).filter(|stands| !stands.is_due(now));
        self.desk().is_lost |= stands.is_none();
        Ok(stands)
    }

    /// Reads the bytes of the message that is likely to be next, and ends the last one at the server, which is told nothing
    /// of the next one yet. What cannot be done now is done when its turn has come.
    async fn prepare(&self, transport: &mut Transport, next: Option<&DeliveryRow>) -> Option<Vec<u8>> {
        let next = next?;
        transport.make_ready().await;
        bytes(&Ctx::system(self.app), next.id).await.ok()
    }

    /// Leaves the account alone, and says why where something is wrong with it.
    async fn leave(&self, ctx: &Ctx, until: DateTime<Utc>) -> AppResult<()> {
        let is_first = self.desk().rest_until.is_none();
        self.rest(until);
        let block = gate::read(ctx.reader(), self.account).await?.block;
        if let Some(block) = block.filter(|_| is_first) {
            let words = format!("The mail account does not work; nothing is tried over it for now. {}", block.words);
            let tx = ctx.begin().await?;
            book::note(ctx, &*tx, self.hold.run, LogLevel::Warning, words).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Tells the account's gate what the server made of a message.
    async fn heed(&self, sent: Sent, errand: Errand) -> AppResult<()> {
        let ctx = Ctx::system(self.app);
        let Sent { after, effects, reception, words } = sent;
        if effects.contains(&Effect::OpenBreaker) {
            let finder = if errand == Errand::Probe { Finder::Try } else { Finder::Message };
            let gate = tell::account_blocked(&ctx, self.account, words.unwrap_or_default(), finder).await?;
            self.rest(gate.block.map_or(ctx.now, |block| block.probe_at));
            return Ok(());
        }
        if reception == Reception::AskedForLess {
            let gate = gate::slowed(&ctx, self.account).await?;
            self.rest(gate.next_send_at.max(after.next_try_at).unwrap_or(ctx.now));
        }
        match (reception, errand) {
            // The others would meet the same: they wait as long as the message that found out, which may be an old one.
            (Reception::None, _) => {
                let mut desk = self.desk();
                desk.rest_until =
                    desk.rest_until.max(Some(after.next_try_at.unwrap_or(ctx.now).min(ctx.now + UNREACHED)));
                desk.unreached = words;
            }
            (Reception::Listened, Errand::Probe) => gate::worked(&ctx, self.account).await?,
            _ => {}
        }
        // Once the account is open to them.
        if reception == Reception::Listened {
            self.tell_others(true);
        }
        Ok(())
    }
}

/// What a message is sent for, beside itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Errand {
    Usual,
    /// It finds out whether the account works again.
    Probe,
}

/// How a message fared.
struct Sent {
    after: Delivery,
    effects: Vec<Effect>,
    reception: Reception,
    /// Why its attempt broke, or the account was refused.
    words: Option<String>,
}
