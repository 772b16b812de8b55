//! The server is not reached: a bar on pages that have none of their own, and what must not be done then.

use leptos::prelude::*;

use crate::ui::{Icon, Reach};

/// Says that the server is not reached, and holds back what deletes, sends or runs until it is.
#[component]
pub fn Outage(reach: Reach) -> impl IntoView {
    browser::hold_back(reach);
    move || {
        (reach.is_lost() && reach.needs_bar()).then(|| {
            view! {
                <p class="bar" role="status">
                    <Icon name="wifi-off" />"Offline. Nothing is saved, sent or run until the server answers again."
                </p>
            }
        })
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Event};

    use crate::ui::Reach;
    use crate::ui::listeners::{Hears, Listeners};
    use crate::ui::toast::Toasts;

    /// Why a button does nothing now.
    const REASON: &str = "Offline: this waits until the server answers again.";
    /// What deletes, and what says of itself that it needs the server.
    const HELD: &str = "button[type=submit]:is(.is-danger, .is-danger-quiet, [data-needs-server])";
    /// Where the tooltip of such a button is meanwhile.
    const KEPT: &str = "data-title";

    /// While the server is not reached these buttons say why they do nothing, and do nothing.
    pub fn hold_back(reach: Reach) {
        let toasts = use_context::<Toasts>();
        Effect::new(move |_| {
            let is_lost = reach.is_lost();
            for button in buttons() {
                mark(&button, is_lost);
            }
        });
        Effect::new(move |_| {
            let mut listeners = Listeners::default();
            let window: web_sys::EventTarget = window().into();
            // Those that came into the page since are marked before they are reached.
            listeners.on(&window, "focusin", Hears::Capturing, move |event: Event| {
                if let Some(button) = held(&event).filter(|_| reach.is_lost_now()) {
                    mark(&button, true);
                }
            });
            listeners.on(&window, "click", Hears::Capturing, move |event: Event| {
                if held(&event).is_none() || !reach.is_lost_now() {
                    return;
                }
                event.prevent_default();
                event.stop_propagation();
                if let Some(toasts) = toasts {
                    toasts.fail(REASON);
                }
            });
            StoredValue::new_local(listeners);
        });
    }

    fn held(event: &Event) -> Option<Element> {
        event.target()?.dyn_into::<Element>().ok()?.closest(HELD).ok().flatten()
    }

    fn buttons() -> Vec<Element> {
        let Ok(found) = document().query_selector_all(HELD) else { return Vec::new() };
        (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect()
    }

    /// The words that the button had before are kept beside it.
    fn mark(button: &Element, is_lost: bool) {
        let title = button.get_attribute("title");
        let is_marked = title.as_deref() == Some(REASON);
        if is_lost && !is_marked {
            if let Some(title) = title {
                drop(button.set_attribute(KEPT, &title));
            }
            drop(button.set_attribute("aria-disabled", "true"));
            drop(button.set_attribute("title", REASON));
        } else if !is_lost && is_marked {
            drop(button.remove_attribute("aria-disabled"));
            match button.get_attribute(KEPT) {
                Some(title) => drop(button.set_attribute("title", &title)),
                None => drop(button.remove_attribute("title")),
            }
            drop(button.remove_attribute(KEPT));
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    use crate::ui::Reach;

    /// The server is always there for itself.
    pub fn hold_back(_reach: Reach) {}
}
