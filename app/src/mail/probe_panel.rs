//! The test of an account: its buttons, what it found out, the conversation line by line.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::{AccountDetail, TestAccount},
    certificate_list::certificates,
    conversation::conversation,
};
use crate::{
    domain::{
        mail_account::AccountKind,
        mail_probe::{ProbeReport, ProbeResult, ProbeStep, StepState},
        moment::Moment,
    },
    ui::{ErrorSummary, Icon, plain_error},
};

#[component]
pub fn ProbePanel(account: AccountDetail) -> impl IntoView {
    let error = plain_error::<TestAccount>();
    let id = account.id.to_string();
    let words = match account.kind {
        AccountKind::Outbox => "Puts a short message into the outbox.",
        AccountKind::Smtp => "Talks to the server as it is saved here, and shows what was said.",
    };
    let is_smtp = account.kind == AccountKind::Smtp;
    view! {
        <section class="panel is-padded" id="test" aria-labelledby="test-title">
            <div class="panel__head"><h2 id="test-title">"Test"</h2><p>{words}</p></div>
            <ErrorSummary error=error />
            <form class="cluster" method="post" action=TestAccount::url()>
                <input type="hidden" name="id" value=id />
                {is_smtp.then(|| view! { <button class="btn" type="submit"><Icon name="play" />"Test the connection"</button> })}
                <button class="btn" type="submit" data-needs-server="" name="send" value="yes"><Icon name="send" />"Send a test mail to me"</button>
            </form>
            {account.tested.map(|(report, at)| view! { <Report report=report at=at /> })}
        </section>
    }
}

#[component]
fn Report(report: ProbeReport, at: Moment) -> impl IntoView {
    let (tone, icon, word) = match report.result {
        ProbeResult::Good => ("good", "circle-check", "It works."),
        ProbeResult::Bad => ("bad", "circle-x", "It does not work."),
    };
    let has_steps = !report.steps.is_empty();
    let chain = (!report.chain.is_empty()).then_some(report.chain);
    view! {
        <div class="banner" data-tone=tone role="status">
            <Icon name=icon />
            <div>
                <p><strong>{word}</strong>" "{report.what}</p>
                {report.advice.map(|advice| view! { <p>{advice}</p> })}
                <p class="small muted">"Tested "<time datetime=at.machine>{at.words}</time></p>
            </div>
        </div>
        {has_steps.then(|| view! { <ol class="stack is-tight" role="list">{report.steps.into_iter().map(step).collect_view()}</ol> })}
        {chain.map(|chain| view! {
            <details open=report.result == ProbeResult::Bad>
                <summary>"Certificates that the server showed"</summary>
                {certificates(chain)}
            </details>
        })}
        {conversation(report.lines)}
    }
}

fn step(step: ProbeStep) -> impl IntoView {
    let (tone, icon, word) = match step.state {
        StepState::Done => ("good", "circle-check", "done"),
        StepState::Failed => ("bad", "circle-x", "failed"),
        StepState::NotReached => ("off", "circle-dashed", "not reached"),
    };
    view! { <li><span class="state" data-tone=tone><Icon name=icon />{format!("{}: {word}", step.name)}</span></li> }
}
