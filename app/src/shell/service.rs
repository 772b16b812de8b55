//! Whom one may ask for the right to a page: the owners of the project that it belongs to, else the administrators.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::whom_to_ask::Whom;
use crate::{
    domain::{
        account::{Role, UserState},
        board_filter::decode,
        ids::ScheduleId,
        project::{MemberRole, parse_task_ref},
    },
    entities::user,
    error::{AppError, AppResult},
    jobs::service::schedules,
    platform::ctx::Ctx,
    projects::service::access::{self, Viewing},
};

/// Most people who are named.
const MOST: u64 = 5;

/// Those who can give the signed-in person the right to a page, by name; `address` is its path and query. Of a project that
/// the person does not see nobody is named.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn whom_to_ask(ctx: &Ctx, address: &str) -> AppResult<Whom> {
    ctx.me()?;
    let viewing = match project_of(ctx, address).await {
        Ok(viewing) => viewing.filter(|viewing| !viewing.is_owner()),
        Err(AppError::NotFound) => None,
        Err(error) => return Err(error),
    };
    let people = user::Entity::find()
        .select_only()
        .column(user::Column::Name)
        .filter(user::Column::State.eq(UserState::Active))
        .order_by_asc(user::Column::Name)
        .limit(MOST);
    let people = match &viewing {
        Some(viewing) => {
            let owners = access::people_with_role(viewing.project().id, MemberRole::Owner);
            people.filter(user::Column::Id.in_subquery(owners))
        }
        None => people.filter(user::Column::Role.eq(Role::Admin)),
    };
    let names: Vec<String> = people.into_tuple().all(ctx.reader()).await?;
    Ok(Whom { project: viewing.map(|viewing| viewing.project().name.clone()), names })
}

/// The project that a page belongs to, as its address says it.
async fn project_of(ctx: &Ctx, address: &str) -> AppResult<Option<Viewing>> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let mut parts = path.trim_matches('/').split('/');
    let (part, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if part == "jobs"
        && let Ok(id) = name.parse::<ScheduleId>()
    {
        let (_, viewing) = schedules::visible(ctx, id).await?;
        return Ok(Some(viewing));
    }
    let asked = || query.split('&').find_map(|pair| pair.strip_prefix("project=")).map(decode);
    let key = match part {
        "board" | "projects" => Some(name.to_owned()),
        "tasks" => parse_task_ref(name).map(|(key, _)| key).or_else(asked),
        _ => None,
    };
    match key {
        Some(key) => Ok(Some(access::by_key(ctx, ctx.reader(), &key).await?)),
        None => Ok(None),
    }
}
