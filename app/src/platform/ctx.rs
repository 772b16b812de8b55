//! Who asks, when, and of which instance: the first argument of every service function.

use axum::{
    extract::{FromRef, FromRequestParts},
    http::request::Parts,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use leptos::prelude::use_context;
use sea_orm::DatabaseConnection;

use super::{
    db::{Db, WriteTx},
    state::AppState,
};
use crate::{
    domain::{
        account::{Me, Role},
        ids::UserId,
        moment::Moment,
    },
    error::{AppError, AppResult},
};

/// Who asks.
#[derive(Clone, Debug)]
pub enum Actor {
    /// Nobody is signed in.
    Anonymous,
    /// A signed-in person.
    Person(Me),
    /// The program itself: the scheduler, the command line.
    System,
    /// The program on behalf of an automatic rule.
    Rule(RuleActor),
}

/// An automatic rule at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleActor {
    /// Its name in the history, such as `Rule “Escalate”`.
    pub name: String,
    /// How many rules in a row have set each other off, this one included.
    pub generation: u32,
}

/// The network address that a request came from, behind trusted proxies the one they name.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub std::net::IpAddr);

/// The session that a request belongs to, by the hash of its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserSession(pub String);

impl BrowserSession {
    /// That of the request that a page or a server function is answering.
    ///
    /// # Errors
    /// [`AppError::SignedOut`] where there is none.
    pub fn current() -> AppResult<Self> {
        use_context::<Parts>().and_then(|parts| parts.extensions.get::<Self>().cloned()).ok_or(AppError::SignedOut)
    }
}

/// Who asks, when, and of which instance.
#[derive(Clone, Debug)]
pub struct Ctx {
    pub app: AppState,
    /// One instant for the whole request.
    pub now: DateTime<Utc>,
    pub actor: Actor,
}

impl Ctx {
    /// For a given actor, now.
    pub fn new(app: AppState, actor: Actor) -> Self {
        let now = app.clock.now();
        Self { app, now, actor }
    }

    /// The program itself, now.
    pub fn system(app: &AppState) -> Self {
        Self::new(app.clone(), Actor::System)
    }

    /// The request that a page or a server function is answering.
    ///
    /// # Errors
    /// Outside a request.
    pub fn current() -> AppResult<Self> {
        let missing = || super::fault::internal("reading the request", "no request in this context");
        let app = use_context::<AppState>().ok_or_else(missing)?;
        let parts = use_context::<Parts>().ok_or_else(missing)?;
        let actor = parts.extensions.get::<Actor>().cloned().unwrap_or(Actor::Anonymous);
        Ok(Self::new(app, actor))
    }

    /// As [`Ctx::current`], for a signed-in person.
    ///
    /// # Errors
    /// [`AppError::SignedOut`] where nobody is.
    pub fn signed_in() -> AppResult<Self> {
        let ctx = Self::current()?;
        ctx.me()?;
        Ok(ctx)
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// [`AppError::SignedOut`] where nobody is.
    pub fn me(&self) -> AppResult<&Me> {
        match &self.actor {
            Actor::Person(me) => Ok(me),
            Actor::Anonymous | Actor::System | Actor::Rule(_) => Err(AppError::SignedOut),
        }
    }

    /// The signed-in administrator.
    ///
    /// # Errors
    /// [`AppError::SignedOut`], or [`AppError::Forbidden`] for everybody else.
    pub fn admin(&self) -> AppResult<&Me> {
        let me = self.me()?;
        if me.role == Role::Admin { Ok(me) } else { Err(AppError::Forbidden) }
    }

    /// Whom the history names: a person, or nobody for the program itself.
    pub fn actor_id(&self) -> Option<UserId> {
        match &self.actor {
            Actor::Person(me) => Some(me.id),
            Actor::Anonymous | Actor::System | Actor::Rule(_) => None,
        }
    }

    /// The name of whom the history names; none for the program itself.
    pub fn actor_name(&self) -> Option<&str> {
        match &self.actor {
            Actor::Person(me) => Some(&me.name),
            Actor::Anonymous | Actor::System | Actor::Rule(_) => None,
        }
    }

    /// The person's time zone; UTC for the program itself.
    pub fn zone(&self) -> Tz {
        self.me().ok().and_then(|me| me.zone.parse().ok()).unwrap_or(Tz::UTC)
    }

    /// An instant as the person reads it.
    pub fn moment(&self, at: DateTime<Utc>) -> Moment {
        let local = at.with_timezone(&self.zone());
        Moment { words: local.format("%-d %b %Y, %H:%M").to_string(), machine: at.to_rfc3339() }
    }

    /// An instant within a sentence: "at 14:05" of the person's own day, "on 20 Nov 2026, 14:05" of another one.
    pub fn in_words(&self, at: DateTime<Utc>) -> String {
        let (local, now) = (at.with_timezone(&self.zone()), self.now.with_timezone(&self.zone()));
        let is_today = local.date_naive() == now.date_naive();
        local.format(if is_today { "at %H:%M" } else { "on %-d %b %Y, %H:%M" }).to_string()
    }

    /// The pool, for reads.
    pub fn reader(&self) -> &DatabaseConnection {
        self.app.db.reader()
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.app.db
    }

    /// Begins a write transaction.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] when no connection is to be had.
    pub async fn begin(&self) -> AppResult<WriteTx> {
        Ok(self.app.db.begin_write().await?)
    }
}

impl<S> FromRequestParts<S> for Ctx
where
    S: Send + Sync,
    AppState: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let actor = parts.extensions.get::<Actor>().cloned().unwrap_or(Actor::Anonymous);
        Ok(Self::new(AppState::from_ref(state), actor))
    }
}
