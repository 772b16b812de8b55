//! Checking who somebody is, with the same answer and the same work whether the account exists.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{
    backend::SignedIn,
    passwords,
    throttle::{self, Bucket},
};
use crate::{
    domain::account::{PASSWORD_MAX, UserState},
    entities::user,
    error::{AppError, AppResult, Problem},
    platform::ctx::Ctx,
};

/// What somebody claims.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub email: String,
    pub password: String,
    /// The network address it came from.
    pub address: String,
}

/// The person, if e-mail and password fit.
///
/// # Errors
/// [`AppError::Invalid`] where they do not, [`AppError::TooMany`] while a brake holds.
pub async fn check(ctx: &Ctx, credentials: Credentials) -> AppResult<SignedIn> {
    let Credentials { email, password, address } = credentials;
    let email = email.trim().to_lowercase();
    let buckets = [Bucket::of_account(&email), Bucket::of_address(&address)];
    throttle::check(ctx, &buckets).await?;

    let person = user::Entity::find()
        .filter(user::Column::Email.eq(&email))
        .filter(user::Column::State.eq(UserState::Active))
        .one(ctx.reader())
        .await?;
    let hash = person.as_ref().and_then(|person| person.password_hash.clone());
    let is_sane = password.chars().count() <= PASSWORD_MAX as usize;
    let is_right = is_sane && passwords::is_right(&ctx.app, password, hash).await?;
    match person {
        Some(person) if is_right => {
            throttle::forget(ctx, &buckets[0]).await?;
            Ok(SignedIn(person))
        }
        _ => {
            throttle::note_failure(ctx, &buckets).await?;
            Err(AppError::field("password", Problem::WrongSignIn))
        }
    }
}
