//! What a round of sending still has before it, and who of the next few was looked at a moment ago.

use std::{
    collections::{HashSet, VecDeque},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};

use super::outcomes::DeliveryRow;
use crate::domain::ids::DeliveryId;

/// How many messages are looked at before their turn.
const LOOKS_AHEAD: usize = 16;
/// How long what was found of a message then holds.
pub const SIGHT: Duration = Duration::from_secs(1);

/// What is still to be sent, and why nothing more is.
pub struct Desk {
    due: VecDeque<DeliveryRow>,
    /// Those of them that may go, as things were a moment ago.
    pub ahead: Option<Ahead>,
    /// The account is left alone until then.
    pub rest_until: Option<DateTime<Utc>>,
    /// The run belongs to somebody else by now.
    pub is_lost: bool,
}

/// Who may get their message over an account that may send, as things were at an instant.
pub struct Ahead {
    pub at: Instant,
    pub fine: HashSet<DeliveryId>,
}

impl Desk {
    /// With these messages.
    pub fn new(due: VecDeque<DeliveryRow>) -> Self {
        Self { due, ahead: None, rest_until: None, is_lost: false }
    }

    /// The next message; none where all are taken or nothing more may go.
    pub fn next(&mut self) -> Option<DeliveryRow> {
        if self.is_lost || self.rest_until.is_some() { None } else { self.due.pop_front() }
    }

    /// The next message where it is known that it may go now.
    pub fn next_fine(&mut self) -> Option<DeliveryRow> {
        let ahead = self.ahead.as_ref().filter(|ahead| ahead.at.elapsed() < SIGHT)?;
        if ahead.fine.contains(&self.due.front()?.id) { self.next() } else { None }
    }

    /// The messages that are to be looked at; none where it is known of the next one.
    pub fn to_look_at(&self) -> Vec<DeliveryRow> {
        let is_seen = |row: &DeliveryRow| {
            self.ahead.as_ref().is_some_and(|ahead| ahead.at.elapsed() < SIGHT / 2 && ahead.fine.contains(&row.id))
        };
        if self.is_lost || self.rest_until.is_some() || self.due.front().is_some_and(is_seen) {
            return Vec::new();
        }
        // What must be read for its reader alone is looked at when its turn comes.
        self.due.iter().take(LOOKS_AHEAD).take_while(|row| row.projects.is_none()).cloned().collect()
    }
}
