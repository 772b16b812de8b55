//! The log of a run: its last lines, older ones, what is new since a moment, and all of it as a text.

use std::{collections::HashSet, fmt::Write as _};

use chrono_tz::Tz;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{ledger, schedules};
use crate::{
    domain::{
        ids::{OccurrenceId, ProjectId},
        job::{plain_line, without_addresses},
        occurrence::OccurrenceState,
        zone,
    },
    entities::{occurrence_log, schedule},
    error::{AppError, AppResult},
    jobs::view::{LogLine, LogPage},
    platform::ctx::Ctx,
    projects::service::access,
};

/// Lines of a page; more are not kept in it.
pub const LINES: u64 = 1_000;
/// Lines that are read at once.
const READ: u64 = 500;
/// Lines of several instances, or of transactions side by side, may become visible out of order: so far back each look
/// looks once more, in milliseconds.
const OVERLAP: u128 = 10_000;
/// Looks at a run that has ended without a new line, before nothing more is expected.
const QUIET: u32 = 3;

/// The last lines of a run, or those before a line. Who may not know who gets the mails is shown no addresses.
///
/// # Errors
/// Only those of the database.
pub async fn page(
    ctx: &Ctx,
    run: OccurrenceId,
    zone: Tz,
    sees_recipients: bool,
    before: Option<Uuid>,
) -> AppResult<LogPage> {
    let mut query = occurrence_log::Entity::find()
        .filter(occurrence_log::Column::OccurrenceId.eq(run))
        .order_by_desc(occurrence_log::Column::Id)
        .limit(LINES + 1);
    if let Some(before) = before {
        query = query.filter(occurrence_log::Column::Id.lt(before));
    }
    let mut rows = query.all(ctx.reader()).await?;
    let has_older = rows.len() as u64 > LINES;
    rows.truncate(usize::try_from(LINES).unwrap_or(usize::MAX));
    rows.reverse();
    let older = rows.first().map(|row| row.id).filter(|_| has_older);
    let lines = rows.into_iter().map(|row| line(row, zone, sees_recipients)).collect();
    Ok(LogPage { lines, older, is_latest: before.is_none() })
}

fn line(row: occurrence_log::Model, zone: Tz, sees_recipients: bool) -> LogLine {
    LogLine {
        id: row.id,
        time: zone::local(zone, row.at).format("%H:%M:%S%.3f").to_string(),
        level: row.level,
        words: words(&row, sees_recipients),
    }
}

fn words(row: &occurrence_log::Model, sees_recipients: bool) -> String {
    let words = plain_line(&row.words);
    if sees_recipients { words } else { without_addresses(&words) }
}

/// All lines of a run as a text to keep.
///
/// # Errors
/// [`AppError::NotFound`] where the run is not there or not visible.
pub async fn text(ctx: &Ctx, run: OccurrenceId) -> AppResult<String> {
    let Seen { job, zone, sees_recipients, .. } = seen(ctx, run).await?;
    let row = ledger::read(ctx.reader(), run).await?;
    let at = zone::local(zone, row.scheduled_at).format("%Y-%m-%d %H:%M");
    let (number, state) = (row.number, row.state.label().to_lowercase());
    let mut text = format!("{job}, run {number} of {at} ({zone}), {state}\n");
    let mut after = Uuid::nil();
    loop {
        let rows = behind(ctx, run, after).await?;
        for row in &rows {
            let at = zone::local(zone, row.at).format("%Y-%m-%d %H:%M:%S%.3f");
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{at} {} {}", row.level.label().to_uppercase(), words(row, sees_recipients));
        }
        match rows.last() {
            Some(last) if rows.len() as u64 == READ => after = last.id,
            _ => return Ok(text),
        }
    }
}

async fn behind(ctx: &Ctx, run: OccurrenceId, after: Uuid) -> AppResult<Vec<occurrence_log::Model>> {
    let query = occurrence_log::Entity::find()
        .filter(occurrence_log::Column::OccurrenceId.eq(run))
        .filter(occurrence_log::Column::Id.gt(after))
        .order_by_asc(occurrence_log::Column::Id)
        .limit(READ);
    Ok(query.all(ctx.reader()).await?)
}

/// A run that the person sees.
struct Seen {
    project: ProjectId,
    job: String,
    zone: Tz,
    sees_recipients: bool,
}

async fn seen(ctx: &Ctx, run: OccurrenceId) -> AppResult<Seen> {
    let row = ledger::read(ctx.reader(), run).await?;
    let sees_recipients = access::by_id(ctx, ctx.reader(), row.project_id).await?.sees_recipients();
    let job = schedule::Entity::find_by_id(row.schedule_id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    Ok(Seen { project: row.project_id, zone: schedules::zone_of(&job), job: job.name, sees_recipients })
}

/// Follows a run. Each look reads the table: the run may be worked on by another instance, which tells nobody of a line
/// but the database. One indexed query a second for each open page is little; lines come once a run, not once a change
/// of a board.
#[derive(Debug)]
pub struct Watch {
    run: OccurrenceId,
    /// Whose people may follow it.
    pub project: ProjectId,
    zone: Tz,
    sees_recipients: bool,
    newest: Uuid,
    /// Lines that were told and may come again within the overlap.
    told: HashSet<Uuid>,
    pulse: Option<Pulse>,
    quiet: u32,
}

/// What of a run changes without a line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pulse {
    state: OccurrenceState,
    fence: i64,
    next_try_at: Option<chrono::DateTime<chrono::Utc>>,
}

/// What is new about a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    pub lines: Vec<LogLine>,
    /// Where it stands, if that has changed.
    pub state: Option<OccurrenceState>,
    /// It has ended, and nothing more is expected.
    pub is_over: bool,
}

impl Watch {
    /// Begins behind a line, or with the first.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where the run is not there or not visible.
    pub async fn begin(ctx: &Ctx, run: OccurrenceId, after: Option<Uuid>) -> AppResult<Self> {
        let Seen { project, zone, sees_recipients, .. } = seen(ctx, run).await?;
        let newest = after.unwrap_or_default();
        let told = HashSet::from([newest]);
        Ok(Self { run, project, zone, sees_recipients, newest, told, pulse: None, quiet: 0 })
    }

    /// What has come since the last look, as the person may know it now: who was an editor when the page was opened may
    /// be a viewer since, or nobody.
    ///
    /// # Errors
    /// Those of the database; [`AppError::NotFound`] where the run is gone or the person does not see it any more.
    pub async fn look(&mut self, ctx: &Ctx) -> AppResult<News> {
        // The state first: a line that is written with it is then there, too.
        let row = ledger::read(ctx.reader(), self.run).await?;
        let pulse = Pulse { state: row.state, fence: row.fence, next_try_at: row.next_try_at };
        let has_changed = self.pulse.as_ref() != Some(&pulse);
        if has_changed {
            self.check(ctx).await?;
        }
        let lines = self.lines(ctx).await?;
        let is_silent = lines.is_empty() && !has_changed && pulse.state.is_final();
        self.quiet = if is_silent { self.quiet + 1 } else { 0 };
        let state = has_changed.then_some(pulse.state);
        self.pulse = Some(pulse);
        Ok(News { lines, state, is_over: self.quiet >= QUIET })
    }

    /// Looks again at the person's rights, whenever there is something to tell.
    async fn check(&mut self, ctx: &Ctx) -> AppResult<()> {
        self.sees_recipients = access::by_id(ctx, ctx.reader(), self.project).await?.sees_recipients();
        Ok(())
    }

    async fn lines(&mut self, ctx: &Ctx) -> AppResult<Vec<LogLine>> {
        let mut lines = Vec::new();
        let mut after = earlier(self.newest);
        loop {
            let rows = behind(ctx, self.run, after).await?;
            let count = rows.len() as u64;
            after = rows.last().map_or(after, |last| last.id);
            if rows.iter().any(|row| !self.told.contains(&row.id)) {
                self.check(ctx).await?;
            }
            let (zone, sees_recipients) = (self.zone, self.sees_recipients);
            let new = rows.into_iter().filter(|row| self.told.insert(row.id));
            lines.extend(new.map(|row| line(row, zone, sees_recipients)));
            if count < READ {
                break;
            }
        }
        self.newest = self.newest.max(after);
        let floor = earlier(self.newest);
        self.told.retain(|id| *id >= floor);
        Ok(lines)
    }
}

/// The least id of the time an overlap before an id: a UUIDv7 begins with its milliseconds.
fn earlier(id: Uuid) -> Uuid {
    Uuid::from_u128((id.as_u128() >> 80).saturating_sub(OVERLAP) << 80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_begins_ten_seconds_before_the_newest_line() {
        let id: Uuid = "019ab000-2710-7abc-8def-000000000001".parse().unwrap();
        assert_eq!(earlier(id).to_string(), "019ab000-0000-0000-0000-000000000000");
        assert_eq!(earlier(Uuid::nil()), Uuid::nil());
    }
}
