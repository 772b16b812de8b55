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
        let mut ways = Ways::default();
        for one in seen.iter().filter(|one| one.effect == Effect::Vanished) {
            self.fade_out(one, &mut ways);
        }
        ways.begin();
        request_animation_frame(move || {
            // All places are read first: one that is read after a change has the page laid out anew.
            let arrived: Vec<(&Seen, Now)> =
                seen.iter().filter_map(|one| Some((one, self.now(&one.task.to_string())?))).collect();
            // What had to make room slides, too.
            let moves_itself = |id: &String| arrived.iter().any(|(one, _)| one.task.to_string() == *id);
            let aside: Vec<(&DomRect, Now)> = self
                .places
                .iter()
                .filter(|(id, _)| !moves_itself(id))
                .filter_map(|(id, (from, _))| Some((from, self.now(id)?)))
                .collect();
            let mut ways = Ways::default();
            for (one, now) in &arrived {
                self.arrive(now, one, &mut ways);
            }
            for (from, now) in &aside {
                ways.slide(now, from);
            }
            ways.begin();
        });
    }

    /// Where a card is now.
    fn now(&self, id: &str) -> Option<Now> {
        dom::card(&self.board, id).map(Now::of)
    }

    /// Shows the way of a card that the server has sent back: quicker than it came; what makes room slides.
    pub fn show_home(self, task: TaskId) {
        if dom::is_calm() {
            return;
        }
        request_animation_frame(move || {
            let id = task.to_string();
            let places: Vec<_> =
                self.places.iter().filter_map(|(other, place)| Some((other, place, self.now(other)?))).collect();
            let mut ways = Ways::default();
            for (other, (from, old), now) in &places {
                if **other == id && !old.is_connected() {
                    let (x, y) = now.way_from(from);
                    ways.fly(now, old, from, flight_millis(x.hypot(y), Ending::Cancelled) as u64);
                } else {
                    ways.slide(now, from);
                }
            }
            ways.begin();
        });
    }

    fn arrive(&self, now: &Now, seen: &Seen, ways: &mut Ways) {
        ring(&now.element, seen);
        if dom::is_calm() {
            return;
        }
        match self.places.get(&seen.task.to_string()) {
            // A new element stands where the old one went: a copy flies over, a list would cut it off.
            Some((from, old)) if !old.is_connected() => ways.fly(now, old, from, SLIDE),
            Some((from, _)) => ways.slide(now, from),
            None if matches!(seen.effect, Effect::Appeared | Effect::Moved) => ways.fade_in(&now.element),
            None => {}
        }
    }

    /// A copy of what is gone fades where it was.
    fn fade_out(&self, seen: &Seen, ways: &mut Ways) {
        let is_away = matches!(seen.what, EventKind::Archived | EventKind::Deleted | EventKind::Transferred);
        let Some((from, old)) = self.places.get(&seen.task.to_string()).filter(|_| is_away) else { return };
        let Some(copy) = copy_of(old, from) else { return };
        ways.add(&copy, "opacity", "1", "0", SLIDE);
        remove_later(copy, SLIDE);
    }
}

/// Where an element is after a change.
struct Now {
    element: HtmlElement,
    place: DomRect,
}

impl Now {
    fn of(element: HtmlElement) -> Self {
        Self { place: element.get_bounding_client_rect(), element }
    }

    /// How far it is from where something was, to the right and down.
    fn way_from(&self, from: &DomRect) -> (f64, f64) {
        (self.place.left() - from.left(), self.place.top() - from.top())
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
            let columns: Vec<Now> = dom::columns(&self.board).into_iter().map(Now::of).collect();
            let mut ways = Ways::default();
            for column in &columns {
                let id = dom::data_id(&column.element);
                if let Some((_, from)) = self.places.iter().find(|(other, _)| *other == id) {
                    ways.slide(column, from);
                }
            }
            ways.begin();
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

/// Ways that begin together: the page is laid out once for all of them.
#[derive(Default)]
struct Ways(Vec<Way>);

/// An element goes from one value of a property to another within so many milliseconds; an empty one is what the style
/// sheet says.
struct Way {
    element: HtmlElement,
    property: &'static str,
    from: String,
    to: String,
    millis: u64,
}

impl Ways {
    fn add(&mut self, element: &HtmlElement, property: &'static str, from: &str, to: &str, millis: u64) {
        self.0.push(Way { element: element.clone(), property, from: from.to_owned(), to: to.to_owned(), millis });
    }

    fn slide(&mut self, now: &Now, from: &DomRect) {
        let (x, y) = now.way_from(from);
        if x.abs() + y.abs() > 1.0 {
            self.add(&now.element, "transform", &shift(-x, -y), "", SLIDE);
        }
    }

    fn fade_in(&mut self, card: &HtmlElement) {
        self.add(card, "opacity", "0", "", SLIDE);
    }

    /// A copy goes from the old place to the new one, above the lists; the card shows when it is there.
    fn fly(&mut self, now: &Now, old: &HtmlElement, from: &DomRect, millis: u64) {
        let Some(copy) = copy_of(old, from) else { return };
        let (x, y) = now.way_from(from);
        self.add(&copy, "transform", "", &shift(x, y), millis);
        let card = now.element.clone();
        dom::style(&card, "opacity", "0");
        set_timeout(move || dom::style(&card, "opacity", ""), Duration::from_millis(millis));
        remove_later(copy, millis);
    }

    fn begin(self) {
        for Way { element, property, from, .. } in &self.0 {
            dom::style(element, "transition", "none");
            dom::style(element, property, from);
        }
        // Reading makes the browser take the first values before it hears of the second.
        if let Some(first) = self.0.first() {
            let _ = first.element.offset_height();
        }
        for Way { element, property, to, millis, .. } in self.0 {
            dom::style(&element, "transition", &format!("{property} {millis}ms cubic-bezier(.2,0,0,1)"));
            dom::style(&element, property, &to);
            set_timeout(move || dom::style(&element, "transition", ""), Duration::from_millis(millis + 20));
        }
    }
}

fn shift(x: f64, y: f64) -> String {
    format!("translate({x}px, {y}px)")
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

/// Where lists are scrolled to and what has the focus, for a board that is made anew.
pub struct Kept {
    scroll: Vec<(String, i32)>,
    left: i32,
    focus: Option<String>,
    adding: Option<dom::FieldForNew>,
}

pub fn keep_place(board: &HtmlElement) -> Kept {
    let scroll = dom::columns(board)
        .iter()
        .filter_map(|column| Some((dom::data_id(column), dom::list(column)?.scroll_top())))
        .collect();
    let (focus, adding) = (dom::focused_card(board), dom::focused_field_for_new(board));
    Kept { scroll, left: board.scroll_left(), focus, adding }
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
        if let Some(field) = &self.adding {
            field.focus(board);
        }
    }
}
