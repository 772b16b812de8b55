//! Messages leaving through an account, and the test of an account, against real servers.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use app::{
    domain::{
        address::EmailAddress,
        delivery::{DeliveryPhase, Event},
        ids::AccountId,
        mail_probe::{ProbeResult, StepState},
        transcript::Speaker,
    },
    error::AppError,
    mail::service::{
        accounts::{self, AccountInput, OUTBOX},
        outbox,
        probe::{self, Probe},
        transport,
    },
    platform::{
        ctx::Ctx,
        mailer::{Envelope, FailureKind, NoHook, PhaseHook, Stop, Timeouts},
        state::{AppState, Settings},
    },
    testing::{
        Cast, each_database,
        smtp_server::{SmtpServer, local_account},
    },
};
use async_trait::async_trait;
use uuid::Uuid;

const MESSAGE: &[u8] = b"Message-ID: <1@example.org>\r\nSubject: Week 47\r\n\r\nHello\r\n";

fn envelope(recipient: &str) -> Envelope {
    let address = |text| EmailAddress::parse(text).unwrap();
    Envelope { sender: address("reports@example.org"), recipient: address(recipient) }
}

async fn make(ctx: &Ctx, input: AccountInput) -> AccountId {
    let name = format!("{} {}", input.name, Uuid::now_v7());
    accounts::create(ctx, AccountInput { name, ..input }).await.unwrap()
}

/// Writes down the phases that it is told of, and with each whether the outbox has the message.
#[derive(Default)]
struct Witness(Mutex<Vec<DeliveryPhase>>);

#[async_trait]
impl PhaseHook for Witness {
    async fn before(&self, phase: DeliveryPhase) -> Result<(), Stop> {
        self.0.lock().unwrap().push(phase);
        Ok(())
    }
}

/// Stops before the dot.
struct Refusing;

#[async_trait]
impl PhaseHook for Refusing {
    async fn before(&self, phase: DeliveryPhase) -> Result<(), Stop> {
        if phase == DeliveryPhase::DataSent { Err(Stop("the lease is lost".into())) } else { Ok(()) }
    }
}

#[tokio::test]
async fn several_messages_go_over_one_connection_and_sign_in_with_the_stored_password() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--auth", "dana:correct horse"]);
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let signing_in = AccountInput {
            auth: "automatic".into(),
            username: "dana".into(),
            password: "correct horse".into(),
            ..local_account(server.port)
        };
        let id = make(&ctx, signing_in).await;
        let mut transport = transport::open(&ctx, id).await.unwrap();
        assert_eq!(transport.sender().address.as_str(), "reports@example.org");
        let witness = Witness::default();
        for number in 1..=3 {
            let reply = transport.deliver(&ctx, &envelope("dana@example.org"), MESSAGE, &witness).await.unwrap();
            assert_eq!(reply.to_string(), format!("250 2.0.0 Ok: queued as 000{number}"));
        }
        transport.close().await;
        assert_eq!(witness.0.lock().unwrap()[..2], [DeliveryPhase::Envelope, DeliveryPhase::DataSent]);
        assert_eq!((server.messages().len(), server.count("connect"), server.count("quit")), (3, 1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_failed_delivery_says_what_it_means_and_the_next_one_connects_anew() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:421:1"]);
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let mut transport = transport::open(&ctx, make(&ctx, local_account(server.port)).await).await.unwrap();
        let failure = transport.deliver(&ctx, &envelope("dana@example.org"), MESSAGE, &NoHook).await.unwrap_err();
        assert!(matches!(failure.event(4), Event::Refused { attempt: 4, reply } if reply.code == 421));
        transport.deliver(&ctx, &envelope("dana@example.org"), MESSAGE, &NoHook).await.unwrap();
        assert_eq!((server.messages().len(), server.count("connect")), (1, 2));
    })
    .await;
}

#[tokio::test]
async fn a_server_that_stalls_or_sends_a_byte_in_ten_seconds_is_left_when_the_time_of_the_settings_is_over() {
    each_database(async |app| {
        let patience = Duration::from_millis(200);
        let settings = Settings { smtp: Timeouts::by_phase(patience), ..(*app.app.settings).clone() };
        let state = AppState { settings: Arc::new(settings), ..app.app.clone() };
        let ctx = Ctx { app: state, ..app.as_person(&Cast::new(&app).await.mina) };
        for options in [["--stall", "mail"], ["--trickle", "rcpt:10000"]] {
            let server = SmtpServer::start(&options);
            let mut transport = transport::open(&ctx, make(&ctx, local_account(server.port)).await).await.unwrap();
            let begun = Instant::now();
            let failure = transport.deliver(&ctx, &envelope("dana@example.org"), MESSAGE, &NoHook).await.unwrap_err();
            assert!(
                matches!(failure.kind, FailureKind::TimedOut(limit) if limit == patience),
                "{options:?}: {failure:?}"
            );
            assert!(begun.elapsed() < Duration::from_secs(5), "{options:?}: {:?}", begun.elapsed());
            let event = failure.event(1);
            assert!(matches!(event, Event::Broken { .. }), "{options:?} is tried again: {event:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_server_that_restarts_between_two_messages_gets_the_second_over_a_new_connection() {
    each_database(async |app| {
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        for is_ready in [false, true] {
            let server = SmtpServer::start(&[]);
            let port = server.port.to_string();
            let mut transport = transport::open(&ctx, make(&ctx, local_account(server.port)).await).await.unwrap();
            transport.deliver(&ctx, &envelope("dana@example.org"), MESSAGE, &NoHook).await.unwrap();
            if is_ready {
                transport.make_ready().await;
            }
            assert_eq!(server.count("rset"), usize::from(is_ready));
            drop(server);
            let server = SmtpServer::start(&["--port", &port]);
            let done = transport.deliver(&ctx, &envelope("dana@example.org"), MESSAGE, &NoHook).await;
            assert!(done.is_ok(), "{is_ready}: {done:?}");
            assert_eq!((server.count("kept"), server.count("connect")), (1, 1));
        }
    })
    .await;
}

#[tokio::test]
async fn the_outbox_keeps_a_message_once_however_often_it_is_delivered() {
    each_database(async |app| {
        let ctx = Ctx::system(&app);
        let mut transport = transport::open(&ctx, OUTBOX).await.unwrap();
        let witness = Witness::default();
        let first = transport.deliver(&ctx, &envelope("mina@example.org"), MESSAGE, &witness).await.unwrap();
        let again = transport.deliver(&ctx, &envelope("mina@example.org"), MESSAGE, &witness).await.unwrap();
        assert_eq!(first, again, "the second delivery finds the first one's row");
        assert!(first.to_string().starts_with("250 Kept in the outbox as "));
        let kept = outbox::list(&ctx, None).await.unwrap();
        assert_eq!(kept.len(), 1);
        let (row, reading) = outbox::reading(&ctx, kept[0].id).await.unwrap();
        assert_eq!(
            (row.mime.as_slice(), row.subject.as_str(), row.envelope_to.as_str()),
            (MESSAGE, "Week 47", "mina@example.org")
        );
        assert_eq!(reading.text.as_deref(), Some("Hello\n"));
    })
    .await;
}

#[tokio::test]
async fn a_delivery_to_the_outbox_that_is_stopped_can_be_repeated_without_a_double() {
    each_database(async |app| {
        let ctx = Ctx::system(&app);
        let mut transport = transport::open(&ctx, OUTBOX).await.unwrap();
        let failure = transport.deliver(&ctx, &envelope("mina@example.org"), MESSAGE, &Refusing).await.unwrap_err();
        assert!(!failure.is_outcome_unknown());
        transport.deliver(&ctx, &envelope("mina@example.org"), MESSAGE, &NoHook).await.unwrap();
        assert_eq!(outbox::list(&ctx, None).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn people_see_their_own_caught_mail_and_administrators_all() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = Ctx::system(&app);
        let mut transport = transport::open(&ctx, OUTBOX).await.unwrap();
        for (number, to) in ["mina@example.org", "jonas@example.org", "jonas@example.org"].into_iter().enumerate() {
            let message = format!("Message-ID: <{number}@example.org>\r\nSubject: {number}\r\n\r\nx\r\n");
            transport.deliver(&ctx, &envelope(to), message.as_bytes(), &NoHook).await.unwrap();
        }
        let all = outbox::list(&app.as_person(&cast.mina), None).await.unwrap();
        assert_eq!(all.iter().map(|row| row.subject.as_str()).collect::<Vec<_>>(), ["2", "1", "0"], "the newest first");
        let jonas = app.as_person(&cast.jonas);
        let own = outbox::list(&jonas, None).await.unwrap();
        assert_eq!(own.iter().map(|row| row.subject.as_str()).collect::<Vec<_>>(), ["2", "1"]);
        assert_eq!(outbox::list(&jonas, Some(own[0].id)).await.unwrap().len(), 1, "a page goes on after the last one");
        assert_eq!(outbox::read(&jonas, all[2].id).await.unwrap_err(), AppError::NotFound);
        assert!(outbox::list(&app.as_person(&cast.ravi), None).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_test_of_a_good_account_shows_the_conversation_without_the_password() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--auth", "dana:correct horse"]);
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let id = make(
            &ctx,
            AccountInput {
                auth: "plain".into(),
                username: "dana".into(),
                password: "correct horse".into(),
                ..local_account(server.port)
            },
        )
        .await;
        let talked = probe::run(&ctx, id, Probe::Talk).await.unwrap();
        assert_eq!(
            (talked.result, talked.what.as_str()),
            (ProbeResult::Good, "The server answered and accepted user name and password.")
        );
        assert!(talked.lines.iter().any(|line| line.speaker == Speaker::Server && line.words.starts_with("235")));
        let json = serde_json::to_string(&talked).unwrap();
        assert!(!json.contains("correct horse") && !json.contains("ZGFuYQ"), "{json}");
        assert_eq!(server.messages().len(), 0);

        let sent = probe::run(&ctx, id, Probe::SendTo(probe::to_myself(&ctx).unwrap())).await.unwrap();
        let steps: Vec<_> = sent.steps.iter().map(|step| (step.name.as_str(), step.state)).collect();
        let names = ["Find the server", "Connect", "Exchange greetings", "Sign in", "Hand over a message"];
        assert_eq!(steps, names.map(|name| (name, StepState::Done)));
        assert_eq!(sent.what, "The server took the message for mina@example.org: 250 2.0.0 Ok: queued as 0001");
        let mail = app::platform::mailer::read(&server.messages()[0]).unwrap();
        assert_eq!(mail.subject, "Test message from AutoReport");
        assert_eq!(
            probe::last(&accounts::read(&ctx, id).await.unwrap()),
            Some(sent),
            "the report is kept beside the account"
        );
    })
    .await;
}

#[tokio::test]
async fn a_test_says_in_words_what_is_wrong() {
    let plain = SmtpServer::start(&["--auth", "dana:right"]);
    let implicit = SmtpServer::start(&["--tls", "implicit"]);
    let full = SmtpServer::start(&["--fail", "mail:452"]);
    let strict = SmtpServer::start(&["--fail", "rcpt:550"]);
    let closed = SmtpServer::start(&["--fail", "mail:530"]);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let with_password = |input: AccountInput| AccountInput {
        auth: "automatic".into(),
        username: "dana".into(),
        password: "wrong".into(),
        ..input
    };
    let cases = [
        (local_account(free), "Nothing listens on this port", "Check host and port"),
        (with_password(local_account(plain.port)), "refused the user name or the password: 535 5.7.8", "app password"),
        (
            with_password(AccountInput { tls: "implicit".into(), ..local_account(plain.port) }),
            "speaks plain text first",
            "choose STARTTLS",
        ),
        (
            with_password(AccountInput { tls: "start_tls".into(), ..local_account(plain.port) }),
            "does not offer STARTTLS",
            "port 465",
        ),
        (
            with_password(AccountInput { tls: "start_tls".into(), ..local_account(implicit.port) }),
            "waits for TLS",
            "speaks TLS first; you chose STARTTLS",
        ),
        (
            with_password(AccountInput { tls: "implicit".into(), ..local_account(implicit.port) }),
            "certificate was not accepted",
            "",
        ),
        (local_account(full.port), "452 4.3.0 refused at mail by the test", ""),
        (local_account(strict.port), "550 5.7.1 refused at rcpt by the test", ""),
        (local_account(closed.port), "530 5.7.1 refused at mail by the test", "only after a sign-in"),
    ];
    each_database(|app| {
        let cases = cases.clone();
        async move {
            let ctx = app.as_person(&Cast::new(&app).await.mina);
            for (input, what, advice) in cases {
                let id = make(&ctx, input).await;
                let report = probe::run(&ctx, id, Probe::SendTo(probe::to_myself(&ctx).unwrap())).await.unwrap();
                assert_eq!(report.result, ProbeResult::Bad);
                let failed = report.steps.iter().position(|step| step.state == StepState::Failed).unwrap();
                assert!(report.steps[..failed].iter().all(|step| step.state == StepState::Done));
                assert!(report.steps[failed + 1..].iter().all(|step| step.state == StepState::NotReached));
                assert!(report.what.contains(what), "{} does not say {what:?}", report.what);
                assert!(
                    report.advice.clone().unwrap_or_default().contains(advice),
                    "{:?} does not say {advice:?}",
                    report.advice
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_account_never_leads_to_the_secrets_of_a_cloud_unless_the_operator_allows_it() {
    each_database(async |app| {
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let id = make(&ctx, AccountInput { host: "169.254.169.254".into(), ..local_account(80) }).await;
        let report = probe::run(&ctx, id, Probe::Talk).await.unwrap();
        assert_eq!(report.result, ProbeResult::Bad);
        assert_eq!(report.what, "The name leads to 169.254.169.254, where no mail server may be.");
        assert!(report.advice.unwrap().contains("AUTOREPORT_OUTBOUND_ALLOW"));
        let failed = report.steps.iter().find(|step| step.state == StepState::Failed).unwrap();
        assert_eq!(failed.name, "Connect");
        let said: Vec<_> = report.lines.iter().map(|line| line.words.as_str()).collect();
        assert_eq!(said, ["Not connecting to 169.254.169.254:80: no mail server may be there"]);

        let outbound_allow = "169.254.0.0/16".parse().into_iter().collect();
        let settings = Settings { outbound_allow, ..(*app.app.settings).clone() };
        let state = AppState { settings: Arc::new(settings), ..app.app.clone() };
        let ctx = Ctx { app: state, ..ctx };
        let report = probe::run(&ctx, id, Probe::Talk).await.unwrap();
        assert!(report.what.contains("no encryption was chosen"), "the next rule: {}", report.what);
    })
    .await;
}

#[tokio::test]
async fn the_test_of_the_outbox_puts_a_message_there() {
    each_database(async |app| {
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let report = probe::run(&ctx, OUTBOX, Probe::SendTo(probe::to_myself(&ctx).unwrap())).await.unwrap();
        assert_eq!((report.result, report.what.as_str()), (ProbeResult::Good, "The message is in the outbox."));
        assert_eq!(outbox::list(&ctx, None).await.unwrap()[0].subject, "Test message from AutoReport");
    })
    .await;
}

#[tokio::test]
async fn nobody_but_an_administrator_tests_accounts() {
    each_database(async |app| {
        let ctx = app.as_person(&Cast::new(&app).await.jonas);
        assert_eq!(probe::run(&ctx, OUTBOX, Probe::Talk).await.unwrap_err(), AppError::Forbidden);
    })
    .await;
}
