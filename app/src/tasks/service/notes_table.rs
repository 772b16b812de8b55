//! Work notes as a table: a row a task, its issue, its progress day by day, its resolution; and the same as CSV.

use std::collections::{BTreeSet, HashMap};

use chrono::{NaiveDate, Weekday};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{cards, find};
use crate::{
    domain::{
        calendar::short_date,
        csv_cell::neutral,
        ids::{ColumnId, TaskId, UserId},
        notes_query::NotesQuery,
        work_note::NoteKind,
    },
    entities::{board_column, label, project, task, task_label, user, work_note},
    error::AppResult,
    platform::{ctx::Ctx, fault},
    projects::service::{access::Viewing, projects},
    tasks::{
        view::PersonChoice,
        views::{NoteCell, NotesRow, NotesTable},
    },
};

/// Tasks on a page, and in a file.
const PAGE: u64 = 50;
const FILE_MOST: u64 = 5_000;
/// Characters of a note that the table shows; the task has all of it.
const SHOWN: usize = 400;
/// Byte order mark: spreadsheets then read the file as UTF-8.
const MARK: &str = "\u{feff}";

/// One page of the table; `first_day` is that of the person's weeks.
///
/// # Errors
/// Only those of the database.
pub async fn read(ctx: &Ctx, viewing: &Viewing, query: NotesQuery, first_day: Weekday) -> AppResult<NotesTable> {
    let db = ctx.reader();
    let project = viewing.project();
    let mut tasks = tasks(db, project, &query, PAGE + 1).await?;
    let has_more = tasks.len() as u64 > PAGE;
    tasks.truncate(PAGE as usize);
    let next = tasks.last().map(|row| row.number).filter(|_| has_more);
    let (days, rows) = rows(ctx, project, &query, tasks).await?;
    let people = projects::people(db, project.id).await?;
    let labels = label::Entity::find()
        .filter(label::Column::ProjectId.eq(project.id))
        .order_by_asc(label::Column::Name)
        .all(db)
        .await?;
    Ok(NotesTable {
        key: project.key.clone(),
        name: project.name.clone(),
        last_event: project.last_event,
        clock: find::clock(ctx),
        first_day,
        days,
        rows: rows.into_iter().map(shortened).collect(),
        people: people.into_iter().map(|person| PersonChoice { id: person.id, name: person.name }).collect(),
        labels: labels.into_iter().map(|label| label.name).collect(),
        next,
        query,
    })
}

/// The whole table as a CSV file that spreadsheets open: UTF-8 with its mark, and no cell that is computed.
///
/// # Errors
/// Only those of the database.
pub async fn csv(ctx: &Ctx, viewing: &Viewing, query: NotesQuery) -> AppResult<Vec<u8>> {
    let project = viewing.project();
    let query = NotesQuery { after: None, ..query };
    let tasks = tasks(ctx.reader(), project, &query, FILE_MOST).await?;
    let (days, rows) = rows(ctx, project, &query, tasks).await?;
    let mut writer = csv::Writer::from_writer(MARK.as_bytes().to_vec());
    let head = ["Task", "Title", "List", "Labels", "Issue"].map(str::to_owned);
    let head = head.into_iter().chain(days.iter().map(NaiveDate::to_string)).chain(["Resolution".to_owned()]);
    let mut lines = vec![head.collect::<Vec<_>>()];
    for row in rows {
        let NotesRow { reference, title, column, status: _, labels, issues, progress, resolutions } = row;
        let mut line = vec![reference, title, column, labels.join(", "), text(&issues)];
        line.extend(progress.iter().map(|cells| text(cells)));
        line.push(text(&resolutions));
        lines.push(line);
    }
    for line in lines {
        let cells = line.iter().map(|cell| neutral(cell).into_owned().into_bytes());
        writer.write_record(cells).map_err(|error| fault::internal("writing a table of notes", error))?;
    }
    writer.into_inner().map_err(|error| fault::internal("writing a table of notes", error.to_string()))
}

/// Notes of a cell, one below the other; more than one says who wrote it.
fn text(cells: &[NoteCell]) -> String {
    let line = |cell: &NoteCell| match (&cell.who, cells.len()) {
        (Some(who), 2..) => format!("{who}: {}", cell.text),
        _ => cell.text.clone(),
    };
    cells.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn shortened(mut row: NotesRow) -> NotesRow {
    let all = row.issues.iter_mut().chain(row.progress.iter_mut().flatten()).chain(&mut row.resolutions);
    for cell in all {
        if let Some((end, _)) = cell.text.char_indices().nth(SHOWN) {
            cell.text.truncate(end);
            cell.text.push('…');
        }
    }
    row
}

/// The tasks with notes in the span, the newest first. Archived ones are among them, those in the trash are not.
async fn tasks(
    db: &impl ConnectionTrait,
    project: &project::Model,
    query: &NotesQuery,
    limit: u64,
) -> AppResult<Vec<task::Model>> {
    let (first, last) = bounds(query);
    let mut noted = work_note::Entity::find()
        .select_only()
        .column(work_note::Column::TaskId)
        .filter(work_note::Column::ProjectId.eq(project.id))
        .filter(work_note::Column::OnDate.between(first, last));
    if let Some(person) = query.person {
        noted = noted.filter(work_note::Column::AuthorId.eq(person));
    }
    let mut tasks = task::Entity::find()
        .filter(task::Column::ProjectId.eq(project.id))
        .filter(task::Column::DeletedAt.is_null())
        .filter(task::Column::Id.in_subquery(noted.into_query()));
    if let Some(name) = &query.label {
        let labels = label::Entity::find()
            .select_only()
            .column(label::Column::Id)
            .filter(label::Column::ProjectId.eq(project.id))
            .filter(label::Column::Name.eq(name))
            .into_query();
        let labelled = task_label::Entity::find()
            .select_only()
            .column(task_label::Column::TaskId)
            .filter(task_label::Column::LabelId.in_subquery(labels))
            .into_query();
        tasks = tasks.filter(task::Column::Id.in_subquery(labelled));
    }
    if let Some(after) = query.after {
        tasks = tasks.filter(task::Column::Number.lt(after));
    }
    Ok(tasks.order_by_desc(task::Column::Number).limit(limit).all(db).await?)
}

fn bounds(query: &NotesQuery) -> (NaiveDate, NaiveDate) {
    let days = query.span.days();
    let anchor = query.span.anchor();
    (days.first().copied().unwrap_or(anchor), days.last().copied().unwrap_or(anchor))
}

/// The days that are columns and the rows over them. A week has all of its days; a month those with notes.
async fn rows(
    ctx: &Ctx,
    project: &project::Model,
    query: &NotesQuery,
    tasks: Vec<task::Model>,
) -> AppResult<(Vec<NaiveDate>, Vec<NotesRow>)> {
    let db = ctx.reader();
    let (first, last) = bounds(query);
    let ids: Vec<TaskId> = tasks.iter().map(|row| row.id).collect();
    let mut notes: HashMap<TaskId, Vec<work_note::Model>> = HashMap::new();
    for ids in ids.chunks(cards::CHUNK) {
        let found = work_note::Entity::find()
            .filter(work_note::Column::TaskId.is_in(ids.iter().copied()))
            .filter(work_note::Column::OnDate.lte(last))
            .order_by_asc(work_note::Column::OnDate)
            .order_by_asc(work_note::Column::CreatedAt)
            .order_by_asc(work_note::Column::Id)
            .all(db)
            .await?;
        for note in found {
            notes.entry(note.task_id).or_default().push(note);
        }
    }
    let is_shown = |note: &work_note::Model| {
        note.kind != NoteKind::Progress
            || (note.on_date >= first && query.person.is_none_or(|person| note.author_id == Some(person)))
    };
    notes.values_mut().for_each(|notes| notes.retain(is_shown));
    let days: Vec<NaiveDate> = match query.span {
        crate::domain::calendar_span::CalendarSpan::Week(_) => query.span.days(),
        crate::domain::calendar_span::CalendarSpan::Month(_) => {
            let all = notes.values().flatten().filter(|note| note.kind == NoteKind::Progress);
            all.map(|note| note.on_date).collect::<BTreeSet<_>>().into_iter().collect()
        }
    };
    let names = names(db, notes.values().flatten()).await?;
    let columns = columns(db, project).await?;
    let mut around = cards::names(db, &ids).await?;
    let today = find::clock(ctx).today();
    let rows = tasks.into_iter().map(|row| {
        let notes = notes.remove(&row.id).unwrap_or_default();
        let cell = |note: &work_note::Model| NoteCell {
            text: note.body.trim().to_owned(),
            who: note.author_id.and_then(|author| names.get(&author).cloned()),
            on: short_date(note.on_date, today),
        };
        let of = |kind: NoteKind| notes.iter().filter(move |note| note.kind == kind);
        let column = columns.get(&row.column_id);
        NotesRow {
            reference: format!("{}-{}", project.key, row.number),
            column: column.map(|column| column.name.clone()).unwrap_or_default(),
            status: column.map_or(crate::domain::task::Status::Todo, |column| column.status),
            labels: around.remove(&row.id).unwrap_or_default().labels.into_iter().map(|label| label.name).collect(),
            issues: of(NoteKind::Issue).map(cell).collect(),
            progress: days
                .iter()
                .map(|day| of(NoteKind::Progress).filter(|note| note.on_date == *day).map(cell).collect())
                .collect(),
            resolutions: of(NoteKind::Resolution).map(cell).collect(),
            title: row.title,
        }
    });
    let rows = rows.collect();
    Ok((days, rows))
}

async fn names(
    db: &impl ConnectionTrait,
    notes: impl Iterator<Item = &work_note::Model>,
) -> AppResult<HashMap<UserId, String>> {
    let authors: BTreeSet<UserId> = notes.filter_map(|note| note.author_id).collect();
    let people = user::Entity::find().filter(user::Column::Id.is_in(authors)).all(db).await?;
    Ok(people.into_iter().map(|person| (person.id, person.name)).collect())
}

async fn columns(
    db: &impl ConnectionTrait,
    project: &project::Model,
) -> AppResult<HashMap<ColumnId, board_column::Model>> {
    let columns = projects::columns(db, project.id).await?;
    Ok(columns.into_iter().map(|column| (column.id, column)).collect())
}
