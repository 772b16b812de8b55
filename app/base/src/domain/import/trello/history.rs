//! One card's past as an unbroken chain: it is created somewhere, every move starts where the last one
//! ended, and the chain ends where the card stands. What the export lacks is inferred and marked.

use chrono::{DateTime, Utc};

use super::actions::{Fact, FactKind};
use super::raw::RawCard;
use super::{ACTIONS_IN_EXPORT, born};
use crate::domain::import::plan::{EventOrigin, PlannedChange, PlannedEvent};
use crate::domain::import::words::count;

/// What bounds and ends a card's past.
pub struct Seen<'a> {
    /// Whether the list in which the card stands is archived or gone: then so is the card.
    pub list_closed: bool,
    pub list_closed_at: Option<&'a (DateTime<Utc>, Option<String>)>,
    /// Last activity on the board.
    pub last_activity: DateTime<Utc>,
    pub now: DateTime<Utc>,
}

/// How many events the export lacked.
#[derive(Default)]
pub struct Inferred {
    births: usize,
    links: usize,
}

impl Inferred {
    /// Says what was inferred and why.
    pub fn explain(&self, actions: usize, warnings: &mut Vec<String>) {
        if self.births > 0 {
            let why = if actions >= ACTIONS_IN_EXPORT {
                format!(": Trello exports only the newest {ACTIONS_IN_EXPORT} actions")
            } else {
                String::new()
            };
            warnings.push(format!(
                "{} without a recorded beginning{why}. The creation date comes from the card's number at Trello; earlier moves are unknown.",
                count(self.births, "card")
            ));
        }
        if self.links > 0 {
            warnings.push(format!(
                "{} missing in the export and inferred from where the cards stood before and after.",
                count(self.links, "step")
            ));
        }
    }
}

/// The events of one card, oldest first.
pub fn of_card(card: &RawCard, facts: &[Fact], seen: &Seen<'_>, inferred: &mut Inferred) -> Vec<PlannedEvent> {
    let mut chain = Chain::begin(card, facts, seen, inferred);
    for fact in facts {
        chain.follow(fact, inferred);
    }
    chain.end(card, seen, inferred);
    chain.events
}

struct Chain<'a> {
    card: &'a str,
    list: String,
    archived: bool,
    events: Vec<PlannedEvent>,
    /// The first arrival has become the beginning.
    begun: bool,
}

impl<'a> Chain<'a> {
    fn begin(card: &'a RawCard, facts: &[Fact], seen: &Seen<'_>, inferred: &mut Inferred) -> Self {
        let arrival = facts.first().filter(|fact| matches!(fact.kind, FactKind::Arrived { .. }));
        let list = facts.iter().find_map(Fact::list_before).unwrap_or(&card.id_list).to_owned();
        let (at, person, origin) = match arrival {
            Some(fact) => (fact.at, fact.person.clone(), EventOrigin::Recorded),
            None => {
                inferred.births += 1;
                let from_id = born(&card.id).or(card.date_last_activity).unwrap_or(seen.last_activity).min(seen.now);
                let first = facts.first().map_or(from_id, |fact| fact.at);
                (from_id.min(first), None, EventOrigin::Inferred)
            }
        };
        let created = PlannedEvent {
            card: card.id.clone(),
            at,
            person,
            change: PlannedChange::Created { column: list.clone() },
            origin,
        };
        Self { card: &card.id, list, archived: false, events: vec![created], begun: arrival.is_none() }
    }

    fn follow(&mut self, fact: &Fact, inferred: &mut Inferred) {
        match &fact.kind {
            FactKind::Arrived { .. } if !self.begun => self.begun = true,
            // It left for another board and came back.
            FactKind::Arrived { list: Some(list) } => self.go(fact, &list.clone(), EventOrigin::Recorded),
            FactKind::Arrived { list: None } => {}
            FactKind::Moved { from, to } => {
                if *from != self.list {
                    inferred.links += 1;
                    self.go(fact, from, EventOrigin::Inferred);
                }
                self.go(fact, to, EventOrigin::Recorded);
            }
            FactKind::Closed(closed) if *closed == self.archived => {}
            FactKind::Closed(closed) => {
                self.archived = *closed;
                self.record(fact, if *closed { PlannedChange::Archived } else { PlannedChange::Restored });
            }
            FactKind::Renamed { from, to } => {
                self.record(fact, PlannedChange::Renamed { from: from.clone(), to: to.clone() })
            }
            FactKind::Described => self.record(fact, PlannedChange::Described),
            FactKind::DueChanged { from, to } => self.record(fact, PlannedChange::DueChanged { from: *from, to: *to }),
            FactKind::Commented { .. } => self.record(fact, PlannedChange::Commented),
        }
    }

    fn end(&mut self, card: &RawCard, seen: &Seen<'_>, inferred: &mut Inferred) {
        let latest = self.events.last().map_or(seen.now, |event| event.at);
        let touched = card.date_last_activity.unwrap_or(seen.last_activity).min(seen.now).max(latest);
        if !card.id_list.is_empty() && card.id_list != self.list {
            inferred.links += 1;
            let change = PlannedChange::Moved { from: std::mem::take(&mut self.list), to: card.id_list.clone() };
            self.infer(touched, None, change);
            self.list.clone_from(&card.id_list);
        }
        let latest = self.events.last().map_or(touched, |event| event.at);
        match (self.archived, card.closed, seen.list_closed) {
            (true, false, false) => {
                inferred.links += 1;
                self.infer(touched, None, PlannedChange::Restored);
            }
            (false, true, _) => {
                inferred.links += 1;
                self.infer(touched, None, PlannedChange::Archived);
            }
            // Archived together with its list: no action of its own says so.
            (false, false, true) => {
                let (at, person) = seen.list_closed_at.cloned().unwrap_or((touched, None));
                self.infer(at.max(latest), person, PlannedChange::Archived);
            }
            _ => {}
        }
    }

    fn go(&mut self, fact: &Fact, to: &str, origin: EventOrigin) {
        if to == self.list {
            return;
        }
        let from = std::mem::replace(&mut self.list, to.to_owned());
        let change = PlannedChange::Moved { from, to: to.to_owned() };
        self.events.push(PlannedEvent {
            card: self.card.to_owned(),
            at: fact.at,
            person: fact.person.clone(),
            change,
            origin,
        });
    }

    fn record(&mut self, fact: &Fact, change: PlannedChange) {
        self.events.push(PlannedEvent {
            card: self.card.to_owned(),
            at: fact.at,
            person: fact.person.clone(),
            change,
            origin: EventOrigin::Recorded,
        });
    }

    fn infer(&mut self, at: DateTime<Utc>, person: Option<String>, change: PlannedChange) {
        self.events.push(PlannedEvent {
            card: self.card.to_owned(),
            at,
            person,
            change,
            origin: EventOrigin::Inferred,
        });
    }
}
