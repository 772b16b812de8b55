//! The life of one message to one recipient, as a pure function of what happened.
//!
//! ```text
//! queued ─► connecting ─► envelope ─► data_sent ─► accepted
//!   ▲           │             │           ├─ 4xx ─► deferred ─► connecting …
//!   │           └── broken ───┘           ├─ 5xx ─► failed
//!   │                 ▼                   └─ broken ─► uncertain ─► the owner decides
//!   └────────────  deferred
//! ```
//!
//! A message that must not go, because of its recipient, is `withheld`: before an attempt, with the reason.
//!
//! `data_sent` is stored before the final dot goes out. A break before it is retried safely; a
//! break after it is unknowable (RFC 1047), so the row is held as `uncertain`. Where it is tried once more by itself, and
//! that comes to nothing, it is as unknown as before: only a person can say that it goes again.

use super::backoff::Backoff;
use super::lease;
use super::smtp_reply::{SmtpReply, Verdict};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

crate::text_enum!(
    /// Where a delivery stands. The words are those in the database.
    DeliveryPhase {
        Queued = "queued",
        Connecting = "connecting",
        Envelope = "envelope",
        DataSent = "data_sent",
        Accepted = "accepted",
        Deferred = "deferred",
        Failed = "failed",
        Uncertain = "uncertain",
        /// Not sent because of its recipient: stopped, without access, or not allowed.
        Withheld = "withheld",
    }
);

/// A delivery as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub phase: DeliveryPhase,
    /// Attempts begun so far. Also tells answers of an earlier attempt apart.
    pub attempts: u32,
    /// Those of them before it was last queued again: the waits count from there, as the age does.
    pub attempts_before: u32,
    /// When the message was queued, or queued again by hand; the age at which to give up counts from here.
    pub queued_at: DateTime<Utc>,
    /// When a queued or deferred delivery may be tried.
    pub next_try_at: Option<DateTime<Utc>>,
    /// The server's last reply, if it said anything.
    pub reply: Option<SmtpReply>,
    /// Why it stands where it stands, in words, when the server did not say it.
    pub reason: Option<String>,
    /// Whether the one automatic second try after an unknown outcome has been used, since it was last queued: what an earlier
    /// try has sent may have arrived.
    pub retried_uncertain: bool,
}

/// What happened. The events of an attempt carry its number; those of a past attempt change nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A worker took the row and is about to connect.
    Claimed,
    /// The connection stands; MAIL and RCPT come next.
    EnvelopeBegins { attempt: u32 },
    /// All but the final dot has been written.
    DotNext { attempt: u32 },
    /// The server answered the message with 2xx.
    Accepted { attempt: u32, reply: SmtpReply },
    /// The server refused, at any phase, with 4xx or 5xx.
    Refused { attempt: u32, reply: SmtpReply },
    /// The server said for good that there is no such recipient (`suppression::is_hard_bounce`).
    Bounced { attempt: u32, reply: SmtpReply },
    /// Connection lost, timed out, or never made.
    Broken { attempt: u32, reason: String },
    /// The account itself does not work: wrong password, untrusted certificate, wrong TLS mode.
    AccountBlocked { attempt: u32, reason: String },
    /// The message came back after it was accepted. `is_hard`: the address leads nowhere.
    Returned { reply: SmtpReply, is_hard: bool },
    /// A worker found the row of a worker that is gone.
    Abandoned,
    /// Its recipient must not get it: found before an attempt.
    Withheld { reason: String },
    /// There is no way for it any more, or has not been for too long, whoever its recipient is: found before an attempt.
    Stranded { reason: String },
    /// The owner of an uncertain, failed or withheld delivery wants it sent again.
    SendAgain,
    /// A person knows that an uncertain delivery arrived: their name, where it is known.
    KnownToHaveArrived { by: Option<String> },
    /// A person gives up a delivery that is not finished: their name, where it is known.
    GivenUp { by: Option<String> },
}

/// What the caller must do after storing the new state, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Begin the attempt: connect or take an open connection.
    Connect,
    /// The new state is stored: the final dot may go out.
    SendFinalDot,
    /// Look at the row again at this time.
    WakeAt(DateTime<Utc>),
    /// Stop using the account until a person has looked at it or the time of the next try.
    OpenBreaker,
    /// The server asked for less: close the connection and slow down.
    SlowDown,
    /// Nothing more goes to this address.
    Suppress,
    /// The delivery has ended, in the phase of the state.
    Finished,
}

crate::text_enum!(
    /// What to do with a delivery whose outcome is unknown. The words are those in the database.
    #[derive(Default)]
    UncertainRule {
        /// Wait for the owner.
        #[default]
        Hold = "hold",
        /// Try once more with the same Message-ID, then wait for the owner.
        RetryOnce = "retry_once",
    }
);

impl UncertainRule {
    /// The words in a list of choices.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Hold => "A person decides",
            Self::RetryOnce => "Try it once more, then a person decides",
        }
    }
}

/// Between the tries of a message; the same for all.
const WAITS: Backoff = Backoff { first: Duration::minutes(1), longest: Duration::hours(2) };

/// How patient a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryPolicy {
    /// Age after which no further try is planned.
    pub give_up_after: Duration,
    pub uncertain: UncertainRule,
}

impl Default for DeliveryPolicy {
    fn default() -> Self {
        Self { give_up_after: Duration::hours(24), uncertain: UncertainRule::Hold }
    }
}

impl Delivery {
    /// A delivery that may be tried at once.
    pub fn queued(now: DateTime<Utc>) -> Self {
        Self {
            phase: DeliveryPhase::Queued,
            attempts: 0,
            attempts_before: 0,
            queued_at: now,
            next_try_at: Some(now),
            reply: None,
            reason: None,
            retried_uncertain: false,
        }
    }

    /// Whether a worker may begin an attempt at this time. Where the clock was set back since, what is queued waits for
    /// nothing, as its instant has come, and a next try that is further ahead than any can be put off has come as well.
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        let has_come = |at: DateTime<Utc>| at <= now || at > lease::latest_end(now, self.longest_wait());
        match self.phase {
            DeliveryPhase::Queued => true,
            phase => phase.is_waiting() && self.next_try_at.is_none_or(has_come),
        }
    }

    /// No next try is put off for longer after so many attempts.
    pub fn longest_wait(&self) -> Duration {
        match self.phase {
            DeliveryPhase::Deferred => WAITS.most_after(self.attempts_in_a_row()),
            _ => Duration::zero(),
        }
    }

    /// Attempts since it was queued, or queued again.
    fn attempts_in_a_row(&self) -> u32 {
        self.attempts.saturating_sub(self.attempts_before)
    }

    /// When a worker may begin the next attempt, at the earliest now; none where none is planned.
    pub fn due_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.is_due(now) { Some(now) } else { self.next_try_at }
    }

    /// The state after an event, and what to do about it. `seed` decides the jitter of the waits;
    /// take it from the row's id. An event that does not fit the state changes nothing.
    pub fn step(self, event: Event, now: DateTime<Utc>, policy: &DeliveryPolicy, seed: u64) -> (Self, Vec<Effect>) {
        use DeliveryPhase::*;
        if event.attempt().is_some_and(|attempt| attempt != self.attempts) {
            return (self, Vec::new());
        }
        match (self.phase, event) {
            (Queued | Deferred, Event::Claimed) if self.is_due(now) => self.begin(),
            (Connecting, Event::EnvelopeBegins { .. }) => (self.at(Envelope), Vec::new()),
            (Envelope, Event::DotNext { .. }) => (self.at(DataSent), vec![Effect::SendFinalDot]),
            (DataSent | Uncertain, Event::Accepted { reply, .. }) => self.with_reply(reply).end(Accepted),
            (Connecting | Envelope | DataSent, Event::Refused { reply, .. }) => self.refuse(reply, now, policy, seed),
            (Connecting | Envelope | DataSent, Event::Bounced { reply, .. }) => self.bounce(reply),
            (Connecting | Envelope, Event::Broken { reason, .. }) => self.with_reason(reason).defer(now, policy, seed),
            (Connecting | Envelope, Event::AccountBlocked { reason, .. }) => self.block(reason, now, policy, seed),
            (Connecting | Envelope, Event::Abandoned) => {
                self.with_reason("The server stopped before the message was sent.".into()).defer(now, policy, seed)
            }
            (DataSent, Event::Broken { reason, .. } | Event::AccountBlocked { reason, .. }) => {
                self.with_reason(reason).doubt(now, policy, seed)
            }
            (DataSent, Event::Abandoned) => self
                .with_reason("The server stopped while it waited for the mail server's answer.".into())
                .doubt(now, policy, seed),
            (Accepted | Uncertain, Event::Returned { reply, is_hard: false }) => self.with_reply(reply).end(Failed),
            (Accepted | Uncertain, Event::Returned { reply, is_hard: true }) => self.bounce(reply),
            (Queued | Deferred, Event::Withheld { reason }) => self.close(reason, Withheld),
            (Queued | Deferred, Event::Stranded { reason }) => self.close(reason, Failed),
            (Uncertain | Failed | Withheld, Event::SendAgain) => self.queue_again(now),
            (Uncertain, Event::KnownToHaveArrived { by }) => {
                let who = by.unwrap_or_else(|| "hand".to_owned());
                self.with_reason(format!("Marked as delivered by {who}.")).end(Accepted)
            }
            (Queued | Deferred, Event::GivenUp { by }) => self.given_up(by).end_unsent(Failed),
            (Uncertain, Event::GivenUp { by }) => self.given_up(by).end(Failed),
            _ => (self, Vec::new()),
        }
    }

    fn begin(mut self) -> (Self, Vec<Effect>) {
        self.attempts += 1;
        self.next_try_at = None;
        self.reply = None;
        self.reason = None;
        (self.at(DeliveryPhase::Connecting), vec![Effect::Connect])
    }

    fn refuse(self, reply: SmtpReply, now: DateTime<Utc>, policy: &DeliveryPolicy, seed: u64) -> (Self, Vec<Effect>) {
        let closing = reply.is_closing();
        let verdict = reply.verdict();
        let refused = self.with_reply(reply);
        let (next, mut effects) = match verdict {
            Verdict::Never => refused.end_unsent(DeliveryPhase::Failed),
            // A 2xx or 3xx where it was not expected refuses nothing for good.
            Verdict::Later | Verdict::Yes => refused.defer(now, policy, seed),
        };
        if closing {
            effects.insert(0, Effect::SlowDown);
        }
        (next, effects)
    }

    fn bounce(self, reply: SmtpReply) -> (Self, Vec<Effect>) {
        let (next, mut effects) = self.with_reply(reply).end(DeliveryPhase::Failed);
        effects.insert(0, Effect::Suppress);
        (next, effects)
    }

    fn close(mut self, reason: String, phase: DeliveryPhase) -> (Self, Vec<Effect>) {
        // What a server said of an earlier attempt is not why.
        self.reply = None;
        self.with_reason(reason).end_unsent(phase)
    }

    fn block(self, reason: String, now: DateTime<Utc>, policy: &DeliveryPolicy, seed: u64) -> (Self, Vec<Effect>) {
        let (next, mut effects) = self.with_reason(reason).defer(now, policy, seed);
        effects.insert(0, Effect::OpenBreaker);
        (next, effects)
    }

    /// What a server said of the last attempt, or why that one broke, stays: it is why somebody gave up.
    fn given_up(self, by: Option<String>) -> Self {
        let who = by.unwrap_or_else(|| "hand".to_owned());
        self.and_reason(format!("Given up by {who}."))
    }

    fn defer(mut self, now: DateTime<Utc>, policy: &DeliveryPolicy, seed: u64) -> (Self, Vec<Effect>) {
        let at = now + WAITS.wait(self.attempts_in_a_row(), seed);
        if at > self.queued_at + policy.give_up_after {
            return self.end_unsent(DeliveryPhase::Failed);
        }
        self.next_try_at = Some(at);
        (self.at(DeliveryPhase::Deferred), vec![Effect::WakeAt(at)])
    }

    fn doubt(mut self, now: DateTime<Utc>, policy: &DeliveryPolicy, seed: u64) -> (Self, Vec<Effect>) {
        if policy.uncertain == UncertainRule::RetryOnce && !self.retried_uncertain {
            self.retried_uncertain = true;
            return self.defer(now, policy, seed);
        }
        self.end(DeliveryPhase::Uncertain)
    }

    fn queue_again(mut self, now: DateTime<Utc>) -> (Self, Vec<Effect>) {
        self.queued_at = now;
        self.attempts_before = self.attempts;
        // Whoever sends it again knows what they do.
        self.retried_uncertain = false;
        self.next_try_at = Some(now);
        (self.at(DeliveryPhase::Queued), vec![Effect::WakeAt(now)])
    }

    fn end(mut self, phase: DeliveryPhase) -> (Self, Vec<Effect>) {
        self.next_try_at = None;
        (self.at(phase), vec![Effect::Finished])
    }

    /// Ends it without its being sent by the last try: unknown where an earlier one may have arrived, which nobody must send
    /// again in a heap with others.
    fn end_unsent(self, phase: DeliveryPhase) -> (Self, Vec<Effect>) {
        if self.retried_uncertain {
            return self.and_reason("An earlier try may have arrived.".to_owned()).end(DeliveryPhase::Uncertain);
        }
        self.end(phase)
    }

    fn at(mut self, phase: DeliveryPhase) -> Self {
        self.phase = phase;
        self
    }

    fn with_reply(mut self, reply: SmtpReply) -> Self {
        self.reply = Some(reply);
        self.reason = None;
        self
    }

    fn with_reason(mut self, reason: String) -> Self {
        self.reason = Some(reason);
        self
    }

    fn and_reason(self, further: String) -> Self {
        let reason = match &self.reason {
            Some(reason) => after(reason, &further),
            None => further,
        };
        self.with_reason(reason)
    }
}

/// How a delivery stands, for people: the server's last words, and what there is to add to them, or to say without them.
pub fn said(reply: Option<&SmtpReply>, reason: Option<&str>) -> Option<String> {
    match (reply, reason) {
        (Some(reply), Some(reason)) => Some(after(&reply.to_string(), reason)),
        (Some(reply), None) => Some(reply.to_string()),
        (None, reason) => reason.map(str::to_owned),
    }
}

/// Another sentence behind the first.
fn after(first: &str, second: &str) -> String {
    let first = first.trim_end();
    let stop = if first.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{stop} {second}")
}

impl Event {
    /// Whether it may leave a message of which nobody knows whether it arrived.
    pub fn may_leave_unknown(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. }
                | Self::Broken { .. }
                | Self::AccountBlocked { .. }
                | Self::Abandoned
                | Self::Withheld { .. }
                | Self::Stranded { .. }
                | Self::GivenUp { .. }
        )
    }

    /// Whether it says how an attempt has ended, which nobody knows but whoever made it.
    pub fn ends_an_attempt(&self) -> bool {
        match self {
            Self::Accepted { .. }
            | Self::Refused { .. }
            | Self::Bounced { .. }
            | Self::Broken { .. }
            | Self::AccountBlocked { .. } => true,
            Self::Claimed
            | Self::EnvelopeBegins { .. }
            | Self::DotNext { .. }
            | Self::Returned { .. }
            | Self::Abandoned
            | Self::Withheld { .. }
            | Self::Stranded { .. }
            | Self::SendAgain
            | Self::KnownToHaveArrived { .. }
            | Self::GivenUp { .. } => false,
        }
    }

    /// Whether the patience of a delivery decides what follows.
    pub fn asks_for_patience(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Broken { .. } | Self::AccountBlocked { .. } | Self::Abandoned)
    }

    /// Why an attempt broke, or the account was refused.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Broken { reason, .. } | Self::AccountBlocked { reason, .. } => Some(reason),
            _ => None,
        }
    }

    fn attempt(&self) -> Option<u32> {
        match self {
            Self::EnvelopeBegins { attempt }
            | Self::DotNext { attempt }
            | Self::Accepted { attempt, .. }
            | Self::Refused { attempt, .. }
            | Self::Bounced { attempt, .. }
            | Self::Broken { attempt, .. }
            | Self::AccountBlocked { attempt, .. } => Some(*attempt),
            Self::Claimed
            | Self::Returned { .. }
            | Self::Abandoned
            | Self::Withheld { .. }
            | Self::Stranded { .. }
            | Self::SendAgain
            | Self::KnownToHaveArrived { .. }
            | Self::GivenUp { .. } => None,
        }
    }
}

impl DeliveryPhase {
    /// The word on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Queued => "Waiting",
            Self::Connecting => "Connecting",
            Self::Envelope | Self::DataSent => "Sending",
            Self::Accepted => "Delivered",
            Self::Deferred => "Trying again later",
            Self::Failed => "Not delivered",
            Self::Uncertain => "Unknown",
            Self::Withheld => "Held back",
        }
    }

    /// Waiting for an attempt.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Queued | Self::Deferred)
    }

    /// In the hands of a worker.
    pub fn is_in_flight(self) -> bool {
        matches!(self, Self::Connecting | Self::Envelope | Self::DataSent)
    }

    /// Nothing more happens without a person.
    pub fn is_finished(self) -> bool {
        matches!(self, Self::Accepted | Self::Failed | Self::Uncertain | Self::Withheld)
    }
}

#[cfg(test)]
mod tests;
