//! Who sees what of a report: members of its project see it; its recipients are seen by those who may change the
//! project's tasks, and by each recipient themself.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    domain::{
        account::Me,
        ids::{OccurrenceId, ProjectId, ScheduleId},
    },
    entities::{delivery, occurrence, project, schedule},
    error::{AppError, AppResult},
    platform::ctx::Ctx,
    projects::service::access::{self, Viewing},
};

/// A report that the person may see.
pub struct Seen {
    pub run: occurrence::Model,
    pub viewing: Viewing,
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
        if run.snapshot.is_none() {
            return Err(AppError::NotFound);
        }
        Ok(Self { run, viewing })
    }

    /// As [`Seen::find`], where what it consists of has not been removed.
    ///
    /// # Errors
    /// As [`Seen::find`], and [`AppError::NotFound`] for a report that the retention has removed.
    pub async fn find_whole(ctx: &Ctx, id: OccurrenceId) -> AppResult<Self> {
        let seen = Self::find(ctx, id).await?;
        if seen.run.removed_at.is_some() { Err(AppError::NotFound) } else { Ok(seen) }
    }

    /// The projects that the person sees: that of the report, and others that it may tell of.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn visible_projects(&self, ctx: &Ctx) -> AppResult<Vec<ProjectId>> {
        let query = project::Entity::find()
            .select_only()
            .column(project::Column::Id)
            .filter(project::Column::Id.in_subquery(access::visible_projects(ctx.me()?.id)));
        Ok(query.into_tuple().all(ctx.reader()).await?)
    }

    /// Whether the person sees all recipients.
    pub fn sees_recipients(&self) -> bool {
        self.viewing.sees_recipients()
    }

    /// The deliveries that the person may see, in their order.
    pub fn deliveries(&self, me: &Me) -> sea_orm::Select<delivery::Entity> {
        let all = delivery::Entity::find()
            .filter(delivery::Column::OccurrenceId.eq(self.run.id))
            .order_by_asc(delivery::Column::Position);
        if self.sees_recipients() { all } else { all.filter(to(me)) }
    }
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
