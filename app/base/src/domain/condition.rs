//! When a run sends what it made: always, only if there is something to report, or only if a figure passes a threshold.

use crate::text_enum;
use serde::{Deserialize, Serialize};

/// What must be so for a report to be sent; stored as JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "if", rename_all = "snake_case")]
pub enum Condition {
    #[default]
    Always,
    /// The report lists a task, or one was created.
    NotEmpty,
    Figure {
        figure: Figure,
        is: Comparison,
        value: u32,
    },
}

text_enum!(
    /// A figure of the report that a condition can look at.
    Figure {
        Created = "created",
        Completed = "completed",
        Open = "open",
        Overdue = "overdue",
        /// Median cycle time in days; without a finished task it is unknown, and no condition on it is met.
        CycleDays = "cycle_days",
    }
);

text_enum!(
    /// How a figure is compared with the threshold.
    Comparison {
        AtLeast = "at_least",
        AtMost = "at_most",
    }
);

/// What a condition looks at, from the data of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// The report lists no task.
    pub is_empty: bool,
    pub created: u32,
    pub completed: u32,
    pub open: u32,
    pub overdue: u32,
    pub cycle_days: Option<u32>,
}

impl Condition {
    /// Why the report is not sent, in words; none where it is.
    pub fn unmet(&self, facts: &Facts) -> Option<String> {
        match *self {
            Condition::Always => None,
            Condition::NotEmpty => {
                let is_empty = facts.is_empty && facts.created == 0;
                is_empty.then(|| "There was nothing to report.".to_owned())
            }
            Condition::Figure { figure, is, value } => {
                let now = figure.of(facts);
                let (is_met, limit) = match is {
                    Comparison::AtLeast => (now.is_some_and(|now| now >= value), "from"),
                    Comparison::AtMost => (now.is_some_and(|now| now <= value), "up to"),
                };
                let said = now.map_or_else(|| "unknown".to_owned(), |now| now.to_string());
                (!is_met).then(|| format!("{} {said}; it is sent only {limit} {value}.", figure.subject()))
            }
        }
    }

    /// The condition as the page says it: "Only if there is something to report".
    pub fn words(&self) -> String {
        match self {
            Condition::Always => "Always".to_owned(),
            Condition::NotEmpty => "Only if there is something to report".to_owned(),
            Condition::Figure { figure, is, value } => {
                format!("Only if {} {} {value}", figure.label().to_lowercase(), is.label())
            }
        }
    }
}

impl Figure {
    fn of(self, facts: &Facts) -> Option<u32> {
        match self {
            Figure::Created => Some(facts.created),
            Figure::Completed => Some(facts.completed),
            Figure::Open => Some(facts.open),
            Figure::Overdue => Some(facts.overdue),
            Figure::CycleDays => facts.cycle_days,
        }
    }

    /// The words in a list of choices.
    pub const fn label(self) -> &'static str {
        match self {
            Figure::Created => "Created tasks",
            Figure::Completed => "Completed tasks",
            Figure::Open => "Open tasks",
            Figure::Overdue => "Overdue tasks",
            Figure::CycleDays => "Days of cycle time",
        }
    }

    /// The figure at the head of a sentence: "Overdue tasks were", "Cycle time in days was".
    const fn subject(self) -> &'static str {
        match self {
            Figure::Created => "Created tasks were",
            Figure::Completed => "Completed tasks were",
            Figure::Open => "Open tasks were",
            Figure::Overdue => "Overdue tasks were",
            Figure::CycleDays => "The cycle time in days was",
        }
    }
}

impl Comparison {
    /// The words between figure and threshold.
    pub const fn label(self) -> &'static str {
        match self {
            Comparison::AtLeast => "are at least",
            Comparison::AtMost => "are at most",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overdue(is: Comparison, value: u32) -> Condition {
        Condition::Figure { figure: Figure::Overdue, is, value }
    }

    #[test]
    fn without_a_condition_everything_is_sent() {
        assert_eq!(Condition::default().unmet(&Facts { is_empty: true, ..Facts::default() }), None);
    }

    #[test]
    fn an_empty_report_is_held_back_and_a_created_task_is_something() {
        let empty = Facts { is_empty: true, ..Facts::default() };
        assert_eq!(Condition::NotEmpty.unmet(&empty).as_deref(), Some("There was nothing to report."));
        assert_eq!(Condition::NotEmpty.unmet(&Facts { created: 1, ..empty }), None);
        assert_eq!(Condition::NotEmpty.unmet(&Facts::default()), None);
    }

    #[test]
    fn a_threshold_is_met_by_its_own_value() {
        let facts = Facts { overdue: 3, ..Facts::default() };
        assert_eq!(overdue(Comparison::AtLeast, 3).unmet(&facts), None);
        assert_eq!(overdue(Comparison::AtMost, 3).unmet(&facts), None);
        let unmet = overdue(Comparison::AtLeast, 5).unmet(&facts);
        assert_eq!(unmet.as_deref(), Some("Overdue tasks were 3; it is sent only from 5."));
        let unmet = overdue(Comparison::AtMost, 2).unmet(&facts);
        assert_eq!(unmet.as_deref(), Some("Overdue tasks were 3; it is sent only up to 2."));
    }

    #[test]
    fn an_unknown_cycle_time_meets_no_condition() {
        for &is in Comparison::ALL {
            assert!(Condition::Figure { figure: Figure::CycleDays, is, value: 4 }.unmet(&Facts::default()).is_some());
        }
    }

    #[test]
    fn a_condition_reads_as_a_sentence_and_survives_its_json() {
        assert_eq!(overdue(Comparison::AtLeast, 5).words(), "Only if overdue tasks are at least 5");
        let json = serde_json::to_string(&overdue(Comparison::AtMost, 5)).unwrap();
        assert_eq!(json, r#"{"if":"figure","figure":"overdue","is":"at_most","value":5}"#);
        assert_eq!(serde_json::from_str::<Condition>(&json).unwrap(), overdue(Comparison::AtMost, 5));
        assert_eq!(serde_json::to_string(&Condition::NotEmpty).unwrap(), r#"{"if":"not_empty"}"#);
    }
}
