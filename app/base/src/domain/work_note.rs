//! Work notes: dated entries on a task, fed into reports.

crate::text_enum!(
    /// What a work note tells.
    NoteKind {
        /// What is in the way.
        Issue = "issue",
        /// What was done on a day.
        Progress = "progress",
        /// How the issue ended.
        Resolution = "resolution",
    }
);

impl NoteKind {
    /// The word that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Issue => "Issue",
            Self::Progress => "Progress",
            Self::Resolution => "Resolution",
        }
    }
}

/// Longest work note, in characters.
pub const NOTE_MAX: u32 = 20_000;
