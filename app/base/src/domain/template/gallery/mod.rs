//! The templates that ship with the program: each is copied when somebody begins with it.

mod documents;
mod sources;

pub use sources::{LANGUAGES, source};

use super::{Document, TemplateCategory};

/// A template of the gallery.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Names it in addresses and forms.
    pub word: &'static str,
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub about: &'static str,
    pub category: TemplateCategory,
    document: fn() -> Document,
}

impl Entry {
    /// A document to begin with.
    pub fn document(&self) -> Document {
        (self.document)()
    }
}

/// All of them, as the page shows them.
pub const ENTRIES: &[Entry] = &[
    Entry {
        word: "weekly-status",
        name: "Weekly status",
        about: "What changed in a week: figures, a chart, what needs attention, what was finished.",
        category: TemplateCategory::Status,
        document: documents::weekly_status,
    },
    Entry {
        word: "monthly-report",
        name: "Monthly report",
        about: "A month for those who decide: highlights, flow, who did what, and a forecast.",
        category: TemplateCategory::Status,
        document: documents::monthly_report,
    },
    Entry {
        word: "overdue-reminder",
        name: "Overdue reminder",
        about: "What is late, and what will be next.",
        category: TemplateCategory::Reminder,
        document: documents::overdue_reminder,
    },
    Entry {
        word: "daily-digest",
        name: "Daily digest",
        about: "What is due, what is being worked on, what is new, and what people wrote.",
        category: TemplateCategory::Digest,
        document: documents::daily_digest,
    },
    Entry {
        word: "job-failed",
        name: "Job failed",
        about: "Says that a job did not do its work, why, and where to look.",
        category: TemplateCategory::Alarm,
        document: documents::job_failed,
    },
    Entry {
        word: "project-summary",
        name: "Project summary",
        about: "Where a project stands: open work by status, person and label, what is blocked, how long things take.",
        category: TemplateCategory::Summary,
        document: documents::project_summary,
    },
];

/// One by its word.
pub fn entry(word: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.word == word)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_is_a_document_that_may_be_kept_and_survives_being_stored() {
        let sources = LANGUAGES.into_iter().map(|(word, _)| (word, source(word).unwrap()));
        for (word, document) in ENTRIES.iter().map(|entry| (entry.word, entry.document())).chain(sources) {
            assert_eq!(document.check(), Ok(()), "{word}");
            let json = serde_json::to_string(&document).unwrap();
            assert_eq!(serde_json::from_str::<Document>(&json).unwrap(), document, "{word}");
        }
        let words: BTreeSet<_> = ENTRIES.iter().map(|entry| entry.word).collect();
        assert_eq!(words.len(), ENTRIES.len());
        assert!(entry("weekly-status").is_some() && entry("nothing").is_none());
    }
}
