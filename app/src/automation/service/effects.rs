//! What a rule does to a task: through the services that people use, with the program as the one who does it.

use chrono::Days;
use ring::digest;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect,
    sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    domain::{
        account::UserState,
        automation::{Action, Whom},
        ids::{LabelId, NotificationId, OpId, TaskId, UserId},
        notification::NotificationKind,
        task::EventKind,
    },
    entities::{label, notification, project, task, task_assignee, task_label, user},
    error::{AppError, AppResult},
    platform::{
        ctx::{Actor, Ctx},
        db::WriteTx,
    },
    tasks::service::{
        comments,
        edit::{self, Change, DueInput},
        events::{self, Detail, Event},
        find,
        moves::{self, Move},
    },
};

/// Does one action. The same `op` again does nothing.
///
/// # Errors
/// Those of the service that does it: a full list, a task that is gone.
pub async fn act(ctx: &Ctx, project: &project::Model, task: TaskId, action: &Action, op: OpId) -> AppResult<()> {
    let edited = |change| edit::change(ctx, task, 0, change, Some(op));
    match action {
        Action::SetPriority { priority } => drop(edited(Change::Priority(*priority)).await?),
        Action::SetCategory { category } => drop(edited(Change::Category(*category)).await?),
        Action::DueIn { days } => {
            let zone: chrono_tz::Tz = project.zone.parse().unwrap_or(chrono_tz::UTC);
            let today = ctx.now.with_timezone(&zone).date_naive();
            let due = DueInput { date: today + Days::new((*days).into()), time: None };
            drop(edited(Change::Due(Some(due))).await?);
        }
        Action::Assign { person } => assign(ctx, task, *person, op).await?,
        Action::Unassign { person } => unassign(ctx, task, Some(*person), op).await?,
        Action::UnassignAll => unassign(ctx, task, None, op).await?,
        Action::AddLabel { label } => set_label(ctx, task, *label, EventKind::Labelled, op).await?,
        Action::RemoveLabel { label } => set_label(ctx, task, *label, EventKind::Unlabelled, op).await?,
        Action::MoveTo { column } => {
            let there = task::Entity::find_by_id(task).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
            if there.column_id != *column {
                let wish = Move { task, column: *column, after: None, before: None, op_id: Some(op) };
                moves::move_task(ctx, wish).await?;
            }
        }
        Action::Comment { text } => {
            // A comment has no author here; it says itself where it comes from.
            let text = format!("{text}\n\n*{}*", rule_name(ctx));
            comments::add(ctx, task, &text, Some(op)).await?;
        }
        Action::Notify { whom } => notify(ctx, project, task, *whom, op).await?,
    }
    Ok(())
}

fn rule_name(ctx: &Ctx) -> &str {
    match &ctx.actor {
        Actor::Rule(rule) => &rule.name,
        Actor::Person(_) | Actor::Anonymous | Actor::System => "A rule",
    }
}

/// A task held for a change; none where the change was made before.
async fn hold(ctx: &Ctx, tx: &WriteTx, id: TaskId, op: OpId) -> AppResult<Option<task::Model>> {
    // Takes the project's row first, as every change does.
    let (_, row) = find::for_editing(ctx, &**tx, id).await?;
    Ok((!events::is_done(&**tx, Some(op)).await?).then_some(row))
}

/// Counts the version up and writes the event.
async fn changed(
    ctx: &Ctx,
    tx: &WriteTx,
    row: task::Model,
    kind: EventKind,
    name: String,
    op: Option<OpId>,
) -> AppResult<task::Model> {
    let row = task::ActiveModel {
        id: Unchanged(row.id),
        updated_at: Set(ctx.now),
        version: Set(row.version + 1),
        ..Default::default()
    };
    let row = row.update(&**tx).await?;
    let detail = Detail { to: Some(name), ..Detail::default() };
    events::record(ctx, &**tx, &row, Event::plain(kind, detail).with_op(op)).await?;
    Ok(row)
}

async fn assign(ctx: &Ctx, id: TaskId, person: UserId, op: OpId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let Some(row) = hold(ctx, &tx, id, op).await? else { return Ok(()) };
    let name = user::Entity::find_by_id(person).one(&*tx).await?.ok_or(AppError::NotFound)?.name;
    let once =
        OnConflict::columns([task_assignee::Column::TaskId, task_assignee::Column::UserId]).do_nothing().to_owned();
    let assigned = task_assignee::ActiveModel { task_id: Set(id), user_id: Set(person) };
    if task_assignee::Entity::insert(assigned).on_conflict(once).exec_without_returning(&*tx).await? > 0 {
        changed(ctx, &tx, row, EventKind::Assigned, name, Some(op)).await?;
    }
    Ok(tx.commit().await?)
}

/// Takes one person off, or everybody.
async fn unassign(ctx: &Ctx, id: TaskId, person: Option<UserId>, op: OpId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let Some(mut row) = hold(ctx, &tx, id, op).await? else { return Ok(()) };
    let to_user =
        user::Entity::belongs_to(task_assignee::Entity).from(user::Column::Id).to(task_assignee::Column::UserId).into();
    let mut query =
        user::Entity::find().join(JoinType::InnerJoin, to_user).filter(task_assignee::Column::TaskId.eq(id));
    if let Some(person) = person {
        query = query.filter(user::Column::Id.eq(person));
    }
    let mut op = Some(op);
    for off in query.all(&*tx).await? {
        task_assignee::Entity::delete_by_id((id, off.id)).exec(&*tx).await?;
        row = changed(ctx, &tx, row, EventKind::Unassigned, off.name, op.take()).await?;
    }
    Ok(tx.commit().await?)
}

async fn set_label(ctx: &Ctx, id: TaskId, wanted: LabelId, kind: EventKind, op: OpId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let Some(row) = hold(ctx, &tx, id, op).await? else { return Ok(()) };
    let name = label::Entity::find_by_id(wanted)
        .filter(label::Column::ProjectId.eq(row.project_id))
        .one(&*tx)
        .await?
        .ok_or(AppError::NotFound)?
        .name;
    let many = if kind == EventKind::Labelled {
        let once =
            OnConflict::columns([task_label::Column::TaskId, task_label::Column::LabelId]).do_nothing().to_owned();
        let link = task_label::ActiveModel { project_id: Set(row.project_id), task_id: Set(id), label_id: Set(wanted) };
        task_label::Entity::insert(link).on_conflict(once).exec_without_returning(&*tx).await?
    } else {
        task_label::Entity::delete_by_id((id, wanted)).exec(&*tx).await?.rows_affected
    };
    if many > 0 {
        changed(ctx, &tx, row, kind, name, Some(op)).await?;
    }
    Ok(tx.commit().await?)
}

async fn notify(ctx: &Ctx, project: &project::Model, id: TaskId, whom: Whom, op: OpId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let row = task::Entity::find_by_id(id).one(&*tx).await?.ok_or(AppError::NotFound)?;
    let people = match whom {
        Whom::Person(person) => vec![person],
        Whom::Assignees => task_assignee::Entity::find()
            .filter(task_assignee::Column::TaskId.eq(id))
            .all(&*tx)
            .await?
            .into_iter()
            .map(|assigned| assigned.user_id)
            .collect(),
    };
    let active = user::Entity::find()
        .filter(user::Column::Id.is_in(people))
        .filter(user::Column::State.eq(UserState::Active))
        .all(&*tx)
        .await?;
    for person in active {
        let told = notification::ActiveModel {
            id: Set(NotificationId(id_of(&format!("{op}/{}", person.id)))),
            user_id: Set(person.id),
            kind: Set(NotificationKind::Rule),
            task_id: Set(Some(id)),
            actor_id: Set(None),
            words: Set(format!("{} points to {}-{} “{}”", rule_name(ctx), project.key, row.number, row.title)),
            created_at: Set(ctx.now),
            read_at: Set(None),
            alarm_id: Set(None),
        };
        let once = OnConflict::column(notification::Column::Id).do_nothing().to_owned();
        notification::Entity::insert(told).on_conflict(once).exec_without_returning(&*tx).await?;
    }
    Ok(tx.commit().await?)
}

/// An id made of a text: the first half of its SHA-256.
pub fn id_of(text: &str) -> Uuid {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    Uuid::from_bytes(bytes)
}
