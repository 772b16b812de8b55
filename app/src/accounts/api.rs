//! Server functions of accounts. The forms that change who is signed in are plain ones, so that the
//! page is loaded anew with its new rights.

use leptos::prelude::*;

use super::security_view::SessionItem;
use crate::{domain::ids::UserId, error::AppResult};

#[cfg(feature = "ssr")]
use {
    super::service::{
        backend::AuthSession,
        security,
        sign_in::Credentials,
        users::{self, NewUser, Profile},
    },
    crate::{
        domain::{
            account::{Language, Theme},
            due::SOON_USUAL,
            week::WeekStart,
        },
        error::{AppError, Problem},
        platform::{
            ctx::{BrowserSession, ClientAddress, Ctx},
            fault, page,
            state::SignUp as Policy,
        },
    },
    axum::http::{header::USER_AGENT, request::Parts},
};

/// Most letters of what a browser says of itself that are kept.
#[cfg(feature = "ssr")]
const AGENT_MOST: usize = 300;

/// Makes an account: the administrator's where there is none, a member's where sign-up is open.
#[server(prefix = "/rpc")]
pub async fn sign_up(name: String, email: String, password: String, zone: String) -> AppResult<()> {
    let ctx = Ctx::current()?;
    let is_first = !users::is_any(&ctx).await?;
    let typed = [("name", name.as_str()), ("email", email.as_str()), ("zone", zone.as_str())];
    let new = NewUser { name: name.clone(), email: email.clone(), password, zone: zone.clone() };
    let made = match (is_first, ctx.app.settings.sign_up) {
        (true, _) => users::create_first(&ctx, new).await,
        (false, Policy::Open) => users::create(&ctx, new, crate::domain::account::Role::Member).await,
        (false, Policy::Invite | Policy::Closed) => Err(AppError::Forbidden),
    };
    let row = made.map_err(|error| error.with_typed(&typed))?;
    begin_session(super::service::backend::SignedIn(row), false).await?;
    leptos_axum::redirect("/");
    Ok(())
}

/// Signs in and goes on to where the person wanted to go.
#[server(prefix = "/rpc")]
pub async fn sign_in(
    email: String,
    password: String,
    #[server(default)] keep: Option<String>,
    #[server(default)] next: Option<String>,
) -> AppResult<()> {
    let address = client_address()?;
    let ctx = Ctx::current()?;
    if email.trim().is_empty() {
        return Err(AppError::field("email", Problem::Required));
    }
    if password.is_empty() {
        return Err(AppError::field("password", Problem::Required).with_typed(&[("email", &email)]));
    }
    let credentials = Credentials { email: email.clone(), password, address };
    let person = super::service::sign_in::check(&ctx, credentials)
        .await
        .map_err(|error| error.with_typed(&[("email", &email)]))?;
    begin_session(person, keep.is_some()).await?;
    leptos_axum::redirect(local_path(next.as_deref()));
    Ok(())
}

/// Ends the session.
#[server(prefix = "/rpc")]
pub async fn sign_out() -> AppResult<()> {
    let mut session = auth_session()?;
    let person = session.logout().await.map_err(|error| fault::internal("signing out", error))?;
    if let Some(person) = person {
        // Streams of the session end at once.
        Ctx::current()?.db().hub().doubt(person.0.id);
    }
    leptos_axum::redirect("/sign-in");
    Ok(())
}

/// Where the person is signed in.
#[server(prefix = "/rpc")]
pub async fn load_sessions() -> AppResult<Vec<SessionItem>> {
    security::sessions(&Ctx::signed_in()?, &BrowserSession::current()?).await
}

/// Gives the person another password. They stay signed in here, in a session of a new id, and nowhere else.
#[server(prefix = "/rpc")]
pub async fn change_password(#[server(default)] current: String, #[server(default)] password: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let person = security::change_password(&ctx, &client_address()?, current, password).await?;
    let is_kept = auth_session()?.session.get::<bool>("keep").await.ok().flatten().unwrap_or_default();
    begin_session(person, is_kept).await?;
    leptos_axum::redirect("/settings/security?notice=password_changed");
    Ok(())
}

/// Ends one session of the person.
#[server(prefix = "/rpc")]
pub async fn end_session(id: String) -> AppResult<()> {
    security::end_sessions(&Ctx::signed_in()?, &BrowserSession::current()?, Some(&id)).await?;
    leptos_axum::redirect("/settings/security?notice=signed_out_elsewhere");
    Ok(())
}

/// Ends all sessions of the person but this one.
#[server(prefix = "/rpc")]
pub async fn end_other_sessions() -> AppResult<()> {
    security::end_sessions(&Ctx::signed_in()?, &BrowserSession::current()?, None).await?;
    leptos_axum::redirect("/settings/security?notice=signed_out_elsewhere");
    Ok(())
}

/// Who is signed in now.
#[server(prefix = "/rpc")]
pub async fn check_session() -> AppResult<UserId> {
    Ok(Ctx::signed_in()?.me()?.id)
}

/// Changes the signed-in person's name, zone, language of mails, colours, keys, what others see of them, what they are told
/// of others, how close things stand, how long messages stay, which days are soon, and where weeks
/// begin.
#[server(prefix = "/rpc")]
pub async fn save_profile(
    name: String,
    zone: String,
    theme: String,
    #[server(default)] language: Option<String>,
    #[server(default)] shortcuts: Option<String>,
    #[server(default)] shows_presence: Option<String>,
    #[server(default)] compact: Option<String>,
    #[server(default)] keeps_toasts: Option<String>,
    #[server(default)] hears_others: Option<String>,
    #[server(default)] soon_days: Option<String>,
    #[server(default)] week_start: Option<String>,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let theme: Theme = theme.parse().map_err(|()| AppError::field("theme", Problem::UnknownChoice))?;
    let unknown = |()| AppError::field("language", Problem::UnknownChoice);
    let language: Option<Language> = language.map(|word| word.parse::<Language>().map_err(unknown)).transpose()?;
    let soon_days = match soon_days {
        Some(days) => days.parse::<u8>().map_err(|_| AppError::field("soon_days", Problem::UnknownChoice))?,
        None => SOON_USUAL,
    };
    let unknown = |()| AppError::field("week_start", Problem::UnknownChoice);
    let week_start: Option<WeekStart> =
        week_start.map(|word| word.parse::<WeekStart>().map_err(unknown)).transpose()?;
    let typed = [("name", name.as_str()), ("zone", zone.as_str())];
    let profile = Profile {
        name: name.clone(),
        zone: zone.clone(),
        language: language.unwrap_or(ctx.me()?.language),
        theme,
        uses_shortcuts: shortcuts.is_some(),
        shows_presence: shows_presence.is_some(),
        is_compact: compact.is_some(),
        keeps_toasts: keeps_toasts.is_some(),
        hears_others: hears_others.is_some(),
        soon_days,
        week_start: week_start.unwrap_or(ctx.me()?.week_start),
    };
    users::save_profile(&ctx, profile).await.map_err(|error| error.with_typed(&typed))?;
    page::set_cookie(&theme_cookie(theme, ctx.app.settings.is_https()));
    leptos_axum::redirect("/settings/profile?notice=saved");
    Ok(())
}

/// Sets the colours and goes back to the page.
#[server(prefix = "/rpc")]
pub async fn set_theme(theme: String, #[server(default)] next: Option<String>) -> AppResult<()> {
    let ctx = Ctx::current()?;
    let theme: Theme = theme.parse().map_err(|()| AppError::field("theme", Problem::UnknownChoice))?;
    if ctx.me().is_ok() {
        users::save_theme(&ctx, theme).await?;
    }
    page::set_cookie(&theme_cookie(theme, ctx.app.settings.is_https()));
    leptos_axum::redirect(local_path(next.as_deref()));
    Ok(())
}

/// All IANA time zones, for the choice beside a zone field.
#[server(prefix = "/rpc")]
pub async fn list_zones() -> AppResult<Vec<String>> {
    Ok(chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name().to_owned()).collect())
}

/// Whether the sign-up page makes the administrator, a member, or nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum SignUpKind {
    First,
    Open,
    Closed,
}

/// What the sign-up page is for now.
#[server(prefix = "/rpc")]
pub async fn read_sign_up_kind() -> AppResult<SignUpKind> {
    let ctx = Ctx::current()?;
    Ok(match (users::is_any(&ctx).await?, ctx.app.settings.sign_up) {
        (false, _) => SignUpKind::First,
        (true, Policy::Open) => SignUpKind::Open,
        (true, _) => SignUpKind::Closed,
    })
}

#[cfg(feature = "ssr")]
fn request_parts() -> AppResult<Parts> {
    use_context::<Parts>().ok_or_else(|| fault::internal("reading the request", "no request in this context"))
}

/// The network address that the request came from; empty where it is not known.
#[cfg(feature = "ssr")]
fn client_address() -> AppResult<String> {
    let parts = request_parts()?;
    Ok(parts.extensions.get::<ClientAddress>().map(|address| address.0.to_string()).unwrap_or_default())
}

#[cfg(feature = "ssr")]
fn auth_session() -> AppResult<AuthSession> {
    request_parts()?
        .extensions
        .get::<AuthSession>()
        .cloned()
        .ok_or_else(|| fault::internal("reading the session", "no session layer"))
}

/// A new session id for the new rights; `keep` makes it outlive the browser.
#[cfg(feature = "ssr")]
async fn begin_session(person: super::service::backend::SignedIn, keep: bool) -> AppResult<()> {
    use axum_login::tower_sessions::Expiry;

    let mut auth = auth_session()?;
    let theme = person.0.theme;
    let broken = |error| fault::internal("making a session", error);
    auth.session.cycle_id().await.map_err(broken)?;
    auth.login(&person).await.map_err(|error| fault::internal("making a session", error))?;
    // For the list of the person's own sessions.
    let agent =
        request_parts()?.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default().to_owned();
    auth.session.insert("agent", agent.chars().take(AGENT_MOST).collect::<String>()).await.map_err(broken)?;
    auth.session.insert("address", client_address()?).await.map_err(broken)?;
    if keep {
        let days = Expiry::OnInactivity(axum_login::tower_sessions::cookie::time::Duration::days(30));
        auth.session.set_expiry(Some(days));
        auth.session.insert("keep", true).await.map_err(broken)?;
    } else {
        auth.session.remove::<bool>("keep").await.map_err(broken)?;
    }
    let ctx = Ctx::current()?;
    page::set_cookie(&theme_cookie(theme, ctx.app.settings.is_https()));
    Ok(())
}

#[cfg(feature = "ssr")]
fn theme_cookie(theme: Theme, is_https: bool) -> String {
    let secure = if is_https { "; Secure" } else { "" };
    format!("theme={theme}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly{secure}")
}

/// Only paths of this site: a link must not send people elsewhere after they signed in.
#[cfg(feature = "ssr")]
fn local_path(next: Option<&str>) -> &str {
    match next {
        Some(path) if path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n', '\t']) => {
            path
        }
        _ => "/",
    }
}
