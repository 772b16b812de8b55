//! The row of a mail: each event is applied to it by whoever has claimed it, and stored before what it allows is done.

use async_trait::async_trait;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::LEASE;
use crate::{
    domain::{
        delivery::{Delivery, DeliveryPhase, DeliveryPolicy, Effect, Event, UncertainRule},
        ids::AlarmMailId,
        smtp_reply::SmtpReply,
    },
    entities::alarm_mail,
    error::AppResult,
    mail::service::suppressions,
    platform::{
        ctx::Ctx,
        mailer::{PhaseHook, Stop},
        state::AppState,
    },
};

/// An alarm that comes twice does less harm than one that never comes.
fn policy() -> DeliveryPolicy {
    DeliveryPolicy { uncertain: UncertainRule::RetryOnce, ..DeliveryPolicy::default() }
}

/// For updates: no column.
pub fn columns() -> alarm_mail::ActiveModel {
    alarm_mail::ActiveModel { ..Default::default() }
}

/// Applies an event to a mail as its owner. None: another worker has it, or the event does not fit.
///
/// # Errors
/// Only those of the database.
pub async fn step(
    app: &AppState,
    id: AlarmMailId,
    fence: i64,
    event: Event,
    also: alarm_mail::ActiveModel,
) -> AppResult<Option<(Delivery, Vec<Effect>)>> {
    let ctx = Ctx::system(app);
    let tx = ctx.begin().await?;
    let query = alarm_mail::Entity::find_by_id(id).filter(alarm_mail::Column::Fence.eq(fence));
    let Some(row) = query.one(&*tx).await? else { return Ok(None) };
    let before = delivery_of(&row);
    // The low half of a UUIDv7 is random.
    let (after, effects) = before.clone().step(event, ctx.now, &policy(), id.0.as_u128() as u64);
    if after == before {
        return Ok(None);
    }
    let Delivery { phase, attempts, attempts_before, queued_at, next_try_at, reply, reason, retried_uncertain } =
        after.clone();
    let due_at = match phase {
        phase if phase.is_waiting() => next_try_at,
        phase if phase.is_in_flight() => Some(ctx.now + LEASE),
        _ => None,
    };
    let change = alarm_mail::ActiveModel {
        phase: Set(phase),
        attempts: Set(i32::try_from(attempts).unwrap_or(i32::MAX)),
        attempts_before: Set(i32::try_from(attempts_before).unwrap_or(i32::MAX)),
        queued_at: Set(queued_at),
        due_at: Set(due_at),
        reply: Set(reply.as_ref().and_then(|reply| serde_json::to_string(reply).ok())),
        reason: Set(reason),
        retried_uncertain: Set(retried_uncertain),
        updated_at: Set(ctx.now),
        ..also
    };
    let written = alarm_mail::Entity::update_many()
        .set(change)
        .filter(alarm_mail::Column::Id.eq(id))
        .filter(alarm_mail::Column::Fence.eq(fence))
        .exec(&*tx)
        .await?;
    if let Some(address) = row.address.as_deref().filter(|_| effects.contains(&Effect::Suppress)) {
        let said = after.reply.as_ref().map(SmtpReply::to_string).unwrap_or_default();
        suppressions::note_own_bounce(&ctx, &tx, address, said).await?;
    }
    tx.commit().await?;
    Ok((written.rows_affected == 1).then_some((after, effects)))
}

fn delivery_of(row: &alarm_mail::Model) -> Delivery {
    Delivery {
        phase: row.phase,
        attempts: u32::try_from(row.attempts).unwrap_or_default(),
        attempts_before: u32::try_from(row.attempts_before).unwrap_or_default(),
        queued_at: row.queued_at,
        // Its owner has claimed it: it is due.
        next_try_at: None,
        reply: row.reply.as_deref().and_then(|json| serde_json::from_str(json).ok()),
        reason: row.reason.clone(),
        retried_uncertain: row.retried_uncertain,
    }
}

/// Stores each phase before the conversation goes on to it.
pub struct Hook {
    pub app: AppState,
    pub id: AlarmMailId,
    pub fence: i64,
    pub attempt: u32,
}

#[async_trait]
impl PhaseHook for Hook {
    async fn before(&self, phase: DeliveryPhase) -> Result<(), Stop> {
        let attempt = self.attempt;
        let event = match phase {
            DeliveryPhase::Envelope => Event::EnvelopeBegins { attempt },
            DeliveryPhase::DataSent => Event::DotNext { attempt },
            _ => return Ok(()),
        };
        match step(&self.app, self.id, self.fence, event, columns()).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(Stop("the mail belongs to another worker by now".to_owned())),
            Err(error) => Err(Stop(error.words())),
        }
    }
}
