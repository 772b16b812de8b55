//! Making tasks of typed lines, tokens and all: one transaction, in the order of the lines.

use sea_orm::{ActiveValue::Set, EntityTrait};

use super::{
    cards, choices,
    create::{self, NewTask},
    edit,
    events::{self, Detail, Event},
    find,
    moves::{self, End},
    watch,
};
use crate::{
    domain::{
        ids::{ColumnId, LabelId, OpId, UserId},
        quick_add::{self, Known, Line, TASKS_MOST},
        task::{EventKind, Priority, TITLE_MAX},
    },
    entities::{task, task_assignee, task_label},
    error::{AppError, AppResult, FieldError, Problem, is_blank, is_forbidden},
    platform::{ctx::Ctx, db::WriteTx},
    projects::service::access::Editing,
    tasks::view::{Card, TaskChoices},
};

/// Ids that the events of one task can have: its making, its people, its labels.
const PARTS_A_TASK: usize = 256;

/// Makes a task of each line and answers with their cards, in the order of the lines.
///
/// # Errors
/// [`AppError::Invalid`] at `title` without a line, for more than 200, or with the number of a line
/// that is no title; [`AppError::NotFound`] for an unknown column. Then none is made.
pub async fn add(
    ctx: &Ctx,
    editing: &Editing,
    column: ColumnId,
    end: End,
    text: &str,
    op_id: Option<OpId>,
) -> AppResult<Vec<Card>> {
    let project = editing.project().id;
    let choices = choices::read(ctx.reader(), project).await?;
    let lines = read(ctx, text, &choices)?;

    let tx = ctx.begin().await?;
    let column = moves::lock_column(ctx, &tx, project, column).await?;
    let is_done = events::is_done(&*tx, op_id).await?;
    let mut rows = Vec::with_capacity(lines.len());
    let mut end = end;
    for (number, line) in lines.into_iter().enumerate() {
        let mut parts = Parts { op_id, at: number * PARTS_A_TASK, end: (number + 1) * PARTS_A_TASK };
        let part = parts.next();
        if is_done {
            rows.extend(create::already_made(&tx, part).await?);
            continue;
        }
        let (people, labels, priority) = (line.people(), line.labels(), line.priority());
        let (due_on, due_at) = edit::due_columns(ctx, line.due())?;
        let new = NewTask {
            column: column.id,
            end,
            title: line.title,
            description: String::new(),
            priority: priority.unwrap_or(Priority::Medium),
            due_on,
            due_at,
            op_id: part,
        };
        let row = create::insert(ctx, &tx, editing, &column, new).await?;
        assign(ctx, &tx, &row, &people, &choices, &mut parts).await?;
        label(ctx, &tx, &row, &labels, &choices, &mut parts).await?;
        end = End::Behind(row.id);
        rows.push(row);
    }
    let cards = cards::cards(&*tx, ctx.zone(), rows).await?;
    tx.commit().await?;
    Ok(cards)
}

/// The ids of one task's events.
struct Parts {
    op_id: Option<OpId>,
    at: usize,
    end: usize,
}

impl Parts {
    fn next(&mut self) -> Option<OpId> {
        let number = u16::try_from(self.at).ok().filter(|_| self.at < self.end)?;
        self.at += 1;
        self.op_id.map(|op| op.part(number))
    }
}

/// Reads the lines; each problem names its line where there are several.
fn read(ctx: &Ctx, text: &str, choices: &TaskChoices) -> AppResult<Vec<Line>> {
    let lines: Vec<&str> = quick_add::lines(text).take(TASKS_MOST + 1).collect();
    if lines.is_empty() {
        return Err(AppError::field("title", Problem::Required));
    }
    if lines.len() > TASKS_MOST {
        return Err(AppError::field("title", Problem::TooMany { max: TASKS_MOST as u32 }));
    }
    let people: Vec<(UserId, String)> = choices.people.iter().map(|person| (person.id, person.name.clone())).collect();
    let labels: Vec<(LabelId, String)> = choices.labels.iter().map(|label| (label.id, label.name.clone())).collect();
    let me = ctx.actor_id();
    let known = Known { people: &people, labels: &labels, me, today: find::clock(ctx).today() };
    let read: Vec<Line> = lines.iter().map(|line| quick_add::read(line, known)).collect();
    let problems = read.iter().enumerate().filter_map(|(number, line)| {
        let problem = match () {
            // Tokens and nothing that is seen beside them.
            () if is_blank(&line.title) => Problem::Required,
            () if line.title.chars().count() > TITLE_MAX as usize => Problem::TooLong { max: TITLE_MAX },
            () if line.title.chars().any(is_forbidden) => Problem::ControlCharacters,
            () => return None,
        };
        let number = u32::try_from(number + 1).ok().filter(|_| read.len() > 1);
        Some(FieldError { field: "title".into(), problem, line: number })
    });
    AppError::check(problems.collect())?;
    Ok(read)
}

async fn assign(
    ctx: &Ctx,
    tx: &WriteTx,
    row: &task::Model,
    people: &[UserId],
    choices: &TaskChoices,
    parts: &mut Parts,
) -> AppResult<()> {
    if people.is_empty() {
        return Ok(());
    }
    let rows = people.iter().map(|user| task_assignee::ActiveModel { task_id: Set(row.id), user_id: Set(*user) });
    task_assignee::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    watch::given(ctx, &**tx, row.id, people).await?;
    for user in people {
        let name = choices.people.iter().find(|person| person.id == *user).map(|person| person.name.clone());
        let event = Event::plain(EventKind::Assigned, Detail { to: name, ..Detail::default() });
        events::record(ctx, &**tx, row, event.with_op(parts.next())).await?;
    }
    Ok(())
}

async fn label(
    ctx: &Ctx,
    tx: &WriteTx,
    row: &task::Model,
    labels: &[LabelId],
    choices: &TaskChoices,
    parts: &mut Parts,
) -> AppResult<()> {
    if labels.is_empty() {
        return Ok(());
    }
    let rows = labels.iter().map(|label| task_label::ActiveModel {
        project_id: Set(row.project_id),
        task_id: Set(row.id),
        label_id: Set(*label),
    });
    task_label::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    for label in labels {
        let name = choices.labels.iter().find(|known| known.id == *label).map(|known| known.name.clone());
        let event = Event::plain(EventKind::Labelled, Detail { to: name, ..Detail::default() });
        events::record(ctx, &**tx, row, event.with_op(parts.next())).await?;
    }
    Ok(())
}
