//! People and labels that the tasks of one change have, read once for all of them, and their change.

use std::collections::{BTreeSet, HashMap, HashSet};

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};

use super::Parts;
use crate::{
    domain::{
        ids::{LabelId, ProjectId, TaskId, UserId},
        task::EventKind,
        task_edit::{Edit, TaskEdit},
    },
    entities::{task, task_assignee, task_label},
    error::{AppError, AppResult, Problem},
    platform::{ctx::Ctx, db::WriteTx},
    tasks::{
        service::{
            choices,
            create::touched,
            events::{self, Detail, Event},
            watch,
        },
        view::TaskChoices,
    },
};

/// Who and what the tasks have now, and what they can be given.
#[derive(Default)]
pub struct Given {
    assigned: HashSet<(TaskId, UserId)>,
    labelled: HashSet<(TaskId, LabelId)>,
    choices: HashMap<ProjectId, TaskChoices>,
}

impl Given {
    /// Reads what the edits need.
    pub async fn read(tx: &WriteTx, edits: &[TaskEdit], rows: &HashMap<TaskId, task::Model>) -> AppResult<Self> {
        let of = |wanted: fn(&Edit) -> bool| -> BTreeSet<TaskId> {
            edits.iter().filter(|edit| wanted(&edit.edit)).map(|edit| edit.task).collect()
        };
        let peopled = of(|edit| matches!(edit, Edit::People { .. }));
        let labelled = of(|edit| matches!(edit, Edit::Labels { .. }));
        let mut given = Self::default();
        let projects: BTreeSet<ProjectId> =
            peopled.union(&labelled).filter_map(|task| rows.get(task).map(|row| row.project_id)).collect();
        for project in projects {
            given.choices.insert(project, choices::read(&**tx, project).await?);
        }
        if !peopled.is_empty() {
            let query = task_assignee::Entity::find().filter(task_assignee::Column::TaskId.is_in(peopled));
            given.assigned = query.all(&**tx).await?.into_iter().map(|row| (row.task_id, row.user_id)).collect();
        }
        if !labelled.is_empty() {
            let query = task_label::Entity::find().filter(task_label::Column::TaskId.is_in(labelled));
            given.labelled = query.all(&**tx).await?.into_iter().map(|row| (row.task_id, row.label_id)).collect();
        }
        Ok(given)
    }

    /// Gives a task to people and takes it from others.
    pub async fn people(
        &mut self,
        ctx: &Ctx,
        tx: &WriteTx,
        row: task::Model,
        add: Vec<UserId>,
        remove: Vec<UserId>,
        parts: &mut Parts,
    ) -> AppResult<task::Model> {
        let (mut happened, mut fresh) = (Vec::new(), Vec::new());
        for user in add {
            let name = self.person(row.project_id, user);
            let name = name.ok_or_else(|| AppError::field("assignee", Problem::UnknownChoice))?;
            if self.assigned.insert((row.id, user)) {
                let assigned = task_assignee::ActiveModel { task_id: Set(row.id), user_id: Set(user) };
                let key = [task_assignee::Column::TaskId, task_assignee::Column::UserId];
                let once = OnConflict::columns(key).do_nothing().to_owned();
                task_assignee::Entity::insert(assigned).on_conflict(once).exec_without_returning(&**tx).await?;
                fresh.push(user);
                let detail = Detail { to: Some(name), person: Some(user), ..Detail::default() };
                happened.push((EventKind::Assigned, detail));
            }
        }
        watch::given(ctx, &**tx, row.id, &fresh).await?;
        for user in remove {
            if self.assigned.remove(&(row.id, user)) {
                task_assignee::Entity::delete_by_id((row.id, user)).exec(&**tx).await?;
                let to = self.person(row.project_id, user);
                happened.push((EventKind::Unassigned, Detail { to, person: Some(user), ..Detail::default() }));
            }
        }
        record(ctx, tx, row, happened, parts).await
    }

    /// Puts labels on a task and takes others off.
    pub async fn labels(
        &mut self,
        ctx: &Ctx,
        tx: &WriteTx,
        row: task::Model,
        add: Vec<LabelId>,
        remove: Vec<LabelId>,
        parts: &mut Parts,
    ) -> AppResult<task::Model> {
        let mut happened = Vec::new();
        for label in add {
            let name = self.label(row.project_id, label);
            let name = name.ok_or_else(|| AppError::field("label", Problem::UnknownChoice))?;
            if self.labelled.insert((row.id, label)) {
                let labelled = task_label::ActiveModel {
                    project_id: Set(row.project_id),
                    task_id: Set(row.id),
                    label_id: Set(label),
                };
                let key = [task_label::Column::TaskId, task_label::Column::LabelId];
                let once = OnConflict::columns(key).do_nothing().to_owned();
                task_label::Entity::insert(labelled).on_conflict(once).exec_without_returning(&**tx).await?;
                let detail = Detail { to: Some(name), label: Some(label), ..Detail::default() };
                happened.push((EventKind::Labelled, detail));
            }
        }
        for label in remove {
            if self.labelled.remove(&(row.id, label)) {
                task_label::Entity::delete_by_id((row.id, label)).exec(&**tx).await?;
                let to = self.label(row.project_id, label);
                happened.push((EventKind::Unlabelled, Detail { to, label: Some(label), ..Detail::default() }));
            }
        }
        record(ctx, tx, row, happened, parts).await
    }

    fn person(&self, project: ProjectId, id: UserId) -> Option<String> {
        let people = &self.choices.get(&project)?.people;
        people.iter().find(|person| person.id == id).map(|person| person.name.clone())
    }

    fn label(&self, project: ProjectId, id: LabelId) -> Option<String> {
        let labels = &self.choices.get(&project)?.labels;
        labels.iter().find(|label| label.id == id).map(|label| label.name.clone())
    }
}

async fn record(
    ctx: &Ctx,
    tx: &WriteTx,
    row: task::Model,
    happened: Vec<(EventKind, Detail)>,
    parts: &mut Parts,
) -> AppResult<task::Model> {
    if happened.is_empty() {
        return Ok(row);
    }
    let row = touched(ctx, &row).update(&**tx).await?;
    for (kind, detail) in happened {
        events::record(ctx, &**tx, &row, Event::plain(kind, detail).with_op(parts.next())).await?;
    }
    Ok(row)
}
