//! How the pushes of the Git archive stand: one row.

use sea_orm::entity::prelude::*;

/// The id of the one row.
pub const ROW: i32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "git_push")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// The last commit that a push was asked for; none while nothing waits.
    pub pending_head: Option<String>,
    /// Failures in a row.
    pub attempts: i32,
    pub next_try_at: Option<DateTimeUtc>,
    /// The words of git, without secrets.
    pub last_error: Option<String>,
    pub failed_at: Option<DateTimeUtc>,
    /// Where the branch of the server was after the last push that succeeded.
    pub pushed_commit: Option<String>,
    pub pushed_at: Option<DateTimeUtc>,
    /// Raised by each claim; a write with an older one changes nothing.
    pub fence: i64,
    /// Until when whoever claimed the push has it.
    pub lease_until: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
