//! The times of a schedule as they are stored, and the runs that they name.

use std::{collections::HashMap, sync::Arc};

use chrono_tz::Tz;

use crate::{
    domain::{
        job::ScheduleState,
        schedule::{ScheduleSpec, Timetable, UpcomingRun},
        zone,
    },
    entities::schedule,
    error::AppResult,
    jobs::service::rules,
    platform::{ctx::Ctx, fault},
};

/// The next runs of a schedule; none while it is paused, or where its stored times cannot be read.
pub fn next_runs(ctx: &Ctx, row: &schedule::Model, count: usize) -> Vec<UpcomingRun> {
    if row.state == ScheduleState::Paused {
        return Vec::new();
    }
    let Some((spec, timetable)) = readable(row) else { return Vec::new() };
    let left = rules::runs_left(row, &spec).and_then(|left| usize::try_from(left).ok());
    let count = left.map_or(count, |left| left.min(count));
    // From the last planned instant: what the planner will do, not what the clock says.
    timetable.upcoming(row.last_planned_at.max(ctx.now), count)
}

/// The times of a schedule as its pages say them.
pub fn sentence(row: &schedule::Model) -> String {
    match stored(row) {
        Some(spec) => spec.sentence(),
        None => "Its times cannot be read; edit the job and set them again.".to_owned(),
    }
}

/// The stored schedule for the pages by which people mend it; the planner and the workers, which need it, say in the log
/// that it cannot be read.
pub fn stored(row: &schedule::Model) -> Option<ScheduleSpec> {
    serde_json::from_str(&row.spec).ok()
}

/// The stored schedule with its timetable, where there is one.
pub(super) fn readable(row: &schedule::Model) -> Option<(ScheduleSpec, Timetable)> {
    let spec = stored(row)?;
    let timetable = Timetable::compile(&spec).ok()?;
    Some((spec, timetable))
}

/// The stored schedule.
///
/// # Errors
/// A fault, where it cannot be read.
pub fn spec(row: &schedule::Model) -> AppResult<ScheduleSpec> {
    serde_json::from_str(&row.spec).map_err(|error| fault::internal("reading a schedule", error))
}

/// The zone of a stored schedule; UTC where it cannot be read.
pub fn zone_of(row: &schedule::Model) -> Tz {
    stored(row).and_then(|spec| zone::named(&spec.zone).ok()).unwrap_or(Tz::UTC)
}

/// What a stored schedule says about its times, ready to be asked.
pub struct Times {
    /// As it was saved.
    pub spec: ScheduleSpec,
    /// The instants that it names.
    pub timetable: Timetable,
}

/// The times of a stored schedule.
///
/// # Errors
/// A fault, where they cannot be read; they were checked when they were saved.
pub fn times(row: &schedule::Model) -> AppResult<Times> {
    let spec = spec(row)?;
    let timetable =
        Timetable::compile(&spec).map_err(|problems| fault::internal("reading a schedule", format!("{problems:?}")))?;
    Ok(Times { spec, timetable })
}

/// Times that have been read, by how they are stored: of thousands of schedules that are due in the same minute, most say
/// the same, and to read an expression takes longer than to plan by it.
#[derive(Default)]
pub struct KnownTimes(HashMap<String, Arc<Times>>);

/// Times that are kept.
const KNOWN: usize = 1_000;

impl KnownTimes {
    /// As [`times`], read once.
    ///
    /// # Errors
    /// A fault, where they cannot be read.
    pub fn of(&mut self, row: &schedule::Model) -> AppResult<Arc<Times>> {
        if let Some(known) = self.0.get(&row.spec) {
            return Ok(known.clone());
        }
        let read = Arc::new(times(row)?);
        if self.0.len() >= KNOWN {
            self.0.clear();
        }
        self.0.insert(row.spec.clone(), read.clone());
        Ok(read)
    }
}

/// The timetable of a stored schedule.
///
/// # Errors
/// A fault, where it cannot be read; it was checked when it was saved.
pub fn timetable(row: &schedule::Model) -> AppResult<Timetable> {
    Ok(times(row)?.timetable)
}

/// What is stored of it.
///
/// # Errors
/// Only a fault of the program.
pub(super) fn to_json(spec: &ScheduleSpec) -> AppResult<String> {
    serde_json::to_string(spec).map_err(|error| fault::internal("writing a schedule", error))
}
