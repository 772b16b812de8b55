//! What pages know of alarms and pings.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::{alarm::Choices, moment::Moment, suppression::SuppressionReason};

/// What the page of alarms shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmSettings {
    pub choices: Choices,
    /// Where the mails go.
    pub email: String,
    /// Why none of them goes there, where none does.
    pub silence: Option<Silence>,
    /// The ping of the instance, for administrators.
    pub ping: Option<PingDetail>,
    /// What mails are written with, for administrators.
    pub style: Option<AlarmStyle>,
}

/// Why an address gets no mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    pub reason: SuppressionReason,
    /// Those of the mail server, or of the administrator who put it on the list; may be empty.
    pub words: String,
    pub since: Moment,
    /// Whoever looks can take the address off the list.
    pub can_lift: bool,
}

/// What mails of alarms are written with, and what they could be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmStyle {
    /// Id of the template; empty for the built-in mail.
    pub chosen: String,
    /// Id and name.
    pub templates: Vec<(String, String)>,
}

/// A ping, without its address: whoever knows that can silence the alarm.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PingDetail {
    /// The server that is asked; none where there is no ping.
    pub host: Option<String>,
    pub tells_start: bool,
    pub tells_failure: bool,
    pub last: Option<PingResult>,
}

/// What came of the last ping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PingResult {
    pub at: DateTime<Utc>,
    /// In the zone of whoever looks.
    pub when: String,
    pub is_ok: bool,
    pub words: String,
}
