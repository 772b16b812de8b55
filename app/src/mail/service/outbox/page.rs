//! The outbox as its pages show it. What a message says is foreign: its control characters do not come through.

use super::{is_read, keep, reading, release, search, tidy};
use crate::{
    domain::{
        account::Role,
        file::clean_name,
        ids::{OpId, OutboxMessageId},
        mail_look::{self, MailFacts},
        outbox::{OutboxQuery, ReleaseState},
    },
    entities::{outbox_message, outbox_release},
    error::AppResult,
    mail::outbox_view::{
        CaughtMail, Clearing, HeaderView, OutboxDesk, OutboxItem, OutboxList, PartView, ReleaseDesk, ReleaseView,
    },
    platform::{
        ctx::Ctx,
        mailer::{self, Anatomy, Reading},
    },
};

/// How much of a message's source and text the page shows, in bytes; the download has all of it.
const SOURCE_BYTES: usize = 64 * 1024;
const TEXT_BYTES: usize = 256 * 1024;

/// The caught messages that the person may see and that a query asks for, the newest first. `clear` asks how many are
/// older than so many days.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn list(ctx: &Ctx, query: OutboxQuery, clear: &str) -> AppResult<OutboxList> {
    let page = search(ctx, &query).await?;
    let desk = if ctx.me()?.role == Role::Admin { Some(desk(ctx, clear).await?) } else { None };
    Ok(OutboxList {
        older: page.rows.last().filter(|_| page.has_older).map(|row| row.id),
        all: page.counts.all,
        unread: page.counts.unread,
        found: page.counts.found,
        items: page
            .rows
            .into_iter()
            .map(|row| OutboxItem {
                id: row.id,
                from: plain(&row.sender),
                to: row.envelope_to,
                subject: plain(&row.subject),
                size: row.size,
                attachments: row.attachments,
                is_read: row.read_at.is_some(),
                caught: ctx.moment(row.caught_at),
            })
            .collect(),
        query,
        desk,
    })
}

async fn desk(ctx: &Ctx, clear: &str) -> AppResult<OutboxDesk> {
    let clearing = match clear.trim().parse::<u32>() {
        // A number out of range is refused by the form that deletes.
        Ok(days) => tidy::count_older(ctx, days).await.ok().map(|count| Clearing { days, count }),
        Err(_) => None,
    };
    Ok(OutboxDesk { keeping: keep::read(ctx.reader()).await?, clearing })
}

/// One caught message.
///
/// # Errors
/// [`crate::error::AppError::NotFound`] where it is not there or not visible.
pub async fn mail(ctx: &Ctx, id: OutboxMessageId) -> AppResult<CaughtMail> {
    let (row, reading) = reading(ctx, id).await?;
    let is_read = is_read(ctx, row.id).await?;
    let anatomy = mailer::anatomy(&row.mime).unwrap_or_default();
    let facts = facts(&reading, &anatomy);
    let (releases, desk) = match ctx.me()?.role {
        Role::Admin => {
            let desk = ReleaseDesk { accounts: release::accounts(ctx).await?, op: OpId(uuid::Uuid::now_v7()) };
            (release::of(ctx, row.id).await?, Some(desk))
        }
        Role::Member => (Vec::new(), None),
    };
    Ok(CaughtMail { is_read, ..shown(ctx, row, reading, anatomy, facts, releases, desk) })
}

fn shown(
    ctx: &Ctx,
    row: outbox_message::Model,
    reading: Reading,
    anatomy: Anatomy,
    facts: MailFacts,
    releases: Vec<outbox_release::Model>,
    desk: Option<ReleaseDesk>,
) -> CaughtMail {
    let source = &row.mime[..row.mime.len().min(SOURCE_BYTES)];
    CaughtMail {
        id: row.id,
        is_read: false,
        subject: plain(&row.subject),
        from: plain(&reading.from),
        to: plain(&reading.to),
        cc: plain(&reading.cc),
        envelope_from: row.envelope_from,
        envelope_to: row.envelope_to,
        caught: ctx.moment(row.caught_at),
        size: i64::try_from(row.mime.len()).unwrap_or(i64::MAX),
        has_html: reading.html.is_some(),
        is_text_cut: reading.text.as_ref().is_some_and(|text| text.len() > TEXT_BYTES),
        text: reading.text.map(|text| preformatted(beginning(&text, TEXT_BYTES))),
        source: preformatted(&String::from_utf8_lossy(source)),
        is_source_cut: row.mime.len() > SOURCE_BYTES,
        is_cut: anatomy.is_cut,
        is_unreadable: anatomy.is_unreadable,
        headers: anatomy
            .headers
            .into_iter()
            .map(|line| HeaderView {
                name: plain(&line.name),
                decoded: plain(&line.decoded),
                raw: preformatted(&line.raw),
            })
            .collect(),
        parts: anatomy.parts.into_iter().map(part_view).collect(),
        facts,
        releases: releases.into_iter().map(|row| release_view(ctx, row)).collect(),
        desk,
    }
}

fn part_view(part: mailer::Part) -> PartView {
    let charset = part.charset.filter(|_| !part.is_container).map(|charset| plain(&charset));
    let how = match (charset, part.encoding) {
        (None, "none") => String::new(),
        (None, encoding) => encoding.to_owned(),
        (Some(charset), "none") => charset,
        (Some(charset), encoding) => format!("{charset}, {encoding}"),
    };
    PartView {
        number: part.number,
        section: part.section,
        kind: plain(&part.kind).to_lowercase(),
        how,
        name: part.name.map(|name| clean_name(&name)),
        content_id: part.content_id.map(|id| plain(&id)),
        size: part.size,
        is_container: part.is_container,
        is_attachment: part.is_attachment,
        is_damaged: part.is_damaged,
    }
}

fn release_view(ctx: &Ctx, row: outbox_release::Model) -> ReleaseView {
    let state = row.state.seen_at(row.updated_at, ctx.now);
    let seen = release::stamp(&row);
    let words = match (row.words.is_empty(), state) {
        (false, _) => row.words,
        (true, ReleaseState::Refused) => "The program ended before it was sent.".to_owned(),
        (true, ReleaseState::Uncertain) => "The program ended while it was being sent. It may have arrived.".to_owned(),
        (true, _) => "Reload the page to see what the server says.".to_owned(),
    };
    ReleaseView {
        id: row.id.to_string(),
        seen,
        can_send_again: row.account_id.is_some(),
        recipient: row.recipient,
        account: row.account_name,
        by: row.released_by_name,
        at: ctx.moment(row.created_at),
        state,
        words,
    }
}

fn facts(reading: &Reading, anatomy: &Anatomy) -> MailFacts {
    let header = |name: &str| anatomy.headers.iter().find(|line| line.name.eq_ignore_ascii_case(name));
    MailFacts {
        has_text: reading.text.as_ref().is_some_and(|text| !text.trim().is_empty()),
        has_html: reading.html.is_some(),
        html_bytes: anatomy
            .parts
            .iter()
            .find(|part| part.kind.eq_ignore_ascii_case("text/html"))
            .map_or(0, |part| part.size),
        look: reading.html.as_deref().map(mail_look::look).unwrap_or_default(),
        has_list_unsubscribe: header("List-Unsubscribe").is_some(),
        has_one_click: header("List-Unsubscribe-Post")
            .is_some_and(|line| line.decoded.eq_ignore_ascii_case("List-Unsubscribe=One-Click")),
        is_automatic: header("Auto-Submitted").is_some_and(|line| !line.decoded.eq_ignore_ascii_case("no")),
    }
}

/// The beginning of a text, at a border of characters.
fn beginning(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// A line of foreign text for a page: control characters would be read in one way by the server's parser and in another
/// by the browser's.
fn plain(text: &str) -> String {
    text.chars().map(|c| if crate::error::is_forbidden(c) { ' ' } else { c }).collect()
}

/// Text for a `<pre>`: what a parser of HTML would change is changed here, or hydration would find
/// another text than the server wrote.
fn preformatted(text: &str) -> String {
    text.replace('\r', "").replace('\0', "\u{fffd}").trim_start_matches('\n').to_owned()
}
