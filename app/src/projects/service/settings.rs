//! What owners change about a project: name, key, description, zone, automatic archive.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
};

use super::access::Owning;
use crate::{
    domain::{ids::ProjectId, live::Change, project as rules},
    entities::{project, project_alias},
    error::{AppError, AppResult, Checks, Problem},
    platform::{ctx::Ctx, events, fault, hash::number_of},
};

/// The settings as a form has them.
#[derive(Clone, Debug)]
pub struct Settings {
    pub name: String,
    pub key: String,
    /// Markdown.
    pub description: String,
    /// IANA time zone.
    pub zone: String,
    /// 14, 30, 90; empty for never.
    pub archive_after_days: String,
}

/// The settings of a project as a number that is another one as soon as any of them is.
pub fn version(row: &project::Model) -> i64 {
    let project::Model { name, key, description, zone, archive_after_days, .. } = row;
    number_of(&serde_json::json!([name, key, description, zone, archive_after_days]).to_string())
}

/// Changes a project, whose settings were `base` when the person began, where that is known. A new key leaves the old one
/// leading here, so that references in mails and texts still work.
///
/// # Errors
/// [`AppError::Invalid`] for bad fields or a key that another project has or had; [`AppError::Conflict`] where another
/// owner has changed settings since.
pub async fn save(ctx: &Ctx, owning: &Owning, base: Option<i64>, settings: Settings) -> AppResult<project::Model> {
    let Settings { name, key, description, zone, archive_after_days } = settings;
    let mut checks = Checks::default();
    let name = checks.line("name", &name, 100);
    let key = key.trim().to_ascii_uppercase();
    if !rules::is_key(&key) {
        checks.add("key", Problem::ProjectKey);
    }
    let description = checks.text("description", &description, rules::DESCRIPTION_MAX);
    if zone.parse::<chrono_tz::Tz>().is_err() {
        checks.add("zone", Problem::UnknownZone);
    }
    let archive_after_days = match archive_after_days.trim() {
        "" => None,
        days => {
            let days = days.parse().ok().filter(|days| rules::ARCHIVE_AFTER.contains(days));
            if days.is_none() {
                checks.add("archive_after_days", Problem::UnknownChoice);
            }
            days
        }
    };
    checks.done()?;

    let tx = ctx.begin().await?;
    let id = owning.project().id;
    events::lock(ctx, &*tx, id).await?;
    // Read again under the lock.
    let before = project::Entity::find_by_id(id).one(&*tx).await?.ok_or(AppError::NotFound)?;
    let wanted = project::Model {
        name: name.clone(),
        key: key.clone(),
        description: description.clone(),
        zone: zone.clone(),
        archive_after_days,
        ..before.clone()
    };
    if version(&wanted) != version(&before) && base.is_some_and(|base| base != version(&before)) {
        let version = version(&before);
        return Err(AppError::conflict("description", description, before.description, version));
    }
    if key != before.key {
        if is_taken(&*tx, &key, Some(before.id)).await? {
            return Err(AppError::field("key", Problem::Taken));
        }
        project_alias::Entity::delete_by_id(key.clone()).exec(&*tx).await?;
        let alias = project_alias::ActiveModel { key: Set(before.key.clone()), project_id: Set(before.id) };
        project_alias::Entity::insert(alias).exec_without_returning(&*tx).await?;
    }
    let row = project::ActiveModel {
        id: Unchanged(before.id),
        name: Set(name),
        key: Set(key),
        description: Set(description),
        zone: Set(zone),
        archive_after_days: Set(archive_after_days),
        ..Default::default()
    };
    let row = row.update(&*tx).await.map_err(|error| {
        if fault::is_unique_violation(&error) { AppError::field("key", Problem::Taken) } else { error.into() }
    })?;
    events::append(ctx, &*tx, row.id, None, &Change::Project).await?;
    tx.commit().await?;
    Ok(row)
}

/// Whether another project has a key or had it.
///
/// # Errors
/// Only those of the database.
pub async fn is_taken(db: &impl ConnectionTrait, key: &str, own: Option<ProjectId>) -> AppResult<bool> {
    let there = project::Entity::find().filter(project::Column::Key.eq(key)).one(db).await?;
    if there.is_some_and(|row| Some(row.id) != own) {
        return Ok(true);
    }
    let was = project_alias::Entity::find_by_id(key).one(db).await?;
    Ok(was.is_some_and(|alias| Some(alias.project_id) != own))
}
