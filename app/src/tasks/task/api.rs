//! Server functions of one task beyond its plain fields: notes, comments, checklists, files, labels,
//! dependencies, series, watching, trash, copy and transfer. Each serves plain forms, too.

use leptos::prelude::*;

use crate::{
    domain::ids::{AttachmentId, ChecklistItemId, CommentId, OpId, ProjectId, TaskId, WorkNoteId},
    error::AppResult,
    tasks::{
        parts::TaskChoice,
        view::{Arrived, Card},
    },
};

#[cfg(feature = "ssr")]
use {
    super::series::read_rule,
    crate::{
        error::AppError,
        notifications::service::inbox,
        platform::{ctx::Ctx, markdown, page},
        tasks::service::{
            attachments, checklist, comments,
            copy::{self, Along},
            dependencies,
            edit::{self, Change},
            input::read_word,
            labels_of_task,
            notes::{self, NoteInput},
            recurrence, transfer, trash, watch,
        },
    },
};

/// Adds a work note; no day is today.
#[server(prefix = "/rpc")]
pub async fn add_note(
    task: TaskId,
    kind: String,
    #[server(default)] on_date: String,
    body: String,
    #[server(default)] op: Option<OpId>,
) -> AppResult<()> {
    let typed = [("kind", kind.as_str()), ("on_date", on_date.as_str()), ("body", body.as_str())];
    let saved = async {
        let input = NoteInput {
            kind: read_word("kind", &kind)?,
            on_date: edit::read_day("on_date", &on_date)?,
            body: body.clone(),
        };
        notes::add(&Ctx::signed_in()?, task, input, op).await
    };
    saved.await.map_err(|error: AppError| error.with_typed(&typed))?;
    page::go_back("saved");
    Ok(())
}

/// Changes a work note.
#[server(prefix = "/rpc")]
pub async fn edit_note(
    note: WorkNoteId,
    version: i64,
    kind: String,
    #[server(default)] on_date: String,
    body: String,
) -> AppResult<()> {
    let input = NoteInput { kind: read_word("kind", &kind)?, on_date: edit::read_day("on_date", &on_date)?, body };
    let id = note.to_string();
    let sent = [("note", id.as_str()), ("kind", kind.as_str()), ("on_date", on_date.as_str())];
    notes::edit(&Ctx::signed_in()?, note, version, input).await.map_err(|error| error.with_typed(&sent))?;
    page::go_back("saved");
    Ok(())
}

/// Deletes a work note.
#[server(prefix = "/rpc")]
pub async fn remove_note(note: WorkNoteId) -> AppResult<()> {
    notes::remove(&Ctx::signed_in()?, note).await?;
    page::go_back("deleted");
    Ok(())
}

/// Changes a comment; its former text is kept.
#[server(prefix = "/rpc")]
pub async fn edit_comment(comment: CommentId, version: i64, body: String) -> AppResult<()> {
    let sent = comment.to_string();
    let saved = comments::edit(&Ctx::signed_in()?, comment, version, &body).await;
    saved.map_err(|error| error.with_typed(&[("comment", &sent)]))?;
    page::go_back("saved");
    Ok(())
}

/// Deletes a comment.
#[server(prefix = "/rpc")]
pub async fn remove_comment(comment: CommentId) -> AppResult<()> {
    comments::remove(&Ctx::signed_in()?, comment).await?;
    page::go_back("deleted");
    Ok(())
}

/// A text as it will be shown: safe HTML.
#[server(prefix = "/rpc")]
pub async fn preview_text(text: String) -> AppResult<String> {
    Ctx::signed_in()?;
    let mut checks = crate::error::Checks::default();
    let text = checks.text("text", &text, crate::domain::task::DESCRIPTION_MAX);
    checks.done()?;
    Ok(markdown::to_html(&text))
}

/// Begins or stops watching a task.
#[server(prefix = "/rpc")]
pub async fn watch_task(task: TaskId, is_watching: bool) -> AppResult<()> {
    watch::set(&Ctx::signed_in()?, task, is_watching).await?;
    page::go_back("saved");
    Ok(())
}

/// The person has the task before them: what they were told of it is read.
#[server(prefix = "/rpc")]
pub async fn read_news(task: TaskId) -> AppResult<()> {
    inbox::mark_task_read(&Ctx::signed_in()?, task).await
}

/// Changes the text of a checklist item; `was` is the text that the person began with.
#[server(prefix = "/rpc")]
pub async fn rename_item(item: ChecklistItemId, #[server(default)] was: Option<String>, text: String) -> AppResult<()> {
    let saved = checklist::rename(&Ctx::signed_in()?, item, was.as_deref(), &text).await;
    saved.map_err(|error| {
        // Whoever saves theirs once more has seen what is stored now.
        let seen = match &error {
            AppError::Conflict(conflict) => conflict.theirs.clone(),
            _ => was.unwrap_or_default(),
        };
        error.with_typed(&[("item", &item.to_string()), ("was", &seen), ("text", &text)])
    })?;
    page::go_back("saved");
    Ok(())
}

/// Moves a checklist item: `up`, `down`, or behind or before another one (`after ID`, `before ID`).
#[server(prefix = "/rpc")]
pub async fn place_item(item: ChecklistItemId, place: String) -> AppResult<()> {
    let place = match place.split_once(' ') {
        None if place == "up" => checklist::Place::Up,
        None if place == "down" => checklist::Place::Down,
        Some(("after", id)) => checklist::Place::After(read_word("place", id)?),
        Some(("before", id)) => checklist::Place::Before(read_word("place", id)?),
        _ => return Err(AppError::Malformed),
    };
    checklist::place(&Ctx::signed_in()?, item, place).await?;
    page::go_back("moved");
    Ok(())
}

/// Makes a task out of a checklist item.
#[server(prefix = "/rpc")]
pub async fn convert_item(item: ChecklistItemId) -> AppResult<String> {
    let reference = checklist::convert(&Ctx::signed_in()?, item).await?;
    page::go_back("created");
    Ok(reference)
}

/// Gives a checklist another heading.
#[server(prefix = "/rpc")]
pub async fn rename_list(
    task: TaskId,
    #[server(default)] from: String,
    #[server(default)] to: String,
) -> AppResult<()> {
    checklist::rename_list(&Ctx::signed_in()?, task, &from, &to).await?;
    page::go_back("saved");
    Ok(())
}

/// Removes a checklist with its items.
#[server(prefix = "/rpc")]
pub async fn remove_list(task: TaskId, #[server(default)] list: String) -> AppResult<()> {
    checklist::remove_list(&Ctx::signed_in()?, task, &list).await?;
    page::go_back("deleted");
    Ok(())
}

/// Deletes a file.
#[server(prefix = "/rpc")]
pub async fn remove_file(file: AttachmentId) -> AppResult<()> {
    attachments::remove(&Ctx::signed_in()?, file).await?;
    page::go_back("deleted");
    Ok(())
}

/// Puts a label on a task; one that the project does not have is made.
#[server(prefix = "/rpc")]
pub async fn add_label(
    task: TaskId,
    label: String,
    #[server(default)] hue: String,
    #[server(default)] op: Option<OpId>,
) -> AppResult<Card> {
    let saved = async {
        let hue = if hue.is_empty() { None } else { Some(read_word("hue", &hue)?) };
        labels_of_task::add_as(&Ctx::signed_in()?, task, &label, hue, op).await
    };
    let card = saved.await.map_err(|error: AppError| error.with_typed(&[("label", &label)]))?;
    page::go_back("saved");
    Ok(card)
}

/// Takes a label off a task.
#[server(prefix = "/rpc")]
pub async fn remove_label(task: TaskId, label: String, #[server(default)] op: Option<OpId>) -> AppResult<Card> {
    let card = labels_of_task::remove_as(&Ctx::signed_in()?, task, &label, op).await?;
    page::go_back("saved");
    Ok(card)
}

/// Sets the day work should begin; no day is none.
#[server(prefix = "/rpc")]
pub async fn save_start(
    task: TaskId,
    version: i64,
    #[server(default)] start_on: String,
    #[server(default)] op: Option<OpId>,
) -> AppResult<Card> {
    let change = Change::Start(edit::read_day("start_on", &start_on)?);
    let card = edit::change(&Ctx::signed_in()?, task, version, change, op).await?;
    page::go_back("saved");
    Ok(card)
}

/// Sets the estimate, as people write it (`2h 30m`); nothing is none.
#[server(prefix = "/rpc")]
pub async fn save_estimate(
    task: TaskId,
    version: i64,
    #[server(default)] estimate: String,
    #[server(default)] op: Option<OpId>,
) -> AppResult<Card> {
    let saved = async {
        let change = Change::Estimate(edit::read_estimate(&estimate)?);
        edit::change(&Ctx::signed_in()?, task, version, change, op).await
    };
    let card = saved.await.map_err(|error: AppError| error.with_typed(&[("estimate", &estimate)]))?;
    page::go_back("saved");
    Ok(card)
}

/// Tasks to choose from, by reference or words of the title.
#[server(prefix = "/rpc")]
pub async fn find_tasks(task: TaskId, text: String) -> AppResult<Vec<TaskChoice>> {
    dependencies::candidates(&Ctx::signed_in()?, task, &text).await
}

/// Links two tasks: the other one blocks this one (`blocked_by`), or this one blocks it (`blocks`).
#[server(prefix = "/rpc")]
pub async fn link_task(task: TaskId, direction: String, other: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let linked = async {
        let other = dependencies::one_of(&ctx, task, &other).await?;
        match direction.as_str() {
            "blocks" => dependencies::add(&ctx, other, task).await,
            _ => dependencies::add(&ctx, task, other).await,
        }
    };
    linked.await.map_err(|error: AppError| error.with_typed(&[("other", &other)]))?;
    page::go_back("saved");
    Ok(())
}

/// Takes a link away.
#[server(prefix = "/rpc")]
pub async fn unlink_task(blocked: TaskId, blocker: TaskId) -> AppResult<()> {
    dependencies::remove(&Ctx::signed_in()?, blocked, blocker).await?;
    page::go_back("saved");
    Ok(())
}

/// Makes a task come again, changes how, or stops it (`kind` empty).
#[server(prefix = "/rpc")]
pub async fn save_series(
    task: TaskId,
    #[server(default)] kind: String,
    #[server(default)] every: String,
    #[server(default)] weekdays: Vec<String>,
    #[server(default)] day: String,
    #[server(default)] month: String,
    #[server(default)] nth: String,
    #[server(default)] weekday: String,
) -> AppResult<Card> {
    let rule = read_rule(&kind, &every, &weekdays, &day, &month, &nth, &weekday)?;
    let card = recurrence::set(&Ctx::signed_in()?, task, rule).await?;
    page::go_back("saved");
    Ok(card)
}

/// Puts a task into the trash.
#[server(prefix = "/rpc")]
pub async fn delete_task(task: TaskId, #[server(default)] op: Option<OpId>) -> AppResult<()> {
    trash::put(&Ctx::signed_in()?, task, op).await?;
    page::go_back("trashed");
    Ok(())
}

/// Takes a task out of the trash.
#[server(prefix = "/rpc")]
pub async fn undelete_task(task: TaskId, #[server(default)] op: Option<OpId>) -> AppResult<()> {
    trash::restore(&Ctx::signed_in()?, task, op).await?;
    page::go_back("restored");
    Ok(())
}

/// Copies a task; a plain form opens the copy.
#[server(prefix = "/rpc")]
pub async fn copy_task(
    task: TaskId,
    #[server(default)] checklist: bool,
    #[server(default)] comments: bool,
    #[server(default)] op: Option<OpId>,
) -> AppResult<Arrived> {
    let copied = copy::copy(&Ctx::signed_in()?, task, Along { checklist, comments }, op).await?;
    page::go_on(&format!("/tasks/{}?notice=created", copied.reference));
    Ok(copied)
}

/// Moves a task to another project; a plain form opens it there.
#[server(prefix = "/rpc")]
pub async fn transfer_task(
    task: TaskId,
    project: ProjectId,
    #[server(default)] op: Option<OpId>,
) -> AppResult<Arrived> {
    let moved = transfer::transfer(&Ctx::signed_in()?, task, project, None, op).await?;
    page::go_on(&format!("/tasks/{}?notice=moved", moved.reference));
    Ok(moved)
}
