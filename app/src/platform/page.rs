//! The response of the page that is being rendered: its status, its headers, where it goes instead.

use axum::http::{HeaderName, HeaderValue, StatusCode, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Answers with this status instead of 200.
pub fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}

/// Adds a header to the answer.
pub fn set_header(name: HeaderName, value: &str) {
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(value)) {
        response.insert_header(name, value);
    }
}

/// Appends a cookie to the answer.
pub fn set_cookie(cookie: &str) {
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(cookie)) {
        response.append_header(header::SET_COOKIE, value);
    }
}

/// Keeps a word for the next page under a path, in a cookie that scripts do not see: for what must neither stand in
/// an address nor be read twice.
pub fn set_once(name: &str, value: &str, path: &str, is_https: bool) {
    let secure = if is_https { "; Secure" } else { "" };
    set_cookie(&format!("{name}={value}; Path={path}; Max-Age=60; SameSite=Lax; HttpOnly{secure}"));
}

/// The word that [`set_once`] kept, which is gone then.
pub fn take_once(name: &str, path: &str, is_https: bool) -> Option<String> {
    let value = cookie(name).filter(|value| !value.is_empty())?;
    let secure = if is_https { "; Secure" } else { "" };
    set_cookie(&format!("{name}=; Path={path}; Max-Age=0; SameSite=Lax; HttpOnly{secure}"));
    Some(value)
}

/// The value of a cookie of the request.
pub fn cookie(name: &str) -> Option<String> {
    let parts = use_context::<Parts>()?;
    let header = parts.headers.get(header::COOKIE)?.to_str().ok()?;
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// The languages that the browser prefers, as it says them; empty where it says none.
pub fn languages() -> String {
    let parts = use_context::<Parts>();
    let header = parts.as_ref().and_then(|parts| parts.headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok());
    header.unwrap_or_default().to_owned()
}

/// Path and query of the request.
pub fn path_and_query() -> String {
    use_context::<Parts>()
        .and_then(|parts| parts.uri.path_and_query().map(|path| path.as_str().to_owned()))
        .unwrap_or_else(|| "/".into())
}

/// After a plain form: back to the page it was sent from, which then says what was done. A page
/// that is awake stays where it is and says it itself.
pub fn go_back(notice: &str) {
    let Some(parts) = use_context::<Parts>().filter(is_plain) else { return };
    let referer = parts.headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    leptos_axum::redirect(&with_notice(referer.unwrap_or("/"), notice));
}

/// After a plain form: on to another page. A page that is awake goes there by itself.
pub fn go_on(path: &str) {
    if use_context::<Parts>().is_some_and(|parts| is_plain(&parts)) {
        leptos_axum::redirect(path);
    }
}

/// Whether a form was sent by the browser itself.
fn is_plain(parts: &Parts) -> bool {
    let accept = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// Path and query of an address, with the notice instead of what an earlier form left there.
fn with_notice(address: &str, notice: &str) -> String {
    let local = address.split_once("://").map_or(address, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    let (path, query) = local.split('#').next().unwrap_or(local).split_once('?').unwrap_or((local, ""));
    let of_forms = ["notice=", "__path=", "__err=", "__kept="];
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !of_forms.iter().any(|name| pair.starts_with(name)));
    let pairs: Vec<String> = kept.map(str::to_owned).chain([format!("notice={notice}")]).collect();
    format!("/{}?{}", path.trim_start_matches('/'), pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::with_notice;

    #[test]
    fn a_plain_form_goes_back_to_its_own_site_with_one_notice() {
        assert_eq!(
            with_notice("http://localhost:3000/tasks/T-1?a=1&notice=saved&__err=x", "moved"),
            "/tasks/T-1?a=1&notice=moved"
        );
        assert_eq!(with_notice("https://example.org", "saved"), "/?notice=saved");
        assert_eq!(with_notice("https://example.org//evil.example/x", "saved"), "/evil.example/x?notice=saved");
    }
}
