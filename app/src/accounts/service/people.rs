//! Everybody on the instance, for administrators: invited, switched off and on, given a role. Nobody is deleted.

use rand::Rng as _;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{
    links,
    users::{self, NewUser},
};
use crate::{
    domain::{
        account::{Role, UserState},
        ids::UserId,
    },
    entities::{password_link, session, user},
    error::{AppError, AppResult, Problem},
    platform::{ctx::Ctx, db::WriteTx},
};

/// Everybody, by name: people who can sign in, those switched off, and placeholders.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<user::Model>> {
    ctx.admin()?;
    Ok(user::Entity::find().order_by_asc(user::Column::Name).order_by_asc(user::Column::Id).all(ctx.reader()).await?)
}

/// One of them.
///
/// # Errors
/// [`AppError::NotFound`], or [`AppError::Forbidden`] for everybody but an administrator.
pub async fn read(ctx: &Ctx, id: UserId) -> AppResult<user::Model> {
    ctx.admin()?;
    user::Entity::find_by_id(id).one(ctx.reader()).await?.ok_or(AppError::NotFound)
}

/// What an administrator enters about a new person.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub name: String,
    pub email: String,
    pub zone: String,
    pub role: Role,
}

/// Makes an account and answers with it and the path of the link by which the person sets a password.
///
/// # Errors
/// [`AppError::Invalid`] for bad fields, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn invite(ctx: &Ctx, invitation: Invitation) -> AppResult<(user::Model, String)> {
    ctx.admin()?;
    let Invitation { name, email, zone, role } = invitation;
    // Nobody knows this one: the link replaces it.
    let password: String = (0..40).map(|_| char::from(rand::rng().random_range(b'!'..=b'~'))).collect();
    let made = users::create(ctx, NewUser { name, email, password, zone }, role).await?;
    let path = links::make(ctx, made.id).await?;
    Ok((made, path))
}

/// Gives somebody another role on the instance.
///
/// # Errors
/// [`AppError::Invalid`] for the last administrator, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn set_role(ctx: &Ctx, id: UserId, role: Role) -> AppResult<()> {
    ctx.admin()?;
    let tx = begin(ctx).await?;
    account(&tx, id).await?;
    let change =
        user::ActiveModel { id: Unchanged(id), role: Set(role), updated_at: Set(ctx.now), ..Default::default() };
    change.update(&*tx).await?;
    keep_an_administrator(&tx, "role").await?;
    Ok(tx.commit().await?)
}

/// Switches an account off: its sessions end, its links are good no more, its tasks and its name stay.
///
/// # Errors
/// [`AppError::Invalid`] for oneself or the last administrator, [`AppError::Forbidden`] for everybody but an
/// administrator.
pub async fn disable(ctx: &Ctx, id: UserId) -> AppResult<()> {
    if ctx.admin()?.id == id {
        return Err(AppError::field("person", Problem::NotAllowed));
    }
    let tx = begin(ctx).await?;
    account(&tx, id).await?;
    set_state(ctx, &tx, id, UserState::Disabled).await?;
    keep_an_administrator(&tx, "person").await?;
    session::Entity::delete_many().filter(session::Column::UserId.eq(id)).exec(&*tx).await?;
    password_link::Entity::delete_many().filter(password_link::Column::UserId.eq(id)).exec(&*tx).await?;
    tx.commit().await?;
    // Pages that the person has open are told no more.
    ctx.db().hub().doubt(id);
    Ok(())
}

/// Switches an account on again, with the password it had.
///
/// # Errors
/// [`AppError::NotFound`], or [`AppError::Forbidden`] for everybody but an administrator.
pub async fn enable(ctx: &Ctx, id: UserId) -> AppResult<()> {
    ctx.admin()?;
    let tx = begin(ctx).await?;
    account(&tx, id).await?;
    set_state(ctx, &tx, id, UserState::Active).await?;
    Ok(tx.commit().await?)
}

async fn set_state(ctx: &Ctx, tx: &WriteTx, id: UserId, state: UserState) -> AppResult<()> {
    let change =
        user::ActiveModel { id: Unchanged(id), state: Set(state), updated_at: Set(ctx.now), ..Default::default() };
    change.update(&**tx).await?;
    Ok(())
}

/// A transaction in which nobody else takes the last administrator away: all of them are held.
async fn begin(ctx: &Ctx) -> AppResult<WriteTx> {
    let tx = ctx.begin().await?;
    if ctx.db().is_postgres() {
        user::Entity::find()
            .filter(user::Column::Role.eq(Role::Admin))
            .order_by_asc(user::Column::Id)
            .lock_exclusive()
            .all(&*tx)
            .await?;
    }
    Ok(tx)
}

/// Somebody with an account, switched off or not.
async fn account(tx: &WriteTx, id: UserId) -> AppResult<user::Model> {
    let row = user::Entity::find_by_id(id).one(&**tx).await?;
    row.filter(|row| row.state != UserState::Placeholder).ok_or(AppError::NotFound)
}

async fn keep_an_administrator(tx: &WriteTx, field: &str) -> AppResult<()> {
    let left = user::Entity::find()
        .filter(user::Column::Role.eq(Role::Admin))
        .filter(user::Column::State.eq(UserState::Active))
        .count(&**tx)
        .await?;
    if left == 0 { Err(AppError::field(field, Problem::LastAdministrator)) } else { Ok(()) }
}
