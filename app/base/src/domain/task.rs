//! Tasks: status, priority, category, and the limits of their texts.

crate::text_enum!(
    /// The four statuses that every column is mapped to, in board order.
    Status { Todo = "todo", Progress = "progress", Pending = "pending", Done = "done" }
);

impl Status {
    /// The word on the board.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Todo => "Todo",
            Self::Progress => "In Progress",
            Self::Pending => "Pending",
            Self::Done => "Completed",
        }
    }
}

crate::text_enum!(
    /// How urgent a task is, from low to urgent.
    Priority { Low = "low", Medium = "medium", High = "high", Urgent = "urgent" }
);

impl Priority {
    /// The word that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Urgent => "Urgent",
        }
    }

    /// Those that leave out some tasks where they are the least that is asked for, the highest first.
    pub const LEAST: [Self; 3] = [Self::Urgent, Self::High, Self::Medium];

    /// "High and above", where this is the least that is asked for; nothing is above the highest.
    pub fn and_above(self) -> String {
        match self {
            Self::Urgent => format!("{} only", self.label()),
            least => format!("{} and above", least.label()),
        }
    }
}

crate::text_enum!(
    /// In which part of a report a task appears. Finishing a task makes it an accomplishment; a
    /// highlight stays one.
    Category { Ordinary = "ordinary", Accomplishment = "accomplishment", Highlight = "highlight" }
);

impl Category {
    /// The word that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ordinary => "Ordinary",
            Self::Accomplishment => "Accomplishment",
            Self::Highlight => "Highlight",
        }
    }

    /// The category after a task went from one status to another.
    #[must_use]
    pub const fn after_move(self, to: Status) -> Self {
        match (self, to) {
            (Self::Ordinary, Status::Done) => Self::Accomplishment,
            (Self::Accomplishment, Status::Todo | Status::Progress | Status::Pending) => Self::Ordinary,
            (category, _) => category,
        }
    }
}

crate::text_enum!(
    /// What happened to a task: the words of `task_event.kind`.
    EventKind {
        Created = "created",
        /// Between columns, or to another place of the same column (then both columns are equal).
        Moved = "moved",
        Edited = "edited",
        Commented = "commented",
        Archived = "archived",
        Restored = "restored",
        Assigned = "assigned",
        Unassigned = "unassigned",
        Labelled = "labelled",
        Unlabelled = "unlabelled",
        Checked = "checked",
        Unchecked = "unchecked",
        ItemAdded = "item_added",
        ItemRemoved = "item_removed",
        /// Into the trash.
        Deleted = "deleted",
        /// Out of the trash.
        Undeleted = "undeleted",
        CommentEdited = "comment_edited",
        CommentRemoved = "comment_removed",
        NoteAdded = "note_added",
        NoteEdited = "note_edited",
        NoteRemoved = "note_removed",
        Attached = "attached",
        Detached = "detached",
        /// Another task has to be completed first; the detail names it.
        Blocked = "blocked",
        Unblocked = "unblocked",
        /// The next of a series was made when this one was completed.
        Recurred = "recurred",
        /// To this project from another one.
        Transferred = "transferred",
    }
);

/// Longest title, in characters.
pub const TITLE_MAX: u32 = 500;
/// Longest description, in characters.
pub const DESCRIPTION_MAX: u32 = 100_000;
/// Longest comment, in characters.
pub const COMMENT_MAX: u32 = 20_000;
/// Longest text of a checklist item, in characters.
pub const ITEM_MAX: u32 = 500;
/// Most tasks that block one, and that one blocks.
pub const LINKS_MAX: u32 = 50;
/// Cards that a board sends of each column at first.
pub const CARDS_FIRST: u64 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finishing_makes_an_accomplishment_and_a_highlight_stays_one() {
        assert_eq!(Category::Ordinary.after_move(Status::Done), Category::Accomplishment);
        assert_eq!(Category::Accomplishment.after_move(Status::Progress), Category::Ordinary);
        assert_eq!(Category::Highlight.after_move(Status::Done), Category::Highlight);
        assert_eq!(Category::Highlight.after_move(Status::Todo), Category::Highlight);
    }

    #[test]
    fn every_word_reads_back() {
        for status in Status::ALL {
            assert_eq!(status.as_str().parse(), Ok(*status));
        }
        for kind in EventKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
    }
}
