//! The scheduler of a process: what goes wrong in one of its steps stops none of the others.

use std::time::{Duration, Instant};

use app::{
    domain::occurrence::OccurrenceState,
    entities::occurrence,
    jobs::{
        form::JobForm,
        service::{runs, schedules},
    },
    projects::service::access,
    testing::{Cast, each_database, mondays_at_ten, project},
};
use sea_orm::{ConnectionTrait, EntityTrait};
use server::scheduler;

const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn runs_are_worked_on_also_while_it_cannot_be_found_out_which_are_late() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.mina);
        let editing = access::by_id(&ctx, ctx.reader(), made.id).await.unwrap().editing().unwrap();
        let form = JobForm { zone: "UTC".into(), recipients: "mina@example.org".into(), ..mondays_at_ten() };
        let job = schedules::create(&ctx, &editing, &form).await.unwrap();
        let run = runs::start(&ctx, job).await.unwrap();
        // The look for late runs reads it, the work on a run that goes well does not.
        app.reader().execute_unprepared("ALTER TABLE alarm RENAME TO alarm_away").await.unwrap();
        let running = scheduler::start(app.app.clone());
        let begun = Instant::now();
        loop {
            let row = occurrence::Entity::find_by_id(run).one(app.reader()).await.unwrap().unwrap();
            if row.state == OccurrenceState::Done {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "it is not worked on: {} {:?}", row.state, row.reason);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        running.stop().await;
        app.reader().execute_unprepared("ALTER TABLE alarm_away RENAME TO alarm").await.unwrap();
    })
    .await;
}
