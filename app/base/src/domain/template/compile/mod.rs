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
mod loops;
mod map;
mod own;
mod own_html;
mod page;
mod text;
mod when;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use literal::Piece;
pub use literal::plain_markdown;
pub use look::accent_words;
pub use loops::Loop;
pub use map::{Place, SourceMap};

use serde_json::Value;

use super::{
    Block, BlockKind, Body, Document,
    context::{self, Breadth},
    render::{Language, Part, RenderJob, TemplateFault},
    theme::Logo,
};
use crate::domain::report::spec::ChartKind;

/// The Content-ID of the theme's logo.
pub const LOGO_CID: &str = "logo";

/// What stands where notes would be, if there were any.
const NO_NOTES: &str = "No work notes in these days.";

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

impl Source {
    /// What the renderer is asked for.
    pub fn job(&self, contexts: Vec<Value>) -> RenderJob {
        RenderJob {
            language: self.language,
            subject: self.subject.clone(),
            html: self.html.clone(),
            text: self.text.clone(),
            preheader: self.preheader.clone(),
            contexts,
            faults: self.faults(),
        }
    }

    /// The part of the document that a fault stands in; none where the document is a source itself.
    pub fn place(&self, fault: &TemplateFault) -> Option<Place> {
        self.place_at(fault.part, fault.line)
    }

    /// The part of the document that a line of a part came from.
    pub fn place_at(&self, part: Part, line: u32) -> Option<Place> {
        match part {
            Part::Subject => Some(Place::Subject),
            Part::Preheader => Some(Place::Preheader),
            Part::Html => self.map.place(line),
            Part::Text => self.text_map.place(line),
        }
    }
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

/// The charts that a document shows.
pub fn charts(document: &Document) -> BTreeSet<ChartKind> {
    drawn(document).into_iter().map(|(chart, _)| chart).collect()
}

/// The same, each with every breadth that it has to be drawn for: no others need to be.
pub fn drawn(document: &Document) -> BTreeSet<(ChartKind, Breadth)> {
    let spoken = |source: &str| {
        let breadths =
            if speaks_of_narrow(source) { &[Breadth::Whole, Breadth::Column][..] } else { &[Breadth::Whole] };
        named(source)
            .into_iter()
            .flat_map(|chart| breadths.iter().map(move |breadth| (chart, *breadth)))
            .collect::<Vec<_>>()
    };
    match &document.body {
        Body::Blocks { blocks } => {
            let mut drawn = BTreeSet::new();
            placed(blocks, Breadth::Whole, &mut drawn);
            drawn.extend(every_block(blocks).into_iter().filter_map(written).flat_map(spoken));
            drawn
        }
        Body::Html { source } | Body::Mjml { source } => spoken(source).into_iter().collect(),
    }
}

fn placed(blocks: &[Block], breadth: Breadth, drawn: &mut BTreeSet<(ChartKind, Breadth)>) {
    for block in blocks {
        match &block.kind {
            BlockKind::Chart { chart, .. } => {
                drawn.insert((*chart, breadth));
            }
            BlockKind::Columns { left, right } => {
                placed(left, Breadth::Column, drawn);
                placed(right, Breadth::Column, drawn);
            }
            _ => {}
        }
    }
}

/// Whether a tag of a source asks for charts that fit a column.
fn speaks_of_narrow(source: &str) -> bool {
    let asks = |tag: &str| !tag.starts_with("{#") && tag.contains(".narrow");
    literal::pieces(source).iter().any(|piece| matches!(piece, Piece::Tag(tag) if asks(tag)))
}

/// The logo, where the document has one and shows it.
pub fn logo(document: &Document) -> Option<&Logo> {
    let is_shown = match &document.body {
        Body::Blocks { .. } => true,
        // Whoever goes on with the source of blocks keeps the logo that stands there.
        Body::Html { source } | Body::Mjml { source } => source.contains(&format!("cid:{LOGO_CID}")),
    };
    document.theme.logo.as_ref().filter(|_| is_shown)
}

/// The Content-IDs of all pictures of a document: its charts, and its logo where it is shown.
pub fn images(document: &Document) -> Vec<String> {
    let logo = logo(document).map(|_| LOGO_CID.to_owned());
    drawn(document).into_iter().map(|(chart, breadth)| context::cid(chart, breadth)).chain(logo).collect()
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

/// The source that a person wrote in a block.
fn written(block: &Block) -> Option<&str> {
    match &block.kind {
        BlockKind::Html { source } => Some(source),
        BlockKind::Text { text } => Some(text),
        _ => None,
    }
}

/// The charts that the tags of a source speak of; all of them where one goes through them. The words around tags say what
/// they like.
fn named(source: &str) -> BTreeSet<ChartKind> {
    let mut named = BTreeSet::new();
    for piece in literal::pieces(source) {
        let Piece::Tag(tag) = piece else { continue };
        if tag.starts_with("{#") {
            continue;
        }
        for (at, word) in tag.match_indices("charts") {
            if tag[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.') {
                continue;
            }
            let Some(rest) = tag[at + word.len()..].strip_prefix('.') else {
                return ChartKind::ALL.iter().copied().collect();
            };
            let name = rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
            named.extend(ChartKind::ALL.iter().copied().filter(|chart| chart.as_str() == name));
        }
    }
    named
}
