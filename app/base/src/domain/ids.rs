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

impl OpId {
    /// How much of an id counts the parts of one change.
    const PARTS: u128 = 0xffff;

    /// The id of a part of a change that touches several rows: each row of the history has its own.
    /// Part 0 is the change itself.
    #[must_use]
    pub const fn part(self, number: u16) -> Self {
        Self(uuid::Uuid::from_u128(self.0.as_u128() ^ number as u128))
    }

    /// The first and the last id that parts of the same change can have.
    #[must_use]
    pub const fn parts(self) -> (Self, Self) {
        let id = self.0.as_u128();
        (Self(uuid::Uuid::from_u128(id & !Self::PARTS)), Self(uuid::Uuid::from_u128(id | Self::PARTS)))
    }

    /// Whether both name the same change or parts of it.
    pub const fn is_of(self, other: Self) -> bool {
        (self.0.as_u128() ^ other.0.as_u128()) & !Self::PARTS == 0
    }
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
    SuppressionId,
    /// An uploaded bounce message.
    BounceId,
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
    AlarmId,
    AlarmMailId,
    PingCallId,
    /// A template of reports.
    TemplateId,
    /// A published state of a template.
    TemplateVersionId,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_change_differ_and_belong_together() {
        let op = OpId(uuid::Uuid::from_u128(0x1234_5678_9abc_def0_1234_5678_9abc_def0));
        let other = OpId(uuid::Uuid::from_u128(0x1234_5678_9abc_def0_1234_5678_9abd_def0));
        assert_eq!(op.part(0), op);
        assert_ne!(op.part(1), op.part(2));
        assert!(op.part(1).is_of(op) && op.part(u16::MAX).is_of(op.part(7)));
        assert!(!other.is_of(op));
    }
}
