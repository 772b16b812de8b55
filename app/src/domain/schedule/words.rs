//! The words of a schedule: its sentence, the notes of its runs, its problems.

use super::{Cadence, DaySet, MonthDay, RunNote, ScheduleSpec, SpecProblem, UpcomingRun};
use crate::error::Problem;
use chrono::{NaiveDateTime, NaiveTime, Timelike, Weekday};

impl ScheduleSpec {
    /// The schedule in words with its zone: "Mondays at 07:00, Europe/Ljubljana".
    pub fn sentence(&self) -> String {
        let mut words = format!("{}, {}", self.cadence.words(), self.zone);
        if let Some(day) = self.starts_on {
            words.push_str(&format!(", from {}", day.format("%-d %b %Y")));
        }
        if let Some(day) = self.ends_on {
            words.push_str(&format!(", until {}", day.format("%-d %b %Y")));
        }
        words
    }
}

impl Cadence {
    /// The cadence in words, without the zone: "Mondays and Thursdays at 07:00".
    pub fn words(&self) -> String {
        match self {
            Cadence::Daily { at } => format!("Every day at {}", clock(*at)),
            Cadence::Weekly { days, at } => format!("{} at {}", days.words(), clock(*at)),
            Cadence::Monthly { on: MonthDay::Last, at } => format!("On the last day of every month at {}", clock(*at)),
            Cadence::Monthly { on: MonthDay::Day(day), at } => {
                let which = if *day > 28 { "each month that has one" } else { "every month" };
                format!("On the {} of {which} at {}", ordinal(*day), clock(*at))
            }
            Cadence::Cron { expression } => {
                format!("By the cron expression {}", expression.split_whitespace().collect::<Vec<_>>().join(" "))
            }
        }
    }
}

impl DaySet {
    /// The set in words: "Mondays and Thursdays", "Weekdays", "Every day"; "No day" when it is empty.
    pub fn words(self) -> String {
        match self {
            DaySet::ALL => return "Every day".to_owned(),
            DaySet::WORKING => return "Weekdays".to_owned(),
            _ => {}
        }
        let names: Vec<_> = self.iter().map(|day| format!("{}s", day_name(day))).collect();
        match names.as_slice() {
            [] => "No day".to_owned(),
            [only] => only.clone(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        }
    }
}

/// The English name of a weekday.
pub const fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

impl UpcomingRun {
    /// The run's local time as the lists show it: "Mon 30 Nov 2026, 07:00".
    pub fn words(&self) -> String {
        moment(self.local)
    }
}

impl RunNote {
    /// The note beside a run's time.
    pub const fn words(self) -> &'static str {
        match self {
            RunNote::Moved => "The clocks go forward over this time; it runs when they have.",
            RunNote::FirstOfTwo => "This time happens twice; it runs the first time.",
            RunNote::RunsTwice => "This time happens twice; it runs both times.",
        }
    }
}

impl SpecProblem {
    /// The field of the form that the problem belongs to.
    pub const fn field(self) -> &'static str {
        match self {
            SpecProblem::NoDay | SpecProblem::DayOutOfRange => "days",
            SpecProblem::UnknownZone => "zone",
            SpecProblem::BadExpression | SpecProblem::NeverRuns | SpecProblem::TooOften => "expression",
            SpecProblem::EndsBeforeStart => "ends_on",
        }
    }

    /// What the form says beside the field.
    pub const fn problem(self) -> Problem {
        match self {
            SpecProblem::NoDay => Problem::NoDay,
            SpecProblem::DayOutOfRange => Problem::OutOfRange { min: 1, max: 31 },
            SpecProblem::UnknownZone => Problem::UnknownZone,
            SpecProblem::BadExpression => Problem::NotAnExpression,
            SpecProblem::NeverRuns => Problem::NeverRuns,
            SpecProblem::TooOften => Problem::TooOften,
            SpecProblem::EndsBeforeStart => Problem::EndsBeforeStart,
        }
    }
}

/// A local time with its weekday: "Mon 30 Nov 2026, 07:00".
pub(super) fn moment(local: NaiveDateTime) -> String {
    format!("{}, {}", local.format("%a %-d %b %Y"), clock(local.time()))
}

/// A time of day: minutes always, seconds only when there are any.
fn clock(at: NaiveTime) -> String {
    let format = if at.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    at.format(format).to_string()
}

fn ordinal(day: u8) -> String {
    let ending = match (day % 10, day) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{day}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use Weekday::*;

    fn spec(cadence: Cadence) -> ScheduleSpec {
        ScheduleSpec { cadence, zone: "Europe/Ljubljana".into(), starts_on: None, ends_on: None }
    }

    fn seven() -> NaiveTime {
        NaiveTime::from_hms_opt(7, 0, 0).unwrap()
    }

    fn weekly(days: &[Weekday]) -> String {
        spec(Cadence::Weekly { days: days.iter().copied().collect(), at: seven() }).sentence()
    }

    #[test]
    fn schedules_read_as_sentences() {
        assert_eq!(weekly(&[Mon]), "Mondays at 07:00, Europe/Ljubljana");
        assert_eq!(weekly(&[Thu, Mon]), "Mondays and Thursdays at 07:00, Europe/Ljubljana");
        assert_eq!(weekly(&[Mon, Wed, Fri]), "Mondays, Wednesdays and Fridays at 07:00, Europe/Ljubljana");
        assert_eq!(weekly(&[Mon, Tue, Wed, Thu, Fri]), "Weekdays at 07:00, Europe/Ljubljana");
        assert_eq!(weekly(&DaySet::WEEK), "Every day at 07:00, Europe/Ljubljana");
        let monthly = |on| spec(Cadence::Monthly { on, at: seven() }).sentence();
        assert_eq!(monthly(MonthDay::Last), "On the last day of every month at 07:00, Europe/Ljubljana");
        assert_eq!(monthly(MonthDay::Day(22)), "On the 22nd of every month at 07:00, Europe/Ljubljana");
        assert_eq!(monthly(MonthDay::Day(31)), "On the 31st of each month that has one at 07:00, Europe/Ljubljana");
        assert_eq!(
            spec(Cadence::Cron { expression: " 0  7 * * 1 ".into() }).sentence(),
            "By the cron expression 0 7 * * 1, Europe/Ljubljana"
        );
    }

    #[test]
    fn start_and_end_are_said() {
        let mut spec = spec(Cadence::Daily { at: seven() });
        spec.starts_on = "2026-12-01".parse().ok();
        spec.ends_on = "2027-01-31".parse().ok();
        assert_eq!(spec.sentence(), "Every day at 07:00, Europe/Ljubljana, from 1 Dec 2026, until 31 Jan 2027");
    }

    #[test]
    fn a_schedule_survives_its_json() {
        let spec = spec(Cadence::Weekly { days: [Mon, Thu].into_iter().collect(), at: seven() });
        let json = serde_json::to_string(&spec).unwrap();
        assert_eq!(
            json,
            r#"{"cadence":{"every":"weekly","days":["Mon","Thu"],"at":"07:00:00"},"zone":"Europe/Ljubljana"}"#
        );
        assert_eq!(serde_json::from_str::<ScheduleSpec>(&json).unwrap(), spec);
    }

    #[test]
    fn what_is_missing_is_named_by_its_field() {
        let mut spec = spec(Cadence::Weekly { days: DaySet::default(), at: seven() });
        spec.zone = " ".into();
        spec.starts_on = "2026-12-02".parse().ok();
        spec.ends_on = "2026-12-01".parse().ok();
        let fields: Vec<_> = spec.problems().into_iter().map(SpecProblem::field).collect();
        assert_eq!(fields, ["days", "zone", "ends_on"]);
    }
}
