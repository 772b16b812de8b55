//! Keys as the browser tells them.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use super::{Action, Place, Pressed, meant};

/// G and the letter after it are pressed within this many milliseconds.
const GO_MILLIS: f64 = 1_500.0;

thread_local! {
    static GO: Cell<Go> = const { Cell::new(Go { seen: 0.0, is_after: false, since: None }) };
}

/// Whether G was pressed before a key. Several listeners ask about one event.
#[derive(Clone, Copy)]
struct Go {
    /// The event that was asked about last, by its time.
    seen: f64,
    /// Whether it came after G.
    is_after: bool,
    /// When G was pressed.
    since: Option<f64>,
}

/// What the key of an event does at a place. Nothing while somebody writes with an input method,
/// and nothing that something inside has already taken.
pub fn pressed(event: &KeyboardEvent, place: Place, uses_singles: bool) -> Option<Action> {
    if event.is_composing() || event.default_prevented() {
        return None;
    }
    let pressed = Pressed {
        key: meant(event.key(), &event.code(), event.alt_key()),
        has_control: event.ctrl_key() || event.meta_key(),
        has_shift: event.shift_key(),
        has_alt: event.alt_key(),
        is_after_go: is_after_go(event),
    };
    super::action(place, &pressed, uses_singles)
}

fn is_after_go(event: &KeyboardEvent) -> bool {
    let (now, go) = (event.time_stamp(), GO.get());
    if go.seen == now {
        return go.is_after;
    }
    let is_after = go.since.is_some_and(|then| now - then < GO_MILLIS);
    let is_held = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    let is_go = event.key().eq_ignore_ascii_case("g") && !is_held && !is_after && !is_for_field(event);
    GO.set(Go { seen: now, is_after, since: is_go.then_some(now) });
    is_after
}

/// Whether a key belongs to a field or a dialog.
pub fn is_for_field(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let inside = "input, textarea, select, [contenteditable], dialog, [popover]";
    target.is_some_and(|target| target.closest(inside).ok().flatten().is_some())
}

/// Whether a key would take a step back, or again, in a field that has no steps of its own: a choice, a box, a day.
pub fn undoes_beside_text(event: &KeyboardEvent) -> bool {
    let is_undo = (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("z");
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let plain = "select, input:is([type=checkbox], [type=radio], [type=date], [type=time])";
    let is_above = |field: &Element| field.closest("dialog, [popover]").ok().flatten().is_some();
    is_undo && target.is_some_and(|field| field.matches(plain).unwrap_or(false) && !is_above(&field))
}
