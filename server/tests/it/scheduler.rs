//! The scheduler of a process: what goes wrong, or takes long, in one of its steps stops none of the others.

use std::time::{Duration, Instant};

use app::{
    domain::{delivery::DeliveryPhase, ids::ScheduleId, job::JobKind, occurrence::OccurrenceState},
    entities::{occurrence, project},
    jobs::{
        form::JobForm,
        kind_form::beginning,
        service::{runs, schedules},
    },
    platform::ctx::Ctx,
    projects::service::{access, projects},
    tasks::service::assign,
    testing::{Cast, SilentArchive, TestApp, each_database, messages, mondays_at_ten, project, sent_report, task},
};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use server::scheduler;

use crate::git_archive::{hook, push_to_folder, with_files};

const PATIENCE: Duration = Duration::from_secs(60);

async fn make(ctx: &Ctx, project: &project::Model, form: &JobForm) -> ScheduleId {
    let editing = access::by_id(ctx, ctx.reader(), project.id).await.unwrap().editing().unwrap();
    schedules::create(ctx, &editing, form).await.unwrap()
}

/// A report to Mina on Mondays at ten, an hour after the test begins.
fn report() -> JobForm {
    JobForm { recipients: "mina@example.org".into(), ..mondays_at_ten() }
}

/// A digest to Mina at the same time, for which she has a task.
async fn digest_at_ten(ctx: &Ctx, made: &project::Model) -> ScheduleId {
    let columns = projects::columns(ctx.reader(), made.id).await.unwrap();
    let card = task(ctx, made, columns[0].id, "Write the report").await;
    assign::set(ctx, card.id, &[ctx.me().unwrap().id]).await.unwrap();
    let JobForm { project, at, zone, recipients, .. } = report();
    make(ctx, made, &JobForm { project, at, zone, recipients, ..beginning(JobKind::Digest) }).await
}

/// The only run of a job; none before it is planned.
async fn run_of(app: &TestApp, job: ScheduleId) -> Option<occurrence::Model> {
    let query = occurrence::Entity::find().filter(occurrence::Column::ScheduleId.eq(job));
    query.one(app.reader()).await.unwrap()
}

/// Waits until the only run of a job is done.
async fn until_done(app: &TestApp, job: ScheduleId) -> occurrence::Model {
    let begun = Instant::now();
    loop {
        let run = run_of(app, job).await;
        if let Some(run) = run.as_ref().filter(|run| run.state == OccurrenceState::Done) {
            return run.clone();
        }
        let state = run.map(|run| (run.state, run.reason));
        assert!(begun.elapsed() < PATIENCE, "it is not planned, or not worked on: {state:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn runs_are_worked_on_also_while_it_cannot_be_found_out_which_are_late() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.mina);
        let job = make(&ctx, &made, &JobForm { zone: "UTC".into(), ..report() }).await;
        runs::start(&ctx, job).await.unwrap();
        // The look for late runs reads it, the work on a run that goes well does not.
        app.reader().execute_unprepared("ALTER TABLE alarm RENAME TO alarm_away").await.unwrap();
        let running = scheduler::start(app.app.clone());
        until_done(&app, job).await;
        running.stop().await;
        app.reader().execute_unprepared("ALTER TABLE alarm_away RENAME TO alarm").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_comes_due_is_planned_and_done_while_more_pushes_than_there_are_hands_hang() {
    each_database(async |app| {
        let app = with_files(app);
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        sent_report(&app, made.id).await;
        push_to_folder(&Ctx::system(&app)).await;
        let server = app.settings.data_dir.join("server.git");
        // Until it is told to go on, or for a minute where the test has failed.
        let waits = "touch at-it; n=0; while [ ! -e go ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n + 1)); done";
        hook(&app.settings.data_dir, "pre-receive", waits);
        let ctx = app.as_person(&cast.mina);
        let due = digest_at_ten(&ctx, &made).await;
        let form = JobForm { project: "T".into(), zone: "UTC".into(), ..beginning(JobKind::GitPush) };
        let mut pushes = Vec::new();
        for _ in 0..5 {
            pushes.push(make(&ctx, &made, &form).await);
        }
        app.clock.advance(TimeDelta::minutes(59) + TimeDelta::seconds(50));
        for push in &pushes {
            runs::start(&app.as_person(&cast.mina), *push).await.unwrap();
        }

        let running = scheduler::start(app.app.clone());
        let begun = Instant::now();
        while !server.join("at-it").exists() {
            assert!(begun.elapsed() < PATIENCE, "nothing is pushed: {:?}", run_of(&app, pushes[0]).await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        app.clock.advance(TimeDelta::seconds(15));
        app.wake.notify_one();
        until_done(&app, due).await;
        let mut rows = Vec::new();
        for push in &pushes {
            rows.push(run_of(&app, *push).await.unwrap());
        }
        let begun: Vec<_> = rows.iter().filter(|run| run.started_at.is_some()).map(|run| run.state).collect();
        assert_eq!(begun, [OccurrenceState::Frozen], "one hangs, and the others wait their turn");

        std::fs::write(server.join("go"), "").unwrap();
        for push in pushes {
            until_done(&app, push).await;
        }
        running.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_comes_due_is_planned_and_done_while_the_archive_does_not_answer() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        sent_report(&app, made.id).await;
        let silent = SilentArchive::below(&app.settings.data_dir);
        let ctx = app.as_person(&cast.mina);
        let due = digest_at_ten(&ctx, &made).await;
        let reporting = make(&ctx, &made, &report()).await;
        schedules::pause(&ctx, reporting, "only by hand").await.unwrap();
        app.clock.advance(TimeDelta::minutes(59) + TimeDelta::seconds(50));
        let run = runs::start(&app.as_person(&cast.mina), reporting).await.unwrap();

        let running = scheduler::start(app.app.clone());
        let begun = Instant::now();
        // It has sent, and waits for the archive.
        while !messages(&app, run).await.iter().any(|message| message.phase == DeliveryPhase::Accepted) {
            assert!(begun.elapsed() < PATIENCE, "nothing is sent: {:?}", run_of(&app, reporting).await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        app.clock.advance(TimeDelta::seconds(15));
        app.wake.notify_one();
        until_done(&app, due).await;
        let waits = run_of(&app, reporting).await.unwrap();
        assert_eq!(waits.state, OccurrenceState::Sending, "{:?}", waits.reason);

        drop(silent);
        assert!(until_done(&app, reporting).await.commit_id.is_some());
        running.stop().await;
    })
    .await;
}
