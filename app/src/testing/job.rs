//! A job as its form says it.

use chrono::Weekday;

use crate::{domain::schedule::DaySet, jobs::form::JobForm};

/// A weekly report of the project of [`super::project`], to Dana and Max, on Mondays at ten:
/// an hour after every test of services begins.
pub fn mondays_at_ten() -> JobForm {
    JobForm {
        name: "Weekly report".into(),
        project: "T".into(),
        days: DaySet::from_iter([Weekday::Mon]),
        at: "10:00".into(),
        zone: "Europe/Ljubljana".into(),
        recipients: "Dana Admin <dana@example.org>\nmax@example.org".into(),
        ..JobForm::default()
    }
}
