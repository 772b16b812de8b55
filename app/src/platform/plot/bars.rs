//! Horizontal bars with a name before and a count behind each: by person, label, priority, and how late.

use super::{
    drawing::Drawing,
    fit,
    frame::Frame,
    ink::{Ink, PRIORITIES},
    paper::FINE,
    sheet::{Edges, Sheet},
    words::Place,
};
use crate::domain::{
    metrics::{
        LateBuckets, PriorityShare, Share, isolated, label_words, late_words, parts_total, person_words,
        priority_words, tasks_words,
    },
    readout::Along,
    task::Priority,
};

/// From one bar to the next, its thickness, and the size of the words, in pixels.
const ROW: i32 = 28;
const BAR: i32 = 12;
const WORDS: i32 = 14;
/// Room for a count behind the longest bar, and for the names of the parts above the first.
const RIGHT: i32 = 60;
const KEYS: i32 = 26;
/// What a bar without a row is as high as.
const EMPTY: i32 = 72;

/// A bar of parts.
struct Row {
    name: String,
    parts: Vec<(Ink, u32)>,
    /// "Mina Kos: 12 tasks, 2 urgent, 4 high, 6 low".
    words: String,
}

impl Row {
    fn total(&self) -> u64 {
        self.parts.iter().map(|(_, count)| u64::from(*count)).sum()
    }

    fn of_share(share: &Share) -> Self {
        let Share { name, person: _, parts } = share;
        let by_urgency = || Priority::ALL.iter().zip(PRIORITIES).zip(*parts).rev();
        let said: Vec<String> = by_urgency()
            .filter(|(_, count)| *count > 0)
            .map(|((priority, _), count)| format!(", {count} {}", priority.as_str()))
            .collect();
        Self {
            name: name.clone(),
            parts: by_urgency().map(|((_, ink), count)| (ink, count)).collect(),
            words: format!("{}: {}{}", isolated(name), tasks_words(parts_total(*parts)), said.concat()),
        }
    }

    fn plain(name: &str, ink: Ink, count: u64) -> Self {
        let part = u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            name: name.into(),
            parts: vec![(ink, part)],
            words: format!("{}: {}", isolated(name), tasks_words(count)),
        }
    }
}

/// Open work by person, each bar by priority, the most urgent first.
pub fn person_chart(shares: &[Share], frame: Frame) -> Drawing {
    let rows: Vec<Row> = shares.iter().map(Row::of_share).collect();
    let keys: Vec<(&str, Ink)> =
        Priority::ALL.iter().zip(PRIORITIES).map(|(one, ink)| (one.label(), ink)).rev().collect();
    let chart = Bars { rows: &rows, keys: &keys, nothing: "No work is open" };
    chart.draw(frame, person_words(shares), "Bars of open tasks by person and priority.")
}

/// Open work by label.
pub fn label_chart(shares: &[Share], frame: Frame) -> Drawing {
    let rows: Vec<Row> =
        shares.iter().map(|share| Row::plain(&share.name, Ink::Completed, parts_total(share.parts))).collect();
    let chart = Bars { rows: &rows, keys: &[], nothing: "No open work has a label" };
    chart.draw(frame, label_words(shares), "Bars of open tasks by label.")
}

/// Open work by priority, the most urgent first.
pub fn priority_chart(share: &PriorityShare, frame: Frame) -> Drawing {
    let row = |((priority, ink), count): ((&Priority, Ink), u32)| Row::plain(priority.label(), ink, count.into());
    let rows: Vec<Row> = Priority::ALL.iter().zip(PRIORITIES).zip(share.open).rev().map(row).collect();
    Bars { rows: &rows, keys: &[], nothing: "" }.draw(frame, priority_words(share), "Bars of open tasks by priority.")
}

/// Open work by how late it is, the least late first.
pub fn late_chart(late: &LateBuckets, frame: Frame) -> Drawing {
    let row = |((name, count), ink): ((&str, u32), Ink)| Row::plain(name, ink, count.into());
    let rows: Vec<Row> = late.rows().into_iter().zip(PRIORITIES).map(row).collect();
    Bars { rows: &rows, keys: &[], nothing: "" }.draw(frame, late_words(late), "Bars of late tasks by days late.")
}

struct Bars<'a> {
    rows: &'a [Row],
    /// Names of the parts, where a bar has several.
    keys: &'a [(&'a str, Ink)],
    /// What stands there without any row.
    nothing: &'a str,
}

impl Bars<'_> {
    fn draw(&self, frame: Frame, title: String, kind: &str) -> Drawing {
        let rows = i32::try_from(self.rows.len()).unwrap_or_default();
        let top = if self.keys.is_empty() || rows == 0 { 4 } else { KEYS };
        let height = if rows == 0 { EMPTY } else { top + rows * ROW + 4 };
        let names = self.rows.iter().map(|row| (fit::width(&row.name, WORDS) + 9) / 10 + 12).max().unwrap_or(0);
        let names = names.min(i32::try_from(frame.width).unwrap_or_default() / 3);
        let edges = Edges { left: frame.edge + names, top, right: RIGHT, bottom: 4 };
        let sheet = Sheet::new(frame.width, height.unsigned_abs(), edges);
        if rows == 0 {
            sheet.sentence(self.nothing);
        } else {
            self.draw_keys(&sheet, frame);
        }
        let largest = self.rows.iter().map(Row::total).max().unwrap_or(0).max(1);
        let mut points = Vec::new();
        for (row, place) in self.rows.iter().zip(0..) {
            let middle = sheet.top + (place * ROW + ROW / 2) * FINE;
            let name = fit::fitting(&row.name, WORDS, names - 12);
            sheet.words(name, (frame.edge * FINE, middle), Ink::Text, WORDS, Place::After);
            let end = draw_bar(&sheet, row, middle, largest);
            sheet.strong(amount(row.total()), (end, middle), Ink::Text, WORDS, Place::After);
            points.push((middle, row.words.clone()));
        }
        let readout = sheet.readout(Along::Down, points);
        sheet.finish(title, describe(kind, self.rows), readout)
    }

    fn draw_keys(&self, sheet: &Sheet, frame: Frame) {
        let mut x = frame.edge * FINE;
        for (name, ink) in self.keys {
            x = sheet.key(name, (x, 10 * FINE), *ink);
        }
    }
}

/// The parts one after the other with a gap between; returns where the count stands.
fn draw_bar(sheet: &Sheet, row: &Row, middle: i32, largest: u64) -> i32 {
    let full = u128::from((sheet.right - sheet.left).unsigned_abs());
    let along = |count: u64| {
        let length = full * u128::from(count) / u128::from(largest);
        sheet.left + i32::try_from(length).unwrap_or(0)
    };
    let (above, below) = (middle - BAR * FINE / 2, middle + BAR * FINE / 2);
    let (mut before, mut end) = (0, sheet.left);
    for (ink, count) in &row.parts {
        let after = before + u64::from(*count);
        if *count > 0 {
            // However small a part is, it can be seen.
            let from = along(before).max(end);
            let to = along(after).max(from + 3 * FINE);
            sheet.bar((from, above), (to, below), *ink);
            end = to + FINE;
        }
        before = after;
    }
    if before == 0 { sheet.left } else { end + 8 * FINE }
}

fn amount(count: u64) -> String {
    if count < 100_000 { count.to_string() } else { fit::short(count) }
}

fn describe(kind: &str, rows: &[Row]) -> String {
    let said: Vec<String> = rows.iter().map(|row| format!("{} {}", isolated(&row.name), row.total())).collect();
    if said.is_empty() { format!("{kind} There is none.") } else { format!("{kind} {}.", said.join(", ")) }
}
