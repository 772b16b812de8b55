//! A card in the hand: its copy above the page, what it hangs over, and one frame of its way.

use web_sys::HtmlElement;

use super::Dropped;
use super::geo::Geo;
use crate::tasks::board::dom;
use crate::tasks::board::geometry::{COLUMN_HYSTERESIS, GAP, edge_pull, nearest_slot, scroll_way};

/// A list scrolls too while the pointer is this far above or below it.
const SCROLL_MARGIN: f64 = 40.0;
/// Pixels a second that tilt the copy by one degree.
const TILT_SPEED: f64 = 260.0;
const TILT_MAX: f64 = 3.0;

/// A place on the board: which list, and where in it without the card in the hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub column: usize,
    pub index: usize,
}

pub struct Held {
    pub card: HtmlElement,
    pub pointer: i32,
    /// Where the pointer is.
    pub at: (f64, f64),
    pub(super) board: HtmlElement,
    pub(super) layer: HtmlElement,
    pub(super) copy: HtmlElement,
    /// The other cards of a selection, which go with it.
    pub(super) others: Vec<HtmlElement>,
    /// Where in the card it was taken.
    grip: (f64, f64),
    pub(super) height: f64,
    pub(super) from: Place,
    pub(super) over: Place,
    pub(super) home_top: f64,
    pub(super) lists: Vec<Geo>,
    began: f64,
    last: f64,
    last_x: f64,
    tilt: f64,
    pub(super) is_calm: bool,
    /// Nobody chooses a place in a list that is sorted.
    pub(super) is_sorted: bool,
    /// The lists stand in lanes one under the other.
    has_lanes: bool,
    /// The collapsed list under the pointer, and since when.
    waiting: Option<(usize, f64)>,
}

impl Held {
    /// Takes a card: puts a copy above the page and measures the lists.
    pub fn lift(
        board: &HtmlElement,
        card: HtmlElement,
        pressed: (f64, f64),
        at: (f64, f64),
        pointer: i32,
        carried: &[String],
    ) -> Option<Self> {
        let home = dom::closest(&card, ".col")?;
        let list = dom::list(&home)?;
        let columns = dom::columns(board);
        let from = Place {
            column: columns.iter().position(|column| *column == home)?,
            index: match dom::told_place(&card) {
                Some(place) => place,
                None => dom::cards(&home).iter().position(|other| *other == card)?,
            },
        };
        // All is measured before anything is changed: each change makes the next measure lay out the board again.
        let place = card.get_bounding_client_rect();
        let home_top = top_in(&list, &card);
        let step = place.height() + GAP;
        let lists = columns
            .into_iter()
            .enumerate()
            .filter_map(|(i, column)| Geo::measure(column, &card, (i == from.column).then_some((home_top, step))))
            .collect();
        let (layer, copy) = super::paint::copy_above(board, &card, place.width(), carried.len())?;
        let others = super::paint::dim_others(board, &card, carried);
        dom::toggle(&card, "is-hole", true);
        dom::style(board, "scroll-snap-type", "none");
        let now = dom::millis();
        let mut held = Self {
            card,
            pointer,
            at,
            board: board.clone(),
            layer,
            copy,
            others,
            grip: (pressed.0 - place.left(), pressed.1 - place.top()),
            height: place.height(),
            from,
            over: from,
            home_top,
            lists,
            began: now,
            last: now,
            last_x: at.0,
            tilt: 0.0,
            is_calm: dom::is_calm(),
            is_sorted: board.has_attribute("data-sorted"),
            has_lanes: board.class_list().contains("has-lanes"),
            waiting: None,
        };
        held.move_copy(0.001);
        Some(held)
    }

    /// One frame: scroll what is near an edge, find the landing place, move the copy.
    pub fn frame(&mut self) {
        let now = dom::millis();
        let seconds = ((now - self.last) / 1000.0).clamp(0.001, 0.05);
        self.last = now;
        // The copy moves last: behind a change each measure would lay out the page once more.
        self.scroll(seconds, now);
        self.find_landing();
        self.move_copy(seconds);
    }

    /// The last place of the pointer: where the machine is slow, it came there after the last frame.
    pub fn come_to_rest(&mut self, at: (f64, f64)) {
        self.at = at;
        self.find_landing();
    }

    /// Where the card would go, if that is not where it was.
    pub fn landing(&self) -> Option<Dropped> {
        let column = &self.lists.get(self.over.column)?.column;
        (self.over != self.from).then(|| Dropped {
            card: dom::data_id(&self.card),
            column: dom::data_id(column),
            index: self.over.index,
            lane: column.get_attribute("data-lane"),
        })
    }

    fn move_copy(&mut self, seconds: f64) {
        let speed = (self.at.0 - self.last_x) / seconds;
        self.last_x = self.at.0;
        let lean = if self.is_calm { 0.0 } else { (speed / TILT_SPEED).clamp(-TILT_MAX, TILT_MAX) };
        self.tilt += (lean - self.tilt) * (seconds * 10.0).min(1.0);
        let (x, y) = (self.at.0 - self.grip.0, self.at.1 - self.grip.1);
        let scale = if self.is_calm { 1.0 } else { 1.02 };
        dom::style(
            &self.copy,
            "transform",
            &format!("translate3d({x}px,{y}px,0) rotate({:.2}deg) scale({scale})", self.tilt),
        );
    }

    fn scroll(&self, seconds: f64, now: f64) {
        let way = scroll_way(seconds, now - self.began);
        let (x, y) = self.at;
        let page = self.board.get_bounding_client_rect();
        let under = self.lists.iter().find(|geo| {
            let bounds = geo.column.get_bounding_client_rect();
            (bounds.left()..=bounds.right()).contains(&x)
        });
        // In lanes the board itself scrolls both ways.
        if let Some(geo) = under.filter(|_| !self.has_lanes) {
            let bounds = geo.list.get_bounding_client_rect();
            if y > bounds.top() - SCROLL_MARGIN && y < bounds.bottom() + SCROLL_MARGIN {
                scroll_by(&geo.list, 0.0, edge_pull(y, bounds.top(), bounds.bottom()) * way);
            }
        }
        let down = if self.has_lanes { edge_pull(y, page.top(), page.bottom()) * way } else { 0.0 };
        scroll_by(&self.board, edge_pull(x, page.left(), page.right()) * way, down);
    }

    fn find_landing(&mut self) {
        let column = self.column_under_pointer();
        if self.lists.get(column).is_some_and(Geo::is_outdated) {
            self.measure_again(column);
        }
        let Some(geo) = self.lists.get(column) else { return };
        let bounds = geo.list.get_bounding_client_rect();
        let centre = self.at.1 - self.grip.1 + self.height / 2.0 - bounds.top() + f64::from(geo.list.scroll_top());
        let current = (column == self.over.column).then(|| self.over.index.checked_sub(geo.start)).flatten();
        let index = match self.is_sorted {
            true if column == self.from.column => self.from.index,
            true => 0,
            false => geo.start + nearest_slot(&geo.slots, self.height, centre, current),
        };
        let over = Place { column, index };
        if over != self.over {
            self.over = over;
            self.paint();
        }
    }

    /// The list under the pointer; the one before keeps it until the pointer is well outside.
    fn column_under_pointer(&self) -> usize {
        if self.has_lanes {
            return self.cell_under_pointer();
        }
        let x = self.at.0;
        let sides = |geo: &Geo| {
            let bounds = geo.column.get_bounding_client_rect();
            (bounds.left(), bounds.right())
        };
        let Some((left, right)) = self.lists.get(self.over.column).map(sides) else { return self.over.column };
        if (left - COLUMN_HYSTERESIS..=right + COLUMN_HYSTERESIS).contains(&x) {
            return self.over.column;
        }
        let is_under = |geo: &Geo| {
            let (left, right) = sides(geo);
            (left..=right).contains(&x)
        };
        self.lists.iter().position(is_under).unwrap_or(self.over.column)
    }

    /// On a board with lanes the part of a list under the pointer.
    fn cell_under_pointer(&self) -> usize {
        let (x, y) = self.at;
        let is_under = |geo: &Geo| {
            let bounds = geo.column.get_bounding_client_rect();
            (bounds.left()..bounds.right()).contains(&x) && (bounds.top()..bounds.bottom()).contains(&y)
        };
        self.lists.iter().position(is_under).unwrap_or(self.over.column)
    }

    /// The collapsed list that the card has hung over for so many milliseconds; told once.
    pub fn hovered(&mut self, millis: f64) -> Option<String> {
        let over = self.over.column;
        let column = &self.lists.get(over)?.column;
        if !column.class_list().contains("is-folded") {
            self.waiting = None;
            return None;
        }
        let now = dom::millis();
        match self.waiting {
            Some((at, since)) if at == over && now - since >= millis => {
                self.waiting = Some((at, f64::INFINITY));
                Some(dom::data_id(column))
            }
            Some((at, _)) if at == over => None,
            _ => {
                self.waiting = Some((over, now));
                None
            }
        }
    }

    /// Measures the list under the pointer anew: it has just opened.
    pub fn look_again(&mut self) {
        self.waiting = None;
        self.measure_again(self.over.column);
    }

    fn measure_again(&mut self, column: usize) {
        let Some(geo) = self.lists.get(column) else { return };
        geo.reset();
        // Cards moved aside are back at rest, and the carried card holds its place unless it hangs elsewhere.
        dom::style(&self.card, "transition", "none");
        dom::style(&self.card, "transform", "");
        if column == self.from.column {
            // What a long list does not show above it is not exactly as high as it was taken to be.
            self.home_top = top_in(&geo.list, &self.card);
        }
        let left = (column == self.from.column).then_some((self.home_top, self.height + GAP));
        if let Some(mut fresh) = Geo::measure(geo.column.clone(), &self.card, left) {
            fresh.has_room = geo.has_room;
            self.lists[column] = fresh;
            self.paint();
        }
    }
}

/// Where a card begins in its list, scrolled away or not.
fn top_in(list: &HtmlElement, card: &HtmlElement) -> f64 {
    let (list_top, card_top) = (list.get_bounding_client_rect().top(), card.get_bounding_client_rect().top());
    card_top - list_top + f64::from(list.scroll_top())
}

/// Scrolls by a fraction of a pixel too: the browser keeps what `scrollTop` as a whole number loses.
pub fn scroll_by(element: &HtmlElement, x: f64, y: f64) {
    if x != 0.0 || y != 0.0 {
        element.scroll_by_with_x_and_y(x, y);
    }
}
