//! What the page of a person's own safety shows.

use serde::{Deserialize, Serialize};

use crate::domain::moment::Moment;

/// A browser in which somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionItem {
    /// The hash of its id.
    pub id: String,
    /// "Firefox on Linux".
    pub device: String,
    /// The network address that it began from; empty where that is not known.
    pub address: String,
    pub began: Moment,
    /// To the minute.
    pub last_used: Moment,
    /// It outlives its browser.
    pub is_kept: bool,
    /// It is that of this page.
    pub is_this: bool,
}
