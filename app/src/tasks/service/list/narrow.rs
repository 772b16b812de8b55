//! The board's filter as a condition of the database: the same tasks as [`BoardFilter::lets_through`]
//! lets through, without reading all of them.

use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, SelectStatement},
};

use crate::{
    domain::{
        board_filter::{Assignee, BoardFilter, DueFilter},
        ids::{LabelId, UserId},
    },
    entities::{label, project, task, task_assignee, task_label, user},
    error::AppResult,
    platform::ctx::Ctx,
    tasks::service::find,
};

/// The tasks on a project's board that the filter lets through.
///
/// # Errors
/// Only those of the database.
pub async fn condition(ctx: &Ctx, project: &project::Model, filter: &BoardFilter) -> AppResult<Condition> {
    let BoardFilter { text, assignee, due, priorities, label, category } = filter;
    let mut all = Condition::all().add(task::Column::ProjectId.eq(project.id)).add(task::Column::ArchivedAt.is_null());
    if let Some(assignee) = assignee {
        all = all.add(has_assignee(ctx, *assignee));
    }
    if let Some(due) = due {
        all = all.add(is_due(ctx, *due));
    }
    if !priorities.is_empty() {
        all = all.add(task::Column::Priority.is_in(priorities.iter().copied()));
    }
    if let Some(name) = label {
        let ids = labels(ctx, project, |other| other == name.to_lowercase()).await?;
        all = all.add(task::Column::Id.in_subquery(with_labels(&ids)));
    }
    if let Some(category) = category {
        all = all.add(task::Column::Category.eq(*category));
    }
    Ok(all.add(words(ctx, project, text).await?))
}

/// Tasks in which each of the words is somewhere.
///
/// # Errors
/// Only those of the database.
pub async fn words(ctx: &Ctx, project: &project::Model, text: &str) -> AppResult<Condition> {
    let mut all = Condition::all();
    for word in text.to_lowercase().split_whitespace() {
        all = all.add(has_word(ctx, project, word).await?);
    }
    Ok(all)
}

fn has_assignee(ctx: &Ctx, assignee: Assignee) -> Expr {
    let of = |person: UserId| task::Column::Id.in_subquery(of_people(&[person]));
    match assignee {
        Assignee::Me => of(ctx.me().map_or(UserId(uuid::Uuid::nil()), |me| me.id)),
        Assignee::Person(person) => of(person),
        Assignee::Nobody => Expr::cust(
            "NOT EXISTS (SELECT 1 FROM \"task_assignee\" WHERE \"task_assignee\".\"task_id\" = \"task\".\"id\")",
        ),
    }
}

fn is_due(ctx: &Ctx, due: DueFilter) -> Condition {
    let (zone, today) = (ctx.zone(), find::clock(ctx).today());
    let before = match due {
        DueFilter::None => {
            return Condition::all().add(task::Column::DueAt.is_null()).add(task::Column::DueOn.is_null());
        }
        DueFilter::Today => {
            let tomorrow = today.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
            let in_day = Condition::all()
                .add(task::Column::DueAt.gte(day_start(zone, today)))
                .add(task::Column::DueAt.lt(day_start(zone, tomorrow)));
            Condition::any().add(task::Column::DueOn.eq(today)).add(in_day)
        }
        DueFilter::Overdue => Condition::any().add(task::Column::DueAt.lt(ctx.now)).add(task::Column::DueOn.lt(today)),
        DueFilter::Week => {
            let end = today.checked_add_days(Days::new(8)).unwrap_or(NaiveDate::MAX);
            Condition::any().add(task::Column::DueAt.lt(day_start(zone, end))).add(task::Column::DueOn.lt(end))
        }
    };
    Condition::all().add(task::Column::CompletedAt.is_null()).add(before)
}

/// The first instant of a day in a zone.
pub fn day_start(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    // Where clocks go forward at midnight, the day begins an hour later.
    let local = zone
        .from_local_datetime(&midnight)
        .earliest()
        .or_else(|| zone.from_local_datetime(&(midnight + chrono::TimeDelta::hours(1))).earliest());
    local.map_or_else(|| midnight.and_utc(), |local| local.with_timezone(&Utc))
}

/// A word that is somewhere in the title, the number, a label or a name.
async fn has_word(ctx: &Ctx, project: &project::Model, word: &str) -> AppResult<Condition> {
    let mut any = Condition::any();
    for spelling in spellings(word) {
        any = any.add(like(ctx, "\"task\".\"title\"", &spelling));
    }
    let key = project.key.to_lowercase();
    // `T-214`: the key in part or whole, and digits behind it.
    if word.is_ascii() && (format!("{key}-").contains(word) || word.chars().any(|c| c.is_ascii_digit())) {
        let reference = format!("'{key}-' || CAST(\"task\".\"number\" AS text)");
        any = any.add(like(ctx, &format!("({reference})"), word));
    }
    let labels = labels(ctx, project, |name| name.contains(word)).await?;
    if !labels.is_empty() {
        any = any.add(task::Column::Id.in_subquery(with_labels(&labels)));
    }
    let people = people(ctx, project, word).await?;
    if !people.is_empty() {
        any = any.add(task::Column::Id.in_subquery(of_people(&people)));
    }
    Ok(any)
}

/// SQLite knows capitals of ASCII only: for other letters the usual ways to write a word are tried.
fn spellings(word: &str) -> Vec<String> {
    let mut all = vec![word.to_owned()];
    if !word.is_ascii() {
        let mut letters = word.chars();
        let capitalised: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        all.extend([word.to_uppercase(), capitalised]);
        all.dedup();
    }
    all
}

fn like(ctx: &Ctx, sql: &str, word: &str) -> Expr {
    let pattern = word.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    let [operator, place] = if ctx.db().is_postgres() { ["ILIKE", "$1"] } else { ["LIKE", "?"] };
    Expr::cust_with_values(format!("{sql} {operator} {place} ESCAPE '!'"), [format!("%{pattern}%")])
}

async fn labels(ctx: &Ctx, project: &project::Model, is_wanted: impl Fn(&str) -> bool) -> AppResult<Vec<LabelId>> {
    let rows = label::Entity::find().filter(label::Column::ProjectId.eq(project.id)).all(ctx.reader()).await?;
    Ok(rows.into_iter().filter(|row| is_wanted(&row.name.to_lowercase())).map(|row| row.id).collect())
}

/// People with tasks in the project whose name has a word.
async fn people(ctx: &Ctx, project: &project::Model, word: &str) -> AppResult<Vec<UserId>> {
    let tasks = task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .filter(task::Column::ProjectId.eq(project.id))
        .into_query();
    let assigned = task_assignee::Entity::find()
        .select_only()
        .column(task_assignee::Column::UserId)
        .filter(task_assignee::Column::TaskId.in_subquery(tasks))
        .into_query();
    let rows = user::Entity::find().filter(user::Column::Id.in_subquery(assigned)).all(ctx.reader()).await?;
    Ok(rows.into_iter().filter(|row| row.name.to_lowercase().contains(word)).map(|row| row.id).collect())
}

fn with_labels(ids: &[LabelId]) -> SelectStatement {
    task_label::Entity::find()
        .select_only()
        .column(task_label::Column::TaskId)
        .filter(task_label::Column::LabelId.is_in(ids.iter().copied()))
        .into_query()
}

fn of_people(ids: &[UserId]) -> SelectStatement {
    task_assignee::Entity::find()
        .select_only()
        .column(task_assignee::Column::TaskId)
        .filter(task_assignee::Column::UserId.is_in(ids.iter().copied()))
        .into_query()
}
