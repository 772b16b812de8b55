//! Dependencies: which task has to be completed before which, within and across projects, without circles.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Func},
};

use super::{
    create::touched,
    events::{self, Detail, Event},
    find, stream,
};
use crate::{
    domain::{
        ids::{ProjectId, TaskId},
        live::Change,
        project::parse_task_ref,
        task::{EventKind, LINKS_MAX},
    },
    entities::{project, task, task_dependency},
    error::{AppError, AppResult, Problem},
    platform::{
        ctx::Ctx,
        db::{Turn, WriteTx},
        like::holding,
    },
    projects::service::projects,
    tasks::parts::{LinkedTask, TaskChoice},
};

/// Most tasks that the search for circles looks at.
const WALKED_MAX: usize = 20_000;
/// Most tasks that are offered to choose from.
const OFFERED: u64 = 8;

/// Marks a task as blocked by another one; who does it may change the first and see the second. Twice
/// is the same as once.
///
/// # Errors
/// [`AppError::Invalid`] at `other`: the task itself, one that waits for it (with the circle named), too many.
pub async fn add(ctx: &Ctx, blocked: TaskId, blocker: TaskId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    tx.take_turn(Turn::TaskDependencies).await?;
    hold_both(ctx, &tx, blocked, blocker).await?;
    let (_, row) = find::for_editing(ctx, &*tx, blocked).await?;
    let (viewing, other) = find::by_id(ctx, &*tx, blocker).await?;
    if other.deleted_at.is_some() {
        return Err(AppError::field("other", Problem::UnknownChoice));
    }
    if task_dependency::Entity::find_by_id((blocker, blocked)).one(&*tx).await?.is_some() {
        return Ok(());
    }
    if let Some(path) = path(&tx, blocked, blocker).await? {
        return Err(AppError::field("other", Problem::Circular { chain: visible_chain(ctx, &tx, &path).await? }));
    }
    for (column, id) in [(task_dependency::Column::BlockedId, blocked), (task_dependency::Column::BlockerId, blocker)] {
        let many = task_dependency::Entity::find().filter(column.eq(id)).limit(u64::from(LINKS_MAX)).all(&*tx).await?;
        if many.len() >= LINKS_MAX as usize {
            return Err(AppError::field("other", Problem::TooMany { max: LINKS_MAX }));
        }
    }
    let link = task_dependency::ActiveModel {
        blocker_id: Set(blocker),
        blocked_id: Set(blocked),
        created_by: Set(ctx.actor_id()),
        created_at: Set(ctx.now),
    };
    task_dependency::Entity::insert(link).exec_without_returning(&*tx).await?;
    let reference = format!("{}-{}", viewing.project().key, other.number);
    let saved = touched(ctx, &row).update(&*tx).await?;
    let detail = Detail { to: Some(reference), ..Detail::default() };
    events::record(ctx, &*tx, &saved, Event::plain(EventKind::Blocked, detail)).await?;
    tell(ctx, &tx, other.project_id, vec![blocker]).await?;
    Ok(tx.commit().await?)
}

/// Takes a link away. Twice is the same as once.
///
/// # Errors
/// Without the right to change the blocked task.
pub async fn remove(ctx: &Ctx, blocked: TaskId, blocker: TaskId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    hold_both(ctx, &tx, blocked, blocker).await?;
    let (_, row) = find::for_editing(ctx, &*tx, blocked).await?;
    let gone = task_dependency::Entity::delete_by_id((blocker, blocked)).exec(&*tx).await?;
    if gone.rows_affected == 0 {
        return Ok(());
    }
    let reference = visible_chain(ctx, &tx, &[blocker]).await?.pop().unwrap_or_else(|| "another task".into());
    let saved = touched(ctx, &row).update(&*tx).await?;
    let detail = Detail { from: Some(reference), ..Detail::default() };
    events::record(ctx, &*tx, &saved, Event::plain(EventKind::Unblocked, detail)).await?;
    if let Some(other) = task::Entity::find_by_id(blocker).one(&*tx).await? {
        tell(ctx, &tx, other.project_id, vec![blocker]).await?;
    }
    Ok(tx.commit().await?)
}

/// Holds the projects of both ends of a link, the smaller id first: the boards of both are told of it.
async fn hold_both(ctx: &Ctx, tx: &WriteTx, one: TaskId, other: TaskId) -> AppResult<()> {
    let mut both: Vec<ProjectId> = task::Entity::find()
        .select_only()
        .column(task::Column::ProjectId)
        .filter(task::Column::Id.is_in([one, other]))
        .into_tuple()
        .all(&**tx)
        .await?;
    both.sort_unstable();
    both.dedup();
    for project in both {
        stream::lock(ctx, &**tx, project).await?;
    }
    Ok(())
}

/// The way from a task to another one along what blocks what, both ends included.
async fn path(tx: &WriteTx, from: TaskId, to: TaskId) -> AppResult<Option<Vec<TaskId>>> {
    let mut came_from: HashMap<TaskId, TaskId> = HashMap::new();
    let mut edge = vec![from];
    let mut seen = HashSet::from([from]);
    while !edge.is_empty() && !seen.contains(&to) && seen.len() < WALKED_MAX {
        let mut next = Vec::new();
        for part in edge.chunks(super::cards::CHUNK) {
            let links = task_dependency::Entity::find()
                .filter(task_dependency::Column::BlockerId.is_in(part.iter().copied()))
                .all(&**tx)
                .await?;
            for link in links {
                if seen.insert(link.blocked_id) {
                    came_from.insert(link.blocked_id, link.blocker_id);
                    next.push(link.blocked_id);
                }
            }
        }
        edge = next;
    }
    if !seen.contains(&to) {
        return Ok(None);
    }
    let mut path = vec![to];
    while let Some(before) = path.last().and_then(|last| came_from.get(last)) {
        path.push(*before);
    }
    path.reverse();
    // The new link closes the circle.
    path.push(from);
    Ok(Some(path))
}

/// References of tasks, those left out that the person may not see.
async fn visible_chain(ctx: &Ctx, tx: &WriteTx, ids: &[TaskId]) -> AppResult<Vec<String>> {
    let keys = keys(ctx).await?;
    let rows = task::Entity::find().filter(task::Column::Id.is_in(ids.iter().copied())).all(&**tx).await?;
    let reference = |id: &TaskId| {
        let row = rows.iter().find(|row| row.id == *id)?;
        Some(format!("{}-{}", keys.get(&row.project_id)?, row.number))
    };
    Ok(ids.iter().filter_map(reference).collect())
}

/// The keys of the projects that the person sees.
async fn keys(ctx: &Ctx) -> AppResult<HashMap<ProjectId, String>> {
    Ok(projects::list(ctx).await?.into_iter().map(|project: project::Model| (project.id, project.key)).collect())
}

/// What blocks a task, and what it blocks. Tasks of projects that the person does not see have no
/// title and no link.
///
/// # Errors
/// Only those of the database.
pub async fn read(ctx: &Ctx, id: TaskId) -> AppResult<(Vec<LinkedTask>, Vec<LinkedTask>)> {
    let links = task_dependency::Entity::find()
        .filter(
            Condition::any()
                .add(task_dependency::Column::BlockerId.eq(id))
                .add(task_dependency::Column::BlockedId.eq(id)),
        )
        .order_by_asc(task_dependency::Column::CreatedAt)
        .all(ctx.reader())
        .await?;
    if links.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let ids = links.iter().flat_map(|link| [link.blocker_id, link.blocked_id]);
    let rows = task::Entity::find().filter(task::Column::Id.is_in(ids)).all(ctx.reader()).await?;
    let keys = keys(ctx).await?;
    let view = |other: TaskId| {
        let row = rows.iter().find(|row| row.id == other && row.deleted_at.is_none())?;
        let seen = keys.get(&row.project_id).map(|key| TaskChoice {
            id: row.id,
            reference: format!("{key}-{}", row.number),
            title: row.title.clone(),
        });
        Some(LinkedTask { id: other, seen, is_done: row.completed_at.is_some() || row.archived_at.is_some() })
    };
    let blockers = links.iter().filter(|link| link.blocked_id == id).filter_map(|link| view(link.blocker_id)).collect();
    let blocked = links.iter().filter(|link| link.blocker_id == id).filter_map(|link| view(link.blocked_id)).collect();
    Ok((blockers, blocked))
}

/// Whether a task that is not in the trash waits for this one, by a link that was made after an instant where one is given.
pub(super) async fn is_waited_for(tx: &WriteTx, blocker: TaskId, since: Option<DateTime<Utc>>) -> AppResult<bool> {
    let to_waiting = task_dependency::Entity::belongs_to(task::Entity)
        .from(task_dependency::Column::BlockedId)
        .to(task::Column::Id)
        .into();
    let mut links = task_dependency::Entity::find()
        .join(JoinType::InnerJoin, to_waiting)
        .filter(task_dependency::Column::BlockerId.eq(blocker))
        .filter(task::Column::DeletedAt.is_null());
    if let Some(since) = since {
        links = links.filter(task_dependency::Column::CreatedAt.gt(since));
    }
    Ok(links.one(&**tx).await?.is_some())
}

/// A task was completed: where others still block it, its history says so.
pub(super) async fn note_completion(ctx: &Ctx, tx: &WriteTx, done: &task::Model) -> AppResult<()> {
    let blockers: Vec<TaskId> = task_dependency::Entity::find()
        .select_only()
        .column(task_dependency::Column::BlockerId)
        .filter(task_dependency::Column::BlockedId.eq(done.id))
        .into_tuple()
        .all(&**tx)
        .await?;
    if blockers.is_empty() {
        return Ok(());
    }
    let open = task::Entity::find()
        .filter(task::Column::Id.is_in(blockers))
        .filter(task::Column::CompletedAt.is_null())
        .filter(task::Column::ArchivedAt.is_null())
        .all(&**tx)
        .await?;
    if open.is_empty() {
        return Ok(());
    }
    let projects: Vec<ProjectId> = open.iter().map(|row| row.project_id).collect();
    let keys: HashMap<ProjectId, String> = project::Entity::find()
        .filter(project::Column::Id.is_in(projects))
        .all(&**tx)
        .await?
        .into_iter()
        .map(|project| (project.id, project.key))
        .collect();
    // Readers of this history need not see the other projects: references only, no titles.
    let names: Vec<String> =
        open.iter().filter_map(|row| Some(format!("{}-{}", keys.get(&row.project_id)?, row.number))).collect();
    let detail = Detail { field: Some("completed_blocked".into()), to: Some(names.join(", ")), ..Detail::default() };
    events::record(ctx, &**tx, done, Event::plain(EventKind::Edited, detail)).await
}

/// A task opened or closed, went away or came back: the cards of its project that wait for it, and those
/// that it waits for, count anew on open boards.
pub(super) async fn tell_linked(ctx: &Ctx, tx: &WriteTx, changed: &task::Model) -> AppResult<()> {
    let links = task_dependency::Entity::find()
        .filter(
            Condition::any()
                .add(task_dependency::Column::BlockerId.eq(changed.id))
                .add(task_dependency::Column::BlockedId.eq(changed.id)),
        )
        .all(&**tx)
        .await?;
    let other = |link: &task_dependency::Model| match link.blocker_id == changed.id {
        true => link.blocked_id,
        false => link.blocker_id,
    };
    tell(ctx, tx, changed.project_id, links.iter().map(other).collect()).await
}

/// Open boards of a project that is held read the cards of these tasks anew. Those of other projects are
/// left out: two changes that hold projects in different orders would wait for each other for ever.
async fn tell(ctx: &Ctx, tx: &WriteTx, project: ProjectId, tasks: Vec<TaskId>) -> AppResult<()> {
    if tasks.is_empty() {
        return Ok(());
    }
    let here: Vec<TaskId> = task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .filter(task::Column::Id.is_in(tasks))
        .filter(task::Column::ProjectId.eq(project))
        .into_tuple()
        .all(&**tx)
        .await?;
    for task in here {
        let change = Change::Task { task, what: EventKind::Edited, from: None, to: None };
        stream::append(ctx, &**tx, project, None, &change).await?;
    }
    Ok(())
}

/// Tasks to choose from, by reference or words of the title, in all projects that the person sees.
///
/// # Errors
/// Only those of the database.
pub async fn candidates(ctx: &Ctx, other_than: TaskId, text: &str) -> AppResult<Vec<TaskChoice>> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 200 {
        return Ok(Vec::new());
    }
    let keys = keys(ctx).await?;
    let mut query = task::Entity::find()
        .filter(task::Column::ProjectId.is_in(keys.keys().copied()))
        .filter(task::Column::Id.ne(other_than))
        .filter(task::Column::DeletedAt.is_null());
    query = match parse_task_ref(text) {
        Some((key, number)) => {
            let project = keys.iter().find(|(_, known)| **known == key).map(|(id, _)| *id);
            let Some(project) = project else { return Ok(Vec::new()) };
            query.filter(task::Column::ProjectId.eq(project)).filter(task::Column::Number.eq(number))
        }
        None => text.split_whitespace().fold(query, |query, word| {
            let title = Expr::expr(Func::lower(Expr::col(task::Column::Title)));
            query.filter(title.like(holding(&word.to_lowercase())))
        }),
    };
    let rows = query
        .order_by_desc(Expr::col(task::Column::CompletedAt).is_null())
        .order_by_desc(task::Column::UpdatedAt)
        .limit(OFFERED)
        .all(ctx.reader())
        .await?;
    let choice = |row: task::Model| {
        let reference = format!("{}-{}", keys.get(&row.project_id)?, row.number);
        Some(TaskChoice { id: row.id, reference, title: row.title })
    };
    Ok(rows.into_iter().filter_map(choice).collect())
}

/// The one task that a plain form names: by its reference, or by words that fit only one.
///
/// # Errors
/// [`AppError::Invalid`] at `other`.
pub async fn one_of(ctx: &Ctx, other_than: TaskId, text: &str) -> AppResult<TaskId> {
    find::by_id(ctx, ctx.reader(), other_than).await?;
    // What was chosen from the offer stands as `T-214 Title`.
    let first = text.split_whitespace().next().unwrap_or_default();
    if parse_task_ref(first).is_some()
        && let Ok((_, row)) = find::by_reference(ctx, ctx.reader(), first).await
    {
        return Ok(row.id);
    }
    match candidates(ctx, other_than, text).await?.as_slice() {
        [one] => Ok(one.id),
        _ => Err(AppError::field("other", Problem::UnknownChoice)),
    }
}
