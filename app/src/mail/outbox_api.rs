//! Server functions of the outbox: its list, a message in it, and what administrators do with them.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        ids::{AccountId, OpId, OutboxMessageId},
        mail_look::MailFacts,
        moment::Moment,
        outbox::{Keeping, OutboxQuery, ReleaseState},
    },
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {
    super::{
        api::parse,
        service::outbox::{
            self, keep,
            release::{self, Order},
            tidy,
        },
    },
    crate::{
        domain::{account::Role, file::clean_name, mail_look},
        entities::{outbox_message, outbox_release},
        error::{AppError, Problem},
        platform::{
            ctx::Ctx,
            mailer::{self, Anatomy, Reading},
        },
    },
};

/// A page of the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxList {
    pub items: Vec<OutboxItem>,
    /// What was asked for.
    pub query: OutboxQuery,
    /// The message to go on from, if there are older ones.
    pub older: Option<OutboxMessageId>,
    /// How many the person may see, how many of them nobody has opened, and how many the search finds.
    pub all: u64,
    pub unread: u64,
    pub found: u64,
    /// What only administrators have.
    pub desk: Option<OutboxDesk>,
}

/// What administrators do with the outbox as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxDesk {
    pub keeping: Keeping,
    /// Asked for by the address: how many messages are older than so many days.
    pub clearing: Option<Clearing>,
}

/// Messages that are to be deleted by their age, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clearing {
    pub days: u32,
    pub count: u64,
}

/// A caught message in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxItem {
    pub id: OutboxMessageId,
    pub from: String,
    pub to: String,
    pub subject: String,
    pub size: i64,
    pub attachments: i32,
    pub is_read: bool,
    pub caught: Moment,
}

/// A caught message with what its tabs show; the HTML is served to its frame by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaughtMail {
    pub id: OutboxMessageId,
    pub subject: String,
    pub from: String,
    pub to: String,
    pub cc: String,
    pub envelope_from: String,
    pub envelope_to: String,
    pub caught: Moment,
    pub size: i64,
    pub has_html: bool,
    pub text: Option<String>,
    pub is_text_cut: bool,
    /// The beginning of the bytes as they would have gone over the wire.
    pub source: String,
    pub is_source_cut: bool,
    pub headers: Vec<HeaderView>,
    pub parts: Vec<PartView>,
    /// There are more headers or parts than are shown.
    pub is_cut: bool,
    /// Nested without end: only its headers were read.
    pub is_unreadable: bool,
    pub facts: MailFacts,
    pub releases: Vec<ReleaseView>,
    /// For administrators.
    pub desk: Option<ReleaseDesk>,
}

/// A header: what it says, and how it stands in the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderView {
    pub name: String,
    pub decoded: String,
    pub raw: String,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartView {
    /// In its address.
    pub number: usize,
    pub section: String,
    pub kind: String,
    /// Charset and encoding, in words.
    pub how: String,
    pub name: Option<String>,
    pub content_id: Option<String>,
    pub size: usize,
    pub is_container: bool,
    pub is_attachment: bool,
    pub is_damaged: bool,
}

impl PartView {
    /// Whether it is a picture of which there may be a small one.
    pub fn is_picture(&self) -> bool {
        matches!(self.kind.as_str(), "image/png" | "image/jpeg" | "image/gif" | "image/webp")
    }
}

/// One recipient of a message that was handed to a real account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseView {
    pub recipient: String,
    pub account: String,
    pub by: String,
    pub at: Moment,
    pub state: ReleaseState,
    pub words: String,
}

/// What the form needs that hands a message on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseDesk {
    pub accounts: Vec<(AccountId, String)>,
    /// The number of the form: sent twice, it does nothing the second time.
    pub op: OpId,
}

/// How much of a message's source and text the page shows, in bytes; the download has all of it.
#[cfg(feature = "ssr")]
const SOURCE_BYTES: usize = 64 * 1024;
#[cfg(feature = "ssr")]
const TEXT_BYTES: usize = 256 * 1024;

/// The caught messages that the person may see and that the query of the address asks for, the newest first. `clear`
/// asks how many are older than so many days.
#[server(prefix = "/rpc")]
pub async fn list_outbox(#[server(default)] query: String, #[server(default)] clear: String) -> AppResult<OutboxList> {
    let ctx = Ctx::signed_in()?;
    let query = OutboxQuery::from_query(&query);
    let page = outbox::search(&ctx, &query).await?;
    let desk = if ctx.me()?.role == Role::Admin { Some(desk(&ctx, &clear).await?) } else { None };
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

#[cfg(feature = "ssr")]
async fn desk(ctx: &Ctx, clear: &str) -> AppResult<OutboxDesk> {
    let clearing = match clear.trim().parse::<u32>() {
        // A number out of range is refused by the form that deletes.
        Ok(days) => tidy::count_older(ctx, days).await.ok().map(|count| Clearing { days, count }),
        Err(_) => None,
    };
    Ok(OutboxDesk { keeping: keep::read(ctx.reader()).await?, clearing })
}

/// One caught message, which is read from now on.
#[server(prefix = "/rpc")]
pub async fn read_mail(id: String) -> AppResult<CaughtMail> {
    let ctx = Ctx::signed_in()?;
    let (row, reading) = outbox::reading(&ctx, parse(&id)?).await?;
    outbox::opened(&ctx, row.id).await?;
    let anatomy = mailer::anatomy(&row.mime).unwrap_or_default();
    let facts = facts(&reading, &anatomy);
    let (releases, desk) = match ctx.me()?.role {
        Role::Admin => {
            let desk = ReleaseDesk { accounts: release::accounts(&ctx).await?, op: OpId(uuid::Uuid::now_v7()) };
            (release::of(&ctx, row.id).await?, Some(desk))
        }
        Role::Member => (Vec::new(), None),
    };
    Ok(shown(&ctx, row, reading, anatomy, facts, releases, desk))
}

#[cfg(feature = "ssr")]
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

#[cfg(feature = "ssr")]
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

#[cfg(feature = "ssr")]
fn release_view(ctx: &Ctx, row: outbox_release::Model) -> ReleaseView {
    let state = row.state.seen_at(row.updated_at, ctx.now);
    let words = match (row.words.is_empty(), state) {
        (false, _) => row.words,
        (true, ReleaseState::Refused) => "The program ended before it was sent.".to_owned(),
        (true, ReleaseState::Uncertain) => "The program ended while it was being sent. It may have arrived.".to_owned(),
        (true, _) => "Reload the page to see what the server says.".to_owned(),
    };
    ReleaseView {
        recipient: row.recipient,
        account: row.account_name,
        by: row.released_by_name,
        at: ctx.moment(row.created_at),
        state,
        words,
    }
}

#[cfg(feature = "ssr")]
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

/// Marks messages read or unread, or deletes them.
#[server(prefix = "/rpc")]
pub async fn change_outbox(#[server(default)] ids: Vec<OutboxMessageId>, deed: String) -> AppResult<u64> {
    let deed: tidy::Deed = deed.parse().map_err(|()| AppError::Malformed)?;
    let count = tidy::change(&Ctx::signed_in()?, &ids, deed).await?;
    leptos_axum::redirect(match deed {
        tidy::Deed::Delete => "/outbox?notice=deleted",
        tidy::Deed::Read | tidy::Deed::Unread => "/outbox?notice=saved",
    });
    Ok(count)
}

/// Deletes what was caught more than so many days ago.
#[server(prefix = "/rpc")]
pub async fn clear_outbox(#[server(default)] days: String) -> AppResult<u64> {
    let ctx = Ctx::signed_in()?;
    let typed = [("clear", days.as_str())];
    let number = days.trim().parse().map_err(|_| AppError::field("clear", Problem::NotANumber).with_typed(&typed));
    // Whether somebody may comes before what they typed.
    let number = ctx.admin().and(number)?;
    let count = tidy::clear(&ctx, number).await.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect("/outbox?notice=deleted");
    Ok(count)
}

/// Changes how much of the outbox is kept.
#[server(prefix = "/rpc")]
pub async fn save_outbox_keeping(
    #[server(default)] keep_messages: String,
    #[server(default)] keep_days: String,
    #[server(default)] keep_megabytes: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let typed = [
        ("keep_messages", keep_messages.as_str()),
        ("keep_days", keep_days.as_str()),
        ("keep_megabytes", keep_megabytes.as_str()),
    ];
    let saved = keep::save(&ctx, &keep_messages, &keep_days, &keep_megabytes).await;
    saved.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect("/outbox?notice=saved");
    Ok(())
}

/// Hands a message to a real account.
#[server(prefix = "/rpc")]
pub async fn release_mail(
    id: String,
    op: String,
    #[server(default)] account: String,
    #[server(default)] recipients: String,
    #[server(default)] confirm: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    ctx.admin()?;
    let message = parse(&id)?;
    let typed = [("account", account.as_str()), ("recipients", recipients.as_str())];
    let order = Order {
        message,
        op: op.parse().map_err(|_| AppError::Malformed)?,
        account: account.clone(),
        recipients: recipients.clone(),
        is_confirmed: confirm == "yes",
    };
    release::send(&ctx, order).await.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect(&format!("/outbox/{message}?view=release"));
    Ok(())
}

/// The beginning of a text, at a border of characters.
#[cfg(feature = "ssr")]
fn beginning(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// A line of foreign text for a page: control characters would be read in one way by the server's parser and in another
/// by the browser's.
#[cfg(feature = "ssr")]
fn plain(text: &str) -> String {
    text.chars().map(|c| if crate::error::is_forbidden(c) { ' ' } else { c }).collect()
}

/// Text for a `<pre>`: what a parser of HTML would change is changed here, or hydration would find
/// another text than the server wrote.
#[cfg(feature = "ssr")]
fn preformatted(text: &str) -> String {
    text.replace('\r', "").replace('\0', "\u{fffd}").trim_start_matches('\n').to_owned()
}
