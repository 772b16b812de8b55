//! Whose turn it is: which open runs of a schedule hold up others, which of them may be taken up, and what becomes of
//! those that a pause kept waiting.

use super::{PlanRules, SkipReason, verdict_if_missed};
use crate::domain::occurrence::OccurrenceState;
use chrono::{DateTime, Utc};

/// A run that has not ended, as far as it matters to others of its schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenRun {
    /// Its planned instant.
    pub at: DateTime<Utc>,
    pub state: OccurrenceState,
    /// Until when the worker that has it is believed alive; none where nobody has it.
    pub lease_until: Option<DateTime<Utc>>,
    /// A worker has had it.
    pub has_begun: bool,
    /// A person started it beside the schedule.
    pub is_by_hand: bool,
    /// Its messages wait for their account (`Standing::waits_for_account`).
    pub waits_for_account: bool,
}

/// Why a run is not taken up now, although its time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// Its schedule is paused.
    Paused,
    /// The run of this instant has not come to its end.
    Behind { earlier: DateTime<Utc> },
}

impl OpenRun {
    /// Whether those that come after it have to wait. A run goes on until each of its messages was tried and a mail server was heard:
    /// also while it waits for another try, while its owner has not decided about its draft, with or without a time at
    /// which that goes out by itself, and while its account does not work or has to go slowly. One whose recipients' servers
    /// put it off holds nobody up: a full mailbox is no reason for all others to miss the next report.
    pub fn holds_up(&self) -> bool {
        let is_sent = self.state == OccurrenceState::Sending && !self.waits_for_account;
        self.lease_until.is_some() || (self.has_begun && !is_sent)
    }

    /// Whether it does not begin while its schedule is paused.
    pub fn waits_in_pause(&self) -> bool {
        !self.has_begun && !self.is_by_hand
    }

    /// What keeps a worker from taking it up among the other open runs of its schedule; none where nothing does. This is
    /// the same for every overlap policy: that one has decided when the run was planned, and what was let in waits.
    ///
    /// At most one run of a schedule is worked on at a time. What has begun goes on, also in a pause; what has not
    /// begins when no other holds it up. In a pause only what a person starts by hand begins.
    pub fn hindrance(
        &self,
        others: impl Iterator<Item = OpenRun> + Clone,
        is_paused: bool,
        now: DateTime<Utc>,
    ) -> Option<Hindrance> {
        let behind = |other: OpenRun| Hindrance::Behind { earlier: other.at };
        if let Some(other) = others.clone().find(|other| other.lease_until.is_some_and(|until| until > now)) {
            return Some(behind(other));
        }
        if self.has_begun {
            return None;
        }
        if is_paused && self.waits_in_pause() {
            return Some(Hindrance::Paused);
        }
        others.clone().find(OpenRun::holds_up).map(behind)
    }
}

/// What becomes of the runs that a pause kept from beginning, when it ends: of those that are later than their grace the
/// misfire policy decides, as of any that could not start at their time. `waiting` are their instants, in order, and each
/// gets its reason in the same place; none is that of one that begins now. Whether they may overlap was decided when they
/// were planned.
pub fn after_pause(rules: &PlanRules, waiting: &[DateTime<Utc>], now: DateTime<Utc>) -> Vec<Option<SkipReason>> {
    let window = now - rules.catch_up.max(rules.grace);
    let old = waiting.iter().take_while(|&&at| at < window).count();
    let (old, recent) = waiting.split_at(old);
    let missed = recent.iter().filter(|&&at| now - at > rules.grace).count();
    let too_old = SkipReason::TooOld { window: rules.catch_up, left_out: 0 };
    let decide = |(index, &at): (usize, &DateTime<Utc>)| match index < missed {
        true => verdict_if_missed(index, at, recent, missed, rules, now),
        false => None,
    };
    old.iter().map(|_| Some(too_old)).chain(recent.iter().enumerate().map(decide)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::planner::{Misfire, Ongoing};
    use OccurrenceState::{Building, Claimed, Frozen, Planned, Sending};
    use chrono::Duration;

    fn utc(hour: u32, minute: u32) -> DateTime<Utc> {
        chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(hour, minute, 0).unwrap().and_utc()
    }

    fn waiting(hour: u32) -> OpenRun {
        OpenRun {
            at: utc(hour, 0),
            state: Planned,
            lease_until: None,
            has_begun: false,
            is_by_hand: false,
            waits_for_account: false,
        }
    }

    fn begun(hour: u32, state: OccurrenceState) -> OpenRun {
        OpenRun { state, has_begun: true, ..waiting(hour) }
    }

    /// Nobody's, and in the hands of a worker until then.
    fn held_until(run: OpenRun, until: DateTime<Utc>) -> OpenRun {
        OpenRun { lease_until: Some(until), ..run }
    }

    const NOON: u32 = 12;

    fn hindrance(run: OpenRun, others: &[OpenRun], is_paused: bool) -> Option<Hindrance> {
        run.hindrance(others.iter().copied(), is_paused, utc(NOON, 0))
    }

    #[test]
    fn what_has_not_begun_waits_for_a_draft_another_try_and_the_account_and_not_for_single_messages() {
        let behind = Some(Hindrance::Behind { earlier: utc(8, 0) });
        for state in [Planned, Claimed, Building, Frozen] {
            assert_eq!(hindrance(waiting(9), &[begun(8, state)], false), behind, "{state}");
        }
        assert_eq!(hindrance(waiting(9), &[begun(8, Sending)], false), None);
        let for_account = OpenRun { waits_for_account: true, ..begun(8, Sending) };
        assert_eq!(hindrance(waiting(9), &[for_account], false), behind, "nobody has got anything of it");
        assert_eq!(hindrance(waiting(9), &[waiting(8)], false), None, "the order of a queue is not decided here");
        let by_hand = OpenRun { is_by_hand: true, ..waiting(9) };
        assert_eq!(hindrance(by_hand, &[begun(8, Frozen)], false), behind, "nor is a run by hand made beside a draft");
        // Also where it comes before the draft: a run of another time, or by hand.
        let earlier = Some(Hindrance::Behind { earlier: utc(10, 0) });
        assert_eq!(hindrance(waiting(9), &[begun(10, Frozen)], false), earlier);
    }

    #[test]
    fn a_draft_that_is_approved_or_whose_time_has_come_goes_on_however_many_wait_or_are_drafts() {
        let others = [waiting(9), begun(7, Frozen), begun(10, Planned), begun(6, Sending)];
        assert_eq!(hindrance(begun(8, Frozen), &others, false), None);
        assert_eq!(hindrance(begun(8, Frozen), &others, true), None, "also in a pause");
    }

    #[test]
    fn one_run_of_a_schedule_is_worked_on_at_a_time() {
        let alive = held_until(begun(8, Sending), utc(NOON, 1));
        for run in [waiting(9), begun(9, Frozen), begun(9, Sending), OpenRun { is_by_hand: true, ..waiting(9) }] {
            let behind = Some(Hindrance::Behind { earlier: utc(8, 0) });
            assert_eq!(hindrance(run, &[alive], false), behind, "{run:?}");
        }
        // Its worker is gone: it goes on first, and what has begun beside it may.
        let silent = held_until(begun(8, Sending), utc(NOON, 0));
        assert!(hindrance(waiting(9), &[silent], false).is_some());
        assert_eq!(hindrance(begun(9, Frozen), &[silent], false), None);
    }

    #[test]
    fn in_a_pause_nothing_begins_but_what_a_person_starts_and_what_has_begun_goes_on() {
        assert_eq!(hindrance(waiting(9), &[], true), Some(Hindrance::Paused));
        assert_eq!(hindrance(OpenRun { is_by_hand: true, ..waiting(9) }, &[waiting(8)], true), None);
        for state in [Planned, Claimed, Building, Frozen, Sending] {
            assert_eq!(hindrance(begun(9, state), &[waiting(8)], true), None, "{state}");
        }
    }

    #[test]
    fn who_holds_up_those_that_wait_is_going_on_for_those_that_come() {
        let for_account = OpenRun { waits_for_account: true, ..begun(8, Sending) };
        for run in [begun(8, Planned), begun(8, Frozen), for_account, held_until(begun(8, Sending), utc(7, 0))] {
            let going = Ongoing { running: Some(run.at), waiting: None };
            assert_eq!(Ongoing::among([run].into_iter()), going, "{run:?}");
        }
    }

    fn decided(misfire: Misfire, waiting: &[DateTime<Utc>]) -> Vec<Option<SkipReason>> {
        let rules = PlanRules { misfire, at_most: 2, ..PlanRules::default() };
        after_pause(&rules, waiting, utc(NOON, 0))
    }

    #[test]
    fn what_a_pause_kept_waiting_goes_by_the_rule_for_missed_runs() {
        let hours = [utc(8, 0), utc(9, 0), utc(10, 0)];
        let by = Some(SkipReason::Superseded { by: utc(10, 0) });
        assert_eq!(decided(Misfire::LatestOnly, &hours), [by, by, None]);
        let over = Some(SkipReason::OverLimit { at_most: 2 });
        assert_eq!(decided(Misfire::All, &hours), [over, None, None]);
        let missed = |hours| Some(SkipReason::Missed { late: Duration::hours(hours) });
        assert_eq!(decided(Misfire::Skip, &hours), [missed(4), missed(3), missed(2)]);
    }

    #[test]
    fn within_its_grace_what_a_pause_kept_waiting_is_simply_late() {
        let (missed, late) = (utc(10, 0), utc(11, 50));
        assert_eq!(decided(Misfire::Skip, &[late]), [None]);
        let by = Some(SkipReason::Superseded { by: late });
        assert_eq!(decided(Misfire::LatestOnly, &[missed, late]), [by, None]);
        // Several that are late have all been let in.
        assert_eq!(decided(Misfire::LatestOnly, &[utc(11, 50), utc(11, 55)]), [None, None]);
        assert!(decided(Misfire::LatestOnly, &[]).is_empty());
    }

    #[test]
    fn what_has_waited_for_longer_than_is_caught_up_with_never_begins() {
        let old = utc(NOON, 0) - Duration::hours(30);
        let too_old = Some(SkipReason::TooOld { window: Duration::hours(24), left_out: 0 });
        assert_eq!(decided(Misfire::All, &[old, utc(10, 0)]), [too_old, None]);
        assert_eq!(decided(Misfire::LatestOnly, &[old]), [too_old]);
    }
}
