//! Why the messages of a run wait for their mail account.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    domain::{delivery::DeliveryPhase, ids::OccurrenceId},
    entities::{delivery, occurrence, schedule},
    error::{AppError, AppResult},
    jobs::{
        service::way,
        view::{AccountTrouble, Trouble},
    },
    mail::service::{accounts, gate},
    platform::ctx::Ctx,
};

/// What is wrong with the account of a run that sends; while nobody works on the run and its messages wait for the account,
/// also why it is slow. Nothing where the account is gone: its messages end.
///
/// # Errors
/// [`AppError::NotFound`] without the run.
pub async fn of(ctx: &Ctx, job: &schedule::Model, run: &occurrence::Model) -> AppResult<Option<AccountTrouble>> {
    let account = way::of(ctx, job, run.id).await?.account;
    let gate = gate::read(ctx.reader(), account).await?;
    let limits = match gate::limits(ctx.reader(), account).await {
        Err(AppError::NotFound) => return Ok(None),
        limits => limits?,
    };
    let waits = run.waits_for_account && run.lease_until.is_none();
    let has_no_turn = gate.next_send_at.is_some_and(|at| at > ctx.now);
    let what = match (gate.block, limits.per_minute) {
        (Some(block), _) => Trouble::Blocked { words: block.words },
        _ if !waits => return Ok(None),
        _ if gate.slow.is_some() && has_no_turn => Trouble::Slowed,
        (_, Some(per_minute)) if has_no_turn => Trouble::Paced { per_minute },
        _ => match broken(ctx, run.id).await? {
            Some(words) => Trouble::Unreachable { words },
            None => return Ok(None),
        },
    };
    let names = accounts::choices(ctx).await?;
    let name = names.into_iter().find(|(known, _)| *known == account).map(|(_, name)| name).unwrap_or_default();
    Ok(Some(AccountTrouble { name, account: ctx.admin().is_ok().then_some(account), what }))
}

/// Why the last message was not delivered of which no server was heard.
async fn broken(ctx: &Ctx, run: OccurrenceId) -> AppResult<Option<String>> {
    use delivery::Column;
    let query = delivery::Entity::find()
        .select_only()
        .column(Column::Reason)
        .filter(Column::OccurrenceId.eq(run))
        .filter(Column::Phase.eq(DeliveryPhase::Deferred))
        .filter(Column::Reply.is_null())
        .order_by_desc(Column::UpdatedAt)
        .limit(1);
    Ok(query.into_tuple::<Option<String>>().one(ctx.reader()).await?.flatten())
}
