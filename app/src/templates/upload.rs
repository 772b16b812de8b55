//! The upload of a template's file: counted while it arrives, read, and kept only as what was read.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};

use super::{service::exchange, upload_form::FILE_MAX};
use crate::{
    error::AppError,
    platform::{
        ctx::Ctx,
        state::AppState,
        upload::{declared_length, file},
    },
};

/// A browser shows an answer only after it has sent its file; that much of a file that is too large is read and thrown away.
const DISCARDED_BYTES: usize = 16 * FILE_MAX;

/// The routes of uploads.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/templates/upload", post(receive).layer(DefaultBodyLimit::disable()))
        .merge(super::logo_upload::routes())
}

/// Takes the file of the form and opens the designer.
async fn receive(ctx: Ctx, headers: HeaderMap, form: Multipart) -> Response {
    if ctx.me().is_err() {
        return Redirect::to("/sign-in").into_response();
    }
    if declared_length(&headers).is_some_and(|length| length > DISCARDED_BYTES) {
        return refused("too_large");
    }
    let content = match file(form, FILE_MAX, DISCARDED_BYTES).await {
        Ok((_, content)) => content,
        Err(code) => return refused(code),
    };
    match exchange::import(&ctx, &content).await {
        Ok(id) => Redirect::to(&format!("/templates/{id}")).into_response(),
        Err(AppError::Malformed) => refused("not_a_template"),
        Err(AppError::Invalid(_)) => refused("invalid"),
        Err(_) => refused("failed"),
    }
}

fn refused(code: &str) -> Response {
    Redirect::to(&format!("/templates?refused={code}")).into_response()
}
