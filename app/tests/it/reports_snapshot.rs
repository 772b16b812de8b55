//! Snapshots: what a report says about the past, rebuilt from the history.

use app::{
    domain::{
        metrics::{Compared, Finding},
        period::Period,
        task::{Category, Priority, Status},
    },
    entities::project as project_row,
    platform::ctx::Ctx,
    reports::service::snapshot,
    tasks::{
        service::{
            archive, assign,
            edit::{self, Change, DueInput},
            moves::{self, Move},
        },
        view::Card,
    },
    testing::{Cast, TestApp, each_database, project, task},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

async fn to_column(ctx: &Ctx, card: &Card, column: app::domain::ids::ColumnId) {
    let wish = Move { task: card.id, column, after: None, before: None, op_id: None };
    moves::move_task(ctx, wish).await.unwrap();
}

async fn due(ctx: &Ctx, card: &Card, on: &str) {
    edit::change(ctx, card.id, 1, Change::Due(Some(DueInput { date: date(on), time: None })), None).await.unwrap();
}

/// The week of the tests' clock: it begins on Monday 23 November 2026.
fn week() -> Period {
    Period::ending(date("2026-11-29"), 7)
}

async fn now_is(app: &TestApp, made: &project_row::Model) -> app::domain::report::Snapshot {
    let ctx = Ctx::system(&app.app);
    snapshot::build(&ctx, made.id, week(), ctx.now).await.unwrap()
}

#[tokio::test]
async fn a_week_is_told_by_its_figures_its_lists_and_its_finding() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let monday = app.as_person(&cast.jonas);
        let done = task(&monday, &made, columns[0], "Write the report").await;
        let shine = task(&monday, &made, columns[0], "Win the prize").await;
        let late = task(&monday, &made, columns[0], "Answer the letter").await;
        let soon = task(&monday, &made, columns[0], "Book the room").await;
        due(&monday, &late, "2026-11-24").await;
        let at_five = DueInput { date: date("2026-11-27"), time: chrono::NaiveTime::from_hms_opt(17, 0, 0) };
        edit::change(&monday, soon.id, 1, Change::Due(Some(at_five)), None).await.unwrap();
        assign::set(&monday, done.id, &[cast.jonas.id, cast.mina.id]).await.unwrap();
        edit::change(&monday, shine.id, 1, Change::Category(Category::Highlight), None).await.unwrap();
        app.clock.advance(TimeDelta::days(1));
        let tuesday = app.as_person(&cast.jonas);
        to_column(&tuesday, &done, columns[1]).await;
        to_column(&tuesday, &late, columns[2]).await;
        app.clock.advance(TimeDelta::days(1));
        let wednesday = app.as_person(&cast.jonas);
        to_column(&wednesday, &shine, columns[3]).await;
        app.clock.advance(TimeDelta::hours(1));
        to_column(&app.as_person(&cast.jonas), &done, columns[3]).await;

        let report = now_is(&app, &made).await;
        assert_eq!(report.figures.created, Compared { now: 4, before: 0 });
        assert_eq!(report.figures.completed, Compared { now: 2, before: 0 });
        assert_eq!(report.figures.open, Compared { now: 2, before: 0 });
        assert_eq!(report.figures.overdue, Compared { now: 1, before: 0 });
        assert_eq!(report.figures.cycle_days, Compared { now: Some(1), before: None });
        assert_eq!(report.days.len(), 7);
        assert_eq!((report.days[0].created, report.days[2].completed), (4, 2));

        let titles =
            |lines: &[app::domain::report::TaskLine]| lines.iter().map(|line| line.title.clone()).collect::<Vec<_>>();
        assert_eq!(titles(&report.finished), ["Win the prize", "Write the report"], "the highlight comes first");
        assert_eq!(titles(&report.in_progress), ["Answer the letter"]);
        assert_eq!(titles(&report.overdue), ["Answer the letter"]);
        assert_eq!(titles(&report.due_next), ["Book the room"]);
        let finished = &report.finished[1];
        assert_eq!(finished.people, ["Jonas Ortiz", "Mina Kovač"]);
        assert_eq!((finished.reference.as_str(), finished.work_days), ("T-1", Some(2)));
        assert_eq!(report.overdue[0].due.as_ref().unwrap().words, "Overdue 1 d");
        let late = &report.overdue[0].details;
        assert_eq!((late.created_on, late.due_on), (Some(date("2026-11-23")), Some(date("2026-11-24"))));
        let soon = &report.due_next[0].details;
        assert_eq!((late.due_at, soon.due_on), (None, Some(date("2026-11-27"))), "one is due all day");
        assert!(soon.due_at.is_some(), "the other one at five");
        assert_eq!((late.project.as_str(), finished.details.started_on), ("Tasks", Some(date("2026-11-24"))));
        assert_eq!(
            report.statuses.iter().map(|entry| (entry.status, entry.count)).collect::<Vec<_>>(),
            [(Status::Todo, 1), (Status::Progress, 0), (Status::Pending, 1),]
        );
        assert!(matches!(report.finding, Finding::Completed { .. }), "{:?}", report.finding);
        assert_eq!(report.subject(), "2 tasks completed, 2 more than before · Tasks, 23–29 November 2026");
    })
    .await;
}

#[tokio::test]
async fn a_past_day_is_rebuilt_whatever_happened_since() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let monday = app.as_person(&cast.jonas);
        let late = task(&monday, &made, columns[0], "Late on Wednesday").await;
        let gone = task(&monday, &made, columns[0], "Archived on Thursday").await;
        due(&monday, &late, "2026-11-24").await;
        app.clock.advance(TimeDelta::days(2));
        let wednesday = app.clock.now();
        app.clock.advance(TimeDelta::days(1));
        let thursday = app.as_person(&cast.jonas);
        edit::change(&thursday, late.id, 2, Change::Due(Some(DueInput { date: date("2026-12-24"), time: None })), None)
            .await
            .unwrap();
        to_column(&thursday, &late, columns[1]).await;
        archive::archive(&thursday, gone.id, None).await.unwrap();

        let ctx = Ctx::system(&app.app);
        let as_of = async |at: DateTime<Utc>| snapshot::build(&ctx, made.id, week(), at).await.unwrap();
        let then = as_of(wednesday).await;
        assert_eq!((then.figures.open.now, then.figures.overdue.now), (2, 1));
        assert_eq!(then.overdue[0].title, "Late on Wednesday");
        assert!(then.in_progress.is_empty());
        let today = as_of(ctx.now).await;
        assert_eq!((today.figures.open.now, today.figures.overdue.now), (1, 0));
        assert_eq!(today.in_progress.len(), 1);
        assert_eq!(as_of(wednesday).await, then, "and the same each time");
    })
    .await;
}

#[tokio::test]
async fn a_past_day_has_the_categories_and_the_priorities_that_tasks_had_then() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let monday = app.as_person(&cast.jonas);
        let open = task(&monday, &made, columns[1], "Open on Tuesday").await;
        let finished = task(&monday, &made, columns[3], "Finished on Monday").await;
        app.clock.advance(TimeDelta::days(1));
        let tuesday = app.clock.now();
        app.clock.advance(TimeDelta::days(1));
        let wednesday = app.as_person(&cast.jonas);
        to_column(&wednesday, &open, columns[3]).await;
        to_column(&wednesday, &finished, columns[0]).await;
        edit::change(&wednesday, open.id, 2, Change::Priority(Priority::Urgent), None).await.unwrap();
        edit::change(&wednesday, open.id, 3, Change::Category(Category::Highlight), None).await.unwrap();

        let system = Ctx::system(&app.app);
        let then = snapshot::build(&system, made.id, week(), tuesday).await.unwrap();
        let told = |lines: &[app::domain::report::TaskLine]| {
            lines.iter().map(|line| (line.title.clone(), line.category, line.priority)).collect::<Vec<_>>()
        };
        assert_eq!(told(&then.in_progress), [("Open on Tuesday".into(), Category::Ordinary, Priority::Medium)]);
        let accomplished = ("Finished on Monday".into(), Category::Accomplishment, Priority::Medium);
        assert_eq!(told(&then.accomplishments), [accomplished], "it is open again by now");
        assert!(then.highlights.is_empty());
        let now = now_is(&app, &made).await;
        assert_eq!(told(&now.highlights), [("Open on Tuesday".into(), Category::Highlight, Priority::Urgent)]);
        assert!(now.accomplishments.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_is_frozen_in_json_and_read_back() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        task(&app.as_person(&cast.jonas), &made, columns[1], "Žiga's “task” <b>").await;
        let report = now_is(&app, &made).await;
        let json = snapshot::to_json(&report).unwrap();
        assert_eq!(snapshot::from_json(&json).unwrap(), report);
        assert!(snapshot::from_json("{}").is_err());
    })
    .await;
}

#[tokio::test]
async fn an_empty_project_has_a_report_too() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let report = now_is(&app, &made).await;
        assert_eq!(report.finding, Finding::Quiet);
        assert_eq!(report.subject(), "Nothing was created or completed · Tasks, 23–29 November 2026");
    })
    .await;
}
