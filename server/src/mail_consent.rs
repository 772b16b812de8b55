//! The way to a provider and back, by which a mail account gets its first refresh token.

use app::{
    domain::consent::Returned,
    error::{AppError, AppResult},
    mail::service::consent::{self, CALLBACK_PATH, LEAVE_PATH},
    platform::{
        ctx::{BrowserSession, Ctx},
        markup::escape,
        state::AppState,
    },
};
use axum::{
    Router,
    extract::{Query, Request},
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use serde::Deserialize;

use crate::frames::refusal;

/// The page holds a link and the icon of the site, and nothing else.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

/// Both directions.
pub fn routes() -> Router<AppState> {
    Router::new().route(LEAVE_PATH, get(leave)).route(CALLBACK_PATH, get(come_back))
}

#[derive(Deserialize)]
struct Leave {
    #[serde(default)]
    to: String,
}

/// Goes on to the provider. A redirect would still belong to the form that began it, and forms lead to this site only: so
/// it is a page that moves on by itself, with a link for browsers that do not.
async fn leave(ctx: Ctx, Query(leave): Query<Leave>) -> Response {
    let url = match consent::leaving(&ctx, &leave.to) {
        Ok(url) => url,
        Err(error) => return refusal(&error),
    };
    let Ok(refresh) = HeaderValue::from_str(&format!("0; url={url}")) else {
        return refusal(&AppError::Malformed);
    };
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>To the provider</title>\
         <link rel=\"icon\" href=\"/favicon.svg\"></head><body><main><h1>To the provider</h1>\
         <p><a href=\"{}\">Go on to the sign-in of the provider</a></p></main></body></html>",
        escape(&url)
    );
    ([(header::REFRESH, refresh), (header::CONTENT_SECURITY_POLICY, POLICY)], Html(page)).into_response()
}

/// Takes what the provider sends back, and goes on to the page of the account. It is the one GET that changes something,
/// as RFC 6749 has it: the state in it is known to this session alone, and counts once.
async fn come_back(ctx: Ctx, Query(returned): Query<Returned>, request: Request) -> Response {
    let session = request.extensions().get::<BrowserSession>().cloned();
    drop(request);
    match page_after(&ctx, session, &returned).await {
        Ok(page) => Redirect::to(&page).into_response(),
        Err(error) => refusal(&error),
    }
}

async fn page_after(ctx: &Ctx, session: Option<BrowserSession>, returned: &Returned) -> AppResult<String> {
    let session = session.ok_or(AppError::SignedOut)?;
    consent::finish(ctx, &session, returned).await?.page(ctx)
}
