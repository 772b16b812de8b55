//! `/healthz`: the process answers. `/readyz`: it can work, too (its database answers).

use app::platform::state::AppState;
use axum::{extract::State, http::StatusCode};
use sea_orm::ConnectionTrait;

/// The process answers.
pub async fn live() -> &'static str {
    "ok\n"
}

/// The database answers.
pub async fn ready(State(app): State<AppState>) -> (StatusCode, &'static str) {
    match app.reader().execute_unprepared("SELECT 1").await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!("readiness: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
