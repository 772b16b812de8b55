//! Telling people that something happened, in the transaction in which it does.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use crate::{
    domain::{
        account::UserState,
        ids::{AlarmId, NotificationId, TaskId, UserId},
        notification::NotificationKind,
    },
    entities::{notification, user},
    error::AppResult,
    platform::ctx::Ctx,
};

/// Longest words of a notification, in characters.
const WORDS_MAX: usize = 400;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    pub kind: NotificationKind,
    /// The task it happened to.
    pub task: Option<TaskId>,
    /// What happened, said after the name of whoever did it: `moved this to Completed`.
    pub words: String,
}

/// Tells people. Nobody is told of their own doing, who cannot sign in is not told, and nobody is
/// told twice of one task in one request: what is told first stands.
///
/// # Errors
/// Only those of the database.
pub async fn tell(ctx: &Ctx, tx: &impl ConnectionTrait, people: &[UserId], news: News) -> AppResult<()> {
    let News { kind, task, words } = news;
    let wanted: HashSet<UserId> = people.iter().copied().filter(|id| Some(*id) != ctx.actor_id()).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let told = told_now(ctx, tx, task).await?;
    let active: Vec<UserId> = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .filter(user::Column::Id.is_in(wanted))
        .filter(user::Column::State.eq(UserState::Active))
        .into_tuple()
        .all(tx)
        .await?;
    let words = cut(&words);
    let rows: Vec<_> = active
        .into_iter()
        .filter(|id| !told.contains(id))
        .map(|id| notification::ActiveModel {
            id: Set(NotificationId(Uuid::now_v7())),
            user_id: Set(id),
            kind: Set(kind),
            task_id: Set(task),
            actor_id: Set(ctx.actor_id()),
            words: Set(words.clone()),
            created_at: Set(ctx.now),
            read_at: Set(None),
            alarm_id: Set(None),
        })
        .collect();
    if !rows.is_empty() {
        notification::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Tells people of an alarm; each of them once, and also whoever was there when it happened.
///
/// # Errors
/// Only those of the database.
pub async fn alarm(
    ctx: &Ctx,
    tx: &impl ConnectionTrait,
    people: &[UserId],
    alarm: AlarmId,
    words: &str,
) -> AppResult<()> {
    let words = cut(words);
    let row = |person: &UserId| notification::ActiveModel {
        id: Set(NotificationId(Uuid::now_v7())),
        user_id: Set(*person),
        kind: Set(NotificationKind::Alarm),
        task_id: Set(None),
        actor_id: Set(None),
        words: Set(words.clone()),
        created_at: Set(ctx.now),
        read_at: Set(None),
        alarm_id: Set(Some(alarm)),
    };
    if !people.is_empty() {
        notification::Entity::insert_many(people.iter().map(row)).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Something else is to be said of an alarm: those who have heard of it have the other words, as read as they were.
///
/// # Errors
/// Only those of the database.
pub async fn alarm_otherwise(tx: &impl ConnectionTrait, alarm: AlarmId, words: &str) -> AppResult<()> {
    notification::Entity::update_many()
        .col_expr(notification::Column::Words, Expr::value(cut(words)))
        .filter(notification::Column::AlarmId.eq(alarm))
        .exec(tx)
        .await?;
    Ok(())
}

/// Tells people of an alarm once more, in other words: it is unread, and on top of what they are told. Who is responsible
/// only since hears of it, too.
///
/// # Errors
/// Only those of the database.
pub async fn alarm_anew(
    ctx: &Ctx,
    tx: &impl ConnectionTrait,
    people: &[UserId],
    id: AlarmId,
    words: &str,
) -> AppResult<()> {
    alarm_otherwise(tx, id, words).await?;
    let told = notification::Entity::find().filter(notification::Column::AlarmId.eq(id));
    let told: Vec<UserId> = told.select_only().column(notification::Column::UserId).into_tuple().all(tx).await?;
    notification::Entity::update_many()
        .col_expr(notification::Column::ReadAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(notification::Column::CreatedAt, Expr::value(ctx.now))
        .filter(notification::Column::AlarmId.eq(id))
        .exec(tx)
        .await?;
    let others: Vec<UserId> = people.iter().filter(|person| !told.contains(person)).copied().collect();
    alarm(ctx, tx, &others, id, words).await
}

fn cut(words: &str) -> String {
    words.chars().take(WORDS_MAX).collect()
}

/// Who was told of a task in this request.
async fn told_now(ctx: &Ctx, tx: &impl ConnectionTrait, task: Option<TaskId>) -> AppResult<HashSet<UserId>> {
    let Some(task) = task else { return Ok(HashSet::new()) };
    let told: Vec<UserId> = notification::Entity::find()
        .select_only()
        .column(notification::Column::UserId)
        .filter(notification::Column::TaskId.eq(task))
        .filter(notification::Column::CreatedAt.eq(ctx.now))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(told.into_iter().collect())
}
