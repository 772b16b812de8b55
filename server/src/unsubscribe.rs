//! The one click of RFC 8058: a mail provider sends `List-Unsubscribe=One-Click` to the address in the header, on behalf
//! of a reader who pressed its button, without cookies and without a page. A browser that opens the address sees a page
//! that asks first.

use app::{
    mail::service::unsubscribe,
    platform::{ctx::Ctx, state::AppState},
};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{frames::refusal, pages};

/// What a provider sends, in a form of either kind.
const BODY_BYTES: usize = 4 * 1024;

/// The address in the header of each mail.
pub fn routes() -> Router<AppState> {
    let one_click = get(pages::render).post(one_click).layer(DefaultBodyLimit::max(BODY_BYTES));
    Router::new().route("/unsubscribe/{token}", one_click)
}

/// Whether a request is decided by the word in its address alone: nothing that a browser sends along adds to it.
pub fn is_by_token(path: &str) -> bool {
    path.strip_prefix("/unsubscribe/").is_some_and(|token| !token.is_empty() && !token.contains('/'))
}

async fn one_click(ctx: Ctx, Path(token): Path<String>, body: Bytes) -> Response {
    if !is_one_click(&body) {
        return (StatusCode::BAD_REQUEST, "This address takes List-Unsubscribe=One-Click and nothing else.")
            .into_response();
    }
    match unsubscribe::stop(&ctx, &token).await {
        Ok(()) => (StatusCode::OK, "Unsubscribed.").into_response(),
        Err(error) => refusal(&error),
    }
}

/// `List-Unsubscribe=One-Click`, URL-encoded or as a part of a multipart form (RFC 8058 §3.2).
fn is_one_click(body: &[u8]) -> bool {
    let body = String::from_utf8_lossy(body);
    let is_pair = body.split('&').any(|pair| pair.trim() == "List-Unsubscribe=One-Click");
    let is_part = body
        .split_once("name=\"List-Unsubscribe\"")
        .is_some_and(|(_, rest)| rest.split_once("\r\n\r\n").is_some_and(|(_, value)| value.starts_with("One-Click")));
    is_pair || is_part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_click_is_read_in_both_kinds_of_form_and_nothing_else_is() {
        let part = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
        for body in ["List-Unsubscribe=One-Click", "a=b&List-Unsubscribe=One-Click", part] {
            assert!(is_one_click(body.as_bytes()), "{body}");
        }
        for body in ["", "List-Unsubscribe=", "One-Click", "x=List-Unsubscribe=One-Click"] {
            assert!(!is_one_click(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn only_the_address_itself_is_decided_by_its_word() {
        assert!(is_by_token("/unsubscribe/abc"));
        for path in ["/unsubscribe/", "/unsubscribe", "/unsubscribe/abc/more", "/rpc/stop_mails1", "/x/unsubscribe/abc"]
        {
            assert!(!is_by_token(path), "{path}");
        }
    }
}
