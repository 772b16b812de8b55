//! The form from which a test was sent, until its page has shown it again: it is too long for an address, and the
//! addresses of people in it are nobody's business who sees one.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use uuid::Uuid;

use super::report_choices;
use crate::{
    entities::job_test,
    error::AppResult,
    jobs::{
        form::JobForm,
        view::{EditorData, TestOutcome},
    },
    platform::{ctx::Ctx, fault},
};

/// How long the page shows it.
const FRESH: TimeDelta = TimeDelta::hours(1);

/// Fields of a form by name, as they were typed.
pub type Typed = BTreeMap<String, String>;

/// Keeps a form and what came of its test, in the place of the person's last one; answers with the word for the address.
///
/// # Errors
/// [`AppError::SignedOut`](crate::error::AppError::SignedOut), those of the database.
pub async fn keep(ctx: &Ctx, typed: &Typed, outcome: &TestOutcome) -> AppResult<String> {
    use job_test::Column;
    let token = Uuid::now_v7().simple().to_string();
    let row = job_test::ActiveModel {
        user_id: Set(ctx.me()?.id),
        token: Set(token.clone()),
        typed: Set(serde_json::to_string(typed).map_err(|error| fault::internal("keeping a form", error))?),
        outcome: Set(serde_json::to_string(outcome).map_err(|error| fault::internal("keeping a test", error))?),
        made_at: Set(ctx.now),
    };
    let instead = OnConflict::column(Column::UserId)
        .update_columns([Column::Token, Column::Typed, Column::Outcome, Column::MadeAt])
        .to_owned();
    let tx = ctx.begin().await?;
    job_test::Entity::insert(row).on_conflict(instead).exec_without_returning(&*tx).await?;
    tx.commit().await?;
    Ok(token)
}

/// Forgets what no page shows any more.
///
/// # Errors
/// Only those of the database.
pub async fn forget_old(ctx: &Ctx) -> AppResult<()> {
    let tx = ctx.begin().await?;
    job_test::Entity::delete_many().filter(job_test::Column::MadeAt.lte(ctx.now - FRESH)).exec(&*tx).await?;
    Ok(tx.commit().await?)
}

/// What was kept under a word, if it is this person's and not old.
///
/// # Errors
/// As [`keep`].
pub async fn kept(ctx: &Ctx, token: &str) -> AppResult<Option<(Typed, TestOutcome)>> {
    let me = ctx.me()?.id;
    let row = job_test::Entity::find_by_id(me).one(ctx.reader()).await?;
    let Some(row) = row.filter(|row| row.token == token && ctx.now - row.made_at < FRESH) else { return Ok(None) };
    let typed = serde_json::from_str(&row.typed).map_err(|error| fault::internal("reading a form", error))?;
    let outcome = serde_json::from_str(&row.outcome).map_err(|error| fault::internal("reading a test", error))?;
    Ok(Some((typed, outcome)))
}

/// An editor with what was typed when its test was sent, and what came of that.
///
/// # Errors
/// As [`keep`].
pub async fn fill(ctx: &Ctx, data: EditorData, token: &str) -> AppResult<EditorData> {
    if token.is_empty() {
        return Ok(data);
    }
    let Some((typed, outcome)) = kept(ctx, token).await? else { return Ok(data) };
    let about = data.id.map(|id| id.to_string()).unwrap_or_default();
    if typed.get("id").map(String::as_str).unwrap_or_default() != about {
        return Ok(data);
    }
    let mut form = JobForm::read(|name| typed.get(name).cloned());
    // The kind of a job that is there stays.
    if data.id.is_some() || !data.kinds.contains(&form.kind) {
        form.kind = data.form.kind;
    }
    // A form that says nothing about the report changes nothing of it.
    if form.report.is_empty() {
        form.report = data.form.report.clone();
    }
    let report = match data.id {
        // What can be chosen is that of the project that was typed.
        None => report_choices::of_new(ctx, form.kind, &form.project).await?,
        Some(_) => data.report,
    };
    Ok(EditorData { form, report, tested: Some(outcome), ..data })
}
