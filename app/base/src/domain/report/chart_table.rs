//! The numbers behind a chart, as a table: for pages, mails' text, documents and sheets.

use serde::{Deserialize, Serialize};

use super::{Snapshot, spec::ChartKind};
use crate::domain::{
    calendar::short_date,
    metrics::{AgePoint, CyclePoint, DayCount, FlowDay, Forecast, Shares, parts_total},
    task::Priority,
};

/// Names of columns and rows of cells; the first cell names its row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// The numbers of a chart of a report.
pub fn chart_table(kind: ChartKind, snapshot: &Snapshot) -> Table {
    let last = snapshot.period.last;
    match kind {
        ChartKind::CreatedCompleted => table(
            ["Day", "Created", "Completed"],
            snapshot.days.iter().map(|DayCount { date, created, completed }| {
                [short_date(*date, last), created.to_string(), completed.to_string()]
            }),
        ),
        ChartKind::CumulativeFlow => table(
            ["Day", "Todo", "In Progress", "Pending", "Completed"],
            snapshot.cumulative.iter().map(|FlowDay { date, todo, in_progress, pending, completed }| {
                let [todo, in_progress, pending, completed] =
                    [todo, in_progress, pending, completed].map(ToString::to_string);
                [short_date(*date, last), todo, in_progress, pending, completed]
            }),
        ),
        ChartKind::ByStatus => table(
            ["Status", "Open tasks"],
            snapshot.statuses.iter().map(|entry| [entry.status.label().to_owned(), entry.count.to_string()]),
        ),
        ChartKind::ByPerson => shares("Person", &snapshot.people),
        ChartKind::ByLabel => shares("Label", &snapshot.labels),
        ChartKind::ByPriority => table(
            ["Priority", "Open", "Completed"],
            Priority::ALL.iter().enumerate().rev().map(|(index, priority)| {
                let of = |parts: [u32; 4]| parts.get(index).copied().unwrap_or_default().to_string();
                [priority.label().to_owned(), of(snapshot.priorities.open), of(snapshot.priorities.completed)]
            }),
        ),
        ChartKind::CycleTimes => table(
            ["Task", "Title", "Finished", "Days"],
            snapshot.cycle.points.iter().map(|CyclePoint { task: _, reference, title, finished_on, days }| {
                [reference.clone(), title.clone(), short_date(*finished_on, last), days.to_string()]
            }),
        ),
        ChartKind::AgeingWork => ageing(snapshot),
        ChartKind::Forecast => forecast(&snapshot.forecast),
        ChartKind::LateBuckets => table(
            ["Late by", "Open tasks"],
            snapshot.late.rows().into_iter().map(|(words, count)| [words.to_owned(), count.to_string()]),
        ),
    }
}

fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> Table {
    Table { head: head.map(str::to_owned).to_vec(), rows: rows.map(Vec::from).collect() }
}

/// Everybody who has open work or finished any, in the order of the open work.
fn shares(name: &str, shares: &Shares) -> Table {
    table(
        [name, "Urgent", "High", "Medium", "Low", "Open", "Completed"],
        shares.rows().map(|(share, open, completed)| {
            let [low, medium, high, urgent] = open.map(|count| count.to_string());
            let name = share.name.clone();
            [name, urgent, high, medium, low, parts_total(open).to_string(), completed.to_string()]
        }),
    )
}

/// The open work, each with its chance to still be finished within the days of the expectation; a dash where no finished
/// task took as long as it has by now.
fn ageing(snapshot: &Snapshot) -> Table {
    let chances = snapshot.cycle.chances();
    let within = snapshot.cycle.p85.map_or_else(|| "Chance".to_owned(), |days| format!("Chance within {days} d"));
    table(
        ["Task", "Title", "Status", "Days", within.as_str()],
        snapshot.ageing.points.iter().map(|AgePoint { task: _, reference, title, status, days }| {
            let chance = chances.of(*days).map_or_else(|| "–".to_owned(), |percent| format!("{percent} %"));
            [reference.clone(), title.clone(), status.label().to_owned(), days.to_string(), chance]
        }),
    )
}

fn forecast(forecast: &Forecast) -> Table {
    let all = forecast.trials();
    let mut so_far = 0_u64;
    table(
        ["Days", "Trials", "Done by then"],
        forecast.bins.iter().map(|bin| {
            so_far += u64::from(bin.trials);
            [bin.days.to_string(), bin.trials.to_string(), format!("{} %", so_far * 100 / all.max(1))]
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        ids::ProjectId,
        metrics::{Bin, Share},
        period::Period,
        report::ReportProject,
        task::Status,
    };

    fn snapshot() -> Snapshot {
        let id = ProjectId(uuid::Uuid::nil());
        let project = ReportProject { id, key: "T".into(), name: "Tasks".into(), zone: "UTC".into() };
        Snapshot::empty(
            project,
            Period::ending("2026-11-22".parse().unwrap(), 7),
            "2026-11-23T06:00:00Z".parse().unwrap(),
        )
    }

    #[test]
    fn every_chart_has_a_table_also_without_data() {
        for kind in ChartKind::ALL {
            let table = chart_table(*kind, &snapshot());
            assert!(table.head.len() > 1, "{kind}");
            assert!(table.rows.iter().all(|row| row.len() == table.head.len()), "{kind}");
        }
    }

    #[test]
    fn who_only_finished_work_has_a_row_too() {
        let mut snapshot = snapshot();
        let share = |name: &str, parts| Share { name: name.into(), person: None, parts };
        snapshot.people.open = vec![share("Mina", [1, 2, 0, 4])];
        snapshot.people.completed = vec![share("Jonas", [0, 3, 0, 0]), share("Mina", [1, 0, 0, 0])];
        assert_eq!(
            chart_table(ChartKind::ByPerson, &snapshot).rows,
            [vec!["Mina", "4", "0", "2", "1", "7", "1"], vec!["Jonas", "0", "0", "0", "0", "0", "3"]]
        );
    }

    #[test]
    fn two_people_of_one_name_have_a_row_each() {
        let mut snapshot = snapshot();
        let of = |person: u128, parts| Share {
            name: "Sam".into(),
            person: Some(crate::domain::ids::UserId(uuid::Uuid::from_u128(person))),
            parts,
        };
        snapshot.people.open = vec![of(1, [0, 0, 0, 4]), of(2, [1, 0, 0, 0])];
        snapshot.people.completed = vec![of(2, [0, 3, 0, 0])];
        assert_eq!(
            chart_table(ChartKind::ByPerson, &snapshot).rows,
            [vec!["Sam", "4", "0", "0", "0", "4", "0"], vec!["Sam", "0", "0", "0", "1", "1", "3"]]
        );
    }

    #[test]
    fn open_work_has_the_chance_to_be_finished_as_most_work_is() {
        let mut snapshot = snapshot();
        let task = crate::domain::ids::TaskId(uuid::Uuid::nil());
        let point =
            |days| AgePoint { task, reference: "T-1".into(), title: String::new(), status: Status::Progress, days };
        snapshot.ageing.points = vec![point(9), point(3)];
        let said = |snapshot: &Snapshot| {
            let Table { head, rows } = chart_table(ChartKind::AgeingWork, snapshot);
            (head[4].clone(), rows.into_iter().map(|row| row[4].clone()).collect::<Vec<_>>())
        };
        assert_eq!(said(&snapshot), ("Chance".to_owned(), vec!["–".to_owned(), "–".to_owned()]));
        let finished_on = snapshot.period.last;
        let took = |days| CyclePoint { task, reference: "T-2".into(), title: String::new(), finished_on, days };
        snapshot.cycle.points = [2, 4, 5, 9].map(took).to_vec();
        snapshot.cycle.p85 = Some(5);
        assert_eq!(said(&snapshot), ("Chance within 5 d".to_owned(), vec!["–".to_owned(), "67 %".to_owned()]));
    }

    #[test]
    fn a_forecast_says_how_many_trials_were_done_by_then() {
        let mut snapshot = snapshot();
        snapshot.forecast.bins = vec![Bin { days: 30, trials: 1 }, Bin { days: 32, trials: 3 }];
        assert_eq!(
            chart_table(ChartKind::Forecast, &snapshot).rows,
            [vec!["30", "1", "25 %"], vec!["32", "3", "100 %"]]
        );
        snapshot.forecast.trials = 8;
        let table = chart_table(ChartKind::Forecast, &snapshot);
        assert_eq!(table.rows[1], ["32", "3", "50 %"], "half of them had not ended after two years");
    }
}
