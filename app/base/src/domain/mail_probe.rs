//! What the test of a mail account found out.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{certificate::Certificate, transcript::Line};

/// The report of a test: what happened, what to do, what was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeReport {
    pub result: ProbeResult,
    /// What happened, as a sentence.
    pub what: String,
    /// What to do about it, where something can be done.
    pub advice: Option<String>,
    /// The steps in their order; none for the outbox.
    pub steps: Vec<ProbeStep>,
    /// The certificates that the server showed, its own first, accepted or not.
    #[serde(default)]
    pub chain: Vec<Certificate>,
    /// The conversation, without secrets.
    pub lines: Vec<Line>,
}

impl ProbeReport {
    /// The same, read now: certificates have fewer days left.
    #[must_use]
    pub fn at(mut self, now: DateTime<Utc>) -> Self {
        self.chain = self.chain.into_iter().map(|certificate| certificate.at(now)).collect();
        self
    }
}

/// One step of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeStep {
    pub name: String,
    pub state: StepState,
}

crate::text_enum!(
    /// How far a step came.
    StepState {
        Done = "done",
        Failed = "failed",
        /// A step before it failed.
        NotReached = "not_reached",
    }
);

crate::text_enum!(
    /// How the test ended.
    ProbeResult { Good = "good", Bad = "bad" }
);
