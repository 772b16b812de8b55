//! Files of people as answers: to be saved and never shown, and small pictures of them.

use app::domain::file::disposition;
use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

/// What a file may do where a browser shows it in spite of all: nothing.
const FILE_POLICY: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'none'");
/// A small picture of our own making shows itself and nothing else.
const PICTURE_POLICY: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'; img-src 'self'");

/// A file to save under a name.
pub fn file(name: &str, kind: HeaderValue, bytes: Vec<u8>) -> Response {
    let disposition = HeaderValue::from_str(&disposition(name)).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, FILE_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, Body::from(bytes)).into_response()
}

/// A small picture that the program has drawn itself.
pub fn small_picture(bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
        (header::CONTENT_SECURITY_POLICY, PICTURE_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // The bytes of a file never change; who may see it is asked again after an hour.
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600")),
    ];
    (headers, Body::from(bytes)).into_response()
}
