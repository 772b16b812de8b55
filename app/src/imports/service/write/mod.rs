//! Writes a plan into the database: everything in one transaction, or nothing.

mod around;
mod batch;
mod board;
mod events;
mod labels;
mod people;
mod references;
mod target;
mod tasks;

use std::collections::HashMap;

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{progress::Progress, start::Stopped};
use crate::{
    domain::{
        ids::{ProjectId, TaskId},
        import::{
            plan::{ImportPlan, PlannedCard},
            run::{ImportChoices, ImportKind, ImportState, ImportSummary},
        },
        live::Change,
    },
    entities::{import_run, import_source, project, task, user},
    error::AppResult,
    platform::{ctx::Ctx, db::WriteTx, events as stream, fault},
};
use batch::Batch;
use labels::Which;
use target::Origin;

/// What is to be written, and how it was chosen.
pub struct Job<'a> {
    pub plan: ImportPlan,
    pub choices: &'a ImportChoices,
    /// Zone of a new project.
    pub zone: String,
    /// People who may be assigned.
    pub known: &'a [user::Model],
    /// Under which kind of source the cards are remembered, to be known again; none for those that no file has.
    pub source: Option<ImportKind>,
    pub progress: &'a Progress,
}

/// Writes the plan of an import and marks it as done.
pub async fn write(ctx: &Ctx, run: &import_run::Model, job: Job<'_>) -> Result<(), Stopped> {
    let progress = job.progress;
    let tx = ctx.begin().await?;
    let (project, summary) = bring(ctx, &tx, job).await?;
    finish(ctx, &tx, run, &project, &summary).await?;
    if progress.is_cancelled() {
        return Err(Stopped::Cancelled);
    }
    Ok(tx.commit().await?)
}

/// Writes a plan within a transaction of the caller.
pub async fn bring(ctx: &Ctx, tx: &WriteTx, job: Job<'_>) -> Result<(project::Model, ImportSummary), Stopped> {
    let Job { mut plan, choices, zone, known, source, progress } = job;
    let zone = plan.project.as_ref().map_or(zone, |project| project.zone.clone());
    let target = target::open(ctx, tx, &choices.target, zone).await?;
    let board = board::lay_out(ctx, tx, &target, &plan.columns, choices).await?;
    let there = known_cards(tx, target.project.id, source).await?;

    let comes = |card: &PlannedCard| !there.contains_key(&card.source_id) && !board.is_left_out(&card.column);
    let new: Vec<&PlannedCard> = plan.cards.iter().filter(|card| comes(card)).collect();
    if let Some(references) = references::of(tx, &target, &plan, &new, &there).await? {
        references.rename_in(&mut plan);
    }
    // What stands around a board comes only with a project that has nothing yet.
    let own = plan.project.as_ref().filter(|_| target.origin == Origin::Made);

    let mut summary = ImportSummary::default();
    let cards: Vec<&PlannedCard> = plan
        .cards
        .iter()
        .filter(|card| {
            let (is_there, is_out) = (there.contains_key(&card.source_id), board.is_left_out(&card.column));
            summary.skipped += usize::from(is_there);
            summary.left_out += usize::from(is_out && !is_there);
            !is_there && !is_out
        })
        .collect();
    let which = if own.is_some() { Which::All } else { Which::Used };
    let labels = labels::bring(tx, target.project.id, &plan.labels, &cards, which).await?;
    let people = people::bring(ctx, tx, &target, &plan, &cards, choices, known).await?;
    let tasks = tasks::build(ctx, &target, &board, &people, &labels, &cards, &plan.history, &there, source);
    let here = events::Here { people: &people, labels: &labels, tasks: &tasks.ids };
    let events = events::build(target.project.id, &board, here, &plan)?;
    if let Some(own) = own {
        target::settle(tx, &target, own).await?;
        let here = around::Here { board: &board, labels: &labels, people: &people, known };
        around::furnish(ctx, tx, target.project.id, own, &here).await?;
    }
    summary.tasks = tasks.tasks.len();
    summary.comments = tasks.comments.len();
    summary.events = events.len();

    progress.expect(tasks.rows() + events.len());
    let batch = Batch { tx, progress };
    let last_number = tasks.last_number.max(own.map_or(0, |own| own.last_number));
    batch.insert(tasks.tasks).await?;
    batch.insert(tasks.assignees).await?;
    batch.insert(tasks.labels).await?;
    batch.insert(tasks.items).await?;
    batch.insert(tasks.comments).await?;
    batch.insert(tasks.revisions).await?;
    batch.insert(tasks.notes).await?;
    batch.insert(tasks.watchers).await?;
    batch.insert(tasks.links).await?;
    batch.insert(events).await?;
    batch.insert(tasks.sources).await?;
    target::keep_number(tx, &target, last_number).await?;
    stream::append(ctx, &**tx, target.project.id, None, &Change::Board).await?;
    Ok((target.project, summary))
}

/// The tasks that came before, by the ids that they have in the file.
async fn known_cards(
    tx: &WriteTx,
    project: ProjectId,
    source: Option<ImportKind>,
) -> AppResult<HashMap<String, TaskId>> {
    let Some(source) = source else { return Ok(HashMap::new()) };
    let ids: Vec<(String, TaskId)> = import_source::Entity::find()
        .select_only()
        .columns([import_source::Column::SourceId, import_source::Column::TaskId])
        .filter(import_source::Column::ProjectId.eq(project))
        .filter(import_source::Column::Source.eq(source))
        .into_tuple()
        .all(&**tx)
        .await?;
    let mut known: HashMap<String, TaskId> = ids.into_iter().collect();
    if source == ImportKind::AutoReport {
        // The very project that was exported has its tasks under the ids of the file.
        let own: Vec<TaskId> = task::Entity::find()
            .select_only()
            .column(task::Column::Id)
            .filter(task::Column::ProjectId.eq(project))
            .into_tuple()
            .all(&**tx)
            .await?;
        known.extend(own.into_iter().map(|id| (id.to_string(), id)));
    }
    Ok(known)
}

/// Marks the import as done, if it still is this run's turn; otherwise everything is taken back.
async fn finish(
    ctx: &Ctx,
    tx: &WriteTx,
    run: &import_run::Model,
    project: &project::Model,
    summary: &ImportSummary,
) -> Result<(), Stopped> {
    let result =
        serde_json::to_string(summary).map_err(|error| fault::internal("storing the result of an import", error))?;
    let done = import_run::ActiveModel {
        state: Set(ImportState::Done),
        content: Set(None),
        project_id: Set(Some(project.id)),
        result: Set(result),
        updated_at: Set(ctx.app.clock.now()),
        ..Default::default()
    };
    let changed = import_run::Entity::update_many()
        .set(done)
        .filter(import_run::Column::Id.eq(run.id))
        .filter(import_run::Column::Attempt.eq(run.attempt))
        .filter(import_run::Column::State.eq(ImportState::Running))
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 0 { Err(Stopped::Cancelled) } else { Ok(()) }
}
