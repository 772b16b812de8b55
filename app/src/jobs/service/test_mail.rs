//! A test of a job: the mail that it would send at this moment, sent to whoever asks and to nobody else. It is no run:
//! nothing of it is stored, nobody is noted as reminded, and it is not in the archive.

use uuid::Uuid;

use super::{
    kinds,
    pen::{Pen, Style, Unwritten},
    report, schedules,
};
use crate::{
    alarms::service::turn,
    domain::{
        address::EmailAddress,
        header_text::HeaderText,
        ids::{AccountId, OccurrenceId},
        job::JobKind,
        occurrence::Trigger,
    },
    entities::schedule,
    error::{AppError, AppResult, Problem},
    jobs::view::{TestEnd, TestOutcome},
    mail::service::{accounts, gate, transport},
    platform::{
        ctx::Ctx,
        fault,
        mailer::{self, Attachment, DkimKey, Draft, Envelope, InlineImage, Mailbox, MessageId, NoHook, Origin},
    },
    projects::service::access::Editing,
    reports::service::{
        archive,
        files::{Attached, LIMIT},
        render::{Address, Written},
        snapshot,
    },
};

/// Sends the mail of this moment to the person who asks, through an account or the default one. The job is that of the
/// proof's project, as it is stored or as it is typed. A server that does not take the message, a template that cannot be
/// filled in, and a mail in which nothing would stand, are no errors but outcomes.
///
/// # Errors
/// [`AppError::SignedOut`]; [`AppError::NotFound`] for a job of another project; [`AppError::Invalid`] for an account that
/// is gone or a person without an address that takes mail.
pub async fn send(ctx: &Ctx, editing: &Editing, job: &schedule::Model, account: &str) -> AppResult<TestOutcome> {
    if job.project_id != editing.project().id {
        return Err(AppError::NotFound);
    }
    let me = ctx.me()?;
    let to = EmailAddress::parse(&me.email).map_err(|_| AppError::field("test", Problem::NotAnAddress))?;
    let account = account_of(ctx, account).await?;
    let letter = match letter(ctx, job).await {
        Ok(Some(letter)) => letter,
        Ok(None) => return Ok(outcome(ctx, &to, TestEnd::Nothing, nothing(job.kind))),
        Err(Unwritten::Template(words)) => return Ok(outcome(ctx, &to, TestEnd::NotSent, words)),
        Err(Unwritten::Error(error)) => return Err(error),
    };
    // Everybody who may edit the project may send its reports through every account; only administrators see them.
    let system = Ctx::system(&ctx.app);
    let limits = gate::limits(ctx.reader(), account).await?;
    let turn = match turn::wait(&system, account, limits).await? {
        Ok(turn) => turn,
        Err(words) => return Ok(outcome(ctx, &to, TestEnd::NotSent, words)),
    };
    let mut transport = transport::open(&system, account).await?;
    let (envelope, mime) = message(ctx, letter, (transport.sender(), transport.signer()), &to)?;
    let said = transport.deliver(&system, &envelope, &mime, &NoHook).await;
    transport.close().await;
    turn.heed(&system, account, said.as_ref().err()).await?;
    Ok(match said {
        Ok(reply) => outcome(ctx, &to, TestEnd::Sent, format!("The mail server answered {reply}")),
        Err(failure) => outcome(ctx, &to, TestEnd::NotSent, failure.what()),
    })
}

fn outcome(ctx: &Ctx, to: &EmailAddress, end: TestEnd, words: String) -> TestOutcome {
    TestOutcome { end, to: to.to_string(), words, at: ctx.now }
}

/// Why there is no mail.
fn nothing(kind: JobKind) -> String {
    let why = match kind {
        JobKind::Reminder => "no task of yours comes due in that time of which you were not reminded",
        _ => "no open task of yours stands in the sections that are ticked",
    };
    format!("At this moment you would get no mail: {why}.")
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

/// What the message is made of.
struct Letter {
    subject: String,
    html: String,
    text: String,
    images: Vec<InlineImage>,
    attachments: Vec<Attachment>,
    /// What stands at its head.
    note: &'static str,
}

/// The mail of this moment as the person who asks would get it; none where nothing would stand in it.
async fn letter(ctx: &Ctx, job: &schedule::Model) -> Result<Option<Letter>, Unwritten> {
    if job.kind.makes_report() {
        return report_letter(ctx, job).await.map(Some);
    }
    let own = kinds::own(ctx, job).await?;
    Ok(own.map(|kinds::Written { subject, html, text }| {
        let (images, attachments) = (Vec::new(), Vec::new());
        Letter { subject, html, text, images, attachments, note: NOTE }
    }))
}

async fn report_letter(ctx: &Ctx, job: &schedule::Model) -> Result<Letter, Unwritten> {
    let me = ctx.me()?;
    // Whoever may edit the job may see what it would send; that its template may be used is not asked again.
    let system = Ctx::system(&ctx.app);
    let whole = report::collect(ctx, job, Trigger::Manual, ctx.now, &[me.id]).await?;
    let seen = snapshot::seen_by(ctx, &whole, me.id).await?.ok_or(AppError::NotFound)?.clone();
    let seen = snapshot::unfolded(seen)?;
    let style = Style::now(&system, job).await?;
    let files = report::files(ctx, job, &style, (&seen, snapshot::to_json(&seen)?.as_str()), None).await?;
    let Attached { files: attachments, note } = Attached::of(&files, LIMIT);
    let pen = Pen::new(&style, &seen, None, note.as_deref()).await?;
    // A test is no run: it has the number of the next one.
    let next = job.last_number.saturating_add(1);
    let address = archive::address(ctx, OccurrenceId(Uuid::nil()), next, &job.name);
    let address = Address { attachments_note: note, ..address };
    let Written { subject, html, text } = pen.write_one(&system, &seen, address, me.reader()).await?;
    let images = pen.images().iter();
    let images = images.map(|image| InlineImage { cid: image.name.clone(), png: image.png.clone() }).collect();
    Ok(Letter { subject, html, text, images, attachments, note: NOTE_OF_REPORT })
}

fn message(
    ctx: &Ctx,
    letter: Letter,
    (sender, signer): (&Mailbox, Option<&DkimKey>),
    to: &EmailAddress,
) -> AppResult<(Envelope, Vec<u8>)> {
    let broken = |error: &dyn std::fmt::Display| fault::internal("composing a test message", error);
    let Letter { subject, html, text, images, attachments, note } = letter;
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
        text: format!("{note}\n\n{text}"),
        html: with_note(&html, note),
        images,
        attachments,
    };
    let mime = mailer::compose(&draft).map_err(|error| broken(&error))?;
    let mime = mailer::signed(signer, mime, ctx.now).map_err(|error| broken(&error))?;
    Ok((Envelope { sender: sender.address.clone(), recipient: to.clone() }, mime))
}

const NOTE: &str = "This is a test: only you got it, and it is no mail of the job.";
const NOTE_OF_REPORT: &str =
    "This is a test: only you got it, and it is not in the archive, so its links to the report lead nowhere.";

/// The note at the head of the page.
fn with_note(html: &str, note: &str) -> String {
    let end = html.find("<body").and_then(|start| html[start..].find('>').map(|length| start + length + 1));
    let (head, rest) = html.split_at(end.unwrap_or_default());
    format!("{head}<p style=\"margin:0;padding:12px 16px;font-family:Arial,sans-serif\">{note}</p>{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_note_stands_at_the_head_of_the_page() {
        let html = with_note("<html><body class=\"bg\"><h1>Report</h1></body></html>", NOTE);
        assert!(html.starts_with("<html><body class=\"bg\"><p style="), "{html}");
        assert!(html.ends_with("</p><h1>Report</h1></body></html>"), "{html}");
        assert!(with_note("Report", NOTE).ends_with("</p>Report"));
    }
}
