//! How long to wait before trying again: exponential, with a jitter that a seed decides.

use chrono::Duration;

/// Waits that double from attempt to attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Wait after the first attempt; no wait is ever shorter.
    pub first: Duration,
    /// No wait is longer than this and a quarter.
    pub longest: Duration,
}

impl Backoff {
    /// The wait after attempt number `attempt` (from 1). Up to a quarter is added, decided by the
    /// seed and the attempt alone, so that messages deferred together do not return together and
    /// a simulation can be repeated.
    pub fn wait(&self, attempt: u32, seed: u64) -> Duration {
        let base = self.base(attempt);
        let share = (mix(seed ^ u64::from(attempt)) >> 32) as i64; // 0 ..= 2^32 - 1
        Duration::milliseconds(base + (base / 4).saturating_mul(share) / (1 << 32))
    }

    /// No wait after attempt number `attempt` is longer, whatever the seed adds.
    pub fn most_after(&self, attempt: u32) -> Duration {
        let base = self.base(attempt);
        Duration::milliseconds(base + base / 4)
    }

    /// The wait after an attempt without what the seed adds, in milliseconds.
    fn base(&self, attempt: u32) -> i64 {
        let doublings = attempt.saturating_sub(1).min(20);
        let first = self.first.num_milliseconds().max(1);
        first.saturating_mul(1 << doublings).min(self.longest.num_milliseconds()).max(first)
    }
}

/// SplitMix64: spreads the bits of a seed.
pub(super) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff { first: Duration::minutes(1), longest: Duration::hours(1) };

    #[test]
    fn waits_double_and_stay_between_their_limits() {
        for seed in 0..500 {
            for attempt in 1..40 {
                let base = Duration::minutes(1 << (attempt - 1).min(10)).min(Duration::hours(1));
                let wait = BACKOFF.wait(attempt, seed);
                assert!(wait >= base && wait <= base + base / 4, "{attempt} {seed}: {wait}");
                assert!(wait <= BACKOFF.most_after(attempt), "{attempt} {seed}: {wait}");
            }
        }
    }

    #[test]
    fn the_seed_decides_and_different_seeds_differ() {
        assert_eq!(BACKOFF.wait(3, 7), BACKOFF.wait(3, 7));
        let waits: std::collections::HashSet<_> = (0..100).map(|seed| BACKOFF.wait(3, seed)).collect();
        assert!(waits.len() > 90);
    }
}
