//! When an account may send (`domain::mail_gate`); no row: at once.

use sea_orm::entity::prelude::*;

use crate::domain::ids::AccountId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_gate")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// Since when the account does not work.
    pub blocked_at: Option<DateTimeUtc>,
    pub blocked_words: Option<String>,
    pub blocked_times: i32,
    /// When one message may try again.
    pub probe_at: Option<DateTimeUtc>,
    /// The first instant that no message has taken.
    pub next_send_at: Option<DateTimeUtc>,
    pub slowed_times: i32,
    pub slowed_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
