//! Rules made, changed, switched, ordered, deleted; read with their log.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{RuleInput, words};
use crate::{
    automation::view::{Choices, LogLine, RuleDetail, RuleItem, Rules, StoredRule},
    domain::{
        automation::{self, Action, Lack, RULES_MAX, Stock, Trigger},
        ids::{ProjectId, RuleId, TaskId},
    },
    entities::{label, rule, rule_log, task},
    error::{AppError, AppResult, Problem},
    platform::{ctx::Ctx, fault},
    projects::{
        api::ProjectHead,
        service::{
            access::{Owning, Viewing},
            projects,
        },
    },
    tasks::service::history,
};

/// Lines of the log that a page shows.
const LOGGED: u64 = 100;

/// The rules of a project, in the order they act.
///
/// # Errors
/// Only those of the database.
pub async fn list(ctx: &Ctx, viewing: &Viewing) -> AppResult<Rules> {
    let db = ctx.reader();
    let project = viewing.project().id;
    let known = choices(db, project).await?;
    let rows = of_project(db, project).await?;
    let last: HashMap<RuleId, chrono::DateTime<chrono::Utc>> = rule_log::Entity::find()
        .select_only()
        .column(rule_log::Column::RuleId)
        .column_as(rule_log::Column::At.max(), "at")
        .filter(rule_log::Column::RuleId.is_in(rows.iter().map(|row| row.id)))
        .group_by(rule_log::Column::RuleId)
        .into_tuple()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let rules = rows.iter().map(|row| item(ctx, row, &known, last.get(&row.id).copied())).collect();
    Ok(Rules { head: ProjectHead::of(viewing), rules })
}

/// A rule with its form and its log; without an id, what the form of a new one offers.
///
/// # Errors
/// [`AppError::NotFound`] where the project has no such rule.
pub async fn read(ctx: &Ctx, viewing: &Viewing, id: Option<RuleId>) -> AppResult<RuleDetail> {
    let db = ctx.reader();
    let known = choices(db, viewing.project().id).await?;
    let head = ProjectHead::of(viewing);
    let Some(id) = id else { return Ok(RuleDetail { head, rule: None, choices: known, log: Vec::new() }) };
    let row = find(db, viewing.project().id, id).await?;
    let (trigger, actions) = parts(&row)?;
    let log = log(ctx, viewing, id).await?;
    let item = item(ctx, &row, &known, None);
    let rule = Some(StoredRule { item, version: row.version, trigger, actions });
    Ok(RuleDetail { head, rule, choices: known, log })
}

/// Makes a rule at the end of the order, switched on.
///
/// # Errors
/// [`AppError::Invalid`] for what the project does not have, or one rule too many.
pub async fn create(ctx: &Ctx, owning: &Owning, input: RuleInput) -> AppResult<RuleId> {
    let project = owning.project().id;
    let RuleInput { name, trigger, actions } = input;
    check(ctx.reader(), project, trigger, &actions).await?;
    let id = RuleId(Uuid::now_v7());
    let tx = ctx.begin().await?;
    let many = rule::Entity::find().filter(rule::Column::ProjectId.eq(project)).count(&*tx).await?;
    if many >= RULES_MAX {
        return Err(AppError::field("name", Problem::TooMany { max: u32::try_from(RULES_MAX).unwrap_or(u32::MAX) }));
    }
    let last: Option<Option<i32>> = rule::Entity::find()
        .select_only()
        .column_as(rule::Column::Position.max(), "last")
        .filter(rule::Column::ProjectId.eq(project))
        .into_tuple()
        .one(&*tx)
        .await?;
    let row = rule::ActiveModel {
        id: Set(id),
        project_id: Set(project),
        name: Set(name),
        is_on: Set(true),
        trigger: Set(json(&trigger)?),
        actions: Set(json(&actions)?),
        position: Set(last.flatten().map_or(0, |last| last + 1)),
        on_since: Set(ctx.now),
        pause_note: Set(None),
        created_by: Set(ctx.actor_id()),
        created_at: Set(ctx.now),
        updated_at: Set(ctx.now),
        version: Set(1),
    };
    rule::Entity::insert(row).exec_without_returning(&*tx).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a rule. What happened before does not set off what it does now.
///
/// # Errors
/// As [`create`], and [`AppError::Conflict`] when it has moved on since `version`.
pub async fn update(ctx: &Ctx, owning: &Owning, id: RuleId, version: i64, input: RuleInput) -> AppResult<()> {
    let project = owning.project().id;
    let RuleInput { name, trigger, actions } = input;
    check(ctx.reader(), project, trigger, &actions).await?;
    let tx = ctx.begin().await?;
    let held = find(&*tx, project, id).await?;
    if held.version != version {
        return Err(AppError::conflict("name", name, held.name, held.version));
    }
    rule::ActiveModel {
        id: Unchanged(id),
        name: Set(name),
        trigger: Set(json(&trigger)?),
        actions: Set(json(&actions)?),
        on_since: Set(ctx.now),
        pause_note: Set(None),
        updated_at: Set(ctx.now),
        version: Set(version + 1),
        ..Default::default()
    }
    .update(&*tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Switches a rule on or off. What happens while it is off never sets it off.
///
/// # Errors
/// [`AppError::NotFound`], and [`AppError::Invalid`] where what it needs is gone.
pub async fn switch(ctx: &Ctx, owning: &Owning, id: RuleId, is_on: bool) -> AppResult<()> {
    let project = owning.project().id;
    let row = find(ctx.reader(), project, id).await?;
    if is_on {
        let (trigger, actions) = parts(&row)?;
        check(ctx.reader(), project, trigger, &actions).await?;
    }
    let tx = ctx.begin().await?;
    let mut change = rule::ActiveModel {
        id: Unchanged(id),
        is_on: Set(is_on),
        pause_note: Set(None),
        updated_at: Set(ctx.now),
        version: Set(row.version + 1),
        ..Default::default()
    };
    if is_on && !row.is_on {
        change.on_since = Set(ctx.now);
    }
    change.update(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Which way a rule goes in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Up,
    Down,
}

/// Moves a rule by one place. At the end of the order nothing happens.
///
/// # Errors
/// [`AppError::NotFound`] where the project has no such rule.
pub async fn shift(ctx: &Ctx, owning: &Owning, id: RuleId, way: Way) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let mut rows = of_project(&*tx, owning.project().id).await?;
    let at = rows.iter().position(|row| row.id == id).ok_or(AppError::NotFound)?;
    let to = match way {
        Way::Up => at.saturating_sub(1),
        Way::Down => (at + 1).min(rows.len() - 1),
    };
    rows.swap(at, to);
    for (position, row) in (0..).zip(&rows).filter(|(position, row)| *position != row.position) {
        rule::ActiveModel { id: Unchanged(row.id), position: Set(position), ..Default::default() }.update(&*tx).await?;
    }
    Ok(tx.commit().await?)
}

/// Deletes a rule with its log. What it did stays, and stays in the history of the tasks.
///
/// # Errors
/// [`AppError::NotFound`] where the project has no such rule.
pub async fn delete(ctx: &Ctx, owning: &Owning, id: RuleId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    find(&*tx, owning.project().id, id).await?;
    rule::Entity::delete_by_id(id).exec(&*tx).await?;
    Ok(tx.commit().await?)
}

async fn find(db: &impl ConnectionTrait, project: ProjectId, id: RuleId) -> AppResult<rule::Model> {
    let query = rule::Entity::find_by_id(id).filter(rule::Column::ProjectId.eq(project));
    query.one(db).await?.ok_or(AppError::NotFound)
}

/// The project of a rule.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such rule.
pub async fn project_of(db: &impl ConnectionTrait, id: RuleId) -> AppResult<ProjectId> {
    Ok(rule::Entity::find_by_id(id).one(db).await?.ok_or(AppError::NotFound)?.project_id)
}

async fn of_project(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<Vec<rule::Model>> {
    Ok(rule::Entity::find()
        .filter(rule::Column::ProjectId.eq(project))
        .order_by_asc(rule::Column::Position)
        .order_by_asc(rule::Column::Id)
        .all(db)
        .await?)
}

/// Trigger and actions of a stored rule.
///
/// # Errors
/// A fault, where they cannot be read; they were checked when they were saved.
pub fn parts(row: &rule::Model) -> AppResult<(Trigger, Vec<Action>)> {
    let fault = |error| fault::internal("reading a rule", error);
    Ok((serde_json::from_str(&row.trigger).map_err(fault)?, serde_json::from_str(&row.actions).map_err(fault)?))
}

fn json(value: &impl serde::Serialize) -> AppResult<String> {
    serde_json::to_string(value).map_err(|error| fault::internal("writing a rule", error))
}

/// The lists, labels and people of a project.
///
/// # Errors
/// Only those of the database.
pub async fn choices(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<Choices> {
    let labels = label::Entity::find()
        .filter(label::Column::ProjectId.eq(project))
        .order_by_asc(label::Column::Name)
        .all(db)
        .await?;
    Ok(Choices {
        columns: projects::columns(db, project).await?.into_iter().map(|row| (row.id, row.name)).collect(),
        labels: labels.into_iter().map(|row| (row.id, row.name)).collect(),
        people: projects::people(db, project).await?.into_iter().map(|row| (row.id, row.name)).collect(),
    })
}

impl Choices {
    /// Without the names.
    pub fn stock(&self) -> Stock {
        Stock {
            columns: self.columns.iter().map(|(id, _)| *id).collect(),
            labels: self.labels.iter().map(|(id, _)| *id).collect(),
            people: self.people.iter().map(|(id, _)| *id).collect(),
        }
    }
}

async fn check(db: &impl ConnectionTrait, project: ProjectId, trigger: Trigger, actions: &[Action]) -> AppResult<()> {
    let stock = choices(db, project).await?.stock();
    match automation::lack(trigger, actions, &stock) {
        None => Ok(()),
        Some(lack) => {
            let field = match lack {
                Lack::Column => "when_column",
                Lack::Label => "when_label",
                Lack::Person => "assign",
            };
            Err(AppError::field(field, Problem::UnknownChoice))
        }
    }
}

fn item(ctx: &Ctx, row: &rule::Model, known: &Choices, last: Option<chrono::DateTime<chrono::Utc>>) -> RuleItem {
    // A rule that cannot be read is shown, so that it can be deleted.
    let (when, then) = match parts(row) {
        Ok((trigger, actions)) => {
            (words::when(trigger, known), actions.iter().map(|action| words::then(action, known)).collect())
        }
        Err(_) => ("This rule cannot be read".to_owned(), Vec::new()),
    };
    RuleItem {
        id: row.id,
        name: row.name.clone(),
        is_on: row.is_on,
        pause_note: row.pause_note.clone(),
        when,
        then,
        last: last.map(|at| history::stamp(at, ctx.now, ctx.zone())),
    }
}

async fn log(ctx: &Ctx, viewing: &Viewing, id: RuleId) -> AppResult<Vec<LogLine>> {
    let rows = rule_log::Entity::find()
        .filter(rule_log::Column::RuleId.eq(id))
        .order_by_desc(rule_log::Column::At)
        .order_by_desc(rule_log::Column::Id)
        .limit(LOGGED)
        .all(ctx.reader())
        .await?;
    let named = rows.iter().filter_map(|row| row.task_id);
    let numbers: HashMap<TaskId, i32> = task::Entity::find()
        .filter(task::Column::Id.is_in(named))
        .filter(task::Column::ProjectId.eq(viewing.project().id))
        .all(ctx.reader())
        .await?
        .into_iter()
        .map(|row| (row.id, row.number))
        .collect();
    let key = &viewing.project().key;
    let zone = ctx.zone();
    Ok(rows
        .into_iter()
        .map(|row| LogLine {
            at: history::stamp(row.at, ctx.now, zone),
            is_error: row.is_error,
            reference: row.task_id.and_then(|id| numbers.get(&id)).map(|number| format!("{key}-{number}")),
            words: row.words,
        })
        .collect())
}
