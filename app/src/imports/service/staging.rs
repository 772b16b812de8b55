//! Files that wait to be imported: stored by the upload, found by their owner, dropped on cancel.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{progress, reading};
use crate::{
    domain::{
        ids::ImportId,
        import::{
            clean,
            mapping::Layout,
            run::{ImportChoices, ImportKind, ImportState, ImportTarget},
        },
    },
    entities::import_run,
    error::{AppError, AppResult},
    platform::{ctx::Ctx, fault, hash::sha256},
    projects::service::projects,
};

/// Files of one person that may wait at the same time; the oldest give way.
const MOST_WAITING: usize = 5;
/// Longest name of a project, in characters.
const PROJECT_NAME_MAX: u32 = 100;

/// Stores a file to be looked at. One that cannot be read is noted with its fault, and its content is not kept.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn stage(ctx: &Ctx, file_name: &str, content: Vec<u8>) -> AppResult<ImportId> {
    let me = ctx.me()?;
    let kind = ImportKind::of_file(file_name, &content);
    let hash = sha256(&content);
    let (content, first) = reading::first_look(kind, content, ctx.now, me.zone.clone()).await?;
    let (state, content, choices, result) = match first {
        Ok(look) => {
            // The same instance mostly has the key still; its tasks shall not be called alike.
            let key = match look.key {
                Some(key) => projects::free_key(ctx.reader(), &key).await?,
                None => String::new(),
            };
            let choices = ImportChoices {
                csv: look.mapping,
                target: ImportTarget::New {
                    name: look
                        .project_name
                        .map_or_else(|| stem(file_name), |name| clean::line(&name, PROJECT_NAME_MAX)),
                    key,
                },
                layout: Layout::KeepLists,
                lists: Default::default(),
                people: Default::default(),
            };
            (ImportState::Uploaded, Some(content), json(&choices)?, String::new())
        }
        Err(problem) => (ImportState::Failed, None, String::new(), problem.to_string()),
    };
    let row = import_run::ActiveModel {
        id: Set(ImportId(Uuid::now_v7())),
        user_id: Set(me.id),
        kind: Set(kind),
        file_name: Set(clean::line(file_name, 200)),
        content: Set(content),
        content_hash: Set(hash),
        choices: Set(choices),
        state: Set(state),
        attempt: Set(0),
        project_id: Set(None),
        result: Set(result),
        created_at: Set(ctx.now),
        updated_at: Set(ctx.now),
    };
    let tx = ctx.begin().await?;
    let row = row.insert(&*tx).await?;
    drop_oldest(ctx, &tx).await?;
    tx.commit().await?;
    Ok(row.id)
}

/// An import of the person who asks, with its staged file.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else's.
pub async fn find(ctx: &Ctx, id: ImportId) -> AppResult<import_run::Model> {
    let me = ctx.me()?;
    let found =
        import_run::Entity::find_by_id(id).filter(import_run::Column::UserId.eq(me.id)).one(ctx.reader()).await?;
    found.ok_or(AppError::NotFound)
}

/// What was chosen so far.
///
/// # Errors
/// Only for a row that was tampered with.
pub fn choices_of(run: &import_run::Model) -> AppResult<ImportChoices> {
    serde_json::from_str(&run.choices).map_err(|error| fault::internal("reading the choices of an import", error))
}

/// Keeps what a person chose.
///
/// # Errors
/// [`AppError::NotFound`] unless the import still waits.
pub async fn choose(ctx: &Ctx, id: ImportId, choices: &ImportChoices) -> AppResult<()> {
    let me = ctx.me()?;
    let tx = ctx.begin().await?;
    let changed = import_run::Entity::update_many()
        .set(import_run::ActiveModel { choices: Set(json(choices)?), updated_at: Set(ctx.now), ..Default::default() })
        .filter(import_run::Column::Id.eq(id))
        .filter(import_run::Column::UserId.eq(me.id))
        .filter(import_run::Column::State.eq(ImportState::Uploaded))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    if changed.rows_affected == 0 { Err(AppError::NotFound) } else { Ok(()) }
}

/// Ends an import without bringing anything: the staged file is dropped, a running import takes everything back.
/// Cancelling what has ended changes nothing.
///
/// # Errors
/// [`AppError::NotFound`] for somebody else's import.
pub async fn cancel(ctx: &Ctx, id: ImportId) -> AppResult<()> {
    let me = ctx.me()?;
    // First the brake: on SQLite the running import holds the only writer until it has stopped.
    let run = import_run::Entity::find_by_id(id)
        .filter(import_run::Column::UserId.eq(me.id))
        .select_only()
        .column(import_run::Column::Id)
        .into_tuple::<ImportId>()
        .one(ctx.reader())
        .await?
        .ok_or(AppError::NotFound)?;
    if let Some(progress) = progress::of(run) {
        progress.cancel();
    }
    let tx = ctx.begin().await?;
    import_run::Entity::update_many()
        .set(import_run::ActiveModel {
            state: Set(ImportState::Cancelled),
            content: Set(None),
            updated_at: Set(ctx.now),
            ..Default::default()
        })
        .filter(import_run::Column::Id.eq(id))
        .filter(import_run::Column::State.is_in([ImportState::Uploaded, ImportState::Running]))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// The last imports of the person who asks, newest first, without their files.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<(ImportId, String, ImportState, chrono::DateTime<chrono::Utc>)>> {
    let me = ctx.me()?;
    Ok(import_run::Entity::find()
        .select_only()
        .columns([
            import_run::Column::Id,
            import_run::Column::FileName,
            import_run::Column::State,
            import_run::Column::CreatedAt,
        ])
        .filter(import_run::Column::UserId.eq(me.id))
        .order_by_desc(import_run::Column::CreatedAt)
        .limit(10)
        .into_tuple()
        .all(ctx.reader())
        .await?)
}

/// The name of a file without its ending, to begin a project's name with.
fn stem(file_name: &str) -> String {
    let name = file_name.rsplit_once('.').map_or(file_name, |(name, _)| name);
    let name = clean::line(&name.replace(['_', '-'], " "), PROJECT_NAME_MAX);
    if name.is_empty() { "Imported board".to_owned() } else { name }
}

async fn drop_oldest(ctx: &Ctx, tx: &crate::platform::db::WriteTx) -> AppResult<()> {
    let me = ctx.me()?;
    let waiting: Vec<ImportId> = import_run::Entity::find()
        .select_only()
        .column(import_run::Column::Id)
        .filter(import_run::Column::UserId.eq(me.id))
        .filter(import_run::Column::State.eq(ImportState::Uploaded))
        .order_by_desc(import_run::Column::CreatedAt)
        .into_tuple()
        .all(&**tx)
        .await?;
    for old in waiting.into_iter().skip(MOST_WAITING) {
        let row = import_run::ActiveModel {
            id: Unchanged(old),
            state: Set(ImportState::Cancelled),
            content: Set(None),
            ..Default::default()
        };
        row.update(&**tx).await?;
    }
    Ok(())
}

fn json(choices: &ImportChoices) -> AppResult<String> {
    serde_json::to_string(choices).map_err(|error| fault::internal("storing the choices of an import", error))
}
