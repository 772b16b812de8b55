//! The people and groups of a project, for its page.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
};

use crate::{
    domain::{
        account::UserState,
        ids::{ProjectId, TeamId, UserId},
        project::MemberRole,
    },
    entities::{member, task, task_assignee, team, team_member, team_project, user},
    error::AppResult,
    members::view::{GroupItem, MemberItem, MemberKind, Members},
    platform::ctx::Ctx,
    projects::{
        api::ProjectHead,
        service::access::{self, Viewing},
    },
};

/// Most people that the field for a new member proposes.
const PROPOSED: u64 = 500;

/// Reads the members of a project, and for an owner whom else there is.
///
/// # Errors
/// Only those of the database.
pub async fn read(ctx: &Ctx, viewing: &Viewing) -> AppResult<Members> {
    let db = ctx.reader();
    let project = viewing.project().id;
    let own: HashMap<UserId, MemberRole> = member::Entity::find()
        .filter(member::Column::ProjectId.eq(project))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.user_id, row.role))
        .collect();
    let teams: HashMap<TeamId, String> =
        team::Entity::find().all(db).await?.into_iter().map(|row| (row.id, row.name)).collect();
    let in_project = team_project::Entity::find().filter(team_project::Column::ProjectId.eq(project)).all(db).await?;
    let mut through: HashMap<UserId, Vec<(MemberRole, String)>> = HashMap::new();
    let mut sizes: HashMap<TeamId, u32> = HashMap::new();
    let ids = in_project.iter().map(|row| row.team_id);
    for row in team_member::Entity::find().filter(team_member::Column::TeamId.is_in(ids)).all(db).await? {
        *sizes.entry(row.team_id).or_default() += 1;
        let Some(group) = in_project.iter().find(|group| group.team_id == row.team_id) else { continue };
        let name = teams.get(&row.team_id).cloned().unwrap_or_default();
        through.entry(row.user_id).or_default().push((group.role, name));
    }
    let open = open_tasks(db, project).await?;
    let me = ctx.actor_id();
    let rows = user::Entity::find()
        .filter(user::Column::Id.in_subquery(access::people_of(project)))
        .order_by_asc(user::Column::Name)
        .order_by_asc(user::Column::Id)
        .all(db)
        .await?;
    let people = rows
        .into_iter()
        .map(|row| {
            let mut groups = through.remove(&row.id).unwrap_or_default();
            groups.sort_by(|a, b| a.1.cmp(&b.1));
            let role = own.get(&row.id).copied();
            let highest = groups.iter().map(|(role, _)| *role).chain(role).max().unwrap_or(MemberRole::Viewer);
            MemberItem {
                id: row.id,
                name: row.name,
                email: row.email.unwrap_or_default(),
                kind: match row.state {
                    UserState::Active => MemberKind::Active,
                    UserState::Disabled => MemberKind::Disabled,
                    UserState::Placeholder => MemberKind::Placeholder,
                },
                role,
                highest,
                groups: groups.into_iter().map(|(_, name)| name).collect(),
                open_tasks: open.get(&row.id).copied().unwrap_or(0),
                is_me: Some(row.id) == me,
            }
        })
        .collect();
    let mut groups: Vec<GroupItem> = in_project
        .iter()
        .map(|row| GroupItem {
            id: row.team_id,
            name: teams.get(&row.team_id).cloned().unwrap_or_default(),
            role: row.role,
            people: sizes.get(&row.team_id).copied().unwrap_or(0),
        })
        .collect();
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    let (mut others, mut other_groups) = (Vec::new(), Vec::new());
    if viewing.is_owner() && !viewing.is_archived() {
        others = people_outside(db, project).await?;
        other_groups = teams.into_iter().filter(|(id, _)| groups.iter().all(|group| group.id != *id)).collect();
        other_groups.sort_by(|a, b| a.1.cmp(&b.1));
    }
    Ok(Members { head: ProjectHead::of(viewing), project, people, groups, others, other_groups })
}

async fn people_outside(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<Vec<(String, String)>> {
    let rows = user::Entity::find()
        .filter(user::Column::State.ne(UserState::Disabled))
        .filter(user::Column::Id.not_in_subquery(access::people_of(project)))
        .order_by_asc(user::Column::Name)
        .limit(PROPOSED)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.email.unwrap_or_default())).collect())
}

#[derive(FromQueryResult)]
struct CountRow {
    user_id: UserId,
    many: i64,
}

/// Open tasks by person.
async fn open_tasks(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<HashMap<UserId, u32>> {
    let to_task =
        task_assignee::Entity::belongs_to(task::Entity).from(task_assignee::Column::TaskId).to(task::Column::Id).into();
    let rows = task_assignee::Entity::find()
        .select_only()
        .column(task_assignee::Column::UserId)
        .column_as(task_assignee::Column::TaskId.count(), "many")
        .join(JoinType::InnerJoin, to_task)
        .filter(task::Column::ProjectId.eq(project))
        .filter(task::Column::CompletedAt.is_null())
        .filter(task::Column::ArchivedAt.is_null())
        .group_by(task_assignee::Column::UserId)
        .into_model::<CountRow>()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.user_id, u32::try_from(row.many).unwrap_or(u32::MAX))).collect())
}
