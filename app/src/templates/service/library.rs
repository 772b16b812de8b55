//! The library: all templates, found by category and words.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use super::{access, drafts, held, narrowing, versions};
use crate::{
    alarms::service::styled,
    domain::{
        ids::{ProjectId, TemplateId, UserId},
        report::spec::{AttachmentKind, ReportSpec},
        template::TemplateCategory,
    },
    entities::{schedule, template, template_version, user},
    error::AppResult,
    mail::service::accounts,
    platform::{ctx::Ctx, like},
    projects::service::projects,
    reports::service::quarantine::Holds,
    templates::view::{HeldBack, TemplateDesk, TemplateItem, TemplateJobs, TemplateList, TemplateQuery},
};

/// What the library shows of a template: its documents, which may be long, are left where they are.
#[derive(Debug, FromQueryResult)]
struct Row {
    id: TemplateId,
    name: String,
    category: TemplateCategory,
    owner_id: Option<UserId>,
    published: Option<i32>,
    drafted_at: DateTime<Utc>,
}

/// The templates that a query asks for, by category and name.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`].
pub async fn list(ctx: &Ctx, query: TemplateQuery) -> AppResult<TemplateList> {
    ctx.me()?;
    let db = ctx.reader();
    let kept = || template::Entity::find().filter(template::Column::DeletedAt.is_null());
    let all = usize::try_from(kept().count(db).await?).unwrap_or(usize::MAX);
    use template::Column::{Category, DraftedAt, Id, Name, OwnerId, Published};
    let shown = kept().select_only().columns([Id, Name, Category, OwnerId, Published, DraftedAt]);
    let mut select = shown.order_by_asc(Name).order_by_asc(Id);
    if let Some(category) = query.category {
        select = select.filter(template::Column::Category.eq(category));
    }
    if !query.words.trim().is_empty() {
        select = select.filter(like::holds(Expr::col(template::Column::Name), query.words.trim()));
    }
    let mut rows: Vec<Row> = select.into_model().all(db).await?;
    rows.sort_by_key(|row| row.category);
    let unchanged = unchanged(db, &rows).await?;
    let names = names(db, rows.iter().filter_map(|row| row.owner_id)).await?;
    let (jobs, seen, of_alarms) = (all_jobs(db).await?, seen(ctx).await?, styled::chosen(db).await?);
    let held_back = held_back(ctx, &rows).await?;
    let item = |row: Row| TemplateItem {
        held: held_back.get(&row.id).copied().unwrap_or_default(),
        has_changes: !unchanged.contains(&row.id),
        jobs: TemplateJobs { alarms: of_alarms == Some(row.id), ..jobs_with(&jobs, row.id, &seen) },
        can_edit: access::can_edit_of(ctx, row.owner_id),
        owner: row.owner_id.and_then(|id| names.get(&id).cloned()).unwrap_or_else(|| "Somebody who has left".into()),
        changed: ctx.moment(row.drafted_at),
        id: row.id,
        name: row.name,
        category: row.category,
        published: row.published,
    };
    let items = rows.into_iter().map(item).collect();
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
    let of_alarms = styled::chosen(ctx.reader()).await?;
    Ok(TemplateDesk {
        draft: drafts::of_row(&row)?,
        has_changes: published.as_ref().is_none_or(|version| version.document != row.draft),
        published: match &published {
            Some(version) => versions::items(ctx, vec![version.clone()]).await?.pop(),
            None => None,
        },
        can_edit: access::can_edit(ctx, &row),
        can_release: ctx.admin().is_ok(),
        jobs: TemplateJobs {
            alarms: of_alarms == Some(id),
            ..jobs_with(&all_jobs(ctx.reader()).await?, id, &seen(ctx).await?)
        },
        held,
        saved_by: by.into_values().next().unwrap_or_default(),
        is_own_save: row.drafted_by == Some(me.id),
        saved: ctx.moment(row.drafted_at),
        saved_when: ctx.in_words(row.drafted_at),
        draft_version: row.draft_version,
        id: row.id,
        name: row.name,
        category: row.category,
        names: narrowing::names(ctx.reader(), &mine).await?,
        projects: mine.into_iter().map(|project| (project.key, project.name)).collect(),
        own_address: me.email.clone(),
        attached: attached(ctx.reader(), id).await?,
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

/// The kinds of files that schedules attach which write with a template, in their order.
async fn attached(db: &impl ConnectionTrait, id: TemplateId) -> AppResult<Vec<AttachmentKind>> {
    let jobs = all_jobs(db).await?;
    let is_attached = |kind: &AttachmentKind| {
        jobs.iter().any(|job| job.spec.template == Some(id) && job.spec.attachments.contains(kind))
    };
    Ok(AttachmentKind::ALL.iter().copied().filter(is_attached).collect())
}

/// A schedule that names a template.
struct Job {
    name: String,
    project: ProjectId,
    spec: ReportSpec,
}

/// All schedules that name a template; what cannot be read is said on the page of its job.
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
    let job = |(name, project, options): (String, ProjectId, Option<String>)| {
        Some(Job { name, project, spec: serde_json::from_str(&options?).ok()? })
    };
    Ok(rows.into_iter().filter_map(job).collect())
}

/// Those of them that name this template, by name where their projects are seen.
fn jobs_with(jobs: &[Job], id: TemplateId, seen: &BTreeSet<ProjectId>) -> TemplateJobs {
    let mut with = TemplateJobs::default();
    for job in jobs.iter().filter(|job| job.spec.template == Some(id)) {
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

/// The templates whose draft says what is published.
async fn unchanged(db: &impl ConnectionTrait, rows: &[Row]) -> AppResult<BTreeSet<TemplateId>> {
    let ids = rows.iter().filter(|row| row.published.is_some()).map(|row| row.id);
    let of_template = |column: template::Column| Expr::col((template::Entity, column));
    let of_version = |column: template_version::Column| Expr::col((template_version::Entity, column));
    let found: Vec<TemplateId> = template_version::Entity::find()
        .inner_join(template::Entity)
        .select_only()
        .column(template_version::Column::TemplateId)
        .filter(template_version::Column::TemplateId.is_in(ids))
        .filter(of_version(template_version::Column::Number).eq(of_template(template::Column::Published)))
        .filter(of_version(template_version::Column::Document).eq(of_template(template::Column::Draft)))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// What is held back of templates, where anything is: the documents of these few alone are read.
async fn held_back(ctx: &Ctx, rows: &[Row]) -> AppResult<BTreeMap<TemplateId, HeldBack>> {
    let holds = Holds::read(ctx).await?;
    let mut held_back = BTreeMap::new();
    for id in rows.iter().map(|row| row.id).filter(|id| holds.has(&held::key(*id))) {
        let Some(row) = template::Entity::find_by_id(id).one(ctx.reader()).await? else { continue };
        let published = versions::published(ctx, &row).await?;
        let published = published.as_ref().map(|version| version.document.as_str());
        held_back.insert(id, held::of(&holds, id, &row.draft, published)?);
    }
    Ok(held_back)
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
