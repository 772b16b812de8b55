//! What pages know of reports: read by the server in words, sent to the browser, never stored.

use serde::{Deserialize, Serialize};

use crate::domain::{
    delivery::DeliveryPhase,
    ids::{DeliveryId, OccurrenceId},
    occurrence::OccurrenceState,
};

/// A page of the archive, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportList {
    pub items: Vec<ReportItem>,
    /// Where to go on, if there are older ones.
    pub older: Option<OccurrenceId>,
}

/// A report in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportItem {
    pub id: OccurrenceId,
    /// "November 2026": the month of its last day.
    pub month: String,
    pub finding: String,
    pub job: String,
    pub project: String,
    /// "16–22 Nov 2026".
    pub period: String,
    /// How many recipients' servers took it, and how many recipients there are.
    pub sent: (u32, u32),
    pub state: OccurrenceState,
    /// The commit in the archive, in hex.
    pub commit: Option<String>,
}

/// One report with what its tabs show; the HTML is served to its frame by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDetail {
    pub item: ReportItem,
    pub subject: String,
    /// Why the run stands where it stands, where that is not plain.
    pub reason: Option<String>,
    /// When its facts were frozen, in the person's zone.
    pub frozen: Option<Moment>,
    pub recipients: Vec<RecipientView>,
    /// The text part; none before it was written.
    pub text: Option<String>,
    /// The frozen facts as JSON.
    pub data: String,
    /// SHA-256 of them.
    pub data_hash: Option<String>,
    /// The beginning of the bytes that went over the wire to the first recipient.
    pub source: Option<String>,
    /// Path in the archive.
    pub folder: String,
}

/// A recipient and how the message fared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientView {
    pub delivery: DeliveryId,
    /// Whether the person may have the message itself.
    pub has_file: bool,
    pub name: String,
    pub address: String,
    pub phase: DeliveryPhase,
    /// The server's own words, or why there are none.
    pub answer: Option<String>,
    pub attempts: u32,
    pub next_try: Option<Moment>,
}

/// An instant for a `<time>` element: the words in the person's zone, and the machine's form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub words: String,
    pub machine: String,
}

impl ReportItem {
    /// The first seven digits of the commit, as Git shows it.
    pub fn short_commit(&self) -> Option<&str> {
        self.commit.as_deref().map(|commit| commit.get(..7).unwrap_or(commit))
    }

    /// "2 of 3", or "3".
    pub fn sent_words(&self) -> String {
        match self.sent {
            (_, 0) => "nobody".into(),
            (sent, all) if sent == all => all.to_string(),
            (sent, all) => format!("{sent} of {all}"),
        }
    }
}

/// How a run ended, as a report's result: the word and its tone.
pub const fn result(state: OccurrenceState) -> (&'static str, &'static str) {
    match state {
        OccurrenceState::Done => ("Delivered", "good"),
        OccurrenceState::Partly => ("Partly delivered", "warn"),
        OccurrenceState::Failed => ("Not delivered", "bad"),
        OccurrenceState::Cancelled => ("Cancelled", "off"),
        OccurrenceState::Skipped => ("Skipped", "off"),
        OccurrenceState::Sending => ("Sending", "busy"),
        OccurrenceState::Planned | OccurrenceState::Claimed | OccurrenceState::Building | OccurrenceState::Frozen => {
            ("Being written", "busy")
        }
    }
}

/// The tone of a delivery's phase.
pub const fn tone(phase: DeliveryPhase) -> &'static str {
    match phase {
        DeliveryPhase::Accepted => "good",
        DeliveryPhase::Failed => "bad",
        DeliveryPhase::Uncertain | DeliveryPhase::Deferred => "warn",
        DeliveryPhase::Withheld => "off",
        DeliveryPhase::Queued | DeliveryPhase::Connecting | DeliveryPhase::Envelope | DeliveryPhase::DataSent => "busy",
    }
}
