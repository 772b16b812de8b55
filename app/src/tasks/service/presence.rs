//! Letting others know that somebody looks at a board, and what they have open: only of people who
//! let it be seen.

use sea_orm::{EntityTrait, QuerySelect};

use crate::{
    domain::ids::{OpId, TaskId},
    entities::user,
    error::AppResult,
    platform::{
        ctx::Ctx,
        events::{self, Guest},
    },
    projects::service::access::Viewing,
};

/// The person has a project's board open for as long as the answer lives; nothing for those who
/// do not let it be seen.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn enter(ctx: &Ctx, viewing: &Viewing) -> AppResult<Option<Guest>> {
    let me = ctx.me()?;
    let is_shown = shows_presence(ctx).await?;
    Ok(is_shown.then(|| Guest::enter(&ctx.app, viewing.project().id, me.id, &me.name)))
}

/// One of the person's tabs has opened a task of the project, or closed it.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn open_task(ctx: &Ctx, viewing: &Viewing, tab: OpId, task: Option<TaskId>) -> AppResult<()> {
    let me = ctx.me()?;
    if shows_presence(ctx).await? {
        events::open_task(&ctx.app, viewing.project().id, me.id, tab, task);
    }
    Ok(())
}

async fn shows_presence(ctx: &Ctx) -> AppResult<bool> {
    let query = user::Entity::find_by_id(ctx.me()?.id).select_only().column(user::Column::ShowsPresence);
    Ok(query.into_tuple::<bool>().one(ctx.reader()).await?.unwrap_or(false))
}
