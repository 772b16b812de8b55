//! Who has been reminded of what: each task once for a due date, a lead and a person.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{OccurrenceId, TaskId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reminder_sent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: TaskId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// The due date: a day, or an instant in UTC (`domain::due::Due::machine`).
    #[sea_orm(primary_key, auto_increment = false)]
    pub due: String,
    /// The lead (`domain::job_options::Lead`).
    #[sea_orm(primary_key, auto_increment = false)]
    pub lead_minutes: i32,
    /// The run that did it; none where it is gone.
    pub occurrence_id: Option<OccurrenceId>,
    pub at: DateTimeUtc,
    /// When that run ended without having told the person: another one reminds, or this one where its mail is sent again.
    pub released_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
