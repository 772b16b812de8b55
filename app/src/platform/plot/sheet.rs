//! A sheet of paper with the edges of a plot on it: lines, bars and words at their places, without axes of its own.

use chrono::NaiveDate;
use plotters::{
    coord::Shift,
    drawing::DrawingArea,
    element::{Circle, PathElement, Polygon, Rectangle, Text},
    style::TextStyle,
};
use plotters_backend::BackendCoord;

use super::{
    drawing::Drawing,
    fit,
    grid::{Scale, day_words, label_days},
    ink::Ink,
    paper::{FINE, Paper, Shapes},
    words::{Place, strong_words, words},
};
use crate::domain::readout::{Along, Readout, ReadoutPoint, WHOLE};

/// What stays free around a plot, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Edges {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

/// The sheet; its places are steps of a [`FINE`]th of a pixel.
pub struct Sheet {
    area: DrawingArea<Paper, Shift>,
    shapes: Shapes,
    width: u32,
    height: u32,
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

impl Sheet {
    pub fn new(width: u32, height: u32, edges: Edges) -> Self {
        let (area, shapes) = Paper::spread(width, height);
        let steps = |pixels: u32| i32::try_from(pixels).unwrap_or_default() * FINE;
        Self {
            area,
            shapes,
            width,
            height,
            left: edges.left * FINE,
            top: edges.top * FINE,
            right: steps(width) - edges.right * FINE,
            bottom: steps(height) - edges.bottom * FINE,
        }
    }

    /// Where the `index`th of `count` places stands across; the only one stands at the right, beside its names.
    pub fn across(&self, index: usize, count: usize) -> i32 {
        if count < 2 { self.right } else { self.left + part(self.right - self.left, index, count - 1) }
    }

    /// Where a count stands, from the bottom up.
    pub fn up(&self, count: u64, scale: Scale) -> i32 {
        let height = i64::from(self.bottom - self.top);
        let count = i64::try_from(count.min(scale.top.into())).unwrap_or_default();
        self.bottom - i32::try_from(height * count / i64::from(scale.top.max(1))).unwrap_or_default()
    }

    // The paper refuses nothing, so no outcome is looked at.

    pub fn line(&self, points: Vec<BackendCoord>, ink: Ink, pixels: u32) {
        let _ = self.area.draw(&PathElement::new(points, ink.stroke(pixels * FINE.unsigned_abs())));
    }

    pub fn area(&self, points: Vec<BackendCoord>, ink: Ink) {
        let _ = self.area.draw(&Polygon::new(points, ink.filled()));
    }

    /// A rectangle with round corners.
    pub fn bar(&self, from: BackendCoord, to: BackendCoord, ink: Ink) {
        let _ = self.area.draw(&Rectangle::new([from, to], ink.filled()));
    }

    /// A rectangle with sharp corners.
    pub fn block(&self, from: BackendCoord, to: BackendCoord, ink: Ink) {
        self.area(vec![from, (to.0, from.1), to, (from.0, to.1)], ink);
    }

    pub fn dot(&self, at: BackendCoord, pixels: i32, ink: Ink) {
        let _ = self.area.draw(&Circle::new(at, pixels * FINE, ink.filled()));
    }

    pub fn words(&self, text: impl Into<String>, at: BackendCoord, ink: Ink, size: i32, place: Place) {
        self.text(text.into(), at, words(ink, size, place));
    }

    pub fn strong(&self, text: impl Into<String>, at: BackendCoord, ink: Ink, size: i32, place: Place) {
        self.text(text.into(), at, strong_words(ink, size, place));
    }

    fn text(&self, text: String, at: BackendCoord, style: TextStyle<'static>) {
        let _ = self.area.draw(&Text::new(text, at, style));
    }

    /// The lines of a scale with their counts at the left.
    pub fn grid(&self, scale: Scale) {
        self.grid_within(scale, &[(self.left, self.right)]);
    }

    /// The same, where words stand between the parts of the plot: no line goes through them.
    pub fn grid_within(&self, scale: Scale, parts: &[(i32, i32)]) {
        for count in scale.lines() {
            let y = self.up(count.into(), scale);
            for (from, to) in parts {
                self.line(vec![(*from, y), (*to, y)], Ink::Grid, 1);
            }
            self.words(fit::short(count.into()), (self.left - 8 * FINE, y), Ink::Axis, 12, Place::Before);
        }
    }

    /// Days below the plot: the first, the last and some between; where their words would touch, fewer, the last among
    /// them.
    pub fn days(&self, dates: &[NaiveDate]) {
        let label = |index: usize| {
            let words = day_words(*dates.get(index)?, index, dates.len());
            Some((self.across(index, dates.len()), words))
        };
        let mut labels: Vec<(i32, String)> = label_days(dates.len()).into_iter().filter_map(label).collect();
        let half = |words: &str| fit::width(words, 12) * FINE / 20;
        while labels.windows(2).any(|pair| pair[1].0 - pair[0].0 < half(&pair[0].1) + half(&pair[1].1) + 2 * FINE) {
            labels = labels.into_iter().rev().step_by(2).collect();
            labels.reverse();
        }
        for (x, words) in labels {
            self.words(words, (x, self.bottom + 11 * FINE), Ink::Axis, 12, Place::Below);
        }
    }

    /// A square of an ink and the name that belongs to it; returns where the next one may begin.
    pub fn key(&self, name: &str, (x, y): BackendCoord, ink: Ink) -> i32 {
        let half = 4 * FINE;
        self.block((x, y - half), (x + 2 * half, y + half), ink);
        self.words(name, (x + 14 * FINE, y), Ink::Label, 12, Place::After);
        x + 14 * FINE + fit::width(name, 12) * FINE / 10 + 14 * FINE
    }

    /// A sentence in the middle of a plot that has nothing in it.
    pub fn sentence(&self, sentence: &str) {
        const LINE: i32 = 16 * FINE;
        let lines = fit::lines(sentence, 12, (self.right - self.left) / FINE);
        let middle = (self.left + self.right) / 2;
        let first = (self.top + self.bottom) / 2 - LINE * i32::try_from(lines.len()).unwrap_or_default() / 2;
        for (line, row) in lines.into_iter().zip(0..) {
            self.words(line, (middle, first + row * LINE), Ink::Label, 12, Place::Below);
        }
    }

    /// What the reader walks: places on this sheet, across or down, with their words.
    pub fn readout(&self, along: Along, points: impl IntoIterator<Item = (i32, String)>) -> Readout {
        let whole = i64::from(if along == Along::Across { self.width } else { self.height }) * i64::from(FINE);
        let point = |(at, words): (i32, String)| {
            let at = i64::from(at.max(0)) * i64::from(WHOLE) / whole.max(1);
            ReadoutPoint { at: u32::try_from(at).unwrap_or(WHOLE).min(WHOLE), words }
        };
        Readout { along, points: points.into_iter().map(point).collect() }
    }

    pub fn finish(self, title: String, description: String, readout: Readout) -> Drawing {
        let Self { area, shapes, width, height, .. } = self;
        drop(area);
        let shapes = shapes.take();
        Drawing { width, height, title, description, readout, shapes }
    }
}

/// `whole * index / count` without running over.
pub fn part(whole: i32, index: usize, count: usize) -> i32 {
    let (index, count) = (i64::try_from(index).unwrap_or(0), i64::try_from(count.max(1)).unwrap_or(1));
    i32::try_from(i64::from(whole) * index / count).unwrap_or(whole)
}
