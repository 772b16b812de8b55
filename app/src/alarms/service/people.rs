//! Whom an alarm is for.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::SelectStatement,
};

use crate::{
    domain::{
        account::{Role, UserState},
        ids::{ProjectId, UserId},
        project::MemberRole,
    },
    entities::user,
    error::AppResult,
    projects::service::access,
};

/// The owner of something in a project, and nobody else; where they are gone, switched off or see the project no more,
/// the owners of the project.
///
/// # Errors
/// Only those of the database.
pub async fn responsible(
    db: &impl ConnectionTrait,
    project: ProjectId,
    owner: Option<UserId>,
) -> AppResult<Vec<UserId>> {
    if let Some(owner) = owner {
        let there = active(db, access::people_of(project), Some(owner)).await?;
        if !there.is_empty() {
            return Ok(there);
        }
    }
    owners(db, project).await
}

/// The names of [`responsible`], with "or" between them; said for a page.
///
/// # Errors
/// Only those of the database.
pub async fn responsible_names(
    db: &impl ConnectionTrait,
    project: ProjectId,
    owner: Option<UserId>,
) -> AppResult<String> {
    let people = responsible(db, project, owner).await?;
    let query = user::Entity::find()
        .select_only()
        .column(user::Column::Name)
        .filter(user::Column::Id.is_in(people))
        .order_by_asc(user::Column::Name);
    let names: Vec<String> = query.into_tuple().all(db).await?;
    Ok(match names.is_empty() {
        true => "an owner of the project".to_owned(),
        false => names.join(" or "),
    })
}

/// The owners of a project who can sign in.
///
/// # Errors
/// Only those of the database.
pub async fn owners(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<Vec<UserId>> {
    active(db, access::people_with_role(project, MemberRole::Owner), None).await
}

/// The administrators who can sign in.
///
/// # Errors
/// Only those of the database.
pub async fn administrators(db: &impl ConnectionTrait) -> AppResult<Vec<UserId>> {
    let query = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .filter(user::Column::State.eq(UserState::Active))
        .filter(user::Column::Role.eq(Role::Admin))
        .order_by_asc(user::Column::Id);
    Ok(query.into_tuple().all(db).await?)
}

async fn active(db: &impl ConnectionTrait, among: SelectStatement, only: Option<UserId>) -> AppResult<Vec<UserId>> {
    let mut query = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .filter(user::Column::State.eq(UserState::Active))
        .filter(user::Column::Id.in_subquery(among))
        .order_by_asc(user::Column::Id);
    if let Some(only) = only {
        query = query.filter(user::Column::Id.eq(only));
    }
    Ok(query.into_tuple().all(db).await?)
}
