//! The life of a task: series, copies, another project, the trash.

use app::{
    domain::{
        account::Me, board_filter::BoardFilter, board_look::BoardLook, due::Due, ids::TaskId, recurrence::Recurrence,
        shelf::ShelfQuery, task_edit::Edit,
    },
    entities::{attachment, comment, task as task_row, task_event},
    error::{AppError, Problem},
    platform::ctx::{Actor, Ctx, RuleActor},
    projects::service::{
        access,
        projects::{self, NewProject},
    },
    tasks::{
        service::{
            archive, assign, attachments, board, bulk, checklist, comments,
            copy::{self, Along},
            dependencies, detail,
            edit::{self, Change, DueInput},
            find, labels_of_task, moves,
            notes::{self, NoteInput},
            recurrence, shelf, transfer, trash,
        },
        view::TaskDetail,
    },
    testing::{Cast, TestApp, each_database, project, task},
};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

async fn read(ctx: &Ctx, reference: &str) -> TaskDetail {
    let (viewing, row) = find::by_reference(ctx, ctx.reader(), reference).await.unwrap();
    detail::read(ctx, &viewing, row).await.unwrap()
}

fn to(task: TaskId, column: app::domain::ids::ColumnId) -> moves::Move {
    moves::Move { task, column, after: None, before: None, op_id: None }
}

async fn many_tasks(app: &TestApp) -> u64 {
    task_row::Entity::find().count(app.reader()).await.unwrap()
}

#[tokio::test]
async fn completing_a_task_of_a_series_makes_the_next_one_exactly_once() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "Weekly digest").await;
        let due = DueInput { date: "2026-11-23".parse().unwrap(), time: Some("17:00:00".parse().unwrap()) };
        edit::change(&ctx, a.id, 1, Change::Due(Some(due)), None).await.unwrap();
        edit::change(&ctx, a.id, 2, Change::Start(Some("2026-11-20".parse().unwrap())), None).await.unwrap();
        edit::change(&ctx, a.id, 3, Change::Estimate(Some(90)), None).await.unwrap();
        edit::change(&ctx, a.id, 4, Change::Description("All *four* regions".into()), None).await.unwrap();
        labels_of_task::add(&ctx, a.id, "Reporting", Some(1)).await.unwrap();
        assign::set(&ctx, a.id, &[cast.jonas.id]).await.unwrap();
        checklist::add(&ctx, a.id, None, "- [x] collect\n- send", None).await.unwrap();
        recurrence::set(&ctx, a.id, Some(Recurrence::Days { every: 7 })).await.unwrap();

        moves::move_task(&ctx, to(a.id, columns[1])).await.unwrap();
        moves::move_task(&ctx, to(a.id, columns[3])).await.unwrap();
        let next = read(&ctx, "T-2").await;
        assert_eq!((next.card.title.as_str(), next.column), ("Weekly digest", columns[0]), "where the series began");
        let Some(Due::At { local, .. }) = next.card.due else { panic!("{:?}", next.card.due) };
        assert_eq!(local.to_string(), "2026-11-30 17:00:00");
        assert_eq!(next.parts.start_on.unwrap().to_string(), "2026-11-27");
        assert_eq!(next.parts.estimate.as_deref(), Some("1 h 30 min"));
        assert_eq!((next.description.as_str(), next.card.labels[0].name.as_str()), ("All *four* regions", "Reporting"));
        assert_eq!((next.card.people, next.card.checklist), (vec!["Jonas Ortiz".to_owned()], (0, 2)));
        assert_eq!(next.parts.recurrence, Some(Recurrence::Days { every: 7 }));
        assert_eq!(read(&ctx, "T-1").await.parts.recurrence, None, "the series went over");

        // Two who complete the next one at the same time make one.
        let next = next.card.id;
        let (one, other) =
            tokio::join!(moves::move_task(&ctx, to(next, columns[3])), moves::move_task(&ctx, to(next, columns[3])));
        assert!(one.is_ok() && other.is_ok());
        assert_eq!(many_tasks(&app).await, 3);
    })
    .await;
}

/// The numbers of the tasks that are to be done.
async fn open_tasks(app: &TestApp) -> Vec<i32> {
    let open = task_row::Entity::find()
        .filter(task_row::Column::CompletedAt.is_null())
        .filter(task_row::Column::ArchivedAt.is_null())
        .order_by_asc(task_row::Column::Number);
    open.all(app.reader()).await.unwrap().into_iter().map(|row| row.number).collect()
}

async fn told(ctx: &Ctx, reference: &str) -> Vec<String> {
    read(ctx, reference).await.history.into_iter().map(|line| line.what).collect()
}

#[tokio::test]
async fn a_completion_that_is_taken_back_takes_the_untouched_next_task_with_it() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let viewing = access::by_id(&ctx, app.reader(), made.id).await.unwrap();
        let a = task(&ctx, &made, columns[1], "Weekly digest").await;
        let weekly = Some(Recurrence::Days { every: 7 });
        assign::set(&ctx, a.id, &[cast.jonas.id]).await.unwrap();
        checklist::add(&ctx, a.id, None, "send", None).await.unwrap();
        recurrence::set(&ctx, a.id, weekly.clone()).await.unwrap();
        moves::move_task(&ctx, to(a.id, columns[3])).await.unwrap();
        assert_eq!(open_tasks(&app).await, [2]);

        moves::move_task(&ctx, to(a.id, columns[2])).await.unwrap();
        assert_eq!(open_tasks(&app).await, [1]);
        assert_eq!(read(&ctx, "T-1").await.parts.recurrence, weekly, "the series came back");
        let words = "took the series back: T-2, the next one, went into the trash".to_owned();
        assert!(told(&ctx, "T-1").await.contains(&words), "{:?}", told(&ctx, "T-1").await);
        let words = "put this into the trash by taking the completion of T-1 back".to_owned();
        assert!(told(&ctx, "T-2").await.contains(&words), "{:?}", told(&ctx, "T-2").await);
        let trash_of = shelf::read(&ctx, &viewing, shelf::Place::Trash, ShelfQuery::default()).await.unwrap();
        assert_eq!(trash_of.rows.len(), 1, "whoever misses it finds it there");

        // Completed again there is one next task, where the series began.
        moves::move_task(&ctx, to(a.id, columns[3])).await.unwrap();
        assert_eq!(open_tasks(&app).await, [3]);
        let next = read(&ctx, "T-3").await;
        assert_eq!((next.column, next.parts.recurrence), (columns[1], weekly));

        // Out of the trash comes a task, and no second series.
        let from_trash = read(&ctx, "T-2").await;
        assert_eq!(from_trash.parts.recurrence, None);
        trash::restore(&ctx, from_trash.card.id, None).await.unwrap();
        moves::move_task(&ctx, to(from_trash.card.id, columns[3])).await.unwrap();
        assert_eq!(open_tasks(&app).await, [3]);
    })
    .await;
}

#[tokio::test]
async fn a_next_task_that_somebody_has_worked_with_stays_and_the_series_is_not_doubled() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let other = task(&ctx, &made, columns[0], "other").await;
        let ways = [
            "edited",
            "moved",
            "placed",
            "commented",
            "noted",
            "ticked",
            "assigned",
            "labelled",
            "blocking",
            "archived",
            "stopped",
            "completed",
        ];
        for way in ways {
            let a = task(&ctx, &made, columns[0], way).await;
            checklist::add(&ctx, a.id, None, "one", None).await.unwrap();
            recurrence::set(&ctx, a.id, Some(Recurrence::Weekdays)).await.unwrap();
            moves::move_task(&ctx, to(a.id, columns[3])).await.unwrap();
            let next = read(&ctx, &format!("T-{}", a.number + 1)).await;
            let id = next.card.id;
            match way {
                "edited" => drop(edit::change(&ctx, id, 1, Change::Estimate(Some(30)), None).await.unwrap()),
                "moved" => drop(moves::move_task(&ctx, to(id, columns[2])).await.unwrap()),
                "placed" => {
                    let first = moves::Move { before: Some(other.id), ..to(id, columns[0]) };
                    drop(moves::move_task(&ctx, first).await.unwrap());
                }
                "commented" => comments::add(&ctx, id, "said", None).await.unwrap(),
                "noted" => {
                    let kind = app::domain::work_note::NoteKind::Issue;
                    let note = NoteInput { kind, on_date: None, body: "broke".into() };
                    notes::add(&ctx, id, note, None).await.unwrap();
                }
                "ticked" => checklist::tick(&ctx, next.checklist[0].id, true).await.unwrap(),
                "assigned" => drop(assign::set(&ctx, id, &[cast.jonas.id]).await.unwrap()),
                "labelled" => drop(labels_of_task::add(&ctx, id, "Ops", Some(1)).await.unwrap()),
                "blocking" => dependencies::add(&ctx, other.id, id).await.unwrap(),
                "archived" => archive::archive(&ctx, id, None).await.unwrap(),
                "stopped" => drop(recurrence::set(&ctx, id, None).await.unwrap()),
                _ => drop(moves::move_task(&ctx, to(id, columns[3])).await.unwrap()),
            }
            let before = many_tasks(&app).await;
            moves::move_task(&ctx, to(a.id, columns[0])).await.unwrap();
            let stayed = task_row::Entity::find_by_id(id).one(app.reader()).await.unwrap().unwrap();
            assert_eq!(stayed.deleted_at, None, "{way}");
            moves::move_task(&ctx, to(a.id, columns[3])).await.unwrap();
            assert_eq!(many_tasks(&app).await, before, "{way}: no second one is made");
        }
    })
    .await;
}

#[tokio::test]
async fn a_task_of_a_series_that_is_opened_again_after_its_time_leaves_the_next_one() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        recurrence::set(&ctx, a.id, Some(Recurrence::AfterDays { days: 7 })).await.unwrap();
        moves::move_task(&ctx, to(a.id, columns[3])).await.unwrap();
        app.clock.advance(TimeDelta::days(8));
        let ctx = app.as_person(&cast.jonas);
        moves::move_task(&ctx, to(a.id, columns[0])).await.unwrap();
        assert_eq!(open_tasks(&app).await, [1, 2], "this week's task is no part of last week's");
        moves::move_task(&ctx, to(a.id, columns[3])).await.unwrap();
        assert_eq!(open_tasks(&app).await, [2]);
    })
    .await;
}

#[tokio::test]
async fn what_an_automatic_rule_did_to_the_next_task_is_nobodys_work() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        recurrence::set(&ctx, a.id, Some(Recurrence::Weekdays)).await.unwrap();
        moves::move_task(&ctx, to(a.id, columns[3])).await.unwrap();
        let next = read(&ctx, "T-2").await.card.id;
        let rule = RuleActor { name: "Rule “Begin”".into(), generation: 1 };
        let by_rule = Ctx::new(app.app.clone(), Actor::Rule(rule));
        moves::move_task(&by_rule, to(next, columns[1])).await.unwrap();
        moves::move_task(&ctx, to(a.id, columns[0])).await.unwrap();
        assert_eq!(open_tasks(&app).await, [1]);
    })
    .await;
}

#[tokio::test]
async fn completions_of_many_tasks_are_taken_back_with_what_they_made() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let mut ids = Vec::new();
        for title in ["a", "b"] {
            let card = task(&ctx, &made, columns[0], title).await;
            recurrence::set(&ctx, card.id, Some(Recurrence::Weekdays)).await.unwrap();
            ids.push(card.id);
        }
        bulk::change(&ctx, Edit::move_in_order(&ids, columns[3], None, None), None).await.unwrap();
        assert_eq!(open_tasks(&app).await, [3, 4]);
        // The next one of the second is in the selection, too: whoever moves it wants it.
        ids.push(read(&ctx, "T-4").await.card.id);
        bulk::change(&ctx, Edit::move_in_order(&ids, columns[1], None, None), None).await.unwrap();
        assert_eq!(open_tasks(&app).await, [1, 2, 4]);
    })
    .await;
}

#[tokio::test]
async fn a_stopped_series_ends_and_numbers_that_make_none_are_refused() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        recurrence::set(&ctx, a.id, Some(Recurrence::Weekdays)).await.unwrap();
        recurrence::set(&ctx, a.id, None).await.unwrap();
        moves::move_task(&ctx, to(a.id, columns[3])).await.unwrap();
        assert_eq!(many_tasks(&app).await, 1);
        let refused = recurrence::set(&ctx, a.id, Some(Recurrence::Days { every: 0 })).await.unwrap_err();
        assert_eq!(refused, AppError::field("every", Problem::NoSeries));
        let told: Vec<String> = read(&ctx, "T-1").await.history.into_iter().map(|line| line.what).collect();
        assert!(told.contains(&"stopped the series “Every weekday”".to_owned()), "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn a_series_counts_the_days_of_its_project_also_west_of_utc_and_ends_with_the_calendar() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let mina = app.as_person(&Me { zone: "Pacific/Honolulu".into(), ..cast.mina.clone() });
        let new = NewProject { name: "West".into(), key: "W".into(), zone: "Pacific/Honolulu".into() };
        let made = projects::create(&mina, new).await.unwrap();
        let columns = projects::columns(app.reader(), made.id).await.unwrap();
        let (todo, done) = (columns[0].id, columns[3].id);
        let series = async |title: &str, due: Option<&str>, rule: Recurrence| {
            let made = task(&mina, &made, todo, title).await;
            let due = due.map(|date| DueInput { date: date.parse().unwrap(), time: Some("20:00:00".parse().unwrap()) });
            edit::change(&mina, made.id, 1, Change::Due(due), None).await.unwrap();
            recurrence::set(&mina, made.id, Some(rule)).await.unwrap();
            made.id
        };
        // The test begins at ten in the evening of the 22nd there, which is the 23rd in UTC.
        let after = series("a", None, Recurrence::AfterDays { days: 1 }).await;
        moves::move_task(&mina, to(after, done)).await.unwrap();
        assert_eq!(read(&mina, "W-2").await.card.due.unwrap().date().to_string(), "2026-11-23");

        let mut monthly = series("b", Some("2026-11-30"), Recurrence::MonthDay { every: 1, day: 31 }).await;
        for (number, wanted) in [(4, "2026-12-31"), (5, "2027-01-31"), (6, "2027-02-28"), (7, "2027-03-31")] {
            moves::move_task(&mina, to(monthly, done)).await.unwrap();
            let next = read(&mina, &format!("W-{number}")).await;
            let Some(Due::At { local, .. }) = next.card.due else { panic!("{:?}", next.card.due) };
            assert_eq!(local.to_string(), format!("{wanted} 20:00:00"));
            monthly = next.card.id;
        }

        // Eight in the evening of the last day there is a day of the year 10,000 in UTC.
        let last = series("c", Some("9999-11-30"), Recurrence::MonthEnd { every: 1 }).await;
        moves::move_task(&mina, to(last, done)).await.unwrap();
        assert_eq!(read(&mina, "W-8").await.column, done, "its last task is completed all the same");
        assert_eq!(many_tasks(&app).await, 8, "and there is none after it");
    })
    .await;
}

#[tokio::test]
async fn a_copy_takes_what_was_asked_for_and_no_ticks() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[1], "a").await;
        checklist::add(&ctx, a.id, None, "- [x] one", None).await.unwrap();
        comments::add(&ctx, a.id, "said", None).await.unwrap();
        recurrence::set(&ctx, a.id, Some(Recurrence::Weekdays)).await.unwrap();
        for (along, reference) in
            [(Along { checklist: true, comments: false }, "T-2"), (Along { checklist: false, comments: true }, "T-3")]
        {
            assert_eq!(copy::copy(&ctx, a.id, along, None).await.unwrap().reference, reference);
        }
        let (with_list, with_comments) = (read(&ctx, "T-2").await, read(&ctx, "T-3").await);
        assert_eq!(
            (with_list.card.title.as_str(), with_list.card.checklist, with_list.card.comments),
            ("a (copy)", (0, 1), 0)
        );
        assert_eq!((with_comments.card.checklist, with_comments.card.comments), ((0, 0), 1));
        assert_eq!(with_list.parts.recurrence, None);
        assert_eq!(with_list.history[0].what, "created this in In Progress, from T-1");
        let alex = app.as_person(&cast.alex);
        assert_eq!(copy::copy(&alex, a.id, Along::default(), None).await.unwrap_err(), AppError::Forbidden);
    })
    .await;
}

#[tokio::test]
async fn a_task_moves_to_another_project_with_all_that_hangs_on_it() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let new = NewProject { name: "Other".into(), key: "O".into(), zone: "UTC".into() };
        let other = projects::create(&mina, new).await.unwrap();
        let a = task(&mina, &made, columns[2], "a").await;
        labels_of_task::add(&mina, a.id, "Data", Some(3)).await.unwrap();
        assign::set(&mina, a.id, &[cast.jonas.id, cast.mina.id]).await.unwrap();
        comments::add(&mina, a.id, "said", None).await.unwrap();
        checklist::add(&mina, a.id, None, "one", None).await.unwrap();
        let note = NoteInput { kind: app::domain::work_note::NoteKind::Issue, on_date: None, body: "broke".into() };
        notes::add(&mina, a.id, note, None).await.unwrap();
        let file = attachments::store(&mina, a.id, "a.txt", b"x".to_vec()).await.unwrap().unwrap();
        let before = task_event::Entity::find().count(app.reader()).await.unwrap();
        assert_eq!(
            transfer::transfer(&app.as_person(&cast.jonas), a.id, other.id, None, None).await,
            Err(AppError::NotFound),
            "Jonas is not in the other project"
        );
        assert_eq!(transfer::transfer(&mina, a.id, other.id, None, None).await.unwrap().reference, "O-1");

        let moved = read(&mina, "O-1").await;
        assert_eq!((moved.card.id, moved.project_name.as_str()), (a.id, "Other"));
        let column = moved.columns.iter().find(|column| column.id == moved.column).unwrap();
        assert_eq!(column.name, "Pending", "the list of the same status");
        assert_eq!((moved.card.labels[0].name.as_str(), moved.card.labels[0].hue), ("Data", 3));
        assert_eq!(moved.card.people, ["Mina Kovač"], "only who is a member there");
        assert_eq!((moved.comments.len(), moved.checklist.len(), moved.parts.notes.len()), (1, 1, 1));
        assert_eq!(attachments::download(&mina, file).await.unwrap().bytes, b"x");
        assert_eq!(task_event::Entity::find().count(app.reader()).await.unwrap(), before + 1);
        assert_eq!(moved.history[0].what, "moved this here from T-1");
        assert_eq!(moved.history.last().unwrap().what, "created this in Pending");
        // The old reference leads there, for those who see it.
        assert_eq!(read(&mina, "T-1").await.card.id, a.id);
        let jonas = app.as_person(&cast.jonas);
        let lost = find::by_reference(&jonas, app.reader(), "T-1").await;
        assert_eq!(lost.unwrap_err(), AppError::NotFound);
        // And back again, under a number of its own.
        assert_eq!(transfer::transfer(&mina, a.id, made.id, None, None).await.unwrap().reference, "T-2");
        assert_eq!(read(&mina, "O-1").await.card.id, a.id);
        assert_eq!(many_tasks(&app).await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_trash_keeps_a_task_for_thirty_days_and_then_all_of_it_is_gone() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let viewing = access::by_id(&ctx, app.reader(), made.id).await.unwrap();
        let a = task(&ctx, &made, columns[0], "a").await;
        let b = task(&ctx, &made, columns[0], "b").await;
        comments::add(&ctx, a.id, "said", None).await.unwrap();
        attachments::store(&ctx, a.id, "a.txt", b"x".to_vec()).await.unwrap().unwrap();
        trash::put(&ctx, a.id, None).await.unwrap();
        trash::put(&ctx, a.id, None).await.unwrap();
        let titles = async || -> Vec<String> {
            let read = board::read(&ctx, &viewing, &BoardFilter::default(), BoardLook::default(), None).await.unwrap();
            read.columns[0].cards.iter().map(|card| card.title.clone()).collect()
        };
        let put_away = async |place| -> Vec<String> {
            let read = shelf::read(&ctx, &viewing, place, ShelfQuery::default()).await.unwrap();
            read.rows.into_iter().map(|row| row.card.title).collect()
        };
        assert_eq!(titles().await, ["b"]);
        assert_eq!(put_away(shelf::Place::Archive).await, [""; 0], "the trash is not the archive");
        assert_eq!(put_away(shelf::Place::Trash).await, ["a"]);
        assert_eq!(comments::add(&ctx, a.id, "x", None).await, Err(AppError::NotFound), "not changed in the trash");
        archive::restore(&ctx, a.id, None).await.unwrap_err();
        assert!(!read(&ctx, "T-1").await.can_edit);

        trash::restore(&ctx, a.id, None).await.unwrap();
        assert_eq!(titles().await, ["a", "b"]);
        archive::archive(&ctx, b.id, None).await.unwrap();
        app.clock.advance(TimeDelta::minutes(1));
        let ctx = app.as_person(&cast.jonas);
        trash::put(&ctx, b.id, None).await.unwrap();
        trash::restore(&ctx, b.id, None).await.unwrap();
        assert_eq!(put_away(shelf::Place::Archive).await, ["b"], "back to the archive it came from");

        trash::put(&ctx, a.id, None).await.unwrap();
        assert_eq!(trash::delete(&ctx, a.id).await, Err(AppError::Forbidden), "only owners delete for good");
        app.clock.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
        assert_eq!(trash::purge(&Ctx::system(&app)).await, Ok(0));
        app.clock.advance(TimeDelta::seconds(2));
        assert_eq!(trash::purge(&Ctx::system(&app)).await, Ok(1));
        assert_eq!(many_tasks(&app).await, 1);
        assert_eq!(comment::Entity::find().count(app.reader()).await.unwrap(), 0);
        assert_eq!(attachment::Entity::find().count(app.reader()).await.unwrap(), 0);
        let events = task_event::Entity::find().filter(task_event::Column::TaskId.eq(a.id));
        assert_eq!(events.count(app.reader()).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn an_owner_deletes_at_once_only_what_is_in_the_trash() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let a = task(&mina, &made, columns[0], "a").await;
        assert_eq!(trash::delete(&mina, a.id).await, Err(AppError::NotFound));
        trash::put(&mina, a.id, None).await.unwrap();
        trash::delete(&mina, a.id).await.unwrap();
        assert_eq!(many_tasks(&app).await, 0);
    })
    .await;
}
