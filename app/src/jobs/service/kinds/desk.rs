//! What a personal mail is made of: who gets one, and each person's own open tasks as far as they may see them.

use std::{cmp::Reverse, collections::HashMap};

use chrono::{DateTime, NaiveDate, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::SelectStatement,
};

use super::freeze::Notes;
use crate::{
    domain::{
        address::EmailAddress,
        due::{self, Due, Finish, SOON_USUAL, ViewerClock},
        ids::{ProjectId, TaskId, UserId},
        job::{LogLevel, RecipientKind},
        job_options::Scope,
        own_words::OwnWords,
        personal::{FORMAT, List, PersonalProject, PersonalSnapshot, PersonalTask, ROWS, Reader, Section},
        recipient::Addressee,
        report::DueWords,
        task::Priority,
        zone,
    },
    entities::{project, schedule, task, task_assignee, task_dependency, user},
    error::{AppError, AppResult, Problem},
    jobs::service::addressees,
    platform::ctx::Ctx,
    projects::service::access,
};

/// Most open tasks of a person that are looked at.
const MOST: u64 = 10_000;

/// The people of a run and how far their tasks reach.
pub struct Desk {
    pub project: project::Model,
    pub scope: Scope,
    pub people: Vec<Person>,
    /// Who is left out before anything was looked at, and why.
    pub notes: Notes,
}

/// Somebody on the list who may get a mail.
pub struct Person {
    pub user: UserId,
    pub zone: Tz,
    pub clock: ViewerClock,
    pub addressee: Addressee,
}

/// An open task of a person.
#[derive(Debug, Clone)]
pub struct Task {
    pub row: Row,
    /// In the person's zone.
    pub due: Option<Due>,
    pub blocked_by: u32,
}

/// A task as the database has it, with its project.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Row {
    pub id: TaskId,
    pub project_id: ProjectId,
    pub number: i32,
    pub title: String,
    pub priority: Priority,
    pub due_on: Option<NaiveDate>,
    pub due_at: Option<DateTime<Utc>>,
    pub key: String,
    pub project: String,
}

/// Which tasks are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Which {
    All,
    /// Those with a due date.
    Dated,
}

impl Desk {
    /// Finds out who is on the list now and may get something.
    ///
    /// # Errors
    /// As `addressees::resolve`.
    pub async fn open(ctx: &Ctx, job: &schedule::Model, scope: Scope) -> AppResult<Desk> {
        let project = project::Entity::find_by_id(job.project_id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
        let list = addressees::resolve(ctx, job.id, project.id).await?;
        let mut notes: Notes = list.notes.into_iter().map(|words| (LogLevel::Warning, words)).collect();
        let ids = list.people.iter().filter_map(|(person, _)| person.user);
        let users = user::Entity::find().filter(user::Column::Id.is_in(ids)).all(ctx.reader()).await?;
        let zones: HashMap<UserId, String> = users.into_iter().map(|user| (user.id, user.zone)).collect();
        let mut people = Vec::new();
        for (addressee, held_back) in list.people {
            let words = match (held_back, addressee.user.and_then(|id| Some((id, zones.get(&id)?)))) {
                (Some(held_back), _) => held_back.words(),
                (None, None) => {
                    "Not sent: such a mail is made of a person's own tasks, and this address has no account."
                }
                (None, Some((user, zone))) => {
                    let zone = zone::named(zone).unwrap_or(Tz::UTC);
                    people.push(Person { user, zone, clock: clock(ctx.now, zone), addressee });
                    continue;
                }
            };
            notes.push((LogLevel::Warning, format!("{}: left out. {words}", addressee.address)));
        }
        Ok(Desk { project, scope, people, notes })
    }

    /// The desk of whoever asks alone, as if they were on the list.
    ///
    /// # Errors
    /// [`AppError::SignedOut`], [`AppError::NotFound`] without the project, [`AppError::Invalid`] where their address takes
    /// no mail.
    pub async fn of_asker(ctx: &Ctx, project: ProjectId, scope: Scope) -> AppResult<Desk> {
        let me = ctx.me()?;
        let address = EmailAddress::parse(&me.email).map_err(|_| AppError::field("test", Problem::NotAnAddress))?;
        let project = project::Entity::find_by_id(project).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
        let zone = zone::named(&me.zone).unwrap_or(Tz::UTC);
        let kind = RecipientKind::To;
        let addressee = Addressee { kind, address, name: me.name.clone(), user: Some(me.id), via: None };
        let person = Person { user: me.id, zone, clock: clock(ctx.now, zone), addressee };
        Ok(Desk { project, scope, people: vec![person], notes: Notes::new() })
    }

    /// The open tasks of a person in the projects that they see.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn tasks_of(&self, ctx: &Ctx, person: &Person, which: Which) -> AppResult<Vec<Task>> {
        let of_project =
            task::Entity::belongs_to(project::Entity).from(task::Column::ProjectId).to(project::Column::Id).into();
        let mut query = task::Entity::find()
            .select_only()
            .columns([
                task::Column::Id,
                task::Column::ProjectId,
                task::Column::Number,
                task::Column::Title,
                task::Column::Priority,
                task::Column::DueOn,
                task::Column::DueAt,
            ])
            .column_as(project::Column::Key, "key")
            .column_as(project::Column::Name, "project")
            .join(JoinType::InnerJoin, of_project)
            .filter(project::Column::ArchivedAt.is_null())
            .filter(task::Column::Id.in_subquery(assigned_to(person.user)))
            .filter(task::Column::ProjectId.in_subquery(access::visible_projects(person.user)))
            .filter(task::Column::ArchivedAt.is_null())
            .filter(task::Column::CompletedAt.is_null())
            .order_by_desc(task::Column::Id)
            .limit(MOST);
        if self.scope == Scope::Project {
            query = query.filter(task::Column::ProjectId.eq(self.project.id));
        }
        if which == Which::Dated {
            let dated = Condition::any().add(task::Column::DueOn.is_not_null()).add(task::Column::DueAt.is_not_null());
            query = query.filter(dated);
        }
        let rows: Vec<Row> = query.into_model().all(ctx.reader()).await?;
        let blocked = blocked(ctx, person.user).await?;
        let task = |row: Row| {
            let local = |instant: DateTime<Utc>| Due::At { instant, local: zone::local(person.zone, instant) };
            let due = row.due_on.map(Due::On).or(row.due_at.map(local));
            Task { due, blocked_by: blocked.get(&row.id).copied().unwrap_or_default(), row }
        };
        Ok(rows.into_iter().map(task).collect())
    }

    /// What is frozen for these readers, with what the job says beside the lists.
    pub fn snapshot(
        &self,
        ctx: &Ctx,
        job: &schedule::Model,
        words: OwnWords,
        readers: Vec<Reader>,
    ) -> PersonalSnapshot {
        let project::Model { id, key, name, .. } = self.project.clone();
        PersonalSnapshot {
            format: FORMAT,
            kind: job.kind,
            as_of: ctx.now,
            project: PersonalProject { id, key, name },
            is_of_project: self.scope == Scope::Project,
            words,
            readers,
        }
    }
}

impl Person {
    /// A person with the tasks of their mail; none where there are none.
    pub fn reader(&self, placed: Vec<(Section, Task)>) -> Option<Reader> {
        let mut by_section: HashMap<Section, Vec<Task>> = HashMap::new();
        let mut projects: Vec<ProjectId> = Vec::new();
        for (section, task) in placed {
            projects.push(task.row.project_id);
            by_section.entry(section).or_default().push(task);
        }
        projects.sort();
        projects.dedup();
        let lists: Vec<List> = Section::ALL
            .iter()
            .filter_map(|section| Some(list(*section, by_section.remove(section)?, self.clock)))
            .collect();
        let Addressee { kind, address, name, user: _, via } = self.addressee.clone();
        (!lists.is_empty()).then(|| Reader {
            user: self.user,
            address: address.to_string(),
            name,
            kind,
            via,
            today: self.clock.today(),
            lists,
            projects,
        })
    }
}

/// A section: what is due first, then what is most urgent.
fn list(section: Section, mut tasks: Vec<Task>, clock: ViewerClock) -> List {
    tasks.sort_by_cached_key(|Task { row, due, .. }| {
        let day = due.map_or(NaiveDate::MAX, Due::date);
        (day, due.map(Due::machine), Reverse(row.priority), row.key.clone(), row.number)
    });
    let count = tasks.len();
    tasks.truncate(ROWS);
    List { section, count, tasks: tasks.into_iter().map(|task| shown(task, clock)).collect() }
}

fn shown(task: Task, clock: ViewerClock) -> PersonalTask {
    let Task { row, due, blocked_by } = task;
    PersonalTask {
        id: row.id,
        reference: format!("{}-{}", row.key, row.number),
        title: row.title,
        project: row.project,
        priority: row.priority,
        blocked_by,
        due: due::chip(due, Finish::Open, clock).map(|chip| DueWords { key: chip.key, words: chip.words }),
        due_on: due.map(Due::long),
    }
}

fn clock(now: DateTime<Utc>, zone: Tz) -> ViewerClock {
    let offset = zone.offset_from_utc_datetime(&now.naive_utc()).fix().local_minus_utc() / 60;
    ViewerClock { now, utc_offset_minutes: offset, soon_days: SOON_USUAL }
}

/// The ids of the tasks of a person, for `in_subquery`.
pub fn assigned_to(person: UserId) -> SelectStatement {
    task_assignee::Entity::find()
        .select_only()
        .column(task_assignee::Column::TaskId)
        .filter(task_assignee::Column::UserId.eq(person))
        .into_query()
}

/// How many open tasks stand before each task of a person.
async fn blocked(ctx: &Ctx, person: UserId) -> AppResult<HashMap<TaskId, u32>> {
    let to_blocker = task_dependency::Entity::belongs_to(task::Entity)
        .from(task_dependency::Column::BlockerId)
        .to(task::Column::Id)
        .into();
    let links: Vec<TaskId> = task_dependency::Entity::find()
        .select_only()
        .column(task_dependency::Column::BlockedId)
        .join(JoinType::InnerJoin, to_blocker)
        .filter(task_dependency::Column::BlockedId.in_subquery(assigned_to(person)))
        .filter(task::Column::CompletedAt.is_null())
        .filter(task::Column::ArchivedAt.is_null())
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let mut blocked = HashMap::new();
    for task in links {
        *blocked.entry(task).or_default() += 1;
    }
    Ok(blocked)
}
