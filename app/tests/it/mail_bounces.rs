//! A message that came back: what an uploaded report changes, and who may upload one. And who gets a message as a file.

use app::{
    archive::service::{files, read},
    domain::{
        bounce::{Bounce, BounceAction, BounceOutcome, BouncedRecipient},
        delivery::DeliveryPhase,
        ids::{BounceId, OccurrenceId},
        occurrence::OccurrenceState,
    },
    entities::{delivery, suppression},
    error::AppError,
    jobs::{
        form::JobForm,
        service::{bounces, runs},
    },
    notifications::service::inbox,
    platform::ctx::Ctx,
    testing::{Cast, Message, each_database, smtp_server::SmtpServer},
};
use sea_orm::EntityTrait;

use super::jobs_stage::{Stage, mondays_at_ten};

/// A run whose two messages were taken.
async fn sent(stage: &Stage<'_>) -> (OccurrenceId, Vec<Message>) {
    let job = stage.job(&mondays_at_ten()).await;
    let run = runs::start(&stage.mina(), job).await.unwrap();
    stage.work().await;
    let rows = stage.deliveries(run).await;
    assert!(rows.iter().all(|row| row.phase == DeliveryPhase::Accepted));
    (run, rows)
}

fn report(row: &delivery::Model, action: BounceAction, status: &str) -> Bounce {
    let recipient = BouncedRecipient {
        address: row.address.to_uppercase(),
        original: None,
        action,
        status: Some(status.into()),
        words: "550 No such user".into(),
    };
    Bounce { message_id: Some(row.message_id.clone()), recipients: vec![recipient] }
}

async fn outcome(ctx: &Ctx, id: BounceId) -> Option<BounceOutcome> {
    bounces::show(ctx, id).await.unwrap().items[0].outcome
}

#[tokio::test]
async fn a_hard_bounce_marks_the_message_and_stops_the_address() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let server = SmtpServer::start(&[]);
        stage.sends_to(server.port).await;
        let (run, rows) = sent(&stage).await;
        let mina = stage.mina();
        let id = bounces::stage(&mina, &report(&rows[1], BounceAction::Failed, "5.1.1")).await.unwrap();
        let shown = bounces::show(&mina, id).await.unwrap();
        assert_eq!((shown.sent_to.as_deref(), shown.run, shown.can_apply), (Some("max@example.org"), Some(run), true));
        assert_eq!(shown.items[0].outcome, Some(BounceOutcome::FailsAndStops));
        assert_eq!(stage.deliveries(run).await[1].phase, DeliveryPhase::Accepted, "looking changes nothing");

        bounces::apply(&mina, id).await.unwrap();
        bounces::apply(&mina, id).await.unwrap();
        stage.work().await;
        let after = stage.deliveries(run).await;
        assert_eq!((after[0].phase, after[1].phase), (DeliveryPhase::Accepted, DeliveryPhase::Failed));
        assert!(after[1].reply.as_ref().unwrap().contains("No such user"));
        assert_eq!(stage.states(rows_job(&stage, run).await).await, [OccurrenceState::Partly]);
        let stopped = suppression::Entity::find().all(app.reader()).await.unwrap();
        assert_eq!(stopped.iter().map(|row| row.address.as_str()).collect::<Vec<_>>(), ["max@example.org"]);
        assert_eq!(server.messages().len(), 2, "nothing is sent again");
        let log = stage.log(run).await;
        assert!(
            log.iter().any(|line| line.contains("its message came back; Mina Kovač uploaded the report")),
            "{log:?}"
        );
        let shown = bounces::show(&mina, id).await.unwrap();
        assert!(shown.is_applied && !shown.can_apply);
    })
    .await;
}

#[tokio::test]
async fn what_came_back_is_not_unknown_any_more_and_asks_nobody() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let server = SmtpServer::start(&["--drop-after-dot"]);
        stage.sends_to(server.port).await;
        let mina = stage.mina();
        let job = stage.job(&mondays_at_ten()).await;
        let run = runs::start(&mina, job).await.unwrap();
        stage.work().await;
        let rows = stage.deliveries(run).await;
        assert!(rows.iter().all(|row| row.phase == DeliveryPhase::Uncertain));
        for row in &rows {
            assert_eq!(inbox::unread(&mina).await.unwrap(), 1, "a message is still unknown");
            let id = bounces::stage(&mina, &report(row, BounceAction::Failed, "5.2.2")).await.unwrap();
            bounces::apply(&mina, id).await.unwrap();
        }
        assert!(stage.deliveries(run).await.iter().all(|row| row.phase == DeliveryPhase::Failed));
        assert_eq!(inbox::unread(&mina).await.unwrap(), 0);
    })
    .await;
}

async fn rows_job(stage: &Stage<'_>, run: OccurrenceId) -> app::domain::ids::ScheduleId {
    let row = app::entities::occurrence::Entity::find_by_id(run).one(stage.app.reader()).await.unwrap();
    row.unwrap().schedule_id
}

#[tokio::test]
async fn other_reports_stop_no_address() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let server = SmtpServer::start(&[]);
        stage.sends_to(server.port).await;
        let (run, rows) = sent(&stage).await;
        let mina = stage.mina();
        let delayed = bounces::stage(&mina, &report(&rows[0], BounceAction::Delayed, "4.4.1")).await.unwrap();
        assert_eq!(outcome(&mina, delayed).await, Some(BounceOutcome::Nothing));
        bounces::apply(&mina, delayed).await.unwrap();
        let full = bounces::stage(&mina, &report(&rows[0], BounceAction::Failed, "5.2.2")).await.unwrap();
        assert_eq!(outcome(&mina, full).await, Some(BounceOutcome::Fails));
        bounces::apply(&mina, full).await.unwrap();
        assert_eq!(outcome(&mina, full).await, Some(BounceOutcome::Known));
        let mut forwarded = report(&rows[1], BounceAction::Failed, "5.1.1");
        forwarded.recipients[0].address = "max@elsewhere.example".into();
        forwarded.recipients[0].original = Some(rows[1].address.clone());
        let forwarded = bounces::stage(&mina, &forwarded).await.unwrap();
        bounces::apply(&mina, forwarded).await.unwrap();
        assert!(stage.deliveries(run).await.iter().all(|row| row.phase == DeliveryPhase::Failed));
        assert!(suppression::Entity::find().all(app.reader()).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_report_is_its_uploaders_own_and_finds_only_what_they_may_change() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let server = SmtpServer::start(&[]);
        stage.sends_to(server.port).await;
        let (run, rows) = sent(&stage).await;
        let hard = report(&rows[0], BounceAction::Failed, "5.1.1");
        let Cast { alex, ravi, jonas, .. } = &stage.cast;
        for outsider in [alex, ravi] {
            let ctx = app.as_person(outsider);
            let id = bounces::stage(&ctx, &hard).await.unwrap();
            let shown = bounces::show(&ctx, id).await.unwrap();
            assert_eq!((shown.sent_to, shown.run, shown.can_apply), (None, None, false), "{}", outsider.name);
            assert_eq!(bounces::apply(&ctx, id).await, Err(AppError::NotFound));
            assert_eq!(bounces::show(&stage.mina(), id).await.unwrap_err(), AppError::NotFound);
        }
        assert_eq!(stage.deliveries(run).await[0].phase, DeliveryPhase::Accepted);
        let nobody = Ctx::new(app.app.clone(), app::platform::ctx::Actor::Anonymous);
        assert_eq!(bounces::stage(&nobody, &hard).await, Err(AppError::SignedOut));

        let editor = app.as_person(jonas);
        let id = bounces::stage(&editor, &hard).await.unwrap();
        bounces::apply(&editor, id).await.unwrap();
        assert_eq!(stage.deliveries(run).await[0].phase, DeliveryPhase::Failed);
    })
    .await;
}

#[tokio::test]
async fn a_report_of_an_editor_stops_the_address_for_that_job_alone() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let server = SmtpServer::start(&[]);
        stage.sends_to(server.port).await;
        let (run, rows) = sent(&stage).await;
        let job = rows_job(&stage, run).await;
        let jonas = app.as_person(&stage.cast.jonas);
        let hard = report(&rows[1], BounceAction::Failed, "5.1.1");
        let id = bounces::stage(&jonas, &hard).await.unwrap();
        bounces::apply(&jonas, id).await.unwrap();
        let listed = async || {
            let rows = suppression::Entity::find().all(app.reader()).await.unwrap();
            let mut scopes: Vec<_> = rows.into_iter().map(|row| (row.address, row.schedule_id)).collect();
            scopes.sort();
            scopes
        };
        assert_eq!(listed().await, [("max@example.org".to_owned(), Some(job))]);
        let other = stage.job(&JobForm { name: "Another".into(), ..mondays_at_ten() }).await;
        let others = runs::start(&stage.mina(), other).await.unwrap();
        stage.work().await;
        assert_eq!(stage.deliveries(others).await[1].phase, DeliveryPhase::Accepted, "another job goes on");
        stage.pass(chrono::TimeDelta::minutes(5));
        let again = runs::start(&stage.mina(), job).await.unwrap();
        stage.work().await;
        assert_eq!(stage.deliveries(again).await[1].phase, DeliveryPhase::Withheld);

        let id = bounces::stage(&stage.mina(), &hard).await.unwrap();
        assert_eq!(outcome(&stage.mina(), id).await, Some(BounceOutcome::Stops));
        bounces::apply(&stage.mina(), id).await.unwrap();
        assert_eq!(
            listed().await.first(),
            Some(&("max@example.org".to_owned(), None)),
            "an administrator's is for all"
        );
    })
    .await;
}

#[tokio::test]
async fn a_report_that_names_somebody_else_or_another_message_changes_nothing() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let server = SmtpServer::start(&[]);
        stage.sends_to(server.port).await;
        let (run, rows) = sent(&stage).await;
        let mina = stage.mina();
        let mut crossed = report(&rows[1], BounceAction::Failed, "5.1.1");
        crossed.message_id = Some(rows[0].message_id.clone());
        let id = bounces::stage(&mina, &crossed).await.unwrap();
        let shown = bounces::show(&mina, id).await.unwrap();
        assert_eq!((shown.items[0].outcome, shown.can_apply), (Some(BounceOutcome::SomebodyElse), false));
        bounces::apply(&mina, id).await.unwrap();
        let mut unknown = report(&rows[1], BounceAction::Failed, "5.1.1");
        unknown.message_id = Some("no-such-message@example.org".into());
        let id = bounces::stage(&mina, &unknown).await.unwrap();
        assert_eq!(bounces::apply(&mina, id).await, Err(AppError::NotFound));
        stage.work().await;
        assert!(stage.deliveries(run).await.iter().all(|row| row.phase == DeliveryPhase::Accepted));
        assert!(suppression::Entity::find().all(app.reader()).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_viewer_gets_their_own_message_and_nobody_elses() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let form = JobForm { recipients: "max@example.org\nalex@example.org".into(), ..mondays_at_ten() };
        let job = stage.job(&form).await;
        let run = runs::start(&stage.mina(), job).await.unwrap();
        stage.work().await;
        let rows = stage.deliveries(run).await;
        let (max, alexs) = (&rows[0], &rows[1]);
        assert_eq!((max.address.as_str(), alexs.user_id), ("max@example.org", Some(stage.cast.alex.id)));
        let alex = app.as_person(&stage.cast.alex);
        assert_eq!(files::message(&alex, run, Some(max.id)).await, Err(AppError::NotFound));
        assert_eq!(files::message(&alex, run, Some(alexs.id)).await.unwrap(), alexs.mime);
        assert_eq!(files::message(&alex, run, None).await.unwrap(), alexs.mime);
        let shown = read::read(&alex, run).await.unwrap();
        assert_eq!(shown.recipients.iter().map(|one| one.delivery).collect::<Vec<_>>(), [alexs.id]);
        assert_eq!(shown.hidden_recipients, 1);

        let jonas = app.as_person(&stage.cast.jonas);
        assert_eq!(files::message(&jonas, run, Some(max.id)).await.unwrap(), max.mime);
        assert_eq!(files::message(&jonas, run, None).await.unwrap(), max.mime);
    })
    .await;
}
