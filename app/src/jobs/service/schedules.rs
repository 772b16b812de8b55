//! Schedules: made, changed, paused, resumed, deleted, listed.

mod forms;
mod times;
mod typed;

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::{ledger, options, pausing, planner, recipients, report, rules};
use crate::{
    domain::{
        ids::{ProjectId, ScheduleId},
        job::{JobKind, ScheduleState},
        schedule::UpcomingRun,
    },
    entities::{project, schedule},
    error::{AppError, AppResult, Checks, Problem},
    jobs::form::JobForm,
    platform::{
        ctx::{Actor, Ctx},
        db::WriteTx,
    },
    projects::service::{
        access::{self, Editing, Viewing},
        projects,
    },
};

use forms::{Checked, check};
pub use forms::{accounts, form, may_have, preview};
pub use times::{KnownTimes, Times, next_runs, sentence, spec, stored, times, timetable, zone_of};
use times::{readable, to_json};
pub use typed::as_typed;

/// Makes a job of the form's kind in the project of the proof.
///
/// # Errors
/// [`AppError::Invalid`] with the fields and lines that are wrong.
pub async fn create(ctx: &Ctx, editing: &Editing, form: &JobForm) -> AppResult<ScheduleId> {
    let checked = check(ctx, editing.project().id, form.kind, form, None).await?;
    let Checked { name, spec, timetable, rules, options, account_id, people } = checked;
    let id = ScheduleId(Uuid::now_v7());
    let mut row = schedule::ActiveModel {
        options: Set(options::to_json(&options)?),
        spec: Set(to_json(&spec)?),
        account_id: Set(account_id),
        next_run_at: Set(timetable.next_after(ctx.now)),
        ..begun(ctx, editing, id, (name, form.kind))
    };
    rules::store(&rules, &mut row)?;
    let tx = ctx.begin().await?;
    schedule::Entity::insert(row).exec_without_returning(&*tx).await?;
    recipients::replace(&*tx, id, &people).await?;
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(id)
}

/// The row of a job that begins now; its rules and what it does are still to be set.
fn begun(ctx: &Ctx, editing: &Editing, id: ScheduleId, (name, kind): (String, JobKind)) -> schedule::ActiveModel {
    schedule::ActiveModel {
        id: Set(id),
        project_id: Set(editing.project().id),
        owner_id: Set(ctx.actor_id()),
        name: Set(name),
        kind: Set(kind),
        options: Set(None),
        spec: Set(String::new()),
        account_id: Set(None),
        state: Set(ScheduleState::On),
        pause_note: Set(None),
        next_run_at: Set(None),
        // Nothing before this moment was ever meant to run.
        last_planned_at: Set(ctx.now),
        failures_in_row: Set(0),
        runs_made: Set(0),
        last_number: Set(0),
        created_at: Set(ctx.now),
        updated_at: Set(ctx.now),
        deleted_at: Set(None),
        version: Set(1),
        ..Default::default()
    }
}

/// Changes a schedule; its kind stays. What has come under the old times is planned by them first; the new ones count from now.
///
/// # Errors
/// [`AppError::Invalid`] for bad fields, [`AppError::Conflict`] when it has moved on since `version`.
pub async fn update(ctx: &Ctx, id: ScheduleId, version: i64, form: &JobForm) -> AppResult<()> {
    let found = editable(ctx, id).await?;
    let checked = check(ctx, found.project_id, found.kind, form, Some(&found)).await?;
    let Checked { name, spec, timetable, rules, options, account_id, people } = checked;
    if found.kind.makes_report() {
        report::may_go_to(ctx, &found, &people).await?;
    }
    let tx = ctx.begin().await?;
    let held = plan_first(ctx, &tx, found.id).await?;
    if held.version != version {
        return Err(AppError::conflict("name", name, held.name, held.version));
    }
    let json = to_json(&spec)?;
    let mut change = schedule::ActiveModel {
        id: Unchanged(id),
        name: Set(name),
        // A form that does not ask what a report shows changes nothing of it.
        options: match found.kind.makes_report() && form.report.is_empty() {
            true => NotSet,
            false => Set(options::to_json(&options)?),
        },
        account_id: Set(account_id),
        updated_at: Set(ctx.now),
        version: Set(version + 1),
        ..Default::default()
    };
    rules::store(&rules, &mut change)?;
    if json != held.spec {
        // Where the clock was set back, what has been planned is not planned again.
        let from = held.last_planned_at.max(ctx.now);
        let has_runs = held.state == ScheduleState::On && rules::runs_left(&held, &spec) != Some(0);
        change.spec = Set(json);
        change.last_planned_at = Set(from);
        change.next_run_at = Set(if has_runs { timetable.next_after(from) } else { None });
    }
    change.update(&*tx).await?;
    recipients::replace(&*tx, id, &people).await?;
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(())
}

/// Stops planning, with a note that says who or why. Runs that have begun go on; those that wait to begin do so until it
/// is resumed.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project.
pub async fn pause(ctx: &Ctx, id: ScheduleId, note: &str) -> AppResult<()> {
    let mut checks = Checks::default();
    let note = checks.optional_line("note", note, 200);
    checks.done()?;
    let note = match (&ctx.actor, note.as_str()) {
        (Actor::Person(me), "") => format!("Paused by {}.", me.name),
        (Actor::Person(me), note) => format!("Paused by {}: {note}", me.name),
        (_, note) => note.to_owned(),
    };
    editable(ctx, id).await?;
    let tx = ctx.begin().await?;
    let before = plan_first(ctx, &tx, id).await?;
    let paused = stands(ctx, id, ScheduleState::Paused, Some(note));
    schedule::ActiveModel { next_run_at: Set(None), ..paused }.update(&*tx).await?;
    if before.state == ScheduleState::On {
        pausing::begin_wait(ctx, &tx, id).await?;
    }
    Ok(tx.commit().await?)
}

/// Plans again, from now on: what fell into the pause does not run. Of what was planned before and waited in it the rule
/// for missed runs decides; what that passes over does not count as one of a number of runs.
///
/// # Errors
/// As [`pause`], and [`AppError::Invalid`] where its stored times cannot be read.
pub async fn resume(ctx: &Ctx, id: ScheduleId) -> AppResult<()> {
    editable(ctx, id).await?;
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, id).await?;
    if held.state == ScheduleState::Paused {
        // Where the clock was set back, what has been planned is not planned again.
        let from = held.last_planned_at.max(ctx.now);
        let unreadable = || AppError::field("times", Problem::UnreadableTimes);
        let (spec, timetable) = readable(&held).ok_or_else(unreadable)?;
        let passed_over = pausing::end_wait(ctx, &tx, &held, &timetable).await?;
        let runs_made = held.runs_made.saturating_sub(i32::try_from(passed_over).unwrap_or(i32::MAX)).max(0);
        let held = schedule::Model { runs_made, ..held };
        let has_runs = rules::runs_left(&held, &spec) != Some(0);
        let next_run_at = if has_runs { timetable.next_after(from) } else { None };
        let change = schedule::ActiveModel {
            runs_made: Set(runs_made),
            last_planned_at: Set(from),
            next_run_at: Set(next_run_at),
            ..stands(ctx, id, ScheduleState::On, None)
        };
        change.update(&*tx).await?;
    }
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(())
}

/// A schedule that is on or paused from now on, with no failure behind it.
fn stands(ctx: &Ctx, id: ScheduleId, state: ScheduleState, note: Option<String>) -> schedule::ActiveModel {
    schedule::ActiveModel {
        id: Unchanged(id),
        state: Set(state),
        pause_note: Set(note),
        failures_in_row: Set(0),
        updated_at: Set(ctx.now),
        ..Default::default()
    }
}

/// Takes a schedule off the list, and ends all that is open: nothing of it is sent any more. Its runs and reports stay.
///
/// # Errors
/// As [`pause`].
pub async fn delete(ctx: &Ctx, id: ScheduleId) -> AppResult<()> {
    editable(ctx, id).await?;
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, id).await?;
    planner::cancel_open(ctx, &tx, &held, "The job was deleted.").await?;
    let gone = schedule::ActiveModel {
        id: Unchanged(id),
        deleted_at: Set(Some(ctx.now)),
        next_run_at: Set(None),
        updated_at: Set(ctx.now),
        ..Default::default()
    };
    gone.update(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Plans what has come, then gives the row as it stands, held by the transaction. Times that cannot be read name nothing
/// that has come: such a schedule can still be stopped and mended.
async fn plan_first(ctx: &Ctx, tx: &WriteTx, id: ScheduleId) -> AppResult<schedule::Model> {
    let held = ledger::lock_schedule(ctx, tx, id).await?;
    if readable(&held).is_some() {
        planner::plan_held(ctx, tx, &held).await?;
    }
    ledger::lock_schedule(ctx, tx, id).await
}

/// A schedule of a project that the person can see.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there, deleted, or in a project that is not theirs.
pub async fn visible(ctx: &Ctx, id: ScheduleId) -> AppResult<(schedule::Model, Viewing)> {
    let query = schedule::Entity::find_by_id(id).filter(schedule::Column::DeletedAt.is_null());
    let found = query.one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let viewing = access::by_id(ctx, ctx.reader(), found.project_id).await?;
    Ok((found, viewing))
}

/// As [`visible`], for somebody who may change it.
///
/// # Errors
/// As [`visible`], and [`AppError::Forbidden`] for a viewer of the project.
pub async fn editable(ctx: &Ctx, id: ScheduleId) -> AppResult<schedule::Model> {
    let (found, viewing) = visible(ctx, id).await?;
    viewing.editing()?;
    Ok(found)
}

/// The schedules of the person's projects, by name, with their projects.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<(schedule::Model, project::Model)>> {
    let mine = projects::list(ctx).await?;
    let query = schedule::Entity::find()
        .filter(schedule::Column::ProjectId.is_in(mine.iter().map(|project| project.id)))
        .filter(schedule::Column::DeletedAt.is_null())
        .order_by_asc(schedule::Column::Name)
        .order_by_asc(schedule::Column::Id);
    let rows = query.all(ctx.reader()).await?;
    let project_of = |id: ProjectId| mine.iter().find(|project| project.id == id).cloned();
    Ok(rows.into_iter().filter_map(|row| project_of(row.project_id).map(|project| (row, project))).collect())
}

/// The schedules that run next, soonest first, with the next run of each.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn upcoming(ctx: &Ctx, limit: usize) -> AppResult<Vec<(schedule::Model, UpcomingRun)>> {
    let mut next = Vec::new();
    for (row, _) in list(ctx).await? {
        if let Some(run) = next_runs(ctx, &row, 1).pop() {
            next.push((row, run));
        }
    }
    next.sort_by_key(|(_, run)| run.at);
    next.truncate(limit);
    Ok(next)
}
