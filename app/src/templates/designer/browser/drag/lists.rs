//! The lists of blocks as they rest, whatever is moved aside in them: which one the pointer means, and where its slots are.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::{
    domain::template::edit::Shelf,
    tasks::geometry::{COLUMN_HYSTERESIS, Slot},
};

/// A list that may take what is held. All lengths are CSS pixels of the editor's content.
pub struct List {
    pub list: HtmlElement,
    pub shelf: Shelf,
    /// Where the list begins.
    pub top: f64,
    /// Its blocks without the one in the hand.
    pub rows: Vec<HtmlElement>,
    /// Where they rest in the list, as if the block in the hand had left.
    pub slots: Vec<Slot>,
    /// The place of the block in the hand, where it is from here.
    pub from: Option<usize>,
    /// What a pointer over it means this list: left, top, right, bottom. None: all of the editor.
    area: Option<[f64; 4]>,
}

impl List {
    /// Whether a pointer at a place of the editor's content means this list; the one that it meant before keeps it for
    /// some pixels around.
    pub fn is_meant(&self, (x, y): (f64, f64), was_meant: bool) -> bool {
        let around = if was_meant { COLUMN_HYSTERESIS } else { 0.0 };
        self.area.is_none_or(|[left, top, right, bottom]| {
            (left - around..=right + around).contains(&x) && (top - around..=bottom + around).contains(&y)
        })
    }
}

/// The lists of the editor in the order of the document: one within another comes after it. `step` is the height of the
/// block in the hand with its gap.
pub fn measure(editor: &HtmlElement, held: &HtmlElement, step: f64) -> Vec<List> {
    let list = |list: HtmlElement| {
        let node: &web_sys::Node = &list;
        if held.contains(Some(node)) {
            return None;
        }
        let shelf = list.get_attribute("data-shelf")?.parse::<Shelf>().ok()?;
        let all = all(&list, ":scope > .block");
        let from = all.iter().position(|row| row == held);
        let rows: Vec<HtmlElement> = all.into_iter().filter(|row| row != held).collect();
        let slot = |(place, row): (usize, &HtmlElement)| {
            let gone = if from.is_some_and(|from| place >= from) { step } else { 0.0 };
            Slot { top: f64::from(row.offset_top()) - gone, height: f64::from(row.offset_height()) }
        };
        let slots = rows.iter().enumerate().map(slot).collect();
        let (_, top) = rest_in(editor, &list);
        let area = match shelf {
            Shelf::Page => None,
            // The padding of a column belongs to it.
            Shelf::Left(_) | Shelf::Right(_) => {
                let column: HtmlElement = list.parent_element()?.dyn_into().ok()?;
                let (left, top) = rest_in(editor, &column);
                let (width, height) = (f64::from(column.offset_width()), f64::from(column.offset_height()));
                Some([left, top, left + width, top + height])
            }
        };
        Some(List { list, shelf, top, rows, slots, from, area })
    };
    all(editor, ".blocks").into_iter().filter_map(list).collect()
}

/// A place of the window in the editor's content.
pub fn content_place(editor: &HtmlElement, (x, y): (f64, f64)) -> (f64, f64) {
    let bounds = editor.get_bounding_client_rect();
    let left = bounds.left() + f64::from(editor.client_left()) - f64::from(editor.scroll_left());
    let top = bounds.top() + f64::from(editor.client_top()) - f64::from(editor.scroll_top());
    (x - left, y - top)
}

/// Where an element rests in the editor's content: offsets know of no transform.
fn rest_in(editor: &HtmlElement, element: &HtmlElement) -> (f64, f64) {
    let (mut x, mut y) = (0, 0);
    let mut at = Some(element.clone());
    while let Some(element) = at.filter(|element| element != editor) {
        x += element.offset_left();
        y += element.offset_top();
        at = element.offset_parent().and_then(|parent| parent.dyn_into().ok());
    }
    (f64::from(x), f64::from(y))
}

fn all(root: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(nodes) = root.query_selector_all(selector) else { return Vec::new() };
    (0..nodes.length()).filter_map(|i| nodes.get(i)?.dyn_into().ok()).collect()
}
