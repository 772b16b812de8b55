//! Two reports of a job side by side, from what was frozen for each.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    read::{Dated, of_job},
    sight::{Seen, job_name},
};
use crate::{
    archive::view::{ComparedReports, Neighbour, ReportHead},
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
        others: told_apart(
            others.into_iter().map(|other| (other.number, other.neighbour())).collect(),
            &period(&seen.run),
        ),
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
    let is_shared = period(&earlier.run) == period(&later.run);
    Ok((head(&earlier.run, is_shared), head(&later.run, is_shared), comparison))
}

fn head(run: &occurrence::Model, is_shared: bool) -> ReportHead {
    let period = called(period(run), run.number, is_shared);
    ReportHead { id: run.id, period, finding: run.finding.clone().unwrap_or_default() }
}

fn period(run: &occurrence::Model) -> String {
    let period = run.period_from.zip(run.period_to).map(|(first, last)| Period { first, last }.short_words());
    period.unwrap_or_default()
}

/// The days of a report, with the number of its run where another one has the same days.
fn called(period: String, number: i32, is_shared: bool) -> String {
    if is_shared { format!("{period}, run {number}") } else { period }
}

/// Reports with the numbers of their runs, named so that no two are called the same, nor as one with these days.
fn told_apart(others: Vec<(i32, Neighbour)>, mine: &str) -> Vec<Neighbour> {
    let mut times = BTreeMap::from([(mine.to_owned(), 1_u32)]);
    for (_, other) in &others {
        *times.entry(other.period.clone()).or_default() += 1;
    }
    let name = |(number, other): (i32, Neighbour)| {
        let is_shared = times.get(&other.period).is_some_and(|times| *times > 1);
        Neighbour { id: other.id, period: called(other.period, number, is_shared) }
    };
    others.into_iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn reports_of_the_same_days_are_called_by_the_numbers_of_their_runs() {
        let other =
            |number, period: &str| (number, Neighbour { id: OccurrenceId(Uuid::nil()), period: period.to_owned() });
        let others = vec![
            other(4, "16–22 Nov 2026"),
            other(3, "9–15 Nov 2026"),
            other(2, "2–8 Nov 2026"),
            other(1, "2–8 Nov 2026"),
        ];
        let called: Vec<_> = told_apart(others, "16–22 Nov 2026").into_iter().map(|other| other.period).collect();
        assert_eq!(called, ["16–22 Nov 2026, run 4", "9–15 Nov 2026", "2–8 Nov 2026, run 2", "2–8 Nov 2026, run 1"]);
    }
}
