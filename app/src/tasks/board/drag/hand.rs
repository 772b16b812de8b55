//! The hand over the board: resting, about to lift a card, carrying one, or setting it down.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::TimeoutHandle;
use leptos::prelude::{request_animation_frame, set_timeout, set_timeout_with_handle};
use web_sys::{HtmlElement, PointerEvent};

use super::held::Held;
use super::{Follow, target};
use crate::tasks::board::dom;
use crate::tasks::board::geometry::{Ending, HOLD_MILLIS, MOUSE_SLOP, TOUCH_SLOP, flight_millis};

/// Presses on these inside a card are not a drag.
const CONTROLS: &str = "button, input, select, textarea, summary, .card__menu";
/// A collapsed list opens after so many milliseconds under a card.
const HOVER_MILLIS: f64 = 600.0;
/// The flash of a card that has landed lasts this long, in milliseconds.
const FLASH_MILLIS: u64 = 750;

pub struct Hand {
    board: HtmlElement,
    follow: Rc<dyn Follow>,
    armed: RefCell<Option<Armed>>,
    held: RefCell<Option<Held>>,
    /// The card flies to its place; nothing else can be lifted meanwhile.
    is_settling: Cell<bool>,
    /// The click that the browser makes of the press belongs to the drag.
    swallows: Cell<bool>,
}

/// A press that may become a drag.
struct Armed {
    card: HtmlElement,
    x: f64,
    y: f64,
    pointer: i32,
    /// Runs while a finger holds still.
    hold: Option<TimeoutHandle>,
}

impl Hand {
    pub fn new(board: HtmlElement, follow: Rc<dyn Follow>) -> Rc<Self> {
        Rc::new(Self {
            board,
            follow,
            armed: RefCell::default(),
            held: RefCell::default(),
            is_settling: Cell::new(false),
            swallows: Cell::new(false),
        })
    }

    pub fn is_holding(&self) -> bool {
        self.held.borrow().is_some()
    }

    pub fn is_armed_by_touch(&self) -> bool {
        self.armed.borrow().as_ref().is_some_and(|armed| armed.hold.is_some())
    }

    pub fn swallows_click(&self) -> bool {
        self.swallows.replace(false)
    }

    /// A press: on a card and not on a control, with the first button or finger.
    pub fn arm(self: &Rc<Self>, event: &PointerEvent) {
        if event.button() != 0 || !event.is_primary() || self.is_holding() || self.is_settling.get() {
            return;
        }
        let Some(pressed) = target(event) else { return };
        let Some(card) = dom::closest(&pressed, ".card") else { return };
        let is_control = dom::closest(&pressed, CONTROLS).is_some();
        if is_control || self.board.has_attribute("data-readonly") || dom::data_id(&card).is_empty() {
            return;
        }
        self.disarm();
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        let hold = (event.pointer_type() == "touch").then(|| self.hold_soon()).flatten();
        *self.armed.borrow_mut() = Some(Armed { card, x, y, pointer: event.pointer_id(), hold });
    }

    fn hold_soon(self: &Rc<Self>) -> Option<TimeoutHandle> {
        let this = self.clone();
        let lift = move || {
            let Some(armed) = this.armed.borrow_mut().take() else { return };
            vibrate();
            let at = (armed.x, armed.y);
            this.lift(armed, at);
        };
        set_timeout_with_handle(lift, Duration::from_millis(HOLD_MILLIS)).ok()
    }

    /// The pointer moved: remember where; lift, or leave it to the list to scroll.
    pub fn follow_pointer(self: &Rc<Self>, event: &PointerEvent) {
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        if let Some(held) = self.held.borrow_mut().as_mut() {
            if held.pointer == event.pointer_id() {
                held.at = at;
            }
            return;
        }
        let way = match self.armed.borrow().as_ref() {
            Some(armed) if armed.pointer == event.pointer_id() => {
                Some(((at.0 - armed.x).hypot(at.1 - armed.y), armed.hold.is_some()))
            }
            _ => None,
        };
        match way {
            Some((distance, true)) if distance > TOUCH_SLOP => self.disarm(),
            Some((distance, false)) if distance >= MOUSE_SLOP => {
                let armed = self.armed.borrow_mut().take();
                if let Some(armed) = armed {
                    self.lift(armed, at);
                }
            }
            _ => {}
        }
    }

    /// The pointer went up: drop what is held.
    pub fn let_go(self: &Rc<Self>, pointer: i32) {
        self.disarm();
        if self.held.borrow().as_ref().is_some_and(|held| held.pointer == pointer) {
            self.finish(Ending::Dropped);
        }
    }

    /// Escape, a lost pointer, another window: put it back. `None` is any pointer.
    pub fn give_up(self: &Rc<Self>, pointer: Option<i32>) {
        self.disarm();
        let is_ours = |held: &Held| pointer.is_none_or(|pointer| pointer == held.pointer);
        if self.held.borrow().as_ref().is_some_and(is_ours) {
            self.finish(Ending::Cancelled);
        }
    }

    fn disarm(&self) {
        if let Some(hold) = self.armed.borrow_mut().take().and_then(|armed| armed.hold) {
            hold.clear();
        }
    }

    fn lift(self: &Rc<Self>, armed: Armed, at: (f64, f64)) {
        let carried = self.follow.lifted(&dom::data_id(&armed.card));
        let held = Held::lift(&self.board, armed.card, (armed.x, armed.y), at, armed.pointer, &carried);
        if held.is_some() {
            *self.held.borrow_mut() = held;
            self.next_frame();
        }
    }

    fn next_frame(self: &Rc<Self>) {
        let this = self.clone();
        request_animation_frame(move || {
            let is_held = this.held.borrow_mut().as_mut().map(Held::frame).is_some();
            if is_held {
                this.open_hovered();
                this.next_frame();
            }
        });
    }

    /// A collapsed list opens under a card that hangs over it for a while.
    fn open_hovered(self: &Rc<Self>) {
        let hovered = self.held.borrow_mut().as_mut().and_then(|held| held.hovered(HOVER_MILLIS));
        let Some(column) = hovered else { return };
        self.follow.hovers(&column);
        let this = self.clone();
        leptos::task::spawn_local(async move {
            leptos::task::tick().await;
            if let Some(held) = this.held.borrow_mut().as_mut() {
                held.look_again();
            }
        });
    }

    fn finish(self: &Rc<Self>, ending: Ending) {
        let Some(held) = self.held.borrow_mut().take() else { return };
        self.is_settling.set(true);
        self.swallow_the_click();
        let from = held.copy_box();
        held.clear_board();
        let dropped = (ending == Ending::Dropped).then(|| held.landing()).flatten();
        let card = dom::data_id(&held.card);
        let ending = if dropped.is_some() { Ending::Dropped } else { Ending::Cancelled };
        match dropped {
            Some(dropped) => self.follow.dropped(dropped),
            None => self.follow.cancelled(&card),
        }
        let this = self.clone();
        leptos::task::spawn_local(async move {
            // The board's state has changed; the document follows before the next frame.
            leptos::task::tick().await;
            this.settle(held, &card, from, ending);
        });
    }

    /// Lets the copy fly to where the card now is, and shows the card there.
    fn settle(self: &Rc<Self>, held: Held, id: &str, from: (f64, f64), ending: Ending) {
        let Some(card) = dom::card(&self.board, id) else {
            held.remove_copy();
            self.is_settling.set(false);
            return;
        };
        let place = card.get_bounding_client_rect();
        let distance = (place.left() - from.0).hypot(place.top() - from.1);
        let millis = if dom::is_calm() { 0.0 } else { flight_millis(distance, ending) };
        dom::toggle(&card, "is-hole", true);
        held.fly_to((place.left(), place.top()), millis);
        let this = self.clone();
        set_timeout(
            move || {
                dom::toggle(&card, "is-hole", false);
                held.remove_copy();
                this.is_settling.set(false);
                if ending == Ending::Dropped {
                    flash(card);
                }
            },
            Duration::from_millis(millis as u64),
        );
    }

    fn swallow_the_click(self: &Rc<Self>) {
        self.swallows.set(true);
        let this = self.clone();
        set_timeout(move || this.swallows.set(false), Duration::from_millis(50));
    }
}

/// Marks a card that has just come to its place.
pub fn flash(card: HtmlElement) {
    dom::toggle(&card, "is-flash", true);
    set_timeout(move || dom::toggle(&card, "is-flash", false), Duration::from_millis(FLASH_MILLIS));
}

/// A short buzz where the device can: Safari has no such function.
pub(super) fn vibrate() {
    let Some(navigator) = web_sys::window().map(|window| window.navigator()) else { return };
    if js_sys::Reflect::has(&navigator, &"vibrate".into()).unwrap_or(false) {
        navigator.vibrate_with_duration(10);
    }
}
