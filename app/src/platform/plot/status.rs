//! Open work by status: horizontal bars in board order, the word above and the count behind each.

use plotters::{
    drawing::DrawingAreaErrorKind,
    element::{Rectangle, Text},
};

use super::{
    drawing::Drawing,
    frame::Frame,
    ink::Ink,
    paper::{FINE, Paper},
    words::{Place, strong_words, words},
};
use crate::domain::{
    metrics::{StatusCount, status_words, tasks_words},
    readout::{Along, Readout, ReadoutPoint, WHOLE},
    task::Status,
};

/// From one bar to the next.
const ROW: i32 = 46;
const BAR: i32 = 12;
/// Room for a count behind the longest bar.
const RIGHT: i32 = 56;

/// Bars that begin at 0, the longest filling the width.
pub fn status_chart(counts: &[StatusCount], frame: Frame) -> Drawing {
    let rows = u32::try_from(counts.len().max(1)).unwrap_or(1);
    let height = rows * ROW.unsigned_abs() + 6;
    let (area, shapes) = Paper::spread(frame.width, height);
    let drawn = counts.iter().zip(0_i32..).try_for_each(|(entry, row)| {
        let largest = counts.iter().map(|entry| entry.count).max().unwrap_or(0).max(1);
        let full = i64::from(frame.width) * i64::from(FINE) - i64::from((frame.edge + RIGHT) * FINE);
        let length = full * i64::from(entry.count) / i64::from(largest);
        let length = i32::try_from(length).unwrap_or(0);
        let (left, top) = (frame.edge * FINE, (row * ROW + 26) * FINE);
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
    Drawing {
        width: frame.width,
        height,
        title: status_words(counts).into(),
        description: describe(counts),
        readout: readout(counts, height),
        shapes,
    }
}

/// Each bar at its place down.
fn readout(counts: &[StatusCount], height: u32) -> Readout {
    let point = |(entry, row): (&StatusCount, i32)| {
        let middle = (row * ROW + 26 + BAR / 2).unsigned_abs();
        let words = format!("{}: {}", entry.status.label(), tasks_words(entry.count.into()));
        ReadoutPoint { at: middle * WHOLE / height.max(1), words }
    };
    Readout { along: Along::Down, points: counts.iter().zip(0..).map(point).collect() }
}

/// The ink of a status.
pub fn ink_of(status: Status) -> Ink {
    match status {
        Status::Todo => Ink::Todo,
        Status::Progress => Ink::Progress,
        Status::Pending => Ink::Pending,
        Status::Done => Ink::Done,
    }
}

fn describe(counts: &[StatusCount]) -> String {
    let parts: Vec<String> = counts.iter().map(|entry| format!("{} {}", entry.status.label(), entry.count)).collect();
    format!("Bars of open tasks by status. {}.", parts.join(", "))
}
