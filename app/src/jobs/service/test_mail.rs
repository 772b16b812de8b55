//! A test of a job: its report of this moment, sent to whoever asks and to nobody else. It is no run: nothing of it is
//! stored, and it is not in the archive.

use uuid::Uuid;

use super::{
    pen::{Pen, Style, Unwritten},
    report, schedules, worker,
};
use crate::{
    alarms::service::turn,
    domain::{
        address::EmailAddress,
        header_text::HeaderText,
        ids::{AccountId, OccurrenceId},
        occurrence::Trigger,
    },
    entities::schedule,
    error::{AppError, AppResult, Problem},
    jobs::view::TestOutcome,
    mail::service::{accounts, gate, transport},
    platform::{
        ctx::Ctx,
        fault,
        mailer::{self, DkimKey, Draft, Envelope, InlineImage, Mailbox, MessageId, NoHook, Origin},
    },
    projects::service::access::Editing,
    reports::service::{
        archive,
        files::{Attached, LIMIT},
        render::{Address, Written},
        snapshot,
    },
};

/// Sends the report of this moment to the person who asks, through an account or the default one. `job` is its name as it
/// is typed, and what is stored of it: a job that is not there yet sends the weekly report. A server that does not take the
/// message, and a template that cannot be filled in, are no errors but outcomes.
///
/// # Errors
/// [`AppError::SignedOut`]; [`AppError::Invalid`] for an account that is gone or a person without an address that takes
/// mail.
pub async fn send(
    ctx: &Ctx,
    editing: &Editing,
    job: (&str, Option<&schedule::Model>),
    account: &str,
) -> AppResult<TestOutcome> {
    let me = ctx.me()?;
    let to = EmailAddress::parse(&me.email).map_err(|_| AppError::field("test", Problem::NotAnAddress))?;
    let account = account_of(ctx, account).await?;
    // Everybody who may edit the project may send its reports through every account; only administrators see them.
    let system = Ctx::system(&ctx.app);
    let limits = gate::limits(ctx.reader(), account).await?;
    let turn = match turn::wait(&system, account, limits).await? {
        Ok(turn) => turn,
        Err(words) => return Ok(outcome(ctx, &to, false, words)),
    };
    let mut transport = transport::open(&system, account).await?;
    let message = message(ctx, editing, job, (transport.sender(), transport.signer()), &to).await;
    let (envelope, mime) = match message {
        Ok(message) => message,
        Err(Unwritten::Error(error)) => return Err(error),
        Err(Unwritten::Template(words)) => {
            transport.close().await;
            return Ok(outcome(ctx, &to, false, words));
        }
    };
    let said = transport.deliver(&system, &envelope, &mime, &NoHook).await;
    transport.close().await;
    turn.heed(&system, account, said.as_ref().err()).await?;
    Ok(match said {
        Ok(reply) => outcome(ctx, &to, true, format!("The mail server answered {reply}")),
        Err(failure) => outcome(ctx, &to, false, failure.what()),
    })
}

fn outcome(ctx: &Ctx, to: &EmailAddress, is_sent: bool, words: String) -> TestOutcome {
    TestOutcome { is_sent, to: to.to_string(), words, at: ctx.now }
}

async fn account_of(ctx: &Ctx, account: &str) -> AppResult<AccountId> {
    if account.trim().is_empty() {
        return accounts::default_id(ctx.reader()).await;
    }
    let chosen = account.trim().parse::<AccountId>().ok();
    let known = schedules::accounts(ctx.reader()).await?;
    let found = known.into_iter().map(|(id, _)| id).find(|id| Some(*id) == chosen);
    found.ok_or_else(|| AppError::field("account", Problem::UnknownChoice))
}

async fn message(
    ctx: &Ctx,
    editing: &Editing,
    (name, stored): (&str, Option<&schedule::Model>),
    (sender, signer): (&Mailbox, Option<&DkimKey>),
    to: &EmailAddress,
) -> Result<(Envelope, Vec<u8>), Unwritten> {
    let broken = |error: &dyn std::fmt::Display| fault::internal("composing a test message", error);
    // Whoever may edit the job may see what it would send; that its template may be used is not asked again.
    let system = Ctx::system(&ctx.app);
    let (report, style, attached) = match stored {
        None => {
            let period = worker::period(Trigger::Manual, ctx.now, editing.project());
            let report = snapshot::build(ctx, editing.project().id, period, ctx.now).await?;
            (report, Style::BuiltIn, Attached::default())
        }
        Some(job) => {
            let viewer = ctx.me()?.id;
            let whole = report::collect(ctx, job, Trigger::Manual, ctx.now, &[viewer]).await?;
            let seen = snapshot::seen_by(ctx, &whole, viewer).await?.ok_or(AppError::NotFound)?.clone();
            let style = Style::now(&system, job).await?;
            let files = report::files(ctx, job, &style, (&seen, snapshot::to_json(&seen)?.as_str()), None).await?;
            (seen, style, Attached::of(&files, LIMIT))
        }
    };
    let note = attached.note.clone();
    let pen = Pen::new(&style, &report, None, note.as_deref()).await?;
    let address = Address { attachments_note: note, ..archive::address(ctx, OccurrenceId(Uuid::nil()), name) };
    let me = ctx.me()?;
    let reader = me.reader();
    let Written { subject, html, text } = pen.write_one(&system, &report, address, reader).await?;
    let images = pen.images().iter();
    let draft = Draft {
        message_id: MessageId::new(&Uuid::now_v7().simple().to_string(), sender.address.domain())
            .map_err(|error| broken(&error))?,
        date: ctx.now,
        from: sender.clone(),
        reply_to: None,
        to: vec![Mailbox { name: HeaderText::parse(&ctx.me()?.name).ok(), address: to.clone() }],
        cc: Vec::new(),
        subject: HeaderText::cleaned(&format!("Test: {subject}")),
        origin: Origin::Person,
        text: format!("{NOTE}\n\n{text}"),
        html: with_note(&html),
        images: images.map(|image| InlineImage { cid: image.name.clone(), png: image.png.clone() }).collect(),
        attachments: attached.files,
    };
    let mime = mailer::compose(&draft).map_err(|error| broken(&error))?;
    let mime = mailer::signed(signer, mime, ctx.now).map_err(|error| broken(&error))?;
    Ok((Envelope { sender: sender.address.clone(), recipient: to.clone() }, mime))
}

const NOTE: &str =
    "This is a test: only you got it, and it is not in the archive, so its link to the report leads nowhere.";

/// The note at the head of the page.
fn with_note(html: &str) -> String {
    let end = html.find("<body").and_then(|start| html[start..].find('>').map(|length| start + length + 1));
    let (head, rest) = html.split_at(end.unwrap_or_default());
    format!("{head}<p style=\"margin:0;padding:12px 16px;font-family:Arial,sans-serif\">{NOTE}</p>{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_note_stands_at_the_head_of_the_page() {
        let html = with_note("<html><body class=\"bg\"><h1>Report</h1></body></html>");
        assert!(html.starts_with("<html><body class=\"bg\"><p style="), "{html}");
        assert!(html.ends_with("</p><h1>Report</h1></body></html>"), "{html}");
        assert!(with_note("Report").ends_with("</p>Report"));
    }
}
