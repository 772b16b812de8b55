//! Layers around everything: cross-site requests, content types, headers.

use app::platform::state::AppState;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::unsubscribe::is_by_token;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses unsafe requests that another site sends with this browser's cookies. Modelled on Go
/// 1.25's CrossOriginProtection: `Sec-Fetch-Site` decides; browsers without it are held to
/// `Origin`; a request with neither may not carry a cookie. A refusal never redirects.
pub async fn same_origin(State(app): State<AppState>, request: Request, next: Next) -> Response {
    if !is_safe(request.method()) {
        // Mail providers say where they come from, and mail programs may: the signed word is the permission there.
        let is_by_token = is_by_token(request.uri().path());
        if !is_by_token && let Err(refusal) = check_origin(request.headers(), &app.settings.base_url) {
            return (StatusCode::FORBIDDEN, refusal).into_response();
        }
        if !has_known_content_type(request.headers()) {
            return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "This content type is not accepted here.").into_response();
        }
    }
    next.run(request).await
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn check_origin(headers: &HeaderMap, base_url: &str) -> Result<(), &'static str> {
    const REFUSAL: &str = "This request came from another site and was refused.";
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    match text(&SEC_FETCH_SITE) {
        Some("same-origin" | "none") => return Ok(()),
        Some(_) => return Err(REFUSAL),
        None => {}
    }
    match text(&header::ORIGIN) {
        Some(origin) => {
            let host = text(&header::HOST).unwrap_or_default();
            let is_own_host = origin.split_once("://").is_some_and(|(_, authority)| authority == host);
            if origin == base_url || is_own_host { Ok(()) } else { Err(REFUSAL) }
        }
        None if headers.contains_key(header::COOKIE) => Err(REFUSAL),
        None => Ok(()),
    }
}

/// Forms, uploads and JSON; a request without a body has no type.
fn has_known_content_type(headers: &HeaderMap) -> bool {
    const KNOWN: [&str; 3] = ["application/x-www-form-urlencoded", "multipart/form-data", "application/json"];
    match headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) {
        None => true,
        Some(kind) => {
            let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            KNOWN.contains(&kind.as_str())
        }
    }
}

/// Headers that every answer carries. A page's own policy stays; everything else gets the strictest.
pub async fn headers(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if app.settings.is_https() {
        headers
            .insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "https://reports.example.org";

    fn with(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_request_of_the_same_origin_passes_and_one_of_another_site_does_not() {
        assert!(check_origin(&with(&[("sec-fetch-site", "same-origin")]), OWN).is_ok());
        for site in ["cross-site", "same-site"] {
            let headers = HeaderMap::from_iter([(SEC_FETCH_SITE, HeaderValue::from_str(site).unwrap())]);
            assert!(check_origin(&headers, OWN).is_err(), "{site}");
        }
    }

    #[test]
    fn without_fetch_metadata_the_origin_decides() {
        assert!(check_origin(&with(&[("origin", OWN)]), OWN).is_ok());
        assert!(check_origin(&with(&[("origin", "https://evil.example")]), OWN).is_err());
        assert!(check_origin(&with(&[("origin", "null"), ("host", "reports.example.org")]), OWN).is_err());
    }

    #[test]
    fn with_neither_a_cookie_is_refused() {
        assert!(check_origin(&with(&[("cookie", "id=1")]), OWN).is_err());
        assert!(check_origin(&with(&[]), OWN).is_ok());
    }

    #[test]
    fn only_known_content_types_pass() {
        assert!(has_known_content_type(&with(&[("content-type", "multipart/form-data; boundary=x")])));
        assert!(has_known_content_type(&with(&[])));
        assert!(!has_known_content_type(&with(&[("content-type", "text/plain")])));
    }
}
