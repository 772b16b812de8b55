//! The steps of a run with their times, from the instants that its row keeps.

use chrono::{DateTime, Utc};

use super::runs::seconds;
use crate::{
    domain::occurrence::OccurrenceState,
    entities::occurrence,
    jobs::view::{RunStep, StepItem, StepState},
};

/// The steps of a run; none before it was begun, and of runs from before there were any times.
pub fn of(row: &occurrence::Model) -> Vec<StepItem> {
    of_times(row.state, row.lease_until.is_some(), row.finished_at, [row.building_at, row.frozen_at, row.sending_at])
}

fn of_times(
    state: OccurrenceState,
    is_held: bool,
    finished_at: Option<DateTime<Utc>>,
    begun: [Option<DateTime<Utc>>; 3],
) -> Vec<StepItem> {
    let [building_at, frozen_at, sending_at] = begun;
    if building_at.is_none() {
        return Vec::new();
    }
    let last = match (frozen_at, sending_at) {
        (None, _) => RunStep::Collect,
        (_, None) => RunStep::Write,
        _ => RunStep::Send,
    };
    let times = [
        (RunStep::Collect, building_at, frozen_at),
        (RunStep::Write, frozen_at, sending_at),
        (RunStep::Send, sending_at, finished_at.filter(|_| state.is_final())),
    ];
    let step = |(step, from, to): (RunStep, Option<DateTime<Utc>>, Option<DateTime<Utc>>)| {
        let how = if step == last { how_it_stands(state, is_held) } else { StepState::Done };
        let how = if from.is_none() { StepState::NotReached } else { how };
        // A step in which the run ended has taken until then.
        let to = to.or(finished_at.filter(|_| step == last && state.is_final()));
        let took = from.zip(to).map(|(from, to)| (to - from).max(chrono::Duration::zero()));
        StepItem { step, state: how, took: took.map(seconds), took_ms: took.map(|took| took.num_milliseconds()) }
    };
    times.into_iter().map(step).collect()
}

/// The state of the step that the run has come to.
fn how_it_stands(state: OccurrenceState, is_held: bool) -> StepState {
    use OccurrenceState::*;
    match state {
        Done => StepState::Done,
        // The data were collected, and said that no report is needed.
        Skipped => StepState::Done,
        Partly | Failed => StepState::Failed,
        Cancelled => StepState::Stopped,
        Planned | Claimed | Building | Frozen | Sending if is_held => StepState::Going,
        Planned | Claimed | Building | Frozen | Sending => StepState::Waiting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use StepState::*;

    fn at(second: i64) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(1_800_000_000 + second, 0)
    }

    fn said(
        state: OccurrenceState,
        is_held: bool,
        end: Option<i64>,
        begun: [Option<i64>; 3],
    ) -> Vec<(StepState, Option<i64>)> {
        let steps = of_times(state, is_held, end.and_then(at), begun.map(|second| second.and_then(at)));
        steps.into_iter().map(|step| (step.state, step.took_ms)).collect()
    }

    #[test]
    fn a_run_that_is_done_has_taken_its_time_in_each_step() {
        let steps = said(OccurrenceState::Done, false, Some(9), [Some(0), Some(1), Some(4)]);
        assert_eq!(steps, [(Done, Some(1_000)), (Done, Some(3_000)), (Done, Some(5_000))]);
    }

    #[test]
    fn the_step_in_which_it_ended_says_how() {
        let steps = said(OccurrenceState::Failed, false, Some(3), [Some(0), Some(1), None]);
        assert_eq!(steps, [(Done, Some(1_000)), (Failed, Some(2_000)), (NotReached, None)]);
        let steps = said(OccurrenceState::Cancelled, false, Some(3), [Some(0), None, None]);
        assert_eq!(steps, [(Stopped, Some(3_000)), (NotReached, None), (NotReached, None)]);
    }

    #[test]
    fn a_step_that_goes_on_has_no_time_yet() {
        let steps = said(OccurrenceState::Sending, true, None, [Some(0), Some(1), Some(2)]);
        assert_eq!(steps[2], (Going, None));
        // Sent again after its end: the first end is no end any more.
        let steps = said(OccurrenceState::Sending, false, Some(9), [Some(0), Some(1), Some(2)]);
        assert_eq!(steps[2], (Waiting, None));
        assert_eq!(said(OccurrenceState::Planned, false, None, [None; 3]), []);
    }
}
