//! Notifications: what a person is told about in the app.

crate::text_enum!(
    /// Why a person is told.
    NotificationKind {
        /// Named in a comment with `@`.
        Mentioned = "mentioned",
        /// Given a task.
        Assigned = "assigned",
        /// Something happened to a task that the person watches.
        Watched = "watched",
        /// An automatic rule of a project says so.
        Rule = "rule",
        /// A job, its mail account or the archive needs somebody (`domain::alarm`).
        Alarm = "alarm",
    }
);
