//! Letting others know that somebody looks at a board, and what they have open: only of people who
//! let it be seen.

use crate::{
    domain::{
        ids::{OpId, TaskId},
        live::Doing,
    },
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
pub fn enter(ctx: &Ctx, viewing: &Viewing) -> AppResult<Option<Guest>> {
    let me = ctx.me()?;
    Ok(me.shows_presence.then(|| Guest::enter(&ctx.app, viewing.project().id, me.id, &me.name)))
}

/// One of the person's tabs has a task of the project open and does something with it, or has closed
/// it. Whoever may not change the task only reads it, whatever their page says.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub fn open_task(ctx: &Ctx, viewing: &Viewing, tab: OpId, open: Option<(TaskId, Doing)>) -> AppResult<()> {
    let me = ctx.me()?;
    if me.shows_presence {
        let open = open.map(|(task, doing)| (task, if viewing.can_edit() { doing } else { Doing::Reading }));
        events::open_task(&ctx.app, viewing.project().id, me.id, tab, open);
    }
    Ok(())
}
