//! How a board is laid out: order, lanes, long completed work, pages of a list.

use app::{
    domain::{
        board_filter::BoardFilter,
        board_look::{BoardLook, Group, Sort},
        ids::{ColumnId, TaskId},
        lane::Lane,
        task::{EventKind, Priority},
    },
    entities::{project as project_row, task as task_row, task_event},
    platform::ctx::Ctx,
    projects::service::access::{self, Viewing},
    tasks::{
        service::{
            assign, board,
            edit::{self, Change, DueInput},
            moves::{self, Move},
        },
        view::Column,
    },
    testing::{Cast, each_database, project, task},
};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};

async fn viewing(ctx: &Ctx, project: &project_row::Model) -> Viewing {
    access::by_id(ctx, ctx.reader(), project.id).await.unwrap()
}

fn titles(column: &Column) -> Vec<&str> {
    column.cards.iter().map(|card| card.title.as_str()).collect()
}

async fn set(ctx: &Ctx, task: TaskId, change: Change) {
    edit::change(ctx, task, 1, change, None).await.unwrap();
}

fn due(date: &str) -> Change {
    Change::Due(Some(DueInput { date: date.parse().unwrap(), time: None }))
}

#[tokio::test]
async fn a_sorted_list_is_in_its_order_and_so_is_what_is_loaded_after() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let at = viewing(&ctx, &made).await;
        for number in 0..70_u32 {
            let card = task(&ctx, &made, columns[0], &format!("{:02}", (number * 37) % 70)).await;
            if number == 5 {
                set(&ctx, card.id, Change::Priority(Priority::Urgent)).await;
                set(&ctx, card.id, due("2026-12-01")).await;
            }
            if number == 6 {
                set(&ctx, card.id, due("2026-11-30")).await;
            }
        }
        let none = BoardFilter::default();
        let look = BoardLook { sort: Sort::Title, ..BoardLook::default() };
        let read = board::read(&ctx, &at, &none, look, None).await.unwrap();
        let mut seen: Vec<String> = titles(&read.columns[0]).into_iter().map(str::to_owned).collect();
        assert_eq!((seen.len(), read.columns[0].shown), (30, 70));
        let mut next = read.columns[0].next.clone();
        while let Some(cursor) = next {
            let more = board::more(&ctx, &at, columns[0], &none, look, &cursor).await.unwrap();
            seen.extend(more.cards.into_iter().map(|card| card.title));
            next = more.next;
        }
        assert_eq!(seen, (0..70).map(|number| format!("{number:02}")).collect::<Vec<_>>());
        for (sort, first) in [(Sort::Priority, 5 * 37 % 70), (Sort::Due, 6 * 37 % 70), (Sort::Created, 69 * 37 % 70)] {
            let look = BoardLook { sort, ..BoardLook::default() };
            let read = board::read(&ctx, &at, &none, look, None).await.unwrap();
            assert_eq!(titles(&read.columns[0])[0], format!("{first:02}"), "{sort}");
        }
    })
    .await;
}

#[tokio::test]
async fn lanes_count_their_tasks_and_stand_one_after_the_other_in_each_list() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let at = viewing(&ctx, &made).await;
        let [a, b, c] = [
            task(&ctx, &made, columns[0], "a").await,
            task(&ctx, &made, columns[0], "b").await,
            task(&ctx, &made, columns[1], "c").await,
        ];
        assign::set(&ctx, b.id, &[cast.alex.id]).await.unwrap();
        let several = task(&ctx, &made, columns[0], "several").await;
        assign::set(&ctx, several.id, &[cast.alex.id, cast.jonas.id]).await.unwrap();
        assign::set(&ctx, c.id, &[cast.mina.id]).await.unwrap();
        let look = BoardLook { group: Some(Group::Assignee), ..BoardLook::default() };
        let read = board::read(&ctx, &at, &BoardFilter::default(), look, None).await.unwrap();
        let lanes: Vec<_> =
            read.lanes.iter().map(|lane| (lane.title.as_str(), lane.counts[0], lane.counts[1])).collect();
        // Who has no task has a lane too, while the people are few.
        assert_eq!(
            lanes,
            [
                ("Alex Lindqvist", 1, 0),
                ("Jonas Ortiz", 0, 0),
                ("Mina Kovač", 0, 1),
                ("Several people", 1, 0),
                ("Nobody", 1, 0)
            ]
        );
        assert_eq!(titles(&read.columns[0]), ["b", "several", "a"], "by lane from the top");
        let look = BoardLook { group: Some(Group::Priority), ..BoardLook::default() };
        set(&ctx, a.id, Change::Priority(Priority::High)).await;
        let read = board::read(&ctx, &at, &BoardFilter::default(), look, None).await.unwrap();
        assert_eq!(
            read.lanes.iter().map(|lane| lane.lane).collect::<Vec<_>>()[..2],
            [Lane::Priority(Priority::Urgent), Lane::Priority(Priority::High)]
        );
        assert_eq!(titles(&read.columns[0]), ["a", "b", "several"]);
    })
    .await;
}

#[tokio::test]
async fn a_task_that_goes_to_another_lane_gets_its_person_and_comes_back_without() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        let go = async |lane| {
            let wish = Move { task: a.id, column: columns[1], after: None, before: None, op_id: None };
            moves::move_to_lane(&ctx, wish, Some(lane)).await
        };
        let card = go(Lane::Person(Some(cast.mina.id))).await.unwrap();
        assert_eq!(card.people, ["Mina Kovač"]);
        assert_eq!(go(Lane::Person(Some(cast.alex.id))).await.unwrap().people, ["Alex Lindqvist"]);
        assert!(go(Lane::Person(None)).await.unwrap().people.is_empty());
        assert_eq!(go(Lane::Priority(Priority::Urgent)).await.unwrap().priority, Priority::Urgent);
        assert!(go(Lane::Person(Some(cast.ravi.id))).await.is_err(), "a stranger has no lane");
        let kinds: Vec<EventKind> = task_event::Entity::find()
            .filter(task_event::Column::TaskId.eq(a.id))
            .order_by_asc(task_event::Column::Id)
            .all(app.reader())
            .await
            .unwrap()
            .into_iter()
            .map(|event| event.kind)
            .collect();
        use EventKind::{Assigned, Created, Edited, Moved, Unassigned};
        assert_eq!(kinds, [Created, Moved, Assigned, Unassigned, Assigned, Unassigned, Edited]);
    })
    .await;
}

async fn finish(ctx: &Ctx, project: &project_row::Model, column: ColumnId, title: &str, days_ago: i64) {
    let card = task(ctx, project, column, title).await;
    task_row::Entity::update_many()
        .col_expr(task_row::Column::CompletedAt, Expr::value(ctx.now - TimeDelta::days(days_ago)))
        .filter(task_row::Column::Id.eq(card.id))
        .exec(ctx.reader())
        .await
        .unwrap();
}

#[tokio::test]
async fn what_was_completed_long_ago_is_left_out_until_somebody_asks() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let at = viewing(&ctx, &made).await;
        let none = BoardFilter::default();
        for number in 0..45 {
            finish(&ctx, &made, columns[3], &format!("old {number}"), 100).await;
        }
        let read = async |look| board::read(&ctx, &at, &none, look, None).await.unwrap().columns.remove(3);
        let few = read(BoardLook::default()).await;
        assert_eq!((few.total, few.shown, few.older), (45, 45, 0), "a few are always shown");
        for number in 0..60 {
            finish(&ctx, &made, columns[3], &format!("new {number}"), 2).await;
        }
        let sorted = BoardLook { sort: Sort::Title, ..BoardLook::default() };
        for look in [BoardLook::default(), sorted] {
            let many = read(look).await;
            assert_eq!((many.total, many.shown, many.older), (105, 60, 45));
            assert!(titles(&many).iter().all(|title| title.starts_with("new")));
            let next = many.next.unwrap();
            let more = board::more(&ctx, &at, columns[3], &none, look, &next).await.unwrap();
            assert_eq!((more.cards.len(), more.next), (30, None));
            assert!(more.cards.iter().all(|card| card.title.starts_with("new")));
        }
        let all = read(BoardLook { shows_older: true, ..BoardLook::default() }).await;
        assert_eq!((all.shown, all.older), (105, 0));
        // A filter looks at everything.
        let filter = BoardFilter { text: "old".into(), ..BoardFilter::default() };
        let found = board::read(&ctx, &at, &filter, BoardLook::default(), None).await.unwrap();
        assert_eq!((found.columns[3].shown, found.columns[3].older), (45, 0));
    })
    .await;
}

#[tokio::test]
async fn a_long_text_stays_in_the_database_when_a_board_is_read() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let card = task(&ctx, &made, columns[0], "a").await;
        set(&ctx, card.id, Change::Description("x".repeat(100_000))).await;
        let moved = Move { task: card.id, column: columns[1], after: None, before: None, op_id: None };
        moves::move_task(&ctx, moved).await.unwrap();
        let (at, none) = (viewing(&ctx, &made).await, BoardFilter::default());
        let read = board::read(&ctx, &at, &none, BoardLook::default(), None).await.unwrap();
        assert_eq!(titles(&read.columns[1]), ["a"]);
        let row = task_row::Entity::find_by_id(card.id).one(app.reader()).await.unwrap().unwrap();
        assert_eq!(row.description.len(), 100_000, "and is still there");
    })
    .await;
}
