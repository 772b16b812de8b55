//! One task with all that its page shows.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{cards, find, history};
use crate::{
    domain::ids::UserId,
    entities::{checklist_item, comment, task, task_assignee, user},
    error::AppResult,
    platform::{ctx::Ctx, markdown},
    projects::service::{access::Viewing, projects},
    tasks::view::{ChecklistItem, ColumnChoice, CommentView, PersonChoice, TaskDetail},
};

/// Reads a task with its people, checklist, comments and history.
///
/// # Errors
/// Only those of the database.
pub async fn read(ctx: &Ctx, viewing: &Viewing, row: task::Model) -> AppResult<TaskDetail> {
    let db = ctx.reader();
    let zone = find::zone(ctx);
    let project = viewing.project();
    let id = row.id;
    let columns = projects::columns(db, project.id).await?;
    let people = projects::people(db, project.id).await?;
    let assignees = task_assignee::Entity::find().filter(task_assignee::Column::TaskId.eq(id)).all(db).await?;
    let items = checklist_item::Entity::find()
        .filter(checklist_item::Column::TaskId.eq(id))
        .order_by_asc(checklist_item::Column::Position)
        .all(db)
        .await?;
    let comments = comment::Entity::find()
        .filter(comment::Column::TaskId.eq(id))
        .order_by_asc(comment::Column::CreatedAt)
        .all(db)
        .await?;
    let named: Vec<UserId> = comments.iter().filter_map(|comment| comment.author_id).chain(row.created_by).collect();
    let names: HashMap<UserId, String> = user::Entity::find()
        .filter(user::Column::Id.is_in(named))
        .all(db)
        .await?
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect();
    let history = history::lines(db, id, &columns, ctx.now, zone).await?;
    let stamp = |at| history::stamp(at, ctx.now, zone);
    Ok(TaskDetail {
        key: project.key.clone(),
        project_name: project.name.clone(),
        can_edit: viewing.can_edit(),
        read_only: viewing.read_only(),
        clock: find::clock(ctx),
        version: row.version,
        column: row.column_id,
        columns: columns
            .into_iter()
            .map(|column| ColumnChoice { id: column.id, name: column.name, status: column.status })
            .collect(),
        description_html: markdown::to_html(&row.description),
        description: row.description.clone(),
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
        comments: comments
            .into_iter()
            .map(|comment| CommentView {
                id: comment.id,
                author: comment.author_id.and_then(|id| names.get(&id).cloned()),
                html: markdown::to_html(&comment.body),
                at: stamp(comment.created_at),
                is_edited: comment.edited_at.is_some(),
            })
            .collect(),
        history,
        created: stamp(row.created_at),
        created_by: row.created_by.and_then(|id| names.get(&id).cloned()),
        archived: row.archived_at.map(stamp),
        card: cards::one(db, zone, row).await?,
    })
}
