//! The arithmetic of dragging: where a card would land, how far the others make room, how fast a
//! list scrolls. Pure, in CSS pixels of the list.

use std::ops::Range;

/// A mouse or pen lifts a card after this way.
pub const MOUSE_SLOP: f64 = 5.0;
/// A finger that moves further than this before the hold is over scrolls instead.
pub const TOUCH_SLOP: f64 = 8.0;
/// How long a finger holds before the card lifts, in milliseconds.
pub const HOLD_MILLIS: u64 = 250;
/// The space between two cards.
pub const GAP: f64 = 8.0;
/// How far outside its column the pointer may go before another column takes over.
pub const COLUMN_HYSTERESIS: f64 = 12.0;
/// How much nearer another slot must be than the one that is chosen.
const SLOT_HYSTERESIS: f64 = 4.0;
/// The space above the first card of a list.
const LIST_PADDING: f64 = 4.0;
const EDGE_MAX: f64 = 180.0;
const EDGE_SHARE: f64 = 0.25;
/// Full speed of automatic scrolling, in pixels a second.
const SCROLL_SPEED: f64 = 900.0;
/// Automatic scrolling reaches full speed after this many milliseconds.
const SCROLL_RAMP: f64 = 400.0;
const DROP_MIN: f64 = 180.0;
const DROP_MAX: f64 = 320.0;
const DROP_DISTANCE: f64 = 1500.0;
const CANCEL_SHARE: f64 = 0.6;

/// A card at rest: its top in the list (scrolled away or not) and its height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slot {
    pub top: f64,
    pub height: f64,
}

/// How a drag ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Dropped,
    Cancelled,
}

/// A column's part in a drag that is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The card came from here, at this place, and hangs over another column.
    Left(usize),
    /// The card came from here and hangs over here, over that place.
    Within { from: usize, over: usize },
    /// The card hangs over this place and came from another column.
    Entered(usize),
    /// Neither.
    None,
}

/// How fast to scroll towards an edge: -1 full speed back, 0 not at all, 1 full speed on.
pub fn edge_pull(pointer: f64, start: f64, end: f64) -> f64 {
    let zone = EDGE_MAX.min((end - start) * EDGE_SHARE);
    let pull = |depth: f64| (depth / (zone * 0.5)).clamp(0.0, 1.0);
    if pointer < start + zone {
        -pull(start + zone - pointer)
    } else if pointer > end - zone {
        pull(pointer - (end - zone))
    } else {
        0.0
    }
}

/// How far to scroll in a frame at full pull, in pixels: the frame took so many seconds, and the drag began so many
/// milliseconds ago.
pub fn scroll_way(seconds: f64, since: f64) -> f64 {
    SCROLL_SPEED * seconds * (since / SCROLL_RAMP).min(1.0)
}

/// Where slot `k` begins: where card `k` is, or under the last card.
pub fn slot_top(slots: &[Slot], k: usize) -> f64 {
    let under = |slot: &Slot| slot.top + slot.height + GAP;
    match slots.get(k) {
        Some(slot) => slot.top,
        None => slots.last().map_or(LIST_PADDING, under),
    }
}

/// The slot whose centre is nearest to the centre of the card in the hand. A plain comparison with
/// the middles of the cards would land one too far when moving down.
pub fn nearest_slot(slots: &[Slot], height: f64, centre: f64, current: Option<usize>) -> usize {
    let mut best = (f64::INFINITY, 0);
    for k in 0..=slots.len() {
        let favour = if current == Some(k) { SLOT_HYSTERESIS } else { 0.0 };
        let distance = (slot_top(slots, k) + height / 2.0 - centre).abs() - favour;
        if distance < best.0 {
            best = (distance, k);
        }
    }
    best.1
}

/// How far the card at `index` (counted without the one in the hand) moves aside; `step` is the
/// height of the card in the hand with its gap.
pub fn displacement(index: usize, part: Part, step: f64) -> f64 {
    let closes = |from: usize| if index >= from { -step } else { 0.0 };
    let opens = |over: usize| if index >= over { step } else { 0.0 };
    match part {
        Part::Left(from) => closes(from),
        Part::Within { from, over } => closes(from) + opens(over),
        Part::Entered(over) => opens(over),
        Part::None => 0.0,
    }
}

/// How long the card flies to its place, in milliseconds.
pub fn flight_millis(distance: f64, ending: Ending) -> f64 {
    let millis = DROP_MAX.min(DROP_MIN + (DROP_MAX - DROP_MIN) * distance / DROP_DISTANCE);
    if ending == Ending::Cancelled { millis * CANCEL_SHARE } else { millis }
}

/// The cards of a list that touch `low..high`, found by halving: `edges(i)` measures top and bottom
/// of card `i`, which costs, so that only a few of a thousand are asked.
pub fn cards_within(count: usize, low: f64, high: f64, edges: impl Fn(usize) -> (f64, f64)) -> Range<usize> {
    let first = first_where(0, count, |i| edges(i).1 >= low);
    let end = first_where(first, count, |i| edges(i).0 >= high);
    first..end
}

fn first_where(mut low: usize, mut high: usize, is_there: impl Fn(usize) -> bool) -> usize {
    while low < high {
        let middle = usize::midpoint(low, high);
        if is_there(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cards 100 high, at 4, 112, 220 …
    fn cards(count: usize) -> Vec<Slot> {
        (0..count).map(|i| Slot { top: 4.0 + 108.0 * i as f64, height: 100.0 }).collect()
    }

    #[test]
    fn a_card_lands_where_its_centre_is_nearest() {
        let cards = cards(3);
        assert_eq!(nearest_slot(&cards, 100.0, 54.0, None), 0);
        assert_eq!(nearest_slot(&cards, 100.0, 107.0, None), 0);
        assert_eq!(nearest_slot(&cards, 100.0, 109.0, None), 1);
        assert_eq!(nearest_slot(&cards, 100.0, 2_000.0, None), 3);
        assert_eq!(nearest_slot(&[], 100.0, 500.0, None), 0);
    }

    #[test]
    fn the_chosen_slot_holds_on_for_four_pixels() {
        let cards = cards(3);
        assert_eq!(nearest_slot(&cards, 100.0, 109.0, Some(0)), 0);
        assert_eq!(nearest_slot(&cards, 100.0, 111.0, Some(0)), 1);
    }

    #[test]
    fn cards_close_the_place_left_and_open_the_place_taken() {
        let within = Part::Within { from: 1, over: 3 };
        let moved: Vec<f64> = (0..5).map(|i| displacement(i, within, 108.0)).collect();
        assert_eq!(moved, [0.0, -108.0, -108.0, 0.0, 0.0]);
        assert_eq!(displacement(2, Part::Left(1), 108.0), -108.0);
        assert_eq!(displacement(2, Part::Entered(2), 108.0), 108.0);
        assert_eq!(displacement(1, Part::Entered(2), 108.0), 0.0);
    }

    #[test]
    fn scrolling_starts_near_an_edge_and_is_full_half_way_in() {
        assert_eq!(edge_pull(400.0, 0.0, 800.0), 0.0);
        assert_eq!(edge_pull(180.0, 0.0, 800.0), 0.0);
        assert_eq!(edge_pull(135.0, 0.0, 800.0), -0.5);
        assert_eq!(edge_pull(90.0, 0.0, 800.0), -1.0);
        assert_eq!(edge_pull(790.0, 0.0, 800.0), 1.0);
        assert_eq!(edge_pull(95.0, 0.0, 100.0), 1.0);
    }

    #[test]
    fn scrolling_goes_by_the_second_and_is_full_after_a_moment() {
        assert_eq!(scroll_way(0.1, 0.0), 0.0);
        assert_eq!(scroll_way(0.1, 200.0), 45.0);
        assert_eq!(scroll_way(0.1, 400.0), 90.0);
        assert_eq!(scroll_way(0.01, 9_000.0), 9.0);
    }

    #[test]
    fn a_flight_takes_longer_from_afar_and_less_when_cancelled() {
        assert_eq!(flight_millis(0.0, Ending::Dropped), 180.0);
        assert_eq!(flight_millis(750.0, Ending::Dropped), 250.0);
        assert_eq!(flight_millis(9_000.0, Ending::Dropped), 320.0);
        assert_eq!(flight_millis(0.0, Ending::Cancelled), 108.0);
    }

    #[test]
    fn only_the_cards_in_sight_are_measured() {
        let asked = std::cell::Cell::new(0);
        let range = cards_within(1_000, 5_000.0, 6_000.0, |i| {
            asked.set(asked.get() + 1);
            (108.0 * i as f64, 108.0 * i as f64 + 100.0)
        });
        assert_eq!(range, 46..56);
        assert!(asked.get() < 25, "{} cards measured", asked.get());
    }
}
