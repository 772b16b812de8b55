//! Event listeners that go away with what they serve.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{AddEventListenerOptions, Event, EventTarget};

/// When a listener hears an event and what it may do to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hears {
    /// After those inside it.
    Bubbling,
    /// Before those inside it.
    Capturing,
    /// After those inside it, and may prevent scrolling (`touchmove` is passive otherwise).
    Active,
}

/// A set of listeners; dropping it removes them.
#[derive(Default)]
pub struct Listeners(Vec<Listener>);

struct Listener {
    target: EventTarget,
    name: &'static str,
    hears: Hears,
    handler: Closure<dyn FnMut(Event)>,
}

impl Listeners {
    /// Listens for `name` on `target`. The type of the event is the caller's promise: where the
    /// event is another one, nothing is called.
    pub fn on<E: JsCast>(
        &mut self,
        target: &EventTarget,
        name: &'static str,
        hears: Hears,
        mut call: impl FnMut(E) + 'static,
    ) {
        let handler = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            if let Ok(event) = event.dyn_into::<E>() {
                call(event);
            }
        });
        let options = AddEventListenerOptions::new();
        options.set_capture(hears == Hears::Capturing);
        if hears == Hears::Active {
            options.set_passive(false);
        }
        let function = handler.as_ref().unchecked_ref();
        if target.add_event_listener_with_callback_and_add_event_listener_options(name, function, &options).is_ok() {
            self.0.push(Listener { target: target.clone(), name, hears, handler });
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let function = self.handler.as_ref().unchecked_ref();
        let capture = self.hears == Hears::Capturing;
        drop(self.target.remove_event_listener_with_callback_and_bool(self.name, function, capture));
    }
}
