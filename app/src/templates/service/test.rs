//! A test of a draft: the mail of a preview, sent to whoever asks or to a few addresses, with the conversation.

use uuid::Uuid;

use super::preview::{self, TestMail};
use crate::{
    alarms::service::turn,
    domain::{
        address::EmailAddress,
        header_text::HeaderText,
        ids::{AccountId, ScheduleId, TemplateId},
        report::spec::AttachmentKind,
    },
    error::{AppError, AppResult, Checks, Problem},
    mail::service::{accounts, allow_list, gate, probe, suppressions},
    platform::{
        ctx::Ctx,
        fault,
        mailer::{self, Draft, Envelope, InlineImage, Mailbox, MessageId, Origin},
    },
    templates::view::{PreviewData, TemplateTest},
};

/// Most addresses of a test.
pub const ADDRESSES_MAX: u32 = 5;

/// Sends a draft, filled in with the data that are asked for, through the default account. One address a line, or with
/// commas between; none is the person's own. With it go the files of these kinds, made of the same data.
///
/// # Errors
/// [`AppError::Invalid`] with `addresses` for addresses that take no mail or that none may be sent to, with `document` for a
/// draft that cannot be filled in; as [`preview::show`].
pub async fn send(
    ctx: &Ctx,
    id: TemplateId,
    document: &str,
    data: &PreviewData,
    (to, files): (&str, &[AttachmentKind]),
) -> AppResult<TemplateTest> {
    super::access::editable(ctx, ctx.reader(), id).await?;
    let addresses = addresses(ctx, to).await?;
    let mail = preview::test_mail(ctx, id, document, data, files).await?;
    // Everybody who designs may send a test through the default account; only administrators see it.
    let system = Ctx::system(&ctx.app);
    let account = accounts::default_id(ctx.reader()).await?;
    let mut test = TemplateTest { is_sent: true, words: String::new(), lines: Vec::new() };
    let limits = gate::limits(ctx.reader(), account).await?;
    for address in addresses {
        let gap = if test.words.is_empty() { "" } else { "\n" };
        let turn = match turn::wait(&system, account, limits).await? {
            Ok(turn) => turn,
            Err(words) => {
                test.is_sent = false;
                test.words += &format!("{gap}{address}: {words}");
                continue;
            }
        };
        let (envelope, mime) = message(ctx, &system, account, &mail, &address).await?;
        let (report, failure) = probe::carry(&system, account, &envelope, &mime).await?;
        turn.heed(&system, account, failure.as_ref()).await?;
        test.is_sent &= failure.is_none();
        test.words += &format!("{gap}{address}: {}", report.what);
        test.lines.extend(report.lines);
    }
    Ok(test)
}

async fn addresses(ctx: &Ctx, to: &str) -> AppResult<Vec<EmailAddress>> {
    let mut checks = Checks::default();
    let mut found: Vec<EmailAddress> = Vec::new();
    let asked = to.split(['\n', ',', ';']).map(str::trim).filter(|address| !address.is_empty());
    for (line, address) in (1..).zip(asked) {
        match EmailAddress::parse(address) {
            Ok(address) if found.contains(&address) => {}
            Ok(address) => found.push(address),
            Err(_) => checks.add_line("addresses", line, Problem::NotAnAddress),
        }
    }
    if found.len() > ADDRESSES_MAX as usize {
        checks.add("addresses", Problem::TooMany { max: ADDRESSES_MAX });
    }
    let (own, domains) = (probe::to_myself(ctx)?, allow_list::read(ctx.reader()).await?);
    for (line, address) in (1..).zip(&found) {
        if *address != own && !domains.allows(address) {
            checks.add_line("addresses", line, Problem::DomainNotAllowed { address: address.to_string() });
        }
    }
    if found.is_empty() {
        found.push(own);
    }
    // No schedule has this id: what is stopped for all of them counts.
    let stopped = suppressions::of(ctx.reader(), ScheduleId(Uuid::nil()), found.iter()).await?;
    for (line, address) in (1..).zip(&found) {
        if stopped.contains_key(&suppressions::key(address)) {
            checks.add_line("addresses", line, Problem::GetsNoMail);
        }
    }
    checks.done()?;
    Ok(found)
}

async fn message(
    ctx: &Ctx,
    system: &Ctx,
    account: AccountId,
    mail: &TestMail,
    to: &EmailAddress,
) -> AppResult<(Envelope, Vec<u8>)> {
    let broken = |error: &dyn std::fmt::Display| fault::internal("composing a test message", error);
    let transport = crate::mail::service::transport::open(system, account).await?;
    let sender = transport.sender();
    let draft = Draft {
        message_id: MessageId::new(&Uuid::now_v7().simple().to_string(), sender.address.domain())
            .map_err(|error| broken(&error))?,
        date: ctx.now,
        from: sender.clone(),
        reply_to: None,
        to: vec![Mailbox { name: None, address: to.clone() }],
        cc: Vec::new(),
        subject: HeaderText::cleaned(&format!("Test: {}", mail.subject)),
        origin: Origin::Person,
        text: mail.text.clone(),
        html: mail.html.clone(),
        images: mail
            .images
            .iter()
            .map(|image| InlineImage { cid: image.name.clone(), png: image.png.clone() })
            .collect(),
        attachments: mail.files.clone(),
    };
    let mime = mailer::compose(&draft).map_err(|error| broken(&error))?;
    let mime = mailer::signed(transport.signer(), mime, ctx.now).map_err(|error| broken(&error))?;
    Ok((Envelope { sender: sender.address.clone(), recipient: to.clone() }, mime))
}

/// What a form without JavaScript is refused for, where nothing could be filled in.
pub(super) fn faulty() -> AppError {
    AppError::field("document", Problem::NotAllowed)
}
