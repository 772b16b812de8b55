//! The parts of caught mail as files: saved and never shown, and small pictures of pictures.

use app::{
    domain::{
        file::{clean_name, disposition, sniff},
        ids::OutboxMessageId,
    },
    error::{AppError, AppResult},
    mail::service::outbox,
    platform::{ctx::Ctx, mailer, state::AppState},
    tasks::service::thumbnail,
};
use axum::{
    Router,
    body::Body,
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::frames::refusal;

/// What a file may do where a browser shows it in spite of all: nothing.
const FILE_POLICY: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'none'");
/// A small picture of our own making shows itself and nothing else.
const PICTURE_POLICY: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'; img-src 'self'");

/// The routes of parts; their number is that of [`mailer::Part`].
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/outbox/{id}/parts/{number}", get(file))
        .route("/outbox/{id}/parts/{number}/thumbnail", get(picture))
}

async fn file(ctx: Ctx, Path((id, number)): Path<(String, String)>) -> Response {
    match part(&ctx, &id, &number).await {
        Ok((name, bytes)) => {
            let disposition = HeaderValue::from_str(&disposition(&clean_name(&name)))
                .unwrap_or(HeaderValue::from_static("attachment"));
            // What the message says of its type is foreign; the bytes decide.
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static(sniff(&bytes))),
                (header::CONTENT_DISPOSITION, disposition),
                (header::CONTENT_SECURITY_POLICY, FILE_POLICY),
                (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            ];
            (headers, Body::from(bytes)).into_response()
        }
        Err(error) => refusal(&error),
    }
}

async fn picture(ctx: Ctx, Path((id, number)): Path<(String, String)>) -> Response {
    let small = async {
        let (_, bytes) = part(&ctx, &id, &number).await?;
        let (_, found) = thumbnail::look_at(bytes).await;
        found.and_then(|picture| picture.thumbnail).ok_or(AppError::NotFound)
    };
    match small.await {
        Ok(bytes) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
                (header::CONTENT_SECURITY_POLICY, PICTURE_POLICY),
                (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
                (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600")),
            ];
            (headers, Body::from(bytes)).into_response()
        }
        Err(error) => refusal(&error),
    }
}

/// Name and bytes of a part of a message that the person may see.
async fn part(ctx: &Ctx, id: &str, number: &str) -> AppResult<(String, Vec<u8>)> {
    let id: OutboxMessageId = id.parse().map_err(|_| AppError::NotFound)?;
    let number: usize = number.parse().map_err(|_| AppError::NotFound)?;
    let row = outbox::read(ctx, id).await?;
    mailer::part(&row.mime, number).ok_or(AppError::NotFound)
}
