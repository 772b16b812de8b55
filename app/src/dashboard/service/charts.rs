//! The two charts of the page, each with its numbers.

use crate::{
    domain::{
        calendar::short_date,
        metrics::{DayCount, StatusCount},
        period::Period,
        report::Table,
    },
    platform::plot::{flow_chart, status_chart},
    reports::service::charts::framed,
    ui::Chart,
};

/// Created and completed per day.
pub fn flow(days: &[DayCount], period: Period) -> Chart {
    let row =
        |day: &DayCount| vec![short_date(day.date, period.last), day.created.to_string(), day.completed.to_string()];
    let numbers =
        Table { head: vec!["Day".into(), "Created".into(), "Completed".into()], rows: days.iter().map(row).collect() };
    framed("flow", format!("Tasks per day, {}", period.short_words()), numbers, |frame| flow_chart(days, frame))
}

/// Open work by status.
pub fn statuses(counts: &[StatusCount]) -> Chart {
    let open: u32 = counts.iter().map(|entry| entry.count).sum();
    let lead = if open == 1 { "1 open task by status".into() } else { format!("{open} open tasks by status") };
    let numbers = Table {
        head: vec!["Status".into(), "Open tasks".into()],
        rows: counts.iter().map(|entry| vec![entry.status.label().into(), entry.count.to_string()]).collect(),
    };
    framed("statuses", lead, numbers, |frame| status_chart(counts, frame))
}
