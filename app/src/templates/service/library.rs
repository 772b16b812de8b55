//! The library: all templates, found by category and words.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::{access, drafts, held, versions};
use crate::{
    domain::ids::{TemplateId, UserId},
    entities::{schedule, template, template_version, user},
    error::AppResult,
    mail::service::accounts,
    platform::{ctx::Ctx, like},
    projects::service::projects,
    reports::service::quarantine::Holds,
    templates::view::{TemplateDesk, TemplateItem, TemplateList, TemplateQuery},
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
    let jobs = all_jobs(db).await?;
    let holds = Holds::read(ctx).await?;
    let item = |row: template::Model| -> AppResult<TemplateItem> {
        Ok(TemplateItem {
            held: held::of(&holds, row.id, &row.draft, published.get(&row.id).map(String::as_str))?,
            has_changes: published.get(&row.id).is_none_or(|document| *document != row.draft),
            jobs: jobs.iter().filter(|options| options.contains(&row.id.to_string())).count() as u64,
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
    Ok(all_jobs(db).await?.iter().filter(|options| options.contains(&id.to_string())).count() as u64)
}

/// The options of all schedules that name a template.
async fn all_jobs(db: &impl ConnectionTrait) -> AppResult<Vec<String>> {
    let options: Vec<Option<String>> = schedule::Entity::find()
        .select_only()
        .column(schedule::Column::Options)
        .filter(schedule::Column::DeletedAt.is_null())
        .filter(schedule::Column::Options.like(like::holding("\"template\"")))
        .into_tuple()
        .all(db)
        .await?;
    Ok(options.into_iter().flatten().collect())
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
