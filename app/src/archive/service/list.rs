//! The list of the archive: reports by month, narrowed by what the address says. A report is a run whose facts were
//! frozen; what a person may not see, the database does not give.

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::Expr,
};

use super::{
    rows::{Names, Row},
    sight,
};
use crate::{
    archive::view::ReportList,
    domain::{
        account::Me,
        ids::{OccurrenceId, ScheduleId},
        period::Period,
        project::MemberRole,
        report::MORE,
        report_filter::{Month, ReportFilter},
    },
    entities::{delivery, occurrence, project, schedule},
    error::AppResult,
    platform::{
        ctx::Ctx,
        like::{holding, holds},
    },
    projects::service::access,
    reports::service::part,
};

/// Reports on a page of the list.
const PAGE: u64 = 50;
/// Words of a search that count.
const WORDS: usize = 6;
/// The month of a report's last day, as both engines write it.
const MONTH: &str = "SUBSTR(CAST(occurrence.period_to AS TEXT), 1, 7)";

/// The reports that the filter lets through, of the projects that the person sees, the latest period first.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn list(ctx: &Ctx, filter: ReportFilter) -> AppResult<ReportList> {
    let (db, me) = (ctx.reader(), ctx.me()?);
    let hidden = hidden(ctx, me, &filter).await?;
    let mut query = narrowed(me, &filter, &hidden)
        .order_by_desc(occurrence::Column::PeriodTo)
        .order_by_desc(occurrence::Column::Id)
        .limit(PAGE + 1);
    if let Some(month) = filter.month {
        let Period { first, last } = month.period();
        query = query.filter(occurrence::Column::PeriodTo.between(first, last));
    }
    if let Some(before) = filter.before {
        query = query.filter(behind(db, before).await?);
    }
    let mut rows: Vec<Row> = query.into_partial_model().all(db).await?;
    let has_older = rows.len() as u64 > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let older = rows.last().map(|row| row.id).filter(|_| has_older);
    let shown: Vec<OccurrenceId> = rows.iter().map(|row| row.id).collect();
    let mut parts = part::partly_seen(ctx, shown).await?;
    for row in &mut rows {
        if let Some(part) = parts.remove(&row.id) {
            row.finding = part.finding;
        }
    }
    let names = Names::of(db, &rows).await?;
    Ok(ReportList {
        items: rows.into_iter().map(|row| names.item(row)).collect(),
        months: months(db, me, &filter, &hidden).await?,
        jobs: jobs(db, me).await?,
        projects: projects(db, me).await?,
        older,
        filter,
    })
}

/// What stands behind a report in the list. A report that is gone ends it.
async fn behind(db: &impl ConnectionTrait, before: OccurrenceId) -> AppResult<Condition> {
    use occurrence::Column::{Id, PeriodTo};
    let query = occurrence::Entity::find_by_id(before).select_only().column(PeriodTo);
    let day: Option<Option<NaiveDate>> = query.into_tuple().one(db).await?;
    Ok(match day.flatten() {
        Some(day) => {
            Condition::any().add(PeriodTo.lt(day)).add(Condition::all().add(PeriodTo.eq(day)).add(Id.lt(before)))
        }
        None => Condition::all().add(Id.lt(before)),
    })
}

/// The reports that the filter lets through in any month.
///
/// `hidden` are those whose words the person does not see, see [`hidden`]: what somebody asks for must not tell what they
/// hold.
fn narrowed(me: &Me, filter: &ReportFilter, hidden: &[OccurrenceId]) -> Select<occurrence::Entity> {
    use occurrence::Column;
    let ReportFilter { words, month: _, job, project, result, recipient, before: _ } = filter;
    let mut query = reports(me);
    for word in words.split_whitespace().take(WORDS) {
        let jobs = schedule::Entity::find()
            .select_only()
            .column(schedule::Column::Id)
            .filter(holds(Expr::col((schedule::Entity, schedule::Column::Name)), word))
            .into_query();
        let in_its_words = Condition::all().add(says(word)).add(Column::Id.is_not_in(hidden.iter().copied()));
        let somewhere = Condition::any().add(in_its_words).add(Column::ScheduleId.in_subquery(jobs));
        query = query.filter(somewhere);
    }
    if let Some(job) = job {
        query = query.filter(Column::ScheduleId.eq(*job));
    }
    if let Some(key) = project {
        let of_key = project::Entity::find()
            .select_only()
            .column(project::Column::Id)
            .filter(project::Column::Key.eq(key))
            .into_query();
        query = query.filter(Column::ProjectId.in_subquery(of_key));
    }
    if let Some(result) = result {
        query = query.filter(Column::State.is_in(result.states().iter().copied()));
    }
    if !recipient.trim().is_empty() {
        query = query.filter(went_to(me, recipient.trim()));
    }
    query
}

/// Finding or subject of a report hold a word.
fn says(word: &str) -> Condition {
    use occurrence::Column::{Finding, Subject};
    Condition::any()
        .add(holds(Expr::col((occurrence::Entity, Finding)), word))
        .add(holds(Expr::col((occurrence::Entity, Subject)), word))
}

/// Reports with words that the filter asks for, of which the person sees only a part: what is stored with them is about
/// all of it.
async fn hidden(ctx: &Ctx, me: &Me, filter: &ReportFilter) -> AppResult<Vec<OccurrenceId>> {
    let words = filter.words.split_whitespace().take(WORDS);
    let any = words.fold(None, |any: Option<Condition>, word| Some(any.unwrap_or_else(Condition::any).add(says(word))));
    let Some(any) = any else { return Ok(Vec::new()) };
    let query = reports(me)
        .filter(occurrence::Column::Subject.like(holding(MORE)))
        .filter(any)
        .select_only()
        .column(occurrence::Column::Id);
    let found: Vec<OccurrenceId> = query.into_tuple().all(ctx.reader()).await?;
    Ok(part::partly_seen(ctx, found).await?.into_keys().collect())
}

/// All reports that the person sees and that are still there.
fn reports(me: &Me) -> Select<occurrence::Entity> {
    occurrence::Entity::find()
        .filter(occurrence::Column::ProjectId.in_subquery(access::visible_projects(me.id)))
        .filter(occurrence::Column::SnapshotHash.is_not_null())
        .filter(occurrence::Column::ScheduleId.in_subquery(schedule::with_reports()))
        .filter(occurrence::Column::RemovedAt.is_null())
}

/// Reports that went to somebody, as far as the person may know it.
fn went_to(me: &Me, words: &str) -> Condition {
    let runs = |also: Option<Condition>| {
        let address = Expr::col((delivery::Entity, delivery::Column::Address));
        let name = Expr::col((delivery::Entity, delivery::Column::Name));
        let mut query = delivery::Entity::find()
            .select_only()
            .column(delivery::Column::OccurrenceId)
            .filter(Condition::any().add(holds(address, words)).add(holds(name, words)));
        if let Some(also) = also {
            query = query.filter(also);
        }
        query.into_query()
    };
    let in_my_hands = access::projects_with_role(me.id, MemberRole::Editor);
    let seen = Condition::all()
        .add(occurrence::Column::ProjectId.in_subquery(in_my_hands))
        .add(occurrence::Column::Id.in_subquery(runs(None)));
    Condition::any().add(seen).add(occurrence::Column::Id.in_subquery(runs(Some(sight::to(me)))))
}

/// How many reports the filter lets through in each month.
async fn months(
    db: &impl ConnectionTrait,
    me: &Me,
    filter: &ReportFilter,
    hidden: &[OccurrenceId],
) -> AppResult<Vec<(Month, u32)>> {
    let rows: Vec<(Option<String>, i64)> = narrowed(me, filter, hidden)
        .select_only()
        .column_as(Expr::cust(MONTH), "month")
        .column_as(occurrence::Column::Id.count(), "many")
        .group_by(Expr::cust(MONTH))
        .order_by_desc(Expr::cust(MONTH))
        .into_tuple()
        .all(db)
        .await?;
    let month =
        |(month, many): (Option<String>, i64)| Some((Month::parse(&month?)?, u32::try_from(many).unwrap_or(u32::MAX)));
    Ok(rows.into_iter().filter_map(month).collect())
}

/// The jobs with reports, deleted ones too, by name.
async fn jobs(db: &impl ConnectionTrait, me: &Me) -> AppResult<Vec<(ScheduleId, String)>> {
    let with_reports = reports(me).select_only().column(occurrence::Column::ScheduleId).into_query();
    let query = schedule::Entity::find()
        .select_only()
        .columns([schedule::Column::Id, schedule::Column::Name])
        .filter(schedule::Column::Id.in_subquery(with_reports))
        .order_by_asc(schedule::Column::Name)
        .order_by_asc(schedule::Column::Id);
    Ok(query.into_tuple().all(db).await?)
}

/// The projects with reports, by name.
async fn projects(db: &impl ConnectionTrait, me: &Me) -> AppResult<Vec<(String, String)>> {
    let with_reports = reports(me).select_only().column(occurrence::Column::ProjectId).into_query();
    let query = project::Entity::find()
        .select_only()
        .columns([project::Column::Key, project::Column::Name])
        .filter(project::Column::Id.in_subquery(with_reports))
        .order_by_asc(project::Column::Name)
        .order_by_asc(project::Column::Key);
    Ok(query.into_tuple().all(db).await?)
}
