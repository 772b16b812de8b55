//! What an import would bring, is bringing, or has brought: everything its page shows.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono_tz::Tz;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{people, progress, reading, staging};
use crate::{
    domain::{
        account::UserState,
        ids::{ImportId, ProjectId, TaskId},
        import::{
            mapping::ListTarget,
            plan::{ColumnState, EventOrigin, ImportPlan, PlannedPart},
            run::{ImportChoices, ImportKind, ImportState, ImportSummary, ImportTarget, PersonTarget},
        },
        project::{MemberRole, suggest_key},
    },
    entities::{import_run, import_source, project, task},
    error::AppResult,
    imports::api::{
        ColumnsReview, Earlier, ImportStage, ImportView, ListRow, PersonChoice, PersonRow, Review, TargetRow,
    },
    platform::{ctx::Ctx, fault},
    projects::service::{access, projects},
};

/// Lines of a table that the preview shows.
const SAMPLE: usize = 5;
/// Minutes after which a run of another instance that does not end counts as dead.
const DEAD_AFTER_MINUTES: i64 = 10;

/// The page of an import.
///
/// # Errors
/// [`crate::error::AppError::NotFound`] for somebody else's import.
pub async fn view(ctx: &Ctx, id: ImportId) -> AppResult<ImportView> {
    let run = staging::find(ctx, id).await?;
    let stage = match run.state {
        ImportState::Uploaded => waiting(ctx, &run).await?,
        ImportState::Running => running(ctx, &run),
        ImportState::Done => done(ctx, &run).await?,
        ImportState::Failed => ImportStage::Unreadable { problem: run.result.clone() },
        ImportState::Cancelled => ImportStage::Cancelled,
    };
    Ok(ImportView { id, file_name: run.file_name, kind: run.kind, stage })
}

async fn waiting(ctx: &Ctx, run: &import_run::Model) -> AppResult<ImportStage> {
    let choices = staging::choices_of(run)?;
    let zone: Tz = ctx.me()?.zone.parse().unwrap_or(Tz::UTC);
    let content = run.content.clone().unwrap_or_default();
    match reading::read(run.kind, content, choices.clone(), zone, ctx.now).await? {
        Err(problem) => Ok(ImportStage::Unreadable { problem: problem.to_string() }),
        Ok(reading) => Ok(ImportStage::Review(Box::new(review(ctx, run, choices, reading).await?))),
    }
}

async fn review(
    ctx: &Ctx,
    run: &import_run::Model,
    choices: ImportChoices,
    reading: reading::Reading,
) -> AppResult<Review> {
    let plan = &reading.plan;
    let known = people::known(ctx).await?;
    let targets = targets(ctx, run, plan).await?;
    let earlier = earlier(ctx, run).await?;
    let (name, key, chosen_project) = match &choices.target {
        ImportTarget::New { name, key } => (name.clone(), key.clone(), None),
        ImportTarget::Existing(id) => (plan.project_name.clone(), String::new(), Some(*id)),
    };
    let untouched = choices.lists.is_empty() && choices.people.is_empty();
    // The same file again most likely means: the same project again.
    let chosen_project = chosen_project.or_else(|| {
        targets
            .iter()
            .filter(|target| untouched && target.known > 0)
            .max_by_key(|target| target.known)
            .map(|target| target.id)
    });
    let columns = reading.table.as_ref().map(|table| ColumnsReview {
        headers: table.headers.clone(),
        fields: table
            .headers
            .iter()
            .enumerate()
            .map(|(column, _)| choices.csv.fields.get(column).copied().flatten())
            .collect(),
        date_order: choices.csv.date_order,
        is_date_order_open: reading.is_date_order_open,
        faulty_lines_choice: choices.csv.faulty_lines,
        sample: table
            .rows
            .iter()
            .take(SAMPLE)
            .map(|line| (0..table.headers.len()).map(|column| line.cell(column).chars().take(80).collect()).collect())
            .collect(),
        lines: table.rows.len(),
        delimiter: table.delimiter,
        problems: reading.problems.iter().map(ToString::to_string).collect(),
        faulty_lines: reading.faulty_lines,
    });
    Ok(Review {
        columns,
        lists: plan.columns.iter().map(|column| list_row(column, &choices)).collect(),
        people: plan
            .people
            .iter()
            .map(|person| PersonRow {
                name: person.name.clone(),
                role: match person.part {
                    PlannedPart::Member(role) => Some(role),
                    PlannedPart::Involved | PlannedPart::Former => None,
                },
                target: choices
                    .people
                    .get(&person.source_id)
                    .copied()
                    .unwrap_or_else(|| people::suggest(person, &known)),
            })
            .collect(),
        choices_of_people: known
            .iter()
            .map(|user| PersonChoice {
                target: PersonTarget::User(user.id),
                name: match user.state {
                    UserState::Placeholder => format!("{} (no account)", user.name),
                    UserState::Active | UserState::Disabled => user.name.clone(),
                },
            })
            .collect(),
        key: if key.is_empty() { projects::free_key(ctx.reader(), &suggest_key(&name)).await? } else { key },
        name,
        layout: choices.layout,
        chosen_project,
        targets,
        earlier,
        cards: plan.cards.len(),
        archived: plan.cards.iter().filter(|card| card.archived).count(),
        labels: plan.labels.iter().map(|label| label.name.clone()).collect(),
        comments: plan.cards.iter().map(|card| card.comments.len()).sum(),
        notes: plan.cards.iter().filter_map(|card| card.rest.as_ref()).map(|rest| rest.notes.len()).sum(),
        checklist_items: plan.cards.iter().flat_map(|card| &card.checklists).map(|list| list.items.len()).sum(),
        history: history_sentence(plan),
        sample_titles: plan
            .cards
            .iter()
            .filter(|card| !card.archived)
            .take(SAMPLE)
            .map(|card| card.title.clone())
            .collect(),
        warnings: plan.warnings.clone(),
        failure: Some(run.result.clone()).filter(|words| !words.is_empty()),
    })
}

fn list_row(column: &crate::domain::import::plan::PlannedColumn, choices: &ImportChoices) -> ListRow {
    ListRow {
        name: column.name.clone(),
        cards: column.cards,
        is_open: column.state == ColumnState::Open,
        target: choices.lists.get(&column.source_id).copied().unwrap_or(ListTarget::Status(column.status)),
    }
}

/// How many entries of history there are, from when to when, and how many of them are inferred.
fn history_sentence(plan: &ImportPlan) -> String {
    let (Some(first), Some(last)) = (plan.history.first(), plan.history.last()) else {
        return "No history.".to_owned();
    };
    let moves = plan.history.iter().filter(|event| event.change.is_move()).count();
    let inferred = plan.history.iter().filter(|event| event.origin == EventOrigin::Inferred).count();
    let day = |event: &crate::domain::import::plan::PlannedEvent| event.at.format("%-d %b %Y").to_string();
    let mut sentence = format!(
        "{} entries from {} to {}, {moves} of them moves between lists",
        plan.history.len(),
        day(first),
        day(last)
    );
    if inferred > 0 {
        sentence.push_str(&format!("; {inferred} are inferred"));
    }
    sentence + "."
}

/// Projects of the person as owner, with how many of the plan's cards each has already.
async fn targets(ctx: &Ctx, run: &import_run::Model, plan: &ImportPlan) -> AppResult<Vec<TargetRow>> {
    let me = ctx.me()?;
    let owned = access::projects_with_role(me.id, MemberRole::Owner);
    let projects = project::Entity::find()
        .filter(project::Column::Id.in_subquery(owned.clone()))
        .filter(project::Column::ArchivedAt.is_null())
        .order_by_asc(project::Column::Name)
        .all(ctx.reader())
        .await?;
    let known: Vec<(ProjectId, String)> = import_source::Entity::find()
        .select_only()
        .columns([import_source::Column::ProjectId, import_source::Column::SourceId])
        .filter(import_source::Column::ProjectId.in_subquery(owned))
        .filter(import_source::Column::Source.eq(run.kind))
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let mut by_project: HashMap<ProjectId, HashSet<String>> = HashMap::new();
    for (project, source_id) in known {
        by_project.entry(project).or_default().insert(source_id);
    }
    if run.kind == ImportKind::AutoReport {
        // The project that was exported has its tasks under the very ids of the file.
        let ids: Vec<ProjectId> = projects.iter().map(|project| project.id).collect();
        for (project, task) in own_tasks(ctx, &ids, plan).await? {
            by_project.entry(project).or_default().insert(task.to_string());
        }
    }
    Ok(projects
        .into_iter()
        .map(|project| {
            let there = by_project.get(&project.id);
            let known =
                plan.cards.iter().filter(|card| there.is_some_and(|there| there.contains(&card.source_id))).count();
            TargetRow { id: project.id, key: project.key, name: project.name, known }
        })
        .collect())
}

/// The tasks of these projects that the file names by their ids.
async fn own_tasks(ctx: &Ctx, projects: &[ProjectId], plan: &ImportPlan) -> AppResult<Vec<(ProjectId, TaskId)>> {
    let ids: Vec<TaskId> = plan.cards.iter().filter_map(|card| card.source_id.parse().ok()).collect();
    let mut found = Vec::new();
    for ids in ids.chunks(1_000) {
        let rows: Vec<(ProjectId, TaskId)> = task::Entity::find()
            .select_only()
            .columns([task::Column::ProjectId, task::Column::Id])
            .filter(task::Column::Id.is_in(ids.iter().copied()))
            .into_tuple()
            .all(ctx.reader())
            .await?;
        found.extend(rows.into_iter().filter(|(project, _)| projects.contains(project)));
    }
    Ok(found)
}

/// The last finished import of the very same file by the same person.
async fn earlier(ctx: &Ctx, run: &import_run::Model) -> AppResult<Option<Earlier>> {
    let found: Option<(Option<ProjectId>, chrono::DateTime<chrono::Utc>)> = import_run::Entity::find()
        .select_only()
        .columns([import_run::Column::ProjectId, import_run::Column::UpdatedAt])
        .filter(import_run::Column::ContentHash.eq(run.content_hash.clone()))
        .filter(import_run::Column::UserId.eq(run.user_id))
        .filter(import_run::Column::State.eq(ImportState::Done))
        .order_by_desc(import_run::Column::UpdatedAt)
        .into_tuple()
        .one(ctx.reader())
        .await?;
    let Some((Some(project), at)) = found else { return Ok(None) };
    let project = project::Entity::find_by_id(project).one(ctx.reader()).await?;
    Ok(project.map(|project| Earlier { project_name: project.name, on: at.date_naive() }))
}

fn running(ctx: &Ctx, run: &import_run::Model) -> ImportStage {
    let age = ctx.now - run.updated_at;
    match progress::of(run.id) {
        Some(progress) => {
            let (done, total) = progress.counts();
            ImportStage::Running { done, total }
        }
        // Another instance may be at it; on SQLite there is none.
        None if ctx.db().is_postgres() && age.num_minutes() < DEAD_AFTER_MINUTES => {
            ImportStage::Running { done: 0, total: 0 }
        }
        None => ImportStage::Interrupted,
    }
}

async fn done(ctx: &Ctx, run: &import_run::Model) -> AppResult<ImportStage> {
    let summary: ImportSummary =
        serde_json::from_str(&run.result).map_err(|error| fault::internal("reading the result of an import", error))?;
    let project = match run.project_id {
        Some(id) => project::Entity::find_by_id(id).one(ctx.reader()).await?,
        None => None,
    };
    let project = project.map(|project| (project.key, project.name));
    Ok(ImportStage::Done { summary, project })
}

/// The choices of a form by `source_id`, and the lines that have faults.
#[derive(Default)]
pub struct NamedChoices {
    pub lists: BTreeMap<String, ListTarget>,
    pub people: BTreeMap<String, PersonTarget>,
    pub faulty_lines: usize,
}

/// Gives the choices of a form, whose rows stand in the order of the plan, the names under which they are kept.
///
/// # Errors
/// [`crate::error::AppError::NotFound`] for somebody else's import.
pub async fn name_choices(
    ctx: &Ctx,
    id: ImportId,
    lists: Vec<ListTarget>,
    people: Vec<PersonTarget>,
) -> AppResult<NamedChoices> {
    let run = staging::find(ctx, id).await?;
    let choices = staging::choices_of(&run)?;
    let zone: Tz = ctx.me()?.zone.parse().unwrap_or(Tz::UTC);
    let Ok(reading) = reading::read(run.kind, run.content.unwrap_or_default(), choices, zone, ctx.now).await? else {
        return Ok(NamedChoices::default());
    };
    Ok(NamedChoices {
        lists: reading.plan.columns.into_iter().map(|column| column.source_id).zip(lists).collect(),
        people: reading.plan.people.into_iter().map(|person| person.source_id).zip(people).collect(),
        faulty_lines: reading.faulty_lines,
    })
}
