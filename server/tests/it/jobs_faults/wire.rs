//! The conversation with the mail server breaks at each of its phases, each time in the same way, while the program
//! sends a report: refused for now and for good, silence, a byte in ten seconds, a reset, and taken without an answer.

use std::{collections::BTreeSet, fs::OpenOptions, io::Write, os::unix::fs::OpenOptionsExt};

use app::{
    mail::service::accounts::{self, AccountInput},
    testing::{TestApp, smtp_server::local_account},
};
use futures::future::join_all;

use super::stage::{Ends, Stage};

/// As many that each phase meets a message, and some are left that nothing happens to.
const PEOPLE: usize = 8;
/// A fault at each, once.
const PHASES: [&str; 8] = ["connect", "ehlo", "auth", "mail", "rcpt", "data", "dot", "rset"];
/// Phases at which a refusal for good is about the message.
const OF_THE_MESSAGE: usize = 4;
/// What the tests have their secrets sealed with, as the file that the program reads.
const KEYRING: &str = "1 BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n";
/// Nobody waits for half a minute: a command may take a second, the answer to a message twenty.
const IMPATIENT: (&str, &str) = ("AUTOREPORT_SMTP_TIMEOUT_SECONDS", "1");

/// What the mail server does, and what comes of it.
struct Fault {
    words: &'static str,
    options: Vec<String>,
    /// What the ledger calls it.
    event: &'static str,
    /// At how many phases it happens.
    phases: usize,
    ends: Ends,
}

impl Fault {
    /// A fault at each phase.
    fn at_each(
        words: &'static str,
        option: &str,
        event: &'static str,
        ends: Ends,
        value: impl Fn(&str) -> String,
    ) -> Self {
        let options = PHASES.into_iter().flat_map(|phase| [option.to_owned(), value(phase)]).collect();
        Self { words, options, event, phases: PHASES.len(), ends }
    }
}

fn faults() -> Vec<Fault> {
    let none = Ends { uncertain: 0, failed: 0 };
    // What breaks after the dot is unknown, and nothing else is.
    let after_the_dot = Ends { uncertain: 1, failed: 0 };
    let refusal = |phase: &str, sign_in: u16, code: u16| {
        let code = if phase == "auth" { sign_in } else { code };
        format!("{phase}:{code}:1")
    };
    vec![
        Fault::at_each("refused for now", "--fail", "refused", none, |phase| refusal(phase, 454, 451)),
        Fault::at_each(
            "refused for good",
            "--fail",
            "refused",
            Ends { uncertain: 0, failed: OF_THE_MESSAGE },
            |phase| refusal(phase, 535, 554),
        ),
        Fault::at_each("silence", "--stall", "stalled", after_the_dot, |phase| format!("{phase}:1")),
        Fault::at_each("a byte in ten seconds", "--trickle", "slow", after_the_dot, |phase| format!("{phase}:10000:1")),
        Fault::at_each("a reset", "--reset", "reset", after_the_dot, |phase| format!("{phase}:1")),
        Fault {
            words: "taken and dropped before 250",
            options: vec!["--drop-after-dot".into(), "1".into()],
            event: "dropped",
            phases: 0,
            ends: after_the_dot,
        },
    ]
}

async fn survives(app: TestApp, fault: Fault) {
    let mut options = vec!["--auth", "dana:secret"];
    options.extend(fault.options.iter().map(String::as_str));
    let stage = Stage::new(app, &options).await;
    signs_in(&stage).await;
    let job = stage.job_by_hand_to(PEOPLE).await;
    let instant = stage.run_by_hand(job).await;
    let mut program = stage.start(&[IMPATIENT]);
    stage.finish(job, 1, &program).await;
    assert!(program.is_running(), "{}: {}", fault.words, program.log());
    drop(program);

    let ledger = stage.server.ledger();
    let of_fault: Vec<_> = ledger.iter().filter(|line| line["event"] == fault.event).collect();
    let phases: BTreeSet<&str> = of_fault.iter().filter_map(|line| line["phase"].as_str()).collect();
    assert_eq!(phases.len(), fault.phases, "{}: it happened at {phases:?}", fault.words);
    assert_eq!(of_fault.len(), fault.phases.max(1), "{}: once each", fault.words);
    assert_eq!(stage.ends(job, &[instant], &[PEOPLE]).await, fault.ends, "{}", fault.words);
    stage.check_archive(job).await;
}

/// The default account signs in, with a password that the program can read.
async fn signs_in(stage: &Stage) {
    let keyring = stage.app.settings.data_dir.join("keyring");
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(keyring).unwrap();
    file.write_all(KEYRING.as_bytes()).unwrap();
    let input = AccountInput {
        // Each account has a name of its own, and the stage has one already.
        name: "With a password".into(),
        auth: "automatic".into(),
        username: "dana".into(),
        password: "secret".into(),
        ..local_account(stage.server.port)
    };
    let account = accounts::create(&stage.mina(), input).await.unwrap();
    accounts::set_default(&stage.mina(), account).await.unwrap();
}

// All at a time: mostly they wait.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_mail_server_does_at_any_phase_each_recipient_gets_one_message_or_it_is_said() {
    let each = faults().into_iter().map(|fault| async move { survives(TestApp::on_sqlite().await, fault).await });
    join_all(each).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_the_same_comes_of_whatever_the_mail_server_does() {
    let each = faults().into_iter().map(|fault| async move {
        if let Some(app) = TestApp::on_postgres().await {
            survives(app, fault).await;
        }
    });
    join_all(each).await;
}
