//! Groups of people in a project.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    EntityTrait,
    sea_query::OnConflict,
};

use super::members::{begin, keep_an_owner};
use crate::{
    domain::{ids::TeamId, project::MemberRole},
    entities::{team, team_project},
    error::{AppError, AppResult, Problem},
    platform::ctx::Ctx,
    projects::service::access::Owning,
};

/// Adds a group with a role for all in it. One that is there already gets the role.
///
/// # Errors
/// [`AppError::Invalid`] for a group that is not there, or where no owner would be left.
pub async fn add(ctx: &Ctx, owning: &Owning, group: TeamId, role: MemberRole) -> AppResult<()> {
    let project = owning.project().id;
    let tx = begin(ctx, project).await?;
    if team::Entity::find_by_id(group).one(&*tx).await?.is_none() {
        return Err(AppError::field("group", Problem::UnknownChoice));
    }
    let row = team_project::ActiveModel { team_id: Set(group), project_id: Set(project), role: Set(role) };
    let replace = OnConflict::columns([team_project::Column::TeamId, team_project::Column::ProjectId])
        .update_column(team_project::Column::Role)
        .to_owned();
    team_project::Entity::insert(row).on_conflict(replace).exec_without_returning(&*tx).await?;
    keep_an_owner(ctx, &tx, project, "group").await?;
    Ok(tx.commit().await?)
}

/// Gives a group another role.
///
/// # Errors
/// [`AppError::NotFound`] where it is not in the project, [`AppError::Invalid`] where no owner would be left.
pub async fn set_role(ctx: &Ctx, owning: &Owning, group: TeamId, role: MemberRole) -> AppResult<()> {
    let project = owning.project().id;
    let tx = begin(ctx, project).await?;
    team_project::ActiveModel { team_id: Unchanged(group), project_id: Unchanged(project), role: Set(role) }
        .update(&*tx)
        .await?;
    keep_an_owner(ctx, &tx, project, "role").await?;
    Ok(tx.commit().await?)
}

/// Takes a group out of a project.
///
/// # Errors
/// As [`set_role`].
pub async fn remove(ctx: &Ctx, owning: &Owning, group: TeamId) -> AppResult<()> {
    let project = owning.project().id;
    let tx = begin(ctx, project).await?;
    let gone = team_project::Entity::delete_by_id((group, project)).exec(&*tx).await?;
    if gone.rows_affected == 0 {
        return Err(AppError::NotFound);
    }
    keep_an_owner(ctx, &tx, project, "group").await?;
    Ok(tx.commit().await?)
}
