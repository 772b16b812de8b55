//! What all streams of server-sent events have in common: how they answer, and when they look and speak.

use std::{convert::Infallible, str::FromStr, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures::{Stream, StreamExt};
use tokio::time::{Interval, MissedTickBehavior, interval};

/// Silence this long is broken by a comment, or proxies take the connection for dead.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often a stream looks whether its session and membership have ended, without being told.
pub const CHECK_EVERY: Duration = Duration::from_secs(30);

/// What the browser heard last, where it comes back.
pub fn last_event_id<T: FromStr>(headers: &HeaderMap) -> Option<T> {
    headers.get(HeaderName::from_static("last-event-id"))?.to_str().ok()?.trim().parse().ok()
}

/// Ticks that begin after their first interval; those that were missed are not made up for.
pub fn ticks(every: Duration) -> Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.reset();
    ticks
}

/// An answer that goes on for as long as there are pieces.
pub fn answer(pieces: impl Stream<Item = String> + Send + 'static) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Proxies that collect answers before they pass them on leave this one alone.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, Body::from_stream(pieces.map(|piece| Ok::<_, Infallible>(Bytes::from(piece))))).into_response()
}
