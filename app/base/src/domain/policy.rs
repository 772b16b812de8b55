//! What a schedule does about runs that are late or collide.

use crate::text_enum;

text_enum!(
    /// What happens to runs whose time passed while nobody could start them.
    #[derive(Default)]
    Misfire {
        /// None of them runs.
        Skip = "skip",
        /// The latest runs, for the period it was meant for.
        #[default]
        LatestOnly = "latest_only",
        /// All of them run, at most a number of the latest.
        All = "all",
    }
);

text_enum!(
    /// What happens when a run is due while an earlier one is still going.
    #[derive(Default)]
    Overlap {
        #[default]
        Skip = "skip",
        /// One run waits; further ones are skipped.
        QueueOne = "queue_one",
        QueueAll = "queue_all",
        /// The running one is cancelled.
        CancelRunning = "cancel_running",
    }
);

impl Misfire {
    /// The words in a list of choices.
    pub const fn label(self) -> &'static str {
        match self {
            Misfire::Skip => "Skip them",
            Misfire::LatestOnly => "Run the latest",
            Misfire::All => "Run all of them",
        }
    }
}

impl Overlap {
    /// The words in a list of choices.
    pub const fn label(self) -> &'static str {
        match self {
            Overlap::Skip => "Skip the new one",
            Overlap::QueueOne => "Let one wait",
            Overlap::QueueAll => "Let all wait",
            Overlap::CancelRunning => "Cancel the one that is going",
        }
    }
}
