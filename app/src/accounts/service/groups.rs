//! Groups of people, kept by administrators.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{OnConflict, UnionType},
};
use uuid::Uuid;

use crate::{
    domain::{
        account::UserState,
        ids::{ProjectId, TeamId, UserId},
        live::Change,
        project::MemberRole,
    },
    entities::{member, project, team, team_member, team_project, user},
    error::{AppError, AppResult, Checks, Problem},
    platform::{ctx::Ctx, db::WriteTx, events, fault, hash::number_of},
};

/// Longest name of a group, in characters.
const NAME_MAX: u32 = 100;

/// A group with its people, by name.
#[derive(Clone, Debug)]
pub struct Group {
    pub team: team::Model,
    pub people: Vec<user::Model>,
}

/// All groups, by name.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<Group>> {
    ctx.admin()?;
    let teams = team::Entity::find().order_by_asc(team::Column::Name).all(ctx.reader()).await?;
    let links = team_member::Entity::find().all(ctx.reader()).await?;
    let people = user::Entity::find()
        .filter(user::Column::Id.is_in(links.iter().map(|link| link.user_id)))
        .order_by_asc(user::Column::Name)
        .all(ctx.reader())
        .await?;
    Ok(teams
        .into_iter()
        .map(|team| {
            let is_in =
                |person: &&user::Model| links.iter().any(|link| link.team_id == team.id && link.user_id == person.id);
            let people = people.iter().filter(is_in).cloned().collect();
            Group { team, people }
        })
        .collect())
}

/// One group with its people.
///
/// # Errors
/// [`AppError::NotFound`], or [`AppError::Forbidden`] for everybody but an administrator.
pub async fn read(ctx: &Ctx, id: TeamId) -> AppResult<Group> {
    let all = list(ctx).await?;
    all.into_iter().find(|group| group.team.id == id).ok_or(AppError::NotFound)
}

/// Makes an empty group.
///
/// # Errors
/// [`AppError::Invalid`] for a bad name or one in use, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn create(ctx: &Ctx, name: &str) -> AppResult<TeamId> {
    let me = ctx.admin()?.id;
    let name = checked(name)?;
    let id = TeamId(Uuid::now_v7());
    let tx = ctx.begin().await?;
    let row = team::ActiveModel { id: Set(id), name: Set(name), created_by: Set(Some(me)), created_at: Set(ctx.now) };
    team::Entity::insert(row).exec_without_returning(&*tx).await.map_err(taken)?;
    tx.commit().await?;
    Ok(id)
}

/// What can be changed of a group as a number that is another one as soon as any of it is.
pub fn version(team: &team::Model) -> i64 {
    number_of(&team.name)
}

/// Gives another name to a group that was `base` when the person began, where that is known.
///
/// # Errors
/// As [`create`], [`AppError::NotFound`], and [`AppError::Conflict`] where somebody else has renamed it since.
pub async fn rename(ctx: &Ctx, id: TeamId, base: Option<i64>, name: &str) -> AppResult<()> {
    ctx.admin()?;
    let name = checked(name)?;
    let tx = ctx.begin().await?;
    let before = team::Entity::find_by_id(id).lock_exclusive().one(&*tx).await?.ok_or(AppError::NotFound)?;
    if name != before.name && base.is_some_and(|base| base != version(&before)) {
        let version = version(&before);
        return Err(AppError::conflict("name", name, before.name, version));
    }
    team::ActiveModel { id: Unchanged(id), name: Set(name), ..Default::default() }.update(&*tx).await.map_err(taken)?;
    Ok(tx.commit().await?)
}

/// Deletes a group; its people lose what they had only through it.
///
/// # Errors
/// [`AppError::Invalid`] where a project would be left without an owner, [`AppError::NotFound`], or [`AppError::Forbidden`] for everybody but an administrator.
pub async fn delete(ctx: &Ctx, id: TeamId) -> AppResult<()> {
    ctx.admin()?;
    let tx = ctx.begin().await?;
    let owned = owned_projects(&tx, id).await?;
    tell_projects(ctx, &tx, id).await?;
    let gone = team::Entity::delete_by_id(id).exec(&*tx).await?;
    if gone.rows_affected == 0 {
        return Err(AppError::NotFound);
    }
    keep_owners(&tx, owned).await?;
    Ok(tx.commit().await?)
}

/// Puts somebody into a group. Twice is the same as once.
///
/// # Errors
/// [`AppError::Invalid`] for somebody or a group that is not there, [`AppError::Forbidden`] for everybody but an
/// administrator.
pub async fn add(ctx: &Ctx, id: TeamId, person: UserId) -> AppResult<()> {
    ctx.admin()?;
    let tx = ctx.begin().await?;
    team::Entity::find_by_id(id).one(&*tx).await?.ok_or(AppError::NotFound)?;
    let there = user::Entity::find_by_id(person).one(&*tx).await?;
    there.ok_or_else(|| AppError::field("person", Problem::UnknownChoice))?;
    tell_projects(ctx, &tx, id).await?;
    let once = OnConflict::columns([team_member::Column::TeamId, team_member::Column::UserId]).do_nothing().to_owned();
    let row = team_member::ActiveModel { team_id: Set(id), user_id: Set(person) };
    team_member::Entity::insert(row).on_conflict(once).exec_without_returning(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Takes somebody out of a group.
///
/// # Errors
/// [`AppError::Invalid`] where a project would be left without an owner, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn remove(ctx: &Ctx, id: TeamId, person: UserId) -> AppResult<()> {
    ctx.admin()?;
    let tx = ctx.begin().await?;
    let owned = owned_projects(&tx, id).await?;
    tell_projects(ctx, &tx, id).await?;
    team_member::Entity::delete_by_id((id, person)).exec(&*tx).await?;
    keep_owners(&tx, owned).await?;
    Ok(tx.commit().await?)
}

/// Tells open pages of a group's projects that rights have changed; those of the smaller ids first.
async fn tell_projects(ctx: &Ctx, tx: &WriteTx, id: TeamId) -> AppResult<()> {
    let projects: Vec<ProjectId> = team_project::Entity::find()
        .select_only()
        .column(team_project::Column::ProjectId)
        .filter(team_project::Column::TeamId.eq(id))
        .order_by_asc(team_project::Column::ProjectId)
        .into_tuple()
        .all(&**tx)
        .await?;
    for project in projects {
        events::append(ctx, &**tx, project, None, &Change::Members).await?;
    }
    Ok(())
}

/// The projects that a group owns.
async fn owned_projects(tx: &WriteTx, id: TeamId) -> AppResult<Vec<ProjectId>> {
    Ok(team_project::Entity::find()
        .select_only()
        .column(team_project::Column::ProjectId)
        .filter(team_project::Column::TeamId.eq(id))
        .filter(team_project::Column::Role.eq(MemberRole::Owner))
        .into_tuple()
        .all(&**tx)
        .await?)
}

/// Refuses a change after which nobody who can sign in owns one of these projects.
async fn keep_owners(tx: &WriteTx, projects: Vec<ProjectId>) -> AppResult<()> {
    let to_user = member::Entity::belongs_to(user::Entity).from(member::Column::UserId).to(user::Column::Id).into();
    let mut owned = member::Entity::find()
        .select_only()
        .column(member::Column::ProjectId)
        .join(JoinType::InnerJoin, to_user)
        .filter(member::Column::Role.eq(MemberRole::Owner))
        .filter(user::Column::State.eq(UserState::Active))
        .into_query();
    let to_people = team_project::Entity::belongs_to(team_member::Entity)
        .from(team_project::Column::TeamId)
        .to(team_member::Column::TeamId)
        .into();
    let to_user =
        team_member::Entity::belongs_to(user::Entity).from(team_member::Column::UserId).to(user::Column::Id).into();
    let of_groups = team_project::Entity::find()
        .select_only()
        .column(team_project::Column::ProjectId)
        .join(JoinType::InnerJoin, to_people)
        .join(JoinType::InnerJoin, to_user)
        .filter(team_project::Column::Role.eq(MemberRole::Owner))
        .filter(user::Column::State.eq(UserState::Active))
        .into_query();
    owned.union(UnionType::Distinct, of_groups);
    let without = project::Entity::find()
        .filter(project::Column::Id.is_in(projects))
        .filter(project::Column::Id.not_in_subquery(owned))
        .count(&**tx)
        .await?;
    if without > 0 { Err(AppError::field("group", Problem::LastOwner)) } else { Ok(()) }
}

fn checked(name: &str) -> AppResult<String> {
    let mut checks = Checks::default();
    let name = checks.line("name", name, NAME_MAX);
    checks.done()?;
    Ok(name)
}

fn taken(error: sea_orm::DbErr) -> AppError {
    if fault::is_unique_violation(&error) { AppError::field("name", Problem::Taken) } else { error.into() }
}
