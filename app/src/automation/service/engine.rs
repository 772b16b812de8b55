//! Rules at work: what was noted is done, once for each cause, also when a process ends in the middle.
//!
//! A firing is held by a lease while its actions run. Each action is a transaction of its own and carries an op_id
//! made of the cause, so that doing it again after a crash does nothing.

use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use super::{
    effects,
    log::{self, Tone},
    rules, scan, words,
};
use crate::{
    domain::{
        automation::{GENERATIONS, lack},
        ids::{OpId, RuleId},
        lease,
    },
    entities::{project, rule, rule_firing, rule_log, task},
    error::{AppError, AppResult},
    platform::{
        ctx::{Actor, Ctx, RuleActor},
        state::AppState,
    },
};

/// How long a process may be at one firing before another takes over.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// Firings that are looked for at a time.
const BATCH: u64 = 100;
/// After this time a firing that keeps failing is given up.
const PATIENCE: TimeDelta = TimeDelta::hours(1);
/// How long lines of the log are kept.
const KEPT: TimeDelta = TimeDelta::days(90);

/// Looks for what has set rules off and does what they say, until nothing is left; returns how many acted.
///
/// # Errors
/// Only those of the database; what could not be done is tried again.
pub async fn look(app: &AppState) -> AppResult<usize> {
    let mut acted = 0;
    // What rules do can set off others: one more look for each link of the chain.
    for _ in 0..=GENERATIONS {
        let noted = scan::scan(&Ctx::system(app)).await?;
        let done = act(app).await?;
        acted += done;
        if noted == 0 && done == 0 {
            break;
        }
    }
    Ok(acted)
}

/// Does what is noted and not done.
async fn act(app: &AppState) -> AppResult<usize> {
    let mut acted = 0;
    loop {
        let ctx = Ctx::system(app);
        let waiting = rule_firing::Entity::find()
            .filter(free(&ctx))
            .order_by_asc(rule_firing::Column::At)
            .limit(BATCH)
            .all(ctx.reader())
            .await?;
        if waiting.is_empty() {
            return Ok(acted);
        }
        for firing in waiting {
            if claim(&ctx, &firing).await? {
                fire(&ctx, &firing).await?;
                acted += 1;
            }
        }
    }
}

/// Neither done nor in somebody's hands, or in them for longer than that can be: the clock was set back.
fn free(ctx: &Ctx) -> Condition {
    let nobody_has_it = Condition::any()
        .add(rule_firing::Column::LeaseUntil.is_null())
        .add(rule_firing::Column::LeaseUntil.lt(ctx.now))
        .add(rule_firing::Column::LeaseUntil.gt(lease::latest_end(ctx.now, LEASE)));
    Condition::all().add(rule_firing::Column::DoneAt.is_null()).add(nobody_has_it)
}

fn own(firing: &rule_firing::Model) -> Condition {
    Condition::all()
        .add(rule_firing::Column::RuleId.eq(firing.rule_id))
        .add(rule_firing::Column::TaskId.eq(firing.task_id))
        .add(rule_firing::Column::Cause.eq(firing.cause.as_str()))
}

/// A lease that is too long is cut, and what it is of may still be in somebody's hands.
async fn claim(ctx: &Ctx, firing: &rule_firing::Model) -> AppResult<bool> {
    let is_cut = firing.lease_until.is_some_and(|until| lease::cut(until, ctx.now, LEASE).is_some());
    let tx = ctx.begin().await?;
    let held = rule_firing::Entity::update_many()
        .col_expr(rule_firing::Column::LeaseUntil, Expr::value(ctx.now + LEASE))
        .filter(own(firing))
        .filter(free(ctx))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(held.rows_affected == 1 && !is_cut)
}

/// What came of a firing.
enum Outcome {
    /// Lines for the log.
    Said(Vec<(Tone, String)>),
    /// The rule cannot go on: it is switched off with this reason.
    Paused(&'static str),
    /// Nothing to say.
    Silent,
}

async fn fire(ctx: &Ctx, firing: &rule_firing::Model) -> AppResult<()> {
    let outcome = match carry_out(ctx, firing).await {
        Ok(outcome) => outcome,
        // The database was away, or a fault: the lease runs out and it is tried again.
        Err(error) if ctx.now - firing.at < PATIENCE => return Err(error),
        Err(error) => Outcome::Said(vec![(Tone::Error, format!("Given up. {}", error.words()))]),
    };
    let tx = ctx.begin().await?;
    match outcome {
        Outcome::Silent => {}
        Outcome::Said(lines) => {
            for (tone, line) in lines {
                log::note(ctx, &*tx, firing.rule_id, Some(firing.task_id), tone, &line).await?;
            }
        }
        Outcome::Paused(reason) => {
            log::note(ctx, &*tx, firing.rule_id, Some(firing.task_id), Tone::Error, reason).await?;
            pause(ctx, &tx, firing.rule_id, reason).await?;
        }
    }
    rule_firing::Entity::update_many()
        .col_expr(rule_firing::Column::DoneAt, Expr::value(ctx.now))
        .filter(own(firing))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

async fn pause(ctx: &Ctx, tx: &crate::platform::db::WriteTx, id: RuleId, reason: &str) -> AppResult<()> {
    rule::ActiveModel {
        id: Unchanged(id),
        is_on: Set(false),
        pause_note: Set(Some(reason.to_owned())),
        updated_at: Set(ctx.now),
        ..Default::default()
    }
    .update(&**tx)
    .await?;
    Ok(())
}

async fn carry_out(ctx: &Ctx, firing: &rule_firing::Model) -> AppResult<Outcome> {
    let db = ctx.reader();
    let Some(rule) = rule::Entity::find_by_id(firing.rule_id).one(db).await? else { return Ok(Outcome::Silent) };
    let Some(project) = project::Entity::find_by_id(rule.project_id).one(db).await? else {
        return Ok(Outcome::Silent);
    };
    // Switched off meanwhile: then it does not act.
    if !rule.is_on || project.archived_at.is_some() {
        return Ok(Outcome::Silent);
    }
    let Some(task) = task::Entity::find_by_id(firing.task_id).one(db).await? else { return Ok(Outcome::Silent) };
    if task.archived_at.is_some() || task.project_id != project.id {
        return Ok(Outcome::Said(vec![(Tone::Error, "Not done: the task is not on the board any more.".into())]));
    }
    let (trigger, actions) = rules::parts(&rule)?;
    let known = rules::choices(db, project.id).await?;
    if let Some(lack) = lack(trigger, &actions, &known.stock()) {
        return Ok(Outcome::Paused(lack.words()));
    }
    let name = format!("Rule “{}”", rule.name);
    let generation = u32::try_from(firing.generation).unwrap_or(GENERATIONS);
    let mut said = Said::default();
    for (step, action) in (0_u32..).zip(&actions) {
        // Each action at its own instant, so that the history tells them in order.
        let actor = Actor::Rule(RuleActor { name: name.clone(), generation });
        let ctx = Ctx::new(ctx.app.clone(), actor);
        let op = op_of(firing, step);
        match effects::act(&ctx, &project, firing.task_id, action, op).await {
            Ok(()) => said.done.push(words::then(action, &known)),
            Err(error @ (AppError::Unavailable | AppError::Internal { .. })) => return Err(error),
            Err(error) => said.refused.push(format!("Not done: {}. {}", words::then(action, &known), error.words())),
        }
    }
    Ok(Outcome::Said(said.lines()))
}

/// What was done and what could not be.
#[derive(Default)]
struct Said {
    done: Vec<String>,
    refused: Vec<String>,
}

impl Said {
    fn lines(self) -> Vec<(Tone, String)> {
        let mut lines: Vec<(Tone, String)> = self.refused.into_iter().map(|line| (Tone::Error, line)).collect();
        if !self.done.is_empty() {
            lines.push((Tone::Done, format!("Did: {}.", self.done.join(", "))));
        }
        lines
    }
}

/// The same for the same cause and step, whenever it is asked for.
fn op_of(firing: &rule_firing::Model, step: u32) -> OpId {
    let text = format!("{}/{}/{}/{step}", firing.rule_id, firing.task_id, firing.cause);
    OpId(effects::id_of(&text))
}

/// Takes old lines of the log away, and what was noted of events that nobody reads again.
///
/// # Errors
/// Only those of the database.
pub async fn sweep(app: &AppState) -> AppResult<()> {
    let ctx = Ctx::system(app);
    // Moves the cursor on: what is forgotten below is then not read again.
    scan::scan(&ctx).await?;
    let tx = ctx.begin().await?;
    rule_log::Entity::delete_many().filter(rule_log::Column::At.lt(ctx.now - KEPT)).exec(&*tx).await?;
    // A due date that has passed is looked at again and again, so what was noted of it stays.
    rule_firing::Entity::delete_many()
        .filter(rule_firing::Column::DoneAt.lt(ctx.now - TimeDelta::days(2)))
        .filter(rule_firing::Column::Cause.not_like("overdue:%"))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}
