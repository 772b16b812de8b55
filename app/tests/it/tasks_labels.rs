//! Labels of a project: renamed, merged and removed without losing a task.

use app::{
    domain::{
        ids::{LabelId, TaskId},
        label::LABELS_MAX,
        task::EventKind,
    },
    entities::{label, project as project_row, task_event, task_label},
    error::{AppError, Problem},
    platform::ctx::Ctx,
    projects::service::access,
    tasks::service::labels,
    testing::{Cast, each_database, project, task},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

async fn editing(ctx: &Ctx, project: &project_row::Model) -> access::Editing {
    access::by_id(ctx, ctx.reader(), project.id).await.unwrap().editing().unwrap()
}

async fn give(ctx: &Ctx, project: &project_row::Model, task: TaskId, label: LabelId) {
    let row = task_label::ActiveModel { project_id: Set(project.id), task_id: Set(task), label_id: Set(label) };
    row.insert(ctx.reader()).await.unwrap();
}

#[tokio::test]
async fn merging_gives_every_task_the_other_label_once_and_the_histories_say_so() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = editing(&ctx, &made).await;
        let ops = labels::create(&ctx, &editing, "Ops", Some(2)).await.unwrap();
        let operations = labels::create(&ctx, &editing, "Operations", None).await.unwrap();
        let [a, b] = [task(&ctx, &made, columns[0], "a").await, task(&ctx, &made, columns[0], "b").await];
        for (task, label) in [(a.id, ops.id), (b.id, ops.id), (b.id, operations.id)] {
            give(&ctx, &made, task, label).await;
        }
        labels::merge(&ctx, &editing, ops.id, operations.id).await.unwrap();
        let left = labels::list(&ctx, &editing).await.unwrap();
        assert_eq!(
            left.iter().map(|label| (label.label.name.as_str(), label.tasks)).collect::<Vec<_>>(),
            [("Operations", 2)]
        );
        let kinds = async |task: TaskId| {
            let events = task_event::Entity::find().filter(task_event::Column::TaskId.eq(task)).all(app.reader());
            let mut kinds: Vec<_> = events.await.unwrap().into_iter().map(|event| event.kind).collect();
            kinds.sort_unstable();
            kinds
        };
        assert_eq!(kinds(a.id).await, [EventKind::Created, EventKind::Labelled, EventKind::Unlabelled]);
        assert_eq!(kinds(b.id).await, [EventKind::Created, EventKind::Unlabelled], "it had the other one already");
    })
    .await;
}

#[tokio::test]
async fn a_label_is_renamed_within_the_rules_and_removed_from_its_tasks() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = editing(&ctx, &made).await;
        let ops = labels::create(&ctx, &editing, "Ops", None).await.unwrap();
        labels::create(&ctx, &editing, "Design", None).await.unwrap();
        for (name, problem) in [
            ("design".to_owned(), Problem::Taken),
            ("x".repeat(10_000), Problem::TooLong { max: 50 }),
            (String::new(), Problem::Required),
        ] {
            let refused = labels::change(&ctx, &editing, ops.id, None, (&name, 1)).await.unwrap_err();
            assert_eq!(refused, AppError::field("name", problem));
        }
        assert!(labels::change(&ctx, &editing, ops.id, None, ("Ops", 7)).await.is_err(), "the palette has six colours");
        labels::change(&ctx, &editing, ops.id, None, ("OPS", 6)).await.unwrap();
        let a = task(&ctx, &made, columns[0], "a").await;
        give(&ctx, &made, a.id, ops.id).await;
        labels::remove(&ctx, &editing, ops.id).await.unwrap();
        assert!(task_label::Entity::find().all(app.reader()).await.unwrap().is_empty());
        assert_eq!(labels::remove(&ctx, &editing, ops.id).await.unwrap_err(), AppError::NotFound);
    })
    .await;
}

#[tokio::test]
async fn of_two_who_rename_a_label_the_later_one_sees_both_names() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = editing(&ctx, &made).await;
        let ops = labels::create(&ctx, &editing, "Ops", Some(1)).await.unwrap();
        let began = Some(labels::version(&ops));
        labels::change(&ctx, &editing, ops.id, began, ("Operations", 1)).await.unwrap();
        labels::change(&ctx, &editing, ops.id, began, ("Operations", 1)).await.expect("both want the same");
        let AppError::Conflict(both) = labels::change(&ctx, &editing, ops.id, began, ("Ops", 2)).await.unwrap_err()
        else {
            panic!("nobody is asked")
        };
        assert_eq!((both.mine.as_str(), both.theirs.as_str()), ("Ops", "Operations"));
        labels::change(&ctx, &editing, ops.id, Some(both.version), ("Ops", 2)).await.unwrap();
        let now = labels::all(app.reader(), made.id).await.unwrap();
        assert_eq!((now[0].name.as_str(), now[0].hue), ("Ops", 2));
    })
    .await;
}

#[tokio::test]
async fn a_project_has_up_to_a_thousand_labels_and_no_more() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let rows = (0..LABELS_MAX).map(|number| label::ActiveModel {
            id: Set(LabelId(Uuid::now_v7())),
            project_id: Set(made.id),
            name: Set(format!("Label {number:04}")),
            hue: Set(1),
        });
        label::Entity::insert_many(rows).exec_without_returning(app.reader()).await.unwrap();
        let editing = editing(&ctx, &made).await;
        let refused = labels::create(&ctx, &editing, "One more", None).await.unwrap_err();
        assert_eq!(refused, AppError::field("name", Problem::TooMany { max: 1_000 }));
        assert_eq!(labels::list(&ctx, &editing).await.unwrap().len(), 1_000);
    })
    .await;
}
