//! Rows that the database hands over as one value are the rows that it hands over one by one, on both engines.

use app::{
    domain::{
        ids::{TaskId, UserId},
        task::Priority,
    },
    entities::{task as task_row, user},
    platform::rows::{self, Cell},
    testing::{Cast, each_database, project, task},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::Expr,
};
use serde::de::DeserializeOwned;

/// What a task says, whatever a JSON is made of.
const TEXTS: [&str; 8] = [
    "plain",
    "",
    r#""double", 'single', `back`, \slash\ and /"#,
    "one line\nanother\r\na third\twith a tab",
    r#"{"looks": ["like", null, true, 1]}"#,
    "null",
    "Žal, 漢字, עברית, 🦀, e\u{301}, \u{2028}, \u{feff}, \u{fffd}",
    "\u{1}\u{1f}\u{7f}</script>",
];
/// Beyond 2^53 a number with a floating point is another one.
const NUMBERS: [i64; 8] = [1, -1, 0, 9_007_199_254_740_993, -9_007_199_254_740_993, 4_294_967_296, i64::MAX, i64::MIN];

type Kept = (TaskId, Option<UserId>, String, Priority, Option<NaiveDate>, Option<DateTime<Utc>>, Option<i32>, i64);

fn as_rows<T: DeserializeOwned>(json: &str) -> serde_json::Result<Vec<T>> {
    serde_json::from_str(json)
}

#[tokio::test]
async fn texts_numbers_days_instants_and_nothing_arrive_as_they_are_kept_and_in_order() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let day: NaiveDate = "2024-02-29".parse().unwrap();
        let at: DateTime<Utc> = "2026-11-23T16:00:00.123456Z".parse().unwrap();
        let whole: DateTime<Utc> = "1999-12-31T23:59:59Z".parse().unwrap();
        for (nth, (text, number)) in TEXTS.into_iter().zip(NUMBERS).enumerate() {
            let (due_on, due_at) = match nth % 4 {
                0 => (None, None),
                1 => (Some(day), None),
                2 => (None, Some(at)),
                _ => (None, Some(whole)),
            };
            let row = task_row::ActiveModel {
                id: Unchanged(task(&ctx, &made, columns[0], "a task").await.id),
                title: Set(text.into()),
                version: Set(number),
                priority: Set(if nth % 2 == 0 { Priority::Urgent } else { Priority::Low }),
                due_on: Set(due_on),
                due_at: Set(due_at),
                estimate_minutes: Set((nth % 3 == 0).then_some(45)),
                deleted_by: Set((nth % 3 == 1).then_some(cast.mina.id)),
                ..Default::default()
            };
            row.update(app.reader()).await.unwrap();
        }
        let query = task_row::Entity::find()
            .select_only()
            .columns([
                task_row::Column::Id,
                task_row::Column::DeletedBy,
                task_row::Column::Title,
                task_row::Column::Priority,
                task_row::Column::DueOn,
                task_row::Column::DueAt,
                task_row::Column::EstimateMinutes,
                task_row::Column::Version,
            ])
            .order_by_desc(task_row::Column::Number);
        let cells = [
            Cell::Id("id"),
            Cell::Id("deleted_by"),
            Cell::Plain("title"),
            Cell::Plain("priority"),
            Cell::Plain("due_on"),
            Cell::Plain("due_at"),
            Cell::Plain("estimate_minutes"),
            Cell::Plain("version"),
        ];
        let one_by_one: Vec<Kept> = query.clone().into_tuple().all(app.reader()).await.unwrap();
        let read: Vec<Kept> = rows::read(app.reader(), &query.clone().into_query(), &cells, as_rows).await.unwrap();
        assert_eq!(read, one_by_one);
        let kept: Vec<(&str, i64)> = read.iter().rev().map(|row| (row.2.as_str(), row.7)).collect();
        assert_eq!(kept, TEXTS.into_iter().zip(NUMBERS).collect::<Vec<_>>());
        let first_four: Vec<_> = read.iter().rev().take(4).map(|row| (row.1, row.4, row.5, row.6)).collect();
        let wanted = [
            (None, None, None, Some(45)),
            (Some(cast.mina.id), Some(day), None, None),
            (None, None, Some(at), None),
            (None, None, Some(whole), Some(45)),
        ];
        assert_eq!(first_four, wanted);

        let none = query.filter(task_row::Column::Number.lt(0)).into_query();
        let read: Vec<Kept> = rows::read(app.reader(), &none, &cells, as_rows).await.unwrap();
        assert!(read.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_id_that_is_not_there_is_none() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let query = user::Entity::find()
            .select_only()
            .column(user::Column::Id)
            .expr_as(Expr::cust("NULL"), "nothing")
            .filter(user::Column::Id.eq(cast.mina.id))
            .into_query();
        let cells = [Cell::Id("id"), Cell::Id("nothing")];
        let read: Vec<(UserId, Option<UserId>)> = rows::read(app.reader(), &query, &cells, as_rows).await.unwrap();
        assert_eq!(read, [(cast.mina.id, None)]);
    })
    .await;
}

#[tokio::test]
async fn a_row_that_is_not_as_it_is_said_to_be_is_a_fault_and_not_another_value() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        task(&app.as_person(&cast.jonas), &made, columns[0], "a task").await;
        let query = task_row::Entity::find().select_only().column(task_row::Column::Title).into_query();
        let title = [Cell::Plain("title")];
        let read = rows::read(app.reader(), &query, &title, as_rows::<(Priority,)>).await;
        assert!(read.is_err(), "{read:?}");
        let read = rows::read(app.reader(), &query, &title, as_rows::<(i64,)>).await;
        assert!(read.is_err(), "{read:?}");
    })
    .await;
}
