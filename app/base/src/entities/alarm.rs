//! Alarms: what an owner must hear of, one row for each thing that happened.

use sea_orm::entity::prelude::*;

use crate::domain::{
    alarm::AlarmKind,
    ids::{AccountId, AlarmId, OccurrenceId, ProjectId, ScheduleId},
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alarm")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AlarmId,
    /// Names what happened; unique, so that it is told once.
    pub once: String,
    /// What its mails are counted by: a schedule, an account, a remote.
    pub topic: String,
    pub kind: AlarmKind,
    pub project_id: Option<ProjectId>,
    pub schedule_id: Option<ScheduleId>,
    pub occurrence_id: Option<OccurrenceId>,
    pub account_id: Option<AccountId>,
    pub words: String,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
