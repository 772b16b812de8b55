//! Words about jobs that the rules of schedules and runs do not need: what a job does, whether it is on, to whom it goes.

use crate::text_enum;

text_enum!(
    /// What a job does.
    JobKind {
        /// Mails the last seven days of a project.
        WeeklyReport = "weekly_report",
    }
);

text_enum!(
    /// Whether a schedule plans runs.
    ScheduleState {
        On = "on",
        Paused = "paused",
    }
);

text_enum!(
    /// How a recipient stands in the message.
    RecipientKind {
        To = "to",
        Cc = "cc",
        /// In the envelope only.
        Bcc = "bcc",
    }
);

text_enum!(
    /// How much a line of a run's log matters.
    LogLevel {
        Info = "info",
        Warning = "warning",
        Error = "error",
    }
);

impl JobKind {
    /// The words on the page.
    pub fn label(self) -> &'static str {
        match self {
            JobKind::WeeklyReport => "Weekly report",
        }
    }
}

impl LogLevel {
    /// The word in the log.
    pub fn label(self) -> &'static str {
        match self {
            LogLevel::Info => "Info",
            LogLevel::Warning => "Warning",
            LogLevel::Error => "Error",
        }
    }
}
