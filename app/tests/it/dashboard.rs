//! The dashboard: the figures and charts of a project over a period that ends now, and one's own tasks.

use app::{
    dashboard::service::overview,
    domain::ids::ColumnId,
    projects::service::access,
    tasks::service::{
        assign,
        edit::{self, Change, DueInput},
        moves::{self, Move},
    },
    testing::{Cast, each_database, project, task},
};
use chrono::TimeDelta;

#[tokio::test]
async fn figures_compare_the_chosen_period_with_the_one_before() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let first = app.as_person(&cast.jonas);
        let a = task(&first, &made, columns[0], "a").await;
        task(&first, &made, columns[0], "b").await;
        app.clock.advance(TimeDelta::days(8));
        let ctx = app.as_person(&cast.jonas);
        let to = |column: ColumnId| Move { task: a.id, column, after: None, before: None, op_id: None };
        moves::move_task(&ctx, to(columns[3])).await.unwrap();

        let viewing = access::by_id(&ctx, ctx.reader(), made.id).await.unwrap();
        let week = overview::read(&ctx, &viewing, None).await.unwrap();
        let words: Vec<_> =
            week.figures.iter().map(|figure| format!("{} {} {}", figure.label, figure.value, figure.change)).collect();
        assert_eq!(
            words,
            [
                "Open tasks 1 1 fewer",
                "Overdue 0 no change",
                "Completed in 7 days 1 1 more",
                "Median cycle time 1 d none before",
            ]
        );
        assert_eq!(week.figures[1].href, "/board/T?due=overdue");
        assert!(week.figures.iter().all(|figure| figure.spark.contains("aria-hidden")));
        assert_eq!(week.flow.numbers.rows.len(), 7);
        assert_eq!(week.flow.numbers.rows[6], ["1 Dec", "0", "1"]);
        assert_eq!(week.statuses.numbers.rows[0], ["Todo", "1"]);

        let month = overview::read(&ctx, &viewing, Some(30)).await.unwrap();
        assert_eq!((month.days, month.flow.numbers.rows.len()), (30, 30));
        assert_eq!(
            month.flow.numbers.rows.iter().filter(|row| row[1] == "2").count(),
            1,
            "both were created on one day"
        );
        assert_eq!(
            overview::read(&ctx, &viewing, Some(31)).await.unwrap().days,
            7,
            "only the periods that are offered"
        );
    })
    .await;
}

#[tokio::test]
async fn my_tasks_are_those_of_mine_that_are_late_or_due_within_a_week() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        for (title, due, mine) in [
            ("late", "2026-11-20", true),
            ("soon", "2026-11-30", true),
            ("later", "2026-12-01", true),
            ("Mina's", "2026-11-24", false),
        ] {
            let card = task(&ctx, &made, columns[0], title).await;
            let due = DueInput { date: due.parse().unwrap(), time: None };
            edit::change(&ctx, card.id, 1, Change::Due(Some(due)), None).await.unwrap();
            let who = if mine { cast.jonas.id } else { cast.mina.id };
            assign::set(&ctx, card.id, &[who]).await.unwrap();
        }
        let viewing = access::by_id(&ctx, ctx.reader(), made.id).await.unwrap();
        let mine = overview::read(&ctx, &viewing, None).await.unwrap().mine;
        assert_eq!(mine.iter().map(|task| task.title.as_str()).collect::<Vec<_>>(), ["late", "soon"]);
        assert_eq!((mine[0].reference.as_str(), mine[0].due.as_str()), ("T-1", "Overdue 3 d"));
    })
    .await;
}
