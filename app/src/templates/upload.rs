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
    domain::template::file::{FileFlaw, TemplateFile},
    error::{AppError, FieldError, Invalid, Problem},
    platform::{ctx::Ctx, state::AppState, upload},
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
    let content = match upload::file(&headers, form, FILE_MAX, DISCARDED_BYTES).await {
        Ok((_, content)) => content,
        Err(code) => return refused(code),
    };
    match exchange::import(&ctx, &content).await {
        Ok(id) => Redirect::to(&format!("/templates/{id}")).into_response(),
        Err(AppError::Malformed) => refused(&TemplateFile::read(&content).err().unwrap_or(FileFlaw::NoTemplate).code()),
        Err(AppError::Invalid(invalid)) => refused(&broken_rule(&content, &invalid)),
        Err(_) => refused("failed"),
    }
}

/// The code of a template that breaks a rule: of the first one, as the others may only follow from it.
fn broken_rule(content: &[u8], invalid: &Invalid) -> String {
    match invalid.fields.first() {
        // A name has no range: it is the number of templates that has.
        Some(FieldError { field, problem: Problem::OutOfRange { .. }, .. }) if field == "name" => "full".to_owned(),
        first => FileFlaw::of_rule(content, first.map_or("document", |error| error.field.as_str())).code(),
    }
}

fn refused(code: &str) -> Response {
    Redirect::to(&format!("/templates?refused={code}")).into_response()
}
