//! How long reports and logs of runs are kept.

use chrono::{DateTime, Months, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::error::{AppResult, Checks, Problem};

/// The longest that can be said: fifty years.
pub const MOST_MONTHS: u32 = 600;
/// The longest that can be said: ten years.
pub const MOST_DAYS: u32 = 3_650;
/// Days that logs are kept where nobody has said it.
pub const USUAL_DAYS: u32 = 90;

/// The fields of the form.
pub const MONTHS_FIELD: &str = "months";
/// As [`MONTHS_FIELD`].
pub const DAYS_FIELD: &str = "days";

/// What is kept for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Reports that ended this many months ago go; none: they are kept for ever.
    pub report_months: Option<u32>,
    /// Lines of logs older than this many days go.
    pub log_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { report_months: None, log_days: USUAL_DAYS }
    }
}

impl Retention {
    /// Reads the fields of the form; no months: for ever.
    ///
    /// # Errors
    /// Each field that is no number or out of range.
    pub fn read(months: &str, days: &str) -> AppResult<Self> {
        let mut checks = Checks::default();
        let mut number = |field: &str, text: &str, max: u32| {
            let read = text.parse().ok().filter(|number| (1..=max).contains(number));
            if read.is_none() {
                checks.add(field, Problem::OutOfRange { min: 1, max: i64::from(max) });
            }
            read
        };
        let report_months = match months.trim() {
            "" => None,
            text => number(MONTHS_FIELD, text, MOST_MONTHS),
        };
        let log_days = number(DAYS_FIELD, days.trim(), MOST_DAYS);
        checks.done()?;
        Ok(Self { report_months, log_days: log_days.unwrap_or(USUAL_DAYS) })
    }

    /// Reports that ended before this instant go.
    pub fn reports_before(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        now.checked_sub_months(Months::new(self.report_months?))
    }

    /// Lines of logs from before this instant go.
    pub fn logs_before(self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - TimeDelta::days(i64::from(self.log_days))
    }
}

/// "12 months", "1 month".
pub fn months_words(months: u32) -> String {
    if months == 1 { "1 month".into() } else { format!("{months} months") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::AppError;

    #[test]
    fn no_months_keep_reports_for_ever() {
        let retention = Retention::read(" ", "30").unwrap();
        assert_eq!(retention, Retention { report_months: None, log_days: 30 });
        assert_eq!(retention.reports_before("2026-11-30T12:00:00Z".parse().unwrap()), None);
    }

    #[test]
    fn months_are_those_of_the_calendar() {
        let retention = Retention { report_months: Some(9), log_days: 90 };
        let now = "2026-11-30T12:00:00Z".parse().unwrap();
        // February has no 30th.
        assert_eq!(retention.reports_before(now), Some("2026-02-28T12:00:00Z".parse().unwrap()));
        assert_eq!(retention.logs_before(now), "2026-09-01T12:00:00Z".parse::<DateTime<Utc>>().unwrap());
    }

    #[test]
    fn what_is_no_number_or_out_of_range_is_said_beside_its_field() {
        for (months, days, wrong) in
            [("0", "90", vec!["months"]), ("601", "", vec!["months", "days"]), ("-1", "x", vec!["months", "days"])]
        {
            let error = Retention::read(months, days).unwrap_err();
            let AppError::Invalid(invalid) = error else { panic!("{error:?}") };
            let fields: Vec<_> = invalid.fields.iter().map(|field| field.field.as_str()).collect();
            assert_eq!(fields, wrong, "{months} {days}");
        }
    }
}
