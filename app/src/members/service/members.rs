//! Adding people to a project, changing their role, removing them. A project always keeps an owner.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::OnConflict,
};

use crate::{
    domain::{
        account::UserState,
        ids::{ProjectId, UserId},
        live::Change,
        project::MemberRole,
        task::EventKind,
    },
    entities::{member, task, task_assignee, user},
    error::{AppError, AppResult, Problem},
    platform::{ctx::Ctx, db::WriteTx, events as live},
    projects::service::access::{self, Owning, Viewing},
    tasks::service::events::{self, Detail, Event},
};

/// What becomes of the open tasks of somebody who goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenTasks {
    /// They stay assigned, and the name stays on them.
    Keep,
    /// Nobody has them any more.
    Unassign,
}

/// Makes somebody a member, by name or address. Somebody who is one already gets the role.
///
/// # Errors
/// [`AppError::Invalid`] where nobody or several people are meant, or the last owner would get a lower role.
pub async fn add(ctx: &Ctx, owning: &Owning, who: &str, role: MemberRole) -> AppResult<UserId> {
    let person = find(ctx, who).await?;
    let tx = begin(ctx, owning.project().id).await?;
    let row = member::ActiveModel { project_id: Set(owning.project().id), user_id: Set(person.id), role: Set(role) };
    let replace = OnConflict::columns([member::Column::ProjectId, member::Column::UserId])
        .update_column(member::Column::Role)
        .to_owned();
    member::Entity::insert(row).on_conflict(replace).exec_without_returning(&*tx).await?;
    keep_an_owner(ctx, &tx, owning.project().id, "role").await?;
    tx.commit().await?;
    Ok(person.id)
}

/// The one person that a name or an address means.
async fn find(ctx: &Ctx, who: &str) -> AppResult<user::Model> {
    let who = who.trim();
    if who.is_empty() {
        return Err(AppError::field("who", Problem::Required));
    }
    let known = user::Entity::find().filter(user::Column::State.ne(UserState::Disabled));
    if who.contains('@') {
        let found = known.clone().filter(user::Column::Email.eq(who.to_lowercase())).one(ctx.reader()).await?;
        if let Some(found) = found {
            return Ok(found);
        }
    }
    let mut found = known.filter(user::Column::Name.eq(who)).limit(2).all(ctx.reader()).await?;
    match (found.pop(), found.pop()) {
        (Some(person), None) => Ok(person),
        (Some(_), Some(_)) => Err(AppError::field("who", Problem::SeveralPeople)),
        (None, _) => Err(AppError::field("who", Problem::NoSuchPerson)),
    }
}

/// Gives a member another role.
///
/// # Errors
/// [`AppError::NotFound`] where they are no member, [`AppError::Invalid`] for the last owner.
pub async fn set_role(ctx: &Ctx, owning: &Owning, person: UserId, role: MemberRole) -> AppResult<()> {
    let project = owning.project().id;
    let tx = begin(ctx, project).await?;
    member::ActiveModel { project_id: Unchanged(project), user_id: Unchanged(person), role: Set(role) }
        .update(&*tx)
        .await?;
    keep_an_owner(ctx, &tx, project, "role").await?;
    Ok(tx.commit().await?)
}

/// Takes somebody out of a project. Through a group they may still be in it.
///
/// # Errors
/// [`AppError::NotFound`] where they are no member, [`AppError::Invalid`] for the last owner.
pub async fn remove(ctx: &Ctx, owning: &Owning, person: UserId, tasks: OpenTasks) -> AppResult<()> {
    take_out(ctx, owning.project().id, person, tasks).await
}

/// Leaves a project oneself. What one has stays assigned.
///
/// # Errors
/// As [`remove`].
pub async fn leave(ctx: &Ctx, viewing: &Viewing) -> AppResult<()> {
    take_out(ctx, viewing.project().id, ctx.me()?.id, OpenTasks::Keep).await
}

async fn take_out(ctx: &Ctx, project: ProjectId, person: UserId, tasks: OpenTasks) -> AppResult<()> {
    let tx = begin(ctx, project).await?;
    let gone = member::Entity::delete_by_id((project, person)).exec(&*tx).await?;
    if gone.rows_affected == 0 {
        return Err(AppError::NotFound);
    }
    keep_an_owner(ctx, &tx, project, "member").await?;
    if tasks == OpenTasks::Unassign {
        unassign(ctx, &tx, project, person).await?;
    }
    Ok(tx.commit().await?)
}

async fn unassign(ctx: &Ctx, tx: &WriteTx, project: ProjectId, person: UserId) -> AppResult<()> {
    let name = user::Entity::find_by_id(person).one(&**tx).await?.map(|row| row.name);
    let to_people =
        task::Entity::belongs_to(task_assignee::Entity).from(task::Column::Id).to(task_assignee::Column::TaskId).into();
    let rows = task::Entity::find()
        .join(JoinType::InnerJoin, to_people)
        .filter(task_assignee::Column::UserId.eq(person))
        .filter(task::Column::ProjectId.eq(project))
        .filter(task::Column::CompletedAt.is_null())
        .filter(task::Column::DeletedAt.is_null())
        .all(&**tx)
        .await?;
    for row in rows {
        task_assignee::Entity::delete_by_id((row.id, person)).exec(&**tx).await?;
        let row = task::ActiveModel {
            id: Unchanged(row.id),
            updated_at: Set(ctx.now),
            version: Set(row.version + 1),
            ..Default::default()
        };
        let row = row.update(&**tx).await?;
        let detail = Detail { to: name.clone(), ..Detail::default() };
        events::record(ctx, &**tx, &row, Event::plain(EventKind::Unassigned, detail)).await?;
    }
    Ok(())
}

/// A transaction in which nobody else changes the project's members.
pub(super) async fn begin(ctx: &Ctx, project: ProjectId) -> AppResult<WriteTx> {
    let tx = ctx.begin().await?;
    live::lock(ctx, &*tx, project).await?;
    Ok(tx)
}

/// Refuses a change after which nobody who can sign in owns the project, and tells open pages that rights have changed.
pub(super) async fn keep_an_owner(ctx: &Ctx, tx: &WriteTx, project: ProjectId, field: &str) -> AppResult<()> {
    let owners = user::Entity::find()
        .filter(user::Column::Id.in_subquery(access::people_with_role(project, MemberRole::Owner)))
        .filter(user::Column::State.eq(UserState::Active))
        .count(&**tx)
        .await?;
    if owners == 0 {
        return Err(AppError::field(field, Problem::LastOwner));
    }
    live::append(ctx, &**tx, project, None, &Change::Members).await
}
