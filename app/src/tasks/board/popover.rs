//! Opening menus, pickers and dialogs over the board: where they stand, their keys, and where the
//! focus goes back to.

#[cfg(feature = "hydrate")]
pub use browser::{
    Press, close, close_list_menu, copy_link, focus_menu_button, hide, is_closing, is_open, menu_keys, open_at_card,
    open_picker, picker_keys, place_picker, pressed_card, pressed_menu, pressed_pick, refocus, refocus_board,
    refocus_card, show_modal,
};

#[cfg(not(feature = "hydrate"))]
pub use server::{
    close, close_list_menu, copy_link, focus_menu_button, hide, is_closing, is_open, menu_keys, open_at_card,
    open_picker, picker_keys, place_picker, refocus, refocus_board, refocus_card, show_modal,
};

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::html::Div;
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{
        Element, Event, HtmlDialogElement, HtmlDivElement, HtmlElement, HtmlInputElement, KeyboardEvent, MouseEvent,
    };

    use crate::domain::ids::{ColumnId, TaskId};
    use crate::tasks::board::tools::{Anchor, Field, Picking};
    use crate::tasks::board::{dom, focus};
    use crate::ui::{clipboard, listbox::walk, placing::place};

    const MENU_ITEMS: &str = "[role^=menuitem]:not([aria-disabled])";
    const PICKER_ITEMS: &str = "input, button, textarea";

    /// How a press on a card was meant.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Press {
        /// With Control or Command, or with a finger while cards are selected.
        Toggle,
        /// With Shift.
        Range,
    }

    /// The card whose menu button was pressed.
    pub fn pressed_menu(event: &MouseEvent) -> Option<TaskId> {
        let pressed = pressed(event).filter(|_| !has_modifier(event))?;
        card_around(&*dom::closest(&pressed, ".card__menu")?)
    }

    /// The field and card whose button was pressed.
    pub fn pressed_pick(event: &MouseEvent) -> Option<(Field, TaskId)> {
        let pressed = pressed(event).filter(|_| !has_modifier(event))?;
        let button = dom::closest(&pressed, ".card__pick")?;
        Some((Field::of_word(&button.get_attribute("data-pick")?)?, card_around(&button)?))
    }

    /// The card that was pressed to select it.
    pub fn pressed_card(event: &MouseEvent, is_selecting: bool) -> Option<(TaskId, Press)> {
        let pressed = pressed(event).filter(|_| !event.alt_key())?;
        let is_control = dom::closest(&pressed, "button, input, textarea, .card__menu").is_some();
        let press = match (event.ctrl_key() || event.meta_key(), event.shift_key()) {
            (true, false) => Press::Toggle,
            (false, true) => Press::Range,
            (false, false) if is_selecting && (is_touch(event) || is_coarse()) => Press::Toggle,
            _ => return None,
        };
        card_around(&pressed).filter(|_| !is_control).map(|card| (card, press))
    }

    fn pressed(event: &MouseEvent) -> Option<Element> {
        event.target()?.dyn_into().ok()
    }

    fn has_modifier(event: &MouseEvent) -> bool {
        event.ctrl_key() || event.meta_key() || event.shift_key()
    }

    fn card_around(element: &Element) -> Option<TaskId> {
        dom::data_id(&*dom::closest(element, ".card")?).parse().ok()
    }

    /// A finger may press where the first pointer is a fine one.
    fn is_touch(event: &MouseEvent) -> bool {
        js_sys::Reflect::get(event, &JsValue::from_str("pointerType")).ok().and_then(|kind| kind.as_string()).as_deref()
            == Some("touch")
    }

    fn is_coarse() -> bool {
        let query = window().match_media("(pointer: coarse)").ok().flatten();
        query.is_some_and(|query| query.matches())
    }

    /// Shows the menu under the card's button, inside the window, with the focus on its first item.
    pub fn open_at_card(node: NodeRef<Div>, menu: &HtmlDivElement, card: TaskId) {
        let Some(button) = menu_button(node, card) else { return };
        drop(menu.show_popover());
        place(menu, &button, true);
        if let Some(first) = all(menu, MENU_ITEMS).first() {
            drop(first.focus());
        }
    }

    /// Shows a picker at the button of its field, else at the card.
    pub fn open_picker(node: NodeRef<Div>, popup: &HtmlDivElement, picking: &Picking) {
        let Some(anchor) = anchor_of(node, picking) else { return };
        if !popup.matches(":popover-open").unwrap_or(false) {
            drop(popup.show_popover());
        }
        if picking.field == Field::Below {
            dom::style(popup, "inline-size", &format!("{}px", anchor.get_bounding_client_rect().width()));
        }
        place(popup, &anchor, false);
        let items = all(popup, MENU_ITEMS);
        let chosen = items.iter().find(|item| item.get_attribute("aria-checked").as_deref() == Some("true"));
        if let Some(item) = chosen.or(items.first()).or(all(popup, PICKER_ITEMS).first()) {
            drop(item.focus());
        }
    }

    /// Puts an open picker where it stands whole, in the next frame: what it offers has come and made it higher.
    pub fn place_picker(node: NodeRef<Div>, popup: NodeRef<Div>, picking: Picking) {
        request_animation_frame(move || {
            if let (true, Some(popup), Some(anchor)) =
                (is_open(popup), popup.get_untracked(), anchor_of(node, &picking))
            {
                place(&popup, &anchor, false);
            }
        });
    }

    fn anchor_of(node: NodeRef<Div>, picking: &Picking) -> Option<HtmlElement> {
        let selector = format!("[data-pick={}]", picking.field.as_str());
        match picking.anchor {
            Anchor::BulkBar => {
                let bar = dom::one(&*document().body()?, ".bulk-bar")?;
                Some(dom::one(&bar, &selector).unwrap_or(bar))
            }
            Anchor::Card(card) => {
                let board = node.get_untracked()?;
                let card = dom::card(&board, &card.to_string())?;
                Some(dom::one(&card, &selector).unwrap_or(card))
            }
        }
    }

    /// Whether a popover's `toggle` event says that it closed.
    pub fn is_closing(event: &Event) -> bool {
        js_sys::Reflect::get(event, &JsValue::from_str("newState")).ok().and_then(|state| state.as_string()).as_deref()
            == Some("closed")
    }

    /// Closes a popover; what had the focus before it has it again.
    pub fn hide(popup: NodeRef<Div>) {
        if let Some(popup) = popup.get_untracked() {
            drop(popup.hide_popover());
        }
    }

    /// Whether the popover has been opened again since.
    pub fn is_open(popup: NodeRef<Div>) -> bool {
        popup.get_untracked().is_some_and(|popup| popup.matches(":popover-open").unwrap_or(false))
    }

    /// Arrows, Home, End and first letters walk the menu; Tab closes it.
    pub fn menu_keys(menu: NodeRef<Div>, event: &KeyboardEvent) {
        let Some(menu) = menu.get_untracked() else { return };
        let items = all(&menu, MENU_ITEMS);
        let at = focused(&items);
        let to = match event.key().as_str() {
            key @ ("ArrowDown" | "ArrowUp" | "Home" | "End") => walk(key, at, items.len()),
            "Tab" => {
                drop(menu.hide_popover());
                None
            }
            letter if letter.chars().count() == 1 && letter != " " && !event.ctrl_key() && !event.meta_key() => {
                by_letter(&items, at, letter)
            }
            _ => return,
        };
        event.prevent_default();
        if let Some(item) = to.and_then(|to| items.get(to)) {
            drop(item.focus());
        }
    }

    /// Up and down walk the boxes and buttons of a picker; fields of date and time keep their keys. Enter in the field that
    /// finds ticks the first that it has found, and what was typed is replaced by what is typed next.
    pub fn picker_keys(popup: NodeRef<Div>, event: &KeyboardEvent) {
        let Some(popup) = popup.get_untracked() else { return };
        let step: isize = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            "Enter" if !event.is_composing() => return tick_first(&popup, event),
            _ => return,
        };
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let keeps = |element: Element| element.matches("[type=date], [type=time], textarea").unwrap_or(false);
        if event.is_composing() || target.is_some_and(keeps) {
            return;
        }
        event.prevent_default();
        let items = all(&popup, PICKER_ITEMS);
        let to = focused(&items).map_or(Some(0), |at| at.checked_add_signed(step));
        if let Some(item) = to.and_then(|to| items.get(to)) {
            drop(item.focus());
        }
    }

    fn tick_first(popup: &HtmlDivElement, event: &KeyboardEvent) {
        let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(field) = field.filter(|field| field.class_list().contains("picker__find")) else { return };
        event.prevent_default();
        if field.value().trim().is_empty() {
            return;
        }
        if let Some(first) = dom::one(popup, ".picker__list input") {
            first.click();
            field.select();
        }
    }

    fn by_letter(items: &[HtmlElement], at: Option<usize>, letter: &str) -> Option<usize> {
        let letter = letter.to_lowercase();
        let from = at.map_or(0, |at| at + 1);
        (0..items.len())
            .map(|step| (from + step) % items.len())
            .find(|i| items[*i].text_content().unwrap_or_default().trim().to_lowercase().starts_with(&letter))
    }

    fn focused(items: &[HtmlElement]) -> Option<usize> {
        let focused = document().active_element()?;
        items.iter().position(|item| **item == focused)
    }

    fn is_focus_lost() -> bool {
        document().active_element().is_none_or(|element| element.tag_name() == "BODY")
    }

    /// Gives the focus back to the button that opened the menu, unless it has gone elsewhere.
    pub fn focus_menu_button(node: NodeRef<Div>, card: TaskId) {
        if let Some(button) = menu_button(node, card).filter(|_| is_focus_lost()) {
            drop(button.focus());
        }
    }

    /// Closes the menu of a list that has been used; the focus is on its button, wherever the list has gone, and on the
    /// one that opens the list where it is collapsed now.
    pub fn close_list_menu(list: ColumnId) {
        let menu = format!("list-menu-{list}");
        let popup = document().get_element_by_id(&menu);
        if let Some(menu) = popup.and_then(|menu| menu.dyn_into::<HtmlElement>().ok()) {
            drop(menu.hide_popover());
        }
        request_animation_frame(move || {
            let button = format!("[popovertarget='{menu}']");
            let Some(button) = document().body().and_then(|body| dom::one(&body, &button)) else { return };
            // A button that has just been hidden may still be taken for the one with the focus.
            let has_focus = is_focus_lost() || document().active_element().is_some_and(|at| at == *button);
            let opener = dom::closest(&button, ".is-folded").and_then(|list| dom::one(&list, ".col__open button"));
            if has_focus {
                drop(opener.unwrap_or(button).focus());
            }
        });
    }

    /// Gives the focus back to what a picker was opened for, unless it has gone elsewhere.
    pub fn refocus(node: NodeRef<Div>, anchor: Anchor) {
        request_animation_frame(move || {
            if !is_focus_lost() {
                return;
            }
            match anchor {
                Anchor::Card(card) => focus_card_of(node, card),
                Anchor::BulkBar => {
                    let button = document().body().and_then(|body| dom::one(&body, ".bulk-bar button"));
                    match button {
                        Some(button) => drop(button.focus()),
                        None => refocus_board(node),
                    }
                }
            }
        });
    }

    /// Gives the focus back to the card.
    pub fn refocus_card(node: NodeRef<Div>, card: TaskId) {
        request_animation_frame(move || focus_card_of(node, card));
    }

    /// Gives the focus to the card that Tab would reach.
    pub fn refocus_board(node: NodeRef<Div>) {
        request_animation_frame(move || {
            let Some(board) = node.get_untracked() else { return };
            focus::gather_tab_stops(&board);
            if let Some(link) = dom::one(&board, ".card__title[tabindex='0']") {
                drop(link.focus());
            }
        });
    }

    fn focus_card_of(node: NodeRef<Div>, card: TaskId) {
        if let Some(board) = node.get_untracked() {
            focus::gather_tab_stops(&board);
            focus::focus_card(&board, card);
        }
    }

    /// Puts the whole address of a path where it can be pasted from; whether that worked.
    pub async fn copy_link(path: String) -> bool {
        let address = format!("{}{path}", window().location().origin().unwrap_or_default());
        clipboard::put(&address).await
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

    fn all(root: &HtmlDivElement, selector: &str) -> Vec<HtmlElement> {
        let Ok(found) = root.query_selector_all(selector) else { return Vec::new() };
        (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect()
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::html::Div;
    use leptos::prelude::NodeRef;

    use crate::domain::ids::{ColumnId, TaskId};
    use crate::tasks::board::tools::{Anchor, Picking};

    pub fn open_at_card<T>(_node: NodeRef<Div>, _menu: &T, _card: TaskId) {}

    pub fn open_picker<T>(_node: NodeRef<Div>, _popup: &T, _picking: &Picking) {}

    pub fn place_picker(_node: NodeRef<Div>, _popup: NodeRef<Div>, _picking: Picking) {}

    pub fn is_closing<T>(_event: &T) -> bool {
        false
    }

    pub fn is_open(_popup: NodeRef<Div>) -> bool {
        false
    }

    pub fn menu_keys<T>(_menu: NodeRef<Div>, _event: &T) {}

    pub fn picker_keys<T>(_popup: NodeRef<Div>, _event: &T) {}

    pub fn focus_menu_button(_node: NodeRef<Div>, _card: TaskId) {}

    pub fn close_list_menu(_list: ColumnId) {}

    pub fn hide(_popup: NodeRef<Div>) {}

    pub fn refocus(_node: NodeRef<Div>, _anchor: Anchor) {}

    pub fn refocus_card(_node: NodeRef<Div>, _card: TaskId) {}

    pub fn refocus_board(_node: NodeRef<Div>) {}

    pub async fn copy_link(_path: String) -> bool {
        false
    }

    pub fn show_modal<T>(_dialog: &T) {}

    pub fn close<T>(_dialog: &T) {}
}
