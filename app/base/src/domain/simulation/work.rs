//! What workers do: step by step, each a transaction or one thing outside the database.

use super::*;

impl World {
    pub(super) fn work(&mut self, worker: usize) {
        if self.workers[worker].stalled_until > 0 {
            self.workers[worker].stalled_until -= 1;
            return;
        }
        self.workers[worker].task = match self.workers[worker].task.take() {
            None => self.claim(worker),
            Some(task) => self.go_on(task),
        };
    }

    /// The run that has waited longest, of those that nothing keeps from being taken up.
    pub(super) fn claim(&mut self, worker: usize) -> Option<Task> {
        let now = self.clock(worker);
        self.cut_claims(now);
        self.cut_waits(now);
        let key = self.next_in_turn(now)?;
        let effects = self.step(key, Event::Claimed, now)?;
        let effect = effects.into_iter().find(|effect| *effect != Effect::Finished)?;
        if self.is_killed_at(CrashPoint::Claimed) {
            return None;
        }
        let owner = Owner { worker, key, fence: self.rows[&key].standing.fence };
        Some(Task { owner, does: Does::Act(effect) })
    }

    fn next_in_turn(&mut self, now: DateTime<Utc>) -> Option<Key> {
        let open: Vec<OpenRun> = self.open_runs().collect();
        for (&key, run) in self.rows.iter().filter(|(_, run)| run.standing.is_claimable(now)) {
            let others = open.iter().copied().filter(|other| other.at != key);
            match run.open(key).hindrance(others, self.schedule.is_paused, now) {
                None => return Some(key),
                Some(Hindrance::Paused) => self.seen.kept_waiting += 1,
                Some(Hindrance::Behind { earlier }) => {
                    self.seen.behind_drafts += u32::from(self.rows[&earlier].standing.is_held);
                }
            }
        }
        None
    }

    /// Claims from before the clock was set back.
    fn cut_claims(&mut self, now: DateTime<Utc>) {
        for run in self.rows.values_mut() {
            let until = run.standing.lease_until;
            run.standing.lease_until = until.map(|until| lease::cut(until, now, LEASE).unwrap_or(until));
        }
    }

    /// Waits from before the clock was set back.
    fn cut_waits(&mut self, now: DateTime<Utc>) {
        for run in self.rows.values_mut().filter(|run| run.standing.lease_until.is_none()) {
            let sending = run.deliveries.iter().map(Delivery::longest_wait).max().unwrap_or_default();
            let Some(wait) = run.standing.longest_wait(&self.run_rules, sending) else { continue };
            if run.standing.next_try_at.is_some_and(|at| lease::cut(at, now, wait).is_some()) {
                run.standing = run.standing.clone().step(Event::Hurried, now, self.seed).0;
            }
        }
    }

    /// A transaction of a worker, as the network lets it happen. Nothing comes back when the claim is lost, or when the
    /// worker believes so.
    pub(super) fn write(&mut self, owner: Owner, write: Write) -> Option<Vec<Effect>> {
        if self.goes_wrong(2) {
            // It arrives when the worker is long gone.
            self.late.push((owner, write));
            return None;
        }
        let again = self.goes_wrong(3).then(|| write.clone());
        let effects = self.commit(owner, write)?;
        if let Some(write) = again {
            self.commit(owner, write);
        }
        if self.goes_wrong(1) {
            // The answer was lost; the worker takes it for a failure.
            let broke = Event::Broke { fence: owner.fence, reason: "It broke.".into(), remedy: Remedy::TryAgain };
            self.commit(owner, Write::Step(broke));
            return None;
        }
        Some(effects)
    }

    pub(super) fn commit(&mut self, owner: Owner, write: Write) -> Option<Vec<Effect>> {
        let has_lost = self.rows[&owner.key].standing.fence != owner.fence && !matches!(write, Write::Commit);
        let effects = self.apply(owner, write);
        assert!(!has_lost || effects.is_none(), "seed {}: who has lost {} writes to it", self.seed, owner.key);
        effects
    }

    pub(super) fn apply(&mut self, owner: Owner, write: Write) -> Option<Vec<Effect>> {
        let now = self.clock(owner.worker);
        let fence = owner.fence;
        match write {
            Write::Step(event) => self.step(owner.key, event, now),
            Write::Freeze => {
                let effects = self.step(owner.key, Event::Frozen { fence }, now)?;
                let run = self.rows.get_mut(&owner.key)?;
                assert_eq!(run.snapshot, None, "seed {}: {} is frozen twice", self.seed, owner.key);
                run.snapshot = Some(fence);
                if !self.has_drafts {
                    return Some(effects);
                }
                let minutes = self.dice.below(600) as i64;
                let until = (self.dice.below(2) == 0).then(|| now + Duration::minutes(minutes));
                self.step(owner.key, Event::Held { fence, until }, now)
            }
            Write::Part { from } => {
                let run = self.rows.get_mut(&owner.key)?;
                let is_mine = run.standing.fence == fence && run.standing.lease_until.is_some();
                // A recipient has one message: the schema says so.
                if !is_mine || run.standing.state != OccurrenceState::Frozen || run.deliveries.len() != from {
                    return None;
                }
                run.deliveries.resize(RECIPIENTS.min(from + PART), Delivery::queued(now));
                Some(Vec::new())
            }
            Write::Messages => {
                let effects = self.step(owner.key, Event::SendingBegins { fence }, now)?;
                let run = self.rows.get_mut(&owner.key)?;
                let is_whole = run.deliveries.len() == RECIPIENTS && run.snapshot.is_some();
                assert!(is_whole, "seed {}: {} is sent before it is rendered", self.seed, owner.key);
                Some(effects)
            }
            Write::Delivery { recipient, event } => {
                let run = self.rows.get_mut(&owner.key)?;
                if run.standing.fence != fence || run.standing.lease_until.is_none() {
                    return None;
                }
                let before = run.deliveries.get(recipient)?.clone();
                let (after, _) = before.clone().step(event, now, &DeliveryPolicy::default(), self.seed);
                let has_changed = after != before;
                run.deliveries[recipient] = after;
                has_changed.then(Vec::new)
            }
            Write::Commit => {
                let run = self.rows.get_mut(&owner.key)?;
                run.is_committed = true;
                Some(Vec::new())
            }
        }
    }

    pub(super) fn deliver_late(&mut self) {
        if self.late.is_empty() {
            return;
        }
        let index = self.dice.below(self.late.len() as u64) as usize;
        let (owner, write) = self.late.swap_remove(index);
        self.seen.late += 1;
        self.commit(owner, write);
    }

    pub(super) fn go_on(&mut self, Task { owner, does }: Task) -> Option<Task> {
        let fence = owner.fence;
        if self.dice.below(4) == 0 {
            self.commit(owner, Write::Step(Event::Heartbeat { fence }));
        }
        let (does, point) = self.next(owner, does)?;
        if point.is_some_and(|point| self.is_killed_at(point)) {
            return None;
        }
        Some(Task { owner, does })
    }

    /// What the worker does next, and the point at which it can be killed before it does.
    pub(super) fn next(&mut self, owner: Owner, does: Does) -> Option<(Does, Option<CrashPoint>)> {
        let fence = owner.fence;
        Some(match does {
            Does::Act(Effect::Build) => {
                self.write(owner, Write::Step(Event::BuildBegins { fence }))?;
                (Does::Building, Some(CrashPoint::BuildBegun))
            }
            Does::Building if self.goes_wrong(10) => {
                let event = self.trouble(fence);
                self.write(owner, Write::Step(event));
                return None;
            }
            Does::Building => (Does::Freezing, Some(CrashPoint::Built)),
            Does::Freezing => {
                let effects = self.write(owner, Write::Freeze)?;
                if !effects.contains(&Effect::Render) {
                    return None;
                }
                (Does::Rendering, Some(CrashPoint::Frozen))
            }
            Does::Act(Effect::Render) => (Does::Rendering, None),
            Does::Rendering => (Does::Storing, Some(CrashPoint::Rendered)),
            Does::Storing if self.rows[&owner.key].deliveries.len() < RECIPIENTS => {
                let from = self.rows[&owner.key].deliveries.len();
                self.write(owner, Write::Part { from })?;
                (Does::Storing, Some(CrashPoint::PartStored))
            }
            Does::Storing => {
                self.write(owner, Write::Messages)?;
                (Does::Act(Effect::Send), Some(CrashPoint::SendingBegun))
            }
            Does::Act(Effect::Send) => self.next_message(owner)?,
            Does::Act(_) => return None,
            Does::Talking { recipient, attempt } if self.goes_wrong(8) => {
                (Does::Tell { recipient, event: self.refusal(attempt) }, None)
            }
            Does::Talking { recipient, attempt } => self.talk(owner, recipient, attempt)?,
            Does::Dot { recipient, attempt } => {
                let event = self.dot(owner.key, recipient, attempt);
                (Does::Tell { recipient, event }, Some(CrashPoint::DotSent))
            }
            Does::Tell { recipient, event } => {
                self.write(owner, Write::Delivery { recipient, event })?;
                (Does::Act(Effect::Send), Some(CrashPoint::Answered))
            }
            Does::Keeping => {
                // The archive is asked for its own commit of this run before one is made.
                self.archive.insert(owner.key);
                (Does::NotingCommit, Some(CrashPoint::Committed))
            }
            Does::NotingCommit => {
                self.write(owner, Write::Commit)?;
                (Does::Ending, None)
            }
            Does::Ending => {
                let messages = &self.rows[&owner.key].deliveries;
                let tally = Tally::of(messages.iter().map(|message| (message.clone(), message.next_try_at)));
                self.write(owner, Write::Step(Event::Sent { fence, tally, for_others: true }));
                return None;
            }
        })
    }

    /// What can happen while data are collected.
    pub(super) fn trouble(&mut self, fence: i64) -> Event {
        let broke = |remedy| Event::Broke { fence, reason: "It broke.".into(), remedy };
        match self.dice.below(6) {
            0 => broke(Remedy::Never),
            1 => Event::TimedOut { fence },
            2 => Event::NotNeeded { fence, reason: "There was nothing to report.".into() },
            3 => Event::Released { fence },
            _ => broke(Remedy::TryAgain),
        }
    }

    pub(super) fn talk(&mut self, owner: Owner, recipient: usize, attempt: u32) -> Option<(Does, Option<CrashPoint>)> {
        if self.rows[&owner.key].deliveries[recipient].phase == DeliveryPhase::Connecting {
            let event = delivery::Event::EnvelopeBegins { attempt };
            self.write(owner, Write::Delivery { recipient, event })?;
            return Some((Does::Talking { recipient, attempt }, Some(CrashPoint::Envelope)));
        }
        self.write(owner, Write::Delivery { recipient, event: delivery::Event::DotNext { attempt } })?;
        Some((Does::Dot { recipient, attempt }, Some(CrashPoint::DataSent)))
    }

    /// The next message that is due, or the end of the round.
    pub(super) fn next_message(&mut self, owner: Owner) -> Option<(Does, Option<CrashPoint>)> {
        for recipient in 0..RECIPIENTS {
            if self.rows[&owner.key].deliveries[recipient].phase.is_in_flight() {
                self.write(owner, Write::Delivery { recipient, event: delivery::Event::Abandoned })?;
            }
        }
        let now = self.clock(owner.worker);
        let due = self.rows[&owner.key].deliveries.iter().position(|delivery| delivery.is_due(now));
        let Some(recipient) = due else { return Some((Does::Keeping, Some(CrashPoint::AllSent))) };
        self.write(owner, Write::Delivery { recipient, event: delivery::Event::Claimed })?;
        let attempt = self.rows[&owner.key].deliveries[recipient].attempts;
        Some((Does::Talking { recipient, attempt }, Some(CrashPoint::Connecting)))
    }

    /// What leaves the house cannot be taken back: the server has the message whether or not its answer arrives.
    pub(super) fn dot(&mut self, key: Key, recipient: usize, attempt: u32) -> delivery::Event {
        let broken = delivery::Event::Broken { attempt, reason: "The connection was lost.".into() };
        if self.goes_wrong(10) {
            return if self.dice.below(2) == 0 { broken } else { self.refusal(attempt) };
        }
        *self.inbox.entry((key, recipient)).or_default() += 1;
        if self.goes_wrong(10) {
            return broken;
        }
        delivery::Event::Accepted { attempt, reply: SmtpReply::new(250, None, "queued") }
    }

    pub(super) fn refusal(&mut self, attempt: u32) -> delivery::Event {
        match self.dice.below(3) {
            0 => delivery::Event::Broken { attempt, reason: "The connection was lost.".into() },
            1 => delivery::Event::Refused { attempt, reply: SmtpReply::new(451, None, "later") },
            _ => delivery::Event::Refused { attempt, reply: SmtpReply::new(550, None, "never") },
        }
    }
}
