//! The window over a long list: of more cards than a browser draws with ease only those near what is
//! visible stand in the document, with empty space for the others. The arithmetic is pure, in CSS
//! pixels of the list; [`browser`] looks at the document.

use std::{collections::HashMap, ops::Range};

use leptos::prelude::*;

use super::{
    state::{BoardState, CardState, ColumnState},
    tools::{Anchor, Picking},
};
use crate::domain::ids::TaskId;

#[cfg(feature = "hydrate")]
pub use browser::{follow_scroll, watch};

#[cfg(not(feature = "hydrate"))]
pub use server::{follow_scroll, watch};

/// So many cards of a long list stand in the document.
const SHOWN: usize = 120;
/// The window moves by this many cards, so that little is made at a time.
const STEP: usize = 4;
/// So many cards are in sight, about; the rest of the window is shared by both sides.
const SEEN: usize = 8;
/// What a card is taken to be high before one was measured; `contain-intrinsic-block-size` says the same.
const HEIGHT: f64 = 104.0;

/// Which cards of a list stand in the document; clones are the same window.
#[derive(Clone)]
pub struct Window {
    /// The place of the first card; `None` while the list stands there whole.
    first: ArcRwSignal<Option<usize>>,
    heights: ArcStoredValue<Heights>,
}

impl Default for Window {
    fn default() -> Self {
        Self { first: ArcRwSignal::new(None), heights: ArcStoredValue::new(Heights::default()) }
    }
}

/// How high cards were when they were last in the document.
#[derive(Default)]
struct Heights {
    known: HashMap<TaskId, f64>,
    sum: f64,
    gap: f64,
}

impl Heights {
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "nothing is measured on the server"))]
    fn note(&mut self, card: TaskId, height: f64) {
        self.sum += height - self.known.insert(card, height).unwrap_or(0.0);
    }

    fn of(&self, card: TaskId) -> f64 {
        let mean = if self.known.is_empty() { HEIGHT } else { self.sum / self.known.len() as f64 };
        self.known.get(&card).copied().unwrap_or(mean)
    }

    /// The space that these cards take, without the gap behind the last.
    fn space(&self, cards: &[CardState]) -> f64 {
        let heights: f64 = cards.iter().map(|card| self.of(card.id)).sum();
        heights + self.gap * cards.len().saturating_sub(1) as f64
    }

    /// The place of the card that lies so far below the top of the list, and how far its own top is from there.
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "nothing is scrolled on the server"))]
    fn at(&self, cards: &[CardState], depth: f64) -> (usize, f64) {
        let mut top = 0.0;
        for (at, card) in cards.iter().enumerate() {
            let end = top + self.of(card.id) + self.gap;
            if end > depth || at + 1 == cards.len() {
                return (at, top - depth);
            }
            top = end;
        }
        (0, 0.0)
    }
}

/// What stands in the list, from the top.
#[derive(Clone)]
pub enum Row {
    Card(CardState),
    /// Room for cards that are not there: which space of the list it is, and its height.
    Space(usize, f64),
}

impl Row {
    /// What makes two rows the same; a space of another height is another one.
    pub fn key(&self) -> (Option<TaskId>, usize, i64) {
        match self {
            Self::Card(card) => (Some(card.id), 0, 0),
            Self::Space(ordinal, height) => (None, *ordinal, (height * 4.0) as i64),
        }
    }
}

/// What the list shows now; follows its cards, its window, and what the person is at.
pub fn rows(column: &ColumnState, board: &BoardState) -> Vec<Row> {
    let Some(first) = column.window.first.get() else {
        return column.cards.get().into_iter().map(Row::Card).collect();
    };
    let kept = kept(board);
    column.cards.with(|cards| {
        let is_kept = |card: &CardState| kept.contains(&card.id);
        let parts = parts(cards.len(), within(first, cards.len()), |index| is_kept(&cards[index]));
        column.window.heights.with_value(|heights| {
            let row = |(ordinal, part): (usize, Range<usize>)| match part.len() {
                1 => Row::Card(cards[part.start].clone()),
                _ => Row::Space(ordinal, heights.space(&cards[part])),
            };
            parts.into_iter().enumerate().map(row).collect()
        })
    })
}

/// Where the window begins, for the drag to notice that it has moved.
pub fn first(column: &ColumnState) -> impl Fn() -> Option<String> + Send + Sync + use<> {
    let first = column.window.first.clone();
    move || first.get().map(|first| first.to_string())
}

/// The cards that stay wherever the window is: with the focus, in the hand, edited, or with something open.
fn kept(board: &BoardState) -> Vec<TaskId> {
    let tools = &board.tools;
    let anchor = |picking: &Picking| match picking.anchor {
        Anchor::Card(card) => Some(card),
        Anchor::BulkBar => None,
    };
    [
        tools.wanted.get(),
        tools.editing.get(),
        tools.picking.with(|picking| picking.as_ref().and_then(anchor)),
        board.menu.get(),
        board.moving.get(),
        board.lifted.get().map(|(card, _)| card),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn within(first: usize, count: usize) -> Range<usize> {
    let first = first.min(count.saturating_sub(SHOWN));
    first..(first + SHOWN).min(count)
}

/// The list in parts: single cards, and runs of two and more for which there is only space. A run of one is cheaper
/// shown than measured.
fn parts(count: usize, shown: Range<usize>, is_kept: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::with_capacity(SHOWN + 8);
    let mut hidden_from = None;
    let flush = |parts: &mut Vec<Range<usize>>, hidden_from: &mut Option<usize>, end: usize| {
        if let Some(start) = hidden_from.take() {
            parts.push(start..end);
        }
    };
    for index in 0..count {
        if shown.contains(&index) || is_kept(index) {
            flush(&mut parts, &mut hidden_from, index);
            parts.push(index..index + 1);
        } else {
            hidden_from.get_or_insert(index);
        }
    }
    flush(&mut parts, &mut hidden_from, count);
    parts
}

/// Where the window begins when the card at this place is the first in sight.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "nothing is scrolled on the server"))]
fn first_for(seen: usize, count: usize) -> usize {
    let first = seen.saturating_sub((SHOWN - SEEN) / 2);
    (first - first % STEP).min(count.saturating_sub(SHOWN))
}

impl BoardState {
    /// Has this card stand in the document after the next tick, however long its list is.
    pub fn want(&self, card: TaskId) {
        if self.tools.wanted.get_untracked() != Some(card) {
            self.tools.wanted.set(Some(card));
        }
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::collections::HashMap;

    use leptos::html::Ol;
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{FocusOptions, HtmlElement};

    use super::{first_for, rows};
    use crate::domain::ids::TaskId;
    use crate::tasks::board::state::{BoardState, ColumnState};
    use crate::tasks::board::{dom, focus};

    /// Up to this many cards a list stands in the document whole.
    const WHOLE_MOST: usize = 200;

    /// Puts a window over the list when it grows long, and takes it away when it is short again. Cards in a window
    /// know their place in the whole list by `aria-posinset`; the drag counts by it.
    pub fn watch(node: NodeRef<Ol>, column: &ColumnState, board: &BoardState) {
        number(node, column, board);
        let (column, board) = (column.clone(), board.clone());
        Effect::new(move |_| {
            let Some(list) = node.get() else { return };
            let list: HtmlElement = (*list).clone();
            let count = column.cards.with(Vec::len);
            let is_on = column.window.first.with_untracked(Option::is_some);
            if count > WHOLE_MOST && !is_on {
                move_to_sight(&list, &column, &board);
            } else if count <= WHOLE_MOST && is_on {
                column.window.first.set(None);
            }
        });
    }

    /// Keeps the numbers of the cards right, and their part in the board's one tab stop, whenever the rows change: where
    /// not all cards of the list stand in the document, in its window or not loaded.
    fn number(node: NodeRef<Ol>, column: &ColumnState, board: &BoardState) {
        let (column, board) = (column.clone(), board.clone());
        Effect::new(move |was_on: Option<bool>| {
            let is_on = column.window.first.with(Option::is_some) || column.next.with(Option::is_some);
            if !is_on && was_on != Some(true) {
                return false;
            }
            drop(rows(&column, &board));
            let (column, size) = (column.clone(), column.shown.get().to_string());
            leptos::task::spawn_local(async move {
                // The document follows first.
                leptos::task::tick().await;
                let Some(list) = node.try_get_untracked().flatten() else { return };
                let places: HashMap<String, usize> = column.cards.with_untracked(|cards| {
                    cards.iter().enumerate().map(|(at, card)| (card.id.to_string(), at)).collect()
                });
                for card in dom::cards_of(&list) {
                    let place = places.get(&dom::data_id(&card)).filter(|_| is_on).map(|at| (at + 1).to_string());
                    dom::attribute(&card, "aria-posinset", place.as_deref());
                    dom::attribute(&card, "aria-setsize", place.is_some().then_some(size.as_str()));
                }
                if let Some(board) = dom::closest(&list, ".board") {
                    focus::gather_tab_stops(&board);
                }
            });
            is_on
        });
    }

    /// The list was scrolled: the window goes along.
    pub fn follow_scroll(node: NodeRef<Ol>, column: &ColumnState, board: &BoardState) {
        if let (Some(list), true) = (node.get_untracked(), column.window.first.with_untracked(Option::is_some)) {
            move_to_sight(&list, column, board);
        }
    }

    fn move_to_sight(list: &HtmlElement, column: &ColumnState, board: &BoardState) {
        let window = &column.window;
        let depth = f64::from(list.scroll_top());
        let seen = column.cards.with_untracked(|cards| {
            let (at, below) = window.heights.with_value(|heights| heights.at(cards, depth));
            Some((cards.get(at)?.id, below, first_for(at, cards.len())))
        });
        let Some((card, below, first)) = seen else { return };
        if window.first.get_untracked() != Some(first) {
            let kept = Kept::look(list, card, below);
            measure(list, column);
            let is_moving = board.tools.is_window_moving.clone();
            is_moving.set_value(true);
            window.first.set(Some(first));
            leptos::task::spawn_local(async move {
                // The document follows first, and the next frame comes after.
                leptos::task::tick().await;
                kept.restore();
                is_moving.set_value(false);
            });
        }
    }

    /// What must not change for who looks on while other cards come and go.
    struct Kept {
        list: HtmlElement,
        focused: Option<HtmlElement>,
        /// A card, and how far below the top of the list it stands.
        anchor: (String, f64),
    }

    impl Kept {
        /// Holds on to the card with the focus where it is seen, else to the first one that is; where that does not
        /// stand in the document yet, it begins so far `below` the edge.
        fn look(list: &HtmlElement, first: TaskId, below: f64) -> Self {
            let focused = document().active_element().filter(|focused| list.contains(Some(focused)));
            let focused = focused.and_then(|focused| focused.dyn_into::<HtmlElement>().ok());
            let height = list.get_bounding_client_rect().height();
            let at_hand = focused.as_ref().and_then(|focused| dom::closest(focused, ".card"));
            let at_hand = at_hand.map(|card| (dom::data_id(&card), offset(list, &card)));
            let first = first.to_string();
            let anchor = at_hand.filter(|(_, top)| (0.0..height).contains(top)).unwrap_or_else(|| {
                let top = dom::card(list, &first).map_or(below, |card| offset(list, &card));
                (first, top)
            });
            Self { list: list.clone(), focused, anchor }
        }

        /// A card that stays may have been put elsewhere in the document, and then the browser has taken the focus from
        /// it. And what stands above is not exactly as high as its space was taken to be.
        fn restore(self) {
            if let Some(focused) = self.focused
                && focused.is_connected()
                && document().active_element().as_ref() != Some(&*focused)
            {
                let quiet = FocusOptions::new();
                quiet.set_prevent_scroll(true);
                drop(focused.focus_with_options(&quiet));
            }
            let (card, top) = self.anchor;
            if let Some(card) = dom::card(&self.list, &card) {
                let moved = offset(&self.list, &card) - top;
                if moved.abs() >= 1.0 {
                    self.list.scroll_by_with_x_and_y(0.0, moved);
                }
            }
        }
    }

    /// How far a card stands below the top of its list, as it is scrolled.
    fn offset(list: &HtmlElement, card: &HtmlElement) -> f64 {
        card.get_bounding_client_rect().top() - list.get_bounding_client_rect().top()
    }

    /// Notes how high the cards are before some of them leave the document.
    fn measure(list: &HtmlElement, column: &ColumnState) {
        let cards = dom::cards_of(list);
        let style = leptos::prelude::window().get_computed_style(list).ok().flatten();
        let gap = style.and_then(|style| style.get_property_value("row-gap").ok());
        let gap = gap.and_then(|gap| gap.trim_end_matches("px").parse().ok()).unwrap_or(0.0);
        column.window.heights.update_value(|heights| {
            heights.gap = gap;
            for card in cards {
                if let Ok(id) = dom::data_id(&card).parse() {
                    heights.note(id, card.get_bounding_client_rect().height());
                }
            }
        });
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::{html::Ol, prelude::NodeRef};

    use crate::tasks::board::state::{BoardState, ColumnState};

    /// The server sends what was asked for, whole.
    pub fn watch(_node: NodeRef<Ol>, _column: &ColumnState, _board: &BoardState) {}

    /// Nothing is scrolled on the server.
    pub fn follow_scroll(_node: NodeRef<Ol>, _column: &ColumnState, _board: &BoardState) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_of(parts: &[Range<usize>]) -> Vec<usize> {
        parts.iter().filter(|part| part.len() == 1).map(|part| part.start).collect()
    }

    #[test]
    fn a_long_list_shows_a_hundred_and_twenty_cards_and_space_for_the_others() {
        let parts = parts(1_000, within(440, 1_000), |_| false);
        assert_eq!(parts.first(), Some(&(0..440)));
        assert_eq!(parts.last(), Some(&(560..1_000)));
        assert_eq!(shown_of(&parts), (440..560).collect::<Vec<_>>());
    }

    #[test]
    fn every_card_is_in_one_part_and_in_order() {
        for kept in [vec![], vec![0], vec![3, 4, 999], vec![501, 700]] {
            let parts = parts(1_000, within(440, 1_000), |index| kept.contains(&index));
            let all: Vec<usize> = parts.iter().cloned().flatten().collect();
            assert_eq!(all, (0..1_000).collect::<Vec<_>>());
            assert!(kept.iter().all(|index| parts.contains(&(*index..index + 1))));
        }
    }

    #[test]
    fn one_card_outside_is_shown_rather_than_left_as_a_space() {
        assert_eq!(shown_of(&parts(121, 0..120, |_| false)), (0..121).collect::<Vec<_>>());
    }

    #[test]
    fn the_window_reaches_as_far_above_what_is_seen_as_below_and_ends_with_the_list() {
        assert_eq!(first_for(0, 1_000), 0);
        assert_eq!(first_for(56, 1_000), 0);
        assert_eq!(first_for(60, 1_000), 4);
        assert_eq!(first_for(500, 1_000), 444);
        assert_eq!(first_for(999, 1_000), 880);
        assert_eq!(within(940, 1_000), 880..1_000);
    }
}
