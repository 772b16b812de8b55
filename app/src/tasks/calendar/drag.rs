//! Dragging a task to another day with mouse, pen and finger. As on the board: imperative, a copy in a layer above the
//! page, one frame loop that moves it and scrolls, and one word to the page's state when it is let go.

use std::cell::RefCell;
use std::rc::Rc;

use chrono::NaiveDate;
use leptos::prelude::request_animation_frame;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, PointerEvent};

use crate::tasks::board::dom;
use crate::tasks::board::drag::press::{Press, Pressed};
use crate::tasks::board::drag::{Carrier, layer_with, listen, scroll_by, target};
use crate::tasks::board::geometry::{edge_pull, scroll_way};
use crate::ui::listeners::Listeners;

/// Called with the task and the days it was moved by.
type Moved = Rc<dyn Fn(&str, i64)>;

struct Hand {
    table: HtmlElement,
    moved: Moved,
    press: Rc<Press>,
    held: RefCell<Option<Held>>,
}

struct Held {
    item: HtmlElement,
    pointer: i32,
    /// Where the pointer is.
    at: (f64, f64),
    layer: HtmlElement,
    copy: HtmlElement,
    /// Where in the copy it was taken.
    grip: (f64, f64),
    from: NaiveDate,
    over: Option<HtmlElement>,
    began: f64,
    last: f64,
}

/// Makes the tasks of a calendar draggable for as long as the answer lives.
pub fn start(table: &HtmlElement, moved: Moved) -> Listeners {
    let mut listeners = Listeners::default();
    let hand = Rc::new(Hand { table: table.clone(), moved, press: Rc::default(), held: RefCell::default() });
    listen(&mut listeners, table, &hand);
    listeners
}

impl Carrier for Hand {
    fn arm(self: &Rc<Self>, event: &PointerEvent) {
        if !Press::can_begin(event) || self.is_holding() {
            return;
        }
        let Some(pressed) = target(event).filter(|on| dom::closest(on, ".event__menu").is_none()) else { return };
        let Some(item) = dom::closest(&pressed, ".event") else { return };
        let this = self.clone();
        self.press.begin(event, item, move |pressed| {
            let at = (pressed.x, pressed.y);
            this.lift(pressed, at);
        });
    }

    fn follow_pointer(self: &Rc<Self>, event: &PointerEvent) {
        let at = Press::place(event);
        if let Some(held) = self.held.borrow_mut().as_mut() {
            if held.pointer == event.pointer_id() {
                held.at = at;
            }
            return;
        }
        if let Some(pressed) = self.press.moved(event) {
            self.lift(pressed, at);
        }
    }

    fn let_go(self: &Rc<Self>, event: &PointerEvent) {
        self.press.end();
        let Some(mut held) = self.take(Some(event.pointer_id())) else { return };
        // Where the machine is slow, the pointer came there after the last frame.
        held.at = Press::place(event);
        held.find_day(&self.table);
        let id = dom::data_id(&held.item);
        let days = held.over.as_ref().and_then(date_of).map(|to| (to - held.from).num_days());
        held.put_down();
        if let Some(days) = days.filter(|days| *days != 0) {
            (self.moved)(&id, days);
        }
    }

    fn give_up(self: &Rc<Self>, pointer: Option<i32>) {
        self.press.end();
        if let Some(held) = self.take(pointer) {
            held.put_down();
        }
    }

    fn is_holding(&self) -> bool {
        self.held.borrow().is_some()
    }

    fn is_armed_by_touch(&self) -> bool {
        self.press.is_of_finger()
    }

    fn swallows_click(&self) -> bool {
        self.press.swallows_click()
    }
}

impl Hand {
    fn lift(self: &Rc<Self>, pressed: Pressed, at: (f64, f64)) {
        let held = Held::lift(&self.table, pressed, at);
        if held.is_some() {
            *self.held.borrow_mut() = held;
            self.next_frame();
        }
    }

    fn next_frame(self: &Rc<Self>) {
        let this = self.clone();
        request_animation_frame(move || {
            // Another page, or the calendar made anew: nobody hears any more when the pointer goes up.
            if !this.table.is_connected() {
                return this.give_up(None);
            }
            let is_held = this.held.borrow_mut().as_mut().map(|held| held.frame(&this.table)).is_some();
            if is_held {
                this.next_frame();
            }
        });
    }

    /// What a pointer holds, for the last time: it is on its way down. `None` is any pointer.
    fn take(&self, pointer: Option<i32>) -> Option<Held> {
        let is_ours = |held: &Held| pointer.is_none_or(|pointer| pointer == held.pointer);
        if !self.held.borrow().as_ref().is_some_and(is_ours) {
            return None;
        }
        self.press.swallow_click();
        self.held.borrow_mut().take()
    }
}

impl Held {
    /// Lifts an item: a copy goes into a layer over the whole page, the item itself becomes a hole.
    fn lift(table: &HtmlElement, pressed: Pressed, at: (f64, f64)) -> Option<Self> {
        let item = pressed.on;
        let from = dom::closest(&item, "td[data-date]").as_ref().and_then(date_of)?;
        let copy: HtmlElement = item.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
        copy.set_attribute("aria-hidden", "true").ok()?;
        copy.set_inert(true);
        let place = item.get_bounding_client_rect();
        dom::style(&copy, "inline-size", &format!("{}px", place.width()));
        let layer = layer_with(&copy, table)?;
        dom::toggle(&item, "is-hole", true);
        let now = dom::millis();
        let held = Self {
            item,
            pointer: pressed.pointer,
            at,
            layer,
            copy,
            grip: (pressed.x - place.left(), pressed.y - place.top()),
            from,
            over: None,
            began: now,
            last: now,
        };
        held.move_copy();
        Some(held)
    }

    /// One frame: move the copy, scroll what is near an edge, find the day.
    fn frame(&mut self, table: &HtmlElement) {
        let now = dom::millis();
        let seconds = ((now - self.last) / 1000.0).clamp(0.001, 0.05);
        self.last = now;
        self.move_copy();
        self.scroll(table, scroll_way(seconds, now - self.began));
        self.find_day(table);
    }

    fn move_copy(&self) {
        let (x, y) = (self.at.0 - self.grip.0, self.at.1 - self.grip.1);
        dom::style(&self.copy, "transform", &format!("translate3d({x}px, {y}px, 0)"));
    }

    /// The page scrolls up and down, the calendar in it to the sides where it is wider.
    fn scroll(&self, table: &HtmlElement, way: f64) {
        let (x, y) = self.at;
        if let Some(page) = dom::closest(table, ".main") {
            let bounds = page.get_bounding_client_rect();
            scroll_by(&page, 0.0, edge_pull(y, bounds.top(), bounds.bottom()) * way);
        }
        if let Some(wrap) = dom::closest(table, ".calendar-wrap") {
            let bounds = wrap.get_bounding_client_rect();
            scroll_by(&wrap, edge_pull(x, bounds.left(), bounds.right()) * way, 0.0);
        }
    }

    fn find_day(&mut self, table: &HtmlElement) {
        let over = day_at(table, self.at);
        if over != self.over {
            if let Some(before) = &self.over {
                dom::toggle(before, "is-over", false);
            }
            if let Some(day) = &over {
                dom::toggle(day, "is-over", true);
            }
            self.over = over;
        }
    }

    fn put_down(self) {
        dom::toggle(&self.item, "is-hole", false);
        if let Some(over) = &self.over {
            dom::toggle(over, "is-over", false);
        }
        self.layer.remove();
    }
}

/// The day under a point. The layer covers the page, so the days are asked where they are.
fn day_at(table: &HtmlElement, (x, y): (f64, f64)) -> Option<HtmlElement> {
    let days = table.query_selector_all("td[data-date]").ok()?;
    (0..days.length()).filter_map(|at| days.get(at)?.dyn_into::<HtmlElement>().ok()).find(|day| {
        let place = day.get_bounding_client_rect();
        place.left() <= x && x < place.right() && place.top() <= y && y < place.bottom()
    })
}

fn date_of(day: &HtmlElement) -> Option<NaiveDate> {
    day.get_attribute("data-date")?.parse().ok()
}
