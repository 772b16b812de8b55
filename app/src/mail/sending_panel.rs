//! Whether an account sends: what blocks it, with a button to try again, and its limits.

use leptos::{prelude::*, server_fn::ServerFn};

use super::api::{AccountDetail, SaveAccountLimits, Sending, UnblockAccount};
use crate::ui::{ErrorSummary, Icon, TextField, plain_error};

#[component]
pub fn SendingPanel(account: AccountDetail) -> impl IntoView {
    let error = plain_error::<SaveAccountLimits>();
    let AccountDetail { id, per_minute, connections, sending, .. } = account;
    view! {
        <section class="panel is-padded" id="sending" aria-labelledby="sending-title">
            <div class="panel__head">
                <h2 id="sending-title">"Sending"</h2>
                <p>"How fast mail goes to the server, and whether it goes at all."</p>
            </div>
            {state(id.to_string(), sending)}
            <ErrorSummary error=error />
            <form class="form" method="post" action=SaveAccountLimits::url()>
                <input type="hidden" name="id" value=id.to_string() />
                <TextField
                    label="Messages a minute"
                    name="per_minute"
                    kind="number"
                    hint="The limit of your provider. Leave it empty where there is none."
                    value=per_minute.map(|limit| limit.to_string()).unwrap_or_default()
                    error=error
                    autocomplete="off"
                />
                <TextField
                    label="Connections at a time"
                    name="connections"
                    kind="number"
                    hint="Of all instances of AutoReport together. One is right for most servers; more send long lists sooner."
                    value=connections.to_string()
                    error=error
                    required=true
                    autocomplete="off"
                />
                <div class="form__actions"><button class="btn" type="submit">"Save the limits"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn state(id: String, sending: Sending) -> AnyView {
    let Sending { blocked, slowness } = sending;
    let slow = (slowness > 0).then(|| {
        view! {
            <div class="banner" data-tone="warn" role="status">
                <Icon name="timer" />
                <div><strong>"Slowed down"</strong><p>"The mail server asked for less. The pace is back to normal some minutes after it asked last."</p></div>
            </div>
        }
    });
    match blocked {
        Some((words, since, next)) => view! {
            <div class="banner" data-tone="bad" role="status">
                <Icon name="circle-x" />
                <div>
                    <strong>"Nothing is sent over this account."</strong>
                    <p dir="auto">{words}</p>
                    <p class="small muted">
                        "Since "<time datetime=since.machine>{since.words}</time>". One message tries again at "
                        <time datetime=next.machine>{next.words}</time>"; nothing is lost until then."
                    </p>
                </div>
                <form method="post" action=UnblockAccount::url()>
                    <input type="hidden" name="id" value=id />
                    <button class="btn is-sm" type="submit"><Icon name="refresh-cw" />"Try again now"</button>
                </form>
            </div>
            {slow}
        }
        .into_any(),
        None => view! { {slow} }.into_any(),
    }
}
