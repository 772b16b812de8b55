//! The way that the messages of a run take: the mail account that they were written for, and the sender of their
//! envelopes. Their sender and signature stand in them for good, so whatever the job or the account is changed to
//! later, they leave over that account or not at all.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{ledger, messages, sending::Hold, worker};
use crate::{
    domain::{
        address::EmailAddress,
        ids::{AccountId, OccurrenceId},
        occurrence::OccurrenceState,
    },
    entities::{occurrence, schedule},
    error::{AppError, AppResult},
    mail::service::transport::{self, Transport},
    platform::{ctx::Ctx, fault},
};

/// What the row of a message says whose account is gone.
pub const GONE: &str = "The mail account that it was written for is gone. A new run writes it for another one.";

/// A mail account and the sender of the envelopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    pub account: AccountId,
    /// None where it is that of the account: of messages that were written before their way was kept.
    pub sender: Option<EmailAddress>,
}

/// The way of a run. Before its messages are written it is that of its job.
///
/// # Errors
/// [`AppError::NotFound`] without the run.
pub async fn of(ctx: &Ctx, job: &schedule::Model, run: OccurrenceId) -> AppResult<Way> {
    match kept(ctx, run).await? {
        Some(way) => Ok(way),
        None => Ok(Way { account: worker::account(ctx, job).await?, sender: None }),
    }
}

/// Opens the account that the messages of a run are written for, and keeps it with the run. Messages that an earlier
/// worker left are gone on with, unless their account or its sender is another one by now: as none of them has left,
/// they are written anew. None: the run is lost.
///
/// # Errors
/// Those of the database and of [`transport::open`].
pub async fn choose(ctx: &Ctx, job: &schedule::Model, hold: Hold) -> AppResult<Option<Transport>> {
    let has_messages = messages::count(ctx.reader(), hold.run).await? > 0;
    if let Some(way) = kept(ctx, hold.run).await?.filter(|_| has_messages) {
        match transport::open(ctx, way.account).await {
            Ok(transport) if Some(&transport.sender().address) == way.sender.as_ref() => return Ok(Some(transport)),
            Ok(_) | Err(AppError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    let account = worker::account(ctx, job).await?;
    let transport = transport::open(ctx, account).await?;
    let tx = ctx.begin().await?;
    let run = ledger::lock_run(ctx, &tx, hold.run).await?;
    if run.fence != hold.fence || run.lease_until.is_none() || run.state != OccurrenceState::Frozen {
        return Ok(None);
    }
    messages::discard(&*tx, hold.run).await?;
    let change = occurrence::ActiveModel {
        mail_account_id: Set(Some(account)),
        mail_sender: Set(Some(transport.sender().address.to_string())),
        ..ledger::no_columns()
    };
    occurrence::Entity::update_many().set(change).filter(occurrence::Column::Id.eq(hold.run)).exec(&*tx).await?;
    tx.commit().await?;
    Ok(Some(transport))
}

async fn kept(ctx: &Ctx, run: OccurrenceId) -> AppResult<Option<Way>> {
    use occurrence::Column::{MailAccountId, MailSender};
    let query = occurrence::Entity::find_by_id(run).select_only().columns([MailAccountId, MailSender]);
    let found: Option<(Option<AccountId>, Option<String>)> = query.into_tuple().one(ctx.reader()).await?;
    let (account, sender) = found.ok_or(AppError::NotFound)?;
    let Some((account, sender)) = account.zip(sender) else { return Ok(None) };
    let sender = EmailAddress::parse(&sender).map_err(|error| fault::internal("reading the sender of a run", error))?;
    Ok(Some(Way { account, sender: Some(sender) }))
}
