//! Mail as it is, caught or archived: the HTML for a sandboxed frame under a policy of its own, and the files to download.

use app::{
    archive::service::files,
    domain::ids::{DeliveryId, OccurrenceId, OutboxMessageId, ScheduleId},
    error::{AppError, AppResult},
    jobs::service::dry_run,
    mail::service::outbox,
    platform::{ctx::Ctx, hash::sha256_for_address, state::AppState},
    reports::service::files::File,
};
use axum::{
    Router,
    body::Body,
    extract::{Path, Query},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// What foreign markup may do: show itself with its own styles and the images written into it.
const FRAME_POLICY: HeaderValue = HeaderValue::from_static(
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'",
);

/// The raw parts of caught mail and of reports.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/outbox/{id}/html", get(outbox_html))
        .route("/outbox/{id}/message.eml", get(outbox_file))
        .route("/reports/{id}/mail", get(report_html))
        .route("/reports/{id}/print", get(report_paper))
        .route("/reports/{id}/mail.eml", get(report_file))
        .route("/reports/{id}/report.html", get(report_html_file))
        .route("/reports/{id}/report.txt", get(report_text_file))
        .route("/reports/{id}/data.json", get(report_data_file))
        .route("/reports/{id}/files/{name}", get(report_made_file))
        .route("/jobs/{id}/dry-run/mail", get(dry_run_html))
        .route("/jobs/{id}/dry-run/files/{name}", get(dry_run_file))
        .route("/reports/{id}/recipients/{delivery}/mail.eml", get(recipient_file))
}

async fn outbox_html(ctx: Ctx, Path(id): Path<String>) -> Response {
    let html = async {
        let (_, reading) = outbox::reading(&ctx, parse(&id)?).await?;
        reading.html.ok_or(AppError::NotFound)
    };
    html.await.map_or_else(|error| refusal(&error), mail_frame)
}

async fn outbox_file(ctx: Ctx, Path(id): Path<String>) -> Response {
    let bytes = async { outbox::read(&ctx, parse(&id)?).await.map(|row| row.mime) };
    bytes.await.map_or_else(|error| refusal(&error), |bytes| mail_file(bytes, &format!("mail-{id}.eml")))
}

async fn report_html(ctx: Ctx, Path(id): Path<String>) -> Response {
    let html = async { files::html(&ctx, report(&id)?).await };
    html.await.map_or_else(|error| refusal(&error), mail_frame)
}

/// The report alone, for the printer; the browser saves it as PDF, too.
async fn report_paper(ctx: Ctx, Path(id): Path<String>) -> Response {
    let html = async { files::paper(&ctx, report(&id)?).await };
    html.await.map_or_else(|error| refusal(&error), mail_frame)
}

async fn report_html_file(ctx: Ctx, Path(id): Path<String>) -> Response {
    let bytes = async { files::html(&ctx, report(&id)?).await.map(String::into_bytes) };
    part(bytes.await, "text/html; charset=utf-8", &id, "html")
}

async fn report_text_file(ctx: Ctx, Path(id): Path<String>) -> Response {
    let bytes = async { files::text(&ctx, report(&id)?).await };
    part(bytes.await, "text/plain; charset=utf-8", &id, "txt")
}

async fn report_data_file(ctx: Ctx, Path(id): Path<String>) -> Response {
    let bytes = async { files::data(&ctx, report(&id)?).await.map(String::into_bytes) };
    part(bytes.await, "application/json", &id, "json")
}

/// A file that is made of the facts of a report: `files/weekly-report-APP-2026-11-22.pdf`. What it is called says the
/// answer; of the address only the ending counts.
async fn report_made_file(ctx: Ctx, Path((id, name)): Path<(String, String)>) -> Response {
    let file = async { files::file(&ctx, report(&id)?, &name).await };
    made_file(file.await)
}

/// A file that was made for this answer.
fn made_file(file: AppResult<File>) -> Response {
    match file {
        Ok(file) => {
            let kind = HeaderValue::from_str(&file.content_type)
                .unwrap_or(HeaderValue::from_static("application/octet-stream"));
            let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, attachment(&file.name))];
            (headers, Body::from(file.bytes)).into_response()
        }
        Err(error) => refusal(&error),
    }
}

/// A part of a report as a file to keep, never to show.
fn part(bytes: AppResult<Vec<u8>>, kind: &'static str, id: &str, ending: &str) -> Response {
    match bytes {
        Ok(bytes) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
                (header::CONTENT_DISPOSITION, attachment(&format!("report-{id}.{ending}"))),
            ];
            (headers, Body::from(bytes)).into_response()
        }
        Err(error) => refusal(&error),
    }
}

async fn report_file(ctx: Ctx, Path(id): Path<String>) -> Response {
    let bytes = async { files::message(&ctx, report(&id)?, None).await };
    bytes.await.map_or_else(|error| refusal(&error), |bytes| mail_file(bytes, &format!("report-{id}.eml")))
}

#[derive(Deserialize)]
struct Instant {
    at: DateTime<Utc>,
}

/// The report of an instant, made for this answer alone.
async fn dry_run_html(ctx: Ctx, Path(id): Path<String>, Query(Instant { at }): Query<Instant>) -> Response {
    let html = async {
        let id: ScheduleId = id.parse().map_err(|_| AppError::NotFound)?;
        dry_run::framed_html(&ctx, id, at).await
    };
    html.await.map_or_else(|error| refusal(&error), mail_frame)
}

/// A file of the report of an instant, made for this answer alone; of its name only the ending counts.
async fn dry_run_file(
    ctx: Ctx,
    Path((id, name)): Path<(String, String)>,
    Query(Instant { at }): Query<Instant>,
) -> Response {
    let file = async {
        let id: ScheduleId = id.parse().map_err(|_| AppError::NotFound)?;
        dry_run::file(&ctx, id, at, &name).await
    };
    made_file(file.await)
}

async fn recipient_file(ctx: Ctx, Path((id, delivery)): Path<(String, String)>) -> Response {
    let bytes = async {
        let delivery: DeliveryId = delivery.parse().map_err(|_| AppError::NotFound)?;
        files::message(&ctx, report(&id)?, Some(delivery)).await
    };
    bytes.await.map_or_else(|error| refusal(&error), |bytes| mail_file(bytes, &format!("report-{delivery}.eml")))
}

fn report(id: &str) -> AppResult<OccurrenceId> {
    id.parse().map_err(|_| AppError::NotFound)
}

/// The HTML of a mail, for `<iframe sandbox>`.
pub fn mail_frame(html: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, FRAME_POLICY),
    ];
    (headers, html).into_response()
}

/// As [`mail_frame`], for one that is looked at again and again: the browser keeps it, asks each time whether it is another
/// one by now (`asked` is what it says of the one that it has), and gets it only then.
pub fn kept_frame(html: String, asked: &HeaderMap) -> Response {
    // A weak one: the same words may come compressed or not.
    let tag = format!("W/\"{}\"", sha256_for_address(html.as_bytes()));
    let mut response = if is_known(&tag, asked) {
        // What the browser keeps takes over the headers of this answer.
        (StatusCode::NOT_MODIFIED, [(header::CONTENT_SECURITY_POLICY, FRAME_POLICY)]).into_response()
    } else {
        mail_frame(html)
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// Whether the browser says that it has what a tag names.
fn is_known(tag: &str, asked: &HeaderMap) -> bool {
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|known| known.to_str().ok());
    known.flat_map(|known| known.split(',')).any(|known| known.trim() == tag)
}

/// The bytes of a mail, as a file. The name must be plain ASCII without quotes.
pub fn mail_file(bytes: Vec<u8>, name: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("message/rfc822")),
        (header::CONTENT_DISPOSITION, attachment(name)),
    ];
    (headers, Body::from(bytes)).into_response()
}

fn attachment(name: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).unwrap_or(HeaderValue::from_static("attachment"))
}

/// An error of a raw route: its status, its sentence, and when to come again.
pub fn refusal(error: &AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, error.words()).into_response();
    if let AppError::TooMany { retry_after_seconds } = error {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_seconds));
    }
    response
}

fn parse(id: &str) -> AppResult<OutboxMessageId> {
    id.parse().map_err(|_| AppError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_that_the_browser_has_is_not_sent_again() {
        let first = kept_frame("<p>one</p>".into(), &HeaderMap::new());
        assert_eq!(
            (first.status(), first.headers()[header::CACHE_CONTROL].as_bytes()),
            (StatusCode::OK, b"private, no-cache".as_slice())
        );
        let tag = first.headers()[header::ETAG].to_str().unwrap();
        let asked: HeaderMap =
            [(header::IF_NONE_MATCH, format!("W/\"other\", {tag}").parse().unwrap())].into_iter().collect();
        let again = kept_frame("<p>one</p>".into(), &asked);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        for name in [header::ETAG, header::CACHE_CONTROL, header::CONTENT_SECURITY_POLICY] {
            assert_eq!(again.headers()[&name], first.headers()[&name], "{name}");
        }
        assert_eq!(kept_frame("<p>two</p>".into(), &asked).status(), StatusCode::OK);
    }

    #[test]
    fn who_has_to_wait_hears_how_long() {
        let answer = refusal(&AppError::TooMany { retry_after_seconds: 10 });
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "10");
        assert!(!refusal(&AppError::NotFound).headers().contains_key(header::RETRY_AFTER));
    }
}
