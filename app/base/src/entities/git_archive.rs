//! Where the Git archive is and where it is pushed to: one row.

use sea_orm::entity::prelude::*;

/// The id of the one row.
pub const ROW: i32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "git_archive")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Path of a repository that is there already; empty for the built-in one.
    pub repository: String,
    pub branch: String,
    /// Both empty: as the default mail account is called.
    pub author_name: String,
    pub author_email: String,
    /// Empty while nothing is pushed.
    pub remote_url: String,
    /// For https.
    pub remote_user: String,
    /// The token or the private key, sealed by the keyring for this row.
    pub remote_secret: Option<String>,
    /// The public half of the key for ssh.
    pub public_key: Option<String>,
    /// The server's keys that an administrator has confirmed, one a line.
    pub host_keys: String,
    /// Those that it showed and nobody has confirmed.
    pub offered_host_keys: String,
    /// What the last test said, in the words of git.
    pub last_test: Option<String>,
    pub last_test_good: Option<bool>,
    pub last_tested_at: Option<DateTimeUtc>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
