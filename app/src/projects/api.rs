//! Server functions of projects.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{ids::ProjectId, project::MemberRole},
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {
    super::service::{
        access::{self, Holding, Viewing},
        duplicate::{self, Along},
        life,
        projects::{self, NewProject},
        settings::{self, Settings},
        templates::{self, Tasks},
    },
    crate::{
        domain::{project as rules, project_template::Template},
        error::{AppError, Checks, Problem},
        platform::{ctx::Ctx, markdown},
    },
};

/// A project in a list or a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectItem {
    pub id: ProjectId,
    pub key: String,
    pub name: String,
}

/// What every page about a project knows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectHead {
    pub id: ProjectId,
    pub key: String,
    pub name: String,
    /// What the person may do in it.
    pub role: MemberRole,
    pub is_archived: bool,
}

impl ProjectHead {
    /// Whether the person may change its settings now.
    pub fn can_change(&self) -> bool {
        self.role >= MemberRole::Owner && !self.is_archived
    }
}

#[cfg(feature = "ssr")]
impl ProjectHead {
    /// What a proof says.
    pub fn of(viewing: &Viewing) -> Self {
        let project = viewing.project();
        Self {
            id: project.id,
            key: project.key.clone(),
            name: project.name.clone(),
            role: viewing.role(),
            is_archived: viewing.is_archived(),
        }
    }
}

/// A project's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectDetail {
    pub head: ProjectHead,
    /// Markdown.
    pub description: String,
    /// The description as safe HTML.
    pub description_html: String,
    pub zone: String,
    pub archive_after_days: Option<i32>,
    /// Of the settings, to find out whether another owner has changed them.
    pub version: i64,
}

/// The person's projects, those in the archive apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllProjects {
    pub open: Vec<ProjectItem>,
    pub archived: Vec<ProjectItem>,
}

/// The projects of the signed-in person, by name.
#[server(prefix = "/rpc")]
pub async fn list_projects() -> AppResult<Vec<ProjectItem>> {
    let ctx = Ctx::signed_in()?;
    Ok(projects::list(&ctx).await?.into_iter().map(item).collect())
}

/// The projects of the signed-in person with those in the archive.
#[server(prefix = "/rpc")]
pub async fn list_all_projects() -> AppResult<AllProjects> {
    let ctx = Ctx::signed_in()?;
    let open = projects::list(&ctx).await?.into_iter().map(item).collect();
    let archived = projects::archived(&ctx).await?.into_iter().map(item).collect();
    Ok(AllProjects { open, archived })
}

/// What stands on a project's own page.
#[server(prefix = "/rpc")]
pub async fn load_project(key: String) -> AppResult<ProjectDetail> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    let project = viewing.project();
    Ok(ProjectDetail {
        head: ProjectHead::of(&viewing),
        description_html: markdown::to_html(&project.description),
        description: project.description.clone(),
        zone: project.zone.clone(),
        archive_after_days: project.archive_after_days,
        version: settings::version(project),
    })
}

/// Makes a project out of a template and opens its board.
#[server(prefix = "/rpc")]
pub async fn create_project(
    name: String,
    #[server(default)] key: String,
    zone: String,
    #[server(default)] description: String,
    #[server(default)] template: String,
    #[server(default)] tasks: Option<String>,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let typed = [
        ("name", name.as_str()),
        ("key", key.as_str()),
        ("zone", zone.as_str()),
        ("template", template.as_str()),
        ("description", description.as_str()),
    ];
    let made = async {
        let template = match template.as_str() {
            "" => Template::Kanban,
            word => word.parse().map_err(|()| AppError::field("template", Problem::UnknownChoice))?,
        };
        let mut checks = Checks::default();
        let description = checks.text("description", &description, rules::DESCRIPTION_MAX);
        checks.done()?;
        let tasks = if tasks.is_some() { Tasks::Bring } else { Tasks::LeaveOut };
        let new = NewProject { name: name.clone(), key: key.clone(), zone: zone.clone() };
        templates::create_described(&ctx, new, description, template, tasks).await
    };
    let project = made.await.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect(&format!("/board/{}", project.key));
    Ok(())
}

/// Changes a project's settings.
#[server(prefix = "/rpc")]
pub async fn save_project(
    project: ProjectId,
    #[server(default)] version: Option<i64>,
    name: String,
    key: String,
    #[server(default)] description: String,
    zone: String,
    #[server(default)] archive_after_days: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let owning = access::by_id(&ctx, ctx.reader(), project).await?.owning()?;
    let began = version.map(|version| version.to_string()).unwrap_or_default();
    let typed = [
        ("version", began.as_str()),
        ("name", name.as_str()),
        ("key", key.as_str()),
        ("zone", zone.as_str()),
        ("archive_after_days", archive_after_days.as_str()),
        ("description", description.as_str()),
    ];
    let wanted = Settings {
        name: name.clone(),
        key: key.clone(),
        description: description.clone(),
        zone: zone.clone(),
        archive_after_days: archive_after_days.clone(),
    };
    let saved = settings::save(&ctx, &owning, version, wanted).await.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect(&format!("/projects/{}?notice=saved", saved.key));
    Ok(())
}

/// Makes a project like another and opens its board.
#[server(prefix = "/rpc")]
pub async fn duplicate_project(
    project: ProjectId,
    name: String,
    #[server(default)] key: String,
    #[server(default)] tasks: Option<String>,
    #[server(default)] people: Option<String>,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_id(&ctx, ctx.reader(), project).await?;
    let new = NewProject { name: name.clone(), key: key.clone(), zone: viewing.project().zone.clone() };
    let along = Along { tasks: tasks.is_some(), people: people.is_some() };
    let made = duplicate::duplicate(&ctx, &viewing, new, along)
        .await
        .map_err(|error| error.with_typed(&[("name", &name), ("key", &key)]))?;
    leptos_axum::redirect(&format!("/board/{}?notice=created", made.key));
    Ok(())
}

/// Puts a project into the archive.
#[server(prefix = "/rpc")]
pub async fn archive_project(project: ProjectId) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let holding = holding(&ctx, project).await?;
    life::archive(&ctx, &holding).await?;
    leptos_axum::redirect(&format!("/projects/{}?notice=archived", holding.project().key));
    Ok(())
}

/// Brings a project back out of the archive.
#[server(prefix = "/rpc")]
pub async fn restore_project(project: ProjectId) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let holding = holding(&ctx, project).await?;
    life::restore(&ctx, &holding).await?;
    leptos_axum::redirect(&format!("/projects/{}?notice=restored", holding.project().key));
    Ok(())
}

/// Deletes a project for good; `confirm` is its name.
#[server(prefix = "/rpc")]
pub async fn delete_project(project: ProjectId, #[server(default)] confirm: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let holding = holding(&ctx, project).await?;
    life::delete(&ctx, &holding, &confirm).await.map_err(|error| error.with_typed(&[("confirm", &confirm)]))?;
    leptos_axum::redirect("/projects?notice=deleted");
    Ok(())
}

#[cfg(feature = "ssr")]
async fn holding(ctx: &Ctx, project: ProjectId) -> AppResult<Holding> {
    access::by_id(ctx, ctx.reader(), project).await?.holding()
}

#[cfg(feature = "ssr")]
fn item(row: crate::entities::project::Model) -> ProjectItem {
    ProjectItem { id: row.id, key: row.key, name: row.name }
}
