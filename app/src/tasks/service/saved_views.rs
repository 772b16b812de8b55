//! Saved views: addresses of a board with a name, for oneself or for everybody in the project.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use crate::{
    domain::{
        board_look::{BoardLook, board_query, read_board_query},
        ids::SavedViewId,
        project::MemberRole,
        saved_view::{VIEW_NAME_MAX, VIEWS_MAX},
    },
    entities::saved_view,
    error::{AppError, AppResult, Checks, Problem},
    platform::{ctx::Ctx, db::WriteTx, fault},
    projects::service::access::Viewing,
};

/// A view as it is saved.
#[derive(Clone, Debug)]
pub struct NewView {
    pub name: String,
    /// The query of the board's address.
    pub query: String,
    /// Whether everybody in the project has it.
    pub is_shared: bool,
}

/// The person's own views and the shared ones of a project, by name.
///
/// # Errors
/// Only those of the database.
pub async fn list(ctx: &Ctx, viewing: &Viewing) -> AppResult<Vec<saved_view::Model>> {
    let me = ctx.me()?;
    let mine_or_shared =
        Condition::any().add(saved_view::Column::OwnerId.eq(me.id)).add(saved_view::Column::IsShared.eq(true));
    let rows = saved_view::Entity::find()
        .filter(saved_view::Column::ProjectId.eq(viewing.project().id))
        .filter(mine_or_shared)
        .order_by_asc(saved_view::Column::Name)
        .order_by_asc(saved_view::Column::Id);
    Ok(rows.all(ctx.reader()).await?)
}

/// Saves a view. What its query says beyond filter and look is left out.
///
/// # Errors
/// [`AppError::Invalid`] for a bad name or one the person has given already, [`AppError::Forbidden`]
/// where a viewer shares.
pub async fn save(ctx: &Ctx, viewing: &Viewing, new: NewView) -> AppResult<saved_view::Model> {
    let NewView { name, query, is_shared } = new;
    let me = ctx.me()?;
    let name = checked(&name)?;
    if is_shared && !viewing.can_edit() {
        return Err(AppError::Forbidden);
    }
    let (filter, look) = read_board_query(&query);
    let query = board_query(&filter, BoardLook { shows_older: false, ..look });
    let tx = ctx.begin().await?;
    let project = viewing.project().id;
    let mine = saved_view::Entity::find()
        .filter(saved_view::Column::ProjectId.eq(project))
        .filter(saved_view::Column::OwnerId.eq(me.id));
    if mine.count(&*tx).await? >= VIEWS_MAX {
        return Err(AppError::field("name", Problem::TooMany { max: VIEWS_MAX as u32 }));
    }
    let row = saved_view::ActiveModel {
        id: Set(SavedViewId(Uuid::now_v7())),
        project_id: Set(project),
        owner_id: Set(me.id),
        name: Set(name),
        query: Set(query.trim_start_matches('?').to_owned()),
        is_shared: Set(is_shared),
        created_at: Set(ctx.now),
    };
    let row = row.insert(&*tx).await.map_err(taken)?;
    tx.commit().await?;
    Ok(row)
}

/// Renames a view of one's own, and shares it or stops sharing it.
///
/// # Errors
/// [`AppError::NotFound`] for a view that is not one's own, [`AppError::Invalid`] for a bad name,
/// [`AppError::Forbidden`] where a viewer shares.
pub async fn change(ctx: &Ctx, viewing: &Viewing, id: SavedViewId, name: &str, is_shared: bool) -> AppResult<()> {
    let name = checked(name)?;
    let tx = ctx.begin().await?;
    let row = find(ctx, &tx, viewing, id).await?;
    if row.owner_id != ctx.me()?.id {
        return Err(AppError::NotFound);
    }
    if is_shared && !viewing.can_edit() {
        return Err(AppError::Forbidden);
    }
    let fresh =
        saved_view::ActiveModel { id: Unchanged(id), name: Set(name), is_shared: Set(is_shared), ..Default::default() };
    fresh.update(&*tx).await.map_err(taken)?;
    Ok(tx.commit().await?)
}

/// Removes a view: one's own, or as an owner of the project a shared one.
///
/// # Errors
/// [`AppError::NotFound`] for a view that the person does not see, [`AppError::Forbidden`] for
/// somebody else's.
pub async fn remove(ctx: &Ctx, viewing: &Viewing, id: SavedViewId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let row = find(ctx, &tx, viewing, id).await?;
    if row.owner_id != ctx.me()?.id && viewing.role() < MemberRole::Owner {
        return Err(AppError::Forbidden);
    }
    saved_view::Entity::delete_by_id(id).exec(&*tx).await?;
    Ok(tx.commit().await?)
}

/// A view that the person sees.
async fn find(ctx: &Ctx, tx: &WriteTx, viewing: &Viewing, id: SavedViewId) -> AppResult<saved_view::Model> {
    let me = ctx.me()?;
    let row = saved_view::Entity::find_by_id(id)
        .filter(saved_view::Column::ProjectId.eq(viewing.project().id))
        .one(&**tx)
        .await?;
    row.filter(|row| row.is_shared || row.owner_id == me.id).ok_or(AppError::NotFound)
}

fn checked(name: &str) -> AppResult<String> {
    let mut checks = Checks::default();
    let name = checks.line("name", name, VIEW_NAME_MAX);
    checks.done()?;
    Ok(name)
}

fn taken(error: sea_orm::DbErr) -> AppError {
    if fault::is_unique_violation(&error) { AppError::field("name", Problem::Taken) } else { error.into() }
}
