//! Taking changes back by what the history knows of them: never over what somebody has made of it since.

use app::{
    domain::{
        due::DueInput,
        ids::{ColumnId, EventId, OpId, TaskId},
        project::MemberRole,
        task::{Category, EventKind, Priority},
        task_edit::{Edit, TaskEdit},
    },
    entities::{task as task_row, task_event},
    error::{AppError, Problem},
    members::service::members::{self, OpenTasks},
    platform::ctx::Ctx,
    projects::service::access,
    tasks::{
        service::{
            archive,
            bulk::{self, take_back},
            detail,
            edit::{self, Change},
            find, labels_of_task, list,
            moves::{self, Move},
            trash,
        },
        view::{Card, HistoryLine},
        views::ListRow,
    },
    testing::{Cast, each_database, project, task},
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

fn op() -> OpId {
    OpId(Uuid::now_v7())
}

async fn row(ctx: &Ctx, id: TaskId) -> task_row::Model {
    task_row::Entity::find_by_id(id).one(ctx.reader()).await.unwrap().unwrap()
}

/// What is in the fields, without the count of changes.
async fn fields(ctx: &Ctx, id: TaskId) -> task_row::Model {
    task_row::Model { version: 0, ..row(ctx, id).await }
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

async fn history(ctx: &Ctx, id: TaskId) -> Vec<HistoryLine> {
    let (viewing, row) = find::by_id(ctx, ctx.reader(), id).await.unwrap();
    detail::read(ctx, &viewing, row).await.unwrap().history
}

/// The lines that can be taken back, in words, the newest first.
async fn offered(ctx: &Ctx, id: TaskId) -> Vec<String> {
    history(ctx, id).await.into_iter().filter(|line| line.undo.is_some()).map(|line| line.what).collect()
}

async fn line(ctx: &Ctx, id: TaskId, what: &str) -> EventId {
    let lines = history(ctx, id).await;
    lines.iter().find(|line| line.what == what).and_then(|line| line.undo).unwrap()
}

#[tokio::test]
async fn every_field_goes_back_to_what_it_was_and_again_to_what_it_became() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await.id;
        let on = DueInput { date: "2026-12-01".parse().unwrap(), time: None };
        let at = DueInput { time: Some("17:30:00".parse().unwrap()), ..on };
        let changes = [
            Change::Title("b".into()),
            Change::Description("In *words*".into()),
            Change::Priority(Priority::Urgent),
            Change::Category(Category::Highlight),
            Change::Due(Some(at)),
            // From a time of a day to a day, and back to the time.
            Change::Due(Some(on)),
            Change::Start(Some("2026-11-24".parse().unwrap())),
            Change::Estimate(Some(150)),
            Change::Estimate(None),
        ];
        for change in changes {
            let (field, first, second) = (change.field(), op(), op());
            let before = fields(&ctx, a).await;
            edit::change(&ctx, a, row(&ctx, a).await.version, change, Some(first)).await.unwrap();
            let after = fields(&ctx, a).await;
            assert_ne!(before, after, "{field}");
            let taken = take_back::change(&ctx, first, second).await.unwrap();
            assert_eq!((taken.cards.len(), taken.kept), (1, 0), "{field}");
            assert_eq!(fields(&ctx, a).await, before, "{field}");
            take_back::change(&ctx, second, op()).await.unwrap();
            assert_eq!(fields(&ctx, a).await, after, "{field}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_time_that_the_clock_shows_twice_goes_back_to_the_one_that_it_was() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await.id;
        // Half past two in Ljubljana, the second time.
        let second = "2026-10-25T01:30:00Z".parse().ok();
        let due = task_row::ActiveModel { id: Unchanged(a), due_at: Set(second), ..Default::default() };
        due.update(app.reader()).await.unwrap();
        let named = op();
        edit::change(&ctx, a, 1, Change::Due(None), Some(named)).await.unwrap();
        take_back::change(&ctx, named, op()).await.unwrap();
        assert_eq!(row(&ctx, a).await.due_at, second);
    })
    .await;
}

#[tokio::test]
async fn several_steps_on_one_field_go_back_one_by_one() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await.id;
        let (first, second) = (op(), op());
        edit::change(&ctx, a, 1, Change::Priority(Priority::High), Some(first)).await.unwrap();
        edit::change(&ctx, a, 2, Change::Priority(Priority::Urgent), Some(second)).await.unwrap();
        take_back::change(&ctx, second, op()).await.unwrap();
        assert_eq!(row(&ctx, a).await.priority, Priority::High);
        take_back::change(&ctx, first, op()).await.unwrap();
        assert_eq!(row(&ctx, a).await.priority, Priority::Medium);
    })
    .await;
}

#[tokio::test]
async fn a_change_is_not_taken_back_over_a_later_one_of_the_same_field() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let a = task(&jonas, &made, columns[0], "a").await.id;
        let (title, priority) = (op(), op());
        edit::change(&jonas, a, 1, Change::Title("Jonas's".into()), Some(title)).await.unwrap();
        edit::change(&jonas, a, 2, Change::Priority(Priority::High), Some(priority)).await.unwrap();
        edit::change(&mina, a, 3, Change::Title("Mina's".into()), None).await.unwrap();

        let taken = take_back::change(&jonas, title, op()).await.unwrap();
        assert_eq!((taken.cards.len(), taken.kept), (0, 1));
        assert_eq!(row(&jonas, a).await.title, "Mina's");
        let taken = take_back::change(&jonas, priority, op()).await.unwrap();
        assert_eq!((taken.cards.len(), taken.kept), (1, 0), "another field is not touched by hers");
        let row = row(&jonas, a).await;
        assert_eq!((row.title.as_str(), row.priority), ("Mina's", Priority::Medium));
    })
    .await;
}

#[tokio::test]
async fn people_and_labels_go_back_with_one_name_for_all_of_them() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await.id;
        let (given, back) = (op(), op());
        let edit = Edit::People { add: vec![cast.jonas.id, cast.mina.id], remove: vec![] };
        bulk::change(&ctx, vec![TaskEdit { task: a, edit }], Some(given)).await.unwrap();
        // One of the two is taken off since: the other one still is the change's.
        let edit = Edit::People { add: vec![], remove: vec![cast.mina.id] };
        bulk::change(&app.as_person(&cast.mina), vec![TaskEdit { task: a, edit }], Some(op())).await.unwrap();
        let taken = take_back::change(&ctx, given, back).await.unwrap();
        assert_eq!((taken.cards[0].assignees.len(), taken.kept), (0, 1));
        let again = take_back::change(&ctx, back, op()).await.unwrap();
        assert_eq!((again.cards[0].assignees.as_slice(), again.kept), ([cast.jonas.id].as_slice(), 0));

        let (labelled, unlabelled) = (op(), op());
        labels_of_task::add_as(&ctx, a, "Ops", None, Some(labelled)).await.unwrap();
        let taken = take_back::change(&ctx, labelled, unlabelled).await.unwrap();
        assert!(taken.cards[0].labels.is_empty());
        let again = take_back::change(&ctx, unlabelled, op()).await.unwrap();
        assert_eq!(again.cards[0].labels[0].name, "Ops");
    })
    .await;
}

#[tokio::test]
async fn what_the_cells_of_the_list_were_given_goes_back_and_again() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await.id;
        labels_of_task::add(&ctx, a, "ops", None).await.unwrap();
        edit::change(&ctx, a, 0, Change::Due(edit::read_due("2026-11-23", "17:00").unwrap()), None).await.unwrap();
        // All that the row shows; the count of changes and the rank are not shown.
        let shown = async || {
            let row = list::rows(&ctx, &[a]).await.unwrap().remove(0);
            ListRow { card: Card { version: 0, rank: String::new(), ..row.card }, ..row }
        };
        let cells = [
            ("title", "b".to_owned()),
            ("status", columns[1].to_string()),
            ("priority", "urgent".into()),
            ("due", "2026-11-25".into()),
            ("due", String::new()),
            ("category", "highlight".into()),
            ("start", "2026-11-24".into()),
            ("estimate", "90m".into()),
            ("person", format!("add:{}", cast.alex.id)),
            ("person", format!("remove:{}", cast.alex.id)),
            ("label", "remove:ops".into()),
            ("label", "add:ops".into()),
            ("new_label", "net".into()),
        ];
        for (field, value) in cells {
            let (first, second) = (op(), op());
            let (before, version) = (shown().await, row(&ctx, a).await.version);
            list::cell::save(&ctx, a, field, &value, version, Some(first)).await.unwrap();
            let after = shown().await;
            assert_ne!(before, after, "{field}");
            list::cell::save(&ctx, a, field, &value, version, Some(first)).await.unwrap();
            assert_eq!(shown().await, after, "a repeat of {field} does nothing");
            let taken = take_back::change(&ctx, first, second).await.unwrap();
            assert_eq!((taken.cards.len(), taken.kept), (1, 0), "{field}");
            assert_eq!(shown().await, before, "{field}");
            take_back::change(&ctx, second, op()).await.unwrap();
            assert_eq!(shown().await, after, "{field}");
        }

        let moved = op();
        list::cell::save(&ctx, a, "due", "2026-12-01", 0, Some(moved)).await.unwrap();
        list::cell::save(&app.as_person(&cast.mina), a, "due", "2026-12-02", 0, None).await.unwrap();
        let taken = take_back::change(&ctx, moved, op()).await.unwrap();
        assert_eq!((taken.cards.len(), taken.kept), (0, 1), "her day is newer");
    })
    .await;
}

#[tokio::test]
async fn what_was_done_to_many_rows_goes_back_as_one_step_and_in_order() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let mut ids = Vec::new();
        for title in ["a", "b", "c", "d", "e"] {
            ids.push(task(&jonas, &made, columns[0], title).await.id);
        }
        let [a, b, _, d, _] = ids[..] else { panic!("five tasks") };
        let many = async |tasks: &[TaskId], words: &str| {
            let name = op();
            list::many::change_as(&jonas, tasks, words, Some(name)).await.unwrap();
            name
        };
        // Selected in another order than they stand in.
        let moved = many(&[d, b, a][..], &format!("move:{}", columns[2])).await;
        assert_eq!(titles(&jonas, columns[0]).await, ["c", "e"]);
        let back = op();
        let taken = take_back::change(&jonas, moved, back).await.unwrap();
        assert_eq!((taken.cards.len(), taken.kept), (3, 0));
        assert_eq!(titles(&jonas, columns[0]).await, ["a", "b", "c", "d", "e"]);
        take_back::change(&jonas, back, op()).await.unwrap();
        assert_eq!(titles(&jonas, columns[0]).await, ["c", "e"]);

        let archived = many(&ids[..], "archive").await;
        assert!(titles(&jonas, columns[0]).await.is_empty());
        take_back::change(&jonas, archived, op()).await.unwrap();
        assert_eq!(titles(&jonas, columns[0]).await, ["c", "e"]);

        let urgent = many(&[a, b, d][..], "priority:urgent").await;
        edit::change(&mina, b, 0, Change::Priority(Priority::Low), None).await.unwrap();
        let taken = take_back::change(&jonas, urgent, op()).await.unwrap();
        assert_eq!((taken.cards.len(), taken.kept), (2, 1));
        assert_eq!(row(&jonas, a).await.priority, Priority::Medium);
        assert_eq!(row(&jonas, b).await.priority, Priority::Low);
        assert_eq!(row(&jonas, d).await.priority, Priority::Medium);
    })
    .await;
}

#[tokio::test]
async fn rows_that_stood_in_the_list_already_keep_their_order_when_they_go_back_and_again() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let b = task(&ctx, &made, columns[1], "b").await.id;
        let c = task(&ctx, &made, columns[1], "c").await.id;
        let a = task(&ctx, &made, columns[0], "a").await.id;
        let mut name = op();
        list::many::change_as(&ctx, &[a, b, c], &format!("move:{}", columns[1]), Some(name)).await.unwrap();
        // Nobody else stands there, so each has only the others to go by.
        for _ in 0..2 {
            assert_eq!(titles(&ctx, columns[1]).await, ["a", "b", "c"]);
            for wanted in [(vec!["a"], vec!["b", "c"]), (vec![], vec!["a", "b", "c"])] {
                let next = op();
                take_back::change(&ctx, name, next).await.unwrap();
                assert_eq!((titles(&ctx, columns[0]).await, titles(&ctx, columns[1]).await), into_owned(wanted));
                name = next;
            }
        }

        // The same list, turned round, with somebody between them.
        let x = task(&ctx, &made, columns[1], "x").await.id;
        let moved = op();
        list::many::change_as(&ctx, &[c, a], &format!("move:{}", columns[1]), Some(moved)).await.unwrap();
        assert_eq!(titles(&ctx, columns[1]).await, ["b", "x", "c", "a"]);
        let back = op();
        let taken = take_back::change(&ctx, moved, back).await.unwrap();
        assert_eq!((taken.cards.len(), taken.kept), (2, 0));
        assert_eq!(titles(&ctx, columns[1]).await, ["a", "b", "c", "x"]);
        let edit = Edit::Move { column: columns[1], after: None, before: Some(a) };
        bulk::change(&app.as_person(&cast.mina), vec![TaskEdit { task: x, edit }], Some(op())).await.unwrap();
        take_back::change(&ctx, back, op()).await.unwrap();
        assert_eq!(titles(&ctx, columns[1]).await, ["x", "b", "c", "a"], "what she has moved stays where she put it");
    })
    .await;
}

fn into_owned((one, other): (Vec<&str>, Vec<&str>)) -> (Vec<String>, Vec<String>) {
    let owned = |titles: Vec<&str>| titles.into_iter().map(str::to_owned).collect();
    (owned(one), owned(other))
}

#[tokio::test]
async fn whoever_may_not_change_the_task_any_more_takes_nothing_back() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let a = task(&jonas, &made, columns[0], "a").await.id;
        let named = op();
        edit::change(&jonas, a, 1, Change::Title("b".into()), Some(named)).await.unwrap();
        let title = line(&jonas, a, "renamed this from “a”").await;
        let owning = async || access::by_id(&mina, app.reader(), made.id).await.unwrap().owning().unwrap();
        members::set_role(&mina, &owning().await, cast.jonas.id, MemberRole::Viewer).await.unwrap();
        assert_eq!(take_back::change(&jonas, named, op()).await, Err(AppError::Forbidden));
        assert_eq!(take_back::line(&jonas, title, None).await, Err(AppError::Forbidden));
        members::remove(&mina, &owning().await, cast.jonas.id, OpenTasks::Keep).await.unwrap();
        assert_eq!(take_back::change(&jonas, named, op()).await, Err(AppError::NotFound));
        assert_eq!(take_back::line(&jonas, title, None).await, Err(AppError::NotFound));
        assert_eq!(row(&mina, a).await.title, "b");
    })
    .await;
}

#[tokio::test]
async fn of_two_who_take_the_same_back_at_once_one_does_and_the_other_hears_that_it_is_done() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let a = task(&jonas, &made, columns[0], "a").await.id;
        edit::change(&jonas, a, 1, Change::Priority(Priority::High), None).await.unwrap();
        let high = line(&jonas, a, "changed the priority from Medium to High").await;
        let lines = history(&jonas, a).await.len();
        let (one, other) = tokio::join!(take_back::line(&mina, high, None), take_back::line(&jonas, high, None));
        let refused = AppError::field("undo", Problem::ChangedSince);
        let outcomes = [one.map(|card| card.priority), other.map(|card| card.priority)];
        assert!(outcomes.contains(&Ok(Priority::Medium)) && outcomes.contains(&Err(refused)), "{outcomes:?}");
        assert_eq!(history(&jonas, a).await.len(), lines + 1, "it is done once");

        // One person in two tabs, each of which gives it a name of its own.
        let named = op();
        labels_of_task::add_as(&jonas, a, "Ops", None, Some(named)).await.unwrap();
        let (one, other) = tokio::join!(take_back::change(&jonas, named, op()), take_back::change(&jonas, named, op()));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!((one.cards.len() + other.cards.len(), one.kept + other.kept), (1, 1));
        let (viewing, found) = find::by_id(&jonas, jonas.reader(), a).await.unwrap();
        assert!(detail::read(&jonas, &viewing, found).await.unwrap().card.labels.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_repeat_does_nothing_and_only_those_who_made_a_change_and_may_edit_take_it_back_by_its_name() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let a = task(&jonas, &made, columns[0], "a").await.id;
        let (named, back) = (op(), op());
        edit::change(&jonas, a, 1, Change::Priority(Priority::High), Some(named)).await.unwrap();
        let taken = take_back::change(&mina, named, op()).await.unwrap();
        assert_eq!((taken.cards.len(), taken.kept), (0, 0), "it is not hers");
        take_back::change(&jonas, named, back).await.unwrap();
        let lines = history(&jonas, a).await.len();
        let repeated = take_back::change(&jonas, named, back).await.unwrap();
        assert_eq!((repeated.cards.len(), repeated.kept), (1, 0));
        assert_eq!(history(&jonas, a).await.len(), lines);
        let nothing = take_back::change(&jonas, op(), op()).await.unwrap();
        assert_eq!((nothing.cards.len(), nothing.kept), (0, 0), "a change that did nothing");
    })
    .await;
}

#[tokio::test]
async fn a_line_of_the_history_is_taken_back_where_nothing_later_is_about_the_same() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let a = task(&jonas, &made, columns[0], "a").await.id;
        edit::change(&jonas, a, 1, Change::Priority(Priority::High), None).await.unwrap();
        let early = line(&jonas, a, "changed the priority from Medium to High").await;
        edit::change(&jonas, a, 2, Change::Title("b".into()), None).await.unwrap();
        edit::change(&mina, a, 3, Change::Priority(Priority::Low), None).await.unwrap();
        labels_of_task::add(&mina, a, "Ops", None).await.unwrap();
        let wanted = ["added the label Ops", "changed the priority from High to Low", "renamed this from “a”"];
        assert_eq!(offered(&jonas, a).await, wanted);

        let refused = take_back::line(&jonas, early, None).await;
        assert_eq!(refused, Err(AppError::field("undo", Problem::ChangedSince)));
        // Hers, too: everybody who may change the task sees the line, and who took it back stands behind it.
        let late = line(&jonas, a, "changed the priority from High to Low").await;
        let card = take_back::line(&jonas, late, None).await.unwrap();
        assert_eq!(card.priority, Priority::High);
        let label = line(&jonas, a, "added the label Ops").await;
        assert!(take_back::line(&jonas, label, None).await.unwrap().labels.is_empty());
        assert_eq!(offered(&jonas, a).await[0], "removed the label Ops", "and that goes back, too");

        let title = line(&jonas, a, "renamed this from “a”").await;
        let (alex, ravi) = (app.as_person(&cast.alex), app.as_person(&cast.ravi));
        assert!(offered(&alex, a).await.is_empty(), "who only looks is offered nothing");
        assert_eq!(take_back::line(&alex, title, None).await, Err(AppError::Forbidden));
        assert_eq!(take_back::line(&ravi, title, None).await, Err(AppError::NotFound));
        assert_eq!(row(&jonas, a).await.title, "b");
    })
    .await;
}

#[tokio::test]
async fn a_line_of_an_import_that_does_not_know_what_was_there_empties_nothing() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await.id;
        edit::change(&ctx, a, 1, Change::Description("In words".into()), None).await.unwrap();
        let long = format!(r#"{{"field":"title","from":"{}","to":"a"}}"#, "å".repeat(501));
        let details = [
            r#"{"field":"title","to":"a"}"#,
            r#"{"field":"title","from":" ","to":"a"}"#,
            long.as_str(),
            r#"{"field":"description","to":"In words"}"#,
        ];
        for detail in details {
            let line = EventId(Uuid::now_v7());
            let row = task_event::ActiveModel {
                id: Set(line),
                project_id: Set(made.id),
                task_id: Set(a),
                at: Set(ctx.now),
                actor_id: Set(Some(cast.jonas.id)),
                kind: Set(EventKind::Edited),
                from_column_id: Set(None),
                to_column_id: Set(None),
                from_status: Set(None),
                to_status: Set(None),
                detail: Set(detail.to_owned()),
                op_id: Set(None),
            };
            task_event::Entity::insert(row).exec_without_returning(app.reader()).await.unwrap();
            let shown = history(&ctx, a).await;
            assert_eq!(shown[0].undo, None, "{detail}");
            let refused = take_back::line(&ctx, line, None).await;
            assert_eq!(refused, Err(AppError::field("undo", Problem::ChangedSince)), "{detail}");
        }
        let row = row(&ctx, a).await;
        assert_eq!((row.title.as_str(), row.description.as_str()), ("a", "In words"));
    })
    .await;
}

#[tokio::test]
async fn a_move_by_the_page_of_actions_goes_back_to_the_place_before_it_and_again() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let mut ids = Vec::new();
        for title in ["a", "b", "c"] {
            ids.push(task(&ctx, &made, columns[0], title).await.id);
        }
        let (moved, back) = (op(), op());
        let wish = Move { task: ids[1], column: columns[1], after: None, before: None, op_id: Some(moved) };
        moves::move_task(&ctx, wish).await.unwrap();
        assert_eq!(titles(&ctx, columns[0]).await, ["a", "c"]);
        take_back::change(&ctx, moved, back).await.unwrap();
        assert_eq!(titles(&ctx, columns[0]).await, ["a", "b", "c"]);
        take_back::change(&ctx, back, op()).await.unwrap();
        assert_eq!(titles(&ctx, columns[0]).await, ["a", "c"]);
        assert_eq!(titles(&ctx, columns[1]).await, ["b"]);
    })
    .await;
}

#[tokio::test]
async fn the_archive_and_the_trash_give_a_task_back_and_take_it_again() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await.id;
        for step in ["archive", "restore", "delete", "undelete"] {
            let (done, back) = (op(), op());
            let before = fields(&ctx, a).await;
            match step {
                "archive" => archive::archive(&ctx, a, Some(done)).await.unwrap(),
                "restore" => archive::restore(&ctx, a, Some(done)).await.unwrap(),
                "delete" => trash::put(&ctx, a, Some(done)).await.unwrap(),
                _ => trash::restore(&ctx, a, Some(done)).await.unwrap(),
            }
            let after = fields(&ctx, a).await;
            assert_ne!(before, after, "{step}");
            let taken = take_back::change(&ctx, done, back).await.unwrap();
            assert_eq!((taken.cards.len(), taken.kept), (1, 0), "{step}");
            assert_eq!(fields(&ctx, a).await, before, "{step}");
            take_back::change(&ctx, back, op()).await.unwrap();
            assert_eq!(fields(&ctx, a).await, after, "{step}");
        }
        assert!(offered(&ctx, a).await.is_empty(), "they have buttons of their own, not one at each line");
    })
    .await;
}

#[tokio::test]
async fn the_trash_is_not_taken_back_where_somebody_has_done_so_since() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let a = task(&jonas, &made, columns[0], "a").await.id;
        let (archived, deleted) = (op(), op());
        archive::archive(&jonas, a, Some(archived)).await.unwrap();
        trash::put(&mina, a, None).await.unwrap();
        let taken = take_back::change(&jonas, archived, op()).await.unwrap();
        assert_eq!((taken.cards.len(), taken.kept), (0, 1), "what is in the trash is changed no more");
        trash::restore(&mina, a, None).await.unwrap();

        trash::put(&jonas, a, Some(deleted)).await.unwrap();
        trash::restore(&mina, a, None).await.unwrap();
        let taken = take_back::change(&jonas, deleted, op()).await.unwrap();
        assert_eq!((taken.cards.len(), taken.kept), (0, 1), "it is out again");
        assert!(row(&jonas, a).await.deleted_at.is_none());
    })
    .await;
}
