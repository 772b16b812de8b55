//! Taking changes back by what the history knows of them: one line of a task, or all that one change did to many. What
//! somebody has made of a field since stays as it is.

use std::collections::{BTreeSet, HashMap, hash_map::Entry};

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Changes;
use crate::{
    domain::{
        ids::{ColumnId, EventId, OpId, TaskId},
        task::EventKind,
        task_edit::{Edit, TaskEdit},
    },
    entities::{board_column, task, task_event},
    error::{AppError, AppResult, Problem},
    platform::{ctx::Ctx, db::WriteTx},
    tasks::{
        service::{
            cards, dependencies,
            edit::Change,
            events::{self, Detail},
            inverse::{self, Given, Inverse},
            moves::Way,
            transfer,
        },
        view::{Card, TakenBack},
    },
};

/// Takes back what the person has done by one change, as far as it is still so; with one id that makes a repeat do
/// nothing and lets it be done again. A change that did nothing has nothing to take back.
///
/// # Errors
/// [`AppError::Forbidden`] for a viewer, [`AppError::NotFound`] where a project is not visible any more,
/// [`AppError::Full`] where a list has no room, those of [`transfer::take_back`]. Then nothing is changed.
pub async fn change(ctx: &Ctx, of: OpId, op: OpId) -> AppResult<TakenBack> {
    let (first, last) = of.parts();
    let tx = ctx.begin().await?;
    let mut lines = task_event::Entity::find()
        .filter(task_event::Column::OpId.gte(first))
        .filter(task_event::Column::OpId.lte(last))
        .order_by_desc(task_event::Column::At)
        .order_by_desc(task_event::Column::Id)
        .all(&*tx)
        .await?;
    lines.retain(|line| line.actor_id == ctx.actor_id());
    let taken = take(ctx, &tx, lines, Some(op)).await?;
    tx.commit().await?;
    Ok(taken)
}

/// Takes back what a line of a task's history says, whoever did it.
///
/// # Errors
/// [`AppError::Invalid`] where it is not so any more; [`AppError::NotFound`] and [`AppError::Forbidden`] without the
/// right; those of [`transfer::take_back`].
pub async fn line(ctx: &Ctx, line: EventId, op: Option<OpId>) -> AppResult<Card> {
    let tx = ctx.begin().await?;
    let found = task_event::Entity::find_by_id(line).one(&*tx).await?.ok_or(AppError::NotFound)?;
    let mut taken = take(ctx, &tx, vec![found], op).await?;
    let card = taken.cards.pop().ok_or_else(|| AppError::field("undo", Problem::ChangedSince))?;
    tx.commit().await?;
    Ok(card)
}

/// Takes lines back, the newest of them first.
async fn take(ctx: &Ctx, tx: &WriteTx, mut lines: Vec<task_event::Model>, op_id: Option<OpId>) -> AppResult<TakenBack> {
    // A change that takes a task to another project does nothing else, and holds both.
    if let Some(line) = lines.iter().find(|line| line.kind == EventKind::Transferred) {
        return to_its_project(ctx, tx, line, op_id).await;
    }
    // What was deleted for good has nothing that could be put back.
    let there = super::tasks(tx, &lines.iter().map(|line| line.task_id).collect()).await?;
    lines.retain(|line| there.contains_key(&line.task_id));
    let ids: BTreeSet<TaskId> = lines.iter().map(|line| line.task_id).collect();
    if ids.is_empty() {
        return Ok(TakenBack::default());
    }
    super::hold_projects(ctx, tx, &ids).await?;
    let mut rows = super::tasks(tx, &ids).await?;
    let (touched, kept) = if events::is_done_in_part(&**tx, op_id).await? {
        (ids, BTreeSet::new())
    } else {
        let back = Back::of(ctx, tx, &lines, &rows).await?;
        let touched = back.fields.iter().map(|(task, _)| *task).chain(back.edits.iter().map(|edit| edit.task));
        let touched: BTreeSet<TaskId> = touched.collect();
        let changes = Changes { fields: back.fields, edits: back.edits, way: Way::Back };
        super::make(ctx, tx, &mut rows, changes, op_id).await?;
        (touched, back.kept)
    };
    let in_order = touched.iter().filter_map(|id| rows.remove(id)).collect();
    let cards = cards::cards(&**tx, ctx.zone(), in_order).await?;
    Ok(TakenBack { cards, kept: u32::try_from(kept.len()).unwrap_or(u32::MAX) })
}

async fn to_its_project(
    ctx: &Ctx,
    tx: &WriteTx,
    line: &task_event::Model,
    op_id: Option<OpId>,
) -> AppResult<TakenBack> {
    match transfer::take_back(ctx, tx, line, op_id).await? {
        Some(row) => Ok(TakenBack { cards: vec![cards::one(&**tx, ctx.zone(), row).await?], kept: 0 }),
        None => Ok(TakenBack { cards: Vec::new(), kept: 1 }),
    }
}

/// What takes lines back.
#[derive(Default)]
struct Back {
    fields: Vec<(TaskId, Change)>,
    edits: Vec<TaskEdit>,
    /// Tasks with a line that is not so any more.
    kept: BTreeSet<TaskId>,
}

impl Back {
    async fn of(
        ctx: &Ctx,
        tx: &WriteTx,
        lines: &[task_event::Model],
        rows: &HashMap<TaskId, task::Model>,
    ) -> AppResult<Self> {
        let given = Given::read(&**tx, rows).await?;
        let (mut back, mut places) = (Self::default(), Vec::new());
        for line in lines {
            let Some(row) = rows.get(&line.task_id) else { continue };
            // What it brought to the board would go to the trash.
            let brought = matches!(line.kind, EventKind::Created | EventKind::Undeleted);
            if brought && (is_of_others_too(tx, line).await? || is_waited_for(tx, line).await?) {
                back.kept.insert(row.id);
                continue;
            }
            let detail: Detail = serde_json::from_str(&line.detail).unwrap_or_default();
            match inverse::of(line, &detail, row, &given, ctx.zone()) {
                Some(Inverse::Field(change)) => back.fields.push((row.id, change)),
                Some(Inverse::Edit(edit)) => back.edits.push(TaskEdit { task: row.id, edit }),
                Some(Inverse::Place { column, rank }) => places.push((column, rank, row)),
                Some(Inverse::Project) | None => {
                    back.kept.insert(row.id);
                }
            }
        }
        back.place(tx, places).await?;
        Ok(back)
    }

    /// From the bottom up, so that of several that come back to one place each has the next one below it already. Cards
    /// that go back by the same change are nobody's neighbours: they do not stand yet where they will.
    async fn place(
        &mut self,
        tx: &WriteTx,
        mut places: Vec<(ColumnId, Option<String>, &task::Model)>,
    ) -> AppResult<()> {
        places.sort_by(|(_, one, _), (_, other, _)| other.cmp(one));
        let going: BTreeSet<TaskId> = places.iter().map(|(_, _, row)| row.id).collect();
        let mut standing: HashMap<ColumnId, Vec<(String, TaskId)>> = HashMap::new();
        let mut tops: HashMap<ColumnId, TaskId> = HashMap::new();
        for (column, rank, row) in places {
            if !is_of_project(tx, column, row).await? {
                self.kept.insert(row.id);
                continue;
            }
            let cards = match standing.entry(column) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(standing_in(tx, column, &going).await?),
            };
            let above = rank.map_or(0, |rank| cards.partition_point(|(other, _)| *other < rank));
            let above = above.checked_sub(1).and_then(|last| cards.get(last)).map(|(_, card)| *card);
            let edit = if above.is_some() {
                Edit::Move { column, after: above, before: None }
            } else {
                let first = tops.insert(column, row.id).or(cards.first().map(|(_, card)| *card));
                Edit::Move { column, after: None, before: first }
            };
            self.edits.push(TaskEdit { task: row.id, edit });
        }
        Ok(())
    }
}

/// Whether somebody else has done something with a task since it was made, or taken out of the trash.
async fn is_of_others_too(tx: &WriteTx, made: &task_event::Model) -> AppResult<bool> {
    use task_event::Column;
    let Some(maker) = made.actor_id else { return Ok(false) };
    let mut others = task_event::Entity::find()
        .filter(Column::TaskId.eq(made.task_id))
        .filter(Column::ActorId.is_not_null())
        .filter(Column::ActorId.ne(maker));
    if made.kind != EventKind::Created {
        let at_once = Condition::all().add(Column::At.eq(made.at)).add(Column::Id.gt(made.id));
        others = others.filter(Condition::any().add(Column::At.gt(made.at)).add(at_once));
    }
    Ok(others.one(&**tx).await?.is_some())
}

/// Whether a task was made to wait for it since, by whomever: its history does not say so, and in the trash it would hold
/// up nothing.
async fn is_waited_for(tx: &WriteTx, made: &task_event::Model) -> AppResult<bool> {
    let since = (made.kind != EventKind::Created).then_some(made.at);
    dependencies::is_waited_for(tx, made.task_id, since).await
}

async fn is_of_project(tx: &WriteTx, column: ColumnId, row: &task::Model) -> AppResult<bool> {
    let found = board_column::Entity::find_by_id(column).one(&**tx).await?;
    Ok(found.is_some_and(|column| column.project_id == row.project_id))
}

/// The cards of a column that stay where they are, by their ranks, in their order.
async fn standing_in(tx: &WriteTx, column: ColumnId, going: &BTreeSet<TaskId>) -> AppResult<Vec<(String, TaskId)>> {
    let mut cards: Vec<(String, TaskId)> = task::Entity::find()
        .select_only()
        .columns([task::Column::Rank, task::Column::Id])
        .filter(task::Column::ColumnId.eq(column))
        .filter(task::Column::ArchivedAt.is_null())
        .into_tuple()
        .all(&**tx)
        .await?;
    cards.retain(|(_, card)| !going.contains(card));
    cards.sort_unstable();
    Ok(cards)
}
