//! Many tasks at once, and tasks of typed lines: all or nothing, in order, safe to repeat.

use std::time::Duration;

use app::{
    domain::{
        due::{Due, DueInput},
        ids::{ColumnId, OpId, TaskId},
        task::{EventKind, Priority},
        task_edit::{Edit, TaskEdit},
    },
    entities::{label, task as task_row, task_event},
    error::{AppError, FieldError, Problem},
    platform::ctx::Ctx,
    projects::service::{
        access,
        projects::{self, NewProject},
    },
    tasks::service::{archive, bulk, edit, moves::End, quick_add, stream, transfer},
    testing::{Cast, each_database, project, task},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

fn op() -> Option<OpId> {
    Some(OpId(Uuid::now_v7()))
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

async fn events(ctx: &Ctx, task: TaskId, kind: EventKind) -> u64 {
    let of_task = task_event::Entity::find().filter(task_event::Column::TaskId.eq(task));
    of_task.filter(task_event::Column::Kind.eq(kind)).count(ctx.reader()).await.unwrap()
}

#[tokio::test]
async fn a_selection_moves_in_its_order_and_goes_back_in_one() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let mut cards = Vec::new();
        for title in ["a", "b", "c", "d"] {
            cards.push(task(&ctx, &made, columns[0], title).await.id);
        }
        let x = task(&ctx, &made, columns[1], "x").await.id;
        let y = task(&ctx, &made, columns[1], "y").await.id;
        let [a, b, c, _] = cards[..] else { panic!("four cards") };
        bulk::change(&ctx, Edit::move_in_order(&[a, b, c], columns[1], Some(x), Some(y)), op()).await.unwrap();
        assert_eq!(titles(&ctx, columns[1]).await, ["x", "a", "b", "c", "y"]);
        assert_eq!(titles(&ctx, columns[0]).await, ["d"]);

        // As the board takes it back: the last one first, each to the neighbours it had.
        let back = |task, after, before| TaskEdit { task, edit: Edit::Move { column: columns[0], after, before } };
        let d = cards[3];
        bulk::change(&ctx, vec![back(c, None, Some(d)), back(b, None, Some(c)), back(a, None, Some(b))], op())
            .await
            .unwrap();
        assert_eq!(titles(&ctx, columns[0]).await, ["a", "b", "c", "d"]);
        assert_eq!(titles(&ctx, columns[1]).await, ["x", "y"]);
        assert_eq!(events(&ctx, a, EventKind::Moved).await, 2);
    })
    .await;
}

#[tokio::test]
async fn every_field_of_many_tasks_changes_with_a_line_of_history_each() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let ops = label::ActiveModel {
            id: Set(app::domain::ids::LabelId(Uuid::now_v7())),
            project_id: Set(made.id),
            name: Set("Ops".into()),
            hue: Set(2),
        };
        let ops = ops.insert(ctx.reader()).await.unwrap().id;
        let [a, b] = [task(&ctx, &made, columns[0], "a").await.id, task(&ctx, &made, columns[2], "b").await.id];
        let due = DueInput { date: "2026-12-01".parse().unwrap(), time: None };
        let all = [
            Edit::Priority(Priority::Urgent),
            Edit::Due(Some(due)),
            Edit::People { add: vec![cast.mina.id, cast.jonas.id], remove: vec![] },
            Edit::Labels { add: vec![ops], remove: vec![] },
        ];
        let edits = all.iter().flat_map(|edit| edit.of_all([a, b])).collect();
        let cards = bulk::change(&ctx, edits, op()).await.unwrap();
        assert_eq!(cards.len(), 2);
        for card in &cards {
            assert_eq!((card.priority, card.due), (Priority::Urgent, Some(Due::On(due.date))));
            assert_eq!(card.people, ["Jonas Ortiz", "Mina Kovač"]);
            assert_eq!(card.assignees, [cast.jonas.id, cast.mina.id]);
            assert_eq!(card.labels[0].id, ops);
            assert_eq!(events(&ctx, card.id, EventKind::Edited).await, 2);
            assert_eq!(events(&ctx, card.id, EventKind::Assigned).await, 2);
            assert_eq!(events(&ctx, card.id, EventKind::Labelled).await, 1);
        }
        let none = vec![
            TaskEdit { task: a, edit: Edit::People { add: vec![], remove: vec![cast.mina.id] } },
            TaskEdit { task: a, edit: Edit::Labels { add: vec![], remove: vec![ops] } },
            TaskEdit { task: a, edit: Edit::Due(None) },
        ];
        let cards = bulk::change(&ctx, none, op()).await.unwrap();
        assert_eq!((cards[0].people.len(), cards[0].labels.len(), cards[0].due), (1, 0, None));
    })
    .await;
}

#[tokio::test]
async fn a_repeated_change_does_nothing_and_answers_with_what_is_there() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let [a, b] = [task(&ctx, &made, columns[0], "a").await.id, task(&ctx, &made, columns[0], "b").await.id];
        let same = op();
        let edits = || [Edit::Archive.of_all([a]), Edit::Priority(Priority::High).of_all([a, b])].concat();
        bulk::change(&ctx, edits(), same).await.unwrap();
        archive::restore(&ctx, a, None).await.unwrap();
        let cards = bulk::change(&ctx, edits(), same).await.unwrap();
        assert_eq!(cards.iter().map(|card| card.priority).collect::<Vec<_>>(), [Priority::High; 2]);
        assert_eq!(titles(&ctx, columns[0]).await, ["a", "b"], "the repeat does not archive it again");
        assert_eq!(events(&ctx, b, EventKind::Edited).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_repeat_does_nothing_where_the_first_task_was_as_it_was_wanted_already() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let [a, b] = [task(&jonas, &made, columns[0], "a").await.id, task(&jonas, &made, columns[0], "b").await.id];
        bulk::change(&jonas, Edit::Priority(Priority::Urgent).of_all([a]), op()).await.unwrap();
        let same = op();
        let edits = || Edit::Priority(Priority::Urgent).of_all([a, b]);
        bulk::change(&jonas, edits(), same).await.unwrap();
        bulk::change(&mina, Edit::Priority(Priority::Low).of_all([b]), op()).await.unwrap();
        let cards = bulk::change(&jonas, edits(), same).await.unwrap();
        assert_eq!(cards.iter().map(|card| card.priority).collect::<Vec<_>>(), [Priority::Urgent, Priority::Low]);
    })
    .await;
}

#[tokio::test]
async fn a_task_that_leaves_for_another_project_meanwhile_is_not_changed_there() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let new = NewProject { name: "Relay".into(), key: "REL".into(), zone: "UTC".into() };
        // Jonas is not in it.
        let relay = projects::create(&mina, new).await.unwrap();
        let a = task(&jonas, &made, columns[0], "a").await.id;
        let held = mina.begin().await.unwrap();
        stream::lock(&mina, &*held, made.id).await.unwrap();
        let pause = || tokio::time::sleep(Duration::from_millis(300));
        // Both wait for the project: first who takes the task away, then who changes it.
        let (left, changed, ()) = tokio::join!(
            transfer::transfer(&mina, a, relay.id, None, None),
            async {
                pause().await;
                bulk::change(&jonas, Edit::Priority(Priority::Urgent).of_all([a]), op()).await
            },
            async {
                pause().await;
                pause().await;
                held.commit().await.unwrap();
            },
        );
        left.unwrap();
        assert_eq!(changed, Err(AppError::NotFound));
        let row = task_row::Entity::find_by_id(a).one(app.reader()).await.unwrap().unwrap();
        assert_eq!((row.project_id, row.priority), (relay.id, Priority::Medium));
    })
    .await;
}

#[tokio::test]
async fn tasks_go_into_the_trash_together_and_come_back_to_their_places() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let [a, b] = [task(&ctx, &made, columns[0], "a").await.id, task(&ctx, &made, columns[0], "b").await.id];
        task(&ctx, &made, columns[0], "c").await;
        bulk::change(&ctx, Edit::Delete.of_all([a, b]), op()).await.unwrap();
        assert_eq!(titles(&ctx, columns[0]).await, ["c"]);
        bulk::change(&ctx, Edit::Undelete.of_all([b, a]), op()).await.unwrap();
        assert_eq!(titles(&ctx, columns[0]).await, ["a", "b", "c"]);
        assert_eq!((events(&ctx, a, EventKind::Deleted).await, events(&ctx, a, EventKind::Undeleted).await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn one_task_without_the_right_refuses_the_whole_change() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await.id;
        let gone = TaskId(Uuid::now_v7());
        let urgent = Edit::Priority(Priority::Urgent);
        assert_eq!(bulk::change(&ctx, urgent.of_all([a, gone]), op()).await.unwrap_err(), AppError::NotFound);
        assert_eq!(events(&ctx, a, EventKind::Edited).await, 0);
        let (viewer, stranger) = (app.as_person(&cast.alex), app.as_person(&cast.ravi));
        assert_eq!(bulk::change(&viewer, urgent.of_all([a]), op()).await.unwrap_err(), AppError::Forbidden);
        assert_eq!(bulk::change(&stranger, urgent.of_all([a]), op()).await.unwrap_err(), AppError::NotFound);
        let foreign = Edit::People { add: vec![cast.ravi.id], remove: vec![] };
        let both = [urgent.of_all([a]), foreign.of_all([a])].concat();
        let refused = bulk::change(&ctx, both, op()).await.unwrap_err();
        assert_eq!(refused, AppError::field("assignee", Problem::UnknownChoice));
        assert_eq!(events(&ctx, a, EventKind::Edited).await, 0, "what came before it is taken back too");
        let elsewhere = Edit::Move { column: ColumnId(Uuid::now_v7()), after: None, before: None };
        assert_eq!(bulk::change(&ctx, elsewhere.of_all([a]), op()).await.unwrap_err(), AppError::NotFound);
        let many = urgent.of_all((0..501).map(|_| TaskId(Uuid::now_v7())));
        let refused = bulk::change(&ctx, many, op()).await.unwrap_err();
        assert_eq!(refused, AppError::field("tasks", Problem::TooMany { max: 500 }));
    })
    .await;
}

#[tokio::test]
async fn a_title_edited_in_place_meets_what_somebody_else_wrote() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let a = task(&mina, &made, columns[0], "a").await;
        edit::change(&mina, a.id, a.version, edit::Change::Title("Mina's".into()), None).await.unwrap();
        let mine = |base| vec![TaskEdit { task: a.id, edit: Edit::Title { text: " Jonas's  title ".into(), base } }];
        let AppError::Conflict(conflict) = bulk::change(&jonas, mine(a.version), op()).await.unwrap_err() else {
            panic!("both wrote the title");
        };
        assert_eq!(conflict.theirs, "Mina's");
        let cards = bulk::change(&jonas, mine(conflict.version), op()).await.unwrap();
        assert_eq!(cards[0].title, "Jonas's title");
    })
    .await;
}

#[tokio::test]
async fn five_hundred_tasks_change_in_one_go() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = access::by_id(&ctx, ctx.reader(), made.id).await.unwrap().editing().unwrap();
        let mut ids = Vec::new();
        for part in 0..5 {
            let lines: Vec<String> = (0..100).map(|i| format!("task {part} {i}")).collect();
            let cards = quick_add::add(&ctx, &editing, columns[0], End::Bottom, &lines.join("\n"), op()).await.unwrap();
            ids.extend(cards.into_iter().map(|card| card.id));
        }
        let before = titles(&ctx, columns[0]).await;
        let start = std::time::Instant::now();
        bulk::change(&ctx, Edit::move_in_order(&ids, columns[1], None, None), op()).await.unwrap();
        eprintln!("500 moved in {:?}", start.elapsed());
        assert_eq!(titles(&ctx, columns[1]).await, before);
        let cards = bulk::change(&ctx, Edit::Priority(Priority::Low).of_all(ids), op()).await.unwrap();
        assert!(cards.iter().all(|card| card.priority == Priority::Low) && cards.len() == 500);
    })
    .await;
}

#[tokio::test]
async fn two_selections_that_cross_wait_for_each_other() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let mut ids = Vec::new();
        for i in 0..6 {
            ids.push(task(&ctx, &made, columns[i % 2], &format!("{i}")).await.id);
        }
        let mut running = Vec::new();
        for round in 0..8_usize {
            let ctx = app.as_person(if round % 2 == 0 { &cast.jonas } else { &cast.mina });
            let (mut order, column) = (ids.clone(), columns[round % 2]);
            order.rotate_left(round % 6);
            running.push(tokio::spawn(async move {
                bulk::change(&ctx, Edit::move_in_order(&order, column, None, None), op()).await
            }));
        }
        for run in running {
            run.await.unwrap().unwrap();
        }
        let all = [titles(&ctx, columns[0]).await, titles(&ctx, columns[1]).await].concat();
        assert_eq!(all.len(), 6, "nothing is lost: {all:?}");
    })
    .await;
}

#[tokio::test]
async fn typed_lines_become_tasks_in_their_order_with_what_their_tokens_say() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = access::by_id(&ctx, ctx.reader(), made.id).await.unwrap().editing().unwrap();
        let add = async |end, text: &str, op| quick_add::add(&ctx, &editing, columns[0], end, text, op).await;
        add(End::Bottom, "last", op()).await.unwrap();
        let cards =
            add(End::Top, "one @mina !high tomorrow 17:00\r\n\n  two <script>  \nthree \\@mina", op()).await.unwrap();
        assert_eq!(titles(&ctx, columns[0]).await, ["one", "two <script>", "three @mina", "last"]);
        assert_eq!(
            (cards[0].people.as_slice(), cards[0].priority),
            (["Mina Kovač".to_owned()].as_slice(), Priority::High)
        );
        // Tuesday 17:00 in Ljubljana; the clock of the tests stands on Monday.
        assert_eq!(cards[0].due.unwrap().machine(), "2026-11-24T16:00:00Z");
        assert_eq!(events(&ctx, cards[0].id, EventKind::Assigned).await, 1);
        add(End::Behind(cards[0].id), "between", op()).await.unwrap();
        assert_eq!(titles(&ctx, columns[0]).await[..2], ["one", "between"]);
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_makes_no_double() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = access::by_id(&ctx, ctx.reader(), made.id).await.unwrap().editing().unwrap();
        let same = op();
        let add =
            async || quick_add::add(&ctx, &editing, columns[0], End::Top, "one @mina @jonas\ntwo\nthree", same).await;
        let first = add().await.unwrap();
        assert_eq!(add().await.unwrap(), first);
        assert_eq!(titles(&ctx, columns[0]).await, ["one", "two", "three"]);
    })
    .await;
}

#[tokio::test]
async fn too_many_lines_and_bad_lines_are_refused_in_words_and_none_is_made() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let editing = access::by_id(&ctx, ctx.reader(), made.id).await.unwrap().editing().unwrap();
        let add =
            async |text: String| quick_add::add(&ctx, &editing, columns[0], End::Top, &text, op()).await.unwrap_err();
        assert_eq!(add("x\n".repeat(201)).await, AppError::field("title", Problem::TooMany { max: 200 }));
        assert_eq!(add(" \n ".into()).await, AppError::field("title", Problem::Required));
        assert_eq!(add("x".repeat(10_000)).await, AppError::field("title", Problem::TooLong { max: 500 }));
        let AppError::Invalid(invalid) = add(format!("good\n{}\nbad\u{0}", "x".repeat(501))).await else {
            panic!("two lines are no titles");
        };
        let problem = |problem, line| FieldError { field: "title".into(), problem, line: Some(line) };
        let wanted = [problem(Problem::TooLong { max: 500 }, 2), problem(Problem::ControlCharacters, 3)];
        assert_eq!(invalid.fields, wanted);
        assert!(titles(&ctx, columns[0]).await.is_empty());
    })
    .await;
}
