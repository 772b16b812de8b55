//! Shows where cards go when others move them: they slide to their new place, with a ring in the
//! colour of whoever moved them, and the name.

use std::collections::HashMap;
use std::time::Duration;

use leptos::prelude::{document, request_animation_frame, set_timeout, window};
use wasm_bindgen::JsCast;
use web_sys::{DomRect, HtmlElement};

use super::apply::{Effect, Seen};
use crate::domain::{account, ids::TaskId, task::EventKind};
use crate::tasks::board::dom;
use crate::tasks::board::geometry::{Ending, flight_millis};

/// How long a card slides, in milliseconds.
const SLIDE: u64 = 240;
/// How long a card shows who moved it, in milliseconds.
const RING: u64 = 2_500;
/// Beyond these cards nothing slides: it would be a flood.
const MOST: usize = 120;

/// Where cards were before a change.
pub struct Before {
    board: HtmlElement,
    places: HashMap<String, (DomRect, HtmlElement)>,
}

/// Notes where the cards are that can be seen.
pub fn look(board: &HtmlElement) -> Before {
    let mut places = HashMap::new();
    if !dom::is_calm() && !document().hidden() {
        for card in dom::columns(board).iter().flat_map(visible_cards).take(MOST) {
            places.insert(dom::data_id(&card), (card.get_bounding_client_rect(), card));
        }
    }
    Before { board: board.clone(), places }
}

/// The cards of a list that its window shows.
fn visible_cards(column: &HtmlElement) -> Vec<HtmlElement> {
    let Some(list) = dom::list(column) else { return Vec::new() };
    let frame = list.get_bounding_client_rect();
    if frame.right() < 0.0 || frame.left() > width() {
        return Vec::new();
    }
    let is_seen = |card: &HtmlElement| {
        let place = card.get_bounding_client_rect();
        place.bottom() > frame.top() && place.top() < frame.bottom()
    };
    dom::cards(column).into_iter().skip_while(|card| !is_seen(card)).take_while(is_seen).collect()
}

fn width() -> f64 {
    window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(0.0)
}

impl Before {
    /// Shows the way from there to where the cards are now.
    pub fn show(self, seen: Vec<Seen>) {
        for one in seen.iter().filter(|one| one.effect == Effect::Vanished) {
            self.fade_out(one);
        }
        request_animation_frame(move || {
            let mut slid = Vec::new();
            for one in &seen {
                if let Some(card) = dom::card(&self.board, &one.task.to_string()) {
                    self.arrive(&card, one);
                    slid.push(one.task.to_string());
                }
            }
            // What had to make room slides, too.
            for (id, (from, _)) in &self.places {
                if !slid.contains(id)
                    && let Some(card) = dom::card(&self.board, id)
                {
                    slide(&card, from);
                }
            }
        });
    }

    /// Shows the way of a card that the server has sent back: quicker than it came; what makes room slides.
    pub fn show_home(self, task: TaskId) {
        if dom::is_calm() {
            return;
        }
        request_animation_frame(move || {
            let id = task.to_string();
            let places =
                self.places.iter().filter_map(|(other, place)| Some((other, place, dom::card(&self.board, other)?)));
            for (other, (from, old), card) in places {
                if *other == id && !old.is_connected() {
                    let to = card.get_bounding_client_rect();
                    let distance = (to.left() - from.left()).hypot(to.top() - from.top());
                    fly(&card, old, from, flight_millis(distance, Ending::Cancelled) as u64);
                } else {
                    slide(&card, from);
                }
            }
        });
    }

    fn arrive(&self, card: &HtmlElement, seen: &Seen) {
        ring(card, seen);
        if dom::is_calm() {
            return;
        }
        match self.places.get(&seen.task.to_string()) {
            // A new element stands where the old one went: a copy flies over, a list would cut it off.
            Some((from, old)) if !old.is_connected() => fly(card, old, from, SLIDE),
            Some((from, _)) => slide(card, from),
            None if matches!(seen.effect, Effect::Appeared | Effect::Moved) => fade_in(card),
            None => {}
        }
    }

    /// A copy of what is gone fades where it was.
    fn fade_out(&self, seen: &Seen) {
        let is_away = matches!(seen.what, EventKind::Archived | EventKind::Deleted | EventKind::Transferred);
        let Some((from, old)) = self.places.get(&seen.task.to_string()).filter(|_| is_away) else { return };
        let Some(copy) = copy_of(old, from) else { return };
        transition(&copy, "opacity", "1", "0", SLIDE);
        remove_later(copy, SLIDE);
    }
}

/// Where the lists were before they come in another order, and how far they were scrolled.
pub struct ListsBefore {
    board: HtmlElement,
    places: Vec<(String, DomRect)>,
    kept: Kept,
}

/// Notes where the lists are.
pub fn look_at_lists(board: &HtmlElement) -> ListsBefore {
    let place = |column: &HtmlElement| (dom::data_id(column), column.get_bounding_client_rect());
    let places = if dom::is_calm() { Vec::new() } else { dom::columns(board).iter().map(place).collect() };
    ListsBefore { board: board.clone(), places, kept: keep_place(board) }
}

impl ListsBefore {
    /// Shows the way to where the lists are when the document has followed.
    pub fn show(self) {
        leptos::task::spawn_local(async move {
            leptos::task::tick().await;
            self.kept.restore(&self.board);
            for column in dom::columns(&self.board) {
                let id = dom::data_id(&column);
                if let Some((_, from)) = self.places.iter().find(|(other, _)| *other == id) {
                    slide(&column, from);
                }
            }
        });
    }
}

fn ring(card: &HtmlElement, seen: &Seen) {
    let Some(by) = &seen.by else { return };
    let hue = account::avatar_hue(&by.name).to_string();
    for (name, value) in [("data-by", by.name.as_str()), ("data-by-hue", hue.as_str())] {
        drop(card.set_attribute(name, value));
    }
    let card = card.clone();
    set_timeout(
        move || {
            for name in ["data-by", "data-by-hue"] {
                drop(card.remove_attribute(name));
            }
        },
        Duration::from_millis(RING),
    );
}

fn slide(card: &HtmlElement, from: &DomRect) {
    let to = card.get_bounding_client_rect();
    let (x, y) = (from.left() - to.left(), from.top() - to.top());
    if x.abs() + y.abs() > 1.0 {
        transition(card, "transform", &format!("translate({x}px, {y}px)"), "", SLIDE);
    }
}

fn fade_in(card: &HtmlElement) {
    transition(card, "opacity", "0", "", SLIDE);
}

/// A copy goes from the old place to the new one, above the lists; the card shows when it is there.
fn fly(card: &HtmlElement, old: &HtmlElement, from: &DomRect, millis: u64) {
    let to = card.get_bounding_client_rect();
    let Some(copy) = copy_of(old, from) else { return };
    let (x, y) = (to.left() - from.left(), to.top() - from.top());
    transition(&copy, "transform", "", &format!("translate({x}px, {y}px)"), millis);
    dom::style(card, "opacity", "0");
    let card = card.clone();
    set_timeout(move || dom::style(&card, "opacity", ""), Duration::from_millis(millis));
    remove_later(copy, millis);
}

/// A copy that stands over the page where the card was; nobody hears or touches it.
fn copy_of(card: &HtmlElement, place: &DomRect) -> Option<HtmlElement> {
    let copy: HtmlElement = card.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
    copy.remove_attribute("data-id").ok()?;
    copy.class_list().add_1("is-flying").ok()?;
    drop(copy.set_attribute("aria-hidden", "true"));
    drop(copy.set_attribute("inert", ""));
    let sizes = [("left", place.left()), ("top", place.top()), ("inline-size", place.width())];
    for (name, value) in sizes {
        dom::style(&copy, name, &format!("{value}px"));
    }
    document().body()?.append_child(&copy).ok()?;
    Some(copy)
}

fn remove_later(copy: HtmlElement, millis: u64) {
    set_timeout(move || copy.remove(), Duration::from_millis(millis));
}

/// Goes from one value of a property to another within so many milliseconds; an empty one is what the style sheet says.
fn transition(element: &HtmlElement, property: &'static str, from: &str, to: &str, millis: u64) {
    dom::style(element, "transition", "none");
    dom::style(element, property, from);
    // Reading makes the browser take the first value before it hears of the second.
    let _ = element.offset_height();
    dom::style(element, "transition", &format!("{property} {millis}ms cubic-bezier(.2,0,0,1)"));
    dom::style(element, property, to);
    let element = element.clone();
    set_timeout(move || dom::style(&element, "transition", ""), Duration::from_millis(millis + 20));
}

/// Where lists are scrolled to and what has the focus, for a board that is made anew.
pub struct Kept {
    scroll: Vec<(String, i32)>,
    left: i32,
    focus: Option<String>,
}

pub fn keep_place(board: &HtmlElement) -> Kept {
    let scroll = dom::columns(board)
        .iter()
        .filter_map(|column| Some((dom::data_id(column), dom::list(column)?.scroll_top())))
        .collect();
    Kept { scroll, left: board.scroll_left(), focus: dom::focused_card(board) }
}

impl Kept {
    pub fn restore(&self, board: &HtmlElement) {
        board.set_scroll_left(self.left);
        for column in dom::columns(board) {
            let id = dom::data_id(&column);
            let top = self.scroll.iter().find(|(other, _)| *other == id).map(|(_, top)| *top);
            if let (Some(top), Some(list)) = (top, dom::list(&column)) {
                list.set_scroll_top(top);
            }
        }
        let card = self.focus.as_ref().and_then(|id| dom::card(board, id));
        if let Some(title) = card.and_then(|card| dom::one(&card, ".card__title")) {
            drop(title.focus());
        }
    }
}
