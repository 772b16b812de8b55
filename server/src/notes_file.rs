//! The table of work notes as a file: `/board/T/notes.csv`, with the filters of the page's address.

use app::{
    domain::notes_query::NotesQuery,
    platform::{ctx::Ctx, state::AppState},
    projects::service::access,
    tasks::service::{find, notes_table},
};
use axum::{
    Router,
    extract::{Path, RawQuery},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::frames::refusal;

/// The route of the file.
pub fn routes() -> Router<AppState> {
    Router::new().route("/board/{key}/notes.csv", get(notes))
}

async fn notes(ctx: Ctx, Path(key): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let file = async {
        ctx.me()?;
        let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
        let languages = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let first_day = find::first_day(&ctx, languages.unwrap_or_default());
        let query = NotesQuery::from_query(&query.unwrap_or_default(), find::clock(&ctx).today(), first_day);
        let (name, value) = query.span.pair();
        let name = format!("{}-notes-{name}-{value}.csv", viewing.project().key);
        Ok((name, notes_table::csv(&ctx, &viewing, query).await?))
    };
    match file.await {
        Ok((name, bytes)) => csv_file(bytes, &name),
        Err(error) => refusal(&error),
    }
}

/// A CSV file to keep, never to show. The name must be plain ASCII without quotes.
fn csv_file(bytes: Vec<u8>, name: &str) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .unwrap_or(HeaderValue::from_static("attachment; filename=\"notes.csv\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, bytes).into_response()
}
