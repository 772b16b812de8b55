//! Argon2id through password-auth, off the async threads and a few at a time.

use std::sync::OnceLock;

use crate::{
    error::{AppError, AppResult},
    platform::{fault, state::AppState},
};

/// Hashes a password into PHC form.
///
/// # Errors
/// [`AppError::Internal`] where the hashing thread broke.
pub async fn hash(app: &AppState, password: String) -> AppResult<String> {
    in_turn(app, move || password_auth::generate_hash(password)).await
}

/// Whether a password fits a hash. Without a hash (unknown account, placeholder) the same work is
/// done and the answer is no, so that time tells nothing.
///
/// # Errors
/// [`AppError::Internal`] where the hashing thread broke.
pub async fn is_right(app: &AppState, password: String, hash: Option<String>) -> AppResult<bool> {
    in_turn(app, move || match hash {
        Some(hash) => password_auth::verify_password(password, &hash).is_ok(),
        None => {
            let _ = password_auth::verify_password(password, nobodys_hash());
            false
        }
    })
    .await
}

/// A hash that no password fits, made once with the parameters of real ones.
fn nobodys_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let nobody: [u8; 32] = rand::random();
        password_auth::generate_hash(nobody)
    })
}

async fn in_turn<T: Send + 'static>(app: &AppState, work: impl FnOnce() -> T + Send + 'static) -> AppResult<T> {
    let _turn = app.hashers.acquire().await.map_err(|_| AppError::Unavailable)?;
    tokio::task::spawn_blocking(work).await.map_err(|error| fault::internal("hashing a password", error))
}
