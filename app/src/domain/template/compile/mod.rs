//! The one way from blocks to a source. Whoever switches to the source gets what was sent so far.
//!
//! ```text
//! Document ─► Source { subject, html, text, … }   a template of the reader's data, with the block of each line
//!                │
//!                └─► RenderJob ─► the child process ─► Rendered
//! ```

mod frame;
mod html;
pub(crate) mod literal;
mod look;
mod map;
mod page;
mod text;
mod when;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use map::{Place, SourceMap};

use super::{Block, BlockKind, Body, Document, render::Language};
use crate::domain::report::spec::ChartKind;

/// The Content-ID of the theme's logo.
pub const LOGO_CID: &str = "logo";

/// What is rendered: sources in the template language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    pub language: Language,
    pub subject: String,
    /// To be put into the HTML; none where it stands there already.
    pub preheader: Option<String>,
    pub html: String,
    /// None: the text is made of the HTML.
    pub text: Option<String>,
    /// Which part of the document a line of `html` came from.
    pub map: SourceMap,
    /// The same for `text`.
    pub text_map: SourceMap,
}

/// Writes the source of a document.
pub fn compile(document: &Document) -> Source {
    let own_text = document.text.clone().filter(|text| !text.trim().is_empty());
    let preheader = Some(document.preheader.clone()).filter(|line| !line.trim().is_empty());
    let subject = document.subject.clone();
    match &document.body {
        Body::Html { source } => Source {
            language: Language::Html,
            subject,
            preheader,
            html: source.clone(),
            text: own_text,
            ..Source::default()
        },
        Body::Mjml { source } => Source {
            language: Language::Mjml,
            subject,
            preheader,
            html: source.clone(),
            text: own_text,
            ..Source::default()
        },
        Body::Blocks { blocks } => {
            let mut page = page::Page::default();
            frame::write(&mut page, document, blocks);
            let (html, map) = page.done();
            let (text, text_map) = match own_text {
                Some(text) => (text, SourceMap::default()),
                None => {
                    let mut page = page::Page::default();
                    text::write(&mut page, document, blocks);
                    page.done()
                }
            };
            Source { language: Language::Html, subject, preheader: None, html, text: Some(text), map, text_map }
        }
    }
}

/// The charts that a document shows: no others need to be drawn.
pub fn charts(document: &Document) -> BTreeSet<ChartKind> {
    match &document.body {
        Body::Blocks { blocks } => {
            let mut charts = of_blocks(blocks);
            charts.extend(every_block(blocks).iter().filter_map(|block| written(block)).flat_map(named));
            charts
        }
        Body::Html { source } | Body::Mjml { source } => named(source),
    }
}

/// All blocks, those in columns behind the one that holds them.
pub fn every_block(blocks: &[Block]) -> Vec<&Block> {
    let mut all = Vec::new();
    for block in blocks {
        all.push(block);
        if let BlockKind::Columns { left, right } = &block.kind {
            all.extend(every_block(left));
            all.extend(every_block(right));
        }
    }
    all
}

fn of_blocks(blocks: &[Block]) -> BTreeSet<ChartKind> {
    let kind = |block: &Block| match block.kind {
        BlockKind::Chart { chart, .. } => Some(chart),
        _ => None,
    };
    every_block(blocks).into_iter().filter_map(kind).collect()
}

/// The source that a person wrote in a block.
fn written(block: &Block) -> Option<&str> {
    match &block.kind {
        BlockKind::Html { source } => Some(source),
        BlockKind::Text { text } => Some(text),
        _ => None,
    }
}

/// The charts that a source speaks of; all of them where it goes through them.
fn named(source: &str) -> BTreeSet<ChartKind> {
    let all = ChartKind::ALL.iter().copied();
    let is_dynamic = source.match_indices("charts").any(|(at, word)| !source[at + word.len()..].starts_with('.'));
    if is_dynamic {
        return all.collect();
    }
    all.filter(|chart| source.contains(&format!("charts.{chart}"))).collect()
}
