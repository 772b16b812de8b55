//! The hand for whole lists: it takes one by its head, carries it along the row, and sets it down between others.
//!
//! Not on a board in lanes: a list is in pieces there, its head over all lanes and a part of it in each, and the row
//! of heads is no place to see what would come of it. The menu in the head moves it by one place there, too.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::{request_animation_frame, set_timeout};
use web_sys::{HtmlElement, PointerEvent};

use super::hand::flash;
use super::list_held::HeldList;
use super::press::{Press, Pressed};
use super::{Follow, target};
use crate::tasks::board::geometry::{Ending, flight_millis};
use crate::tasks::board::{dom, live};

/// Presses on these inside a head are not a drag; the menu hangs in it, too.
const CONTROLS: &str = "a, button, input, select, textarea, summary, form, .menu";

/// The hand that drags lists on a board.
pub struct ListHand {
    board: HtmlElement,
    follow: Rc<dyn Follow>,
    press: Rc<Press>,
    held: RefCell<Option<HeldList>>,
    /// The list flies to its place; nothing else can be lifted meanwhile.
    is_settling: Cell<bool>,
}

impl ListHand {
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

    /// A press: on a head and not on a control in it, with the first button or finger.
    pub fn arm(self: &Rc<Self>, event: &PointerEvent) {
        if !Press::can_begin(event) || self.is_holding() || self.is_settling.get() {
            return;
        }
        let Some(pressed) = target(event) else { return };
        // In lanes no head stands in a list.
        let list = dom::closest(&pressed, ".col__head").and_then(|head| dom::closest(&head, ".col"));
        let Some(list) = list else { return };
        let is_control = dom::closest(&pressed, CONTROLS).is_some();
        if is_control || self.board.has_attribute("data-readonly") || dom::data_id(&list).is_empty() {
            return;
        }
        let this = self.clone();
        self.press.begin(event, list, move |pressed| {
            let at = pressed.x;
            this.lift(pressed, at);
        });
    }

    /// The pointer moved: remember where; lift, or leave it to the board to scroll.
    pub fn follow_pointer(self: &Rc<Self>, event: &PointerEvent) {
        let (x, _) = Press::place(event);
        if let Some(held) = self.held.borrow_mut().as_mut() {
            if held.pointer == event.pointer_id() {
                held.at = x;
            }
            return;
        }
        if let Some(pressed) = self.press.moved(event) {
            self.lift(pressed, x);
        }
    }

    /// The pointer went up: set down what is held, where the pointer is.
    pub fn let_go(self: &Rc<Self>, event: &PointerEvent) {
        self.press.end();
        let is_ours = match self.held.borrow_mut().as_mut() {
            Some(held) if held.pointer == event.pointer_id() => {
                held.come_to_rest(Press::place(event).0);
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
        let is_ours = |held: &HeldList| pointer.is_none_or(|pointer| pointer == held.pointer);
        if self.held.borrow().as_ref().is_some_and(is_ours) {
            self.finish(Ending::Cancelled);
        }
    }

    fn lift(self: &Rc<Self>, pressed: Pressed, at: f64) {
        let held = HeldList::lift(&self.board, pressed.on, pressed.x, at, pressed.pointer);
        if held.is_some() {
            *self.held.borrow_mut() = held;
            self.next_frame();
        }
    }

    fn next_frame(self: &Rc<Self>) {
        let this = self.clone();
        request_animation_frame(move || {
            let is_held = this.held.borrow_mut().as_mut().map(HeldList::frame).is_some();
            if is_held {
                this.next_frame();
            }
        });
    }

    fn finish(self: &Rc<Self>, ending: Ending) {
        let Some(held) = self.held.borrow_mut().take() else { return };
        self.is_settling.set(true);
        self.press.swallow_click();
        held.clear_board();
        let was_let_go = ending == Ending::Dropped;
        let dropped = was_let_go.then(|| held.landing()).flatten();
        let ending = if dropped.is_some() { Ending::Dropped } else { Ending::Cancelled };
        // A list that is put elsewhere in the document forgets how far it was scrolled.
        let kept = live::keep_place(&self.board);
        match dropped {
            Some(dropped) => self.follow.dropped_list(dropped),
            None if was_let_go => self.follow.stayed(&dom::data_id(&held.list)),
            None => self.follow.cancelled(&dom::data_id(&held.list)),
        }
        let this = self.clone();
        leptos::task::spawn_local(async move {
            // The order of the lists has changed; the document follows before the next frame.
            leptos::task::tick().await;
            if ending == Ending::Dropped {
                kept.restore(&this.board);
            }
            this.settle(held, ending);
        });
    }

    /// Lets the copy fly to where the list now is, and shows the list there.
    fn settle(self: &Rc<Self>, held: HeldList, ending: Ending) {
        let list = held.list.clone();
        let place = list.get_bounding_client_rect();
        let distance = (place.left() - held.copy_left()).abs();
        let millis = if dom::is_calm() { 0.0 } else { flight_millis(distance, ending) };
        dom::toggle(&list, "is-hole", true);
        held.fly_to(place.left(), millis);
        let this = self.clone();
        set_timeout(
            move || {
                dom::toggle(&list, "is-hole", false);
                held.remove_copy();
                this.is_settling.set(false);
                if ending == Ending::Dropped {
                    flash(list);
                }
            },
            Duration::from_millis(millis as u64),
        );
    }
}
