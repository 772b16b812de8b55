//! A document: everything that a person writes of a mail. It is what a draft and a version keep, as JSON.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{block::Block, compile::every_block, theme::Theme};

/// The form of [`Document`] as JSON. A change that older programs cannot read raises it.
pub const FORMAT: u32 = 1;
/// Most bytes of a source, and of a document as JSON.
pub const SOURCE_MAX: usize = 64 * 1024;
/// Most characters of a subject and of a preheader.
pub const LINE_MAX: usize = 250;

/// A designed mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub format: u32,
    /// A template of one line.
    pub subject: String,
    /// What mail programs show beside the subject; a template of one line, empty for none.
    #[serde(default)]
    pub preheader: String,
    pub body: Body,
    /// The text part, a template; derived from the HTML where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default)]
    pub theme: Theme,
}

/// What stands in the mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Body {
    Blocks {
        blocks: Vec<Block>,
    },
    /// A whole HTML document in Tera.
    Html {
        source: String,
    },
    /// A whole MJML document in Tera.
    Mjml {
        source: String,
    },
}

impl Document {
    /// A mail with nothing but its head and its foot.
    pub fn blank() -> Self {
        Self {
            format: FORMAT,
            subject: "{{ report.subject }}".into(),
            preheader: "{{ report.preview }}".into(),
            body: Body::Blocks { blocks: Vec::new() },
            text: None,
            theme: Theme::default(),
        }
    }

    /// The blocks, where it is made of blocks.
    pub fn blocks(&self) -> Option<&[Block]> {
        match &self.body {
            Body::Blocks { blocks } => Some(blocks),
            Body::Html { .. } | Body::Mjml { .. } => None,
        }
    }

    /// Ids that no block has: those behind the largest one, then those between. A file from elsewhere may have any ids.
    pub fn free_ids(&self) -> impl Iterator<Item = u32> + use<> {
        let taken: BTreeSet<u32> =
            every_block(self.blocks().unwrap_or_default()).into_iter().map(|block| block.id).collect();
        let behind = taken.last().copied().unwrap_or_default().checked_add(1);
        let behind = behind.into_iter().flat_map(|first| first..=u32::MAX);
        behind.chain(1..=u32::MAX).filter(move |id| !taken.contains(id))
    }
}
