//! Sends the mails of alarms: one row each, with the phases of a delivery, over an account that works. What is sent is
//! written at the last moment, so that everything that has happened by then is in it.

mod carrier;
mod readers;
mod rows;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, sea_query::Expr};

use self::carrier::Carrier;
use crate::{
    domain::{delivery::DeliveryPhase, ids::AlarmMailId, lease},
    entities::{alarm, alarm_mail, notification},
    error::AppResult,
    platform::{ctx::Ctx, state::AppState},
};

/// Mails that one look takes.
const LOOK: u64 = 5;
/// How long a claim holds; the answer to the final dot may take ten minutes.
const LEASE: TimeDelta = TimeDelta::minutes(15);
/// No mail waits longer for its next try, for an account that does not work, or for what it gathers.
const LONGEST: TimeDelta = TimeDelta::hours(3);
/// The phases of a mail that somebody has in hand.
const IN_HANDS: [DeliveryPhase; 3] = [DeliveryPhase::Connecting, DeliveryPhase::Envelope, DeliveryPhase::DataSent];
/// Days after which alarms and their mails are forgotten.
const KEPT_DAYS: i64 = 90;

/// Sends the mails that are due, a few of them, one after the other; any number of processes may. Returns how many it
/// took.
///
/// # Errors
/// Only those of the database.
pub async fn send_due(app: &AppState) -> AppResult<usize> {
    use alarm_mail::Column;
    let ctx = Ctx::system(app);
    // In somebody's hands for longer than that can be, or waiting for longer than any does, as one that was taken up
    // and not begun: the clock was set back.
    let is_held = Column::DueAt.gt(lease::latest_end(ctx.now, LEASE));
    // Whatever it waits for, it has waited for since an instant that has not come.
    let was_later = Column::UpdatedAt.gt(lease::latest_end(ctx.now, TimeDelta::zero()));
    let is_too_long = Condition::any()
        .add(Condition::all().add(was_later).add(is_held))
        .add(Column::DueAt.gt(lease::latest_end(ctx.now, LONGEST)));
    let due: Vec<(AlarmMailId, i64, DateTime<Utc>)> = alarm_mail::Entity::find()
        .select_only()
        .columns([Column::Id, Column::Fence, Column::DueAt])
        .filter(Condition::any().add(Column::DueAt.lte(ctx.now)).add(is_too_long))
        .order_by_asc(Column::DueAt)
        .limit(LOOK)
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let mut taken = 0;
    for (id, fence, due_at) in due {
        if let Some(sooner) = lease::cut(due_at, ctx.now, LEASE) {
            cut_claim(&ctx, id, fence, sooner).await?;
        } else if claim(&Ctx::system(app), id, fence).await? {
            taken += 1;
            Carrier { app, id, fence: fence + 1 }.send().await?;
        }
    }
    Ok(taken)
}

/// Ends the claims of a process that is gone, where there can be no other: SQLite is for one process at a time.
///
/// # Errors
/// Only those of the database.
pub async fn forget_claims(app: &AppState) -> AppResult<()> {
    use alarm_mail::Column;
    let ctx = Ctx::system(app);
    if ctx.db().is_postgres() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    alarm_mail::Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(ctx.now))
        .filter(Column::DueAt.gt(ctx.now))
        .filter(Column::Phase.is_in(IN_HANDS))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Forgets mails and alarms of long ago, but for those that somebody still has among their notifications.
///
/// # Errors
/// Only those of the database.
pub async fn forget_old(ctx: &Ctx) -> AppResult<()> {
    let before = ctx.now - TimeDelta::days(KEPT_DAYS);
    let told = notification::Entity::find()
        .select_only()
        .column(notification::Column::AlarmId)
        .filter(notification::Column::AlarmId.is_not_null())
        .into_query();
    let tx = ctx.begin().await?;
    alarm_mail::Entity::delete_many()
        .filter(alarm_mail::Column::CreatedAt.lt(before))
        .filter(alarm_mail::Column::DueAt.is_null())
        .exec(&*tx)
        .await?;
    alarm::Entity::delete_many()
        .filter(alarm::Column::At.lt(before))
        .filter(alarm::Column::Id.not_in_subquery(told))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Whoever has it may live: it keeps the mail, and each step takes it for as long as usual.
async fn cut_claim(ctx: &Ctx, id: AlarmMailId, fence: i64, sooner: DateTime<Utc>) -> AppResult<()> {
    use alarm_mail::Column;
    let tx = ctx.begin().await?;
    alarm_mail::Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(sooner))
        .filter(Column::Id.eq(id))
        .filter(Column::Fence.eq(fence))
        .filter(Column::DueAt.gt(lease::latest_end(ctx.now, LEASE)))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

async fn claim(ctx: &Ctx, id: AlarmMailId, fence: i64) -> AppResult<bool> {
    use alarm_mail::Column;
    let tx = ctx.begin().await?;
    let taken = alarm_mail::Entity::update_many()
        .col_expr(Column::Fence, Expr::value(fence + 1))
        .col_expr(Column::DueAt, Expr::value(ctx.now + LEASE))
        .filter(Column::Id.eq(id))
        .filter(Column::Fence.eq(fence))
        .filter(Column::DueAt.lte(ctx.now))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(taken.rows_affected == 1)
}
