//! Created and completed per day: two lines with their names at the end.

use std::convert::Infallible;

use plotters::{
    chart::{ChartBuilder, ChartContext},
    coord::{Shift, cartesian::Cartesian2d, types::RangedCoordf64},
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{Circle, PathElement, Polygon, Text},
    series::LineSeries,
};

use super::{
    drawing::Drawing,
    fit,
    frame::{Frame, Totals},
    grid::{Scale, day_words, label_days},
    ink::Ink,
    paper::{FINE, Paper},
    words::{Place, strong_words, words},
};
use crate::domain::{
    metrics::{DayCount, flow_words},
    readout::{Along, Readout, ReadoutPoint, WHOLE},
};

const LEFT: i32 = 30;
const TOP: i32 = 14;
const BOTTOM: i32 = 30;
/// Room for "Completed" in semi-bold at 12 px, and for its total.
const RIGHT: i32 = 76;
const RIGHT_WITH_TOTALS: i32 = 106;
/// Least distance of the two names, in pixels.
const APART: i32 = 16;

type Area = DrawingArea<Paper, Shift>;
type Chart<'a> = ChartContext<'a, Paper, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Drawn = Result<(), DrawingAreaErrorKind<Infallible>>;

/// Two lines from the days of a period. Without anything in them: the axis, and a sentence.
pub fn flow_chart(days: &[DayCount], frame: Frame) -> Drawing {
    let (area, shapes) = Paper::spread(frame.width, frame.height);
    // The paper refuses nothing; only a frame without area could fail, and it stays empty.
    let _ = draw(&area, days, frame);
    drop(area);
    let shapes = shapes.take();
    Drawing {
        width: frame.width,
        height: frame.height,
        title: flow_words(days).into(),
        description: describe(days),
        readout: readout(days, frame),
        shapes,
    }
}

fn draw(area: &Area, days: &[DayCount], frame: Frame) -> Drawn {
    let largest = days.iter().flat_map(|day| [day.created, day.completed]).max().unwrap_or(0);
    let scale = Scale::of(largest);
    let last = position(days.len().max(2) - 1, 2);
    let right = if frame.totals == Totals::Shown { RIGHT_WITH_TOTALS } else { RIGHT };
    let chart = ChartBuilder::on(area)
        .margin_left(LEFT * FINE)
        .margin_right(right * FINE)
        .margin_top(TOP * FINE)
        .margin_bottom(BOTTOM * FINE)
        .build_cartesian_2d(0.0..last, 0.0..f64::from(scale.top))?;
    draw_grid(area, &chart, scale, last)?;
    draw_days(area, &chart, days)?;
    if largest == 0 {
        let (x, y) = chart.backend_coord(&(last / 2.0, f64::from(scale.top) / 2.0));
        area.draw(&Text::new("No tasks in this period", (x, y), words(Ink::Axis, 12, Place::Below)))?;
        return Ok(());
    }
    draw_lines(area, chart, days, frame.totals)
}

fn draw_grid(area: &Area, chart: &Chart<'_>, scale: Scale, last: f64) -> Drawn {
    for value in scale.lines() {
        let y = f64::from(value);
        let (left, right) = (chart.backend_coord(&(0.0, y)), chart.backend_coord(&(last, y)));
        area.draw(&PathElement::new([left, right], Ink::Grid.stroke(line(1))))?;
        let at = (left.0 - 8 * FINE, left.1);
        area.draw(&Text::new(fit::short(value.into()), at, words(Ink::Axis, 12, Place::Before)))?;
    }
    Ok(())
}

fn draw_days(area: &Area, chart: &Chart<'_>, days: &[DayCount]) -> Drawn {
    for index in label_days(days.len()) {
        let Some(day) = days.get(index) else { continue };
        let (x, y) = chart.backend_coord(&(position(index, days.len()), 0.0));
        let text = day_words(day.date, index, days.len());
        area.draw(&Text::new(text, (x, y + 11 * FINE), words(Ink::Axis, 12, Place::Below)))?;
    }
    Ok(())
}

fn draw_lines(area: &Area, mut chart: Chart<'_>, days: &[DayCount], totals: Totals) -> Drawn {
    let lines =
        [("Created", Ink::Created, of_created as fn(&DayCount) -> u32), ("Completed", Ink::Completed, of_completed)];
    let mut names = Vec::new();
    for (name, ink, value) in lines {
        let points: Vec<(f64, f64)> =
            days.iter().enumerate().map(|(index, day)| (position(index, days.len()), f64::from(value(day)))).collect();
        let Some(end) = points.last().copied() else { continue };
        if points.len() == 1 {
            draw_marker(area, chart.backend_coord(&end), ink)?;
        } else {
            chart.draw_series(LineSeries::new(points, ink.stroke(line(2))))?;
        }
        let total: u64 = days.iter().map(|day| u64::from(value(day))).sum();
        let text = if totals == Totals::Shown { format!("{name} {total}") } else { name.to_owned() };
        names.push((chart.backend_coord(&end), text, ink));
    }
    let (_, axis) = chart.backend_coord(&(0.0, 0.0));
    for ((x, y), text, ink) in keep_apart(names, APART * FINE, axis) {
        area.draw(&Text::new(text, (x + 8 * FINE, y), strong_words(ink, 12, Place::After)))?;
    }
    Ok(())
}

fn of_created(day: &DayCount) -> u32 {
    day.created
}

fn of_completed(day: &DayCount) -> u32 {
    day.completed
}

type Name = ((i32, i32), String, Ink);

/// Moves two names that would touch away from each other by the same way; the one of the higher
/// line stays above, and none sinks below the axis, where the days stand.
fn keep_apart(mut names: Vec<Name>, least: i32, axis: i32) -> Vec<Name> {
    names.sort_by_key(|((_, y), _, _)| *y);
    if let [upper, lower] = names.as_mut_slice() {
        let missing = least - (lower.0.1 - upper.0.1);
        if missing > 0 {
            upper.0.1 -= missing / 2;
            lower.0.1 += missing - missing / 2;
        }
        let sunk = (lower.0.1 - axis).max(0);
        upper.0.1 -= sunk;
        lower.0.1 -= sunk;
    }
    names
}

/// A day alone: a square for created, a dot for completed.
fn draw_marker(area: &Area, (x, y): (i32, i32), ink: Ink) -> Drawn {
    let half = 3 * FINE;
    if ink == Ink::Created {
        let corners = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)];
        return area.draw(&Polygon::new(corners, ink.filled()));
    }
    area.draw(&Circle::new((x, y), half, ink.filled()))
}

/// Each day at its place across.
fn readout(days: &[DayCount], frame: Frame) -> Readout {
    let right = if frame.totals == Totals::Shown { RIGHT_WITH_TOTALS } else { RIGHT };
    let width = i64::from(frame.width).max(1);
    let (plot, last) = (width - i64::from(LEFT + right), days.len().max(2) - 1);
    let point = |(index, day): (usize, &DayCount)| {
        let index = if days.len() == 1 { last } else { index };
        let x = i64::from(LEFT) * 1_000
            + plot * 1_000 * i64::try_from(index).unwrap_or(0) / i64::try_from(last).unwrap_or(1);
        let at = u32::try_from(x * i64::from(WHOLE) / (width * 1_000)).unwrap_or(0);
        let words = format!("{}: created {}, completed {}", day.date.format("%-d %b"), day.created, day.completed);
        ReadoutPoint { at, words }
    };
    Readout { along: Along::Across, points: days.iter().enumerate().map(point).collect() }
}

fn describe(days: &[DayCount]) -> String {
    if days.iter().all(|day| day.created == 0 && day.completed == 0) {
        return "Line chart without values: no task was created or completed in this period.".into();
    }
    let series = |name: &str, value: fn(&DayCount) -> u32| {
        let total: u64 = days.iter().map(|day| u64::from(value(day))).sum();
        // Of equal days the first.
        let most = days.iter().rev().max_by_key(|day| value(day));
        let most = most.map(|day| format!(", at most {} on {}", value(day), day.date.format("%-d %b")));
        format!("{name}: {total} in total{}.", most.unwrap_or_default())
    };
    format!("Two lines. {} {}", series("Created", of_created), series("Completed", of_completed))
}

/// Where a day stands across. A single day stands at the right, where its names have room.
#[allow(clippy::cast_precision_loss, reason = "days of a period")]
fn position(index: usize, days: usize) -> f64 {
    if days == 1 { 1.0 } else { index as f64 }
}

fn line(pixels: u32) -> u32 {
    pixels * FINE.unsigned_abs()
}
