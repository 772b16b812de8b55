//! The designer in a page that is awake: what is typed is read, blocks are dragged and lifted, keys undo, and a list opens
//! behind `{{`.

mod drag;
mod editor;
mod lift;
mod logo;
mod names;

use std::collections::BTreeMap;

use leptos::{
    html::{Div, Form},
    leptos_dom::helpers::window_event_listener,
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::{
    Event, FormData, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlTextAreaElement, KeyboardEvent, MouseEvent,
};

pub use editor::{go_to, mount_editor};
pub use lift::{lift_ends, lift_key};
pub use logo::choose_logo;
pub use names::{before_caret, insert};

use super::{
    desk::{Desk, Saving},
    places,
};
use crate::{
    error::AppError,
    ui::listeners::{Hears, Listeners},
};

/// Gives the designer to the person's hands for as long as it stands in the page.
pub fn attach(node: NodeRef<Div>, desk: Desk) {
    Effect::new(move |_| {
        let Some(root) = node.get() else { return };
        let root: HtmlElement = (*root).clone();
        let mut listeners = Listeners::default();
        follow_links(&mut listeners, &root, desk);
        if desk.can_edit {
            drag::start(&mut listeners, &root, desk);
            names::start(&mut listeners, &root, desk);
            undo_keys(&mut listeners, &root, desk);
            ask_before_leaving(&mut listeners, desk);
            follow_other_tabs(&mut listeners, desk);
        }
        drop(root.set_attribute("data-ready", ""));
        StoredValue::new_local(listeners);
    });
}

/// The links of what is wrong lead to the field, whatever is folded around it, and to the place in it that they know.
fn follow_links(listeners: &mut Listeners, root: &HtmlElement, desk: Desk) {
    listeners.on(root, "click", Hears::Bubbling, move |event: Event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let links = "a[data-place], .error-summary a, .block > .field__error a";
        let Some(link) = target.and_then(|target| target.closest(links).ok().flatten()) else { return };
        let of_address = || link.get_attribute("href")?.split_once('#').map(|(_, name)| name.to_owned());
        let Some(name) = link.get_attribute("data-place").or_else(of_address) else { return };
        let number = |name: &str| link.get_attribute(name)?.parse().ok();
        let is_there = match (number("data-line"), number("data-column")) {
            (Some(line), Some(column)) => places::reveal_at(desk, &name, line, column),
            _ => places::reveal(desk, &name),
        };
        if is_there {
            event.prevent_default();
        }
    });
}

/// Control and Z take back a step of the whole draft, also within a field; the code editor has a history of its own.
fn undo_keys(listeners: &mut Listeners, root: &HtmlElement, desk: Desk) {
    listeners.on(root, "keydown", Hears::Capturing, move |event: KeyboardEvent| {
        let is_held = (event.ctrl_key() || event.meta_key()) && !event.alt_key();
        let key = event.key().to_lowercase();
        let is_elsewhere = || {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            target.is_some_and(|target| target.closest(".cm-editor, dialog").ok().flatten().is_some())
        };
        if !is_held || event.is_composing() || is_elsewhere() {
            return;
        }
        match (key.as_str(), event.shift_key()) {
            ("z", false) => desk.undo(),
            ("z", true) | ("y", false) => desk.redo(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    });
}

/// The browser asks before it throws away what is not kept yet; so does a link, where leaving does not keep it.
fn ask_before_leaving(listeners: &mut Listeners, desk: Desk) {
    let Some(window) = web_sys::window() else { return };
    // Before the router hears of it, which listens on the window, too.
    if let Some(page) = window.document() {
        listeners.on(&page, "click", Hears::Capturing, move |event: MouseEvent| {
            let is_lost = desk.saving.try_with_untracked(|saving| {
                matches!(saving, Saving::Conflict(_) | Saving::Failed(AppError::Invalid(_)))
            });
            if is_lost == Some(true) && leads_away(&event) && !is_left_all_the_same() {
                event.prevent_default();
                event.stop_propagation();
            }
        });
    }
    listeners.on(&window, "beforeunload", Hears::Bubbling, move |event: Event| {
        let is_kept = desk.saving.try_with_untracked(|saving| matches!(saving, Saving::Saved(_))).unwrap_or(true);
        if !is_kept {
            desk.leave();
            event.prevent_default();
        }
    });
    // Phones do not ask, and leave a page without a word.
    listeners.on(&window, "pagehide", Hears::Bubbling, move |_: Event| desk.leave());
}

/// Whoever comes back to the page finds what was saved elsewhere meanwhile.
fn follow_other_tabs(listeners: &mut Listeners, desk: Desk) {
    let page = document();
    listeners.on(&page.clone(), "visibilitychange", Hears::Bubbling, move |_: Event| {
        if !page.hidden() {
            desk.look_again();
        }
    });
}

/// Whether a click leads to another page in this tab: what begins with a question mark opens something in this one.
fn leads_away(event: &MouseEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let link = target.and_then(|target| {
        target.closest("a[href]:not([target], [download], [href^='#'], [href^='?'])").ok().flatten()
    });
    let is_plain =
        event.button() == 0 && !event.ctrl_key() && !event.meta_key() && !event.shift_key() && !event.alt_key();
    is_plain && link.is_some()
}

fn is_left_all_the_same() -> bool {
    let question = "Leave without saving? What you changed last on this page is lost.";
    web_sys::window().is_none_or(|window| window.confirm_with_message(question).unwrap_or(true))
}

/// Milliseconds of the browser's clock.
pub fn millis() -> f64 {
    js_sys::Date::now()
}

/// Calls `tick` every few seconds, for as long as the caller stands in the page.
pub fn every_few_seconds(tick: impl Fn() + 'static) {
    Effect::new({
        let tick = std::rc::Rc::new(tick);
        move |_| {
            let tick = tick.clone();
            if let Ok(handle) = set_interval_with_handle(move || tick(), std::time::Duration::from_secs(4)) {
                on_cleanup(move || handle.clear());
            }
        }
    });
}

/// The id of what has the focus.
pub fn focused() -> Option<String> {
    document().active_element().map(|element| element.id()).filter(|id| !id.is_empty())
}

/// Moves the focus to an element that may only come into the page with this change.
pub fn focus(id: &str) {
    let id = id.to_owned();
    request_animation_frame(move || {
        let element = document().get_element_by_id(&id).and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if let Some(element) = element {
            drop(element.focus());
        }
    });
}

/// As [`focus`], with the caret at a line and a column of the text of a field.
pub fn focus_at(id: &str, line: u32, column: u32) {
    let id = id.to_owned();
    request_animation_frame(move || {
        let Some(element) = document().get_element_by_id(&id) else { return };
        // The caret first: a field that gets the focus brings it into sight.
        if let Some(lines) = element.dyn_ref::<HtmlTextAreaElement>() {
            let text = lines.value();
            let caret = places::caret(&text, line, column);
            drop(lines.set_selection_range(caret, caret));
            // A text that had the focus before does not.
            let share = f64::from(caret) / f64::from(js_sys::JsString::from(text).length().max(1));
            let above = f64::from(lines.scroll_height()) * share - f64::from(lines.client_height()) / 2.0;
            lines.set_scroll_top(above.max(0.0) as i32);
        } else if let Some(field) = element.dyn_ref::<HtmlInputElement>() {
            let caret = places::caret(&field.value(), line, column);
            drop(field.set_selection_range(caret, caret));
        }
        if let Some(element) = element.dyn_ref::<HtmlElement>() {
            drop(element.focus());
        }
    });
}

/// Lets the fields of the draft show what was written into the page: a field that somebody has typed in keeps what was
/// typed, whatever its attribute says, until its form is reset.
pub fn show_written() {
    request_animation_frame(move || {
        let Ok(forms) = document().query_selector_all("#mail-form, .block__form") else { return };
        for form in (0..forms.length()).filter_map(|at| forms.item(at)) {
            if let Ok(form) = form.dyn_into::<HtmlFormElement>() {
                form.reset();
            }
        }
    });
}

/// Opens a dialog over the page.
pub fn show_modal(node: NodeRef<leptos::html::Dialog>) {
    if let Some(dialog) = node.get()
        && !dialog.open()
    {
        drop(dialog.show_modal());
    }
}

/// What stands in the fields of a form, without their common prefix.
pub fn read(node: NodeRef<Form>) -> Option<BTreeMap<String, String>> {
    let form: HtmlFormElement = node.get_untracked()?;
    let data = FormData::new_with_form(&form).ok()?;
    let elements = form.elements();
    let names = (0..elements.length()).filter_map(|i| elements.item(i)?.get_attribute("name"));
    let field = |name: String| {
        let value = data.get(&name).as_string()?;
        let short = name.strip_prefix("fields[").and_then(|name| name.strip_suffix(']')).unwrap_or(&name).to_owned();
        Some((short, value))
    };
    Some(names.filter_map(field).collect())
}

/// The name of the field that an event comes from.
pub fn name_of(event: &Event) -> String {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.and_then(|target| target.get_attribute("name")).unwrap_or_default()
}

/// Calls `read` for what is typed into fields that belong to a form and stand outside of it.
pub fn on_outer_fields(form: &'static str, read: impl Fn(String) + Copy + 'static) {
    Effect::new(move |_| {
        let hear = move |event: Event| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            if target.is_some_and(|target| target.get_attribute("form").as_deref() == Some(form)) {
                read(name_of(&event));
            }
        };
        let (typed, chosen) =
            (window_event_listener(leptos::ev::input, hear), window_event_listener(leptos::ev::change, hear));
        on_cleanup(move || {
            typed.remove();
            chosen.remove();
        });
    });
}
