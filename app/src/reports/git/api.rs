//! Server functions of the Git archive.

use leptos::prelude::*;

use super::view::{GitArchiveView, ReportHistory};
use crate::error::AppResult;

#[cfg(feature = "ssr")]
use crate::{
    domain::git_remote::without_secret,
    error::AppError,
    platform::ctx::Ctx,
    reports::service::{
        git_history,
        git_push::{self, Pushed},
        git_settings::{self, ArchiveInput, RemoteInput},
        git_state,
    },
};

/// The settings of the archive and how its pushes stand. For administrators.
#[server(prefix = "/rpc")]
pub async fn load_git_archive() -> AppResult<GitArchiveView> {
    git_state::read(&Ctx::signed_in()?).await
}

/// Changes repository, branch and author, from the next commit on.
#[server(prefix = "/rpc")]
pub async fn save_git_archive(
    version: i64,
    #[server(default)] repository: String,
    branch: String,
    #[server(default)] author_name: String,
    #[server(default)] author_email: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let input = ArchiveInput { repository, branch, author_name, author_email };
    let typed = input.clone();
    git_settings::save(&ctx, version, input).await.map_err(|error| {
        error.with_typed(&[
            ("version", &version.to_string()),
            ("repository", &typed.repository),
            ("branch", &typed.branch),
            ("author_name", &typed.author_name),
            ("author_email", &typed.author_email),
        ])
    })?;
    leptos_axum::redirect("/settings/git?notice=saved");
    Ok(())
}

/// Changes where the archive is pushed to. The secrets are never sent back.
#[server(prefix = "/rpc")]
pub async fn save_git_remote(
    version: i64,
    #[server(default)] url: String,
    #[server(default)] user: String,
    #[server(default)] token: String,
    #[server(default)] key: String,
    #[server(default)] private_key: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let typed =
        [("version", version.to_string()), ("url", without_secret(&url)), ("user", user.clone()), ("key", key.clone())];
    let input = RemoteInput { url, user, token, key, private_key };
    git_settings::save_remote(&ctx, version, input).await.map_err(|error| {
        let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        error.with_typed(&typed)
    })?;
    leptos_axum::redirect("/settings/git?notice=saved");
    Ok(())
}

/// Pushes nothing from now on and forgets the secret.
#[server(prefix = "/rpc")]
pub async fn remove_git_remote(version: i64) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    git_settings::remove_remote(&ctx, version).await?;
    leptos_axum::redirect("/settings/git?notice=deleted");
    Ok(())
}

/// Asks the server for its branches; with `keys` for its keys alone.
#[server(prefix = "/rpc")]
pub async fn test_git_remote(#[server(default)] keys: Option<String>) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    match keys {
        Some(_) => git_settings::read_host_keys(&ctx).await?,
        None => git_settings::test(&ctx).await?,
    }
    leptos_axum::redirect("/settings/git#remote");
    Ok(())
}

/// Trusts the keys of the server that the page has shown.
#[server(prefix = "/rpc")]
pub async fn confirm_git_host_keys(#[server(default)] keys: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    git_settings::confirm_host_keys(&ctx, &keys).await?;
    leptos_axum::redirect("/settings/git?notice=saved");
    Ok(())
}

/// Pushes at once. What git says when it refuses is on the page.
#[server(prefix = "/rpc")]
pub async fn push_git_archive() -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    match git_push::push_now(&ctx).await {
        Ok(Pushed { commit: None, .. }) => leptos_axum::redirect("/settings/git?notice=nothing_to_push"),
        Ok(_) => leptos_axum::redirect("/settings/git?notice=pushed"),
        Err(AppError::Outside { .. }) => leptos_axum::redirect("/settings/git#push"),
        Err(error) => return Err(error),
    }
    Ok(())
}

/// The history of a report, compared with another one of its job, or with the one before.
#[server(prefix = "/rpc")]
pub async fn load_report_history(id: String, #[server(default)] with: Option<String>) -> AppResult<ReportHistory> {
    let ctx = Ctx::signed_in()?;
    let with = with.map(|id| id.parse().map_err(|_| AppError::NotFound)).transpose()?;
    git_history::read(&ctx, id.parse().map_err(|_| AppError::NotFound)?, with).await
}
