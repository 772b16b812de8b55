//! A report as a workbook: what it says, its figures, each of its lists, its notes, its days, in typed cells.

use chrono_tz::Tz;

use super::{
    Source,
    lists::{DueOn, List, due, lists, waits_for, zone_of},
};
use crate::{
    domain::{
        metrics::{Compared, CycleTimes, DayCount, FlowDay},
        report::{
            NoteLine, Snapshot, TaskLine,
            spec::{ListKind, Section},
        },
    },
    platform::workbook::{Book, Cell, Column, Table},
};

/// The tables of a report.
pub fn book(source: Source<'_>) -> Book {
    let Source { snapshot, sections, base_url, .. } = source;
    let mut tables = vec![summary(snapshot, sections), figures(snapshot)];
    let zone = zone_of(snapshot);
    tables.extend(lists(snapshot, sections).iter().map(|list| tasks(list, base_url, zone)));
    if !snapshot.notes.is_empty() {
        tables.push(notes(&snapshot.notes, base_url));
    }
    tables.push(days(snapshot));
    if !snapshot.cumulative.is_empty() {
        tables.push(flow(snapshot));
    }
    Book { title: snapshot.subject(), author: "AutoReport".into(), made_at: snapshot.as_of, tables }
}

const fn column(name: &'static str, width: u16) -> Column {
    Column { name, width }
}

fn text(words: impl Into<String>) -> Cell {
    let words = words.into();
    if words.is_empty() { Cell::Empty } else { Cell::Text(words) }
}

fn count(number: u32) -> Cell {
    Cell::Count(number)
}

fn summary(snapshot: &Snapshot, sections: &[Section]) -> Table {
    let Snapshot { title, project, projects, scope, period, finding, summary, .. } = snapshot;
    let names: Vec<&str> = projects.iter().map(|project| project.name.as_str()).collect();
    let names = if names.is_empty() { project.name.clone() } else { names.join(", ") };
    let mut rows = vec![
        vec![text("Report"), text(title)],
        vec![text("Project"), text(names)],
        vec![text("First day"), Cell::Date(period.first)],
        vec![text("Last day"), Cell::Date(period.last)],
        vec![text("Standing as of"), Cell::Moment(snapshot.as_of.with_timezone(&zone_of(snapshot)).naive_local())],
        vec![text("Time zone"), text(&project.zone)],
        vec![text("Finding"), text(finding.words())],
    ];
    if !scope.is_empty() {
        rows.push(vec![text("Narrowed to"), text(scope)]);
    }
    // The figures count all.
    rows.extend(sections.iter().filter_map(|section| match section {
        Section::Tasks { list, .. } => {
            let least = section.least_words();
            (!least.is_empty()).then(|| vec![text("Narrowed list"), text(format!("{}{least}", list.label()))])
        }
        _ => None,
    }));
    rows.extend(summary.iter().map(|sentence| vec![text("Summary"), text(sentence)]));
    Table { name: "Summary", columns: vec![column("Fact", 18), column("Value", 90)], rows }
}

fn figures(snapshot: &Snapshot) -> Table {
    let figures = &snapshot.figures;
    let figure =
        |name: &str, both: Compared<u32>| vec![text(name), count(both.now), count(both.before), text(both.words())];
    let days = |days: Option<u32>| days.map_or(Cell::Empty, Cell::Days);
    let cycle = figures.cycle_days;
    let mut rows = vec![
        figure("Completed", figures.completed),
        figure("Created", figures.created),
        figure("Open", figures.open),
        figure("Overdue", figures.overdue),
        vec![text("Cycle time"), days(cycle.now), days(cycle.before), text(cycle.words())],
    ];
    rows.extend(
        snapshot.statuses.iter().map(|one| {
            vec![text(format!("Open in {}", one.status.label())), count(one.count), Cell::Empty, Cell::Empty]
        }),
    );
    rows.extend(times(snapshot));
    let columns = vec![column("Figure", 36), column("Now", 12), column("Before", 12), column("Change", 24)];
    Table { name: "Figures", columns, rows }
}

/// How long the finished tasks took that the chart of cycle times shows: below each line lie so many of a hundred.
fn times(snapshot: &Snapshot) -> Vec<Vec<Cell>> {
    let CycleTimes { p50, p85, p95, lead, .. } = &snapshot.cycle;
    let lines = [
        ("Cycle time, 50 % within", *p50),
        ("Cycle time, 85 % within", *p85),
        ("Cycle time, 95 % within", *p95),
        ("Lead time, 50 % within", lead.p50),
        ("Lead time, 85 % within", lead.p85),
        ("Lead time, 95 % within", lead.p95),
    ];
    let row = |(name, days): (&str, Option<u32>)| Some(vec![text(name), Cell::Days(days?), Cell::Empty, Cell::Empty]);
    lines.into_iter().filter_map(row).collect()
}

fn tasks(list: &List<'_>, base_url: &str, zone: Tz) -> Table {
    let mut columns = vec![column("Task", 12), column("Title", 60), column("People", 28), column("Status", 14)];
    columns.extend(match list.kind {
        ListKind::Moved => Some(column("Was in", 14)),
        ListKind::Blocked => Some(column("Waits for", 20)),
        _ => None,
    });
    columns.extend([
        column("Priority", 10),
        column("Category", 16),
        column("Days of work", 14),
        column("Finished on", 13),
        column("Due", 18),
    ]);
    let rows = list.lines.iter().map(|line| row(list.kind, line, base_url, zone)).collect();
    Table { name: list.kind.label(), columns, rows }
}

fn row(kind: ListKind, line: &TaskLine, base_url: &str, zone: Tz) -> Vec<Cell> {
    let mut cells = vec![
        link(&line.reference, base_url),
        text(&line.title),
        text(line.people.join(", ")),
        text(line.status.label()),
    ];
    cells.extend(match kind {
        ListKind::Moved => Some(line.moved_from.map_or(Cell::Empty, |status| text(status.label()))),
        ListKind::Blocked => Some(text(waits_for(line))),
        _ => None,
    });
    cells.extend([
        text(line.priority.label()),
        text(line.category.label()),
        line.work_days.map_or(Cell::Empty, Cell::Days),
        line.finished_on.map_or(Cell::Empty, Cell::Date),
        match due(line, zone) {
            None => Cell::Empty,
            Some(DueOn::Day(day)) => Cell::Date(day),
            Some(DueOn::Moment(at)) => Cell::Moment(at.naive_local()),
            Some(DueOn::Words(words)) => text(words),
        },
    ]);
    cells
}

fn link(reference: &str, base_url: &str) -> Cell {
    Cell::Link { words: reference.to_owned(), url: format!("{base_url}/tasks/{reference}") }
}

fn notes(notes: &[NoteLine], base_url: &str) -> Table {
    let columns = vec![
        column("Day", 12),
        column("Task", 12),
        column("Title", 40),
        column("Author", 20),
        column("Issue", 50),
        column("Progress", 50),
        column("Resolution", 50),
    ];
    let maybe = |words: &Option<String>| words.as_ref().map_or(Cell::Empty, text);
    let row = |note: &NoteLine| {
        let NoteLine { task: _, reference, title, day, author, issue, progress, resolution } = note;
        let head = [Cell::Date(*day), link(reference, base_url), text(title), maybe(author)];
        head.into_iter().chain([maybe(issue), maybe(progress), maybe(resolution)]).collect::<Vec<_>>()
    };
    Table { name: "Notes", columns, rows: notes.iter().map(row).collect() }
}

fn days(snapshot: &Snapshot) -> Table {
    let row = |day: &DayCount| vec![Cell::Date(day.date), count(day.created), count(day.completed)];
    let columns = vec![column("Day", 12), column("Created", 12), column("Completed", 12)];
    Table { name: "Days", columns, rows: snapshot.days.iter().map(row).collect() }
}

fn flow(snapshot: &Snapshot) -> Table {
    let row = |day: &FlowDay| {
        let counts = [day.todo, day.in_progress, day.pending, day.completed];
        std::iter::once(Cell::Date(day.date)).chain(counts.map(Cell::Count)).collect::<Vec<_>>()
    };
    let names = ["Todo", "In Progress", "Pending", "Completed"];
    let columns = std::iter::once(column("Day", 12)).chain(names.map(|name| column(name, 13))).collect();
    Table { name: "Flow", columns, rows: snapshot.cumulative.iter().map(row).collect() }
}
