//! Two reports of a job side by side.

use app::{
    archive::service::compare::compare,
    domain::{ids::OccurrenceId, report_compare::Move},
    entities::{occurrence, occurrence_snapshot},
    error::AppError,
    testing::{Cast, TestApp, each_database, next_report, project, sent_report, task},
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};

/// The reports of two weeks, with a task that was due between them.
async fn two_weeks(app: &TestApp, cast: &Cast) -> (OccurrenceId, OccurrenceId) {
    let (made, columns) = project(app, cast).await;
    let first = sent_report(app, made.id).await;
    let job = occurrence::Entity::find_by_id(first).one(app.reader()).await.unwrap().unwrap().schedule_id;
    app.clock.advance(TimeDelta::days(6));
    let card = task(&app.as_person(&cast.jonas), &made, columns[0], "Book the room").await;
    let row = app::entities::task::ActiveModel {
        id: Set(card.id),
        due_on: Set(Some("2026-11-29".parse().unwrap())),
        ..Default::default()
    };
    row.update(app.reader()).await.unwrap();
    app.clock.advance(TimeDelta::days(2));
    (first, next_report(app, made.id, job).await)
}

#[tokio::test]
async fn a_report_is_compared_with_the_one_before_it() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (first, second) = two_weeks(&app, &cast).await;
        let alex = app.as_person(&cast.alex);
        let compared = compare(&alex, second, None).await.unwrap();
        assert_eq!((compared.with, compared.others.len()), (Some(first), 1));
        let (earlier, later, comparison) = compared.pair.unwrap();
        assert_eq!((earlier.id, later.id), (first, second));
        let open = comparison.numbers.iter().find(|pair| pair.name == "Open").unwrap();
        assert_eq!(open.later_words(), "1, 1 more than before");
        let [(what, tasks)] = comparison.moves.as_slice() else { panic!("{:?}", comparison.moves) };
        assert_eq!((*what, tasks[0].line.reference.as_str()), (Move::NewlyOverdue, "T-1"));
    })
    .await;
}

#[tokio::test]
async fn the_first_report_is_compared_with_the_next_and_the_earlier_one_stands_first() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (first, second) = two_weeks(&app, &cast).await;
        let alex = app.as_person(&cast.alex);
        for with in [None, Some(second)] {
            let compared = compare(&alex, first, with).await.unwrap();
            let (earlier, later, _) = compared.pair.unwrap();
            assert_eq!((earlier.id, later.id), (first, second));
        }
    })
    .await;
}

#[tokio::test]
async fn a_report_whose_data_go_while_somebody_looks_is_not_there_any_more() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (first, second) = two_weeks(&app, &cast).await;
        // The retention, between one look and the next.
        occurrence_snapshot::Entity::delete_by_id(first).exec(app.reader()).await.unwrap();
        let refused = compare(&app.as_person(&cast.alex), second, Some(first)).await.unwrap_err();
        assert_eq!(refused, AppError::NotFound, "and no fault of the program");
    })
    .await;
}

#[tokio::test]
async fn reports_of_other_jobs_and_other_peoples_projects_cannot_be_compared() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (first, second) = two_weeks(&app, &cast).await;
        let row = occurrence::Entity::find_by_id(first).one(app.reader()).await.unwrap().unwrap();
        let alone = sent_report(&app, row.project_id).await;
        let alex = app.as_person(&cast.alex);
        assert_eq!(compare(&alex, second, Some(alone)).await.unwrap_err(), AppError::NotFound);
        assert_eq!(compare(&alex, second, Some(second)).await.unwrap_err(), AppError::NotFound);
        let compared = compare(&alex, alone, None).await.unwrap();
        assert!(compared.pair.is_none() && compared.others.is_empty(), "it is the only one of its job");
        assert_eq!(compare(&app.as_person(&cast.ravi), second, None).await.unwrap_err(), AppError::NotFound);
    })
    .await;
}
