//! The rendered files of a run: its HTML, its text, its pictures.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{ArtifactId, OccurrenceId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "artifact")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ArtifactId,
    pub occurrence_id: OccurrenceId,
    /// File name, unique in its run: "report.html", "report.txt"; pictures by their Content-ID.
    pub name: String,
    pub content_type: String,
    #[sea_orm(column_type = "Blob")]
    pub bytes: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
