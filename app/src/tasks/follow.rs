//! Pages that are no board follow what others do: they are read again soon after a change, once for several, and show it
//! in place, so that the focus, the scroll and what is being typed stay.

use std::{future::Future, sync::Arc};

use leptos::{prelude::*, task::spawn_local};

use super::board::{Bars, Link, Live, Sender};
use crate::{
    domain::account::Me,
    error::{AppError, AppResult},
};

/// What such a page knows of the server: no cards of a board hang on it.
pub fn connection() -> Live {
    Live::new(use_context::<Me>().map(|me| me.id), Callback::new(|()| ()))
}

/// What is said when the page is cut off from the server or the session.
#[component]
pub fn Connection(live: Live) -> impl IntoView {
    let sender = Sender::of(use_context::<Me>().map(|me| me.id));
    view! { <Bars live=live sender=sender /> }
}

/// The way to read a page again and show it in place. One reading at a time: what is asked meanwhile is asked once more
/// behind it. Nothing is shown while something of the page is in the person's hand. What could not be read is asked for
/// again when the session or the server is back: the stream does not tell of it twice.
pub fn rereading<T, F>(
    live: Live,
    read: impl Fn() -> F + Send + Sync + 'static,
    show: impl Fn(T) + Send + Sync + 'static,
) -> Callback<()>
where
    T: 'static,
    F: Future<Output = AppResult<T>> + 'static,
{
    let (is_reading, is_stale, is_missed) = (StoredValue::new(false), StoredValue::new(false), StoredValue::new(false));
    let (read, show) = (Arc::new(read), Arc::new(show));
    let again = Callback::new(move |()| {
        if is_reading.get_value() {
            is_stale.set_value(true);
            return;
        }
        is_reading.set_value(true);
        let (read, show) = (read.clone(), show.clone());
        spawn_local(async move {
            loop {
                is_stale.try_update_value(|is_stale| *is_stale = false);
                let fresh = read().await;
                browser::hands_off().await;
                // Nobody looks at a page that was left meanwhile.
                let Some(is_stale) = is_stale.try_get_value() else { return };
                is_missed.try_set_value(matches!(&fresh, Err(error) if *error != AppError::NotFound));
                match fresh {
                    Ok(fresh) => show(fresh),
                    Err(AppError::SignedOut) => live.link.set(Link::SignedOut),
                    Err(AppError::NotFound) => live.link.set(Link::Gone),
                    // The stream says when the server is back.
                    Err(_) => {}
                }
                if !is_stale {
                    break;
                }
            }
            is_reading.try_update_value(|is_reading| *is_reading = false);
        });
    });
    Effect::new(move |_| {
        if live.link.get() == Link::Up && is_missed.get_value() {
            again.run(());
        }
    });
    again
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::prelude::*;
    use wasm_bindgen_futures::JsFuture;

    /// How often it is looked whether the hand still holds something.
    const HAND: Duration = Duration::from_millis(150);

    /// Waits until nothing of the page is dragged and no menu is open, which a page that is made anew would close.
    pub async fn hands_off() {
        while document().query_selector(".drag-layer, .menu:popover-open").ok().flatten().is_some() {
            let rest = js_sys::Promise::new(&mut |resolve, _| {
                set_timeout(move || drop(resolve.call0(&wasm_bindgen::JsValue::NULL)), HAND);
            });
            drop(JsFuture::from(rest).await);
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    /// The server drags nothing.
    pub fn hands_off() -> std::future::Ready<()> {
        std::future::ready(())
    }
}
