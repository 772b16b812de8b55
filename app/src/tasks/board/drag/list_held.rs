//! A list in the hand: its copy above the page, the lists that make room, and one frame of its way along the row.
//!
//! Places are counted in the direction of reading, from the start of the row, scrolled away or not: so one arithmetic
//! serves rows that are read from the left and from the right.

use leptos::prelude::request_animation_frame;
use wasm_bindgen::JsCast;
use web_sys::{DomRect, HtmlElement};

use super::DroppedList;
use super::held::scroll_by;
use super::paint::{ASIDE, layer_with};
use crate::tasks::board::dom;
use crate::tasks::board::geometry::{Part, Slot, cards_within, displacement, edge_pull, nearest_slot, scroll_way};
use crate::ui::placing::is_right_to_left;

pub struct HeldList {
    pub list: HtmlElement,
    pub pointer: i32,
    /// Where the pointer is, from the left of the window.
    pub at: f64,
    row: Row,
    layer: HtmlElement,
    copy: HtmlElement,
    /// How far from its left the list was taken.
    grip: f64,
    /// Top of the list in the window: the copy stays at its height.
    top: f64,
    width: f64,
    /// The width with the space to the next list.
    step: f64,
    /// Where the list began.
    home: f64,
    /// The other lists, and where they rest as if this one had left.
    others: Vec<HtmlElement>,
    slots: Vec<Slot>,
    offsets: Vec<f64>,
    /// Its place among the lists before and now.
    from: usize,
    over: usize,
    began: f64,
    last: f64,
    is_calm: bool,
}

/// The row of lists, and the direction it is read in.
struct Row {
    board: HtmlElement,
    is_right_to_left: bool,
}

impl Row {
    /// How far behind the start of the row something begins that reaches from `left` to `right` in the window.
    fn start(&self, left: f64, right: f64) -> f64 {
        let frame = self.board.get_bounding_client_rect();
        let scrolled = f64::from(self.board.scroll_left());
        if self.is_right_to_left { frame.right() - right - scrolled } else { left - frame.left() + scrolled }
    }

    fn start_of(&self, place: &DomRect) -> f64 {
        self.start(place.left(), place.right())
    }

    /// An offset in the direction of reading as one to the right.
    fn to_right(&self, offset: f64) -> f64 {
        if self.is_right_to_left { -offset } else { offset }
    }
}

impl HeldList {
    /// Takes a list that was pressed at `pressed`: puts a copy above the page and measures the row. Nothing where it
    /// is the only one.
    pub fn lift(board: &HtmlElement, list: HtmlElement, pressed: f64, at: f64, pointer: i32) -> Option<Self> {
        let columns = dom::columns(board);
        let from = columns.iter().position(|column| *column == list)?;
        let row = Row { board: board.clone(), is_right_to_left: is_right_to_left(board) };
        // All is measured before anything is changed: each change makes the next measure lay out the board again.
        let places: Vec<DomRect> = columns.iter().map(|column| column.get_bounding_client_rect()).collect();
        let place = places.get(from)?.clone();
        let (first, second) = (places.first()?, places.get(1)?);
        let gap = row.start_of(second) - row.start_of(first) - first.width();
        let (home, step) = (row.start_of(&place), place.width() + gap);
        let rest = |place: &DomRect| {
            let start = row.start_of(place);
            Slot { top: if start > home { start - step } else { start }, height: place.width() }
        };
        let slots = places.iter().enumerate().filter(|(i, _)| *i != from).map(|(_, place)| rest(place)).collect();
        let others: Vec<HtmlElement> = columns.into_iter().filter(|column| *column != list).collect();
        let copy = copy_of(&list, &place)?;
        let layer = layer_with(&copy, board)?;
        dom::toggle(&list, "is-hole", true);
        dom::style(board, "scroll-snap-type", "none");
        let now = dom::millis();
        let held = Self {
            list,
            pointer,
            at,
            row,
            layer,
            copy,
            grip: pressed - place.left(),
            top: place.top(),
            width: place.width(),
            step,
            home,
            offsets: vec![0.0; others.len()],
            others,
            slots,
            from,
            over: from,
            began: now,
            last: now,
            is_calm: dom::is_calm(),
        };
        held.move_copy();
        Some(held)
    }

    /// One frame: scroll what is near an edge, find the landing place, move the copy.
    pub fn frame(&mut self) {
        let now = dom::millis();
        let seconds = ((now - self.last) / 1000.0).clamp(0.001, 0.05);
        self.last = now;
        let bounds = self.row.board.get_bounding_client_rect();
        let pull = edge_pull(self.at, bounds.left(), bounds.right());
        scroll_by(&self.row.board, pull * scroll_way(seconds, now - self.began), 0.0);
        self.find_landing();
        self.move_copy();
    }

    /// The last place of the pointer: where the machine is slow, it came there after the last frame.
    pub fn come_to_rest(&mut self, at: f64) {
        self.at = at;
        self.find_landing();
    }

    /// Between which lists it would go, if that is not where it was.
    pub fn landing(&self) -> Option<DroppedList> {
        let id = |at: usize| self.others.get(at).map(|list| dom::data_id(list));
        (self.over != self.from).then(|| DroppedList {
            list: dom::data_id(&self.list),
            after: self.over.checked_sub(1).and_then(id),
            before: id(self.over),
        })
    }

    fn left(&self) -> f64 {
        self.at - self.grip
    }

    fn move_copy(&self) {
        dom::style(&self.copy, "transform", &format!("translate3d({}px,{}px,0)", self.left(), self.top));
    }

    fn find_landing(&mut self) {
        let centre = self.row.start(self.left(), self.left() + self.width) + self.width / 2.0;
        let over = nearest_slot(&self.slots, self.width, centre, Some(self.over));
        if over != self.over {
            self.over = over;
            self.paint();
        }
    }

    /// Moves the lists whose offset changed, and the hole to the landing place.
    fn paint(&mut self) {
        let part = Part::Within { from: self.from, over: self.over };
        for (i, list) in self.others.iter().enumerate() {
            let offset = displacement(i, part, self.step);
            if self.offsets[i] != offset {
                self.offsets[i] = offset;
                self.aside(list, offset);
            }
        }
        self.aside(&self.list, self.landing_start() - self.home);
    }

    /// Where the landing place begins: at the list that makes room for it, or behind the last one.
    fn landing_start(&self) -> f64 {
        let gap = self.step - self.width;
        match self.slots.get(self.over) {
            Some(slot) => slot.top,
            None => self.slots.last().map_or(self.home, |last| last.top + last.height + gap),
        }
    }

    fn aside(&self, list: &HtmlElement, offset: f64) {
        dom::style(list, "transition", if self.is_calm { "none" } else { ASIDE });
        let moved = || format!("translateX({}px)", self.row.to_right(offset));
        let transform = if offset == 0.0 { String::new() } else { moved() };
        dom::style(list, "transform", &transform);
    }

    /// Takes every trace of the drag off the board, without animation; the copy stays.
    pub fn clear_board(&self) {
        let mut moved = self.others.clone();
        moved.push(self.list.clone());
        for list in &moved {
            dom::style(list, "transition", "none");
            dom::style(list, "transform", "");
        }
        dom::toggle(&self.list, "is-hole", false);
        dom::style(&self.row.board, "scroll-snap-type", "");
        request_animation_frame(move || moved.iter().for_each(|list| dom::style(list, "transition", "")));
    }

    /// Left of the copy in the window.
    pub fn copy_left(&self) -> f64 {
        self.copy.get_bounding_client_rect().left()
    }

    /// Sends the copy to its place within so many milliseconds.
    pub fn fly_to(&self, left: f64, millis: f64) {
        dom::style(&self.copy, "transition", &format!("transform {millis}ms cubic-bezier(.2,1,.1,1)"));
        dom::style(&self.copy, "transform", &format!("translate3d({left}px,{}px,0)", self.top));
    }

    pub fn remove_copy(&self) {
        self.layer.remove();
    }
}

/// The head of a list and those of its cards that can be seen: a list may have hundreds.
fn copy_of(list: &HtmlElement, place: &DomRect) -> Option<HtmlElement> {
    let copy = copy_node(list, false)?;
    let head = copy_node(&dom::one(list, ".col__head")?, true)?;
    copy.append_child(&head).ok()?;
    if let Some(cards) = dom::list(list).filter(|_| !list.class_list().contains("is-folded")) {
        let window = cards.get_bounding_client_rect();
        let all = dom::cards(list);
        let seen = cards_within(all.len(), window.top(), window.bottom(), |i| {
            let place = all[i].get_bounding_client_rect();
            (place.top(), place.bottom())
        });
        let part = copy_node(&cards, false)?;
        for card in &all[seen] {
            let card = copy_node(card, true)?;
            part.append_child(&card).ok()?;
        }
        copy.append_child(&part).ok()?;
    }
    // Nothing in the page may be found twice, and a menu has nothing to hang on.
    while let Some(menu) = dom::one(&copy, ".menu") {
        menu.remove();
    }
    for name in ["id", "aria-labelledby", "data-id"] {
        drop(copy.remove_attribute(name));
        while let Some(named) = dom::one(&copy, &format!("[{name}]")) {
            named.remove_attribute(name).ok()?;
        }
    }
    copy.set_attribute("aria-hidden", "true").ok()?;
    copy.set_inert(true);
    for class in ["is-over", "is-flash"] {
        dom::toggle(&copy, class, false);
    }
    dom::style(&copy, "transition", "none");
    dom::style(&copy, "inline-size", &format!("{}px", place.width()));
    dom::style(&copy, "block-size", &format!("{}px", place.height()));
    Some(copy)
}

fn copy_node(element: &HtmlElement, is_deep: bool) -> Option<HtmlElement> {
    element.clone_node_with_deep(is_deep).ok()?.dyn_into().ok()
}
