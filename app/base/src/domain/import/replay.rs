//! Where a card's past leaves it: when it was finished for good.

use chrono::{DateTime, Utc};

use super::plan::PlannedEvent;
use crate::domain::task::Status;

/// When the card last entered a finished list and stayed; `status` tells what a list means.
pub fn completed_at<'a>(
    events: impl IntoIterator<Item = &'a PlannedEvent>,
    status: impl Fn(&str) -> Status,
) -> Option<DateTime<Utc>> {
    let mut finished = None;
    for event in events {
        let Some(to) = event.change.arrives_in() else { continue };
        finished = match status(to) {
            Status::Done => finished.or(Some(event.at)),
            Status::Todo | Status::Progress | Status::Pending => None,
        };
    }
    finished
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::import::plan::{EventOrigin, PlannedChange};

    fn events(steps: &[(&str, i64)]) -> Vec<PlannedEvent> {
        let mut from = String::new();
        steps
            .iter()
            .map(|(to, second)| {
                let to = (*to).to_owned();
                let change = if from.is_empty() {
                    PlannedChange::Created { column: to.clone() }
                } else {
                    PlannedChange::Moved { from: from.clone(), to: to.clone() }
                };
                from = to;
                PlannedEvent {
                    card: "c".into(),
                    at: DateTime::from_timestamp(*second, 0).unwrap(),
                    person: None,
                    change,
                    origin: EventOrigin::Recorded,
                }
            })
            .collect()
    }

    fn finished(steps: &[(&str, i64)]) -> Option<i64> {
        let status = |list: &str| if list.starts_with("done") { Status::Done } else { Status::Todo };
        completed_at(&events(steps), status).map(|at| at.timestamp())
    }

    #[test]
    fn the_last_entry_that_lasted_counts() {
        assert_eq!(finished(&[("todo", 1), ("done", 2), ("todo", 3), ("done", 4)]), Some(4));
        assert_eq!(
            finished(&[("todo", 1), ("done", 2), ("done too", 3)]),
            Some(2),
            "from one finished list to another nothing is finished again"
        );
        assert_eq!(finished(&[("todo", 1), ("done", 2), ("todo", 3)]), None);
        assert_eq!(finished(&[("done", 1)]), Some(1));
    }
}
