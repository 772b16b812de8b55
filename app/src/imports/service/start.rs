//! Starting a confirmed import and carrying it out in the background.

use chrono_tz::Tz;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};
use tokio::task::JoinHandle;

use super::{people, progress::Running, reading, staging, write};
use crate::{
    domain::{
        ids::{ImportId, UserId},
        import::{
            mapping::FaultyLines,
            run::{ImportChoices, ImportState, ImportTarget, PersonTarget},
        },
    },
    entities::import_run,
    error::{AppError, AppResult, Problem},
    platform::ctx::Ctx,
    projects::service::{
        access,
        projects::{self, NewProject},
    },
};

/// Why a started import ended without bringing anything.
pub(super) enum Stopped {
    Cancelled,
    Failed(AppError),
    /// The file has faults that nobody agreed to leave out.
    Faulty(String),
}

impl<E: Into<AppError>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Starts an import that was looked at. It goes on by itself; the handle is for those who want to wait.
///
/// # Errors
/// [`AppError::NotFound`] for somebody else's import or target, [`AppError::Forbidden`] for a target that
/// the person does not own, [`AppError::Invalid`] for a bad name, key or person, [`AppError::NotFound`]
/// when it does not wait any more.
pub async fn start(ctx: &Ctx, id: ImportId) -> AppResult<JoinHandle<()>> {
    let run = staging::find(ctx, id).await?;
    let choices = staging::choices_of(&run)?;
    let zone = check_target(ctx, &choices.target).await?;
    check_people(ctx, &choices).await?;
    let running = Running::enter(id);
    let tx = ctx.begin().await?;
    let taken = import_run::Entity::update_many()
        .set(import_run::ActiveModel {
            state: Set(ImportState::Running),
            result: Set(String::new()),
            updated_at: Set(ctx.now),
            ..Default::default()
        })
        .col_expr(import_run::Column::Attempt, Expr::col(import_run::Column::Attempt).add(1))
        .filter(import_run::Column::Id.eq(id))
        .filter(import_run::Column::State.eq(ImportState::Uploaded))
        .filter(import_run::Column::Attempt.eq(run.attempt))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    if taken.rows_affected == 0 {
        return Err(AppError::NotFound);
    }
    let ctx = ctx.clone();
    let run = import_run::Model { attempt: run.attempt + 1, ..run };
    Ok(tokio::spawn(async move { carry_out(&ctx, run, choices, zone, &running).await }))
}

/// Puts an import that died with its process back to waiting.
///
/// # Errors
/// [`AppError::NotFound`] unless the person's import is running and nobody is at it.
pub async fn revive(ctx: &Ctx, id: ImportId) -> AppResult<()> {
    let me = ctx.me()?;
    if super::progress::of(id).is_some() {
        return Err(AppError::NotFound);
    }
    let tx = ctx.begin().await?;
    let changed = import_run::Entity::update_many()
        .set(import_run::ActiveModel {
            state: Set(ImportState::Uploaded),
            updated_at: Set(ctx.now),
            ..Default::default()
        })
        // The run that was thought dead writes nothing more: its attempt has passed.
        .col_expr(import_run::Column::Attempt, Expr::col(import_run::Column::Attempt).add(1))
        .filter(import_run::Column::Id.eq(id))
        .filter(import_run::Column::UserId.eq(me.id))
        .filter(import_run::Column::State.eq(ImportState::Running))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    if changed.rows_affected == 0 { Err(AppError::NotFound) } else { Ok(()) }
}

/// The zone of the target, if the person may import there.
async fn check_target(ctx: &Ctx, target: &ImportTarget) -> AppResult<String> {
    match target {
        ImportTarget::Existing(project) => {
            let owning = access::by_id(ctx, ctx.reader(), *project).await?.owning()?;
            Ok(owning.project().zone.clone())
        }
        ImportTarget::New { name, key } => {
            let zone = ctx.me()?.zone.clone();
            let tx = ctx.begin().await?;
            // A rehearsal: dropped without commit, so that a bad name or a key in use shows beside its field.
            projects::insert(ctx, &*tx, NewProject { name: name.clone(), key: key.clone(), zone: zone.clone() })
                .await?;
            Ok(zone)
        }
    }
}

/// Only people whom the person can see may be named.
async fn check_people(ctx: &Ctx, choices: &ImportChoices) -> AppResult<()> {
    let wanted: Vec<UserId> = choices
        .people
        .values()
        .filter_map(|target| if let PersonTarget::User(id) = target { Some(*id) } else { None })
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let known: Vec<UserId> = people::known(ctx).await?.into_iter().map(|user| user.id).collect();
    if wanted.iter().all(|id| known.contains(id)) {
        Ok(())
    } else {
        Err(AppError::field("people", Problem::UnknownChoice))
    }
}

async fn carry_out(ctx: &Ctx, run: import_run::Model, choices: ImportChoices, zone: String, running: &Running) {
    let (id, attempt) = (run.id, run.attempt);
    let outcome = bring(ctx, run, choices, zone, running).await;
    let words = match outcome {
        Ok(()) => return,
        Err(Stopped::Cancelled) => None,
        Err(Stopped::Failed(error)) => Some(error.words()),
        Err(Stopped::Faulty(words)) => Some(words),
    };
    if let Err(error) = end(ctx, id, attempt, words).await {
        tracing::error!("ending import {id}: {error}");
    }
}

/// Reads, writes all of it in one transaction, and marks the import as done in the same transaction.
async fn bring(
    ctx: &Ctx,
    mut run: import_run::Model,
    choices: ImportChoices,
    zone: String,
    running: &Running,
) -> Result<(), Stopped> {
    let content = run.content.take().unwrap_or_default();
    let tz: Tz = zone.parse().unwrap_or(Tz::UTC);
    let reading = reading::read(run.kind, content, choices.clone(), tz, ctx.now)
        .await?
        .map_err(|problem| Stopped::Faulty(problem.to_string()))?;
    if choices.csv.fields.is_empty() && reading.table.is_some()
        || reading.faulty_lines > 0 && choices.csv.faulty_lines == FaultyLines::Refuse
    {
        return Err(Stopped::Faulty(
            "The file has lines with faults. Mend them and upload it again, or choose to leave them out.".to_owned(),
        ));
    }
    let known = people::known(ctx).await?;
    let job = write::Job {
        plan: reading.plan,
        choices: &choices,
        zone,
        known: &known,
        source: Some(run.kind),
        progress: running.progress(),
    };
    write::write(ctx, &run, job).await
}

/// After a failure the file waits again, with the reason, unless it was cancelled meanwhile.
async fn end(ctx: &Ctx, id: ImportId, attempt: i32, words: Option<String>) -> AppResult<()> {
    let now = ctx.app.clock.now();
    let row = match words {
        Some(words) => import_run::ActiveModel {
            state: Set(ImportState::Uploaded),
            result: Set(words),
            updated_at: Set(now),
            ..Default::default()
        },
        None => import_run::ActiveModel {
            state: Set(ImportState::Cancelled),
            content: Set(None),
            updated_at: Set(now),
            ..Default::default()
        },
    };
    let tx = ctx.begin().await?;
    import_run::Entity::update_many()
        .set(row)
        .filter(import_run::Column::Id.eq(id))
        .filter(import_run::Column::Attempt.eq(attempt))
        .filter(import_run::Column::State.eq(ImportState::Running))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}
