//! The two charts of the page, each with its numbers.

use crate::{
    domain::{
        calendar::short_date,
        metrics::{DayCount, StatusCount},
        period::Period,
    },
    platform::plot::{Frame, StatusFrame, flow_chart, status_chart},
    ui::{Chart, Numbers},
};

/// Created and completed per day.
pub fn flow(days: &[DayCount], period: Period) -> Chart {
    let drawing = flow_chart(days, Frame::PAGE);
    let row =
        |day: &DayCount| vec![short_date(day.date, period.last), day.created.to_string(), day.completed.to_string()];
    Chart {
        title: drawing.title.clone(),
        lead: format!("Tasks per day, {}", period.short_words()),
        picture: drawing.page("flow"),
        narrow: Some(flow_chart(days, Frame::NARROW).page("flow-narrow")),
        numbers: Numbers {
            head: vec!["Day".into(), "Created".into(), "Completed".into()],
            rows: days.iter().map(row).collect(),
        },
    }
}

/// Open work by status.
pub fn statuses(counts: &[StatusCount]) -> Chart {
    let drawing = status_chart(counts, StatusFrame::PAGE);
    let open: u32 = counts.iter().map(|entry| entry.count).sum();
    Chart {
        title: drawing.title.clone(),
        lead: if open == 1 { "1 open task by status".into() } else { format!("{open} open tasks by status") },
        picture: drawing.page("statuses"),
        narrow: None,
        numbers: Numbers {
            head: vec!["Status".into(), "Open tasks".into()],
            rows: counts.iter().map(|entry| vec![entry.status.label().into(), entry.count.to_string()]).collect(),
        },
    }
}
