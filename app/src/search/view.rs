//! What pages know of a search: read by the server, sent to the browser, never stored.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        search::{HitKind, SearchFilter},
        task::Status,
    },
    projects::api::ProjectItem,
    tasks::view::PersonChoice,
};

/// A piece of text, and whether it is what was searched for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    pub text: String,
    pub is_hit: bool,
}

/// One task that was found, by the best of its texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Where the words were found.
    pub kind: HitKind,
    /// `T-214`.
    pub reference: String,
    pub title: Vec<Segment>,
    /// The text around the words; empty where they are in the title alone.
    pub snippet: Vec<Segment>,
    pub project: String,
    pub status: Status,
    /// Name of its list.
    pub column: String,
    pub is_archived: bool,
}

/// One page of a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub filter: SearchFilter,
    /// The best first.
    pub hits: Vec<Hit>,
    /// How many tasks were found; `None` where there are more than are looked at.
    pub total: Option<u32>,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// Where can be searched.
    pub projects: Vec<ProjectItem>,
    /// Whose tasks can be searched, and by which labels: those of the chosen project, else of all.
    pub people: Vec<PersonChoice>,
    pub labels: Vec<String>,
}
