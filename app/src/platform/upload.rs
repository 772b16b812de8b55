//! Files of forms: counted while they arrive, refused before they fill the memory.

use axum::{
    extract::multipart::Field,
    http::{HeaderMap, header},
};

/// The length that a request says it has.
pub fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
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
