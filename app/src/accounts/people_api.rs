//! Server functions of the people and groups of the instance, for administrators, and of the link by which somebody
//! sets a password.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        account::{Role, UserState},
        ids::{TeamId, UserId},
    },
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {
    super::service::{
        groups::{self, Group},
        links, merge,
        people::{self, Invitation},
    },
    crate::{
        entities::user,
        error::{AppError, Problem},
        platform::{ctx::Ctx, page},
    },
};

/// Somebody on the instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonItem {
    pub id: UserId,
    pub name: String,
    /// Empty for a placeholder.
    pub email: String,
    pub role: Role,
    pub state: UserState,
}

/// Somebody's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonDetail {
    pub person: PersonItem,
    /// Where they set their password: shown once, right after it was made.
    pub link: Option<String>,
    /// Whom a placeholder can be merged into.
    pub accounts: Vec<PersonItem>,
    pub is_me: bool,
}

/// A group in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupItem {
    pub id: TeamId,
    pub name: String,
    pub people: u32,
}

/// A group's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupDetail {
    pub id: TeamId,
    pub name: String,
    /// What a change of it goes on from.
    pub version: i64,
    pub people: Vec<PersonItem>,
    /// Whom else there is.
    pub others: Vec<PersonItem>,
}

#[cfg(feature = "ssr")]
const LINK: &str = "password_link";
#[cfg(feature = "ssr")]
const LINK_PATH: &str = "/settings/people";

/// Everybody on the instance, by name.
#[server(prefix = "/rpc")]
pub async fn list_people() -> AppResult<Vec<PersonItem>> {
    Ok(people::list(&Ctx::signed_in()?).await?.into_iter().map(item).collect())
}

/// Somebody's own page.
#[server(prefix = "/rpc")]
pub async fn load_person(id: UserId) -> AppResult<PersonDetail> {
    let ctx = Ctx::signed_in()?;
    let person = item(people::read(&ctx, id).await?);
    let accounts = match person.state {
        UserState::Placeholder => {
            let all = people::list(&ctx).await?.into_iter().map(item);
            all.filter(|other| other.state == UserState::Active).collect()
        }
        UserState::Active | UserState::Disabled => Vec::new(),
    };
    let link = page::take_once(LINK, LINK_PATH, ctx.app.settings.is_https());
    let link = link.filter(|path| is_link(path)).map(|path| format!("{}{path}", ctx.app.settings.base_url));
    Ok(PersonDetail { is_me: ctx.actor_id() == Some(id), person, link, accounts })
}

/// Makes an account and opens its page, which shows the link once.
#[server(prefix = "/rpc")]
pub async fn invite_person(name: String, email: String, zone: String, role: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let typed = [("name", name.as_str()), ("email", email.as_str()), ("zone", zone.as_str()), ("role", role.as_str())];
    let made = async {
        ctx.admin()?;
        let role = read_role(&role)?;
        people::invite(&ctx, Invitation { name: name.clone(), email: email.clone(), zone: zone.clone(), role }).await
    };
    let (made, path) = made.await.map_err(|error| error.with_typed(&typed))?;
    show_link(&ctx, made.id, &path, "created");
    Ok(())
}

/// Makes a new link by which somebody sets their password, and shows it once.
#[server(prefix = "/rpc")]
pub async fn make_password_link(id: UserId) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let path = links::make(&ctx, id).await?;
    show_link(&ctx, id, &path, "created");
    Ok(())
}

/// Gives somebody another role on the instance.
#[server(prefix = "/rpc")]
pub async fn set_person_role(id: UserId, role: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    ctx.admin()?;
    people::set_role(&ctx, id, read_role(&role)?).await?;
    leptos_axum::redirect(&format!("/settings/people/{id}?notice=saved"));
    Ok(())
}

/// Switches an account off.
#[server(prefix = "/rpc")]
pub async fn disable_person(id: UserId) -> AppResult<()> {
    people::disable(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect(&format!("/settings/people/{id}?notice=saved"));
    Ok(())
}

/// Switches an account on again.
#[server(prefix = "/rpc")]
pub async fn enable_person(id: UserId) -> AppResult<()> {
    people::enable(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect(&format!("/settings/people/{id}?notice=saved"));
    Ok(())
}

/// Gives what a placeholder has and did to a person with an account.
#[server(prefix = "/rpc")]
pub async fn merge_person(id: UserId, into: UserId) -> AppResult<()> {
    merge::merge(&Ctx::signed_in()?, id, into).await?;
    leptos_axum::redirect(&format!("/settings/people/{into}?notice=merged"));
    Ok(())
}

/// Whose link this is: their name.
#[server(prefix = "/rpc")]
pub async fn read_password_link(token: String) -> AppResult<String> {
    Ok(links::read(&Ctx::current()?, &token).await?.name)
}

/// Sets the password by a link, which is used up then.
#[server(prefix = "/rpc")]
pub async fn set_password(token: String, #[server(default)] password: String) -> AppResult<()> {
    links::redeem(&Ctx::current()?, &token, password).await?;
    leptos_axum::redirect("/sign-in?notice=password_set");
    Ok(())
}

/// All groups, by name.
#[server(prefix = "/rpc")]
pub async fn list_groups() -> AppResult<Vec<GroupItem>> {
    let all = groups::list(&Ctx::signed_in()?).await?;
    let shown = all.into_iter().map(|Group { team, people }| GroupItem {
        id: team.id,
        name: team.name,
        people: u32::try_from(people.len()).unwrap_or(u32::MAX),
    });
    Ok(shown.collect())
}

/// A group's own page.
#[server(prefix = "/rpc")]
pub async fn load_group(id: TeamId) -> AppResult<GroupDetail> {
    let ctx = Ctx::signed_in()?;
    let Group { team, people } = groups::read(&ctx, id).await?;
    let people: Vec<PersonItem> = people.into_iter().map(item).collect();
    let all = people::list(&ctx).await?.into_iter().map(item);
    let others =
        all.filter(|other| other.state != UserState::Disabled && people.iter().all(|person| person.id != other.id));
    let version = groups::version(&team);
    Ok(GroupDetail { id: team.id, name: team.name, version, others: others.collect(), people })
}

/// Makes an empty group and opens its page.
#[server(prefix = "/rpc")]
pub async fn create_group(#[server(default)] name: String) -> AppResult<()> {
    let made = groups::create(&Ctx::signed_in()?, &name).await.map_err(|error| error.with_typed(&[("name", &name)]))?;
    leptos_axum::redirect(&format!("/settings/groups/{made}?notice=created"));
    Ok(())
}

/// Gives a group another name.
#[server(prefix = "/rpc")]
pub async fn rename_group(
    id: TeamId,
    #[server(default)] version: Option<i64>,
    #[server(default)] name: String,
) -> AppResult<()> {
    let done = groups::rename(&Ctx::signed_in()?, id, version, &name).await;
    let began = version.map(|version| version.to_string()).unwrap_or_default();
    done.map_err(|error| error.with_typed(&[("version", &began), ("name", &name)]))?;
    leptos_axum::redirect(&format!("/settings/groups/{id}?notice=saved"));
    Ok(())
}

/// Deletes a group.
#[server(prefix = "/rpc")]
pub async fn delete_group(id: TeamId) -> AppResult<()> {
    groups::delete(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect("/settings/groups?notice=deleted");
    Ok(())
}

/// Puts somebody into a group.
#[server(prefix = "/rpc")]
pub async fn add_to_group(id: TeamId, person: UserId) -> AppResult<()> {
    groups::add(&Ctx::signed_in()?, id, person).await?;
    leptos_axum::redirect(&format!("/settings/groups/{id}?notice=saved"));
    Ok(())
}

/// Takes somebody out of a group.
#[server(prefix = "/rpc")]
pub async fn remove_from_group(id: TeamId, person: UserId) -> AppResult<()> {
    groups::remove(&Ctx::signed_in()?, id, person).await?;
    leptos_axum::redirect(&format!("/settings/groups/{id}?notice=saved"));
    Ok(())
}

#[cfg(feature = "ssr")]
fn item(row: user::Model) -> PersonItem {
    PersonItem { id: row.id, name: row.name, email: row.email.unwrap_or_default(), role: row.role, state: row.state }
}

#[cfg(feature = "ssr")]
fn read_role(word: &str) -> AppResult<Role> {
    word.parse().map_err(|()| AppError::field("role", Problem::UnknownChoice))
}

/// The link travels in a cookie of one minute, not in the address.
#[cfg(feature = "ssr")]
fn show_link(ctx: &Ctx, id: UserId, path: &str, notice: &str) {
    page::set_once(LINK, path, LINK_PATH, ctx.app.settings.is_https());
    leptos_axum::redirect(&format!("/settings/people/{id}?notice={notice}"));
}

/// A cookie can be written by anybody who has the browser: only what looks like a link is shown.
#[cfg(feature = "ssr")]
fn is_link(path: &str) -> bool {
    path.strip_prefix("/set-password?token=")
        .is_some_and(|token| token.len() == 64 && token.chars().all(|c| c.is_ascii_hexdigit()))
}
