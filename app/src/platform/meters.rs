//! What a process counts about itself, for `/metrics`: in memory, from its start. What was written in a transaction that
//! then failed is counted, too; what the database knows cheaply is asked there instead.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};

use crate::domain::{alarm::AlarmKind, delivery::DeliveryPhase, occurrence::OccurrenceState};

crate::text_enum!(
    /// What kind of path a request asks for; paths themselves hold names and would be without number.
    RouteClass {
        Page = "page",
        /// Server functions.
        Rpc = "rpc",
        /// Streams of changes: only the time until they begin.
        Live = "live",
        /// Built files.
        Asset = "asset",
        /// Attachments, exports and uploads.
        File = "file",
        /// The interface for programs.
        Api = "api",
        /// Whether the process is well.
        Probe = "probe",
    }
);

impl RouteClass {
    /// The class of a path.
    pub fn of(path: &str) -> Self {
        match path.trim_start_matches('/').split('/').next().unwrap_or_default() {
            "rpc" => Self::Rpc,
            "live" => Self::Live,
            "pkg" | "favicon.svg" | "manifest.webmanifest" | "robots.txt" => Self::Asset,
            "attachments" => Self::File,
            _ if [".json", ".csv", ".eml", "/upload"].iter().any(|end| path.ends_with(end)) => Self::File,
            "api" => Self::Api,
            "healthz" | "readyz" | "metrics" => Self::Probe,
            _ => Self::Page,
        }
    }
}

/// Upper bounds of the buckets of times, in seconds.
pub const BOUNDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// How long something took, by buckets.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS.len()],
    count: AtomicU64,
    micros: AtomicU64,
}

/// A histogram as it stood when it was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Times {
    /// How many took at most the bound of the same place; each includes those before it.
    pub at_most: [u64; BOUNDS.len()],
    pub count: u64,
    /// In seconds.
    pub sum: f64,
}

impl Histogram {
    /// Counts one that took so long.
    pub fn took(&self, time: Duration) {
        let seconds = time.as_secs_f64();
        if let Some(place) = BOUNDS.iter().position(|bound| seconds <= *bound) {
            self.buckets[place].fetch_add(1, Relaxed);
        }
        self.micros.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Relaxed);
        self.count.fetch_add(1, Relaxed);
    }

    /// Reads it; what is counted meanwhile may be in one number and not in another, never more in a bucket than in all.
    pub fn read(&self) -> Times {
        let mut at_most = [0; BOUNDS.len()];
        let mut sum = 0;
        for (place, bucket) in self.buckets.iter().enumerate() {
            sum += bucket.load(Relaxed);
            at_most[place] = sum;
        }
        let micros = self.micros.load(Relaxed);
        Times { at_most, count: self.count.load(Relaxed).max(sum), sum: micros as f64 / 1e6 }
    }
}

/// Counters of one process.
#[derive(Debug, Default)]
pub struct Meters {
    answers: Mutex<BTreeMap<(RouteClass, u16), u64>>,
    answer_times: [Histogram; RouteClass::ALL.len()],
    runs: [AtomicU64; OccurrenceState::ALL.len()],
    deliveries: [AtomicU64; DeliveryPhase::ALL.len()],
    alarms: [AtomicU64; AlarmKind::ALL.len()],
    planned: AtomicU64,
    skipped: AtomicU64,
    late: AtomicU64,
    pings_ok: AtomicU64,
    pings_failed: AtomicU64,
    /// Milliseconds of the epoch; 0 before the first.
    planned_at: AtomicI64,
}

impl Meters {
    /// A request was answered.
    pub fn answered(&self, class: RouteClass, status: u16, time: Duration) {
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner).entry((class, status)).or_default() += 1;
        self.answer_times[class as usize].took(time);
    }

    /// A run has ended.
    pub fn run_ended(&self, state: OccurrenceState) {
        self.runs[state as usize].fetch_add(1, Relaxed);
    }

    /// A message has come into a phase.
    pub fn delivery(&self, phase: DeliveryPhase) {
        self.deliveries[phase as usize].fetch_add(1, Relaxed);
    }

    /// An alarm was raised.
    pub fn alarm(&self, kind: AlarmKind) {
        self.alarms[kind as usize].fetch_add(1, Relaxed);
    }

    /// An instant of a schedule was planned: as a run, or skipped.
    pub fn instant(&self, is_run: bool) {
        let counter = if is_run { &self.planned } else { &self.skipped };
        counter.fetch_add(1, Relaxed);
    }

    /// So many runs did not start within their grace.
    pub fn late(&self, count: usize) {
        self.late.fetch_add(count as u64, Relaxed);
    }

    /// A ping got through, or not.
    pub fn ping(&self, is_ok: bool) {
        let counter = if is_ok { &self.pings_ok } else { &self.pings_failed };
        counter.fetch_add(1, Relaxed);
    }

    /// All schedules that were due have been planned.
    pub fn has_planned(&self, at: DateTime<Utc>) {
        self.planned_at.store(at.timestamp_millis(), Relaxed);
    }

    /// When the scheduler of this process planned last.
    pub fn last_planned(&self) -> Option<DateTime<Utc>> {
        let at = self.planned_at.load(Relaxed);
        (at != 0).then(|| DateTime::from_timestamp_millis(at)).flatten()
    }

    /// Answers by class and status.
    pub fn answers(&self) -> BTreeMap<(RouteClass, u16), u64> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How long answers took, by class.
    pub fn answer_times(&self) -> impl Iterator<Item = (RouteClass, Times)> + '_ {
        RouteClass::ALL.iter().map(|class| (*class, self.answer_times[*class as usize].read()))
    }

    /// Runs that have ended, by state.
    pub fn runs(&self) -> impl Iterator<Item = (OccurrenceState, u64)> + '_ {
        let is_end = |state: &&OccurrenceState| state.is_final();
        OccurrenceState::ALL.iter().filter(is_end).map(|state| (*state, self.runs[*state as usize].load(Relaxed)))
    }

    /// Times that messages came into a phase.
    pub fn deliveries(&self) -> impl Iterator<Item = (DeliveryPhase, u64)> + '_ {
        DeliveryPhase::ALL.iter().map(|phase| (*phase, self.deliveries[*phase as usize].load(Relaxed)))
    }

    /// Alarms by kind.
    pub fn alarms(&self) -> impl Iterator<Item = (AlarmKind, u64)> + '_ {
        AlarmKind::ALL.iter().map(|kind| (*kind, self.alarms[*kind as usize].load(Relaxed)))
    }

    /// Instants that became runs, those that were skipped, and runs that were late.
    pub fn instants(&self) -> [(&'static str, u64); 3] {
        [
            ("planned", self.planned.load(Relaxed)),
            ("skipped", self.skipped.load(Relaxed)),
            ("late", self.late.load(Relaxed)),
        ]
    }

    /// Pings that got through, and those that did not.
    pub fn pings(&self) -> [(&'static str, u64); 2] {
        [("ok", self.pings_ok.load(Relaxed)), ("failed", self.pings_failed.load(Relaxed))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_all_that_took_no_longer_than_its_bound() {
        let histogram = Histogram::default();
        for millis in [1, 5, 6, 700, 60_000] {
            histogram.took(Duration::from_millis(millis));
        }
        let times = histogram.read();
        assert_eq!(times.at_most, [2, 3, 3, 3, 3, 3, 3, 4, 4, 4]);
        assert_eq!(times.count, 5, "the longest is only in the count");
        assert!((times.sum - 60.712).abs() < 1e-6, "{}", times.sum);
    }

    #[test]
    fn paths_fall_into_few_classes() {
        for (path, class) in [
            ("/", RouteClass::Page),
            ("/jobs/018f", RouteClass::Page),
            ("/rpc/save_job123", RouteClass::Rpc),
            ("/pkg/x.wasm", RouteClass::Asset),
            ("/live/REP", RouteClass::Live),
            ("/import/upload", RouteClass::File),
            ("/metrics", RouteClass::Probe),
            ("/rpcs", RouteClass::Page),
        ] {
            assert_eq!(RouteClass::of(path), class, "{path}");
        }
    }

    #[test]
    fn the_last_planning_is_known_to_the_millisecond_and_before_the_first_there_is_none() {
        let meters = Meters::default();
        assert_eq!(meters.last_planned(), None);
        let at = DateTime::from_timestamp_millis(1_795_420_800_123).unwrap();
        meters.has_planned(at);
        assert_eq!(meters.last_planned(), Some(at));
    }
}
