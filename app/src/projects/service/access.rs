//! Proof of permission in a project: only this file can make it, and services ask for it.
//! A project that a person is not a member of is not found, rather than forbidden; administrators of
//! the instance are no exception. A person's role is the highest of their own and those of their groups.

use std::collections::BTreeSet;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{SelectStatement, UnionType},
};

use crate::{
    domain::{
        ids::{ProjectId, UserId},
        project::{MemberRole, ReadOnly},
    },
    entities::{member, project, project_alias, team_member, team_project},
    error::{AppError, AppResult},
    platform::ctx::{Actor, Ctx},
};

/// The right to see a project.
#[derive(Clone, Debug)]
pub struct Viewing {
    project: project::Model,
    role: MemberRole,
}

/// The right to change a project's tasks; it includes seeing.
#[derive(Clone, Debug)]
pub struct Editing(Viewing);

/// The right to change the project itself; it includes editing.
#[derive(Clone, Debug)]
pub struct Owning(Editing);

/// The right to decide about the project as a whole (archive, restore, delete), also while it is archived.
#[derive(Clone, Debug)]
pub struct Holding(Viewing);

impl Viewing {
    /// The project that may be seen.
    pub fn project(&self) -> &project::Model {
        &self.project
    }

    /// The person's role in it.
    pub fn role(&self) -> MemberRole {
        self.role
    }

    /// Whether tasks may be changed too.
    pub fn can_edit(&self) -> bool {
        self.role >= MemberRole::Editor && !self.is_archived()
    }

    /// Whether they may know who gets the mails of the project; everybody knows of themselves.
    pub fn sees_recipients(&self) -> bool {
        self.role >= MemberRole::Editor
    }

    /// Whether the project itself may be changed, if only to restore it.
    pub fn is_owner(&self) -> bool {
        self.role >= MemberRole::Owner
    }

    /// Whether the project can only be read.
    pub fn is_archived(&self) -> bool {
        self.project.archived_at.is_some()
    }

    /// Why tasks may not be changed; none where they may.
    pub fn read_only(&self) -> Option<ReadOnly> {
        if self.is_archived() {
            return Some(ReadOnly::Archived);
        }
        (!self.can_edit()).then_some(ReadOnly::Role)
    }

    /// The right to change tasks.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] for a viewer, [`AppError::ArchivedProject`] in the archive.
    pub fn editing(self) -> AppResult<Editing> {
        if self.role < MemberRole::Editor {
            return Err(AppError::Forbidden);
        }
        if self.is_archived() { Err(AppError::ArchivedProject) } else { Ok(Editing(self)) }
    }

    /// The right to change the project itself.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] for everybody but an owner, [`AppError::ArchivedProject`] in the archive.
    pub fn owning(self) -> AppResult<Owning> {
        if self.role < MemberRole::Owner {
            return Err(AppError::Forbidden);
        }
        self.editing().map(Owning)
    }

    /// The right to decide about the project as a whole.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] for everybody but an owner.
    pub fn holding(self) -> AppResult<Holding> {
        if self.is_owner() { Ok(Holding(self)) } else { Err(AppError::Forbidden) }
    }
}

impl std::ops::Deref for Editing {
    type Target = Viewing;

    fn deref(&self) -> &Viewing {
        &self.0
    }
}

impl std::ops::Deref for Holding {
    type Target = Viewing;

    fn deref(&self) -> &Viewing {
        &self.0
    }
}

impl std::ops::Deref for Owning {
    type Target = Editing;

    fn deref(&self) -> &Editing {
        &self.0
    }
}

/// The right to see a project by its id.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there or the person is not a member.
pub async fn by_id(ctx: &Ctx, db: &impl ConnectionTrait, id: ProjectId) -> AppResult<Viewing> {
    check(ctx, db, project::Entity::find_by_id(id).one(db).await?).await
}

/// The right to see a project by its key, in any case of letters; one that it had before leads there, too.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there or the person is not a member.
pub async fn by_key(ctx: &Ctx, db: &impl ConnectionTrait, key: &str) -> AppResult<Viewing> {
    let key = key.to_ascii_uppercase();
    let found = project::Entity::find().filter(project::Column::Key.eq(&key)).one(db).await?;
    let found = match found {
        Some(found) => Some(found),
        None => match project_alias::Entity::find_by_id(key).one(db).await? {
            Some(alias) => project::Entity::find_by_id(alias.project_id).one(db).await?,
            None => None,
        },
    };
    check(ctx, db, found).await
}

async fn check(ctx: &Ctx, db: &impl ConnectionTrait, found: Option<project::Model>) -> AppResult<Viewing> {
    let project = found.ok_or(AppError::NotFound)?;
    let role = match &ctx.actor {
        Actor::System | Actor::Rule(_) => MemberRole::Owner,
        Actor::Anonymous => return Err(AppError::SignedOut),
        Actor::Person(me) => role_of(db, project.id, me.id).await?.ok_or(AppError::NotFound)?,
    };
    Ok(Viewing { project, role })
}

/// The highest of a person's roles in a project, their own and those of their groups.
///
/// # Errors
/// Only those of the database.
pub async fn role_of(db: &impl ConnectionTrait, project: ProjectId, person: UserId) -> AppResult<Option<MemberRole>> {
    let own = member::Entity::find()
        .select_only()
        .column(member::Column::Role)
        .filter(member::Column::ProjectId.eq(project))
        .filter(member::Column::UserId.eq(person))
        .into_query();
    let of_groups = with_people(team_project::Entity::find())
        .select_only()
        .column(team_project::Column::Role)
        .filter(team_project::Column::ProjectId.eq(project))
        .filter(team_member::Column::UserId.eq(person))
        .into_query();
    let mut highest = None;
    for row in db.query_all(&either(own, of_groups)).await? {
        highest = highest.max(Some(row.try_get_by_index::<MemberRole>(0)?));
    }
    Ok(highest)
}

/// The ids of the projects that a person sees, for `in_subquery`: those they are a member of, themselves or
/// through a group.
pub fn visible_projects(person: UserId) -> SelectStatement {
    projects_with_role(person, MemberRole::Viewer)
}

/// The ids of the projects in which a person has at least this role, for `in_subquery`.
pub fn projects_with_role(person: UserId, least: MemberRole) -> SelectStatement {
    let own = member::Entity::find()
        .select_only()
        .column(member::Column::ProjectId)
        .filter(member::Column::UserId.eq(person))
        .filter(member::Column::Role.is_in(at_least(least)))
        .into_query();
    let of_groups = with_people(team_project::Entity::find())
        .select_only()
        .column(team_project::Column::ProjectId)
        .filter(team_member::Column::UserId.eq(person))
        .filter(team_project::Column::Role.is_in(at_least(least)))
        .into_query();
    either(own, of_groups)
}

/// The ids of the people of a project, for `in_subquery`: members, and those of its groups.
pub fn people_of(project: ProjectId) -> SelectStatement {
    people_of_any(&[project])
}

/// The ids of the people of any of some projects, for `in_subquery`.
pub fn people_of_any(projects: &[ProjectId]) -> SelectStatement {
    people_in(projects, MemberRole::Viewer)
}

/// The ids of the people who have at least this role in a project, for `in_subquery`.
pub fn people_with_role(project: ProjectId, least: MemberRole) -> SelectStatement {
    people_in(&[project], least)
}

fn people_in(projects: &[ProjectId], least: MemberRole) -> SelectStatement {
    let own = member::Entity::find()
        .select_only()
        .column(member::Column::UserId)
        .filter(member::Column::ProjectId.is_in(projects.iter().copied()))
        .filter(member::Column::Role.is_in(at_least(least)))
        .into_query();
    let of_groups = with_people(team_project::Entity::find())
        .select_only()
        .column(team_member::Column::UserId)
        .filter(team_project::Column::ProjectId.is_in(projects.iter().copied()))
        .filter(team_project::Column::Role.is_in(at_least(least)))
        .into_query();
    either(own, of_groups)
}

/// Which of some people are in which of some projects, themselves or through a group.
///
/// # Errors
/// Only those of the database.
pub async fn seats(
    db: &impl ConnectionTrait,
    people: &[UserId],
    projects: &[ProjectId],
) -> AppResult<BTreeSet<(UserId, ProjectId)>> {
    let own: Vec<(UserId, ProjectId)> = member::Entity::find()
        .select_only()
        .columns([member::Column::UserId, member::Column::ProjectId])
        .filter(member::Column::UserId.is_in(people.iter().copied()))
        .filter(member::Column::ProjectId.is_in(projects.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    let of_groups: Vec<(UserId, ProjectId)> = with_people(team_project::Entity::find())
        .select_only()
        .column(team_member::Column::UserId)
        .column(team_project::Column::ProjectId)
        .filter(team_member::Column::UserId.is_in(people.iter().copied()))
        .filter(team_project::Column::ProjectId.is_in(projects.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(own.into_iter().chain(of_groups).collect())
}

fn at_least(least: MemberRole) -> Vec<MemberRole> {
    MemberRole::ALL.iter().copied().filter(|role| *role >= least).collect()
}

/// Groups of projects with the people in them.
fn with_people(groups: Select<team_project::Entity>) -> Select<team_project::Entity> {
    let to_people = team_project::Entity::belongs_to(team_member::Entity)
        .from(team_project::Column::TeamId)
        .to(team_member::Column::TeamId)
        .into();
    groups.join(JoinType::InnerJoin, to_people)
}

fn either(mut one: SelectStatement, other: SelectStatement) -> SelectStatement {
    one.union(UnionType::Distinct, other);
    one
}
