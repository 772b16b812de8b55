//! Waiting until the typing rests.

use std::time::Duration;

use leptos::prelude::*;

/// How long nothing is typed before a server is asked.
pub const TYPING: Duration = Duration::from_millis(150);

/// Of several calls only the last is made, a while after it was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Pause(StoredValue<Option<TimeoutHandle>>);

impl Pause {
    /// A pause that waits for nothing yet.
    pub fn idle() -> Self {
        Self(StoredValue::new(None))
    }

    /// What was waiting is not called any more.
    pub fn cancel(self) {
        if let Some(handle) = self.0.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    }

    /// Calls `call` after a while, and nothing that was waiting.
    pub fn then(self, after: Duration, call: impl FnOnce() + 'static) {
        self.cancel();
        self.0.set_value(set_timeout_with_handle(call, after).ok());
    }
}
