//! The stream of changes: numbered without a gap, told to whoever listens, resumed where it broke off.

use std::{collections::BTreeSet, time::Duration};

use app::{
    domain::{
        account::Me,
        ids::{ColumnId, OpId, ProjectId, TaskId},
        live::{Change, Doing, Person},
        recurrence::Recurrence,
        task::EventKind,
    },
    entities::{event_stream, project as project_row},
    platform::{
        ctx::{Actor, Ctx},
        events::{self, Guest, News},
    },
    projects::service::{
        access,
        projects::{self, NewProject},
    },
    tasks::{
        service::{
            archive, assign, dependencies,
            edit::{self, Change as Edit},
            find,
            moves::{self, Move},
            presence, recurrence,
            stream::Stream,
            trash,
        },
        view::LiveEvent,
    },
    testing::{Cast, TestApp, each_database, project, task},
};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

fn wish(task: TaskId, column: ColumnId) -> Move {
    Move { task, column, after: None, before: None, op_id: Some(OpId(Uuid::now_v7())) }
}

async fn open(ctx: &Ctx, project: ProjectId, after: Option<i64>) -> Stream {
    let viewing = access::by_id(ctx, ctx.reader(), project).await.unwrap();
    Stream::open(ctx, &viewing, after).await.unwrap()
}

/// The next thing that is told; a person in front of a page would not wait longer.
async fn next(stream: &mut Stream) -> News {
    tokio::time::timeout(Duration::from_secs(5), stream.next()).await.expect("something is told")
}

/// The next numbered change, as the page reads it.
async fn told(stream: &mut Stream) -> LiveEvent {
    loop {
        match next(stream).await {
            News::Told(told) => return serde_json::from_str(&told.words(chrono_tz::Tz::Europe__Ljubljana)).unwrap(),
            News::People => {}
            other => panic!("{other:?} instead of a change"),
        }
    }
}

async fn numbers(app: &TestApp, project: ProjectId) -> Vec<i64> {
    let rows = event_stream::Entity::find()
        .filter(event_stream::Column::ProjectId.eq(project))
        .order_by_asc(event_stream::Column::Number)
        .all(app.reader())
        .await
        .unwrap();
    rows.into_iter().map(|row| row.number).collect()
}

#[tokio::test]
async fn a_move_is_told_with_who_did_it_and_the_card_as_it_is_now() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let card = task(&ctx, &made, columns[0], "a").await;
        let mut stream = open(&app.as_person(&cast.alex), made.id, None).await;
        let wish = wish(card.id, columns[3]);
        let moved = moves::move_task(&ctx, wish).await.unwrap();
        let event = told(&mut stream).await;
        assert_eq!((event.number, event.op), (2, wish.op_id));
        assert_eq!(event.by.unwrap().name, "Jonas Ortiz");
        let expected =
            Change::Task { task: card.id, what: EventKind::Moved, from: Some(columns[0]), to: Some(columns[3]) };
        assert_eq!(event.change, expected);
        let placed = event.card.unwrap();
        assert_eq!((placed.column, placed.card), (columns[3], moved));
    })
    .await;
}

#[tokio::test]
async fn what_leaves_the_board_is_told_without_a_card_and_what_comes_back_with_one() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let card = task(&ctx, &made, columns[0], "a").await;
        let mut stream = open(&ctx, made.id, None).await;
        archive::archive(&ctx, card.id, None).await.unwrap();
        let gone = told(&mut stream).await;
        assert!(matches!(gone.change, Change::Task { what: EventKind::Archived, .. }) && gone.card.is_none());
        archive::restore(&ctx, card.id, None).await.unwrap();
        let back = told(&mut stream).await;
        assert!(matches!(back.change, Change::Task { what: EventKind::Restored, .. }));
        assert_eq!(back.card.unwrap().card.title, "a");
    })
    .await;
}

#[tokio::test]
async fn both_ends_of_a_dependency_are_told_when_it_comes_and_goes_and_when_one_of_them_ends() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let (a, b) = (task(&ctx, &made, columns[0], "a").await.id, task(&ctx, &made, columns[0], "b").await.id);
        let mut stream = open(&app.as_person(&cast.alex), made.id, None).await;
        // The number of the card, how many block it, how many it blocks; of two changes, in their order.
        let counted = async |stream: &mut Stream| {
            let mut two = Vec::new();
            for _ in 0..2 {
                let card = told(stream).await.card.map(|placed| placed.card);
                two.push(card.map(|card| (card.number, card.blocked_by, card.blocks)));
            }
            two
        };
        // a blocks b.
        dependencies::add(&ctx, b, a).await.unwrap();
        assert_eq!(counted(&mut stream).await, [Some((2, 1, 0)), Some((1, 0, 1))]);
        moves::move_task(&ctx, wish(b, columns[3])).await.unwrap();
        let moved = told(&mut stream).await;
        assert!(matches!(moved.change, Change::Task { task, what: EventKind::Moved, .. } if task == b));
        let freed = told(&mut stream).await.card.unwrap().card;
        assert_eq!((freed.number, freed.blocks), (1, 0), "what it blocked is completed");
        let noted = told(&mut stream).await;
        assert!(matches!(noted.change, Change::Task { task, what: EventKind::Edited, .. } if task == b));
        moves::move_task(&ctx, wish(b, columns[0])).await.unwrap();
        assert_eq!(counted(&mut stream).await, [Some((2, 1, 0)), Some((1, 0, 1))]);
        archive::archive(&ctx, b, None).await.unwrap();
        assert_eq!(counted(&mut stream).await, [None, Some((1, 0, 0))]);
        archive::restore(&ctx, b, None).await.unwrap();
        assert_eq!(counted(&mut stream).await, [Some((2, 1, 0)), Some((1, 0, 1))]);
        trash::put(&ctx, a, None).await.unwrap();
        assert_eq!(counted(&mut stream).await, [None, Some((2, 0, 0))]);
        trash::restore(&ctx, a, None).await.unwrap();
        assert_eq!(counted(&mut stream).await, [Some((1, 0, 1)), Some((2, 1, 0))]);
        dependencies::remove(&ctx, b, a).await.unwrap();
        assert_eq!(counted(&mut stream).await, [Some((2, 0, 0)), Some((1, 0, 0))]);
    })
    .await;
}

#[tokio::test]
async fn a_dependency_between_two_projects_is_told_to_the_boards_of_both() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.mina);
        let new = NewProject { name: "Relay".into(), key: "REL".into(), zone: "UTC".into() };
        let relay = projects::create(&ctx, new).await.unwrap();
        let theirs = projects::columns(app.reader(), relay.id).await.unwrap();
        let near = task(&ctx, &made, columns[0], "near").await.id;
        let far = task(&ctx, &relay, theirs[0].id, "far").await.id;
        let (mut here, mut there) = (open(&ctx, made.id, None).await, open(&ctx, relay.id, None).await);
        let counts = |event: LiveEvent| {
            let card = event.card.unwrap().card;
            (card.id, card.blocked_by, card.blocks)
        };
        dependencies::add(&ctx, near, far).await.unwrap();
        assert_eq!(counts(told(&mut here).await), (near, 1, 0));
        assert_eq!(counts(told(&mut there).await), (far, 0, 1));
        dependencies::remove(&ctx, near, far).await.unwrap();
        assert_eq!(counts(told(&mut here).await), (near, 0, 0));
        assert_eq!(counts(told(&mut there).await), (far, 0, 0));

        // Links both ways at once hold both projects in one order.
        let mut ends = Vec::new();
        for round in 0..4 {
            let one = task(&ctx, &made, columns[0], &format!("near {round}")).await.id;
            ends.push((one, task(&ctx, &relay, theirs[0].id, &format!("far {round}")).await.id));
        }
        let links = ends.iter().enumerate().map(|(round, (one, other))| match round % 2 {
            0 => dependencies::add(&ctx, *one, *other),
            _ => dependencies::add(&ctx, *other, *one),
        });
        for linked in futures::future::join_all(links).await {
            linked.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn open_boards_hear_that_the_next_task_of_a_series_went_with_the_completion() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let card = task(&ctx, &made, columns[0], "a").await;
        recurrence::set(&ctx, card.id, Some(Recurrence::Weekdays)).await.unwrap();
        moves::move_task(&ctx, wish(card.id, columns[3])).await.unwrap();
        let (_, next) = find::by_reference(&ctx, app.reader(), "T-2").await.unwrap();
        let mut stream = open(&app.as_person(&cast.alex), made.id, None).await;
        moves::move_task(&ctx, wish(card.id, columns[0])).await.unwrap();
        let back = told(&mut stream).await;
        assert!(matches!(back.change, Change::Task { what: EventKind::Moved, .. }));
        let gone = told(&mut stream).await;
        let expected = Change::Task { task: next.id, what: EventKind::Deleted, from: Some(columns[0]), to: None };
        assert_eq!((gone.change, gone.card), (expected, None));
    })
    .await;
}

#[tokio::test]
async fn a_change_that_is_taken_back_leaves_no_number_and_is_not_told() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let mut stream = open(&ctx, made.id, None).await;
        let tx = ctx.begin().await.unwrap();
        events::append(&ctx, &*tx, made.id, None, &Change::Labels).await.unwrap();
        drop(tx);
        let tx = ctx.begin().await.unwrap();
        events::append(&ctx, &*tx, made.id, None, &Change::Columns).await.unwrap();
        tx.commit().await.unwrap();
        let event = told(&mut stream).await;
        assert_eq!((event.number, event.change), (1, Change::Columns));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_writers_of_every_kind_at_once_leave_no_gap_and_nobody_waits_in_a_circle() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let mut cards = Vec::new();
        for number in 0..8 {
            cards.push(task(&ctx, &made, columns[number % 4], &format!("card {number}")).await.id);
        }
        let mut stream = open(&ctx, made.id, None).await;
        let begun = 8_i64;
        let mut writers = Vec::new();
        for writer in 0..8_usize {
            let (state, me, cards, columns, made) =
                (app.app.clone(), cast.jonas.clone(), cards.clone(), columns.clone(), made.clone());
            let mina = cast.mina.id;
            writers.push(tokio::spawn(async move {
                for step in 0..12_usize {
                    let ctx = Ctx::new(state.clone(), Actor::Person(me.clone()));
                    let card = cards[(writer * 5 + step * 3) % cards.len()];
                    match (writer + step) % 4 {
                        0 => drop(moves::move_task(&ctx, wish(card, columns[(writer + step) % 4])).await.unwrap()),
                        1 => {
                            let title = Edit::Category(match step % 2 {
                                0 => app::domain::task::Category::Highlight,
                                _ => app::domain::task::Category::Ordinary,
                            });
                            drop(edit::change(&ctx, card, 1, title, None).await.unwrap());
                        }
                        2 => {
                            let people = if step % 2 == 0 { vec![mina] } else { Vec::new() };
                            drop(assign::set(&ctx, card, &people).await.unwrap());
                        }
                        _ => drop(task(&ctx, &made, columns[step % 4], "more").await),
                    }
                }
            }));
        }
        for writer in writers {
            writer.await.unwrap();
        }
        let numbers = numbers(&app, made.id).await;
        let last = *numbers.last().unwrap();
        assert_eq!(numbers, (1..=last).collect::<Vec<_>>(), "no gap, nothing twice");
        let row = project_row::Entity::find_by_id(made.id).one(app.reader()).await.unwrap().unwrap();
        assert_eq!(row.last_event, last);
        let mut heard = Vec::new();
        while heard.last() != Some(&last) {
            heard.push(told(&mut stream).await.number);
        }
        assert_eq!(heard, (begun + 1..=last).collect::<Vec<_>>(), "told in order, each once");
    })
    .await;
}

#[tokio::test]
async fn who_comes_back_is_told_what_was_missed_and_then_what_comes() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let card = task(&ctx, &made, columns[0], "a").await;
        for column in [1, 2, 3] {
            moves::move_task(&ctx, wish(card.id, columns[column])).await.unwrap();
        }
        let mut stream = open(&ctx, made.id, Some(2)).await;
        moves::move_task(&ctx, wish(card.id, columns[0])).await.unwrap();
        let mut heard = Vec::new();
        for _ in 0..3 {
            heard.push(told(&mut stream).await.number);
        }
        assert_eq!(heard, [3, 4, 5]);
    })
    .await;
}

#[tokio::test]
async fn who_missed_what_is_not_kept_any_more_reads_the_board_again() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let card = task(&ctx, &made, columns[0], "a").await;
        moves::move_task(&ctx, wish(card.id, columns[1])).await.unwrap();
        let later = Ctx { now: ctx.now + TimeDelta::hours(25), ..ctx.clone() };
        moves::move_task(&later, wish(card.id, columns[2])).await.unwrap();
        assert_eq!(events::prune(&later).await.unwrap(), 2);
        assert!(matches!(next(&mut open(&ctx, made.id, Some(0)).await).await, News::Snapshot(3)));
        let mut stream = open(&ctx, made.id, Some(2)).await;
        assert_eq!(told(&mut stream).await.number, 3, "what is kept is told");
        // Numbers that were never given out: the database was restored from a backup.
        assert!(matches!(next(&mut open(&ctx, made.id, Some(99)).await).await, News::Snapshot(3)));
    })
    .await;
}

#[tokio::test]
async fn who_is_too_slow_reads_the_board_again_instead_of_filling_memory() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let (mut slow, mut quick) = (open(&ctx, made.id, None).await, open(&ctx, made.id, None).await);
        let most = 400;
        let tx = ctx.begin().await.unwrap();
        for _ in 0..most {
            events::append(&ctx, &*tx, made.id, None, &Change::Labels).await.unwrap();
        }
        tx.commit().await.unwrap();
        // The quick one may fall behind, too: here everything comes at once. In the end both know the last number.
        for stream in [&mut quick, &mut slow] {
            let mut last = 0;
            while last < most {
                last = match next(stream).await {
                    News::Told(told) => told.number,
                    News::Snapshot(number) => number,
                    other => panic!("{other:?}"),
                };
            }
        }
        let tx = ctx.begin().await.unwrap();
        events::append(&ctx, &*tx, made.id, None, &Change::Columns).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(told(&mut slow).await.number, most + 1);
    })
    .await;
}

#[tokio::test]
async fn a_project_that_is_deleted_ends_its_streams() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.mina);
        let mut stream = open(&ctx, made.id, None).await;
        let tx = ctx.begin().await.unwrap();
        project_row::Entity::delete_by_id(made.id).exec(&*tx).await.unwrap();
        events::announce(&ctx, &*tx, made.id).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(next(&mut stream).await, News::Gone));
    })
    .await;
}

#[tokio::test]
async fn those_who_are_here_are_seen_until_they_leave() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let card = task(&ctx, &made, columns[0], "a").await;
        let names = || app.db.hub().people(made.id).into_iter().map(|person| person.name).collect::<BTreeSet<_>>();
        let mut stream = open(&ctx, made.id, None).await;
        let jonas = Guest::enter(&app, made.id, cast.jonas.id, &cast.jonas.name);
        let mina = Guest::enter(&app, made.id, cast.mina.id, &cast.mina.name);
        assert!(matches!(next(&mut stream).await, News::People));
        assert_eq!(names(), BTreeSet::from(["Jonas Ortiz".into(), "Mina Kovač".into()]));
        let tab = OpId(Uuid::now_v7());
        events::open_task(&app, made.id, cast.mina.id, tab, Some((card.id, Doing::Reading)));
        let of_mina = |people: Vec<Person>| people.into_iter().find(|person| person.id == cast.mina.id).unwrap();
        assert_eq!(of_mina(app.db.hub().people(made.id)).open, [card.id]);
        drop(mina);
        assert_eq!(names(), BTreeSet::from(["Jonas Ortiz".into()]));
        drop(jonas);
        assert!(names().is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_writes_a_description_is_told_but_not_of_viewers_nor_of_those_who_do_not_want_it() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let jonas = app.as_person(&cast.jonas);
        let card = task(&jonas, &made, columns[0], "a").await;
        let hidden = app.as_person(&Me { shows_presence: false, ..cast.mina.clone() });
        let everybody = [jonas.clone(), app.as_person(&cast.alex), hidden];
        let _guests = [&cast.jonas, &cast.alex, &cast.mina].map(|me| Guest::enter(&app, made.id, me.id, &me.name));
        let tab = OpId(Uuid::now_v7());
        let of = |id| app.db.hub().people(made.id).into_iter().find(|person: &Person| person.id == id).unwrap();
        let mut stream = open(&jonas, made.id, None).await;
        for ctx in &everybody {
            let viewing = access::by_id(ctx, ctx.reader(), made.id).await.unwrap();
            presence::open_task(ctx, &viewing, tab, Some((card.id, Doing::Describing))).unwrap();
        }
        assert!(matches!(next(&mut stream).await, News::People));
        assert_eq!((of(cast.jonas.id).open, of(cast.jonas.id).describing), (vec![card.id], vec![card.id]));
        assert_eq!((of(cast.alex.id).open, of(cast.alex.id).describing), (vec![card.id], vec![]), "a viewer reads");
        assert_eq!((of(cast.mina.id).open, of(cast.mina.id).describing), (vec![], vec![]));

        let viewing = access::by_id(&jonas, jonas.reader(), made.id).await.unwrap();
        presence::open_task(&jonas, &viewing, tab, Some((card.id, Doing::Reading))).unwrap();
        assert_eq!((of(cast.jonas.id).open, of(cast.jonas.id).describing), (vec![card.id], vec![]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_on_one_postgresql_tell_each_other() {
    each_database(async |app| {
        if !app.db.is_postgres() {
            // SQLite is for one process.
            return;
        }
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let here = app.as_person(&cast.jonas);
        let other = app.second_instance().await;
        let there = Ctx { app: other.clone(), ..app.as_person(&cast.mina) };
        let mut stream = open(&there, made.id, None).await;
        // The other one must listen before anything happens, or the first news come with its next look.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let card = task(&here, &made, columns[0], "a").await;
        let begun = std::time::Instant::now();
        assert_eq!(told(&mut stream).await.card.unwrap().card.id, card.id);
        assert!(begun.elapsed() < Duration::from_secs(2), "it came by itself, not with a look");
        let _jonas = Guest::enter(&app, made.id, cast.jonas.id, &cast.jonas.name);
        for _ in 0..100 {
            if !other.db.hub().people(made.id).is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(other.db.hub().people(made.id)[0].name, "Jonas Ortiz");
    })
    .await;
}
