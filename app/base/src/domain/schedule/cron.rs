//! The fields of a cron expression, read one by one: which numbers each of them names, or what is wrong with it.
//!
//! croner decides what an expression means and whether it is one. What is read here is what people commonly write: for
//! the words of an expression, and for those of a fault. What is not read here may still be a good expression.

use crate::error::{CronFault, CronPart, CronProblem};

/// The fields of an expression of five or six.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fields {
    pub second: Field,
    pub minute: Field,
    pub hour: Field,
    pub day: Field,
    pub month: Field,
    pub weekday: Field,
    /// A day must be named by both of its fields: a plus stands before the weekday.
    pub needs_both: bool,
}

/// What one field names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Field {
    /// Nothing but a star.
    pub is_any: bool,
    /// Bit `n` for the number `n`. Sunday is 0.
    pub values: u64,
    /// Days that depend on the month, in the order in which they were written.
    pub special: Vec<Special>,
}

/// A day that depends on the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Special {
    /// The last day of the month.
    Last,
    /// The last day from Monday to Friday.
    LastWorking,
    /// The day from Monday to Friday in the month that is nearest to this one.
    Nearest(u32),
    /// Such as the second Monday; Sunday is 0.
    Nth { nth: u32, day: u32 },
    /// Such as the last Monday; Sunday is 0.
    LastOf { day: u32 },
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Reads an expression; none where it has neither five nor six fields.
///
/// # Errors
/// What is wrong with its first field that cannot be read.
pub(super) fn read(expression: &str) -> Option<Result<Fields, CronProblem>> {
    let expression = spelled_out(expression.trim()).to_uppercase();
    let mut texts: Vec<&str> = expression.split_whitespace().collect();
    if texts.len() == 5 {
        texts.insert(0, "0");
    }
    let [second, minute, hour, day, month, weekday] = *texts.as_slice() else { return None };
    let (weekday, needs_both) = weekday.strip_prefix('+').map_or((weekday, false), |rest| (rest, true));
    let fields = || -> Result<Fields, CronProblem> {
        Ok(Fields {
            second: field(CronPart::Second, second)?,
            minute: field(CronPart::Minute, minute)?,
            hour: field(CronPart::Hour, hour)?,
            day: field(CronPart::Day, day)?,
            month: field(CronPart::Month, month)?,
            weekday: field(CronPart::Weekday, weekday)?,
            needs_both,
        })
    };
    Some(fields())
}

/// The five fields that a nickname stands for; everything else as it is.
pub(super) fn spelled_out(expression: &str) -> &str {
    match expression.to_ascii_lowercase().as_str() {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => expression,
    }
}

fn field(part: CronPart, text: &str) -> Result<Field, CronProblem> {
    let may_be_open = matches!(part, CronPart::Day | CronPart::Weekday);
    let mut found = Field { is_any: text == "*" || (text == "?" && may_be_open), ..Field::default() };
    for item in text.split(',') {
        read_item(&mut found, part, item, may_be_open).map_err(|fault| CronProblem { part, fault })?;
    }
    Ok(found)
}

fn read_item(found: &mut Field, part: CronPart, item: &str, may_be_open: bool) -> Result<(), CronFault> {
    if let Some(special) = special(part, item)? {
        found.special.push(special);
        return Ok(());
    }
    let (range, step) = match item.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (item, None),
    };
    let (first, last) = match range.split_once('-') {
        _ if range == "*" || (range == "?" && may_be_open) => part.range(),
        Some((first, last)) => (number(part, first)?, end(part, last)?),
        None if step.is_some() && number(part, range).is_ok() => return Err(CronFault::StepWithoutRange),
        None => {
            let only = number(part, range)?;
            (only, only)
        }
    };
    if last < first {
        return Err(CronFault::Backwards { first, last });
    }
    let step = match step {
        None => 1,
        Some(step) => digits(step).filter(|&step| step > 0 && step <= u32::from(u16::MAX)).ok_or(CronFault::Step)?,
    };
    let mut value = first;
    while value <= last {
        // 7 is Sunday, as 0 is.
        found.values |= 1 << if part == CronPart::Weekday { value % 7 } else { value };
        value = value.saturating_add(step);
    }
    Ok(())
}

fn special(part: CronPart, item: &str) -> Result<Option<Special>, CronFault> {
    match part {
        CronPart::Day => match item {
            "L" => Ok(Some(Special::Last)),
            "LW" => Ok(Some(Special::LastWorking)),
            _ => match item.strip_suffix('W') {
                Some(day) => number(part, day).map(|day| Some(Special::Nearest(day))),
                None => Ok(None),
            },
        },
        CronPart::Weekday => {
            if let Some((day, nth)) = item.split_once('#') {
                let day = number(part, day)? % 7;
                let nth = digits(nth).filter(|nth| (1..=5).contains(nth)).ok_or(CronFault::Nth)?;
                return Ok(Some(Special::Nth { nth, day }));
            }
            match item.strip_suffix('L') {
                Some(day) if !day.is_empty() => Ok(Some(Special::LastOf { day: number(part, day)? % 7 })),
                _ => Ok(None),
            }
        }
        CronPart::Second | CronPart::Minute | CronPart::Hour | CronPart::Month => Ok(None),
    }
}

/// The end of a range: Sunday ends a week there.
fn end(part: CronPart, text: &str) -> Result<u32, CronFault> {
    if part == CronPart::Weekday && text == "SUN" { Ok(7) } else { number(part, text) }
}

fn number(part: CronPart, text: &str) -> Result<u32, CronFault> {
    let by_name = match part {
        CronPart::Month => (1..).zip(MONTHS).find(|(_, name)| *name == text),
        CronPart::Weekday => (0..).zip(WEEKDAYS).find(|(_, name)| *name == text),
        _ => None,
    };
    let value = by_name.map(|(value, _)| value).or_else(|| digits(text)).ok_or(CronFault::Unreadable)?;
    let (min, max) = part.range();
    if (min..=max).contains(&value) { Ok(value) } else { Err(CronFault::OutOfRange { value }) }
}

fn digits(text: &str) -> Option<u32> {
    let is_plain = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

impl Field {
    /// The numbers in order.
    pub(super) fn numbers(&self) -> Vec<u32> {
        (0..64).filter(|bit| self.values & 1 << bit != 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(expression: &str) -> Option<(CronPart, CronFault)> {
        read(expression).and_then(Result::err).map(|problem| (problem.part, problem.fault))
    }

    #[test]
    fn the_first_field_at_fault_is_named_with_its_value() {
        use CronFault::*;
        let at_fault = [
            ("61 * * * *", CronPart::Minute, OutOfRange { value: 61 }),
            ("0 24 * * *", CronPart::Hour, OutOfRange { value: 24 }),
            ("0 7 0 * *", CronPart::Day, OutOfRange { value: 0 }),
            ("0 7 1,32 * *", CronPart::Day, OutOfRange { value: 32 }),
            ("0 7 * 13 *", CronPart::Month, OutOfRange { value: 13 }),
            ("0 7 * * 8", CronPart::Weekday, OutOfRange { value: 8 }),
            ("60 0 7 * * 1", CronPart::Second, OutOfRange { value: 60 }),
            ("0 7-24 * * *", CronPart::Hour, OutOfRange { value: 24 }),
            ("0 17-8 * * *", CronPart::Hour, Backwards { first: 17, last: 8 }),
            ("*/0 * * * *", CronPart::Minute, Step),
            ("*/x * * * *", CronPart::Minute, Step),
            ("5/10 * * * *", CronPart::Minute, StepWithoutRange),
            ("65/10 * * * *", CronPart::Minute, OutOfRange { value: 65 }),
            ("0 7 * * 1#6", CronPart::Weekday, Nth),
            ("0 7 * * MONDAY", CronPart::Weekday, Unreadable),
            ("0 7 * JUNE *", CronPart::Month, Unreadable),
            ("0 7 W * *", CronPart::Day, Unreadable),
            ("0 noon * * *", CronPart::Hour, Unreadable),
        ];
        for (expression, part, found) in at_fault {
            assert_eq!(fault(expression), Some((part, found)), "{expression}");
        }
    }

    #[test]
    fn what_is_no_expression_at_all_has_no_field_at_fault() {
        assert_eq!(read("every monday"), None);
        assert_eq!(read("0 7 * * 1 2030 1"), None);
    }

    #[test]
    fn names_lists_ranges_and_steps_are_read() {
        let read = |expression: &str| read(expression).unwrap().unwrap();
        let fields = read("5-59/20 8,19 * jan,Jul FRI-SUN");
        assert_eq!(fields.second.numbers(), [0]);
        assert_eq!(fields.minute.numbers(), [5, 25, 45]);
        assert_eq!(fields.hour.numbers(), [8, 19]);
        assert!(fields.day.is_any && !fields.needs_both);
        assert_eq!(fields.month.numbers(), [1, 7]);
        assert_eq!(fields.weekday.numbers(), [0, 5, 6]);
        let fields = read("30 0 7 L,15W * +2#2,5L");
        assert_eq!(fields.second.numbers(), [30]);
        assert_eq!(fields.day.special, [Special::Last, Special::Nearest(15)]);
        assert_eq!(fields.weekday.special, [Special::Nth { nth: 2, day: 2 }, Special::LastOf { day: 5 }]);
        assert!(fields.needs_both);
        assert_eq!(read("@Weekly").weekday.numbers(), [0]);
    }
}
