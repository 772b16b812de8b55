//! People of the source: who they are here, placeholders for the others, all of them members.

use std::collections::{HashMap, HashSet};

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::{
    domain::{
        account::{Role, Theme, UserState},
        ids::UserId,
        import::{
            clean,
            plan::{ImportPlan, PlannedCard, PlannedPerson},
            run::{ImportChoices, PersonTarget},
        },
        project::MemberRole,
    },
    entities::{member, project, user},
    error::AppResult,
    imports::service::people::suggest,
    platform::{ctx::Ctx, db::WriteTx},
};

/// Longest name of a person, in characters.
const NAME_MAX: u32 = 100;

/// The user for each person who is assigned to one of the cards or did something with one.
pub async fn bring(
    ctx: &Ctx,
    tx: &WriteTx,
    project: &project::Model,
    plan: &ImportPlan,
    cards: &[&PlannedCard],
    choices: &ImportChoices,
    known: &[user::Model],
) -> AppResult<HashMap<String, UserId>> {
    let wanted = wanted(plan, cards);
    let (mut ids, mut placeholders) = (HashMap::new(), Vec::new());
    for person in plan.people.iter().filter(|person| wanted.contains(person.source_id.as_str())) {
        let target = choices.people.get(&person.source_id).copied().unwrap_or_else(|| suggest(person, known));
        let id = match target {
            PersonTarget::LeaveOut => continue,
            PersonTarget::User(id) => id,
            PersonTarget::Placeholder => {
                let id = UserId(Uuid::now_v7());
                placeholders.push(placeholder(ctx, id, person, &project.zone));
                id
            }
        };
        ids.insert(person.source_id.clone(), id);
    }
    if !placeholders.is_empty() {
        user::Entity::insert_many(placeholders).exec_without_returning(&**tx).await?;
    }
    join(tx, project, ids.values().copied()).await?;
    Ok(ids)
}

fn wanted<'a>(plan: &'a ImportPlan, cards: &[&'a PlannedCard]) -> HashSet<&'a str> {
    let brought: HashSet<&str> = cards.iter().map(|card| card.source_id.as_str()).collect();
    let assigned = cards
        .iter()
        .flat_map(|card| card.people.iter().chain(card.comments.iter().filter_map(|comment| comment.person.as_ref())));
    let acting = plan
        .history
        .iter()
        .filter(|event| brought.contains(event.card.as_str()))
        .filter_map(|event| event.person.as_ref());
    assigned.chain(acting).map(String::as_str).collect()
}

fn placeholder(ctx: &Ctx, id: UserId, person: &PlannedPerson, zone: &str) -> user::ActiveModel {
    user::ActiveModel {
        id: Set(id),
        email: Set(None),
        name: Set(clean::line(&person.name, NAME_MAX)),
        password_hash: Set(None),
        role: Set(Role::Member),
        state: Set(UserState::Placeholder),
        zone: Set(zone.to_owned()),
        theme: Set(Theme::System),
        last_project_id: Set(None),
        uses_shortcuts: Set(true),
        shows_presence: Set(true),
        is_compact: Set(false),
        created_at: Set(ctx.now),
        updated_at: Set(ctx.now),
    }
}

/// Makes members of those who are not yet.
async fn join(tx: &WriteTx, project: &project::Model, people: impl Iterator<Item = UserId>) -> AppResult<()> {
    let there: HashSet<UserId> = member::Entity::find()
        .select_only()
        .column(member::Column::UserId)
        .filter(member::Column::ProjectId.eq(project.id))
        .into_tuple::<UserId>()
        .all(&**tx)
        .await?
        .into_iter()
        .collect();
    let new: HashSet<UserId> = people.filter(|id| !there.contains(id)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let rows = new.into_iter().map(|id| member::ActiveModel {
        project_id: Set(project.id),
        user_id: Set(id),
        role: Set(MemberRole::Editor),
    });
    member::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    Ok(())
}
