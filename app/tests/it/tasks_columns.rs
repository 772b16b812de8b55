//! Columns: nothing is lost when they come, change and go, and a hard limit holds against everybody.

use app::{
    domain::{
        column::{Between, COLUMNS_MAX, Shift, Side},
        ids::{ColumnId, OpId, TaskId},
        project::MemberRole,
        task::{Category, EventKind, Status},
    },
    entities::{event_stream, member, project as project_row, task as task_row, task_event},
    error::{AppError, Problem},
    platform::ctx::{Actor, Ctx},
    projects::service::{access, projects},
    tasks::service::{
        archive,
        columns::{self, ColumnChange, NewColumn},
        copy,
        moves::{self, Move},
        trash,
    },
    testing::{Cast, TestApp, each_database, project, task},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

async fn editing(ctx: &Ctx, project: &project_row::Model) -> access::Editing {
    access::by_id(ctx, ctx.reader(), project.id).await.unwrap().editing().unwrap()
}

async fn names(ctx: &Ctx, project: &project_row::Model) -> Vec<String> {
    projects::columns(ctx.reader(), project.id).await.unwrap().into_iter().map(|column| column.name).collect()
}

async fn titles(ctx: &Ctx, column: ColumnId) -> Vec<String> {
    let rows =
        task_row::Entity::find().filter(task_row::Column::ColumnId.eq(column)).order_by_asc(task_row::Column::Rank);
    rows.all(ctx.reader()).await.unwrap().into_iter().map(|row| row.title).collect()
}

async fn row(app: &TestApp, id: TaskId) -> task_row::Model {
    task_row::Entity::find_by_id(id).one(app.reader()).await.unwrap().unwrap()
}

fn limited(name: &str, status: Status, limit: i64, limit_is_hard: bool) -> ColumnChange {
    ColumnChange { name: name.into(), status, limit: Some(limit), limit_is_hard }
}

fn to(task: TaskId, column: ColumnId) -> Move {
    Move { task, column, after: None, before: None, op_id: Some(OpId(Uuid::now_v7())) }
}

#[tokio::test]
async fn a_column_is_added_beside_another_and_walks_along_the_board() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, ids) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = editing(&ctx, &made).await;
        let review =
            NewColumn { name: " Review ".into(), status: Status::Progress, beside: Some((Side::After, ids[1])) };
        let review = columns::add(&ctx, &editing, review).await.unwrap();
        assert_eq!(names(&ctx, &made).await, ["Todo", "In Progress", "Review", "Pending", "Completed"]);
        columns::shift(&ctx, &editing, review.id, Shift::On).await.unwrap();
        assert_eq!(names(&ctx, &made).await, ["Todo", "In Progress", "Pending", "Review", "Completed"]);
        columns::shift(&ctx, &editing, review.id, Shift::First).await.unwrap();
        columns::shift(&ctx, &editing, review.id, Shift::Back).await.unwrap();
        assert_eq!(names(&ctx, &made).await, ["Review", "Todo", "In Progress", "Pending", "Completed"]);
    })
    .await;
}

#[tokio::test]
async fn a_column_is_put_between_two_others_and_a_repeat_tells_nobody() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, ids) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = editing(&ctx, &made).await;
        let told = async || {
            let rows = event_stream::Entity::find().filter(event_stream::Column::ProjectId.eq(made.id));
            rows.count(ctx.reader()).await.unwrap()
        };
        let begin = told().await;
        let between = Between { after: Some(ids[1]), before: Some(ids[2]) };
        columns::place(&ctx, &editing, ids[0], between).await.unwrap();
        assert_eq!(names(&ctx, &made).await, ["In Progress", "Todo", "Pending", "Completed"]);
        assert_eq!(told().await, begin + 1);
        columns::place(&ctx, &editing, ids[0], between).await.unwrap();
        assert_eq!(told().await, begin + 1);

        // One neighbour is gone: it comes to the other one.
        columns::remove(&ctx, &editing, ids[1], ids[0]).await.unwrap();
        let between = Between { after: Some(ids[1]), before: Some(ids[2]) };
        columns::place(&ctx, &editing, ids[3], between).await.unwrap();
        assert_eq!(names(&ctx, &made).await, ["Todo", "Completed", "Pending"]);
        let gone = columns::place(&ctx, &editing, ids[1], Between::default()).await.unwrap_err();
        assert_eq!(gone, AppError::NotFound);
    })
    .await;
}

#[tokio::test]
async fn names_of_columns_are_short_and_given_once_and_a_board_has_only_so_many() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = editing(&ctx, &made).await;
        let add = async |name: String| {
            columns::add(&ctx, &editing, NewColumn { name, status: Status::Todo, beside: None }).await
        };
        for (name, problem) in [
            ("x".repeat(10_000), Problem::TooLong { max: 50 }),
            (" ".into(), Problem::Required),
            ("a\u{2028}b".into(), Problem::ControlCharacters),
            ("TODO".into(), Problem::Taken),
        ] {
            assert_eq!(add(name).await.unwrap_err(), AppError::field("name", problem));
        }
        add("<script>alert(1)</script> \u{202e}עברית".into()).await.unwrap();
        for number in names(&ctx, &made).await.len()..COLUMNS_MAX {
            add(format!("List {number}")).await.unwrap();
        }
        let refused = add("One more".into()).await.unwrap_err();
        assert_eq!(refused, AppError::field("name", Problem::TooMany { max: 50 }));
    })
    .await;
}

#[tokio::test]
async fn another_status_finishes_or_opens_all_tasks_of_the_column_and_their_histories_say_so() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, ids) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = editing(&ctx, &made).await;
        let a = task(&ctx, &made, ids[2], "a").await;
        let b = task(&ctx, &made, ids[2], "b").await;
        archive::archive(&ctx, b.id, None).await.unwrap();
        let change = |status| ColumnChange { name: "Shipped".into(), status, limit: None, limit_is_hard: false };
        columns::change(&ctx, &editing, ids[2], None, change(Status::Done)).await.unwrap();
        for id in [a.id, b.id] {
            let row = row(&app, id).await;
            assert_eq!((row.completed_at, row.category), (Some(ctx.now), Category::Accomplishment));
            let event = task_event::Entity::find()
                .filter(task_event::Column::TaskId.eq(id))
                .filter(task_event::Column::Kind.eq(EventKind::Moved))
                .one(app.reader())
                .await
                .unwrap()
                .unwrap();
            assert_eq!((event.from_status, event.to_status), (Some(Status::Pending), Some(Status::Done)));
            assert_eq!((event.from_column_id, event.actor_id), (Some(ids[2]), Some(cast.jonas.id)));
        }
        columns::change(&ctx, &editing, ids[2], None, change(Status::Todo)).await.unwrap();
        let row = row(&app, a.id).await;
        assert_eq!((row.completed_at, row.category), (None, Category::Ordinary));
        assert_eq!(names(&ctx, &made).await[2], "Shipped");
    })
    .await;
}

#[tokio::test]
async fn the_tasks_of_a_removed_column_stand_at_the_end_of_another_in_their_order() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, ids) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = editing(&ctx, &made).await;
        task(&ctx, &made, ids[3], "there").await;
        let mut wanted = vec!["there".to_owned()];
        // More than one statement takes.
        for number in 0..503 {
            let title = format!("{number}");
            task(&ctx, &made, ids[0], &title).await;
            wanted.push(title);
        }
        let first =
            task_row::Entity::find().filter(task_row::Column::Title.eq("7")).one(app.reader()).await.unwrap().unwrap();
        archive::archive(&ctx, first.id, None).await.unwrap();
        columns::remove(&ctx, &editing, ids[0], ids[3]).await.unwrap();
        assert_eq!(names(&ctx, &made).await, ["In Progress", "Pending", "Completed"]);
        assert_eq!(titles(&ctx, ids[3]).await, wanted);
        let open = task_row::Entity::find().filter(task_row::Column::CompletedAt.is_null()).count(app.reader()).await;
        assert_eq!(open.unwrap(), 0, "all of them are completed now");
        let moved = task_event::Entity::find().filter(task_event::Column::Kind.eq(EventKind::Moved));
        assert_eq!(moved.count(app.reader()).await.unwrap(), 503);
        // The page that still shows the old column is told that it is gone.
        assert_eq!(moves::move_task(&ctx, to(first.id, ids[0])).await.unwrap_err(), AppError::NotFound);
        assert_eq!(columns::remove(&ctx, &editing, ids[0], ids[3]).await.unwrap_err(), AppError::NotFound);
    })
    .await;
}

#[tokio::test]
async fn the_last_column_stays_and_tasks_do_not_go_into_nothing() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, ids) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = editing(&ctx, &made).await;
        for id in &ids[1..] {
            columns::remove(&ctx, &editing, *id, ids[0]).await.unwrap();
        }
        for heir in [ids[0], ids[1]] {
            assert!(columns::remove(&ctx, &editing, ids[0], heir).await.is_err());
        }
        assert_eq!(names(&ctx, &made).await, ["Todo"]);
    })
    .await;
}

#[tokio::test]
async fn a_hard_limit_refuses_what_comes_in_and_lets_the_rest_move() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, ids) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = editing(&ctx, &made).await;
        let [a, b, c, d] = [
            task(&ctx, &made, ids[1], "a").await,
            task(&ctx, &made, ids[1], "b").await,
            task(&ctx, &made, ids[0], "c").await,
            task(&ctx, &made, ids[0], "d").await,
        ];
        columns::change(&ctx, &editing, ids[1], None, limited("In Progress", Status::Progress, 2, true)).await.unwrap();
        let full = AppError::Full { count: 2, limit: 2 };
        assert_eq!(moves::move_task(&ctx, to(c.id, ids[1])).await.unwrap_err(), full);
        assert_eq!(full.status(), 409);
        // Inside the column everything goes on.
        let inside = Move { after: Some(b.id), ..to(a.id, ids[1]) };
        moves::move_task(&ctx, inside).await.unwrap();
        // The archive makes room, but what comes back from it needs room, too.
        archive::archive(&ctx, a.id, None).await.unwrap();
        moves::move_task(&ctx, to(c.id, ids[1])).await.unwrap();
        assert_eq!(archive::restore(&ctx, a.id, None).await.unwrap_err(), full);
        // Nor do copies and what comes out of the trash pass it.
        assert_eq!(copy::copy(&ctx, b.id, copy::Along::default(), None).await.unwrap_err(), full);
        trash::put(&ctx, b.id, None).await.unwrap();
        moves::move_task(&ctx, to(d.id, ids[1])).await.unwrap();
        assert_eq!(trash::restore(&ctx, b.id, None).await.unwrap_err(), full);
        moves::move_task(&ctx, to(d.id, ids[0])).await.unwrap();
        trash::restore(&ctx, b.id, None).await.unwrap();
        // A removed column does not pour its tasks over the limit either.
        assert_eq!(columns::remove(&ctx, &editing, ids[0], ids[1]).await.unwrap_err(), full);
        // A soft limit only speaks.
        columns::change(&ctx, &editing, ids[1], None, limited("In Progress", Status::Progress, 2, false))
            .await
            .unwrap();
        moves::move_task(&ctx, to(d.id, ids[1])).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_limit_is_a_number_that_a_list_can_have() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, ids) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = editing(&ctx, &made).await;
        for limit in [0, -3, 10_000, i64::MAX] {
            let refused =
                columns::change(&ctx, &editing, ids[0], None, limited("Todo", Status::Todo, limit, true)).await;
            assert_eq!(refused.unwrap_err(), AppError::field("limit", Problem::OutOfRange { min: 1, max: 9_999 }));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_people_who_fill_a_column_at_once_never_pass_its_hard_limit() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, ids) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = editing(&ctx, &made).await;
        columns::change(&ctx, &editing, ids[1], None, limited("In Progress", Status::Progress, 5, true)).await.unwrap();
        let mut cards = Vec::new();
        for number in 0..24 {
            cards.push(task(&ctx, &made, ids[0], &format!("card {number}")).await.id);
        }
        let mut people = Vec::new();
        for person in 0..8_usize {
            let (app, me, cards, target) = (app.app.clone(), cast.jonas.clone(), cards.clone(), ids[1]);
            people.push(tokio::spawn(async move {
                let ctx = Ctx::new(app, Actor::Person(me));
                let mut there = 0;
                for card in cards.iter().skip(person * 3).take(3) {
                    match moves::move_task(&ctx, to(*card, target)).await {
                        Ok(_) => there += 1,
                        Err(AppError::Full { count: 5, limit: 5 }) => {}
                        Err(error) => panic!("{error:?}"),
                    }
                }
                there
            }));
        }
        let mut there = 0;
        for person in people {
            there += person.await.unwrap();
        }
        assert_eq!((there, titles(&ctx, ids[1]).await.len()), (5, 5));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn columns_change_while_cards_move_without_a_deadlock_or_a_lost_card() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, ids) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let mut cards = Vec::new();
        for number in 0..20 {
            cards.push(task(&ctx, &made, ids[number % 3], &format!("card {number}")).await.id);
        }
        let movers: Vec<_> = (0..4_usize)
            .map(|person| {
                let (app, me, cards, ids) = (app.app.clone(), cast.jonas.clone(), cards.clone(), ids.clone());
                tokio::spawn(async move {
                    for step in 0..20_usize {
                        let ctx = Ctx::new(app.clone(), Actor::Person(me.clone()));
                        let wish = to(cards[(person * 7 + step) % cards.len()], ids[(person + step) % 4]);
                        match moves::move_task(&ctx, wish).await {
                            Ok(_) | Err(AppError::NotFound) => {}
                            Err(error) => panic!("{error:?}"),
                        }
                    }
                })
            })
            .collect();
        let editing = editing(&ctx, &made).await;
        columns::remove(&ctx, &editing, ids[0], ids[2]).await.unwrap();
        columns::shift(&ctx, &editing, ids[3], Shift::First).await.unwrap();
        columns::remove(&ctx, &editing, ids[1], ids[3]).await.unwrap();
        for mover in movers {
            mover.await.unwrap();
        }
        let rows = task_row::Entity::find().all(app.reader()).await.unwrap();
        assert_eq!(rows.len(), 20);
        assert!(rows.iter().all(|row| [ids[2], ids[3]].contains(&row.column_id)));
        assert!(
            rows.iter().all(|row| (row.column_id == ids[3]) == row.completed_at.is_some()),
            "done is what stands in Completed"
        );
    })
    .await;
}

#[tokio::test]
async fn everybody_collapses_columns_for_themselves_and_strangers_find_none() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, ids) = project(&app, &cast).await;
        let of = async |me| {
            let ctx = app.as_person(me);
            let columns = projects::columns(ctx.reader(), made.id).await.unwrap();
            columns::folded(&ctx, &columns).await.unwrap()
        };
        let alex = app.as_person(&cast.alex);
        let viewing = access::by_id(&alex, alex.reader(), made.id).await.unwrap();
        for _ in 0..2 {
            columns::fold(&alex, &viewing, ids[3], true).await.unwrap();
        }
        assert!(of(&cast.alex).await.contains(&ids[3]) && of(&cast.jonas).await.is_empty());
        columns::fold(&alex, &viewing, ids[3], false).await.unwrap();
        assert!(of(&cast.alex).await.is_empty());
        let ravi = app.as_person(&cast.ravi);
        assert_eq!(columns::project_of(&ravi, ids[0]).await.unwrap_err(), AppError::NotFound);
        assert!(viewing.editing().is_err(), "a viewer does not change columns");
        let row =
            member::ActiveModel { project_id: Set(made.id), user_id: Set(cast.ravi.id), role: Set(MemberRole::Viewer) };
        row.insert(app.reader()).await.unwrap();
        assert!(columns::project_of(&ravi, ids[0]).await.is_ok());
    })
    .await;
}
