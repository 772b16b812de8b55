//! What the page of versions shows.

use serde::{Deserialize, Serialize};

use super::view::VersionItem;
use crate::domain::{ids::TemplateId, line_diff::LineDiff};

/// The versions of a template, and what two of them differ in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionsView {
    pub id: TemplateId,
    pub name: String,
    pub can_edit: bool,
    /// The draft says something that no version does.
    pub has_changes: bool,
    /// The newest first.
    pub versions: Vec<VersionItem>,
    pub compared: Option<VersionsCompared>,
}

/// Two versions, or a version and the draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionsCompared {
    /// `draft`, or a number.
    pub from: String,
    pub to: String,
    /// As somebody reads it: blocks, texts, theme.
    pub outline: LineDiff,
    /// As it is sent.
    pub source: LineDiff,
}
