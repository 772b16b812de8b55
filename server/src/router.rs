//! Every path the host answers, and the layers around them, the outermost last.

use std::path::Path;

use app::platform::state::AppState;
use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, services::ServeDir, set_header::SetResponseHeaderLayer,
};

use crate::{
    attachments, export, frames, health, live, mail_consent, metrics, my_work_stream, notes_file, outbox, pages, rpc,
    run_log, security,
    sessions::{self, TrustedProxies},
    templates, unsubscribe,
};

/// The whole site.
pub fn router(app: AppState, site_root: &Path, proxies: TrustedProxies) -> Router {
    // Pages run their resources as tasks; a second router of the process (tests) finds it set.
    let _ = any_spawner::Executor::init_tokio();
    let guarded = Router::new()
        .route("/rpc/{*function}", post(rpc::handle))
        .merge(export::routes())
        .merge(frames::routes())
        .merge(live::routes())
        .merge(mail_consent::routes())
        .merge(my_work_stream::routes())
        .merge(run_log::routes())
        .merge(attachments::routes())
        .merge(notes_file::routes())
        .merge(outbox::routes())
        .merge(templates::routes())
        .merge(unsubscribe::routes())
        .merge(app::imports::upload::routes())
        .merge(app::jobs::bounce_upload::routes())
        .fallback(get(pages::render))
        .layer(from_fn_with_state(app.clone(), pages::guard))
        .layer(from_fn_with_state(proxies.clone(), sessions::identify))
        .layer(sessions::layer(&app))
        .layer(from_fn(sessions::removal))
        .layer(CompressionLayer::new());

    Router::new()
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show).with_state((app.clone(), proxies)))
        .nest_service("/pkg", built_files(site_root))
        .route_service("/favicon.svg", file(site_root, "favicon.svg"))
        .route_service("/manifest.webmanifest", file(site_root, "manifest.webmanifest"))
        .route_service("/robots.txt", file(site_root, "robots.txt"))
        .merge(guarded)
        .layer(from_fn_with_state(app.clone(), security::same_origin))
        .layer(from_fn_with_state(app.clone(), security::headers))
        .layer(CatchPanicLayer::custom(|_| {
            tracing::error!("a handler panicked");
            (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here. The log has it.").into_response()
        }))
        .layer(from_fn_with_state(app.clone(), metrics::observe))
        .with_state(app)
}

use axum::response::IntoResponse;

/// Hashed names never change their content: browsers keep them for ever.
fn built_files(site_root: &Path) -> Router {
    let files = ServeDir::new(site_root.join("pkg")).precompressed_br().precompressed_gzip();
    let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    let layers = ServiceBuilder::new().layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, for_ever));
    Router::new().fallback_service(files).layer(layers)
}

fn file(site_root: &Path, name: &str) -> tower_http::services::ServeFile {
    tower_http::services::ServeFile::new(site_root.join(name))
}
