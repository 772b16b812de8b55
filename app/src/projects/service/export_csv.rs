//! The tasks of a project as a table: UTF-8 with a mark that spreadsheets know, one row a task, and no cell that a
//! spreadsheet would take for a formula.

use std::collections::HashMap;

use uuid::Uuid;

use crate::domain::project_export::{ProjectFile, TaskPart};

/// The first row.
const HEAD: [&str; 19] = [
    "Key",
    "Title",
    "List",
    "Status",
    "Priority",
    "Category",
    "Start",
    "Due",
    "Estimate (minutes)",
    "Labels",
    "Assigned to",
    "Checklist",
    "Comments",
    "Created",
    "Created by",
    "Completed",
    "Archived",
    "In trash",
    "Description",
];

/// The whole table.
pub fn table(file: &ProjectFile) -> Vec<u8> {
    let columns: HashMap<Uuid, (&str, &str)> =
        file.columns.iter().map(|column| (column.id, (column.name.as_str(), column.status.as_str()))).collect();
    let labels: HashMap<Uuid, &str> = file.labels.iter().map(|label| (label.id, label.name.as_str())).collect();
    let people: HashMap<Uuid, &str> = file.people.iter().map(|person| (person.id, person.name.as_str())).collect();
    let mut text = String::from("\u{feff}");
    line(&mut text, HEAD.map(str::to_owned));
    for task in &file.tasks {
        line(&mut text, row(task, &columns, &labels, &people));
    }
    text.into_bytes()
}

fn row(
    task: &TaskPart,
    columns: &HashMap<Uuid, (&str, &str)>,
    labels: &HashMap<Uuid, &str>,
    people: &HashMap<Uuid, &str>,
) -> [String; 19] {
    let (list, status) = columns.get(&task.column).copied().unwrap_or_default();
    let names = |ids: &[Uuid], names: &HashMap<Uuid, &str>| {
        let mut found: Vec<&str> = ids.iter().filter_map(|id| names.get(id).copied()).collect();
        found.sort_unstable();
        found.join("; ")
    };
    let time = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map(|at| at.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
    };
    let due = task.due_on.map(|day| day.to_string()).unwrap_or_else(|| time(task.due_at));
    let done = task.checklist.iter().filter(|item| item.done_at.is_some()).count();
    let checklist =
        if task.checklist.is_empty() { String::new() } else { format!("{done} of {}", task.checklist.len()) };
    [
        task.reference.clone(),
        task.title.clone(),
        list.to_owned(),
        status.to_owned(),
        task.priority.clone(),
        task.category.clone(),
        task.start_on.map(|day| day.to_string()).unwrap_or_default(),
        due,
        task.estimate_minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
        names(&task.labels, labels),
        names(&task.assignees, people),
        checklist,
        task.comments.len().to_string(),
        time(Some(task.created_at)),
        task.created_by.and_then(|id| people.get(&id).copied()).unwrap_or_default().to_owned(),
        time(task.completed_at),
        time(task.archived_at),
        time(task.deleted_at),
        task.description.clone(),
    ]
}

fn line(text: &mut String, cells: [String; 19]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&cell_text(cell));
    }
    text.push_str("\r\n");
}

/// A cell: quoted where it must be, and with an apostrophe before what a spreadsheet would calculate.
fn cell_text(cell: &str) -> String {
    let is_formula = cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r']);
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\n', '\r', ';']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::cell_text;

    #[test]
    fn a_cell_is_never_a_formula() {
        assert_eq!(cell_text("=1+1"), "'=1+1");
        assert_eq!(cell_text(" @SUM(A1)"), "' @SUM(A1)");
        assert_eq!(cell_text("-2+3"), "'-2+3");
        assert_eq!(cell_text("\t=1"), "'\t=1");
        assert_eq!(cell_text("a - b"), "a - b");
    }

    #[test]
    fn a_cell_keeps_its_commas_quotes_and_lines() {
        assert_eq!(cell_text("a, \"b\"\nc"), "\"a, \"\"b\"\"\nc\"");
    }
}
