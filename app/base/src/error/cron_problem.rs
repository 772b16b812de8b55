//! What can be wrong with one field of a cron expression.

/// The field and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CronProblem {
    pub part: CronPart,
    pub fault: CronFault,
}

/// A field of a cron expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CronPart {
    Second,
    Minute,
    Hour,
    Day,
    Month,
    Weekday,
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CronFault {
    OutOfRange {
        value: u32,
    },
    /// A range that ends before it begins.
    Backwards {
        first: u32,
        last: u32,
    },
    /// A step of no number from 1 on.
    Step,
    /// A step from a single number, which has no end.
    StepWithoutRange,
    /// Which of the same weekdays of a month.
    Nth,
    Unreadable,
}

impl CronPart {
    /// The fields of an expression of six; one of five begins with the minute.
    pub const ALL: [CronPart; 6] =
        [CronPart::Second, CronPart::Minute, CronPart::Hour, CronPart::Day, CronPart::Month, CronPart::Weekday];

    /// The smallest and the largest number that it takes.
    pub const fn range(self) -> (u32, u32) {
        match self {
            Self::Second | Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::Day => (1, 31),
            Self::Month => (1, 12),
            Self::Weekday => (0, 7),
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Second => "Second",
            Self::Minute => "Minute",
            Self::Hour => "Hour",
            Self::Day => "Day of the month",
            Self::Month => "Month",
            Self::Weekday => "Day of the week",
        }
    }
}

impl CronProblem {
    /// Which field, what is wrong with it, and what is allowed.
    pub fn words(self) -> String {
        let Self { part, fault } = self;
        let (min, max) = part.range();
        let sundays = if part == CronPart::Weekday { "; 0 and 7 are Sunday" } else { "" };
        let what = match fault {
            CronFault::OutOfRange { value } => format!("{value} is not between {min} and {max}{sundays}"),
            CronFault::Backwards { first, last } => format!("{first}-{last} goes backwards; write {last}-{first}"),
            CronFault::Step => "a step is a number from 1 on, such as */2".into(),
            CronFault::StepWithoutRange => "a step follows a star or a range, such as */2 or 1-5/2".into(),
            CronFault::Nth => "which one of the month is a number from 1 to 5, such as 1#2".into(),
            CronFault::Unreadable => {
                let names = match part {
                    CronPart::Day => ", L for the last day",
                    CronPart::Month => ", names such as JAN",
                    CronPart::Weekday => ", names such as MON",
                    CronPart::Second | CronPart::Minute | CronPart::Hour => "",
                };
                format!(
                    "write numbers from {min} to {max}{names}, lists such as 1,3, ranges such as 1-5, or *{sundays}"
                )
            }
        };
        format!("{}: {what}", part.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_the_value_and_what_is_allowed_are_said() {
        let words = |part, fault| CronProblem { part, fault }.words();
        assert_eq!(words(CronPart::Minute, CronFault::OutOfRange { value: 61 }), "Minute: 61 is not between 0 and 59");
        assert_eq!(
            words(CronPart::Weekday, CronFault::OutOfRange { value: 8 }),
            "Day of the week: 8 is not between 0 and 7; 0 and 7 are Sunday"
        );
        assert_eq!(
            words(CronPart::Hour, CronFault::Backwards { first: 17, last: 8 }),
            "Hour: 17-8 goes backwards; write 8-17"
        );
        assert_eq!(
            words(CronPart::Month, CronFault::Unreadable),
            "Month: write numbers from 1 to 12, names such as JAN, lists such as 1,3, ranges such as 1-5, or *"
        );
    }
}
