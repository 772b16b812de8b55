//! Server functions of projects.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{domain::ids::ProjectId, error::AppResult};

#[cfg(feature = "ssr")]
use {
    super::service::projects::{self, NewProject},
    crate::platform::ctx::Ctx,
};

/// A project in a list or a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectItem {
    pub id: ProjectId,
    pub key: String,
    pub name: String,
}

/// The projects of the signed-in person, by name.
#[server(prefix = "/rpc")]
pub async fn list_projects() -> AppResult<Vec<ProjectItem>> {
    let ctx = Ctx::signed_in()?;
    let rows = projects::list(&ctx).await?;
    Ok(rows.into_iter().map(|row| ProjectItem { id: row.id, key: row.key, name: row.name }).collect())
}

/// Makes a project and opens its board.
#[server(prefix = "/rpc")]
pub async fn create_project(name: String, #[server(default)] key: String, zone: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let typed = [("name", name.as_str()), ("key", key.as_str()), ("zone", zone.as_str())];
    let new = NewProject { name: name.clone(), key: key.clone(), zone: zone.clone() };
    let project = projects::create(&ctx, new).await.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect(&format!("/board/{}", project.key));
    Ok(())
}
