//! The steps of a test as a person knows them, and how far it came.

use super::probe::Probe;
use crate::{
    domain::{
        mail_account::{AuthMethod, TlsMode},
        mail_probe::{ProbeStep, StepState},
    },
    platform::mailer::{MailServer, Step},
};

/// Every step that the test of this server has; the failed one, if any, and those after it are marked.
pub fn steps(server: &MailServer, probe: &Probe, renews: bool, failed: Option<Step>) -> Vec<ProbeStep> {
    let mut plan = plan(server, probe);
    if renews {
        plan.insert(0, ("Have an access token", &[Step::Token]));
    }
    let stopped = failed.and_then(|step| plan.iter().position(|(_, steps)| steps.contains(&step)));
    let state = |index: usize| match stopped {
        Some(stopped) if index == stopped => StepState::Failed,
        Some(stopped) if index > stopped => StepState::NotReached,
        _ => StepState::Done,
    };
    plan.iter()
        .enumerate()
        .map(|(index, (name, _))| ProbeStep { name: (*name).to_owned(), state: state(index) })
        .collect()
}

fn plan(server: &MailServer, probe: &Probe) -> Vec<(&'static str, &'static [Step])> {
    const GREET: (&str, &[Step]) = ("Exchange greetings", &[Step::Greeting, Step::Hello, Step::Helo]);
    let mut plan: Vec<(&'static str, &'static [Step])> =
        vec![("Find the server", &[Step::Resolve]), ("Connect", &[Step::Connect])];
    match server.tls {
        TlsMode::Implicit => plan.extend([("Encrypt", &[Step::Handshake] as &[Step]), GREET]),
        TlsMode::StartTls => plan.extend([GREET, ("Encrypt", &[Step::StartTls, Step::Handshake])]),
        TlsMode::None => plan.push(GREET),
    }
    if server.auth != AuthMethod::None {
        plan.push(("Sign in", &[Step::SignIn]));
    }
    if let Probe::SendTo(_) = probe {
        plan.push(("Hand over a message", &[Step::MailFrom, Step::RcptTo, Step::Data, Step::Body, Step::FinalDot]));
    }
    plan
}
