//! Who may do what with templates. Everybody who is signed in sees, copies and uses them, as the reports of all are
//! written with them; whoever made one and administrators change it.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{
    domain::{
        account::Role,
        ids::{TemplateId, UserId},
    },
    entities::template,
    error::{AppError, AppResult},
    platform::ctx::{Actor, Ctx},
};

/// A template that the person may see.
///
/// # Errors
/// [`AppError::SignedOut`], [`AppError::NotFound`].
pub async fn visible(ctx: &Ctx, db: &impl ConnectionTrait, id: TemplateId) -> AppResult<template::Model> {
    if !matches!(ctx.actor, Actor::System) {
        ctx.me()?;
    }
    let query = template::Entity::find_by_id(id).filter(template::Column::DeletedAt.is_null());
    query.one(db).await?.ok_or(AppError::NotFound)
}

/// A template that the person may change.
///
/// # Errors
/// As [`visible`]; [`AppError::Forbidden`] for everybody but whoever made it and administrators.
pub async fn editable(ctx: &Ctx, db: &impl ConnectionTrait, id: TemplateId) -> AppResult<template::Model> {
    let row = visible(ctx, db, id).await?;
    if can_edit(ctx, &row) { Ok(row) } else { Err(AppError::Forbidden) }
}

/// Whether the person may change a template.
pub fn can_edit(ctx: &Ctx, row: &template::Model) -> bool {
    can_edit_of(ctx, row.owner_id)
}

/// As [`can_edit`], of a template that somebody made.
pub(super) fn can_edit_of(ctx: &Ctx, owner: Option<UserId>) -> bool {
    match &ctx.actor {
        Actor::Person(me) => me.role == Role::Admin || owner == Some(me.id),
        Actor::System => true,
        Actor::Anonymous | Actor::Rule(_) => false,
    }
}
