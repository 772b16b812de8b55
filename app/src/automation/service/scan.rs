//! What set rules off: the history of tasks, read from a cursor on, and due dates that have passed.
//!
//! The cursor stands at the last event that was read; each look begins a little before it, for an event becomes
//! visible only when its transaction is committed. What was noted once is not noted again: the key of `rule_firing`
//! is the rule, the task and the cause.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};

use super::{
    log::{self, Tone},
    rules,
};
use crate::{
    domain::{
        automation::{GENERATIONS, Happening, LabelFacts, Trigger, next_generation},
        ids::{EventId, LabelId, ProjectId, RuleId, TaskId},
        task::EventKind,
    },
    entities::{label, project, rule, rule_cursor, rule_firing, task, task_event, task_label},
    error::AppResult,
    platform::ctx::Ctx,
    tasks::service::events::Detail,
};

/// Longer than any write transaction takes.
const OVERLAP: TimeDelta = TimeDelta::minutes(2);
/// Events that are read at a time.
const PAGE: u64 = 1_000;
/// Ids in one query.
const CHUNK: usize = 1_000;

/// Something that sets a rule off.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Cause {
    rule: RuleId,
    task: TaskId,
    cause: String,
    /// More than [`GENERATIONS`]: the chain is too long, the rule does not act.
    generation: u32,
}

/// A rule that is on, read.
struct Live {
    row: rule::Model,
    trigger: Trigger,
}

/// Notes what has set rules off since the last look, and returns how much it was.
///
/// # Errors
/// Only those of the database.
pub async fn scan(ctx: &Ctx) -> AppResult<usize> {
    let mut noted = 0;
    for (project, rules) in live_rules(ctx).await? {
        let (mut causes, read_to) = happened(ctx, &project, &rules).await?;
        causes.extend(overdue(ctx, &project, &rules).await?);
        noted += note(ctx, project.id, &rules, causes).await?;
        // Last, so that nothing is passed over when the process ends before.
        if let Some(read_to) = read_to {
            move_cursor(ctx, project.id, read_to).await?;
        }
    }
    Ok(noted)
}

/// The rules that are on, in the order they act, by project; those of archived projects wait.
async fn live_rules(ctx: &Ctx) -> AppResult<Vec<(project::Model, Vec<Live>)>> {
    let rows = rule::Entity::find()
        .filter(rule::Column::IsOn.eq(true))
        .order_by_asc(rule::Column::ProjectId)
        .order_by_asc(rule::Column::Position)
        .order_by_asc(rule::Column::Id)
        .all(ctx.reader())
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: HashSet<ProjectId> = rows.iter().map(|row| row.project_id).collect();
    let projects = project::Entity::find()
        .filter(project::Column::Id.is_in(ids))
        .filter(project::Column::ArchivedAt.is_null())
        .all(ctx.reader())
        .await?;
    let mut found: Vec<(project::Model, Vec<Live>)> =
        projects.into_iter().map(|project| (project, Vec::new())).collect();
    for row in rows {
        let Ok((trigger, _)) = rules::parts(&row) else { continue };
        if let Some((_, rules)) = found.iter_mut().find(|(project, _)| project.id == row.project_id) {
            rules.push(Live { row, trigger });
        }
    }
    Ok(found)
}

/// Since when a rule looks: since it is on, and not before its project came back out of the archive.
fn since(project: &project::Model, rule: &Live) -> DateTime<Utc> {
    project.restored_at.map_or(rule.row.on_since, |at| rule.row.on_since.max(at))
}

/// What happened to tasks since the cursor, and how far that was read.
async fn happened(
    ctx: &Ctx,
    project: &project::Model,
    rules: &[Live],
) -> AppResult<(Vec<Cause>, Option<DateTime<Utc>>)> {
    let rules: Vec<&Live> = rules.iter().filter(|rule| rule.trigger != Trigger::Overdue).collect();
    let Some(oldest) = rules.iter().map(|rule| since(project, rule)).min() else { return Ok((Vec::new(), None)) };
    let seen = rule_cursor::Entity::find_by_id(project.id).one(ctx.reader()).await?;
    let start = seen.map_or(oldest, |cursor| (cursor.seen_at - OVERLAP).max(oldest));
    let mut causes = Vec::new();
    let mut after: Option<(DateTime<Utc>, EventId)> = None;
    loop {
        let events = page(ctx, project.id, start, after).await?;
        let labels = LabelsRead::of(ctx, project.id, &rules, &events).await?;
        for event in &events {
            causes.extend(set_off(project, &rules, &labels, &events, event));
        }
        let Some(last) = events.last() else { break };
        after = Some((last.at, last.id));
        if (events.len() as u64) < PAGE {
            break;
        }
    }
    Ok((causes, after.map(|(at, _)| read_to(at, ctx.now))))
}

/// Where the cursor goes after the last event: to it, and when nothing more can come up beside it, past it.
fn read_to(last: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let past = last + OVERLAP + TimeDelta::microseconds(1);
    if past <= now { past } else { last }
}

async fn page(
    ctx: &Ctx,
    project: ProjectId,
    start: DateTime<Utc>,
    after: Option<(DateTime<Utc>, EventId)>,
) -> AppResult<Vec<task_event::Model>> {
    use task_event::Column;
    let kinds = [EventKind::Created, EventKind::Moved, EventKind::Labelled, EventKind::Transferred];
    let mut query = task_event::Entity::find()
        .filter(Column::ProjectId.eq(project))
        .filter(Column::At.gte(start))
        .filter(Column::Kind.is_in(kinds))
        .order_by_asc(Column::At)
        .order_by_asc(Column::Id)
        .limit(PAGE);
    if let Some((at, id)) = after {
        let later =
            Condition::any().add(Column::At.gt(at)).add(Condition::all().add(Column::At.eq(at)).add(Column::Id.gt(id)));
        query = query.filter(later);
    }
    Ok(query.all(ctx.reader()).await?)
}

/// Labels that rules ask for.
#[derive(Default)]
struct LabelsRead {
    all: Vec<(LabelId, String)>,
    of_task: HashMap<TaskId, Vec<LabelId>>,
}

impl LabelsRead {
    async fn of(ctx: &Ctx, project: ProjectId, rules: &[&Live], events: &[task_event::Model]) -> AppResult<Self> {
        let are_asked_for = rules.iter().any(|rule| matches!(rule.trigger, Trigger::Labelled { .. }));
        if !are_asked_for || events.is_empty() {
            return Ok(Self::default());
        }
        let mut of_task: HashMap<TaskId, Vec<LabelId>> = HashMap::new();
        let made: Vec<TaskId> =
            events.iter().filter(|event| event.kind == EventKind::Created).map(|event| event.task_id).collect();
        for ids in made.chunks(CHUNK) {
            let rows = task_label::Entity::find()
                .filter(task_label::Column::TaskId.is_in(ids.iter().copied()))
                .all(ctx.reader())
                .await?;
            for row in rows {
                of_task.entry(row.task_id).or_default().push(row.label_id);
            }
        }
        let all = label::Entity::find().filter(label::Column::ProjectId.eq(project)).all(ctx.reader()).await?;
        Ok(Self { all: all.into_iter().map(|row| (row.id, row.name)).collect(), of_task })
    }
}

impl LabelsRead {
    /// Whether a task got a label after it was made.
    fn was_given_after(&self, events: &[task_event::Model], made: &task_event::Model, label: LabelId) -> bool {
        let Some((_, name)) = self.all.iter().find(|(id, _)| *id == label) else { return false };
        events
            .iter()
            .filter(|event| event.kind == EventKind::Labelled && event.task_id == made.task_id && event.at > made.at)
            .filter_map(|event| serde_json::from_str::<Detail>(&event.detail).ok())
            .any(|detail| detail.to.as_deref() == Some(name))
    }
}

/// The rules that one event sets off.
fn set_off(
    project: &project::Model,
    rules: &[&Live],
    labels: &LabelsRead,
    events: &[task_event::Model],
    event: &task_event::Model,
) -> Vec<Cause> {
    let detail: Detail = serde_json::from_str(&event.detail).unwrap_or_default();
    let happening = Happening {
        kind: event.kind,
        from: event.from_column_id,
        to: event.to_column_id,
        label: detail.to.as_deref().filter(|_| event.kind == EventKind::Labelled),
    };
    // Of the labels that it has now, those that it got later are no part of how it was made.
    let mut of_task = labels.of_task.get(&event.task_id).cloned().unwrap_or_default();
    if event.kind == EventKind::Created {
        let got_later = |id: &LabelId| labels.was_given_after(events, event, *id);
        of_task.retain(|id| !got_later(id));
    }
    let facts = LabelFacts { of_task: &of_task, all: &labels.all };
    let before = detail.generation.unwrap_or(0);
    let generation = next_generation(before).unwrap_or(GENERATIONS + 1);
    rules
        .iter()
        .filter(|rule| event.at >= since(project, rule) && rule.trigger.is_met(happening, facts))
        .map(|rule| Cause {
            rule: rule.row.id,
            task: event.task_id,
            cause: match rule.trigger {
                // Made with a label and given it in the same moment is one cause.
                Trigger::Labelled { .. } => format!("label:{}", event.at.timestamp_micros()),
                Trigger::Enters { .. } | Trigger::Overdue => format!("event:{}", event.id),
            },
            generation,
        })
        .collect()
}

/// Tasks whose due date has passed since the rule is on.
async fn overdue(ctx: &Ctx, project: &project::Model, rules: &[Live]) -> AppResult<Vec<Cause>> {
    let rules: Vec<&Live> = rules.iter().filter(|rule| rule.trigger == Trigger::Overdue).collect();
    let Some(oldest) = rules.iter().map(|rule| since(project, rule)).min() else { return Ok(Vec::new()) };
    let zone: chrono_tz::Tz = project.zone.parse().unwrap_or(chrono_tz::UTC);
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    let passed = Condition::any()
        .add(Condition::all().add(task::Column::DueOn.gte(day(oldest))).add(task::Column::DueOn.lt(day(ctx.now))))
        .add(Condition::all().add(task::Column::DueAt.gte(oldest)).add(task::Column::DueAt.lt(ctx.now)));
    let rows = task::Entity::find()
        .filter(task::Column::ProjectId.eq(project.id))
        .filter(task::Column::ArchivedAt.is_null())
        .filter(task::Column::CompletedAt.is_null())
        .filter(passed)
        .all(ctx.reader())
        .await?;
    let mut causes = Vec::new();
    for row in rows {
        for rule in &rules {
            let from = since(project, rule);
            let is_new = row.due_on.is_some_and(|due| due >= day(from)) || row.due_at.is_some_and(|due| due >= from);
            if is_new {
                let due = row.due_on.map(|day| day.to_string());
                let due = due.or(row.due_at.map(|at| at.timestamp().to_string())).unwrap_or_default();
                let cause = format!("overdue:{due}");
                causes.push(Cause { rule: rule.row.id, task: row.id, cause, generation: 1 });
            }
        }
    }
    Ok(causes)
}

/// Writes down the causes that are not written down yet.
async fn note(ctx: &Ctx, project: ProjectId, rules: &[Live], causes: Vec<Cause>) -> AppResult<usize> {
    if causes.is_empty() {
        return Ok(0);
    }
    let known = known(ctx, rules, &causes).await?;
    let fresh: HashSet<Cause> =
        causes.into_iter().filter(|cause| !known.contains(&(cause.rule, cause.task, cause.cause.clone()))).collect();
    if fresh.is_empty() {
        return Ok(0);
    }
    // In the order of the rules, whatever order they were found in.
    let place = |id: RuleId| rules.iter().position(|rule| rule.row.id == id);
    let mut fresh: Vec<Cause> = fresh.into_iter().collect();
    fresh.sort_by(|a, b| place(a.rule).cmp(&place(b.rule)).then_with(|| a.cause.cmp(&b.cause)));
    let tx = ctx.begin().await?;
    let mut many = 0;
    for (step, cause) in (0..).zip(&fresh) {
        let is_too_long = cause.generation > GENERATIONS;
        let row = rule_firing::ActiveModel {
            rule_id: Set(cause.rule),
            task_id: Set(cause.task),
            cause: Set(cause.cause.clone()),
            generation: Set(i32::try_from(cause.generation).unwrap_or(i32::MAX)),
            // Kept apart, so that they act in order.
            at: Set(ctx.now + TimeDelta::microseconds(step)),
            lease_until: Set(None),
            done_at: Set(is_too_long.then_some(ctx.now)),
        };
        let once =
            OnConflict::columns([rule_firing::Column::RuleId, rule_firing::Column::TaskId, rule_firing::Column::Cause])
                .do_nothing()
                .to_owned();
        let inserted = rule_firing::Entity::insert(row).on_conflict(once).exec_without_returning(&*tx).await?;
        if inserted > 0 && is_too_long {
            let words = format!("Not done: rules have set each other off {GENERATIONS} times in a row.");
            log::note(ctx, &*tx, cause.rule, Some(cause.task), Tone::Error, &words).await?;
        }
        many += usize::try_from(inserted).unwrap_or(0);
    }
    tx.commit().await?;
    tracing::debug!("rules of {project}: {many} set off");
    Ok(many)
}

async fn known(ctx: &Ctx, rules: &[Live], causes: &[Cause]) -> AppResult<HashSet<(RuleId, TaskId, String)>> {
    let tasks: HashSet<TaskId> = causes.iter().map(|cause| cause.task).collect();
    let tasks: Vec<TaskId> = tasks.into_iter().collect();
    let mut known = HashSet::new();
    for ids in tasks.chunks(CHUNK) {
        let rows: Vec<(RuleId, TaskId, String)> = rule_firing::Entity::find()
            .select_only()
            .columns([rule_firing::Column::RuleId, rule_firing::Column::TaskId, rule_firing::Column::Cause])
            .filter(rule_firing::Column::RuleId.is_in(rules.iter().map(|rule| rule.row.id)))
            .filter(rule_firing::Column::TaskId.is_in(ids.iter().copied()))
            .into_tuple()
            .all(ctx.reader())
            .await?;
        known.extend(rows);
    }
    Ok(known)
}

/// The cursor only goes forward, whoever moves it.
async fn move_cursor(ctx: &Ctx, project: ProjectId, to: DateTime<Utc>) -> AppResult<()> {
    let there = rule_cursor::Entity::find_by_id(project).one(ctx.reader()).await?;
    if there.as_ref().is_some_and(|cursor| cursor.seen_at >= to) {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    if there.is_none() {
        let row = rule_cursor::ActiveModel { project_id: Set(project), seen_at: Set(to) };
        let once = OnConflict::column(rule_cursor::Column::ProjectId).do_nothing().to_owned();
        rule_cursor::Entity::insert(row).on_conflict(once).exec_without_returning(&*tx).await?;
    }
    rule_cursor::Entity::update_many()
        .col_expr(rule_cursor::Column::SeenAt, Expr::value(to))
        .filter(rule_cursor::Column::ProjectId.eq(project))
        .filter(rule_cursor::Column::SeenAt.lt(to))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}
