//! The variables with values of somebody's own data, as pages and the editor list them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Kind, VARIABLES, Variable};

/// Longest example.
const EXAMPLE: usize = 80;

/// A variable on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableRow {
    /// `report.finding`; what stands within a list has the list before it: `tasks.overdue[].title`.
    pub path: String,
    /// The word of its type.
    pub kind: String,
    pub words: String,
    /// From the data, of a list the first one's; empty where there is none.
    pub value: String,
    /// Whether it stands within a list, so that it needs a loop.
    pub is_in_list: bool,
}

/// What the editor offers behind `{{`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// What is found and shown: `report.finding`, or `task.title` within a loop.
    pub label: String,
    /// What is put in, with the filter that it needs.
    pub insert: String,
    /// The word of its type.
    pub kind: String,
    /// What it means, with its value.
    pub words: String,
    /// Whether it is there within a loop alone.
    pub is_in_list: bool,
    /// Of a list: a loop that goes through it.
    pub each: Option<String>,
    /// Of a list: the name of one of it in that loop.
    pub item: Option<String>,
}

/// All variables in the order of the catalogue, with what they are in some data.
pub fn values(context: &Value) -> Vec<VariableRow> {
    let mut rows = Vec::new();
    for variable in VARIABLES {
        push(&mut rows, variable, variable.name.to_owned(), context.get(variable.name), false);
    }
    rows
}

fn push(rows: &mut Vec<VariableRow>, variable: &Variable, path: String, value: Option<&Value>, is_in_list: bool) {
    if !matches!(variable.kind, Kind::Group(_)) {
        let between = if variable.kind == Kind::Sentences { " " } else { ", " };
        rows.push(VariableRow {
            path: path.clone(),
            kind: variable.kind.label().to_owned(),
            words: variable.words.to_owned(),
            value: value.map(|value| example(value, between)).unwrap_or_default(),
            is_in_list,
        });
    }
    let is_list = matches!(variable.kind, Kind::List(_));
    let inner = if is_list { value.and_then(|list| list.get(0)) } else { value };
    for field in variable.kind.fields() {
        let path = format!("{path}{}.{}", if is_list { "[]" } else { "" }, field.name);
        push(rows, field, path, inner.and_then(|inner| inner.get(field.name)), is_in_list || is_list);
    }
}

/// A value in a few words, with `between` where it is a list of texts.
fn example(value: &Value, between: &str) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.replace('\n', " "),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(between)
        }
        Value::Array(list) if list.len() == 1 => "1 entry".into(),
        Value::Array(list) => format!("{} entries", list.len()),
        Value::Object(_) => String::new(),
    };
    if text.chars().count() <= EXAMPLE {
        return text;
    }
    let cut: String = text.chars().take(EXAMPLE - 1).collect();
    format!("{}…", cut.trim_end())
}

/// What the editor offers: each variable once, those of lists under the name that a loop gives.
pub fn completions(rows: &[VariableRow]) -> Vec<Completion> {
    let mut offered: Vec<Completion> = Vec::new();
    for row in rows {
        let label = match row.path.split_once("[].") {
            Some((list, field)) => format!("{}.{field}", item_of(list)),
            None => row.path.clone(),
        };
        if offered.iter().any(|other| other.label == label) {
            continue;
        }
        let filter = kind_of(&row.path).and_then(Kind::filter).map(|filter| format!(" | {filter}")).unwrap_or_default();
        let words = if row.value.is_empty() { row.words.clone() } else { format!("{}: {}", row.words, row.value) };
        offered.push(Completion {
            insert: format!("{label}{filter}"),
            each: each_of(&row.path),
            item: loop_item(&row.path).map(str::to_owned),
            label,
            kind: row.kind.clone(),
            words,
            is_in_list: row.is_in_list,
        });
    }
    offered
}

/// A loop through a list, with the first two things that each of it has.
fn each_of(list: &str) -> Option<String> {
    let Some(Kind::List(fields)) = kind_of(list) else { return None };
    let item = item_of(list);
    let value = |field: &Variable| {
        let filter = field.kind.filter().map(|filter| format!(" | {filter}")).unwrap_or_default();
        format!("{{{{ {item}.{}{filter} }}}}", field.name)
    };
    let values: Vec<String> = fields.iter().take(2).map(value).collect();
    Some(format!("{{% for {item} in {list} %}}{}; {{% endfor %}}", values.join(" ")))
}

/// The name of one of a list, as the sources of blocks call it.
pub fn item_of(list: &str) -> &'static str {
    match list {
        "projects" => "project",
        "people" => "person",
        "labels" => "label",
        "priorities" => "priority",
        "statuses" => "status",
        "days" => "day",
        "notes" => "note",
        list if list.starts_with("tasks.") => "task",
        _ => "chance",
    }
}

/// The usual name of one of what a loop goes through: of a list of the catalogue, also of a part of it or of a choice from
/// it; none of anything else.
pub fn loop_item(list: &str) -> Option<&'static str> {
    let chosen = list.strip_prefix('[').and_then(|choice| choice.split_once(" in ")).map_or(list, |(_, list)| list);
    let path = chosen.trim_start();
    let path = &path[..path.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_'))).unwrap_or(path.len())];
    matches!(kind_of(path), Some(Kind::List(_))).then(|| item_of(path))
}

fn kind_of(path: &str) -> Option<Kind> {
    let mut fields = VARIABLES;
    let mut kind = None;
    for name in path.split('.').map(|name| name.trim_end_matches("[]")) {
        let found = fields.iter().find(|variable| variable.name == name)?;
        fields = found.kind.fields();
        kind = Some(found.kind);
    }
    kind
}
