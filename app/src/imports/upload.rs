//! The upload of a file: counted while it arrives, refused before it fills the memory.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, multipart::Field},
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};

use super::service::staging;
use crate::{
    domain::import::MAX_FILE_BYTES,
    platform::{ctx::Ctx, state::AppState},
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

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Name and content of the field `file`, or the code of what was wrong.
async fn file(mut form: Multipart) -> Result<(String, Vec<u8>), &'static str> {
    while let Some(field) = form.next_field().await.map_err(|_| "interrupted")? {
        if field.name() == Some("file") {
            let name = field.file_name().unwrap_or_default().to_owned();
            return Ok((name, collect(field).await?));
        }
    }
    Err("no_file")
}

async fn collect(mut field: Field<'_>) -> Result<Vec<u8>, &'static str> {
    let (mut content, mut arrived) = (Vec::new(), 0usize);
    while let Some(chunk) = field.chunk().await.map_err(|_| "interrupted")? {
        arrived += chunk.len();
        if arrived > DISCARDED_BYTES + FORM_BYTES {
            return Err("too_large");
        }
        if arrived > MAX_FILE_BYTES {
            content = Vec::new();
        } else {
            content.extend_from_slice(&chunk);
        }
    }
    if arrived > MAX_FILE_BYTES { Err("too_large") } else { Ok(content) }
}

fn refused(code: &str) -> Response {
    Redirect::to(&format!("/import?refused={code}")).into_response()
}
