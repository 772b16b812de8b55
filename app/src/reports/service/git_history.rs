//! The history of a report in the archive: the commits that hold it, the reports of the same job, and what has changed
//! between two of them.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{archive, git_settings, snapshot};
use crate::{
    domain::{ids::OccurrenceId, line_diff, period::Period, report::Snapshot},
    entities::{occurrence, schedule},
    error::{AppError, AppResult},
    platform::{
        ctx::Ctx,
        fault,
        git::{CommitInfo, GitArchive, GitError},
    },
    projects::service::access,
    reports::git::view::{CommitRow, Comparison, ReportHistory, SiblingRow},
};

/// Reports of the same job that are offered for a comparison.
const SIBLINGS: u64 = 60;
/// Longest text that is compared, in bytes; the rest is left out and said to be.
const TEXT_BYTES: usize = 512 * 1024;

/// The history of a report, and its comparison with another one of its job; with the one before where none is named.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such report of this job, or the person does not see its project.
pub async fn read(ctx: &Ctx, id: OccurrenceId, with: Option<OccurrenceId>) -> AppResult<ReportHistory> {
    let run = occurrence::Entity::find_by_id(id)
        .filter(occurrence::Column::ScheduleId.in_subquery(schedule::with_reports()))
        .one(ctx.reader())
        .await?
        .ok_or(AppError::NotFound)?;
    let project = access::by_id(ctx, ctx.reader(), run.project_id).await?.project().clone();
    // What the retention has removed can be compared no more; the commit still holds it.
    if run.removed_at.is_some() {
        return Err(AppError::NotFound);
    }
    let snapshot = snapshot::from_json(&snapshot::stored(ctx.reader(), id).await?.ok_or(AppError::NotFound)?)?;
    if !is_whole(ctx, &snapshot).await? {
        return Err(AppError::NotFound);
    }
    let folder = archive::folder(&snapshot, id);
    let siblings = siblings(ctx, &run).await?;
    let at = siblings.iter().position(|row| row.id == id);
    let other = match with {
        Some(with) => Some(siblings.iter().find(|row| row.id == with).ok_or(AppError::NotFound)?),
        None => at.and_then(|at| siblings.get(at + 1)),
    };
    let here = siblings.iter().find(|row| row.id == id);
    let comparison = match here.zip(other) {
        Some((here, other)) if here.id != other.id => Some(compare(ctx, other, here, &siblings).await?),
        _ => None,
    };
    let commits = history(ctx, &folder, run.commit_id.as_deref()).await?;
    Ok(ReportHistory {
        id,
        finding: run.finding.unwrap_or_default(),
        project: project.name,
        folder,
        commits: commits.into_iter().map(|commit| commit_row(ctx, commit)).collect(),
        siblings: siblings
            .iter()
            .map(|row| SiblingRow {
                id: row.id,
                period: row.called(&siblings),
                finding: row.finding.clone().unwrap_or_default(),
                commit: row.commit_id.clone(),
                is_this: row.id == id,
                is_compared: other.is_some_and(|other| other.id == row.id) && row.id != id,
            })
            .collect(),
        comparison,
    })
}

/// The columns of a run that are needed here.
#[derive(sea_orm::DerivePartialModel)]
#[sea_orm(entity = "occurrence::Entity")]
struct Sibling {
    id: OccurrenceId,
    number: i32,
    finding: Option<String>,
    period_from: Option<chrono::NaiveDate>,
    period_to: Option<chrono::NaiveDate>,
    commit_id: Option<String>,
}

impl Sibling {
    fn period(&self) -> String {
        let period = self.period_from.zip(self.period_to).map(|(first, last)| Period { first, last });
        period.map(|period| period.short_words()).unwrap_or_default()
    }

    /// Its days, with the number of its run where another one of these has the same days.
    fn called(&self, all: &[Sibling]) -> String {
        let days = (self.period_from, self.period_to);
        let is_shared = all.iter().any(|other| other.id != self.id && (other.period_from, other.period_to) == days);
        if is_shared { format!("{}, run {}", self.period(), self.number) } else { self.period() }
    }
}

/// The reports around this one that the same job wrote and the archive holds, the latest first. What the retention has
/// removed is none of them.
async fn siblings(ctx: &Ctx, run: &occurrence::Model) -> AppResult<Vec<Sibling>> {
    let of_job = || {
        occurrence::Entity::find()
            .filter(occurrence::Column::ScheduleId.eq(run.schedule_id))
            .filter(occurrence::Column::CommitId.is_not_null())
            .filter(occurrence::Column::SnapshotHash.is_not_null())
            .filter(occurrence::Column::RemovedAt.is_null())
    };
    let later = of_job().filter(occurrence::Column::Id.gt(run.id)).order_by_asc(occurrence::Column::Id);
    let mut rows: Vec<Sibling> = later.limit(SIBLINGS / 2).into_partial_model().all(ctx.reader()).await?;
    rows.reverse();
    let others = of_job().filter(occurrence::Column::Id.lte(run.id)).order_by_desc(occurrence::Column::Id);
    let others: Vec<Sibling> = others.limit(SIBLINGS / 2).into_partial_model().all(ctx.reader()).await?;
    rows.extend(others);
    Ok(rows)
}

async fn compare(ctx: &Ctx, before: &Sibling, after: &Sibling, all: &[Sibling]) -> AppResult<Comparison> {
    // The earlier one first, whichever the page is of.
    let (before, after) = if before.id < after.id { (before, after) } else { (after, before) };
    let (old, new) = (text(ctx, before).await?, text(ctx, after).await?);
    let missing = [(before, &old), (after, &new)].into_iter().find(|(_, text)| text.is_none());
    let missing = missing.and_then(|(row, _)| row.commit_id.clone());
    let is_long = [&old, &new].into_iter().flatten().any(|text| text.len() > TEXT_BYTES);
    let diff = old.zip(new).map(|(old, new)| line_diff::compare(beginning(&old), beginning(&new)));
    Ok(Comparison {
        before: before.called(all),
        after: after.called(all),
        missing,
        is_cut: is_long || diff.as_ref().is_some_and(|diff| diff.is_cut),
        diff: diff.unwrap_or_default(),
    })
}

fn beginning(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Whether the person sees all projects of a report: the archive keeps it whole.
async fn is_whole(ctx: &Ctx, report: &Snapshot) -> AppResult<bool> {
    let Some(person) = ctx.actor_id() else { return Ok(true) };
    let seen = snapshot::seen_by(ctx, report, person).await?;
    Ok(seen.is_some_and(|seen| std::ptr::eq(seen, report)))
}

/// The text part of a report as the archive has it, where the person sees all of it.
async fn text(ctx: &Ctx, row: &Sibling) -> AppResult<Option<String>> {
    let Some(commit) = row.commit_id.clone() else { return Ok(None) };
    let Some(json) = snapshot::stored(ctx.reader(), row.id).await? else { return Ok(None) };
    let frozen = snapshot::from_json(&json)?;
    if !is_whole(ctx, &frozen).await? {
        return Ok(None);
    }
    let path = format!("{}/report.txt", archive::folder(&frozen, row.id));
    let found = in_archives(ctx, move |archive| match archive.commit_info(&commit)? {
        Some(_) => archive.read(&commit, &path),
        None => Ok(None),
    });
    Ok(found.await?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// The commits that changed the report's folder; at least the one that its run names, which may be in the archive of
/// before.
async fn history(ctx: &Ctx, folder: &str, commit: Option<&str>) -> AppResult<Vec<CommitInfo>> {
    let folder = folder.to_owned();
    let found = in_archives(ctx, move |archive| {
        let found = archive.history(&folder)?;
        Ok((!found.is_empty()).then_some(found))
    });
    if let Some(found) = found.await? {
        return Ok(found);
    }
    let Some(commit) = commit.map(str::to_owned) else { return Ok(Vec::new()) };
    let one = in_archives(ctx, move |archive| archive.commit_info(&commit)).await?;
    Ok(one.into_iter().collect())
}

/// Looks in the archive of now, then in the built-in one, which may have been the archive before.
async fn in_archives<T: Send + 'static>(
    ctx: &Ctx,
    what: impl Fn(&GitArchive) -> Result<Option<T>, GitError> + Send + 'static,
) -> AppResult<Option<T>> {
    let settings = git_settings::row(ctx.reader()).await?;
    let (now, built_in) = (git_settings::archive(ctx, &settings), git_settings::built_in(ctx));
    let done = tokio::task::spawn_blocking(move || match what(&now)? {
        Some(found) => Ok(Some(found)),
        None => what(&built_in),
    });
    let done = done.await.map_err(|error| fault::internal("reading the archive", error))?;
    done.map_err(|error: GitError| fault::internal("reading the archive", error))
}

fn commit_row(ctx: &Ctx, commit: CommitInfo) -> CommitRow {
    let CommitInfo { id, subject, author_name, author_email, at } = commit;
    CommitRow { id, subject, author: format!("{author_name} <{author_email}>"), at: ctx.moment(at) }
}
