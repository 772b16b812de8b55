//! Imports: the staged file, what was chosen, what came of it.

use sea_orm::entity::prelude::*;

use crate::domain::{
    ids::{ImportId, ProjectId, UserId},
    import::run::{ImportKind, ImportState},
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportId,
    pub user_id: UserId,
    pub kind: ImportKind,
    pub file_name: String,
    /// The file, until the import has ended.
    pub content: Option<Vec<u8>>,
    /// SHA-256, hex: tells the same file again.
    pub content_hash: String,
    /// `ImportChoices` as JSON, empty before anything was chosen.
    pub choices: String,
    pub state: ImportState,
    /// Counts the starts; a run that lost its turn writes nothing.
    pub attempt: i32,
    pub project_id: Option<ProjectId>,
    /// Done: `ImportSummary` as JSON. Failed: why, in words.
    pub result: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
