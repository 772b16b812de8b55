//! Conditions and choices of tasks as the source says them.

use crate::domain::{
    condition::{Comparison, Figure},
    report::spec::ListKind,
    task::Priority,
    template::{Block, BlockKind, When, block::TaskFilter},
};

/// The condition of a block; none where it is always shown.
pub(super) fn condition(block: &Block) -> Option<String> {
    match &block.when {
        When::Always => None,
        When::HasTasks { list } => Some(match narrowed(&block.kind, *list) {
            Some(filter) => rows(*list, filter),
            None => format!("counts.{list} > 0"),
        }),
        When::HasNone { list } => Some(match narrowed(&block.kind, *list) {
            Some(filter) => format!("not {}", rows(*list, filter)),
            None => format!("counts.{list} == 0"),
        }),
        When::Figure { figure, is, value } => {
            let sign = match is {
                Comparison::AtLeast => ">=",
                Comparison::AtMost => "<=",
            };
            let now = format!("figures.{figure}.now");
            Some(match figure {
                // Unknown where nothing was finished; no condition on it is met then.
                Figure::CycleDays => format!("{now} and {now} {sign} {value}"),
                _ => format!("{now} {sign} {value}"),
            })
        }
    }
}

/// How a block narrows a list; none where it shows all of it, or does not show it.
fn narrowed(kind: &BlockKind, list: ListKind) -> Option<&TaskFilter> {
    match kind {
        BlockKind::TaskList { list: own, filter, .. } | BlockKind::Table { list: own, filter, .. }
            if *own == list && !filter.is_all() =>
        {
            Some(filter)
        }
        _ => None,
    }
}

/// The tasks of a list that a block shows.
pub(super) fn rows(list: ListKind, filter: &TaskFilter) -> String {
    let least = filter.priority.filter(|priority| *priority > Priority::Low).map(|least| {
        let names = Priority::ALL.iter().filter(|priority| **priority >= least);
        let names: Vec<_> = names.map(|priority| quoted(priority.label())).collect();
        format!("task.priority in [{}]", names.join(", "))
    });
    let named =
        |before: &str, name: &str, after: &str| (!name.is_empty()).then(|| format!("{before}{}{after}", quoted(name)));
    let names = [
        named("", &filter.person, " in task.people"),
        named("", &filter.label, " in task.labels"),
        named("task.project == ", &filter.project, ""),
    ];
    let tests: Vec<_> = least.into_iter().chain(names.into_iter().flatten()).collect();
    if tests.is_empty() {
        return format!("tasks.{list}");
    }
    format!("[task for task in tasks.{list} if {}]", tests.join(" and "))
}

/// A string of the template language.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
