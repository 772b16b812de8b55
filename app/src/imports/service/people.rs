//! Who somebody of the source is here.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, sea_query::ExprTrait};

use crate::{
    domain::{
        account::{Role, UserState},
        import::{plan::PlannedPerson, run::PersonTarget},
    },
    entities::{member, user},
    error::AppResult,
    platform::ctx::Ctx,
    projects::service::access,
};

/// The people and placeholders that the person who asks may assign: administrators everybody,
/// others themselves and those they share a project with. By name.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn known(ctx: &Ctx) -> AppResult<Vec<user::Model>> {
    let me = ctx.me()?;
    let mut query =
        user::Entity::find().filter(user::Column::State.ne(UserState::Disabled)).order_by_asc(user::Column::Name);
    if me.role != Role::Admin {
        let with_me = access::visible_projects(me.id);
        let shared = member::Entity::find()
            .select_only()
            .column(member::Column::UserId)
            .filter(member::Column::ProjectId.in_subquery(with_me))
            .into_query();
        query = query.filter(user::Column::Id.eq(me.id).or(user::Column::Id.in_subquery(shared)));
    }
    Ok(query.all(ctx.reader()).await?)
}

/// The same address or the same name, people with an account before placeholders; otherwise a new placeholder.
pub fn suggest(person: &PlannedPerson, known: &[user::Model]) -> PersonTarget {
    let same = |text: &str, other: &str| !text.is_empty() && text.to_lowercase() == other.to_lowercase();
    let by_address = |user: &&user::Model| {
        user.email.as_deref().is_some_and(|email| same(&person.username, email) || same(&person.name, email))
    };
    let by_name = |user: &&user::Model| same(&person.name, &user.name);
    let (placeholders, accounts): (Vec<&user::Model>, Vec<&user::Model>) =
        known.iter().partition(|user| user.state == UserState::Placeholder);
    let found = accounts
        .iter()
        .find(|user| by_address(user))
        .or_else(|| accounts.iter().find(|user| by_name(user)))
        .or_else(|| placeholders.iter().find(|user| by_name(user)));
    found.map_or(PersonTarget::Placeholder, |user| PersonTarget::User(user.id))
}
