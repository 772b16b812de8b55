//! Finished tasks leave the board by themselves after the days that their project says.

use chrono::TimeDelta;
use sea_orm::{ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    domain::{ids::TaskId, project::ARCHIVE_AFTER},
    entities::{project, task},
    error::{AppError, AppResult},
    platform::{
        ctx::{Actor, Ctx, RuleActor},
        state::AppState,
    },
    tasks::service::archive,
};

/// Tasks that one look puts away; the next look goes on.
const BATCH: u64 = 200;

/// Archives what has been finished for long enough, and returns how many tasks it was. Two processes at once put the
/// same task away once.
///
/// # Errors
/// Only those of the database.
pub async fn archive_finished(app: &AppState) -> AppResult<usize> {
    let system = Ctx::system(app);
    let mut old = Condition::any();
    for days in ARCHIVE_AFTER {
        let before = system.now - TimeDelta::days(days.into());
        old = old.add(
            Condition::all().add(project::Column::ArchiveAfterDays.eq(days)).add(task::Column::CompletedAt.lte(before)),
        );
    }
    let of_project =
        task::Entity::belongs_to(project::Entity).from(task::Column::ProjectId).to(project::Column::Id).into();
    let found: Vec<(TaskId, Option<i32>)> = task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .column(project::Column::ArchiveAfterDays)
        .join(JoinType::InnerJoin, of_project)
        .filter(project::Column::ArchivedAt.is_null())
        .filter(task::Column::ArchivedAt.is_null())
        .filter(old)
        .order_by_asc(task::Column::CompletedAt)
        .limit(BATCH)
        .into_tuple()
        .all(app.reader())
        .await?;
    let mut many = 0;
    for (id, days) in found {
        let name = format!("Rule “Archive finished tasks after {} days”", days.unwrap_or_default());
        let ctx = Ctx::new(app.clone(), Actor::Rule(RuleActor { name, generation: 1 }));
        match archive::archive(&ctx, id, None).await {
            Ok(()) => many += 1,
            // Put away, moved or archived with its project meanwhile.
            Err(AppError::NotFound | AppError::ArchivedProject) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(many)
}
