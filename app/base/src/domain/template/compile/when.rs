//! Conditions and choices of tasks as the source says them.

use crate::domain::{
    condition::{Comparison, Figure},
    report::spec::ListKind,
    task::Priority,
    template::{
        Block, When,
        block::TaskFilter,
        shown::{Counted, counted},
    },
};

/// The condition of a block, one of the `blocks` of a document; none where it is always shown.
pub(super) fn condition(blocks: &[Block], block: &Block) -> Option<String> {
    match &block.when {
        When::Always => None,
        When::HasTasks { list } => Some(match counted(blocks, block, *list) {
            Counted::All => format!("counts.{list} > 0"),
            Counted::Of(filters) => any(*list, &filters),
        }),
        When::HasNone { list } => Some(match counted(blocks, block, *list) {
            Counted::All => format!("counts.{list} == 0"),
            Counted::Of(filters) if filters.len() == 1 => format!("not {}", any(*list, &filters)),
            Counted::Of(filters) => format!("not ({})", any(*list, &filters)),
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

/// Whether any of the filters leaves a task of a list.
fn any(list: ListKind, filters: &[&TaskFilter]) -> String {
    filters.iter().map(|filter| rows(list, filter)).collect::<Vec<_>>().join(" or ")
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
    let person = match filter.person_id {
        Some(id) => named("", &id.to_string(), " in task.person_ids"),
        None => named("", &filter.person, " in task.people"),
    };
    let names = [person, named("", &filter.label, " in task.labels"), named("task.project == ", &filter.project, "")];
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
