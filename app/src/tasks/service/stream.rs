//! A project's stream of changes as one open page is told it: what it missed, then what comes.
//!
//! Each project that somebody has open has one room in the process. It reads a change once, puts
//! the task as it is now beside it, and tells everybody; words are made once for each time zone.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use chrono_tz::Tz;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::broadcast::{Receiver, error::RecvError};

pub use crate::platform::events::{append, lock};

use super::cards::{self, Around};
use crate::{
    domain::{
        ids::{ProjectId, TaskId, UserId},
        live::Change,
    },
    entities::{event_stream, project, task, user},
    error::{AppError, AppResult},
    platform::{
        ctx::Ctx,
        events::{self, News, Room, Told},
        state::AppState,
    },
    projects::service::access::Viewing,
    tasks::view::{LiveEvent, PersonChoice, PlacedCard},
};

/// Changes read at a time.
const BATCH: u64 = 200;
/// A page that missed more than these reads the board again.
const MISSED_MOST: i64 = 500;
/// A room looks without being woken this often: a notification may get lost with its connection.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// What one page is told.
pub struct Stream {
    app: AppState,
    project: ProjectId,
    missed: VecDeque<News>,
    receiver: Receiver<News>,
    /// The number that was told last.
    told: i64,
    /// It was too slow for what happened, and has not been told so yet.
    is_behind: bool,
}

impl Stream {
    /// Begins behind a number that the page knows; without one, behind what is there now.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn open(ctx: &Ctx, viewing: &Viewing, after: Option<i64>) -> AppResult<Self> {
        events::listen(&ctx.app);
        let project = viewing.project();
        let hub = ctx.db().hub();
        let (_, receiver) = hub.enter(project.id, project.last_event, |room| {
            tokio::spawn(tend(ctx.app.clone(), room));
        });
        // Read after the room was entered: what comes from now on is heard there.
        let last = last_number(ctx.reader(), project.id).await?;
        let after = after.unwrap_or(last);
        let missed = missed(ctx.reader(), project.id, after, last).await?;
        Ok(Self {
            app: ctx.app.clone(),
            project: project.id,
            missed: missed.into(),
            receiver,
            told: after,
            is_behind: false,
        })
    }

    /// The next thing to tell. After [`News::Gone`] there is nothing more.
    pub async fn next(&mut self) -> News {
        loop {
            let news = match self.missed.pop_front() {
                Some(news) => news,
                None => self.hear().await,
            };
            match &news {
                News::Told(told) if told.number <= self.told => {}
                News::Told(told) => {
                    self.told = told.number;
                    return news;
                }
                News::Snapshot(number) => {
                    self.told = *number;
                    return news;
                }
                News::People | News::Gone => return news,
            }
        }
    }

    /// Whoever asks may stop waiting at any point and ask again.
    async fn hear(&mut self) -> News {
        loop {
            if self.is_behind {
                // The board as it is now is less to read than what was missed.
                match last_number(self.app.reader(), self.project).await {
                    Ok(number) => {
                        self.is_behind = false;
                        return News::Snapshot(number);
                    }
                    Err(AppError::NotFound) => return News::Gone,
                    Err(_) => tokio::time::sleep(LOOK_EVERY).await,
                }
                continue;
            }
            match self.receiver.recv().await {
                Ok(news) => return news,
                Err(RecvError::Lagged(_)) => self.is_behind = true,
                Err(RecvError::Closed) => return News::Gone,
            }
        }
    }
}

/// The number of the last change of a project.
async fn last_number(db: &impl ConnectionTrait, id: ProjectId) -> AppResult<i64> {
    let query = project::Entity::find_by_id(id).select_only().column(project::Column::LastEvent);
    query.into_tuple::<i64>().one(db).await?.ok_or(AppError::NotFound)
}

/// What came between two numbers; a snapshot where not all of it is kept, or it is too much.
async fn missed(db: &impl ConnectionTrait, project: ProjectId, after: i64, last: i64) -> AppResult<Vec<News>> {
    if after == last {
        return Ok(Vec::new());
    }
    if after > last || last - after > MISSED_MOST {
        return Ok(vec![News::Snapshot(last)]);
    }
    let rows = read(db, project, after, MISSED_MOST as u64).await?;
    match rows.first() {
        Some(first) if first.number == after + 1 => Ok(tell(db, project, rows).await?),
        _ => Ok(vec![News::Snapshot(last)]),
    }
}

async fn read(
    db: &impl ConnectionTrait,
    project: ProjectId,
    after: i64,
    limit: u64,
) -> AppResult<Vec<event_stream::Model>> {
    Ok(event_stream::Entity::find()
        .filter(event_stream::Column::ProjectId.eq(project))
        .filter(event_stream::Column::Number.gt(after))
        .order_by_asc(event_stream::Column::Number)
        .limit(limit)
        .all(db)
        .await?)
}

/// Tells those in a room what comes, until nobody is left.
async fn tend(app: AppState, room: Arc<Room>) {
    let hub = app.db.hub().clone();
    let mut told = room.start;
    loop {
        tokio::select! {
            () = room.wake.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = hub.stopped() => return,
        }
        if hub.close_if_empty(&room) {
            return;
        }
        match look(&app, &room, &mut told).await {
            Ok(()) => {}
            Err(AppError::NotFound) => {
                room.tell(News::Gone);
                hub.close(&room);
                return;
            }
            // The database is away: the next look finds what this one did not.
            Err(error) => tracing::debug!("reading a stream: {error}"),
        }
    }
}

/// Tells everything that has come since the last look.
async fn look(app: &AppState, room: &Room, told: &mut i64) -> AppResult<()> {
    loop {
        let rows = read(app.reader(), room.project, *told, BATCH).await?;
        let Some(first) = rows.first() else {
            return last_number(app.reader(), room.project).await.map(drop);
        };
        if first.number != *told + 1 {
            *told = last_number(app.reader(), room.project).await?;
            room.tell(News::Snapshot(*told));
            continue;
        }
        let is_all = (rows.len() as u64) < BATCH;
        let news = tell(app.reader(), room.project, rows).await?;
        for news in news {
            if let News::Told(this) = &news {
                *told = this.number;
            }
            room.tell(news);
        }
        if is_all {
            return Ok(());
        }
    }
}

/// Puts beside each change who made it, and the task as it is now.
async fn tell(db: &impl ConnectionTrait, project: ProjectId, rows: Vec<event_stream::Model>) -> AppResult<Vec<News>> {
    let changes: Vec<Change> =
        rows.iter().map(|row| serde_json::from_str(&row.payload).unwrap_or(Change::Board)).collect();
    let tasks = tasks_of(db, project, &changes).await?;
    let names = names_of(db, &rows).await?;
    let mut last: HashMap<TaskId, i64> = HashMap::new();
    for (row, change) in rows.iter().zip(&changes) {
        if let Change::Task { task, .. } = change {
            last.insert(*task, row.number);
        }
    }
    Ok(rows
        .into_iter()
        .zip(changes)
        .map(|(row, change)| {
            let is_followed = match &change {
                Change::Task { task, .. } => last.get(task).is_some_and(|number| *number > row.number),
                _ => false,
            };
            let task = match &change {
                Change::Task { task, .. } => tasks.get(task).cloned(),
                _ => None,
            };
            let by = row.actor_id.and_then(|id| Some(PersonChoice { id, name: names.get(&id)?.clone() }));
            let (number, op) = (row.number, row.op_id);
            News::Told(Arc::new(Told::new(number, change.is_about_rights(), move |zone| {
                let card = task.as_deref().map(|task| task.placed(zone));
                let event = LiveEvent { number, op, by: by.clone(), change: change.clone(), card, is_followed };
                serde_json::to_string(&event).unwrap_or_default()
            })))
        })
        .collect())
}

/// A task as it is now, for people of every zone.
struct Now {
    row: task::Model,
    around: Around,
}

impl Now {
    fn placed(&self, zone: Tz) -> PlacedCard {
        PlacedCard { column: self.row.column_id, card: cards::card(self.row.clone(), zone, self.around.clone()) }
    }
}

/// The tasks of changes that stand on the project's board.
async fn tasks_of(
    db: &impl ConnectionTrait,
    project: ProjectId,
    changes: &[Change],
) -> AppResult<HashMap<TaskId, Arc<Now>>> {
    let mut ids: Vec<TaskId> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Task { task, .. } => Some(*task),
            _ => None,
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = task::Entity::find()
        .filter(task::Column::Id.is_in(ids.iter().copied()))
        .filter(task::Column::ProjectId.eq(project))
        .filter(task::Column::ArchivedAt.is_null())
        .all(db)
        .await?;
    let mut around = cards::around(db, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, Arc::new(Now { around: around.remove(&row.id).unwrap_or_default(), row })))
        .collect())
}

async fn names_of(db: &impl ConnectionTrait, rows: &[event_stream::Model]) -> AppResult<HashMap<UserId, String>> {
    let mut ids: Vec<UserId> = rows.iter().filter_map(|row| row.actor_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let people = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .column(user::Column::Name)
        .filter(user::Column::Id.is_in(ids));
    Ok(people.into_tuple::<(UserId, String)>().all(db).await?.into_iter().collect())
}
