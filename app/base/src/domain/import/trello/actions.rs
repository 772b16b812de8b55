//! What the export's actions say about each card, in time order.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::moment;
use super::raw::{RawAction, RawCard};
use crate::domain::import::plan::{PlannedComment, PlannedDue};
use crate::domain::import::words::count;

/// The actions that concern cards of the board, and what they reveal about lists.
#[derive(Default)]
pub struct Actions {
    by_card: HashMap<String, Vec<Fact>>,
    lists: HashMap<String, String>,
    closings: HashMap<String, (DateTime<Utc>, Option<String>)>,
}

/// One recorded action on a card.
pub struct Fact {
    pub at: DateTime<Utc>,
    pub person: Option<String>,
    pub kind: FactKind,
    /// The list that the action names, where the card stood at the time.
    pub list: Option<String>,
}

/// What an action says. Lists are ids.
pub enum FactKind {
    /// Created, copied, mailed in, made from a checklist item, or brought from another board.
    Arrived {
        list: Option<String>,
    },
    Moved {
        from: String,
        to: String,
    },
    Closed(bool),
    Renamed {
        from: String,
        to: String,
    },
    Described,
    DueChanged {
        from: Option<PlannedDue>,
        to: Option<PlannedDue>,
    },
    Commented {
        text: String,
    },
}

/// Sorts the actions by card and time. Those on cards that the board no longer has are counted and left out.
pub fn read(raw: &[RawAction], cards: &[RawCard], now: DateTime<Utc>, warnings: &mut Vec<String>) -> Actions {
    let on_board: HashSet<&str> = cards.iter().map(|card| card.id.as_str()).collect();
    let mut actions = Actions::default();
    let (mut dropped, mut gone_cards, mut unreadable) = (0, HashSet::new(), 0);
    let mut ordered: Vec<(DateTime<Utc>, &RawAction)> = Vec::with_capacity(raw.len());
    for action in raw {
        match moment(action.date.as_ref()) {
            Some(at) => ordered.push((at.min(now), action)),
            None => unreadable += 1,
        }
    }
    // Ids grow with time and settle the order within a millisecond.
    ordered.sort_by(|(a_at, a), (b_at, b)| a_at.cmp(b_at).then_with(|| a.id.cmp(&b.id)));
    for (at, action) in ordered {
        actions.note_lists(action, at);
        let Some(card) = text(&action.data, "/card/id") else { continue };
        let Some(kind) = kind(action) else { continue };
        if !on_board.contains(card.as_str()) {
            dropped += 1;
            gone_cards.insert(card);
            continue;
        }
        let list = text(&action.data, "/list/id");
        actions.by_card.entry(card).or_default().push(Fact { at, person: person(action), kind, list });
    }
    if dropped > 0 {
        warnings.push(format!(
            "{} of {} that the board no longer has: left out.",
            count(dropped, "action"),
            count(gone_cards.len(), "card")
        ));
    }
    if unreadable > 0 {
        warnings.push(format!("{} without a readable date: left out.", count(unreadable, "action")));
    }
    actions
}

/// The comments among the facts, oldest first.
pub fn comments(facts: &[Fact]) -> Vec<PlannedComment> {
    facts
        .iter()
        .filter_map(|fact| match &fact.kind {
            FactKind::Commented { text } => Some(PlannedComment {
                at: fact.at,
                person: fact.person.clone(),
                text: text.clone(),
                edited_at: None,
                before: Vec::new(),
            }),
            _ => None,
        })
        .collect()
}

impl Actions {
    pub fn of_card(&self, id: &str) -> &[Fact] {
        self.by_card.get(id).map_or(&[], Vec::as_slice)
    }

    /// When and by whom a list was last archived.
    pub fn closing_of(&self, list: &str) -> Option<&(DateTime<Utc>, Option<String>)> {
        self.closings.get(list)
    }

    /// Lists through which cards of the board went: id and latest known name.
    pub fn lists_passed(&self) -> impl Iterator<Item = (&String, &String)> {
        let passed: HashSet<&str> = self.by_card.values().flatten().flat_map(Fact::lists).collect();
        self.lists.iter().filter(move |(id, _)| passed.contains(id.as_str()))
    }

    fn note_lists(&mut self, action: &RawAction, at: DateTime<Utc>) {
        for key in ["/list", "/listBefore", "/listAfter"] {
            let (Some(id), Some(name)) =
                (text(&action.data, &format!("{key}/id")), text(&action.data, &format!("{key}/name")))
            else {
                continue;
            };
            self.lists.insert(id, name);
        }
        for id in [text(&action.data, "/old/idList"), text(&action.data, "/card/idList")].into_iter().flatten() {
            self.lists.entry(id).or_default();
        }
        if action.kind == "updateList"
            && let (Some(id), Some(true)) = (text(&action.data, "/list/id"), flag(&action.data, "/list/closed"))
        {
            self.closings.insert(id, (at, person(action)));
        }
    }
}

impl Fact {
    /// The list in which the card stood before this action, as far as the action tells.
    pub fn list_before(&self) -> Option<&str> {
        match &self.kind {
            FactKind::Moved { from, .. } => Some(from),
            FactKind::Arrived { list } => list.as_deref(),
            _ => self.list.as_deref(),
        }
    }

    fn lists(&self) -> impl Iterator<Item = &str> {
        let (first, second) = match &self.kind {
            FactKind::Moved { from, to } => (Some(from.as_str()), Some(to.as_str())),
            FactKind::Arrived { list } => (list.as_deref(), None),
            _ => (self.list.as_deref(), None),
        };
        first.into_iter().chain(second)
    }
}

fn kind(action: &RawAction) -> Option<FactKind> {
    let data = &action.data;
    match action.kind.as_str() {
        "createCard" | "copyCard" | "emailCard" | "convertToCardFromCheckItem" | "moveCardToBoard" => {
            Some(FactKind::Arrived { list: text(data, "/list/id") })
        }
        "commentCard" | "copyCommentCard" => Some(FactKind::Commented { text: text(data, "/text")? }),
        "updateCard" => changed(data),
        // Everything else (members, attachments, checklists, votes, plugins, …) shows in the card as it is now.
        _ => None,
    }
}

/// The one field that an `updateCard` changed: `old` holds its former value.
fn changed(data: &Value) -> Option<FactKind> {
    let from = text(data, "/listBefore/id").or_else(|| text(data, "/old/idList"));
    let to = text(data, "/listAfter/id").or_else(|| text(data, "/card/idList"));
    if let (Some(from), Some(to)) = (from, to) {
        return Some(FactKind::Moved { from, to });
    }
    let old = data.get("old")?;
    if old.get("closed").is_some() {
        return Some(FactKind::Closed(flag(data, "/card/closed").unwrap_or(true)));
    }
    if let Some(from) = text(old, "/name") {
        return Some(FactKind::Renamed { from, to: text(data, "/card/name").unwrap_or_default() });
    }
    if old.get("desc").is_some() {
        return Some(FactKind::Described);
    }
    if let Some(from) = old.get("due") {
        let to = data.pointer("/card/due");
        return Some(FactKind::DueChanged {
            from: moment(Some(from)).map(PlannedDue::At),
            to: moment(to).map(PlannedDue::At),
        });
    }
    None
}

fn person(action: &RawAction) -> Option<String> {
    action
        .id_member_creator
        .clone()
        .or_else(|| action.member_creator.as_ref().map(|member| member.id.clone()))
        .filter(|id| !id.is_empty())
}

fn text(data: &Value, pointer: &str) -> Option<String> {
    data.pointer(pointer)?.as_str().map(str::to_owned)
}

fn flag(data: &Value, pointer: &str) -> Option<bool> {
    data.pointer(pointer)?.as_bool()
}
