//! Letting go of old reports and logs: who may say it, what goes, and what never does.

use app::{
    archive::{
        service::{files, read::read, retention},
        view::WouldGo,
    },
    domain::{
        delivery::DeliveryPhase,
        ids::OccurrenceId,
        job::LogLevel,
        occurrence::OccurrenceState,
        retention::{Retention, USUAL_DAYS},
    },
    entities::{artifact, delivery, occurrence, occurrence_log},
    error::AppError,
    testing::{Cast, TestApp, each_database, frozen, messages, project, sent_report},
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

async fn run(app: &TestApp, id: OccurrenceId) -> occurrence::Model {
    occurrence::Entity::find_by_id(id).one(app.reader()).await.unwrap().unwrap()
}

async fn line(app: &TestApp, id: OccurrenceId) {
    let row = occurrence_log::ActiveModel {
        id: Set(Uuid::now_v7()),
        occurrence_id: Set(id),
        at: Set(app.clock.now()),
        level: Set(LogLevel::Info),
        words: Set("Wrote 2 messages.".into()),
    };
    row.insert(app.reader()).await.unwrap();
}

async fn lines(app: &TestApp) -> u64 {
    occurrence_log::Entity::find().count(app.reader()).await.unwrap()
}

#[tokio::test]
async fn reports_stay_for_ever_and_logs_for_the_usual_time_until_an_administrator_says_otherwise() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let id = sent_report(&app, made.id).await;
        line(&app, id).await;
        assert_eq!(retention::saved(app.reader()).await.unwrap(), Retention::default());
        app.clock.advance(TimeDelta::days(i64::from(USUAL_DAYS)));
        assert_eq!(retention::sweep(&app).await.unwrap(), WouldGo::default(), "not older than the usual time");
        app.clock.advance(TimeDelta::days(4_000));
        assert_eq!(retention::sweep(&app).await.unwrap(), WouldGo { reports: 0, log_lines: 1 });
        assert_eq!((run(&app, id).await.removed_at, lines(&app).await), (None, 0));

        let jonas = app.as_person(&cast.jonas);
        assert_eq!(retention::save(&jonas, "12", "90").await.unwrap_err(), AppError::Forbidden);
        assert_eq!(retention::page(&jonas, None).await.unwrap_err(), AppError::Forbidden);
    })
    .await;
}

#[tokio::test]
async fn what_would_go_is_shown_before_it_is_saved_and_goes_with_the_next_sweep() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let id = sent_report(&app, made.id).await;
        line(&app, id).await;
        app.clock.advance(TimeDelta::days(62));
        let young = sent_report(&app, made.id).await;
        let mina = app.as_person(&cast.mina);
        let shown = retention::page(&mina, Some(("2", "30"))).await.unwrap();
        let asked = Retention { report_months: Some(2), log_days: 30 };
        assert_eq!(shown.asked, Some((asked, WouldGo { reports: 1, log_lines: 1 })));
        assert_eq!(retention::sweep(&app).await.unwrap(), WouldGo::default(), "to look is not to save");
        let refused = retention::page(&mina, Some(("2", "0"))).await.unwrap().refused.unwrap();
        assert_eq!(refused.typed("months").as_deref(), Some("2"), "what was typed is kept");

        retention::save(&mina, "2", "30").await.unwrap();
        assert_eq!(retention::sweep(&app).await.unwrap(), WouldGo { reports: 1, log_lines: 1 });
        assert_eq!(retention::sweep(&app).await.unwrap(), WouldGo::default(), "once");
        let gone = run(&app, id).await;
        assert_eq!((gone.removed_after_months, gone.state), (Some(2), OccurrenceState::Partly));
        assert_eq!((frozen(&app, id).await, gone.snapshot_hash.map(|hash| hash.len())), (None, Some(64)));
        assert!(gone.commit_id.is_some() && gone.finding.is_some(), "what is known of the run stays");
        let left = messages(&app, id).await;
        assert!(left.len() == 2 && left.iter().all(|row| row.mime.is_empty() && row.reply.is_some()));
        let rendered = artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(id)).count(app.reader()).await;
        assert_eq!(rendered.unwrap(), 0);
        assert!(frozen(&app, young).await.is_some());
        assert!(files::html(&mina, young).await.is_ok(), "the young one is whole");
        assert!(read(&mina, id).await.unwrap().removed.is_some());
    })
    .await;
}

#[tokio::test]
async fn open_runs_and_reports_with_a_message_that_is_not_settled_are_left_alone() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let id = sent_report(&app, made.id).await;
        line(&app, id).await;
        app.clock.advance(TimeDelta::days(400));
        retention::save(&app.as_person(&cast.mina), "1", "1").await.unwrap();
        let state = async |state: OccurrenceState| {
            let row = occurrence::ActiveModel { id: Set(id), state: Set(state), ..Default::default() };
            row.update(app.reader()).await.unwrap();
        };
        state(OccurrenceState::Sending).await;
        assert_eq!(retention::sweep(&app).await.unwrap(), WouldGo::default(), "an open run keeps its log, too");
        state(OccurrenceState::Partly).await;
        let message = messages(&app, id).await.remove(0).id;
        let phase = async |phase: DeliveryPhase| {
            let row = delivery::ActiveModel { id: Set(message), phase: Set(phase), ..Default::default() };
            row.update(app.reader()).await.unwrap();
        };
        for unsettled in [DeliveryPhase::Uncertain, DeliveryPhase::Deferred, DeliveryPhase::Queued] {
            phase(unsettled).await;
            assert_eq!(retention::sweep(&app).await.unwrap().reports, 0, "{unsettled}");
        }
        phase(DeliveryPhase::Accepted).await;
        assert_eq!(retention::sweep(&app).await.unwrap().reports, 1);
    })
    .await;
}
