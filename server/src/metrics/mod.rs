//! `/metrics` in the text format of Prometheus, version 0.0.4: for this machine, or with a token.
//!
//! Written by hand. The format is a page of rules, kept in `text`; a crate for it would bring a registry of its own and
//! would not gather these numbers. Counters are kept in memory (`app::platform::meters`); what is asked of the database
//! is asked over indexes of what is open or unknown, so that a scrape costs the same after years.

mod gather;
mod text;

use std::net::{IpAddr, SocketAddr};

use app::platform::{meters::RouteClass, secrets::Secret, state::AppState};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::Instant;

use crate::sessions::TrustedProxies;

/// Counts every answer and how long it took to begin.
pub async fn observe(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let class = RouteClass::of(request.uri().path());
    let begun = Instant::now();
    let response = next.run(request).await;
    app.meters.answered(class, response.status().as_u16(), begun.elapsed());
    response
}

/// What the process and its queues look like now.
pub async fn show(State((app, proxies)): State<(AppState, TrustedProxies)>, request: Request) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    match admit(peer, request.headers(), &proxies.0, app.settings.metrics_token.as_ref()) {
        Admission::Welcome => {}
        // Nothing says that there is something to be guessed at.
        Admission::Nowhere => return (StatusCode::NOT_FOUND, "Not found.\n").into_response(),
        Admission::TokenMissing => {
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
            return (StatusCode::UNAUTHORIZED, challenge, "This needs AUTOREPORT_METRICS_TOKEN as a bearer token.\n")
                .into_response();
        }
        Admission::TokenWrong => return (StatusCode::FORBIDDEN, "This token is not right.\n").into_response(),
    }
    match gather::gather(&app).await {
        Ok(text) => ([(header::CONTENT_TYPE, text::CONTENT_TYPE)], text).into_response(),
        // The log has it.
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "The database does not answer.\n").into_response(),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Admission {
    Welcome,
    /// There is no token, and whoever asks is not on this machine.
    Nowhere,
    TokenMissing,
    TokenWrong,
}

/// Whoever has the token may read; without one only this machine, and not what a proxy on it hands on.
fn admit(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &[IpAddr], token: Option<&Secret>) -> Admission {
    if is_local(peer, headers, proxies) {
        return Admission::Welcome;
    }
    let Some(token) = token else { return Admission::Nowhere };
    let sent = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match sent {
        None => Admission::TokenMissing,
        Some((_, sent)) if is_same(sent.trim(), token.expose()) => Admission::Welcome,
        Some(_) => Admission::TokenWrong,
    }
}

fn is_local(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &[IpAddr]) -> bool {
    const HANDED_ON: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];
    peer.is_some_and(|peer| peer.to_canonical().is_loopback() && !proxies.contains(&peer))
        && !HANDED_ON.iter().any(|name| headers.contains_key(*name))
        && is_named_local(headers)
}

/// Whether this machine was asked for by a name of its own. A proxy that says nothing of itself hands on the name that
/// the world knows, as does a browser here whose page's name was made to lead to this machine.
fn is_named_local(headers: &HeaderMap) -> bool {
    let Some(name) = headers.get(header::HOST) else { return true };
    let authority = name.to_str().ok().and_then(|name| name.parse::<Authority>().ok());
    authority.is_some_and(|authority| {
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
    })
}

/// In the same time whatever was sent: both sides are hashed with a key of this moment before they are compared.
fn is_same(sent: &str, token: &str) -> bool {
    let key: [u8; 32] = rand::random();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key);
    let tag = ring::hmac::sign(&key, token.as_bytes());
    ring::hmac::verify(&key, sent.as_bytes(), tag.as_ref()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const TOKEN: &str = "a token of sixteen letters";

    fn with(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    fn ask(peer: &str, headers: &[(&'static str, &'static str)], token: Option<&str>) -> Admission {
        let proxies: [IpAddr; 1] = ["10.0.0.1".parse().unwrap()];
        admit(peer.parse().ok(), &with(headers), &proxies, token.map(Secret::new).as_ref())
    }

    #[test]
    fn this_machine_is_welcome_and_others_find_nothing() {
        for local in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(ask(local, &[], None), Admission::Welcome, "{local}");
        }
        for other in ["192.0.2.9", "10.0.0.1", "nobody"] {
            assert_eq!(ask(other, &[], None), Admission::Nowhere, "{other}");
        }
    }

    #[test]
    fn what_a_proxy_hands_on_is_not_of_this_machine() {
        for header in ["forwarded", "x-forwarded-for", "x-real-ip", "via"] {
            assert_eq!(ask("127.0.0.1", &[(header, "127.0.0.1")], None), Admission::Nowhere, "{header}");
        }
        for host in ["reports.example.org", "reports.example.org:443", "127.0.0.1.example.org", "10.0.0.5:3000", ""] {
            assert_eq!(ask("127.0.0.1", &[("host", host)], None), Admission::Nowhere, "{host:?}");
        }
        for host in ["localhost:3000", "LOCALHOST", "127.0.0.1:3000", "[::1]:3000"] {
            assert_eq!(ask("127.0.0.1", &[("host", host)], None), Admission::Welcome, "{host:?}");
        }
        let proxies: [IpAddr; 1] = ["127.0.0.1".parse().unwrap()];
        assert_eq!(admit("127.0.0.1".parse().ok(), &HeaderMap::new(), &proxies, None), Admission::Nowhere);
    }

    #[test]
    fn others_need_the_very_token() {
        let bearer = |value: &'static str| [("authorization", value)];
        assert_eq!(ask("192.0.2.9", &[], Some(TOKEN)), Admission::TokenMissing);
        assert_eq!(ask("192.0.2.9", &bearer("Basic YTpi"), Some(TOKEN)), Admission::TokenMissing);
        assert_eq!(ask("192.0.2.9", &bearer("Bearer a token of sixteen letters"), Some(TOKEN)), Admission::Welcome);
        for wrong in ["Bearer ", "Bearer a token", "Bearer a token of sixteen lettersx"] {
            assert_eq!(ask("192.0.2.9", &bearer(wrong), Some(TOKEN)), Admission::TokenWrong, "{wrong}");
        }
        assert_eq!(ask("192.0.2.9", &bearer("Bearer x"), None), Admission::Nowhere, "there is no token to be guessed");
    }
}
