//! Server functions of members. All forms are plain ones: the page is loaded anew with what is true then.

use leptos::prelude::*;

use super::view::Members;
use crate::{
    domain::ids::{ProjectId, TeamId, UserId},
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {
    super::service::{
        groups, list,
        members::{self, OpenTasks},
    },
    crate::{
        domain::project::MemberRole,
        platform::ctx::Ctx,
        projects::service::access::{self, Owning},
        tasks::service::input::read_word,
    },
};

/// The people and groups of a project.
#[server(prefix = "/rpc")]
pub async fn load_members(key: String) -> AppResult<Members> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    list::read(&ctx, &viewing).await
}

/// Makes somebody a member, by name or address.
#[server(prefix = "/rpc")]
pub async fn add_member(project: ProjectId, #[server(default)] who: String, role: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let owning = owning(&ctx, project).await?;
    let role: MemberRole = read_word("role", &role)?;
    members::add(&ctx, &owning, &who, role).await.map_err(|error| error.with_typed(&[("who", &who)]))?;
    back(&owning, "saved");
    Ok(())
}

/// Gives a member another role.
#[server(prefix = "/rpc")]
pub async fn set_member_role(project: ProjectId, person: UserId, role: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let owning = owning(&ctx, project).await?;
    members::set_role(&ctx, &owning, person, read_word("role", &role)?).await?;
    back(&owning, "saved");
    Ok(())
}

/// Takes somebody out of a project; `unassign` takes them off their open tasks, too.
#[server(prefix = "/rpc")]
pub async fn remove_member(
    project: ProjectId,
    person: UserId,
    #[server(default)] unassign: Option<String>,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let owning = owning(&ctx, project).await?;
    let tasks = if unassign.is_some() { OpenTasks::Unassign } else { OpenTasks::Keep };
    members::remove(&ctx, &owning, person, tasks).await?;
    if ctx.actor_id() == Some(person) {
        leptos_axum::redirect("/projects?notice=saved");
    } else {
        back(&owning, "saved");
    }
    Ok(())
}

/// Leaves a project.
#[server(prefix = "/rpc")]
pub async fn leave_project(project: ProjectId) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_id(&ctx, ctx.reader(), project).await?;
    members::leave(&ctx, &viewing).await?;
    leptos_axum::redirect("/projects?notice=left");
    Ok(())
}

/// Adds a group, or gives one that is there another role.
#[server(prefix = "/rpc")]
pub async fn add_project_group(project: ProjectId, group: TeamId, role: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let owning = owning(&ctx, project).await?;
    groups::add(&ctx, &owning, group, read_word("role", &role)?).await?;
    back(&owning, "saved");
    Ok(())
}

/// Gives a group another role.
#[server(prefix = "/rpc")]
pub async fn set_project_group_role(project: ProjectId, group: TeamId, role: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let owning = owning(&ctx, project).await?;
    groups::set_role(&ctx, &owning, group, read_word("role", &role)?).await?;
    back(&owning, "saved");
    Ok(())
}

/// Takes a group out of a project.
#[server(prefix = "/rpc")]
pub async fn remove_project_group(project: ProjectId, group: TeamId) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let owning = owning(&ctx, project).await?;
    groups::remove(&ctx, &owning, group).await?;
    back(&owning, "saved");
    Ok(())
}

#[cfg(feature = "ssr")]
async fn owning(ctx: &Ctx, project: ProjectId) -> AppResult<Owning> {
    access::by_id(ctx, ctx.reader(), project).await?.owning()
}

#[cfg(feature = "ssr")]
fn back(owning: &Owning, notice: &str) {
    leptos_axum::redirect(&format!("/projects/{}/members?notice={notice}", owning.project().key));
}
