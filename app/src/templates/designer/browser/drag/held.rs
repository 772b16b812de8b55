//! A block in the hand: its copy above the page, the space that opens where it lands, one frame of its way.

use leptos::prelude::{document, request_animation_frame, window};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::lists::{self, List};
use crate::{
    domain::template::{
        BlockKind,
        edit::{Shelf, Spot},
    },
    tasks::{
        dom,
        drag::{aside, layer_with, press::Pressed, scroll_by},
        geometry::{Ending, GAP, Part, displacement, edge_pull, flight_millis, nearest_slot, scroll_way, slot_top},
    },
};

/// What is in the hand.
pub enum What {
    Block(u32),
    Fresh(BlockKind),
}

pub struct Held {
    pub what: What,
    pub on: HtmlElement,
    pub pointer: i32,
    pub at: (f64, f64),
    /// Where in the copy it was taken.
    grip: (f64, f64),
    pub layer: HtmlElement,
    copy: HtmlElement,
    editor: HtmlElement,
    /// Shows the place in a list that the block is not from.
    hole: HtmlElement,
    height: f64,
    /// Columns stand in no column.
    is_columns: bool,
    is_calm: bool,
    pub landing: Option<Spot>,
    began: f64,
    last: f64,
}

impl Held {
    /// Takes what was pressed; nothing where it is neither a block nor one of the palette.
    pub fn lift(root: &HtmlElement, pressed: Pressed, at: (f64, f64)) -> Option<Self> {
        let on = pressed.on;
        let what = match on.get_attribute("data-kind") {
            Some(word) => What::Fresh(BlockKind::fresh().into_iter().find(|kind| kind.word() == word)?),
            None => What::Block(dom::data_id(&on).parse().ok()?),
        };
        let is_columns = match &what {
            What::Fresh(kind) => matches!(kind, BlockKind::Columns { .. }),
            What::Block(_) => dom::one(&on, ".block__columns").is_some(),
        };
        let editor = dom::one(root, ".designer__editor")?;
        let hole: HtmlElement = document().create_element("li").ok()?.dyn_into().ok()?;
        hole.set_class_name("block-hole");
        hole.set_attribute("aria-hidden", "true").ok()?;
        // Of a block with its properties open only the head is carried.
        let shown = dom::one(&on, ".block__head").unwrap_or_else(|| on.clone());
        let place = shown.get_bounding_client_rect();
        let copy = copy_of(&shown, place.width())?;
        let layer = layer_with(&copy, root)?;
        // The block shrinks to its head, and on a phone the editor comes in the place of the palette. What was scrolled
        // to the end stays where it is.
        let before = on.offset_height();
        dom::toggle(&on, "is-hole", true);
        let shrunk = (before - on.offset_height()).max(0);
        dom::style(&editor, "padding-block-end", &format!("calc(var(--s-6) + {shrunk}px)"));
        dom::attribute(root, "data-carries", Some(""));
        let now = dom::millis();
        Some(Self {
            what,
            on,
            pointer: pressed.pointer,
            at,
            grip: (pressed.x - place.left(), pressed.y - place.top()),
            layer,
            copy,
            editor,
            hole,
            height: place.height(),
            is_columns,
            is_calm: dom::is_calm(),
            landing: None,
            began: now,
            last: now,
        })
    }

    /// One frame: move the copy, scroll what is near an edge, find the landing place.
    pub fn frame(&mut self, root: &HtmlElement) {
        let now = dom::millis();
        let seconds = ((now - self.last) / 1000.0).clamp(0.001, 0.05);
        self.last = now;
        let (x, y) = (self.at.0 - self.grip.0, self.at.1 - self.grip.1);
        dom::style(&self.copy, "transform", &format!("translate3d({x}px,{y}px,0)"));
        if let Some(scroller) = scroller(&self.editor, root) {
            let bounds = scroller.get_bounding_client_rect();
            let pull = edge_pull(self.at.1, bounds.top(), bounds.bottom());
            scroll_by(&scroller, 0.0, pull * scroll_way(seconds, now - self.began));
        }
        self.find_landing();
    }

    /// Where it would land now; room is made there.
    pub fn find_landing(&mut self) {
        let lists = lists::measure(&self.editor, &self.on, self.height + GAP);
        let at = lists::content_place(&self.editor, self.at);
        let landing = self.list_under(&lists, at).map(|list| {
            let middle = at.1 - self.grip.1 + self.height / 2.0 - list.top;
            let now = self.landing.filter(|spot| spot.shelf == list.shelf).map(|spot| spot.index);
            Spot { shelf: list.shelf, index: nearest_slot(&list.slots, self.height, middle, now) }
        });
        if landing != self.landing {
            self.landing = landing;
            self.make_room(&lists);
        }
    }

    /// The innermost list under the pointer that may take what is held.
    fn list_under<'a>(&self, lists: &'a [List], at: (f64, f64)) -> Option<&'a List> {
        let bounds = self.editor.get_bounding_client_rect();
        let (x, y) = self.at;
        let is_over_editor =
            (bounds.left()..=bounds.right()).contains(&x) && (bounds.top()..=bounds.bottom()).contains(&y);
        let was_meant = |list: &List| self.landing.is_some_and(|spot| spot.shelf == list.shelf);
        let may_take = |list: &List| !self.is_columns || list.shelf == Shelf::Page;
        lists.iter().rfind(|&list| is_over_editor && may_take(list) && list.is_meant(at, was_meant(list)))
    }

    /// Moves the blocks of the landing place aside; those of the other lists rest. A list that the block has left keeps
    /// its place, so that nothing jumps under a pointer that goes from one list to another.
    fn make_room(&self, lists: &[List]) {
        let step = self.height + GAP;
        let is_home = lists.iter().any(|list| list.from.is_some() && self.over(list).is_some());
        let is_elsewhere = self.landing.is_some() && !is_home;
        dom::toggle(&self.on, "is-away", is_elsewhere);
        if !is_elsewhere {
            self.hole.remove();
        }
        if !is_home {
            aside(&self.on, 0.0, self.is_calm);
        }
        for list in lists {
            let over = self.over(list);
            let part = match (over, list.from) {
                (Some(over), Some(from)) => Part::Within { from, over },
                (Some(over), None) => Part::Entered(over),
                (None, _) => Part::None,
            };
            for (place, row) in list.rows.iter().enumerate() {
                aside(row, displacement(place, part, step), self.is_calm);
            }
            let room = if matches!(part, Part::Entered(_)) { format!("{step}px") } else { String::new() };
            dom::style(&list.list, "padding-block-end", &room);
            let Some(over) = over else { continue };
            let top = if list.slots.is_empty() { 0.0 } else { slot_top(&list.slots, over) };
            if list.from.is_some() {
                aside(&self.on, top - f64::from(self.on.offset_top()), self.is_calm);
            } else {
                dom::style(&self.hole, "top", &format!("{top}px"));
                dom::style(&self.hole, "block-size", &format!("{}px", self.height));
                drop(list.list.append_child(&self.hole));
            }
        }
    }

    fn over(&self, list: &List) -> Option<usize> {
        self.landing.filter(|spot| spot.shelf == list.shelf).map(|spot| spot.index)
    }

    /// Takes every trace of the drag off the page, without animation; the copy stays.
    pub fn clear(&self, root: &HtmlElement) {
        self.hole.remove();
        let mut moved = vec![self.on.clone()];
        for list in lists::measure(&self.editor, &self.on, 0.0) {
            dom::style(&list.list, "padding-block-end", "");
            moved.extend(list.rows);
        }
        for row in &moved {
            aside(row, 0.0, true);
        }
        for class in ["is-hole", "is-away"] {
            dom::toggle(&self.on, class, false);
        }
        dom::style(&self.editor, "padding-block-end", "");
        dom::attribute(root, "data-carries", None);
        request_animation_frame(move || moved.iter().for_each(|row| dom::style(row, "transition", "")));
    }

    /// Sends the copy to where the block is now, and says how many milliseconds that takes.
    pub fn fly_to(&self, place: &HtmlElement, ending: Ending) -> f64 {
        let (from, to) = (self.copy.get_bounding_client_rect(), place.get_bounding_client_rect());
        // What is not shown has no place.
        if self.is_calm || to.width() == 0.0 {
            return 0.0;
        }
        let millis = flight_millis((to.left() - from.left()).hypot(to.top() - from.top()), ending);
        dom::style(&self.copy, "transition", &format!("transform {millis}ms cubic-bezier(.2,1,.1,1)"));
        dom::style(&self.copy, "transform", &format!("translate3d({}px,{}px,0)", to.left(), to.top()));
        millis
    }
}

/// A copy without anything that names it or that it could be reached by.
fn copy_of(shown: &HtmlElement, width: f64) -> Option<HtmlElement> {
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
    dom::style(&copy, "inline-size", &format!("{width}px"));
    Some(copy)
}

/// What scrolls around the blocks: the editor's column, or the page where all stands in one.
fn scroller(editor: &HtmlElement, root: &HtmlElement) -> Option<HtmlElement> {
    let style = window().get_computed_style(editor).ok().flatten();
    let scrolls = style.is_some_and(|style| style.get_property_value("overflow-y").is_ok_and(|value| value == "auto"));
    if scrolls { Some(editor.clone()) } else { dom::closest(root, ".main") }
}
