//! A block in the hand: its copy above the page, the line where it lands, one frame of its way.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{
    domain::template::{
        BlockKind,
        edit::{Shelf, Spot},
    },
    tasks::{
        dom,
        drag::{layer_with, press::Pressed},
        geometry::{COLUMN_HYSTERESIS, SCROLL_RAMP, SCROLL_SPEED, edge_pull},
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
    mark: HtmlElement,
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
        let mark: HtmlElement = document().create_element("div").ok()?.dyn_into().ok()?;
        mark.set_class_name("block-mark");
        mark.set_hidden(true);
        layer.append_child(&mark).ok()?;
        dom::toggle(&on, "is-hole", true);
        let now = dom::millis();
        let grip = (pressed.x - place.left(), pressed.y - place.top());
        Some(Self {
            what,
            on,
            pointer: pressed.pointer,
            at,
            grip,
            layer,
            copy,
            mark,
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
        if let Some(scroller) = scroller(root) {
            let bounds = scroller.get_bounding_client_rect();
            let ramp = ((now - self.began) / SCROLL_RAMP).min(1.0);
            let pull = edge_pull(self.at.1, bounds.top(), bounds.bottom());
            scroller.scroll_by_with_x_and_y(0.0, pull * SCROLL_SPEED * seconds * ramp);
        }
        self.find_landing(root);
    }

    /// Where it would land now.
    pub fn find_landing(&mut self, root: &HtmlElement) {
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
