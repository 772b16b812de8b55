//! A press that may become a drag: the slop of a mouse, the hold of a finger, and the click that must not follow.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::{TimeoutHandle, set_timeout, set_timeout_with_handle};
use web_sys::{HtmlElement, PointerEvent};

use crate::tasks::board::geometry::{HOLD_MILLIS, MOUSE_SLOP, TOUCH_SLOP};

/// The click that the browser makes of a press comes within so many milliseconds.
const CLICK_MILLIS: u64 = 50;

/// The press of one hand.
#[derive(Default)]
pub struct Press {
    waits: RefCell<Option<Waiting>>,
    /// The click that the browser makes of the press belongs to the drag.
    swallows: Cell<bool>,
}

/// What was pressed, where in the window, and by which pointer.
pub struct Pressed {
    pub on: HtmlElement,
    pub x: f64,
    pub y: f64,
    pub pointer: i32,
}

struct Waiting {
    pressed: Pressed,
    /// Runs while a finger holds still.
    hold: Option<TimeoutHandle>,
}

impl Press {
    /// Whether this press can begin a drag at all: the first button or finger.
    pub fn can_begin(event: &PointerEvent) -> bool {
        event.button() == 0 && event.is_primary()
    }

    /// Where a pointer is in the window.
    pub fn place(event: &PointerEvent) -> (f64, f64) {
        (f64::from(event.client_x()), f64::from(event.client_y()))
    }

    /// A press on something that can be carried. A finger that holds still lifts it by `held`.
    pub fn begin(self: &Rc<Self>, event: &PointerEvent, on: HtmlElement, held: impl FnOnce(Pressed) + 'static) {
        self.end();
        let (x, y) = Self::place(event);
        let hold = (event.pointer_type() == "touch").then(|| self.hold_soon(held)).flatten();
        let pressed = Pressed { on, x, y, pointer: event.pointer_id() };
        *self.waits.borrow_mut() = Some(Waiting { pressed, hold });
    }

    fn hold_soon(self: &Rc<Self>, held: impl FnOnce(Pressed) + 'static) -> Option<TimeoutHandle> {
        let this = self.clone();
        let lift = move || {
            let waiting = this.waits.borrow_mut().take();
            if let Some(Waiting { pressed, .. }) = waiting {
                vibrate();
                held(pressed);
            }
        };
        set_timeout_with_handle(lift, Duration::from_millis(HOLD_MILLIS)).ok()
    }

    /// The pointer moved: the press, where it has become a drag. A finger that moves before it has held scrolls.
    pub fn moved(&self, event: &PointerEvent) -> Option<Pressed> {
        let at = Self::place(event);
        let (way, is_finger) = {
            let waits = self.waits.borrow();
            let Waiting { pressed, hold } = waits.as_ref().filter(|it| it.pressed.pointer == event.pointer_id())?;
            ((at.0 - pressed.x).hypot(at.1 - pressed.y), hold.is_some())
        };
        if is_finger {
            if way > TOUCH_SLOP {
                self.end();
            }
            return None;
        }
        if way < MOUSE_SLOP {
            return None;
        }
        self.waits.borrow_mut().take().map(|waiting| waiting.pressed)
    }

    /// It does not become a drag any more.
    pub fn end(&self) {
        if let Some(hold) = self.waits.borrow_mut().take().and_then(|waiting| waiting.hold) {
            hold.clear();
        }
    }

    /// A finger is down and has not held long enough yet.
    pub fn is_of_finger(&self) -> bool {
        self.waits.borrow().as_ref().is_some_and(|waiting| waiting.hold.is_some())
    }

    /// The click that follows at once is not one.
    pub fn swallow_click(self: &Rc<Self>) {
        self.swallows.set(true);
        let this = self.clone();
        set_timeout(move || this.swallows.set(false), Duration::from_millis(CLICK_MILLIS));
    }

    /// Whether this click belongs to the drag; asked once.
    pub fn swallows_click(&self) -> bool {
        self.swallows.replace(false)
    }
}

/// A short buzz where the device can: Safari has no such function.
fn vibrate() {
    let Some(navigator) = web_sys::window().map(|window| window.navigator()) else { return };
    if js_sys::Reflect::has(&navigator, &"vibrate".into()).unwrap_or(false) {
        navigator.vibrate_with_duration(10);
    }
}
