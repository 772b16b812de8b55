//! Making a project out of a template.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait};
use uuid::Uuid;

use super::{
    fill::{self, FirstTask},
    projects::{self, NewProject},
};
use crate::{
    domain::{
        ids::{ColumnId, LabelId},
        project_template::{Rhythm, Shape, Template, TemplateTask},
        recurrence::Series,
        task::Category,
    },
    entities::{board_column, label, project},
    error::AppResult,
    platform::{ctx::Ctx, fault},
};

/// Whether the tasks that a template proposes are made, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tasks {
    LeaveOut,
    Bring,
}

/// Makes a project with the lists and labels of a template, owned by the person who asks.
///
/// # Errors
/// [`crate::error::AppError::Invalid`] for bad fields or a key in use.
pub async fn create(ctx: &Ctx, new: NewProject, template: Template, tasks: Tasks) -> AppResult<project::Model> {
    create_described(ctx, new, String::new(), template, tasks).await
}

/// As [`create`], with a description that was checked.
///
/// # Errors
/// As [`create`].
pub async fn create_described(
    ctx: &Ctx,
    new: NewProject,
    description: String,
    template: Template,
    tasks: Tasks,
) -> AppResult<project::Model> {
    let tx = ctx.begin().await?;
    let project = projects::insert(ctx, &*tx, new).await?;
    let shape = template.shape();
    let project = project::ActiveModel {
        description: Set(description),
        archive_after_days: Set(shape.archive_after_days),
        ..project.into()
    }
    .update(&*tx)
    .await?;
    let (columns, labels) = lay_out(ctx, &*tx, &project, shape).await?;
    if tasks == Tasks::Bring {
        let first: AppResult<Vec<FirstTask>> =
            shape.tasks.iter().map(|task| first_task(ctx, &project, shape, task, &columns, &labels)).collect();
        fill::fill(ctx, &*tx, project.id, first?).await?;
    }
    tx.commit().await?;
    Ok(project)
}

async fn lay_out(
    ctx: &Ctx,
    tx: &impl ConnectionTrait,
    project: &project::Model,
    shape: &Shape,
) -> AppResult<(Vec<ColumnId>, Vec<LabelId>)> {
    let columns: Vec<ColumnId> = shape.columns.iter().map(|_| ColumnId(Uuid::now_v7())).collect();
    let rows = shape.columns.iter().zip(&columns).zip(0..).map(|((column, id), position)| board_column::ActiveModel {
        id: Set(*id),
        project_id: Set(project.id),
        name: Set(column.name.to_owned()),
        status: Set(column.status),
        position: Set(position),
        wip_limit: Set(column.limit),
        limit_is_hard: Set(false),
        created_at: Set(ctx.now),
    });
    fill::insert::<board_column::Entity, _>(tx, rows.collect()).await?;
    let labels: Vec<LabelId> = shape.labels.iter().map(|_| LabelId(Uuid::now_v7())).collect();
    let rows = shape.labels.iter().zip(&labels).map(|((name, hue), id)| label::ActiveModel {
        id: Set(*id),
        project_id: Set(project.id),
        name: Set((*name).to_owned()),
        hue: Set(*hue),
    });
    fill::insert::<label::Entity, _>(tx, rows.collect()).await?;
    Ok((columns, labels))
}

fn first_task(
    ctx: &Ctx,
    project: &project::Model,
    shape: &Shape,
    task: &TemplateTask,
    columns: &[ColumnId],
    labels: &[LabelId],
) -> AppResult<FirstTask> {
    let zone: chrono_tz::Tz = project.zone.parse().unwrap_or(chrono_tz::UTC);
    let today = ctx.now.with_timezone(&zone).date_naive();
    let column = columns[task.column];
    let rule = task.rhythm.map(Rhythm::rule);
    let due_on = rule.as_ref().and_then(|rule| rule.first(today));
    let series = rule.map(|rule| Series { rule, column }.to_json()).transpose();
    Ok(FirstTask {
        column,
        status: shape.columns[task.column].status,
        title: task.title.to_owned(),
        description: task.description.to_owned(),
        priority: task.priority,
        category: Category::Ordinary,
        due_on,
        due_at: None,
        start_on: None,
        estimate_minutes: None,
        recurrence: series.map_err(|error| fault::internal("writing a series", error))?,
        labels: task.label.map(|label| labels[label]).into_iter().collect(),
        people: Vec::new(),
        items: task.items.iter().map(|item| (String::new(), (*item).to_owned())).collect(),
    })
}
