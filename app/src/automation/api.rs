//! Server functions of rules. All forms are plain ones.

use leptos::prelude::*;

use super::view::{RuleDetail, Rules};
use crate::{
    domain::ids::{ProjectId, RuleId},
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {
    super::service::{
        read_input,
        rules::{self, Way},
    },
    crate::{
        error::AppError,
        platform::ctx::Ctx,
        projects::service::access::{self, Owning},
    },
};

/// The rules of a project.
#[server(prefix = "/rpc")]
pub async fn list_rules(key: String) -> AppResult<Rules> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    rules::list(&ctx, &viewing).await
}

/// A rule with its form and its log; without an id, what the form of a new one offers.
#[server(prefix = "/rpc")]
pub async fn load_rule(key: String, #[server(default)] id: Option<RuleId>) -> AppResult<RuleDetail> {
    let ctx = Ctx::signed_in()?;
    let viewing = access::by_key(&ctx, ctx.reader(), &key).await?;
    rules::read(&ctx, &viewing, id).await
}

/// Makes a rule, or changes the one of the id.
#[server(prefix = "/rpc")]
pub async fn save_rule(
    project: ProjectId,
    #[server(default)] id: String,
    #[server(default)] version: i64,
    #[server(default)] name: String,
    #[server(default)] when: String,
    #[server(default)] when_column: String,
    #[server(default)] when_label: String,
    #[server(default)] priority: String,
    #[server(default)] category: String,
    #[server(default)] due_in: String,
    #[server(default)] assign: String,
    #[server(default)] unassign: String,
    #[server(default)] add_label: String,
    #[server(default)] remove_label: String,
    #[server(default)] move_to: String,
    #[server(default)] comment: String,
    #[server(default)] notify: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let owning = access::by_id(&ctx, ctx.reader(), project).await?.owning()?;
    let fields = [
        ("name", name.as_str()),
        ("when", when.as_str()),
        ("when_column", when_column.as_str()),
        ("when_label", when_label.as_str()),
        ("priority", priority.as_str()),
        ("category", category.as_str()),
        ("due_in", due_in.as_str()),
        ("assign", assign.as_str()),
        ("unassign", unassign.as_str()),
        ("add_label", add_label.as_str()),
        ("remove_label", remove_label.as_str()),
        ("move_to", move_to.as_str()),
        ("notify", notify.as_str()),
        ("comment", comment.as_str()),
    ];
    let saved = async {
        let value = |name: &str| fields.iter().find(|(field, _)| *field == name).map(|(_, value)| (*value).to_owned());
        let input = read_input(|name| value(name).unwrap_or_default())?;
        match id.as_str() {
            "" => rules::create(&ctx, &owning, input).await,
            id => {
                let id: RuleId = id.parse().map_err(|_| AppError::Malformed)?;
                rules::update(&ctx, &owning, id, version, input).await.map(|()| id)
            }
        }
    };
    let began = version.to_string();
    let saved = saved.await.map_err(|error| error.with_typed(&[("version", &began)]).with_typed(&fields))?;
    let notice = if id.is_empty() { "created" } else { "saved" };
    leptos_axum::redirect(&format!("/projects/{}/rules/{saved}?notice={notice}", owning.project().key));
    Ok(())
}

/// Switches a rule on (`on`) or off.
#[server(prefix = "/rpc")]
pub async fn switch_rule(id: RuleId, #[server(default)] on: Option<String>) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let owning = owning(&ctx, id).await?;
    rules::switch(&ctx, &owning, id, on.is_some()).await?;
    back(&owning, "saved");
    Ok(())
}

/// Moves a rule by one place in the order: `up`, else down.
#[server(prefix = "/rpc")]
pub async fn shift_rule(id: RuleId, #[server(default)] way: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let owning = owning(&ctx, id).await?;
    rules::shift(&ctx, &owning, id, if way == "up" { Way::Up } else { Way::Down }).await?;
    back(&owning, "saved");
    Ok(())
}

/// Deletes a rule with its log.
#[server(prefix = "/rpc")]
pub async fn delete_rule(id: RuleId) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let owning = owning(&ctx, id).await?;
    rules::delete(&ctx, &owning, id).await?;
    back(&owning, "deleted");
    Ok(())
}

#[cfg(feature = "ssr")]
async fn owning(ctx: &Ctx, id: RuleId) -> AppResult<Owning> {
    let project = rules::project_of(ctx.reader(), id).await?;
    access::by_id(ctx, ctx.reader(), project).await?.owning()
}

#[cfg(feature = "ssr")]
fn back(owning: &Owning, notice: &str) {
    leptos_axum::redirect(&format!("/projects/{}/rules?notice={notice}", owning.project().key));
}
