//! Files of forms: counted while they arrive, refused before they fill the memory.

use axum::{
    extract::{Multipart, multipart::Field},
    http::{HeaderMap, header},
};

/// The length that a request says it has.
pub fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Name and content of the field `file` of a form, as [`collect`] reads it.
///
/// # Errors
/// The code of what was wrong: `no_file`, `empty`, or that of [`collect`].
pub async fn file(mut form: Multipart, most: usize, discarded: usize) -> Result<(String, Vec<u8>), &'static str> {
    while let Some(field) = form.next_field().await.map_err(|_| "interrupted")? {
        if field.name() == Some("file") {
            let name = field.file_name().unwrap_or_default().to_owned();
            let content = collect(field, most, discarded).await?;
            return match (name.is_empty(), content.is_empty()) {
                (true, true) => Err("no_file"),
                (false, true) => Err("empty"),
                (_, false) => Ok((name, content)),
            };
        }
    }
    Err("no_file")
}

/// The content of a file of at most so many bytes. A browser shows an answer only after it has sent its file: what is
/// larger is read and thrown away, up to `discarded`.
///
/// # Errors
/// The code of what was wrong: `interrupted` or `too_large`.
pub async fn collect(mut field: Field<'_>, most: usize, discarded: usize) -> Result<Vec<u8>, &'static str> {
    let (mut content, mut arrived) = (Vec::new(), 0usize);
    while let Some(chunk) = field.chunk().await.map_err(|_| "interrupted")? {
        arrived += chunk.len();
        if arrived > discarded {
            return Err("too_large");
        }
        if arrived > most {
            content = Vec::new();
        } else {
            content.extend_from_slice(&chunk);
        }
    }
    if arrived > most { Err("too_large") } else { Ok(content) }
}
