//! Previews: a draft filled in with somebody's own data, or with the sample, and what the linter says of it.

use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::time::Instant;
use uuid::Uuid;

use super::{access, drafts, faults, held, versions, writing::Writer};
use crate::{
    domain::{
        account::{Language, Me},
        ids::{OccurrenceId, TemplateId},
        period::{Period, day_of},
        report::{
            Snapshot,
            spec::{AttachmentKind, DAYS_MAX},
        },
        template::{
            Document, TemplateCategory,
            context::{Address, sample_run, sample_snapshot, sample_with, with_run},
            gallery,
            lint::{self, Finding, Level, OwnLink, Rule},
            of_sections::sections_of,
            render::{Part, RenderOutcome, Rendered},
            variables,
        },
    },
    entities::template_preview,
    error::{AppError, AppResult, Problem},
    mail::service::accounts,
    platform::{ctx::Ctx, mailer::Attachment},
    projects::service::access as project_access,
    reports::service::{
        files::{self, Attached, LIMIT},
        render::{Image, framed},
        snapshot,
    },
    templates::view::{Fault, Preview, PreviewData, VersionItem},
};

/// Previews of a template that are kept for a person: so many tabs show what they were made for.
const KEPT: usize = 4;
/// Days that a preview shows where nobody says which.
const DAYS: u32 = 7;
/// Days that a preview is kept which nobody has replaced: its frame has long been drawn.
const KEPT_DAYS: i64 = 7;

/// Data that are as old as this are as good as new for somebody who types.
const JUST_NOW: TimeDelta = TimeDelta::seconds(20);

/// A draft that was filled in for one reader.
struct Filled {
    writer: Writer,
    context: serde_json::Value,
    outcome: RenderOutcome,
    /// Why a report with nothing in its lists could not be filled in, where this one could.
    of_nothing: Option<Fault>,
}

/// Fills in a document with the data that are asked for and keeps it for the frame of this person.
///
/// # Errors
/// [`AppError::Invalid`] for a document or days that break a rule; [`AppError::NotFound`] for a template or project that
/// the person does not see; [`AppError::TooMany`] where a newer preview of the same template waits, or the person's others
/// take too long.
pub async fn show(ctx: &Ctx, id: TemplateId, document: &str, data: &PreviewData) -> AppResult<Preview> {
    let row = access::visible(ctx, ctx.reader(), id).await?;
    let document = drafts::parse(document)?;
    // What somebody else tries out counts for them: it neither stops the template nor lets it go again.
    let key = if access::can_edit(ctx, &row) { held::key(id) } else { format!("preview:{}", ctx.me()?.id) };
    let look = Look { category: row.category, language: &data.language, attachments_note: None };
    let _turn = ctx.app.previews.take_latest(ctx.actor_id(), id.0).await?;
    // What it takes, without the wait.
    let begun = Instant::now();
    let filled = fill(ctx, key, &document, data, look).await?;
    let (sender_name, sender) = accounts::default_sender(ctx.reader()).await?;
    let mut preview = Preview {
        from: if sender_name.is_empty() { sender } else { format!("{sender_name} <{sender}>") },
        variables: variables::values(&filled.context),
        ..Preview::default()
    };
    match filled.outcome {
        RenderOutcome::Rendered(mails) => {
            let Some(mail) = mails.into_iter().next() else { return Ok(preview) };
            (preview.findings, preview.links) =
                findings(&document, &filled.writer, &filled.context, filled.of_nothing.as_ref(), &mail);
            preview.bytes = mail.html.len();
            preview.token = keep(ctx, id, &framed(&mail.html, filled.writer.images())).await?;
            preview.preheader = preheader(&mail.html);
            preview.subject = mail.subject;
            preview.text = mail.text.unwrap_or_default();
        }
        other => {
            preview.is_held = other == RenderOutcome::Quarantined;
            preview.fault = faults::of(filled.writer.source(), &other);
        }
    }
    preview.millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(preview)
}

/// A draft that was filled in to be sent.
pub struct TestMail {
    pub subject: String,
    pub html: String,
    pub text: String,
    pub images: Vec<Image>,
    /// The files that fit.
    pub files: Vec<Attachment>,
}

/// Fills in a document to be sent as a test, with files of these kinds of the same data, as a run would attach them.
///
/// # Errors
/// As [`show`]; [`AppError::Invalid`] with `document` where it cannot be filled in.
pub async fn test_mail(
    ctx: &Ctx,
    id: TemplateId,
    document: &str,
    data: &PreviewData,
    kinds: &[AttachmentKind],
) -> AppResult<TestMail> {
    let document = drafts::parse(document)?;
    let _turn = ctx.app.previews.take(ctx.actor_id()).await?;
    let facts = facts(ctx, data).await?;
    let snapshot = facts.clone().unwrap_or_else(|| Arc::new(sample_snapshot()));
    let json = snapshot::to_json(&snapshot)?;
    let (sections, base_url) = (sections_of(&document, &snapshot), &ctx.app.settings.base_url);
    let source = files::Source { snapshot: &snapshot, json: &json, sections: &sections, base_url, comment: None };
    let attached = Attached::of(&files::make(source, kinds).await?, LIMIT);
    let document = document.around(None, attached.note.is_some());
    let category = access::visible(ctx, ctx.reader(), id).await?.category;
    let look = Look { category, language: &data.language, attachments_note: attached.note.as_deref() };
    let filled = fill_with(ctx, Some(held::key(id)), &document, facts, look).await?;
    let RenderOutcome::Rendered(mails) = filled.outcome else { return Err(super::test::faulty()) };
    let mail = mails.into_iter().next().ok_or_else(super::test::faulty)?;
    Ok(TestMail {
        subject: mail.subject,
        html: mail.html,
        text: mail.text.unwrap_or_default(),
        images: filled.writer.images().to_vec(),
        files: attached.files,
    })
}

/// Makes the draft the version that reports are written with. It must be one that can be filled in and that the linter
/// has no error about: with the sample, which has something in every list, and with a report that has nothing in any.
///
/// # Errors
/// [`AppError::Invalid`] with `document` where it cannot be published; as [`versions::publish`].
pub async fn publish(ctx: &Ctx, id: TemplateId, draft_version: i64, note: &str) -> AppResult<VersionItem> {
    let row = access::editable(ctx, ctx.reader(), id).await?;
    if row.draft_version != draft_version {
        // What is checked here must be what is published: nobody names a draft that is saved while this one is checked.
        return Err(drafts::conflict(row));
    }
    let document = drafts::of_row(&row)?;
    let turn = ctx.app.previews.take(ctx.actor_id()).await?;
    let look = Look { category: row.category, ..Look::default() };
    let filled = fill(ctx, held::key(id), &document, &PreviewData::default(), look).await?;
    drop(turn);
    let is_fit = match &filled.outcome {
        RenderOutcome::Rendered(mails) => mails.first().is_some_and(|mail| {
            let (found, _) = findings(&document, &filled.writer, &filled.context, filled.of_nothing.as_ref(), mail);
            !lint::blocks_publishing(&found)
        }),
        _ => false,
    };
    if !is_fit {
        return Err(AppError::field("document", Problem::NotAllowed));
    }
    let number = versions::publish(ctx, id, draft_version, note).await?;
    // The commit is made by the scheduler, too; here, so that it is there soon.
    if let Err(error) = versions::commit_pending(&Ctx::system(&ctx.app)).await {
        tracing::warn!("committing a template: {error}");
    }
    let all = versions::list(ctx, id).await?;
    all.into_iter().find(|item| item.number == number).ok_or(AppError::NotFound)
}

/// What a person saw of a template, while it is among the last.
///
/// # Errors
/// [`AppError::NotFound`] for another token, also somebody else's; as [`access::visible`].
pub async fn stored(ctx: &Ctx, id: TemplateId, token: &str) -> AppResult<String> {
    access::visible(ctx, ctx.reader(), id).await?;
    let row = template_preview::Entity::find_by_id(token.to_owned())
        .filter(template_preview::Column::TemplateId.eq(id))
        .filter(template_preview::Column::UserId.eq(ctx.me()?.id))
        .one(ctx.reader())
        .await?;
    Ok(row.ok_or(AppError::NotFound)?.html)
}

/// The draft of a template with the sample's data, for its picture in the library.
///
/// # Errors
/// As [`access::visible`].
pub async fn picture(ctx: &Ctx, id: TemplateId) -> AppResult<String> {
    let row = access::visible(ctx, ctx.reader(), id).await?;
    drawn(ctx, Some(held::key(id)), &drafts::of_row(&row)?).await
}

/// A template of the gallery with the sample's data.
///
/// # Errors
/// [`AppError::NotFound`] for another word; [`AppError::SignedOut`].
pub async fn gallery_picture(ctx: &Ctx, word: &str) -> AppResult<String> {
    ctx.me()?;
    let entry = gallery::entry(word).ok_or(AppError::NotFound)?;
    drawn(ctx, None, &entry.document()).await
}

async fn drawn(ctx: &Ctx, key: Option<String>, document: &Document) -> AppResult<String> {
    let _turn = ctx.app.previews.take(ctx.actor_id()).await?;
    let filled = fill(ctx, key, document, &PreviewData::default(), Look::default()).await?;
    match filled.outcome {
        RenderOutcome::Rendered(mails) if !mails.is_empty() => Ok(framed(&mails[0].html, filled.writer.images())),
        _ => Ok(NO_PICTURE.to_owned()),
    }
}

/// What a frame shows of a template that is faulty or held back: a page of errors may not stand in one.
const NO_PICTURE: &str = "<!doctype html><html lang=\"en\"><head><title>No picture</title></head>\
    <body style=\"font-family:sans-serif;color:#767676;padding:24px\"><p>No picture</p></body></html>";

/// The HTML as somebody reads it whose machine is dark or light, whatever the one is on which it is looked at.
pub fn in_theme(html: &str, theme: &str) -> String {
    let (dark, light) = match theme {
        "dark" => ("(min-width:0)", "(max-width:0)"),
        "light" => ("(max-width:0)", "(min-width:0)"),
        _ => return html.to_owned(),
    };
    let replaced = [("dark", dark), ("light", light)].into_iter().fold(html.to_owned(), |html, (word, always)| {
        html.replace(&format!("(prefers-color-scheme:{word})"), always)
            .replace(&format!("(prefers-color-scheme: {word})"), always)
    });
    // What the browser draws by itself follows, too.
    // The inliner writes the space that we do not.
    ["color-scheme:light dark", "color-scheme: light dark"]
        .iter()
        .fold(replaced, |html, both| html.replace(both, &format!("color-scheme:{theme}")))
}

async fn fill(
    ctx: &Ctx,
    key: impl Into<Option<String>>,
    document: &Document,
    data: &PreviewData,
    look: Look<'_>,
) -> AppResult<Filled> {
    let facts = facts(ctx, data).await?;
    fill_with(ctx, key.into(), document, facts, look).await
}

/// The data that are asked for; none for the sample.
async fn facts(ctx: &Ctx, data: &PreviewData) -> AppResult<Option<Arc<Snapshot>>> {
    if !data.project.is_empty() {
        return snapshot_of(ctx, data).await.map(Some);
    }
    if data.first.or(data.last).is_some() {
        let field = if data.first.is_some() { "first" } else { "last" };
        return Err(AppError::field(field, Problem::DaysOfSample));
    }
    Ok(None)
}

/// What else a mail is filled in with, beside its data.
#[derive(Default)]
struct Look<'a> {
    /// An alarm tells of a run that failed, whoever's data it shows.
    category: TemplateCategory,
    /// A word of [`Language`]; any other leaves the person's own.
    language: &'a str,
    /// Which files are too big for a message.
    attachments_note: Option<&'a str>,
}

async fn fill_with(
    ctx: &Ctx,
    key: Option<String>,
    document: &Document,
    facts: Option<Arc<Snapshot>>,
    look: Look<'_>,
) -> AppResult<Filled> {
    let is_sample = facts.is_none();
    let snapshot = facts.unwrap_or_else(|| Arc::new(sample_snapshot()));
    let writer = Writer::new(key, document, &snapshot).await?;
    let mut reader = ctx.me().map(Me::reader).unwrap_or_default();
    if let Ok(language) = look.language.parse::<Language>() {
        reader.language = language.to_string();
    }
    let mut context = match is_sample {
        true => sample_with(writer.pictures(), &reader.language),
        false => writer.context(&snapshot, &address(ctx), &reader),
    };
    let nothing = Snapshot::empty(snapshot.project.clone(), snapshot.period, snapshot.as_of);
    let mut nothing = writer.context(&nothing, &address(ctx), &reader);
    if look.category == TemplateCategory::Alarm {
        let run = sample_run(&ctx.app.settings.base_url);
        nothing = with_run(nothing, &run);
        // The sample has such a run itself.
        context = if is_sample { context } else { with_run(context, &run) };
    }
    if let Some(note) = look.attachments_note {
        context["report"]["attachments_note"] = note.into();
    }
    let outcome = writer.write(ctx, vec![context.clone(), nothing]).await?;
    if matches!(outcome, RenderOutcome::Faulty(_)) {
        let alone = writer.write(ctx, vec![context.clone()]).await?;
        if matches!(alone, RenderOutcome::Rendered(_)) {
            let of_nothing = faults::of(writer.source(), &outcome);
            return Ok(Filled { writer, context, outcome: alone, of_nothing });
        }
    }
    Ok(Filled { writer, context, outcome, of_nothing: None })
}

/// The report of a project that the person sees, as it stands now; of a project that has not changed, as it stood a
/// moment ago.
async fn snapshot_of(ctx: &Ctx, data: &PreviewData) -> AppResult<Arc<Snapshot>> {
    let viewing = project_access::by_key(ctx, ctx.reader(), data.project.trim()).await?;
    let zone = snapshot::zone_of(viewing.project());
    let period = period(data, day_of(ctx.now, &zone))?;
    let as_of = ctx.now.min(period.last_instant(&zone));
    let project = viewing.project();
    let sight = (project.id, project.last_event, period);
    // By the clock of the instance: what is due changes with it.
    let is_now = |seen: &Arc<Snapshot>| (as_of - seen.as_of).abs() < JUST_NOW;
    if let Some(seen) = ctx.app.sights.get(&sight).filter(is_now) {
        return Ok(seen);
    }
    let seen = Arc::new(snapshot::build(ctx, project.id, period, as_of).await?);
    ctx.app.sights.put(sight, seen.clone());
    Ok(seen)
}

/// The days that are asked for: both ends, or none of them for the last days.
fn period(data: &PreviewData, today: NaiveDate) -> AppResult<Period> {
    let (first, last) = match (data.first, data.last) {
        (None, None) => return Ok(Period::ending(today, DAYS)),
        (Some(first), Some(last)) => (first, last),
        (Some(_), None) => return Err(AppError::field("last", Problem::OneDayOfTwo)),
        (None, Some(_)) => return Err(AppError::field("first", Problem::OneDayOfTwo)),
    };
    if last < first {
        return Err(AppError::field("last", Problem::EndsBeforeStart));
    }
    if first > today {
        // Of days to come there is nothing to tell.
        return Err(AppError::field("first", Problem::InFuture));
    }
    let period = Period { first, last };
    if period.days() > DAYS_MAX {
        return Err(AppError::field("last", Problem::TooManyDays { max: DAYS_MAX }));
    }
    Ok(period)
}

/// Links lead to the instance; there is no report, so those to it lead nowhere.
fn address(ctx: &Ctx) -> Address {
    let base_url = ctx.app.settings.base_url.clone();
    Address {
        stop_url: Some(format!("{base_url}/unsubscribe/preview")),
        base_url,
        occurrence: OccurrenceId(Uuid::nil()),
        number: 1,
        job: "Preview".into(),
        attachments_note: None,
        comment: None,
    }
}

/// What the linter says of a mail, and the links of one's own in it.
fn findings(
    document: &Document,
    writer: &Writer,
    context: &serde_json::Value,
    of_nothing: Option<&Fault>,
    mail: &Rendered,
) -> (Vec<Finding>, Vec<OwnLink>) {
    let images: Vec<String> = writer.images().iter().map(|image| image.name.clone()).collect();
    let text = |path: &str| context.pointer(path).and_then(|value| value.as_str());
    let mail = lint::Mail {
        subject: &mail.subject,
        html: &mail.html,
        text: mail.text.as_deref(),
        images: &images,
        source: &writer.source().html,
        stop_url: text("/recipient/stop_url"),
        report_url: text("/report/url"),
        data: Some(context),
    };
    let (mut found, links) = (lint::check(&mail), lint::own_links(&mail));
    let values = lint::whole_values(writer.source(), context);
    let markup = lint::own_html(document).into_iter().chain(lint::unknown_attributes(document));
    lint::with_written(&mut found, values.into_iter().chain(markup).collect());
    if let Some(fault) = of_nothing {
        found.retain(|finding| (finding.rule, finding.level) != (Rule::Variables, Level::Good));
        let words = format!("A report with nothing in its lists cannot be filled in. {}", fault.words);
        let line = fault.line.filter(|_| fault.part == Some(Part::Html));
        let (level, rule, block, at) = (Level::Error, Rule::Variables, fault.block, fault.at.clone());
        found.insert(0, Finding { level, rule, words, line, block, at });
    }
    (found, links)
}

/// What mail programs show beside the subject: the words of the hidden element at the head.
fn preheader(html: &str) -> String {
    let hidden = html.find("display:none").and_then(|at| html[at..].split_once('>')).map(|(_, rest)| rest);
    let words = hidden.and_then(|rest| rest.split('<').next()).unwrap_or_default();
    // What fills the line up, so that nothing of the mail follows.
    let words = words.split("&#").next().unwrap_or_default().trim();
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
        .into_iter()
        .fold(words.to_owned(), |words, (entity, sign)| words.replace(entity, sign))
}

/// Keeps what a frame is to show. Another tab may show another draft of the same template, so the last few stay.
async fn keep(ctx: &Ctx, id: TemplateId, html: &str) -> AppResult<String> {
    let token = Uuid::now_v7().simple().to_string();
    let row = template_preview::ActiveModel {
        template_id: Set(id),
        user_id: Set(ctx.me()?.id),
        token: Set(token.clone()),
        html: Set(html.to_owned()),
        made_at: Set(ctx.now),
    };
    use template_preview::Column::{MadeAt, TemplateId as Template, Token, UserId as User};
    let tx = ctx.begin().await?;
    template_preview::Entity::insert(row).exec_without_returning(&*tx).await?;
    let mine = template_preview::Entity::find()
        .select_only()
        .column(Token)
        .filter(Template.eq(id))
        .filter(User.eq(ctx.me()?.id))
        .order_by_desc(MadeAt)
        .order_by_desc(Token);
    let tokens: Vec<String> = mine.into_tuple().all(&*tx).await?;
    if let Some(old) = tokens.get(KEPT..).filter(|old| !old.is_empty()) {
        template_preview::Entity::delete_many().filter(Token.is_in(old.to_vec())).exec(&*tx).await?;
    }
    tx.commit().await?;
    Ok(token)
}

/// Forgets what was previewed long ago.
///
/// # Errors
/// Only those of the database.
pub async fn forget_old(ctx: &Ctx) -> AppResult<()> {
    let before = ctx.now - TimeDelta::days(KEPT_DAYS);
    let tx = ctx.begin().await?;
    template_preview::Entity::delete_many().filter(template_preview::Column::MadeAt.lt(before)).exec(&*tx).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_nothing_can_be_told_of_are_refused_beside_their_field() {
        let day = |text: &str| (!text.is_empty()).then(|| text.parse::<NaiveDate>().unwrap());
        let read = |first, last| {
            let data = PreviewData { first: day(first), last: day(last), ..PreviewData::default() };
            period(&data, day("2026-11-23").unwrap())
        };
        let refused = |field: &str, problem| Err(AppError::field(field, problem));
        let week = Period { first: day("2026-11-17").unwrap(), last: day("2026-11-23").unwrap() };
        assert_eq!(read("", ""), Ok(week), "the last seven days");
        assert_eq!(read("2026-11-17", "2026-11-23"), Ok(week));
        assert!(read("2026-11-23", "2026-12-31").is_ok(), "it has begun");
        assert_eq!(read("2026-11-17", ""), refused("last", Problem::OneDayOfTwo));
        assert_eq!(read("", "2026-11-17"), refused("first", Problem::OneDayOfTwo));
        assert_eq!(read("2026-11-18", "2026-11-17"), refused("last", Problem::EndsBeforeStart));
        assert_eq!(read("2026-11-24", "2026-11-30"), refused("first", Problem::InFuture));
        assert_eq!(read("2010-01-01", "2026-11-17"), refused("last", Problem::TooManyDays { max: DAYS_MAX }));
    }

    #[test]
    fn the_preview_text_is_the_hidden_line_without_what_fills_it_up() {
        let html =
            "<body><div style=\"display:none;max-height:0\">3 late &amp; 2 new&#8199;&#847;</div><p>x</p></body>";
        assert_eq!(preheader(html), "3 late & 2 new");
        assert_eq!(preheader("<p>x</p>"), "");
    }

    #[test]
    fn a_mail_is_looked_at_in_either_theme_on_any_machine() {
        let html = "<style>:root{color-scheme:light dark} @media (prefers-color-scheme:dark){a{color:red}}</style>";
        assert_eq!(
            in_theme(html, "dark"),
            "<style>:root{color-scheme:dark} @media (min-width:0){a{color:red}}</style>"
        );
        assert!(in_theme(html, "light").contains("@media (max-width:0)"));
        assert_eq!(
            in_theme("<html style=\"color-scheme: light dark;\">", "dark"),
            "<html style=\"color-scheme:dark;\">"
        );
        assert_eq!(in_theme(html, "other"), html);
    }
}
