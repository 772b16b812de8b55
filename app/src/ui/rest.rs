//! Waiting for a while between two steps of one task.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use leptos::prelude::set_timeout;

/// Waits so long. Only a browser does: on the server nothing has a while.
pub fn rest(time: Duration) -> Rest {
    let rest = Rest::default();
    let end = rest.clone();
    set_timeout(
        move || {
            end.is_over.store(true, Ordering::Relaxed);
            if let Some(waker) = end.waker.lock().ok().and_then(|mut waker| waker.take()) {
                waker.wake();
            }
        },
        time,
    );
    rest
}

/// A wait that has begun.
#[derive(Clone, Debug, Default)]
pub struct Rest {
    is_over: Arc<AtomicBool>,
    waker: Arc<Mutex<Option<Waker>>>,
}

impl Future for Rest {
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
