//! Opening the card's menu and the dialogs over the board: where they stand, their keys, and where
//! the focus goes back to.

#[cfg(feature = "hydrate")]
pub use browser::{
    close, focus_menu_button, is_closing, menu_keys, open_at_card, pressed_menu, refocus_card, show_modal,
};

#[cfg(not(feature = "hydrate"))]
pub use server::{
    close, focus_menu_button, is_closing, menu_keys, open_at_card, pressed_menu, refocus_card, show_modal,
};

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::html::Div;
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{Element, Event, HtmlDialogElement, HtmlDivElement, HtmlElement, KeyboardEvent, MouseEvent};

    use crate::domain::ids::TaskId;
    use crate::tasks::board::{dom, focus};

    /// The space between the menu and the edge of the window.
    const MARGIN: f64 = 8.0;

    /// The card whose menu button was pressed.
    pub fn pressed_menu(event: &MouseEvent) -> Option<TaskId> {
        let has_modifier = event.ctrl_key() || event.meta_key() || event.shift_key();
        let pressed: Element = event.target()?.dyn_into().ok()?;
        let button = dom::closest(&pressed, ".card__menu").filter(|_| !has_modifier)?;
        dom::data_id(&*dom::closest(&button, ".card")?).parse().ok()
    }

    /// Shows the menu under the card's button, inside the window, with the focus on its first item.
    pub fn open_at_card(node: NodeRef<Div>, menu: &HtmlDivElement, card: TaskId) {
        let Some(button) = menu_button(node, card) else { return };
        drop(menu.show_popover());
        let (anchor, size) = (button.get_bounding_client_rect(), menu.get_bounding_client_rect());
        let (width, height) = window_size();
        let left = (anchor.right() - size.width()).min(width - size.width() - MARGIN).max(MARGIN);
        let below = anchor.bottom() + 4.0;
        let fits = below + size.height() <= height - MARGIN;
        let top = if fits { below } else { (anchor.top() - 4.0 - size.height()).max(MARGIN) };
        dom::style(menu, "left", &format!("{left}px"));
        dom::style(menu, "top", &format!("{top}px"));
        if let Some(first) = items(menu).first() {
            drop(first.focus());
        }
    }

    /// Whether a popover's `toggle` event says that it closed.
    pub fn is_closing(event: &Event) -> bool {
        js_sys::Reflect::get(event, &JsValue::from_str("newState")).ok().and_then(|state| state.as_string()).as_deref()
            == Some("closed")
    }

    /// Arrows, Home, End and first letters walk the menu; Tab closes it.
    pub fn menu_keys(menu: NodeRef<Div>, event: &KeyboardEvent) {
        let Some(menu) = menu.get_untracked() else { return };
        let items = items(&menu);
        let focused = document().active_element();
        let at = items.iter().position(|item| focused.as_ref().is_some_and(|focused| **item == *focused));
        let count = items.len();
        let to = match event.key().as_str() {
            "ArrowDown" => Some(at.map_or(0, |at| (at + 1) % count.max(1))),
            "ArrowUp" => Some(at.map_or(0, |at| (at + count - 1) % count.max(1))),
            "Home" => Some(0),
            "End" => count.checked_sub(1),
            "Tab" => {
                drop(menu.hide_popover());
                None
            }
            letter if letter.chars().count() == 1 && letter != " " => by_letter(&items, at, letter),
            _ => return,
        };
        event.prevent_default();
        if let Some(item) = to.and_then(|to| items.get(to)) {
            drop(item.focus());
        }
    }

    fn by_letter(items: &[HtmlElement], at: Option<usize>, letter: &str) -> Option<usize> {
        let letter = letter.to_lowercase();
        let from = at.map_or(0, |at| at + 1);
        (0..items.len())
            .map(|step| (from + step) % items.len())
            .find(|i| items[*i].text_content().unwrap_or_default().trim().to_lowercase().starts_with(&letter))
    }

    /// Gives the focus back to the button that opened the menu, unless it has gone elsewhere.
    pub fn focus_menu_button(node: NodeRef<Div>, card: TaskId) {
        let is_lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        if let Some(button) = menu_button(node, card).filter(|_| is_lost) {
            drop(button.focus());
        }
    }

    /// Gives the focus back to the card.
    pub fn refocus_card(node: NodeRef<Div>, card: TaskId) {
        request_animation_frame(move || {
            if let Some(board) = node.get_untracked() {
                focus::gather_tab_stops(&board);
                focus::focus_card(&board, card);
            }
        });
    }

    pub fn show_modal(dialog: &HtmlDialogElement) {
        if !dialog.open() {
            drop(dialog.show_modal());
        }
    }

    pub fn close(dialog: &HtmlDialogElement) {
        dialog.close();
    }

    fn menu_button(node: NodeRef<Div>, card: TaskId) -> Option<HtmlElement> {
        let board = node.get_untracked()?;
        dom::one(&*dom::card(&board, &card.to_string())?, ".card__menu")
    }

    fn items(menu: &HtmlDivElement) -> Vec<HtmlElement> {
        let Ok(found) = menu.query_selector_all("[role=menuitem]:not([aria-disabled])") else { return Vec::new() };
        (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect()
    }

    fn window_size() -> (f64, f64) {
        let window = window();
        let side = |value: Result<JsValue, JsValue>| value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
        (side(window.inner_width()), side(window.inner_height()))
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::html::Div;
    use leptos::prelude::NodeRef;

    use crate::domain::ids::TaskId;

    pub fn pressed_menu<T>(_event: &T) -> Option<TaskId> {
        None
    }

    pub fn open_at_card<T>(_node: NodeRef<Div>, _menu: &T, _card: TaskId) {}

    pub fn is_closing<T>(_event: &T) -> bool {
        false
    }

    pub fn menu_keys<T>(_menu: NodeRef<Div>, _event: &T) {}

    pub fn focus_menu_button(_node: NodeRef<Div>, _card: TaskId) {}

    pub fn refocus_card(_node: NodeRef<Div>, _card: TaskId) {}

    pub fn show_modal<T>(_dialog: &T) {}

    pub fn close<T>(_dialog: &T) {}
}
