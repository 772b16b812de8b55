//! What every hand that drags listens to: to presses on what it drags in, and everywhere while it holds something.

use std::rc::Rc;

use web_sys::{Element, Event, HtmlElement, KeyboardEvent, MouseEvent, PointerEvent};

use super::target;
use crate::ui::listeners::{Hears, Listeners};

/// A hand: a press makes it lift something, which it carries and lets go.
pub trait Carrier {
    /// A press, which may become a drag.
    fn arm(self: &Rc<Self>, event: &PointerEvent);
    /// The pointer moved.
    fn follow_pointer(self: &Rc<Self>, event: &PointerEvent);
    /// The pointer went up: what is held is set down where the pointer is.
    fn let_go(self: &Rc<Self>, event: &PointerEvent);
    /// Escape, a lost pointer, another window, a hidden page: what is held goes back. `None` is any pointer.
    fn give_up(self: &Rc<Self>, pointer: Option<i32>);
    /// Something is lifted.
    fn is_holding(&self) -> bool;
    /// A finger is down and has not held long enough yet.
    fn is_armed_by_touch(&self) -> bool;
    /// Whether this click belongs to a drag that has just ended; asked once.
    fn swallows_click(&self) -> bool;

    /// Whether the browser's own drag, of links, images and chosen text, is refused where it begins here; `None` is a
    /// text.
    fn drags_instead(&self, _on: Option<&Element>) -> bool {
        true
    }
}

/// Lets a hand drag what is in `root`.
pub fn listen<H: Carrier + 'static>(listeners: &mut Listeners, root: &HtmlElement, hand: &Rc<H>) {
    listen_on(listeners, root, hand);
    listen_everywhere(listeners, hand);
}

fn listen_on<H: Carrier + 'static>(listeners: &mut Listeners, root: &HtmlElement, hand: &Rc<H>) {
    let this = hand.clone();
    listeners.on(root, "pointerdown", Hears::Bubbling, move |event: PointerEvent| this.arm(&event));
    // Registered before any touch and not passive: `touch-action` cannot change after pointerdown
    // (w3c/pointerevents#178), so this is what keeps the page from scrolling under what is held.
    let this = hand.clone();
    listeners.on(root, "touchmove", Hears::Active, move |event: Event| {
        // A scroll that is under way cannot be stopped; the browser takes the pointer away by itself.
        if this.is_holding() && event.cancelable() {
            event.prevent_default();
        }
    });
    let this = hand.clone();
    listeners.on(root, "contextmenu", Hears::Bubbling, move |event: Event| {
        if this.is_holding() || this.is_armed_by_touch() {
            event.prevent_default();
        }
    });
    // The browser's own dragging of links and images would take the pointer away.
    let this = hand.clone();
    listeners.on(root, "dragstart", Hears::Bubbling, move |event: Event| {
        if this.drags_instead(target(&event).as_ref()) {
            event.prevent_default();
        }
    });
    let this = hand.clone();
    listeners.on(root, "click", Hears::Capturing, move |event: MouseEvent| {
        if this.swallows_click() {
            event.prevent_default();
            event.stop_propagation();
        }
    });
}

fn listen_everywhere<H: Carrier + 'static>(listeners: &mut Listeners, hand: &Rc<H>) {
    let Some(window) = web_sys::window() else { return };
    let this = hand.clone();
    listeners.on(&window, "pointermove", Hears::Bubbling, move |event: PointerEvent| this.follow_pointer(&event));
    let this = hand.clone();
    listeners.on(&window, "pointerup", Hears::Bubbling, move |event: PointerEvent| this.let_go(&event));
    let this = hand.clone();
    listeners.on(&window, "pointercancel", Hears::Bubbling, move |event: PointerEvent| {
        this.give_up(Some(event.pointer_id()));
    });
    let this = hand.clone();
    listeners.on(&window, "blur", Hears::Bubbling, move |_: Event| this.give_up(None));
    let this = hand.clone();
    listeners.on(&window, "keydown", Hears::Capturing, move |event: KeyboardEvent| {
        if event.key() == "Escape" && this.is_holding() {
            event.prevent_default();
            event.stop_propagation();
            this.give_up(None);
        }
    });
    let Some(document) = window.document() else { return };
    let this = hand.clone();
    let page = document.clone();
    listeners.on(&document, "visibilitychange", Hears::Bubbling, move |_: Event| {
        if page.hidden() {
            this.give_up(None);
        }
    });
}
