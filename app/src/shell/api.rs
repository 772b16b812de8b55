//! Server functions of the frame.

use leptos::prelude::*;

use super::whom_to_ask::Whom;
use crate::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::service,
    crate::platform::{ctx::Ctx, page},
};

/// Those who can give the right to the page at an address, path and query, which was refused.
#[server(prefix = "/rpc")]
pub async fn whom_to_ask(address: String) -> AppResult<Whom> {
    service::whom_to_ask(&Ctx::signed_in()?, &address).await
}

/// Remembers whether the sidebar shows icons alone; without a value it is wide.
#[server(prefix = "/rpc")]
pub async fn save_sidebar(#[server(default)] narrow: Option<String>) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let secure = if ctx.app.settings.is_https() { "; Secure" } else { "" };
    let width = if narrow.is_some() { "narrow" } else { "wide" };
    page::set_cookie(&format!("sidebar={width}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly{secure}"));
    Ok(())
}
