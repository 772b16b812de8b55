//! Addresses that are pinged: one of the instance, one of each schedule that has one.

use sea_orm::entity::prelude::*;

use crate::domain::ids::ScheduleId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ping")]
pub struct Model {
    /// `instance`, or the id of the schedule.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope: String,
    pub schedule_id: Option<ScheduleId>,
    /// The address is a secret: whoever knows it can silence the alarm.
    pub url_ciphertext: String,
    pub tells_start: bool,
    pub tells_failure: bool,
    /// Of the instance: when one of its processes took the last ping on itself.
    pub called_at: Option<DateTimeUtc>,
    pub last_at: Option<DateTimeUtc>,
    pub last_is_ok: Option<bool>,
    pub last_words: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
