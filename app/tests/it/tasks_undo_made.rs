//! Taking back what made something: labels of the project that a task went to, and copies that others wait for.

use app::{
    automation::service::{RuleInput, rules},
    domain::{
        automation::{Action, Trigger},
        ids::{LabelId, OpId, ProjectId, TaskId},
        report::spec::{ReportSpec, Scope},
        task::Priority,
    },
    entities::{label, project as project_row, task as task_row},
    jobs::{
        form::JobForm,
        service::{report, schedules},
    },
    platform::ctx::Ctx,
    projects::service::{
        access::{self, Editing, Viewing},
        projects::{self, NewProject},
    },
    tasks::service::{
        bulk::take_back,
        copy::{self, Along},
        dependencies, labels, labels_of_task,
        saved_views::{self, NewView},
        transfer, trash,
    },
    testing::{Cast, TestApp, each_database, mondays_at_ten, project, task},
};
use chrono::TimeDelta;
use sea_orm::EntityTrait;
use uuid::Uuid;

fn op() -> OpId {
    OpId(Uuid::now_v7())
}

/// How many tasks a taking back has changed, and how many it has left.
async fn taken(ctx: &Ctx, of: OpId, by: OpId) -> (usize, u32) {
    let taken = take_back::change(ctx, of, by).await.unwrap();
    (taken.cards.len(), taken.kept)
}

async fn is_in_trash(ctx: &Ctx, id: TaskId) -> bool {
    task_row::Entity::find_by_id(id).one(ctx.reader()).await.unwrap().unwrap().deleted_at.is_some()
}

/// Another project of Mina's, with the key `O`.
async fn other(app: &TestApp, cast: &Cast) -> project_row::Model {
    let new = NewProject { name: "Other".into(), key: "O".into(), zone: "UTC".into() };
    projects::create(&app.as_person(&cast.mina), new).await.unwrap()
}

async fn viewing(ctx: &Ctx, project: ProjectId) -> Viewing {
    access::by_id(ctx, ctx.reader(), project).await.unwrap()
}

async fn editing(ctx: &Ctx, project: ProjectId) -> Editing {
    viewing(ctx, project).await.editing().unwrap()
}

async fn labels_of(ctx: &Ctx, project: ProjectId) -> Vec<label::Model> {
    labels::all(ctx.reader(), project).await.unwrap()
}

async fn names_in(ctx: &Ctx, project: ProjectId) -> Vec<String> {
    labels_of(ctx, project).await.into_iter().map(|label| label.name).collect()
}

#[tokio::test]
async fn a_label_that_a_move_to_another_project_made_goes_and_comes_again_with_the_task() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let there = other(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let a = task(&mina, &made, columns[0], "a").await.id;
        labels_of_task::add(&mina, a, "Data", Some(3)).await.unwrap();
        labels_of_task::add(&mina, a, "Ops", None).await.unwrap();
        // This one they have already, so it is theirs.
        labels::create(&mina, &editing(&mina, there.id).await, "ops", None).await.unwrap();
        let here = labels_of(&mina, made.id).await;

        let (moved, back, again) = (op(), op(), op());
        transfer::transfer(&mina, a, there.id, None, Some(moved)).await.unwrap();
        let with_it = labels_of(&mina, there.id).await;
        assert_eq!(names_in(&mina, there.id).await, ["Data", "ops"]);
        for _ in 0..2 {
            assert_eq!(taken(&mina, moved, back).await, (1, 0));
            assert_eq!(names_in(&mina, there.id).await, ["ops"], "also after a repeat");
        }
        assert_eq!(labels_of(&mina, made.id).await, here);
        assert_eq!(taken(&mina, back, again).await, (1, 0));
        assert_eq!(labels_of(&mina, there.id).await, with_it, "the same label, not another one of its name");
        let back = op();
        assert_eq!(taken(&mina, again, back).await, (1, 0));
        assert_eq!(names_in(&mina, there.id).await, ["ops"]);

        // Somebody has made one of that name meanwhile.
        let theirs = labels::create(&mina, &editing(&mina, there.id).await, "data", Some(5)).await.unwrap();
        let again = op();
        assert_eq!(taken(&mina, back, again).await, (1, 0));
        assert_eq!(names_in(&mina, there.id).await, ["data", "ops"]);
        assert_eq!(taken(&mina, again, op()).await, (1, 0));
        assert!(labels_of(&mina, there.id).await.contains(&theirs), "the move has not made it");
        assert_eq!(labels_of(&mina, made.id).await, here);
    })
    .await;
}

#[tokio::test]
async fn a_label_that_a_move_made_stays_where_something_else_uses_it_by_now() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let there = other(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let a = task(&mina, &made, columns[0], "a").await.id;
        for name in ["Job", "Name", "Plain", "Rule", "Task", "View"] {
            labels_of_task::add(&mina, a, name, None).await.unwrap();
        }
        let moved = op();
        transfer::transfer(&mina, a, there.id, None, Some(moved)).await.unwrap();
        let known = labels_of(&mina, there.id).await;
        let id_of = |name: &str| -> LabelId { known.iter().find(|label| label.name == name).unwrap().id };

        let lists = projects::columns(app.reader(), there.id).await.unwrap();
        let b = task(&mina, &there, lists[0].id, "b").await.id;
        labels_of_task::add(&mina, b, "Task", None).await.unwrap();
        trash::put(&mina, b, None).await.unwrap();
        let actions = vec![Action::SetPriority { priority: Priority::High }];
        let rule = RuleInput { name: "Escalate".into(), trigger: Trigger::Labelled { label: id_of("Rule") }, actions };
        let owning = viewing(&mina, there.id).await.owning().unwrap();
        rules::create(&mina, &owning, rule).await.unwrap();
        let view = NewView { name: "Some".into(), query: "?label=view".into(), is_shared: false };
        saved_views::save(&mina, &viewing(&mina, there.id).await, view).await.unwrap();
        labels::change(&mina, &editing(&mina, there.id).await, id_of("Name"), None, ("Named", 2)).await.unwrap();
        let form = JobForm { project: "O".into(), ..mondays_at_ten() };
        let job = schedules::create(&mina, &editing(&mina, there.id).await, &form).await.unwrap();
        let scope = Scope { labels: vec![id_of("Job")], ..Scope::default() };
        report::choose(&mina, job, 1, &ReportSpec { scope, ..ReportSpec::default() }).await.unwrap();

        assert_eq!(taken(&mina, moved, op()).await, (1, 0));
        assert_eq!(names_in(&mina, there.id).await, ["Job", "Named", "Rule", "Task", "View"]);
        assert_eq!(names_in(&mina, made.id).await, ["Job", "Name", "Plain", "Rule", "Task", "View"]);
    })
    .await;
}

#[tokio::test]
async fn a_copy_that_another_task_waits_for_by_now_is_not_taken_back() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let jonas = app.as_person(&cast.jonas);
        let a = task(&jonas, &made, columns[0], "a").await.id;
        let (copied, back, again) = (op(), op(), op());
        let copy = copy::copy(&jonas, a, Along::default(), Some(copied)).await.unwrap().task;
        dependencies::add(&jonas, a, copy).await.unwrap();
        assert_eq!(taken(&jonas, copied, op()).await, (0, 1), "in the trash it would hold up nothing");
        assert!(!is_in_trash(&jonas, copy).await);
        dependencies::remove(&jonas, a, copy).await.unwrap();
        assert_eq!(taken(&jonas, copied, back).await, (1, 0));

        assert_eq!(taken(&jonas, back, again).await, (1, 0), "it is out of the trash again");
        app.clock.advance(TimeDelta::seconds(1));
        let jonas = app.as_person(&cast.jonas);
        dependencies::add(&jonas, a, copy).await.unwrap();
        assert_eq!(taken(&jonas, again, op()).await, (0, 1));
        assert!(!is_in_trash(&jonas, copy).await);
        trash::put(&jonas, a, None).await.unwrap();
        assert_eq!(taken(&jonas, again, op()).await, (1, 0), "what is in the trash waits for nothing");
        assert!(is_in_trash(&jonas, copy).await);
    })
    .await;
}
