//! The bytes of a report: its mail for a frame, for the printer and as files, each message as it went out, its data.

use base64::{Engine, engine::general_purpose::STANDARD};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::sight::{self, Seen};
use crate::{
    domain::{
        ids::{DeliveryId, OccurrenceId},
        report::Snapshot,
    },
    entities::{artifact, delivery},
    error::{AppError, AppResult},
    platform::ctx::Ctx,
    reports::service::{
        archive,
        render::{self, Written},
    },
};

/// Name of the mail's HTML among the files of a run.
pub const HTML: &str = "report.html";
/// Name of the mail's text.
pub const TEXT: &str = "report.txt";

/// What paper needs: its margins, ink on white, no card around the page; and no icon, which its policy would refuse.
const PAPER: &str = "<link rel=\"icon\" href=\"data:,\"><style>@page{margin:14mm} @media print{:root{color-scheme:light} body,.bg{background:#fff !important} \
     .wrap{padding:0 !important} .card{border:0 !important;padding:0 !important} tr,img{break-inside:avoid} h2{break-after:avoid}}</style>";

/// The HTML of a report's mail with its pictures written into it, for a frame of its own and as a file.
///
/// # Errors
/// [`AppError::NotFound`] before it was written, after it was removed, or where the person does not see it.
pub async fn html(ctx: &Ctx, id: OccurrenceId) -> AppResult<String> {
    let seen = Seen::find_whole(ctx, id).await?;
    if let Some(part) = &seen.part {
        let html = written(ctx, &seen, part).await?.html;
        let images = render::draw(part).await?;
        return Ok(images.iter().fold(html, |html, image| with_picture(&html, image.name, &image.png)));
    }
    let files = artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(id)).all(ctx.reader()).await?;
    let html = files.iter().find(|file| file.name == HTML).ok_or(AppError::NotFound)?;
    let html = String::from_utf8_lossy(&html.bytes).into_owned();
    Ok(files.iter().fold(html, |html, file| match file.name.strip_suffix(".png") {
        Some(cid) => with_picture(&html, cid, &file.bytes),
        None => html,
    }))
}

fn with_picture(html: &str, cid: &str, png: &[u8]) -> String {
    let data = format!("\"data:image/png;base64,{}\"", STANDARD.encode(png));
    html.replace(&format!("\"cid:{cid}\""), &data)
}

/// What the person sees of a report of several projects, written for them: the stored files show all of it.
pub(super) async fn written(ctx: &Ctx, seen: &Seen, part: &Snapshot) -> AppResult<Written> {
    if !is_written(ctx.reader(), seen.run.id).await? {
        return Err(AppError::NotFound);
    }
    let job = sight::job_name(ctx.reader(), seen.run.schedule_id).await?;
    render::write(part, &archive::address(ctx, seen.run.id, &job))
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
    if let Some(part) = &seen.part {
        return Ok(written(ctx, &seen, part).await?.text.into_bytes());
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
    Seen::find_whole(ctx, id).await?.run.snapshot.ok_or(AppError::NotFound)
}

/// The message to a recipient as it goes over the wire. Where none is named it is the person's own, and for those who
/// see all recipients and are none of them, the one to the first.
///
/// # Errors
/// [`AppError::NotFound`] where there is none that the person may have.
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
    found.map(|row| row.mime).ok_or(AppError::NotFound)
}

/// Whether the mail of a run is there.
pub(super) async fn is_written(db: &impl ConnectionTrait, id: OccurrenceId) -> AppResult<bool> {
    let query =
        artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(id)).filter(artifact::Column::Name.eq(HTML));
    Ok(query.count(db).await? > 0)
}
