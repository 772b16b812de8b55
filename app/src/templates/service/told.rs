//! What came of a test, in the address of the designer: how a page without JavaScript shows it.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        board_filter::encode,
        ids::{TemplateId, UserId},
    },
    error::AppResult,
    platform::{ctx::Ctx, sealed},
    templates::view::{PreviewData, TemplateTest},
};

/// What the signature is for.
const PURPOSE: &str = "template test";
/// How long the page shows it.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// Longest part of an address that every proxy carries; the conversation is left out where it would be longer.
const SEALED_MAX: usize = 4_000;
/// Most characters of what happened, in all.
const WORDS_MAX: usize = 1_500;

/// A test that somebody sent.
#[derive(Serialize, Deserialize)]
struct Told {
    of: TemplateId,
    by: UserId,
    at: DateTime<Utc>,
    test: TemplateTest,
}

/// The address of the designer with the dialog of the test, the same data, and what came of it.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`]; a fault, where it cannot be written.
pub fn address(ctx: &Ctx, id: TemplateId, data: &PreviewData, test: TemplateTest) -> AppResult<String> {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let (project, first, last) = (encode(&data.project), day(data.first), day(data.last));
    let (language, tested) = (encode(&data.language), seal(ctx, id, test)?);
    Ok(format!(
        "/templates/{id}?dialog=test&project={project}&first={first}&last={last}&language={language}&tested={tested}"
    ))
}

fn seal(ctx: &Ctx, of: TemplateId, test: TemplateTest) -> AppResult<String> {
    let told = |test| -> AppResult<String> {
        sealed::seal(&ctx.app.keyring, PURPOSE, &Told { of, by: ctx.me()?.id, at: ctx.now, test })
    };
    let words: String = test.words.chars().take(WORDS_MAX).collect();
    let short = TemplateTest { is_sent: test.is_sent, words, lines: Vec::new() };
    let whole = told(test)?;
    if whole.len() <= SEALED_MAX { Ok(whole) } else { told(short) }
}

/// What a page was told of a test, if it was of this template, sent by this person, and not long ago.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`].
pub fn read(ctx: &Ctx, id: TemplateId, sealed: &str) -> AppResult<Option<TemplateTest>> {
    let me = ctx.me()?.id;
    let told: Option<Told> = sealed::open(&ctx.app.keyring, PURPOSE, sealed);
    let ours = told.filter(|told| told.of == id && told.by == me && ctx.now - told.at < FRESH);
    Ok(ours.map(|told| told.test))
}
