//! What must be so after each step, and once the storm is over.

use super::*;

impl World {
    pub(super) fn check(&mut self) {
        self.check_instants();
        self.check_runs();
        self.check_messages();
    }

    /// The first, as far as the planner is: every instant that is named has its row, and the next one is the next that
    /// is named.
    pub(super) fn check_instants(&mut self) {
        let seed = self.seed;
        while let Some(&at) = self.named.get(self.checked).filter(|&&at| at <= self.schedule.last_planned_at) {
            let in_a_pause = self.schedule.pauses.iter().any(|&(from, to)| from < at && at <= to);
            assert!(self.rows.contains_key(&at) || in_a_pause, "seed {seed}: {at} is lost");
            self.checked += 1;
        }
        let next = self.named.get(self.checked).copied();
        assert!(next.is_some(), "seed {seed}: the world has outlived its calendar");
        let waits = !self.schedule.is_paused && self.runs_left() != Some(0);
        let expected = next.filter(|_| waits);
        assert_eq!(self.schedule.next_run_at, expected, "seed {seed}: after {}", self.schedule.last_planned_at);
    }

    /// What came at once does not begin at once: of the runs within the grace, no more than the overlap lets go together,
    /// and where the latest only is wanted, no other.
    pub(super) fn check_burst(&self, made: &Plan, ongoing: Ongoing, now: DateTime<Utc>) {
        let runs = || made.decisions.iter().filter(|decision| decision.verdict.is_run());
        let late = runs().filter(|decision| now - decision.at <= self.rules.grace).count();
        let most = match self.rules.overlap {
            Overlap::QueueAll => return,
            Overlap::CancelRunning => 1,
            Overlap::Skip => usize::from(ongoing == Ongoing::default()),
            Overlap::QueueOne => match (ongoing.running, ongoing.waiting) {
                (None, None) => 2,
                (Some(_), None) => 1,
                (_, Some(_)) => 0,
            },
        };
        let seed = self.seed;
        assert!(late <= most, "seed {seed}: {late} runs begin at once: {made:?}");
        let wants_one = self.rules.misfire == Misfire::LatestOnly;
        assert!(!wants_one || runs().count() <= 1, "seed {seed}: more than the latest runs: {made:?}");
    }

    /// Nothing begins in a pause, and nothing beside a run of the schedule that has begun and of whose messages mail servers
    /// have not heard: one that waits for another try or for its account, or whose draft nobody has decided about, has not
    /// ended.
    pub(super) fn check_begin(&self, key: Key) {
        let seed = self.seed;
        assert!(!self.schedule.is_paused, "seed {seed}: {key} begins in a pause");
        for (&other, run) in self.rows.iter().filter(|&(&other, _)| other != key) {
            let standing = &run.standing;
            let is_sent = standing.state == OccurrenceState::Sending && !standing.waits_for_account;
            let is_going = run.has_begun && !standing.state.is_final() && !is_sent;
            assert!(!is_going, "seed {seed}: {key} begins beside {other}, which is {standing:?}");
        }
    }

    /// The end of a pause brings no more of what waited in it than the rule for missed runs lets go.
    pub(super) fn check_no_burst(&self, waited: &[Key], now: DateTime<Utc>) {
        let is_missed = |at: Key| now - at > self.rules.grace;
        let goes = |at: Key| self.rows[&at].standing.state == OccurrenceState::Planned;
        let count = waited.iter().filter(|&&at| is_missed(at) && goes(at)).count();
        let most = match self.rules.misfire {
            Misfire::Skip => 0,
            Misfire::LatestOnly => 1,
            Misfire::All => self.rules.at_most as usize,
        };
        assert!(count <= most, "seed {}: {count} missed runs begin behind a pause: {waited:?}", self.seed);
    }

    /// The first and the third: what has ended stays ended and says why, and what has not ended will be looked at.
    pub(super) fn check_runs(&mut self) {
        let seed = self.seed;
        for (&key, run) in &self.rows {
            let standing = &run.standing;
            if !standing.state.is_final() {
                // A draft without a time is looked at by a person.
                let goes_on = standing.lease_until.is_some() || standing.next_try_at.is_some() || standing.is_held;
                assert!(goes_on, "seed {seed}: nobody looks at {key}: {standing:?}");
                assert!(!self.ends.contains_key(&key), "seed {seed}: {key} had ended: {standing:?}");
                continue;
            }
            let end = *self.ends.entry(key).or_insert(standing.state);
            assert_eq!(end, standing.state, "seed {seed}: {key} has ended twice");
            let says_why = standing.reason.is_some() || standing.state == OccurrenceState::Done;
            assert!(says_why, "seed {seed}: {key} does not say why: {standing:?}");
        }
    }

    /// The second: taken at most once, and if it was taken, the row says so or says that it is unknown.
    pub(super) fn check_messages(&self) {
        let seed = self.seed;
        for (&(key, recipient), &count) in &self.inbox {
            let phase = self.rows[&key].deliveries[recipient].phase;
            assert!(count <= 1, "seed {seed}: {key} was sent {count} times to {recipient} ({phase})");
            let told = matches!(phase, DeliveryPhase::Accepted | DeliveryPhase::Uncertain | DeliveryPhase::DataSent);
            assert!(told, "seed {seed}: {key} arrived at {recipient}, and its row says {phase}");
        }
    }

    /// Once the storm is over, every instant has ended, with a reason if it did not run.
    pub(super) fn settle(&mut self) {
        self.is_calm = true;
        self.now = self.latest;
        (0..self.workers.len()).for_each(|worker| self.crash(worker));
        self.late.clear();
        self.resume(self.now);
        let storm_end = self.now;
        // Until every lease, wait and retry has run out.
        for _ in 0..2_000 {
            self.pass(Duration::minutes(4));
            for worker in 0..self.workers.len() {
                self.plan(worker);
                (0..24).for_each(|_| self.work(worker));
            }
            self.check();
            self.resume(self.now);
            self.approve_all(self.now);
            if self.is_settled(storm_end) {
                break;
            }
        }
        for (key, run) in self.rows.range(..=storm_end) {
            let (seed, standing) = (self.seed, &run.standing);
            assert!(standing.state.is_final(), "seed {seed}: {key} stays {standing:?}");
            if standing.state == OccurrenceState::Done {
                let has_it = |recipient| self.inbox.get(&(*key, recipient)) == Some(&1);
                assert!((0..RECIPIENTS).all(has_it), "seed {seed}: {key} is done and not everybody has it");
                assert!(run.is_committed && self.archive.contains(key), "seed {seed}: {key} is not in the archive");
            }
        }
    }

    pub(super) fn is_settled(&self, storm_end: DateTime<Utc>) -> bool {
        let has_planned = self.schedule.last_planned_at >= storm_end || self.runs_left() == Some(0);
        has_planned && self.rows.range(..=storm_end).all(|(_, run)| run.standing.state.is_final())
    }
}
