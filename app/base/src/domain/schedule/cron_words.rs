//! The sentence of a cron expression that no preset says: its times, its days, its months. It is made of the numbers that
//! the fields name, not of how they are written.

use chrono::NaiveTime;

use super::{
    DaySet,
    cron::{self, Field, Fields, Special},
    words,
};
use crate::domain::{
    calendar::{MONTHS, weekday_long},
    listed::listed,
};

/// More times or numbers than these are no list any more that somebody reads.
const LISTED: usize = 6;
const DAY: u32 = 24 * 60;

/// An expression in words, such as "At 07:00 and 19:00, Monday to Friday, in January and July"; none where it would take
/// more than a sentence.
pub(super) fn sentence(expression: &str) -> Option<String> {
    let fields = cron::read(expression)?.ok()?;
    let (times, is_all_day) = times(&fields)?;
    let (days, months) = (days(&fields)?, months(&fields.month)?);
    // "Every 15 minutes" says by itself that no day is left out.
    let days = days.or_else(|| (!is_all_day).then(|| "every day".to_owned()));
    Some([Some(times), days, months].into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// The times of a day, and whether they go round the clock.
fn times(fields: &Fields) -> Option<(String, bool)> {
    let [second] = *fields.second.numbers().as_slice() else { return None };
    let (minutes, hours) = (fields.minute.numbers(), fields.hour.numbers());
    let of_day: Vec<u32> = hours.iter().flat_map(|hour| minutes.iter().map(move |minute| hour * 60 + minute)).collect();
    let clock = |minute: u32| NaiveTime::from_hms_opt(minute / 60, minute % 60, second).map(words::clock);
    let (&first, &last) = (of_day.first()?, of_day.last()?);
    if of_day.len() <= LISTED {
        let times = of_day.iter().copied().map(clock).collect::<Option<Vec<_>>>()?;
        return Some((format!("At {}", listed(&times, "and")), false));
    }
    if let Some(step) = step(&of_day) {
        let every = every(step);
        let is_round = step * of_day.len() as u32 == DAY && second == 0;
        return Some(match (is_round, first) {
            (true, 0) if step < 60 => (every, true),
            (true, 0..60) if step.is_multiple_of(60) => (format!("{every}, at :{:02}", first % 60), true),
            _ => (format!("{every} from {} to {}", clock(first)?, clock(last)?), false),
        });
    }
    if second != 0 {
        return None;
    }
    let (minutes, hours) = (numbers("minute", &minutes)?, of_hours(&hours)?);
    Some((format!("At {minutes} of {hours}"), hours == EVERY_HOUR))
}

/// "Every 15 minutes", "Every 2 hours".
fn every(minutes: u32) -> String {
    match (minutes, minutes.is_multiple_of(60)) {
        (1, _) => "Every minute".to_owned(),
        (60, _) => "Every hour".to_owned(),
        (_, true) => format!("Every {} hours", minutes / 60),
        _ => format!("Every {minutes} minutes"),
    }
}

const EVERY_HOUR: &str = "every hour";

fn of_hours(hours: &[u32]) -> Option<String> {
    match step(hours) {
        Some(1) if hours.len() == 24 => Some(EVERY_HOUR.to_owned()),
        _ => numbers("hour", hours).map(|words| format!("the {words}")),
    }
}

/// "minute 5", "minutes 5 and 35", "minutes 10 to 20", "minutes 0 to 56 in steps of 7".
fn numbers(name: &str, numbers: &[u32]) -> Option<String> {
    let (first, last) = (numbers.first()?, numbers.last()?);
    match (numbers, step(numbers)) {
        ([only], _) => Some(format!("{name} {only}")),
        (_, Some(1)) if numbers.len() > 2 => Some(format!("{name}s {first} to {last}")),
        (_, Some(step)) if numbers.len() > LISTED => Some(format!("{name}s {first} to {last} in steps of {step}")),
        _ if numbers.len() <= LISTED => {
            Some(format!("{name}s {}", listed(&numbers.iter().map(u32::to_string).collect::<Vec<_>>(), "and")))
        }
        _ => None,
    }
}

/// The one distance between all neighbours.
fn step(numbers: &[u32]) -> Option<u32> {
    let mut steps = numbers.windows(2).map(|pair| pair[1] - pair[0]);
    let first = steps.next()?;
    steps.all(|step| step == first).then_some(first)
}

/// The days; `Some(None)` for every day, none where they take too many words. A day is named by either of its fields
/// where both of them name days, and by both where a plus asks for that.
fn days(fields: &Fields) -> Option<Option<String>> {
    let (day, weekday) = (&fields.day, &fields.weekday);
    let (is_any_day, is_any_weekday) = (is_whole(day, 0xFFFF_FFFE), is_whole(weekday, 0x7F));
    // What a star leaves to the other field is decided by that one alone; a list of all days names them all.
    let is_open = (day.is_any && is_any_weekday) || (weekday.is_any && is_any_day);
    if is_open || (is_any_day && is_any_weekday) {
        return Some(None);
    }
    if day.is_any || (fields.needs_both && is_any_day) {
        return of_week(weekday, "and").map(|words| Some(with_on(weekday, words)));
    }
    if weekday.is_any || (fields.needs_both && is_any_weekday) {
        return of_month(day, "and").map(|words| Some(format!("on {words}")));
    }
    if fields.needs_both {
        let (day, weekday) = (of_month(day, "or")?, of_week(weekday, "or")?);
        return Some(Some(format!("on {day} if it is {weekday}")));
    }
    if is_any_day || is_any_weekday {
        return Some(None);
    }
    let (day, of_week) = (of_month(day, "and")?, of_week(weekday, "and")?);
    Some(Some(format!("on {day} or {}", with_on(weekday, of_week))))
}

/// Whether a field names everything that it can name.
fn is_whole(field: &Field, all: u64) -> bool {
    field.is_any || field.values & all == all
}

/// "on Friday", but "Monday to Friday".
fn with_on(weekday: &Field, words: String) -> String {
    let has_range = week_words(weekday).iter().any(|words| words.contains(" to "));
    if has_range { words } else { format!("on {words}") }
}

/// "day 13 of the month", "days 1 and 15 of the month", "the last day of the month".
fn of_month(day: &Field, and: &str) -> Option<String> {
    let has = |special: Special| day.special.contains(&special);
    // croner takes the last working day for the last day where both are named, and leaves out what is nearest to a day
    // that the month does not have.
    let is_sometimes_missing = |special: &Special| matches!(special, Special::Nearest(29..));
    if (has(Special::Last) && has(Special::LastWorking)) || day.special.iter().any(is_sometimes_missing) {
        return None;
    }
    let values = day.numbers();
    let mut words = Vec::new();
    if !values.is_empty() {
        words.push(numbers("day", &values)?);
    }
    words.extend(day.special.iter().filter_map(|special| match special {
        Special::Last => Some("the last day".to_owned()),
        Special::LastWorking => Some("the last working day".to_owned()),
        Special::Nearest(day) => Some(format!("the working day nearest to day {day}")),
        Special::Nth { .. } | Special::LastOf { .. } => None,
    }));
    (!words.is_empty()).then(|| format!("{} of the month", listed(&words, and)))
}

/// "Monday to Friday", "Monday and Friday", "the second Monday of the month".
fn of_week(weekday: &Field, and: &str) -> Option<String> {
    let plain = week_words(weekday);
    let special: Vec<String> = weekday
        .special
        .iter()
        .filter_map(|special| match *special {
            Special::Nth { nth, day } => Some(format!("{} {}", nth_word(nth)?, named(day))),
            Special::LastOf { day } => Some(format!("the last {}", named(day))),
            Special::Last | Special::LastWorking | Special::Nearest(_) => None,
        })
        .collect();
    let of_month = (!special.is_empty()).then(|| format!("{} of the month", listed(&special, and)));
    let words: Vec<String> = plain.into_iter().chain(of_month).collect();
    (!words.is_empty()).then(|| listed(&words, and))
}

/// The plain weekdays from Monday, three and more in a row as a range.
fn week_words(weekday: &Field) -> Vec<String> {
    let days: Vec<u32> = (0..7).filter(|day| weekday.values & 1 << ((day + 1) % 7) != 0).collect();
    ranges(&days, |day| named((day + 1) % 7))
}

/// A weekday, 0 for Sunday.
fn named(day: u32) -> &'static str {
    weekday_long(DaySet::WEEK[(day as usize + 6) % 7])
}

fn nth_word(nth: u32) -> Option<&'static str> {
    ["the first", "the second", "the third", "the fourth", "the fifth"].get(nth.checked_sub(1)? as usize).copied()
}

/// "in January and July", "from March to May"; `Some(None)` for all of them.
fn months(field: &Field) -> Option<Option<String>> {
    let months = field.numbers();
    if months.len() == MONTHS.len() {
        return Some(None);
    }
    let name = |month: u32| MONTHS.get(month.saturating_sub(1) as usize).copied().unwrap_or_default();
    let words = ranges(&months, name);
    match words.as_slice() {
        [] => None,
        [only] if only.contains(" to ") => Some(Some(format!("from {only}"))),
        several => Some(Some(format!("in {}", listed(several, "and")))),
    }
}

/// Names of numbers in order: three and more in a row as "first to last".
fn ranges(numbers: &[u32], name: impl Fn(u32) -> &'static str) -> Vec<String> {
    numbers
        .chunk_by(|before, after| before + 1 == *after)
        .flat_map(|row| match row {
            [first, _, .., last] => vec![format!("{} to {}", name(*first), name(*last))],
            few => few.iter().map(|&number| name(number).to_owned()).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_read_as_sentences() {
        let said = [
            ("0 7,19 * 1,7 1-5", "At 07:00 and 19:00, Monday to Friday, in January and July"),
            ("0,30 7 * * *", "At 07:00 and 07:30, every day"),
            ("30 0 7,8 * * *", "At 07:00:30 and 08:00:30, every day"),
            ("0 7 * 5 *", "At 07:00, every day, in May"),
            ("0 7 * 3-5 MON,FRI", "At 07:00, on Monday and Friday, from March to May"),
            ("0 7 * 1,6-8 *", "At 07:00, every day, in January and June to August"),
            ("0 7 * * 6-7,2#1", "At 07:00, on Saturday, Sunday and the first Tuesday of the month"),
            ("0 8-17 * * 1-5", "Every hour from 08:00 to 17:00, Monday to Friday"),
            ("*/15 8-17 * * *", "Every 15 minutes from 08:00 to 17:45, every day"),
            ("*/15 * * * 6,0", "Every 15 minutes, on Saturday and Sunday"),
            ("30 */2 * 12 *", "Every 2 hours, at :30, in December"),
            ("* * * 12 *", "Every minute, in December"),
            ("0 1-23/2 * * *", "Every 2 hours from 01:00 to 23:00, every day"),
            ("5-59/15 * * * *", "Every 15 minutes from 00:05 to 23:50, every day"),
            ("*/7 * * * *", "At minutes 0 to 56 in steps of 7 of every hour"),
            ("5,25 * * * *", "At minutes 5 and 25 of every hour"),
            ("10-20 8,12 * * *", "At minutes 10 to 20 of the hours 8 and 12, every day"),
            ("0 7 1,15 * *", "At 07:00, on days 1 and 15 of the month"),
            ("0 7 1-7 * *", "At 07:00, on days 1 to 7 of the month"),
            ("0 7 */2 * *", "At 07:00, on days 1 to 31 in steps of 2 of the month"),
            ("0 7 15W,L * *", "At 07:00, on the working day nearest to day 15 and the last day of the month"),
            ("0 7 LW * *", "At 07:00, on the last working day of the month"),
            ("0 7 * * 1#5", "At 07:00, on the fifth Monday of the month"),
            ("0 7 * * 1#1,1#3", "At 07:00, on the first Monday and the third Monday of the month"),
        ];
        for (expression, words) in said {
            assert_eq!(sentence(expression).as_deref(), Some(words), "{expression}");
        }
    }

    #[test]
    fn a_day_is_named_by_either_field_unless_a_plus_asks_for_both() {
        let said = [
            ("0 7 13 * 5", "At 07:00, on day 13 of the month or on Friday"),
            ("0 7 1,15 * 1-5", "At 07:00, on days 1 and 15 of the month or Monday to Friday"),
            ("0 7 13 * +5", "At 07:00, on day 13 of the month if it is Friday"),
            ("0 7 1-7 * +1,5", "At 07:00, on days 1 to 7 of the month if it is Monday or Friday"),
            // A list of all days is no star: either of the fields names every day.
            ("0 7 13 * 0-6", "At 07:00, every day"),
            ("0 7 1-31 * 5", "At 07:00, every day"),
            ("0 7 1-31 * +5", "At 07:00, on Friday"),
            ("0 7 * * +5", "At 07:00, on Friday"),
        ];
        for (expression, words) in said {
            assert_eq!(sentence(expression).as_deref(), Some(words), "{expression}");
        }
    }

    #[test]
    fn what_would_take_more_than_a_sentence_has_none() {
        for expression in ["1,2,4,8,16,32,33 * * * *", "5 1,2,4,8,16,20,21 1 * *", "0 7 L,LW * *", "0 7 31W * *", "0"] {
            assert_eq!(sentence(expression), None, "{expression}");
        }
    }
}
