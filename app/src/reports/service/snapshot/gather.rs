//! Reads what a report is made of: a handful of queries, whatever the number of tasks and projects.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Request, around, facts, zone_of};
use crate::{
    domain::{
        ids::{ProjectId, TaskId},
        report::{
            ReportProject,
            making::{self, Sources},
        },
    },
    entities::project,
    error::{AppError, AppResult},
    platform::ctx::Ctx,
    projects::service::access,
};

/// Reads everything that the reports of a request are put together from.
///
/// # Errors
/// [`AppError::NotFound`] without the project of the schedule.
pub async fn gather(ctx: &Ctx, request: &Request<'_>) -> AppResult<Sources> {
    let db = ctx.reader();
    let projects = projects(ctx, request).await?;
    let zone = projects.first().map(zone_of).ok_or(AppError::NotFound)?;
    let ids: Vec<ProjectId> = projects.iter().map(|project| project.id).collect();
    // Beside each other: none of them needs what another one finds.
    let (mut tasks, events, later, people, labels, blockers, places, narrowed) = tokio::try_join!(
        facts::of_projects(db, &ids),
        facts::events(db, &ids),
        facts::later(db, &ids, request.as_of),
        around::people(db, &ids),
        around::labels(db, &ids),
        around::blockers(db, &ids, request.as_of),
        around::note_places(db, &ids, request.period, request.as_of),
        around::narrowed(db, request.project, &ids, request.scope),
    )?;
    making::facts::as_they_stood(&mut tasks, &later);
    let wanted_labels: BTreeSet<_> = request.scope.labels.iter().collect();
    let wanted_people: BTreeSet<_> = request.scope.people.iter().collect();
    let has_label =
        |id: &TaskId| labels.get(id).is_some_and(|all| all.iter().any(|(id, _)| wanted_labels.contains(id)));
    let has_person =
        |id: &TaskId| people.get(id).is_some_and(|all| all.iter().any(|(id, _)| wanted_people.contains(id)));
    tasks.retain(|id, _| (wanted_labels.is_empty() || has_label(id)) && (wanted_people.is_empty() || has_person(id)));
    let history = making::facts::told(events, &tasks, &zone);
    // Narrowed to the tasks of the report before any is left out: what is in the trash, too, takes nobody's room.
    let project_of =
        |id: TaskId| tasks.get(&id).filter(|_| history.was_there(id, request.as_of)).map(|facts| facts.project);
    let notes = around::notes(db, &making::around::shown(&places, project_of)).await?;
    Ok(Sources {
        projects: projects.into_iter().map(named).collect(),
        zone,
        as_of: request.as_of,
        period: request.period,
        tasks,
        history,
        people,
        labels,
        blockers,
        notes,
        narrowed,
    })
}

fn named(project: project::Model) -> ReportProject {
    let project::Model { id, key, name, zone, .. } = project;
    ReportProject { id, key, name, zone }
}

/// The project of the schedule, and those of the others that its owner may see.
async fn projects(ctx: &Ctx, request: &Request<'_>) -> AppResult<Vec<project::Model>> {
    let own = project::Entity::find_by_id(request.project).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let mut projects = vec![own];
    if let Some(owner) = request.owner
        && !request.scope.other_projects.is_empty()
    {
        let others = project::Entity::find()
            .filter(project::Column::Id.is_in(request.scope.other_projects.iter().copied()))
            .filter(project::Column::Id.ne(request.project))
            .filter(project::Column::Id.in_subquery(access::visible_projects(owner)));
        let mut others = others.all(ctx.reader()).await?;
        others.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
        projects.extend(others);
    }
    Ok(projects)
}
