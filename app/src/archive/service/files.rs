//! The bytes of a report: its mail for a frame, for the printer and as files, each message as it went out, its data.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tokio::time::timeout;

use super::sight::{self, Seen};
use crate::{
    domain::{
        ids::{DeliveryId, OccurrenceId},
        report::{Snapshot, spec::Section},
    },
    entities::{artifact, delivery, delivery_content, schedule},
    error::{AppError, AppResult},
    jobs::service::{drafts, report},
    platform::{
        ctx::Ctx,
        turns::{BUSY, PATIENCE},
    },
    reports::service::{
        files::{self, File, Source},
        render::{Image, Written, framed, with_picture},
        snapshot,
    },
};

pub use crate::jobs::service::worker::{HTML, TEXT};

/// What paper needs: its margins, ink on white, no card around the page; and no icon, which its policy would refuse.
const PAPER: &str = "<link rel=\"icon\" href=\"data:,\"><style>@page{margin:14mm} @media print{:root{color-scheme:light} body,.bg{background:#fff !important} \
     .wrap{padding:0 !important} .card{border:0 !important;padding:0 !important} tr,img{break-inside:avoid} h2{break-after:avoid}}</style>";

/// The HTML of a report's mail with its pictures written into it, for a frame of its own and as a file.
///
/// # Errors
/// [`AppError::NotFound`] before it was written, after it was removed, or where the person does not see it.
pub async fn html(ctx: &Ctx, id: OccurrenceId) -> AppResult<String> {
    let seen = Seen::find_whole(ctx, id).await?;
    if let Some((written, images)) = made_now(ctx, &seen).await? {
        return Ok(framed(&written.html, &images));
    }
    let files = artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(id)).all(ctx.reader()).await?;
    let html = files.iter().find(|file| file.name == HTML).ok_or(AppError::NotFound)?;
    let html = String::from_utf8_lossy(&html.bytes).into_owned();
    Ok(files.iter().fold(html, |html, file| match file.name.strip_suffix(".png") {
        Some(cid) => with_picture(&html, cid, &file.bytes),
        None => html,
    }))
}

/// The mail where it is not what is stored: of a report of several projects the part that the person sees, and a draft,
/// for those who decide about it. None: the stored files are the mail.
///
/// # Errors
/// [`AppError::NotFound`] before it is written; [`AppError::TooMany`] where the person's others take too long.
pub(super) async fn made_now(ctx: &Ctx, seen: &Seen) -> AppResult<Option<(Written, Vec<Image>)>> {
    let is_draft = seen.is_draft();
    let part = match &seen.part {
        Some(part) => part.clone(),
        None if is_draft => snapshot::from_json(seen.data.as_deref().unwrap_or_default())?,
        None => return Ok(None),
    };
    if !is_draft && !is_written(ctx.reader(), seen.run.id).await? {
        return Err(AppError::NotFound);
    }
    let _turn = ctx.app.previews.take(ctx.actor_id()).await?;
    Ok(Some(match drafts::preview(ctx, &seen.run, &part).await? {
        Ok(mail) => mail,
        Err(words) => (Written { subject: String::new(), html: fault_page(&words), text: words }, Vec::new()),
    }))
}

/// What stands in place of a mail that cannot be written.
fn fault_page(words: &str) -> String {
    let words = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<!doctype html><html lang=\"en\"><head><title>No mail</title></head><body><p>{words}</p></body></html>")
}

/// As [`html`], with what a printer needs.
///
/// # Errors
/// As [`html`].
pub async fn paper(ctx: &Ctx, id: OccurrenceId) -> AppResult<String> {
    Ok(html(ctx, id).await?.replacen("</head>", &format!("{PAPER}</head>"), 1))
}

/// The text part of the mail.
///
/// # Errors
/// As [`html`].
pub async fn text(ctx: &Ctx, id: OccurrenceId) -> AppResult<Vec<u8>> {
    let seen = Seen::find_whole(ctx, id).await?;
    if let Some((written, _)) = made_now(ctx, &seen).await? {
        return Ok(written.text.into_bytes());
    }
    let query =
        artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(id)).filter(artifact::Column::Name.eq(TEXT));
    query.one(ctx.reader()).await?.map(|file| file.bytes).ok_or(AppError::NotFound)
}

/// The frozen facts as they were hashed.
///
/// # Errors
/// [`AppError::NotFound`] after they were removed, or where the person does not see the report.
pub async fn data(ctx: &Ctx, id: OccurrenceId) -> AppResult<String> {
    Seen::find_whole(ctx, id).await?.data.ok_or(AppError::NotFound)
}

/// A file of a report, of the kind that its name ends with: as it was sent, else made now of the frozen facts. Who does
/// not see all projects of the report gets the file of those that they see.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such kind, after the facts were removed, or where the person does not see
/// the report; [`AppError::TooMany`] where others have files made for too long.
pub async fn file(ctx: &Ctx, id: OccurrenceId, name: &str) -> AppResult<File> {
    let kind = files::kind_of(name).ok_or(AppError::NotFound)?;
    let seen = Seen::find_whole(ctx, id).await?;
    let json = seen.data.as_deref().ok_or(AppError::NotFound)?;
    // Facts of another form have a page and no files.
    let frozen = Snapshot::from_json(json).map_err(|_| AppError::NotFound)?;
    if seen.part.is_none()
        && let Some(stored) = stored(ctx, id, &files::file_name(&frozen, kind)).await?
    {
        return Ok(stored);
    }
    let sections = sections(ctx, &seen, &frozen).await?;
    let base_url = &ctx.app.settings.base_url;
    // What its owner says is for the others once it has gone out.
    let is_shown = !seen.run.is_held || seen.is_draft();
    let comment = if is_shown { drafts::comment(ctx.reader(), id).await? } else { None };
    let comment = comment.as_deref();
    let source = Source { snapshot: &frozen, json, sections: &sections, base_url, comment };
    let _turn = ctx.app.papers.take(ctx.actor_id()).await?;
    let made = timeout(PATIENCE, files::make(source, &[kind])).await.unwrap_or(Err(BUSY))?;
    made.into_iter().next().ok_or(AppError::NotFound)
}

/// What a report shows, in its order.
pub(super) async fn sections(ctx: &Ctx, seen: &Seen, frozen: &Snapshot) -> AppResult<Vec<Section>> {
    let job = schedule::Entity::find_by_id(seen.run.schedule_id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let job = report::as_frozen(job, seen.run.report_spec.clone());
    let version = seen.run.template_id.zip(seen.run.template_version);
    report::sections(&Ctx::system(&ctx.app), &job, version, frozen).await
}

async fn stored(ctx: &Ctx, id: OccurrenceId, name: &str) -> AppResult<Option<File>> {
    let query =
        artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(id)).filter(artifact::Column::Name.eq(name));
    Ok(files::stored(query.all(ctx.reader()).await?).pop())
}

/// The message to a recipient as it goes over the wire. Where none is named it is the person's own, and for those who
/// see all recipients and are none of them, the one to the first.
///
/// # Errors
/// [`AppError::NotFound`] where there is none that the person may have, and after its bytes were removed.
pub async fn message(ctx: &Ctx, id: OccurrenceId, to: Option<DeliveryId>) -> AppResult<Vec<u8>> {
    let me = ctx.me()?;
    let seen = Seen::find_whole(ctx, id).await?;
    let query = seen.deliveries(me);
    let found = match to {
        Some(to) => query.filter(delivery::Column::Id.eq(to)).one(ctx.reader()).await?,
        None => match query.clone().filter(sight::to(me)).one(ctx.reader()).await? {
            Some(mine) => Some(mine),
            None => query.one(ctx.reader()).await?,
        },
    };
    let found = found.ok_or(AppError::NotFound)?;
    let content = delivery_content::Entity::find_by_id(found.id).one(ctx.reader()).await?;
    content.map(|content| content.mime).ok_or(AppError::NotFound)
}

/// Whether the mail of a run is there.
pub(super) async fn is_written(db: &impl ConnectionTrait, id: OccurrenceId) -> AppResult<bool> {
    let query =
        artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(id)).filter(artifact::Column::Name.eq(HTML));
    Ok(query.count(db).await? > 0)
}
