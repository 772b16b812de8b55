//! Cumulative flow: four bands of work on each other, finished work at the bottom, their names at the right.

use chrono::NaiveDate;

use super::{
    drawing::Drawing,
    fit,
    frame::Frame,
    grid::{Scale, thinned},
    ink::Ink,
    paper::FINE,
    sheet::{Edges, Sheet},
};
use crate::domain::{
    metrics::{FlowDay, cumulative_words},
    readout::Along,
    task::Status,
};

/// At the right: the mark and the name of a band.
const EDGES: Edges = Edges { left: 38, top: 14, right: 100, bottom: 30 };
/// Days that are drawn: more cannot be told apart on a plot of some hundred pixels.
const MOST: usize = 120;
/// Least distance of two names, and the width of a day alone, in steps.
const APART: i32 = 16 * FINE;
const COLUMN: i32 = 14 * FINE;

/// From the bottom up.
const BANDS: [(Status, Ink); 4] = [
    (Status::Done, Ink::Done),
    (Status::Pending, Ink::Pending),
    (Status::Progress, Ink::Progress),
    (Status::Todo, Ink::Todo),
];

const fn count(day: &FlowDay, status: Status) -> u32 {
    match status {
        Status::Todo => day.todo,
        Status::Progress => day.in_progress,
        Status::Pending => day.pending,
        Status::Done => day.completed,
    }
}

/// The upper edge of each band, from the bottom up.
fn edges(day: &FlowDay) -> [u64; 4] {
    let mut height = 0;
    BANDS.map(|(status, _)| {
        height += u64::from(count(day, status));
        height
    })
}

/// The bands of the days of a window.
pub fn cumulative_chart(days: &[FlowDay], frame: Frame) -> Drawing {
    let sheet = Sheet::new(frame.width, frame.height, EDGES);
    let highest = days.iter().map(FlowDay::total).max().unwrap_or(0);
    let scale = Scale::of(u32::try_from(highest).unwrap_or(u32::MAX));
    sheet.grid(scale);
    let dates: Vec<NaiveDate> = days.iter().map(|day| day.date).collect();
    sheet.days(&dates);
    if highest == 0 {
        sheet.sentence("No tasks in this period");
    } else {
        draw_bands(&sheet, days, scale);
        draw_names(&sheet, days, scale);
    }
    let shown = thinned(days.len(), MOST);
    let points = shown.iter().filter_map(|index| Some((sheet.across(*index, days.len()), words(days.get(*index)?))));
    let readout = sheet.readout(Along::Across, points);
    sheet.finish(cumulative_words(days), describe(days), readout)
}

fn draw_bands(sheet: &Sheet, days: &[FlowDay], scale: Scale) {
    let shown: Vec<(i32, [i32; 4])> = thinned(days.len(), MOST)
        .into_iter()
        .filter_map(|index| {
            let heights = edges(days.get(index)?).map(|edge| sheet.up(edge, scale));
            Some((sheet.across(index, days.len()), heights))
        })
        .collect();
    if let [(x, heights)] = shown.as_slice() {
        let mut below = sheet.bottom;
        for ((_, ink), above) in BANDS.iter().zip(heights) {
            sheet.block((x - COLUMN, *above), (*x, below), *ink);
            below = *above;
        }
        return;
    }
    for (band, (status, ink)) in BANDS.iter().enumerate() {
        if days.iter().all(|day| count(day, *status) == 0) {
            continue;
        }
        let upper = shown.iter().map(|(x, heights)| (*x, heights[band]));
        let lower =
            shown.iter().rev().map(|(x, heights)| (*x, if band == 0 { sheet.bottom } else { heights[band - 1] }));
        sheet.area(upper.chain(lower).collect(), *ink);
    }
    // Neighbours are parted by the ground, so that colour never does it alone.
    for band in 0..BANDS.len() - 1 {
        sheet.line(shown.iter().map(|(x, heights)| (*x, heights[band])).collect(), Ink::Ground, 1);
    }
}

/// Each beside the middle of its band on the last day.
fn draw_names(sheet: &Sheet, days: &[FlowDay], scale: Scale) {
    let Some(last) = days.last() else { return };
    let mut below = 0;
    let mut named: Vec<(Status, Ink, i32)> = BANDS
        .iter()
        .zip(edges(last))
        .filter_map(|((status, ink), above)| {
            let middle = (sheet.up(below, scale) + sheet.up(above, scale)) / 2;
            below = above;
            days.iter().any(|day| count(day, *status) > 0).then_some((*status, *ink, middle))
        })
        .collect();
    // From the top down: of equal places the upper band keeps the upper one.
    named.reverse();
    let mut places: Vec<i32> = named.iter().map(|(_, _, middle)| *middle).collect();
    fit::keep_apart(&mut places, APART, sheet.top, sheet.bottom);
    for ((status, ink, _), y) in named.iter().zip(places) {
        sheet.key(status.label(), (sheet.right + 8 * FINE, y), *ink);
    }
}

/// "18 Nov: todo 21, in progress 14, pending 3, completed 40".
fn words(day: &FlowDay) -> String {
    let FlowDay { date, todo, in_progress, pending, completed } = day;
    let date = date.format("%-d %b");
    format!("{date}: todo {todo}, in progress {in_progress}, pending {pending}, completed {completed}")
}

fn describe(days: &[FlowDay]) -> String {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return "Cumulative flow without values.".into();
    };
    let most = days.iter().map(FlowDay::open).max().unwrap_or(0);
    let least = days.iter().map(FlowDay::open).min().unwrap_or(0);
    format!(
        "Four bands of tasks by status, from {} to {}. Open: at least {least}, at most {most}, {} at the end. On {}.",
        first.date.format("%-d %b"),
        last.date.format("%-d %b"),
        last.open(),
        words(last),
    )
}
