//! Schedules of the simulated worlds, and their instants found minute by minute, without the code that is tested.

#![allow(clippy::unwrap_used, reason = "part of a test: what it takes for granted may break it")]

use crate::domain::{
    schedule::{Cadence, ScheduleSpec, Timetable},
    zone,
};
use chrono::{DateTime, Duration, Utc};

const ZONE: chrono_tz::Tz = chrono_tz::Europe::Ljubljana;
/// Longer than any world lasts.
const MINUTES: i64 = 30 * 24 * 60;

/// A schedule, and which minutes of a local day it names.
pub(super) struct Schedule {
    cadence: fn() -> Cadence,
    names: fn(i64) -> bool,
    /// Fixed local times: none runs twice, and one that is left out runs when the clocks have gone forward.
    is_fixed: bool,
}

pub(super) const SCHEDULES: [Schedule; 5] = [
    Schedule { cadence: || cron("*/20 * * * *"), names: |minute| minute % 20 == 0, is_fixed: false },
    Schedule { cadence: || cron("30 * * * *"), names: |minute| minute % 60 == 30, is_fixed: false },
    Schedule {
        cadence: || cron("30 1,2,3,9,15,21 * * *"),
        names: |minute| minute % 60 == 30 && matches!(minute / 60, 1 | 2 | 3 | 9 | 15 | 21),
        is_fixed: true,
    },
    Schedule { cadence: || Cadence::Minutes { step: 25 }, names: |minute| minute % 25 == 0, is_fixed: false },
    Schedule {
        cadence: || Cadence::Hours { step: 2, minute: 10 },
        names: |minute| minute % 120 == 10,
        is_fixed: false,
    },
];

fn cron(expression: &str) -> Cadence {
    Cadence::Cron { expression: expression.into() }
}

impl Schedule {
    pub(super) fn timetable(&self) -> Timetable {
        Timetable::compile(&ScheduleSpec::new((self.cadence)(), ZONE.name())).unwrap()
    }

    /// The evening before the clocks change: in autumn or in spring.
    pub(super) fn begins(&self, in_autumn: bool) -> DateTime<Utc> {
        if in_autumn { "2026-10-24T18:00:00Z" } else { "2027-03-27T18:00:00Z" }.parse().unwrap()
    }

    /// The instants of the days that follow.
    pub(super) fn named_after(&self, began: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let local = |at: DateTime<Utc>| at.timestamp() / 60 + zone::offset_seconds(ZONE, at) / 60;
        let mut latest = local(began);
        let mut is_named = |at: &DateTime<Utc>| {
            let here = local(*at);
            if !self.is_fixed {
                return (self.names)(here.rem_euclid(1440));
            }
            let passed = latest + 1..=here;
            latest = latest.max(here);
            passed.fold(false, |named, minute| (self.names)(minute.rem_euclid(1440)) | named)
        };
        (1..=MINUTES).map(|minute| began + Duration::minutes(minute)).filter(|at| is_named(at)).collect()
    }
}
