//! The save that is not answered yet, in the storage of the tab: a page that is loaded anew while it is on its way goes on
//! from it, and not against it.

use serde::{Deserialize, Serialize};

use super::Draft;
use crate::{
    domain::ids::{TemplateId, UserId},
    ui::tab_storage::{read, write},
};

/// A save that was sent, and what stood in the page when it was left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unanswered {
    /// The version that it started from.
    pub version: i64,
    pub sent: Draft,
    /// The same, or what was typed while it was on its way.
    pub typed: Draft,
}

impl Unanswered {
    /// Whether a page that comes with `version` may send it once more: the server takes the same save twice as one, and
    /// refuses it where the next version is somebody else's. Of later ones nobody knows whether it is among them.
    pub const fn is_open(&self, version: i64) -> bool {
        version <= self.version + 1
    }
}

fn name(me: Option<UserId>, template: TemplateId) -> Option<String> {
    me.map(|me| format!("autoreport.draft.{me}.{template}"))
}

/// The one of a person and a template.
pub fn of(me: Option<UserId>, template: TemplateId) -> Option<Unanswered> {
    serde_json::from_slice(read(&name(me, template)?)?.as_bytes()).ok()
}

/// Notes that a draft is sent.
pub fn note(me: Option<UserId>, template: TemplateId, save: &Unanswered) {
    if let (Some(name), Ok(words)) = (name(me, template), serde_json::to_string(save)) {
        write(&name, Some(&words));
    }
}

/// Notes what has been typed since it was sent.
pub fn note_typed(me: Option<UserId>, template: TemplateId, typed: Draft) {
    if let Some(save) = of(me, template) {
        note(me, template, &Unanswered { typed, ..save });
    }
}

/// Forgets it.
pub fn forget(me: Option<UserId>, template: TemplateId) {
    if let Some(name) = name(me, template) {
        write(&name, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::template::{Document, TemplateCategory};

    #[test]
    fn a_save_is_sent_once_more_until_later_versions_leave_open_whether_it_is_among_them() {
        let draft = Draft { name: "Weekly".into(), category: TemplateCategory::Status, document: Document::blank() };
        let save = Unanswered { version: 4, sent: draft.clone(), typed: draft };
        assert!(save.is_open(4), "it has not come yet");
        assert!(save.is_open(5), "it has come, or somebody else's has");
        assert!(!save.is_open(6));
    }
}
