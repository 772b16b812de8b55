//! The person's own open tasks that are late or due within seven days, in all their projects.

use chrono::{DateTime, Days, TimeDelta, Utc};
use chrono_tz::Tz;
use sea_orm::{ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QuerySelect};

use crate::{
    dashboard::view::MyTask,
    domain::due::{self, Due, Finish},
    entities::{project, task, task_assignee},
    error::AppResult,
    platform::ctx::Ctx,
    projects::service::access,
    tasks::service::find,
};

/// Rows on the page; the board shows the rest.
const ROWS: usize = 8;

/// The nearest first.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn due_this_week(ctx: &Ctx) -> AppResult<Vec<MyTask>> {
    let me = ctx.me()?.id;
    let (zone, clock) = (ctx.zone(), find::clock(ctx));
    let last = clock.today() + Days::new(7);
    let assigned =
        task::Entity::belongs_to(task_assignee::Entity).from(task::Column::Id).to(task_assignee::Column::TaskId).into();
    let near =
        Condition::any().add(task::Column::DueOn.lte(last)).add(task::Column::DueAt.lte(ctx.now + TimeDelta::days(8)));
    let rows = task::Entity::find()
        .join(JoinType::InnerJoin, assigned)
        .filter(task_assignee::Column::UserId.eq(me))
        .filter(task::Column::ProjectId.in_subquery(access::visible_projects(me)))
        .filter(task::Column::ArchivedAt.is_null())
        .filter(task::Column::CompletedAt.is_null())
        .filter(near)
        .all(ctx.reader())
        .await?;
    // Without the archived projects: nothing is due there.
    let keys = project::Entity::find().filter(project::Column::ArchivedAt.is_null()).all(ctx.reader()).await?;
    let mut found: Vec<_> = rows
        .into_iter()
        .filter_map(|row| {
            let when = due_of(&row, zone).filter(|due| due.date() <= last)?;
            let chip = due::chip(Some(when), Finish::Open, clock)?;
            let key = &keys.iter().find(|project| project.id == row.project_id)?.key;
            let reference = format!("{key}-{}", row.number);
            let task =
                MyTask { reference, title: row.title, key: chip.key, due: chip.words, due_machine: when.machine() };
            Some((when.date(), row.number, task))
        })
        .collect();
    found.sort_by_key(|(date, number, _)| (*date, *number));
    found.truncate(ROWS);
    Ok(found.into_iter().map(|(_, _, task)| task).collect())
}

fn due_of(row: &task::Model, zone: Tz) -> Option<Due> {
    let at = |instant: DateTime<Utc>| Due::At { instant, local: instant.with_timezone(&zone).naive_local() };
    row.due_on.map(Due::On).or(row.due_at.map(at))
}
