//! The charts of a report, for its page and its mail, drawn from its frozen facts.

use crate::{
    domain::{
        metrics::{LeadTimes, tasks_words},
        report::{HISTORY_DAYS, Snapshot, Table, chart_table, spec::ChartKind},
    },
    platform::plot::{
        Drawing, Frame, ageing_chart, cumulative_chart, cycle_chart, flow_chart, forecast_chart, label_chart,
        late_chart, person_chart, priority_chart, status_chart,
    },
    ui::{CHART_ROWS, Chart, Picture},
};

/// The drawing of a chart in a frame; its title is the finding.
pub fn chart(kind: ChartKind, snapshot: &Snapshot, frame: Frame) -> Drawing {
    match kind {
        ChartKind::CreatedCompleted => flow_chart(&snapshot.days, frame),
        ChartKind::CumulativeFlow => cumulative_chart(&snapshot.cumulative, frame),
        ChartKind::ByStatus => status_chart(&snapshot.statuses, frame),
        ChartKind::ByPerson => person_chart(&snapshot.people.open, frame),
        ChartKind::ByPriority => priority_chart(&snapshot.priorities, frame),
        ChartKind::ByLabel => label_chart(&snapshot.labels.open, frame),
        ChartKind::CycleTimes => cycle_chart(&snapshot.cycle, frame),
        ChartKind::AgeingWork => ageing_chart(&snapshot.ageing, frame),
        ChartKind::Forecast => forecast_chart(&snapshot.forecast, frame),
        ChartKind::LateBuckets => late_chart(&snapshot.late, frame),
    }
}

/// The charts that a snapshot has facts for: those of the first format were of days and statuses alone.
pub fn kinds(snapshot: &Snapshot) -> &'static [ChartKind] {
    const FIRST: &[ChartKind] = &[ChartKind::CreatedCompleted, ChartKind::ByStatus];
    if snapshot.format < 2 { FIRST } else { ChartKind::ALL }
}

/// A chart with its numbers, for a page.
pub fn figure(kind: ChartKind, snapshot: &Snapshot) -> Chart {
    framed(kind.as_str(), lead(kind, snapshot), chart_table(kind, snapshot), |frame| chart(kind, snapshot, frame))
}

/// A chart for a page: drawn wide and narrow under one name, with as many numbers as a page shows.
pub fn framed(id: &str, lead: String, mut numbers: Table, draw: impl Fn(Frame) -> Drawing) -> Chart {
    let id = id.replace('_', "-");
    let picture = |drawing: Drawing, id: &str| Picture { svg: drawing.page(id), readout: drawing.readout };
    let (wide, narrow) = (draw(Frame::PAGE), draw(Frame::NARROW));
    let left_out = numbers.rows.len().saturating_sub(CHART_ROWS);
    numbers.rows.truncate(CHART_ROWS);
    Chart {
        title: wide.title.clone(),
        lead,
        picture: picture(wide, &id),
        narrow: Some(picture(narrow, &format!("{id}-narrow"))),
        numbers,
        left_out,
        id,
    }
}

/// What the picture shows.
fn lead(kind: ChartKind, snapshot: &Snapshot) -> String {
    let period = snapshot.period.short_words();
    match kind {
        ChartKind::CreatedCompleted => format!("Tasks created and completed per day, {period}"),
        ChartKind::CumulativeFlow => "Tasks in each status at the end of each day; those finished are counted up".into(),
        ChartKind::ByStatus => {
            let open = snapshot.statuses.iter().map(|entry| u64::from(entry.count)).sum();
            format!("{} open, by status", tasks_words(open))
        }
        ChartKind::ByPerson => "Open tasks by person and priority; a task of several people counts for each".into(),
        ChartKind::ByPriority => "Open tasks by priority".into(),
        ChartKind::ByLabel => "Open tasks by label; a task with several labels counts for each".into(),
        ChartKind::CycleTimes => {
            let window = snapshot.period.days().max(HISTORY_DAYS);
            format!("Days from start to finish, a dot for each task of {window} days{}", lead_times(snapshot))
        }
        ChartKind::AgeingWork => "Days since the start, a dot for each open task; behind it the ages at which finished tasks left that status".into(),
        ChartKind::Forecast => format!(
            "Days until {} are done, in trials from the last {} days",
            tasks_words(snapshot.forecast.open.into()),
            snapshot.forecast.history_days
        ),
        ChartKind::LateBuckets => "Open tasks past their due date, by days late".into(),
    }
}

/// What the same tasks took since they were created, said as what it is; nothing where it is not known.
fn lead_times(snapshot: &Snapshot) -> String {
    let LeadTimes { p50, p85, p95 } = snapshot.cycle.lead;
    match (p50, p85, p95) {
        (Some(half), Some(most), Some(nearly)) => {
            format!(
                ". Lead time, from created to finished: 50 % within {half}, 85 % within {most}, 95 % within {nearly} days"
            )
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
