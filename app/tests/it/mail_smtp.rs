//! The mailer against a real SMTP server process: what arrives, and what is said when it does not.

use app::domain::address::EmailAddress;
use app::domain::delivery::{DeliveryPhase, Event};
use app::domain::mail_account::{AuthMethod, ClearRelay, MailHost, TlsMode};
use app::domain::transcript::{Line, Speaker};
use app::platform::mailer::*;
use app::platform::secrets::Secret;
use app::testing::smtp_server::SmtpServer;
use async_trait::async_trait;
use std::sync::Mutex;
use std::time::{Duration, Instant};

const MESSAGE: &[u8] = b"Subject: x\r\n\r\nHello\r\n.\r\n..dots\r\n";

fn settings(port: u16) -> MailServer {
    MailServer {
        host: MailHost::parse("localhost").unwrap(),
        port,
        tls: TlsMode::None,
        auth: AuthMethod::None,
        credentials: None,
        helo_name: None,
        roots: Roots::System,
        cleartext: Cleartext::LoopbackOnly,
        allowed: Vec::new(),
        timeouts: Timeouts {
            phase: Duration::from_secs(2),
            body: Duration::from_secs(2),
            final_dot: Duration::from_secs(2),
            silence: Duration::from_millis(200),
        },
    }
}

fn encrypted(server: &SmtpServer, tls: TlsMode) -> MailServer {
    MailServer { tls, roots: Roots::Pem(server.certificate.clone().unwrap()), ..settings(server.port) }
}

fn signing_in(server: MailServer, auth: AuthMethod, password: &str) -> MailServer {
    let credentials = Credentials { username: "dana".into(), password: Secret::new(password) };
    MailServer { auth, credentials: Some(credentials), ..server }
}

fn envelope() -> Envelope {
    let address = |text| EmailAddress::parse(text).unwrap();
    Envelope { sender: address("reports@example.org"), recipient: address("dana@example.org") }
}

/// Opens, sends one message, closes.
async fn send(settings: &MailServer) -> (Result<String, Failure>, Vec<Line>) {
    let recorder = Recorder::default();
    let outcome = async {
        let mut session = Session::open(settings, recorder.clone()).await?;
        let reply = session.deliver(&envelope(), MESSAGE, &NoHook).await?;
        session.quit().await;
        Ok(reply.to_string())
    };
    let outcome = outcome.await;
    (outcome, recorder.lines())
}

async fn failure(settings: &MailServer) -> Failure {
    send(settings).await.0.unwrap_err()
}

#[tokio::test]
async fn a_message_arrives_byte_for_byte_with_the_servers_words() {
    let server = SmtpServer::start(&[]);
    let (outcome, lines) = send(&settings(server.port)).await;
    assert_eq!(outcome.unwrap(), "250 2.0.0 Ok: queued as 0001");
    assert_eq!(server.messages(), [MESSAGE]);
    let said: Vec<_> =
        lines.iter().filter(|line| line.speaker == Speaker::Client).map(|line| line.words.as_str()).collect();
    assert_eq!(said[0], "EHLO [127.0.0.1]");
    assert_eq!(said[2..], ["RCPT TO:<dana@example.org>", "DATA", "(34 bytes of message)", ".", "QUIT"]);
    assert!(said[1].starts_with("MAIL FROM:<reports@example.org> SIZE=32"), "{}", said[1]);
}

#[tokio::test]
async fn every_tls_mode_and_sign_in_works() {
    for (option, tls) in [("implicit", TlsMode::Implicit), ("starttls", TlsMode::StartTls)] {
        let server = SmtpServer::start(&["--tls", option, "--auth", "dana:pass word ž"]);
        for auth in [AuthMethod::Automatic, AuthMethod::Plain, AuthMethod::Login, AuthMethod::CramMd5] {
            let (outcome, lines) = send(&signing_in(encrypted(&server, tls), auth, "pass word ž")).await;
            assert!(outcome.is_ok(), "{option} {auth}: {outcome:?}");
            assert!(
                lines
                    .iter()
                    .any(|line| line.speaker == Speaker::Note && line.words.starts_with("TLS 1.3, certificate"))
            );
        }
        assert_eq!(server.messages().len(), 4);
    }
}

#[tokio::test]
async fn without_encryption_the_password_is_not_shown_where_that_can_be_helped() {
    let server = SmtpServer::start(&["--auth", "dana:secret"]);
    send(&signing_in(settings(server.port), AuthMethod::Automatic, "secret")).await.0.unwrap();
    assert_eq!(server.ledger().iter().find(|line| line["event"] == "auth").unwrap()["mechanism"], "CRAM-MD5");
    let plain_only = SmtpServer::start(&["--auth", "dana:secret", "--mechanisms", "LOGIN"]);
    send(&signing_in(settings(plain_only.port), AuthMethod::Automatic, "secret")).await.0.unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_said_and_not_written_down() {
    let server = SmtpServer::start(&["--tls", "starttls", "--auth", "dana:secret"]);
    for auth in [AuthMethod::Plain, AuthMethod::Login, AuthMethod::CramMd5] {
        let settings = signing_in(encrypted(&server, TlsMode::StartTls), auth, "hunter2-wrong");
        let (outcome, lines) = send(&settings).await;
        let failure = outcome.unwrap_err();
        assert!(matches!(&failure.kind, FailureKind::WrongPassword(reply) if reply.code == 535), "{failure:?}");
        assert!(failure.what().contains("535 5.7.8 Authentication credentials invalid"), "{}", failure.what());
        assert!(failure.advice(&settings).unwrap().contains("app password"));
        assert!(matches!(failure.event(1), Event::AccountBlocked { .. }));
        let transcript = format!("{lines:?}");
        for secret in ["hunter2", "aHVudGVyMi13cm9uZw", "AGRhbmEAaHVudGVyMi13cm9uZw"] {
            assert!(!transcript.contains(secret), "{transcript}");
        }
    }
}

#[tokio::test]
async fn a_sign_in_that_is_not_offered_names_those_that_are() {
    let server = SmtpServer::start(&["--auth", "dana:secret", "--mechanisms", "LOGIN"]);
    let failure = failure(&signing_in(settings(server.port), AuthMethod::Plain, "secret")).await;
    assert_eq!(failure.kind, FailureKind::SignInNotOffered("LOGIN".into()));
}

#[tokio::test]
async fn each_tls_mismatch_is_diagnosed() {
    let plain = SmtpServer::start(&[]);
    let implicit_on_plain = MailServer { tls: TlsMode::Implicit, ..settings(plain.port) };
    let failed = failure(&implicit_on_plain).await;
    assert_eq!((failed.step, &failed.kind), (Step::Handshake, &FailureKind::PlainWhereTlsExpected));
    assert!(failed.advice(&implicit_on_plain).unwrap().contains("choose STARTTLS"));
    let starttls_on_plain = MailServer { tls: TlsMode::StartTls, ..settings(plain.port) };
    assert_eq!(failure(&starttls_on_plain).await.kind, FailureKind::StartTlsNotOffered);

    let implicit = SmtpServer::start(&["--tls", "implicit"]);
    for (tls, chosen) in [(TlsMode::StartTls, "you chose STARTTLS"), (TlsMode::None, "you chose no encryption")] {
        let settings = MailServer {
            timeouts: Timeouts { phase: Duration::from_secs(20), ..settings(0).timeouts },
            ..encrypted(&implicit, tls)
        };
        let begun = Instant::now();
        let failed = failure(&settings).await;
        assert_eq!((failed.step, &failed.kind), (Step::Greeting, &FailureKind::TlsWherePlainExpected));
        assert!(begun.elapsed() < Duration::from_secs(5), "found out without waiting for the whole phase");
        assert!(
            failed.advice(&settings).unwrap().contains(&format!("Port {} speaks TLS first; {chosen}", implicit.port))
        );
    }
}

#[tokio::test]
async fn a_certificate_must_be_known_and_for_this_name() {
    let server = SmtpServer::start(&["--tls", "starttls", "--names", "mail.example.org"]);
    let unknown = MailServer { roots: Roots::System, ..encrypted(&server, TlsMode::StartTls) };
    let kind = failure(&unknown).await.kind;
    assert!(
        matches!(kind, FailureKind::Certificate(CertificateProblem::UnknownIssuer | CertificateProblem::OtherName)),
        "{kind:?}"
    );
    let other_name = encrypted(&server, TlsMode::StartTls);
    assert_eq!(failure(&other_name).await.kind, FailureKind::Certificate(CertificateProblem::OtherName));
    assert_eq!(server.count("mail"), 0);
}

#[tokio::test]
async fn nobody_listening_and_unknown_names_are_told_apart() {
    let free_port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let refused = failure(&settings(free_port)).await;
    assert_eq!((refused.step, refused.kind), (Step::Connect, FailureKind::Refused));
    let nowhere = MailServer { host: MailHost::parse("no-such-host.invalid").unwrap(), ..settings(25) };
    assert!(matches!(failure(&nowhere).await.kind, FailureKind::NameNotFound(_)));
}

#[tokio::test]
async fn another_machine_is_never_spoken_to_in_clear() {
    let settings = MailServer { host: MailHost::parse("192.0.2.1").unwrap(), ..settings(25) };
    let failed = failure(&settings).await;
    assert_eq!(failed.kind, FailureKind::CleartextForbidden);
    assert!(failed.is_of_account());
}

#[tokio::test]
async fn a_relay_that_the_operator_allows_is_spoken_to_in_clear() {
    let host = MailHost::parse("192.0.2.1").unwrap();
    let timeouts = Timeouts::by_phase(Duration::from_millis(50));
    for (relay, is_allowed) in [("192.0.2.0/24", true), ("192.0.2.1", true), ("198.51.100.0/24", false)] {
        let cleartext = Cleartext::AlsoTo(vec![relay.parse().unwrap()]);
        let settings = MailServer { host: host.clone(), cleartext, timeouts, ..settings(25) };
        // Nobody is there: what counts is whether it is tried.
        let is_tried = failure(&settings).await.kind != FailureKind::CleartextForbidden;
        assert_eq!(is_tried, is_allowed, "{relay}");
    }
    let named: ClearRelay = "Mail".parse().unwrap();
    assert!(named.covers(&MailHost::parse("mail").unwrap(), "10.1.2.3".parse().unwrap()));
    assert!(!named.covers(&MailHost::parse("mail.example.org").unwrap(), "10.1.2.3".parse().unwrap()));
}

#[tokio::test]
async fn refusals_keep_the_servers_words_at_every_phase() {
    for (phase, step) in
        [("mail", Step::MailFrom), ("rcpt", Step::RcptTo), ("data", Step::Data), ("dot", Step::FinalDot)]
    {
        for (code, expected) in [(450, "450 4.3.0"), (550, "550 5.7.1")] {
            let server = SmtpServer::start(&["--fail", &format!("{phase}:{code}")]);
            let failed = failure(&settings(server.port)).await;
            assert_eq!(failed.step, step);
            assert!(failed.what().contains(&format!("{expected} refused at {phase} by the test")), "{}", failed.what());
            assert!(matches!(failed.event(1), Event::Refused { reply, .. } if reply.code == code));
            assert!(!failed.is_outcome_unknown());
            assert!(server.messages().is_empty());
        }
    }
}

#[tokio::test]
async fn a_server_that_turns_everybody_away_fails_no_recipient_for_good() {
    for phase in ["connect", "ehlo"] {
        let server = SmtpServer::start(&["--fail", &format!("{phase}:554")]);
        let failed = failure(&settings(server.port)).await;
        assert!(matches!(failed.event(1), Event::Broken { reason, .. } if reason.contains("554")), "{phase}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_know_ehlo_is_greeted_with_helo_and_takes_messages() {
    for code in [500, 502, 504] {
        let server = SmtpServer::start(&["--fail", &format!("ehlo:{code}")]);
        let (outcome, lines) = send(&settings(server.port)).await;
        assert_eq!(outcome.unwrap(), "250 2.0.0 Ok: queued as 0001", "{code}");
        let said: Vec<_> =
            lines.iter().filter(|line| line.speaker == Speaker::Client).map(|line| line.words.as_str()).collect();
        // No SIZE behind the sender: it is an extension as well.
        assert_eq!(said[..3], ["EHLO [127.0.0.1]", "HELO [127.0.0.1]", "MAIL FROM:<reports@example.org>"]);
        assert_eq!(server.messages(), [MESSAGE]);
    }
    let server = SmtpServer::start(&["--tls", "implicit", "--fail", "ehlo:502"]);
    send(&encrypted(&server, TlsMode::Implicit)).await.0.unwrap();
    assert_eq!(server.count("helo"), 1, "TLS from the start is no extension");
}

#[tokio::test]
async fn starttls_and_signing_in_need_a_server_that_knows_ehlo() {
    let server = SmtpServer::start(&["--fail", "ehlo:502"]);
    let starts_tls = MailServer { tls: TlsMode::StartTls, ..settings(server.port) };
    let signs_in = signing_in(settings(server.port), AuthMethod::Automatic, "secret");
    for (account, advice) in [(starts_tls, "Choose “TLS from the start”"), (signs_in, "Choose no sign-in")] {
        let (outcome, lines) = send(&account).await;
        let failed = outcome.unwrap_err();
        assert_eq!(failed.step, Step::Hello);
        assert!(matches!(&failed.kind, FailureKind::NoExtensions(reply) if reply.code == 502), "{failed:?}");
        assert!(matches!(failed.event(1), Event::AccountBlocked { .. }), "no recipient is failed for it");
        assert!(failed.what().contains("502 5.7.1 refused at ehlo by the test"), "{}", failed.what());
        assert!(failed.advice(&account).unwrap().starts_with(advice));
        assert!(lines.iter().any(|line| line.words == "502 5.7.1 refused at ehlo by the test"), "{lines:?}");
    }
    assert_eq!((server.count("helo"), server.count("auth"), server.count("mail")), (0, 0, 0));
}

#[tokio::test]
async fn a_server_that_refuses_helo_as_well_says_so_and_one_that_turns_ehlo_away_is_not_asked_again() {
    let server = SmtpServer::start(&["--fail", "ehlo:500", "--fail", "helo:550"]);
    let failed = failure(&settings(server.port)).await;
    assert_eq!(failed.step, Step::Helo);
    let Event::Broken { reason, .. } = failed.event(1) else { panic!("no recipient is failed for it: {failed:?}") };
    assert!(reason.contains("550") && reason.contains("HELO"), "{reason}");
    for code in [421, 451, 501, 554] {
        let server = SmtpServer::start(&["--fail", &format!("ehlo:{code}")]);
        let failed = failure(&settings(server.port)).await;
        assert_eq!((failed.step, server.count("helo")), (Step::Hello, 0), "{code}");
    }
}

#[tokio::test]
async fn silence_is_a_timeout_that_names_the_phase() {
    for (phase, step) in [
        ("ehlo", Step::Hello),
        ("mail", Step::MailFrom),
        ("rcpt", Step::RcptTo),
        ("data", Step::Data),
        ("dot", Step::FinalDot),
    ] {
        let server = SmtpServer::start(&["--stall", phase]);
        let mut settings = settings(server.port);
        settings.timeouts.phase = Duration::from_millis(300);
        settings.timeouts.final_dot = Duration::from_millis(300);
        let failed = failure(&settings).await;
        assert_eq!((failed.step, &failed.kind), (step, &FailureKind::TimedOut(Duration::from_millis(300))));
        assert_eq!(failed.is_outcome_unknown(), phase == "dot");
    }
}

#[tokio::test]
async fn a_drop_after_the_dot_is_unknown_although_the_message_arrived() {
    let server = SmtpServer::start(&["--drop-after-dot"]);
    let failed = failure(&settings(server.port)).await;
    assert!(failed.is_outcome_unknown(), "{failed:?}");
    assert!(failed.what().contains("may have arrived"), "{}", failed.what());
    assert_eq!(server.messages(), [MESSAGE]);
}

/// Writes down the phases; stops at one of them if told to.
struct Witness {
    seen: Mutex<Vec<DeliveryPhase>>,
    stop_at: Option<DeliveryPhase>,
}

#[async_trait]
impl PhaseHook for Witness {
    async fn before(&self, phase: DeliveryPhase) -> Result<(), Stop> {
        self.seen.lock().unwrap().push(phase);
        if self.stop_at == Some(phase) { Err(Stop("lease lost".into())) } else { Ok(()) }
    }
}

#[tokio::test]
async fn a_hook_that_refuses_the_dot_keeps_the_message_from_being_sent() {
    let server = SmtpServer::start(&[]);
    let witness = Witness { seen: Mutex::default(), stop_at: Some(DeliveryPhase::DataSent) };
    let mut session = Session::open(&settings(server.port), Recorder::default()).await.unwrap();
    let failed = session.deliver(&envelope(), MESSAGE, &witness).await.unwrap_err();
    assert_eq!(failed.kind, FailureKind::Stopped("lease lost".into()));
    assert!(!failed.is_outcome_unknown() && !session.is_usable());
    assert_eq!(*witness.seen.lock().unwrap(), [DeliveryPhase::Envelope, DeliveryPhase::DataSent]);
    drop(session);
    server.wait_for("gone", 1);
    assert_eq!((server.count("data"), server.messages().len()), (1, 0));
}

#[tokio::test]
async fn one_connection_carries_several_messages_and_survives_a_refusal() {
    let server = SmtpServer::start(&["--fail", "rcpt:550:1"]);
    let mut session = Session::open(&settings(server.port), Recorder::default()).await.unwrap();
    assert!(session.deliver(&envelope(), MESSAGE, &NoHook).await.is_err());
    for _ in 0..3 {
        assert!(session.is_usable());
        session.deliver(&envelope(), MESSAGE, &NoHook).await.unwrap();
    }
    session.quit().await;
    assert_eq!((server.messages().len(), server.count("connect"), server.count("rset")), (3, 1, 3));
}

#[tokio::test]
async fn a_server_that_closes_with_421_is_not_asked_again() {
    let server = SmtpServer::start(&["--fail", "rcpt:421:1"]);
    let mut session = Session::open(&settings(server.port), Recorder::default()).await.unwrap();
    assert!(session.deliver(&envelope(), MESSAGE, &NoHook).await.is_err());
    assert!(!session.is_usable());
}

#[tokio::test]
async fn a_connection_is_made_ready_for_the_next_message_once_and_is_spent_where_the_server_does_not_agree() {
    let server = SmtpServer::start(&["--fail", "rset:451:1"]);
    for (agrees, rsets) in [(false, 1), (true, 2)] {
        let mut session = Session::open(&settings(server.port), Recorder::default()).await.unwrap();
        session.make_ready().await;
        session.deliver(&envelope(), MESSAGE, &NoHook).await.unwrap();
        session.make_ready().await;
        assert_eq!((session.is_usable(), server.count("rset")), (agrees, rsets), "nothing before the first message");
        if agrees {
            session.make_ready().await;
            session.deliver(&envelope(), MESSAGE, &NoHook).await.unwrap();
            assert_eq!((server.messages().len(), server.count("rset")), (3, rsets));
        }
    }
}
