//! What a round of sending still has before it, and who of the next few was looked at a moment ago.

use std::{
    collections::{HashSet, VecDeque},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};

use super::outcomes::DeliveryRow;
use crate::domain::ids::DeliveryId;

/// How many messages are looked at before their turn.
const LOOKS_AHEAD: usize = 32;
/// So many of the next ones are to be looked at already: while it is looked at others, connections take these.
const IN_SIGHT: usize = LOOKS_AHEAD / 2;
/// How long what was found of a message then holds.
pub const SIGHT: Duration = Duration::from_secs(1);

/// What is still to be sent, and why nothing more is.
pub struct Desk {
    due: VecDeque<DeliveryRow>,
    /// Those of them that may go, as things were a moment ago.
    pub ahead: Option<Ahead>,
    /// The account is left alone until then.
    pub rest_until: Option<DateTime<Utc>>,
    /// Why its server was not reached, or turned us away before any message was named.
    pub unreached: Option<String>,
    /// The run belongs to somebody else by now.
    pub is_lost: bool,
}

/// Who may get their message over an account that may send, as things were at an instant.
pub struct Ahead {
    pub at: Instant,
    /// All that were looked at.
    pub looked_at: HashSet<DeliveryId>,
    /// Those of them who may.
    pub fine: HashSet<DeliveryId>,
}

impl Desk {
    /// With these messages.
    pub fn new(due: VecDeque<DeliveryRow>) -> Self {
        Self { due, ahead: None, rest_until: None, unreached: None, is_lost: false }
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

    /// The messages that are to be looked at; none where the next few were looked at a moment ago.
    pub fn to_look_at(&self) -> Vec<DeliveryRow> {
        if self.is_lost || self.rest_until.is_some() {
            return Vec::new();
        }
        // What must be read for its reader alone is looked at when its turn comes.
        let next = || self.due.iter().take_while(|row| row.projects.is_none());
        let is_in_sight = |row: &DeliveryRow| {
            self.ahead.as_ref().is_some_and(|ahead| ahead.at.elapsed() < SIGHT / 2 && ahead.looked_at.contains(&row.id))
        };
        if next().take(IN_SIGHT).all(is_in_sight) {
            return Vec::new();
        }
        next().take(LOOKS_AHEAD).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn desk(count: u128) -> Desk {
        Desk::new((0..count).map(|number| DeliveryRow::waiting(DeliveryId(Uuid::from_u128(number)))).collect())
    }

    fn look(desk: &mut Desk, at: Instant, is_fine: impl Fn(&DeliveryRow) -> bool) -> usize {
        let rows = desk.to_look_at();
        if !rows.is_empty() {
            let fine = rows.iter().filter(|row| is_fine(row)).map(|row| row.id).collect();
            desk.ahead = Some(Ahead { at, looked_at: rows.iter().map(|row| row.id).collect(), fine });
        }
        rows.len()
    }

    #[test]
    fn the_next_are_looked_at_before_those_that_were_are_all_taken() {
        let mut desk = desk(100);
        assert!(desk.next_fine().is_none(), "nothing is known of anybody");
        assert_eq!(look(&mut desk, Instant::now(), |_| true), LOOKS_AHEAD);
        assert_eq!(look(&mut desk, Instant::now(), |_| true), 0, "not twice");
        for taken in 0..=IN_SIGHT {
            assert!(desk.to_look_at().is_empty(), "{taken} are taken");
            assert!(desk.next_fine().is_some());
        }
        assert_eq!(desk.to_look_at().len(), LOOKS_AHEAD, "half of them are taken");
        assert!(desk.next_fine().is_some(), "and the others are there meanwhile");
    }

    #[test]
    fn who_may_not_get_it_is_not_looked_at_again_and_again_and_is_not_taken_up_unseen() {
        let mut desk = desk(10);
        assert_eq!(look(&mut desk, Instant::now(), |row| row.id.0.as_u128() != 1), 10);
        assert!(desk.next_fine().is_some() && desk.next_fine().is_none());
        assert!(desk.to_look_at().is_empty());
    }

    #[test]
    fn what_was_looked_at_too_long_ago_is_looked_at_again() {
        let mut desk = desk(10);
        let before = Instant::now().checked_sub(SIGHT).unwrap();
        look(&mut desk, before, |_| true);
        assert!(desk.next_fine().is_none());
        assert_eq!(desk.to_look_at().len(), 10);
    }
}
