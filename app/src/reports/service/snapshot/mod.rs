//! Freezes what a report shows: the history of its projects, as it stood at an instant.
//!
//! A request is gathered with a few queries, whatever the number of its projects ([`gather`]), then put together in
//! memory ([`compose`]): once for all of it, and once for each set of projects that only some of its readers see.

mod around;
mod facts;
mod gather;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::{
    domain::{
        ids::{OccurrenceId, ProjectId, UserId},
        period::Period,
        report::{Folded, Snapshot, making::compose, spec::Scope},
    },
    entities::{occurrence_snapshot, project, user},
    error::AppResult,
    platform::{ctx::Ctx, fault},
    projects::service::access,
};

pub use facts::{history, tasks};

/// When a report that was collected has been stored, or shown.
const LATER: Duration = Duration::from_millis(500);

/// What a report is to be about.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The project of the schedule. Whoever asks has checked that the actor may see it.
    pub project: ProjectId,
    /// The owner of the schedule: other projects are in the report where they may see them.
    pub owner: Option<UserId>,
    pub scope: &'a Scope,
    pub period: Period,
    /// The planned instant of a planned run, whose period ends the day before; now for a report that a person asked for.
    pub as_of: DateTime<Utc>,
    /// Accounts that will read it: each set of projects that some of them see is frozen, too.
    pub readers: &'a [UserId],
}

/// Collects a report of a project's `period` as it stood at `as_of`. Whoever calls has checked that the actor may see
/// the project.
///
/// # Errors
/// [`crate::error::AppError::NotFound`] without the project.
pub async fn build(ctx: &Ctx, project: ProjectId, period: Period, as_of: DateTime<Utc>) -> AppResult<Snapshot> {
    let scope = Scope::default();
    let request = Request { project, owner: None, scope: &scope, period, as_of, readers: &[] };
    unfolded(build_scoped(ctx, &request).await?)
}

/// Collects the report of a request, as it is stored.
///
/// # Errors
/// [`crate::error::AppError::NotFound`] without the project.
pub async fn build_scoped(ctx: &Ctx, request: &Request<'_>) -> AppResult<Folded> {
    let gathered = gather::gather(ctx, request).await?;
    let all: BTreeSet<ProjectId> = gathered.projects.iter().map(|project| project.id).collect();
    let mut whole = compose(&gathered, &all);
    if all.len() > 1 {
        for set in sets(ctx, request, &all).await? {
            whole.variants.push(compose(&gathered, &set));
            // There may be as many sets as readers; others have work, too.
            tokio::task::yield_now().await;
        }
    }
    // A hundred thousand small pieces: while they are given back, the report would wait for a core to be written on.
    tokio::spawn(async move {
        tokio::time::sleep(LATER).await;
        tokio::task::spawn_blocking(move || drop(gathered));
    });
    Ok(whole)
}

/// A report with the tasks in its lists.
///
/// # Errors
/// A fault, where a list names a task that is not there.
pub fn unfolded(report: Folded) -> AppResult<Snapshot> {
    report.unfolded().map_err(|error| fault::internal("reading a snapshot", error))
}

/// The sets of projects that readers see who do not see all: the project of the schedule alone is always among them,
/// for those who come onto the list later.
async fn sets(ctx: &Ctx, request: &Request<'_>, all: &BTreeSet<ProjectId>) -> AppResult<Vec<BTreeSet<ProjectId>>> {
    let others = all.iter().copied().filter(|id| *id != request.project);
    let mut sets = vec![BTreeSet::from([request.project])];
    for mut set in insiders(ctx, others, request.readers).await?.into_values() {
        set.insert(request.project);
        if set != *all && !sets.contains(&set) {
            sets.push(set);
        }
    }
    Ok(sets)
}

/// Which of some projects each of some people sees; who sees none of them is left out.
///
/// # Errors
/// Only those of the database.
pub async fn insiders(
    ctx: &Ctx,
    projects: impl IntoIterator<Item = ProjectId>,
    people: &[UserId],
) -> AppResult<BTreeMap<UserId, BTreeSet<ProjectId>>> {
    let mut seen: BTreeMap<UserId, BTreeSet<ProjectId>> = BTreeMap::new();
    let projects: Vec<ProjectId> = projects.into_iter().collect();
    for project in projects {
        let insiders: Vec<UserId> = user::Entity::find()
            .select_only()
            .column(user::Column::Id)
            .filter(user::Column::Id.is_in(people.iter().copied()))
            .filter(user::Column::Id.in_subquery(access::people_of(project)))
            .into_tuple()
            .all(ctx.reader())
            .await?;
        for person in insiders {
            seen.entry(person).or_default().insert(project);
        }
    }
    Ok(seen)
}

/// The part of a report that a person sees: all of it, or its variant for their projects; none where they do not see the
/// project of its schedule.
///
/// # Errors
/// Only those of the database.
pub async fn seen_by<'a, L>(ctx: &Ctx, report: &'a Snapshot<L>, person: UserId) -> AppResult<Option<&'a Snapshot<L>>> {
    // A report of one project is for everybody who may read it; whether they may is asked where it is looked for.
    if report.variants.is_empty() {
        return Ok(Some(report));
    }
    let seen = insiders(ctx, report.project_ids(), &[person]).await?.remove(&person).unwrap_or_default();
    Ok(report.seen_by(|id| seen.contains(&id)))
}

/// The bytes that are stored, hashed and committed: JSON with a line for each row of a list.
///
/// # Errors
/// Only a fault of the program.
pub fn frozen_json(report: &Folded) -> AppResult<String> {
    report.to_json().map_err(|error| fault::internal("writing a snapshot as JSON", error))
}

/// As [`frozen_json`], of a report whose lists hold the tasks.
///
/// # Errors
/// Only a fault of the program.
pub fn to_json(snapshot: &Snapshot) -> AppResult<String> {
    snapshot.to_json().map_err(|error| fault::internal("writing a snapshot as JSON", error))
}

/// Reads what [`to_json`] wrote.
///
/// # Errors
/// A fault, where the text is no snapshot.
pub fn from_json(json: &str) -> AppResult<Snapshot> {
    Snapshot::from_json(json).map_err(|error| fault::internal("reading a frozen snapshot", error))
}

/// What a run has frozen, as [`to_json`] or another kind of job wrote it; none before that, and after it was removed.
///
/// # Errors
/// Only those of the database.
pub async fn stored(db: &impl ConnectionTrait, run: OccurrenceId) -> AppResult<Option<String>> {
    Ok(occurrence_snapshot::Entity::find_by_id(run).one(db).await?.map(|row| row.snapshot))
}

/// The zone in which a project's days are counted.
pub fn zone_of(project: &project::Model) -> Tz {
    project.zone.parse().unwrap_or(Tz::UTC)
}
