//! The focus on the board: one tab stop for all cards, and where the focus goes.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::dom;
use crate::domain::ids::TaskId;

/// Puts the focus on a card's link.
pub fn focus_card(board: &HtmlElement, card: TaskId) {
    let Some(card) = dom::card(board, &card.to_string()) else { return };
    if let Some(link) = dom::one(&card, ".card__title") {
        rove(board, &link);
        let quiet = web_sys::FocusOptions::new();
        quiet.set_prevent_scroll(true);
        drop(link.focus_with_options(&quiet));
    }
    show(&card);
}

/// Leaves one card reachable by Tab, after cards came or went.
pub fn gather_tab_stops(board: &HtmlElement) {
    let links = links(board);
    let kept = links.iter().find(|link| link.tab_index() == 0 && link.has_attribute("tabindex")).or(links.first());
    if let Some(kept) = kept {
        rove(board, kept);
    }
}

/// Leaves only this link reachable by Tab.
pub fn rove(board: &HtmlElement, chosen: &HtmlElement) {
    for link in links(board) {
        link.set_tab_index(if link == *chosen { 0 } else { -1 });
    }
}

fn links(board: &HtmlElement) -> Vec<HtmlElement> {
    let Ok(found) = board.query_selector_all(".card__title") else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect()
}

/// The card's link that an event began on.
pub fn title_of(target: Option<web_sys::EventTarget>) -> Option<HtmlElement> {
    let element: HtmlElement = target?.dyn_into().ok()?;
    element.class_list().contains("card__title").then_some(element)
}

/// A link that acts as a button is pressed with Space too.
pub fn press_menu_button(event: &KeyboardEvent) {
    let button = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    if let Some(button) = button.filter(|button| event.key() == " " && button.class_list().contains("card__menu")) {
        event.prevent_default();
        button.click();
    }
}

/// Scrolls a card into sight, no further than needed.
pub fn show(card: &Element) {
    let nearest = ScrollIntoViewOptions::new();
    nearest.set_block(ScrollLogicalPosition::Nearest);
    nearest.set_inline(ScrollLogicalPosition::Nearest);
    card.scroll_into_view_with_scroll_into_view_options(&nearest);
}

/// Puts the focus into the text filter.
pub fn focus_filter() {
    if let Some(filter) = document().body().and_then(|body| dom::one(&body, ".toolbar input[name=q]")) {
        drop(filter.focus());
    }
}

/// Whether a key belongs to a field or a dialog.
pub fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| dom::closest(&target, "input, textarea, select, [contenteditable], dialog").is_some())
}

/// Whether the page is read from right to left.
pub fn is_right_to_left(element: &Element) -> bool {
    let style = web_sys::window().and_then(|window| window.get_computed_style(element).ok().flatten());
    style.is_some_and(|style| style.get_property_value("direction").is_ok_and(|direction| direction == "rtl"))
}
