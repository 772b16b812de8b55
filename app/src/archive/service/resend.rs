//! Sends a report once more: to those who did not get it, byte for byte as it was, or a copy to whoever asks.

use super::sight::Seen;
use crate::{
    domain::ids::{DeliveryId, OccurrenceId},
    error::{AppError, AppResult, Problem},
    jobs::service::{
        copies,
        runs::{self, Decision},
    },
    platform::ctx::Ctx,
};

/// To whom a report goes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// All whose servers refused it.
    Failed,
    One(DeliveryId),
}

/// Sends messages of a report again.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project, [`AppError::Invalid`] once the messages
/// were removed.
pub async fn again(ctx: &Ctx, id: OccurrenceId, to: Again) -> AppResult<()> {
    let seen = Seen::find(ctx, id).await?;
    refuse_removed(&seen)?;
    match to {
        Again::Failed => runs::resend_failed(ctx, id).await,
        Again::One(delivery) => runs::decide(ctx, delivery, Decision::SendAgain).await.map(|_| ()),
    }
}

/// Sends a copy of a report to whoever asks for it.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Invalid`] once it was removed, before it is written, or where the mail server did
/// not take it.
pub async fn to_me(ctx: &Ctx, id: OccurrenceId) -> AppResult<()> {
    let seen = Seen::find(ctx, id).await?;
    refuse_removed(&seen)?;
    if seen.part.is_some() {
        // The copy is made of the stored files, which show projects that the person does not see.
        return Err(AppError::field("to", Problem::NotAllowed));
    }
    copies::send_to_me(ctx, &seen.run).await
}

fn refuse_removed(seen: &Seen) -> AppResult<()> {
    if seen.run.removed_at.is_some() { Err(AppError::field("to", Problem::Removed)) } else { Ok(()) }
}
