//! Making a project like another: its lists, labels and rules, and what else is wished.

use std::collections::HashMap;

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{
    access::{self, Viewing},
    fill::{self, FirstTask},
    projects::{self, NewProject},
};
use crate::{
    domain::{
        account::UserState,
        automation::{Action, Trigger},
        ids::{ColumnId, LabelId, ProjectId, RuleId, TaskId, UserId},
        recurrence::Series,
        task::Status,
    },
    entities::{
        board_column, checklist_item, label, member, project, rule, task, task_assignee, task_label, team_project, user,
    },
    error::AppResult,
    platform::{ctx::Ctx, fault},
};

/// What comes along besides lists, labels and rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Along {
    /// Open tasks with their checklists, without comments and history.
    pub tasks: bool,
    /// Members and groups with their roles.
    pub people: bool,
}

/// Ids of the original to those of the copy.
#[derive(Default)]
struct Twins {
    columns: HashMap<ColumnId, (ColumnId, Status)>,
    labels: HashMap<LabelId, LabelId>,
}

impl Twins {
    /// A series goes on in the list of the copy, or in `here` where its list was deleted.
    fn series(&self, json: &str, here: ColumnId) -> Option<String> {
        let series = Series::parse(json)?;
        let column = self.columns.get(&series.column).map_or(here, |(twin, _)| *twin);
        Series { column, ..series }.to_json().ok()
    }
}

/// Makes a copy that belongs to the person who asks. Rules are switched off in it until somebody has looked at them.
///
/// # Errors
/// [`crate::error::AppError::Invalid`] for bad fields or a key in use.
pub async fn duplicate(ctx: &Ctx, viewing: &Viewing, new: NewProject, along: Along) -> AppResult<project::Model> {
    let from = viewing.project();
    let tx = ctx.begin().await?;
    let made = projects::insert(ctx, &*tx, new).await?;
    let made = project::ActiveModel {
        description: Set(from.description.clone()),
        archive_after_days: Set(from.archive_after_days),
        ..made.into()
    }
    .update(&*tx)
    .await?;
    let twins =
        Twins { columns: columns(ctx, &*tx, from.id, made.id).await?, labels: labels(&*tx, from.id, made.id).await? };
    if along.people {
        people(ctx, &*tx, from.id, made.id).await?;
    }
    rules(ctx, &*tx, from.id, made.id, &twins).await?;
    if along.tasks {
        tasks(ctx, &*tx, from.id, made.id, &twins).await?;
    }
    tx.commit().await?;
    Ok(made)
}

async fn columns(
    ctx: &Ctx,
    tx: &impl ConnectionTrait,
    from: ProjectId,
    to: ProjectId,
) -> AppResult<HashMap<ColumnId, (ColumnId, Status)>> {
    let mut twins = HashMap::new();
    let mut rows = Vec::new();
    for column in projects::columns(tx, from).await? {
        let id = ColumnId(Uuid::now_v7());
        twins.insert(column.id, (id, column.status));
        let created_at = Set(ctx.now);
        rows.push(board_column::ActiveModel {
            id: Set(id),
            project_id: Set(to),
            name: Set(column.name),
            status: Set(column.status),
            position: Set(column.position),
            wip_limit: Set(column.wip_limit),
            limit_is_hard: Set(column.limit_is_hard),
            created_at,
        });
    }
    fill::insert::<board_column::Entity, _>(tx, rows).await?;
    Ok(twins)
}

async fn labels(tx: &impl ConnectionTrait, from: ProjectId, to: ProjectId) -> AppResult<HashMap<LabelId, LabelId>> {
    let mut twins = HashMap::new();
    let mut rows = Vec::new();
    for row in label::Entity::find().filter(label::Column::ProjectId.eq(from)).all(tx).await? {
        let id = LabelId(Uuid::now_v7());
        twins.insert(row.id, id);
        rows.push(label::ActiveModel { id: Set(id), project_id: Set(to), name: Set(row.name), hue: Set(row.hue) });
    }
    fill::insert::<label::Entity, _>(tx, rows).await?;
    Ok(twins)
}

/// Everybody but the person who asks: they own the copy already.
async fn people(ctx: &Ctx, tx: &impl ConnectionTrait, from: ProjectId, to: ProjectId) -> AppResult<()> {
    let members = member::Entity::find().filter(member::Column::ProjectId.eq(from)).all(tx).await?;
    let rows = members.into_iter().filter(|row| Some(row.user_id) != ctx.actor_id()).map(|row| member::ActiveModel {
        project_id: Set(to),
        user_id: Set(row.user_id),
        role: Set(row.role),
    });
    fill::insert::<member::Entity, _>(tx, rows.collect()).await?;
    let groups = team_project::Entity::find().filter(team_project::Column::ProjectId.eq(from)).all(tx).await?;
    let rows = groups.into_iter().map(|row| team_project::ActiveModel {
        team_id: Set(row.team_id),
        project_id: Set(to),
        role: Set(row.role),
    });
    fill::insert::<team_project::Entity, _>(tx, rows.collect()).await
}

async fn rules(ctx: &Ctx, tx: &impl ConnectionTrait, from: ProjectId, to: ProjectId, twins: &Twins) -> AppResult<()> {
    let mut rows = Vec::new();
    let query = rule::Entity::find().filter(rule::Column::ProjectId.eq(from)).order_by_asc(rule::Column::Position);
    for row in query.all(tx).await? {
        // A rule that cannot be read, or that uses what is gone, stays behind.
        let (Ok(trigger), Ok(actions)) =
            (serde_json::from_str::<Trigger>(&row.trigger), serde_json::from_str::<Vec<Action>>(&row.actions))
        else {
            continue;
        };
        let actions: Option<Vec<Action>> = actions.into_iter().map(|action| twins.action(action)).collect();
        let (Some(trigger), Some(actions)) = (twins.trigger(trigger), actions) else { continue };
        let json = |error| fault::internal("writing a rule", error);
        rows.push(rule::ActiveModel {
            id: Set(RuleId(Uuid::now_v7())),
            project_id: Set(to),
            name: Set(row.name),
            is_on: Set(false),
            trigger: Set(serde_json::to_string(&trigger).map_err(json)?),
            actions: Set(serde_json::to_string(&actions).map_err(json)?),
            position: Set(row.position),
            on_since: Set(ctx.now),
            pause_note: Set(None),
            created_by: Set(ctx.actor_id()),
            created_at: Set(ctx.now),
            updated_at: Set(ctx.now),
            version: Set(1),
        });
    }
    fill::insert::<rule::Entity, _>(tx, rows).await
}

impl Twins {
    fn trigger(&self, trigger: Trigger) -> Option<Trigger> {
        Some(match trigger {
            Trigger::Enters { column } => Trigger::Enters { column: self.columns.get(&column)?.0 },
            Trigger::Labelled { label } => Trigger::Labelled { label: *self.labels.get(&label)? },
            Trigger::Overdue => Trigger::Overdue,
        })
    }

    fn action(&self, action: Action) -> Option<Action> {
        Some(match action {
            Action::AddLabel { label } => Action::AddLabel { label: *self.labels.get(&label)? },
            Action::RemoveLabel { label } => Action::RemoveLabel { label: *self.labels.get(&label)? },
            Action::MoveTo { column } => Action::MoveTo { column: self.columns.get(&column)?.0 },
            other => other,
        })
    }
}

async fn tasks(
    ctx: &Ctx,
    tx: &impl ConnectionTrait,
    from: ProjectId,
    to: ProjectId,
    twins: &Twins,
) -> AppResult<usize> {
    let rows = task::Entity::find()
        .filter(task::Column::ProjectId.eq(from))
        .filter(task::Column::ArchivedAt.is_null())
        .filter(task::Column::CompletedAt.is_null())
        .order_by_asc(task::Column::Rank)
        .all(tx)
        .await?;
    let open = || {
        sea_orm::sea_query::Query::select()
            .column(task::Column::Id)
            .from(task::Entity)
            .and_where(task::Column::ProjectId.eq(from))
            .and_where(task::Column::ArchivedAt.is_null())
            .and_where(task::Column::CompletedAt.is_null())
            .to_owned()
    };
    let mut of_labels: HashMap<TaskId, Vec<LabelId>> = HashMap::new();
    for row in task_label::Entity::find().filter(task_label::Column::TaskId.in_subquery(open())).all(tx).await? {
        of_labels.entry(row.task_id).or_default().extend(twins.labels.get(&row.label_id));
    }
    // Only people of the copy have tasks in it.
    let there: Vec<UserId> = user::Entity::find()
        .filter(user::Column::Id.in_subquery(access::people_of(to)))
        .filter(user::Column::State.ne(UserState::Disabled))
        .all(tx)
        .await?
        .into_iter()
        .map(|person| person.id)
        .collect();
    let mut of_people: HashMap<TaskId, Vec<UserId>> = HashMap::new();
    let assigned = task_assignee::Entity::find().filter(task_assignee::Column::TaskId.in_subquery(open()));
    for row in assigned.all(tx).await?.into_iter().filter(|row| there.contains(&row.user_id)) {
        of_people.entry(row.task_id).or_default().push(row.user_id);
    }
    let mut of_items: HashMap<TaskId, Vec<(String, String)>> = HashMap::new();
    let items = checklist_item::Entity::find()
        .filter(checklist_item::Column::TaskId.in_subquery(open()))
        .order_by_asc(checklist_item::Column::Position);
    for row in items.all(tx).await? {
        of_items.entry(row.task_id).or_default().push((row.list_title, row.text));
    }
    let first = rows.into_iter().filter_map(|row| {
        let (column, status) = *twins.columns.get(&row.column_id)?;
        Some(FirstTask {
            column,
            status,
            title: row.title,
            description: row.description,
            priority: row.priority,
            category: row.category,
            due_on: row.due_on,
            due_at: row.due_at,
            start_on: row.start_on,
            estimate_minutes: row.estimate_minutes,
            recurrence: row.recurrence.and_then(|series| twins.series(&series, column)),
            labels: of_labels.remove(&row.id).unwrap_or_default(),
            people: of_people.remove(&row.id).unwrap_or_default(),
            items: of_items.remove(&row.id).unwrap_or_default(),
        })
    });
    fill::fill(ctx, tx, to, first.collect()).await
}
