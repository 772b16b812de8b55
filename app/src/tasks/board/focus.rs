//! The focus on the board: one tab stop for all cards, and where the focus goes.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::dom;
use crate::domain::ids::TaskId;

/// Puts the focus on a card's link.
pub fn focus_card(board: &HtmlElement, card: TaskId) {
    let Some(card) = dom::card(board, &card.to_string()) else { return focus_tab_stop(board) };
    if let Some(link) = dom::one(&card, ".card__title") {
        rove(board, &link);
        let quiet = web_sys::FocusOptions::new();
        quiet.set_prevent_scroll(true);
        drop(link.focus_with_options(&quiet));
    }
    show(&card);
}

/// Where a card is not there any more, the focus goes to the one that Tab would reach, unless it is somewhere.
fn focus_tab_stop(board: &HtmlElement) {
    let link = dom::one(board, ".card__title[tabindex='0']").filter(|_| is_nothing_focused());
    if let Some(link) = link {
        drop(link.focus());
    }
}

/// Whether a card can have the focus: not in a collapsed list, and not in a lane that is closed.
pub fn is_in_reach(element: &Element) -> bool {
    let hides = |selector: &str| element.closest(selector).ok().flatten().is_some();
    !hides(".col.is-folded") && !hides("details:not([open])")
}

/// Leaves one card reachable by Tab, with its menu, after cards came or went, or were hidden.
pub fn gather_tab_stops(board: &HtmlElement) {
    let links = all(board, ".card__title");
    let mut in_reach = links.iter().filter(|link| is_in_reach(link));
    let is_kept = |link: &&HtmlElement| link.tab_index() == 0 && link.has_attribute("tabindex");
    let kept = in_reach.clone().find(is_kept).or_else(|| in_reach.next());
    if let Some(kept) = kept {
        for other in all(board, ".card__title:not([tabindex]), .card__menu:not([tabindex])") {
            other.set_tab_index(-1);
        }
        rove(board, kept);
    }
}

/// Leaves only this link and the menu of its card reachable by Tab.
pub fn rove(board: &HtmlElement, chosen: &HtmlElement) {
    let menu = dom::closest(chosen, ".card").and_then(|card| dom::one(&card, ".card__menu"));
    for other in all(board, ".card__title[tabindex='0'], .card__menu[tabindex='0']") {
        if other != *chosen && menu.as_ref() != Some(&other) {
            other.set_tab_index(-1);
        }
    }
    for reachable in menu.iter().chain([chosen]) {
        reachable.set_tab_index(0);
    }
}

fn all(board: &HtmlElement, selector: &str) -> Vec<HtmlElement> {
    let Ok(found) = board.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect()
}

/// The card's link that an event began on.
pub fn title_of(target: Option<web_sys::EventTarget>) -> Option<HtmlElement> {
    let element: HtmlElement = target?.dyn_into().ok()?;
    element.class_list().contains("card__title").then_some(element)
}

/// The card that an event began in.
pub fn card_of(target: Option<web_sys::EventTarget>) -> Option<TaskId> {
    let element: Element = target?.dyn_into().ok()?;
    dom::data_id(&*dom::closest(&element, ".card")?).parse().ok()
}

/// A link that acts as a button is pressed with Space too.
pub fn press_button(event: &KeyboardEvent) {
    let button = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let is_button = |element: &HtmlElement| element.matches("a[role=button]").unwrap_or(false);
    if let Some(button) = button.filter(|button| event.key() == " " && is_button(button)) {
        event.prevent_default();
        button.click();
    }
}

/// Whether the focus is nowhere in particular.
pub fn is_nothing_focused() -> bool {
    document().active_element().is_none_or(|element| matches!(element.tag_name().as_str(), "BODY" | "MAIN" | "H1"))
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
