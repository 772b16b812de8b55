//! Templates as they look and as files: previews and pictures for sandboxed frames, the file to take elsewhere.

use app::{
    domain::ids::TemplateId,
    error::{AppError, AppResult},
    platform::{ctx::Ctx, state::AppState},
    templates::{
        service::{exchange, preview},
        upload,
    },
};
use axum::{
    Router,
    extract::{Path, Query},
    http::{HeaderMap, HeaderValue},
    response::Response,
    routing::get,
};
use serde::Deserialize;

use crate::{
    downloads,
    frames::{kept_frame, mail_frame, refusal},
};

/// The routes of templates that are no pages.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/templates/{id}/preview/{token}", get(shown))
        .route("/templates/{id}/picture", get(picture))
        .route("/templates/gallery/{word}/picture", get(gallery))
        .route("/templates/{id}/file", get(file))
        .merge(upload::routes())
}

/// How a preview is looked at.
#[derive(Deserialize)]
struct Look {
    /// `dark` or `light`; without, as the reader's machine has it, and light for a picture.
    #[serde(default)]
    theme: String,
}

/// What the person saw last of a template, for the frame of its designer.
async fn shown(ctx: Ctx, Path((id, token)): Path<(String, String)>, Query(look): Query<Look>) -> Response {
    let html = async { preview::stored(&ctx, parse(&id)?, &token).await };
    html.await.map_or_else(|error| refusal(&error), |html| mail_frame(preview::in_theme(&html, &look.theme)))
}

/// A template as the library shows it: its draft, filled in with sample data.
async fn picture(ctx: Ctx, Path(id): Path<String>, asked: HeaderMap) -> Response {
    let html = async { preview::picture(&ctx, parse(&id)?).await };
    drawn(html.await, "light", &asked)
}

/// A template of the gallery, filled in with sample data.
async fn gallery(ctx: Ctx, Path(word): Path<String>, Query(look): Query<Look>, asked: HeaderMap) -> Response {
    let theme = if look.theme == "dark" { "dark" } else { "light" };
    drawn(preview::gallery_picture(&ctx, &word).await, theme, &asked)
}

/// A picture: its address stays while what it shows changes.
fn drawn(html: AppResult<String>, theme: &str, asked: &HeaderMap) -> Response {
    html.map_or_else(|error| refusal(&error), |html| kept_frame(preview::in_theme(&html, theme), asked))
}

async fn file(ctx: Ctx, Path(id): Path<String>) -> Response {
    let file = async { exchange::export(&ctx, parse(&id)?).await };
    match file.await {
        Ok((name, bytes)) => downloads::file(&name, HeaderValue::from_static("application/json"), bytes),
        Err(error) => refusal(&error),
    }
}

fn parse(id: &str) -> AppResult<TemplateId> {
    id.parse().map_err(|_| AppError::NotFound)
}
