//! Pages: rendered whole, so that they work without WebAssembly and carry their true status.

use std::sync::atomic::{AtomicBool, Ordering};

use app::{
    accounts::service::users,
    frame::frame,
    platform::{
        ctx::{Actor, Ctx},
        kept_form::{self, Kept},
        state::AppState,
    },
};
use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::provide_context;

use crate::unsubscribe::is_by_token;

/// Renders the page of a path.
pub async fn render(State(app): State<AppState>, request: Request) -> Response {
    // A request cannot be lent while something is waited for: its body is nobody's to share.
    let actor = request.extensions().get::<Actor>().cloned().unwrap_or(Actor::Anonymous);
    let query = request.uri().query().unwrap_or_default().to_owned();
    let (context, kept) = (app.clone(), kept(&app, actor, &query).await);
    let render = leptos_axum::render_app_async_with_context(
        move || {
            provide_context(context.clone());
            provide_context(kept.clone());
        },
        move || frame(app.clone()),
    );
    render(request).await
}

/// The refusal that the address names, where it was too long for it. A page without it is worth more than none.
async fn kept(app: &AppState, actor: Actor, query: &str) -> Kept {
    let name = query.split('&').rev().find_map(|pair| pair.strip_prefix(kept_form::FIELD)?.strip_prefix('='));
    let Some(name) = name else { return Kept::default() };
    Kept(kept_form::read(&Ctx::new(app.clone(), actor), name).await.unwrap_or_default())
}

/// Once there is an account there always is one: the question need not be asked again.
static IS_SET_UP: AtomicBool = AtomicBool::new(false);

/// Sends people who are not signed in to the page where they can be, and back afterwards.
pub async fn guard(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_open = matches!(path, "/sign-in" | "/sign-up" | "/set-password" | "/healthz" | "/readyz")
        || path.starts_with("/rpc/")
        // The word in the address is all that is needed.
        || is_by_token(path)
        // A stream is not a page: it answers 401 itself.
        || path.starts_with("/live/")
        || path.starts_with("/pkg/")
        || is_public_file(path);
    let is_anonymous = !matches!(request.extensions().get::<Actor>(), Some(Actor::Person(_)));
    if is_anonymous && (path == "/sign-in" || !is_open) && !is_set_up(&app).await {
        return Redirect::to("/sign-up").into_response();
    }
    if !is_anonymous || is_open {
        return next.run(request).await;
    }
    // The script of a page that sends a file asks for the password over the page; it has no use for another one.
    if request.headers().get(header::ACCEPT).is_some_and(|accept| accept == "application/json") {
        return (StatusCode::UNAUTHORIZED, "signed_out").into_response();
    }
    let wanted = match (request.method(), request.uri().path_and_query()) {
        (&Method::GET, Some(wanted)) if wanted.as_str() != "/" => encode(wanted.as_str()),
        _ => return Redirect::to("/sign-in").into_response(),
    };
    Redirect::to(&format!("/sign-in?next={wanted}")).into_response()
}

async fn is_set_up(app: &AppState) -> bool {
    if IS_SET_UP.load(Ordering::Relaxed) {
        return true;
    }
    // An unreachable database is not an empty one: the sign-in page will say what is wrong.
    let is_any = users::is_any(&Ctx::system(app)).await.unwrap_or(true);
    if is_any {
        IS_SET_UP.store(true, Ordering::Relaxed);
    }
    is_any
}

/// Files at the top of the site that browsers ask for by themselves.
fn is_public_file(path: &str) -> bool {
    matches!(path, "/favicon.svg" | "/favicon.ico" | "/manifest.webmanifest" | "/robots.txt")
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
