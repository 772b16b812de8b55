//! Leases: what somebody has in hand until an instant, so that others go on with it where they are gone.
//!
//! The instants are those of a clock that may be set. Set forward, it ends a lease early, and the fence keeps its owner
//! from writing. Set back, it would keep what a process has left behind for as long as the step was, so a lease that ends
//! later than any can is cut to its length: an owner that lives renews it before it ends then, too.

use chrono::{DateTime, Duration, Utc};

/// How far apart the clocks of two instances may be without one of them cutting the other's leases.
const APART: Duration = Duration::minutes(1);

/// The latest instant at which a lease of this length can end.
pub fn latest_end(now: DateTime<Utc>, lease: Duration) -> DateTime<Utc> {
    now + lease + APART
}

/// When a lease of this length ends that says `until`, where that is later than it can be; none where it is not.
pub fn cut(until: DateTime<Utc>, now: DateTime<Utc>, lease: Duration) -> Option<DateTime<Utc>> {
    (until > latest_end(now, lease)).then(|| now + lease)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::minutes(2);

    #[test]
    fn a_lease_from_before_the_clock_was_set_back_holds_no_longer_than_a_fresh_one() {
        let now = DateTime::from_timestamp(1_795_420_800, 0).unwrap();
        let taken = |ago: Duration| cut(now - ago + LEASE, now, LEASE);
        assert_eq!(taken(Duration::hours(-1)), Some(now + LEASE));
        assert_eq!(taken(Duration::days(-400)), Some(now + LEASE));
        // Fresh ones, also by a clock that goes ahead a little, and those that are over.
        for ago in [Duration::zero(), -APART, Duration::minutes(1), Duration::hours(1)] {
            assert_eq!(taken(ago), None, "{ago}");
        }
    }

    #[test]
    fn what_was_cut_is_not_cut_again() {
        let now = DateTime::from_timestamp(1_795_420_800, 0).unwrap();
        let until = cut(now + Duration::days(1), now, LEASE).unwrap();
        assert_eq!(cut(until, now, LEASE), None);
    }
}
