//! Cron expressions that say what a preset says, so that their sentence can be the preset's. Both sides know them; what
//! is not recognised here is still a good expression.

use super::{Cadence, DaySet, MonthDay, Nth};
use chrono::{NaiveTime, Weekday};

/// The preset that names the same local times as an expression of five or six fields, if there is one.
pub(super) fn preset(expression: &str) -> Option<Cadence> {
    let fields: Vec<_> = expression.split_whitespace().collect();
    let (second, [minute, hour, day, month, weekday]) = match *fields.as_slice() {
        [minute, hour, day, month, weekday] => (0, [minute, hour, day, month, weekday]),
        [second, minute, hour, day, month, weekday] => (number(second, 59)?, [minute, hour, day, month, weekday]),
        _ => return None,
    };
    let every_day = is_any(day) && is_any(month) && is_any(weekday);
    if let (Some(minute), Some(hour)) = (number(minute, 59), number(hour, 23)) {
        return on_days(NaiveTime::from_hms_opt(hour, minute, second)?, day, month, weekday);
    }
    if !every_day || second != 0 {
        return None;
    }
    match (number(minute, 59), step(minute, 60), step(hour, 24)) {
        (None, Some(step), Some(1)) if 60 % step == 0 => Some(Cadence::Minutes { step: step.into() }),
        (Some(minute), _, Some(step)) => Some(Cadence::Hours { step, minute: u8::try_from(minute).ok()? }),
        _ => None,
    }
}

fn on_days(at: NaiveTime, day: &str, month: &str, weekday: &str) -> Option<Cadence> {
    if is_any(month) && is_any(day) {
        if is_any(weekday) {
            return Some(Cadence::Daily { at });
        }
        if let Some(days) = days(weekday) {
            return Some(Cadence::Weekly { days, at });
        }
    }
    let on = month_day(day, weekday)?;
    let month = match month {
        any if is_any(any) => return Some(Cadence::Monthly { on, at }),
        "1,4,7,10" => 1,
        "2,5,8,11" => 2,
        "3,6,9,12" => 3,
        _ => return None,
    };
    Some(Cadence::Quarterly { month, on, at })
}

fn month_day(day: &str, weekday: &str) -> Option<MonthDay> {
    if is_any(weekday) {
        let last = day.eq_ignore_ascii_case("L").then_some(MonthDay::Last);
        return last.or_else(|| {
            let day = u8::try_from(number(day, 31)?).ok()?;
            (day > 0).then_some(MonthDay::Day(day))
        });
    }
    if !is_any(day) {
        return None;
    }
    if let Some((name, nth)) = weekday.split_once('#') {
        let nth = [Nth::First, Nth::Second, Nth::Third, Nth::Fourth]
            .get(usize::try_from(number(nth, 4)?).ok()?.checked_sub(1)?)?;
        return Some(MonthDay::Weekday { nth: *nth, day: day_of_week(name)? });
    }
    let name = weekday.strip_suffix(['L', 'l'])?;
    Some(MonthDay::Weekday { nth: Nth::Last, day: day_of_week(name)? })
}

fn is_any(field: &str) -> bool {
    matches!(field, "*" | "?")
}

fn number(field: &str, most: u32) -> Option<u32> {
    let is_plain = !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_digit());
    field.parse().ok().filter(|&number| is_plain && number <= most)
}

/// The step of a field that begins at its first value: 1 for a star.
fn step(field: &str, whole: u8) -> Option<u8> {
    if is_any(field) {
        return Some(1);
    }
    let step = field.strip_prefix("*/")?.parse().ok()?;
    (1..whole).contains(&step).then_some(step)
}

fn days(field: &str) -> Option<DaySet> {
    let mut found = Vec::new();
    for part in field.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (day_number(first)?, day_number(last)?);
        if last < first {
            return None;
        }
        found.extend((first..=last).map(|day| DaySet::WEEK[(day as usize + 6) % 7]));
    }
    Some(found.into_iter().collect())
}

fn day_of_week(name: &str) -> Option<Weekday> {
    day_number(name).map(|day| DaySet::WEEK[(day as usize + 6) % 7])
}

/// 0 or 7 is Sunday.
fn day_number(name: &str) -> Option<u32> {
    const NAMES: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    let by_name = NAMES.iter().position(|known| name.eq_ignore_ascii_case(known));
    by_name.and_then(|index| u32::try_from(index).ok()).or_else(|| number(name, 7))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_of_presets_are_recognised() {
        let said = [
            ("*/15 * * * *", "Every 15 minutes"),
            ("* * * * *", "Every minute"),
            ("5 * * * *", "Every hour, at :05"),
            ("30 */6 * * *", "Every 6 hours, at :30"),
            ("0 7 * * *", "Every day at 07:00"),
            ("30 0 7 ? * *", "Every day at 07:00:30"),
            ("0 7 * * MON-FRI", "Weekdays at 07:00"),
            ("0 7 * * 0,3", "Wednesdays and Sundays at 07:00"),
            ("0 7 * * 5-7", "Fridays, Saturdays and Sundays at 07:00"),
            ("0 7 15 * *", "On the 15th of every month at 07:00"),
            ("0 7 L * *", "On the last day of every month at 07:00"),
            ("0 7 * * 2#2", "On the second Tuesday of every month at 07:00"),
            ("0 7 * * friL", "On the last Friday of every month at 07:00"),
            ("0 7 L 3,6,9,12 *", "On the last day of every quarter at 07:00"),
        ];
        for (expression, words) in said {
            assert_eq!(preset(expression).map(|cadence| cadence.words()).as_deref(), Some(words), "{expression}");
        }
    }

    #[test]
    fn what_no_preset_says_is_left_as_it_is() {
        for expression in [
            "0 7 13 * 5",
            "*/7 * * * *",
            "0,30 7 * * *",
            "0 7 * 5 *",
            "0 7 * * 1#5",
            "0 7 0 * *",
            "@daily",
            "30 * * * * *",
        ] {
            assert_eq!(preset(expression), None, "{expression}");
        }
    }
}
