//! Whether the server is reached. What finds out says it here, what needs the server asks.

use leptos::prelude::*;

/// Known to the whole page; copies are the same.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// What the stream of changes or a change on its way found out.
    told: RwSignal<bool>,
    /// The browser has no network, and the server does not answer without one.
    is_cut_off: RwSignal<bool>,
    /// Bars of pages that say it themselves.
    bars: RwSignal<u32>,
}

impl Reach {
    /// Makes it known to all below, and listens to the browser.
    pub fn provide() -> Self {
        let reach = Self { told: RwSignal::new(false), is_cut_off: RwSignal::new(false), bars: RwSignal::new(0) };
        provide_context(reach);
        browser::listen(reach);
        reach
    }

    /// Whether nothing gets through now.
    pub fn is_lost(self) -> bool {
        self.told.get() || self.is_cut_off.get()
    }

    /// The same without listening to it.
    pub fn is_lost_now(self) -> bool {
        self.told.get_untracked() || self.is_cut_off.get_untracked()
    }

    /// Whether there is no network that leads to the server.
    pub fn is_cut_off(self) -> bool {
        self.is_cut_off.get()
    }

    /// Whether the page has no bar of its own that says so.
    pub fn needs_bar(self) -> bool {
        self.bars.get() == 0
    }

    /// Hears from a bar of the page, as long as the caller stands in it, whether the server is reached.
    pub fn hear(self, is_lost: impl Fn() -> bool + 'static) {
        // In the effect, so that nothing of it happens on the server.
        Effect::new(move |_| {
            self.bars.update(|bars| *bars += 1);
            on_cleanup(move || {
                self.bars.try_update(|bars| *bars = bars.saturating_sub(1));
                self.told.try_set(false);
            });
        });
        Effect::new(move |_| {
            let is_lost = is_lost();
            if self.told.get_untracked() != is_lost {
                self.told.set(is_lost);
            }
        });
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::{prelude::*, task::spawn_local};
    use wasm_bindgen_futures::JsFuture;

    use super::Reach;
    use crate::ui::rest;

    /// How often a server is asked while there is no network: it may go and come, and the browser tells of neither.
    const AGAIN: Duration = Duration::from_secs(3);

    /// Hears when the network of the device goes and comes.
    pub fn listen(reach: Reach) {
        Effect::new(move |_| {
            let looks = StoredValue::new(0_u32);
            let look = move || {
                looks.update_value(|looks| *looks += 1);
                let this = looks.get_value();
                spawn_local(async move {
                    // The last look goes on, as long as the page is there.
                    while looks.try_get_value() == Some(this) {
                        // A server on the same machine needs no network: it is asked.
                        let is_cut_off = !has_network()
                            && JsFuture::from(window().fetch_with_str("/healthz")).await.is_err()
                            && !has_network();
                        if reach.is_cut_off.try_get_untracked() != Some(is_cut_off) {
                            reach.is_cut_off.try_set(is_cut_off);
                        }
                        if has_network() {
                            return;
                        }
                        rest(AGAIN).await;
                    }
                });
            };
            look();
            let gone = window_event_listener_untyped("offline", move |_| look());
            let back = window_event_listener_untyped("online", move |_| look());
            on_cleanup(move || {
                gone.remove();
                back.remove();
            });
        });
    }

    fn has_network() -> bool {
        window().navigator().on_line()
    }
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    use super::Reach;

    /// The server is always there for itself.
    pub fn listen(_reach: Reach) {}
}
