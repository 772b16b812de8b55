//! A copy of a sent report for whoever asks: written from the stored files, with a Message-ID of its own, so that a mail
//! program shows it beside the first one. It is no delivery of the run; the run's log says that it went.

use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{addressees, book, worker};
use crate::{
    alarms::service::turn,
    domain::{
        address::EmailAddress, header_text::HeaderText, ids::AccountId, job::LogLevel, mail_gate::Passage,
        recipient::HeldBack, suppression::SuppressionReason,
    },
    entities::{artifact, occurrence, schedule},
    error::{AppError, AppResult, Problem},
    mail::service::{gate, probe, transport},
    platform::{
        ctx::Ctx,
        fault,
        mailer::{DkimKey, Draft, Envelope, InlineImage, Mailbox, MessageId, NoHook, Origin, compose, signed},
    },
    reports::service::files::{Attached, LIMIT, stored},
};

/// How long a person waits for the account's turn.
const PATIENCE: TimeDelta = TimeDelta::seconds(5);
const LINE_PATIENCE: Duration = Duration::from_secs(5);

/// The field that an error stands at.
const FIELD: &str = "to";

/// Sends a report to the person who asks. Whoever calls has checked that they may see it.
///
/// # Errors
/// [`AppError::Invalid`] where there is nothing to send yet, nothing goes to the address, or the mail server did not take
/// it; the run's log says more.
pub async fn send_to_me(ctx: &Ctx, run: &occurrence::Model) -> AppResult<()> {
    let address = probe::to_myself(ctx)?;
    let subject = (address.clone(), Some(ctx.me()?.id));
    match addressees::judge(ctx, run.schedule_id, run.project_id, &[subject]).await?.pop().flatten() {
        // Who has stopped the mails of a schedule may still ask for one.
        None | Some(HeldBack::Suppressed(SuppressionReason::Unsubscribed)) => {}
        Some(_) => return Err(AppError::field(FIELD, Problem::GetsNoMail)),
    }
    let sent = send(ctx, run, &address).await?;
    let (level, words) = match &sent {
        Ok(said) => (LogLevel::Info, format!("A copy went to {address}. {said}")),
        Err(why) => (LogLevel::Warning, format!("A copy to {address} did not go out. {why}")),
    };
    let tx = ctx.begin().await?;
    book::note(ctx, &*tx, run.id, level, words).await?;
    tx.commit().await?;
    sent.map(|_| ()).map_err(|_| AppError::field(FIELD, Problem::NotSent))
}

/// What the server said, or why it was not sent.
async fn send(ctx: &Ctx, run: &occurrence::Model, address: &EmailAddress) -> AppResult<Result<String, String>> {
    let busy = || Ok(Err("The mail account is busy with other messages.".to_owned()));
    let account = account(ctx, run).await?;
    // The account is a matter of administrators; that it sends a report is not.
    let system = Ctx::system(&ctx.app);
    let mut transport = transport::open(&system, account).await?;
    let mime = message(ctx, run, (transport.sender().clone(), transport.signer()), address).await?;
    if let Some(block) = gate::read(ctx.reader(), account).await?.block {
        // What finds out whether it works again is a message of a run.
        return Ok(Err(block.words));
    }
    let limits = gate::limits(ctx.reader(), account).await?;
    let line = ctx.app.mail_lines.take(account, limits.connections, LINE_PATIENCE).await;
    let Some(_line) = line else { return busy() };
    match gate::ask(&system, account, limits, PATIENCE).await? {
        Passage::Go(at) | Passage::Probe(at) => {
            tokio::time::sleep((at - system.now).to_std().unwrap_or_default()).await;
        }
        Passage::Wait(_) => return busy(),
    }
    let envelope = Envelope { sender: transport.sender().address.clone(), recipient: address.clone() };
    let outcome = transport.deliver(&system, &envelope, &mime, &NoHook).await;
    transport.close().await;
    turn::heed(&system, account, outcome.as_ref().err()).await?;
    Ok(outcome.map(|reply| reply.to_string()).map_err(|failure| failure.what()))
}

async fn account(ctx: &Ctx, run: &occurrence::Model) -> AppResult<AccountId> {
    let job = schedule::Entity::find_by_id(run.schedule_id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    worker::account(ctx, &job).await
}

async fn message(
    ctx: &Ctx,
    run: &occurrence::Model,
    (from, signer): (Mailbox, Option<&DkimKey>),
    to: &EmailAddress,
) -> AppResult<Vec<u8>> {
    let files = artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(run.id)).all(ctx.reader()).await?;
    let text = |name: &str| {
        let file = files.iter().find(|file| file.name == name);
        file.map(|file| String::from_utf8_lossy(&file.bytes).into_owned())
    };
    let (Some(html), Some(text)) = (text("report.html"), text("report.txt")) else {
        return Err(AppError::field(FIELD, Problem::NotWritten));
    };
    let image = |file: &artifact::Model| {
        let cid = file.name.strip_suffix(".png")?.to_owned();
        Some(InlineImage { cid, png: file.bytes.clone() })
    };
    let images = files.iter().filter_map(image).collect();
    let broken = |error: &dyn std::fmt::Display| fault::internal("composing a copy of a report", error);
    let id = Uuid::now_v7().simple().to_string();
    let draft = Draft {
        message_id: MessageId::new(&id, from.address.domain()).map_err(|error| broken(&error))?,
        date: ctx.now,
        from,
        reply_to: None,
        to: vec![Mailbox { name: HeaderText::parse(&ctx.me()?.name).ok(), address: to.clone() }],
        cc: Vec::new(),
        subject: HeaderText::cleaned(run.subject.as_deref().unwrap_or_default()),
        origin: Origin::Person,
        text,
        html,
        images,
        attachments: Attached::of(&stored(files), LIMIT).files,
    };
    let mime = compose(&draft).map_err(|error| broken(&error))?;
    signed(signer, mime, ctx.now).map_err(|error| broken(&error))
}
