//! The tasks of a project that a filter lets through, in the order and the lanes of a look. Light
//! rows of the whole project are read once; the cards that are shown are read after.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
};

use super::find;
use crate::{
    domain::{
        board_filter::{BoardFilter, Facts, Part},
        board_look::{BoardLook, Group, Sort, SortFacts},
        due::{self, Due, Finish},
        ids::{ColumnId, LabelId, ProjectId, TaskId, UserId},
        lane::{LANES_MAX, Lane},
        task::{Category, Priority, Status},
    },
    entities::{board_column, label, project, task, task_assignee, task_label, user},
    error::AppResult,
    platform::ctx::Ctx,
};

/// Completed work is shown for so many days, and always the latest so many tasks.
pub const SHOWN_DAYS: i64 = 14;
/// See [`SHOWN_DAYS`].
pub const SHOWN_LATEST: usize = 50;
/// With no more people than these everybody has a lane, also those without a task.
const LANES_FOR_ALL: usize = 8;

/// A task that is shown, without its card.
#[derive(Clone, Copy, Debug)]
pub struct Sifted {
    pub id: TaskId,
    pub lane: Option<Lane>,
}

/// What is shown of each column, in order.
#[derive(Debug, Default)]
pub struct Sieve {
    pub columns: HashMap<ColumnId, Vec<Sifted>>,
    /// Tasks of a column that were completed long ago and are left out.
    pub older: HashMap<ColumnId, u32>,
    /// Lanes with their titles, from the top.
    pub lanes: Vec<(Lane, String)>,
}

/// Whether a board needs more than the first rows of each column.
pub fn is_needed(filter: &BoardFilter, look: BoardLook) -> bool {
    filter.is_active() || look.sort != Sort::Manual || look.group.is_some()
}

#[derive(FromQueryResult)]
struct Row {
    id: TaskId,
    column_id: ColumnId,
    number: i32,
    title: String,
    priority: Priority,
    category: Category,
    due_on: Option<NaiveDate>,
    due_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct LabelRow {
    task_id: TaskId,
    label_id: LabelId,
    name: String,
}

#[derive(FromQueryResult)]
struct PersonRow {
    task_id: TaskId,
    user_id: UserId,
    name: String,
}

/// Names around the tasks of a project, by task and in the order of the names.
#[derive(Default)]
struct Names {
    labels: HashMap<TaskId, Vec<(LabelId, String)>>,
    people: HashMap<TaskId, Vec<(UserId, String)>>,
}

/// What a filter and a look show of a project.
///
/// # Errors
/// Only those of the database.
pub async fn sift(
    ctx: &Ctx,
    project: &project::Model,
    columns: &[board_column::Model],
    filter: &BoardFilter,
    look: BoardLook,
) -> AppResult<Sieve> {
    let db = ctx.reader();
    let (zone, clock) = (ctx.zone(), find::clock(ctx));
    let viewer = ctx.me().map_or(UserId(uuid::Uuid::nil()), |me| me.id);
    let rows = rows(db, project.id).await?;
    let names = names(db, project.id, filter, look).await?;
    let due_of = |row: &Row| match (row.due_on, row.due_at) {
        (Some(date), _) => Some(Due::On(date)),
        (None, Some(instant)) => Some(Due::At { instant, local: instant.with_timezone(&zone).naive_local() }),
        (None, None) => None,
    };
    let mut kept: HashMap<ColumnId, Vec<(Row, Option<Due>)>> = HashMap::new();
    for row in rows {
        let due = due_of(&row);
        if filter.is_active() {
            let labels: Vec<&str> =
                names.labels.get(&row.id).into_iter().flatten().map(|(_, name)| name.as_str()).collect();
            let people: Vec<(UserId, &str)> =
                names.people.get(&row.id).into_iter().flatten().map(|(id, name)| (*id, name.as_str())).collect();
            let finish = match row.completed_at {
                Some(instant) => Finish::Done { instant, on: instant.with_timezone(&zone).date_naive() },
                None => Finish::Open,
            };
            let facts = Facts {
                title: &row.title,
                key: &format!("{}-{}", project.key, row.number),
                labels: &labels,
                people: &people,
                priority: row.priority,
                due: due::chip(due, finish, clock).map(|chip| chip.key),
                days_left: due.map(|due| (due.date() - clock.today()).num_days()),
                category: row.category,
            };
            if !filter.lets_through(&facts, viewer) {
                continue;
            }
        }
        kept.entry(row.column_id).or_default().push((row, due));
    }
    let mut sieve = Sieve::default();
    if !filter.is_active() && !look.shows_older {
        for column in columns.iter().filter(|column| column.status == Status::Done) {
            if let Some(rows) = kept.get_mut(&column.id) {
                let since = shown_since(ctx.now, rows.iter().filter_map(|(row, _)| row.completed_at).collect());
                let before = rows.len();
                rows.retain(|(row, _)| row.completed_at.is_none_or(|at| at >= since));
                sieve.older.insert(column.id, u32::try_from(before - rows.len()).unwrap_or(u32::MAX));
            }
        }
    }
    let lanes = match look.group {
        Some(group) => Some(lanes(db, project.id, group, &kept, &names).await?),
        None => None,
    };
    for (column, mut rows) in kept {
        if look.sort != Sort::Manual {
            rows.sort_by(|(a, a_due), (b, b_due)| look.sort.compare(&facts_of(a, *a_due), &facts_of(b, *b_due)));
        }
        let mut sifted: Vec<Sifted> = rows
            .iter()
            .map(|(row, _)| Sifted { id: row.id, lane: lanes.as_ref().map(|lanes| lanes.of(row, &names)) })
            .collect();
        if let Some(lanes) = &lanes {
            // Stable: within its lane each card keeps its place.
            sifted.sort_by_key(|card| card.lane.and_then(|lane| lanes.place(lane)));
        }
        sieve.columns.insert(column, sifted);
    }
    sieve.lanes = lanes.map(|lanes| lanes.all).unwrap_or_default();
    Ok(sieve)
}

/// From when on completed work is shown: for some days, and always the latest tasks.
fn shown_since(now: DateTime<Utc>, mut completed: Vec<DateTime<Utc>>) -> DateTime<Utc> {
    let days = now - TimeDelta::days(SHOWN_DAYS);
    completed.sort_unstable_by_key(|at| Reverse(*at));
    match completed.get(SHOWN_LATEST - 1) {
        Some(latest) => days.min(*latest),
        None => DateTime::<Utc>::MIN_UTC,
    }
}

/// As [`shown_since`] for one column, asked of the database; `None` where nothing is left out.
///
/// # Errors
/// Only those of the database.
pub async fn column_shown_since(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    column: ColumnId,
) -> AppResult<Option<DateTime<Utc>>> {
    let latest: Option<DateTime<Utc>> = task::Entity::find()
        .select_only()
        .column(task::Column::CompletedAt)
        .filter(task::Column::ColumnId.eq(column))
        .filter(task::Column::ArchivedAt.is_null())
        .filter(task::Column::CompletedAt.is_not_null())
        .order_by_desc(task::Column::CompletedAt)
        .offset(SHOWN_LATEST as u64 - 1)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(latest.map(|latest| latest.min(now - TimeDelta::days(SHOWN_DAYS))))
}

fn facts_of(row: &Row, due: Option<Due>) -> SortFacts<'_> {
    SortFacts { due, priority: row.priority, number: row.number, title: &row.title, updated: Some(row.updated_at) }
}

async fn rows(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<Vec<Row>> {
    let columns = [
        task::Column::Id,
        task::Column::ColumnId,
        task::Column::Number,
        task::Column::Title,
        task::Column::Priority,
        task::Column::Category,
        task::Column::DueOn,
        task::Column::DueAt,
        task::Column::CompletedAt,
        task::Column::UpdatedAt,
    ];
    let rows = task::Entity::find()
        .select_only()
        .columns(columns)
        .filter(task::Column::ProjectId.eq(project))
        .filter(task::Column::ArchivedAt.is_null())
        .order_by_asc(task::Column::Rank)
        .into_model::<Row>();
    Ok(rows.all(db).await?)
}

/// Only the names that filter and look ask for.
async fn names(
    db: &impl ConnectionTrait,
    project: ProjectId,
    filter: &BoardFilter,
    look: BoardLook,
) -> AppResult<Names> {
    let mut names = Names::default();
    let has_text = filter.is_set(Part::Text);
    if has_text || filter.is_set(Part::Label) || look.group == Some(Group::Label) {
        let to_label = task_label::Entity::belongs_to(label::Entity)
            .from(task_label::Column::LabelId)
            .to(label::Column::Id)
            .into();
        let rows = task_label::Entity::find()
            .select_only()
            .column(task_label::Column::TaskId)
            .column(task_label::Column::LabelId)
            .column(label::Column::Name)
            .join(JoinType::InnerJoin, to_label)
            .filter(task_label::Column::ProjectId.eq(project))
            .order_by_asc(label::Column::Name)
            .into_model::<LabelRow>()
            .all(db)
            .await?;
        for LabelRow { task_id, label_id, name } in rows {
            names.labels.entry(task_id).or_default().push((label_id, name));
        }
    }
    if has_text || filter.is_set(Part::Assignee) || look.group == Some(Group::Assignee) {
        let to_user = task_assignee::Entity::belongs_to(user::Entity)
            .from(task_assignee::Column::UserId)
            .to(user::Column::Id)
            .into();
        let to_task = task_assignee::Entity::belongs_to(task::Entity)
            .from(task_assignee::Column::TaskId)
            .to(task::Column::Id)
            .into();
        let rows = task_assignee::Entity::find()
            .select_only()
            .column(task_assignee::Column::TaskId)
            .column(task_assignee::Column::UserId)
            .column(user::Column::Name)
            .join(JoinType::InnerJoin, to_task)
            .join(JoinType::InnerJoin, to_user)
            .filter(task::Column::ProjectId.eq(project))
            .filter(task::Column::ArchivedAt.is_null())
            .order_by_asc(user::Column::Name)
            .into_model::<PersonRow>()
            .all(db)
            .await?;
        for PersonRow { task_id, user_id, name } in rows {
            names.people.entry(task_id).or_default().push((user_id, name));
        }
    }
    Ok(names)
}

/// The lanes of a board, from the top.
struct Lanes {
    group: Group,
    all: Vec<(Lane, String)>,
}

impl Lanes {
    fn place(&self, lane: Lane) -> Option<usize> {
        self.all.iter().position(|(other, _)| *other == lane)
    }

    /// The lane of a task.
    fn of(&self, row: &Row, names: &Names) -> Lane {
        let has_lane = |lane: &Lane| self.place(*lane).is_some();
        match self.group {
            Group::Priority => Lane::Priority(row.priority),
            Group::Assignee => match names.people.get(&row.id).map(Vec::as_slice) {
                Some([(one, _)]) => Some(Lane::Person(Some(*one))).filter(has_lane).unwrap_or(Lane::Person(None)),
                Some([_, _, ..]) => Lane::Several,
                _ => Lane::Person(None),
            },
            Group::Label => match names.labels.get(&row.id).map(Vec::as_slice) {
                Some([(one, _)]) => Some(Lane::Label(Some(*one))).filter(has_lane).unwrap_or(Lane::Label(None)),
                Some([_, _, ..]) => Lane::Several,
                _ => Lane::Label(None),
            },
        }
    }
}

async fn lanes(
    db: &impl ConnectionTrait,
    project: ProjectId,
    group: Group,
    kept: &HashMap<ColumnId, Vec<(Row, Option<Due>)>>,
    names: &Names,
) -> AppResult<Lanes> {
    let shown = || kept.values().flatten().map(|(row, _)| row.id);
    let all = match group {
        Group::Priority => Priority::ALL
            .iter()
            .rev()
            .map(|priority| (Lane::Priority(*priority), priority.label().to_owned()))
            .collect(),
        Group::Assignee => {
            let mut people: BTreeMap<(String, UserId), usize> = BTreeMap::new();
            let mut has_several = false;
            for of_task in shown().filter_map(|task| names.people.get(&task)) {
                match of_task.as_slice() {
                    [(id, name)] => *people.entry((name.clone(), *id)).or_default() += 1,
                    several => has_several |= several.len() > 1,
                }
            }
            let members = crate::projects::service::projects::people(db, project).await?;
            if members.len() <= LANES_FOR_ALL {
                for member in members {
                    people.entry((member.name, member.id)).or_default();
                }
            }
            let people = people.into_iter().map(|((name, id), many)| (Lane::Person(Some(id)), name, many)).collect();
            let several = has_several.then_some("Several people");
            capped(people, several, (Lane::Person(None), "Nobody", "Others and nobody"))
        }
        Group::Label => {
            let mut labels: BTreeMap<(String, LabelId), usize> = BTreeMap::new();
            let mut has_several = false;
            for of_task in shown().filter_map(|task| names.labels.get(&task)) {
                match of_task.as_slice() {
                    [(id, name)] => *labels.entry((name.clone(), *id)).or_default() += 1,
                    several => has_several |= several.len() > 1,
                }
            }
            let labels = labels.into_iter().map(|((name, id), many)| (Lane::Label(Some(id)), name, many)).collect();
            let several = has_several.then_some("Several labels");
            capped(labels, several, (Lane::Label(None), "No label", "Other labels and none"))
        }
    };
    Ok(Lanes { group, all })
}

/// The lanes with the most tasks where there are too many, in their order, and the last one.
fn capped(
    mut lanes: Vec<(Lane, String, usize)>,
    several: Option<&str>,
    last: (Lane, &str, &str),
) -> Vec<(Lane, String)> {
    let is_capped = lanes.len() >= LANES_MAX;
    if is_capped {
        let mut sizes: Vec<usize> = lanes.iter().map(|(_, _, many)| *many).collect();
        sizes.sort_unstable_by_key(|many| Reverse(*many));
        let least = sizes.get(LANES_MAX - 2).copied().unwrap_or(0);
        lanes.retain(|(_, _, many)| *many >= least);
        lanes.truncate(LANES_MAX - 1);
    }
    let title = if is_capped { last.2 } else { last.1 };
    let several = several.map(|title| (Lane::Several, title.to_owned()));
    lanes.into_iter().map(|(lane, title, _)| (lane, title)).chain(several).chain([(last.0, title.to_owned())]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completed_work_is_shown_for_two_weeks_and_always_the_latest_fifty() {
        let now = DateTime::from_timestamp(1_795_420_800, 0).unwrap();
        let days = |ago: i64| now - TimeDelta::days(ago);
        assert_eq!(shown_since(now, vec![days(300); SHOWN_LATEST - 1]), DateTime::<Utc>::MIN_UTC);
        assert_eq!(shown_since(now, vec![days(1); 80]), days(SHOWN_DAYS));
        let slow: Vec<_> = (0..80).map(days).collect();
        assert_eq!(shown_since(now, slow), days(49), "the fiftieth");
    }

    #[test]
    fn the_smallest_of_too_many_lanes_stand_together() {
        let lane = |n: usize| (Lane::Label(Some(LabelId(uuid::Uuid::from_u128(n as u128)))), format!("{n:03}"), n);
        let few = capped((0..3).map(lane).collect(), None, (Lane::Label(None), "No label", "Other"));
        assert_eq!(few.last().unwrap().1, "No label");
        let many = capped((0..200).map(lane).collect(), None, (Lane::Label(None), "No label", "Other"));
        assert_eq!((many.len(), many[0].1.as_str(), many[49].1.as_str()), (LANES_MAX, "151", "Other"));
    }
}
