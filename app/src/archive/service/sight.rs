//! Who sees what of a report: members of its project see it; its recipients are seen by those who may change the
//! project's tasks, and by each recipient themself.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    domain::{
        account::Me,
        ids::{OccurrenceId, ScheduleId},
        report::Snapshot,
    },
    entities::{delivery, occurrence, schedule},
    error::{AppError, AppResult},
    platform::ctx::Ctx,
    projects::service::access::{self, Viewing},
    reports::service::snapshot,
};

/// A report that the person may see.
pub struct Seen {
    /// The run; of a report of several projects that the person does not all see, with the words about those they do.
    pub run: occurrence::Model,
    /// Its frozen data, as far as the person sees them; none once they were removed.
    pub data: Option<String>,
    pub viewing: Viewing,
    /// The part of the report that the person sees, where that is not all of it. The stored files show all of it.
    pub part: Option<Snapshot>,
}

impl Seen {
    /// Finds a report.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there is none, or the person does not see its project.
    pub async fn find(ctx: &Ctx, id: OccurrenceId) -> AppResult<Self> {
        let run = occurrence::Entity::find_by_id(id)
            .filter(occurrence::Column::ScheduleId.in_subquery(schedule::with_reports()))
            .one(ctx.reader())
            .await?
            .ok_or(AppError::NotFound)?;
        let viewing = access::by_id(ctx, ctx.reader(), run.project_id).await?;
        if run.snapshot_hash.is_none() {
            return Err(AppError::NotFound);
        }
        let data = snapshot::stored(ctx.reader(), id).await?;
        match part(ctx, data.as_deref()).await? {
            None => Ok(Self { run, data, viewing, part: None }),
            Some(part) => {
                let run = occurrence::Model {
                    subject: Some(part.subject()),
                    finding: Some(part.finding.words()),
                    snapshot_hash: None,
                    ..run
                };
                Ok(Self { run, data: Some(snapshot::to_json(&part)?), viewing, part: Some(part) })
            }
        }
    }

    /// As [`Seen::find`], where what it consists of has not been removed.
    ///
    /// # Errors
    /// As [`Seen::find`], and [`AppError::NotFound`] for a report that the retention has removed.
    pub async fn find_whole(ctx: &Ctx, id: OccurrenceId) -> AppResult<Self> {
        let seen = Self::find(ctx, id).await?;
        if seen.run.removed_at.is_some() { Err(AppError::NotFound) } else { Ok(seen) }
    }

    /// Whether the person sees all recipients, and what they got.
    pub fn sees_recipients(&self) -> bool {
        self.viewing.sees_recipients() && self.part.is_none()
    }

    /// Whether it waits for a word of its owner, and the person may say it.
    pub fn is_draft(&self) -> bool {
        self.run.is_held && self.viewing.can_edit()
    }

    /// The deliveries that the person may see, in their order.
    pub fn deliveries(&self, me: &Me) -> sea_orm::Select<delivery::Entity> {
        let all = delivery::Entity::find()
            .filter(delivery::Column::OccurrenceId.eq(self.run.id))
            .order_by_asc(delivery::Column::Position);
        if self.sees_recipients() { all } else { all.filter(to(me)) }
    }
}

/// The part of a report of several projects for a person who does not see all of them; none for everybody else.
async fn part(ctx: &Ctx, json: Option<&str>) -> AppResult<Option<Snapshot>> {
    let Some(person) = ctx.actor_id() else { return Ok(None) };
    // Only a report of several projects has variants: the others need not be read for this.
    let Some(json) = json.filter(|json| json.contains("\"variants\"")) else { return Ok(None) };
    let whole = snapshot::from_json(json)?;
    let part = snapshot::seen_by(ctx, &whole, person).await?.ok_or(AppError::NotFound)?;
    Ok((!std::ptr::eq(part, &whole)).then(|| part.clone()))
}

/// Deliveries to a person: by their account, or by their address.
pub fn to(me: &Me) -> Condition {
    delivery::to(me.id, &me.email)
}

/// The name of a job; it is there also when the job is deleted.
pub async fn job_name(db: &impl ConnectionTrait, id: ScheduleId) -> AppResult<String> {
    let query = schedule::Entity::find_by_id(id).select_only().column(schedule::Column::Name);
    Ok(query.into_tuple().one(db).await?.unwrap_or_default())
}
