//! Brakes against guessing: a bucket for the account, one for the address it comes from, both in
//! the database, so that restarts and other instances do not open them.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use crate::{
    entities::throttle,
    error::{AppError, AppResult},
    platform::ctx::Ctx,
};

/// Failures of an account that cost no waiting.
const FREE_FOR_ACCOUNT: i32 = 4;
/// Failures from one address that cost no waiting (several people may share it).
const FREE_FOR_ADDRESS: i32 = 20;
/// Longest wait, in seconds.
const LONGEST_WAIT: i64 = 15 * 60;
/// After this long without a failure, counting begins anew.
const FORGET_AFTER: TimeDelta = TimeDelta::hours(24);

/// One brake.
#[derive(Clone, Debug)]
pub struct Bucket {
    name: String,
    free: i32,
}

impl Bucket {
    /// The brake of an account, whether it exists or not.
    pub fn of_account(email: &str) -> Self {
        Self { name: format!("account:{}", email.to_lowercase()), free: FREE_FOR_ACCOUNT }
    }

    /// The brake of a network address.
    pub fn of_address(address: &str) -> Self {
        Self { name: format!("address:{address}"), free: FREE_FOR_ADDRESS }
    }
}

/// Refuses while one of the brakes holds.
///
/// # Errors
/// [`AppError::TooMany`] with the seconds to wait.
pub async fn check(ctx: &Ctx, buckets: &[Bucket]) -> AppResult<()> {
    for bucket in buckets {
        let row = throttle::Entity::find_by_id(&bucket.name).one(ctx.reader()).await?;
        if let Some(row) = row.filter(|row| row.blocked_until > ctx.now) {
            let wait = (row.blocked_until - ctx.now).num_seconds() + 1;
            return Err(AppError::TooMany { retry_after_seconds: wait.clamp(1, LONGEST_WAIT) as u32 });
        }
    }
    Ok(())
}

/// Notes a failure on each brake.
///
/// # Errors
/// Only those of the database.
pub async fn note_failure(ctx: &Ctx, buckets: &[Bucket]) -> AppResult<()> {
    let tx = ctx.begin().await?;
    for bucket in buckets {
        let row = throttle::Entity::find_by_id(&bucket.name).one(&*tx).await?;
        let before = row.filter(|row| row.last_failure_at > ctx.now - FORGET_AFTER).map_or(0, |row| row.failures);
        let failures = before + 1;
        let row = throttle::ActiveModel {
            bucket: Set(bucket.name.clone()),
            failures: Set(failures),
            blocked_until: Set(blocked_until(failures - bucket.free, ctx.now)),
            last_failure_at: Set(ctx.now),
        };
        let replace = OnConflict::column(throttle::Column::Bucket)
            .update_columns([
                throttle::Column::Failures,
                throttle::Column::BlockedUntil,
                throttle::Column::LastFailureAt,
            ])
            .to_owned();
        throttle::Entity::insert(row).on_conflict(replace).exec_without_returning(&*tx).await?;
    }
    Ok(tx.commit().await?)
}

/// Opens the brake of an account after a right password.
///
/// # Errors
/// Only those of the database.
pub async fn forget(ctx: &Ctx, bucket: &Bucket) -> AppResult<()> {
    let tx = ctx.begin().await?;
    throttle::Entity::delete_by_id(&bucket.name).exec(&*tx).await?;
    Ok(tx.commit().await?)
}

/// 1, 2, 4 … seconds for each failure beyond the free ones.
fn blocked_until(beyond: i32, now: DateTime<Utc>) -> DateTime<Utc> {
    if beyond <= 0 {
        return now;
    }
    let seconds = 1_i64.checked_shl(beyond as u32 - 1).unwrap_or(LONGEST_WAIT).clamp(1, LONGEST_WAIT);
    now + TimeDelta::seconds(seconds)
}
