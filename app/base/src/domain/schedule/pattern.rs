//! Which local times a schedule names, without regard to any zone: minutes of the day as bits, days of a month as bits.
//!
//! croner reads expressions and says which days they mean; the search is here, so that the next of any expression is
//! found within microseconds, however rare it is.

use super::{Cadence, DaySet, MonthDay, Nth, SpecProblem, cron};
use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Weekday};
use croner::CronPattern;
use croner::parser::{CronParser, Seconds, Year};

/// No rule needs longer to come back: a leap day on a given weekday is at most 40 years from the last.
const SEARCH_MONTHS: u32 = 12 * 45;
/// Lengths that a month can have.
const LENGTHS: [u32; 4] = [28, 29, 30, 31];
const WORDS: usize = 1440_usize.div_ceil(64);

/// The local times of a schedule.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    minutes: Minutes,
    /// The one second of those minutes.
    second: u32,
    /// Bit `m - 1` for month `m`.
    months: u16,
    /// The days of a month (bit `d - 1` for day `d`) by its length and the weekday of its first day: nothing else
    /// decides them.
    days: [[u32; 7]; 4],
    /// In order.
    except: Vec<NaiveDate>,
}

impl Pattern {
    /// # Errors
    /// What is wrong with an expression.
    pub(super) fn of(cadence: &Cadence, except: &[NaiveDate]) -> Result<Pattern, SpecProblem> {
        let mut pattern = match cadence {
            Cadence::Minutes { step } => Pattern::daily(Minutes::stepped(0, *step)),
            Cadence::Hours { step, minute } => {
                Pattern::daily(Minutes::stepped((*minute).into(), u16::from(*step).saturating_mul(60)))
            }
            Cadence::Daily { at } => Pattern::at(*at),
            Cadence::Weekly { days, at } => Pattern::at(*at).on(|first, length| weekdays(*days, first, length)),
            Cadence::Monthly { on, at } => Pattern::at(*at).on(|first, length| on.mask(first, length)),
            Cadence::Quarterly { month, on, at } => {
                let months = (0..4).fold(0, |months, quarter| months | 1 << (quarter * 3 + month.saturating_sub(1)));
                Pattern { months, ..Pattern::at(*at).on(|first, length| on.mask(first, length)) }
            }
            Cadence::Cron { expression } => Pattern::parse(expression)?,
        };
        pattern.except = except.to_vec();
        pattern.except.sort_unstable();
        if pattern.has_a_day() { Ok(pattern) } else { Err(SpecProblem::NeverRuns) }
    }

    fn daily(minutes: Minutes) -> Pattern {
        let days = LENGTHS.map(|length| [all_days(length); 7]);
        Pattern { minutes, second: 0, months: 0xFFF, days, except: Vec::new() }
    }

    fn at(at: NaiveTime) -> Pattern {
        Pattern { second: at.second(), ..Pattern::daily(Minutes::one(at.hour() * 60 + at.minute())) }
    }

    fn on(self, mask: impl Fn(Weekday, u32) -> u32) -> Pattern {
        let days = LENGTHS.map(|length| DaySet::WEEK.map(|first| mask(first, length)));
        Pattern { days, ..self }
    }

    fn parse(expression: &str) -> Result<Pattern, SpecProblem> {
        let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
        let cron = parser.parse(expression).map_err(|_| at_fault(expression))?.pattern;
        // The same second of each minute, or runs would be less than a minute apart.
        let second = match cron.seconds.values().as_slice() {
            [] => return Err(SpecProblem::BadExpression),
            [only] => u32::from(*only),
            _ => return Err(SpecProblem::TooOften),
        };
        let minutes = cron.minutes.values();
        let of_day =
            cron.hours.values().into_iter().flat_map(|hour| minutes.iter().map(move |minute| hour * 60 + minute));
        let months = cron.months.values().into_iter().fold(0, |months, month| months | 1 << (month - 1));
        let pattern = Pattern { second, months, ..Pattern::daily(of_day.map(u32::from).collect()) };
        if cron.is_dom_wildcard() && cron.is_dow_wildcard() {
            return Ok(pattern);
        }
        Ok(pattern.on(|first, length| cron_days(&cron, first, length)))
    }

    /// Whether any month of any year has a day.
    fn has_a_day(&self) -> bool {
        let lengths = |month: u32| match month {
            2 => &LENGTHS[..2],
            4 | 6 | 9 | 11 => &LENGTHS[2..3],
            _ => &LENGTHS[3..],
        };
        let mut months = (1..=12).filter(|month| self.months & 1 << (month - 1) != 0);
        let has = |&length: &u32| self.days[(length - 28) as usize].iter().any(|&mask| mask != 0);
        !self.minutes.is_empty() && months.any(|month| lengths(month).iter().any(has))
    }

    /// Is this local time named?
    pub(super) fn names(&self, local: NaiveDateTime) -> bool {
        local.second() == self.second && self.minutes.has(minute_of_day(local)) && self.has_day(local.date())
    }

    /// The first local time strictly after one.
    pub(super) fn after(&self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        let date = local.date();
        let from = minute_of_day(local) + u32::from(local.second() >= self.second);
        if let Some(minute) = self.minutes.first_from(from)
            && self.has_day(date)
        {
            return self.at_minute(date, minute);
        }
        self.at_minute(self.day_after(date)?, self.minutes.first_from(0)?)
    }

    fn at_minute(&self, date: NaiveDate, minute: u32) -> Option<NaiveDateTime> {
        date.and_hms_opt(minute / 60, minute % 60, self.second)
    }

    fn has_day(&self, date: NaiveDate) -> bool {
        let month = date.with_day(1).map_or(0, |first| self.days_of(first));
        month & 1 << date.day0() != 0 && !self.is_left_out(date)
    }

    fn day_after(&self, date: NaiveDate) -> Option<NaiveDate> {
        let mut first = date.with_day(1)?;
        // The days of this month up to the date are over.
        let mut over = u32::MAX >> (31 - date.day0());
        for _ in 0..SEARCH_MONTHS {
            let mut days = self.days_of(first) & !over;
            while days != 0 {
                let found = first.checked_add_days(Days::new(days.trailing_zeros().into()))?;
                if !self.is_left_out(found) {
                    return Some(found);
                }
                days &= days - 1;
            }
            over = 0;
            first = self.first_of_next(first)?;
        }
        None
    }

    /// The first day of the next month that has days.
    fn first_of_next(&self, first: NaiveDate) -> Option<NaiveDate> {
        // The months of the year twice, so that the search runs over its end.
        let twice = u32::from(self.months) | u32::from(self.months) << 12;
        let ahead = (twice >> (first.month0() + 1)).trailing_zeros() + 1;
        first.checked_add_months(Months::new(ahead))
    }

    /// The days of a month, by its first.
    fn days_of(&self, first: NaiveDate) -> u32 {
        if self.months & 1 << first.month0() == 0 {
            return 0;
        }
        let length = usize::from(first.num_days_in_month()) - 28;
        self.days[length][first.weekday().num_days_from_monday() as usize]
    }

    fn is_left_out(&self, date: NaiveDate) -> bool {
        !self.except.is_empty() && self.except.binary_search(&date).is_ok()
    }
}

/// What is wrong with an expression that croner refuses: its field, where one can be named.
fn at_fault(expression: &str) -> SpecProblem {
    match cron::read(expression) {
        Some(Err(problem)) => SpecProblem::BadField(problem),
        _ => SpecProblem::BadExpression,
    }
}

impl MonthDay {
    /// The days of a month of this length whose first is this weekday.
    fn mask(self, first: Weekday, length: u32) -> u32 {
        match self {
            MonthDay::Day(day) => (1_u32 << day.saturating_sub(1)) & all_days(length),
            MonthDay::Last => 1 << (length - 1),
            MonthDay::Weekday { nth, day } => {
                let such = weekdays(DaySet::from_iter([day]), first, length);
                // Each week of the month, counted from its first day, has one.
                match nth {
                    Nth::First => such & 0x7F,
                    Nth::Second => such & 0x7F << 7,
                    Nth::Third => such & 0x7F << 14,
                    Nth::Fourth => such & 0x7F << 21,
                    Nth::Last => 1 << such.ilog2(),
                }
            }
        }
    }
}

fn all_days(length: u32) -> u32 {
    u32::MAX >> (32 - length)
}

fn weekdays(days: DaySet, first: Weekday, length: u32) -> u32 {
    let begins = first.num_days_from_monday();
    let is_in = |day: &u32| days.contains(DaySet::WEEK[((begins + day) % 7) as usize]);
    (0..length).filter(is_in).fold(0, |mask, day| mask | 1 << day)
}

/// What croner says about each day of a month of this length whose first is this weekday.
fn cron_days(cron: &CronPattern, first: Weekday, length: u32) -> u32 {
    // The year and the month tell croner the length, and nothing else.
    let (year, month) = match length {
        28 => (2023, 2),
        29 => (2024, 2),
        30 => (2024, 4),
        _ => (2024, 1),
    };
    let begins = first.num_days_from_sunday();
    let is_named = |day: &u32| {
        let weekday = CRONER_WEEK[((begins + day) % 7) as usize];
        cron.day_match(year, month, day + 1, weekday).unwrap_or(false)
    };
    (0..length).filter(is_named).fold(0, |mask, day| mask | 1 << day)
}

const CRONER_WEEK: [croner::Weekday; 7] = [
    croner::Weekday::Sunday,
    croner::Weekday::Monday,
    croner::Weekday::Tuesday,
    croner::Weekday::Wednesday,
    croner::Weekday::Thursday,
    croner::Weekday::Friday,
    croner::Weekday::Saturday,
];

fn minute_of_day(local: NaiveDateTime) -> u32 {
    local.hour() * 60 + local.minute()
}

/// Minutes of a day, a bit each.
#[derive(Debug, Clone, Copy)]
struct Minutes([u64; WORDS]);

impl Minutes {
    fn one(minute: u32) -> Minutes {
        Minutes::from_iter([minute])
    }

    fn stepped(first: u16, step: u16) -> Minutes {
        (first..1440).step_by(usize::from(step.max(1))).map(u32::from).collect()
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    fn has(&self, minute: u32) -> bool {
        self.0[(minute / 64) as usize] & 1 << (minute % 64) != 0
    }

    fn first_from(&self, minute: u32) -> Option<u32> {
        let begin = (minute / 64) as usize;
        let mut word = self.0.get(begin)? & u64::MAX << (minute % 64);
        for index in begin..WORDS {
            if word != 0 {
                return Some(index as u32 * 64 + word.trailing_zeros());
            }
            word = self.0.get(index + 1).copied().unwrap_or(0);
        }
        None
    }
}

impl FromIterator<u32> for Minutes {
    fn from_iter<T: IntoIterator<Item = u32>>(minutes: T) -> Self {
        let mut words = [0; WORDS];
        minutes.into_iter().filter(|&minute| minute < 1440).for_each(|minute| {
            words[(minute / 64) as usize] |= 1 << (minute % 64);
        });
        Minutes(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cron(expression: &str) -> Pattern {
        Pattern::of(&Cadence::Cron { expression: expression.into() }, &[]).unwrap()
    }

    /// Local times as croner finds them.
    fn by_croner(expression: &str, from: NaiveDateTime, count: usize) -> Vec<NaiveDateTime> {
        let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
        let cron = parser.parse(expression).unwrap();
        let next = |local: &NaiveDateTime| cron.find_next_occurrence(local, false).ok();
        std::iter::successors(next(&from), next).take(count).collect()
    }

    fn by_pattern(pattern: &Pattern, from: NaiveDateTime, count: usize) -> Vec<NaiveDateTime> {
        std::iter::successors(pattern.after(from), |&local| pattern.after(local)).take(count).collect()
    }

    fn moment() -> NaiveDateTime {
        "2026-11-23T06:59:30.5".parse().unwrap()
    }

    #[test]
    fn the_search_finds_what_croner_finds() {
        for expression in [
            "0 7 * * 1",
            "*/15 * * * *",
            "30 0 7 * * 1-5",
            "59 59 23 * * *",
            "0 0 L * *",
            "0 0 LW * *",
            "0 0 15W * *",
            "0 0 1W,31W * *",
            "0 9 * * 2#2",
            "0 9 * * 5L",
            "0 9 * * 1#5",
            "0 9 13 * 5",
            "0 9 13 * +5",
            "0 0 29 2 *",
            "0 0 29 2 +1",
            "5,35 8-18/2 * 3,6,9,12 MON-FRI",
            "17 3 1-7 * +SUN",
            "0 12 31 * *",
            "@monthly",
            "@yearly",
        ] {
            assert_eq!(
                by_pattern(&cron(expression), moment(), 40),
                by_croner(expression, moment(), 40),
                "{expression}"
            );
        }
    }

    /// Numbers that look like chance, the same in every run.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, most: u32) -> u32 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as u32 % most
        }

        fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
            choices[self.below(choices.len() as u32) as usize]
        }

        /// A field; now and then one that is refused.
        fn field(&mut self, (min, max): (u32, u32), special: &[&str]) -> String {
            let one = |dice: &mut Dice| match dice.below(40) {
                0 => max + 1,
                _ => min + dice.below(max - min + 1),
            };
            let items = 1 + self.below(3) * self.below(2);
            let item = |dice: &mut Dice| match dice.below(8) {
                0 | 1 => {
                    let (a, b) = (one(dice), one(dice));
                    format!("{}-{}", a.min(b), a.max(b))
                }
                2 => format!("{}-{max}/{}", one(dice), 1 + dice.below(7)),
                3 => format!("*/{}", 1 + dice.below(20)),
                4 if !special.is_empty() => dice.of(special).to_owned(),
                _ => one(dice).to_string(),
            };
            (0..items).map(|_| item(self)).collect::<Vec<_>>().join(",")
        }

        fn expression(&mut self) -> String {
            let mut or_star = |range, special: &[&str]| {
                if self.below(2) == 0 { "*".to_owned() } else { self.field(range, special) }
            };
            let (minute, hour) = (or_star((0, 59), &[]), or_star((0, 23), &[]));
            let day = or_star((1, 31), &["L", "LW", "15W", "1W"]);
            let month = or_star((1, 12), &["JAN", "dec"]);
            let weekday = or_star((0, 7), &["MON", "fri", "1#2", "5#5", "3L", "SAT-SUN"]);
            let (second, plus) = (self.of(&["", "", "30 "]), self.of(&["", "", "+"]));
            format!("{second}{minute} {hour} {day} {month} {plus}{weekday}")
        }
    }

    /// The days of a month as they are read for the words.
    fn days_read(fields: &cron::Fields, first: Weekday, length: u32) -> u32 {
        use cron::Special;
        let begins = first.num_days_from_sunday();
        let weekday = |day: u32| (begins + day - 1) % 7;
        let is_working = |day: u32| (1..=5).contains(&weekday(day));
        let is_named = |day: u32| {
            let of_month = |special: &Special| match special {
                Special::Last => day == length,
                Special::LastWorking => is_working(day) && !(day + 1..=length).any(is_working),
                _ => false,
            };
            let of_week = |special: &Special| match *special {
                Special::Nth { nth, day: named } => named == weekday(day) && nth == (day - 1) / 7 + 1,
                Special::LastOf { day: named } => named == weekday(day) && day + 7 > length,
                _ => false,
            };
            let by_day = fields.day.values & 1 << day != 0 || fields.day.special.iter().any(of_month);
            let by_week = fields.weekday.values & 1 << weekday(day) != 0 || fields.weekday.special.iter().any(of_week);
            match (fields.day.is_any, fields.weekday.is_any) {
                (true, _) => by_week,
                (false, true) => by_day,
                (false, false) if fields.needs_both => by_day && by_week,
                (false, false) => by_day || by_week,
            }
        };
        (1..=length).filter(|&day| is_named(day)).fold(0, |mask, day| mask | 1 << (day - 1))
    }

    #[test]
    fn what_is_read_for_the_words_is_what_runs() {
        let mut dice = Dice(7);
        let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
        let (mut read_well, mut refused) = (0, 0);
        for _ in 0..3_000 {
            let expression = dice.expression();
            let read = cron::read(&expression).unwrap();
            let (fields, croner) = match (read, parser.parse(&expression)) {
                (Ok(fields), Ok(croner)) => (fields, croner.pattern),
                (Err(_), Err(_)) => {
                    refused += 1;
                    continue;
                }
                (read, by_croner) => panic!("{expression}: {read:?}, {by_croner:?}"),
            };
            read_well += 1;
            let values =
                |field: &cron::Field| field.numbers().into_iter().map(|value| value as u16).collect::<Vec<_>>();
            assert_eq!(values(&fields.second), croner.seconds.values(), "{expression}");
            assert_eq!(values(&fields.minute), croner.minutes.values(), "{expression}");
            assert_eq!(values(&fields.hour), croner.hours.values(), "{expression}");
            assert_eq!(values(&fields.month), croner.months.values(), "{expression}");
            let is_nearest = |special: &cron::Special| matches!(special, cron::Special::Nearest(_));
            // croner takes the last working day for the last day where both are named; no words are made of that.
            let both =
                [cron::Special::Last, cron::Special::LastWorking].iter().all(|it| fields.day.special.contains(it));
            if both || fields.day.special.iter().any(is_nearest) {
                continue;
            }
            for (length, first) in LENGTHS.iter().flat_map(|length| DaySet::WEEK.map(|first| (*length, first))) {
                let (read, runs) = (days_read(&fields, first, length), cron_days(&croner, first, length));
                assert_eq!(read, runs, "{expression}, {length} days from {first}");
            }
        }
        assert!(read_well > 1_000 && refused > 20, "{read_well} read, {refused} refused");
    }

    #[test]
    fn expressions_with_the_same_words_name_the_same_times() {
        let mut dice = Dice(11);
        let mut said = std::collections::HashMap::new();
        let mut again = 0;
        for _ in 0..6_000 {
            let expression = dice.expression();
            let words = super::super::recognise::preset(&expression)
                .map(|preset| preset.words())
                .or_else(|| super::super::cron_words::sentence(&expression));
            let (Some(words), Ok(pattern)) = (words, Pattern::parse(&expression)) else { continue };
            let names = (pattern.minutes.0, pattern.second, pattern.months, pattern.days);
            if let Some((before, known)) = said.get(&words) {
                again += usize::from(before != &expression);
                assert_eq!(*known, names, "{before} and {expression} are both: {words}");
            } else {
                said.insert(words, (expression, names));
            }
        }
        assert!(said.len() > 500 && again > 10, "{} sentences, {again} said again", said.len());
    }

    #[test]
    fn presets_name_what_their_expressions_name() {
        let at = NaiveTime::from_hms_opt(7, 30, 15).unwrap();
        let on = |nth| MonthDay::Weekday { nth, day: Weekday::Tue };
        let presets = [
            (Cadence::Minutes { step: 20 }, "*/20 * * * *"),
            (Cadence::Minutes { step: 90 }, "0 0,3,6,9,12,15,18,21 * * *"),
            (Cadence::Hours { step: 5, minute: 7 }, "7 */5 * * *"),
            (Cadence::Daily { at }, "15 30 7 * * *"),
            (Cadence::Weekly { days: DaySet::WORKING, at }, "15 30 7 * * 1-5"),
            (Cadence::Monthly { on: MonthDay::Day(31), at }, "15 30 7 31 * *"),
            (Cadence::Monthly { on: MonthDay::Last, at }, "15 30 7 L * *"),
            (Cadence::Monthly { on: on(Nth::First), at }, "15 30 7 * * 2#1"),
            (Cadence::Monthly { on: on(Nth::Fourth), at }, "15 30 7 * * 2#4"),
            (Cadence::Monthly { on: on(Nth::Last), at }, "15 30 7 * * 2L"),
            (Cadence::Quarterly { month: 1, on: MonthDay::Day(1), at }, "15 30 7 1 1,4,7,10 *"),
            (Cadence::Quarterly { month: 3, on: on(Nth::Third), at }, "15 30 7 * 3,6,9,12 2#3"),
        ];
        for (cadence, expression) in presets {
            let mut named = by_pattern(&Pattern::of(&cadence, &[]).unwrap(), moment(), 40);
            if cadence == (Cadence::Minutes { step: 90 }) {
                // Half of them stand at half past.
                named.retain(|local| local.minute() == 0);
            }
            let expected = by_croner(expression, moment(), named.len());
            assert_eq!(named, expected, "{expression}");
        }
    }

    #[test]
    fn a_recognised_expression_names_what_its_preset_names() {
        for expression in [
            "*/15 * * * *",
            "30 */5 * * *",
            "15 30 7 * * 5-7",
            "0 7 * * 0,3",
            "0 7 31 * *",
            "0 7 * * 2#4",
            "0 7 * * 6L",
            "0 7 31 2,5,8,11 *",
        ] {
            let preset = Pattern::of(&super::super::recognise::preset(expression).unwrap(), &[]).unwrap();
            assert_eq!(by_pattern(&preset, moment(), 60), by_croner(expression, moment(), 60), "{expression}");
        }
    }

    #[test]
    fn a_step_that_does_not_fill_the_day_begins_anew_at_midnight() {
        let pattern = Pattern::of(&Cadence::Minutes { step: 7 }, &[]).unwrap();
        let late = by_pattern(&pattern, "2026-11-23T23:50:00".parse().unwrap(), 3);
        let times: Vec<_> = late.iter().map(|local| local.format("%d %H:%M").to_string()).collect();
        assert_eq!(times, ["23 23:55", "24 00:00", "24 00:07"]);
    }

    #[test]
    fn days_left_out_are_passed_over() {
        let except: Vec<NaiveDate> = ["2026-12-25", "2026-12-24"].map(|day| day.parse().unwrap()).to_vec();
        let at = NaiveTime::from_hms_opt(7, 0, 0).unwrap();
        let pattern = Pattern::of(&Cadence::Daily { at }, &except).unwrap();
        let found = by_pattern(&pattern, "2026-12-22T12:00:00".parse().unwrap(), 3);
        assert_eq!(found.iter().map(|local| local.day()).collect::<Vec<_>>(), [23, 26, 27]);
        assert!(!pattern.names("2026-12-24T07:00:00".parse().unwrap()));
        assert!(pattern.names("2026-12-26T07:00:00".parse().unwrap()));
    }

    #[test]
    fn what_no_calendar_has_is_refused() {
        for impossible in ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 30 2 +1", "0 0 31 2 +5#2"] {
            let refused = Pattern::of(&Cadence::Cron { expression: impossible.into() }, &[]);
            assert_eq!(refused.err(), Some(SpecProblem::NeverRuns), "{impossible}");
        }
        for often in ["* * * * * *", "*/30 * * * * *", "0,30 * * * * *"] {
            let refused = Pattern::of(&Cadence::Cron { expression: often.into() }, &[]);
            assert_eq!(refused.err(), Some(SpecProblem::TooOften), "{often}");
        }
    }
}
