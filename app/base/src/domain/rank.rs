//! Ranks: the place of a task in its column as a short text that sorts by its bytes.
//!
//! A rank is a number in base 62 (`0-9A-Za-z`, byte order is value order): a head letter says how
//! many digits the whole part has (`a` two characters, `b` three …; `Z` downwards for negative
//! ones), a fraction may follow. There is always a rank between two ranks, so a move writes one
//! row; putting a card at an end only counts the whole part up or down, so ranks stay short. The
//! scheme is the one of David Greenspan's "Implementing Fractional Indexing".

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

/// Ranks longer than this, in characters, ask for a rebalance of their neighbourhood.
pub const RANK_MAX: usize = 48;

/// Characters that a rebalance wants to get down to: room for many moves before the next one.
const RANK_RELAXED: usize = 12;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The whole part below which there is no other.
const LOWEST_WHOLE: &str = "A00000000000000000000000000";

/// The place of a task in its column. Compare ranks by their bytes (`COLLATE "C"` on PostgreSQL).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rank(String);

impl Rank {
    /// A rank that was stored. `None` where the text is no rank: wrong characters, a whole part
    /// that is cut off, or a fraction that ends in `0` (nothing would fit before it).
    pub fn parse(text: &str) -> Option<Self> {
        let digits_only = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let whole = digits_only.then(|| whole_part(text)).flatten()?;
        let fraction = &text[whole.len()..];
        (!fraction.ends_with('0') && text != LOWEST_WHOLE).then(|| Self(text.to_owned()))
    }

    /// The text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text to store, by value.
    pub fn into_string(self) -> String {
        self.0
    }

    /// Whether the rank has grown so long that its neighbourhood is to be rebalanced.
    pub fn is_too_long(&self) -> bool {
        self.0.len() > RANK_MAX
    }
}

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A rank after `after` and before `before`; `None` is the column's end on that side. Neighbours
/// in the wrong order have nothing between them: then the rank follows the first of them.
pub fn between(after: Option<&Rank>, before: Option<&Rank>) -> Rank {
    match (after.map(Rank::as_str), before.map(Rank::as_str)) {
        (None, None) => Rank("a0".into()),
        (None, Some(before)) => Rank(just_before(before)),
        (Some(after), Some(before)) if after < before => Rank(inside(after, before)),
        (Some(after), _) => Rank(just_after(after)),
    }
}

/// `count` ranks in order, evenly between `after` and `before`, as short as they can be.
pub fn spread(count: usize, after: Option<&Rank>, before: Option<&Rank>) -> Vec<Rank> {
    let mut ranks = Vec::with_capacity(count);
    match (after, before) {
        (after, None) => {
            let mut last = after.cloned();
            for _ in 0..count {
                let next = between(last.as_ref(), None);
                ranks.push(next.clone());
                last = Some(next);
            }
        }
        (None, Some(before)) => {
            let mut first = before.clone();
            for _ in 0..count {
                first = between(None, Some(&first));
                ranks.push(first.clone());
            }
            ranks.reverse();
        }
        (Some(after), Some(before)) => spread_inside(count, after, before, &mut ranks),
    }
    ranks
}

/// New ranks for the cards around place `at` of a column whose ranks are `ranks`, in order: which
/// places to rewrite and with what. The window doubles until its new ranks are short, and none of
/// them is one that the window had, so the rows can be written one after the other under
/// `UNIQUE(column_id, rank)`.
pub fn rebalance(ranks: &[Rank], at: usize) -> (Range<usize>, Vec<Rank>) {
    let mut half = 8;
    loop {
        let window = at.saturating_sub(half)..ranks.len().min(at.saturating_add(half));
        let after = window.start.checked_sub(1).and_then(|i| ranks.get(i));
        let before = ranks.get(window.end);
        let old: HashSet<&Rank> = ranks[window.clone()].iter().collect();
        let fresh: Vec<Rank> = spread(window.len() * 2, after, before)
            .into_iter()
            .filter(|rank| !old.contains(rank))
            .take(window.len())
            .collect();
        let whole_column = window.len() == ranks.len();
        if whole_column || fresh.iter().all(|rank| rank.as_str().len() <= RANK_RELAXED) {
            return (window, fresh);
        }
        half *= 2;
    }
}

fn spread_inside(count: usize, after: &Rank, before: &Rank, ranks: &mut Vec<Rank>) {
    if count == 0 {
        return;
    }
    let left = count / 2;
    let middle = between(Some(after), Some(before));
    spread_inside(left, after, &middle, ranks);
    ranks.push(middle.clone());
    spread_inside(count - left - 1, &middle, before, ranks);
}

fn just_after(rank: &str) -> String {
    let (whole, fraction) = split(rank);
    count_up(whole).unwrap_or_else(|| format!("{whole}{}", middle(fraction, None)))
}

fn just_before(rank: &str) -> String {
    let (whole, fraction) = split(rank);
    if !fraction.is_empty() && whole != LOWEST_WHOLE {
        return whole.to_owned();
    }
    match count_down(whole) {
        Some(lower) if lower != LOWEST_WHOLE => lower,
        Some(lowest) => format!("{lowest}{}", middle("", None)),
        None => format!("{whole}{}", middle("", Some(fraction))),
    }
}

fn inside(after: &str, before: &str) -> String {
    let (whole_after, fraction_after) = split(after);
    let (whole_before, fraction_before) = split(before);
    if whole_after == whole_before {
        return format!("{whole_after}{}", middle(fraction_after, Some(fraction_before)));
    }
    match count_up(whole_after) {
        Some(next) if next.as_str() < before => next,
        _ => format!("{whole_after}{}", middle(fraction_after, None)),
    }
}

/// The shortest digits between two fractions without trailing zeros; `None` is the next whole.
fn middle(low: &str, high: Option<&str>) -> String {
    let (mut low, mut high) = (low.as_bytes(), high.map(str::as_bytes));
    let mut digits = Vec::new();
    loop {
        let low_digit = low.first().map_or(0, |byte| value(*byte));
        let high_digit = high.and_then(<[u8]>::first).map_or(DIGITS.len(), |byte| value(*byte));
        if low_digit == high_digit {
            digits.push(DIGITS[low_digit]);
            low = low.get(1..).unwrap_or_default();
            high = high.and_then(|high| high.get(1..));
        } else if high_digit - low_digit > 1 {
            digits.push(DIGITS[(low_digit + high_digit).div_ceil(2)]);
            break;
        } else if let Some([first, _, ..]) = high {
            digits.push(*first);
            break;
        } else {
            digits.push(DIGITS[low_digit]);
            low = low.get(1..).unwrap_or_default();
            high = None;
        }
    }
    text(digits)
}

fn split(rank: &str) -> (&str, &str) {
    rank.split_at(whole_part(rank).map_or(rank.len(), str::len))
}

/// The whole part at the front of a rank; `None` where it is cut off.
fn whole_part(rank: &str) -> Option<&str> {
    let length = match rank.bytes().next()? {
        head @ b'a'..=b'z' => usize::from(head - b'a') + 2,
        head @ b'A'..=b'Z' => usize::from(b'Z' - head) + 2,
        _ => return None,
    };
    rank.get(..length)
}

fn count_up(whole: &str) -> Option<String> {
    let mut digits = whole.as_bytes().to_vec();
    for digit in digits[1..].iter_mut().rev() {
        if *digit != b'z' {
            *digit = DIGITS[value(*digit) + 1];
            return Some(text(digits));
        }
        *digit = b'0';
    }
    match digits[0] {
        b'Z' => Some("a0".into()),
        b'z' => None,
        head => {
            digits[0] = head + 1;
            resize(&mut digits, head >= b'a', b'0');
            Some(text(digits))
        }
    }
}

fn count_down(whole: &str) -> Option<String> {
    let mut digits = whole.as_bytes().to_vec();
    for digit in digits[1..].iter_mut().rev() {
        if *digit != b'0' {
            *digit = DIGITS[value(*digit) - 1];
            return Some(text(digits));
        }
        *digit = b'z';
    }
    match digits[0] {
        b'a' => Some("Zz".into()),
        b'A' => None,
        head => {
            digits[0] = head - 1;
            resize(&mut digits, head < b'a', b'z');
            Some(text(digits))
        }
    }
}

/// A whole part that passes a head letter gets one digit longer or shorter.
fn resize(digits: &mut Vec<u8>, is_growing: bool, filler: u8) {
    let length = if is_growing { digits.len() + 1 } else { digits.len() - 1 };
    digits.resize(length, filler);
}

/// The value of a base-62 digit; every byte that reaches this is one.
fn value(digit: u8) -> usize {
    match digit {
        b'0'..=b'9' => usize::from(digit - b'0'),
        b'A'..=b'Z' => usize::from(digit - b'A') + 10,
        _ => usize::from(digit.saturating_sub(b'a')) + 36,
    }
}

fn text(digits: Vec<u8>) -> String {
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(text: &str) -> Rank {
        Rank::parse(text).unwrap()
    }

    /// A small generator of numbers that are the same in every run (SplitMix64).
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, limit: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            ((mixed ^ (mixed >> 31)) % limit as u64) as usize
        }
    }

    fn assert_in_order(ranks: &[Rank]) {
        assert!(ranks.windows(2).all(|pair| pair[0] < pair[1]), "{ranks:?}");
        assert!(ranks.iter().all(|rank| Rank::parse(rank.as_str()).as_ref() == Some(rank)), "{ranks:?}");
    }

    #[test]
    fn the_first_ranks_are_two_characters() {
        assert_eq!(between(None, None), rank("a0"));
        assert_eq!(between(Some(&rank("a0")), None), rank("a1"));
        assert_eq!(between(None, Some(&rank("a0"))), rank("Zz"));
        assert_eq!(between(Some(&rank("a0")), Some(&rank("a1"))), rank("a0V"));
    }

    #[test]
    fn what_is_no_rank_is_not_read() {
        for text in ["", "0", "a", "b0", "a00", "a0-", "a0é", "A00000000000000000000000000"] {
            assert_eq!(Rank::parse(text), None, "{text}");
        }
    }

    #[test]
    fn ten_thousand_cards_at_an_end_stay_short() {
        let mut last = between(None, None);
        let mut first = last.clone();
        for _ in 0..10_000 {
            let (next, previous) = (between(Some(&last), None), between(None, Some(&first)));
            assert!(previous < first && last < next);
            (first, last) = (previous, next);
        }
        assert!(last.as_str().len() <= 4 && first.as_str().len() <= 4, "{first} {last}");
    }

    #[test]
    fn any_sequence_of_moves_keeps_every_column_in_order() {
        for seed in 0..200 {
            let mut numbers = Numbers(seed);
            let mut ranks: Vec<Rank> = Vec::new();
            for _ in 0..120 {
                let at = numbers.below(ranks.len() + 1);
                let fresh = between(at.checked_sub(1).map(|i| &ranks[i]), ranks.get(at));
                ranks.insert(at, fresh);
                if ranks.len() > 3 && numbers.below(4) == 0 {
                    ranks.remove(numbers.below(ranks.len()));
                }
            }
            assert_in_order(&ranks);
        }
    }

    #[test]
    fn the_lowest_and_the_highest_whole_have_neighbours() {
        let lowest = rank("A00000000000000000000000000V");
        let lower = between(None, Some(&lowest));
        assert!(lower < lowest && Rank::parse(lower.as_str()).is_some());
        let highest = rank(&format!("z{}", "z".repeat(26)));
        let higher = between(Some(&highest), None);
        assert!(highest < higher && Rank::parse(higher.as_str()).is_some());
    }

    #[test]
    fn neighbours_in_the_wrong_order_lead_to_the_place_after_the_first() {
        assert_eq!(between(Some(&rank("a5")), Some(&rank("a2"))), rank("a6"));
        assert_eq!(between(Some(&rank("a5")), Some(&rank("a5"))), rank("a6"));
    }

    #[test]
    fn a_spread_is_even_short_and_inside_its_neighbours() {
        let (after, before) = (rank("a0"), rank("a1"));
        let ranks = spread(1_000, Some(&after), Some(&before));
        assert_eq!(ranks.len(), 1_000);
        assert_in_order(&ranks);
        assert!(after < ranks[0] && ranks[999] < before);
        assert!(ranks.iter().all(|rank| rank.as_str().len() <= 5));
        assert_in_order(&spread(500, None, None));
        let ahead = spread(500, None, Some(&after));
        assert_in_order(&ahead);
        assert!(ahead[499] < after);
        assert!(spread(0, None, Some(&after)).is_empty());
    }

    #[test]
    fn squeezing_cards_into_one_gap_is_rebalanced_to_short_ranks() {
        let mut ranks = spread(40, None, None);
        let mut rewritten = 0;
        for _ in 0..3_000 {
            let fresh = between(Some(&ranks[20]), Some(&ranks[21]));
            let too_long = fresh.is_too_long();
            ranks.insert(21, fresh);
            if too_long {
                let (window, fresh) = rebalance(&ranks, 21);
                assert!(window.contains(&21));
                let old: HashSet<Rank> = ranks[window.clone()].iter().cloned().collect();
                assert!(fresh.iter().all(|rank| !old.contains(rank)), "a new rank is one of the old");
                rewritten += window.len();
                ranks.splice(window, fresh);
            }
        }
        assert_in_order(&ranks);
        assert!(ranks.iter().all(|rank| !rank.is_too_long()));
        assert!(rewritten > 0 && rewritten < 3_000, "{rewritten} rows rewritten in 3,000 moves");
    }
}
