//! The jobs that run next, and how each ended last.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    archive::view::result,
    dashboard::view::NextJob,
    domain::{ids::ScheduleId, occurrence::OccurrenceState},
    entities::occurrence,
    error::AppResult,
    jobs::service::runs,
    platform::ctx::Ctx,
};

/// Rows on the page; the jobs page shows all.
const ROWS: usize = 5;

/// The soonest first.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn next(ctx: &Ctx) -> AppResult<Vec<NextJob>> {
    let mut jobs = Vec::new();
    for run in runs::next_runs(ctx, ROWS).await? {
        jobs.push(NextJob {
            href: format!("/jobs/{}", run.id),
            next: format!("{} · in {}", run.next.words, run.next_in),
            at: run.next.at.to_rfc3339(),
            last: last_result(ctx.reader(), run.id).await?,
            name: run.name,
        });
    }
    Ok(jobs)
}

/// The word for the last run that ended.
async fn last_result(db: &impl ConnectionTrait, job: ScheduleId) -> AppResult<Option<String>> {
    let ended = [OccurrenceState::Done, OccurrenceState::Partly, OccurrenceState::Failed];
    let state: Option<OccurrenceState> = occurrence::Entity::find()
        .select_only()
        .column(occurrence::Column::State)
        .filter(occurrence::Column::ScheduleId.eq(job))
        .filter(occurrence::Column::State.is_in(ended))
        .order_by_desc(occurrence::Column::Id)
        .into_tuple()
        .one(db)
        .await?;
    Ok(state.map(|state| result(state).0.to_owned()))
}
