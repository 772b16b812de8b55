//! Making projects and finding one's own.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::{
    access::{self, Viewing},
    settings,
    templates::{self, Tasks},
};
use crate::{
    domain::{
        account::UserState,
        ids::ProjectId,
        project::{self as rules, MemberRole},
        project_template::Template,
    },
    entities::{board_column, member, project, project_alias, user},
    error::{AppError, AppResult, Checks, Problem},
    platform::{
        ctx::{Actor, Ctx},
        fault,
    },
};

/// What a new project is made of.
#[derive(Clone, Debug)]
pub struct NewProject {
    pub name: String,
    /// Empty: made of the name.
    pub key: String,
    /// IANA time zone in which its days are counted.
    pub zone: String,
}

/// Makes a project with the four columns, owned by the person who asks.
///
/// # Errors
/// [`AppError::Invalid`] for bad fields or a key in use.
pub async fn create(ctx: &Ctx, new: NewProject) -> AppResult<project::Model> {
    templates::create(ctx, new, Template::Kanban, Tasks::LeaveOut).await
}

/// Makes a project without columns, for an import that brings its own.
///
/// # Errors
/// [`AppError::Invalid`] for bad fields or a key in use.
pub async fn insert(ctx: &Ctx, db: &impl ConnectionTrait, new: NewProject) -> AppResult<project::Model> {
    let NewProject { name, key, zone } = new;
    let mut checks = Checks::default();
    let name = checks.line("name", &name, 100);
    let key = match key.trim() {
        "" => free_key(db, &rules::suggest_key(&name)).await?,
        key => key.to_ascii_uppercase(),
    };
    if !rules::is_key(&key) {
        checks.add("key", Problem::ProjectKey);
    }
    if zone.parse::<chrono_tz::Tz>().is_err() {
        checks.add("zone", Problem::UnknownZone);
    }
    checks.done()?;
    if settings::is_taken(db, &key, None).await? {
        return Err(AppError::field("key", Problem::Taken));
    }
    let row = project::ActiveModel {
        id: Set(ProjectId(Uuid::now_v7())),
        key: Set(key),
        name: Set(name),
        zone: Set(zone),
        description: Set(String::new()),
        last_number: Set(0),
        last_event: Set(0),
        archive_after_days: Set(None),
        created_by: Set(ctx.actor_id()),
        created_at: Set(ctx.now),
        archived_at: Set(None),
        restored_at: Set(None),
    };
    let row = row.insert(db).await.map_err(|error| {
        if fault::is_unique_violation(&error) { AppError::field("key", Problem::Taken) } else { error.into() }
    })?;
    if let Some(owner) = ctx.actor_id() {
        let owner = member::ActiveModel { project_id: Set(row.id), user_id: Set(owner), role: Set(MemberRole::Owner) };
        member::Entity::insert(owner).exec_without_returning(db).await?;
    }
    Ok(row)
}

/// The wished key, or the wished key with a number behind it where it is in use.
///
/// # Errors
/// Only those of the database.
pub async fn free_key(db: &impl ConnectionTrait, wished: &str) -> AppResult<String> {
    let mut taken: Vec<String> =
        project::Entity::find().select_only().column(project::Column::Key).into_tuple().all(db).await?;
    let before: Vec<String> =
        project_alias::Entity::find().select_only().column(project_alias::Column::Key).into_tuple().all(db).await?;
    taken.extend(before);
    let numbered = (2..).map(|number| {
        let tail = number.to_string();
        let head: String = wished.chars().take(rules::KEY_MAX - tail.len()).collect();
        head + &tail
    });
    let mut candidates = std::iter::once(wished.to_owned()).chain(numbered);
    Ok(candidates.find(|key| !taken.contains(key)).unwrap_or_else(|| wished.to_owned()))
}

/// The projects that the person is a member of, by name. The program itself sees all.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<project::Model>> {
    Ok(mine(ctx)?.filter(project::Column::ArchivedAt.is_null()).all(ctx.reader()).await?)
}

/// The archived ones among the projects that the person is a member of, by name.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn archived(ctx: &Ctx) -> AppResult<Vec<project::Model>> {
    Ok(mine(ctx)?.filter(project::Column::ArchivedAt.is_not_null()).all(ctx.reader()).await?)
}

fn mine(ctx: &Ctx) -> AppResult<Select<project::Entity>> {
    let query = project::Entity::find().order_by_asc(project::Column::Name).order_by_asc(project::Column::Id);
    if matches!(ctx.actor, Actor::System) {
        return Ok(query);
    }
    Ok(query.filter(project::Column::Id.in_subquery(access::visible_projects(ctx.me()?.id))))
}

/// The project that `/board` and the dashboard open: the one used last, else the first.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn current(ctx: &Ctx) -> AppResult<Option<Viewing>> {
    let me = ctx.me()?;
    let last = user::Entity::find_by_id(me.id).one(ctx.reader()).await?.and_then(|user| user.last_project_id);
    if let Some(id) = last
        && let Ok(viewing) = access::by_id(ctx, ctx.reader(), id).await
    {
        return Ok(Some(viewing));
    }
    match list(ctx).await?.first() {
        Some(first) => access::by_id(ctx, ctx.reader(), first.id).await.map(Some),
        None => Ok(None),
    }
}

/// Remembers the project that the person is working in.
///
/// # Errors
/// Only those of the database.
pub async fn remember(ctx: &Ctx, viewing: &Viewing) -> AppResult<()> {
    let me = ctx.me()?;
    let before = user::Entity::find_by_id(me.id).one(ctx.reader()).await?.and_then(|user| user.last_project_id);
    if before == Some(viewing.project().id) {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    user::ActiveModel { id: Unchanged(me.id), last_project_id: Set(Some(viewing.project().id)), ..Default::default() }
        .update(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// The columns of a board, from the left.
///
/// # Errors
/// Only those of the database.
pub async fn columns(db: &impl ConnectionTrait, id: ProjectId) -> AppResult<Vec<board_column::Model>> {
    Ok(board_column::Entity::find()
        .filter(board_column::Column::ProjectId.eq(id))
        .order_by_asc(board_column::Column::Position)
        .all(db)
        .await?)
}

/// People of a project who can be assigned, by name: people and placeholders, without disabled ones.
///
/// # Errors
/// Only those of the database.
pub async fn people(db: &impl ConnectionTrait, id: ProjectId) -> AppResult<Vec<user::Model>> {
    Ok(user::Entity::find()
        .filter(user::Column::Id.in_subquery(access::people_of(id)))
        .filter(user::Column::State.ne(UserState::Disabled))
        .order_by_asc(user::Column::Name)
        .all(db)
        .await?)
}
