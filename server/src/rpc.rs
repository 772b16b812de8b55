//! Server functions over HTTP, with the true status of an error.

use app::{error::AppError, platform::state::AppState};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::prelude::provide_context;

/// A serialised error is small; anything larger is not ours.
const ERROR_BYTES: usize = 256 * 1024;

/// Answers a server function. Leptos 0.8 says 500 for every error: the body is read and the status
/// that the error means is put on. The redirect of a form without WebAssembly stays as it is.
pub async fn handle(State(app): State<AppState>, request: Request) -> Response {
    let response = leptos_axum::handle_server_fns_with_context(move || provide_context(app.clone()), request)
        .await
        .into_response();
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, ERROR_BYTES).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Ok(error) = serde_json::from_slice::<AppError>(&bytes) {
        parts.status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if let AppError::TooMany { retry_after_seconds } = error {
            parts.headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after_seconds));
        }
    }
    Response::from_parts(parts, Body::from(bytes))
}
