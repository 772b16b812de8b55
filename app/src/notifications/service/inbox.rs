//! What a person was told: read, counted, marked as read, forgotten when it is old.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

use crate::{
    domain::{
        account::Role,
        alarm::AlarmKind,
        calendar::{clock_time, short_date},
        ids::{AlarmId, NotificationId, ProjectId, TaskId, UserId},
    },
    entities::{alarm, notification, project, task, user},
    error::AppResult,
    notifications::api::{AlarmView, Inbox, NotificationView, TaskLink},
    platform::{ctx::Ctx, db::WriteTx},
    projects::service::projects,
};

/// Most entries of one page.
pub const LISTED: usize = 50;
/// Days after which what was read is forgotten.
const KEPT_DAYS: i64 = 90;

/// What a person was told, the latest first; `before` asks for what is older.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn read(ctx: &Ctx, unread_only: bool, before: Option<DateTime<Utc>>) -> AppResult<Inbox> {
    let me = ctx.me()?;
    let mut query = notification::Entity::find()
        .filter(notification::Column::UserId.eq(me.id))
        .order_by_desc(notification::Column::CreatedAt)
        .order_by_desc(notification::Column::Id)
        .limit(LISTED as u64 + 1);
    if unread_only {
        query = query.filter(notification::Column::ReadAt.is_null());
    }
    if let Some(before) = before {
        query = query.filter(notification::Column::CreatedAt.lt(before));
    }
    let mut rows = query.all(ctx.reader()).await?;
    let has_older = rows.len() > LISTED;
    rows.truncate(LISTED);
    let older = if has_older { rows.last().map(|row| row.created_at) } else { None };
    let links = links(ctx, rows.iter().filter_map(|row| row.task_id).collect()).await?;
    let actors: Vec<UserId> = rows.iter().filter_map(|row| row.actor_id).collect();
    let names: HashMap<UserId, String> = user::Entity::find()
        .filter(user::Column::Id.is_in(actors))
        .all(ctx.reader())
        .await?
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect();
    let zone: Tz = me.zone.parse().unwrap_or(Tz::UTC);
    let alarms = Alarms::of(ctx, rows.iter().filter_map(|row| row.alarm_id).collect()).await?;
    let mut entries: Vec<NotificationView> = Vec::with_capacity(rows.len());
    let mut topic_before = None;
    for row in rows {
        let topic = row.alarm_id.and_then(|id| alarms.topic(id)).map(|topic| (topic, row.read_at.is_some()));
        // Alarms about the same stand behind the latest of them.
        if topic.is_some()
            && topic == topic_before
            && let Some(alarm) = entries.last_mut().and_then(|entry| entry.alarm.as_mut())
        {
            alarm.more += 1;
            continue;
        }
        topic_before = topic;
        let is_gone_alarm = row.alarm_id.is_some_and(|id| alarms.is_gone(id));
        entries.push(NotificationView {
            id: row.id,
            kind: row.kind,
            who: row.actor_id.and_then(|id| names.get(&id).cloned()),
            words: if is_gone_alarm { String::new() } else { row.words },
            is_gone: is_gone_alarm || row.task_id.is_some_and(|id| !links.contains_key(&id)),
            task: row.task_id.and_then(|id| links.get(&id).cloned()),
            alarm: row.alarm_id.filter(|_| !is_gone_alarm).and_then(|id| alarms.view(id)),
            at: row.created_at,
            when: when(row.created_at, ctx.now, zone),
            is_read: row.read_at.is_some(),
        });
    }
    Ok(Inbox { entries, unread: unread(ctx).await?, unread_only, older })
}

fn when(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let (local, today) = (at.with_timezone(&zone), now.with_timezone(&zone).date_naive());
    format!("{}, {}", short_date(local.date_naive(), today), clock_time(local.time()))
}

/// The tasks among these that the person may see now: rights may have gone since.
async fn links(ctx: &Ctx, ids: Vec<TaskId>) -> AppResult<HashMap<TaskId, TaskLink>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let keys: HashMap<ProjectId, String> =
        projects::list(ctx).await?.into_iter().map(|project: project::Model| (project.id, project.key)).collect();
    let tasks = task::Entity::find().filter(task::Column::Id.is_in(ids)).all(ctx.reader()).await?;
    let link = |row: task::Model| {
        let key = keys.get(&row.project_id)?;
        Some((row.id, TaskLink { reference: format!("{key}-{}", row.number), title: row.title }))
    };
    Ok(tasks.into_iter().filter_map(link).collect())
}

/// The alarms of a page, and the projects that the person sees.
struct Alarms {
    rows: HashMap<AlarmId, alarm::Model>,
    visible: HashSet<ProjectId>,
    /// Who may change what stands in the settings.
    is_admin: bool,
}

impl Alarms {
    async fn of(ctx: &Ctx, ids: Vec<AlarmId>) -> AppResult<Self> {
        if ids.is_empty() {
            return Ok(Self { rows: HashMap::new(), visible: HashSet::new(), is_admin: false });
        }
        let rows = alarm::Entity::find().filter(alarm::Column::Id.is_in(ids)).all(ctx.reader()).await?;
        Ok(Self {
            rows: rows.into_iter().map(|row| (row.id, row)).collect(),
            visible: projects::list(ctx).await?.into_iter().map(|project| project.id).collect(),
            is_admin: ctx.me()?.role == Role::Admin,
        })
    }

    fn topic(&self, id: AlarmId) -> Option<&str> {
        self.rows.get(&id).map(|row| row.topic.as_str())
    }

    /// It is about a project that the person does not see any more.
    fn is_gone(&self, id: AlarmId) -> bool {
        self.rows.get(&id).and_then(|row| row.project_id).is_some_and(|project| !self.visible.contains(&project))
    }

    fn view(&self, id: AlarmId) -> Option<AlarmView> {
        let row = self.rows.get(&id)?;
        let account = row.account_id.filter(|_| row.kind == AlarmKind::Account && self.is_admin);
        let (href, label) = match (row.kind, row.schedule_id, row.occurrence_id) {
            (AlarmKind::Paused, Some(job), _) => (format!("/jobs/{job}"), "Resume it on its page"),
            (AlarmKind::Uncertain, _, Some(run)) => (format!("/jobs/runs/{run}"), "Decide on the page of the run"),
            (AlarmKind::Draft, _, Some(run)) => (format!("/reports/{run}"), "Read the draft and decide"),
            (_, _, Some(run)) => (format!("/jobs/runs/{run}"), "The run"),
            (_, Some(job), None) => (format!("/jobs/{job}"), "The job"),
            (AlarmKind::Push, ..) => ("/settings/git".to_owned(), "The Git archive"),
            _ => match account {
                Some(account) => (format!("/settings/mail/{account}"), "The mail account"),
                None => ("/jobs".to_owned(), "The jobs"),
            },
        };
        Some(AlarmView { kind: row.kind, href, label: label.to_owned(), more: 0 })
    }
}

/// How much the person has not read.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn unread(ctx: &Ctx) -> AppResult<u32> {
    let many = notification::Entity::find()
        .filter(notification::Column::UserId.eq(ctx.me()?.id))
        .filter(notification::Column::ReadAt.is_null())
        .count(ctx.reader())
        .await?;
    Ok(u32::try_from(many).unwrap_or(u32::MAX))
}

/// Marks as read: one entry, or all of the person's. Somebody else's stay as they are.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn mark_read(ctx: &Ctx, one: Option<NotificationId>) -> AppResult<()> {
    let me = ctx.me()?;
    let tx = ctx.begin().await?;
    let mut query = notification::Entity::update_many()
        .col_expr(notification::Column::ReadAt, Expr::value(ctx.now))
        .filter(notification::Column::UserId.eq(me.id))
        .filter(notification::Column::ReadAt.is_null());
    if let Some(id) = one {
        query = query.filter(match alarm_of(&tx, me.id, id).await? {
            None => Condition::all().add(notification::Column::Id.eq(id)),
            // The older ones about the same stand behind it.
            Some((topic, at)) => Condition::all()
                .add(notification::Column::AlarmId.in_subquery(about(&topic)))
                .add(notification::Column::CreatedAt.lte(at)),
        });
    }
    query.exec(&*tx).await?;
    Ok(tx.commit().await?)
}

/// The topic and the time of a notification that is an alarm.
async fn alarm_of(tx: &WriteTx, me: UserId, id: NotificationId) -> AppResult<Option<(String, DateTime<Utc>)>> {
    let row = notification::Entity::find_by_id(id).filter(notification::Column::UserId.eq(me)).one(&**tx).await?;
    let Some((alarm, at)) = row.and_then(|row| row.alarm_id.map(|alarm| (alarm, row.created_at))) else {
        return Ok(None);
    };
    Ok(alarm::Entity::find_by_id(alarm).one(&**tx).await?.map(|alarm| (alarm.topic, at)))
}

/// The ids of the alarms of a topic, for `in_subquery`.
fn about(topic: &str) -> SelectStatement {
    alarm::Entity::find().select_only().column(alarm::Column::Id).filter(alarm::Column::Topic.eq(topic)).into_query()
}

/// Marks as read what a person was told of a task: they are looking at it.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn mark_task_read(ctx: &Ctx, task: TaskId) -> AppResult<()> {
    let me = ctx.me()?;
    let tx = ctx.begin().await?;
    notification::Entity::update_many()
        .col_expr(notification::Column::ReadAt, Expr::value(ctx.now))
        .filter(notification::Column::UserId.eq(me.id))
        .filter(notification::Column::TaskId.eq(task))
        .filter(notification::Column::ReadAt.is_null())
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Forgets what was read long ago.
///
/// # Errors
/// Only those of the database.
pub async fn forget_old(ctx: &Ctx) -> AppResult<()> {
    let before = ctx.now - TimeDelta::days(KEPT_DAYS);
    let tx = ctx.begin().await?;
    notification::Entity::delete_many().filter(Expr::col(notification::Column::ReadAt).lt(before)).exec(&*tx).await?;
    Ok(tx.commit().await?)
}
