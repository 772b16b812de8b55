//! The upload of a file: counted while it arrives, refused before it fills the memory.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};

use super::service::staging;
use crate::{
    domain::import::MAX_FILE_BYTES,
    platform::{
        ctx::Ctx,
        state::AppState,
        upload::{declared_length, file},
    },
};

/// Room for the form around the file.
const FORM_BYTES: usize = 64 * 1024;
/// A browser shows an answer only after it has sent its file; that much of a file that is too large is read and thrown away.
const DISCARDED_BYTES: usize = 4 * MAX_FILE_BYTES;

/// The route of the upload.
pub fn routes() -> Router<AppState> {
    Router::new().route("/import/upload", post(receive).layer(DefaultBodyLimit::disable()))
}

/// Takes the file of the form and goes on to its preview.
async fn receive(ctx: Ctx, headers: HeaderMap, form: Multipart) -> Response {
    if declared_length(&headers).is_some_and(|length| length > DISCARDED_BYTES) {
        return refused("too_large");
    }
    let (name, content) = match file(form, MAX_FILE_BYTES, DISCARDED_BYTES + FORM_BYTES).await {
        Ok(file) => file,
        Err(code) => return refused(code),
    };
    match staging::stage(&ctx, &name, content).await {
        Ok(id) => Redirect::to(&format!("/import/{id}")).into_response(),
        Err(_) => refused("failed"),
    }
}

fn refused(code: &str) -> Response {
    Redirect::to(&format!("/import?refused={code}")).into_response()
}
