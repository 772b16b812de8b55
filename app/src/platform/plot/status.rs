//! Open work by status: horizontal bars in board order, the word above and the count behind each.

use plotters::{
    drawing::DrawingAreaErrorKind,
    element::{Rectangle, Text},
};

use super::{
    drawing::Drawing,
    ink::Ink,
    paper::{FINE, Paper},
    words::{Place, strong_words, words},
};
use crate::domain::{
    metrics::{StatusCount, status_words},
    task::Status,
};

/// How wide the bars are laid out, in pixels; the height follows from their number.
#[derive(Clone, Copy, Debug)]
pub struct StatusFrame {
    pub width: u32,
    /// Kept free at the left: the white ground of a mail's picture shows in dark.
    pub left: i32,
}

impl StatusFrame {
    /// Beside the larger chart of a page.
    pub const PAGE: Self = Self { width: 360, left: 0 };
    /// In a mail of 600 pixels.
    pub const MAIL: Self = Self { width: 536, left: 10 };
}

/// From one bar to the next.
const ROW: i32 = 46;
const BAR: i32 = 12;
/// Room for a count behind the longest bar.
const RIGHT: i32 = 56;

/// Bars that begin at 0, the longest filling the width.
pub fn status_chart(counts: &[StatusCount], frame: StatusFrame) -> Drawing {
    let rows = u32::try_from(counts.len().max(1)).unwrap_or(1);
    let height = rows * ROW.unsigned_abs() + 6;
    let (area, shapes) = Paper::spread(frame.width, height);
    let drawn = counts.iter().zip(0_i32..).try_for_each(|(entry, row)| {
        let largest = counts.iter().map(|entry| entry.count).max().unwrap_or(0).max(1);
        let full = i64::from(frame.width) * i64::from(FINE) - i64::from((frame.left + RIGHT) * FINE);
        let length = full * i64::from(entry.count) / i64::from(largest);
        let length = i32::try_from(length).unwrap_or(0);
        let (left, top) = (frame.left * FINE, (row * ROW + 26) * FINE);
        let ink = ink_of(entry.status);
        area.draw(&Text::new(entry.status.label(), (left, top - 8 * FINE), words(Ink::Text, 14, Place::Above)))?;
        if entry.count > 0 {
            area.draw(&Rectangle::new([(left, top), (left + length.max(3 * FINE), top + BAR * FINE)], ink.filled()))?;
        }
        let behind = if entry.count > 0 { length.max(3 * FINE) + 9 * FINE } else { 0 };
        let at = (left + behind, top + BAR * FINE / 2);
        area.draw(&Text::new(entry.count.to_string(), at, strong_words(Ink::Text, 14, Place::After)))?;
        Ok::<(), DrawingAreaErrorKind<std::convert::Infallible>>(())
    });
    // The paper refuses nothing.
    let _ = drawn;
    drop(area);
    let shapes = shapes.take();
    Drawing { width: frame.width, height, title: status_words(counts).into(), description: describe(counts), shapes }
}

fn ink_of(status: Status) -> Ink {
    match status {
        Status::Todo => Ink::Todo,
        Status::Progress => Ink::Progress,
        Status::Pending => Ink::Pending,
        Status::Done => Ink::Completed,
    }
}

fn describe(counts: &[StatusCount]) -> String {
    let parts: Vec<String> = counts.iter().map(|entry| format!("{} {}", entry.status.label(), entry.count)).collect();
    format!("Bars of open tasks by status. {}.", parts.join(", "))
}
