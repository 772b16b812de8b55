//! Gives the calendar to the person's hands once the page is awake: pointer and keys.

#[cfg(feature = "hydrate")]
pub use browser::{attach, keep_focus};

#[cfg(not(feature = "hydrate"))]
pub use server::{attach, keep_focus};

#[cfg(feature = "hydrate")]
mod browser {
    use std::rc::Rc;

    use leptos::html::Table;
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlElement, KeyboardEvent};

    use crate::domain::ids::TaskId;
    use crate::tasks::board::dom;
    use crate::tasks::calendar::drag;
    use crate::tasks::calendar::grid::Desk;
    use crate::ui::keys::{self, Action, Place};
    use crate::ui::listeners::Hears;

    /// Lets pointer and keys move tasks for as long as the calendar stands in the page.
    pub fn attach(node: NodeRef<Table>, desk: Desk) {
        Effect::new(move |_| {
            let Some(table) = node.get() else { return };
            let table: HtmlElement = (*table).clone();
            drop(table.set_attribute("data-ready", ""));
            if !desk.can_edit {
                return;
            }
            let mut listeners = drag::start(
                &table,
                Rc::new(move |id: &str, days: i64| {
                    if let Ok(id) = id.parse() {
                        desk.shift(id, days);
                    }
                }),
            );
            let root = table.clone();
            listeners.on(&table, "keydown", Hears::Bubbling, move |event: KeyboardEvent| on_key(&root, desk, &event));
            StoredValue::new_local(listeners);
        });
    }

    /// Shift with an arrow: a day, or a week.
    fn on_key(table: &HtmlElement, desk: Desk, event: &KeyboardEvent) {
        let is_rtl =
            document().document_element().and_then(|root| root.get_attribute("dir")).is_some_and(|dir| dir == "rtl");
        let side = if is_rtl { -1 } else { 1 };
        let days = match keys::pressed(event, Place::Calendar, true) {
            Some(Action::DayBefore) => -side,
            Some(Action::DayAfter) => side,
            Some(Action::WeekBefore) => -7,
            Some(Action::WeekAfter) => 7,
            _ => return,
        };
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(item) = target.and_then(|target| dom::closest(&target, ".event")) else { return };
        let Ok(id) = dom::data_id(&item).parse::<TaskId>() else { return };
        event.prevent_default();
        desk.shift(id, days);
        let table = table.clone();
        request_animation_frame(move || focus(&table, id));
    }

    /// Makes a change after which the focus is on the task that had it, on whichever day that is then.
    pub fn keep_focus(node: NodeRef<Table>, change: impl FnOnce()) {
        let focused = document().active_element().and_then(|element| dom::closest(&element, ".event"));
        let id = focused.and_then(|item| dom::data_id(&item).parse::<TaskId>().ok());
        change();
        let (Some(id), Some(table)) = (id, node.get_untracked()) else { return };
        let table: HtmlElement = (*table).clone();
        request_animation_frame(move || {
            // A task that stayed where it was has kept it.
            let is_lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
            if is_lost {
                focus(&table, id);
            }
        });
    }

    /// The focus goes along; where the day is not on the page, it stays in the calendar.
    fn focus(table: &HtmlElement, id: TaskId) {
        let selector = format!(".event[data-id=\"{id}\"]:not(.is-under-way) .event__title");
        if let Some(link) = dom::one(table, &selector) {
            drop(link.focus());
        } else if let Some(region) = dom::closest(table, ".calendar-wrap") {
            drop(region.focus());
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::html::Table;
    use leptos::prelude::*;

    use crate::tasks::calendar::grid::Desk;

    /// The server has no hands.
    pub fn attach(_node: NodeRef<Table>, _desk: Desk) {}

    /// The server has no focus.
    pub fn keep_focus(_node: NodeRef<Table>, change: impl FnOnce()) {
        change();
    }
}
