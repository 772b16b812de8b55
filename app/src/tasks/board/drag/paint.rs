//! What a drag shows: the copy above the page, the cards that make room, the hole where it lands.

use leptos::prelude::request_animation_frame;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::held::Held;
use crate::tasks::board::dom;
use crate::tasks::board::geometry::{GAP, Part, displacement};

pub(super) const ASIDE: &str = "transform 200ms cubic-bezier(.2,0,0,1)";

/// A copy of the card in a layer over the whole page.
pub fn copy_above(
    board: &HtmlElement,
    card: &HtmlElement,
    width: f64,
    count: usize,
) -> Option<(HtmlElement, HtmlElement)> {
    let copy: HtmlElement = card.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
    copy.remove_attribute("id").ok()?;
    copy.set_attribute("aria-hidden", "true").ok()?;
    copy.set_inert(true);
    // What nobody sees of it is not styled in the moment of the lift.
    for unseen in dom::unseen_in(&copy) {
        unseen.remove();
    }
    dom::style(&copy, "inline-size", &format!("{width}px"));
    for class in ["is-selected", "is-flash"] {
        dom::toggle(&copy, class, false);
    }
    if count > 1 {
        dom::toggle(&copy, "is-stack", true);
        let badge = web_sys::window()?.document()?.create_element("span").ok()?;
        badge.set_class_name("stack__count");
        badge.set_text_content(Some(&count.to_string()));
        copy.append_child(&badge).ok()?;
    }
    Some((layer_with(&copy, board)?, copy))
}

/// A layer over the whole page with a copy in it. It is a popover, so nothing is above it, and it keeps the pointer
/// from restyling what lies under it. What is in it stands as close as on the board.
pub fn layer_with(copy: &HtmlElement, board: &HtmlElement) -> Option<HtmlElement> {
    let document = web_sys::window()?.document()?;
    let layer: HtmlElement = document.create_element("div").ok()?.dyn_into().ok()?;
    layer.set_class_name("drag-layer");
    layer.set_attribute("popover", "manual").ok()?;
    if let Some(density) = board.get_attribute("data-density") {
        layer.set_attribute("data-density", &density).ok()?;
    }
    layer.append_child(copy).ok()?;
    document.body()?.append_child(&layer).ok()?;
    layer.show_popover().ok()?;
    Some(layer)
}

/// Shows that the other cards of a selection are in the hand too.
pub fn dim_others(board: &HtmlElement, card: &HtmlElement, carried: &[String]) -> Vec<HtmlElement> {
    if carried.len() < 2 {
        return Vec::new();
    }
    let others: Vec<HtmlElement> =
        carried.iter().filter_map(|id| dom::card(board, id)).filter(|other| other != card).collect();
    for other in &others {
        dom::toggle(other, "is-carried", true);
    }
    others
}

impl Held {
    /// Moves the cards whose offset changed, and the hole to the landing place.
    pub(super) fn paint(&mut self) {
        let step = self.height + GAP;
        for column in 0..self.lists.len() {
            let part = self.part_of(column);
            let geo = &mut self.lists[column];
            if part == Part::None && !geo.has_room {
                continue;
            }
            let is_entered = matches!(part, Part::Entered(_));
            geo.has_room = is_entered || matches!(part, Part::Within { .. });
            dom::toggle(&geo.column, "is-over", is_entered);
            if self.is_sorted {
                continue;
            }
            for (k, card) in geo.cards.iter().enumerate() {
                let offset = displacement(geo.start + k, part, step);
                if geo.offsets.insert(k, offset).unwrap_or(0.0) != offset {
                    aside(card, offset, self.is_calm);
                }
            }
            let room = if is_entered { format!("{}px", step + 12.0) } else { String::new() };
            dom::style(&geo.list, "padding-block-end", &room);
        }
        self.move_hole();
    }

    fn part_of(&self, column: usize) -> Part {
        match (column == self.from.column, column == self.over.column) {
            (true, true) => Part::Within { from: self.from.index, over: self.over.index },
            (true, false) => Part::Left(self.from.index),
            (false, true) => Part::Entered(self.over.index),
            (false, false) => Part::None,
        }
    }

    /// At home the card itself is the hole; elsewhere the list's own hole shows the place.
    fn move_hole(&self) {
        let Some(geo) = self.lists.get(self.over.column) else { return };
        let top = geo.top_of(self.over.index);
        self.hide_holes();
        if self.is_sorted {
            return;
        }
        if self.over.column == self.from.column {
            dom::style(&self.card, "visibility", "");
            aside(&self.card, top - self.home_top, self.is_calm);
            return;
        }
        dom::style(&self.card, "visibility", "hidden");
        if let Some(hole) = dom::one(&geo.list, ".hole") {
            dom::style(&hole, "top", &format!("{top}px"));
            dom::style(&hole, "block-size", &format!("{}px", self.height));
            hole.set_hidden(false);
        }
    }

    fn hide_holes(&self) {
        for hole in self.lists.iter().filter_map(|geo| dom::one(&geo.list, ".hole")) {
            hole.set_hidden(true);
        }
    }

    /// Lets the lists that do not take all of what is in the hand say so while it hangs over them.
    pub fn mark_without_room(&self, lists: &[(String, String)]) {
        for geo in &self.lists {
            let id = dom::data_id(&geo.column);
            if let Some((_, words)) = lists.iter().find(|(list, _)| *list == id) {
                drop(geo.column.set_attribute("data-no-room", words));
            }
        }
    }

    /// Takes every trace of the drag off the board, without animation; the copy stays.
    pub fn clear_board(&self) {
        self.hide_holes();
        for other in &self.others {
            dom::toggle(other, "is-carried", false);
        }
        let mut moved = vec![self.card.clone()];
        for geo in &self.lists {
            dom::toggle(&geo.column, "is-over", false);
            drop(geo.column.remove_attribute("data-no-room"));
            dom::style(&geo.list, "padding-block-end", "");
            geo.reset();
            moved.extend(geo.cards.iter().cloned());
        }
        for property in ["visibility", "transform"] {
            dom::style(&self.card, property, "");
        }
        dom::style(&self.card, "transition", "none");
        dom::toggle(&self.card, "is-hole", false);
        dom::style(&self.board, "scroll-snap-type", "");
        request_animation_frame(move || moved.iter().for_each(|card| dom::style(card, "transition", "")));
    }

    /// Left and top of the copy.
    pub fn copy_box(&self) -> (f64, f64) {
        let place = self.copy.get_bounding_client_rect();
        (place.left(), place.top())
    }

    /// Sends the copy to its place within so many milliseconds.
    pub fn fly_to(&self, to: (f64, f64), millis: f64) {
        dom::style(
            &self.copy,
            "transition",
            &format!("transform {millis}ms cubic-bezier(.2,1,.1,1), box-shadow {millis}ms"),
        );
        dom::style(&self.copy, "transform", &format!("translate3d({}px,{}px,0) rotate(0deg) scale(1)", to.0, to.1));
        dom::style(&self.copy, "box-shadow", "var(--e-1)");
    }

    pub fn remove_copy(&self) {
        self.layer.remove();
    }
}

/// Moves a card aside, or back to its place: at once for those who asked for calm.
pub fn aside(card: &HtmlElement, offset: f64, is_calm: bool) {
    dom::style(card, "transition", if is_calm { "none" } else { ASIDE });
    let transform = if offset == 0.0 { String::new() } else { format!("translateY({offset}px)") };
    dom::style(card, "transform", &transform);
}
