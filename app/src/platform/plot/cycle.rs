//! Cycle times: a dot for each finished task, by the day and by how long it took, below the lines of 50, 85 and 95 %.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    drawing::Drawing,
    frame::Frame,
    grid::Scale,
    ink::Ink,
    limits,
    paper::FINE,
    sheet::{Edges, Sheet},
};
use crate::domain::{
    metrics::{CyclePoint, CycleTimes, cycle_words, isolated, tasks_words},
    period::Period,
    readout::Along,
};

/// At the right: "95 %: 120 d".
const EDGES: Edges = Edges { left: 38, top: 14, right: 86, bottom: 30 };
/// Dots that are drawn; where there would be more, those of a place are one.
const DOTS: usize = 600;
/// Places that the reader walks.
const STOPS: usize = 120;

/// The dots of finished tasks.
pub fn cycle_chart(cycle: &CycleTimes, frame: Frame) -> Drawing {
    let CycleTimes { points, tasks: _, p50, p85, p95, lead: _ } = cycle;
    let sheet = Sheet::new(frame.width, frame.height, EDGES);
    let longest = points.iter().map(|point| point.days).chain(*p95).max().unwrap_or(0);
    let scale = Scale::of(longest);
    let limits = limits::limits(*p50, *p85, *p95);
    sheet.grid(scale);
    let ends =
        points.iter().map(|point| point.finished_on).min().zip(points.iter().map(|point| point.finished_on).max());
    let dates: Vec<NaiveDate> = ends.map_or(Vec::new(), |(first, last)| Period { first, last }.dates().collect());
    sheet.days(&dates);
    if points.is_empty() {
        sheet.sentence("No tasks were finished in this period");
    } else {
        limits::draw(&sheet, &limits, scale, (sheet.left, sheet.right));
        draw_dots(&sheet, points, &dates, scale);
    }
    let said = limits::said(&limits).map(|said| format!(" {said}.")).unwrap_or_default();
    let readout = sheet.readout(Along::Across, stops(&sheet, points, &dates));
    sheet.finish(cycle_words(cycle), format!("{}{said}", describe(points)), readout)
}

/// Where a day stands across.
fn place(sheet: &Sheet, day: NaiveDate, dates: &[NaiveDate]) -> i32 {
    let index = dates.first().and_then(|first| usize::try_from((day - *first).num_days()).ok()).unwrap_or(0);
    sheet.across(index, dates.len())
}

/// A dot grows with the tasks it stands for. The large ones come first, so that they hide none.
fn draw_dots(sheet: &Sheet, points: &[CyclePoint], dates: &[NaiveDate], scale: Scale) {
    let mut places: BTreeMap<(i32, i32), usize> = BTreeMap::new();
    for point in points {
        let at = (place(sheet, point.finished_on, dates), sheet.up(point.days.into(), scale));
        *places.entry(at).or_default() += 1;
    }
    let mut cell = FINE;
    while places.len() > DOTS {
        cell *= 2;
        let mut coarser: BTreeMap<(i32, i32), usize> = BTreeMap::new();
        for ((x, y), count) in places {
            *coarser.entry((x / cell * cell + cell / 2, y / cell * cell + cell / 2)).or_default() += count;
        }
        places = coarser;
    }
    let mut dots: Vec<(i32, (i32, i32))> = places.into_iter().map(|(at, count)| (radius(count), at)).collect();
    dots.sort_by_key(|(radius, at)| (-radius, *at));
    for (radius, (x, y)) in dots {
        sheet.dot((x.min(sheet.right), y.min(sheet.bottom)), radius, Ink::Completed);
    }
}

const fn radius(count: usize) -> i32 {
    match count {
        ..2 => 3,
        2..5 => 4,
        5..20 => 5,
        _ => 6,
    }
}

/// The days with tasks, several days together where there are many.
fn stops(sheet: &Sheet, points: &[CyclePoint], dates: &[NaiveDate]) -> Vec<(i32, String)> {
    let mut days: BTreeMap<NaiveDate, Vec<&CyclePoint>> = BTreeMap::new();
    for point in points {
        days.entry(point.finished_on).or_default().push(point);
    }
    let days: Vec<(NaiveDate, Vec<&CyclePoint>)> = days.into_iter().collect();
    let together = days.len().div_ceil(STOPS).max(1);
    let stop = |days: &[(NaiveDate, Vec<&CyclePoint>)]| {
        let (first, last) = (days.first()?.0, days.last()?.0);
        let tasks: Vec<&CyclePoint> = days.iter().flat_map(|(_, tasks)| tasks).copied().collect();
        let middle = i32::midpoint(place(sheet, first, dates), place(sheet, last, dates));
        let when =
            if first == last { first.format("%-d %b").to_string() } else { Period { first, last }.short_words() };
        Some((middle, format!("{when}: {}", words(&tasks))))
    };
    days.chunks(together).filter_map(stop).collect()
}

fn words(tasks: &[&CyclePoint]) -> String {
    if let [one] = tasks {
        return format!("{} {}, {}", one.reference, isolated(&one.title), days_words(one.days));
    }
    let least = tasks.iter().map(|task| task.days).min().unwrap_or(0);
    let most = tasks.iter().map(|task| task.days).max().unwrap_or(0);
    let took =
        if least == most { format!("{} each", days_words(least)) } else { format!("{least} to {}", days_words(most)) };
    format!("{}, {took}", tasks_words(tasks.len() as u64))
}

pub(super) fn days_words(days: u32) -> String {
    if days == 1 { "1 day".into() } else { format!("{days} days") }
}

fn describe(points: &[CyclePoint]) -> String {
    let longest = points.iter().rev().max_by_key(|point| point.days);
    let shortest = points.iter().map(|point| point.days).min();
    let (Some(longest), Some(shortest), Some(last)) = (longest, shortest, points.last()) else {
        return "Dots of finished tasks, none yet.".into();
    };
    format!(
        "Dots of {}, by the day they were finished. At least {}, at most {} ({}); the last, {}, took {}.",
        tasks_words(points.len() as u64),
        days_words(shortest),
        days_words(longest.days),
        longest.reference,
        last.reference,
        days_words(last.days),
    )
}
