//! The hand over the board: resting, about to lift a card, carrying one, or setting it down.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::{request_animation_frame, set_timeout};
use web_sys::{HtmlElement, PointerEvent};

use super::held::Held;
use super::press::{Press, Pressed};
use super::{Follow, target};
use crate::tasks::board::dom;
use crate::tasks::board::geometry::{Ending, flight_millis};

/// Presses on these inside a card are not a drag.
const CONTROLS: &str = "button, input, select, textarea, summary, .card__menu";
/// A collapsed list opens after so many milliseconds under a card.
const HOVER_MILLIS: f64 = 600.0;
/// The flash of a card that has landed lasts this long, in milliseconds.
const FLASH_MILLIS: u64 = 750;

/// The hand that drags cards on a board.
pub struct Hand {
    board: HtmlElement,
    follow: Rc<dyn Follow>,
    press: Rc<Press>,
    held: RefCell<Option<Held>>,
    /// The card flies to its place; nothing else can be lifted meanwhile.
    is_settling: Cell<bool>,
}

impl Hand {
    /// Nothing is lifted yet.
    pub fn new(board: HtmlElement, follow: Rc<dyn Follow>) -> Rc<Self> {
        Rc::new(Self { board, follow, press: Rc::default(), held: RefCell::default(), is_settling: Cell::new(false) })
    }

    /// Something is lifted.
    pub fn is_holding(&self) -> bool {
        self.held.borrow().is_some()
    }

    /// The press that may become a drag.
    pub fn press(&self) -> &Press {
        &self.press
    }

    /// A press: on a card and not on a control, with the first button or finger.
    pub fn arm(self: &Rc<Self>, event: &PointerEvent) {
        if !Press::can_begin(event) || self.is_holding() || self.is_settling.get() {
            return;
        }
        let Some(pressed) = target(event) else { return };
        let Some(card) = dom::closest(&pressed, ".card") else { return };
        let is_control = dom::closest(&pressed, CONTROLS).is_some();
        if is_control || self.board.has_attribute("data-readonly") || dom::data_id(&card).is_empty() {
            return;
        }
        let this = self.clone();
        self.press.begin(event, card, move |pressed| {
            let at = (pressed.x, pressed.y);
            this.lift(pressed, at);
        });
    }

    /// The pointer moved: remember where; lift, or leave it to the list to scroll.
    pub fn follow_pointer(self: &Rc<Self>, event: &PointerEvent) {
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

    /// The pointer went up: drop what is held, where the pointer is.
    pub fn let_go(self: &Rc<Self>, event: &PointerEvent) {
        self.press.end();
        let is_ours = match self.held.borrow_mut().as_mut() {
            Some(held) if held.pointer == event.pointer_id() => {
                held.come_to_rest(Press::place(event));
                true
            }
            _ => false,
        };
        if is_ours {
            self.finish(Ending::Dropped);
        }
    }

    /// Escape, a lost pointer, another window: put it back. `None` is any pointer.
    pub fn give_up(self: &Rc<Self>, pointer: Option<i32>) {
        self.press.end();
        let is_ours = |held: &Held| pointer.is_none_or(|pointer| pointer == held.pointer);
        if self.held.borrow().as_ref().is_some_and(is_ours) {
            self.finish(Ending::Cancelled);
        }
    }

    fn lift(self: &Rc<Self>, pressed: Pressed, at: (f64, f64)) {
        let id = dom::data_id(&pressed.on);
        let carried = self.follow.lifted(&id);
        let held = Held::lift(&self.board, pressed.on, (pressed.x, pressed.y), at, pressed.pointer, &carried);
        if let Some(held) = held {
            held.mark_without_room(&self.follow.no_room(&id));
            *self.held.borrow_mut() = Some(held);
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
        self.press.swallow_click();
        let from = held.copy_box();
        held.clear_board();
        let was_let_go = ending == Ending::Dropped;
        let dropped = was_let_go.then(|| held.landing()).flatten();
        let card = dom::data_id(&held.card);
        let ending = if dropped.is_some() { Ending::Dropped } else { Ending::Cancelled };
        match dropped {
            Some(dropped) => self.follow.dropped(dropped),
            None if was_let_go => self.follow.stayed(&card),
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
}

/// Marks a card that has just come to its place.
pub fn flash(card: HtmlElement) {
    dom::toggle(&card, "is-flash", true);
    set_timeout(move || dom::toggle(&card, "is-flash", false), Duration::from_millis(FLASH_MILLIS));
}
