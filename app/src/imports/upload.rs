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
        upload::{collect, declared_length},
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
    let (name, content) = match file(form).await {
        Ok(file) => file,
        Err(code) => return refused(code),
    };
    if content.is_empty() {
        return refused(if name.is_empty() { "no_file" } else { "empty" });
    }
    match staging::stage(&ctx, &name, content).await {
        Ok(id) => Redirect::to(&format!("/import/{id}")).into_response(),
        Err(_) => refused("failed"),
    }
}

/// Name and content of the field `file`, or the code of what was wrong.
async fn file(mut form: Multipart) -> Result<(String, Vec<u8>), &'static str> {
    while let Some(field) = form.next_field().await.map_err(|_| "interrupted")? {
        if field.name() == Some("file") {
            let name = field.file_name().unwrap_or_default().to_owned();
            return Ok((name, collect(field, MAX_FILE_BYTES, DISCARDED_BYTES + FORM_BYTES).await?));
        }
    }
    Err("no_file")
}

fn refused(code: &str) -> Response {
    Redirect::to(&format!("/import?refused={code}")).into_response()
}
