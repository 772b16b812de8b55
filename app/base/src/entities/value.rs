//! How the domain's ids and enums stand in a column: ids as UUIDs, enums as their words.

use sea_orm::{
    ColIdx, ColumnType, DbErr, QueryResult, TryFromU64, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, Nullable, StringLen, ValueType, ValueTypeErr},
};
use uuid::Uuid;

use crate::domain::{
    account::{Language, Role, Theme, UserState},
    alarm::{AlarmKind, PingKind},
    delivery::{DeliveryPhase, UncertainRule},
    dkim::DkimAlgorithm,
    ids::*,
    import::run::{ImportKind, ImportState},
    job::{JobKind, LogLevel, RecipientKind, ScheduleState},
    mail_account::{AccountKind, AuthMethod, TlsMode},
    notification::NotificationKind,
    occurrence::{OccurrenceState, Trigger},
    outbox::ReleaseState,
    planner::{Misfire, Overlap},
    project::MemberRole,
    recipient::RecipientTarget,
    search::HitKind,
    suppression::SuppressionReason,
    task::{Category, EventKind, Priority, Status},
    template::TemplateCategory,
    week::WeekStart,
    work_note::NoteKind,
};

/// Newtype ids stand as UUIDs.
macro_rules! id_columns {
    ($($name:ident),+ $(,)?) => {$(
        impl From<$name> for Value {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }

        impl TryGetable for $name {
            fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
                Uuid::try_get_by(row, index).map(Self)
            }
        }

        impl ValueType for $name {
            fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
                <Uuid as ValueType>::try_from(value).map(Self)
            }

            fn type_name() -> String {
                stringify!($name).into()
            }

            fn array_type() -> ArrayType {
                <Uuid as ValueType>::array_type()
            }

            fn column_type() -> ColumnType {
                ColumnType::Uuid
            }
        }

        impl Nullable for $name {
            fn null() -> Value {
                <Uuid as Nullable>::null()
            }
        }

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+};
}

/// Enums stand as their words; a word that is not known is an error of the row.
macro_rules! text_columns {
    ($($name:ty),+ $(,)?) => {$(
        impl From<$name> for Value {
            fn from(value: $name) -> Self {
                value.as_str().into()
            }
        }

        impl TryGetable for $name {
            fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
                let word = String::try_get_by(row, index)?;
                word.parse().map_err(|_| {
                    TryGetError::DbErr(DbErr::Type(format!("{word:?} is not a {}", stringify!($name))))
                })
            }
        }

        impl ValueType for $name {
            fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
                <String as ValueType>::try_from(value)?.parse().map_err(|_| ValueTypeErr)
            }

            fn type_name() -> String {
                stringify!($name).into()
            }

            fn array_type() -> ArrayType {
                <String as ValueType>::array_type()
            }

            fn column_type() -> ColumnType {
                ColumnType::String(StringLen::None)
            }
        }

        impl Nullable for $name {
            fn null() -> Value {
                <String as Nullable>::null()
            }
        }

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+};
}

id_columns!(
    UserId,
    ProjectId,
    ColumnId,
    TaskId,
    LabelId,
    ChecklistItemId,
    CommentId,
    EventId,
    OpId,
    AccountId,
    OutboxMessageId,
    ScheduleId,
    TemplateId,
    RecipientId,
    OccurrenceId,
    DeliveryId,
    SuppressionId,
    BounceId,
    ArtifactId,
    ImportId,
    WorkNoteId,
    RevisionId,
    AttachmentId,
    SavedViewId,
    TeamId,
    RuleId,
    RuleLogId,
    NotificationId,
    AlarmId,
    AlarmMailId,
    PingCallId,
);

text_columns!(
    TemplateCategory,
    Role,
    Language,
    Theme,
    WeekStart,
    UserState,
    MemberRole,
    Category,
    EventKind,
    Priority,
    Status,
    AccountKind,
    TlsMode,
    AuthMethod,
    DkimAlgorithm,
    DeliveryPhase,
    UncertainRule,
    JobKind,
    ScheduleState,
    RecipientKind,
    RecipientTarget,
    SuppressionReason,
    LogLevel,
    Misfire,
    Overlap,
    OccurrenceState,
    Trigger,
    ImportKind,
    ImportState,
    NoteKind,
    NotificationKind,
    ReleaseState,
    HitKind,
    AlarmKind,
    PingKind,
);
