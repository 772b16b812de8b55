//! Sessions in the database, and who a request comes from.

use std::net::{IpAddr, SocketAddr};

use app::{
    accounts::service::backend::{AuthSession, Backend},
    domain::{account::Me, ids::UserId},
    entities::session,
    platform::{
        clock::Clock,
        ctx::{Actor, BrowserSession, ClientAddress},
        db::Db,
        hash::sha256,
        state::AppState,
    },
};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use axum_login::{AuthManagerLayer, AuthManagerLayerBuilder};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use tower_sessions::{
    Expiry, Session, SessionManagerLayer, SessionStore,
    cookie::SameSite,
    session::{Id, Record},
    session_store::{Error, Result},
};

/// A session ends this long after its last use …
const IDLE: TimeDelta = TimeDelta::minutes(30);
/// … and this long after it began, however much it is used.
const ABSOLUTE: TimeDelta = TimeDelta::hours(12);
/// "Keep me signed in".
const KEPT: TimeDelta = TimeDelta::days(30);
/// The last use is written at most this often.
const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Keeps sessions in the database, under the SHA-256 of their id: a stolen copy of the table signs
/// nobody in. Idle and absolute limits are kept here, because the layer counts writes, not reads.
#[derive(Clone, Debug)]
pub struct Store {
    db: Db,
    clock: Clock,
}

impl Store {
    pub fn new(app: &AppState) -> Self {
        Self { db: app.db.clone(), clock: app.clock.clone() }
    }

    /// Deletes sessions that have ended.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn sweep(&self) -> std::result::Result<u64, sea_orm::DbErr> {
        let tx = self.db.begin_write().await?;
        let done =
            session::Entity::delete_many().filter(session::Column::ExpiresAt.lt(self.clock.now())).exec(&*tx).await?;
        tx.commit().await?;
        Ok(done.rows_affected)
    }

    /// Whether a session has not ended. Asking does not keep it alive: an open page is not a use.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn is_alive(&self, id: &Id) -> std::result::Result<bool, sea_orm::DbErr> {
        let row = session::Entity::find_by_id(hash(id)).one(self.db.reader()).await?;
        Ok(row.is_some_and(|row| row.expires_at > self.clock.now() && row.user_id.is_some()))
    }

    async fn write(&self, record: &Record) -> Result<()> {
        let now = self.clock.now();
        let is_kept = record.data.contains_key("keep");
        let row = session::ActiveModel {
            id_hash: Set(hash(&record.id)),
            user_id: Set(user_of(record)),
            data: Set(serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?),
            is_kept: Set(is_kept),
            created_at: Set(now),
            last_used_at: Set(now),
            expires_at: Set(end(is_kept, now, now)),
        };
        let replace = OnConflict::column(session::Column::IdHash)
            .update_columns([
                session::Column::UserId,
                session::Column::Data,
                session::Column::IsKept,
                session::Column::LastUsedAt,
            ])
            .to_owned();
        let tx = self.db.begin_write().await.map_err(backend)?;
        session::Entity::insert(row).on_conflict(replace).exec_without_returning(&*tx).await.map_err(backend)?;
        if is_kept {
            session::Entity::update_many()
                .col_expr(session::Column::ExpiresAt, Expr::value(now + KEPT))
                .filter(session::Column::IdHash.eq(hash(&record.id)))
                .exec(&*tx)
                .await
                .map_err(backend)?;
        }
        tx.commit().await.map_err(backend)
    }

    async fn touch(&self, row: &session::Model, now: DateTime<Utc>) -> Result<()> {
        let tx = self.db.begin_write().await.map_err(backend)?;
        session::Entity::update_many()
            .col_expr(session::Column::LastUsedAt, Expr::value(now))
            .col_expr(session::Column::ExpiresAt, Expr::value(end(row.is_kept, row.created_at, now)))
            .filter(session::Column::IdHash.eq(&row.id_hash))
            .exec(&*tx)
            .await
            .map_err(backend)?;
        tx.commit().await.map_err(backend)
    }
}

/// When a session ends if it is not used again.
fn end(is_kept: bool, created_at: DateTime<Utc>, last_used_at: DateTime<Utc>) -> DateTime<Utc> {
    if is_kept { created_at + KEPT } else { (last_used_at + IDLE).min(created_at + ABSOLUTE) }
}

#[async_trait::async_trait]
impl SessionStore for Store {
    /// Ids have 128 random bits: a collision is not to be feared, a row of that id not to be found.
    async fn create(&self, record: &mut Record) -> Result<()> {
        self.write(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.write(record).await
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let now = self.clock.now();
        let row = session::Entity::find_by_id(hash(id)).one(self.db.reader()).await.map_err(backend)?;
        let Some(row) = row.filter(|row| row.expires_at > now) else { return Ok(None) };
        if now - row.last_used_at >= TOUCH_EVERY {
            self.touch(&row, now).await?;
        }
        let data = serde_json::from_str(&row.data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry = tower_sessions::cookie::time::OffsetDateTime::from_unix_timestamp(row.expires_at.timestamp())
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date: expiry }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let tx = self.db.begin_write().await.map_err(backend)?;
        session::Entity::delete_by_id(hash(id)).exec(&*tx).await.map_err(backend)?;
        tx.commit().await.map_err(backend)
    }
}

fn backend(error: sea_orm::DbErr) -> Error {
    Error::Backend(error.to_string())
}

fn hash(id: &Id) -> String {
    sha256(id.to_string().as_bytes())
}

/// Whom axum-login wrote into a session.
fn user_of(record: &Record) -> Option<UserId> {
    serde_json::from_value(record.data.get("axum-login.data")?.get("user_id")?.clone()).ok()
}

/// The session and sign-in layers. Over TLS the cookie is `__Host-id`, on plain local addresses `id`.
pub fn layer(app: &AppState) -> AuthManagerLayer<Backend, Store> {
    let is_https = app.settings.is_https();
    let sessions = SessionManagerLayer::new(Store::new(app))
        .with_name(cookie_name(is_https))
        .with_secure(is_https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnSessionEnd);
    AuthManagerLayerBuilder::new(Backend::new(app.clone()), sessions).build()
}

fn cookie_name(is_https: bool) -> &'static str {
    if is_https { "__Host-id" } else { "id" }
}

/// The layer removes a cookie without `Secure`, which browsers ignore for `__Host-` names: add it.
pub async fn removal(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let cookies: Vec<HeaderValue> = response.headers().get_all(header::SET_COOKIE).iter().cloned().collect();
    let is_lacking = |cookie: &HeaderValue| {
        cookie.to_str().is_ok_and(|text| text.starts_with("__Host-") && !text.to_ascii_lowercase().contains("; secure"))
    };
    if cookies.iter().any(is_lacking) {
        response.headers_mut().remove(header::SET_COOKIE);
        for cookie in cookies {
            let whole = match cookie.to_str() {
                Ok(text) if is_lacking(&cookie) => HeaderValue::from_str(&format!("{text}; Secure")).unwrap_or(cookie),
                _ => cookie,
            };
            response.headers_mut().append(header::SET_COOKIE, whole);
        }
    }
    response
}

/// Notes who asks and from where, for everything further in.
pub async fn identify(State(proxies): State<TrustedProxies>, mut request: Request, next: Next) -> Response {
    let actor = match request.extensions().get::<AuthSession>().and_then(|auth| auth.user.clone()) {
        Some(person) => Actor::Person(Me::from(person.0)),
        None => Actor::Anonymous,
    };
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    if let Some(peer) = peer {
        let address = client_address(peer, request.headers(), &proxies.0);
        request.extensions_mut().insert(ClientAddress(address));
    }
    let session = request.extensions().get::<Session>().and_then(Session::id);
    if let Some(id) = session {
        request.extensions_mut().insert(BrowserSession(hash(&id)));
    }
    request.extensions_mut().insert(actor);
    next.run(request).await
}

/// Proxies whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub std::sync::Arc<[IpAddr]>);

/// The rightmost address that is not a trusted proxy: everything left of it anybody can write.
fn client_address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    if !proxies.contains(&peer) {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> =
        forwarded.flat_map(|text| text.split(',')).filter_map(|part| part.trim().parse().ok()).collect();
    hops.into_iter().rev().find(|hop| !proxies.contains(hop)).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_last_hop() {
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let stranger: IpAddr = "192.0.2.9".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("198.51.100.7, 203.0.113.5"));
        assert_eq!(client_address(stranger, &headers, &[proxy]), stranger);
        assert_eq!(client_address(proxy, &headers, &[proxy]), "203.0.113.5".parse::<IpAddr>().unwrap());
    }

    #[test]
    fn a_session_ends_when_idle_and_after_half_a_day_at_the_latest() {
        let begin = DateTime::UNIX_EPOCH;
        assert_eq!(end(false, begin, begin), begin + IDLE);
        assert_eq!(end(false, begin, begin + TimeDelta::hours(11) + TimeDelta::minutes(50)), begin + ABSOLUTE);
        assert_eq!(end(true, begin, begin), begin + KEPT);
    }
}
