//! Files on tasks over HTTP: taken in while they are counted, given out as files and never as pages.

use app::{
    domain::{
        file::FILE_BYTES_MAX,
        ids::{AttachmentId, TaskId},
    },
    error::{AppError, AppResult},
    platform::{
        ctx::Ctx,
        state::AppState,
        upload::{collect, declared_length},
    },
    tasks::service::attachments::{self, Download},
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, Path},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{downloads, frames::refusal};

/// Most files of one form.
const FILES_AT_ONCE: usize = 20;
/// A browser shows an answer only after it has sent its file; that much of one that is too large is
/// read and thrown away.
const DISCARDED_BYTES: usize = 4 * FILE_BYTES_MAX;

/// The routes of files. The path of a POST names a task, that of a GET a file.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/attachments/{id}", get(download).post(receive).layer(DefaultBodyLimit::disable()))
        .route("/attachments/{id}/thumbnail", get(thumbnail))
}

/// Stores the files of a form. A page that is awake hears their number or the word of the refusal; a
/// plain form goes back to its task.
async fn receive(ctx: Ctx, Path(id): Path<String>, headers: HeaderMap, form: Multipart) -> Response {
    let is_plain = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let Ok(task) = id.parse::<TaskId>() else { return refusal(&AppError::NotFound) };
    // Who may not is told before a byte of the files is kept.
    let reference = match attachments::may_attach(&ctx, task).await {
        Ok(reference) => reference,
        Err(error) => return refusal(&error),
    };
    let outcome = match declared_length(&headers) {
        Some(length) if length > FILES_AT_ONCE * FILE_BYTES_MAX => Ok(Err("too_large")),
        _ => store_all(&ctx, task, form).await,
    };
    match outcome {
        Ok(Ok(_)) if is_plain => Redirect::to(&format!("/tasks/{reference}?notice=saved#task-files")).into_response(),
        Ok(Err(code)) if is_plain => {
            Redirect::to(&format!("/tasks/{reference}?refused={code}#task-files")).into_response()
        }
        Ok(Ok(stored)) => stored.to_string().into_response(),
        Ok(Err(code)) => (StatusCode::UNPROCESSABLE_ENTITY, code).into_response(),
        Err(error) => refusal(&error),
    }
}

/// Stores one file after the other, so that one at a time is in memory; ends at the first refusal.
async fn store_all(ctx: &Ctx, task: TaskId, mut form: Multipart) -> AppResult<Result<u32, &'static str>> {
    let mut stored = 0;
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(_) => return Ok(Err("interrupted")),
        };
        if field.name() != Some("file") || field.file_name().is_none_or(str::is_empty) {
            continue;
        }
        if stored as usize >= FILES_AT_ONCE {
            return Ok(Err("too_many"));
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let bytes = match collect(field, FILE_BYTES_MAX, DISCARDED_BYTES).await {
            Ok(bytes) => bytes,
            Err(code) => return Ok(Err(code)),
        };
        match attachments::store(ctx, task, &name, bytes).await? {
            Ok(_) => stored += 1,
            Err(refused) => return Ok(Err(refused.as_str())),
        }
    }
    Ok(if stored == 0 { Err("no_file") } else { Ok(stored) })
}

async fn download(ctx: Ctx, Path(id): Path<String>) -> Response {
    let file = async { attachments::download(&ctx, parse(&id)?).await };
    match file.await {
        Ok(Download { name, content_type, bytes }) => {
            let kind =
                HeaderValue::from_str(&content_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
            downloads::file(&name, kind, bytes)
        }
        Err(error) => refusal(&error),
    }
}

async fn thumbnail(ctx: Ctx, Path(id): Path<String>) -> Response {
    let picture = async { attachments::thumbnail(&ctx, parse(&id)?).await };
    picture.await.map_or_else(|error| refusal(&error), downloads::small_picture)
}

fn parse(id: &str) -> AppResult<AttachmentId> {
    id.parse().map_err(|_| AppError::NotFound)
}
