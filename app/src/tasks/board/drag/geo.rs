//! One list measured: the cards near what is visible, in the list's own coordinates, so that
//! scrolling needs no new measure until it leaves the window.

use std::collections::HashMap;

use web_sys::HtmlElement;

use crate::tasks::board::dom;
use crate::tasks::board::geometry::{Slot, cards_within, slot_top};

pub struct Geo {
    pub column: HtmlElement,
    pub list: HtmlElement,
    /// The cards that are measured, without the one in the hand.
    pub cards: Vec<HtmlElement>,
    /// Where they rest, as if the card in the hand had left.
    pub slots: Vec<Slot>,
    /// The place of the first of them in the list.
    pub start: usize,
    /// Scrolled outside of this, the list is measured again.
    scroll_low: f64,
    scroll_high: f64,
    /// What a long list showed when it was measured.
    shows_from: Option<String>,
    /// How far each measured card is moved aside now.
    pub offsets: HashMap<usize, f64>,
    /// Whether this list has room made for the card.
    pub has_room: bool,
}

impl Geo {
    /// Measures a column. `left` is the carried card with its old top and its height with the gap,
    /// where it came from this column.
    pub fn measure(column: HtmlElement, carried: &HtmlElement, left: Option<(f64, f64)>) -> Option<Self> {
        let list = dom::list(&column)?;
        let all: Vec<HtmlElement> = dom::cards_of(&list).into_iter().filter(|card| card != carried).collect();
        let bounds = list.get_bounding_client_rect();
        let (low, high) = (bounds.top() - bounds.height(), bounds.bottom() + bounds.height());
        let range = cards_within(all.len(), low, high, |i| {
            let place = all[i].get_bounding_client_rect();
            (place.top(), place.bottom())
        });
        let scrolled = f64::from(list.scroll_top());
        let origin = bounds.top() - scrolled;
        let mut cards: Vec<HtmlElement> = all[range.clone()].to_vec();
        let taken = left.and_then(|_| dom::told_place(carried));
        let start = first_in_a_row(&mut cards, taken).unwrap_or(range.start);
        let slots = cards.iter().map(|card| rest(card, origin, left)).collect();
        let window = bounds.height() * 0.5;
        Some(Self {
            shows_from: shows_from(&list),
            column,
            list,
            cards,
            slots,
            start,
            scroll_low: scrolled - window,
            scroll_high: scrolled + window,
            offsets: HashMap::new(),
            has_room: false,
        })
    }

    /// Whether the list has scrolled so far that other cards matter.
    pub fn is_outdated(&self) -> bool {
        let scrolled = f64::from(self.list.scroll_top());
        scrolled < self.scroll_low || scrolled > self.scroll_high || self.shows_from != shows_from(&self.list)
    }

    /// Where the slot at this place of the list begins.
    pub fn top_of(&self, index: usize) -> f64 {
        slot_top(&self.slots, index.saturating_sub(self.start))
    }

    /// Puts the moved cards back at once.
    pub fn reset(&self) {
        for k in self.offsets.keys() {
            if let Some(card) = self.cards.get(*k) {
                dom::style(card, "transition", "none");
                dom::style(card, "transform", "");
            }
        }
    }
}

/// Where the window over a long list begins.
fn shows_from(list: &HtmlElement) -> Option<String> {
    list.get_attribute("data-from")
}

/// In a list of which only a part stands in the document: the place of the first of these cards, counted without the
/// one that was taken from there. Cards behind a gap are left out, so that the places of the others follow from it.
fn first_in_a_row(cards: &mut Vec<HtmlElement>, taken: Option<usize>) -> Option<usize> {
    let place = |card: &HtmlElement| {
        let place = dom::told_place(card)?;
        Some(place - usize::from(taken.is_some_and(|taken| taken < place)))
    };
    let first = place(cards.first()?)?;
    let in_a_row = cards.iter().enumerate().take_while(|(at, card)| place(card) == Some(first + at)).count();
    cards.truncate(in_a_row);
    Some(first)
}

fn rest(card: &HtmlElement, origin: f64, left: Option<(f64, f64)>) -> Slot {
    let place = card.get_bounding_client_rect();
    let top = place.top() - origin;
    let gone_above = left.map_or(0.0, |(home, step)| if top > home { step } else { 0.0 });
    Slot { top: top - gone_above, height: place.height() }
}
