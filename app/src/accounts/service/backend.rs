//! What axum-login asks of us: who a session belongs to.

use axum_login::{AuthUser, AuthnBackend};
use sea_orm::EntityTrait;

use crate::{
    domain::{account::UserState, ids::UserId},
    entities::user,
    error::AppError,
    platform::{ctx::Ctx, state::AppState},
};

/// Finds people for sessions.
#[derive(Clone, Debug)]
pub struct Backend {
    app: AppState,
}

/// The session of a request.
pub type AuthSession = axum_login::AuthSession<Backend>;

/// A person with the part that ends their sessions when it changes: the password's hash.
#[derive(Clone, Debug)]
pub struct SignedIn(pub user::Model);

impl AuthUser for SignedIn {
    type Id = UserId;

    fn id(&self) -> UserId {
        self.0.id
    }

    fn session_auth_hash(&self) -> &[u8] {
        self.0.password_hash.as_deref().unwrap_or_default().as_bytes()
    }
}

impl Backend {
    pub fn new(app: AppState) -> Self {
        Self { app }
    }
}

impl AuthnBackend for Backend {
    type User = SignedIn;
    type Credentials = super::sign_in::Credentials;
    type Error = AppError;

    async fn authenticate(&self, credentials: Self::Credentials) -> Result<Option<SignedIn>, AppError> {
        let ctx = Ctx::system(&self.app);
        super::sign_in::check(&ctx, credentials).await.map(Some)
    }

    /// A disabled person's sessions end with their next request.
    async fn get_user(&self, id: &UserId) -> Result<Option<SignedIn>, AppError> {
        let row = user::Entity::find_by_id(*id).one(self.app.reader()).await?;
        Ok(row.filter(|row| row.state == UserState::Active).map(SignedIn))
    }
}
