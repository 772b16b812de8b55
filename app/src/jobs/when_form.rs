//! The fields of a job's form that say when it runs beyond days of the week and a time, as text.

use chrono::{NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use super::form::DAYS;
use crate::domain::schedule::{Cadence, DaySet, MonthDay, Nth, ScheduleSpec};
use crate::error::{Checks, Problem};

/// What stands in the fields. Those of another unit than the chosen one keep what they say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WhenForm {
    /// A word of [`Unit`].
    pub unit: String,
    pub every_minutes: String,
    pub every_hours: String,
    /// Minute of the hour, for steps of hours.
    pub minute: String,
    /// A word of [`On`].
    pub on: String,
    /// Day of the month.
    pub day: String,
    pub nth: String,
    /// A name of [`DAYS`].
    pub weekday: String,
    /// Month of the quarter.
    pub month: String,
    pub starts_on: String,
    pub ends_on: String,
    /// Number of runs; empty without a limit.
    pub runs: String,
    /// Days that are left out, one a line.
    pub except: String,
}

crate::text_enum!(
    /// What a simple schedule counts in.
    #[derive(Default)]
    Unit {
        Minutes = "minutes",
        Hours = "hours",
        Day = "day",
        #[default]
        Week = "week",
        Month = "month",
        Quarter = "quarter",
    }
);

crate::text_enum!(
    /// Which day of a month.
    #[derive(Default)]
    On {
        #[default]
        Day = "day",
        Last = "last",
        Weekday = "weekday",
    }
);

impl Default for WhenForm {
    fn default() -> Self {
        Self {
            unit: Unit::default().as_str().to_owned(),
            every_minutes: "30".to_owned(),
            every_hours: "2".to_owned(),
            minute: "0".to_owned(),
            on: On::default().as_str().to_owned(),
            day: "1".to_owned(),
            nth: Nth::First.as_str().to_owned(),
            weekday: "mon".to_owned(),
            month: "1".to_owned(),
            starts_on: String::new(),
            ends_on: String::new(),
            runs: String::new(),
            except: String::new(),
        }
    }
}

impl WhenForm {
    /// Reads the fields through a function that knows their values. One that is not there keeps its default.
    pub fn read(field: impl Fn(&str) -> Option<String>) -> Self {
        let mut form = Self::default();
        for (name, text) in form.fields_mut() {
            if let Some(value) = field(name) {
                *text = value;
            }
        }
        form
    }

    fn fields_mut(&mut self) -> [(&'static str, &mut String); 13] {
        let Self {
            unit,
            every_minutes,
            every_hours,
            minute,
            on,
            day,
            nth,
            weekday,
            month,
            starts_on,
            ends_on,
            runs,
            except,
        } = self;
        [
            ("unit", unit),
            ("every_minutes", every_minutes),
            ("every_hours", every_hours),
            ("minute", minute),
            ("on", on),
            ("day", day),
            ("nth", nth),
            ("weekday", weekday),
            ("month", month),
            ("starts_on", starts_on),
            ("ends_on", ends_on),
            ("runs", runs),
            ("except", except),
        ]
    }

    /// The values of all fields by name, to show them again.
    pub fn typed(&self) -> [(&'static str, &str); 13] {
        [
            ("unit", &self.unit),
            ("every_minutes", &self.every_minutes),
            ("every_hours", &self.every_hours),
            ("minute", &self.minute),
            ("on", &self.on),
            ("day", &self.day),
            ("nth", &self.nth),
            ("weekday", &self.weekday),
            ("month", &self.month),
            ("starts_on", &self.starts_on),
            ("ends_on", &self.ends_on),
            ("runs", &self.runs),
            ("except", &self.except),
        ]
    }

    /// The fields that show a stored schedule.
    pub fn of(spec: &ScheduleSpec) -> Self {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let limits = Self {
            starts_on: day(spec.starts_on),
            ends_on: day(spec.ends_on),
            runs: spec.runs.map(|runs| runs.to_string()).unwrap_or_default(),
            except: spec.except.iter().map(NaiveDate::to_string).collect::<Vec<_>>().join("\n"),
            ..Self::default()
        };
        let unit = |unit: Unit| unit.as_str().to_owned();
        match &spec.cadence {
            Cadence::Minutes { step } => Self { unit: unit(Unit::Minutes), every_minutes: step.to_string(), ..limits },
            Cadence::Hours { step, minute } => {
                Self { unit: unit(Unit::Hours), every_hours: step.to_string(), minute: minute.to_string(), ..limits }
            }
            Cadence::Daily { .. } => Self { unit: unit(Unit::Day), ..limits },
            Cadence::Weekly { .. } | Cadence::Cron { .. } => limits,
            Cadence::Monthly { on, .. } => Self { unit: unit(Unit::Month), ..limits.on(*on) },
            Cadence::Quarterly { month, on, .. } => {
                Self { unit: unit(Unit::Quarter), month: month.to_string(), ..limits.on(*on) }
            }
        }
    }

    fn on(self, on: MonthDay) -> Self {
        let word = |on: On| on.as_str().to_owned();
        match on {
            MonthDay::Day(day) => Self { on: word(On::Day), day: day.to_string(), ..self },
            MonthDay::Last => Self { on: word(On::Last), ..self },
            MonthDay::Weekday { nth, day } => Self {
                on: word(On::Weekday),
                nth: nth.as_str().to_owned(),
                weekday: DAYS.iter().find(|(_, known)| *known == day).map_or("mon", |(name, _)| name).to_owned(),
                ..self
            },
        }
    }

    /// How often, of a simple schedule. The days of the week and the time have fields of their own.
    pub fn cadence(&self, checks: &mut Checks, days: DaySet, time: impl FnOnce(&mut Checks) -> NaiveTime) -> Cadence {
        match self.unit.parse().unwrap_or_default() {
            Unit::Minutes => {
                Cadence::Minutes { step: narrow(number(checks, "every_minutes", &self.every_minutes), u16::MAX) }
            }
            Unit::Hours => Cadence::Hours {
                step: narrow(number(checks, "every_hours", &self.every_hours), u8::MAX),
                minute: narrow(number(checks, "minute", &self.minute), u8::MAX),
            },
            Unit::Day => Cadence::Daily { at: time(checks) },
            Unit::Week => Cadence::Weekly { days, at: time(checks) },
            Unit::Month => Cadence::Monthly { on: self.month_day(checks), at: time(checks) },
            Unit::Quarter => Cadence::Quarterly {
                month: narrow(number(checks, "month", &self.month), u8::MAX),
                on: self.month_day(checks),
                at: time(checks),
            },
        }
    }

    fn month_day(&self, checks: &mut Checks) -> MonthDay {
        match self.on.parse().unwrap_or_default() {
            On::Day => MonthDay::Day(narrow(number(checks, "day", &self.day), u8::MAX)),
            On::Last => MonthDay::Last,
            On::Weekday => {
                let day = DAYS.iter().find(|(name, _)| *name == self.weekday).map(|&(_, day)| day);
                let nth = self.nth.parse().ok();
                if day.is_none() || nth.is_none() {
                    checks.add("nth", Problem::UnknownChoice);
                }
                MonthDay::Weekday { nth: nth.unwrap_or(Nth::First), day: day.unwrap_or(Weekday::Mon) }
            }
        }
    }

    /// The schedule with its start, its end, its number of runs and the days that are left out.
    pub fn limit(&self, checks: &mut Checks, spec: ScheduleSpec) -> ScheduleSpec {
        let runs = self.runs.trim();
        ScheduleSpec {
            starts_on: date(checks, "starts_on", &self.starts_on),
            ends_on: date(checks, "ends_on", &self.ends_on),
            runs: if runs.is_empty() { None } else { Some(number(checks, "runs", runs)) },
            except: self.days_left_out(checks),
            ..spec
        }
    }

    fn days_left_out(&self, checks: &mut Checks) -> Vec<NaiveDate> {
        let mut days = Vec::new();
        for (line, text) in (1..).zip(self.except.lines()) {
            let words = text.split([' ', ',', ';']).filter(|word| !word.is_empty());
            for word in words {
                match word.parse() {
                    Ok(day) => days.push(day),
                    Err(_) => checks.add_line("except", line, Problem::NotADate),
                }
            }
        }
        days.sort_unstable();
        days.dedup();
        days
    }
}

fn date(checks: &mut Checks, field: &str, text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let day = text.parse().ok();
    if day.is_none() {
        checks.add(field, Problem::NotADate);
    }
    day
}

/// A whole number; what is none is noted, and 1 stands for it, which every field takes.
pub(super) fn number(checks: &mut Checks, field: &str, text: &str) -> u32 {
    text.trim().parse().unwrap_or_else(|_| {
        checks.add(field, Problem::NotANumber);
        1
    })
}

/// A number that is too large for its type is too large for its field, too, and is refused there.
fn narrow<T: TryFrom<u32>>(number: u32, largest: T) -> T {
    T::try_from(number).unwrap_or(largest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seven(_: &mut Checks) -> NaiveTime {
        NaiveTime::from_hms_opt(7, 0, 0).unwrap()
    }

    fn form(fields: &[(&str, &str)]) -> WhenForm {
        WhenForm::read(|name| fields.iter().find(|(field, _)| *field == name).map(|(_, value)| (*value).to_owned()))
    }

    fn spec(fields: &[(&str, &str)]) -> ScheduleSpec {
        let mut checks = Checks::default();
        let form = form(fields);
        let cadence = form.cadence(&mut checks, DaySet::WORKING, seven);
        let spec = form.limit(&mut checks, ScheduleSpec::new(cadence, "UTC"));
        checks.done().unwrap();
        spec
    }

    #[test]
    fn every_unit_is_read_and_shown_again() {
        let forms: [&[(&str, &str)]; 8] = [
            &[("unit", "minutes"), ("every_minutes", "20")],
            &[("unit", "hours"), ("every_hours", "6"), ("minute", "15")],
            &[("unit", "day")],
            &[("unit", "week")],
            &[("unit", "month"), ("on", "day"), ("day", "31")],
            &[("unit", "month"), ("on", "weekday"), ("nth", "second"), ("weekday", "tue")],
            &[("unit", "quarter"), ("month", "3"), ("on", "last")],
            &[
                ("runs", "10"),
                ("starts_on", "2026-12-01"),
                ("ends_on", "2027-01-31"),
                ("except", "2026-12-24\n2026-12-25"),
            ],
        ];
        for fields in forms {
            assert_eq!(WhenForm::of(&spec(fields)), form(fields), "{fields:?}");
        }
    }

    #[test]
    fn without_a_unit_it_is_the_week() {
        assert_eq!(spec(&[]).cadence.words(), "Weekdays at 07:00");
    }

    #[test]
    fn days_left_out_stand_in_order_once() {
        let days = spec(&[("except", "2026-12-25, 2026-12-24\n\n2026-12-25")]).except;
        assert_eq!(days.iter().map(NaiveDate::to_string).collect::<Vec<_>>(), ["2026-12-24", "2026-12-25"]);
    }

    #[test]
    fn what_cannot_be_read_is_noted_with_its_field() {
        let mut checks = Checks::default();
        let bad =
            form(&[("unit", "hours"), ("every_hours", "x"), ("ends_on", "soon"), ("except", "2026-12-24\nnever")]);
        let cadence = bad.cadence(&mut checks, DaySet::ALL, seven);
        bad.limit(&mut checks, ScheduleSpec::new(cadence, "UTC"));
        let Err(crate::error::AppError::Invalid(invalid)) = checks.done() else { panic!("nothing was noted") };
        let found: Vec<_> = invalid.fields.iter().map(|field| (field.field.as_str(), field.line)).collect();
        assert_eq!(found, [("every_hours", None), ("ends_on", None), ("except", Some(2))]);
    }
}
