//! The list of variables that opens behind `{{` in a field, each with its value in the data of the preview.

use std::{cell::RefCell, rc::Rc};

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{
    Element, Event, EventInit, FocusEvent, HtmlElement, HtmlInputElement, HtmlTextAreaElement, KeyboardEvent,
    MouseEvent,
};

use super::editor::{insert_text, text_before};
use crate::{
    templates::designer::{
        desk::Desk,
        variables::{Known, there},
    },
    ui::{
        listbox::walk,
        listeners::{Hears, Listeners},
        placing::place,
    },
};

/// Most rows of the list; typing narrows it.
const ROWS: usize = 12;
const LIST: &str = "variable-list";

/// A field in which variables are filled in.
#[derive(Clone)]
enum Field {
    Line(HtmlInputElement),
    Lines(HtmlTextAreaElement),
}

/// Where something can be written.
#[derive(Clone)]
enum Spot {
    Field(Field),
    /// The code editor, which knows its caret itself.
    Code,
}

thread_local! {
    /// What had the focus last.
    static LAST: RefCell<Option<Spot>> = const { RefCell::new(None) };
}

impl Spot {
    fn of(event: &Event) -> Option<Self> {
        if let Some(field) = Field::of(event) {
            return Some(Self::Field(field));
        }
        let target: Element = event.target()?.dyn_into().ok()?;
        // The fields of its search are no place for variables.
        target.closest(".cm-content").ok().flatten().map(|_| Self::Code)
    }
}

impl Field {
    fn of(event: &Event) -> Option<Self> {
        let target: Element = event.target()?.dyn_into().ok()?;
        if !target.has_attribute("data-variables") {
            return None;
        }
        match target.dyn_into::<HtmlInputElement>() {
            Ok(line) => Some(Self::Line(line)),
            Err(other) => other.dyn_into().ok().map(Self::Lines),
        }
    }

    fn element(&self) -> &HtmlElement {
        match self {
            Self::Line(line) => line,
            Self::Lines(lines) => lines,
        }
    }

    /// The text before and behind the caret. The browser counts in units of UTF-16.
    fn around(&self) -> (String, String) {
        let (text, caret) = match self {
            Self::Line(line) => (line.value(), line.selection_start()),
            Self::Lines(lines) => (lines.value(), lines.selection_start()),
        };
        let text = js_sys::JsString::from(text);
        let caret = caret.ok().flatten().unwrap_or_else(|| text.length());
        (text.substring(0, caret).into(), text.substring(caret, text.length()).into())
    }

    /// Writes a text with the caret behind its first part, as if it had been typed.
    fn write(&self, before: &str, after: &str) {
        let (text, caret) = (format!("{before}{after}"), js_sys::JsString::from(before).length());
        match self {
            Self::Line(line) => {
                line.set_value(&text);
                drop(line.set_selection_range(caret, caret));
            }
            Self::Lines(lines) => {
                lines.set_value(&text);
                drop(lines.set_selection_range(caret, caret));
            }
        }
        let init = EventInit::new();
        init.set_bubbles(true);
        if let Ok(event) = Event::new_with_event_init_dict("input", &init) {
            drop(self.element().dispatch_event(&event));
        }
    }
}

struct Names {
    desk: Desk,
    popup: HtmlElement,
    open: RefCell<Option<Open>>,
}

/// The open list.
struct Open {
    field: Field,
    rows: Vec<Known>,
    active: usize,
}

/// Opens the list for the fields in `root` for as long as the listeners live.
pub fn start(listeners: &mut Listeners, root: &HtmlElement, desk: Desk) {
    let Some(popup) = popup(root) else { return };
    let names = Rc::new(Names { desk, popup, open: RefCell::new(None) });
    let this = names.clone();
    listeners.on(root, "input", Hears::Bubbling, move |event: Event| this.hear(&event));
    let this = names.clone();
    listeners.on(root, "keydown", Hears::Capturing, move |event: KeyboardEvent| this.key(&event));
    // A row of blocks keeps its own focus to itself.
    listeners.on(root, "focusin", Hears::Capturing, |event: FocusEvent| {
        if let Some(spot) = Spot::of(&event) {
            LAST.with(|last| *last.borrow_mut() = Some(spot));
        }
    });
    let this = names.clone();
    listeners.on(root, "focusout", Hears::Bubbling, move |_: FocusEvent| this.close());
    // A press on the list leaves the focus in the field.
    listeners.on(&names.popup, "mousedown", Hears::Bubbling, |event: MouseEvent| event.prevent_default());
    let popup = names.popup.clone();
    listeners.on(&popup, "click", Hears::Bubbling, move |event: MouseEvent| {
        let row = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let row = row.and_then(|target| target.closest("[data-name]").ok().flatten());
        if let Some(name) = row.and_then(|row| row.get_attribute("data-name")) {
            names.take(&name);
        }
    });
}

/// The text before the place where the caret was last; none where it was nowhere.
pub fn before_caret() -> Option<String> {
    match LAST.with(|last| last.borrow().clone())? {
        Spot::Code => text_before(),
        Spot::Field(field) => field.element().is_connected().then(|| field.around().0),
    }
}

/// Writes a text where the caret was last.
pub fn insert(text: &str) -> bool {
    match LAST.with(|last| last.borrow().clone()) {
        Some(Spot::Code) => insert_text(text),
        Some(Spot::Field(field)) if field.element().is_connected() => {
            let (before, after) = field.around();
            drop(field.element().focus());
            field.write(&format!("{before}{text}"), &after);
            true
        }
        _ => false,
    }
}

/// What somebody has begun to write behind the last `{{` that is not closed.
fn begun(before: &str) -> Option<(usize, &str)> {
    let open = before.rfind("{{")?;
    let wanted = &before[open + 2..];
    let is_name = wanted.trim_start().chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'));
    (is_name && wanted.len() < 60).then_some((open, wanted.trim_start()))
}

impl Names {
    fn hear(&self, event: &Event) {
        let Some(field) = Field::of(event) else { return };
        let (before, _) = field.around();
        let rows = begun(&before).map(|(_, wanted)| {
            let wanted = wanted.to_lowercase();
            let fits = |known: &Known| known.name.to_lowercase().contains(&wanted);
            there(self.desk.shown.known(), &before).into_iter().filter(fits).take(ROWS).collect::<Vec<_>>()
        });
        match rows {
            Some(rows) if !rows.is_empty() => {
                *self.open.borrow_mut() = Some(Open { field, rows, active: 0 });
                self.show();
            }
            _ => self.close(),
        }
    }

    fn key(&self, event: &KeyboardEvent) {
        let key = event.key();
        let taken = {
            let mut open = self.open.borrow_mut();
            let Some(open) = open.as_mut().filter(|_| !event.is_composing()) else { return };
            match key.as_str() {
                "Enter" | "Tab" => open.rows.get(open.active).map(|known| known.name.clone()),
                "Escape" => None,
                _ => match walk(&key, Some(open.active), open.rows.len()).filter(|_| key.starts_with("Arrow")) {
                    Some(active) => {
                        open.active = active;
                        Some(String::new())
                    }
                    None => return,
                },
            }
        };
        event.prevent_default();
        event.stop_propagation();
        match taken.as_deref() {
            Some("") => self.show(),
            Some(name) => self.take(name),
            None => self.close(),
        }
    }

    fn take(&self, name: &str) {
        let Some(Open { field, rows, .. }) = self.open.borrow_mut().take() else { return };
        self.hide(&field);
        let Some(known) = rows.into_iter().find(|known| known.name == name) else { return };
        let (before, after) = field.around();
        let Some((open, _)) = begun(&before) else { return };
        let rest = after.trim_start_matches(' ');
        let after = rest.strip_prefix("}}").unwrap_or(&after);
        field.write(&format!("{}{}", &before[..open], known.written()), after);
    }

    fn close(&self) {
        let open = self.open.borrow_mut().take();
        if let Some(Open { field, .. }) = open {
            self.hide(&field);
        }
    }

    fn hide(&self, field: &Field) {
        for name in ["aria-activedescendant", "aria-controls"] {
            drop(field.element().remove_attribute(name));
        }
        drop(self.popup.hide_popover());
    }

    fn show(&self) {
        let open = self.open.borrow();
        let (Some(Open { field, rows, active }), Some(list)) = (open.as_ref(), self.popup.first_element_child()) else {
            return;
        };
        list.set_text_content(None);
        for (i, known) in rows.iter().enumerate() {
            let Some(row) = row(known, i == *active, &format!("{LIST}-{i}")) else { return };
            drop(list.append_child(&row));
        }
        let element = field.element();
        drop(element.set_attribute("aria-autocomplete", "list"));
        drop(element.set_attribute("aria-controls", LIST));
        drop(element.set_attribute("aria-activedescendant", &format!("{LIST}-{active}")));
        if !self.popup.matches(":popover-open").unwrap_or(false) {
            drop(self.popup.show_popover());
        }
        place(&self.popup, element, false);
        crate::ui::listbox::show_option(&format!("{LIST}-{active}"));
    }
}

fn popup(root: &HtmlElement) -> Option<HtmlElement> {
    let popup: HtmlElement = document().create_element("div").ok()?.dyn_into().ok()?;
    popup.set_class_name("menu combobox variables-menu");
    popup.set_attribute("popover", "manual").ok()?;
    let list = document().create_element("div").ok()?;
    list.set_class_name("combobox__list");
    for (name, value) in [("role", "listbox"), ("id", LIST), ("aria-label", "Variables"), ("tabindex", "-1")] {
        list.set_attribute(name, value).ok()?;
    }
    popup.append_child(&list).ok()?;
    // It goes with the designer.
    root.append_child(&popup).ok()?;
    Some(popup)
}

fn row(known: &Known, is_active: bool, id: &str) -> Option<Element> {
    let row = document().create_element("div").ok()?;
    row.set_class_name("menu__item");
    let attributes = [
        ("role", "option"),
        ("id", id),
        ("data-name", &known.name),
        ("aria-selected", if is_active { "true" } else { "false" }),
    ];
    for (name, value) in attributes {
        row.set_attribute(name, value).ok()?;
    }
    let about = match known.each {
        Some(_) => format!("A loop. {}", known.about),
        None => known.about.clone(),
    };
    for (class, text) in [("variables-menu__name", &known.name), ("menu__note", &about)] {
        let part = document().create_element("span").ok()?;
        part.set_class_name(class);
        part.set_text_content(Some(text));
        row.append_child(&part).ok()?;
    }
    Some(row)
}
