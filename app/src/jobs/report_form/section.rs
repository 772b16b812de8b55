//! The fields of one section of a report, and the kinds that there are.

use crate::{
    domain::{
        report::spec::{ChartKind, ListKind, Named, Section},
        task::Priority,
    },
    error::Problem,
};

/// Rows of a section that was just added.
const ROWS: u32 = 10;

/// The fields of one section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SectionForm {
    /// A word of [`kinds`].
    pub kind: String,
    pub limit: String,
    /// The least priority; empty for all.
    pub from: String,
    pub text: String,
}

/// The words of the kinds of sections, with what they are called.
pub fn kinds() -> Vec<(String, &'static str)> {
    let fixed = [("summary", "Summary"), ("figures", "Key figures")].map(|(word, label)| (word.to_owned(), label));
    let charts = ChartKind::ALL.iter().map(|chart| (format!("chart:{chart}"), chart.label()));
    let lists = ListKind::ALL.iter().map(|list| (format!("tasks:{list}"), list.label()));
    let last = [("notes", "Work notes"), ("text", "Words of your own")].map(|(word, label)| (word.to_owned(), label));
    fixed.into_iter().chain(charts).chain(lists).chain(last).collect()
}

/// What a kind of section is called.
pub fn label(kind: &str) -> String {
    let name = kinds().into_iter().find(|(word, _)| word == kind).map_or("An unknown section", |(_, label)| label);
    match kind.split_once(':') {
        Some(("chart", _)) => format!("Chart: {name}"),
        Some(("tasks", _)) => format!("Tasks: {name}"),
        _ => name.to_owned(),
    }
}

impl SectionForm {
    /// One that was just added.
    pub(super) fn fresh(kind: &str) -> Self {
        let has_rows = kind == "notes" || kind.starts_with("tasks:");
        let limit = if has_rows { ROWS.to_string() } else { String::new() };
        Self { kind: kind.to_owned(), limit, ..Self::default() }
    }

    pub(super) fn of(section: &Section) -> Self {
        match section {
            Section::Summary => Self::fresh("summary"),
            Section::Figures => Self::fresh("figures"),
            Section::Chart { chart } => Self::fresh(&format!("chart:{chart}")),
            Section::Tasks { list, limit, from, .. } => Self {
                limit: limit.to_string(),
                from: from.map(|from| from.to_string()).unwrap_or_default(),
                ..Self::fresh(&format!("tasks:{list}"))
            },
            Section::Notes { limit } => Self { limit: limit.to_string(), ..Self::fresh("notes") },
            Section::Text { markdown } => Self { text: markdown.clone(), ..Self::fresh("text") },
        }
    }

    /// None for a kind that there is not.
    pub(super) fn section(&self) -> Option<Result<Section, (&'static str, Problem)>> {
        let limit = || self.limit.trim().parse::<u32>().map_err(|_| ("limit", Problem::NotANumber));
        let from = || match self.from.as_str() {
            "" => Ok(None),
            word => word.parse::<Priority>().map(Some).map_err(|()| ("from", Problem::UnknownChoice)),
        };
        Some(match self.kind.split_once(':') {
            Some(("chart", word)) => Ok(Section::Chart { chart: word.parse().ok()? }),
            Some(("tasks", word)) => {
                let list = word.parse().ok()?;
                limit().and_then(|limit| Ok(Section::Tasks { list, limit, from: from()?, named: Named::default() }))
            }
            None if self.kind == "summary" => Ok(Section::Summary),
            None if self.kind == "figures" => Ok(Section::Figures),
            None if self.kind == "notes" => limit().map(|limit| Section::Notes { limit }),
            None if self.kind == "text" => {
                let text = self.text.replace("\r\n", "\n");
                Ok(Section::Text { markdown: text.trim().to_owned() })
            }
            _ => return None,
        })
    }
}
