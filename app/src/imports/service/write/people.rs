//! People of the source: who they are here, placeholders for the others, all of them members.

use std::collections::{HashMap, HashSet};

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::target::{Origin, Target};

use crate::{
    domain::{
        account::{Language, Role, Theme, UserState},
        due::SOON_USUAL,
        ids::UserId,
        import::{
            clean,
            plan::{ImportPlan, PlannedCard, PlannedPart, PlannedPerson},
            run::{ImportChoices, PersonTarget},
        },
        project::MemberRole,
        week::WeekStart,
    },
    entities::{member, user},
    error::AppResult,
    imports::service::people::suggest,
    platform::{ctx::Ctx, db::WriteTx},
};

/// Longest name of a person, in characters.
const NAME_MAX: u32 = 100;

/// The user for each person who is assigned to one of the cards or did something with one, and in a project that
/// was made for each of its members.
pub async fn bring(
    ctx: &Ctx,
    tx: &WriteTx,
    target: &Target,
    plan: &ImportPlan,
    cards: &[&PlannedCard],
    choices: &ImportChoices,
    known: &[user::Model],
) -> AppResult<HashMap<String, UserId>> {
    let wanted = wanted(plan, cards);
    let (mut ids, mut placeholders) = (HashMap::new(), Vec::new());
    let mut roles: HashMap<UserId, MemberRole> = HashMap::new();
    let comes = |person: &PlannedPerson| {
        let is_member = matches!(person.part, PlannedPart::Member(_)) && target.origin == Origin::Made;
        is_member || wanted.contains(person.source_id.as_str())
    };
    for person in plan.people.iter().filter(|person| comes(person)) {
        let choice = choices.people.get(&person.source_id).copied().unwrap_or_else(|| suggest(person, known));
        let id = match choice {
            PersonTarget::LeaveOut => continue,
            PersonTarget::User(id) => id,
            PersonTarget::Placeholder => {
                let id = UserId(Uuid::now_v7());
                placeholders.push(placeholder(ctx, id, person, &target.project.zone));
                id
            }
        };
        let has_account = known.iter().any(|user| user.id == id && user.state == UserState::Active);
        if let Some(role) = role(person.part, target.origin, has_account) {
            let most = roles.entry(id).or_insert(role);
            *most = (*most).max(role);
        }
        ids.insert(person.source_id.clone(), id);
    }
    if !placeholders.is_empty() {
        user::Entity::insert_many(placeholders).exec_without_returning(&**tx).await?;
    }
    join(tx, target, roles).await?;
    Ok(ids)
}

/// What somebody may do here. Nobody becomes an owner of a project that was there, and a name that cannot sign in owns
/// nothing: a project needs an owner who can act.
fn role(part: PlannedPart, origin: Origin, has_account: bool) -> Option<MemberRole> {
    match part {
        PlannedPart::Former => None,
        PlannedPart::Involved => Some(MemberRole::Editor),
        PlannedPart::Member(role) if origin == Origin::Made && has_account => Some(role),
        PlannedPart::Member(role) => Some(role.min(MemberRole::Editor)),
    }
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
    let rest = cards.iter().filter_map(|card| card.rest.as_deref()).flat_map(|rest| {
        let noted = rest.notes.iter().filter_map(|note| note.person.as_ref());
        rest.watchers.iter().chain(&rest.created_by).chain(&rest.deleted_by).chain(noted)
    });
    assigned.chain(acting).chain(rest).map(String::as_str).collect()
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
        language: Set(Language::English),
        theme: Set(Theme::System),
        last_project_id: Set(None),
        uses_shortcuts: Set(true),
        shows_presence: Set(true),
        is_compact: Set(false),
        keeps_toasts: Set(false),
        hears_others: Set(true),
        soon_days: Set(i32::from(SOON_USUAL)),
        week_start: Set(WeekStart::Locale),
        created_at: Set(ctx.now),
        updated_at: Set(ctx.now),
    }
}

/// Makes members of those who are not yet.
async fn join(tx: &WriteTx, target: &Target, mut roles: HashMap<UserId, MemberRole>) -> AppResult<()> {
    let project = &target.project;
    let there: HashSet<UserId> = member::Entity::find()
        .select_only()
        .column(member::Column::UserId)
        .filter(member::Column::ProjectId.eq(project.id))
        .into_tuple::<UserId>()
        .all(&**tx)
        .await?
        .into_iter()
        .collect();
    roles.retain(|id, _| !there.contains(id));
    if roles.is_empty() {
        return Ok(());
    }
    let rows = roles.into_iter().map(|(id, role)| member::ActiveModel {
        project_id: Set(project.id),
        user_id: Set(id),
        role: Set(role),
    });
    member::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    Ok(())
}
