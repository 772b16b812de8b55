//! The forecast: after how many days the trials had all open work done, with the marks of 50, 85 and 95 %.

use super::{
    drawing::Drawing,
    fit,
    frame::Frame,
    grid::{Scale, label_days},
    ink::Ink,
    limits,
    paper::FINE,
    sheet::{Edges, Sheet},
    words::Place,
};
use crate::domain::{
    metrics::{Chance, Forecast, forecast_words, tasks_words},
    readout::Along,
    thousands::grouped,
};

/// Above: the labels of three marks; at the right the longest of them.
const EDGES: Edges = Edges { left: 38, top: 50, right: 84, bottom: 30 };
/// Bars that are drawn; where there would be more, several days are one.
const BARS: u32 = 60;
/// The widest bar.
const WIDEST: i32 = 40 * FINE;

/// The bars of a forecast.
pub fn forecast_chart(forecast: &Forecast, frame: Frame) -> Drawing {
    let sheet = Sheet::new(frame.width, frame.height, EDGES);
    let bars = Bars::of(forecast);
    let scale = Scale::of(bars.counts.iter().map(|count| u32::try_from(*count).unwrap_or(u32::MAX)).max().unwrap_or(0));
    sheet.grid(scale);
    if bars.counts.is_empty() {
        sheet.sentence(&nothing(forecast));
    } else {
        bars.draw(&sheet, scale);
        bars.draw_marks(&sheet, forecast.days.as_deref().unwrap_or_default());
    }
    let readout = sheet.readout(Along::Across, bars.stops(&sheet, forecast.trials()));
    sheet.finish(forecast_words(forecast), describe(forecast), readout)
}

/// Trials by days, several days in one where they are many.
struct Bars {
    first: u32,
    /// Days of a bar.
    each: u32,
    counts: Vec<u64>,
}

impl Bars {
    fn of(forecast: &Forecast) -> Self {
        let days = || forecast.bins.iter().map(|bin| bin.days);
        let Some((first, last)) = days().min().zip(days().max()) else {
            return Self { first: 0, each: 1, counts: Vec::new() };
        };
        let each = ((last - first) / BARS).saturating_add(1);
        let mut counts = vec![0_u64; ((last - first) / each) as usize + 1];
        for bin in &forecast.bins {
            if let Some(count) = counts.get_mut(((bin.days - first) / each) as usize) {
                *count += u64::from(bin.trials);
            }
        }
        Self { first, each, counts }
    }

    fn left(&self, sheet: &Sheet, bar: usize) -> i32 {
        let bars = i32::try_from(self.counts.len().max(1)).unwrap_or(1);
        let all = (sheet.right - sheet.left).min(bars.saturating_mul(WIDEST));
        sheet.left + super::sheet::part(all, bar, self.counts.len())
    }

    /// "32", or "30–34" where a bar has several days.
    fn name(&self, bar: usize) -> String {
        let first = self.first.saturating_add(self.each.saturating_mul(u32::try_from(bar).unwrap_or(u32::MAX)));
        if self.each == 1 { first.to_string() } else { format!("{first}–{}", first.saturating_add(self.each - 1)) }
    }

    fn draw(&self, sheet: &Sheet, scale: Scale) {
        for (bar, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (from, to) = (self.left(sheet, bar), self.left(sheet, bar + 1) - FINE);
            let above = sheet.up(*count, scale).min(sheet.bottom - 2 * FINE);
            sheet.bar((from, above), (to, sheet.bottom), Ink::Completed);
        }
        let last = self.counts.len() - 1;
        let below = sheet.bottom + 11 * FINE;
        for bar in label_days(self.counts.len()) {
            let middle = i32::midpoint(self.left(sheet, bar), self.left(sheet, bar + 1));
            let first = self.first.saturating_add(self.each.saturating_mul(u32::try_from(bar).unwrap_or(0)));
            let days = fit::short(first.into());
            let words = if bar == last { format!("{days} d") } else { days };
            sheet.words(words, (middle, below), Ink::Axis, 12, Place::Below);
        }
    }

    /// Each at the end of its day; the labels stand one below the other, so that none meets another's line.
    fn draw_marks(&self, sheet: &Sheet, chances: &[Chance]) {
        let inks = [Ink::HalfLine, Ink::MostLine, Ink::NearlyLine];
        for ((chance, ink), row) in chances.iter().zip(inks).zip(0..) {
            let bar = (chance.value.saturating_sub(self.first) / self.each) as usize;
            let x = self.left(sheet, bar.min(self.counts.len() - 1) + 1) - FINE / 2;
            let y = (9 + 14 * row) * FINE;
            sheet.line(vec![(x, y - 5 * FINE), (x, sheet.bottom)], ink, 1);
            let label = limits::label(chance.percent, chance.value);
            sheet.words(label, (x + 5 * FINE, y), Ink::Label, 12, Place::After);
        }
    }

    /// With the share of all trials, also of those that had not ended after two years.
    fn stops(&self, sheet: &Sheet, all: u64) -> Vec<(i32, String)> {
        let all = all.max(1);
        let mut so_far = 0_u64;
        let stop = |(bar, count): (usize, &u64)| {
            so_far += count;
            let middle = i32::midpoint(self.left(sheet, bar), self.left(sheet, bar + 1));
            let share = so_far * 100 / all;
            let (days, count, all) = (self.name(bar), grouped(*count), grouped(all));
            (middle, format!("{days} days: {count} of {all} trials, done by then in {share} %"))
        };
        self.counts.iter().enumerate().map(stop).collect()
    }
}

/// Why there are no bars: nothing to do, nothing done yet, or so little that no trial ended within two years.
fn nothing(forecast: &Forecast) -> String {
    forecast.words().unwrap_or_else(|| "No work is open, so there is nothing to forecast".into())
}

fn describe(forecast: &Forecast) -> String {
    let Some(chances) = forecast.days.as_deref().filter(|_| !forecast.bins.is_empty()) else {
        return format!("Bars of trials, none. {}.", nothing(forecast));
    };
    let said: Vec<String> =
        chances.iter().map(|chance| format!("{} % within {}", chance.percent, chance.value)).collect();
    let days = || forecast.bins.iter().map(|bin| bin.days);
    format!(
        "Bars of trials by the day on which {} were done, from the last {} days. {} days; the fastest took {}, the slowest {}.",
        tasks_words(forecast.open.into()),
        forecast.history_days,
        said.join(", "),
        days().min().unwrap_or(0),
        days().max().unwrap_or(0),
    )
}
