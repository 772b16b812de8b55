//! Links by which people set their password: 256 random bits, stored as their SHA-256, good for once.

use chrono::TimeDelta;
use rand::RngCore as _;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
};

use super::{passwords, users};
use crate::{
    domain::{account::UserState, ids::UserId},
    entities::{password_link, session, user},
    error::{AppError, AppResult, Checks},
    platform::{
        ctx::Ctx,
        hash::{hex, sha256},
    },
};

/// How long a link that an administrator hands over is good.
const GOOD_FOR: TimeDelta = TimeDelta::days(7);

/// Makes a link for somebody and answers with its path; links from before are good no more.
///
/// # Errors
/// [`AppError::NotFound`] for somebody who cannot sign in, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn make(ctx: &Ctx, person: UserId) -> AppResult<String> {
    ctx.admin()?;
    let tx = ctx.begin().await?;
    let there = user::Entity::find_by_id(person).one(&*tx).await?;
    there.filter(|row| row.state == UserState::Active).ok_or(AppError::NotFound)?;
    let path = add(ctx, &*tx, person).await?;
    tx.commit().await?;
    Ok(path)
}

/// As [`make`], within a transaction of the caller, who has asked for the right.
pub(super) async fn add(ctx: &Ctx, tx: &impl ConnectionTrait, person: UserId) -> AppResult<String> {
    let mut random = [0_u8; 32];
    rand::rng().fill_bytes(&mut random);
    let token = hex(&random);
    password_link::Entity::delete_many().filter(password_link::Column::UserId.eq(person)).exec(tx).await?;
    let row = password_link::ActiveModel {
        token_hash: Set(sha256(token.as_bytes())),
        user_id: Set(person),
        created_at: Set(ctx.now),
        expires_at: Set(ctx.now + GOOD_FOR),
    };
    password_link::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(format!("/set-password?token={token}"))
}

/// Whose link this is.
///
/// # Errors
/// [`AppError::NotFound`] for a link that was used, has expired or never was.
pub async fn read(ctx: &Ctx, token: &str) -> AppResult<user::Model> {
    find(ctx, ctx.reader(), token).await
}

async fn find(ctx: &Ctx, db: &impl ConnectionTrait, token: &str) -> AppResult<user::Model> {
    let link = password_link::Entity::find_by_id(sha256(token.as_bytes()))
        .filter(password_link::Column::ExpiresAt.gt(ctx.now))
        .one(db)
        .await?
        .ok_or(AppError::NotFound)?;
    let person = user::Entity::find_by_id(link.user_id).one(db).await?;
    person.filter(|row| row.state == UserState::Active).ok_or(AppError::NotFound)
}

/// Sets the password, uses the link up, and ends every session of the person.
///
/// # Errors
/// As [`read`], and [`AppError::Invalid`] for a weak password.
pub async fn redeem(ctx: &Ctx, token: &str, password: String) -> AppResult<()> {
    let person = read(ctx, token).await?;
    let mut checks = Checks::default();
    users::check_password(&mut checks, &password, person.email.as_deref().unwrap_or_default(), &person.name);
    checks.done()?;
    let password_hash = passwords::hash(&ctx.app, password).await?;
    let tx = ctx.begin().await?;
    // Used by somebody else meanwhile: then nothing is deleted here.
    let used = password_link::Entity::delete_by_id(sha256(token.as_bytes())).exec(&*tx).await?;
    if used.rows_affected == 0 {
        return Err(AppError::NotFound);
    }
    user::ActiveModel {
        id: Unchanged(person.id),
        password_hash: Set(Some(password_hash)),
        updated_at: Set(ctx.now),
        ..Default::default()
    }
    .update(&*tx)
    .await?;
    session::Entity::delete_many().filter(session::Column::UserId.eq(person.id)).exec(&*tx).await?;
    tx.commit().await?;
    ctx.db().hub().doubt(person.id);
    Ok(())
}
