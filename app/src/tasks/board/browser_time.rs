//! The browser's clock, its pauses, and ids for changes.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chrono::{DateTime, Utc};
use leptos::prelude::set_timeout;

use crate::domain::ids::OpId;

/// The time that the browser believes it is.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default()
}

/// Waits.
pub fn pause(time: Duration) -> Pause {
    let pause = Pause::default();
    let end = pause.clone();
    set_timeout(
        move || {
            end.is_over.store(true, Ordering::Relaxed);
            if let Some(waker) = end.waker.lock().ok().and_then(|mut waker| waker.take()) {
                waker.wake();
            }
        },
        time,
    );
    pause
}

/// A wait that has begun.
#[derive(Clone, Default)]
pub struct Pause {
    is_over: Arc<AtomicBool>,
    waker: Arc<Mutex<Option<Waker>>>,
}

impl Future for Pause {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.is_over.load(Ordering::Relaxed) {
            return Poll::Ready(());
        }
        if let Ok(mut waker) = self.waker.lock() {
            *waker = Some(context.waker().clone());
        }
        Poll::Pending
    }
}

/// A new id for a change. `crypto.getRandomValues` is there on plain HTTP too, `randomUUID` is not.
pub fn op_id() -> OpId {
    let mut bytes = [0_u8; 16];
    if let Some(crypto) = web_sys::window().and_then(|window| window.crypto().ok()) {
        drop(crypto.get_random_values_with_u8_array(&mut bytes));
    }
    OpId(uuid::Builder::from_random_bytes(bytes).into_uuid())
}
