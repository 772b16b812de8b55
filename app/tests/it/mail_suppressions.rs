//! Addresses that get no mail: bounces, one click, and the list of administrators; on both databases.

use app::{
    domain::{
        address::EmailAddress, delivery::DeliveryPhase, ids::ScheduleId, occurrence::OccurrenceState,
        suppression::SuppressionReason,
    },
    error::{AppError, AppResult, Problem},
    jobs::{
        form::JobForm,
        service::runs::{self, Decision},
    },
    mail::service::{
        suppressions::{self, Bounced, Search},
        unsubscribe,
    },
    platform::{ctx::Ctx, mailer},
    testing::{Message, TestApp, each_database, smtp_server::SmtpServer},
};
use chrono::TimeDelta;
use tokio::sync::Barrier;

use super::jobs_stage::{Stage, many, mondays_at_ten};

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

/// Runs a job by hand, some time after the last run, and gives the rows of its messages.
async fn run(stage: &Stage<'_>, id: ScheduleId) -> Vec<Message> {
    stage.pass(TimeDelta::minutes(5));
    let run = runs::start(&stage.mina(), id).await.unwrap();
    stage.work().await;
    stage.deliveries(run).await
}

/// Address and reason of each row, the newest first.
async fn listed(ctx: &Ctx, words: &str) -> Vec<(String, SuppressionReason)> {
    let search = Search { words: words.into(), before: None };
    let rows = suppressions::list(ctx, &search).await.unwrap();
    rows.into_iter().map(|listed| (listed.row.address, listed.row.reason)).collect()
}

#[tokio::test]
async fn an_address_that_does_not_exist_gets_nothing_more_until_it_is_taken_off_the_list() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:550:1:5.1.1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        let bounced = run(&stage, id).await.remove(0);
        assert_eq!(bounced.phase, DeliveryPhase::Failed);
        let row = suppressions::list(&stage.mina(), &Search::default()).await.unwrap().remove(0);
        assert_eq!((row.row.address.as_str(), row.row.reason), ("dana@example.org", SuppressionReason::Bounced));
        assert_eq!((row.row.delivery_id, row.run), (Some(bounced.id), Some(bounced.occurrence_id)));
        assert!(row.row.words.starts_with("550 5.1.1"), "{}", row.row.words);

        let held = run(&stage, id).await;
        assert_eq!([held[0].phase, held[1].phase], [DeliveryPhase::Withheld, DeliveryPhase::Accepted]);
        assert!(held[0].reason.as_deref().unwrap().contains("does not exist"));
        assert_eq!(stage.states(id).await.pop(), Some(OccurrenceState::Done));
        // Sending the failed one again does not go round the list, and takes nothing away of what the server said.
        let refused = runs::resend_failed(&stage.mina(), bounced.occurrence_id).await.unwrap_err();
        assert!(format!("{refused:?}").contains("does not exist"), "{refused:?}");
        let one = runs::decide(&stage.mina(), bounced.id, Decision::SendAgain).await.unwrap_err();
        assert_eq!(one, refused);
        stage.work().await;
        let still = stage.deliveries(bounced.occurrence_id).await.remove(0);
        assert_eq!((still.phase, still.reply.clone()), (DeliveryPhase::Failed, bounced.reply.clone()));
        assert_eq!(stage.states(id).await[0], OccurrenceState::Partly);

        suppressions::remove(&stage.mina(), row.row.id).await.unwrap();
        runs::decide(&stage.mina(), held[0].id, Decision::SendAgain).await.unwrap();
        stage.work().await;
        assert_eq!(stage.deliveries(held[0].occurrence_id).await[0].phase, DeliveryPhase::Accepted);
    })
    .await;
}

#[tokio::test]
async fn a_policy_that_refuses_and_a_sender_that_is_refused_suppress_nobody() {
    for fail in ["rcpt:550:1:5.7.1", "mail:550:1:5.1.8", "rcpt:552:1:5.2.2"] {
        each_database(async |app| {
            let server = SmtpServer::start(&["--fail", fail]);
            let stage = Stage::new(&app).await;
            stage.sends_to(server.port).await;
            let id = stage.job(&mondays_at_ten()).await;
            assert_eq!(run(&stage, id).await[0].phase, DeliveryPhase::Failed, "{fail}");
            assert_eq!(listed(&stage.mina(), "").await, [], "{fail}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_message_carries_the_address_by_which_its_reader_and_nobody_else_stops_it() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&mondays_at_ten()).await;
        let other = stage.job(&JobForm { name: "Another".into(), ..mondays_at_ten() }).await;
        run(&stage, id).await;
        let links: Vec<String> = ["dana@example.org", "max@example.org"]
            .map(|reader| unsubscribe::link(&app, id, &address(reader)))
            .to_vec();
        for (message, link) in server.messages().iter().zip(&links) {
            let head = String::from_utf8_lossy(message).replace("\r\n\t", "").replace("\r\n ", " ");
            assert!(head.contains(&format!("List-Unsubscribe: <{link}>")), "{head}");
            assert!(mailer::read(message).unwrap().text.unwrap().contains(link.as_str()));
        }

        let anybody = Ctx::new(app.app.clone(), app::platform::ctx::Actor::Anonymous);
        let token = links[0].rsplit('/').next().unwrap();
        assert!(!unsubscribe::show(&anybody, token).await.unwrap().is_stopped);
        unsubscribe::stop(&anybody, token).await.unwrap();
        unsubscribe::stop(&anybody, token).await.unwrap();
        let shown = unsubscribe::show(&anybody, token).await.unwrap();
        assert_eq!(
            (shown.address.as_str(), shown.job.as_str(), shown.is_stopped),
            ("dana@example.org", "Weekly report", true)
        );
        let rows = run(&stage, id).await;
        assert_eq!([rows[0].phase, rows[1].phase], [DeliveryPhase::Withheld, DeliveryPhase::Accepted]);
        assert!(rows[0].reason.as_deref().unwrap().contains("has stopped these e-mails"));
        let rows = run(&stage, other).await;
        assert_eq!(rows[0].phase, DeliveryPhase::Accepted, "the mails of another schedule go on");

        unsubscribe::resume(&anybody, token).await.unwrap();
        assert_eq!(run(&stage, id).await[0].phase, DeliveryPhase::Accepted);
        for bad in ["", "nonsense", &token[1..]] {
            assert_eq!(unsubscribe::stop(&anybody, bad).await, Err(AppError::NotFound), "{bad:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn taking_back_a_stop_leaves_what_others_have_put_on_the_list() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        suppressions::add(&stage.mina(), "Dana@Example.org", "asked by phone").await.unwrap();
        let link = unsubscribe::link(&app, id, &address("dana@example.org"));
        let token = link.rsplit('/').next().unwrap();
        unsubscribe::stop(&stage.mina(), token).await.unwrap();
        unsubscribe::resume(&stage.mina(), token).await.unwrap();
        // In lower case all the same: an address is one whatever its capitals.
        assert_eq!(listed(&stage.mina(), "").await, [("dana@example.org".into(), SuppressionReason::ByHand)]);
        assert_eq!(run(&stage, id).await[0].phase, DeliveryPhase::Withheld);
    })
    .await;
}

#[tokio::test]
async fn the_link_takes_a_stop_back_for_an_hour_and_later_its_owner_or_an_administrator_does() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&mondays_at_ten()).await;
        let anybody = || Ctx::new(app.app.clone(), app::platform::ctx::Actor::Anonymous);
        let link = unsubscribe::link(&app, id, &address("Alex@example.org"));
        let token = link.rsplit('/').next().unwrap();
        let over = Err(AppError::field("undo", Problem::UndoIsOver));
        unsubscribe::resume(&anybody(), token).await.unwrap();
        unsubscribe::stop(&anybody(), token).await.unwrap();
        stage.pass(TimeDelta::minutes(59));
        unsubscribe::resume(&anybody(), token).await.unwrap();
        assert_eq!(listed(&stage.mina(), "").await, []);

        let stopped = [("alex@example.org".to_owned(), SuppressionReason::Unsubscribed)];
        for who in [&stage.cast.alex, &stage.cast.mina] {
            unsubscribe::stop(&anybody(), token).await.unwrap();
            stage.pass(TimeDelta::minutes(61));
            // Whoever holds the link cannot begin the hour anew.
            unsubscribe::stop(&anybody(), token).await.unwrap();
            assert_eq!(unsubscribe::resume(&anybody(), token).await, over);
            assert_eq!(unsubscribe::resume(&app.as_person(&stage.cast.jonas), token).await, over);
            assert_eq!(listed(&stage.mina(), "").await, stopped);
            unsubscribe::resume(&app.as_person(who), token).await.unwrap();
            assert_eq!(listed(&stage.mina(), "").await, [], "{}", who.name);
        }
    })
    .await;
}

#[tokio::test]
async fn administrators_keep_the_list() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let (mina, jonas) = (stage.mina(), app.as_person(&stage.cast.jonas));
        for (address, words) in [("a@example.org", "x"), ("b@example.net", ""), ("a@example.org", "again")] {
            suppressions::add(&mina, address, words).await.unwrap();
        }
        let all = listed(&mina, "").await;
        assert_eq!(
            all.iter().map(|(address, _)| address.as_str()).collect::<Vec<_>>(),
            ["b@example.net", "a@example.org"]
        );
        assert_eq!(listed(&mina, "EXAMPLE.org").await.len(), 1);
        assert_eq!(listed(&mina, "nobody").await, []);
        assert_eq!(
            suppressions::add(&mina, "nobody", "").await,
            Err(AppError::field("address", Problem::NotAnAddress))
        );
        assert_eq!(suppressions::add(&jonas, "a@example.org", "").await, Err(AppError::Forbidden));
        assert_eq!(suppressions::list(&jonas, &Search::default()).await.unwrap_err(), AppError::Forbidden);
        let first = suppressions::list(&mina, &Search::default()).await.unwrap().remove(0).row.id;
        assert_eq!(suppressions::remove(&jonas, first).await, Err(AppError::Forbidden));
        suppressions::remove(&mina, first).await.unwrap();
        assert_eq!(suppressions::remove(&mina, first).await, Err(AppError::NotFound));
        assert_eq!(listed(&mina, "").await.len(), 1);
    })
    .await;
}

/// Puts addresses on the list in one transaction, once the other one has begun as well.
async fn bounce(ctx: &Ctx, both: &Barrier, rows: Vec<&Message>) -> AppResult<()> {
    let tx = ctx.begin().await?;
    both.wait().await;
    let mut bounced = Vec::new();
    for row in rows {
        bounced.push(Bounced { message: row.id, address: &row.address, words: "550 5.1.1 no such user".to_owned() });
    }
    suppressions::note_bounces(ctx, &tx, bounced).await?;
    Ok(tx.commit().await?)
}

#[tokio::test]
async fn two_runs_that_meet_the_same_dead_addresses_in_opposite_orders_do_not_wait_for_each_other() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let stage = Stage::new(&app).await;
    let id = stage.job(&many(40)).await;
    let rows = run(&stage, id).await;
    let (ctx, both) = (Ctx::system(&app), Barrier::new(2));
    let (forth, back) = (rows.iter().collect(), rows.iter().rev().collect());
    let done = tokio::join!(bounce(&ctx, &both, forth), bounce(&ctx, &both, back));
    assert_eq!(done, (Ok(()), Ok(())));
    assert_eq!(listed(&stage.mina(), "").await.len(), 40, "each of them once");
}
