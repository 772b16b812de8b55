//! Server functions of saved views.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{domain::ids::SavedViewId, error::AppResult};

#[cfg(feature = "ssr")]
use crate::{
    error::AppError,
    platform::{ctx::Ctx, page},
    projects::service::access,
    tasks::service::saved_views::{self, NewView},
};

/// The views of a project that the person has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedViews {
    /// Prefix of task numbers.
    pub key: String,
    pub name: String,
    /// Whether the person may share views.
    pub can_share: bool,
    /// By name.
    pub views: Vec<ViewItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewItem {
    pub id: SavedViewId,
    pub name: String,
    /// The query of the board's address, without its question mark.
    pub query: String,
    pub is_shared: bool,
    pub is_mine: bool,
    /// Whether the person may remove it.
    pub can_remove: bool,
}

impl ViewItem {
    /// The address it stands for.
    pub fn href(&self, key: &str) -> String {
        if self.query.is_empty() { format!("/board/{key}") } else { format!("/board/{key}?{}", self.query) }
    }
}

/// The views of a project that the person has.
#[server(prefix = "/rpc")]
pub async fn load_saved_views(key: String) -> AppResult<SavedViews> {
    use crate::domain::project::MemberRole;
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    let rows = saved_views::list(&ctx, &viewing).await?;
    let (me, is_owner) = (ctx.me()?.id, viewing.role() >= MemberRole::Owner);
    let project = viewing.project();
    let views = rows.into_iter().map(|row| {
        let is_mine = row.owner_id == me;
        ViewItem {
            id: row.id,
            name: row.name,
            query: row.query,
            is_shared: row.is_shared,
            is_mine,
            can_remove: is_mine || is_owner,
        }
    });
    Ok(SavedViews {
        key: project.key.clone(),
        name: project.name.clone(),
        can_share: viewing.can_edit(),
        views: views.collect(),
    })
}

/// Gives an address of the board a name.
#[server(prefix = "/rpc")]
pub async fn save_view(
    project: String,
    name: String,
    #[server(default)] query: String,
    #[server(default)] shared: bool,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let saved = async {
        let viewing = access::by_key(&ctx, ctx.reader(), &project).await?;
        let new = NewView { name: name.clone(), query, is_shared: shared };
        saved_views::save(&ctx, &viewing, new).await
    };
    saved.await.map_err(|error: AppError| error.with_typed(&[("name", &name)]))?;
    page::go_back("saved");
    Ok(())
}

/// Renames a view, and shares it or stops sharing it.
#[server(prefix = "/rpc")]
pub async fn change_view(
    project: String,
    view: SavedViewId,
    name: String,
    #[server(default)] shared: bool,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &project).await?;
    saved_views::change(&ctx, &viewing, view, &name, shared)
        .await
        .map_err(|error| error.with_typed(&[("name", &name)]))?;
    page::go_back("saved");
    Ok(())
}

/// Removes a view.
#[server(prefix = "/rpc")]
pub async fn remove_view(project: String, view: SavedViewId) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &project).await?;
    saved_views::remove(&ctx, &viewing, view).await?;
    page::go_back("deleted");
    Ok(())
}
