//! Proof of permission in a project: only this file can make it, and services ask for it.
//! A project that a person is not a member of is not found, rather than forbidden.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{
    domain::{ids::ProjectId, project::MemberRole},
    entities::{member, project},
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
        self.role >= MemberRole::Editor
    }

    /// The right to change tasks.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] for a viewer.
    pub fn editing(self) -> AppResult<Editing> {
        if self.can_edit() { Ok(Editing(self)) } else { Err(AppError::Forbidden) }
    }

    /// The right to change the project itself.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] for everybody but an owner.
    pub fn owning(self) -> AppResult<Owning> {
        if self.role >= MemberRole::Owner { Ok(Owning(Editing(self))) } else { Err(AppError::Forbidden) }
    }
}

impl std::ops::Deref for Editing {
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

/// The right to see a project by its key, in any case of letters.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there or the person is not a member.
pub async fn by_key(ctx: &Ctx, db: &impl ConnectionTrait, key: &str) -> AppResult<Viewing> {
    let found = project::Entity::find().filter(project::Column::Key.eq(key.to_ascii_uppercase())).one(db).await?;
    check(ctx, db, found).await
}

async fn check(ctx: &Ctx, db: &impl ConnectionTrait, found: Option<project::Model>) -> AppResult<Viewing> {
    let project = found.ok_or(AppError::NotFound)?;
    let role = match &ctx.actor {
        Actor::System => MemberRole::Owner,
        Actor::Anonymous => return Err(AppError::SignedOut),
        Actor::Person(me) => {
            member::Entity::find_by_id((project.id, me.id)).one(db).await?.ok_or(AppError::NotFound)?.role
        }
    };
    Ok(Viewing { project, role })
}
