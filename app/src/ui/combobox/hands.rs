//! The hands of a combobox: its keys, its presses, and where its list stands.

use leptos::{html::Input, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Event, EventInit, HtmlElement, HtmlInputElement, KeyboardEvent, Node};

use super::{State, option_id};
use crate::ui::{
    listbox::{show_option, walk},
    listeners::{Hears, Listeners},
    placing::{self, GAP, MARGIN},
};

/// Makes a combobox of a field that the server sent with a `<datalist>`. The listeners go with the
/// effect that this is called in.
pub fn take_over(field: &HtmlInputElement, state: State) {
    drop(field.remove_attribute("list"));
    for (name, value) in [
        ("role", "combobox"),
        ("aria-autocomplete", "list"),
        ("aria-controls", state.id),
        ("aria-expanded", "false"),
        ("autocomplete", "off"),
    ] {
        drop(field.set_attribute(name, value));
    }
    let mut listeners = Listeners::default();
    let typed_in = field.clone();
    listeners.on(field, "input", Hears::Bubbling, move |_: Event| {
        state.typed.set(typed_in.value());
        state.is_typed.set(true);
        state.active.set(None);
        state.is_open.set(true);
    });
    listeners.on(field, "keydown", Hears::Bubbling, move |event: KeyboardEvent| on_key(state, &event));
    listeners.on(field, "click", Hears::Bubbling, move |_: Event| open(state));
    listeners.on(field, "blur", Hears::Bubbling, move |_: Event| close(state));
    for name in ["scroll", "resize"] {
        listeners.on(&window(), name, Hears::Capturing, move |event: Event| follow(state, &event));
        if let Some(seen) = window().visual_viewport() {
            listeners.on(&seen, name, Hears::Bubbling, move |event: Event| follow(state, &event));
        }
    }
    StoredValue::new_local(listeners);
}

/// Shows the list where there is something to choose, and says so at the field.
pub fn show(state: State) {
    let (Some(field), Some(popup)) = (state.field.get(), state.popup.get()) else { return };
    let count = state.found.with(|found| found.rows.len());
    state.active.track();
    let active = at(state).map(|at| option_id(state.id, at));
    drop(field.set_attribute("aria-expanded", if count > 0 { "true" } else { "false" }));
    drop(match &active {
        Some(id) => field.set_attribute("aria-activedescendant", id),
        None => field.remove_attribute("aria-activedescendant"),
    });
    if count == 0 {
        if is_shown(&popup) {
            drop(popup.hide_popover());
        }
        return;
    }
    if !is_shown(&popup) {
        drop(popup.show_popover());
    }
    // Once the rows are in the document.
    request_animation_frame(move || {
        fit(&popup, &field);
        if let Some(id) = active {
            show_option(&id);
        }
    });
}

/// Types a proposal into the field, as the person would have.
pub fn take(state: State, value: &str) {
    let Some(field) = state.field.get_untracked() else { return };
    field.set_value(value);
    let bubbling = EventInit::new();
    bubbling.set_bubbles(true);
    for name in ["input", "change"] {
        if let Ok(event) = Event::new_with_event_init_dict(name, &bubbling) {
            drop(field.dispatch_event(&event));
        }
    }
    close(state);
}

fn on_key(state: State, event: &KeyboardEvent) {
    if event.is_composing() || event.ctrl_key() || event.meta_key() || event.shift_key() {
        return;
    }
    let key = event.key();
    match key.as_str() {
        "ArrowDown" if event.alt_key() => open(state),
        "ArrowUp" if event.alt_key() => close(state),
        "ArrowDown" | "ArrowUp" => {
            open(state);
            go(state, &key);
        }
        "Home" | "End" if at(state).is_some() => go(state, &key),
        "Enter" => {
            let active = at(state).and_then(|_| state.active.get_untracked());
            let Some(value) = active else { return close(state) };
            take(state, &value);
        }
        // The next one belongs to what is around the field.
        "Escape" if count(state) > 0 => close(state),
        // The caret is in the text again.
        "ArrowLeft" | "ArrowRight" => return state.active.set(None),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

/// Opens the list unless it is there; a field that holds a whole choice offers the others, too.
fn open(state: State) {
    let Some(field) = state.field.get_untracked().filter(|_| count(state) == 0) else { return };
    let text = field.value();
    let is_chosen = state.choices.with_untracked(|choices| choices.iter().any(|choice| choice.value == text));
    state.is_typed.set(!text.is_empty() && !is_chosen);
    state.typed.set(text);
    state.is_open.set(true);
}

fn close(state: State) {
    state.is_open.set(false);
    state.active.set(None);
}

fn go(state: State, key: &str) {
    if let Some(to) = walk(key, at(state), count(state)) {
        let value = state.found.with_untracked(|found| found.rows.get(to).map(|choice| choice.value.clone()));
        state.active.set(value);
    }
}

fn count(state: State) -> usize {
    state.found.with_untracked(|found| found.rows.len())
}

/// The row of the option that Enter takes.
fn at(state: State) -> Option<usize> {
    let active = state.active.get_untracked()?;
    state.found.with_untracked(|found| found.rows.iter().position(|choice| choice.value == active))
}

fn is_shown(popup: &HtmlElement) -> bool {
    popup.matches(":popover-open").unwrap_or(false)
}

/// Something scrolled or changed its size: the list stays with its field, and goes when that does.
fn follow(state: State, event: &Event) {
    let (Some(field), Some(popup)) = (state.field.get_untracked(), state.popup.get_untracked()) else { return };
    let scrolled = event.target().and_then(|target| target.dyn_into::<Node>().ok());
    if !is_shown(&popup) || scrolled.is_some_and(|node| popup.contains(Some(&node))) {
        return;
    }
    let around = field.get_bounding_client_rect();
    if around.bottom() < 0.0 || around.top() > placing::bottom() {
        return close(state);
    }
    fit(&popup, &field);
}

/// As wide as the field, and as high as the larger room beside it allows.
fn fit(popup: &HtmlElement, field: &HtmlElement) {
    let around = field.get_bounding_client_rect();
    let room = (placing::bottom() - around.bottom()).max(around.top()) - GAP - MARGIN;
    placing::style(popup, "inline-size", &format!("{}px", around.width()));
    placing::style(popup, "max-block-size", &format!("min(20rem, {room}px)"));
    placing::place(popup, field, false);
}

/// Whether a key in a field that proposes is Enter for what stands there. It does not send the form around the field, and
/// what the list has marked, the list takes.
pub fn enters(field: NodeRef<Input>, event: &KeyboardEvent) -> bool {
    if event.key() != "Enter" || event.is_composing() {
        return false;
    }
    event.prevent_default();
    field.get_untracked().is_some_and(|field| !field.has_attribute("aria-activedescendant"))
}
