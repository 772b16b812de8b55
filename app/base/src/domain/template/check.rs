//! What every document keeps to, whatever it says: sizes, numbers, colours, plain lines. A template that cannot be filled
//! in is a draft all the same; its faults are found by writing it.

use super::{
    block::{BLOCKS_MAX, Block, BlockKind, ROWS_MAX, TEXT_MAX, TaskFilter},
    document::{Body, Document, FORMAT, LINE_MAX, SOURCE_MAX},
    place::BlockPlace,
    theme::{LOGO_MAX, Theme},
};
use crate::error::{AppResult, Checks, Problem};

/// Most key figures in a row, and columns of a table.
const FIGURES_MAX: usize = 5;
const COLUMNS_MAX: usize = 6;
/// Most characters of a name that tasks are chosen by.
const NAME_MAX: u32 = 200;
/// Least and largest side of a logo as shown.
const LOGO_SIDE: (u32, u32) = (8, 536);

impl Document {
    /// Whether it is one that may be kept.
    ///
    /// # Errors
    /// [`AppError::Invalid`](crate::error::AppError::Invalid) with the field: `subject`, `preheader`, `text`, `source`,
    /// `blocks`, `accent`, `brand`, `logo`, `logo_alt`, `signature`, `footer`; a [`BlockPlace`] for a block and its fields.
    pub fn check(&self) -> AppResult<()> {
        let mut checks = Checks::default();
        let most = u32::try_from(LINE_MAX).unwrap_or(u32::MAX);
        if self.format != FORMAT {
            checks.add("document", Problem::UnknownChoice);
        }
        checks.optional_line("subject", &self.subject, most);
        checks.optional_line("preheader", &self.preheader, most);
        if let Some(text) = &self.text {
            source(&mut checks, "text", text);
        }
        match &self.body {
            Body::Blocks { blocks } => check_blocks(&mut checks, blocks),
            Body::Html { source: text } | Body::Mjml { source: text } => source(&mut checks, "source", text),
        }
        check_theme(&mut checks, &self.theme);
        checks.done()
    }
}

fn source(checks: &mut Checks, field: &str, text: &str) {
    if text.len() > SOURCE_MAX {
        checks.add(field, Problem::TooLong { max: u32::try_from(SOURCE_MAX).unwrap_or(u32::MAX) });
    }
    if text.contains('\0') {
        checks.add(field, Problem::ControlCharacters);
    }
}

fn check_blocks(checks: &mut Checks, blocks: &[Block]) {
    let mut ids = Vec::new();
    for block in blocks {
        check_block(checks, block, &mut ids);
        if let BlockKind::Columns { left, right } = &block.kind {
            for inner in left.iter().chain(right) {
                if matches!(inner.kind, BlockKind::Columns { .. }) {
                    checks.add(&BlockPlace::whole(inner.id).to_string(), Problem::NotAllowed);
                }
                check_block(checks, inner, &mut ids);
            }
        }
    }
    if ids.len() > BLOCKS_MAX {
        checks.add("blocks", Problem::TooMany { max: u32::try_from(BLOCKS_MAX).unwrap_or(u32::MAX) });
    }
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        checks.add("blocks", Problem::Duplicate);
    }
}

fn check_block(checks: &mut Checks, block: &Block, ids: &mut Vec<u32>) {
    ids.push(block.id);
    let at = |field: &str| BlockPlace::of(block.id, field).to_string();
    let most = u32::try_from(TEXT_MAX).unwrap_or(u32::MAX);
    let rows = |checks: &mut Checks, limit: u32| {
        if !(1..=ROWS_MAX).contains(&limit) {
            checks.add(&at("limit"), Problem::OutOfRange { min: 1, max: i64::from(ROWS_MAX) });
        }
    };
    match &block.kind {
        BlockKind::Heading { text, level } => {
            checks.optional_line(&at("text"), text, most);
            if !(1..=3).contains(level) {
                checks.add(&at("level"), Problem::OutOfRange { min: 1, max: 3 });
            }
        }
        BlockKind::Text { text } => drop(checks.text(&at("text"), text, most)),
        BlockKind::Summary { limit } | BlockKind::Notes { limit } => rows(checks, *limit),
        BlockKind::KeyFigures { figures } => {
            if figures.is_empty() || figures.len() > FIGURES_MAX {
                checks.add(&at("figures"), Problem::OutOfRange { min: 1, max: FIGURES_MAX as i64 });
            }
        }
        BlockKind::TaskList { limit, filter, none, .. } => {
            rows(checks, *limit);
            check_filter(checks, &at, filter);
            checks.optional_line(&at("none"), none, 500);
        }
        BlockKind::Table { limit, filter, columns, .. } => {
            rows(checks, *limit);
            check_filter(checks, &at, filter);
            if columns.is_empty() {
                checks.add(&at("columns"), Problem::Required);
            } else if columns.len() > COLUMNS_MAX {
                checks.add(&at("columns"), Problem::TooMany { max: COLUMNS_MAX as u32 });
            }
        }
        BlockKind::Button { label, url } => {
            checks.optional_line(&at("label"), label, 200);
            checks.optional_line(&at("url"), url, 2_000);
        }
        BlockKind::Html { source: text } => source(checks, &at("source"), text),
        BlockKind::Chart { .. } | BlockKind::Divider | BlockKind::Columns { .. } => {}
    }
}

fn check_filter(checks: &mut Checks, at: &impl Fn(&str) -> String, filter: &TaskFilter) {
    let TaskFilter { priority: _, person, person_id, label, project } = filter;
    // Where the account is nobody's, as in a file from elsewhere, the name is all that is left.
    if person_id.is_some() && person.is_empty() {
        checks.add(&at("person"), Problem::Required);
    }
    for (field, name) in [("person", person), ("label", label), ("project", project)] {
        checks.optional_line(&at(field), name, NAME_MAX);
    }
}

fn check_theme(checks: &mut Checks, theme: &Theme) {
    let is_colour = theme
        .accent
        .strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    if !is_colour {
        checks.add("accent", Problem::UnknownChoice);
    }
    checks.optional_line("brand", &theme.brand, 200);
    checks.text("signature", &theme.signature, 2_000);
    checks.text("footer", &theme.footer, 2_000);
    if let Some(logo) = &theme.logo {
        checks.optional_line("logo_alt", &logo.alt, 200);
        let sides = LOGO_SIDE.0..=LOGO_SIDE.1;
        let is_base64 = logo.png.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
        if !sides.contains(&logo.width) || !sides.contains(&logo.height) || !is_base64 {
            checks.add("logo", Problem::UnknownChoice);
        }
        if logo.png.len() > LOGO_MAX / 3 * 4 + 4 {
            checks.add("logo", Problem::TooLong { max: u32::try_from(LOGO_MAX).unwrap_or(u32::MAX) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::report::spec::ListKind, error::AppError};

    fn document(blocks: Vec<Block>) -> Document {
        Document {
            format: FORMAT,
            subject: "{{ report.subject }}".into(),
            preheader: String::new(),
            body: Body::Blocks { blocks },
            text: None,
            theme: Theme::default(),
        }
    }

    fn fields(document: &Document) -> Vec<String> {
        match document.check() {
            Ok(()) => Vec::new(),
            Err(AppError::Invalid(invalid)) => invalid.fields.into_iter().map(|error| error.field).collect(),
            Err(other) => vec![format!("{other:?}")],
        }
    }

    fn fresh() -> Vec<Block> {
        let kinds = BlockKind::fresh().into_iter().zip(1..);
        kinds.map(|(kind, id)| Block { id, kind, when: super::super::When::Always }).collect()
    }

    #[test]
    fn one_of_each_block_may_be_kept_and_comes_back_from_json() {
        let all = document(fresh());
        assert_eq!(fields(&all), Vec::<String>::new());
        let json = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<Document>(&json).unwrap(), all);
    }

    #[test]
    fn a_field_of_a_block_that_breaks_a_rule_is_named() {
        let mut blocks = fresh();
        blocks.push(Block { id: 40, kind: BlockKind::Notes { limit: 0 }, when: super::super::When::Always });
        blocks.push(Block {
            id: 41,
            kind: BlockKind::Heading { text: "Two\r\nlines".into(), level: 4 },
            when: super::super::When::Always,
        });
        let filter = TaskFilter { label: "x".repeat(201), project: "Two\nlines".into(), ..TaskFilter::default() };
        let kind = BlockKind::TaskList { list: ListKind::Overdue, limit: 5, filter, none: String::new() };
        blocks.push(Block { id: 42, kind, when: super::super::When::Always });
        let named = ["block-40-limit", "block-41-text", "block-41-level", "block-42-label", "block-42-project"];
        assert_eq!(fields(&document(blocks)), named);
    }

    #[test]
    fn ids_stand_once_and_columns_do_not_nest() {
        let columns = |id, left| Block {
            id,
            kind: BlockKind::Columns { left, right: Vec::new() },
            when: super::super::When::Always,
        };
        assert_eq!(fields(&document(vec![columns(1, Vec::new()), columns(1, Vec::new())])), ["blocks"]);
        assert_eq!(fields(&document(vec![columns(1, vec![columns(2, Vec::new())])])), ["block-2"]);
    }

    #[test]
    fn what_is_too_large_or_no_colour_is_refused_where_it_stands() {
        let mut faulty = document(Vec::new());
        faulty.body = Body::Html { source: "x".repeat(SOURCE_MAX + 1) };
        faulty.theme.accent = "red;}".into();
        faulty.subject = "Hello\r\nBcc: all@example.com".into();
        assert_eq!(fields(&faulty), ["subject", "source", "accent"]);
    }
}
