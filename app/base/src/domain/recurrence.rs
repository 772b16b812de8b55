//! How a task comes again: pure dates, no clock. The next date is the first of the series after the
//! last due date that is not before the day of completion: what was missed meanwhile is left out.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::{
    calendar::{month_long, weekday_long},
    ids::ColumnId,
    listed::listed,
};

/// Longest step of a series.
pub const STEP_MAX: u16 = 500;
/// No date of a series lies after this year.
const LAST_YEAR: i32 = 9_999;

/// What the column `task.recurrence` holds, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    pub rule: Recurrence,
    /// The column in which the series began, and where the next ones appear.
    pub column: ColumnId,
}

impl Series {
    /// What is stored; nothing where it cannot be read.
    pub fn parse(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// As it is stored.
    ///
    /// # Errors
    /// None that a series has: it is plain data.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

/// The rule of a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Recurrence {
    /// Monday to Friday.
    Weekdays,
    Days {
        every: u16,
    },
    /// On these weekdays of every such week; the week of the last date is the first.
    Weeks {
        every: u16,
        on: Vec<Weekday>,
    },
    /// On a day of the month; months without it take their last day.
    MonthDay {
        every: u16,
        day: u8,
    },
    /// On the first to fourth, or (5) the last such weekday of the month.
    MonthWeekday {
        every: u16,
        nth: u8,
        on: Weekday,
    },
    MonthEnd {
        every: u16,
    },
    Yearly {
        month: u8,
        day: u8,
    },
    /// Days after the day of completion.
    AfterDays {
        days: u16,
    },
}

impl Recurrence {
    /// Whether the numbers are such that the series has dates.
    pub fn is_possible(&self) -> bool {
        let is_step = |step: &u16| (1..=STEP_MAX).contains(step);
        match self {
            Self::Weekdays => true,
            Self::Days { every } | Self::MonthEnd { every } => is_step(every),
            Self::AfterDays { days } => is_step(days),
            Self::Weeks { every, on } => is_step(every) && !on.is_empty(),
            Self::MonthDay { every, day } => is_step(every) && (1..=31).contains(day),
            Self::MonthWeekday { every, nth, .. } => is_step(every) && (1..=5).contains(nth),
            // 2024 has a 29 February.
            Self::Yearly { month, day } => NaiveDate::from_ymd_opt(2024, (*month).into(), (*day).into()).is_some(),
        }
    }

    /// The date after `last` in the series, for a task completed on `completed`. `None` at the end
    /// of the calendar.
    pub fn next(&self, last: NaiveDate, completed: NaiveDate) -> Option<NaiveDate> {
        let earliest = last.succ_opt()?.max(completed);
        let found = match self {
            Self::AfterDays { days } => completed.checked_add_days(Days::new((*days).into())),
            Self::Weekdays => days_from(earliest).find(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)),
            Self::Days { every } => {
                let every = i64::from((*every).max(1));
                let steps = ((earliest - last).num_days() + every - 1) / every;
                last.checked_add_days(Days::new(u64::try_from(steps * every).ok()?))
            }
            Self::Weeks { every, on } => {
                let first_week = monday(last)?;
                let every = i64::from((*every).max(1));
                // A whole step and a week hold at least one such day.
                let span = usize::try_from(every * 7 + 7).ok()?;
                days_from(earliest).take(span).find(|day| {
                    on.contains(&day.weekday())
                        && monday(*day).is_some_and(|week| (week - first_week).num_weeks() % every == 0)
                })
            }
            Self::MonthDay { every, day } => monthly(last, earliest, *every, |month| in_month(month, *day)),
            Self::MonthEnd { every } => monthly(last, earliest, *every, |month| in_month(month, 31)),
            Self::MonthWeekday { every, nth, on } => {
                monthly(last, earliest, *every, |month| nth_of_month(month, *nth, *on))
            }
            Self::Yearly { month, day } => (last.year()..=LAST_YEAR)
                .skip(usize::try_from(earliest.year() - last.year()).unwrap_or(0))
                .filter_map(|year| in_month(NaiveDate::from_ymd_opt(year, (*month).into(), 1)?, *day))
                .find(|date| *date >= earliest),
        };
        found.filter(|date| date.year() <= LAST_YEAR)
    }

    /// The first date of a series that begins now.
    pub fn first(&self, today: NaiveDate) -> Option<NaiveDate> {
        self.next(today.pred_opt()?, today)
    }

    /// The series in words: `Every 2 weeks on Monday and Thursday`.
    pub fn words(&self) -> String {
        match self {
            Self::Weekdays => "Every weekday".into(),
            Self::Days { every } => every_words(*every, "day"),
            Self::Weeks { every, on } => format!("{} on {}", every_words(*every, "week"), weekday_words(on)),
            Self::MonthDay { every, day } => format!("{} on day {day}", every_words(*every, "month")),
            Self::MonthEnd { every } => format!("{} on the last day", every_words(*every, "month")),
            Self::MonthWeekday { every, nth, on } => {
                format!("{} on the {} {}", every_words(*every, "month"), nth_words(*nth), weekday_long(*on))
            }
            Self::Yearly { month, day } => {
                let name = NaiveDate::from_ymd_opt(2024, (*month).into(), 1).map_or("", month_long);
                format!("Every year on {day} {name}")
            }
            Self::AfterDays { days: 1 } => "1 day after completion".into(),
            Self::AfterDays { days } => format!("{days} days after completion"),
        }
    }
}

/// Whether a series is still at the task that was completed, so that taking its completion back takes back the
/// making of the next one: the day of that one has not passed. Of what was completed late the next one may be due
/// the same day, so a day to think better of it is always left.
pub fn is_same_occurrence(next: NaiveDate, completed: NaiveDate, today: NaiveDate) -> bool {
    let thought_better = completed.succ_opt().unwrap_or(completed);
    today <= next.max(thought_better)
}

fn every_words(every: u16, unit: &str) -> String {
    if every == 1 { format!("Every {unit}") } else { format!("Every {every} {unit}s") }
}

/// `first` to `fourth`, `last`.
pub const fn nth_words(nth: u8) -> &'static str {
    match nth {
        1 => "first",
        2 => "second",
        3 => "third",
        4 => "fourth",
        _ => "last",
    }
}

fn weekday_words(on: &[Weekday]) -> String {
    let mut days = on.to_vec();
    days.sort_by_key(Weekday::num_days_from_monday);
    days.dedup();
    let names: Vec<&str> = days.into_iter().map(weekday_long).collect();
    listed(&names, "and")
}

fn days_from(first: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    first.iter_days()
}

fn monday(date: NaiveDate) -> Option<NaiveDate> {
    date.checked_sub_days(Days::new(date.weekday().num_days_from_monday().into()))
}

/// The first date of the months of a series that is not before `earliest`.
fn monthly(
    last: NaiveDate,
    earliest: NaiveDate,
    every: u16,
    date_of: impl Fn(NaiveDate) -> Option<NaiveDate>,
) -> Option<NaiveDate> {
    let every = u32::from(every.max(1));
    let first = last.with_day(1)?;
    let ahead = (earliest.year() - last.year()) * 12 + (earliest.month0().cast_signed() - last.month0().cast_signed());
    let skipped = u32::try_from(ahead).unwrap_or(0) / every;
    // The month that is reached, or the one of the next step.
    (skipped..skipped + 3)
        .filter_map(|step| date_of(first.checked_add_months(Months::new(step * every))?))
        .find(|date| *date >= earliest)
}

/// A day of a month given by its first; its last where the month is shorter.
fn in_month(first: NaiveDate, day: u8) -> Option<NaiveDate> {
    (28..=u32::from(day).max(28)).rev().chain([28]).find_map(|most| first.with_day(u32::from(day).min(most)))
}

fn nth_of_month(first: NaiveDate, nth: u8, on: Weekday) -> Option<NaiveDate> {
    if nth <= 4 {
        return NaiveDate::from_weekday_of_month_opt(first.year(), first.month(), on, nth);
    }
    [5, 4].into_iter().find_map(|nth| NaiveDate::from_weekday_of_month_opt(first.year(), first.month(), on, nth))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// The next date of a task that was completed on the day it was due.
    fn next(rule: &Recurrence, last: &str) -> String {
        rule.next(day(last), day(last)).unwrap().to_string()
    }

    #[test]
    fn every_weekday_leaves_out_the_weekend() {
        assert_eq!(next(&Recurrence::Weekdays, "2026-11-26"), "2026-11-27");
        assert_eq!(next(&Recurrence::Weekdays, "2026-11-27"), "2026-11-30");
    }

    #[test]
    fn weeks_count_from_the_week_of_the_last_date() {
        let rule = Recurrence::Weeks { every: 2, on: vec![Weekday::Mon, Weekday::Thu] };
        assert_eq!(next(&rule, "2026-11-23"), "2026-11-26");
        assert_eq!(next(&rule, "2026-11-26"), "2026-12-07");
    }

    #[test]
    fn short_months_take_their_last_day_and_the_series_goes_back_to_its_own() {
        let rule = Recurrence::MonthDay { every: 1, day: 31 };
        assert_eq!(next(&rule, "2027-01-31"), "2027-02-28");
        assert_eq!(next(&rule, "2027-02-28"), "2027-03-31");
        assert_eq!(next(&rule, "2028-01-31"), "2028-02-29");
        assert_eq!(next(&Recurrence::MonthEnd { every: 3 }, "2026-11-30"), "2027-02-28");
    }

    #[test]
    fn the_second_tuesday_and_the_last_friday() {
        let second = Recurrence::MonthWeekday { every: 1, nth: 2, on: Weekday::Tue };
        assert_eq!(next(&second, "2026-11-10"), "2026-12-08");
        let last = Recurrence::MonthWeekday { every: 1, nth: 5, on: Weekday::Fri };
        assert_eq!(next(&last, "2026-11-27"), "2026-12-25");
        assert_eq!(next(&last, "2026-12-25"), "2027-01-29");
    }

    #[test]
    fn the_twenty_ninth_of_february_comes_every_year() {
        let rule = Recurrence::Yearly { month: 2, day: 29 };
        assert_eq!(next(&rule, "2028-02-29"), "2029-02-28");
        assert_eq!(next(&rule, "2031-02-28"), "2032-02-29");
    }

    #[test]
    fn what_was_missed_is_left_out_and_today_still_counts() {
        let daily = Recurrence::Days { every: 1 };
        assert_eq!(daily.next(day("2026-11-16"), day("2026-11-25")), Some(day("2026-11-25")));
        let weekly = Recurrence::Weeks { every: 1, on: vec![Weekday::Mon] };
        assert_eq!(weekly.next(day("2026-11-02"), day("2026-11-24")), Some(day("2026-11-30")));
        let third = Recurrence::Days { every: 3 };
        assert_eq!(third.next(day("2026-11-16"), day("2026-11-23")), Some(day("2026-11-25")), "the beat is kept");
    }

    #[test]
    fn completed_early_the_series_keeps_its_beat_and_after_completion_counts_from_then() {
        let monthly = Recurrence::MonthDay { every: 1, day: 30 };
        assert_eq!(monthly.next(day("2026-11-30"), day("2026-11-20")), Some(day("2026-12-30")));
        let after = Recurrence::AfterDays { days: 3 };
        assert_eq!(after.next(day("2026-11-30"), day("2026-11-20")), Some(day("2026-11-23")));
    }

    #[test]
    fn a_series_begins_today_or_on_its_first_day_from_then_on() {
        let fridays = Recurrence::Weeks { every: 1, on: vec![Weekday::Fri] };
        assert_eq!(fridays.first(day("2026-11-27")), Some(day("2026-11-27")));
        assert_eq!(fridays.first(day("2026-11-28")), Some(day("2026-12-04")));
        assert_eq!(Recurrence::Weekdays.first(day("2026-11-28")), Some(day("2026-11-30")));
        assert_eq!(Recurrence::MonthEnd { every: 1 }.first(day("2026-12-01")), Some(day("2026-12-31")));
    }

    #[test]
    fn a_stored_series_reads_back() {
        let column = ColumnId(uuid::Uuid::from_u128(1));
        let series = Series { rule: Recurrence::Weeks { every: 1, on: vec![Weekday::Fri] }, column };
        assert_eq!(Series::parse(&series.to_json().unwrap()), Some(series));
        assert_eq!(Series::parse("{}"), None);
    }

    #[test]
    fn the_series_is_at_the_completed_task_until_the_day_of_the_next_one_has_passed() {
        let is_same = |next, completed, today| is_same_occurrence(day(next), day(completed), day(today));
        assert!(is_same("2026-11-30", "2026-11-23", "2026-11-23"));
        assert!(is_same("2026-11-30", "2026-11-23", "2026-11-30"));
        assert!(!is_same("2026-11-30", "2026-11-23", "2026-12-01"));
        // Completed late in the evening, the next one due on the same day, taken back after midnight.
        assert!(is_same("2026-11-25", "2026-11-25", "2026-11-26"));
        assert!(!is_same("2026-11-25", "2026-11-25", "2026-11-27"));
        assert!(is_same_occurrence(NaiveDate::MAX, NaiveDate::MAX, NaiveDate::MAX));
    }

    #[test]
    fn a_series_ends_with_the_calendar() {
        let rule = Recurrence::MonthEnd { every: 1 };
        assert_eq!(rule.next(day("9999-12-31"), day("9999-12-31")), None);
        assert_eq!(Recurrence::Weekdays.next(NaiveDate::MAX, day("2026-11-25")), None);
    }

    #[test]
    fn it_is_said_in_words() {
        for (rule, words) in [
            (Recurrence::Days { every: 3 }, "Every 3 days"),
            (Recurrence::Weeks { every: 1, on: vec![Weekday::Thu, Weekday::Mon] }, "Every week on Monday and Thursday"),
            (Recurrence::MonthWeekday { every: 1, nth: 5, on: Weekday::Fri }, "Every month on the last Friday"),
            (Recurrence::Yearly { month: 12, day: 24 }, "Every year on 24 December"),
        ] {
            assert_eq!(rule.words(), words);
        }
    }

    /// All rules of some size, from many days, with completion before, on and after the due day.
    #[test]
    fn for_every_rule_the_next_date_lies_ahead_fits_the_rule_and_is_the_first_that_does() {
        let mut rules = vec![Recurrence::Weekdays];
        for every in [1, 2, 3, 5, 12, STEP_MAX] {
            rules.push(Recurrence::Days { every });
            rules.push(Recurrence::MonthEnd { every });
            rules.push(Recurrence::Weeks { every, on: vec![Weekday::Sun] });
            rules.push(Recurrence::Weeks { every, on: vec![Weekday::Mon, Weekday::Wed, Weekday::Sat] });
            for number in [1, 2, 15, 29, 30, 31] {
                rules.push(Recurrence::MonthDay { every, day: number });
            }
            for nth in 1..=5 {
                rules.push(Recurrence::MonthWeekday { every, nth, on: Weekday::Wed });
            }
        }
        rules.push(Recurrence::Yearly { month: 2, day: 29 });
        rules.push(Recurrence::Yearly { month: 7, day: 1 });
        for rule in &rules {
            assert!(rule.is_possible(), "{rule:?}");
            for start in (0..1_500).step_by(37) {
                let last = day("2026-01-01") + Days::new(start);
                for late in [-20_i64, 0, 1, 45] {
                    let completed = last + chrono::TimeDelta::days(late);
                    let found = rule.next(last, completed).unwrap();
                    assert!(found > last && found >= completed, "{rule:?} {last} {completed}: {found}");
                    // Being done again on time, the series does not skip or repeat.
                    let again = rule.next(found, found).unwrap();
                    assert!(again > found, "{rule:?} {found}: {again}");
                    match rule {
                        Recurrence::Weekdays => assert!(found.weekday().num_days_from_monday() < 5),
                        Recurrence::Weeks { on, .. } => assert!(on.contains(&found.weekday())),
                        Recurrence::MonthDay { day, .. } => assert!(
                            found.day() == u32::from(*day)
                                || (found.day() < u32::from(*day) && found.succ_opt().unwrap().day() == 1)
                        ),
                        Recurrence::MonthEnd { .. } => assert_eq!(found.succ_opt().unwrap().day(), 1),
                        Recurrence::MonthWeekday { on, .. } => assert_eq!(found.weekday(), *on),
                        Recurrence::Days { every } => {
                            assert_eq!((found - last).num_days() % i64::from(*every), 0);
                        }
                        Recurrence::Yearly { month, .. } => assert_eq!(found.month(), u32::from(*month)),
                        Recurrence::AfterDays { .. } => {}
                    }
                }
            }
        }
    }

    #[test]
    fn numbers_that_make_no_series_are_refused() {
        for rule in [
            Recurrence::Days { every: 0 },
            Recurrence::Weeks { every: 1, on: vec![] },
            Recurrence::MonthDay { every: 1, day: 0 },
            Recurrence::MonthWeekday { every: 1, nth: 6, on: Weekday::Mon },
            Recurrence::Yearly { month: 2, day: 30 },
            Recurrence::AfterDays { days: STEP_MAX + 1 },
        ] {
            assert!(!rule.is_possible(), "{rule:?}");
        }
    }
}
