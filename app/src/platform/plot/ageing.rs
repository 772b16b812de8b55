//! Ageing work: statuses across, days up, a dot for each task, before the ages that finished work had at that stage.

use std::collections::BTreeMap;

use super::{
    cycle::days_words,
    drawing::Drawing,
    frame::Frame,
    grid::Scale,
    ink::Ink,
    limits::{self, Limit},
    paper::FINE,
    sheet::{Edges, Sheet},
    status::ink_of,
    words::Place,
};
use crate::domain::{
    metrics::{AgeBand, AgePoint, Ageing, ageing_words},
    readout::Along,
    task::Status,
};

const EDGES: Edges = Edges { left: 38, top: 14, right: 6, bottom: 44 };
/// The statuses that work has while it grows older.
const STATUSES: [Status; 2] = [Status::Progress, Status::Pending];
/// Kept free in each column for "95 %: 120 d".
const LABELS: i32 = 72 * FINE;
/// From dot to dot in a row, and the least distance of two above each other.
const STEP: i32 = 10 * FINE;
const APART: i32 = 9 * FINE;
/// Ages within so many steps are read out together.
const TOGETHER: i32 = 6 * FINE;
/// Tasks that the readout names.
const NAMED: usize = 3;

/// The dots of the work that is open.
pub fn ageing_chart(ageing: &Ageing, frame: Frame) -> Drawing {
    let sheet = Sheet::new(frame.width, frame.height, EDGES);
    let band = |status: Status| ageing.bands.iter().find(|band| band.status == status);
    let limits_of = |status: Status| {
        let limits = |AgeBand { status: _, p50, p85, p95 }: &AgeBand| limits::limits(*p50, *p85, *p95);
        band(status).map_or(Vec::new(), limits)
    };
    let known = ageing.bands.iter().filter_map(|band| band.p95);
    let oldest = ageing.points.iter().map(|point| point.days).chain(known).max().unwrap_or(0);
    let scale = Scale::of(oldest);
    let columns: Vec<Column> =
        STATUSES.iter().zip(0..).map(|(status, place)| Column::of(&sheet, *status, place)).collect();
    for column in &columns {
        column.draw_bands(&sheet, &limits_of(column.status), scale);
    }
    let parts: Vec<_> = columns.iter().map(|column| (column.left, column.right)).collect();
    sheet.grid_within(scale, &parts);
    for column in &columns {
        limits::draw(&sheet, &limits_of(column.status), scale, (column.left, column.right));
        column.draw_tasks(&sheet, &ageing.points, scale);
    }
    if ageing.points.is_empty() {
        sheet.sentence("No work is in progress");
    }
    let readout = sheet.readout(Along::Down, stops(&sheet, &ageing.points, scale));
    sheet.finish(ageing_words(ageing), describe(ageing, limits_of), readout)
}

/// A status with its place across; labels of its lines stand right of it.
struct Column {
    status: Status,
    left: i32,
    right: i32,
}

impl Column {
    fn of(sheet: &Sheet, status: Status, place: i32) -> Self {
        let width = (sheet.right - sheet.left) / 2;
        let left = sheet.left + width * place;
        Self { status, left, right: left + width - LABELS }
    }

    fn draw_bands(&self, sheet: &Sheet, limits: &[Limit], scale: Scale) {
        let mut below = sheet.bottom;
        for ((_, days, _), ink) in limits.iter().zip([Ink::Half, Ink::Most, Ink::Nearly]) {
            let above = sheet.up((*days).into(), scale);
            if above < below {
                sheet.block((self.left, above), (self.right, below), ink);
                below = above;
            }
        }
    }

    /// The oldest first. A dot that would touch one of its row goes beside it, left and right in turns, so that the
    /// same tasks make the same picture; where a row is full, the rest is counted.
    fn draw_tasks(&self, sheet: &Sheet, points: &[AgePoint], scale: Scale) {
        let mut places: Vec<i32> = points
            .iter()
            .filter(|point| point.status == self.status)
            .map(|point| sheet.up(point.days.into(), scale))
            .collect();
        places.sort_unstable();
        let middle = i32::midpoint(self.left, self.right);
        let slots = usize::try_from((self.right - self.left - STEP) / STEP).unwrap_or_default().max(1);
        let mut taken: Vec<Option<i32>> = vec![None; slots];
        let mut shown = 0;
        for y in &places {
            let is_free = |last: &Option<i32>| last.is_none_or(|last| y - last >= APART);
            let Some(slot) = taken.iter().position(is_free) else { continue };
            taken[slot] = Some(*y);
            shown += 1;
            sheet.dot((middle + aside(slot) * STEP, *y), 4, ink_of(self.status));
        }
        let below = sheet.bottom + 11 * FINE;
        let name = format!("{}: {}", self.status.label(), places.len());
        sheet.words(name, (middle, below), Ink::Axis, 12, Place::Below);
        if shown < places.len() {
            sheet.words(format!("{shown} shown"), (middle, below + 15 * FINE), Ink::Axis, 12, Place::Below);
        }
    }
}

/// 0, 1, -1, 2, -2 …
fn aside(slot: usize) -> i32 {
    let way = i32::try_from(slot.div_ceil(2)).unwrap_or_default();
    if slot % 2 == 1 { way } else { -way }
}

/// Ages near each other are one stop: "12–14 days: T-219, T-220 and 3 more".
fn stops(sheet: &Sheet, points: &[AgePoint], scale: Scale) -> Vec<(i32, String)> {
    let mut rows: BTreeMap<i32, Vec<&AgePoint>> = BTreeMap::new();
    for point in points {
        rows.entry(sheet.up(point.days.into(), scale) / TOGETHER).or_default().push(point);
    }
    let stop = |tasks: Vec<&AgePoint>| {
        let least = tasks.iter().map(|task| task.days).min().unwrap_or(0);
        let most = tasks.iter().map(|task| task.days).max().unwrap_or(0);
        let age = match (least, most) {
            (1, 1) => "1 day".to_owned(),
            (least, most) if least == most => format!("{most} days"),
            (least, most) => format!("{least}–{most} days"),
        };
        (sheet.up(most.into(), scale), format!("{age}: {}", named(&tasks)))
    };
    rows.into_values().map(stop).collect()
}

fn named(tasks: &[&AgePoint]) -> String {
    let names: Vec<String> = tasks
        .iter()
        .take(NAMED)
        .map(|task| format!("{} {}", task.reference, task.status.label().to_lowercase()))
        .collect();
    let names = names.join(", ");
    match tasks.len().saturating_sub(NAMED) {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}

fn describe(ageing: &Ageing, limits_of: impl Fn(Status) -> Vec<Limit>) -> String {
    let parts: Vec<String> = STATUSES
        .iter()
        .map(|status| {
            let ages: Vec<u32> =
                ageing.points.iter().filter(|point| point.status == *status).map(|point| point.days).collect();
            let span = match (ages.iter().min(), ages.iter().max()) {
                (Some(least), Some(most)) if least == most => format!(", {} old", days_words(*least)),
                (Some(least), Some(most)) => format!(", {least} to {most} days old"),
                _ => String::new(),
            };
            let usual = limits::said(&limits_of(*status)).map(|said| format!("; finished work left it: {said}"));
            format!("{}: {}{span}{}.", status.label(), ages.len(), usual.unwrap_or_default())
        })
        .collect();
    let oldest = ageing.points.iter().rev().max_by_key(|point| point.days);
    let oldest = oldest.map(|point| format!(" The oldest is {}.", point.reference)).unwrap_or_default();
    format!("Dots of open tasks by status and age. {}{oldest}", parts.join(" "))
}
