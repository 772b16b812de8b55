//! The upload of a bounce message: counted while it arrives, read, and kept only as what was read.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};

use super::{bounces_page::MAX_BOUNCE_BYTES, service::bounces};
use crate::platform::{
    ctx::Ctx,
    mailer::{NoBounce, read_bounce},
    state::AppState,
    upload::{declared_length, file},
};

/// A browser shows an answer only after it has sent its file; that much of a file that is too large is read and thrown away.
const DISCARDED_BYTES: usize = 4 * MAX_BOUNCE_BYTES;

/// The route of the upload.
pub fn routes() -> Router<AppState> {
    Router::new().route("/jobs/bounces/upload", post(receive).layer(DefaultBodyLimit::disable()))
}

/// Takes the file of the form and goes on to its page.
async fn receive(ctx: Ctx, headers: HeaderMap, form: Multipart) -> Response {
    if ctx.me().is_err() {
        return Redirect::to("/sign-in").into_response();
    }
    if declared_length(&headers).is_some_and(|length| length > DISCARDED_BYTES) {
        return refused("too_large");
    }
    let content = match file(form, MAX_BOUNCE_BYTES, DISCARDED_BYTES).await {
        Ok((_, content)) => content,
        Err(code) => return refused(code),
    };
    let report = match read_bounce(&content) {
        Ok(report) => report,
        Err(NoBounce::NotAMessage) => return refused("not_a_message"),
        Err(NoBounce::NotAReport) => return refused("not_a_report"),
        Err(NoBounce::OtherReport) => return refused("other_report"),
        Err(NoBounce::NoStatus) => return refused("no_status"),
        Err(NoBounce::NoMessageId) => return refused("no_message_id"),
    };
    match bounces::stage(&ctx, &report).await {
        Ok(id) => Redirect::to(&format!("/jobs/bounces/{id}")).into_response(),
        Err(_) => refused("failed"),
    }
}

fn refused(code: &str) -> Response {
    Redirect::to(&format!("/jobs/bounces?refused={code}")).into_response()
}
