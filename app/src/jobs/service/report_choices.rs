//! What the report of a job can be chosen of, and what was chosen in words.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::report;
use crate::{
    domain::{
        ids::{LabelId, ProjectId, UserId},
        job::JobKind,
        report::spec::{DraftRule, ReportSpec, Scope, Section},
        span,
    },
    entities::{label, project, schedule, template, user},
    error::{AppError, AppResult},
    jobs::{report_form::CHOICES, view::ReportChoices},
    platform::ctx::Ctx,
    projects::service::{access, projects},
    tasks::service::labels,
};

/// The choices for a job. What was chosen before is among them, whoever looks; a job that makes no report has none.
///
/// # Errors
/// [`AppError::SignedOut`], those of the database.
pub async fn of(ctx: &Ctx, job: &schedule::Model) -> AppResult<ReportChoices> {
    if !job.kind.makes_report() {
        return Ok(ReportChoices::default());
    }
    let ReportSpec { scope, template, .. } = report::spec(job)?;
    let mut choices = choices(ctx, job.project_id, &scope).await?;
    if let Some(id) = template.map(|id| id.to_string())
        && !choices.templates.iter().any(|(known, _)| *known == id)
    {
        choices.templates.push((id, "A template that is gone".to_owned()));
    }
    Ok(choices)
}

/// The choices for a job of a kind in a project that is not there yet; none where the project is not to be seen.
///
/// # Errors
/// [`AppError::SignedOut`], those of the database.
pub async fn of_new(ctx: &Ctx, kind: JobKind, project: &str) -> AppResult<ReportChoices> {
    if !kind.makes_report() {
        return Ok(ReportChoices::default());
    }
    match access::by_key(ctx, ctx.reader(), project).await {
        Ok(viewing) => choices(ctx, viewing.project().id, &Scope::default()).await,
        Err(AppError::NotFound) => Ok(ReportChoices::default()),
        Err(error) => Err(error),
    }
}

/// What can be chosen in a project; `before` is among it.
async fn choices(ctx: &Ctx, project: ProjectId, before: &Scope) -> AppResult<ReportChoices> {
    let db = ctx.reader();
    let templates = template::Entity::find()
        .filter(template::Column::DeletedAt.is_null())
        .filter(template::Column::Published.is_not_null())
        .order_by_asc(template::Column::Name)
        .all(db)
        .await?;
    let mine = projects::list(ctx).await?;
    let mut others: Vec<_> = mine.into_iter().map(|row| (row.id, row.name)).filter(|(id, _)| *id != project).collect();
    let unseen = before.other_projects.iter().filter(|id| !others.iter().any(|(known, _)| known == *id));
    let unseen: Vec<_> = unseen.map(|id| (*id, "A project that you do not see".to_owned())).collect();
    others.extend(unseen);
    let names: HashMap<ProjectId, String> = others.iter().cloned().collect();
    let of_report: Vec<ProjectId> = before.other_projects.iter().copied().chain([project]).collect();
    let labels = label::Entity::find()
        .filter(label::Column::ProjectId.is_in(of_report))
        .order_by_asc(label::Column::Name)
        .all(db)
        .await?;
    // What is gone stays chosen until somebody takes it away: otherwise the next change of the job, whatever it is about,
    // would make a report of all tasks out of one of a few.
    let is_lost = |id: &&LabelId| !labels.iter().any(|row| row.id == **id);
    let lost = before.labels.iter().filter(is_lost).map(|id| (id.to_string(), "A label that is gone".to_owned()));
    let lost: Vec<(String, String)> = lost.collect();
    let labels = labels.into_iter().map(|row| match names.get(&row.project_id) {
        Some(project) => (row.id.to_string(), format!("{} ({project})", row.name)),
        None => (row.id.to_string(), row.name),
    });
    let labels = labels.chain(lost);
    let mut people: Vec<(UserId, String)> = user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::Name])
        .filter(user::Column::Id.in_subquery(access::people_of(project)))
        .order_by_asc(user::Column::Name)
        .into_tuple()
        .all(db)
        .await?;
    let left = before.people.iter().filter(|id| !people.iter().any(|(known, _)| known == *id));
    let left: Vec<_> = left.map(|id| (*id, "Somebody outside the project".to_owned())).collect();
    people.extend(left);
    let chosen_projects: Vec<String> = before.other_projects.iter().map(ToString::to_string).collect();
    let chosen_labels: Vec<String> = before.labels.iter().map(ToString::to_string).collect();
    let chosen_people: Vec<String> = before.people.iter().map(ToString::to_string).collect();
    Ok(ReportChoices {
        projects: cut(others.into_iter().map(|(id, name)| (id.to_string(), name)).collect(), &chosen_projects),
        labels: cut(labels.collect(), &chosen_labels),
        people: cut(people.into_iter().map(|(id, name)| (id.to_string(), name)).collect(), &chosen_people),
        templates: templates.into_iter().map(|row| (row.id.to_string(), row.name)).collect(),
    })
}

/// As many as a form has room for; what is chosen is among them.
fn cut(mut choices: Vec<(String, String)>, chosen: &[String]) -> Vec<(String, String)> {
    if choices.len() > CHOICES {
        choices.sort_by_key(|(id, _)| !chosen.contains(id));
        choices.truncate(CHOICES);
    }
    choices
}

/// What a report shows, each with its name; what the person does not see stays unnamed.
///
/// # Errors
/// Those of the database.
pub async fn words(ctx: &Ctx, job: &schedule::Model) -> AppResult<Vec<(String, String)>> {
    if !job.kind.makes_report() {
        return Ok(Vec::new());
    }
    let ReportSpec { period, scope, sections, attachments, template, draft } = report::spec(job)?;
    let db = ctx.reader();
    let mut words = vec![("Days".to_owned(), format!("{}.", period.words()))];
    if !scope.other_projects.is_empty() {
        let mine = access::visible_projects(ctx.me()?.id);
        let seen: Vec<String> = project::Entity::find()
            .select_only()
            .column(project::Column::Name)
            .filter(project::Column::Id.is_in(scope.other_projects.iter().copied()))
            .filter(project::Column::Id.in_subquery(mine))
            .order_by_asc(project::Column::Name)
            .into_tuple()
            .all(db)
            .await?;
        words.push(("Also of".to_owned(), named(seen, scope.other_projects.len(), "that you do not see")));
    }
    if !scope.labels.is_empty() {
        let there = labels::named(db, &scope.labels).await?;
        let (all, known) = (scope.labels.len(), there.len());
        let own = there.into_iter().filter(|(project, _)| *project == job.project_id).map(|(_, name)| name).collect();
        let said = match known {
            0 => "Deleted: the report has no task in it. Choose others.".to_owned(),
            _ if known < all => named(own, known, "of other projects") + " Others were deleted.",
            _ => named(own, all, "of other projects"),
        };
        words.push(("Only labels".to_owned(), said));
    }
    if !scope.people.is_empty() {
        let names: Vec<String> = user::Entity::find()
            .select_only()
            .column(user::Column::Name)
            .filter(user::Column::Id.is_in(scope.people.iter().copied()))
            .order_by_asc(user::Column::Name)
            .into_tuple()
            .all(db)
            .await?;
        words.push(("Only tasks of".to_owned(), named(names, scope.people.len(), "who have left")));
    }
    let written = match template {
        None => format!("Built-in: {}.", sections.iter().map(called).collect::<Vec<_>>().join(", ")),
        Some(id) => {
            let row = template::Entity::find_by_id(id).one(db).await?;
            match row.filter(|row| row.deleted_at.is_none()) {
                Some(row) => format!("The template “{}”.", row.name),
                None => "A template that was deleted: the next run fails. Choose another one.".to_owned(),
            }
        }
    };
    words.push(("Shows".to_owned(), written));
    if !attachments.is_empty() {
        let files = attachments.iter().map(|kind| kind.label()).collect::<Vec<_>>().join(", ");
        words.push(("Files".to_owned(), format!("{files}.")));
    }
    if let Some(DraftRule { send_after_minutes }) = draft {
        let wait = match send_after_minutes {
            None => "Its owner is asked first; it waits for them.".to_owned(),
            Some(minutes) => {
                let wait = span::words(chrono::Duration::minutes(i64::from(minutes)));
                format!("Its owner is asked first; after {wait} it goes out as it is.")
            }
        };
        words.push(("Draft".to_owned(), wait));
    }
    Ok(words)
}

fn named(mut names: Vec<String>, all: usize, others: &str) -> String {
    let left = all.saturating_sub(names.len());
    if left > 0 {
        names.push(format!("{left} {others}"));
    }
    format!("{}.", names.join(", "))
}

fn called(section: &Section) -> String {
    match section {
        Section::Summary => "summary".to_owned(),
        Section::Figures => "key figures".to_owned(),
        Section::Chart { chart } => format!("chart “{}”", chart.label()),
        Section::Tasks { list, limit, from: None, .. } => format!("{} (at most {limit})", list.label()),
        Section::Tasks { list, limit, from: Some(from), .. } => {
            format!("{} (at most {limit}, {})", list.label(), from.and_above())
        }
        Section::Notes { limit } => format!("work notes (at most {limit})"),
        Section::Text { .. } => "words of its own".to_owned(),
    }
}
