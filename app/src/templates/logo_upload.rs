//! The upload of a logo: counted while it arrives, drawn anew. A page that is awake gets the drawn picture back and keeps
//! it with its draft; a plain form has it kept at once.

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Multipart, Path, Query},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use serde::Deserialize;

use super::service::{
    access,
    forms::{self, Step},
    logo,
};
use crate::{
    domain::{
        ids::TemplateId,
        template::theme::{LOGO_MAX, Logo},
    },
    error::AppError,
    platform::{ctx::Ctx, state::AppState, upload},
};

/// A browser shows an answer only after it has sent its file; that much of one that is too large is read and thrown away.
const DISCARDED_BYTES: usize = 64 * 1024 * 1024;

/// The route of the upload.
pub fn routes() -> Router<AppState> {
    Router::new().route("/templates/{id}/logo", post(receive).layer(DefaultBodyLimit::disable()))
}

/// The draft that the form was made for.
#[derive(Deserialize)]
struct Draft {
    #[serde(default)]
    version: i64,
}

async fn receive(
    ctx: Ctx,
    Path(id): Path<String>,
    Query(Draft { version }): Query<Draft>,
    headers: HeaderMap,
    form: Multipart,
) -> Response {
    let is_page = headers.get(header::ACCEPT).is_some_and(|accept| accept == "application/json");
    let Ok(id) = id.parse::<TemplateId>() else { return StatusCode::NOT_FOUND.into_response() };
    let refused = |code: &'static str| match is_page {
        true => (StatusCode::UNPROCESSABLE_ENTITY, code).into_response(),
        false => Redirect::to(&format!("/templates/{id}?refused={code}")).into_response(),
    };
    match access::editable(&ctx, ctx.reader(), id).await {
        Ok(_) => {}
        Err(AppError::SignedOut) => return Redirect::to("/sign-in").into_response(),
        Err(AppError::Forbidden) => return refused("forbidden"),
        Err(AppError::NotFound) => return StatusCode::NOT_FOUND.into_response(),
        Err(_) => return refused("failed"),
    }
    let logo = match file(&headers, form).await {
        Ok(logo) => logo,
        Err(code) => return refused(code),
    };
    if is_page {
        return Json(logo).into_response();
    }
    match forms::take(&ctx, id, version, Step::Logo(Box::new(logo))).await {
        Ok(_) => Redirect::to(&format!("/templates/{id}")).into_response(),
        Err(AppError::Conflict(_)) => refused("conflict"),
        Err(_) => refused("failed"),
    }
}

/// The logo of the field `file`, or the code of what was wrong.
async fn file(headers: &HeaderMap, form: Multipart) -> Result<Logo, &'static str> {
    let (_, bytes) = match upload::file(headers, form, LOGO_MAX, DISCARDED_BYTES).await {
        Err("empty") => return Err("no_file"),
        other => other?,
    };
    // Decoding a small picture takes milliseconds, yet none of those that answer requests.
    tokio::task::spawn_blocking(move || logo::read(&bytes)).await.unwrap_or(Err("failed"))
}
