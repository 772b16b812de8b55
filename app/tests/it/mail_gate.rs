//! When an account may send: its breaker, its pace, its connections, and signing in with a token. On both databases,
//! with a real mail server.

use std::time::Instant;

use app::{
    domain::{
        delivery::DeliveryPhase,
        ids::{AccountId, ScheduleId},
        mail_probe::{ProbeResult, StepState},
        occurrence::OccurrenceState,
        template::Document,
    },
    error::AppError,
    jobs::{form::JobForm, service::runs, view::Trouble},
    mail::service::{
        accounts::{self, AccountInput},
        gate,
        probe::{self, Probe},
    },
    templates::{
        service::{drafts, test},
        view::PreviewData,
    },
    testing::{
        Message, each_database,
        smtp_server::{SmtpServer, local_account},
    },
};
use chrono::TimeDelta;

use super::jobs_stage::{Stage, many};

fn input(port: u16, auth: &str, password: &str) -> AccountInput {
    AccountInput {
        name: format!("{auth} {password}"),
        auth: auth.into(),
        username: "dana".into(),
        password: password.into(),
        ..local_account(port)
    }
}

/// The default account signs in.
async fn signs_in(stage: &Stage<'_>, port: u16, auth: &str, password: &str) -> AccountId {
    let id = accounts::create(&stage.mina(), input(port, auth, password)).await.unwrap();
    accounts::set_default(&stage.mina(), id).await.unwrap();
    id
}

/// Runs a job by hand, and gives the rows of its messages.
async fn run(stage: &Stage<'_>, id: ScheduleId) -> Vec<Message> {
    let run = runs::start(&stage.mina(), id).await.unwrap();
    stage.work().await;
    stage.deliveries(run).await
}

#[tokio::test]
async fn a_wrong_password_burns_one_message_and_the_others_wait_until_a_person_lets_them_go() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--auth", "dana:right"]);
        let stage = Stage::new(&app).await;
        let account = signs_in(&stage, server.port, "automatic", "wrong").await;
        let id = stage.job(&many(5)).await;
        let rows = run(&stage, id).await;
        let attempts: Vec<_> = rows.iter().map(|row| row.attempts).collect();
        assert_eq!(attempts, [1, 0, 0, 0, 0]);
        assert_eq!(server.count("auth"), 1);
        let block = gate::read(app.reader(), account).await.unwrap().block.unwrap();
        assert!(block.words.contains("535"), "{}", block.words);
        let shown = runs::run(&stage.mina(), rows[0].occurrence_id).await.unwrap();
        let trouble = shown.trouble.clone().unwrap();
        assert_eq!(trouble.what, Trouble::Blocked { words: block.words.clone() }, "the page of the run says it, too");
        let name = accounts::read(&stage.mina(), account).await.unwrap().name;
        assert_eq!((trouble.name, trouble.account), (name, Some(account)));
        let viewer = runs::run(&app.as_person(&stage.cast.jonas), rows[0].occurrence_id).await.unwrap();
        assert_eq!(viewer.trouble.unwrap().account, None, "who cannot mend it gets no link");
        assert!(shown.next_try.is_some(), "{shown:?}");
        assert!(shown.recipients.shown.iter().all(|one| one.next_try.is_none()), "all wait for the account: {shown:?}");

        // At its time one message tries, and the account stays blocked for longer.
        stage.pass(TimeDelta::minutes(2));
        stage.work().await;
        assert_eq!(server.count("auth"), 2);
        let later = gate::read(app.reader(), account).await.unwrap().block.unwrap();
        assert_eq!((later.since, later.times), (block.since, 2));
        assert!(later.probe_at >= app.clock.now() + TimeDelta::minutes(2));

        let stored = accounts::read(&stage.mina(), account).await.unwrap();
        let right = input(server.port, "automatic", "right");
        accounts::update(&stage.mina(), account, stored.version, right).await.unwrap();
        assert_eq!(gate::read(app.reader(), account).await.unwrap().block, None, "settings that changed are tried");
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Done]);
        assert_eq!((server.messages().len(), server.count("connect")), (5, 3), "and over one connection");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_is_tried_over_one_connection_however_many_the_account_may_have() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--auth", "dana:right"]);
        let stage = Stage::new(&app).await;
        let account = signs_in(&stage, server.port, "automatic", "wrong").await;
        gate::save_limits(&stage.mina(), account, "", "4").await.unwrap();
        let id = stage.job(&many(5)).await;
        let attempts: Vec<_> = run(&stage, id).await.iter().map(|row| row.attempts).collect();
        assert_eq!((attempts, server.count("auth")), (vec![1, 0, 0, 0, 0], 1));
        assert_eq!(gate::read(app.reader(), account).await.unwrap().block.unwrap().times, 1);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_every_ten_minutes_and_given_up_for_all_in_time() {
    each_database(async |app| {
        let free_port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let stage = Stage::new(&app).await;
        stage.sends_to(free_port).await;
        let id = stage.job(&many(5)).await;
        let run = run(&stage, id).await[0].occurrence_id;
        for _ in 0..12 {
            stage.pass(TimeDelta::minutes(11));
            assert_eq!(stage.work().await, 1, "one that has waited long holds up nobody for longer");
        }
        stage.pass(TimeDelta::days(1));
        stage.work().await;
        let rows = stage.deliveries(run).await;
        assert!(rows.iter().all(|row| row.phase == DeliveryPhase::Failed), "{:?}", stage.log(run).await);
        assert!(rows.iter().all(|row| row.attempts > 0), "what never was tried has a try");
        let given_up = |row: &&Message| row.reason.as_deref().is_some_and(|words| words.starts_with("Given up: "));
        assert!(rows.iter().any(|row| given_up(&row)));
    })
    .await;
}

#[tokio::test]
async fn a_server_that_wants_a_sign_in_first_costs_one_message_an_attempt_and_fails_none() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "mail:530:1:5.7.0"]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        let id = stage.job(&many(4)).await;
        let rows = run(&stage, id).await;
        assert_eq!(rows.iter().map(|row| row.attempts).collect::<Vec<_>>(), [1, 0, 0, 0]);
        assert!(rows.iter().all(|row| row.phase.is_waiting()));
        let block = gate::read(app.reader(), account).await.unwrap().block.unwrap();
        assert!(block.words.contains("530 5.7.0"), "{}", block.words);
        for _ in 0..2 {
            stage.pass(TimeDelta::minutes(2));
            stage.work().await;
        }
        assert_eq!(stage.states(id).await, [OccurrenceState::Done]);
        assert_eq!(server.messages().len(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_person_closes_the_breaker_and_what_waits_is_tried_at_once() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--auth", "dana:right"]);
        let stage = Stage::new(&app).await;
        let account = signs_in(&stage, server.port, "automatic", "wrong").await;
        let id = stage.job(&many(2)).await;
        run(&stage, id).await;
        assert_eq!(stage.work().await, 0, "nothing is due");
        let jonas = app.as_person(&stage.cast.jonas);
        assert_eq!(gate::clear(&jonas, account).await, Err(AppError::Forbidden));
        gate::clear(&stage.mina(), account).await.unwrap();
        assert_eq!(stage.work().await, 1);
        assert_eq!(server.count("auth"), 2);
        assert!(gate::read(app.reader(), account).await.unwrap().block.is_some(), "it is still wrong");
    })
    .await;
}

#[tokio::test]
async fn messages_wait_for_the_account_that_they_were_written_for_and_for_no_other() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--auth", "dana:right"]);
        let stage = Stage::new(&app).await;
        let account = signs_in(&stage, server.port, "automatic", "wrong").await;
        let id = stage.job(&many(2)).await;
        run(&stage, id).await;
        let other = stage.sends_to(server.port).await;
        gate::blocked(&stage.mina(), other, "It was broken.".into()).await.unwrap();
        gate::clear(&stage.mina(), other).await.unwrap();
        assert_eq!(stage.work().await, 0, "that the other one works again does not help them");
        let stored = accounts::read(&stage.mina(), account).await.unwrap();
        let right = input(server.port, "automatic", "right");
        accounts::update(&stage.mina(), account, stored.version, right).await.unwrap();
        stage.work().await;
        assert_eq!(
            stage.states(id).await,
            [OccurrenceState::Done],
            "theirs does, also where it is not the default now"
        );
        assert_eq!(server.messages().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_gets_through_opens_the_account_for_all() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        let ctx = stage.mina();
        gate::blocked(&ctx, account, "It was broken.".into()).await.unwrap();
        let id = stage.job(&many(3)).await;
        let rows = run(&stage, id).await;
        assert!(rows.iter().all(|row| row.phase == DeliveryPhase::Queued && row.attempts == 0));
        let log = stage.log(rows[0].occurrence_id).await;
        assert!(log.iter().any(|line| line.contains("does not work") && line.contains("It was broken.")), "{log:?}");
        stage.pass(TimeDelta::minutes(2));
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Done]);
        assert_eq!(gate::read(app.reader(), account).await.unwrap().block, None);
        assert_eq!(server.messages().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_test_that_succeeds_opens_the_account_as_well() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        gate::blocked(&stage.mina(), account, "It was broken.".into()).await.unwrap();
        probe::run(&stage.mina(), account, Probe::Talk).await.unwrap();
        assert_eq!(gate::read(app.reader(), account).await.unwrap().block, None);
    })
    .await;
}

#[tokio::test]
async fn after_421_the_account_rests_and_no_message_is_lost() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:421:1"]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        let id = stage.job(&many(3)).await;
        let rows = run(&stage, id).await;
        assert_eq!(rows.iter().map(|row| row.attempts).collect::<Vec<_>>(), [1, 0, 0]);
        assert_eq!(gate::read(app.reader(), account).await.unwrap().slowness(app.clock.now()), 1);
        for _ in 0..4 {
            stage.pass(TimeDelta::minutes(2));
            stage.work().await;
        }
        assert_eq!(stage.states(id).await, [OccurrenceState::Done]);
        assert_eq!(server.messages().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_greets_with_421_or_is_not_there_costs_one_message_an_attempt() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "connect:421:1"]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        let id = stage.job(&many(3)).await;
        let attempts = |rows: &[Message]| rows.iter().map(|row| row.attempts).collect::<Vec<_>>();
        assert_eq!(attempts(&run(&stage, id).await), [1, 0, 0]);
        assert_eq!(gate::read(app.reader(), account).await.unwrap().slowness(app.clock.now()), 1);

        let free_port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        stage.sends_to(free_port).await;
        let id = stage.job(&JobForm { name: "Another".into(), ..many(3) }).await;
        let rows = run(&stage, id).await;
        assert_eq!(attempts(&rows), [1, 0, 0]);
        assert!(rows[0].reason.as_deref().unwrap().contains("Nothing listens on this port"));
        assert_eq!(stage.work().await, 0, "the others wait with it");
    })
    .await;
}

#[tokio::test]
async fn the_pace_of_an_account_is_kept_across_runs() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        gate::save_limits(&stage.mina(), account, "600", "1").await.unwrap();
        let id = stage.job(&many(4)).await;
        let begun = Instant::now();
        run(&stage, id).await;
        assert_eq!(server.messages().len(), 4);
        // The clock of the test stands still, so each message waits for its own instant: 0, 100, 200, 300 ms.
        assert!(begun.elapsed().as_millis() >= 600, "{:?}", begun.elapsed());

        gate::save_limits(&stage.mina(), account, "1", "1").await.unwrap();
        stage.pass(TimeDelta::minutes(5));
        let rows = run(&stage, id).await;
        let sent = |rows: &[Message]| rows.iter().filter(|row| row.phase == DeliveryPhase::Accepted).count();
        assert_eq!(sent(&rows), 1, "a minute is too long for a worker to wait");
        for expected in 2..=4 {
            stage.pass(TimeDelta::seconds(60));
            stage.work().await;
            assert_eq!(sent(&stage.deliveries(rows[0].occurrence_id).await), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn several_connections_share_a_long_list_and_each_is_kept() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--accept-delay", "50"]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        gate::save_limits(&stage.mina(), account, "", "3").await.unwrap();
        let id = stage.job(&many(12)).await;
        let rows = run(&stage, id).await;
        assert!(rows.iter().all(|row| row.phase == DeliveryPhase::Accepted && row.attempts == 1));
        assert_eq!((server.messages().len(), server.count("connect")), (12, 3));
        assert_eq!(server.count("rset"), 9, "the other messages go over connections that are open");
    })
    .await;
}

#[tokio::test]
async fn a_test_of_a_template_that_meets_a_wrong_password_stops_the_account_for_all() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--auth", "dana:right"]);
        let stage = Stage::new(&app).await;
        let account = signs_in(&stage, server.port, "automatic", "wrong").await;
        let mina = stage.mina();
        let template = drafts::begin(&mina, "blank").await.unwrap();
        let document = drafts::to_json(&Document::blank()).unwrap();
        let send = async || test::send(&mina, template, &document, &PreviewData::default(), ("", &[])).await.unwrap();
        let first = send().await;
        assert!(!first.is_sent && first.words.contains("535"), "{}", first.words);
        let block = gate::read(app.reader(), account).await.unwrap().block.unwrap();
        assert!(block.words.contains("535"), "{}", block.words);
        let second = send().await;
        assert!(second.words.contains("does not work"), "{}", second.words);
        assert_eq!(server.count("auth"), 1, "the second one was not tried");
    })
    .await;
}

#[tokio::test]
async fn limits_are_checked_and_for_administrators() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(2525).await;
        for (per_minute, connections) in [("0", "1"), ("x", "1"), ("6001", "1"), ("", "0"), ("", ""), ("", "21")] {
            let refused = gate::save_limits(&stage.mina(), account, per_minute, connections).await;
            assert!(matches!(refused, Err(AppError::Invalid(_))), "{per_minute:?} {connections:?}: {refused:?}");
        }
        let jonas = app.as_person(&stage.cast.jonas);
        assert_eq!(gate::save_limits(&jonas, account, "", "1").await, Err(AppError::Forbidden));
        gate::save_limits(&stage.mina(), account, "30", "2").await.unwrap();
        let limits = gate::limits(app.reader(), account).await.unwrap();
        assert_eq!((limits.per_minute, limits.connections), (Some(30), 2));
    })
    .await;
}

#[tokio::test]
async fn an_account_signs_in_with_an_access_token() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--auth", "dana:ya29.token", "--mechanisms", "XOAUTH2"]);
        let stage = Stage::new(&app).await;
        signs_in(&stage, server.port, "xoauth2", "ya29.token").await;
        let id = stage.job(&many(1)).await;
        assert_eq!(run(&stage, id).await[0].phase, DeliveryPhase::Accepted);
        assert_eq!(server.ledger().iter().find(|line| line["event"] == "auth").unwrap()["mechanism"], "XOAUTH2");

        let wrong = accounts::create(&stage.mina(), input(server.port, "xoauth2", "expired")).await.unwrap();
        let report = probe::run(&stage.mina(), wrong, Probe::Talk).await.unwrap();
        assert!(report.what.contains("535"), "{}", report.what);
        assert!(report.advice.unwrap().contains("expire"));
        assert!(!serde_json::to_string(&report.lines).unwrap().contains("expired"));
    })
    .await;
}

#[tokio::test]
async fn a_server_without_ehlo_takes_mail_of_an_account_that_needs_none_and_its_test_shows_the_greeting() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "ehlo:502"]);
        let stage = Stage::new(&app).await;
        let account = stage.sends_to(server.port).await;
        let report = probe::run(&stage.mina(), account, Probe::Talk).await.unwrap();
        assert_eq!(report.result, ProbeResult::Good, "{}", report.what);
        assert!(report.lines.iter().any(|line| line.words.starts_with("HELO ")), "{:?}", report.lines);
        let id = stage.job(&many(1)).await;
        assert_eq!(run(&stage, id).await[0].phase, DeliveryPhase::Accepted);

        let signs_in = accounts::create(&stage.mina(), input(server.port, "automatic", "secret")).await.unwrap();
        let report = probe::run(&stage.mina(), signs_in, Probe::Talk).await.unwrap();
        assert!(report.result == ProbeResult::Bad && report.what.contains("does not know EHLO"), "{}", report.what);
        let failed: Vec<_> = report.steps.into_iter().filter(|step| step.state == StepState::Failed).collect();
        assert_eq!(failed.iter().map(|step| step.name.as_str()).collect::<Vec<_>>(), ["Exchange greetings"]);
        assert!(report.advice.unwrap().contains("no sign-in"));
    })
    .await;
}
