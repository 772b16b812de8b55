//! The parts of caught mail as files: saved and never shown, and small pictures of pictures.

use app::{
    domain::{
        file::{clean_name, sniff},
        ids::OutboxMessageId,
    },
    error::{AppError, AppResult},
    mail::service::outbox,
    platform::{ctx::Ctx, mailer, state::AppState},
    tasks::service::thumbnail,
};
use axum::{Router, extract::Path, http::HeaderValue, response::Response, routing::get};

use crate::{downloads, frames::refusal};

/// The routes of parts; their number is that of [`mailer::Part`].
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/outbox/{id}/parts/{number}", get(file))
        .route("/outbox/{id}/parts/{number}/thumbnail", get(picture))
}

async fn file(ctx: Ctx, Path((id, number)): Path<(String, String)>) -> Response {
    match part(&ctx, &id, &number).await {
        Ok((name, bytes)) => {
            // What the message says of its type is foreign; the bytes decide.
            let kind = HeaderValue::from_static(sniff(&bytes));
            downloads::file(&clean_name(&name), kind, bytes)
        }
        Err(error) => refusal(&error),
    }
}

async fn picture(ctx: Ctx, Path((id, number)): Path<(String, String)>) -> Response {
    let small = async {
        let (_, bytes) = part(&ctx, &id, &number).await?;
        let (_, found) = thumbnail::look_at(bytes).await;
        found.and_then(|picture| picture.thumbnail).ok_or(AppError::NotFound)
    };
    small.await.map_or_else(|error| refusal(&error), downloads::small_picture)
}

/// Name and bytes of a part of a message that the person may see.
async fn part(ctx: &Ctx, id: &str, number: &str) -> AppResult<(String, Vec<u8>)> {
    let id: OutboxMessageId = id.parse().map_err(|_| AppError::NotFound)?;
    let number: usize = number.parse().map_err(|_| AppError::NotFound)?;
    let row = outbox::read(ctx, id).await?;
    mailer::part(&row.mime, number).ok_or(AppError::NotFound)
}
