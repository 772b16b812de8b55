//! The person's open tasks in all projects they see, by when they are due.

use std::{collections::HashMap, time::Duration};

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use tokio::sync::watch::Receiver;

use super::{cards, find, input::column_choice};
use crate::{
    domain::{
        due::{self, Finish},
        ids::{ColumnId, ProjectId, TaskId},
        my_work::WorkWhen,
        project::MemberRole,
        task::Status,
    },
    entities::{board_column, project, task, task_assignee, task_dependency},
    error::AppResult,
    platform::{ctx::Ctx, events},
    projects::service::{access, projects},
    tasks::views::{MyWork, WorkGroup, WorkRow},
};

/// Most tasks on the page.
const MOST: usize = 500;
/// Changes that come together are looked at together.
const TOGETHER: Duration = Duration::from_millis(200);
/// It is looked without being woken this often: a notification may get lost with its connection.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// The open tasks of the person who asks.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn read(ctx: &Ctx) -> AppResult<MyWork> {
    let me = ctx.me()?.id;
    let db = ctx.reader();
    let (zone, clock) = (ctx.zone(), find::clock(ctx));
    let places = projects::list(ctx).await?;
    let mine = task_assignee::Entity::find()
        .select_only()
        .column(task_assignee::Column::TaskId)
        .filter(task_assignee::Column::UserId.eq(me))
        .into_query();
    let mut rows = task::Entity::find()
        .filter(task::Column::Id.in_subquery(mine))
        .filter(task::Column::ProjectId.is_in(places.iter().map(|place| place.id)))
        .filter(task::Column::ArchivedAt.is_null())
        .filter(task::Column::CompletedAt.is_null())
        .order_by_desc(task::Column::UpdatedAt)
        .limit(MOST as u64 + 1)
        .all(db)
        .await?;
    let is_cut = rows.len() > MOST;
    rows.truncate(MOST);
    let blocked = blocked(db, &rows).await?;
    let columns = columns(ctx, &places).await?;
    let mut groups: Vec<WorkGroup> =
        WorkWhen::ALL.iter().map(|when| WorkGroup { when: *when, rows: Vec::new() }).collect();
    for row in rows {
        let when = cards::due(&row, zone);
        let chip = due::chip(when, Finish::Open, clock);
        let near = when.zip(chip).map(|(due, chip)| (due.date(), chip.key));
        let Some(place) = places.iter().find(|place| place.id == row.project_id) else { continue };
        let of_place = columns.get(&place.id).cloned().unwrap_or_default();
        let work = WorkRow {
            id: row.id,
            reference: format!("{}-{}", place.key, row.number),
            project: place.name.clone(),
            priority: row.priority,
            due: when,
            blocked_by: blocked.get(&row.id).copied().unwrap_or_default(),
            column: row.column_id,
            done: done(&of_place),
            columns: of_place.into_iter().map(column_choice).collect(),
            title: row.title,
        };
        if let Some(group) = groups.iter_mut().find(|group| group.when == WorkWhen::of(near, clock.today())) {
            group.rows.push(work);
        }
    }
    for group in &mut groups {
        group.rows.sort_by_key(|row| {
            (row.due.map(|due| (due.date(), due.machine())), std::cmp::Reverse(row.priority), row.reference.clone())
        });
    }
    groups.retain(|group| !group.rows.is_empty());
    Ok(MyWork { clock, groups, mark: mark_of(&places), is_cut })
}

/// What is another one after any change of a project of the person who asks.
///
/// # Errors
/// As [`read`].
pub async fn mark(ctx: &Ctx) -> AppResult<i64> {
    ctx.me()?;
    Ok(mark_of(&projects::list(ctx).await?))
}

/// Numbers of changes only grow; a project that comes or goes counts, too.
fn mark_of(places: &[project::Model]) -> i64 {
    places.iter().map(|place| place.last_event + 1).sum()
}

/// What one open page is told: that something has changed in the person's projects.
pub struct Watch {
    /// The mark that the page knows.
    told: i64,
    stirs: Receiver<()>,
    /// Something may have changed since the last look.
    is_due: bool,
}

impl Watch {
    /// Begins behind a mark that the page knows; what has changed since is found by the first look.
    pub fn begin(ctx: &Ctx, told: i64) -> Self {
        events::listen(&ctx.app);
        Self { told, stirs: ctx.db().hub().stirs(), is_due: true }
    }

    /// The next mark that is another one. Whoever asks may stop waiting at any point and ask again.
    pub async fn next(&mut self, ctx: &Ctx) -> i64 {
        loop {
            if self.is_due {
                // What comes while this looks is looked at next.
                self.stirs.mark_unchanged();
                // A database that is away is asked again later.
                if let Ok(mark) = mark(ctx).await {
                    self.is_due = false;
                    if mark != self.told {
                        self.told = mark;
                        return mark;
                    }
                }
            }
            tokio::select! {
                _ = self.stirs.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            self.is_due = true;
            tokio::time::sleep(TOGETHER).await;
        }
    }
}

/// The first list of a board that completes a task.
fn done(columns: &[board_column::Model]) -> Option<ColumnId> {
    columns.iter().find(|column| column.status == Status::Done).map(|column| column.id)
}

/// The lists of the boards on which the person may move tasks, from the left.
async fn columns(ctx: &Ctx, places: &[project::Model]) -> AppResult<HashMap<ProjectId, Vec<board_column::Model>>> {
    let me = ctx.me()?.id;
    let editable = access::projects_with_role(me, MemberRole::Editor);
    let rows = board_column::Entity::find()
        .filter(board_column::Column::ProjectId.in_subquery(editable))
        .filter(board_column::Column::ProjectId.is_in(places.iter().map(|place| place.id)))
        .order_by_asc(board_column::Column::Position)
        .all(ctx.reader())
        .await?;
    let mut columns: HashMap<ProjectId, Vec<board_column::Model>> = HashMap::new();
    for row in rows {
        columns.entry(row.project_id).or_default().push(row);
    }
    Ok(columns)
}

#[derive(FromQueryResult)]
struct BlockedRow {
    blocked_id: TaskId,
    many: i64,
}

/// How many open tasks stand before each.
async fn blocked(db: &impl ConnectionTrait, rows: &[task::Model]) -> AppResult<HashMap<TaskId, u32>> {
    let to_blocker = task_dependency::Entity::belongs_to(task::Entity)
        .from(task_dependency::Column::BlockerId)
        .to(task::Column::Id)
        .into();
    let counts = task_dependency::Entity::find()
        .select_only()
        .column(task_dependency::Column::BlockedId)
        .column_as(task_dependency::Column::BlockerId.count(), "many")
        .join(JoinType::InnerJoin, to_blocker)
        .filter(task_dependency::Column::BlockedId.is_in(rows.iter().map(|row| row.id)))
        .filter(task::Column::CompletedAt.is_null())
        .filter(task::Column::ArchivedAt.is_null())
        .group_by(task_dependency::Column::BlockedId)
        .into_model::<BlockedRow>()
        .all(db)
        .await?;
    Ok(counts.into_iter().map(|row| (row.blocked_id, u32::try_from(row.many).unwrap_or(u32::MAX))).collect())
}
