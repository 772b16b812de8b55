//! The bytes of a report: its mail for a frame, for the printer and as files, each message as it went out, its data.

use base64::{Engine, engine::general_purpose::STANDARD};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::sight::{self, Seen};
use crate::{
    domain::{
        ids::{DeliveryId, OccurrenceId},
        report::Snapshot,
    },
    entities::{artifact, delivery, schedule},
    error::{AppError, AppResult},
    jobs::service::options,
    platform::ctx::Ctx,
    reports::service::{
        files::{self, File, Source},
        snapshot,
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
    Seen::find_whole(ctx, id).await?;
    let files = artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(id)).all(ctx.reader()).await?;
    let html = files.iter().find(|file| file.name == HTML).ok_or(AppError::NotFound)?;
    let html = String::from_utf8_lossy(&html.bytes).into_owned();
    Ok(files.iter().fold(html, |html, file| match file.name.strip_suffix(".png") {
        Some(cid) => {
            let data = format!("\"data:image/png;base64,{}\"", STANDARD.encode(&file.bytes));
            html.replace(&format!("\"cid:{cid}\""), &data)
        }
        None => html,
    }))
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
    Seen::find_whole(ctx, id).await?;
    let query =
        artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(id)).filter(artifact::Column::Name.eq(TEXT));
    query.one(ctx.reader()).await?.map(|file| file.bytes).ok_or(AppError::NotFound)
}

/// The frozen facts as they were hashed; those of the projects that the person sees, where that is not all of them.
///
/// # Errors
/// [`AppError::NotFound`] after they were removed, or where the person does not see the report.
pub async fn data(ctx: &Ctx, id: OccurrenceId) -> AppResult<String> {
    facts(ctx, &Seen::find_whole(ctx, id).await?).await
}

/// As [`data`], of a report that was found.
pub(super) async fn facts(ctx: &Ctx, seen: &Seen) -> AppResult<String> {
    let json = seen.run.snapshot.clone().ok_or(AppError::NotFound)?;
    // Facts of another form are of one project.
    let Ok(frozen) = serde_json::from_str::<Snapshot>(&json) else { return Ok(json) };
    let visible = seen.visible_projects(ctx).await?;
    let shown = frozen.seen_by(|project| visible.contains(&project)).ok_or(AppError::NotFound)?;
    if std::ptr::eq(shown, &frozen) { Ok(json) } else { snapshot::to_json(shown) }
}

/// A file of a report, of the kind that its name ends with: as it was sent, else made now of the frozen facts. Who does
/// not see all projects of the report gets the file of those that they see.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such kind, after the facts were removed, or where the person does not see
/// the report.
pub async fn file(ctx: &Ctx, id: OccurrenceId, name: &str) -> AppResult<File> {
    let kind = files::kind_of(name).ok_or(AppError::NotFound)?;
    let seen = Seen::find_whole(ctx, id).await?;
    let json = facts(ctx, &seen).await?;
    // Facts of another form have a page and no files.
    let frozen: Snapshot = serde_json::from_str(&json).map_err(|_| AppError::NotFound)?;
    let is_whole = seen.run.snapshot.as_ref() == Some(&json);
    if is_whole && let Some(stored) = stored(ctx, id, &files::file_name(&frozen, kind)).await? {
        return Ok(stored);
    }
    let job = schedule::Entity::find_by_id(seen.run.schedule_id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let spec = options::report(&job)?;
    let base_url = &ctx.app.settings.base_url;
    let source = Source { snapshot: &frozen, json: &json, sections: &spec.sections, base_url };
    files::make(source, &[kind]).await?.pop().ok_or(AppError::NotFound)
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
