//! The test of an account: talks to the server, or sends a message, and says what happened.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
};
use uuid::Uuid;

use super::{
    accounts, gate,
    probe_steps::steps,
    transport::{self, Line},
};
use crate::{
    domain::{
        address::EmailAddress,
        header_text::HeaderText,
        ids::AccountId,
        mail_account::AccountKind,
        mail_probe::{ProbeReport, ProbeResult},
    },
    entities::smtp_account,
    error::{AppError, AppResult, Problem},
    platform::{
        ctx::Ctx,
        fault,
        mailer::{self, DkimKey, Draft, Envelope, Failure, Mailbox, MessageId, NoHook, Origin, Recorder},
        markup::escape,
    },
};

/// What a test does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Connects, encrypts, signs in, and says goodbye.
    Talk,
    /// Also sends a short message.
    SendTo(EmailAddress),
}

/// Tests an account and stores the report beside it.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`]; a server that does not work is no error but a
/// report.
pub async fn run(ctx: &Ctx, id: AccountId, probe: Probe) -> AppResult<ProbeReport> {
    let account = accounts::read(ctx, id).await?;
    let report = match account.kind {
        AccountKind::Outbox => test_outbox(ctx, id, &probe).await?,
        AccountKind::Smtp => test_server(ctx, &account, &probe).await?,
    };
    store(ctx, id, &report).await?;
    if report.result == ProbeResult::Good {
        gate::worked(ctx, id).await?;
    }
    Ok(report)
}

/// The report of the last test, if the account was tested since it was changed.
pub fn last(account: &smtp_account::Model) -> Option<ProbeReport> {
    serde_json::from_str(account.last_test.as_deref()?).ok()
}

/// Sends a message through an account and reports the conversation; nothing is stored. A server that does not take it is
/// no error but a report, with what failed.
///
/// # Errors
/// As [`accounts::read`].
pub async fn carry(
    ctx: &Ctx,
    id: AccountId,
    envelope: &Envelope,
    mime: &[u8],
) -> AppResult<(ProbeReport, Option<Failure>)> {
    let account = accounts::read(ctx, id).await?;
    let probe = Probe::SendTo(envelope.recipient.clone());
    match account.kind {
        AccountKind::Outbox => {
            let mut transport = transport::open(ctx, id).await?;
            Ok(match transport.deliver(ctx, envelope, mime, &NoHook).await {
                Ok(_) => (report("The message is in the outbox.".to_owned()), None),
                Err(failure) => (ProbeReport { result: ProbeResult::Bad, ..report(failure.what()) }, Some(failure)),
            })
        }
        AccountKind::Smtp => {
            let mut line = transport::line_of(ctx, &account).await?;
            let recorder = Recorder::default();
            let outcome = send(ctx, &mut line, &recorder, envelope, mime).await;
            let failure = outcome.as_ref().err().cloned();
            Ok((told(ctx, &line, &recorder, &probe, outcome), failure))
        }
    }
}

async fn test_outbox(ctx: &Ctx, id: AccountId, probe: &Probe) -> AppResult<ProbeReport> {
    let what = match probe {
        Probe::Talk => "The outbox is ready.".to_owned(),
        Probe::SendTo(to) => {
            let mut transport = transport::open(ctx, id).await?;
            let (envelope, mime) = message(ctx, transport.sender(), transport.signer(), to)?;
            match transport.deliver(ctx, &envelope, &mime, &NoHook).await {
                Ok(_) => "The message is in the outbox.".to_owned(),
                Err(failure) => return Ok(ProbeReport { result: ProbeResult::Bad, ..report(failure.what()) }),
            }
        }
    };
    Ok(report(what))
}

async fn test_server(ctx: &Ctx, account: &smtp_account::Model, probe: &Probe) -> AppResult<ProbeReport> {
    let mut line = transport::line_of(ctx, account).await?;
    let recorder = Recorder::default();
    let outcome = match probe {
        Probe::Talk => talk(ctx, &mut line, &recorder).await,
        Probe::SendTo(to) => {
            let transport = transport::open(ctx, account.id).await?;
            let (envelope, mime) = message(ctx, transport.sender(), transport.signer(), to)?;
            send(ctx, &mut line, &recorder, &envelope, &mime).await
        }
    };
    Ok(told(ctx, &line, &recorder, probe, outcome))
}

/// The conversation as a report.
fn told(ctx: &Ctx, line: &Line, recorder: &Recorder, probe: &Probe, outcome: Result<String, Failure>) -> ProbeReport {
    let chain = recorder.chain(ctx.now);
    let (lines, failed) = (recorder.lines(), outcome.as_ref().err().map(|failure| failure.step));
    let steps = steps(&line.server, probe, line.renews(), failed);
    match outcome {
        Ok(what) => ProbeReport { steps, chain, lines, ..report(what) },
        Err(failure) => ProbeReport {
            result: ProbeResult::Bad,
            advice: mailer::diagnose(&failure, &line.server, &chain).or_else(|| failure.advice(&line.server)),
            steps,
            chain,
            lines,
            ..report(failure.what())
        },
    }
}

async fn talk(ctx: &Ctx, line: &mut Line, recorder: &Recorder) -> Result<String, Failure> {
    let session = line.open(ctx, recorder.clone()).await?;
    session.quit().await;
    Ok(match line.server.credentials {
        Some(_) if line.renews() => "The server answered and accepted the access token.".to_owned(),
        Some(_) => "The server answered and accepted user name and password.".to_owned(),
        None => "The server answered.".to_owned(),
    })
}

async fn send(
    ctx: &Ctx,
    line: &mut Line,
    recorder: &Recorder,
    envelope: &Envelope,
    mime: &[u8],
) -> Result<String, Failure> {
    let mut session = line.open(ctx, recorder.clone()).await?;
    let reply = session.deliver(envelope, mime, &NoHook).await?;
    session.quit().await;
    Ok(format!("The server took the message for {}: {reply}", envelope.recipient))
}

/// A good report without details.
fn report(what: String) -> ProbeReport {
    ProbeReport {
        result: ProbeResult::Good,
        what,
        advice: None,
        steps: Vec::new(),
        chain: Vec::new(),
        lines: Vec::new(),
    }
}

/// A short message that says where it comes from.
fn message(ctx: &Ctx, sender: &Mailbox, signer: Option<&DkimKey>, to: &EmailAddress) -> AppResult<(Envelope, Vec<u8>)> {
    let base_url = &ctx.app.settings.base_url;
    let text = format!("This is a test message from AutoReport at {base_url}.\n\nMail from this account arrives.\n");
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Test message</title></head>\
         <body style=\"font-family:Arial,sans-serif\"><p>This is a test message from AutoReport at {}.</p>\
         <p>Mail from this account arrives.</p></body></html>",
        escape(base_url)
    );
    let draft = Draft {
        message_id: MessageId::new(&Uuid::now_v7().simple().to_string(), sender.address.domain())
            .map_err(|error| fault::internal("making a Message-ID", error))?,
        date: ctx.now,
        from: sender.clone(),
        reply_to: None,
        to: vec![Mailbox { name: None, address: to.clone() }],
        cc: Vec::new(),
        subject: HeaderText::cleaned("Test message from AutoReport"),
        origin: Origin::Person,
        text,
        html,
        images: Vec::new(),
        attachments: Vec::new(),
    };
    let mime = mailer::compose(&draft).map_err(|error| fault::internal("composing a test message", error))?;
    let mime =
        mailer::signed(signer, mime, ctx.now).map_err(|error| fault::internal("signing a test message", error))?;
    Ok((Envelope { sender: sender.address.clone(), recipient: to.clone() }, mime))
}

async fn store(ctx: &Ctx, id: AccountId, report: &ProbeReport) -> AppResult<()> {
    let json = serde_json::to_string(report).map_err(|error| fault::internal("storing a test", error))?;
    let tx = ctx.begin().await?;
    smtp_account::ActiveModel {
        id: Unchanged(id),
        last_test: Set(Some(json)),
        last_tested_at: Set(Some(ctx.now)),
        ..Default::default()
    }
    .update(&*tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Where the test message goes: to the person who asks.
///
/// # Errors
/// [`AppError::SignedOut`], or [`AppError::Invalid`] if the account's address takes no mail.
pub fn to_myself(ctx: &Ctx) -> AppResult<EmailAddress> {
    EmailAddress::parse(&ctx.me()?.email).map_err(|_| AppError::field("to", Problem::NotAnAddress))
}
