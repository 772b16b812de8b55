//! One task with all that its page shows.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    attachments, cards, checklist, comments, dependencies, events, find, history, inverse::Given, labels_of_task,
    moves, notes, recurrence, watch,
};
use crate::{
    domain::{
        estimate,
        ids::{ProjectId, TaskId, UserId},
        project::MemberRole,
        task::EventKind,
    },
    entities::{board_column, notification, project, task, task_assignee, task_event, user, work_note},
    error::AppResult,
    platform::{ctx::Ctx, markdown},
    projects::service::{
        access::{self, Viewing},
        projects,
    },
    tasks::{
        parts::{LastMove, Parts, ProjectChoice},
        view::{ChecklistItem, ColumnChoice, PersonChoice, TaskDetail},
    },
};

/// Reads a task with all that hangs on it.
///
/// # Errors
/// Only those of the database.
pub async fn read(ctx: &Ctx, viewing: &Viewing, row: task::Model) -> AppResult<TaskDetail> {
    read_longer(ctx, viewing, row, history::LISTED).await
}

/// As [`read`], with so many lines of the history; at least as many as usual.
///
/// # Errors
/// Only those of the database.
pub async fn read_longer(ctx: &Ctx, viewing: &Viewing, row: task::Model, lines: u32) -> AppResult<TaskDetail> {
    let lines = lines.clamp(history::LISTED, history::LISTED_MOST);
    let db = ctx.reader();
    let zone = ctx.zone();
    let project = viewing.project();
    let id = row.id;
    let columns = projects::columns(db, project.id).await?;
    let people = projects::people(db, project.id).await?;
    let assignees = task_assignee::Entity::find().filter(task_assignee::Column::TaskId.eq(id)).all(db).await?;
    let items = checklist::in_order(db, id).await?;
    let comment_rows = comments::of_task(db, id).await?;
    let file_rows = attachments::of_task(db, id).await?;
    let note_authors: Vec<Option<UserId>> = work_note::Entity::find()
        .select_only()
        .column(work_note::Column::AuthorId)
        .filter(work_note::Column::TaskId.eq(id))
        .into_tuple()
        .all(db)
        .await?;
    let named: Vec<UserId> = comment_rows
        .iter()
        .filter_map(|comment| comment.author_id)
        .chain(file_rows.iter().filter_map(|file| file.author_id))
        .chain(note_authors.into_iter().flatten())
        .chain(row.created_by)
        .collect();
    let names: HashMap<UserId, String> = user::Entity::find()
        .filter(user::Column::Id.is_in(named))
        .all(db)
        .await?
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect();
    let stamp = |at| history::stamp(at, ctx.now, zone);
    // What is in the trash is looked at, not changed.
    let can_edit = viewing.can_edit() && row.deleted_at.is_none();
    let (blockers, blocked) = dependencies::read(ctx, id).await?;
    let watchers = watch::watchers(db, id).await?;
    let parts = Parts {
        notes: notes::read(ctx, viewing, id, &names).await?,
        files: attachments::read(ctx, file_rows, &names).await?,
        blockers,
        blocked,
        start_on: row.start_on,
        estimate: row.estimate_minutes.map(estimate::words),
        recurrence: recurrence::rule_of(&row),
        labels: if can_edit { labels_of_task::of_project(ctx, project.id).await? } else { Vec::new() },
        projects: if can_edit { other_projects(ctx, project.id).await? } else { Vec::new() },
        is_watching: ctx.actor_id().is_some_and(|me| watchers.contains(&me)),
        watchers: u32::try_from(watchers.len()).unwrap_or(u32::MAX),
        has_news: has_news(ctx, &row).await?,
        deleted: row.deleted_at.map(stamp),
        can_restore: row.deleted_at.is_some() && viewing.can_edit(),
        can_purge: row.deleted_at.is_some() && viewing.role() >= MemberRole::Owner,
        last_move: if can_edit { last_move(ctx, &row, &columns).await? } else { None },
    };
    let card = cards::one(db, zone, row.clone()).await?;
    // Who may not change the task is offered nothing.
    let given = can_edit.then(|| Given {
        people: assignees.iter().map(|assigned| (id, assigned.user_id)).collect(),
        labels: card.labels.iter().map(|label| (id, label.id)).collect(),
        members: people.iter().map(|person| (project.id, person.id)).collect(),
        known: parts.labels.iter().map(|label| (project.id, label.id)).collect(),
    });
    let (history, is_history_cut) = history::lines(ctx, db, &row, lines, given.as_ref()).await?;
    Ok(TaskDetail {
        key: project.key.clone(),
        project_name: project.name.clone(),
        can_edit,
        read_only: viewing.read_only(),
        clock: find::clock(ctx),
        last_event: project.last_event,
        version: row.version,
        column: row.column_id,
        columns: columns
            .into_iter()
            .map(|column| ColumnChoice { id: column.id, name: column.name, status: column.status })
            .collect(),
        description_html: markdown::to_html(&row.description),
        description: row.description,
        category: row.category,
        assignees: assignees.into_iter().map(|assigned| assigned.user_id).collect(),
        people: people.into_iter().map(|person| PersonChoice { id: person.id, name: person.name }).collect(),
        checklist: items
            .into_iter()
            .map(|item| ChecklistItem {
                id: item.id,
                list: item.list_title,
                text: item.text,
                is_done: item.done_at.is_some(),
            })
            .collect(),
        comments: comments::read(ctx, viewing, comment_rows, &names).await?,
        history,
        history_lines: lines,
        is_history_cut,
        created: stamp(row.created_at),
        created_by: row.created_by.and_then(|id| names.get(&id).cloned()),
        archived: row.archived_at.filter(|_| row.deleted_at.is_none()).map(stamp),
        parts,
        card,
    })
}

/// The projects, but for the task's own, in which the person may change tasks.
async fn other_projects(ctx: &Ctx, own: ProjectId) -> AppResult<Vec<ProjectChoice>> {
    let Ok(me) = ctx.me() else { return Ok(Vec::new()) };
    let rows = project::Entity::find()
        .filter(project::Column::Id.in_subquery(access::projects_with_role(me.id, MemberRole::Editor)))
        .filter(project::Column::ArchivedAt.is_null())
        .filter(project::Column::Id.ne(own))
        .order_by_asc(project::Column::Name)
        .all(ctx.reader())
        .await?;
    Ok(rows.into_iter().map(|row| ProjectChoice { id: row.id, name: row.name }).collect())
}

async fn has_news(ctx: &Ctx, row: &task::Model) -> AppResult<bool> {
    let Some(me) = ctx.actor_id() else { return Ok(false) };
    let many = notification::Entity::find()
        .filter(notification::Column::UserId.eq(me))
        .filter(notification::Column::TaskId.eq(row.id))
        .filter(notification::Column::ReadAt.is_null())
        .count(ctx.reader())
        .await?;
    Ok(many > 0)
}

/// Where the task was before its last move between lists, if nothing moved it since and that list is there.
async fn last_move(ctx: &Ctx, row: &task::Model, columns: &[board_column::Model]) -> AppResult<Option<LastMove>> {
    let last = task_event::Entity::find()
        .filter(task_event::Column::TaskId.eq(row.id))
        .filter(task_event::Column::Kind.eq(EventKind::Moved))
        .order_by_desc(task_event::Column::At)
        .order_by_desc(task_event::Column::Id)
        .limit(1)
        .one(ctx.reader())
        .await?;
    let Some(last) = last.filter(|event| event.to_column_id == Some(row.column_id)) else { return Ok(None) };
    let detail: events::Detail = serde_json::from_str(&last.detail).unwrap_or_default();
    let is_within = last.from_column_id == Some(row.column_id);
    let column = columns.iter().find(|column| Some(column.id) == last.from_column_id);
    // Moves of before its place was written down are taken back to the top of the list.
    let Some(column) = column.filter(|_| !is_within || detail.rank.is_some()) else { return Ok(None) };
    let above: Option<TaskId> = match &detail.rank {
        None => None,
        Some(rank) => moves::above(ctx.reader(), column.id, row.id, rank).await?,
    };
    let place = above.map_or_else(|| "top".to_owned(), |above| above.to_string());
    Ok(Some(LastMove { column: column.id, name: column.name.clone(), place, is_within }))
}
