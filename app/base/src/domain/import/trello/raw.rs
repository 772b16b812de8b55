//! The parts of a Trello export that we read. Any field may be missing or null; unknown ones are passed over.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RawBoard {
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    pub date_last_activity: Option<DateTime<Utc>>,
    /// Kept optional to tell a board without lists from a file that is no board.
    pub lists: Option<Vec<RawList>>,
    pub cards: Option<Vec<RawCard>>,
    #[serde(default, deserialize_with = "or_default")]
    pub labels: Vec<RawLabel>,
    #[serde(default, deserialize_with = "or_default")]
    pub members: Vec<RawMember>,
    #[serde(default, deserialize_with = "or_default")]
    pub checklists: Vec<RawChecklist>,
    #[serde(default, deserialize_with = "or_default")]
    pub custom_fields: Vec<RawCustomField>,
    #[serde(default, deserialize_with = "or_default")]
    pub actions: Vec<RawAction>,
}

#[derive(Deserialize)]
pub struct RawList {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub closed: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub pos: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RawCard {
    pub id: String,
    pub id_short: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub desc: String,
    #[serde(default, deserialize_with = "or_default")]
    pub id_list: String,
    #[serde(default, deserialize_with = "or_default")]
    pub closed: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub is_template: bool,
    pub card_role: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub pos: f64,
    /// Read by [`super::moment`], so that one odd date does not spoil the file.
    pub due: Option<Value>,
    #[serde(default, deserialize_with = "or_default")]
    pub due_complete: bool,
    pub date_last_activity: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "or_default")]
    pub id_labels: Vec<String>,
    /// Older exports repeat the labels here, some without `idLabels`.
    #[serde(default, deserialize_with = "or_default")]
    pub labels: Vec<RawLabel>,
    #[serde(default, deserialize_with = "or_default")]
    pub id_members: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub checklists: Vec<RawChecklist>,
    #[serde(default, deserialize_with = "or_default")]
    pub attachments: Vec<RawAttachment>,
    #[serde(default, deserialize_with = "or_default")]
    pub custom_field_items: Vec<RawCustomValue>,
    #[serde(default, deserialize_with = "or_default")]
    pub badges: RawBadges,
}

#[derive(Default, Deserialize)]
pub struct RawBadges {
    #[serde(default, deserialize_with = "or_default")]
    pub comments: usize,
}

#[derive(Deserialize)]
pub struct RawLabel {
    #[serde(default, deserialize_with = "or_default")]
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    pub color: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RawMember {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub full_name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub username: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RawChecklist {
    #[serde(default, deserialize_with = "or_default")]
    pub id_card: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub pos: f64,
    #[serde(default, deserialize_with = "or_default")]
    pub check_items: Vec<RawItem>,
}

#[derive(Deserialize)]
pub struct RawItem {
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub state: String,
    #[serde(default, deserialize_with = "or_default")]
    pub pos: f64,
}

#[derive(Deserialize)]
pub struct RawAttachment {
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub url: String,
}

#[derive(Deserialize)]
pub struct RawCustomField {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub options: Vec<RawOption>,
}

#[derive(Deserialize)]
pub struct RawOption {
    #[serde(default, deserialize_with = "or_default")]
    pub id: String,
    pub value: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RawCustomValue {
    #[serde(default, deserialize_with = "or_default")]
    pub id_custom_field: String,
    pub id_value: Option<String>,
    pub value: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RawAction {
    #[serde(default, deserialize_with = "or_default")]
    pub id: String,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    pub date: Option<Value>,
    pub id_member_creator: Option<String>,
    pub member_creator: Option<RawMember>,
    /// Its shape depends on the type of action, and Trello adds types: looked at field by field.
    #[serde(default)]
    pub data: Value,
}

/// Null counts as missing.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
