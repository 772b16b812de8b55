//! The board as the document shows it: its lists, its cards and where they are.
//!
//! Contract with the markup: `.board` holds `.col[data-id]`, each with one `.cards` list, in which
//! `.card[data-id]` are the cards in order and one hidden `.hole` waits for a card from elsewhere.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, NodeList};

pub use crate::ui::placing::style;

/// The lists of the board, in order.
pub fn columns(board: &HtmlElement) -> Vec<HtmlElement> {
    all(board.query_selector_all(".col"))
}

/// The cards of a list, in order, with the one that is being carried.
pub fn cards(column: &HtmlElement) -> Vec<HtmlElement> {
    all(column.query_selector_all(":scope > .cards > .card"))
}

/// The cards in a list.
pub fn cards_of(list: &HtmlElement) -> Vec<HtmlElement> {
    all(list.query_selector_all(":scope > .card"))
}

/// The place of a card, from 0, in a list of which only a part stands in the document; elsewhere its place is where
/// it stands.
pub fn told_place(card: &HtmlElement) -> Option<usize> {
    card.get_attribute("aria-posinset")?.parse::<usize>().ok()?.checked_sub(1)
}

/// The scrolling list inside a column.
pub fn list(column: &HtmlElement) -> Option<HtmlElement> {
    one(column, ".cards")
}

/// The card with this id.
pub fn card(board: &HtmlElement, id: &str) -> Option<HtmlElement> {
    let is_id = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_id.then(|| one(board, &format!(".card[data-id='{id}']"))).flatten()
}

/// The first element inside `root` that `selector` finds.
pub fn one(root: &Element, selector: &str) -> Option<HtmlElement> {
    root.query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// What in a card that is carried nobody sees: words for ears, and the menu, which fingers see always and a mouse at the card
/// that is under it.
pub fn unseen_in(card: &HtmlElement) -> Vec<HtmlElement> {
    let is_coarse = web_sys::window().and_then(|window| window.match_media("(pointer: coarse)").ok().flatten());
    let is_touched = is_coarse.is_some_and(|query| query.matches());
    all(card.query_selector_all(if is_touched { ".sr-only" } else { ".sr-only, .card__menu" }))
}

/// The fields for new tasks that are open.
pub fn open_fields_for_new(board: &HtmlElement) -> Vec<HtmlElement> {
    // What stands in closed details has a place, too: browsers only leave out to paint it.
    let is_open = |field: &HtmlElement| closest(field, "details").is_none_or(|details| details.has_attribute("open"));
    let fields = all(board.query_selector_all(".quick-add__form textarea"));
    fields.into_iter().filter(|field| field.offset_parent().is_some() && is_open(field)).collect()
}

/// A field for a new task: the id of its list, and whether it stands above the list or at its end.
#[derive(PartialEq, Eq)]
pub struct FieldForNew {
    list: String,
    is_above: bool,
}

/// The field for a new task that has the focus.
pub fn focused_field_for_new(board: &HtmlElement) -> Option<FieldForNew> {
    let focused = web_sys::window()?.document()?.active_element().filter(|element| board.contains(Some(element)))?;
    FieldForNew::of(&focused)
}

impl FieldForNew {
    fn of(field: &Element) -> Option<Self> {
        let form = closest(field, ".quick-add__form")?;
        Some(Self { list: list_of_form(&form)?, is_above: closest(&form, ".quick-add").is_none() })
    }

    /// Gives it the focus, and opens it for that on a board that was made anew.
    pub fn focus(&self, board: &HtmlElement) {
        let open = open_fields_for_new(board);
        if let Some(field) = open.iter().find(|field| Self::of(field).as_ref() == Some(self)) {
            drop(field.focus());
        } else if self.is_above {
            let words = format!("column={}", self.list);
            let mut links = all(board.query_selector_all(".col__head > a.icon-btn")).into_iter();
            if let Some(link) = links.find(|link| link.get_attribute("href").is_some_and(|href| href.ends_with(&words)))
            {
                link.click();
            }
        } else {
            let mut ends = all(board.query_selector_all("details.quick-add")).into_iter();
            if let Some(end) = ends.find(|end| list_of_form(end).as_deref() == Some(self.list.as_str())) {
                attribute(&end, "open", Some(""));
            }
        }
    }
}

/// The id of the list that the form in `element` adds to.
fn list_of_form(element: &HtmlElement) -> Option<String> {
    one(element, "input[name='column']")?.get_attribute("value")
}

/// The nearest element that `selector` finds, from `element` outwards.
pub fn closest(element: &Element, selector: &str) -> Option<HtmlElement> {
    element.closest(selector).ok().flatten()?.dyn_into().ok()
}

/// The `data-id` of a card or a column; empty where there is none.
pub fn data_id(element: &Element) -> String {
    element.get_attribute("data-id").unwrap_or_default()
}

/// The `data-id` of the card that has the focus, or something in it.
pub fn focused_card(board: &HtmlElement) -> Option<String> {
    let focused = web_sys::window()?.document()?.active_element().filter(|element| board.contains(Some(element)))?;
    closest(&focused, ".card").map(|card| data_id(&card))
}

/// Gives an attribute its value, or takes it away; touches nothing that is so already.
pub fn attribute(element: &Element, name: &str, value: Option<&str>) {
    if element.get_attribute(name).as_deref() == value {
        return;
    }
    drop(match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    });
}

/// Adds or removes a class.
pub fn toggle(element: &Element, class: &str, is_on: bool) {
    drop(element.class_list().toggle_with_force(class, is_on));
}

/// Whether the person asked for less movement.
pub fn is_calm() -> bool {
    let query =
        web_sys::window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
    query.is_some_and(|query| query.matches())
}

/// Milliseconds since the page began.
pub fn millis() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

fn all(found: Result<NodeList, wasm_bindgen::JsValue>) -> Vec<HtmlElement> {
    let Ok(nodes) = found else { return Vec::new() };
    (0..nodes.length()).filter_map(|i| nodes.get(i)?.dyn_into().ok()).collect()
}
