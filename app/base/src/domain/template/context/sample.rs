//! A report that was never written, for templates that have no data yet: the same every time, with something in every
//! list, so that whoever designs sees how each block looks.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{Address, Breadth, Picture, Reader, RunWords, context, with_run};
use crate::domain::{
    due::{Due, DueKey, Finish, SOON_USUAL, ViewerClock, chip},
    ids::{OccurrenceId, ProjectId, TaskId},
    metrics::{
        AgeBand, AgePoint, Ageing, Bin, Chance, Compared, CyclePoint, CycleTimes, DayCount, Figures, Finding, FlowDay,
        Forecast, LateBuckets, LeadTimes, PriorityShare, Share, Shares, StatusCount,
    },
    period::Period,
    report::{DueWords, NoteLine, ReportProject, Snapshot, TaskDetails, TaskLine, spec::ChartKind},
    task::{Category, Priority, Status},
};

/// The last day of the report, in November.
const LAST: u32 = 22;
/// Width and height of charts in mails, and in their columns.
const CHART: (u32, u32) = (536, 200);
const NARROW_CHART: (u32, u32) = (300, 190);

/// The data of the sample, with charts that were not drawn but are as large as drawn ones.
pub fn sample() -> Value {
    let pictures: Vec<_> = ChartKind::ALL
        .iter()
        .flat_map(|chart| [Breadth::Whole, Breadth::Column].map(|breadth| picture(*chart, breadth)))
        .collect();
    sample_with(&pictures, "en")
}

/// The data of the sample with its charts as they were drawn of [`snapshot`], for a reader of a language.
pub fn sample_with(pictures: &[Picture], language: &str) -> Value {
    let address = Address {
        base_url: "https://reports.example".into(),
        occurrence: OccurrenceId(Uuid::from_u128(1)),
        number: 12,
        job: "Weekly status".into(),
        stop_url: Some("https://reports.example/unsubscribe/sample".into()),
        attachments_note: None,
        comment: None,
    };
    let run = failed_run(&address.base_url);
    with_run(context(&snapshot(), &address, &Reader { language: language.into(), ..reader() }, pictures), &run)
}

/// What became of its run: templates of alarms are about one that failed.
pub fn failed_run(base_url: &str) -> RunWords {
    RunWords {
        state: "Failed".into(),
        reason: "The mail server refused to sign in: 535 5.7.8 Authentication failed.".into(),
        url: format!("{base_url}/jobs/runs/sample"),
    }
}

/// Its reader.
pub fn reader() -> Reader {
    Reader {
        name: "Mina Kovač".into(),
        email: "mina@example.org".into(),
        zone: "Europe/Ljubljana".into(),
        language: "en".into(),
    }
}

fn picture(chart: ChartKind, breadth: Breadth) -> Picture {
    let (width, height) = match breadth {
        Breadth::Whole => CHART,
        Breadth::Column => NARROW_CHART,
    };
    Picture {
        chart,
        breadth,
        cid: super::cid(chart, breadth),
        width,
        height,
        title: chart.label().to_owned(),
        alt: format!("{}. A chart of the sample.", chart.label()),
    }
}

/// Its report.
pub fn snapshot() -> Snapshot {
    let project = ReportProject {
        id: ProjectId(Uuid::from_u128(1)),
        key: "T".into(),
        name: "Ledger".into(),
        zone: "Europe/Ljubljana".into(),
    };
    let period = Period { first: day(16), last: day(LAST) };
    let figures = Figures {
        created: Compared { now: 14, before: 18 },
        completed: Compared { now: 17, before: 13 },
        open: Compared { now: 48, before: 54 },
        overdue: Compared { now: 3, before: 2 },
        cycle_days: Compared { now: Some(3), before: Some(4) },
    };
    let mut report = Snapshot::empty(project, period, DateTime::<Utc>::UNIX_EPOCH);
    report.as_of = as_of();
    report.finding = Finding::of(&figures);
    report.summary = vec![
        "More work was finished than added: 17 against 14.".into(),
        "Overdue work grew from 2 to 3.".into(),
        "Work got faster: 3 d instead of 4 d.".into(),
    ];
    report.figures = figures;
    fill_charts(&mut report);
    fill_lists(&mut report);
    report
}

/// Late on the last day, one hour behind the clock of its zone.
fn as_of() -> DateTime<Utc> {
    day(LAST).and_time(chrono::NaiveTime::MIN).and_utc() + chrono::TimeDelta::hours(22)
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap_or_default()
}

fn fill_charts(report: &mut Snapshot) {
    let counts = [(16, 4, 3), (17, 3, 4), (18, 2, 3), (19, 3, 4), (20, 2, 2), (21, 0, 0), (22, 0, 1)];
    report.days = counts.map(|(on, created, completed)| DayCount { date: day(on), created, completed }).to_vec();
    report.statuses = [(Status::Todo, 31), (Status::Progress, 12), (Status::Pending, 5)]
        .map(|(status, count)| StatusCount { status, count })
        .to_vec();
    report.cumulative = (1..=22)
        .map(|on| FlowDay {
            date: day(on),
            todo: 34 - on / 8,
            in_progress: 10 + on % 4,
            pending: 4 + on % 2,
            completed: on * 2,
        })
        .collect();
    let points = [(3, 2), (5, 4), (9, 3), (11, 1), (12, 6), (16, 3), (18, 9), (20, 2), (22, 3)];
    report.cycle = CycleTimes {
        points: (0..)
            .zip(points)
            .map(|(at, (on, days))| CyclePoint {
                task: TaskId(Uuid::from_u128(300 + at)),
                reference: format!("T-{}", 160 + at),
                title: "Finished work".into(),
                finished_on: day(on),
                days,
            })
            .collect(),
        tasks: 9,
        p50: Some(3),
        p85: Some(6),
        p95: Some(9),
        lead: LeadTimes { p50: Some(8), p85: Some(19), p95: Some(27) },
    };
    let at_work = [(219, Status::Progress, 7), (188, Status::Pending, 12), (214, Status::Progress, 3)];
    report.ageing = Ageing {
        points: at_work
            .map(|(number, status, days)| AgePoint {
                task: TaskId(Uuid::from_u128(number)),
                reference: format!("T-{number}"),
                title: "Work in progress".into(),
                status,
                days,
            })
            .to_vec(),
        bands: [Status::Progress, Status::Pending]
            .map(|status| AgeBand { status, p50: Some(3), p85: Some(6), p95: Some(9) })
            .to_vec(),
    };
    let chances = |values: [u32; 3]| {
        Some([50, 85, 95].into_iter().zip(values).map(|(percent, value)| Chance { percent, value }).collect())
    };
    report.forecast = Forecast {
        history_days: 90,
        open: 48,
        items: chances([72, 66, 61]),
        days: chances([20, 23, 26]),
        bins: (17..=27).map(|days| Bin { days, trials: 1_800_u32.saturating_sub(days.abs_diff(20) * 240) }).collect(),
        ..Forecast::default()
    };
    let share = |name: &str, parts| Share { name: name.into(), person: None, parts };
    report.people = Shares {
        open: vec![
            share("Mina Kovač", [4, 8, 5, 2]),
            share("Jonas Ortiz", [2, 7, 4, 3]),
            share("Ravi Sen", [3, 6, 3, 1]),
        ],
        completed: vec![
            share("Jonas Ortiz", [1, 4, 2, 0]),
            share("Mina Kovač", [0, 3, 3, 0]),
            share("Ravi Sen", [1, 2, 1, 0]),
        ],
    };
    report.labels = Shares {
        open: vec![
            share("billing", [3, 9, 6, 3]),
            share("migration", [2, 6, 4, 2]),
            share("documentation", [5, 4, 2, 0]),
        ],
        completed: vec![share("billing", [1, 5, 3, 0]), share("documentation", [1, 4, 2, 0])],
    };
    report.priorities = PriorityShare { open: [10, 20, 12, 6], completed: [2, 9, 6, 0] };
    report.late = LateBuckets { days_1_2: 2, days_3_7: 0, days_8_30: 1, days_over_30: 0 };
}

fn fill_lists(report: &mut Snapshot) {
    use Priority::{High, Low, Medium, Urgent};
    use Status::{Pending, Progress, Todo};
    let jonas = || vec!["Jonas Ortiz".to_owned()];
    let mina = || vec!["Mina Kovač".to_owned()];
    let ravi = || vec!["Ravi Sen".to_owned()];
    let credentials = open(219, "Rotate SMTP credentials before the relay change", jonas(), Progress, Urgent, 7, 20);
    let review = open(188, "Waiting for the data-protection review of the export", ravi(), Pending, High, 12, 10);
    let draft = open(214, "Draft the November report for the steering group", mina(), Progress, High, 3, 22);
    let ledger =
        open(231, "Reconcile the ledger with the bank’s statement", [mina(), jonas()].concat(), Todo, Medium, 0, 27);
    let rounding =
        open(205, "Rounding differences in invoices of more than one currency", Vec::new(), Todo, Low, 0, 21);
    // Both came in the week of the report.
    let (ledger, rounding) = (created(ledger, 19), created(rounding, 17));
    let import = done(198, "Import of bank statements in the CAMT.053 format", mina(), Category::Highlight, 20, 4);
    let archive =
        done(203, "Archive of invoices that are older than ten years", jonas(), Category::Accomplishment, 19, 2);
    let manual = done(210, "Manual for month-end closing", ravi(), Category::Accomplishment, 18, 1);
    report.finished = vec![import.clone(), archive.clone(), manual.clone()];
    report.accomplishments = vec![archive.clone(), manual];
    report.highlights = vec![import.clone()];
    report.in_progress = vec![review.clone(), credentials.clone(), draft.clone()];
    report.overdue = vec![review.clone(), credentials.clone(), rounding.clone()];
    report.due_next = vec![draft.clone(), ledger.clone()];
    report.blocked = vec![TaskLine { blocked_by: vec!["T-219".into()], ..review }];
    report.moved =
        vec![TaskLine { moved_from: Some(Progress), ..archive }, TaskLine { moved_from: Some(Todo), ..draft }];
    report.reopened = vec![credentials];
    report.created = vec![ledger, rounding];
    report.notes = vec![
        NoteLine {
            task: TaskId(Uuid::from_u128(188)),
            reference: "T-188".into(),
            title: "Waiting for the data-protection review of the export".into(),
            day: day(20),
            author: Some("Ravi Sen".into()),
            issue: Some("The review needs the **list of fields** that leave the house.".into()),
            progress: None,
            resolution: None,
        },
        NoteLine {
            task: TaskId(Uuid::from_u128(198)),
            reference: "T-198".into(),
            title: import.title,
            day: day(19),
            author: Some("Mina Kovač".into()),
            issue: Some("Two banks write amounts without decimals.".into()),
            progress: None,
            resolution: Some("Amounts are read by the currency’s own number of decimals.".into()),
        },
    ];
}

/// An open task that is due on a day, with the words that a card has for it on the last day.
fn open(
    number: u128,
    title: &str,
    people: Vec<String>,
    status: Status,
    priority: Priority,
    days: u32,
    due: u32,
) -> TaskLine {
    let clock = ViewerClock { now: as_of(), utc_offset_minutes: 60, soon_days: SOON_USUAL };
    let due = day(due);
    let is_even = number.is_multiple_of(2);
    TaskLine {
        id: TaskId(Uuid::from_u128(number)),
        reference: format!("T-{number}"),
        title: title.into(),
        people,
        status,
        priority,
        category: Category::Ordinary,
        work_days: (days > 0).then_some(days),
        finished_on: None,
        due: chip(Some(Due::On(due)), Finish::Open, clock).map(|chip| DueWords { key: chip.key, words: chip.words }),
        moved_from: None,
        blocked_by: Vec::new(),
        details: TaskDetails {
            project: "Ledger".into(),
            person_ids: Vec::new(),
            labels: if is_even { vec!["billing".into()] } else { vec!["migration".into(), "documentation".into()] },
            due_on: Some(due),
            due_at: None,
            created_on: Some(day(2)),
            started_on: begun(LAST, days),
            estimate: Some(if is_even { 90 } else { 480 }),
        },
    }
}

/// A task that was finished on a day, in time.
fn done(number: u128, title: &str, people: Vec<String>, category: Category, on: u32, days: u32) -> TaskLine {
    let line = open(number, title, people, Status::Done, Priority::Medium, days, LAST);
    TaskLine {
        category,
        finished_on: Some(day(on)),
        due: Some(DueWords { key: DueKey::Done, words: format!("Done {on} Nov") }),
        details: TaskDetails { started_on: begun(on, days), ..line.details },
        ..line
    }
}

/// The first of so many days of work that end with a day, both counted.
fn begun(last: u32, days: u32) -> Option<NaiveDate> {
    (days > 0).then(|| day((last + 1).saturating_sub(days).max(1)))
}

fn created(line: TaskLine, on: u32) -> TaskLine {
    TaskLine { details: TaskDetails { created_on: Some(day(on)), ..line.details }, ..line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::spec::ListKind;

    fn lines() -> Vec<TaskLine> {
        let report = snapshot();
        ListKind::ALL.iter().flat_map(|list| list.of(&report).to_vec()).collect()
    }

    #[test]
    fn what_is_said_of_a_due_date_fits_the_date() {
        let said = |number: &str| {
            let line = lines().into_iter().find(|line| line.reference == number).unwrap();
            (line.due.unwrap().words, line.details.due_on.unwrap())
        };
        assert_eq!(said("T-188"), ("Overdue 12 d".into(), day(10)));
        assert_eq!(said("T-219"), ("Overdue 2 d".into(), day(20)));
        assert_eq!(said("T-205"), ("Overdue 1 d".into(), day(21)));
        assert_eq!(said("T-214"), ("Today".into(), day(22)));
        assert_eq!(said("T-231"), ("27 Nov".into(), day(27)));
        for line in lines() {
            let is_late = line.details.due_on.unwrap() < day(LAST);
            assert_eq!(line.due.unwrap().key.is_overdue(), is_late, "{}", line.reference);
        }
    }

    #[test]
    fn days_of_work_are_those_from_the_start_to_the_end() {
        for line in lines() {
            let end = line.finished_on.unwrap_or(day(LAST));
            let days = line.details.started_on.map(|start| Period { first: start, last: end }.days());
            assert_eq!(days, line.work_days, "{}", line.reference);
            assert!(line.details.created_on <= line.details.started_on.or(Some(end)), "{}", line.reference);
        }
        let report = snapshot();
        let is_new = |line: &TaskLine| line.details.created_on.is_some_and(|on| report.period.contains(on));
        assert!(report.created.iter().all(is_new));
        let late: u32 = report.late.rows().iter().map(|(_, count)| *count).sum();
        assert_eq!(report.overdue.len() as u32, late);
    }
}
