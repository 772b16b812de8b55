//! Mails with alarms: one row a person, a topic and an hour; written when it leaves, with the phases of a delivery.

use sea_orm::entity::prelude::*;

use crate::domain::{
    delivery::DeliveryPhase,
    ids::{AccountId, AlarmMailId, UserId},
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alarm_mail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AlarmMailId,
    pub user_id: UserId,
    pub topic: String,
    /// The instant of the first alarm that it tells of.
    pub since: DateTimeUtc,
    /// When it was written; none while it still gathers alarms.
    pub until: Option<DateTimeUtc>,
    pub phase: DeliveryPhase,
    /// The account that it was written for.
    pub account_id: Option<AccountId>,
    pub address: Option<String>,
    pub subject: Option<String>,
    pub message_id: Option<String>,
    pub mime: Option<Vec<u8>>,
    /// The server's last answer (`domain::smtp_reply::SmtpReply` as JSON).
    pub reply: Option<String>,
    pub reason: Option<String>,
    pub attempts: i32,
    /// Attempts before it was last queued again.
    pub attempts_before: i32,
    pub queued_at: DateTimeUtc,
    /// When it may be tried; in the hands of a worker, when its lease ends; none once it has ended.
    pub due_at: Option<DateTimeUtc>,
    pub retried_uncertain: bool,
    /// Raised by each claim; every write of a worker carries it.
    pub fence: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
