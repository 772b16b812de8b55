//! What could not be read is asked for once more after a while: a stream of changes tells of each of them once, so a page
//! whose reading failed would stand there as it was until the next one.

use std::{sync::Arc, time::Duration};

use leptos::{prelude::*, task::spawn_local};

use super::Pause;
use crate::error::{AppError, AppResult};

/// Between two readings of a server that does not answer at most this many seconds pass, unless it asks for more or the
/// page says less.
const LONGEST: u64 = 30;

/// Whether a reading is missing, and when it is due again; copies are the same.
#[derive(Clone, Copy, Debug)]
pub struct OnceMore {
    pause: Pause,
    /// At most so many seconds pass between two readings.
    longest: u64,
    /// Readings that have failed since the last one that came, or that said that there is nothing any more.
    failed: StoredValue<u32>,
    /// How many times the pause was over.
    due: RwSignal<u32>,
    /// How long it is in seconds, where the last reading failed and another one may help.
    wait: RwSignal<Option<u64>>,
}

impl OnceMore {
    /// Nothing is missing yet.
    pub fn idle() -> Self {
        Self::within(LONGEST)
    }

    /// As [`OnceMore::idle`], for a reading that is due again after at most so many seconds.
    pub fn within(longest: u64) -> Self {
        Self {
            pause: Pause::idle(),
            longest,
            failed: StoredValue::new(0),
            due: RwSignal::new(0),
            wait: RwSignal::new(None),
        }
    }

    /// After how many seconds it is read again, where the last reading failed and another one may help.
    pub fn wait(self) -> Option<u64> {
        self.wait.get()
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
            self.wait.try_set(None);
            return;
        };
        let failed = self.failed.try_update_value(|failed| {
            *failed = failed.saturating_add(1);
            *failed
        });
        // Nobody looks at a page that was left meanwhile.
        let (Some(failed), due) = (failed, self.due) else { return };
        let wait = error.may_pass().then(|| wait(failed, self.longest, error));
        self.wait.try_set(wait);
        if let Some(wait) = wait {
            self.pause.then(Duration::from_secs(wait), move || {
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

    /// As [`reread`], with these pauses.
    pub fn reread<T, F>(
        self,
        is_reached: impl Fn() -> bool + 'static,
        read: impl Fn() -> F + Send + Sync + 'static,
        take: impl Fn(AppResult<T>) + Send + Sync + 'static,
    ) -> Callback<()>
    where
        T: 'static,
        F: Future<Output = AppResult<T>> + 'static,
    {
        let (is_reading, is_stale) = (StoredValue::new(false), StoredValue::new(false));
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
                    self.begin();
                    let answer = read().await;
                    // Nobody looks at a page that was left meanwhile.
                    let Some(is_stale) = is_stale.try_get_value() else { return };
                    self.note(&answer);
                    take(answer);
                    if !is_stale {
                        break;
                    }
                }
                is_reading.try_update_value(|is_reading| *is_reading = false);
            });
        });
        self.then(is_reached, move || again.run(()));
        again
    }
}

/// Seconds after so many failures in a row, of which this was the last: twice as many each time, and as many as a server asks
/// for.
fn wait(failed: u32, longest: u64, error: &AppError) -> u64 {
    let grown = 2_u64.saturating_pow(failed.saturating_sub(1)).min(longest);
    let asked = match error {
        AppError::TooMany { retry_after_seconds } => u64::from(*retry_after_seconds),
        _ => 0,
    };
    grown.max(asked)
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
    OnceMore::idle().reread(is_reached, read, take)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_waits_twice_as_long_up_to_half_a_minute() {
        let waits = |longest: u64| [1, 2, 3, 4, 5, 6, 7, 90].map(|failed| wait(failed, longest, &AppError::Offline));
        assert_eq!(waits(LONGEST), [1, 2, 4, 8, 16, 30, 30, 30]);
        assert_eq!(waits(5), [1, 2, 4, 5, 5, 5, 5, 5], "where the page says less");
    }

    #[test]
    fn a_server_that_says_how_long_is_not_asked_before() {
        assert_eq!(wait(1, LONGEST, &AppError::TooMany { retry_after_seconds: 45 }), 45);
        assert_eq!(wait(4, LONGEST, &AppError::TooMany { retry_after_seconds: 2 }), 8);
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
