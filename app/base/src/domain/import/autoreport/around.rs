//! What stands around the tasks of an export: the project, its lists, labels, people, rules and shared views.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::Known;
use super::place::Place;
use crate::domain::automation::{Action, Need, RULES_MAX, Trigger};
use crate::domain::board_look::{board_query, read_board_query};
use crate::domain::column::{COLUMN_NAME_MAX, COLUMNS_MAX, LIMIT_MAX};
use crate::domain::import::plan::{
    ColumnState, PlannedColumn, PlannedLabel, PlannedLimit, PlannedPart, PlannedPerson, PlannedProject, PlannedRule,
    PlannedView,
};
use crate::domain::import::problem::{ImportProblem, excerpt};
use crate::domain::import::words::count;
use crate::domain::label::{HUES, LABEL_NAME_MAX, LABELS_MAX};
use crate::domain::project::{ARCHIVE_AFTER, DESCRIPTION_MAX, MemberRole, is_key};
use crate::domain::project_export::{ColumnPart, LabelPart, PersonPart, ProjectFile, ProjectPart, RulePart, ViewPart};
use crate::domain::saved_view::VIEW_NAME_MAX;
use crate::domain::task::Status;

/// Longest name of a project, a person or a rule, in characters.
const NAME_MAX: u32 = 100;
/// Longest query of a view, in characters.
const QUERY_MAX: u32 = 4_000;
/// Most shared views that a file may have.
const VIEWS_MAX: usize = 1_000;

/// Lists from the left.
pub fn columns(parts: &[ColumnPart], now: DateTime<Utc>) -> Result<Vec<PlannedColumn>, ImportProblem> {
    let file = Place::new("columns", now);
    at_most(&file, parts.len(), COLUMNS_MAX)?;
    if parts.is_empty() {
        return Err(ImportProblem::part("columns", "there is none; expected the lists of the board"));
    }
    each_once(&file, parts.iter().map(|part| part.id))?;
    let planned = parts.iter().enumerate().map(|(nth, part)| {
        let place = Place::new(format!("list {} (“{}”)", nth + 1, excerpt(&part.name)), now);
        let most = part.limit.map(|most| place.whole("limit", most, 1..=LIMIT_MAX)).transpose()?;
        Ok(PlannedColumn {
            source_id: part.id.to_string(),
            name: place.line("name", &part.name, COLUMN_NAME_MAX)?,
            status: place.choice("status", &part.status, Status::ALL)?,
            state: ColumnState::Open,
            cards: 0,
            limit: most.map(|most| PlannedLimit { most, is_hard: part.limit_is_hard }),
        })
    });
    planned.collect()
}

pub fn labels(parts: &[LabelPart], now: DateTime<Utc>) -> Result<Vec<PlannedLabel>, ImportProblem> {
    let file = Place::new("labels", now);
    at_most(&file, parts.len(), usize::try_from(LABELS_MAX).unwrap_or(usize::MAX))?;
    each_once(&file, parts.iter().map(|part| part.id))?;
    let planned = parts.iter().enumerate().map(|(nth, part)| {
        let place = Place::new(format!("label {} (“{}”)", nth + 1, excerpt(&part.name)), now);
        let hue = place.whole("hue", part.hue, 1..=i32::from(HUES))?;
        Ok(PlannedLabel {
            source_id: part.id.to_string(),
            name: place.line("name", &part.name, LABEL_NAME_MAX)?,
            hue: u8::try_from(hue).unwrap_or(1),
        })
    });
    planned.collect()
}

pub fn people(parts: &[PersonPart], now: DateTime<Utc>) -> Result<Vec<PlannedPerson>, ImportProblem> {
    each_once(&Place::new("people", now), parts.iter().map(|part| part.id))?;
    let planned = parts.iter().enumerate().map(|(nth, part)| {
        let place = Place::new(format!("person {} (“{}”)", nth + 1, excerpt(&part.name)), now);
        let role = part.role.as_deref().map(|word| place.choice("role", word, MemberRole::ALL)).transpose()?;
        Ok(PlannedPerson {
            source_id: part.id.to_string(),
            name: place.line("name", &part.name, NAME_MAX)?,
            username: String::new(),
            part: role.map_or(PlannedPart::Former, PlannedPart::Member),
        })
    });
    planned.collect()
}

/// The project's own part, with its name.
pub fn project(
    file: &ProjectFile,
    known: &Known,
    warnings: &mut Vec<String>,
) -> Result<(String, PlannedProject), ImportProblem> {
    let part = &file.project;
    let place = Place::new("project", known.now);
    let name = place.line("name", &part.name, NAME_MAX)?;
    if part.zone.parse::<Tz>().is_err() {
        let message = format!("“{}” is no time zone; expected one like Europe/Ljubljana", excerpt(&part.zone));
        return Err(place.fault("zone", message));
    }
    if let Some(days) = part.archive_after_days.filter(|days| !ARCHIVE_AFTER.contains(days)) {
        return Err(place.fault("archive_after_days", format!("found {days}; expected 14, 30, 90 or nothing")));
    }
    place.past("created_at", part.created_at)?;
    if place.maybe_past("archived_at", part.archived_at)?.is_some() {
        warnings.push("The project is archived where it comes from; here it can be worked in.".to_owned());
    }
    let project = PlannedProject {
        key: part.key.clone(),
        description: place.text("description", &part.description, DESCRIPTION_MAX)?,
        zone: part.zone.clone(),
        archive_after_days: part.archive_after_days,
        last_number: place.whole("last_number", part.last_number, 0..=i32::MAX)?,
        rules: rules(&file.rules, known, warnings)?,
        views: views(&file.views, known)?,
    };
    Ok((name, project))
}

/// The key, checked first: every place in the file is named by it.
pub fn check_key(part: &ProjectPart, now: DateTime<Utc>) -> Result<(), ImportProblem> {
    if is_key(&part.key) {
        return Ok(());
    }
    let message =
        format!("“{}” is no key; expected 1 to 8 capital letters and digits, a letter first", excerpt(&part.key));
    Err(Place::new("project", now).fault("key", message))
}

/// Rules that use what is in the file; the others would never act.
fn rules(parts: &[RulePart], known: &Known, warnings: &mut Vec<String>) -> Result<Vec<PlannedRule>, ImportProblem> {
    at_most(&Place::new("rules", known.now), parts.len(), usize::try_from(RULES_MAX).unwrap_or(usize::MAX))?;
    let mut rules = Vec::with_capacity(parts.len());
    for (nth, part) in parts.iter().enumerate() {
        let place = Place::new(format!("rule {} (“{}”)", nth + 1, excerpt(&part.name)), known.now);
        let name = place.line("name", &part.name, NAME_MAX)?;
        let read = serde_json::from_value::<Trigger>(part.trigger.clone())
            .and_then(|trigger| Ok((trigger, serde_json::from_value::<Vec<Action>>(part.actions.clone())?)));
        let Ok((trigger, actions)) = read else { continue };
        let is_there = |need: Need| match need {
            Need::Nothing => true,
            Need::Column(id) => known.columns.contains_key(&id.0),
            Need::Label(id) => known.labels.contains(&id.0),
            Need::Person(id) => known.people.contains(&id.0),
        };
        for action in &actions {
            if let Action::Comment { text } = action {
                place.text("comment", text, crate::domain::task::COMMENT_MAX)?;
            }
        }
        if is_there(trigger.needs()) && actions.iter().all(|action| is_there(action.needs())) {
            rules.push(PlannedRule { name, trigger, actions });
        }
    }
    if !rules.is_empty() {
        warnings.push(format!(
            "{}, switched off in a new project until somebody has looked at them. Another project gets none.",
            count(rules.len(), "rule")
        ));
    }
    if rules.len() < parts.len() {
        warnings.push(format!("{} that cannot act here: left out.", count(parts.len() - rules.len(), "rule")));
    }
    Ok(rules)
}

fn views(parts: &[ViewPart], known: &Known) -> Result<Vec<PlannedView>, ImportProblem> {
    at_most(&Place::new("views", known.now), parts.len(), VIEWS_MAX)?;
    let planned = parts.iter().enumerate().map(|(nth, part)| {
        let place = Place::new(format!("view {} (“{}”)", nth + 1, excerpt(&part.name)), known.now);
        // What its query says beyond filter and look is left out, as where views are saved.
        let (filter, look) = read_board_query(&place.text("query", &part.query, QUERY_MAX)?);
        Ok(PlannedView {
            name: place.line("name", &part.name, VIEW_NAME_MAX)?,
            query: board_query(&filter, look).trim_start_matches('?').to_owned(),
            person: known.person(&place, "by", part.by)?,
        })
    });
    planned.collect()
}

fn at_most(place: &Place, found: usize, most: usize) -> Result<(), ImportProblem> {
    if found <= most {
        return Ok(());
    }
    Err(place.fault("number", format!("there are {found}; expected at most {most}")))
}

/// Ids tie the file together: each stands for one thing.
pub fn each_once(place: &Place, ids: impl Iterator<Item = Uuid>) -> Result<(), ImportProblem> {
    let mut seen = HashSet::new();
    for (nth, id) in ids.enumerate() {
        if !seen.insert(id) {
            return Err(place.fault(&format!("{}, id", nth + 1), format!("{id} stands there a second time")));
        }
    }
    Ok(())
}
