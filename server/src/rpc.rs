//! Server functions over HTTP, with the true status of an error.

use app::{
    error::AppError,
    platform::{
        assets::BUILD_HEADER,
        ctx::{Actor, Ctx},
        kept_form,
        state::AppState,
    },
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
/// A serialised error holds at most what the call did, with marks for line breaks; anything larger is not ours.
const ERROR_BYTES: usize = 8 * BODY_BYTES;
/// Most characters of a refusal in an address; with more the lines of a request become too long for what stands between.
const ADDRESS: usize = 4_000;

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
/// that the error means is put on. The redirect of a form without WebAssembly keeps its status, in an address of bearable
/// length.
async fn answer(app: AppState, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(content) = collect(&parts.headers, body).await else {
        return too_large(parts.uri.path(), &parts.headers);
    };
    let actor = parts.extensions.get::<Actor>().cloned().unwrap_or(Actor::Anonymous);
    let request = Request::from_parts(parts, Body::from(content));
    let ctx = Ctx::new(app.clone(), actor);
    let response = leptos_axum::handle_server_fns_with_context(move || provide_context(app.clone()), request)
        .await
        .into_response();
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return with_short_address(&ctx, response).await;
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

/// The refusal of a plain form travels in the address of its page. What an earlier one left there is taken away; one that
/// is too long is kept here, and the address names it.
async fn with_short_address(ctx: &Ctx, mut response: Response) -> Response {
    let location = text(response.headers(), header::LOCATION).map(str::to_owned);
    if let Some(location) = location
        && let Some(short) = short_address(ctx, &location).await
        && let Ok(value) = HeaderValue::from_str(&short)
    {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

/// None where the address has no refusal.
async fn short_address(ctx: &Ctx, location: &str) -> Option<String> {
    let (page, query) = location.split_once('?')?;
    let last = |name: &str| query.split('&').rev().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let (function, refusal) = (last("__path")?, last("__err")?);
    let of_refusals = ["__path", "__err", kept_form::FIELD];
    let is_ours = |pair: &&str| !of_refusals.contains(&pair.split('=').next().unwrap_or_default());
    let mut pairs: Vec<String> = query.split('&').filter(is_ours).map(str::to_owned).collect();
    pairs.push(format!("__path={function}"));
    if refusal.len() <= ADDRESS {
        pairs.push(format!("__err={refusal}"));
    } else {
        let error = ServerFnUrlError::<AppError>::decode_err(&refusal.replace("%3D", "="));
        let short = match kept_form::keep(ctx, &error).await {
            Ok(name) => {
                pairs.push(format!("{}={name}", kept_form::FIELD));
                error.without_typed()
            }
            // Nobody who is not signed in can have anything kept: what fits into the address is all there is.
            Err(_) => error.shortened(),
        };
        pairs.push(format!("__err={}", encoded(short)?));
    }
    Some(format!("{page}?{}", pairs.join("&")))
}

/// An error as it stands in the query of an address.
fn encoded(error: AppError) -> Option<String> {
    let url = ServerFnUrlError::new("", error).to_url("http://page/").ok()?;
    url.query()?.rsplit_once("__err=").map(|(_, error)| error.to_owned())
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
