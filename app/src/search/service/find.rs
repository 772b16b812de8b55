//! Searching: the best hits first, a page at a time, each task once.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use uuid::Uuid;

use super::{
    candidates::{self, Candidate},
    score,
    words::{self, Term},
};
use crate::{
    domain::{
        ids::{ColumnId, ProjectId, TaskId},
        project::parse_task_ref,
        search::{HitKind, SearchFilter, Shelf},
    },
    entities::{board_column, comment, label, project, task, user, work_note},
    error::AppResult,
    platform::{ctx::Ctx, markdown},
    projects::{
        api::ProjectItem,
        service::{access, projects},
    },
    search::view::{Found, Hit},
    tasks::view::PersonChoice,
};

/// Hits on a page.
const PAGE: usize = 20;
/// Characters of a text in which words are marked.
const READ_MOST: usize = 10_000;
/// People and labels that the filters offer.
const CHOICES: u64 = 500;

/// One page of a search with what its filters offer.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn page(ctx: &Ctx, filter: SearchFilter) -> AppResult<Found> {
    let all = projects::list(ctx).await?;
    let places = chosen(&all, filter.project.as_deref());
    let terms = words::read(&filter.text);
    let ranked = ranked(ctx, &places, &filter, &terms).await?;
    let total = (ranked.len() < candidates::MOST).then(|| u32::try_from(ranked.len()).unwrap_or(u32::MAX));
    let start = filter
        .after
        .as_deref()
        .and_then(Place::read)
        .map_or(0, |place| ranked.iter().position(|found| Place::of(found) < place).unwrap_or(ranked.len()));
    let on_page: Vec<Ranked> = ranked.iter().skip(start).take(PAGE).cloned().collect();
    let next = on_page.last().filter(|_| start + PAGE < ranked.len()).map(|last| Place::of(last).write());
    let people = people(ctx.reader(), &places).await?;
    let labels = labels(ctx.reader(), &places).await?;
    Ok(Found {
        hits: hits(ctx.reader(), &all, on_page, &terms).await?,
        total,
        next,
        projects: all.into_iter().map(|row| ProjectItem { id: row.id, key: row.key, name: row.name }).collect(),
        people,
        labels,
        filter,
    })
}

/// The best hits for some words, in all projects of the person.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn best(ctx: &Ctx, text: &str, limit: u32) -> AppResult<Vec<Hit>> {
    let all = projects::list(ctx).await?;
    let filter = SearchFilter::words(text);
    let terms = words::read(&filter.text);
    let mut ranked = ranked(ctx, &chosen(&all, None), &filter, &terms).await?;
    ranked.truncate(PAGE.min(limit as usize));
    hits(ctx.reader(), &all, ranked, &terms).await
}

/// The statement that finds the texts, to look at its plan.
pub fn statement(engine: DbBackend, places: &[ProjectId], filter: &SearchFilter) -> Statement {
    candidates::statement(engine, places, filter, &words::read(&filter.text))
}

/// The projects that are searched.
fn chosen(all: &[project::Model], key: Option<&str>) -> Vec<ProjectId> {
    let is_wanted = |row: &&project::Model| key.is_none_or(|key| row.key.eq_ignore_ascii_case(key));
    all.iter().filter(is_wanted).map(|row| row.id).collect()
}

/// A task that was found, and how well.
#[derive(Clone, Debug)]
struct Ranked {
    score: u32,
    /// Of the text in the index; newer ones are higher.
    id: i64,
    kind: HitKind,
    source_id: Uuid,
    task_id: TaskId,
}

/// A place in the order of hits, and in the address of the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    score: u32,
    id: i64,
}

impl Place {
    fn of(found: &Ranked) -> Self {
        Self { score: found.score, id: found.id }
    }

    fn write(self) -> String {
        format!("{}.{}", self.score, self.id)
    }

    fn read(text: &str) -> Option<Self> {
        let (score, id) = text.split_once('.')?;
        Some(Self { score: score.parse().ok()?, id: id.parse().ok()? })
    }
}

/// Each task by the best of its texts, the best first.
async fn ranked(ctx: &Ctx, places: &[ProjectId], filter: &SearchFilter, terms: &[Term]) -> AppResult<Vec<Ranked>> {
    let db = ctx.reader();
    let found = candidates::find(db, places, filter, terms).await?;
    let mut ranked: Vec<Ranked> = named(db, places, filter).await?.into_iter().collect();
    ranked.extend(found.into_iter().map(|Candidate { id, kind, source_id, task_id, title, is_done }| Ranked {
        score: score::of(kind, &title, is_done, &filter.text, terms),
        id,
        kind,
        source_id,
        task_id,
    }));
    ranked.sort_by_key(|found| std::cmp::Reverse(Place::of(found)));
    let mut seen = HashSet::new();
    ranked.retain(|found| seen.insert(found.task_id));
    Ok(ranked)
}

/// The task that the text names: `T-214`.
async fn named(db: &impl ConnectionTrait, places: &[ProjectId], filter: &SearchFilter) -> AppResult<Option<Ranked>> {
    let Some((key, number)) = parse_task_ref(filter.text.trim()) else { return Ok(None) };
    if filter.kind.is_some_and(|kind| kind != HitKind::Task) {
        return Ok(None);
    }
    let Some(place) = project::Entity::find()
        .filter(project::Column::Key.eq(key))
        .filter(project::Column::Id.is_in(places.iter().copied()))
        .one(db)
        .await?
    else {
        return Ok(None);
    };
    let mut query = task::Entity::find()
        .filter(task::Column::ProjectId.eq(place.id))
        .filter(task::Column::Number.eq(number))
        .filter(task::Column::DeletedAt.is_null());
    if filter.shelf == Shelf::Archive {
        query = query.filter(task::Column::ArchivedAt.is_not_null());
    }
    let found = query.one(db).await?;
    Ok(found.map(|row| Ranked {
        score: score::NAMED,
        id: i64::MAX,
        kind: HitKind::Task,
        source_id: row.id.0,
        task_id: row.id,
    }))
}

/// What a page shows of the hits: everything of them in a handful of queries.
async fn hits(
    db: &impl ConnectionTrait,
    all: &[project::Model],
    ranked: Vec<Ranked>,
    terms: &[Term],
) -> AppResult<Vec<Hit>> {
    let ids = ranked.iter().map(|found| found.task_id);
    let rows: HashMap<TaskId, task::Model> = task::Entity::find()
        .filter(task::Column::Id.is_in(ids))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let columns: HashMap<ColumnId, board_column::Model> = board_column::Entity::find()
        .filter(board_column::Column::Id.is_in(rows.values().map(|row| row.column_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|column| (column.id, column))
        .collect();
    let texts = texts(db, &ranked).await?;
    Ok(ranked
        .into_iter()
        .filter_map(|found| {
            let row = rows.get(&found.task_id)?;
            let column = columns.get(&row.column_id)?;
            let project = all.iter().find(|project| project.id == row.project_id)?;
            let text = match found.kind {
                HitKind::Task => row.description.as_str(),
                HitKind::Comment | HitKind::Note => texts.get(&found.source_id)?.as_str(),
            };
            let text: String = text.chars().take(READ_MOST).collect();
            // As it is read; what was found in a mark, such as the address of a link, as it is written.
            let snippet = Some(words::snippet(&markdown::to_text(&text), terms)).filter(|parts| !parts.is_empty());
            let snippet = snippet.unwrap_or_else(|| words::snippet(&text, terms));
            Some(Hit {
                kind: found.kind,
                reference: format!("{}-{}", project.key, row.number),
                title: words::marked(&row.title, terms),
                snippet,
                project: project.name.clone(),
                status: column.status,
                column: column.name.clone(),
                is_archived: row.archived_at.is_some(),
            })
        })
        .collect())
}

/// The bodies of comments and notes.
async fn texts(db: &impl ConnectionTrait, ranked: &[Ranked]) -> AppResult<HashMap<Uuid, String>> {
    let of = |kind: HitKind| ranked.iter().filter(move |found| found.kind == kind).map(|found| found.source_id);
    let mut texts: HashMap<Uuid, String> = comment::Entity::find()
        .select_only()
        .columns([comment::Column::Id, comment::Column::Body])
        .filter(comment::Column::Id.is_in(of(HitKind::Comment)))
        .into_tuple::<(Uuid, String)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    texts.extend(
        work_note::Entity::find()
            .select_only()
            .columns([work_note::Column::Id, work_note::Column::Body])
            .filter(work_note::Column::Id.is_in(of(HitKind::Note)))
            .into_tuple::<(Uuid, String)>()
            .all(db)
            .await?,
    );
    Ok(texts)
}

/// People of the projects, by name.
async fn people(db: &impl ConnectionTrait, places: &[ProjectId]) -> AppResult<Vec<PersonChoice>> {
    let of_any = places
        .iter()
        .fold(Condition::any(), |any, place| any.add(user::Column::Id.in_subquery(access::people_of(*place))));
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let rows = user::Entity::find().filter(of_any).order_by_asc(user::Column::Name).limit(CHOICES).all(db).await?;
    Ok(rows.into_iter().map(|person| PersonChoice { id: person.id, name: person.name }).collect())
}

async fn labels(db: &impl ConnectionTrait, places: &[ProjectId]) -> AppResult<Vec<String>> {
    Ok(label::Entity::find()
        .select_only()
        .column(label::Column::Name)
        .distinct()
        .filter(label::Column::ProjectId.is_in(places.iter().copied()))
        .order_by_asc(label::Column::Name)
        .limit(CHOICES)
        .into_tuple()
        .all(db)
        .await?)
}
