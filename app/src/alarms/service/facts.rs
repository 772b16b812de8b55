//! What is known of a run when an alarm is about it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    domain::{
        alarm::AlarmKind,
        delivery::{DeliveryPhase, said as said_of},
        ids::OccurrenceId,
        occurrence::OccurrenceState,
        schedule::ScheduleSpec,
        smtp_reply::SmtpReply,
        zone,
    },
    entities::{alarm, delivery, occurrence, schedule},
    error::{AppError, AppResult},
};

/// The schedule of a run.
pub async fn schedule_of(db: &impl ConnectionTrait, run: OccurrenceId) -> AppResult<schedule::Model> {
    let query = occurrence::Entity::find_by_id(run).select_only().column(occurrence::Column::ScheduleId);
    let id = query.into_tuple().one(db).await?.ok_or(AppError::NotFound)?;
    let id: crate::domain::ids::ScheduleId = id;
    schedule::Entity::find_by_id(id).one(db).await?.ok_or(AppError::NotFound)
}

/// Which run of its job it is, from 1.
pub async fn number(db: &impl ConnectionTrait, run: OccurrenceId) -> AppResult<i32> {
    let query = occurrence::Entity::find_by_id(run).select_only().column(occurrence::Column::Number);
    query.into_tuple::<i32>().one(db).await?.ok_or(AppError::NotFound)
}

/// The same of each run that these alarms are about.
pub async fn numbers(db: &impl ConnectionTrait, alarms: &[alarm::Model]) -> AppResult<HashMap<OccurrenceId, i32>> {
    let runs: Vec<OccurrenceId> = alarms.iter().filter_map(|alarm| alarm.occurrence_id).collect();
    let query = occurrence::Entity::find()
        .select_only()
        .columns([occurrence::Column::Id, occurrence::Column::Number])
        .filter(occurrence::Column::Id.is_in(runs));
    let rows: Vec<(OccurrenceId, i32)> = query.into_tuple().all(db).await?;
    Ok(rows.into_iter().collect())
}

/// What a mail server said of the first message that was not delivered, or why it was not.
async fn said(db: &impl ConnectionTrait, run: OccurrenceId) -> AppResult<Option<String>> {
    let first: Option<(Option<String>, Option<String>)> = delivery::Entity::find()
        .select_only()
        .columns([delivery::Column::Reply, delivery::Column::Reason])
        .filter(delivery::Column::OccurrenceId.eq(run))
        .filter(delivery::Column::Phase.eq(DeliveryPhase::Failed))
        .order_by_asc(delivery::Column::Position)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    let Some((reply, reason)) = first else { return Ok(None) };
    let reply = reply.and_then(|json| serde_json::from_str::<SmtpReply>(&json).ok());
    let said = said_of(reply.as_ref(), reason.as_deref());
    Ok(if reply.is_some() { said.map(|said| format!("The mail server answered {said}")) } else { said })
}

/// Why a run failed or reached only some: what a mail server said, else the reason of the run itself.
pub async fn why(db: &impl ConnectionTrait, run: OccurrenceId, reason: Option<&str>) -> AppResult<Option<String>> {
    Ok(said(db, run).await?.or_else(|| reason.map(str::to_owned)))
}

/// Whether a message of the run was refused for good.
pub async fn has_failed_messages(db: &impl ConnectionTrait, run: OccurrenceId) -> AppResult<bool> {
    let failed = delivery::Entity::find()
        .filter(delivery::Column::OccurrenceId.eq(run))
        .filter(delivery::Column::Phase.eq(DeliveryPhase::Failed))
        .count(db)
        .await?;
    Ok(failed > 0)
}

/// The messages of a run of which it is unknown whether they arrived.
pub struct Unknown {
    /// How many they are.
    pub count: u64,
    /// To whom the latest of them went.
    pub address: Option<String>,
    /// Whether the run was cancelled.
    pub is_cancelled: bool,
}

/// Of which messages of the run it is unknown whether they arrived.
pub async fn unknown(db: &impl ConnectionTrait, run: OccurrenceId) -> AppResult<Unknown> {
    let those = delivery::Entity::find()
        .filter(delivery::Column::OccurrenceId.eq(run))
        .filter(delivery::Column::Phase.eq(DeliveryPhase::Uncertain));
    let count = those.clone().count(db).await?;
    let latest = those.select_only().column(delivery::Column::Address);
    let latest = latest.order_by_desc(delivery::Column::UncertainAt).order_by_desc(delivery::Column::Id).limit(1);
    let query = occurrence::Entity::find_by_id(run).select_only().column(occurrence::Column::State);
    let state: OccurrenceState = query.into_tuple().one(db).await?.ok_or(AppError::NotFound)?;
    Ok(Unknown {
        count,
        address: latest.into_tuple().one(db).await?,
        is_cancelled: state == OccurrenceState::Cancelled,
    })
}

/// Whether an alarm asks for what has been decided since: nobody has to do anything any more.
pub async fn is_settled(db: &impl ConnectionTrait, alarm: &alarm::Model) -> AppResult<bool> {
    match alarm.occurrence_id.filter(|_| alarm.kind == AlarmKind::Uncertain) {
        Some(run) => Ok(unknown(db, run).await?.count == 0),
        None => Ok(false),
    }
}

/// An instant as the schedule's page says it.
pub fn local(job: &schedule::Model, at: DateTime<Utc>) -> String {
    let spec = serde_json::from_str::<ScheduleSpec>(&job.spec).ok();
    let zone = spec.and_then(|spec| zone::named(&spec.zone).ok()).unwrap_or(Tz::UTC);
    zone::local(zone, at).format("%a %-d %b %Y, %H:%M").to_string()
}
