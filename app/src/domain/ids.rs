//! Newtype ids, so that a task's id is never taken for a column's.

/// Declares a newtype around a UUID.
macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids!(
    /// A person.
    UserId,
    ProjectId,
    ColumnId,
    TaskId,
    LabelId,
    ChecklistItemId,
    CommentId,
    /// A row of a task's history.
    EventId,
    /// Names one change that a client asks for, so that a repeat does nothing.
    OpId,
    AccountId,
    OutboxMessageId,
    ScheduleId,
    RecipientId,
    OccurrenceId,
    DeliveryId,
    ArtifactId,
    ImportId,
    WorkNoteId,
    RevisionId,
    AttachmentId,
    SavedViewId,
    /// A group of people.
    TeamId,
    RuleId,
    RuleLogId,
    NotificationId,
);
