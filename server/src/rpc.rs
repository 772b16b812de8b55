//! Server functions over HTTP, with the true status of an error.

use app::{
    error::AppError,
    platform::{assets::BUILD_HEADER, state::AppState},
};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use leptos::{prelude::provide_context, server_fn::error::ServerFnUrlError};

/// Most bytes of a call; uploads have routes and limits of their own.
const BODY_BYTES: usize = 1024 * 1024;
/// A browser hears an answer only after it has sent everything; that much of a call that is too large is read and
/// thrown away.
const DISCARDED_BYTES: usize = 64 * 1024 * 1024;
/// A serialised error is small; anything larger is not ours.
const ERROR_BYTES: usize = 256 * 1024;

/// Answers a server function and names the build of the server, so that a page of an older one finds
/// out; also where the page calls something that is not there any more.
pub async fn handle(State(app): State<AppState>, request: Request) -> Response {
    let build = HeaderValue::from_str(app.assets.build());
    let mut response = answer(app, request).await;
    if let Ok(build) = build {
        response.headers_mut().insert(BUILD_HEADER, build);
    }
    response
}

/// Leptos 0.8 says 500 for every error: the body is read and the status
/// that the error means is put on. The redirect of a form without WebAssembly stays as it is.
async fn answer(app: AppState, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(content) = collect(&parts.headers, body).await else {
        return too_large(parts.uri.path(), &parts.headers);
    };
    let request = Request::from_parts(parts, Body::from(content));
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

/// The whole call, or nothing where it is too large.
async fn collect(headers: &HeaderMap, body: Body) -> Option<Vec<u8>> {
    let declared = text(headers, header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if declared.is_some_and(|length| length > DISCARDED_BYTES) {
        return None;
    }
    let (mut chunks, mut content, mut arrived) = (body.into_data_stream(), Vec::new(), 0_usize);
    // A connection that breaks off leaves half a call, which cannot be read.
    while let Some(Ok(chunk)) = chunks.next().await {
        arrived += chunk.len();
        if arrived > DISCARDED_BYTES {
            return None;
        }
        if arrived > BODY_BYTES {
            content = Vec::new();
        } else {
            content.extend_from_slice(&chunk);
        }
    }
    (arrived <= BODY_BYTES).then_some(content)
}

/// Says that a call is too large as the call itself would: to a form through the address of its page.
fn too_large(function: &str, headers: &HeaderMap) -> Response {
    let error = AppError::TooLarge;
    if text(headers, header::ACCEPT).is_some_and(|accept| accept.contains("text/html"))
        && let Ok(back) =
            ServerFnUrlError::new(function, error.clone()).to_url(text(headers, header::REFERER).unwrap_or_default())
    {
        return (StatusCode::FOUND, [(header::LOCATION, String::from(back))]).into_response();
    }
    (StatusCode::PAYLOAD_TOO_LARGE, axum::Json(error)).into_response()
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
