//! What people do for the safety of their own account: another password, and an end to sessions.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
};
use serde::Deserialize;

use super::{
    backend::SignedIn,
    passwords,
    throttle::{self, Bucket},
    users,
};
use crate::{
    accounts::security_view::SessionItem,
    domain::{account::PASSWORD_MAX, device},
    entities::{password_link, session, user},
    error::{AppError, AppResult, Checks, Problem},
    platform::ctx::{BrowserSession, Ctx},
};

/// Gives the person another password and ends all of their sessions; whoever calls begins a new one. The password that
/// is replaced is guessed as slowly here as at the door: whoever finds a browser open must not find it out.
///
/// # Errors
/// [`AppError::Invalid`] with `current` for a wrong password and with `password` for a weak one, [`AppError::TooMany`]
/// while a brake holds.
pub async fn change_password(ctx: &Ctx, address: &str, current: String, password: String) -> AppResult<SignedIn> {
    let id = ctx.me()?.id;
    let person = user::Entity::find_by_id(id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let email = person.email.clone().unwrap_or_default();
    let buckets = [Bucket::of_account(&email), Bucket::of_address(address)];
    throttle::check(ctx, &buckets).await?;
    let is_sane = current.chars().count() <= PASSWORD_MAX as usize;
    if !is_sane || !passwords::is_right(&ctx.app, current, person.password_hash.clone()).await? {
        throttle::note_failure(ctx, &buckets).await?;
        return Err(AppError::field("current", Problem::WrongPassword));
    }
    throttle::forget(ctx, &buckets[0]).await?;
    let mut checks = Checks::default();
    users::check_password(&mut checks, &password, &email, &person.name);
    checks.done()?;
    let password_hash = passwords::hash(&ctx.app, password).await?;
    let tx = ctx.begin().await?;
    // Changed by somebody else meanwhile: then what was asked for is not theirs any more.
    let now = user::Entity::find_by_id(id).one(&*tx).await?.ok_or(AppError::NotFound)?;
    if now.password_hash != person.password_hash {
        return Err(AppError::field("current", Problem::WrongPassword));
    }
    let changed = user::ActiveModel {
        id: Unchanged(id),
        password_hash: Set(Some(password_hash)),
        updated_at: Set(ctx.now),
        ..Default::default()
    };
    let changed = changed.update(&*tx).await?;
    // Nor does an old link set another one.
    password_link::Entity::delete_many().filter(password_link::Column::UserId.eq(id)).exec(&*tx).await?;
    session::Entity::delete_many().filter(session::Column::UserId.eq(id)).exec(&*tx).await?;
    tx.commit().await?;
    ctx.db().hub().doubt(id);
    Ok(SignedIn(changed))
}

/// What is kept of the browser of a session.
#[derive(Default, Deserialize)]
struct Kept {
    #[serde(default)]
    agent: String,
    #[serde(default)]
    address: String,
}

/// The sessions of the person that have not ended, this one first, the others by their last use.
///
/// # Errors
/// [`AppError::SignedOut`], and those of the database.
pub async fn sessions(ctx: &Ctx, this: &BrowserSession) -> AppResult<Vec<SessionItem>> {
    let rows = session::Entity::find()
        .filter(session::Column::UserId.eq(ctx.me()?.id))
        .filter(session::Column::ExpiresAt.gt(ctx.now))
        .order_by_desc(session::Column::LastUsedAt)
        .all(ctx.reader())
        .await?;
    let item = |row: session::Model| {
        let Kept { agent, address } = serde_json::from_str(&row.data).unwrap_or_default();
        SessionItem {
            is_this: row.id_hash == this.0,
            id: row.id_hash,
            device: device::in_words(&agent),
            address,
            began: ctx.moment(row.created_at),
            last_used: ctx.moment(row.last_used_at),
            is_kept: row.is_kept,
        }
    };
    let mut items: Vec<SessionItem> = rows.into_iter().map(item).collect();
    items.sort_by_key(|item| !item.is_this);
    Ok(items)
}

/// Ends sessions of the person: one of them, or all but this one. One that has ended already is no error.
///
/// # Errors
/// [`AppError::SignedOut`], and those of the database.
pub async fn end_sessions(ctx: &Ctx, this: &BrowserSession, one: Option<&str>) -> AppResult<()> {
    let me = ctx.me()?.id;
    let mut those = session::Entity::delete_many().filter(session::Column::UserId.eq(me));
    those = match one {
        Some(id) => those.filter(session::Column::IdHash.eq(id)),
        None => those.filter(session::Column::IdHash.ne(&this.0)),
    };
    let tx = ctx.begin().await?;
    those.exec(&*tx).await?;
    tx.commit().await?;
    // Their streams end at once.
    ctx.db().hub().doubt(me);
    Ok(())
}
