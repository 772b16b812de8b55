//! Checklists: items in an order of their own, in one list or several.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, ModelTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::{
    copy, edit,
    events::{self, Detail, Event},
    find,
    stamps::user_name,
};
use crate::{
    domain::{
        checklist::{ITEMS_MAX, LINES_MAX, LIST_TITLE_MAX, lines},
        ids::{ChecklistItemId, OpId, TaskId},
        task::{EventKind, ITEM_MAX},
    },
    entities::{checklist_item, task, task_event},
    error::{AppError, AppResult, Checks, Conflict, Problem},
    platform::{ctx::Ctx, db::WriteTx},
};

/// Where an item goes in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Up,
    Down,
    /// Behind another item, into its list.
    After(ChecklistItemId),
    /// Before another item, into its list.
    Before(ChecklistItemId),
}

/// Adds items at the end of a list, one a line; marks at the beginning of a line (`- [x]`) are read.
/// No list is the last one of the task.
///
/// # Errors
/// [`AppError::Invalid`] for an empty or too long text or too many items, or without the right.
pub async fn add(ctx: &Ctx, id: TaskId, list: Option<&str>, text: &str, op_id: Option<OpId>) -> AppResult<()> {
    let mut checks = Checks::default();
    let list = list.map(|list| checks.optional_line("list", list, LIST_TITLE_MAX));
    let lines = lines(text);
    if lines.is_empty() {
        checks.add("text", Problem::Required);
    }
    if lines.len() > LINES_MAX {
        checks.add("text", Problem::TooMany { max: LINES_MAX as u32 });
    } else {
        for (line, _) in &lines {
            checks.line("text", line, ITEM_MAX);
        }
    }
    checks.done()?;
    let tx = ctx.begin().await?;
    let (_, task) = find::for_editing(ctx, &*tx, id).await?;
    let task = edit::lock(ctx, &tx, task).await?;
    if events::is_done(&*tx, op_id).await? {
        return Ok(());
    }
    let items = in_order(&*tx, id).await?;
    if items.len() + lines.len() > ITEMS_MAX {
        return Err(AppError::field("text", Problem::TooMany { max: ITEMS_MAX as u32 }));
    }
    let list = list.unwrap_or_else(|| items.last().map_or_else(String::new, |item| item.list_title.clone()));
    // Behind the last of its list, so that lists stay together.
    let at = items.iter().rposition(|item| item.list_title == list).map_or(items.len(), |last| last + 1);
    let fresh: Vec<checklist_item::Model> = lines
        .iter()
        .map(|(text, is_done)| checklist_item::Model {
            id: ChecklistItemId(Uuid::now_v7()),
            task_id: id,
            list_title: list.clone(),
            text: text.trim().to_owned(),
            position: 0,
            done_at: is_done.then_some(ctx.now),
        })
        .collect();
    let mut order: Vec<ChecklistItemId> = items.iter().map(|item| item.id).collect();
    order.splice(at..at, fresh.iter().map(|item| item.id));
    let many = fresh.len();
    let first = fresh.first().map(|item| item.text.clone()).unwrap_or_default();
    let rows = fresh.into_iter().map(|item| checklist_item::ActiveModel::from(item).reset_all());
    checklist_item::Entity::insert_many(rows).exec_without_returning(&*tx).await?;
    renumber(&*tx, id, &order).await?;
    // Of several, the first is named and the rest counted.
    let detail = Detail { field: (many > 1).then(|| many.to_string()), to: Some(first), ..Detail::default() };
    events::record(ctx, &*tx, &task, Event::plain(EventKind::ItemAdded, detail).with_op(op_id)).await?;
    Ok(tx.commit().await?)
}

/// Ticks an item, or takes the tick away. Twice is the same as once.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there, or without the right.
pub async fn tick(ctx: &Ctx, id: ChecklistItemId, is_done: bool) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let (item, task) = find_item(ctx, &tx, id).await?;
    if item.done_at.is_some() == is_done {
        return Ok(());
    }
    checklist_item::ActiveModel { id: Unchanged(id), done_at: Set(is_done.then_some(ctx.now)), ..Default::default() }
        .update(&*tx)
        .await?;
    let kind = if is_done { EventKind::Checked } else { EventKind::Unchecked };
    events::record(ctx, &*tx, &task, Event::plain(kind, Detail { to: Some(item.text), ..Detail::default() })).await?;
    Ok(tx.commit().await?)
}

/// Changes the text of an item, which was `was` when the person began, where that is known.
///
/// # Errors
/// [`AppError::Invalid`] for an empty or too long text, [`AppError::Conflict`] where somebody else has changed it since,
/// or without the right.
pub async fn rename(ctx: &Ctx, id: ChecklistItemId, was: Option<&str>, text: &str) -> AppResult<()> {
    let mut checks = Checks::default();
    let text = checks.line("text", text, ITEM_MAX);
    checks.done()?;
    let tx = ctx.begin().await?;
    let (item, task) = find_item(ctx, &tx, id).await?;
    if item.text == text {
        return Ok(());
    }
    if was.is_some_and(|was| was != item.text) {
        let by = who_wrote(&tx, task.id, &item.text).await?;
        let conflict = Conflict { field: "text".into(), mine: text, theirs: item.text, by, ..Conflict::default() };
        return Err(AppError::Conflict(Box::new(conflict)));
    }
    checklist_item::ActiveModel { id: Unchanged(id), text: Set(text.clone()), ..Default::default() }
        .update(&*tx)
        .await?;
    let detail = Detail { field: Some("item".into()), from: Some(item.text), to: Some(text), ..Detail::default() };
    events::record(ctx, &*tx, &task, Event::plain(EventKind::Edited, detail)).await?;
    Ok(tx.commit().await?)
}

/// Who gave an item of the task this text, as its history says.
async fn who_wrote(tx: &WriteTx, task: TaskId, text: &str) -> AppResult<Option<String>> {
    let lines = task_event::Entity::find()
        .filter(task_event::Column::TaskId.eq(task))
        .filter(task_event::Column::Kind.eq(EventKind::Edited))
        .order_by_desc(task_event::Column::Id)
        .all(&**tx)
        .await?;
    let is_this = |line: &task_event::Model| {
        let detail = serde_json::from_str::<Detail>(&line.detail).unwrap_or_default();
        detail.field.as_deref() == Some("item") && detail.to.as_deref() == Some(text)
    };
    match lines.iter().find(|line| is_this(line)).and_then(|line| line.actor_id) {
        Some(actor) => user_name(tx, actor).await,
        None => Ok(None),
    }
}

/// Moves an item. A neighbour that is gone, or no place further on, changes nothing.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there, or without the right.
pub async fn place(ctx: &Ctx, id: ChecklistItemId, place: Place) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let (item, task) = find_item(ctx, &tx, id).await?;
    let items = in_order(&*tx, task.id).await?;
    let others: Vec<&checklist_item::Model> = items.iter().filter(|other| other.id != id).collect();
    let Some(here) = items.iter().position(|other| other.id == id) else { return Ok(()) };
    let index_of = |wanted: ChecklistItemId| others.iter().position(|other| other.id == wanted);
    let at = match place {
        Place::Up => here.checked_sub(1),
        Place::Down => (here + 1 < items.len()).then_some(here + 1),
        Place::After(other) => index_of(other).map(|index| index + 1),
        Place::Before(other) => index_of(other),
    };
    let Some(at) = at else { return Ok(()) };
    // Over the edge of its list an item goes into the next one.
    let list = match place {
        Place::Up => others.get(at).map(|other| other.list_title.clone()),
        Place::Down => others.get(at - 1).map(|other| other.list_title.clone()),
        Place::After(other) | Place::Before(other) => index_of(other).map(|index| others[index].list_title.clone()),
    };
    let list = list.unwrap_or_else(|| item.list_title.clone());
    let mut order: Vec<ChecklistItemId> = others.iter().map(|other| other.id).collect();
    if list == item.list_title {
        order.insert(at, id);
    } else {
        checklist_item::ActiveModel { id: Unchanged(id), list_title: Set(list), ..Default::default() }
            .update(&*tx)
            .await?;
        // It enters the other list at the near end: its neighbours stay where they are.
        let at = match place {
            Place::Up => at + 1,
            Place::Down => at - 1,
            Place::After(_) | Place::Before(_) => at,
        };
        order.insert(at, id);
    }
    renumber(&*tx, task.id, &order).await?;
    let detail = Detail { field: Some("item_order".into()), to: Some(item.text), ..Detail::default() };
    events::record(ctx, &*tx, &task, Event::plain(EventKind::Edited, detail)).await?;
    Ok(tx.commit().await?)
}

/// Removes an item; the history keeps its text.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there, or without the right.
pub async fn remove(ctx: &Ctx, id: ChecklistItemId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let (item, task) = find_item(ctx, &tx, id).await?;
    let text = item.text.clone();
    item.delete(&*tx).await?;
    let detail = Detail { from: Some(text), ..Detail::default() };
    events::record(ctx, &*tx, &task, Event::plain(EventKind::ItemRemoved, detail)).await?;
    Ok(tx.commit().await?)
}

/// Gives a list another heading; the heading of another list joins both.
///
/// # Errors
/// [`AppError::Invalid`] for a too long heading, or without the right.
pub async fn rename_list(ctx: &Ctx, id: TaskId, from: &str, to: &str) -> AppResult<()> {
    let mut checks = Checks::default();
    let to = checks.optional_line("to", to, LIST_TITLE_MAX);
    checks.done()?;
    let tx = ctx.begin().await?;
    let (_, task) = find::for_editing(ctx, &*tx, id).await?;
    let task = edit::lock(ctx, &tx, task).await?;
    let items = in_order(&*tx, id).await?;
    if from == to || !items.iter().any(|item| item.list_title == from) {
        return Ok(());
    }
    checklist_item::Entity::update_many()
        .set(checklist_item::ActiveModel { list_title: Set(to.clone()), ..Default::default() })
        .filter(checklist_item::Column::TaskId.eq(id))
        .filter(checklist_item::Column::ListTitle.eq(from))
        .exec(&*tx)
        .await?;
    // Joined lists stand together, in the place of the first.
    let mut order: Vec<ChecklistItemId> = Vec::with_capacity(items.len());
    let is_of = |item: &&checklist_item::Model| item.list_title == from || item.list_title == to;
    for item in &items {
        if !is_of(&item) {
            order.push(item.id);
        } else if !order.contains(&item.id) {
            order.extend(items.iter().filter(is_of).map(|item| item.id));
        }
    }
    renumber(&*tx, id, &order).await?;
    let detail = Detail { field: Some("list".into()), from: Some(from.into()), to: Some(to), ..Detail::default() };
    events::record(ctx, &*tx, &task, Event::plain(EventKind::Edited, detail)).await?;
    Ok(tx.commit().await?)
}

/// Removes a list with its items; the history keeps its heading.
///
/// # Errors
/// Without the right, or of the database.
pub async fn remove_list(ctx: &Ctx, id: TaskId, list: &str) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let (_, task) = find::for_editing(ctx, &*tx, id).await?;
    let gone = checklist_item::Entity::delete_many()
        .filter(checklist_item::Column::TaskId.eq(id))
        .filter(checklist_item::Column::ListTitle.eq(list))
        .exec(&*tx)
        .await?;
    if gone.rows_affected == 0 {
        return Ok(());
    }
    let heading = if list.is_empty() { "Checklist" } else { list };
    let detail = Detail { from: Some(heading.into()), ..Detail::default() };
    events::record(ctx, &*tx, &task, Event::plain(EventKind::ItemRemoved, detail)).await?;
    Ok(tx.commit().await?)
}

/// Makes a task out of an item, in the list of its task; the item goes, both histories name the other.
/// Answers with the new task's reference.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there, or without the right.
pub async fn convert(ctx: &Ctx, id: ChecklistItemId) -> AppResult<String> {
    let tx = ctx.begin().await?;
    let (item, task) = find_item(ctx, &tx, id).await?;
    let (editing, _) = find::for_editing(ctx, &*tx, task.id).await?;
    let key = editing.project().key.clone();
    let parent = format!("{key}-{}", task.number);
    let made = copy::insert_from_item(ctx, &tx, &task, &item.text, &parent).await?;
    let reference = format!("{key}-{}", made.number);
    let text = item.text.clone();
    item.delete(&*tx).await?;
    let detail =
        Detail { field: Some("converted".into()), from: Some(text), to: Some(reference.clone()), ..Detail::default() };
    events::record(ctx, &*tx, &task, Event::plain(EventKind::Edited, detail)).await?;
    tx.commit().await?;
    Ok(reference)
}

/// The items of a task in their order.
///
/// # Errors
/// Only those of the database.
pub(super) async fn in_order(db: &impl ConnectionTrait, id: TaskId) -> AppResult<Vec<checklist_item::Model>> {
    Ok(checklist_item::Entity::find()
        .filter(checklist_item::Column::TaskId.eq(id))
        .order_by_asc(checklist_item::Column::Position)
        .order_by_asc(checklist_item::Column::Id)
        .all(db)
        .await?)
}

/// An item with its task, which is held until the transaction ends: one person at a time orders a list.
async fn find_item(ctx: &Ctx, tx: &WriteTx, id: ChecklistItemId) -> AppResult<(checklist_item::Model, task::Model)> {
    let item = checklist_item::Entity::find_by_id(id).one(&**tx).await?.ok_or(AppError::NotFound)?;
    let (_, task) = find::for_editing(ctx, &**tx, item.task_id).await?;
    let task = edit::lock(ctx, tx, task).await?;
    // Read again under the lock.
    let item = checklist_item::Entity::find_by_id(id).one(&**tx).await?.ok_or(AppError::NotFound)?;
    Ok((item, task))
}

/// Writes the positions of a whole order in one statement.
async fn renumber(tx: &impl ConnectionTrait, id: TaskId, order: &[ChecklistItemId]) -> AppResult<()> {
    use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait};
    let mut positions = CaseStatement::new();
    for (position, item) in order.iter().zip(0_i32..).map(|(item, position)| (position, item)) {
        positions = positions.case(Expr::col(checklist_item::Column::Id).eq(*item), position);
    }
    if order.is_empty() {
        return Ok(());
    }
    checklist_item::Entity::update_many()
        .col_expr(
            checklist_item::Column::Position,
            positions.finally(Expr::col(checklist_item::Column::Position)).into(),
        )
        .filter(checklist_item::Column::TaskId.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}
