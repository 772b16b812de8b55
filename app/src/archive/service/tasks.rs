//! The lists of a report with all of their tasks: a mail has room for the first ones of each.

use crate::{
    archive::view::{TaskTable, TaskTableRow},
    domain::{
        metrics::isolated_all,
        report::{
            Snapshot, TaskLine,
            spec::{ListKind, Section},
        },
    },
    error::AppResult,
    platform::ctx::Ctx,
    reports::service::files::waits_for,
};

use super::{files, sight::Seen};

/// Rows of a list on the page: no browser likes more.
const ROWS: usize = 1_000;

/// The lists that the report shows, in its order, and behind them those others in which something stands: a mail that is
/// written about the report may tell of these. None where its facts are of another form than reports have.
pub(super) async fn tables(ctx: &Ctx, seen: &Seen) -> AppResult<Vec<TaskTable>> {
    let Some(frozen) = seen.data.as_deref().and_then(|json| Snapshot::from_json(json).ok()) else {
        return Ok(Vec::new());
    };
    let sections = files::sections(ctx, seen, &frozen).await?;
    let shown = sections.iter().filter_map(|section| match section {
        Section::Tasks { list, .. } => Some(*list),
        _ => None,
    });
    let others = ListKind::ALL.iter().copied().filter(|list| !list.of(&frozen).is_empty());
    let mut lists: Vec<ListKind> = Vec::new();
    for list in shown.chain(others) {
        if !lists.contains(&list) {
            lists.push(list);
        }
    }
    Ok(lists.into_iter().map(|list| table(list, &frozen)).collect())
}

fn table(list: ListKind, frozen: &Snapshot) -> TaskTable {
    let lines = list.of(frozen);
    let rows = lines.iter().take(ROWS).map(|line| row(list, line)).collect();
    TaskTable { list, rows, left: lines.len().saturating_sub(ROWS) }
}

fn row(list: ListKind, line: &TaskLine) -> TaskTableRow {
    let status = line.status.label();
    TaskTableRow {
        reference: line.reference.clone(),
        title: line.title.clone(),
        people: if line.people.is_empty() { "Nobody".to_owned() } else { isolated_all(&line.people) },
        status: match line.moved_from.filter(|_| list == ListKind::Moved) {
            Some(from) => format!("{status}, was in {}", from.label()),
            None => status.to_owned(),
        },
        priority: line.priority,
        waits_for: (list == ListKind::Blocked).then(|| waits_for(line)),
        due: line.due.as_ref().map(|due| due.words.clone()),
        finished: line.finished_on.map(|day| day.format("%-d %b %Y").to_string()),
        work_days: line.work_days,
    }
}
