//! Two reports of a job side by side, from what was frozen for each.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    read::{Dated, of_job},
    sight::{Seen, job_name},
};
use crate::{
    archive::view::{ComparedReports, ReportHead},
    domain::{ids::OccurrenceId, period::Period, report_compare::Comparison},
    entities::occurrence,
    error::{AppError, AppResult},
    platform::ctx::Ctx,
    reports::service::snapshot,
};

/// Reports to choose from.
const OFFERED: u64 = 200;

/// Compares a report with another one of its job: the one that is named, or the one before it, or, for the first, the
/// one after it. Where there is no other, there is nothing to compare, and that is said.
///
/// # Errors
/// [`AppError::NotFound`] where one of them is not there any more, is of another job, or is not visible.
pub async fn compare(ctx: &Ctx, id: OccurrenceId, with: Option<OccurrenceId>) -> AppResult<ComparedReports> {
    let db = ctx.reader();
    let seen = Seen::find_whole(ctx, id).await?;
    let others: Vec<Dated> = of_job(&seen.run)
        .filter(occurrence::Column::Id.ne(id))
        .order_by_desc(occurrence::Column::ScheduledAt)
        .limit(OFFERED)
        .into_model()
        .all(db)
        .await?;
    let query = of_job(&seen.run).filter(occurrence::Column::Id.ne(id));
    let before = query.clone().filter(occurrence::Column::ScheduledAt.lt(seen.run.scheduled_at));
    let chosen = match with {
        Some(with) => {
            let named: Option<Dated> = query.filter(occurrence::Column::Id.eq(with)).into_model().one(db).await?;
            Some(named.ok_or(AppError::NotFound)?)
        }
        None => before.order_by_desc(occurrence::Column::ScheduledAt).into_model::<Dated>().one(db).await?,
    };
    // The first of a job has none before it.
    let chosen = chosen.or_else(|| others.last().cloned());
    let pair = match &chosen {
        Some(other) => Some(pair(ctx, &seen, other.id).await?),
        None => None,
    };
    Ok(ComparedReports {
        job: job_name(db, seen.run.schedule_id).await?,
        project: seen.viewing.project().name.clone(),
        id,
        with: chosen.map(|chosen| chosen.id),
        others: others.into_iter().map(Dated::neighbour).collect(),
        pair,
    })
}

async fn pair(ctx: &Ctx, seen: &Seen, other: OccurrenceId) -> AppResult<(ReportHead, ReportHead, Comparison)> {
    let other = Seen::find_whole(ctx, other).await?;
    let is_before = other.run.scheduled_at < seen.run.scheduled_at;
    let (earlier, later) = if is_before { (&other, seen) } else { (seen, &other) };
    // The retention may have removed one since it was found.
    let frozen = |seen: &Seen| snapshot::from_json(seen.data.as_deref().ok_or(AppError::NotFound)?);
    let comparison = Comparison::of(&frozen(earlier)?, &frozen(later)?);
    Ok((head(&earlier.run), head(&later.run), comparison))
}

fn head(run: &occurrence::Model) -> ReportHead {
    let period = run.period_from.zip(run.period_to).map(|(first, last)| Period { first, last }.short_words());
    ReportHead { id: run.id, period: period.unwrap_or_default(), finding: run.finding.clone().unwrap_or_default() }
}
