//! Taking back moves that change more than the place: to another status, to another project, and copies.

use app::{
    domain::{
        ids::{ColumnId, LabelId, OpId, ProjectId, TaskId, UserId},
        project::MemberRole,
        recurrence::Recurrence,
        task::{Category, EventKind},
        task_edit::{Edit, TaskEdit},
    },
    entities::{
        member, project as project_row, task as task_row, task_assignee, task_dependency, task_event, task_label,
    },
    error::{AppError, Problem},
    members::service::members::{self, OpenTasks},
    platform::ctx::Ctx,
    projects::service::{
        access, life,
        projects::{self, NewProject},
    },
    tasks::{
        service::{
            assign,
            bulk::{self, take_back},
            comments,
            copy::{self, Along},
            dependencies, detail,
            edit::{self, Change},
            find, labels, labels_of_task,
            moves::{self, Move},
            recurrence, transfer,
        },
        view::TaskDetail,
    },
    testing::{Cast, TestApp, each_database, project, task},
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

fn op() -> OpId {
    OpId(Uuid::now_v7())
}

fn to(task: TaskId, column: ColumnId, op_id: Option<OpId>) -> Move {
    Move { task, column, after: None, before: None, op_id }
}

async fn row(ctx: &Ctx, id: TaskId) -> task_row::Model {
    task_row::Entity::find_by_id(id).one(ctx.reader()).await.unwrap().unwrap()
}

/// What a change of status writes.
async fn state(ctx: &Ctx, id: TaskId) -> (ColumnId, Category, Option<DateTime<Utc>>) {
    let row = row(ctx, id).await;
    (row.column_id, row.category, row.completed_at)
}

async fn titles(ctx: &Ctx, column: ColumnId) -> Vec<String> {
    let rows = task_row::Entity::find()
        .filter(task_row::Column::ColumnId.eq(column))
        .filter(task_row::Column::ArchivedAt.is_null())
        .order_by_asc(task_row::Column::Rank)
        .all(ctx.reader())
        .await
        .unwrap();
    rows.into_iter().map(|row| row.title).collect()
}

async fn read(ctx: &Ctx, reference: &str) -> TaskDetail {
    let (viewing, row) = find::by_reference(ctx, ctx.reader(), reference).await.unwrap();
    detail::read(ctx, &viewing, row).await.unwrap()
}

/// How many tasks a taking back has changed, and how many it has left.
async fn taken(ctx: &Ctx, of: OpId, by: OpId) -> (usize, u32) {
    let taken = take_back::change(ctx, of, by).await.unwrap();
    (taken.cards.len(), taken.kept)
}

async fn set_category(ctx: &Ctx, id: TaskId, category: Category) {
    edit::change(ctx, id, 1, Change::Category(category), None).await.unwrap();
}

/// Another project of Mina's, with the key `O`.
async fn other(app: &TestApp, cast: &Cast) -> project_row::Model {
    let new = NewProject { name: "Other".into(), key: "O".into(), zone: "UTC".into() };
    projects::create(&app.as_person(&cast.mina), new).await.unwrap()
}

#[tokio::test]
async fn a_category_that_was_set_by_hand_and_the_day_of_completion_come_back_with_the_move() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await.id;
        set_category(&ctx, a, Category::Accomplishment).await;
        let (moved, back) = (op(), op());
        let before = state(&ctx, a).await;
        moves::move_task(&ctx, to(a, columns[3], Some(moved))).await.unwrap();
        let done = state(&ctx, a).await;
        assert_eq!((done.1, done.2), (Category::Accomplishment, Some(ctx.now)));
        assert_eq!(taken(&ctx, moved, back).await, (1, 0));
        assert_eq!(state(&ctx, a).await, before, "an accomplishment in Todo is what somebody has made it");
        app.clock.advance(TimeDelta::days(1));
        let ctx = app.as_person(&cast.jonas);
        assert_eq!(taken(&ctx, back, op()).await, (1, 0));
        assert_eq!(state(&ctx, a).await, done, "completed when it was first");

        // Out of Completed, and back by each way that there is: as a step of the board, of one card and of many.
        set_category(&ctx, a, Category::Ordinary).await;
        let done = state(&ctx, a).await;
        moves::move_task(&ctx, to(a, columns[1], None)).await.unwrap();
        moves::move_back(&ctx, to(a, columns[3], Some(op())), None).await.unwrap();
        assert_eq!(state(&ctx, a).await, done);
        moves::move_task(&ctx, to(a, columns[0], None)).await.unwrap();
        let edit = Edit::Move { column: columns[3], after: None, before: None };
        bulk::change_back(&ctx, vec![TaskEdit { task: a, edit }], Some(op())).await.unwrap();
        assert_eq!(state(&ctx, a).await, done);
    })
    .await;
}

#[tokio::test]
async fn a_move_of_its_own_completes_anew_and_a_category_of_since_stays() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[3], "a").await.id;
        set_category(&ctx, a, Category::Ordinary).await;
        moves::move_task(&ctx, to(a, columns[0], None)).await.unwrap();
        app.clock.advance(TimeDelta::days(2));
        let ctx = app.as_person(&cast.jonas);
        moves::move_task(&ctx, to(a, columns[3], None)).await.unwrap();
        assert_eq!(state(&ctx, a).await, (columns[3], Category::Accomplishment, Some(ctx.now)));

        let b = task(&ctx, &made, columns[0], "b").await.id;
        let moved = op();
        moves::move_task(&ctx, to(b, columns[3], Some(moved))).await.unwrap();
        set_category(&app.as_person(&cast.mina), b, Category::Highlight).await;
        assert_eq!(taken(&ctx, moved, op()).await, (1, 0));
        assert_eq!(state(&ctx, b).await, (columns[0], Category::Highlight, None));
    })
    .await;
}

#[derive(Debug, PartialEq)]
struct Whole {
    row: task_row::Model,
    labels: Vec<LabelId>,
    people: Vec<UserId>,
    blockers: Vec<TaskId>,
}

/// All of a task that a move to another project touches; its rank and the count of its changes are not shown.
async fn whole(ctx: &Ctx, id: TaskId) -> Whole {
    let labels = task_label::Entity::find().filter(task_label::Column::TaskId.eq(id)).all(ctx.reader()).await.unwrap();
    let people =
        task_assignee::Entity::find().filter(task_assignee::Column::TaskId.eq(id)).all(ctx.reader()).await.unwrap();
    let blockers = task_dependency::Entity::find().filter(task_dependency::Column::BlockedId.eq(id));
    let blockers = blockers.all(ctx.reader()).await.unwrap();
    let mut whole = Whole {
        row: task_row::Model { version: 0, rank: String::new(), ..row(ctx, id).await },
        labels: labels.into_iter().map(|link| link.label_id).collect(),
        people: people.into_iter().map(|link| link.user_id).collect(),
        blockers: blockers.into_iter().map(|link| link.blocker_id).collect(),
    };
    whole.labels.sort_unstable();
    whole.people.sort_unstable();
    whole
}

#[tokio::test]
async fn a_move_to_another_project_goes_back_to_list_place_and_number_with_all_that_was_lost_and_again() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let there = other(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let mut ids = Vec::new();
        for title in ["a", "b", "c"] {
            ids.push(task(&mina, &made, columns[2], title).await.id);
        }
        let b = ids[1];
        set_category(&mina, b, Category::Accomplishment).await;
        labels_of_task::add(&mina, b, "Data", Some(3)).await.unwrap();
        assign::set(&mina, b, &[cast.jonas.id, cast.mina.id]).await.unwrap();
        dependencies::add(&mina, b, ids[0]).await.unwrap();
        recurrence::set(&mina, b, Some(Recurrence::Weekdays)).await.unwrap();
        let before = whole(&mina, b).await;

        let (moved, back, again) = (op(), op(), op());
        for _ in 0..2 {
            let arrived = transfer::transfer(&mina, b, there.id, None, Some(moved)).await.unwrap();
            assert_eq!((arrived.task, arrived.reference.as_str()), (b, "O-1"));
        }
        let lines = task_event::Entity::find().filter(task_event::Column::Kind.eq(EventKind::Transferred));
        assert_eq!(lines.count(app.reader()).await.unwrap(), 1, "a repeat does nothing");
        assert_eq!(titles(&mina, columns[2]).await, ["a", "c"]);
        let after = whole(&mina, b).await;
        assert_eq!((after.people.as_slice(), after.row.recurrence.as_deref()), ([cast.mina.id].as_slice(), None));

        for _ in 0..2 {
            assert_eq!(taken(&mina, moved, back).await, (1, 0), "also a repeat says so");
        }
        assert_eq!(whole(&mina, b).await, before);
        assert_eq!(titles(&mina, columns[2]).await, ["a", "b", "c"]);
        let late = transfer::transfer(&mina, b, there.id, None, Some(moved)).await.unwrap();
        assert_eq!(late.reference, "T-2", "asked again after the way back, it only says where the task is");
        for reference in ["T-2", "O-1"] {
            let shown = read(&mina, reference).await;
            assert_eq!((shown.card.id, shown.card.reference(&shown.key).as_str()), (b, "T-2"));
        }
        assert_eq!(read(&mina, "T-2").await.history[0].what, "moved this here from O-1");

        assert_eq!(taken(&mina, back, again).await, (1, 0));
        assert_eq!(whole(&mina, b).await, after, "the same number and labels there, too");
        assert_eq!(read(&mina, "T-2").await.card.reference("O"), "O-1");
        assert_eq!(taken(&mina, again, op()).await, (1, 0));
        assert_eq!(whole(&mina, b).await, before);
    })
    .await;
}

#[tokio::test]
async fn what_is_gone_does_not_come_back_and_what_came_since_comes_along() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let there = other(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let a = task(&mina, &made, columns[0], "a").await.id;
        for name in ["Data", "Ops", "Net"] {
            labels_of_task::add(&mina, a, name, None).await.unwrap();
        }
        assign::set(&mina, a, &[cast.jonas.id, cast.alex.id]).await.unwrap();
        let moved = op();
        transfer::transfer(&mina, a, there.id, None, Some(moved)).await.unwrap();

        // Here one label gets another name and one goes, and so does Alex; there one comes and one is taken off.
        let editing = async || access::by_id(&mina, app.reader(), made.id).await.unwrap().editing().unwrap();
        let known = labels::all(app.reader(), made.id).await.unwrap();
        let id_of = |name: &str| known.iter().find(|label| label.name == name).unwrap().id;
        labels::change(&mina, &editing().await, id_of("Data"), None, ("Facts", 2)).await.unwrap();
        labels::remove(&mina, &editing().await, id_of("Ops")).await.unwrap();
        let owning = access::by_id(&mina, app.reader(), made.id).await.unwrap().owning().unwrap();
        members::remove(&mina, &owning, cast.alex.id, OpenTasks::Keep).await.unwrap();
        labels_of_task::add(&mina, a, "New", None).await.unwrap();
        labels_of_task::remove(&mina, a, "Net").await.unwrap();

        assert_eq!(taken(&mina, moved, op()).await, (1, 0));
        let card = read(&mina, "T-1").await.card;
        let mut names: Vec<&str> = card.labels.iter().map(|label| label.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!((names, card.assignees), (vec!["Facts", "New"], vec![cast.jonas.id]));
    })
    .await;
}

#[tokio::test]
async fn a_move_to_another_project_is_not_taken_back_over_what_was_made_of_it_since() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let there = other(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let a = task(&mina, &made, columns[0], "a").await.id;
        let (moved, later) = (op(), op());
        transfer::transfer(&mina, a, there.id, None, Some(moved)).await.unwrap();
        let lists = projects::columns(app.reader(), there.id).await.unwrap();
        moves::move_task(&mina, to(a, lists[1].id, Some(later))).await.unwrap();
        assert_eq!(taken(&mina, moved, op()).await, (0, 1), "somebody works with it there");
        assert_eq!(row(&mina, a).await.column_id, lists[1].id);
        assert_eq!(taken(&mina, later, op()).await, (1, 0));
        assert_eq!(taken(&mina, moved, op()).await, (1, 0), "step by step it goes back");
        assert_eq!(row(&mina, a).await.column_id, columns[0]);

        transfer::transfer(&mina, a, there.id, None, None).await.unwrap();
        assert_eq!(taken(&mina, moved, op()).await, (0, 1), "that was another move");
    })
    .await;
}

#[tokio::test]
async fn the_way_back_to_a_project_says_why_it_is_closed_and_changes_nothing() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let there = other(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let joined = member::ActiveModel {
            project_id: Set(there.id),
            user_id: Set(cast.jonas.id),
            role: Set(MemberRole::Editor),
        };
        member::Entity::insert(joined).exec_without_returning(app.reader()).await.unwrap();
        let a = task(&jonas, &made, columns[0], "a").await.id;
        let moved = op();
        transfer::transfer(&jonas, a, there.id, None, Some(moved)).await.unwrap();
        let refused = async |ctx: &Ctx, problem: Problem| {
            let answer = take_back::change(ctx, moved, op()).await;
            assert_eq!(answer, Err(AppError::field("undo", problem)));
            assert_eq!(row(ctx, a).await.project_id, there.id);
        };
        let holding = async |id: ProjectId| access::by_id(&mina, app.reader(), id).await.unwrap().holding().unwrap();
        life::archive(&mina, &holding(made.id).await).await.unwrap();
        refused(&jonas, Problem::OriginArchived).await;
        life::restore(&mina, &holding(made.id).await).await.unwrap();
        let owning = async || access::by_id(&mina, app.reader(), made.id).await.unwrap().owning().unwrap();
        members::set_role(&mina, &owning().await, cast.jonas.id, MemberRole::Viewer).await.unwrap();
        refused(&jonas, Problem::OriginReadOnly).await;
        members::remove(&mina, &owning().await, cast.jonas.id, OpenTasks::Keep).await.unwrap();
        refused(&jonas, Problem::OriginGone).await;
        life::delete(&mina, &holding(made.id).await, "Tasks").await.unwrap();
        refused(&jonas, Problem::OriginGone).await;
        // Where the task is the right is asked for as ever.
        let owning = access::by_id(&mina, app.reader(), there.id).await.unwrap().owning().unwrap();
        members::remove(&mina, &owning, cast.jonas.id, OpenTasks::Keep).await.unwrap();
        assert_eq!(take_back::change(&jonas, moved, op()).await, Err(AppError::NotFound));
    })
    .await;
}

#[tokio::test]
async fn the_line_of_a_move_to_another_project_is_taken_back_from_the_history() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let there = other(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let a = task(&mina, &made, columns[0], "a").await.id;
        transfer::transfer(&mina, a, there.id, None, None).await.unwrap();
        let shown = read(&mina, "O-1").await;
        assert_eq!(shown.history[0].what, "moved this here from T-1");
        let line = shown.history[0].undo.unwrap();
        take_back::line(&mina, line, None).await.unwrap();
        assert_eq!(row(&mina, a).await.column_id, columns[0]);
        let refused = take_back::line(&mina, line, None).await;
        assert_eq!(refused, Err(AppError::field("undo", Problem::ChangedSince)));
        let history = read(&mina, "T-1").await.history;
        let offered: Vec<&str> =
            history.iter().filter(|line| line.undo.is_some()).map(|line| line.what.as_str()).collect();
        assert_eq!(offered, ["moved this here from O-1"], "only the last of them");
    })
    .await;
}

#[tokio::test]
async fn a_copy_goes_to_the_trash_and_comes_back_unless_somebody_else_works_with_it() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let a = task(&jonas, &made, columns[0], "a").await.id;
        let (copied, back, again) = (op(), op(), op());
        let copy = copy::copy(&jonas, a, Along::default(), Some(copied)).await.unwrap();
        assert_eq!(copy::copy(&jonas, a, Along::default(), Some(copied)).await.unwrap(), copy, "a repeat is the same");
        assert_eq!(titles(&jonas, columns[0]).await, ["a (copy)", "a"]);
        assert_eq!(taken(&mina, copied, op()).await, (0, 0), "it is not hers");
        assert_eq!(taken(&jonas, copied, back).await, (1, 0));
        assert_eq!(titles(&jonas, columns[0]).await, ["a"]);
        assert!(row(&jonas, copy.task).await.deleted_at.is_some());
        assert_eq!(taken(&jonas, back, again).await, (1, 0));
        assert_eq!(titles(&jonas, columns[0]).await, ["a (copy)", "a"]);
        let (last, once_more) = (op(), op());
        assert_eq!(taken(&jonas, again, last).await, (1, 0));
        assert_eq!(titles(&jonas, columns[0]).await, ["a"]);
        assert_eq!(taken(&jonas, last, once_more).await, (1, 0));
        comments::add(&mina, copy.task, "I need this", None).await.unwrap();
        assert_eq!(taken(&jonas, once_more, op()).await, (0, 1), "it is out of the trash, and Mina works with it");
        assert!(row(&jonas, copy.task).await.deleted_at.is_none());

        let copied = op();
        let copy = copy::copy(&jonas, a, Along::default(), Some(copied)).await.unwrap();
        edit::change(&mina, copy.task, 1, Change::Title("Mina's".into()), None).await.unwrap();
        assert_eq!(taken(&jonas, copied, op()).await, (0, 1));
        assert!(row(&jonas, copy.task).await.deleted_at.is_none());
    })
    .await;
}
