//! The life of one planned run, as a pure function of what happened.
//!
//! ```text
//! planned ─► claimed ─► building ─► frozen ─► sending ─► done │ partly │ failed
//!    ▲          └ broke, timed out ┘ │ (again later, or failed)
//!    │                               └─ held: its owner reads the draft, without a worker; approved, or at a time, it goes on
//!    └─ skipped(reason): decided by the planner, at the end of a pause, or by the condition of the schedule once the data
//!       are there
//!       cancelled: by a person, or by the overlap rule, before the end
//! ```
//!
//! A worker owns a run by its *fence*: each claim raises it, and a write with an older one changes nothing. A worker
//! that dies lets its lease run out, and the next claim goes on where the stored state says.

use super::{
    backoff::Backoff,
    delivery::{Delivery, DeliveryPhase},
    span,
};
use crate::text_enum;
use chrono::{DateTime, Duration, Utc};

text_enum!(
    /// Where a run stands. The words are those in the database.
    OccurrenceState {
        /// Waits for its time or for a free worker.
        Planned = "planned",
        Claimed = "claimed",
        /// Its data are being collected.
        Building = "building",
        /// Its data are stored and will not change any more.
        Frozen = "frozen",
        /// Its messages exist and go out, or wait for another try.
        Sending = "sending",
        /// Every recipient's server took the message.
        Done = "done",
        /// Some did.
        Partly = "partly",
        Failed = "failed",
        Cancelled = "cancelled",
        /// Decided not to run; the reason says why.
        Skipped = "skipped",
    }
);

text_enum!(
    /// What made a run.
    Trigger {
        Schedule = "schedule",
        /// A person pressed "Run now".
        Manual = "manual",
    }
);

/// How long a claim holds without a heartbeat.
pub const LEASE: Duration = Duration::seconds(60);
/// How often a worker at work renews its claim.
pub const HEARTBEAT: Duration = Duration::seconds(15);

/// How a schedule wants its runs treated until their messages exist; each message has its own limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunRules {
    /// How long one try may take, from its claim until the messages are stored. A try that takes longer is broken.
    pub timeout: Option<Duration>,
    /// How often it is tried before it fails.
    pub tries: u32,
    /// The waits between two tries. They are stored with the run, so a restart does not shorten them.
    pub backoff: Backoff,
}

impl Default for RunRules {
    fn default() -> Self {
        RunRules {
            timeout: None,
            tries: 5,
            backoff: Backoff { first: Duration::minutes(1), longest: Duration::minutes(30) },
        }
    }
}

/// How long a run rests that could not go on sending: a database that restarts is back in seconds, an account that is
/// gone stays away.
const SENDING_REST: Backoff = Backoff { first: Duration::seconds(5), longest: Duration::minutes(5) };

/// What the rules look at; the row has a column for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub state: OccurrenceState,
    /// Raised by each claim; proof of ownership in every write.
    pub fence: i64,
    /// Until when the owner is believed alive; none while nobody owns it.
    pub lease_until: Option<DateTime<Utc>>,
    /// How often it was begun before its messages existed.
    pub attempts: u32,
    /// How often in a row sending broke off for another reason than its messages.
    pub rests: u32,
    /// When it may be claimed.
    pub next_try_at: Option<DateTime<Utc>>,
    /// Until when the try that is going on must have stored its messages; none without a timeout.
    pub deadline: Option<DateTime<Utc>>,
    /// Its owner is to read what is frozen first. It goes on when they approve, or at `next_try_at` where there is one.
    pub is_held: bool,
    /// Its messages exist and wait for their account, not for their recipients ([`Tally::waits_for_account`]).
    pub waits_for_account: bool,
    /// Why it stands where it stands, in words.
    pub reason: Option<String>,
}

/// What happened. Events of a worker carry the fence of its claim; those of an older claim change nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A worker wants it.
    Claimed,
    Heartbeat {
        fence: i64,
    },
    BuildBegins {
        fence: i64,
    },
    /// The data of the report are stored.
    Frozen {
        fence: i64,
    },
    /// Its owner is asked before anything is written; at the time, if there is one, it goes on without an answer.
    Held {
        fence: i64,
        until: Option<DateTime<Utc>>,
    },
    /// A person lets a draft go. Who does not want it sent cancels the run.
    Approved,
    /// One message per recipient is stored.
    SendingBegins {
        fence: i64,
    },
    /// Collecting, rendering or reaching the mail account went wrong.
    Broke {
        fence: i64,
        reason: String,
        remedy: Remedy,
    },
    /// The try has taken longer than the schedule allows. The worker's own timer says so; a heartbeat after the
    /// deadline means the same.
    TimedOut {
        fence: i64,
    },
    /// The data are there, and the condition of the schedule is not met.
    NotNeeded {
        fence: i64,
        reason: String,
    },
    /// Each message that was due has been tried. What is `for_others`, as a report is, has failed where it went to
    /// nobody: somebody waits for it. A mail about one's own tasks has not, as each person decides about theirs.
    Sent {
        fence: i64,
        tally: Tally,
        for_others: bool,
    },
    /// The worker stops in order and gives it back.
    Released {
        fence: i64,
    },
    /// A person, or the overlap rule, ends it.
    Cancelled {
        reason: String,
    },
    /// It has not begun, and does not any more: its schedule was paused at its time.
    PassedOver {
        reason: String,
    },
    /// A person sends finished messages again.
    Reopened,
    /// A person does not want to wait for the next try.
    Hurried,
    /// A backfill wants a skipped run after all.
    Revived,
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    TryAgain,
    Never,
}

/// How the messages of a run stand, by number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub accepted: u32,
    pub failed: u32,
    pub uncertain: u32,
    /// Not sent because of their recipients: decided, so no failure as long as somebody is left.
    pub withheld: u32,
    /// Queued or deferred.
    pub waiting: u32,
    /// Those of them that were not tried since they were queued.
    pub untried: u32,
    /// Those of them that no mail server has answered in their latest try.
    pub unheard: u32,
    /// When the first of the waiting ones is due.
    pub next_try_at: Option<DateTime<Utc>>,
}

impl Tally {
    /// Counts messages by their phases; the times are those of their next tries.
    pub fn of(messages: impl IntoIterator<Item = (Delivery, Option<DateTime<Utc>>)>) -> Tally {
        let mut tally = Tally::default();
        for (message, next_try_at) in messages {
            match message.phase {
                DeliveryPhase::Accepted => tally.accepted += 1,
                DeliveryPhase::Failed => tally.failed += 1,
                DeliveryPhase::Uncertain => tally.uncertain += 1,
                DeliveryPhase::Withheld => tally.withheld += 1,
                _ => {
                    tally.waiting += 1;
                    tally.untried += u32::from(message.phase == DeliveryPhase::Queued);
                    tally.unheard += u32::from(message.reply.is_none());
                    tally.next_try_at = tally.next_try_at.into_iter().chain(next_try_at).min();
                }
            }
        }
        tally
    }
}

/// What the owner must do after the new state is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Collect the data and freeze them.
    Build,
    /// Render the frozen data and store one message per recipient.
    Render,
    /// Send the messages that are due.
    Send,
    /// Look again at this time.
    WakeAt(DateTime<Utc>),
    /// It has ended, in the state that is stored.
    Finished,
}

impl Standing {
    /// A run that may begin at once.
    pub fn planned(at: DateTime<Utc>) -> Self {
        Standing {
            state: OccurrenceState::Planned,
            fence: 0,
            lease_until: None,
            attempts: 0,
            rests: 0,
            next_try_at: Some(at),
            deadline: None,
            is_held: false,
            waits_for_account: false,
            reason: None,
        }
    }

    /// A run that will not happen.
    pub fn skipped(reason: String) -> Self {
        Standing {
            state: OccurrenceState::Skipped,
            fence: 0,
            lease_until: None,
            attempts: 0,
            rests: 0,
            next_try_at: None,
            deadline: None,
            is_held: false,
            waits_for_account: false,
            reason: Some(reason),
        }
    }

    /// May a worker take it now?
    pub fn is_claimable(&self, now: DateTime<Utc>) -> bool {
        !self.state.is_final()
            && self.lease_until.is_none_or(|until| until <= now)
            && self.next_try_at.map_or(!self.is_held, |at| at <= now)
    }

    /// No next try of a run that waits is put off for longer. None where something else decides: its instant, until it is
    /// first claimed, or its owner. `sending` is the longest for which its messages or their account put it off.
    pub fn longest_wait(&self, rules: &RunRules, sending: Duration) -> Option<Duration> {
        if self.is_held || self.fence == 0 {
            return None;
        }
        match self.state {
            OccurrenceState::Planned | OccurrenceState::Frozen => Some(rules.backoff.most_after(self.attempts)),
            OccurrenceState::Sending => Some(SENDING_REST.most_after(self.rests).max(sending)),
            _ => None,
        }
    }

    /// [`Standing::step_by`] with the default rules.
    pub fn step(self, event: Event, now: DateTime<Utc>, seed: u64) -> (Self, Vec<Effect>) {
        self.step_by(&RunRules::default(), event, now, seed)
    }

    /// The state after an event, and what to do about it. An event that does not fit, or comes from an owner that has
    /// lost the run, changes nothing and has no effect. `seed` decides the jitter of waits.
    pub fn step_by(self, rules: &RunRules, event: Event, now: DateTime<Utc>, seed: u64) -> (Self, Vec<Effect>) {
        use OccurrenceState::*;
        if event.fence().is_some_and(|fence| fence != self.fence) || self.is_outside(&event) {
            return (self, Vec::new());
        }
        match (self.state, event) {
            (_, Event::Claimed) if self.is_claimable(now) => self.claim(rules, now),
            (Claimed | Building | Frozen, Event::TimedOut { .. }) => self.timed_out(rules, now, seed),
            (_, Event::Heartbeat { .. }) if self.is_overdue(now) => self.timed_out(rules, now, seed),
            (_, Event::Heartbeat { .. }) => (self.leased(now), Vec::new()),
            (Claimed, Event::BuildBegins { .. }) => (self.at(Building).leased(now), Vec::new()),
            (Building, Event::NotNeeded { reason, .. }) => self.end(Skipped, Some(reason)),
            (Building, Event::Frozen { .. }) => (self.at(Frozen).leased(now), vec![Effect::Render]),
            (Frozen, Event::Held { until, .. }) => self.held(until),
            (Frozen, Event::Approved) if self.is_held => self.approved(now),
            (Frozen, Event::SendingBegins { .. }) => self.sends(now),
            (Claimed | Building | Frozen, Event::Broke { reason, remedy, .. }) => {
                self.broke(rules, reason, remedy, now, seed)
            }
            // Its messages exist, so it is never given up here: each has its own limit.
            (Sending, Event::Broke { reason, .. }) => self.rested(reason, now, seed),
            (Sending, Event::Sent { tally, for_others, .. }) => self.sent(tally, for_others, now),
            (_, Event::Released { .. }) => self.released(now),
            (Planned | Claimed | Building | Frozen | Sending, Event::Cancelled { reason }) => {
                self.end(Cancelled, Some(reason))
            }
            (Planned, Event::PassedOver { reason }) if self.lease_until.is_none() => self.end(Skipped, Some(reason)),
            (Done | Partly | Failed, Event::Reopened) => self.reopened(now),
            (Sending, Event::Reopened) if self.lease_until.is_none() => self.waits_until(now),
            // What waits for a word of its owner is not hurried past them.
            (Planned | Frozen | Sending, Event::Hurried) if self.lease_until.is_none() && !self.is_held => {
                self.waits_until(now)
            }
            (Skipped, Event::Revived) => self.revived(now),
            _ => (self, Vec::new()),
        }
    }

    /// A worker's event needs a run that is in somebody's hands.
    fn is_outside(&self, event: &Event) -> bool {
        event.fence().is_some() && self.lease_until.is_none()
    }

    /// The try that is going on has taken longer than it may.
    fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }

    fn claim(mut self, rules: &RunRules, now: DateTime<Utc>) -> (Self, Vec<Effect>) {
        use OccurrenceState::*;
        self.fence += 1;
        self.next_try_at = None;
        self.deadline = None;
        self.is_held = false;
        let next = match self.state {
            Sending => return (self.leased(now), vec![Effect::Send]),
            Frozen => Effect::Render,
            _ => {
                self.state = Claimed;
                Effect::Build
            }
        };
        self.attempts += 1;
        if self.attempts > rules.tries {
            let times = if rules.tries == 1 { "once".to_owned() } else { format!("{} times", rules.tries) };
            return self.end(Failed, Some(format!("It stopped in the middle {times} and is not tried again.")));
        }
        self.deadline = rules.timeout.map(|timeout| now + timeout);
        (self.leased(now), vec![next])
    }

    /// Nobody works on it while a person reads it; how often it was begun counts anew, as nothing went wrong.
    fn held(mut self, until: Option<DateTime<Utc>>) -> (Self, Vec<Effect>) {
        self.is_held = true;
        self.lease_until = None;
        self.deadline = None;
        self.attempts = 0;
        self.next_try_at = until;
        (self, until.map(Effect::WakeAt).into_iter().collect())
    }

    fn approved(mut self, now: DateTime<Utc>) -> (Self, Vec<Effect>) {
        self.is_held = false;
        self.waits_until(now)
    }

    fn sends(mut self, now: DateTime<Utc>) -> (Self, Vec<Effect>) {
        self.deadline = None;
        self.waits_for_account = true;
        (self.at(OccurrenceState::Sending).leased(now), vec![Effect::Send])
    }

    fn timed_out(self, rules: &RunRules, now: DateTime<Utc>, seed: u64) -> (Self, Vec<Effect>) {
        let reason = match rules.timeout {
            Some(timeout) => format!("It took longer than the {} that it may take.", span::words(timeout)),
            None => "It took longer than it may take.".to_owned(),
        };
        self.broke(rules, reason, Remedy::TryAgain, now, seed)
    }

    fn broke(
        mut self,
        rules: &RunRules,
        reason: String,
        remedy: Remedy,
        now: DateTime<Utc>,
        seed: u64,
    ) -> (Self, Vec<Effect>) {
        if remedy == Remedy::Never || self.attempts >= rules.tries {
            return self.end(OccurrenceState::Failed, Some(reason));
        }
        let at = now + rules.backoff.wait(self.attempts, seed);
        // What is frozen stays frozen: the next try renders the same data.
        if self.state != OccurrenceState::Frozen {
            self.state = OccurrenceState::Planned;
        }
        self.reason = Some(reason);
        self.waits_until(at)
    }

    fn rested(mut self, reason: String, now: DateTime<Utc>, seed: u64) -> (Self, Vec<Effect>) {
        self.reason = Some(reason);
        self.rests = self.rests.saturating_add(1);
        let wait = SENDING_REST.wait(self.rests, seed);
        self.waits_until(now + wait)
    }

    fn sent(mut self, tally: Tally, for_others: bool, now: DateTime<Utc>) -> (Self, Vec<Effect>) {
        self.reason = tally.words();
        self.rests = 0;
        self.waits_for_account = tally.waits_for_account();
        if tally.waiting > 0 {
            return self.waits_until(tally.next_try_at.unwrap_or(now));
        }
        if for_others && let Some(reason) = tally.nobody_served() {
            return self.end(OccurrenceState::Failed, Some(reason));
        }
        let state = match tally {
            Tally { failed: 0, uncertain: 0, .. } => OccurrenceState::Done,
            Tally { accepted: 0, uncertain: 0, .. } => OccurrenceState::Failed,
            _ => OccurrenceState::Partly,
        };
        let reason = self.reason.take();
        self.end(state, reason)
    }

    fn released(mut self, now: DateTime<Utc>) -> (Self, Vec<Effect>) {
        if matches!(self.state, OccurrenceState::Claimed | OccurrenceState::Building) {
            self.state = OccurrenceState::Planned;
        }
        // Stopping in order is nobody's failed attempt.
        if self.state != OccurrenceState::Sending {
            self.attempts = self.attempts.saturating_sub(1);
        }
        self.waits_until(now)
    }

    fn reopened(mut self, now: DateTime<Utc>) -> (Self, Vec<Effect>) {
        self.state = OccurrenceState::Sending;
        self.rests = 0;
        self.waits_until(now)
    }

    fn revived(mut self, now: DateTime<Utc>) -> (Self, Vec<Effect>) {
        self.state = OccurrenceState::Planned;
        self.attempts = 0;
        self.reason = None;
        self.waits_until(now)
    }

    fn waits_until(mut self, at: DateTime<Utc>) -> (Self, Vec<Effect>) {
        self.lease_until = None;
        self.deadline = None;
        self.next_try_at = Some(at);
        (self, vec![Effect::WakeAt(at)])
    }

    fn end(mut self, state: OccurrenceState, reason: Option<String>) -> (Self, Vec<Effect>) {
        self.lease_until = None;
        self.next_try_at = None;
        self.deadline = None;
        self.is_held = false;
        self.waits_for_account = false;
        self.reason = reason;
        // Whoever still works on it finds its fence outdated.
        self.fence += 1;
        (self.at(state), vec![Effect::Finished])
    }

    fn leased(mut self, now: DateTime<Utc>) -> Self {
        self.lease_until = Some(now + LEASE);
        self
    }

    fn at(mut self, state: OccurrenceState) -> Self {
        self.state = state;
        self
    }
}

impl Event {
    fn fence(&self) -> Option<i64> {
        match self {
            Event::Heartbeat { fence }
            | Event::BuildBegins { fence }
            | Event::Frozen { fence }
            | Event::Held { fence, .. }
            | Event::SendingBegins { fence }
            | Event::Broke { fence, .. }
            | Event::TimedOut { fence }
            | Event::NotNeeded { fence, .. }
            | Event::Sent { fence, .. }
            | Event::Released { fence } => Some(*fence),
            Event::Claimed
            | Event::Approved
            | Event::Cancelled { .. }
            | Event::PassedOver { .. }
            | Event::Reopened
            | Event::Hurried
            | Event::Revived => None,
        }
    }
}

impl Tally {
    /// What did not simply arrive, in words: "1 not delivered, 1 unknown". None when all arrived.
    pub fn words(&self) -> Option<String> {
        let counts = [
            (self.failed, "not delivered"),
            (self.uncertain, "unknown"),
            (self.withheld, "held back"),
            (self.waiting.saturating_sub(self.untried), "waiting for another try"),
            (self.untried, "not tried yet"),
        ];
        let parts: Vec<_> =
            counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        let all = match self.total() {
            1 => "1 message".to_owned(),
            many => format!("{many} messages"),
        };
        (!parts.is_empty()).then(|| format!("Of {all}: {}.", parts.join(", ")))
    }

    /// In words that no message went, was tried or waits: everybody is held back, or nobody was on the list. None where one
    /// did.
    fn nobody_served(&self) -> Option<String> {
        (self.total() == self.withheld).then(|| match self.words() {
            Some(words) => format!("It went to nobody. {words}"),
            None => "It went to nobody: there was nobody on the list of recipients.".to_owned(),
        })
    }

    /// Whether it is the account that messages wait for, and not their recipients: some were not tried, or of all nothing has
    /// been heard. A single one over which a server hangs up is a matter of that one.
    pub fn waits_for_account(&self) -> bool {
        let heard = self.total() - self.withheld - self.unheard;
        self.untried > 0 || (self.unheard > 0 && heard == 0)
    }

    /// All messages.
    pub fn total(&self) -> u32 {
        self.accepted + self.failed + self.uncertain + self.withheld + self.waiting
    }
}

impl OccurrenceState {
    /// Nothing more happens by itself.
    pub fn is_final(self) -> bool {
        use OccurrenceState::*;
        matches!(self, Done | Partly | Failed | Cancelled | Skipped)
    }

    /// The word on the page.
    pub fn label(self) -> &'static str {
        use OccurrenceState::*;
        match self {
            Planned => "Planned",
            Claimed => "Starting",
            Building => "Collecting data",
            Frozen => "Writing messages",
            Sending => "Sending",
            Done => "Done",
            Partly => "Partly delivered",
            Failed => "Failed",
            Cancelled => "Cancelled",
            Skipped => "Skipped",
        }
    }
}

#[cfg(test)]
mod tests;
