//! The log: to standard error, and to a daily file where a folder is set.

use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts the log; the guard writes what is left when it is dropped.
pub fn start(log_dir: Option<&Path>) -> Option<WorkerGuard> {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,sea_orm_migration=warn,tower_sessions_core=warn"));
    let to_terminal = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let (to_file, guard) = match log_dir {
        None => (None, None),
        Some(folder) => {
            let (writer, guard) =
                tracing_appender::non_blocking(tracing_appender::rolling::daily(folder, "autoreport.log"));
            (Some(fmt::layer().with_writer(writer).with_ansi(false)), Some(guard))
        }
    };
    // A second start in the same process (tests) keeps the first log.
    let _ = tracing_subscriber::registry().with(filter).with(to_terminal).with(to_file).try_init();
    guard
}
