//! Projects as files: JSON with everything, CSV of the tasks. Whoever sees a project may take it along.

use app::{
    error::{AppError, AppResult},
    platform::{ctx::Ctx, state::AppState},
    projects::service::{
        access::{self, Viewing},
        export,
    },
};
use axum::{
    Router,
    body::Body,
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::frames::refusal;

/// The files of a project.
pub fn routes() -> Router<AppState> {
    Router::new().route("/projects/{key}/export.json", get(json)).route("/projects/{key}/export.csv", get(csv))
}

async fn json(ctx: Ctx, Path(key): Path<String>) -> Response {
    let made = async {
        let viewing = visible(&ctx, &key).await?;
        let bytes = export::json(&ctx, &viewing).await?;
        Ok(file(bytes, "application/json", &name(&ctx, &viewing, "json")))
    };
    made.await.unwrap_or_else(|error: AppError| refusal(&error))
}

async fn csv(ctx: Ctx, Path(key): Path<String>) -> Response {
    let made = async {
        let viewing = visible(&ctx, &key).await?;
        let bytes = export::csv(&ctx, &viewing).await?;
        Ok(file(bytes, "text/csv; charset=utf-8", &name(&ctx, &viewing, "csv")))
    };
    made.await.unwrap_or_else(|error: AppError| refusal(&error))
}

async fn visible(ctx: &Ctx, key: &str) -> AppResult<Viewing> {
    access::by_key(ctx, ctx.reader(), key).await
}

/// Keys are plain letters and digits, so the name needs no quoting.
fn name(ctx: &Ctx, viewing: &Viewing, ending: &str) -> String {
    format!("{}-{}.{ending}", viewing.project().key, ctx.now.date_naive())
}

fn file(bytes: Vec<u8>, kind: &'static str, name: &str) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, disposition)];
    (headers, Body::from(bytes)).into_response()
}
