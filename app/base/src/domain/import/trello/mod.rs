//! Reads a Trello board export (JSON) into an import plan.

mod actions;
mod cards;
mod fault;
mod history;
mod people;
mod raw;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::plan::{ColumnState, ImportPlan, PlannedColumn};
use super::problem::{ImportProblem, excerpt};
use super::text::read_text;
use super::words::{status_of_list, statuses_of_lists};
use crate::domain::task::Status;
use raw::{RawBoard, RawCard, RawList};

/// Trello exports no more than this many actions, the newest.
const ACTIONS_IN_EXPORT: usize = 1000;

/// The board in an export. `now` bounds dates: nothing in the past of a board lies in the future.
///
/// # Errors
/// The first place where the file is not a Trello export, with line and character.
pub fn read(bytes: &[u8], now: DateTime<Utc>) -> Result<ImportPlan, ImportProblem> {
    let text = read_text(bytes, fault::EXPORT_AGAIN)?;
    if text.trim_start().starts_with('<') {
        return Err(ImportProblem::file(format!(
            "The file is a web page; expected a board export in JSON. {}",
            fault::EXPORT_AGAIN
        )));
    }
    if !text.trim_start().starts_with('{') {
        let found: String = text.trim_start().chars().take(10).collect();
        return Err(ImportProblem::at(
            1,
            1,
            format!(
                "found “{}”; expected “{{”, with which a board export begins. {}",
                excerpt(&found),
                fault::EXPORT_AGAIN
            ),
        ));
    }
    let board: RawBoard = serde_json::from_str(text).map_err(|error| fault::in_words(&error, text))?;
    plan(board, now)
}

fn plan(mut board: RawBoard, now: DateTime<Utc>) -> Result<ImportPlan, ImportProblem> {
    let (Some(lists), Some(mut raw_cards)) = (board.lists.take(), board.cards.take()) else {
        return Err(ImportProblem::file(
            "The file is JSON, but not a Trello board: expected the fields “lists” and “cards”. An export of a whole workspace or of a single card cannot be imported.",
        ));
    };
    let mut warnings = Vec::new();
    let last_activity = board.date_last_activity.unwrap_or(now).min(now);
    cards::leave_out_templates(&mut raw_cards, &mut warnings);
    let mut columns = columns(lists);
    let actions = actions::read(&board.actions, &raw_cards, now, &mut warnings);
    add_gone_lists(&mut columns, &actions, &mut raw_cards);

    let closed_lists: HashSet<&str> = columns
        .iter()
        .filter(|column| column.state != ColumnState::Open)
        .map(|column| column.source_id.as_str())
        .collect();
    let (mut history, mut comments) = (Vec::new(), HashMap::new());
    let mut inferred = history::Inferred::default();
    for card in &raw_cards {
        let facts = actions.of_card(&card.id);
        let seen = history::Seen {
            list_closed: closed_lists.contains(card.id_list.as_str()),
            list_closed_at: actions.closing_of(&card.id_list),
            last_activity,
            now,
        };
        history.extend(history::of_card(card, facts, &seen, &mut inferred));
        comments.insert(card.id.clone(), actions::comments(facts));
    }
    inferred.explain(board.actions.len(), &mut warnings);
    let mut built = cards::build(&board, raw_cards, &history, comments, &closed_lists, &mut warnings);
    cards::sort_by_place(&mut built.cards, &columns);
    for column in &mut columns {
        column.cards = built.cards.iter().filter(|card| card.column == column.source_id).count();
    }
    history.sort_by_key(|event| event.at);
    let people = people::of_board(&board, &built.cards, &history);
    people::forget_unknown(&mut built.cards, &mut history, &people);
    let project_name =
        if board.name.trim().is_empty() { "Trello board".to_owned() } else { board.name.trim().to_owned() };
    Ok(ImportPlan {
        project_name,
        columns,
        labels: built.labels,
        people,
        cards: built.cards,
        history,
        warnings,
        project: None,
    })
}

fn columns(mut lists: Vec<RawList>) -> Vec<PlannedColumn> {
    lists.sort_by(|a, b| a.closed.cmp(&b.closed).then(a.pos.total_cmp(&b.pos)));
    let mut known = HashSet::new();
    lists.retain(|list| known.insert(list.id.clone()));
    let statuses = statuses_of_lists(lists.iter().map(|list| list.name.as_str()));
    lists
        .into_iter()
        .zip(statuses)
        .map(|(list, status)| PlannedColumn {
            source_id: list.id,
            name: named(&list.name, "Unnamed list"),
            status,
            state: if list.closed { ColumnState::Closed } else { ColumnState::Open },
            cards: 0,
            limit: None,
        })
        .collect()
}

/// Lists that the board no longer has, but through which cards of the board went or in which they stand.
fn add_gone_lists(columns: &mut Vec<PlannedColumn>, actions: &actions::Actions, cards: &mut [RawCard]) {
    let known: HashSet<String> = columns.iter().map(|column| column.source_id.clone()).collect();
    let mut gone: BTreeMap<String, String> =
        actions.lists_passed().map(|(id, name)| (id.clone(), name.clone())).collect();
    for card in cards {
        if card.id_list.is_empty() {
            card.id_list = "none".to_owned();
        }
        gone.entry(card.id_list.clone()).or_default();
    }
    gone.retain(|id, _| !known.contains(id));
    for (id, name) in gone {
        let status = status_of_list(&name).unwrap_or(Status::Todo);
        columns.push(PlannedColumn {
            source_id: id,
            name: named(&name, "Deleted list"),
            status,
            state: ColumnState::Gone,
            cards: 0,
            limit: None,
        });
    }
}

fn named(name: &str, otherwise: &str) -> String {
    if name.trim().is_empty() { otherwise.to_owned() } else { name.trim().to_owned() }
}

/// An instant as Trello writes it, if it is one.
fn moment(value: Option<&Value>) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(value?.as_str()?).ok().map(|at| at.to_utc())
}

/// The creation time in the first eight hexadecimal digits of an object id (seconds since 1970).
fn born(id: &str) -> Option<DateTime<Utc>> {
    let seconds = i64::from_str_radix(id.get(..8)?, 16).ok()?;
    // Trello opened in 2011; anything earlier is not such an id.
    (id.len() == 24 && seconds > 1_293_840_000).then(|| DateTime::from_timestamp(seconds, 0)).flatten()
}
