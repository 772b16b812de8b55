//! Reads AutoReport's own export of a project ([`crate::domain::project_export`]) into an import plan.
//!
//! What stands in the file comes as it is, or the file is refused with the place: an export keeps our own limits, so
//! that nothing has to be shortened or guessed.

mod around;
mod events;
mod links;
mod place;
mod tasks;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::broken_json::{self, Source};
use super::plan::ImportPlan;
use super::problem::{ImportProblem, excerpt};
use super::run::format_of;
use super::text::read_text;
use super::words::count;
use crate::domain::project_export::{FORMAT, ProjectFile, VERSION};
use place::Place;

/// The advice that ends every message about a damaged file.
const SOURCE: Source = Source {
    holds: "the project",
    shape: "as AutoReport exports a project",
    export_again: "On the project's page choose “Export as JSON” again, and save the file as it is.",
};

/// The project in an export. `now` bounds dates: nothing in the past of a board lies in the future.
///
/// # Errors
/// A format that this program does not know, or the first place where the file is not as AutoReport writes it.
pub fn read(bytes: &[u8], now: DateTime<Utc>) -> Result<ImportPlan, ImportProblem> {
    let text = read_text(bytes, SOURCE.export_again)?;
    // First of all: a newer file may look different in every other part.
    check_format(&format_of(bytes).unwrap_or_default())?;
    let file: ProjectFile = serde_json::from_str(text).map_err(|error| broken_json::in_words(&error, text, SOURCE))?;
    plan(file, now)
}

fn check_format(number: &str) -> Result<(), ImportProblem> {
    let advice = match number.parse::<u32>() {
        Ok(VERSION) => return Ok(()),
        Ok(newer) if newer > VERSION => "Update AutoReport, then upload the file again.",
        _ => "Export the project again.",
    };
    Err(ImportProblem::file(format!(
        "The file has the format “autoreport/{}”; this AutoReport reads “{FORMAT}”. {advice}",
        excerpt(number)
    )))
}

/// What the parts of the file may refer to.
struct Known {
    now: DateTime<Utc>,
    key: String,
    /// The place of each list from the left.
    columns: HashMap<Uuid, usize>,
    labels: HashSet<Uuid>,
    people: HashSet<Uuid>,
    /// The place of each task in the file.
    tasks: HashMap<Uuid, usize>,
}

impl Known {
    fn of(file: &ProjectFile, now: DateTime<Utc>) -> Self {
        Self {
            now,
            key: file.project.key.clone(),
            columns: file.columns.iter().enumerate().map(|(place, column)| (column.id, place)).collect(),
            labels: file.labels.iter().map(|label| label.id).collect(),
            people: file.people.iter().map(|person| person.id).collect(),
            tasks: file.tasks.iter().enumerate().map(|(place, task)| (task.id, place)).collect(),
        }
    }

    /// The `source_id` of somebody whom the file names.
    fn person(&self, place: &Place, field: &str, id: Option<Uuid>) -> Result<Option<String>, ImportProblem> {
        match id {
            Some(id) if !self.people.contains(&id) => {
                Err(place.fault(field, format!("{id} is nobody of the file's “people”")))
            }
            id => Ok(id.map(|id| id.to_string())),
        }
    }

    /// The `source_id`s of people whom the file names.
    fn everybody(&self, place: &Place, field: &str, ids: &[Uuid]) -> Result<Vec<String>, ImportProblem> {
        let found: Result<Vec<Option<String>>, ImportProblem> =
            ids.iter().map(|id| self.person(place, field, Some(*id))).collect();
        Ok(found?.into_iter().flatten().collect())
    }
}

fn plan(file: ProjectFile, now: DateTime<Utc>) -> Result<ImportPlan, ImportProblem> {
    around::check_key(&file.project, now)?;
    let known = Known::of(&file, now);
    let mut columns = around::columns(&file.columns, now)?;
    let labels = around::labels(&file.labels, now)?;
    let people = around::people(&file.people, now)?;
    let mut warnings = Vec::new();
    let (project_name, project) = around::project(&file, &known, &mut warnings)?;
    tasks::check_ties(&file.tasks, &known)?;

    let mut left_out = tasks::LeftOut::default();
    let mut inferred = 0;
    let (mut cards, mut history) = (Vec::with_capacity(file.tasks.len()), Vec::new());
    let mut ordered: Vec<_> = file.tasks.iter().collect();
    ordered.sort_by_key(|task| (known.columns.get(&task.column).copied(), task.rank.as_str()));
    for task in ordered {
        let place = tasks::place_of(task, &known);
        history.extend(events::of_task(task, &place, &known, &mut inferred)?);
        cards.push(tasks::card(task, &place, &known, &mut left_out)?);
    }
    history.sort_by_key(|event| event.at);
    for column in &mut columns {
        column.cards = cards.iter().filter(|card| card.column == column.source_id).count();
    }
    left_out.explain(&mut warnings);
    if inferred > 0 {
        warnings.push(format!(
            "{} missing in the history and inferred from where the tasks stand.",
            count(inferred, "step")
        ));
    }
    Ok(ImportPlan { project_name, columns, labels, people, cards, history, warnings, project: Some(project) })
}
