//! One message, from its connection to the answer of the server; each phase is stored before it begins.

use async_trait::async_trait;
use sea_orm::EntityTrait;
use tokio::sync::watch;

use crate::{
    domain::{
        address::EmailAddress,
        crash_point::CrashPoint,
        delivery::{DeliveryPhase, Event},
        ids::DeliveryId,
    },
    entities::delivery_content,
    error::{AppError, AppResult},
    jobs::service::{
        clerk::{Clerk, Stored},
        outcomes::DeliveryRow,
    },
    mail::service::transport::Transport,
    platform::{
        ctx::Ctx,
        mailer::{Envelope, PhaseHook, Step, Stop},
        state::AppState,
    },
};

/// How a server received us.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reception {
    /// It cannot be reached, or turned us away before any message was named.
    None,
    /// It let us in and heard of the message.
    Listened,
    AskedForLess,
}

/// Says whether the server lets us in to those who wait for that. What is known first stands.
pub(super) fn tell(others: &watch::Sender<Option<bool>>, lets_us_in: bool) {
    others.send_if_modified(|told| told.is_none() && told.replace(lets_us_in).is_none());
}

/// Brings a message that was taken up to the server: how we were received, and what happened to it.
pub(super) async fn deliver(
    app: &AppState,
    clerk: &Clerk,
    transport: &mut Transport,
    (row, attempt, mime): (&DeliveryRow, u32, Option<Vec<u8>>),
    (sender, is_heard): (Option<&EmailAddress>, Option<&watch::Sender<Option<bool>>>),
) -> AppResult<(Reception, Event)> {
    let ctx = Ctx::system(app);
    app.crash.reach(CrashPoint::Connecting);
    let sender = sender.unwrap_or(&transport.sender().address).clone();
    let envelope = Envelope { sender, recipient: row.recipient()? };
    let mime = match mime {
        Some(mime) => mime,
        None => bytes(&ctx, row.id).await?,
    };
    let hook = Keeper { app, clerk, delivery: row.id, attempt, is_heard };
    let outcome = transport.deliver(&ctx, &envelope, &mime, &hook).await;
    if outcome.as_ref().map_or_else(|failure| failure.step == Step::FinalDot, |_| true) {
        app.crash.reach(CrashPoint::DotSent);
    }
    let reception = match &outcome {
        Err(failure) if failure.asks_for_less() => Reception::AskedForLess,
        Err(failure) if failure.is_before_any_message() => Reception::None,
        _ => Reception::Listened,
    };
    let event = match outcome {
        Ok(reply) => Event::Accepted { attempt, reply },
        Err(failure) => failure.event(attempt),
    };
    Ok((reception, event))
}

/// The message of a row.
///
/// # Errors
/// Those of the database, and [`AppError::NotFound`] where it is gone.
pub(super) async fn bytes(ctx: &Ctx, id: DeliveryId) -> AppResult<Vec<u8>> {
    let content = delivery_content::Entity::find_by_id(id).one(ctx.reader()).await?;
    content.map(|content| content.mime).ok_or(AppError::NotFound)
}

/// Stores that the final dot is next before it goes out. The phase before, the envelope, is stored with it: a break in
/// either of the two is settled in the same way, so a commit of its own would protect nothing.
struct Keeper<'a> {
    app: &'a AppState,
    clerk: &'a Clerk,
    delivery: DeliveryId,
    attempt: u32,
    /// Told when the server has heard of the message and is to take it, which may take minutes.
    is_heard: Option<&'a watch::Sender<Option<bool>>>,
}

#[async_trait]
impl PhaseHook for Keeper<'_> {
    async fn before(&self, phase: DeliveryPhase) -> Result<(), Stop> {
        let attempt = self.attempt;
        match phase {
            DeliveryPhase::Envelope => {
                self.app.crash.reach(CrashPoint::Envelope);
                return Ok(());
            }
            DeliveryPhase::DataSent => {}
            _ => return Ok(()),
        }
        let events = vec![Event::EnvelopeBegins { attempt }, Event::DotNext { attempt }];
        match self.clerk.store(self.delivery, events).await {
            Ok(Stored::Done(..)) => {
                self.app.crash.reach(CrashPoint::DataSent);
                if let Some(is_heard) = self.is_heard {
                    tell(is_heard, true);
                }
                Ok(())
            }
            Ok(Stored::Unfit | Stored::Lost) => Err(Stop("the run belongs to another worker by now".to_owned())),
            Err(error) => Err(Stop(error.words())),
        }
    }
}
