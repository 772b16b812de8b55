//! Every way in which a conversation with a mail server breaks, at each of its phases, and what becomes of the message:
//! refused for now and for good, silence, an answer a byte at a time, a reset, and a server that takes it and is gone.

use std::{sync::Mutex, time::Duration};

use app::{
    domain::{
        address::EmailAddress,
        delivery::{Delivery, DeliveryPhase, DeliveryPolicy, Effect, Event},
        mail_account::{AuthMethod, MailHost, TlsMode},
    },
    platform::{
        mailer::{
            Cleartext, Credentials, Envelope, Failure, MailServer, PhaseHook, Recorder, Roots, Session, Step, Stop,
            Timeouts,
        },
        secrets::Secret,
    },
    testing::smtp_server::SmtpServer,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// How long the tests wait for a server that is silent; a second stands for half a minute.
const PATIENCE: Duration = Duration::from_millis(800);
/// More than the buffers between two sockets hold.
const LARGE: usize = 24_000_000;

fn server(port: u16, signs_in: bool, patience: Duration) -> MailServer {
    let credentials = Credentials { username: "dana".into(), password: Secret::new("secret") };
    MailServer {
        host: MailHost::parse("127.0.0.1").unwrap(),
        port,
        tls: TlsMode::None,
        auth: if signs_in { AuthMethod::Plain } else { AuthMethod::None },
        credentials: signs_in.then_some(credentials),
        helo_name: None,
        roots: Roots::System,
        cleartext: Cleartext::LoopbackOnly,
        allowed: Vec::new(),
        timeouts: Timeouts { phase: patience, body: patience, final_dot: patience, silence: Duration::from_secs(60) },
    }
}

fn now() -> DateTime<Utc> {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

/// The row of the message, as the hook of a worker keeps it.
struct Book(Mutex<Delivery>);

impl Book {
    fn step(&self, event: Event) -> Vec<Effect> {
        let mut row = self.0.lock().unwrap();
        let (after, effects) = row.clone().step(event, now(), &DeliveryPolicy::default(), 7);
        *row = after;
        effects
    }
}

#[async_trait]
impl PhaseHook for Book {
    async fn before(&self, phase: DeliveryPhase) -> Result<(), Stop> {
        match phase {
            DeliveryPhase::Envelope => self.step(Event::EnvelopeBegins { attempt: 1 }),
            DeliveryPhase::DataSent => self.step(Event::DotNext { attempt: 1 }),
            _ => Vec::new(),
        };
        Ok(())
    }
}

/// What came of one attempt.
struct Attempt {
    step: Option<Step>,
    phase: DeliveryPhase,
    blocks_the_account: bool,
    /// Messages that the server has taken.
    taken: usize,
}

async fn attempt(options: &[&str], message: &[u8], patience: Duration) -> Attempt {
    let smtp = SmtpServer::start(options);
    let settings = server(smtp.port, options.contains(&"--auth"), patience);
    let book = Book(Mutex::new(Delivery::queued(now())));
    book.step(Event::Claimed);
    let address = |text| EmailAddress::parse(text).unwrap();
    let envelope = Envelope { sender: address("reports@example.org"), recipient: address("dana@example.org") };
    let sent: Result<_, Failure> = async {
        let mut session = Session::open(&settings, Recorder::default()).await?;
        session.deliver(&envelope, message, &book).await
    }
    .await;
    let step = sent.as_ref().err().map(|failure| failure.step);
    let effects = book.step(match sent {
        Ok(reply) => Event::Accepted { attempt: 1, reply },
        Err(failure) => failure.event(1),
    });
    Attempt {
        step,
        phase: book.0.into_inner().unwrap().phase,
        blocks_the_account: effects.contains(&Effect::OpenBreaker),
        taken: smtp.count("kept"),
    }
}

fn small() -> Vec<u8> {
    b"Message-ID: <1@example.org>\r\nSubject: Week 47\r\n\r\nHello\r\n".to_vec()
}

fn large() -> Vec<u8> {
    let mut message = small();
    while message.len() < LARGE {
        message.extend(b"It is a long story, and every line of it goes over the same wire.\r\n");
    }
    message
}

/// Each phase as the server's options name it, and the step at which the failure is found.
const PHASES: [(&str, Step); 7] = [
    ("connect", Step::Greeting),
    ("ehlo", Step::Hello),
    ("auth", Step::SignIn),
    ("mail", Step::MailFrom),
    ("rcpt", Step::RcptTo),
    ("data", Step::Data),
    ("dot", Step::FinalDot),
];

/// A fault at each phase: only after the dot is it unknown what became of the message.
async fn at_each_phase(option: &str, value: impl Fn(&str) -> String) {
    for (phase, step) in PHASES {
        let value = value(phase);
        let mut options = vec![option, value.as_str()];
        if phase == "auth" {
            options.extend(["--auth", "dana:secret"]);
        }
        let found = attempt(&options, &small(), PATIENCE).await;
        let expected = if phase == "dot" { DeliveryPhase::Uncertain } else { DeliveryPhase::Deferred };
        assert_eq!((found.step, found.phase), (Some(step), expected), "{options:?}");
        assert!(!found.blocks_the_account, "{options:?} is nothing that a password could mend");
        assert!(found.taken <= usize::from(phase == "dot"), "{options:?}");
    }
}

#[tokio::test]
async fn what_is_refused_for_now_waits_and_what_is_refused_for_good_fails_only_where_the_message_was_named() {
    for (phase, step) in PHASES {
        let (later, never) = if phase == "auth" { (454, 535) } else { (451, 554) };
        let is_of_the_message = step > Step::Reset;
        for code in [later, never] {
            let value = format!("{phase}:{code}");
            let mut options = vec!["--fail", value.as_str()];
            if phase == "auth" {
                options.extend(["--auth", "dana:secret"]);
            }
            let found = attempt(&options, &small(), PATIENCE).await;
            let fails = code == never && is_of_the_message;
            let expected = if fails { DeliveryPhase::Failed } else { DeliveryPhase::Deferred };
            assert_eq!((found.step, found.phase, found.taken), (Some(step), expected, 0), "{value}");
            assert_eq!(found.blocks_the_account, code == 535, "{value}");
        }
    }
}

#[tokio::test]
async fn a_server_that_wants_a_sign_in_first_blocks_the_account_and_fails_no_recipient() {
    for (phase, step) in [("mail", Step::MailFrom), ("rcpt", Step::RcptTo), ("data", Step::Data)] {
        for code in ["530", "538"] {
            let value = format!("{phase}:{code}:-1:5.7.0");
            let found = attempt(&["--fail", &value], &small(), PATIENCE).await;
            assert_eq!((found.step, found.phase, found.taken), (Some(step), DeliveryPhase::Deferred, 0), "{value}");
            assert!(found.blocks_the_account, "{value}");
        }
    }
    let after_it = attempt(&["--fail", "dot:530:-1:5.7.0"], &small(), PATIENCE).await;
    assert_eq!(
        (after_it.phase, after_it.blocks_the_account),
        (DeliveryPhase::Failed, false),
        "it has seen the message"
    );
}

#[tokio::test]
async fn silence_at_any_phase_ends_with_its_time_out() {
    at_each_phase("--stall", str::to_owned).await;
}

#[tokio::test]
async fn an_answer_a_byte_at_a_time_does_not_hold_the_worker_longer_than_a_phase_may_take() {
    at_each_phase("--trickle", |phase| format!("{phase}:200")).await;
}

#[tokio::test]
async fn an_answer_a_byte_at_a_time_that_comes_in_time_is_an_answer() {
    for (phase, _) in PHASES {
        let value = format!("{phase}:2");
        let mut options = vec!["--trickle", value.as_str()];
        if phase == "auth" {
            options.extend(["--auth", "dana:secret"]);
        }
        let found = attempt(&options, &small(), Duration::from_secs(10)).await;
        assert_eq!((found.step, found.phase, found.taken), (None, DeliveryPhase::Accepted, 1), "{value}");
    }
}

#[tokio::test]
async fn a_reset_at_any_phase_is_tried_again_before_the_dot_and_unknown_after_it() {
    at_each_phase("--reset", str::to_owned).await;
}

#[tokio::test]
async fn a_server_that_breaks_or_falls_silent_in_the_middle_of_a_message_has_not_got_it() {
    let message = large();
    for option in ["--reset", "--stall"] {
        let found = attempt(&[option, "body"], &message, PATIENCE).await;
        assert_eq!((found.step, found.phase, found.taken), (Some(Step::Body), DeliveryPhase::Deferred, 0), "{option}");
    }
}

#[tokio::test]
async fn a_server_that_takes_a_message_and_is_gone_before_it_says_so_leaves_it_unknown() {
    let found = attempt(&["--drop-after-dot"], &small(), PATIENCE).await;
    assert_eq!((found.step, found.phase, found.taken), (Some(Step::FinalDot), DeliveryPhase::Uncertain, 1));
}

/// What the worker's row becomes after a failure of a message that was taken up.
fn after(failure: &Failure) -> DeliveryPhase {
    let book = Book(Mutex::new(Delivery::queued(now())));
    book.step(Event::Claimed);
    book.step(failure.event(1));
    book.0.into_inner().unwrap().phase
}

/// A fault at a phase that concerns no message yet: refused for now and for good, silence, a byte at a time, a reset.
fn faults(phase: &str) -> [[String; 2]; 5] {
    let fault = |option: &str, value: String| [option.to_owned(), value];
    [
        fault("--fail", format!("{phase}:451")),
        fault("--fail", format!("{phase}:554")),
        fault("--stall", phase.to_owned()),
        fault("--trickle", format!("{phase}:200")),
        fault("--reset", phase.to_owned()),
    ]
}

#[tokio::test]
async fn whatever_breaks_at_starttls_nothing_is_said_in_clear_and_the_message_waits() {
    for [option, value] in faults("starttls") {
        let smtp = SmtpServer::start(&["--tls", "starttls", &option, &value]);
        let roots = Roots::Pem(smtp.certificate.clone().unwrap());
        let settings = MailServer { tls: TlsMode::StartTls, roots, ..server(smtp.port, false, PATIENCE) };
        let failed = Session::open(&settings, Recorder::default()).await.err().expect("the session does not open");
        assert_eq!((failed.step, after(&failed)), (Step::StartTls, DeliveryPhase::Deferred), "{option} {value}");
        assert!(failed.is_before_any_message());
        assert_eq!((smtp.count("mail"), smtp.count("kept")), (0, 0), "{option} {value}");
    }
}

#[tokio::test]
async fn whatever_breaks_between_two_messages_the_first_stays_taken_and_the_second_waits() {
    for [option, value] in faults("rset") {
        let smtp = SmtpServer::start(&[&option, &value]);
        let mut session =
            Session::open(&server(smtp.port, false, PATIENCE), Recorder::default()).await.expect("the session opens");
        let address = |text| EmailAddress::parse(text).unwrap();
        let envelope = Envelope { sender: address("reports@example.org"), recipient: address("dana@example.org") };
        let book = || {
            let book = Book(Mutex::new(Delivery::queued(now())));
            book.step(Event::Claimed);
            book
        };
        session.deliver(&envelope, &small(), &book()).await.expect("the first is taken");
        let second = book();
        let failed = session.deliver(&envelope, &small(), &second).await.expect_err("the second is not");
        assert_eq!((failed.step, after(&failed)), (Step::Reset, DeliveryPhase::Deferred), "{option} {value}");
        assert_eq!(second.0.into_inner().unwrap().phase, DeliveryPhase::Connecting, "it was not named");
        assert_eq!(smtp.count("kept"), 1, "{option} {value}");
    }
}
