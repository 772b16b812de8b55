//! Server functions of tasks. Each serves the awake page and the plain form alike: without
//! WebAssembly the form comes back to the page it was sent from.

use leptos::{prelude::*, server_fn::codec::Json};

use super::view::{Board, Card, Cursor, MoreCards, NewTaskPlaces, TakenBack, TaskChoices, TaskDetail};
use crate::{
    domain::{
        board_filter::BoardFilter,
        board_look::BoardLook,
        ids::{ChecklistItemId, ColumnId, EventId, OpId, TaskId, UserId},
        lane::Lane,
        live::Doing,
        task_edit::TaskEdit,
    },
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {
    super::service::{
        archive, board,
        bulk::{self, take_back},
        checklist, choices, comments, create, detail,
        edit::{self, Change},
        find,
        input::{column_choice, read_word},
        moves, presence, quick_add,
    },
    crate::{
        domain::{live::MY_WORK, task_edit::Edit},
        error::AppError,
        platform::{ctx::Ctx, page},
        projects::service::{access, projects},
    },
};

/// The key of the project whose board `/board` opens.
#[server(prefix = "/rpc")]
pub async fn find_board() -> AppResult<Option<String>> {
    let ctx = Ctx::signed_in()?;
    Ok(projects::current(&ctx).await?.map(|viewing| viewing.project().key.clone()))
}

/// A board with the first cards of each list; `longer` asks for more of one of them.
#[server(prefix = "/rpc", input = Json)]
pub async fn load_board(
    key: String,
    filter: BoardFilter,
    longer: Option<(ColumnId, u64)>,
    #[server(default)] look: BoardLook,
) -> AppResult<Board> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    projects::remember(&ctx, &viewing).await?;
    board::read(&ctx, &viewing, &filter, look, longer).await
}

/// The cards of one list behind those that are loaded.
#[server(prefix = "/rpc", input = Json)]
pub async fn load_more(
    key: String,
    column: ColumnId,
    filter: BoardFilter,
    cursor: Cursor,
    #[server(default)] look: BoardLook,
) -> AppResult<MoreCards> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    board::more(&ctx, &viewing, column, &filter, look, &cursor).await
}

/// One task with all that its page shows, and so many lines of its history; as many as usual where fewer are asked for.
#[server(prefix = "/rpc")]
pub async fn load_task(reference: String, #[server(default)] lines: u32) -> AppResult<TaskDetail> {
    let ctx = Ctx::signed_in()?;
    let (viewing, row) = find::by_reference(&ctx, ctx.reader(), &reference).await?;
    detail::read_longer(&ctx, &viewing, row, lines).await
}

/// Where a new task can go.
#[server(prefix = "/rpc")]
pub async fn load_new_task(key: String) -> AppResult<NewTaskPlaces> {
    let ctx = Ctx::signed_in()?;
    let viewing = match key.as_str() {
        "" => projects::current(&ctx).await?.ok_or(AppError::NotFound)?,
        key => access::by_key(&ctx, ctx.reader(), key).await?,
    };
    let editing = viewing.editing()?;
    let project = editing.project();
    let columns = projects::columns(ctx.reader(), project.id).await?;
    Ok(NewTaskPlaces {
        key: project.key.clone(),
        name: project.name.clone(),
        columns: columns.into_iter().map(column_choice).collect(),
    })
}

/// Says which task one of the person's tabs has open and what they do with it, for others to see; none
/// when it is closed. The answer says whether the person still may see the board.
#[server(prefix = "/rpc", input = Json)]
pub async fn show_open_task(
    key: String,
    tab: OpId,
    task: Option<TaskId>,
    #[server(default)] doing: Doing,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    if key == MY_WORK {
        // It is of no project: everybody may see their own, and nobody is shown there.
        return Ok(());
    }
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    presence::open_task(&ctx, &viewing, tab, task.map(|task| (task, doing)))
}

/// Moves a card between two others; `is_back` where that takes a move back, or does it again.
#[server(prefix = "/rpc", input = Json)]
pub async fn move_task(
    card: TaskId,
    column: ColumnId,
    after: Option<TaskId>,
    before: Option<TaskId>,
    op: OpId,
    #[server(default)] lane: Option<Lane>,
    #[server(default)] is_back: bool,
) -> AppResult<Card> {
    let ctx = Ctx::signed_in()?;
    let wish = moves::Move { task: card, column, after, before, op_id: Some(op) };
    if is_back { moves::move_back(&ctx, wish, lane).await } else { moves::move_to_lane(&ctx, wish, lane).await }
}

/// Moves a task by a plain form: to an end of a list, or behind a task of it (`top`, `end`, or its id); `is_back` where
/// that takes its last move back.
#[server(prefix = "/rpc")]
pub async fn place_task(
    task: TaskId,
    column: ColumnId,
    #[server(default)] place: String,
    #[server(default)] op: Option<OpId>,
    #[server(default)] is_back: bool,
) -> AppResult<Card> {
    let ctx = Ctx::signed_in()?;
    let (after, before) = match place.as_str() {
        "" | "top" => (None, board::first_of(&ctx, task, column).await?),
        "end" => (None, None),
        id => (Some(read_word::<TaskId>("place", id)?), None),
    };
    let wish = moves::Move { task, column, after, before, op_id: op };
    let saved = if is_back { moves::move_back(&ctx, wish, None).await } else { moves::move_task(&ctx, wish).await }?;
    page::go_back("moved");
    Ok(saved)
}

/// Takes a task off the board.
#[server(prefix = "/rpc")]
pub async fn archive_task(task: TaskId, #[server(default)] op: Option<OpId>) -> AppResult<()> {
    archive::archive(&Ctx::signed_in()?, task, op).await?;
    page::go_back("archived");
    Ok(())
}

/// Puts an archived task back.
#[server(prefix = "/rpc")]
pub async fn restore_task(task: TaskId, #[server(default)] op: Option<OpId>) -> AppResult<()> {
    archive::restore(&Ctx::signed_in()?, task, op).await?;
    page::go_back("restored");
    Ok(())
}

/// Makes a task of each line, with its tokens, at an end of a list (`top`, `end`) or behind a task
/// of it (its id).
#[server(prefix = "/rpc")]
pub async fn add_tasks(
    project: String,
    column: ColumnId,
    title: String,
    at: String,
    #[server(default)] op: Option<OpId>,
) -> AppResult<Vec<Card>> {
    let ctx = Ctx::signed_in()?;
    let editing = access::by_key(&ctx, ctx.reader(), &project).await?.editing()?;
    let end = match at.as_str() {
        "top" => moves::End::Top,
        "end" | "" => moves::End::Bottom,
        id => moves::End::Behind(read_word::<TaskId>("at", id)?),
    };
    let made = quick_add::add(&ctx, &editing, column, end, &title, op).await;
    let made = made.map_err(|error| error.with_typed(&[("column", &column.to_string()), ("title", &title)]))?;
    page::go_back("created");
    Ok(made)
}

/// Changes tasks: one of them, or many at once; `is_back` where that takes earlier changes back, or does them again.
#[server(prefix = "/rpc", input = Json)]
pub async fn change_tasks(edits: Vec<TaskEdit>, op: OpId, #[server(default)] is_back: bool) -> AppResult<Vec<Card>> {
    let ctx = Ctx::signed_in()?;
    if is_back { bulk::change_back(&ctx, edits, Some(op)).await } else { bulk::change(&ctx, edits, Some(op)).await }
}

/// Takes back what the person has done by one change, or again, as far as it is still so.
#[server(prefix = "/rpc")]
pub async fn undo_change(of: OpId, op: OpId) -> AppResult<TakenBack> {
    take_back::change(&Ctx::signed_in()?, of, op).await
}

/// Takes back what a line of a task's history says, where that is still so.
#[server(prefix = "/rpc")]
pub async fn undo_line(line: EventId, #[server(default)] op: Option<OpId>) -> AppResult<Card> {
    let card = take_back::line(&Ctx::signed_in()?, line, op).await?;
    page::go_back("saved");
    Ok(card)
}

/// The people and labels that tasks of a project can be given.
#[server(prefix = "/rpc")]
pub async fn load_choices(project: String) -> AppResult<TaskChoices> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &project).await?;
    choices::read(ctx.reader(), viewing.project().id).await
}

/// Makes a task out of the whole form and opens its page.
#[server(prefix = "/rpc")]
pub async fn create_task(
    project: String,
    column: ColumnId,
    title: String,
    #[server(default)] description: String,
    #[server(default)] priority: String,
    #[server(default)] due_on: String,
    #[server(default)] due_time: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let typed = [
        ("title", title.as_str()),
        ("description", description.as_str()),
        ("priority", priority.as_str()),
        ("due_on", due_on.as_str()),
        ("due_time", due_time.as_str()),
    ];
    let made = async {
        let editing = access::by_key(&ctx, ctx.reader(), &project).await?.editing()?;
        let priority = read_word("priority", &priority)?;
        let (due_on, due_at) = edit::due_columns(&ctx, edit::read_due(&due_on, &due_time)?)?;
        let (title, description) = (title.clone(), description.clone());
        let new =
            create::NewTask { column, end: moves::End::Top, title, description, priority, due_on, due_at, op_id: None };
        let card = create::create(&ctx, &editing, new).await?;
        Ok(card.reference(&editing.project().key))
    };
    let reference = made.await.map_err(|error: AppError| error.with_typed(&typed))?;
    leptos_axum::redirect(&format!("/tasks/{reference}?notice=created"));
    Ok(())
}

/// Changes the title.
#[server(prefix = "/rpc")]
pub async fn save_title(
    task: TaskId,
    version: i64,
    title: String,
    #[server(default)] op: Option<OpId>,
) -> AppResult<Card> {
    let line = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let saved = edit::change(&Ctx::signed_in()?, task, version, Change::Title(line), op)
        .await
        .map_err(|error| error.with_typed(&[("title", &title)]))?;
    page::go_back("saved");
    Ok(saved)
}

/// Changes the description.
#[server(prefix = "/rpc")]
pub async fn save_description(
    task: TaskId,
    version: i64,
    description: String,
    #[server(default)] op: Option<OpId>,
) -> AppResult<Card> {
    let saved = edit::change(&Ctx::signed_in()?, task, version, Change::Description(description), op).await?;
    page::go_back("saved");
    Ok(saved)
}

/// Changes the priority.
#[server(prefix = "/rpc")]
pub async fn save_priority(
    task: TaskId,
    version: i64,
    priority: String,
    #[server(default)] op: Option<OpId>,
) -> AppResult<Card> {
    let saved =
        edit::change(&Ctx::signed_in()?, task, version, Change::Priority(read_word("priority", &priority)?), op)
            .await?;
    page::go_back("saved");
    Ok(saved)
}

/// Changes the category.
#[server(prefix = "/rpc")]
pub async fn save_category(
    task: TaskId,
    version: i64,
    category: String,
    #[server(default)] op: Option<OpId>,
) -> AppResult<Card> {
    let saved =
        edit::change(&Ctx::signed_in()?, task, version, Change::Category(read_word("category", &category)?), op)
            .await?;
    page::go_back("saved");
    Ok(saved)
}

/// Sets the due date, with or without a time of the person's zone; no date is no due date.
#[server(prefix = "/rpc")]
pub async fn save_due(
    task: TaskId,
    version: i64,
    #[server(default)] due_on: String,
    #[server(default)] due_time: String,
    #[server(default)] op: Option<OpId>,
) -> AppResult<Card> {
    let typed = [("due_on", due_on.as_str()), ("due_time", due_time.as_str())];
    let due = edit::read_due(&due_on, &due_time).map_err(|error| error.with_typed(&typed))?;
    let saved = edit::change(&Ctx::signed_in()?, task, version, Change::Due(due), op).await?;
    page::go_back("saved");
    Ok(saved)
}

/// Gives a task to those who are chosen and were not before, and takes it from those who were and are not any more.
/// Whom somebody else gave it meanwhile keeps it.
#[server(prefix = "/rpc")]
pub async fn save_people(
    task: TaskId,
    #[server(default)] people: Vec<UserId>,
    #[server(default)] was: Vec<UserId>,
    #[server(default)] op: Option<OpId>,
) -> AppResult<Card> {
    let remove: Vec<UserId> = was.into_iter().filter(|user| !people.contains(user)).collect();
    let edit = Edit::People { add: people, remove };
    let mut saved = bulk::change(&Ctx::signed_in()?, vec![TaskEdit { task, edit }], op).await?;
    let saved = saved.pop().ok_or(AppError::NotFound)?;
    page::go_back("saved");
    Ok(saved)
}

/// Adds a comment.
#[server(prefix = "/rpc")]
pub async fn add_comment(task: TaskId, body: String, #[server(default)] op: Option<OpId>) -> AppResult<()> {
    comments::add(&Ctx::signed_in()?, task, &body, op).await.map_err(|error| error.with_typed(&[("body", &body)]))?;
    page::go_back("saved");
    Ok(())
}

/// Adds items to a checklist, one a line; without a list to the last one of the task.
#[server(prefix = "/rpc")]
pub async fn add_item(
    task: TaskId,
    text: String,
    #[server(default)] list: Option<String>,
    #[server(default)] op: Option<OpId>,
) -> AppResult<()> {
    checklist::add(&Ctx::signed_in()?, task, list.as_deref(), &text, op)
        .await
        .map_err(|error| error.with_typed(&[("text", &text)]))?;
    page::go_back("saved");
    Ok(())
}

/// Ticks an item, or takes the tick away.
#[server(prefix = "/rpc")]
pub async fn tick_item(item: ChecklistItemId, is_done: bool) -> AppResult<()> {
    checklist::tick(&Ctx::signed_in()?, item, is_done).await?;
    page::go_back("saved");
    Ok(())
}

/// Removes an item.
#[server(prefix = "/rpc")]
pub async fn remove_item(item: ChecklistItemId) -> AppResult<()> {
    checklist::remove(&Ctx::signed_in()?, item).await?;
    page::go_back("deleted");
    Ok(())
}
