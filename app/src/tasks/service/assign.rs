//! Who has a task.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};

use super::{
    cards,
    create::touched,
    edit,
    events::{self, Detail, Event},
    find, watch,
};
use crate::{
    domain::{
        ids::{OpId, TaskId, UserId},
        task::EventKind,
    },
    entities::task_assignee,
    error::{AppError, AppResult, Problem},
    platform::ctx::Ctx,
    projects::service::projects,
    tasks::view::Card,
};

/// Who shall have a task.
#[derive(Clone, Copy)]
enum Wanted<'a> {
    /// These and nobody else.
    Exactly(&'a [UserId]),
    /// Who has it now, with some more and without some.
    Changed { add: &'a [UserId], remove: &'a [UserId] },
}

impl Wanted<'_> {
    fn of(self, before: &[UserId]) -> Vec<UserId> {
        match self {
            Self::Exactly(people) => people.to_vec(),
            Self::Changed { add, remove } => {
                let kept = before.iter().filter(|user| !remove.contains(user));
                kept.chain(add.iter().filter(|user| !before.contains(user))).copied().collect()
            }
        }
    }
}

/// Gives a task to exactly these people and answers with its card.
///
/// # Errors
/// [`AppError::Invalid`] for somebody who is not in the project, or without the right.
pub async fn set(ctx: &Ctx, id: TaskId, wanted: &[UserId]) -> AppResult<Card> {
    give(ctx, id, Wanted::Exactly(wanted), None).await
}

/// Gives a task to some people and takes it from others; who else has it keeps it.
///
/// # Errors
/// As [`set`].
pub async fn change(ctx: &Ctx, id: TaskId, add: &[UserId], remove: &[UserId]) -> AppResult<Card> {
    change_as(ctx, id, add, remove, None).await
}

/// As [`change`], by a change that has a name.
///
/// # Errors
/// As [`set`].
pub async fn change_as(
    ctx: &Ctx,
    id: TaskId,
    add: &[UserId],
    remove: &[UserId],
    op_id: Option<OpId>,
) -> AppResult<Card> {
    give(ctx, id, Wanted::Changed { add, remove }, op_id).await
}

async fn give(ctx: &Ctx, id: TaskId, wanted: Wanted<'_>, op_id: Option<OpId>) -> AppResult<Card> {
    let tx = ctx.begin().await?;
    let (editing, row) = find::for_editing(ctx, &*tx, id).await?;
    let mut row = edit::lock(ctx, &tx, row).await?;
    let people = projects::people(&*tx, editing.project().id).await?;
    let before: Vec<UserId> = task_assignee::Entity::find()
        .filter(task_assignee::Column::TaskId.eq(id))
        .all(&*tx)
        .await?
        .into_iter()
        .map(|assigned| assigned.user_id)
        .collect();
    let wanted = if events::is_done(&*tx, op_id).await? { before.clone() } else { wanted.of(&before) };
    let name_of = |user: UserId| people.iter().find(|person| person.id == user).map(|person| person.name.clone());
    let mut happened = Vec::new();
    for user in wanted.iter().filter(|user| !before.contains(user)) {
        let name = name_of(*user).ok_or_else(|| AppError::field("assignee", Problem::UnknownChoice))?;
        let assigned = task_assignee::ActiveModel { task_id: Set(id), user_id: Set(*user) };
        let once =
            OnConflict::columns([task_assignee::Column::TaskId, task_assignee::Column::UserId]).do_nothing().to_owned();
        task_assignee::Entity::insert(assigned).on_conflict(once).exec_without_returning(&*tx).await?;
        happened.push((EventKind::Assigned, *user, Some(name)));
    }
    for user in before.iter().filter(|user| !wanted.contains(user)) {
        task_assignee::Entity::delete_by_id((id, *user)).exec(&*tx).await?;
        happened.push((EventKind::Unassigned, *user, name_of(*user)));
    }
    if !happened.is_empty() {
        row = touched(ctx, &row).update(&*tx).await?;
    }
    for (number, (kind, user, to)) in (0..).zip(happened) {
        let detail = Detail { to, person: Some(user), ..Detail::default() };
        let part = op_id.map(|op| op.part(number));
        events::record(ctx, &*tx, &row, Event::plain(kind, detail).with_op(part)).await?;
    }
    let fresh: Vec<UserId> = wanted.iter().copied().filter(|user| !before.contains(user)).collect();
    watch::given(ctx, &*tx, id, &fresh).await?;
    let card = cards::one(&*tx, ctx.zone(), row).await?;
    tx.commit().await?;
    Ok(card)
}
