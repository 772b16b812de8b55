//! What a template is for: how the library is sorted.

use crate::text_enum;

text_enum!(
    /// Where a template stands in the library.
    #[derive(Default)]
    TemplateCategory {
        #[default]
        Status = "status",
        Summary = "summary",
        Reminder = "reminder",
        Digest = "digest",
        Alarm = "alarm",
        Other = "other",
    }
);

impl TemplateCategory {
    /// The heading in the library.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Status => "Status reports",
            Self::Summary => "Summaries",
            Self::Reminder => "Reminders",
            Self::Digest => "Digests",
            Self::Alarm => "Alarms",
            Self::Other => "Other",
        }
    }
}
