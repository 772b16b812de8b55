//! Where a popover stands: beside what it belongs to, inside what is seen of the window.

use leptos::prelude::window;
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlElement};

/// The space between a popover and the edge of the window.
pub const MARGIN: f64 = 8.0;
/// The space between a popover and what it belongs to.
pub const GAP: f64 = 4.0;

/// Puts a popover under its anchor, above it where there is no room, in line with the anchor's
/// beginning or end.
pub fn place(popup: &HtmlElement, anchor: &Element, is_at_end: bool) {
    let (around, size) = (anchor.get_bounding_client_rect(), popup.get_bounding_client_rect());
    let is_at_right = is_at_end != is_right_to_left(anchor);
    let left = if is_at_right { around.right() - size.width() } else { around.left() };
    let left = left.min(side(window().inner_width()) - size.width() - MARGIN).max(MARGIN);
    let below = around.bottom() + GAP;
    // Sizes are rounded.
    let fits = below + size.height() <= bottom() - MARGIN + 1.0;
    let top = if fits { below } else { (around.top() - GAP - size.height()).max(MARGIN) };
    style(popup, "left", &format!("{left}px"));
    style(popup, "top", &format!("{top}px"));
}

/// The lower edge of what is seen of the window: a keyboard on the screen covers the rest.
pub fn bottom() -> f64 {
    let height = side(window().inner_height());
    window().visual_viewport().map_or(height, |seen| (seen.offset_top() + seen.height()).min(height))
}

/// Whether the page is read from right to left.
pub fn is_right_to_left(element: &Element) -> bool {
    let style = window().get_computed_style(element).ok().flatten();
    style.is_some_and(|style| style.get_property_value("direction").is_ok_and(|direction| direction == "rtl"))
}

/// Sets one style property; an empty value removes it.
pub fn style(element: &HtmlElement, property: &str, value: &str) {
    drop(element.style().set_property(property, value));
}

fn side(value: Result<JsValue, JsValue>) -> f64 {
    value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0)
}
