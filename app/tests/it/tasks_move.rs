//! Moves: the server decides the place, nothing is lost, nobody sees another order.

use std::collections::HashSet;

use app::{
    domain::{
        board_filter::BoardFilter,
        board_look::BoardLook,
        due::Finish,
        ids::{ColumnId, OpId, TaskId},
        task::{Category, EventKind},
    },
    entities::{task as task_row, task_event},
    error::AppError,
    platform::ctx::Ctx,
    projects::service::access,
    tasks::service::{
        archive, board, detail,
        moves::{self, Move},
    },
    testing::{Cast, each_database, project, task},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

fn wish(task: TaskId, column: ColumnId, after: Option<TaskId>, before: Option<TaskId>) -> Move {
    Move { task, column, after, before, op_id: Some(OpId(Uuid::now_v7())) }
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

/// The last move as the history offers to take it back: list, place, and whether it was within that list.
async fn last_move(ctx: &Ctx, task: TaskId) -> Option<(ColumnId, String, bool)> {
    let row = task_row::Entity::find_by_id(task).one(ctx.reader()).await.unwrap().unwrap();
    let viewing = access::by_id(ctx, ctx.reader(), row.project_id).await.unwrap();
    let read = detail::read(ctx, &viewing, row).await.unwrap();
    read.parts.last_move.map(|last| (last.column, last.place, last.is_within))
}

#[tokio::test]
async fn the_history_offers_to_take_a_move_back_to_the_very_place() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        let b = task(&ctx, &made, columns[0], "b").await;
        let c = task(&ctx, &made, columns[0], "c").await;
        moves::move_task(&ctx, wish(b.id, columns[1], None, None)).await.unwrap();
        assert_eq!(last_move(&ctx, b.id).await, Some((columns[0], a.id.to_string(), false)));
        moves::move_task(&ctx, wish(c.id, columns[0], None, Some(a.id))).await.unwrap();
        assert_eq!(last_move(&ctx, c.id).await, Some((columns[0], a.id.to_string(), true)));
        moves::move_task(&ctx, wish(c.id, columns[2], None, None)).await.unwrap();
        assert_eq!(last_move(&ctx, c.id).await, Some((columns[0], "top".into(), false)));
    })
    .await;
}

#[tokio::test]
async fn a_card_lands_between_the_neighbours_it_was_given() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        let b = task(&ctx, &made, columns[0], "b").await;
        let c = task(&ctx, &made, columns[1], "c").await;
        moves::move_task(&ctx, wish(c.id, columns[0], Some(a.id), Some(b.id))).await.unwrap();
        assert_eq!(titles(&ctx, columns[0]).await, ["a", "c", "b"]);
        moves::move_task(&ctx, wish(b.id, columns[0], None, Some(a.id))).await.unwrap();
        assert_eq!(titles(&ctx, columns[0]).await, ["b", "a", "c"]);
        moves::move_task(&ctx, wish(b.id, columns[3], None, None)).await.unwrap();
        assert_eq!(titles(&ctx, columns[3]).await, ["b"]);
    })
    .await;
}

#[tokio::test]
async fn a_vanished_neighbour_falls_back_to_the_other_one_and_then_to_the_end() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let [a, b, c] = [
            task(&ctx, &made, columns[0], "a").await,
            task(&ctx, &made, columns[0], "b").await,
            task(&ctx, &made, columns[1], "c").await,
        ];
        archive::archive(&ctx, a.id, None).await.unwrap();
        moves::move_task(&ctx, wish(c.id, columns[0], Some(a.id), Some(b.id))).await.unwrap();
        assert_eq!(titles(&ctx, columns[0]).await, ["c", "b"]);
        moves::move_task(&ctx, wish(c.id, columns[0], Some(a.id), None)).await.unwrap();
        assert_eq!(titles(&ctx, columns[0]).await, ["b", "c"]);
    })
    .await;
}

#[tokio::test]
async fn finishing_marks_the_day_and_reopening_removes_it() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        let done = moves::move_task(&ctx, wish(a.id, columns[3], None, None)).await.unwrap();
        assert_eq!(done.finish, Finish::Done { instant: ctx.now, on: "2026-11-23".parse().unwrap() });
        let row = task_row::Entity::find_by_id(a.id).one(app.reader()).await.unwrap().unwrap();
        assert_eq!(row.category, Category::Accomplishment);
        let open = moves::move_task(&ctx, wish(a.id, columns[1], None, None)).await.unwrap();
        assert_eq!(open.finish, Finish::Open);
    })
    .await;
}

#[tokio::test]
async fn a_repeated_op_does_nothing_and_answers_the_same() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        let once = wish(a.id, columns[2], None, None);
        let first = moves::move_task(&ctx, once).await.unwrap();
        let second = moves::move_task(&ctx, once).await.unwrap();
        assert_eq!(first, second);
        let events = task_event::Entity::find()
            .filter(task_event::Column::Kind.eq(EventKind::Moved))
            .all(app.reader())
            .await
            .unwrap();
        assert_eq!(events.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_viewer_cannot_move_and_a_stranger_does_not_find_the_card() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let a = task(&app.as_person(&cast.jonas), &made, columns[0], "a").await;
        for (me, expected) in [(&cast.alex, AppError::Forbidden), (&cast.ravi, AppError::NotFound)] {
            let refused = moves::move_task(&app.as_person(me), wish(a.id, columns[1], None, None)).await;
            assert_eq!(refused.unwrap_err(), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn a_column_of_another_project_is_not_found() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.mina);
        let a = task(&ctx, &made, columns[0], "a").await;
        let other = app::projects::service::projects::create(
            &ctx,
            app::projects::service::projects::NewProject { name: "Other".into(), key: "O".into(), zone: "UTC".into() },
        )
        .await
        .unwrap();
        let foreign = app::projects::service::projects::columns(app.reader(), other.id).await.unwrap()[0].id;
        assert_eq!(moves::move_task(&ctx, wish(a.id, foreign, None, None)).await.unwrap_err(), AppError::NotFound);
    })
    .await;
}

#[tokio::test]
async fn putting_cards_into_the_same_gap_again_and_again_keeps_the_ranks_short() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let [a, b, c] = [
            task(&ctx, &made, columns[0], "a").await,
            task(&ctx, &made, columns[0], "b").await,
            task(&ctx, &made, columns[0], "c").await,
        ];
        // Two cards change places in the gap behind the first: each move halves it.
        for round in 0..400 {
            let (moving, before) = if round % 2 == 0 { (c.id, b.id) } else { (b.id, c.id) };
            moves::move_task(&ctx, wish(moving, columns[0], Some(a.id), Some(before))).await.unwrap();
        }
        let rows = task_row::Entity::find().all(app.reader()).await.unwrap();
        let longest = rows.iter().map(|row| row.rank.len()).max().unwrap();
        assert!(longest <= 50, "the longest rank has {longest} characters");
        assert_eq!(titles(&ctx, columns[0]).await, ["a", "b", "c"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_people_moving_at_once_lose_nothing_and_share_one_order() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let mut cards = Vec::new();
        for number in 0..40 {
            cards.push(task(&ctx, &made, columns[number % 4], &format!("card {number}")).await.id);
        }
        let mut people = Vec::new();
        for person in 0..8_usize {
            let (app, me, cards, columns) = (app.app.clone(), cast.jonas.clone(), cards.clone(), columns.clone());
            people.push(tokio::spawn(async move {
                for step in 0..25_usize {
                    let ctx = Ctx::new(app.clone(), app::platform::ctx::Actor::Person(me.clone()));
                    let pick = |salt: usize| cards[(person * 31 + step * 17 + salt * 7) % cards.len()];
                    let target = columns[(person + step) % 4];
                    moves::move_task(&ctx, wish(pick(0), target, Some(pick(1)), Some(pick(2))))
                        .await
                        .expect("no move fails");
                }
            }));
        }
        for person in people {
            person.await.unwrap();
        }
        let rows = task_row::Entity::find().all(app.reader()).await.unwrap();
        assert_eq!(rows.len(), 40, "no card is lost");
        let places: HashSet<_> = rows.iter().map(|row| (row.column_id, row.rank.clone())).collect();
        assert_eq!(places.len(), 40, "no two cards share a place");
        let viewing = access::by_id(&ctx, app.reader(), made.id).await.unwrap();
        let read =
            async || board::read(&ctx, &viewing, &BoardFilter::default(), BoardLook::default(), None).await.unwrap();
        assert_eq!(read().await, read().await);
    })
    .await;
}
