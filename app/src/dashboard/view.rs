//! What the page knows: read by the server in words, sent to the browser, never stored.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{due::DueKey, metrics::Tone},
    ui::Chart,
};

/// The periods one can choose, in days.
pub const RANGES: [u32; 3] = [7, 30, 90];

/// A project at a glance, or nothing where the person has no project yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dashboard {
    pub project_key: String,
    pub project_name: String,
    /// Days of the chosen period.
    pub days: u32,
    /// "17–23 Nov 2026, against the 7 days before".
    pub lead: String,
    pub figures: Vec<Figure>,
    pub flow: Chart,
    pub statuses: Chart,
    pub next_jobs: Vec<NextJob>,
    pub mine: Vec<MyTask>,
}

/// A key figure with its way to here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    pub label: String,
    pub value: String,
    /// "6 fewer".
    pub change: String,
    pub tone: Tone,
    /// The list behind it.
    pub href: String,
    /// SVG of our own making; decoration beside the words.
    pub spark: String,
}

/// A job that will run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextJob {
    pub name: String,
    pub href: String,
    pub next: String,
    /// For machines.
    pub at: String,
    /// How the last run ended; none before the first.
    pub last: Option<String>,
}

/// An open task of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyTask {
    pub reference: String,
    pub title: String,
    pub key: DueKey,
    pub due: String,
    /// For machines.
    pub due_machine: String,
}
