//! The small row of a caught message: what lists show and find of it.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::{
    domain::ids::OutboxMessageId,
    entities::{outbox_entry, outbox_message},
    error::AppResult,
    platform::{
        ctx::Ctx,
        mailer::{self, Reading},
    },
};

/// How much of a message's text can be found, in characters.
const TEXT_MAX: usize = 20_000;
/// Longest sender, list of recipients and subject that lists hold, in characters.
const LINE_MAX: usize = 1_000;
/// Messages from before the index that are read for one search.
const AT_ONCE: u64 = 500;

/// The row of a message; the envelope is its sender and its recipient.
pub fn entry(
    id: OutboxMessageId,
    envelope: (&str, &str),
    reading: &Reading,
    size: usize,
    caught_at: DateTime<Utc>,
) -> outbox_entry::ActiveModel {
    let (from, to) = envelope;
    let line = |text: &str| text.chars().take(LINE_MAX).collect::<String>();
    let recipients = if reading.cc.is_empty() { reading.to.clone() } else { format!("{}, {}", reading.to, reading.cc) };
    outbox_entry::ActiveModel {
        id: Set(id),
        envelope_to: Set(to.to_owned()),
        sender: Set(line(&reading.from)),
        recipients: Set(line(&recipients)),
        subject: Set(line(&reading.subject)),
        find_sender: Set(line(&format!("{from} {}", reading.from).to_lowercase())),
        find_recipients: Set(line(&format!("{to} {recipients}").to_lowercase())),
        find_subject: Set(line(&reading.subject.to_lowercase())),
        find_text: Set(Some(words(reading))),
        size: Set(i64::try_from(size).unwrap_or(i64::MAX)),
        attachments: Set(i32::try_from(reading.attachments.len()).unwrap_or(i32::MAX)),
        read_at: Set(None),
        caught_at: Set(caught_at),
    }
}

/// The words that are found: of the text part, else of the HTML without its tags, and the names of files.
fn words(reading: &Reading) -> String {
    let text = match (&reading.text, &reading.html) {
        (Some(text), _) => text.clone(),
        (None, Some(html)) => untagged(html),
        (None, None) => String::new(),
    };
    let names = reading.attachments.iter().map(|(name, _)| name.as_str());
    let words = names.chain(text.split_whitespace()).collect::<Vec<_>>().join(" ");
    // PostgreSQL keeps no NUL.
    words.to_lowercase().replace('\0', " ").chars().take(TEXT_MAX).collect()
}

fn untagged(html: &str) -> String {
    let mut is_inside = false;
    html.chars()
        .map(|c| {
            is_inside = (is_inside || c == '<') && c != '>';
            if is_inside || c == '>' { ' ' } else { c }
        })
        .collect()
}

/// Reads what was caught before there was an index: some of it, the newest first.
///
/// # Errors
/// Only those of the database.
pub async fn catch_up(ctx: &Ctx) -> AppResult<()> {
    let waiting: Vec<OutboxMessageId> = outbox_entry::Entity::find()
        .select_only()
        .column(outbox_entry::Column::Id)
        .filter(outbox_entry::Column::FindText.is_null())
        .order_by_desc(outbox_entry::Column::Id)
        .limit(AT_ONCE)
        .into_tuple()
        .all(ctx.reader())
        .await?;
    for id in waiting {
        let Some(message) = outbox_message::Entity::find_by_id(id).one(ctx.reader()).await? else { continue };
        let reading = mailer::read(&message.mime).unwrap_or_default();
        let envelope = (message.envelope_from.as_str(), message.envelope_to.as_str());
        let whole = entry(id, envelope, &reading, message.mime.len(), message.caught_at);
        let tx = ctx.begin().await?;
        let is_waiting = outbox_entry::Entity::find_by_id(id).filter(outbox_entry::Column::FindText.is_null());
        if let Some(old) = is_waiting.one(&*tx).await? {
            outbox_entry::ActiveModel { id: Unchanged(id), read_at: Unchanged(old.read_at), ..whole }
                .update(&*tx)
                .await?;
        }
        tx.commit().await?;
    }
    Ok(())
}
