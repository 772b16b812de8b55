//! Where grid lines and the words below them stand.

use chrono::NaiveDate;

/// The upper end of an axis of counts and the step between its lines: 4 or 5 lines, counts whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    pub top: u32,
    pub step: u32,
}

impl Scale {
    /// The smallest round step (1, 2, 5, 10, 20, 25, 50, …) that reaches the largest count in four.
    pub fn of(largest: u32) -> Self {
        let mut decade = 1_u32;
        loop {
            // Counts are whole: there is no step of two and a half.
            let quarter = if decade < 10 { decade * 2 } else { (decade / 10).saturating_mul(25) };
            for step in [decade, decade.saturating_mul(2), quarter, decade.saturating_mul(5)] {
                let lines = largest.div_ceil(step).max(1);
                if lines <= 4 || step == u32::MAX {
                    return Self { top: step.saturating_mul(lines), step };
                }
            }
            decade = decade.saturating_mul(10);
        }
    }

    /// The values that have a line, from 0 up.
    pub fn lines(self) -> impl Iterator<Item = u32> {
        (0..=self.top / self.step).map(move |line| line * self.step)
    }
}

/// Which days of a period get a word below the axis: all of a week; of longer periods the first, the
/// last and days a round step apart, none so close to the last that the words touch.
pub fn label_days(days: usize) -> Vec<usize> {
    let Some(last) = days.checked_sub(1) else { return Vec::new() };
    if days <= 7 {
        return (0..days).collect();
    }
    let step = match days {
        ..=16 => 4,
        17..=35 => 7,
        36..=70 => 14,
        _ => days.div_ceil(4),
    };
    let room = step.div_ceil(2).max(2);
    let mut labels: Vec<usize> = (0..last).step_by(step).filter(|day| day + room <= last).collect();
    labels.push(last);
    labels
}

/// "Mon 16", then "Tue" … within a week; "9 Nov" otherwise; "Nov 2026" where the days are of several years.
pub fn day_words(date: NaiveDate, index: usize, days: usize) -> String {
    let edge = index == 0 || index + 1 == days;
    let format = match days {
        301.. => "%b %Y",
        8.. => "%-d %b",
        _ if edge => "%a %-d",
        _ => "%a",
    };
    date.format(format).to_string()
}

/// At most `most` of `count` places, evenly; the first and the last among them.
pub fn thinned(count: usize, most: usize) -> Vec<usize> {
    if count <= most {
        return (0..count).collect();
    }
    let last = most.max(2) - 1;
    (0..=last).map(|index| index * (count - 1) / last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_or_five_lines_hold_the_largest_count() {
        for (largest, lines) in [
            (8, vec![0, 2, 4, 6, 8]),
            (3, vec![0, 1, 2, 3]),
            (0, vec![0, 1]),
            (17, vec![0, 5, 10, 15, 20]),
            (41, vec![0, 20, 40, 60]),
            (93, vec![0, 25, 50, 75, 100]),
            (4_000, vec![0, 1_000, 2_000, 3_000, 4_000]),
        ] {
            assert_eq!(Scale::of(largest).lines().collect::<Vec<_>>(), lines);
        }
    }

    #[test]
    fn first_last_and_round_days_have_a_word() {
        assert_eq!(label_days(7), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(label_days(14), [0, 4, 8, 13]);
        assert_eq!(label_days(30), [0, 7, 14, 21, 29]);
        assert_eq!(label_days(90), [0, 23, 46, 69, 89]);
        assert!(label_days(0).is_empty());
    }

    #[test]
    fn many_places_are_thinned_between_both_ends() {
        assert_eq!(thinned(3, 120), [0, 1, 2]);
        let some = thinned(10_000, 120);
        assert_eq!((some.len(), some[0], some[119]), (120, 0, 9_999));
    }
}
