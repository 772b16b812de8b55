//! What lists say of reports of several projects: to whoever does not see all of these, what their part of it says.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::{
    domain::{
        ids::{OccurrenceId, ProjectId},
        report::{MORE, Snapshot},
    },
    entities::{occurrence, occurrence_snapshot, project},
    error::AppResult,
    platform::{ctx::Ctx, like},
    projects::service::access,
};

/// Reports that are read at once: their facts are large.
const AT_ONCE: usize = 20;

/// What a part of a report says of itself; nothing where no part of it is for the person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartWords {
    pub subject: Option<String>,
    pub finding: Option<String>,
}

/// Those of some runs whose report the person does not see whole, with what their part says. What is stored with these
/// runs is about projects that the person may not know of.
///
/// # Errors
/// Only those of the database.
pub async fn partly_seen(ctx: &Ctx, runs: Vec<OccurrenceId>) -> AppResult<BTreeMap<OccurrenceId, PartWords>> {
    use occurrence::Column::{Id, Subject};
    let mut parts = BTreeMap::new();
    let Some(person) = ctx.actor_id() else { return Ok(parts) };
    let of_several: Vec<OccurrenceId> = occurrence::Entity::find()
        .select_only()
        .column(Id)
        .filter(Id.is_in(runs))
        .filter(Subject.like(like::holding(MORE)))
        .into_tuple()
        .all(ctx.reader())
        .await?;
    if of_several.is_empty() {
        return Ok(parts);
    }
    let mine: Vec<ProjectId> = project::Entity::find()
        .select_only()
        .column(project::Column::Id)
        .filter(project::Column::Id.in_subquery(access::visible_projects(person)))
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let mine: BTreeSet<ProjectId> = mine.into_iter().collect();
    for some in of_several.chunks(AT_ONCE) {
        let rows = occurrence_snapshot::Entity::find()
            .filter(occurrence_snapshot::Column::OccurrenceId.is_in(some.iter().copied()))
            .all(ctx.reader())
            .await?;
        for occurrence_snapshot::Model { occurrence_id: id, snapshot: json } in rows {
            // Facts of another form are of one project, or for their reader alone.
            let Ok(whole) = Snapshot::from_json(&json) else { continue };
            match whole.seen_by(|project| mine.contains(&project)) {
                Some(part) if std::ptr::eq(part, &whole) => {}
                Some(part) => {
                    let words = PartWords { subject: Some(part.subject()), finding: Some(part.finding.words()) };
                    parts.insert(id, words);
                }
                None => drop(parts.insert(id, PartWords::default())),
            }
        }
    }
    Ok(parts)
}
