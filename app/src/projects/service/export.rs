//! A project as a file: JSON with everything, or a table of its tasks.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ModelTrait, QueryFilter, QueryOrder, Select, sea_query::SelectStatement,
};
use uuid::Uuid;

use super::{access::Viewing, export_csv, projects};
use crate::{
    domain::{
        automation::{Action, Need},
        ids::{CommentId, TaskId},
        project::MemberRole,
        project_export::*,
    },
    entities::{
        attachment, board_column, checklist_item, comment, comment_revision, label, member, project, rule, saved_view,
        task, task_assignee, task_dependency, task_event, task_label, task_watcher, team_member, team_project, user,
        work_note,
    },
    error::AppResult,
    platform::{ctx::Ctx, fault},
};

/// Everything in a project, as JSON.
///
/// # Errors
/// Only those of the database.
pub async fn json(ctx: &Ctx, viewing: &Viewing) -> AppResult<Vec<u8>> {
    let file = read(ctx, viewing).await?;
    serde_json::to_vec_pretty(&file).map_err(|error| fault::internal("writing an export", error))
}

/// The tasks of a project as a table for spreadsheets.
///
/// # Errors
/// Only those of the database.
pub async fn csv(ctx: &Ctx, viewing: &Viewing) -> AppResult<Vec<u8>> {
    Ok(export_csv::table(&read(ctx, viewing).await?))
}

/// Everything in a project.
///
/// # Errors
/// Only those of the database.
pub async fn read(ctx: &Ctx, viewing: &Viewing) -> AppResult<ProjectFile> {
    let db = ctx.reader();
    let project = viewing.project();
    let rows = task::Entity::find()
        .filter(task::Column::ProjectId.eq(project.id))
        .order_by_asc(task::Column::Number)
        .all(db)
        .await?;
    let mut around = Around::read(db, project).await?;
    let tasks: Vec<TaskPart> = rows.into_iter().map(|row| around.task(project, row)).collect();
    let labels = label::Entity::find()
        .filter(label::Column::ProjectId.eq(project.id))
        .order_by_asc(label::Column::Name)
        .all(db)
        .await?;
    let rules = rule::Entity::find()
        .filter(rule::Column::ProjectId.eq(project.id))
        .order_by_asc(rule::Column::Position)
        .all(db)
        .await?;
    let views = saved_view::Entity::find()
        .filter(saved_view::Column::ProjectId.eq(project.id))
        .filter(saved_view::Column::IsShared.eq(true))
        .order_by_asc(saved_view::Column::Name)
        .order_by_asc(saved_view::Column::Id)
        .all(db)
        .await?;
    let views: Vec<ViewPart> =
        views.into_iter().map(|row| ViewPart { name: row.name, query: row.query, by: Some(row.owner_id.0) }).collect();
    let rules: Vec<RulePart> = rules.into_iter().map(rule_part).collect();
    let also = named_elsewhere(&rules, &views);
    Ok(ProjectFile {
        format: FORMAT.to_owned(),
        exported_at: ctx.now,
        project: ProjectPart {
            key: project.key.clone(),
            name: project.name.clone(),
            description: project.description.clone(),
            zone: project.zone.clone(),
            archive_after_days: project.archive_after_days,
            last_number: project.last_number,
            created_at: project.created_at,
            archived_at: project.archived_at,
        },
        columns: projects::columns(db, project.id).await?.into_iter().map(column).collect(),
        labels: labels.into_iter().map(|row| LabelPart { id: row.id.0, name: row.name, hue: row.hue }).collect(),
        people: people(db, project, &tasks, also).await?,
        tasks,
        rules,
        views,
    })
}

fn rule_part(row: rule::Model) -> RulePart {
    RulePart {
        name: row.name,
        is_on: row.is_on,
        trigger: serde_json::from_str(&row.trigger).unwrap_or_default(),
        actions: serde_json::from_str(&row.actions).unwrap_or_default(),
    }
}

/// People whom rules and views name.
fn named_elsewhere(rules: &[RulePart], views: &[ViewPart]) -> Vec<Uuid> {
    let actions =
        rules.iter().filter_map(|rule| serde_json::from_value::<Vec<Action>>(rule.actions.clone()).ok()).flatten();
    let of_rules = actions.filter_map(|action| match (action.needs(), action) {
        (Need::Person(person), _) | (_, Action::Unassign { person }) => Some(person.0),
        _ => None,
    });
    of_rules.chain(views.iter().filter_map(|view| view.by)).collect()
}

fn column(row: board_column::Model) -> ColumnPart {
    ColumnPart {
        id: row.id.0,
        name: row.name,
        status: row.status.to_string(),
        limit: row.wip_limit,
        limit_is_hard: row.limit_is_hard,
    }
}

/// What people may do in a project: by themselves or through a group, whichever may more.
async fn roles(db: &impl ConnectionTrait, project: &project::Model) -> AppResult<HashMap<Uuid, MemberRole>> {
    let members = member::Entity::find().filter(member::Column::ProjectId.eq(project.id)).all(db).await?;
    let mut roles: HashMap<Uuid, MemberRole> =
        members.into_iter().map(|member| (member.user_id.0, member.role)).collect();
    let groups = team_project::Entity::find().filter(team_project::Column::ProjectId.eq(project.id)).all(db).await?;
    for group in groups {
        let people = team_member::Entity::find().filter(team_member::Column::TeamId.eq(group.team_id)).all(db).await?;
        for person in people {
            let role = roles.entry(person.user_id.0).or_insert(group.role);
            *role = (*role).max(group.role);
        }
    }
    Ok(roles)
}

/// Members, and those whom a task or `also` names.
async fn people(
    db: &impl ConnectionTrait,
    project: &project::Model,
    tasks: &[TaskPart],
    also: Vec<Uuid>,
) -> AppResult<Vec<PersonPart>> {
    let roles = roles(db, project).await?;
    let mut named = also;
    named.extend(roles.keys().copied());
    for task in tasks {
        named.extend(task.created_by.into_iter().chain(task.deleted_by));
        named.extend(task.assignees.iter().chain(&task.watchers));
        named.extend(task.comments.iter().filter_map(|comment| comment.author));
        named.extend(task.notes.iter().filter_map(|note| note.author));
        named.extend(task.history.iter().filter_map(|event| event.by));
    }
    named.sort_unstable();
    named.dedup();
    let mut people = Vec::with_capacity(named.len());
    for ids in named.chunks(1_000) {
        let rows = user::Entity::find().filter(user::Column::Id.is_in(ids.iter().copied())).all(db).await?;
        people.extend(rows.into_iter().map(|row| PersonPart {
            id: row.id.0,
            name: row.name,
            role: roles.get(&row.id.0).map(ToString::to_string),
        }));
    }
    people.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
    Ok(people)
}

/// What hangs on the tasks, by task: one query each.
#[derive(Default)]
struct Around {
    labels: HashMap<TaskId, Vec<Uuid>>,
    assignees: HashMap<TaskId, Vec<Uuid>>,
    watchers: HashMap<TaskId, Vec<Uuid>>,
    blockers: HashMap<TaskId, Vec<Uuid>>,
    items: HashMap<TaskId, Vec<ItemPart>>,
    comments: HashMap<TaskId, Vec<CommentPart>>,
    notes: HashMap<TaskId, Vec<NotePart>>,
    attachments: HashMap<TaskId, Vec<AttachmentPart>>,
    events: HashMap<TaskId, Vec<EventPart>>,
}

async fn grouped<E: EntityTrait, P>(
    db: &impl ConnectionTrait,
    query: Select<E>,
    part: impl Fn(E::Model) -> (TaskId, P),
) -> AppResult<HashMap<TaskId, Vec<P>>>
where
    E::Model: ModelTrait + Send + Sync,
{
    let mut found: HashMap<TaskId, Vec<P>> = HashMap::new();
    for row in query.all(db).await? {
        let (task, part) = part(row);
        found.entry(task).or_default().push(part);
    }
    Ok(found)
}

impl Around {
    async fn read(db: &impl ConnectionTrait, project: &project::Model) -> AppResult<Self> {
        let of_project = || -> SelectStatement {
            sea_orm::sea_query::Query::select()
                .column(task::Column::Id)
                .from(task::Entity)
                .and_where(task::Column::ProjectId.eq(project.id))
                .to_owned()
        };
        let labels = task_label::Entity::find().filter(task_label::Column::ProjectId.eq(project.id));
        let assignees = task_assignee::Entity::find().filter(task_assignee::Column::TaskId.in_subquery(of_project()));
        let watchers = task_watcher::Entity::find().filter(task_watcher::Column::TaskId.in_subquery(of_project()));
        let blockers =
            task_dependency::Entity::find().filter(task_dependency::Column::BlockedId.in_subquery(of_project()));
        let items = checklist_item::Entity::find()
            .filter(checklist_item::Column::TaskId.in_subquery(of_project()))
            .order_by_asc(checklist_item::Column::Position);
        let comments = comment::Entity::find()
            .filter(comment::Column::TaskId.in_subquery(of_project()))
            .order_by_asc(comment::Column::CreatedAt)
            .order_by_asc(comment::Column::Id);
        let notes = work_note::Entity::find()
            .filter(work_note::Column::ProjectId.eq(project.id))
            .order_by_asc(work_note::Column::OnDate)
            .order_by_asc(work_note::Column::Id);
        let attachments = attachment::Entity::find()
            .filter(attachment::Column::ProjectId.eq(project.id))
            .order_by_asc(attachment::Column::CreatedAt);
        let events = task_event::Entity::find()
            .filter(task_event::Column::ProjectId.eq(project.id))
            .order_by_asc(task_event::Column::At)
            .order_by_asc(task_event::Column::Id);
        let of_tasks = || -> SelectStatement {
            sea_orm::sea_query::Query::select()
                .column(comment::Column::Id)
                .from(comment::Entity)
                .and_where(comment::Column::TaskId.in_subquery(of_project()))
                .to_owned()
        };
        let revisions = comment_revision::Entity::find()
            .filter(comment_revision::Column::CommentId.in_subquery(of_tasks()))
            .order_by_asc(comment_revision::Column::WrittenAt)
            .order_by_asc(comment_revision::Column::Id);
        let mut said_before: HashMap<CommentId, Vec<RevisionPart>> = HashMap::new();
        for row in revisions.all(db).await? {
            let part = RevisionPart { at: row.written_at, text: row.body };
            said_before.entry(row.comment_id).or_default().push(part);
        }
        Ok(Self {
            labels: grouped(db, labels, |row| (row.task_id, row.label_id.0)).await?,
            assignees: grouped(db, assignees, |row| (row.task_id, row.user_id.0)).await?,
            watchers: grouped(db, watchers, |row| (row.task_id, row.user_id.0)).await?,
            blockers: grouped(db, blockers, |row| (row.blocked_id, row.blocker_id.0)).await?,
            items: grouped(db, items, |row| {
                (row.task_id, ItemPart { list: row.list_title, text: row.text, done_at: row.done_at })
            })
            .await?,
            comments: grouped(db, comments, |row| {
                let author = row.author_id.map(|id| id.0);
                let (at, edited_at, text) = (row.created_at, row.edited_at, row.body);
                let revisions = said_before.get(&row.id).cloned().unwrap_or_default();
                (row.task_id, CommentPart { author, at, edited_at, text, revisions })
            })
            .await?,
            notes: grouped(db, notes, |row| {
                let author = row.author_id.map(|id| id.0);
                let (kind, on, at) = (row.kind.to_string(), row.on_date, row.created_at);
                (row.task_id, NotePart { kind, on, author, at, edited_at: row.edited_at, text: row.body })
            })
            .await?,
            attachments: grouped(db, attachments, |row| {
                let (name, content_type) = (row.name, row.content_type);
                let part =
                    AttachmentPart { name, content_type, size: row.size, sha256: row.sha256, at: row.created_at };
                (row.task_id, part)
            })
            .await?,
            events: grouped(db, events, |row| (row.task_id, event(row))).await?,
        })
    }

    fn task(&mut self, project: &project::Model, row: task::Model) -> TaskPart {
        let id = row.id;
        TaskPart {
            id: id.0,
            reference: format!("{}-{}", project.key, row.number),
            number: row.number,
            column: row.column_id.0,
            rank: row.rank,
            title: row.title,
            description: row.description,
            priority: row.priority.to_string(),
            category: row.category.to_string(),
            due_on: row.due_on,
            due_at: row.due_at,
            start_on: row.start_on,
            estimate_minutes: row.estimate_minutes,
            recurrence: row.recurrence,
            completed_at: row.completed_at,
            archived_at: row.archived_at,
            deleted_at: row.deleted_at,
            deleted_by: row.deleted_by.map(|id| id.0),
            created_at: row.created_at,
            created_by: row.created_by.map(|id| id.0),
            updated_at: row.updated_at,
            labels: self.labels.remove(&id).unwrap_or_default(),
            assignees: self.assignees.remove(&id).unwrap_or_default(),
            watchers: self.watchers.remove(&id).unwrap_or_default(),
            blocked_by: self.blockers.remove(&id).unwrap_or_default(),
            checklist: self.items.remove(&id).unwrap_or_default(),
            comments: self.comments.remove(&id).unwrap_or_default(),
            notes: self.notes.remove(&id).unwrap_or_default(),
            attachments: self.attachments.remove(&id).unwrap_or_default(),
            history: self.events.remove(&id).unwrap_or_default(),
        }
    }
}

fn event(row: task_event::Model) -> EventPart {
    let mut detail: serde_json::Value = serde_json::from_str(&row.detail).unwrap_or_default();
    if let Some(detail) = detail.as_object_mut() {
        // A place among cards that stand elsewhere by now, and what a move did beside it: they only help to take it back
        // here.
        for word in ["rank", "was", "left"] {
            detail.remove(word);
        }
    }
    EventPart {
        at: row.at,
        kind: row.kind.to_string(),
        by: row.actor_id.map(|id| id.0),
        from: row.from_column_id.map(|id| id.0),
        to: row.to_column_id.map(|id| id.0),
        from_status: row.from_status.map(|status| status.to_string()),
        to_status: row.to_status.map(|status| status.to_string()),
        detail,
    }
}
