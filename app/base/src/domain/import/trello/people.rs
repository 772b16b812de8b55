//! Who is assigned or did something on the board.

use std::collections::{HashMap, HashSet};

use super::raw::{RawBoard, RawMember};
use crate::domain::import::plan::{PlannedCard, PlannedEvent, PlannedPart, PlannedPerson};

/// The members that cards and history refer to, by name. Members who touched nothing are not brought along;
/// former members are known from what they did.
pub fn of_board(board: &RawBoard, cards: &[PlannedCard], history: &[PlannedEvent]) -> Vec<PlannedPerson> {
    let mut known: HashMap<&str, &RawMember> = board
        .actions
        .iter()
        .filter_map(|action| action.member_creator.as_ref())
        .map(|member| (member.id.as_str(), member))
        .collect();
    known.extend(board.members.iter().map(|member| (member.id.as_str(), member)));
    let mut wanted: Vec<&str> = cards
        .iter()
        .flat_map(|card| card.people.iter().chain(card.comments.iter().filter_map(|comment| comment.person.as_ref())))
        .map(String::as_str)
        .collect();
    wanted.extend(history.iter().filter_map(|event| event.person.as_deref()));
    wanted.sort_unstable();
    wanted.dedup();
    let mut people: Vec<PlannedPerson> = wanted
        .into_iter()
        .filter_map(|id| known.get(id))
        .map(|member| PlannedPerson {
            source_id: member.id.clone(),
            name: display_name(member),
            username: member.username.clone(),
            part: PlannedPart::Involved,
        })
        .collect();
    people.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.source_id.cmp(&b.source_id)));
    people
}

/// Drops references to ids that have no name anywhere in the file (deleted accounts).
pub fn forget_unknown(cards: &mut [PlannedCard], history: &mut [PlannedEvent], people: &[PlannedPerson]) {
    let named: HashSet<&str> = people.iter().map(|person| person.source_id.as_str()).collect();
    let is_named = |person: &Option<String>| person.as_deref().is_some_and(|id| named.contains(id));
    for card in cards {
        card.people.retain(|id| named.contains(id.as_str()));
        for comment in &mut card.comments {
            if !is_named(&comment.person) {
                comment.person = None;
            }
        }
    }
    for event in history {
        if !is_named(&event.person) {
            event.person = None;
        }
    }
}

fn display_name(member: &RawMember) -> String {
    [member.full_name.trim(), member.username.trim()]
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or("Former member")
        .to_owned()
}
