//! Every kind of chart is drawn from a snapshot, wide and narrow, with its numbers.

use uuid::Uuid;

use super::*;
use crate::domain::{
    ids::{ProjectId, TaskId},
    metrics::{CyclePoint, DayCount},
    period::Period,
    report::ReportProject,
};

fn snapshot() -> Snapshot {
    let id = ProjectId(Uuid::from_u128(1));
    let project = ReportProject { id, key: "T".into(), name: "Tasks".into(), zone: "UTC".into() };
    let period = Period::ending("2026-11-22".parse().unwrap(), 7);
    Snapshot::empty(project, period, "2026-11-23T06:00:00Z".parse().unwrap())
}

#[test]
fn every_kind_has_a_figure_of_its_own_also_without_data() {
    let snapshot = snapshot();
    let mut names = std::collections::BTreeSet::new();
    for kind in kinds(&snapshot) {
        let figure = figure(*kind, &snapshot);
        let narrow = figure.narrow.unwrap();
        assert!(!figure.title.is_empty() && !figure.lead.is_empty(), "{kind}");
        assert!(figure.picture.svg.contains(&format!("id=\"{}-title\"", figure.id)), "{kind}");
        assert!(narrow.svg.contains(&format!("id=\"{}-narrow-title\"", figure.id)), "{kind}");
        assert!(!figure.numbers.head.is_empty(), "{kind}");
        names.insert(figure.id);
    }
    assert_eq!(names.len(), ChartKind::ALL.len());
}

#[test]
fn a_report_of_the_first_format_has_the_charts_it_has_facts_for() {
    let old = Snapshot { format: 1, ..snapshot() };
    assert_eq!(kinds(&old), [ChartKind::CreatedCompleted, ChartKind::ByStatus]);
}

#[test]
fn the_readout_says_what_the_table_says() {
    let mut snapshot = snapshot();
    let first = snapshot.period.first;
    let day = |created, completed| DayCount { date: first, created, completed };
    snapshot.days = vec![day(8, 7), DayCount { date: first.succ_opt().unwrap(), ..day(1, 2) }];
    let figure = figure(ChartKind::CreatedCompleted, &snapshot);
    let said: Vec<&str> = figure.picture.readout.points.iter().map(|point| point.words.as_str()).collect();
    assert_eq!(said, ["16 Nov: created 8, completed 7", "17 Nov: created 1, completed 2"]);
    assert_eq!(figure.numbers.rows[0], ["16 Nov", "8", "7"]);
}

#[test]
fn lead_times_are_said_beside_cycle_times_and_named_as_such() {
    let mut snapshot = snapshot();
    let lead = |snapshot: &Snapshot| figure(ChartKind::CycleTimes, snapshot).lead;
    assert!(lead(&snapshot).ends_with("of 90 days"), "nothing was finished");
    snapshot.cycle.lead = LeadTimes { p50: Some(5), p85: Some(12), p95: Some(20) };
    let words = ". Lead time, from created to finished: 50 % within 5, 85 % within 12, 95 % within 20 days";
    assert!(lead(&snapshot).ends_with(words));
}

#[test]
fn a_page_shows_the_first_rows_of_a_long_table_and_says_how_many_are_missing() {
    let mut snapshot = snapshot();
    let last = snapshot.period.last;
    let point = |n: u32| CyclePoint {
        task: TaskId(Uuid::from_u128(n.into())),
        reference: format!("T-{n}"),
        title: "<b>".into(),
        finished_on: last,
        days: 1,
    };
    snapshot.cycle.points = (1..=250).map(point).collect();
    let figure = figure(ChartKind::CycleTimes, &snapshot);
    assert_eq!((figure.numbers.rows.len(), figure.left_out), (CHART_ROWS, 50));
    assert_eq!(chart_table(ChartKind::CycleTimes, &snapshot).rows.len(), 250);
}
