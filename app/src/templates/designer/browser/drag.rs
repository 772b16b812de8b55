//! Dragging blocks by their heads and out of the palette: the board's press, a copy above the page, a line where it lands.
//! No signal is written while something is in the hand.

use std::{
    cell::RefCell,
    rc::Rc,
};

use leptos::prelude::request_animation_frame;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, MouseEvent, PointerEvent};

use crate::{
    domain::template::{
        BlockKind,
        edit::{Shelf, Spot},
    },
    tasks::{
        dom,
        drag::{
            layer_with,
            press::{Press, Pressed},
        },
        geometry::{COLUMN_HYSTERESIS, SCROLL_RAMP, SCROLL_SPEED, edge_pull},
    },
    templates::designer::desk::Desk,
    ui::listeners::{Hears, Listeners},
};

/// Presses on these inside a head are not a drag.
const CONTROLS: &str = ".block__acts, input, select, textarea";

struct Hand {
    root: HtmlElement,
    desk: Desk,
    press: Rc<Press>,
    held: RefCell<Option<Held>>,
}

/// What is in the hand.
enum What {
    Block(u32),
    Fresh(BlockKind),
}

struct Held {
    what: What,
    on: HtmlElement,
    pointer: i32,
    at: (f64, f64),
    /// Where in the copy it was taken.
    grip: (f64, f64),
    layer: HtmlElement,
    copy: HtmlElement,
    mark: HtmlElement,
    landing: Option<Spot>,
    began: f64,
    last: f64,
}

/// Makes the blocks of the designer draggable for as long as the answer lives.
pub fn start(listeners: &mut Listeners, root: &HtmlElement, desk: Desk) {
    let hand = Rc::new(Hand { root: root.clone(), desk, press: Rc::default(), held: RefCell::default() });
    let this = hand.clone();
    listeners.on(root, "pointerdown", Hears::Bubbling, move |event: PointerEvent| this.arm(&event));
    // Registered before any touch and not passive, as on the board.
    let this = hand.clone();
    listeners.on(root, "touchmove", Hears::Active, move |event: Event| {
        if this.is_holding() && event.cancelable() {
            event.prevent_default();
        }
    });
    let this = hand.clone();
    listeners.on(root, "contextmenu", Hears::Bubbling, move |event: Event| {
        if this.is_holding() || this.press.is_of_finger() {
            event.prevent_default();
        }
    });
    listeners.on(root, "dragstart", Hears::Bubbling, |event: Event| {
        let is_head = target(&event).is_some_and(|at| dom::closest(&at, ".block__head, .palette-item").is_some());
        if is_head {
            event.prevent_default();
        }
    });
    let this = hand.clone();
    listeners.on(root, "click", Hears::Capturing, move |event: MouseEvent| {
        if this.press.swallows_click() {
            event.prevent_default();
            event.stop_propagation();
        }
    });
    let Some(window) = web_sys::window() else { return };
    let this = hand.clone();
    listeners.on(&window, "pointermove", Hears::Bubbling, move |event: PointerEvent| this.follow(&event));
    let this = hand.clone();
    listeners.on(&window, "pointerup", Hears::Bubbling, move |event: PointerEvent| {
        this.press.end();
        this.finish(Some(event.pointer_id()), true);
    });
    let this = hand.clone();
    listeners.on(&window, "pointercancel", Hears::Bubbling, move |event: PointerEvent| {
        this.press.end();
        this.finish(Some(event.pointer_id()), false);
    });
    let this = hand.clone();
    listeners.on(&window, "blur", Hears::Bubbling, move |_: Event| {
        this.press.end();
        this.finish(None, false);
    });
    listeners.on(&window, "keydown", Hears::Capturing, move |event: KeyboardEvent| {
        if event.key() == "Escape" && hand.is_holding() {
            event.prevent_default();
            event.stop_propagation();
            hand.finish(None, false);
        }
    });
}

impl Hand {
    fn is_holding(&self) -> bool {
        self.held.borrow().is_some()
    }

    fn arm(self: &Rc<Self>, event: &PointerEvent) {
        if !Press::can_begin(event) || self.is_holding() {
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

    fn follow(self: &Rc<Self>, event: &PointerEvent) {
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
        held.find_landing(&self.root);
        held.layer.remove();
        dom::toggle(&held.on, "is-hole", false);
        let Some(spot) = held.landing.filter(|_| is_dropped) else { return };
        match held.what {
            What::Block(id) => self.desk.put(id, spot),
            What::Fresh(kind) => self.desk.add_at(kind, spot),
        }
    }
}

impl Held {
    fn lift(root: &HtmlElement, pressed: Pressed, at: (f64, f64)) -> Option<Self> {
        let on = pressed.on;
        let what = match on.get_attribute("data-kind") {
            Some(word) => What::Fresh(BlockKind::fresh().into_iter().find(|kind| kind.word() == word)?),
            None => What::Block(dom::data_id(&on).parse().ok()?),
        };
        // Of a block with its properties open only the head is carried.
        let shown = dom::one(&on, ".block__head").unwrap_or_else(|| on.clone());
        let place = shown.get_bounding_client_rect();
        let copy: HtmlElement = shown.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
        for name in ["id", "name", "aria-labelledby"] {
            drop(copy.remove_attribute(name));
            while let Some(named) = dom::one(&copy, &format!("[{name}]")) {
                named.remove_attribute(name).ok()?;
            }
        }
        copy.set_attribute("aria-hidden", "true").ok()?;
        copy.set_inert(true);
        dom::toggle(&copy, "is-carried-block", true);
        dom::style(&copy, "inline-size", &format!("{}px", place.width()));
        let layer = layer_with(&copy, root)?;
        let mark: HtmlElement = web_sys::window()?.document()?.create_element("div").ok()?.dyn_into().ok()?;
        mark.set_class_name("block-mark");
        mark.set_hidden(true);
        layer.append_child(&mark).ok()?;
        dom::toggle(&on, "is-hole", true);
        let now = dom::millis();
        let grip = (pressed.x - place.left(), pressed.y - place.top());
        Some(Self { what, on, pointer: pressed.pointer, at, grip, layer, copy, mark, landing: None, began: now, last: now })
    }

    /// One frame: move the copy, scroll what is near an edge, find the landing place.
    fn frame(&mut self, root: &HtmlElement) {
        let now = dom::millis();
        let seconds = ((now - self.last) / 1000.0).clamp(0.001, 0.05);
        self.last = now;
        let (x, y) = (self.at.0 - self.grip.0, self.at.1 - self.grip.1);
        dom::style(&self.copy, "transform", &format!("translate3d({x}px,{y}px,0)"));
        if let Some(scroller) = scroller(root) {
            let bounds = scroller.get_bounding_client_rect();
            let ramp = ((now - self.began) / SCROLL_RAMP).min(1.0);
            let pull = edge_pull(self.at.1, bounds.top(), bounds.bottom());
            scroller.scroll_by_with_x_and_y(0.0, pull * SCROLL_SPEED * seconds * ramp);
        }
        self.find_landing(root);
    }

    fn find_landing(&mut self, root: &HtmlElement) {
        let found = self.list_under(root).and_then(|(list, shelf)| {
            let rows: Vec<HtmlElement> = children(&list).into_iter().filter(|row| *row != self.on).collect();
            let middle = |row: &HtmlElement| {
                let place = row.get_bounding_client_rect();
                f64::midpoint(place.top(), place.bottom())
            };
            let index = rows.iter().filter(|row| middle(row) < self.at.1).count();
            self.show_mark(&list, &rows, index);
            Some(Spot { shelf, index })
        });
        if found.is_none() {
            self.mark.set_hidden(true);
        }
        self.landing = found;
    }

    /// The innermost list under the pointer that may take what is held.
    fn list_under(&self, root: &HtmlElement) -> Option<(HtmlElement, Shelf)> {
        let is_columns = match &self.what {
            What::Fresh(kind) => matches!(kind, BlockKind::Columns { .. }),
            What::Block(_) => dom::one(&self.on, ".block__columns").is_some(),
        };
        let near = |element: &HtmlElement| {
            let place = element.get_bounding_client_rect();
            let (x, y) = self.at;
            x >= place.left() - COLUMN_HYSTERESIS
                && x <= place.right() + COLUMN_HYSTERESIS
                && y >= place.top() - COLUMN_HYSTERESIS
                && y <= place.bottom() + COLUMN_HYSTERESIS
        };
        let is_outside = |list: &HtmlElement| {
            let node: &web_sys::Node = list;
            !self.on.contains(Some(node))
        };
        let lists = all(root, ".blocks").into_iter().filter(is_outside);
        let shelves = lists.filter_map(|list| {
            let shelf = list.get_attribute("data-shelf")?.parse::<Shelf>().ok()?;
            Some((list, shelf))
        });
        let shelves: Vec<_> = shelves.filter(|(_, shelf)| !is_columns || *shelf == Shelf::Page).collect();
        // In the order of the document a list within another one comes after it.
        let under = shelves.iter().rfind(|(list, _)| near(list)).cloned();
        let is_over_editor = || dom::one(root, ".designer__editor").is_some_and(|editor| near(&editor));
        under.or_else(|| shelves.into_iter().find(|(_, shelf)| *shelf == Shelf::Page).filter(|_| is_over_editor()))
    }

    fn show_mark(&self, list: &HtmlElement, rows: &[HtmlElement], index: usize) {
        let bounds = list.get_bounding_client_rect();
        let top = match (rows.get(index), rows.last()) {
            (Some(row), _) => row.get_bounding_client_rect().top() - 5.0,
            (None, Some(last)) => last.get_bounding_client_rect().bottom() + 3.0,
            (None, None) => bounds.top() + 4.0,
        };
        dom::style(&self.mark, "inline-size", &format!("{}px", bounds.width()));
        dom::style(&self.mark, "transform", &format!("translate({}px,{top}px)", bounds.left()));
        self.mark.set_hidden(false);
    }
}

/// What scrolls around the blocks: the editor's column, or the page where all stands in one.
fn scroller(root: &HtmlElement) -> Option<HtmlElement> {
    let editor = dom::one(root, ".designer__editor")?;
    if editor.scroll_height() > editor.client_height() {
        return Some(editor);
    }
    dom::closest(root, ".main")
}

fn children(list: &HtmlElement) -> Vec<HtmlElement> {
    all(list, ":scope > .block")
}

fn all(root: &HtmlElement, selector: &str) -> Vec<HtmlElement> {
    let Ok(nodes) = root.query_selector_all(selector) else { return Vec::new() };
    (0..nodes.length()).filter_map(|i| nodes.get(i)?.dyn_into().ok()).collect()
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
