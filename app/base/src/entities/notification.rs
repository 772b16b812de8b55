//! What a person is told about in the app.

use sea_orm::entity::prelude::*;

use crate::domain::{
    ids::{AlarmId, NotificationId, TaskId, UserId},
    notification::NotificationKind,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotificationId,
    /// Who is told.
    pub user_id: UserId,
    pub kind: NotificationKind,
    pub task_id: Option<TaskId>,
    /// Whose doing it was.
    pub actor_id: Option<UserId>,
    pub words: String,
    pub created_at: DateTimeUtc,
    pub read_at: Option<DateTimeUtc>,
    /// What it is about, where it is an alarm; told once to each person.
    pub alarm_id: Option<AlarmId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
