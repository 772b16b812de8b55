//! The project that takes the cards: a new one, or one that is there and is locked meanwhile.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    EntityTrait, QuerySelect,
};

use crate::{
    domain::{
        ids::ProjectId,
        import::{plan::PlannedProject, run::ImportTarget},
    },
    entities::project,
    error::{AppError, AppResult},
    platform::{ctx::Ctx, db::WriteTx},
    projects::service::{
        access,
        projects::{self, NewProject},
    },
};

/// A project, and whether this import made it.
pub struct Target {
    pub project: project::Model,
    pub origin: Origin,
}

/// Whether a project was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Made,
    Found,
}

/// Makes or locks the project.
pub async fn open(ctx: &Ctx, tx: &WriteTx, target: &ImportTarget, zone: String) -> AppResult<Target> {
    match target {
        ImportTarget::New { name, key } => {
            let new = NewProject { name: name.clone(), key: key.clone(), zone };
            Ok(Target { project: projects::insert(ctx, &**tx, new).await?, origin: Origin::Made })
        }
        ImportTarget::Existing(id) => {
            access::by_id(ctx, &**tx, *id).await?.owning()?;
            Ok(Target { project: locked(ctx, tx, *id).await?, origin: Origin::Found })
        }
    }
}

/// Its row for ourselves, so that nobody gives out a number in between.
async fn locked(ctx: &Ctx, tx: &WriteTx, id: ProjectId) -> AppResult<project::Model> {
    let query = project::Entity::find_by_id(id);
    let query = if ctx.db().is_postgres() { query.lock_exclusive() } else { query };
    query.one(&**tx).await?.ok_or(AppError::NotFound)
}

/// Gives a project that was made the settings it had where it comes from.
pub async fn settle(tx: &WriteTx, target: &Target, planned: &PlannedProject) -> AppResult<()> {
    project::ActiveModel {
        id: Unchanged(target.project.id),
        description: Set(planned.description.clone()),
        archive_after_days: Set(planned.archive_after_days),
        ..Default::default()
    }
    .update(&**tx)
    .await?;
    Ok(())
}

/// Remembers the last number that was given out.
pub async fn keep_number(tx: &WriteTx, target: &Target, last_number: i32) -> AppResult<()> {
    project::ActiveModel { id: Unchanged(target.project.id), last_number: Set(last_number), ..Default::default() }
        .update(&**tx)
        .await?;
    Ok(())
}
