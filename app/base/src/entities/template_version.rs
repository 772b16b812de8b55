//! Published versions of templates: they never change.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{TemplateId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "template_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub template_id: TemplateId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// A [`Document`](crate::domain::template::Document) as JSON.
    pub document: String,
    pub note: String,
    pub published_by: Option<UserId>,
    pub published_at: DateTimeUtc,
    /// The commit in the Git archive, once it is there.
    pub commit_id: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::template::Entity", from = "Column::TemplateId", to = "super::template::Column::Id")]
    Template,
}

impl Related<super::template::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Template.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
