//! The lines of 50, 85 and 95 %: below them lie so many of a hundred tasks or trials.

use super::{fit, grid::Scale, ink::Ink, paper::FINE, sheet::Sheet, words::Place};

/// The least distance of two labels.
const APART: i32 = 14 * FINE;

/// Per cent, value, and the ink of the line.
pub type Limit = (u8, u32, Ink);

/// Those that are known.
pub fn limits(p50: Option<u32>, p85: Option<u32>, p95: Option<u32>) -> Vec<Limit> {
    [(50, p50, Ink::HalfLine), (85, p85, Ink::MostLine), (95, p95, Ink::NearlyLine)]
        .into_iter()
        .filter_map(|(percent, value, ink)| Some((percent, value?, ink)))
        .collect()
}

/// "85 %: 6 d".
pub fn label(percent: u8, days: u32) -> String {
    format!("{percent} %: {} d", fit::short(days.into()))
}

/// "50 % within 3, 85 % within 6, 95 % within 8 days"; nothing where none is known.
pub fn said(limits: &[Limit]) -> Option<String> {
    let said: Vec<String> = limits.iter().map(|(percent, days, _)| format!("{percent} % within {days}")).collect();
    let (_, last, _) = limits.last()?;
    Some(format!("{} {}", said.join(", "), if *last == 1 { "day" } else { "days" }))
}

/// Lines across from `from` to `to` with their labels behind, apart from each other.
pub fn draw(sheet: &Sheet, limits: &[Limit], scale: Scale, (from, to): (i32, i32)) {
    let lines: Vec<i32> = limits.iter().map(|(_, days, _)| sheet.up((*days).into(), scale)).collect();
    for ((_, _, ink), y) in limits.iter().zip(&lines) {
        sheet.line(vec![(from, *y), (to, *y)], *ink, 1);
    }
    // The highest first, so that equal ones stand in the order of their shares, too.
    let mut places: Vec<i32> = lines.iter().rev().copied().collect();
    fit::keep_apart(&mut places, APART, sheet.top, sheet.bottom);
    for ((percent, days, _), y) in limits.iter().rev().zip(places) {
        sheet.words(label(*percent, *days), (to + 6 * FINE, y), Ink::Label, 12, Place::After);
    }
}
