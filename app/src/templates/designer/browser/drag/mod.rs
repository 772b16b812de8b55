//! Dragging blocks by their heads and out of the palette: the board's press, a copy above the page, the others making room
//! where it lands. No signal is written while something is in the hand.

mod held;
mod lists;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use leptos::{
    prelude::{request_animation_frame, set_timeout},
    task::{spawn_local, tick},
};
use web_sys::{Element, HtmlElement, PointerEvent};

use self::held::{Held, What};
use crate::{
    tasks::{
        dom,
        drag::{
            Carrier, listen,
            press::{Press, Pressed},
            target,
        },
        geometry::Ending,
    },
    templates::designer::desk::Desk,
    ui::listeners::Listeners,
};

/// Presses on these inside a head are not a drag.
const CONTROLS: &str = ".block__acts, input, select, textarea";

struct Hand {
    root: HtmlElement,
    desk: Desk,
    press: Rc<Press>,
    held: RefCell<Option<Held>>,
    /// What was let go flies to its place.
    is_settling: Cell<bool>,
}

/// Makes the blocks of the designer draggable for as long as the answer lives.
pub fn start(listeners: &mut Listeners, root: &HtmlElement, desk: Desk) {
    let hand = Rc::new(Hand {
        root: root.clone(),
        desk,
        press: Rc::default(),
        held: RefCell::default(),
        is_settling: Cell::default(),
    });
    listen(listeners, root, &hand);
}

impl Carrier for Hand {
    fn arm(self: &Rc<Self>, event: &PointerEvent) {
        if !Press::can_begin(event) || self.is_holding() || self.is_settling.get() {
            return;
        }
        let Some(at) = target(event).filter(|at| dom::closest(at, CONTROLS).is_none()) else { return };
        let block = dom::closest(&at, ".block__head").and_then(|head| dom::closest(&head, ".block"));
        let Some(on) = block.or_else(|| dom::closest(&at, ".palette-item")) else { return };
        let this = self.clone();
        self.press.begin(event, on, move |pressed| {
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
        self.finish(Some(event.pointer_id()), true);
    }

    fn give_up(self: &Rc<Self>, pointer: Option<i32>) {
        self.press.end();
        self.finish(pointer, false);
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

    /// Elsewhere, in a field or its preview, text is dragged as in any page.
    fn drags_instead(&self, on: Option<&Element>) -> bool {
        on.is_some_and(|on| dom::closest(on, ".block__head, .palette-item").is_some())
    }
}

impl Hand {
    fn lift(self: &Rc<Self>, pressed: Pressed, at: (f64, f64)) {
        let held = Held::lift(&self.root, pressed, at);
        if held.is_some() {
            *self.held.borrow_mut() = held;
            self.next_frame();
        }
    }

    fn next_frame(self: &Rc<Self>) {
        let this = self.clone();
        request_animation_frame(move || {
            let is_held = this.held.borrow_mut().as_mut().map(|held| held.frame(&this.root)).is_some();
            if is_held {
                this.next_frame();
            }
        });
    }

    /// Sets down what is held, or puts it back. `None` is any pointer.
    fn finish(self: &Rc<Self>, pointer: Option<i32>, is_dropped: bool) {
        let is_ours = |held: &Held| pointer.is_none_or(|pointer| pointer == held.pointer);
        if !self.held.borrow().as_ref().is_some_and(is_ours) {
            return;
        }
        let Some(mut held) = self.held.borrow_mut().take() else { return };
        self.press.swallow_click();
        held.find_landing();
        held.clear(&self.root);
        let spot = held.landing.filter(|_| is_dropped);
        let (block, ending) = match (&held.what, spot) {
            (What::Block(id), Some(spot)) => {
                self.desk.put(*id, spot);
                (Some(*id), Ending::Dropped)
            }
            (What::Fresh(kind), Some(spot)) => (self.desk.add_at(kind.clone(), spot), Ending::Dropped),
            (What::Block(id), None) => (Some(*id), Ending::Cancelled),
            (What::Fresh(_), None) => (None, Ending::Cancelled),
        };
        self.is_settling.set(true);
        let this = self.clone();
        spawn_local(async move {
            // The draft has changed; the document follows before the next frame.
            tick().await;
            this.settle(&held, block, ending);
        });
    }

    /// Lets the copy fly to where the block now is, or back to the palette, and shows what is there.
    fn settle(self: &Rc<Self>, held: &Held, block: Option<u32>, ending: Ending) {
        let onto = match block {
            Some(id) => dom::one(&self.root, &format!("#block-{id} > .block__head")),
            None => Some(held.on.clone()),
        };
        let millis = onto.as_ref().map_or(0.0, |onto| held.fly_to(onto, ending));
        if let Some(onto) = &onto {
            dom::toggle(onto, "is-landing", true);
        }
        let (this, layer) = (self.clone(), held.layer.clone());
        set_timeout(
            move || {
                if let Some(onto) = &onto {
                    dom::toggle(onto, "is-landing", false);
                }
                layer.remove();
                this.is_settling.set(false);
            },
            Duration::from_millis(millis as u64),
        );
    }
}
