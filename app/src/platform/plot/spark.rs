//! Sparklines: the way to a figure, without axes, with a dot where it is now, beside the figure itself.

use plotters::element::PathElement;

use super::{
    drawing::Drawing,
    ink::Ink,
    paper::{FINE, Paper},
};
use crate::domain::readout::Readout;

const WIDTH: u32 = 160;
const HEIGHT: u32 = 32;
/// Kept free above and below, so that the line is never cut.
const EDGE: f64 = 3.0;
/// How thick the line is, and the dot at its end.
const LINE: i32 = 2;
const DOT: i32 = 6;

/// A line through the values, lowest at the bottom; gaps break it, and a value between two of them is a point. A level line
/// lies in the middle. The last value has a dot.
pub fn sparkline(values: &[Option<u32>]) -> Drawing {
    let (area, shapes) = Paper::spread(WIDTH, HEIGHT);
    let known: Vec<f64> = values.iter().flatten().map(|value| f64::from(*value)).collect();
    let (low, high) = known.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
    let place = |index: usize, value: f64| {
        #[allow(clippy::cast_precision_loss, reason = "nine points")]
        let across = index as f64 / (values.len().max(2) - 1) as f64;
        let up = if high > low { (value - low) / (high - low) } else { 0.5 };
        let y = EDGE + (1.0 - up) * (f64::from(HEIGHT) - 2.0 * EDGE);
        (steps(across * f64::from(WIDTH)), steps(y))
    };
    // The paper refuses nothing.
    let draw = |points: Vec<(i32, i32)>, pixels: i32| {
        let _ = area.draw(&PathElement::new(points, Ink::Completed.stroke((pixels * FINE).unsigned_abs())));
    };
    // A line of next to no length with round ends: it stays round however the drawing is stretched, as no circle does.
    let dot = |(x, y): (i32, i32), pixels| draw(vec![(x.saturating_sub(1), y), (x, y)], pixels);
    for run in runs(values) {
        let points: Vec<(i32, i32)> = run.iter().map(|(index, value)| place(*index, f64::from(*value))).collect();
        match points.as_slice() {
            [one] => dot(*one, LINE),
            _ => draw(points, LINE),
        }
    }
    if let Some(Some(now)) = values.last() {
        dot(place(values.len() - 1, f64::from(*now)), DOT);
    }
    drop(area);
    Drawing {
        width: WIDTH,
        height: HEIGHT,
        title: String::new(),
        description: String::new(),
        readout: Readout::default(),
        shapes: shapes.take(),
    }
}

/// The stretches of values without a gap.
fn runs(values: &[Option<u32>]) -> Vec<Vec<(usize, u32)>> {
    let mut runs = vec![Vec::new()];
    for (index, value) in values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((index, *value)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

#[allow(clippy::cast_possible_truncation, reason = "within the small drawing")]
fn steps(pixels: f64) -> i32 {
    (pixels * f64::from(FINE)).round() as i32
}
