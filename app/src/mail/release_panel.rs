//! Handing a caught mail to a real account, and what became of it.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    outbox_api::{ReleaseMail, SettleRelease},
    outbox_view::{CaughtMail, ReleaseDesk, ReleaseView},
};
use crate::{
    domain::outbox::ReleaseState,
    error::AppError,
    ui::{Choice, ErrorSummary, Icon, SelectField, TextAreaField, plain_error},
};

#[component]
pub fn ReleasePanel(mail: CaughtMail) -> impl IntoView {
    let CaughtMail { id, envelope_to, releases, desk, .. } = mail;
    let form = desk.map(|desk| form(id.to_string(), envelope_to, desk));
    view! {
        {(!releases.is_empty()).then(|| results(releases))}
        {form}
    }
    .into_any()
}

fn form(id: String, recipient: String, desk: ReleaseDesk) -> AnyView {
    let ReleaseDesk { accounts, op } = desk;
    if accounts.is_empty() {
        return view! {
            <section class="panel is-padded" aria-labelledby="release-head">
                <div class="panel__head"><h2 id="release-head">"Send it for real"</h2><p>"There is no mail account that sends yet."</p></div>
                <a class="btn" href="/settings/mail/new">"Add an account"</a>
            </section>
        }
        .into_any();
    }
    let error = plain_error::<ReleaseMail>();
    let choices = accounts.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect::<Vec<_>>();
    view! {
        <section class="panel is-padded" aria-labelledby="release-head">
            <div class="panel__head">
                <h2 id="release-head">"Send it for real"</h2>
                <p>"The message leaves as it is, under its own Message-ID, over the account that you choose."</p>
            </div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=ReleaseMail::url()>
                <input type="hidden" name="id" value=id />
                <input type="hidden" name="op" value=op.to_string() />
                <SelectField label="Account" name="account" choices=choices error=error />
                <TextAreaField label="Recipients" name="recipients" value=recipient hint="One a line. Who is named in the message does not matter." error=error rows=3 />
                <div class="field">
                    <label class="choice"><input type="checkbox" id="confirm" name="confirm" value="yes" /><span>"Yes, send this message to these addresses"</span></label>
                    {move || error.get().filter(is_unconfirmed).map(|_| view! { <span class="field__error"><span>"Tick the box: the message really is sent"</span></span> })}
                </div>
                <div class="form__actions"><button class="btn is-primary" type="submit"><Icon name="send" />"Release"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn is_unconfirmed(error: &AppError) -> bool {
    error.problems_of("confirm").next().is_some()
}

/// What can be said of a release of which nobody knows whether it arrived.
fn decision(release: &ReleaseView) -> AnyView {
    let ReleaseView { id, seen, recipient, can_send_again, .. } = release;
    let again = can_send_again.then(|| {
        let label = format!("Send again to {recipient}");
        view! { <button class="btn is-sm" type="submit" name="verdict" value="again" aria-label=label>"Send again"</button> }
    });
    let label = format!("Mark as sent to {recipient}");
    view! {
        <form class="cluster" method="post" action=SettleRelease::url()>
            <input type="hidden" name="id" value=id.clone() />
            <input type="hidden" name="seen" value=seen.clone() />
            <button class="btn is-sm" type="submit" name="verdict" value="arrived" aria-label=label>"Mark as sent"</button>
            {again}
        </form>
    }
    .into_any()
}

fn results(releases: Vec<ReleaseView>) -> AnyView {
    let row = |release: ReleaseView| {
        let by = format!("{} over {}", release.by, release.account);
        let decision = (release.state == ReleaseState::Uncertain).then(|| decision(&release));
        view! {
            <tr>
                <th scope="row">{release.recipient}</th>
                <td data-label="State"><span class="state" data-tone=release.state.tone()>{release.state.label()}</span></td>
                <td data-label="Answer"><div class="stack is-tight"><span>{release.words}</span>{decision}</div></td>
                <td data-label="Released by"><span><span dir="auto">{by}</span><br /><time class="muted" datetime=release.at.machine>{release.at.words}</time></span></td>
            </tr>
        }
    };
    let rows: Vec<_> = releases.into_iter().map(row).collect();
    let error = plain_error::<SettleRelease>();
    view! {
        <ErrorSummary error=error />
        <div class="table-wrap" id="release" tabindex="0" role="region" aria-label="Released to">
            <table class="table dl-cards">
                <caption class="sr-only">"To whom the message was released, the newest first"</caption>
                <thead><tr><th scope="col">"Recipient"</th><th scope="col">"State"</th><th scope="col">"Answer"</th><th scope="col">"Released by"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
