//! A report as a row: what the list and the page of one report show of its run, with names and how its messages fared.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationTrait, sea_query::Expr,
};

use crate::{
    archive::view::ReportItem,
    domain::{
        delivery::DeliveryPhase,
        ids::{OccurrenceId, ProjectId, ScheduleId},
        occurrence::OccurrenceState,
        period::Period,
        report_filter::Month,
    },
    entities::{delivery, occurrence, project, schedule},
    error::AppResult,
};

/// The columns of a run that the list shows.
#[derive(sea_orm::DerivePartialModel)]
#[sea_orm(entity = "occurrence::Entity")]
pub(super) struct Row {
    pub id: OccurrenceId,
    pub project_id: ProjectId,
    pub schedule_id: ScheduleId,
    pub state: OccurrenceState,
    pub is_held: bool,
    pub finding: Option<String>,
    pub period_from: Option<NaiveDate>,
    pub period_to: Option<NaiveDate>,
    pub commit_id: Option<String>,
}

impl Row {
    /// The same columns of a whole row.
    pub fn of(run: &occurrence::Model) -> Self {
        Self {
            id: run.id,
            project_id: run.project_id,
            schedule_id: run.schedule_id,
            state: run.state,
            is_held: run.is_held,
            finding: run.finding.clone(),
            period_from: run.period_from,
            period_to: run.period_to,
            commit_id: run.commit_id.clone(),
        }
    }
}

/// What rows are shown with: names, and how their messages fared.
pub(super) struct Names {
    jobs: BTreeMap<ScheduleId, String>,
    projects: BTreeMap<ProjectId, String>,
    sent: BTreeMap<OccurrenceId, (u32, u32)>,
    sizes: BTreeMap<OccurrenceId, u64>,
}

impl Names {
    /// Reads what belongs to these rows.
    pub async fn of(db: &impl ConnectionTrait, rows: &[Row]) -> AppResult<Self> {
        let jobs: Vec<(ScheduleId, String)> = schedule::Entity::find()
            .select_only()
            .columns([schedule::Column::Id, schedule::Column::Name])
            .filter(schedule::Column::Id.is_in(rows.iter().map(|row| row.schedule_id)))
            .into_tuple()
            .all(db)
            .await?;
        let projects: Vec<(ProjectId, String)> = project::Entity::find()
            .select_only()
            .columns([project::Column::Id, project::Column::Name])
            .filter(project::Column::Id.is_in(rows.iter().map(|row| row.project_id)))
            .into_tuple()
            .all(db)
            .await?;
        Ok(Self {
            jobs: jobs.into_iter().collect(),
            projects: projects.into_iter().collect(),
            sent: sent(db, rows).await?,
            sizes: sizes(db, rows).await?,
        })
    }

    /// A row as the list shows it.
    pub fn item(&self, row: Row) -> ReportItem {
        let period = row.period_from.zip(row.period_to).map(|(first, last)| Period { first, last });
        ReportItem {
            id: row.id,
            month: period.map(|period| Month::of(period.last).words()).unwrap_or_default(),
            finding: row.finding.unwrap_or_default(),
            job: self.jobs.get(&row.schedule_id).cloned().unwrap_or_default(),
            project: self.projects.get(&row.project_id).cloned().unwrap_or_default(),
            period: period.map(|period| period.short_words()).unwrap_or_default(),
            sent: self.sent.get(&row.id).copied().unwrap_or_default(),
            state: row.state,
            is_draft: row.is_held,
            size: self.sizes.get(&row.id).copied(),
            commit: row.commit_id,
        }
    }
}

/// How many messages of each run were accepted, and how many there are.
async fn sent(db: &impl ConnectionTrait, rows: &[Row]) -> AppResult<BTreeMap<OccurrenceId, (u32, u32)>> {
    let phases: Vec<(OccurrenceId, DeliveryPhase)> = delivery::Entity::find()
        .select_only()
        .columns([delivery::Column::OccurrenceId, delivery::Column::Phase])
        .filter(delivery::Column::OccurrenceId.is_in(rows.iter().map(|row| row.id)))
        .into_tuple()
        .all(db)
        .await?;
    let mut sent: BTreeMap<OccurrenceId, (u32, u32)> = BTreeMap::new();
    for (run, phase) in phases {
        let (accepted, all) = sent.entry(run).or_default();
        *all += 1;
        *accepted += u32::from(phase == DeliveryPhase::Accepted);
    }
    Ok(sent)
}

/// The bytes of the largest message of each run. Their lengths are read, not the messages.
async fn sizes(db: &impl ConnectionTrait, rows: &[Row]) -> AppResult<BTreeMap<OccurrenceId, u64>> {
    let sizes: Vec<(OccurrenceId, i64)> = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::OccurrenceId)
        .column_as(Expr::cust("CAST(MAX(LENGTH(delivery_content.mime)) AS BIGINT)"), "size")
        .join(JoinType::InnerJoin, delivery::Relation::Content.def())
        .filter(delivery::Column::OccurrenceId.is_in(rows.iter().map(|row| row.id)))
        .group_by(delivery::Column::OccurrenceId)
        .into_tuple()
        .all(db)
        .await?;
    let size = |(run, size): (OccurrenceId, i64)| Some((run, u64::try_from(size).ok().filter(|size| *size > 0)?));
    Ok(sizes.into_iter().filter_map(size).collect())
}
