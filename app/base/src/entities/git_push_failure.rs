//! Failed pushes of the Git archive that nobody was told of yet; a row goes when its alarm is raised.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "git_push_failure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The address that was pushed to; it holds no secret.
    pub remote: String,
    /// When a push succeeded last.
    pub last_good: Option<DateTimeUtc>,
    /// Failures in a row, this one included.
    pub times: i32,
    /// The words of git, without secrets.
    pub words: String,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
