//! The words of a schedule: its sentence, the notes of its runs, its problems.

use super::{
    Cadence, DaySet, EXCEPT_MAX, HOURS_MAX, MINUTES_MAX, MonthDay, Nth, RUNS_MAX, RunNote, ScheduleSpec, SpecProblem,
    UpcomingRun, cron, cron_words, recognise,
};
use crate::{
    domain::{calendar::weekday_long, listed::listed},
    error::Problem,
};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};

impl ScheduleSpec {
    /// The schedule in words with its zone: "Mondays at 07:00, Europe/Ljubljana".
    pub fn sentence(&self) -> String {
        let mut words = format!("{}, {}", self.cadence.words(), self.zone);
        if let Some(day) = self.starts_on {
            words.push_str(&format!(", from {}", date(day)));
        }
        if let Some(day) = self.ends_on {
            words.push_str(&format!(", until {}", date(day)));
        }
        match self.runs {
            None => {}
            Some(1) => words.push_str(", once"),
            Some(runs) => words.push_str(&format!(", {runs} times at most")),
        }
        if let Some(days) = self.exceptions() {
            words.push_str(&format!(", not on {days}"));
        }
        words
    }

    /// The days that are left out: all of three, else the first two and how many more.
    fn exceptions(&self) -> Option<String> {
        let mut days = self.except.clone();
        days.sort_unstable();
        days.dedup();
        let names: Vec<_> = days.iter().copied().map(date).collect();
        match names.as_slice() {
            [] => None,
            [first, second, rest @ ..] if rest.len() > 1 => {
                Some(format!("{first}, {second} and {} more days", rest.len()))
            }
            few => Some(listed(few, "and")),
        }
    }
}

impl Cadence {
    /// The cadence in words, without the zone: "Mondays and Thursdays at 07:00".
    pub fn words(&self) -> String {
        match self {
            Cadence::Minutes { step: 1 } => "Every minute".to_owned(),
            Cadence::Minutes { step } => format!("Every {step} minutes{}", from_midnight(60, *step)),
            Cadence::Hours { step: 1, minute } => format!("Every hour, at :{minute:02}"),
            Cadence::Hours { step, minute } => {
                format!("Every {step} hours{}, at :{minute:02}", from_midnight(24, (*step).into()))
            }
            Cadence::Daily { at } => format!("Every day at {}", clock(*at)),
            Cadence::Weekly { days, at } => format!("{} at {}", days.words(), clock(*at)),
            Cadence::Monthly { on, at } => {
                let which = if on.is_missing_sometimes() { "each month that has one" } else { "every month" };
                format!("On the {} of {which} at {}", on.words(), clock(*at))
            }
            Cadence::Quarterly { month, on, at } => {
                let of = match (*month, *on) {
                    (1, MonthDay::Day(1)) => return format!("On the first day of every quarter at {}", clock(*at)),
                    (3, MonthDay::Last) => return format!("On the last day of every quarter at {}", clock(*at)),
                    (1, _) => "first",
                    (2, _) => "second",
                    _ => "last",
                };
                let tail = if on.is_missing_sometimes() { ", where that month has one," } else { "" };
                format!("On the {} of the {of} month of every quarter{tail} at {}", on.words(), clock(*at))
            }
            Cadence::Cron { expression } => {
                let expression = expression.split_whitespace().collect::<Vec<_>>().join(" ");
                let preset = recognise::preset(cron::spelled_out(&expression)).map(|preset| preset.words());
                match preset.or_else(|| cron_words::sentence(&expression)) {
                    Some(words) => format!("{words} (cron {expression})"),
                    None => format!("By the cron expression {expression}"),
                }
            }
        }
    }
}

/// Steps that do not fill an hour or a day begin anew at midnight, and the words say so.
fn from_midnight(whole: u16, step: u16) -> &'static str {
    let fits = whole.is_multiple_of(step) || (step > whole && 1440_u16.is_multiple_of(step));
    if fits { "" } else { " from midnight" }
}

impl MonthDay {
    /// The day in words: "22nd", "last day", "second Tuesday".
    pub fn words(self) -> String {
        match self {
            MonthDay::Day(day) => ordinal(day),
            MonthDay::Last => "last day".to_owned(),
            MonthDay::Weekday { nth, day } => format!("{nth} {}", weekday_long(day)),
        }
    }

    fn is_missing_sometimes(self) -> bool {
        matches!(self, MonthDay::Day(29..))
    }
}

impl Nth {
    /// The word in a list of choices.
    pub const fn label(self) -> &'static str {
        match self {
            Nth::First => "First",
            Nth::Second => "Second",
            Nth::Third => "Third",
            Nth::Fourth => "Fourth",
            Nth::Last => "Last",
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
        let names: Vec<_> = self.iter().map(|day| format!("{}s", weekday_long(day))).collect();
        if names.is_empty() { "No day".to_owned() } else { listed(&names, "and") }
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
            SpecProblem::NoDay => "days",
            SpecProblem::DayOutOfRange => "day",
            SpecProblem::MinutesOutOfRange => "every_minutes",
            SpecProblem::HoursOutOfRange => "every_hours",
            SpecProblem::MinuteOutOfRange => "minute",
            SpecProblem::QuarterMonthOutOfRange => "month",
            SpecProblem::UnknownZone => "zone",
            SpecProblem::BadExpression | SpecProblem::BadField(_) | SpecProblem::NeverRuns | SpecProblem::TooOften => {
                "expression"
            }
            SpecProblem::EndsBeforeStart | SpecProblem::NeverRunsInside => "ends_on",
            SpecProblem::RunsOutOfRange => "runs",
            SpecProblem::TooManyExceptions => "except",
        }
    }

    /// What the form says beside the field.
    pub fn problem(self) -> Problem {
        match self {
            SpecProblem::NoDay => Problem::NoDay,
            SpecProblem::DayOutOfRange => Problem::OutOfRange { min: 1, max: 31 },
            SpecProblem::MinutesOutOfRange => Problem::OutOfRange { min: 1, max: MINUTES_MAX as i64 },
            SpecProblem::HoursOutOfRange => Problem::OutOfRange { min: 1, max: HOURS_MAX as i64 },
            SpecProblem::MinuteOutOfRange => Problem::OutOfRange { min: 0, max: 59 },
            SpecProblem::QuarterMonthOutOfRange => Problem::OutOfRange { min: 1, max: 3 },
            SpecProblem::UnknownZone => Problem::UnknownZone,
            SpecProblem::BadExpression => Problem::NotAnExpression,
            SpecProblem::BadField(problem) => Problem::Said { words: problem.words() },
            SpecProblem::NeverRuns | SpecProblem::NeverRunsInside => Problem::NeverRuns,
            SpecProblem::TooOften => Problem::TooOften,
            SpecProblem::EndsBeforeStart => Problem::EndsBeforeStart,
            SpecProblem::RunsOutOfRange => Problem::OutOfRange { min: 1, max: RUNS_MAX as i64 },
            SpecProblem::TooManyExceptions => Problem::TooMany { max: EXCEPT_MAX as u32 },
        }
    }
}

fn date(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// A local time with its weekday: "Mon 30 Nov 2026, 07:00".
pub(super) fn moment(local: NaiveDateTime) -> String {
    format!("{}, {}", local.format("%a %-d %b %Y"), clock(local.time()))
}

/// A time of day: minutes always, seconds only when there are any.
pub(super) fn clock(at: NaiveTime) -> String {
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
    use chrono::Weekday::{self, *};

    fn spec(cadence: Cadence) -> ScheduleSpec {
        ScheduleSpec::new(cadence, "Europe/Ljubljana")
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
            "Mondays at 07:00 (cron 0 7 * * 1), Europe/Ljubljana"
        );
        assert_eq!(
            spec(Cadence::Cron { expression: "0 7 13 * 5".into() }).sentence(),
            "At 07:00, on day 13 of the month or on Friday (cron 0 7 13 * 5), Europe/Ljubljana"
        );
        assert_eq!(
            spec(Cadence::Cron { expression: "@Daily".into() }).sentence(),
            "Every day at 00:00 (cron @Daily), Europe/Ljubljana"
        );
        assert_eq!(
            spec(Cadence::Cron { expression: "1,2,4,8,16,32,33 * * * *".into() }).sentence(),
            "By the cron expression 1,2,4,8,16,32,33 * * * *, Europe/Ljubljana"
        );
    }

    #[test]
    fn steps_say_where_they_count_from() {
        let words = |cadence: Cadence| cadence.words();
        assert_eq!(words(Cadence::Minutes { step: 1 }), "Every minute");
        assert_eq!(words(Cadence::Minutes { step: 15 }), "Every 15 minutes");
        assert_eq!(words(Cadence::Minutes { step: 7 }), "Every 7 minutes from midnight");
        assert_eq!(words(Cadence::Minutes { step: 90 }), "Every 90 minutes");
        assert_eq!(words(Cadence::Hours { step: 1, minute: 5 }), "Every hour, at :05");
        assert_eq!(words(Cadence::Hours { step: 6, minute: 0 }), "Every 6 hours, at :00");
        assert_eq!(words(Cadence::Hours { step: 5, minute: 30 }), "Every 5 hours from midnight, at :30");
    }

    #[test]
    fn weekdays_of_months_and_quarters_read_as_sentences() {
        let on = MonthDay::Weekday { nth: Nth::Second, day: Tue };
        assert_eq!(Cadence::Monthly { on, at: seven() }.words(), "On the second Tuesday of every month at 07:00");
        let quarter = |month, on| Cadence::Quarterly { month, on, at: seven() }.words();
        assert_eq!(quarter(1, MonthDay::Day(1)), "On the first day of every quarter at 07:00");
        assert_eq!(quarter(3, MonthDay::Last), "On the last day of every quarter at 07:00");
        assert_eq!(quarter(2, MonthDay::Day(15)), "On the 15th of the second month of every quarter at 07:00");
        assert_eq!(
            quarter(1, MonthDay::Day(31)),
            "On the 31st of the first month of every quarter, where that month has one, at 07:00"
        );
        let last = MonthDay::Weekday { nth: Nth::Last, day: Fri };
        assert_eq!(quarter(3, last), "On the last Friday of the last month of every quarter at 07:00");
    }

    #[test]
    fn limits_and_days_left_out_are_said() {
        let mut spec = spec(Cadence::Daily { at: seven() });
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        spec.runs = Some(10);
        spec.except = vec![day("2026-12-25"), day("2026-12-24")];
        let begin = "Every day at 07:00, Europe/Ljubljana, 10 times at most, not on 24 Dec 2026";
        assert_eq!(spec.sentence(), format!("{begin} and 25 Dec 2026"));
        spec.except.extend([day("2027-01-01"), day("2027-01-02"), day("2027-01-02")]);
        assert_eq!(spec.sentence(), format!("{begin}, 25 Dec 2026 and 2 more days"));
        spec.runs = Some(1);
        spec.except.clear();
        assert_eq!(spec.sentence(), "Every day at 07:00, Europe/Ljubljana, once");
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
    fn what_was_stored_by_earlier_versions_is_read() {
        let stored = [
            r#"{"cadence":{"every":"daily","at":"07:00:00"},"zone":"UTC","starts_on":"2026-12-01","ends_on":"2026-12-02"}"#,
            r#"{"cadence":{"every":"monthly","on":{"day":5},"at":"07:00:00"},"zone":"UTC"}"#,
            r#"{"cadence":{"every":"monthly","on":"last","at":"07:00:00"},"zone":"UTC"}"#,
            r#"{"cadence":{"every":"cron","expression":"0 7 * * 1"},"zone":"UTC"}"#,
        ];
        for json in stored {
            let spec: ScheduleSpec = serde_json::from_str(json).unwrap();
            assert_eq!((spec.runs, spec.except.len()), (None, 0));
            assert_eq!(serde_json::to_string(&spec).unwrap(), json);
        }
    }

    #[test]
    fn new_presets_survive_their_json() {
        let on = MonthDay::Weekday { nth: Nth::Last, day: Fri };
        let presets = [
            (Cadence::Minutes { step: 20 }, r#"{"every":"minutes","step":20}"#),
            (Cadence::Hours { step: 2, minute: 5 }, r#"{"every":"hours","step":2,"minute":5}"#),
            (
                Cadence::Quarterly { month: 3, on, at: seven() },
                r#"{"every":"quarterly","month":3,"on":{"weekday":{"nth":"last","day":"Fri"}},"at":"07:00:00"}"#,
            ),
        ];
        for (cadence, json) in presets {
            assert_eq!(serde_json::to_string(&cadence).unwrap(), json);
            assert_eq!(serde_json::from_str::<Cadence>(json).unwrap(), cadence);
        }
    }

    #[test]
    fn numbers_out_of_range_are_named_by_their_field() {
        let problem = |cadence| spec(cadence).problems().first().map(|problem| (problem.field(), problem.problem()));
        let range = |min, max| Problem::OutOfRange { min, max };
        assert_eq!(problem(Cadence::Minutes { step: 0 }), Some(("every_minutes", range(1, 720))));
        assert_eq!(problem(Cadence::Hours { step: 24, minute: 0 }), Some(("every_hours", range(1, 23))));
        assert_eq!(problem(Cadence::Hours { step: 1, minute: 60 }), Some(("minute", range(0, 59))));
        let on = MonthDay::Day(32);
        assert_eq!(problem(Cadence::Monthly { on, at: seven() }), Some(("day", range(1, 31))));
        assert_eq!(problem(Cadence::Quarterly { month: 4, on, at: seven() }), Some(("month", range(1, 3))));
        assert_eq!(problem(Cadence::Quarterly { month: 1, on, at: seven() }), Some(("day", range(1, 31))));
        let mut limited = spec(Cadence::Minutes { step: 5 });
        limited.runs = Some(0);
        limited.except = vec![NaiveDate::MIN; EXCEPT_MAX + 1];
        let fields: Vec<_> = limited.problems().into_iter().map(SpecProblem::field).collect();
        assert_eq!(fields, ["runs", "except"]);
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
