//! Runs for a range of the past: which instants get one.
//!
//! All of a range comes at once, so the overlap policy of a backfill says how its runs go together, and is its own: a
//! schedule that skips what overlaps can be backfilled one run after the other. What is still to come stays with the
//! schedule: an instant has one run, so one made ahead of it would take its place, and tell of days that are not over.

use super::{Ongoing, Overlap, SkipReason, Verdict};
use crate::domain::{occurrence::OccurrenceState, schedule::Timetable};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Most instants of one backfill.
pub const BACKFILL_MAX: usize = 500;

/// What becomes of the instants of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backfill {
    /// In order.
    pub made: Vec<Made>,
    /// Instants that have run, or are about to: they are left alone.
    pub already: Vec<DateTime<Utc>>,
    /// How many instants of the range are still to come; of more than [`BACKFILL_MAX`], so many.
    pub ahead: usize,
}

/// An instant of the range that has not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    pub at: DateTime<Utc>,
    pub verdict: Verdict,
    /// There is a row that was skipped; it is used again, because an instant has one row.
    pub revives: bool,
}

/// Why a range cannot be backfilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackfillProblem {
    EndsBeforeStart,
    /// The schedule names nothing in the range.
    Nothing,
    /// What it names in the range is still to come.
    NotYet,
    /// More than [`BACKFILL_MAX`] instants.
    TooMany,
}

/// Decides about the instants from `first` to `last`, both included, that have come `now`. `rows` are the runs that the range has already.
///
/// - [`Overlap::Skip`]: the earliest runs, if nothing is going on.
/// - [`Overlap::QueueOne`]: the earliest runs and the next one waits.
/// - [`Overlap::QueueAll`]: all run, one after the other.
/// - [`Overlap::CancelRunning`]: each takes the place of the one before, so only the latest runs.
///
/// # Errors
/// [`BackfillProblem`].
pub fn backfill(
    timetable: &Timetable,
    (first, last): (DateTime<Utc>, DateTime<Utc>),
    overlap: Overlap,
    ongoing: Ongoing,
    rows: &BTreeMap<DateTime<Utc>, OccurrenceState>,
    now: DateTime<Utc>,
) -> Result<Backfill, BackfillProblem> {
    if last < first {
        return Err(BackfillProblem::EndsBeforeStart);
    }
    let before = first - chrono::Duration::nanoseconds(1);
    let named = |after, last| timetable.runs_after(after).take_while(move |&at| at <= last);
    let instants: Vec<_> = named(before, last.min(now)).take(BACKFILL_MAX + 1).collect();
    let ahead = named(before.max(now), last).take(BACKFILL_MAX).count();
    if instants.is_empty() {
        return Err(if ahead > 0 { BackfillProblem::NotYet } else { BackfillProblem::Nothing });
    }
    if instants.len() > BACKFILL_MAX {
        return Err(BackfillProblem::TooMany);
    }
    let is_open = |at: &DateTime<Utc>| matches!(rows.get(at), None | Some(OccurrenceState::Skipped));
    let (open, already): (Vec<_>, Vec<_>) = instants.into_iter().partition(is_open);
    let verdicts = verdicts(&open, overlap, ongoing);
    let make = |(&at, verdict)| Made { at, verdict, revives: rows.contains_key(&at) };
    Ok(Backfill { made: open.iter().zip(verdicts).map(make).collect(), already, ahead })
}

fn verdicts(instants: &[DateTime<Utc>], overlap: Overlap, ongoing: Ongoing) -> Vec<Verdict> {
    let latest = instants.last().copied();
    let mut going = ongoing;
    let decide = |&at: &DateTime<Utc>| {
        let verdict = match overlap {
            Overlap::CancelRunning => match latest.filter(|&latest| latest != at) {
                Some(by) => Verdict::Skip(SkipReason::Superseded { by }),
                None => super::verdict_if_ongoing(overlap, going),
            },
            _ => super::verdict_if_ongoing(overlap, going),
        };
        if verdict.is_run() {
            going.begins(at);
        }
        verdict
    };
    instants.iter().map(decide).collect()
}

impl BackfillProblem {
    /// What the form says.
    pub const fn words(self) -> &'static str {
        match self {
            BackfillProblem::EndsBeforeStart => "The end is before the start.",
            BackfillProblem::Nothing => "The schedule names no run in this range.",
            BackfillProblem::NotYet => "The runs of this range are still to come: the schedule makes them.",
            BackfillProblem::TooMany => "These are more than 500 runs; choose a shorter range.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::schedule::{Cadence, ScheduleSpec};

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn hourly() -> Timetable {
        Timetable::compile(&ScheduleSpec::new(Cadence::Hours { step: 1, minute: 0 }, "UTC")).unwrap()
    }

    fn range() -> (DateTime<Utc>, DateTime<Utc>) {
        (utc("2026-11-23T05:00:00Z"), utc("2026-11-23T08:30:00Z"))
    }

    /// Later than all of the range.
    fn noon() -> DateTime<Utc> {
        utc("2026-11-23T12:00:00Z")
    }

    fn hours(made: &Backfill, is: fn(&Made) -> bool) -> Vec<String> {
        made.made.iter().filter(|made| is(made)).map(|made| made.at.format("%H").to_string()).collect()
    }

    fn runs(overlap: Overlap, ongoing: Ongoing) -> Vec<String> {
        let made = backfill(&hourly(), range(), overlap, ongoing, &BTreeMap::new(), noon()).unwrap();
        assert_eq!(made.made.len(), 4);
        hours(&made, |made| made.verdict.is_run())
    }

    #[test]
    fn the_policy_of_the_backfill_decides_how_many_run() {
        let nothing = Ongoing::default();
        assert_eq!(runs(Overlap::QueueAll, nothing), ["05", "06", "07", "08"]);
        assert_eq!(runs(Overlap::Skip, nothing), ["05"]);
        assert_eq!(runs(Overlap::QueueOne, nothing), ["05", "06"]);
        assert_eq!(runs(Overlap::CancelRunning, nothing), ["08"]);
    }

    #[test]
    fn a_run_that_is_going_on_counts() {
        let running = Ongoing { running: Some(utc("2026-11-23T09:00:00Z")), waiting: None };
        assert_eq!(runs(Overlap::Skip, running), [""; 0]);
        assert_eq!(runs(Overlap::QueueOne, running), ["05"]);
        assert_eq!(runs(Overlap::QueueAll, running).len(), 4);
        let made = backfill(&hourly(), range(), Overlap::CancelRunning, running, &BTreeMap::new(), noon()).unwrap();
        assert_eq!(made.made[3].verdict, Verdict::RunInstead);
        assert_eq!(made.made[0].verdict, Verdict::Skip(SkipReason::Superseded { by: made.made[3].at }));
    }

    #[test]
    fn what_has_run_is_left_alone_and_what_was_skipped_is_made_up_for() {
        let rows = BTreeMap::from([
            (utc("2026-11-23T05:00:00Z"), OccurrenceState::Skipped),
            (utc("2026-11-23T06:00:00Z"), OccurrenceState::Done),
            (utc("2026-11-23T07:00:00Z"), OccurrenceState::Sending),
        ]);
        let made = backfill(&hourly(), range(), Overlap::QueueAll, Ongoing::default(), &rows, noon()).unwrap();
        assert_eq!(hours(&made, |made| made.revives), ["05"]);
        assert_eq!(hours(&made, |made| !made.revives), ["08"]);
        assert_eq!(made.already, [utc("2026-11-23T06:00:00Z"), utc("2026-11-23T07:00:00Z")]);
    }

    #[test]
    fn a_range_without_instants_or_with_too_many_is_refused() {
        let refused = |from: &str, to: &str| {
            let range = (utc(from), utc(to));
            backfill(&hourly(), range, Overlap::QueueAll, Ongoing::default(), &BTreeMap::new(), noon()).unwrap_err()
        };
        assert_eq!(refused("2026-11-23T05:01:00Z", "2026-11-23T05:59:00Z"), BackfillProblem::Nothing);
        assert_eq!(refused("2026-11-23T05:01:00Z", "2026-11-22T05:59:00Z"), BackfillProblem::EndsBeforeStart);
        assert_eq!(refused("2026-01-01T00:00:00Z", "2026-11-22T05:59:00Z"), BackfillProblem::TooMany);
        assert_eq!(refused("2026-11-23T12:01:00Z", "2026-11-24T05:59:00Z"), BackfillProblem::NotYet);
    }

    #[test]
    fn what_is_still_to_come_stays_with_the_schedule() {
        let made = |to: &str, now: &str| {
            let range = (range().0, utc(to));
            backfill(&hourly(), range, Overlap::QueueAll, Ongoing::default(), &BTreeMap::new(), utc(now)).unwrap()
        };
        let until_six = made("2026-11-23T08:30:00Z", "2026-11-23T06:00:00Z");
        assert_eq!(
            (hours(&until_six, |_| true), until_six.ahead),
            (vec!["05".into(), "06".into()], 2),
            "also that of now"
        );
        let for_years = made("2126-11-23T08:30:00Z", "2026-11-23T06:00:00Z");
        assert_eq!((for_years.made.len(), for_years.ahead), (2, BACKFILL_MAX));
    }
}
