//! What a task was imported from, when it goes to another project: an import of the same file into that one knows it
//! then.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};

use crate::{
    domain::ids::{ProjectId, TaskId},
    entities::import_source,
    error::AppResult,
    platform::db::WriteTx,
};

/// Takes away what says from which cards a task came: it points to the pair of project and task.
///
/// # Errors
/// Only those of the database.
pub async fn take(tx: &WriteTx, id: TaskId) -> AppResult<Vec<import_source::Model>> {
    let taken = import_source::Entity::find().filter(import_source::Column::TaskId.eq(id)).all(&**tx).await?;
    if !taken.is_empty() {
        import_source::Entity::delete_many().filter(import_source::Column::TaskId.eq(id)).exec(&**tx).await?;
    }
    Ok(taken)
}

/// Gives it back in the project that the task has come to; what was imported there from the same card stays what it is.
///
/// # Errors
/// Only those of the database.
pub async fn give(tx: &WriteTx, to: ProjectId, taken: Vec<import_source::Model>) -> AppResult<()> {
    use import_source::Column;
    if taken.is_empty() {
        return Ok(());
    }
    let rows = taken.into_iter().map(|source| import_source::ActiveModel {
        project_id: Set(to),
        source: Set(source.source),
        source_id: Set(source.source_id),
        task_id: Set(source.task_id),
    });
    let once = OnConflict::columns([Column::ProjectId, Column::Source, Column::SourceId]).do_nothing().to_owned();
    import_source::Entity::insert_many(rows).on_conflict(once).exec_without_returning(&**tx).await?;
    Ok(())
}
