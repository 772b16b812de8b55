//! Dragging a task to another day with mouse, pen and finger. As on the board: imperative, a copy in a layer above the
//! page, and one word to the page's state when it is let go.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use chrono::NaiveDate;
use leptos::prelude::{TimeoutHandle, set_timeout, set_timeout_with_handle};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, MouseEvent, PointerEvent};

use crate::tasks::board::dom;
use crate::tasks::board::geometry::{HOLD_MILLIS, MOUSE_SLOP, TOUCH_SLOP};
use crate::ui::listeners::{Hears, Listeners};

/// Called with the task and the days it was moved by.
type Moved = Rc<dyn Fn(&str, i64)>;

struct Hand {
    table: HtmlElement,
    moved: Moved,
    state: RefCell<State>,
}

enum State {
    Resting,
    /// A press that may become a drag.
    Armed(Armed),
    Holding(Held),
    /// The click that the browser makes of the press belongs to the drag.
    Swallowing,
}

struct Armed {
    item: HtmlElement,
    pointer: i32,
    x: f64,
    y: f64,
    /// A finger lifts after a while, a mouse after a way.
    hold: Option<TimeoutHandle>,
}

struct Held {
    item: HtmlElement,
    pointer: i32,
    layer: HtmlElement,
    copy: HtmlElement,
    /// From the pointer to the copy's corner.
    offset: (f64, f64),
    from: NaiveDate,
    over: Option<HtmlElement>,
}

/// Makes the tasks of a calendar draggable for as long as the answer lives.
pub fn start(table: &HtmlElement, moved: Moved) -> Listeners {
    let mut listeners = Listeners::default();
    let hand = Rc::new(Hand { table: table.clone(), moved, state: RefCell::new(State::Resting) });
    let this = hand.clone();
    listeners.on(table, "pointerdown", Hears::Bubbling, move |event: PointerEvent| this.arm(&event));
    // Not passive and there before any touch: `touch-action` cannot change after pointerdown.
    let this = hand.clone();
    listeners.on(table, "touchmove", Hears::Active, move |event: Event| {
        // A scroll that is under way cannot be stopped; the browser takes the pointer away by itself.
        if this.is_holding() && event.cancelable() {
            event.prevent_default();
        }
    });
    let this = hand.clone();
    listeners.on(table, "contextmenu", Hears::Bubbling, move |event: Event| {
        if this.is_holding() {
            event.prevent_default();
        }
    });
    listeners.on(table, "dragstart", Hears::Bubbling, |event: Event| event.prevent_default());
    let this = hand.clone();
    listeners.on(table, "click", Hears::Capturing, move |event: MouseEvent| {
        if matches!(*this.state.borrow(), State::Swallowing) {
            event.prevent_default();
            event.stop_propagation();
        }
    });
    everywhere(&mut listeners, &hand);
    listeners
}

fn everywhere(listeners: &mut Listeners, hand: &Rc<Hand>) {
    let Some(window) = web_sys::window() else { return };
    let this = hand.clone();
    listeners.on(&window, "pointermove", Hears::Bubbling, move |event: PointerEvent| this.follow(&event));
    let this = hand.clone();
    listeners.on(&window, "pointerup", Hears::Bubbling, move |event: PointerEvent| this.let_go(&event));
    let this = hand.clone();
    listeners.on(&window, "pointercancel", Hears::Bubbling, move |_: PointerEvent| this.give_up());
    let this = hand.clone();
    listeners.on(&window, "blur", Hears::Bubbling, move |_: Event| this.give_up());
    let this = hand.clone();
    listeners.on(&window, "keydown", Hears::Capturing, move |event: KeyboardEvent| {
        if event.key() == "Escape" && this.is_holding() {
            event.prevent_default();
            event.stop_propagation();
            this.give_up();
        }
    });
}

impl Hand {
    fn is_holding(&self) -> bool {
        matches!(*self.state.borrow(), State::Holding(_))
    }

    fn arm(self: &Rc<Self>, event: &PointerEvent) {
        if !event.is_primary() || event.button() != 0 || !matches!(*self.state.borrow(), State::Resting) {
            return;
        }
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(target) = target.filter(|target| dom::closest(target, ".event__menu").is_none()) else { return };
        let Some(item) = dom::closest(&target, ".event") else { return };
        let hold = (event.pointer_type() == "touch").then(|| {
            let this = self.clone();
            set_timeout_with_handle(move || this.lift(), Duration::from_millis(HOLD_MILLIS)).ok()
        });
        *self.state.borrow_mut() = State::Armed(Armed {
            item,
            pointer: event.pointer_id(),
            x: f64::from(event.client_x()),
            y: f64::from(event.client_y()),
            hold: hold.flatten(),
        });
    }

    fn follow(&self, event: &PointerEvent) {
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        let way = match &*self.state.borrow() {
            State::Armed(armed) if armed.pointer == event.pointer_id() => {
                Some(((x - armed.x).hypot(y - armed.y), armed.hold.is_some()))
            }
            _ => None,
        };
        match way {
            // A finger that moves before it has held scrolls the page.
            Some((way, true)) if way > TOUCH_SLOP => self.give_up(),
            Some((way, false)) if way > MOUSE_SLOP => self.lift(),
            _ => {}
        }
        if let State::Holding(held) = &mut *self.state.borrow_mut()
            && held.pointer == event.pointer_id()
        {
            held.carry(&self.table, x, y);
        }
    }

    fn lift(&self) {
        let state = std::mem::replace(&mut *self.state.borrow_mut(), State::Resting);
        let State::Armed(armed) = state else {
            *self.state.borrow_mut() = state;
            return;
        };
        if let Some(held) = Held::new(&armed) {
            *self.state.borrow_mut() = State::Holding(held);
        }
    }

    fn let_go(self: &Rc<Self>, event: &PointerEvent) {
        let state = std::mem::replace(&mut *self.state.borrow_mut(), State::Resting);
        match state {
            State::Holding(held) if held.pointer == event.pointer_id() => {
                let id = dom::data_id(&held.item);
                let days = held.over.as_ref().and_then(date_of).map(|to| (to - held.from).num_days());
                held.put_down();
                self.swallow();
                if let Some(days) = days.filter(|days| *days != 0) {
                    (self.moved)(&id, days);
                }
            }
            State::Armed(armed) => armed.disarm(),
            other => *self.state.borrow_mut() = other,
        }
    }

    fn give_up(&self) {
        match std::mem::replace(&mut *self.state.borrow_mut(), State::Resting) {
            State::Holding(held) => held.put_down(),
            State::Armed(armed) => armed.disarm(),
            State::Resting | State::Swallowing => {}
        }
    }

    fn swallow(self: &Rc<Self>) {
        *self.state.borrow_mut() = State::Swallowing;
        let this = self.clone();
        set_timeout(
            move || {
                if matches!(*this.state.borrow(), State::Swallowing) {
                    *this.state.borrow_mut() = State::Resting;
                }
            },
            Duration::from_millis(50),
        );
    }
}

impl Armed {
    fn disarm(self) {
        if let Some(hold) = self.hold {
            hold.clear();
        }
    }
}

impl Held {
    /// Lifts an item: a copy goes into a layer over the whole page, the item itself becomes a hole.
    fn new(armed: &Armed) -> Option<Self> {
        let from = dom::closest(&armed.item, "td[data-date]").as_ref().and_then(date_of)?;
        let document = web_sys::window()?.document()?;
        let layer: HtmlElement = document.create_element("div").ok()?.dyn_into().ok()?;
        layer.set_class_name("drag-layer");
        drop(layer.set_attribute("popover", "manual"));
        let copy: HtmlElement = armed.item.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
        let place = armed.item.get_bounding_client_rect();
        dom::style(&copy, "inline-size", &format!("{}px", place.width()));
        dom::style(&copy, "transform", &format!("translate3d({}px, {}px, 0)", place.left(), place.top()));
        layer.append_child(&copy).ok()?;
        document.body()?.append_child(&layer).ok()?;
        drop(layer.show_popover());
        dom::toggle(&armed.item, "is-hole", true);
        Some(Self {
            item: armed.item.clone(),
            pointer: armed.pointer,
            layer,
            copy,
            offset: (place.left() - armed.x, place.top() - armed.y),
            from,
            over: None,
        })
    }

    fn carry(&mut self, table: &HtmlElement, x: f64, y: f64) {
        let (left, top) = (x + self.offset.0, y + self.offset.1);
        dom::style(&self.copy, "transform", &format!("translate3d({left}px, {top}px, 0)"));
        let over = day_at(table, x, y);
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

    fn put_down(&self) {
        dom::toggle(&self.item, "is-hole", false);
        if let Some(over) = &self.over {
            dom::toggle(over, "is-over", false);
        }
        self.layer.remove();
    }
}

/// The day under a point. The layer covers the page, so the days are asked where they are.
fn day_at(table: &HtmlElement, x: f64, y: f64) -> Option<HtmlElement> {
    let days = table.query_selector_all("td[data-date]").ok()?;
    (0..days.length()).filter_map(|at| days.get(at)?.dyn_into::<HtmlElement>().ok()).find(|day| {
        let place = day.get_bounding_client_rect();
        place.left() <= x && x < place.right() && place.top() <= y && y < place.bottom()
    })
}

fn date_of(day: &HtmlElement) -> Option<NaiveDate> {
    day.get_attribute("data-date")?.parse().ok()
}
