//! Blocks and documents in words: the line of a block in the editor, the lines in which two versions are compared.

use super::{Block, BlockKind, Body, Document, FigureKind, When, block::TaskFilter};
use crate::domain::{condition::Comparison, task::Priority};

/// Most characters of a text that a line shows.
const SHOWN: usize = 80;

impl Block {
    /// What it shows, in a line.
    pub fn line(&self) -> String {
        match &self.kind {
            BlockKind::Heading { text, .. } | BlockKind::Text { text } => first_words(text),
            BlockKind::Summary { limit } => match limit {
                1 => "The biggest change".to_owned(),
                many => format!("The {many} biggest changes"),
            },
            BlockKind::KeyFigures { figures } => listed(figures.iter().map(|figure| figure.label())),
            BlockKind::Chart { chart, .. } => chart.label().to_owned(),
            BlockKind::TaskList { list, limit, filter, .. } => {
                format!("{}, at most {limit}{}", list.label(), filter_words(filter))
            }
            BlockKind::Table { list, limit, filter, columns } => {
                let columns = listed(columns.iter().map(|column| column.label()));
                format!("{}, at most {limit}{}: {columns}", list.label(), filter_words(filter))
            }
            BlockKind::Notes { limit } => format!("At most {limit}"),
            BlockKind::Button { label, .. } => first_words(label),
            BlockKind::Divider => "A line".to_owned(),
            BlockKind::Columns { left, right } => format!("{} and {} blocks", left.len(), right.len()),
            BlockKind::Html { source } => match source.lines().count() {
                0 | 1 => first_words(source),
                many => format!("{many} lines"),
            },
        }
    }
}

impl When {
    /// The condition as a sentence says it: "only if Overdue has tasks".
    pub fn words(&self) -> String {
        match self {
            Self::Always => "always".to_owned(),
            Self::HasTasks { list } => format!("only if {} has tasks", list.label()),
            Self::HasNone { list } => format!("only if {} is empty", list.label()),
            Self::Figure { figure, is, value } => {
                let is = match is {
                    Comparison::AtLeast => "at least",
                    Comparison::AtMost => "at most",
                };
                format!("only if {}: {is} {value}", figure.label().to_lowercase())
            }
        }
    }
}

impl FigureKind {
    /// The name on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Completed => "Completed",
            Self::Open => "Open",
            Self::Overdue => "Overdue",
            Self::CycleDays => "Cycle time",
        }
    }
}

/// A document line by line, as somebody reads it: what two versions are compared by.
pub fn outline(document: &Document) -> String {
    let mut lines = vec![format!("Subject: {}", document.subject), format!("Preheader: {}", document.preheader)];
    match &document.body {
        Body::Blocks { blocks } => blocks.iter().for_each(|block| write(block, "", &mut lines)),
        Body::Html { source } => lines.push(format!("HTML source: {} lines", source.lines().count())),
        Body::Mjml { source } => lines.push(format!("MJML source: {} lines", source.lines().count())),
    }
    match &document.text {
        Some(text) => several("Plain text", text, "", &mut lines),
        None => lines.push("Plain text: made of the HTML".into()),
    }
    let theme = &document.theme;
    lines.push(format!("Accent colour: {}", theme.accent));
    lines.push(format!("Brand: {}", theme.brand));
    lines.push(match &theme.logo {
        // Another picture of the same size is another one by its bytes: nothing else here says so.
        Some(logo) => {
            format!("Logo: {} × {}, {} bytes, “{}”", logo.width, logo.height, logo.png.len() / 4 * 3, logo.alt)
        }
        None => "Logo: none".into(),
    });
    several("Signature", &theme.signature, "", &mut lines);
    several("Footer", &theme.footer, "", &mut lines);
    lines.join("\n") + "\n"
}

fn write(block: &Block, indent: &str, lines: &mut Vec<String>) {
    let name = block.kind.label();
    let when = if block.when.is_always() { String::new() } else { format!(" ({})", block.when.words()) };
    match &block.kind {
        BlockKind::Text { text } | BlockKind::Html { source: text } => {
            several(&format!("{name}{when}"), text, indent, lines);
        }
        BlockKind::Heading { text, level } => lines.push(format!("{indent}{name} {level}{when}: {text}")),
        BlockKind::Button { label, url } => lines.push(format!("{indent}{name}{when}: {label} → {url}")),
        BlockKind::Chart { has_title, .. } => {
            let title = if *has_title { ", with what it shows above it" } else { "" };
            lines.push(format!("{indent}{name}{when}: {}{title}", block.line()));
        }
        BlockKind::TaskList { filter, none, .. } => {
            lines.push(format!("{indent}{name}{when}: {}{}; if empty: {none}", block.line(), account(filter)));
        }
        BlockKind::Table { filter, .. } => {
            lines.push(format!("{indent}{name}{when}: {}{}", block.line(), account(filter)));
        }
        BlockKind::Columns { left, right } => {
            lines.push(format!("{indent}{name}{when}"));
            for (side, blocks) in [("Left", left), ("Right", right)] {
                lines.push(format!("{indent}  {side}"));
                blocks.iter().for_each(|inner| write(inner, "    ", lines));
            }
        }
        _ => lines.push(format!("{indent}{name}{when}: {}", block.line())),
    }
}

fn several(name: &str, text: &str, indent: &str, lines: &mut Vec<String>) {
    lines.push(format!("{indent}{name}:"));
    lines.extend(text.lines().map(|line| format!("{indent}  {line}")));
}

fn filter_words(filter: &TaskFilter) -> String {
    let least = filter.priority.filter(|least| Priority::LEAST.contains(least));
    let priority = least.map(|least| format!(", {}", least.and_above().to_lowercase()));
    priority.into_iter().chain([filter.named().words()]).collect()
}

/// Which of several people of one name is meant; nothing where all of them are.
fn account(filter: &TaskFilter) -> String {
    filter.person_id.map(|id| format!(" (account {id})")).unwrap_or_default()
}

fn listed(names: impl Iterator<Item = &'static str>) -> String {
    let names: Vec<_> = names.map(str::to_lowercase).collect();
    if names.is_empty() { "nothing chosen".to_owned() } else { names.join(", ") }
}

fn first_words(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    if line.is_empty() {
        return "Empty".to_owned();
    }
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        ids::UserId,
        line_diff,
        report::spec::{ChartKind, ListKind},
        template::theme::Logo,
    };

    fn block(kind: BlockKind) -> Block {
        Block { id: 1, kind, when: When::Always }
    }

    #[test]
    fn a_block_says_what_it_shows() {
        let filter = TaskFilter {
            priority: Some(Priority::High),
            person: "Ana".into(),
            person_id: None,
            label: "Design".into(),
            project: "Website".into(),
        };
        let kind = BlockKind::TaskList { list: ListKind::Overdue, limit: 10, filter, none: String::new() };
        assert_eq!(
            block(kind).line(),
            "Overdue, at most 10, high and above, of Ana, with the label Design, in Website"
        );
        let of = |least| {
            let filter = TaskFilter { priority: Some(least), ..TaskFilter::default() };
            block(BlockKind::TaskList { list: ListKind::Overdue, limit: 10, filter, none: String::new() }).line()
        };
        assert_eq!(of(Priority::Urgent), "Overdue, at most 10, urgent only");
        assert_eq!(of(Priority::Low), "Overdue, at most 10", "no priority is below it");
        let figures = vec![FigureKind::Completed, FigureKind::CycleDays];
        assert_eq!(block(BlockKind::KeyFigures { figures }).line(), "completed, cycle time");
        assert_eq!(block(BlockKind::Text { text: "\n  Hello\nthere".into() }).line(), "Hello");
        assert_eq!(
            block(BlockKind::Heading { text: "ž".repeat(100), level: 1 }).line(),
            format!("{}…", "ž".repeat(80))
        );
    }

    #[test]
    fn every_kind_of_block_has_a_line() {
        for kind in BlockKind::fresh() {
            assert!(!block(kind.clone()).line().is_empty(), "{kind:?}");
        }
    }

    #[test]
    fn versions_differ_in_the_lines_of_what_was_changed() {
        let before = Document::blank();
        let mut after = before.clone();
        let when = When::HasTasks { list: ListKind::Overdue };
        after.body = Body::Blocks { blocks: vec![Block { id: 1, kind: BlockKind::Divider, when }] };
        let diff = line_diff::compare(&outline(&before), &outline(&after));
        assert_eq!((diff.added, diff.removed), (1, 0));
        assert!(diff.lines.iter().any(|line| line.text == "Divider (only if Overdue has tasks): A line"));
    }

    #[test]
    fn another_person_of_the_same_name_and_the_title_of_a_chart_are_differences() {
        let of = |kind| Document { body: Body::Blocks { blocks: vec![block(kind)] }, ..Document::blank() };
        let added = |before, after| line_diff::compare(&outline(&of(before)), &outline(&of(after))).added;
        let chart = |has_title| BlockKind::Chart { chart: ChartKind::ByPerson, has_title };
        assert_eq!((added(chart(true), chart(false)), added(chart(true), chart(true))), (1, 0));
        let list = |person| {
            let person_id = Some(UserId(uuid::Uuid::from_u128(person)));
            let filter = TaskFilter { person: "Sam".into(), person_id, ..TaskFilter::default() };
            BlockKind::TaskList { list: ListKind::Overdue, limit: 5, filter, none: String::new() }
        };
        assert_eq!((added(list(1), list(2)), added(list(1), list(1))), (1, 0));
    }

    #[test]
    fn another_logo_of_the_same_size_is_a_difference() {
        let with = |png: &str| {
            let mut document = Document::blank();
            document.theme.logo = Some(Logo { png: png.into(), width: 100, height: 40, alt: "House".into() });
            outline(&document)
        };
        assert!(with("AAAA").contains("Logo: 100 × 40, 3 bytes, “House”"), "{}", with("AAAA"));
        assert_eq!(line_diff::compare(&with("AAAA"), &with("AAAAAAAA")).added, 1);
    }
}
