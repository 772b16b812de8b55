//! The library: all templates, found by category and words.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::{access, drafts, held, versions};
use crate::{
    domain::ids::{ProjectId, TemplateId, UserId},
    entities::{schedule, template, template_version, user},
    error::AppResult,
    mail::service::accounts,
    platform::{ctx::Ctx, like},
    projects::service::projects,
    reports::service::quarantine::Holds,
    templates::view::{TemplateDesk, TemplateItem, TemplateJobs, TemplateList, TemplateQuery},
};

/// The templates that a query asks for, by category and name.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`].
pub async fn list(ctx: &Ctx, query: TemplateQuery) -> AppResult<TemplateList> {
    ctx.me()?;
    let db = ctx.reader();
    let kept = || template::Entity::find().filter(template::Column::DeletedAt.is_null());
    let all = usize::try_from(kept().count(db).await?).unwrap_or(usize::MAX);
    let mut select = kept().order_by_asc(template::Column::Name).order_by_asc(template::Column::Id);
    if let Some(category) = query.category {
        select = select.filter(template::Column::Category.eq(category));
    }
    if !query.words.trim().is_empty() {
        select = select.filter(like::holds(Expr::col(template::Column::Name), query.words.trim()));
    }
    let mut rows = select.all(db).await?;
    rows.sort_by_key(|row| row.category);
    let published = published(db, &rows).await?;
    let names = names(db, rows.iter().filter_map(|row| row.owner_id)).await?;
    let (jobs, seen) = (all_jobs(db).await?, seen(ctx).await?);
    let holds = Holds::read(ctx).await?;
    let item = |row: template::Model| -> AppResult<TemplateItem> {
        Ok(TemplateItem {
            held: held::of(&holds, row.id, &row.draft, published.get(&row.id).map(String::as_str))?,
            has_changes: published.get(&row.id).is_none_or(|document| *document != row.draft),
            jobs: jobs_with(&jobs, row.id, &seen),
            can_edit: access::can_edit(ctx, &row),
            owner: row
                .owner_id
                .and_then(|id| names.get(&id).cloned())
                .unwrap_or_else(|| "Somebody who has left".into()),
            changed: ctx.moment(row.drafted_at),
            id: row.id,
            name: row.name,
            category: row.category,
            published: row.published,
        })
    };
    let items = rows.into_iter().map(item).collect::<AppResult<_>>()?;
    Ok(TemplateList { items, query, all })
}

/// A template on its designer.
///
/// # Errors
/// As [`access::visible`].
pub async fn desk(ctx: &Ctx, id: TemplateId) -> AppResult<TemplateDesk> {
    let row = access::visible(ctx, ctx.reader(), id).await?;
    let me = ctx.me()?;
    let published = versions::published(ctx, &row).await?;
    let by = names(ctx.reader(), row.drafted_by).await?;
    let (sender_name, sender) = accounts::default_sender(ctx.reader()).await?;
    let mine = projects::list(ctx).await?;
    let current = published.as_ref().map(|version| version.document.as_str());
    let held = held::of(&Holds::read(ctx).await?, id, &row.draft, current)?;
    Ok(TemplateDesk {
        draft: drafts::of_row(&row)?,
        has_changes: published.as_ref().is_none_or(|version| version.document != row.draft),
        published: match &published {
            Some(version) => versions::items(ctx, vec![version.clone()]).await?.pop(),
            None => None,
        },
        can_edit: access::can_edit(ctx, &row),
        can_release: ctx.admin().is_ok(),
        jobs: jobs_with(&all_jobs(ctx.reader()).await?, id, &seen(ctx).await?),
        held,
        saved_by: by.into_values().next().unwrap_or_default(),
        saved: ctx.moment(row.drafted_at),
        draft_version: row.draft_version,
        id: row.id,
        name: row.name,
        category: row.category,
        projects: mine.into_iter().map(|project| (project.key, project.name)).collect(),
        own_address: me.email.clone(),
        sender: if sender_name.is_empty() { sender } else { format!("{sender_name} <{sender}>") },
    })
}

/// How many schedules write their reports with a template.
///
/// # Errors
/// Only those of the database.
pub async fn jobs_of(db: &impl ConnectionTrait, id: TemplateId) -> AppResult<u64> {
    Ok(jobs_with(&all_jobs(db).await?, id, &BTreeSet::new()).count())
}

/// A schedule that names a template.
struct Job {
    name: String,
    project: ProjectId,
    options: String,
}

/// All schedules that name a template.
async fn all_jobs(db: &impl ConnectionTrait) -> AppResult<Vec<Job>> {
    let rows: Vec<(String, ProjectId, Option<String>)> = schedule::Entity::find()
        .select_only()
        .columns([schedule::Column::Name, schedule::Column::ProjectId, schedule::Column::Options])
        .filter(schedule::Column::DeletedAt.is_null())
        .filter(schedule::Column::Options.like(like::holding("\"template\"")))
        .order_by_asc(schedule::Column::Name)
        .into_tuple()
        .all(db)
        .await?;
    let job =
        |(name, project, options): (String, ProjectId, Option<String>)| Some(Job { name, project, options: options? });
    Ok(rows.into_iter().filter_map(job).collect())
}

/// Those of them that name this template, by name where their projects are seen.
fn jobs_with(jobs: &[Job], id: TemplateId, seen: &BTreeSet<ProjectId>) -> TemplateJobs {
    let id = id.to_string();
    let mut with = TemplateJobs::default();
    for job in jobs.iter().filter(|job| job.options.contains(&id)) {
        match seen.contains(&job.project) {
            true => with.names.push(job.name.clone()),
            false => with.hidden += 1,
        }
    }
    with
}

/// The projects that the person sees.
async fn seen(ctx: &Ctx) -> AppResult<BTreeSet<ProjectId>> {
    Ok(projects::list(ctx).await?.into_iter().map(|project| project.id).collect())
}

/// The published document of each template that has one.
async fn published(db: &impl ConnectionTrait, rows: &[template::Model]) -> AppResult<BTreeMap<TemplateId, String>> {
    let ids = rows.iter().filter(|row| row.published.is_some()).map(|row| row.id);
    let versions: Vec<(TemplateId, i32, String)> = template_version::Entity::find()
        .select_only()
        .columns([
            template_version::Column::TemplateId,
            template_version::Column::Number,
            template_version::Column::Document,
        ])
        .filter(template_version::Column::TemplateId.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    let numbers: BTreeMap<_, _> = rows.iter().map(|row| (row.id, row.published)).collect();
    let current = |id: &TemplateId, number: i32| numbers.get(id).is_some_and(|published| *published == Some(number));
    let kept = versions.into_iter().filter(|(id, number, _)| current(id, *number));
    Ok(kept.map(|(id, _, document)| (id, document)).collect())
}

/// The names of people.
///
/// # Errors
/// Only those of the database.
pub(super) async fn names(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = UserId>,
) -> AppResult<BTreeMap<UserId, String>> {
    let rows: Vec<(UserId, String)> = user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::Name])
        .filter(user::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}
