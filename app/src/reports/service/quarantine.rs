//! Renders templates that people wrote, and remembers which had to be stopped: three stops of the same sources hold
//! them back (`domain::template::quarantine`), until they are changed or an administrator releases them.
//!
//! A template goes by a key that its caller chooses, such as `template:ID`; drafts and versions of one template share
//! it, because what counts are the sources.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};

use crate::{
    domain::template::{
        quarantine::{LIMIT, Quarantine},
        render::{RenderJob, RenderOutcome, Stop},
    },
    entities::template_kill,
    error::{AppError, AppResult},
    platform::{ctx::Ctx, fault, hash},
};

/// A template that is not rendered any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub key: String,
    pub last: Option<Stop>,
    pub since: DateTime<Utc>,
}

/// Which sources are held back now, by the keys of their templates.
#[derive(Clone, Debug, Default)]
pub struct Holds(BTreeMap<String, Quarantine>);

impl Holds {
    /// Reads them; there are few, or none.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read(ctx: &Ctx) -> AppResult<Self> {
        let rows = held_rows(ctx.reader()).await?;
        Ok(Self(rows.into_iter().map(|row| (row.template_key.clone(), known(row))).collect()))
    }

    /// Whether something of a template is held back: its sources need not be compiled to know that nothing is.
    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// As [`is_held`].
    ///
    /// # Errors
    /// Only a fault of the program.
    pub fn hold(&self, key: &str, job: &RenderJob) -> AppResult<bool> {
        let Some(state) = self.0.get(key) else { return Ok(false) };
        Ok(state.holds(&version(job)?))
    }
}

/// Renders a job of the template with this key, unless its sources are held back.
///
/// # Errors
/// Those of the cage and of the database.
pub async fn render(ctx: &Ctx, key: &str, job: &RenderJob) -> AppResult<RenderOutcome> {
    let version = version(job)?;
    if read(ctx.reader(), key).await?.holds(&version) {
        return Ok(RenderOutcome::Quarantined);
    }
    let outcome = ctx.app.cage.render(job).await?;
    if let RenderOutcome::Stopped(stop) = outcome {
        count(ctx, key, &version, stop).await?;
    }
    Ok(outcome)
}

/// Whether a template with these sources is held back.
///
/// # Errors
/// Those of the database.
pub async fn is_held(ctx: &Ctx, key: &str, job: &RenderJob) -> AppResult<bool> {
    Ok(read(ctx.reader(), key).await?.holds(&version(job)?))
}

/// All templates that are held back, the latest first.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator.
pub async fn held(ctx: &Ctx) -> AppResult<Vec<Held>> {
    ctx.admin()?;
    let rows = held_rows(ctx.reader()).await?;
    Ok(rows.into_iter().map(|row| Held { last: stop_of(&row), key: row.template_key, since: row.last_at }).collect())
}

/// An administrator lets a template be tried again; it counts from the beginning.
///
/// # Errors
/// [`AppError::NotFound`] where nothing is known of it, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn release(ctx: &Ctx, key: &str) -> AppResult<()> {
    ctx.admin()?;
    let tx = ctx.begin().await?;
    let gone = template_kill::Entity::delete_by_id(key.to_owned()).exec(&*tx).await?;
    if gone.rows_affected == 0 {
        return Err(AppError::NotFound);
    }
    tracing::info!(key, "a template was released from quarantine");
    Ok(tx.commit().await?)
}

async fn held_rows(db: &impl ConnectionTrait) -> AppResult<Vec<template_kill::Model>> {
    let limit = i32::try_from(LIMIT).unwrap_or(i32::MAX);
    let query = template_kill::Entity::find()
        .filter(template_kill::Column::Kills.gte(limit))
        .order_by_desc(template_kill::Column::LastAt);
    Ok(query.all(db).await?)
}

async fn read(db: &impl ConnectionTrait, key: &str) -> AppResult<Quarantine> {
    Ok(template_kill::Entity::find_by_id(key.to_owned()).one(db).await?.map(known).unwrap_or_default())
}

/// Counts under the lock of the row: previews and runs may stop at once.
async fn count(ctx: &Ctx, key: &str, version: &str, stop: Stop) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let once = OnConflict::column(template_kill::Column::TemplateKey).do_nothing().to_owned();
    let first = to_row(ctx, key, &Quarantine::default());
    template_kill::Entity::insert(first).on_conflict(once).exec_without_returning(&*tx).await?;
    let row = template_kill::Entity::find_by_id(key.to_owned()).lock_exclusive().one(&*tx).await?;
    let after = row.map(known).unwrap_or_default().stopped(version, stop);
    let change = template_kill::ActiveModel { template_key: Unchanged(key.to_owned()), ..to_row(ctx, key, &after) };
    change.update(&*tx).await?;
    tx.commit().await?;
    tracing::warn!(key, kills = after.kills, "a template was stopped: {stop}");
    Ok(())
}

fn to_row(ctx: &Ctx, key: &str, state: &Quarantine) -> template_kill::ActiveModel {
    template_kill::ActiveModel {
        template_key: Set(key.to_owned()),
        version: Set(state.version.clone()),
        kills: Set(i32::try_from(state.kills).unwrap_or(i32::MAX)),
        last_stop: Set(state.last.map(|stop| stop.to_string())),
        last_at: Set(ctx.now),
    }
}

fn known(row: template_kill::Model) -> Quarantine {
    Quarantine { last: stop_of(&row), kills: u32::try_from(row.kills).unwrap_or(0), version: row.version }
}

fn stop_of(row: &template_kill::Model) -> Option<Stop> {
    row.last_stop.as_deref().and_then(|word| word.parse().ok())
}

/// The hash of the sources, whoever reads them.
fn version(job: &RenderJob) -> AppResult<String> {
    let sources = (job.language, &job.subject, &job.preheader, &job.html, &job.text);
    let bytes = serde_json::to_vec(&sources).map_err(|error| fault::internal("hashing a template", error))?;
    Ok(hash::sha256(&bytes))
}
