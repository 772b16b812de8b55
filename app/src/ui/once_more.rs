//! What could not be read is asked for once more after a while: a stream of changes tells of each of them once, so a page
//! whose reading failed would stand there as it was until the next one.

use std::{sync::Arc, time::Duration};

use leptos::{prelude::*, task::spawn_local};

use super::Pause;
use crate::error::{AppError, AppResult};

/// Between two readings of a server that does not answer at most this many seconds pass, unless it asks for more.
const LONGEST: u64 = 30;

/// Whether a reading is missing, and when it is due again; copies are the same.
#[derive(Clone, Copy, Debug)]
pub struct OnceMore {
    pause: Pause,
    /// Readings that have failed since the last one that came, or that said that there is nothing any more.
    failed: StoredValue<u32>,
    /// How many times the pause was over.
    due: RwSignal<u32>,
}

impl OnceMore {
    /// Nothing is missing yet.
    pub fn idle() -> Self {
        Self { pause: Pause::idle(), failed: StoredValue::new(0), due: RwSignal::new(0) }
    }

    /// A reading begins: none has to wait any more.
    pub fn begin(self) {
        self.pause.cancel();
    }

    /// Takes note of how a reading has ended.
    pub fn note<T>(self, answer: &AppResult<T>) {
        let Some(error) = answer.as_ref().err().filter(|error| **error != AppError::NotFound) else {
            self.pause.cancel();
            self.failed.set_value(0);
            return;
        };
        let failed = self.failed.try_update_value(|failed| {
            *failed = failed.saturating_add(1);
            *failed
        });
        // Nobody looks at a page that was left meanwhile.
        let (Some(failed), due) = (failed, self.due) else { return };
        if error.may_pass() {
            self.pause.then(wait(failed, error), move || {
                due.try_update(|due| *due = due.wrapping_add(1));
            });
        }
    }

    /// Calls `again` where something is missing: when it is due, and when what `is_reached` looks at changes. Not while that
    /// says no.
    pub fn then(self, is_reached: impl Fn() -> bool + 'static, again: impl Fn() + 'static) {
        // In the effect, so that nothing of it happens on the server.
        Effect::new(move |_| {
            self.due.track();
            if is_reached() && self.failed.get_value() > 0 {
                untrack(&again);
            }
        });
    }
}

/// After so many failures in a row, of which this was the last: twice as long each time, and as long as a server asks for.
fn wait(failed: u32, error: &AppError) -> Duration {
    let grown = 2_u64.saturating_pow(failed.saturating_sub(1)).min(LONGEST);
    let asked = match error {
        AppError::TooMany { retry_after_seconds } => u64::from(*retry_after_seconds),
        _ => 0,
    };
    Duration::from_secs(grown.max(asked))
}

/// The way to read something again, and have `take` show it. One reading at a time: what is asked meanwhile is asked once
/// more behind it. What failed is read again by itself, as [`OnceMore::then`] says.
pub fn reread<T, F>(
    is_reached: impl Fn() -> bool + 'static,
    read: impl Fn() -> F + Send + Sync + 'static,
    take: impl Fn(AppResult<T>) + Send + Sync + 'static,
) -> Callback<()>
where
    T: 'static,
    F: Future<Output = AppResult<T>> + 'static,
{
    let (is_reading, is_stale, once_more) = (StoredValue::new(false), StoredValue::new(false), OnceMore::idle());
    let (read, take) = (Arc::new(read), Arc::new(take));
    let again = Callback::new(move |()| {
        if is_reading.get_value() {
            is_stale.set_value(true);
            return;
        }
        is_reading.set_value(true);
        let (read, take) = (read.clone(), take.clone());
        spawn_local(async move {
            loop {
                is_stale.try_update_value(|is_stale| *is_stale = false);
                once_more.begin();
                let answer = read().await;
                // Nobody looks at a page that was left meanwhile.
                let Some(is_stale) = is_stale.try_get_value() else { return };
                once_more.note(&answer);
                take(answer);
                if !is_stale {
                    break;
                }
            }
            is_reading.try_update_value(|is_reading| *is_reading = false);
        });
    });
    once_more.then(is_reached, move || again.run(()));
    again
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_waits_twice_as_long_up_to_half_a_minute() {
        let waits = |error: &AppError| [1, 2, 3, 4, 5, 6, 7, 90].map(|failed| wait(failed, error).as_secs());
        assert_eq!(waits(&AppError::Offline), [1, 2, 4, 8, 16, 30, 30, 30]);
    }

    #[test]
    fn a_server_that_says_how_long_is_not_asked_before() {
        assert_eq!(wait(1, &AppError::TooMany { retry_after_seconds: 45 }).as_secs(), 45);
        assert_eq!(wait(4, &AppError::TooMany { retry_after_seconds: 2 }).as_secs(), 8);
    }

    #[test]
    fn something_is_missing_from_a_failure_to_the_next_answer_unless_it_is_gone() {
        Owner::new().with(|| {
            let once_more = OnceMore::idle();
            let failed = |answer: AppResult<()>| {
                once_more.note(&answer);
                once_more.failed.get_value()
            };
            assert_eq!(failed(Err(AppError::SignedOut)), 1);
            assert_eq!(failed(Ok(())), 0);
            assert_eq!(failed(Err(AppError::SignedOut)), 1);
            assert_eq!(failed(Err(AppError::NotFound)), 0);
        });
    }
}
