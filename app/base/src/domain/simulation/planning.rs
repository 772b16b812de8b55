//! What the planner and people do, a transaction each.

use super::*;

impl World {
    /// One transaction: the schedule's row is locked, so plans come one after the other.
    pub(super) fn plan(&mut self, worker: usize) {
        let now = self.clock(worker);
        if self.schedule.is_paused || self.schedule.next_run_at.is_none_or(|at| at > now) {
            return;
        }
        let ongoing = Ongoing::among(self.open_runs());
        let rules = PlanRules { runs_left: self.runs_left(), ..self.rules };
        let made = plan(&self.timetable, &rules, ongoing, self.schedule.last_planned_at, now);
        self.check_burst(&made, ongoing, now);
        // What was inserted is rolled back with the transaction.
        if self.is_killed_at(CrashPoint::PlanInserted) {
            return self.crash(worker);
        }
        self.schedule.runs_made += made.runs();
        for decision in &made.decisions {
            if decision.verdict == Verdict::RunInstead {
                self.cancel_open(now);
            }
            let standing = match decision.verdict {
                Verdict::Run | Verdict::RunInstead => Standing::planned(decision.starts_at),
                Verdict::Skip(reason) => Standing::skipped(reason.words(|at| at.to_string())),
            };
            let before = self.rows.insert(decision.at, Run::new(standing));
            assert!(before.is_none(), "seed {}: {} is planned twice", self.seed, decision.at);
        }
        assert!(
            made.next_run_at.is_none() || made.next_run_at > self.schedule.next_run_at,
            "seed {}: the next run does not rise",
            self.seed
        );
        self.schedule.last_planned_at = made.last_planned_at;
        self.schedule.next_run_at = made.next_run_at;
        if self.is_killed_at(CrashPoint::Planned) {
            self.crash(worker);
        }
    }

    pub(super) fn open_runs(&self) -> impl Iterator<Item = OpenRun> + Clone {
        self.rows.iter().filter(|(_, run)| !run.standing.state.is_final()).map(|(&at, run)| run.open(at))
    }

    pub(super) fn cancel_open(&mut self, now: DateTime<Utc>) {
        let open = self.rows.iter().filter(|(_, run)| !run.standing.state.is_final()).map(|(&key, _)| key);
        for key in open.collect::<Vec<_>>() {
            self.step(key, Event::Cancelled { reason: "The next run took its place.".into() }, now);
        }
    }

    /// Applies an event to a run, and what its end means for the schedule, in one transaction.
    pub(super) fn step(&mut self, key: Key, event: Event, now: DateTime<Utc>) -> Option<Vec<Effect>> {
        let run = self.rows.get_mut(&key)?;
        let timed_out = matches!(event, Event::TimedOut { .. });
        let is_claim = event == Event::Claimed;
        let is_revival = event == Event::Revived;
        let (standing, effects) = run.standing.clone().step_by(&self.run_rules, event, now, self.seed);
        if standing == run.standing {
            return None;
        }
        let begins = is_claim && !run.has_begun;
        run.has_begun = (run.has_begun || is_claim) && !is_revival;
        run.is_backfill |= is_revival;
        let seed = self.seed;
        assert!(standing.fence >= run.standing.fence, "seed {seed}: the fence of {key} falls");
        assert!(standing.attempts <= self.run_rules.tries + 1, "seed {seed}: {key} is tried too often");
        let is_late = standing.reason.as_deref().is_some_and(|reason| reason.starts_with("It took longer"));
        self.seen.timed_out += u32::from(timed_out || (is_late && run.standing.reason != standing.reason));
        let is_half_rendered = run.standing.state == OccurrenceState::Frozen;
        run.standing = standing;
        if effects.contains(&Effect::Finished) {
            if is_half_rendered {
                run.deliveries.clear();
            }
            self.count_end(key);
        }
        if begins {
            self.check_begin(key);
        }
        Some(effects)
    }

    pub(super) fn count_end(&mut self, key: Key) {
        let state = self.rows[&key].standing.state;
        let Streak { failures, pauses } = after_end(state, self.schedule.failures, PAUSE_AFTER);
        self.schedule.failures = failures;
        if pauses && !self.schedule.is_paused {
            self.schedule.is_paused = true;
            self.schedule.next_run_at = None;
            self.seen.paused += 1;
        }
    }
}

impl World {
    pub(super) fn person(&mut self) {
        let now = self.now;
        // Nobody leaves a pause alone for long: the worlds are about what happens around it.
        if self.schedule.is_paused && self.dice.below(2) == 0 {
            return self.resume(now);
        }
        let one = |world: &mut World, is: fn(&Run) -> bool| {
            let such: Vec<Key> = world.rows.iter().filter(|(_, run)| is(run)).map(|(&key, _)| key).collect();
            (!such.is_empty()).then(|| *world.dice.one_of(&such))
        };
        match self.dice.below(5) {
            3 => {
                // Also what is none, and what was approved before: it changes nothing.
                if let Some(key) = one(self, |run| run.standing.state == OccurrenceState::Frozen) {
                    self.approve(key, now);
                }
            }
            0 => {
                if let Some(key) = one(self, |run| !run.standing.state.is_final()) {
                    self.step(key, Event::Cancelled { reason: "Stopped by Dana.".into() }, now);
                }
            }
            1 => {
                if let Some(key) = one(self, |run| run.standing.state == OccurrenceState::Skipped) {
                    self.ends.remove(&key);
                    self.step(key, Event::Revived, now);
                }
            }
            2 => {
                let has_failed = |run: &Run| run.deliveries.iter().any(|one| one.phase == DeliveryPhase::Failed);
                if let Some(key) = one(self, has_failed) {
                    self.send_again(key, now);
                }
            }
            _ if !self.schedule.is_paused && self.dice.below(3) == 0 => self.pause(),
            _ => self.resume(now),
        }
    }

    /// What has come is planned first, as it is before any change of a schedule.
    fn pause(&mut self) {
        self.plan(0);
        self.schedule.is_paused = true;
        self.schedule.failures = 0;
        self.schedule.next_run_at = None;
        self.seen.paused_by_hand += 1;
    }

    pub(super) fn approve(&mut self, key: Key, now: DateTime<Utc>) {
        let was_held = self.rows[&key].standing.is_held;
        let is_done = self.step(key, Event::Approved, now).is_some();
        assert_eq!(was_held, is_done, "seed {}: an approval of {key} is lost or comes from nowhere", self.seed);
        self.seen.approved += u32::from(is_done);
    }

    pub(super) fn approve_all(&mut self, now: DateTime<Utc>) {
        let held: Vec<Key> = self.rows.iter().filter(|(_, run)| run.standing.is_held).map(|(&key, _)| key).collect();
        held.into_iter().for_each(|key| self.approve(key, now));
    }

    /// Messages that the server has refused for good; those whose fate is unknown are left alone.
    pub(super) fn send_again(&mut self, key: Key, now: DateTime<Utc>) {
        self.ends.remove(&key);
        if self.step(key, Event::Reopened, now).is_none() {
            return;
        }
        let seed = self.seed;
        let Some(run) = self.rows.get_mut(&key) else { return };
        for one in run.deliveries.iter_mut().filter(|one| one.phase == DeliveryPhase::Failed) {
            *one = one.clone().step(delivery::Event::SendAgain, now, &DeliveryPolicy::default(), seed).0;
        }
    }

    /// From now on: what fell into the pause does not run, and nothing that was planned is planned again. Of what waited
    /// the rule for missed runs decides.
    pub(super) fn resume(&mut self, now: DateTime<Utc>) {
        if !self.schedule.is_paused {
            return;
        }
        self.end_wait(now);
        let from = self.schedule.last_planned_at;
        let to = from.max(now);
        self.schedule.pauses.push((from, to));
        self.schedule.last_planned_at = to;
        self.schedule.is_paused = false;
        self.schedule.failures = 0;
        let has_ended = self.runs_left() == Some(0);
        self.schedule.next_run_at = if has_ended { None } else { self.timetable.next_after(to) };
    }

    fn end_wait(&mut self, now: DateTime<Utc>) {
        let waiting: Vec<Key> = self.rows.iter().filter(|(_, run)| run.is_waiting()).map(|(&key, _)| key).collect();
        for (&key, reason) in waiting.iter().zip(after_pause(&self.rules, &waiting, now)) {
            let Some(reason) = reason else { continue };
            let reason = reason.words_after_pause(|at| at.to_string());
            if self.step(key, Event::PassedOver { reason }, now).is_some() {
                self.schedule.runs_made = self.schedule.runs_made.saturating_sub(1);
                self.seen.passed_over += 1;
            }
        }
        self.check_no_burst(&waiting, now);
    }
}
