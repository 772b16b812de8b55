//! Pages that are no board follow what others do: they are read again soon after a change, once for several, and show it
//! in place, so that the focus, the scroll and what is being typed stay.

use leptos::prelude::*;

use super::board::{Bars, Link, Live, Sender};
use crate::{
    domain::account::Me,
    error::{AppError, AppResult},
    ui::reread,
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
/// again after a while, and when the session or the server is back: the stream does not tell of it twice.
pub fn rereading<T, F>(
    live: Live,
    read: impl Fn() -> F + Send + Sync + 'static,
    show: impl Fn(T) + Send + Sync + 'static,
) -> Callback<()>
where
    T: 'static,
    F: Future<Output = AppResult<T>> + 'static,
{
    let read = move || {
        let reading = read();
        async move {
            let fresh = reading.await;
            browser::hands_off().await;
            fresh
        }
    };
    let take = move |fresh: AppResult<T>| match fresh {
        Ok(fresh) => show(fresh),
        Err(AppError::SignedOut) => live.link.set(Link::SignedOut),
        Err(AppError::NotFound) => live.link.set(Link::Gone),
        // A server that is away is said by the stream, and what is missing is read again by itself.
        Err(_) => {}
    };
    reread(move || live.link.get() == Link::Up, read, take)
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::prelude::document;

    use crate::ui::rest;

    /// How often it is looked whether the hand still holds something.
    const HAND: Duration = Duration::from_millis(150);

    /// Waits until nothing of the page is dragged and no menu is open, which a page that is made anew would close.
    pub async fn hands_off() {
        while document().query_selector(".drag-layer, .menu:popover-open").ok().flatten().is_some() {
            rest(HAND).await;
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
