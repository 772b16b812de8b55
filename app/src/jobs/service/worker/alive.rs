//! A claim stays somebody's as long as they say so.

use std::time::Duration;

use tokio::task::JoinHandle;

use crate::{
    domain::occurrence::HEARTBEAT,
    jobs::service::{ledger, sending::Hold},
    platform::{ctx::Ctx, state::AppState},
};

/// Renews a claim until it is dropped.
pub(super) struct Alive(JoinHandle<()>);

impl Alive {
    /// From now on.
    pub fn keep(app: &AppState, hold: Hold) -> Alive {
        let app = app.clone();
        let every = HEARTBEAT.to_std().unwrap_or(Duration::from_secs(15));
        Alive(tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                match ledger::renew(&Ctx::system(&app), hold.run, hold.fence).await {
                    Ok(true) => {}
                    // Every write of the owner checks the fence; there is nothing to stop here.
                    Ok(false) => return,
                    Err(error) => tracing::warn!("renewing the claim of run {}: {error}", hold.run),
                }
            }
        }))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.abort();
    }
}
