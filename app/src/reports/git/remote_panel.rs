//! Where the archive is pushed to: the address, the secret, the keys of the server, the test.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::{ConfirmGitHostKeys, RemoveGitRemote, SaveGitRemote, TestGitRemote},
    view::RemoteView,
};
use crate::ui::{Choice, ErrorSummary, Icon, SelectField, TextAreaField, TextField, base_version, plain_error};

#[component]
pub fn RemotePanel(version: i64, remote: Option<RemoteView>) -> impl IntoView {
    view! {
        <section class="panel is-padded" id="remote" aria-labelledby="remote-title">
            <div class="panel__head">
                <h2 id="remote-title">"Remote repository"</h2>
                <p>"Every commit is pushed there, never by force. What others push to the same branch stays; the reports come on top of it."</p>
            </div>
            {remote.clone().map(|remote| view! { <Connection remote=remote /> })}
            <RemoteForm version=version remote=remote.clone() />
        </section>
        {remote.is_some().then(|| view! { <Removal version=version /> })}
    }
    .into_any()
}

/// What is known of the server: the key to give it, its own keys, the last test.
#[component]
fn Connection(remote: RemoteView) -> impl IntoView {
    let error = plain_error::<TestGitRemote>();
    let RemoteView { is_ssh, public_key, host_keys, offered, offered_lines, tested, .. } = remote;
    let has_host_keys = !host_keys.is_empty();
    view! {
        {public_key.map(|(line, print)| view! {
            <h3>"Key of AutoReport"</h3>
            <p>"Give the server this line as a deploy key with the right to write."</p>
            <pre class="code is-wrapped" tabindex="0" role="region" aria-label="Public key">{line}</pre>
            <p class="small muted">"Fingerprint "<code class="wraps">{print}</code></p>
        })}
        {is_ssh.then(|| view! {
            <h3>"Keys of the server"</h3>
            {if has_host_keys {
                view! { <p>"Confirmed. A server that shows others gets nothing."</p>{prints(host_keys)} }.into_any()
            } else {
                view! { <p class="muted">"None is confirmed yet: test the connection to read them."</p> }.into_any()
            }}
        })}
        {tested.map(|(words, is_good, at)| {
            let (tone, icon) = if is_good { ("good", "circle-check") } else { ("bad", "circle-x") };
            let mut lines = words.lines();
            let first = lines.next().unwrap_or_default().to_owned();
            let rest = lines.collect::<Vec<_>>().join("\n");
            view! {
                <div class="banner" data-tone=tone role="status">
                    <Icon name=icon />
                    <div><p dir="auto">{first}</p><p class="small muted">"Tested "<time datetime=at.machine>{at.words}</time></p></div>
                </div>
                {(!rest.is_empty()).then(|| view! { <pre class="log is-wrapped" role="log" aria-label="Answer of the server" tabindex="0">{rest}</pre> })}
            }
        })}
        {(!offered.is_empty()).then(|| view! { <Offered offered=offered lines=offered_lines /> })}
        <ErrorSummary error=error />
        <form class="cluster" method="post" action=TestGitRemote::url()>
            <button class="btn" type="submit"><Icon name="play" />"Test the connection"</button>
            {(is_ssh && has_host_keys).then(|| view! {
                <button class="btn" type="submit" name="keys" value="yes"><Icon name="key-round" />"Read the server's keys again"</button>
            })}
        </form>
    }
    .into_any()
}

/// Keys that the server showed, to be compared and confirmed.
#[component]
fn Offered(offered: Vec<(String, String)>, lines: String) -> impl IntoView {
    let error = plain_error::<ConfirmGitHostKeys>();
    view! {
        <h3>"Keys that wait for you"</h3>
        {prints(offered)}
        <ErrorSummary error=error />
        <form method="post" action=ConfirmGitHostKeys::url()>
            <input type="hidden" id="keys" name="keys" value=lines />
            <button class="btn is-primary" type="submit"><Icon name="shield-check" />"Confirm these keys"</button>
        </form>
    }
    .into_any()
}

fn prints(keys: Vec<(String, String)>) -> impl IntoView {
    let row = |(kind, print): (String, String)| view! { <div><dt>{kind}</dt><dd><code>{print}</code></dd></div> };
    view! { <dl class="facts">{keys.into_iter().map(row).collect_view()}</dl> }.into_any()
}

#[component]
fn RemoteForm(version: i64, remote: Option<RemoteView>) -> impl IntoView {
    let error = plain_error::<SaveGitRemote>();
    let is_ssh = remote.as_ref().is_some_and(|remote| remote.is_ssh && remote.has_secret);
    let has_token = remote.as_ref().is_some_and(|remote| !remote.is_ssh && remote.has_secret);
    let token_hint = if has_token { "Saved, hidden. Leave it empty to keep it." } else { "Stored encrypted." };
    let mut keys = Vec::new();
    if is_ssh {
        keys.push(Choice::new("keep", "Keep the stored one"));
    }
    keys.push(Choice::new("generate", "Make a new one"));
    keys.push(Choice::new("paste", "Use the one below"));
    let key = if is_ssh { "keep" } else { "generate" };
    let of = |part: fn(&RemoteView) -> String| remote.as_ref().map(part).unwrap_or_default();
    view! {
        <ErrorSummary error=error />
        <form class="form" method="post" action=SaveGitRemote::url()>
            <input type="hidden" name="version" value=base_version(error, version) />
            <TextField label="Address" name="url" hint="Like https://git.example.org/ops/reports.git or git@git.example.org:ops/reports.git." value=of(|remote| remote.url.clone()) error=error required=true autocomplete="off" />
            <fieldset class="fieldset">
                <legend>"For https"</legend>
                <TextField label="User" name="user" value=of(|remote| remote.user.clone()) error=error autocomplete="off" />
                <TextField label="Token" name="token" kind="password" hint=token_hint error=error autocomplete="new-password" />
            </fieldset>
            <fieldset class="fieldset">
                <legend>"For ssh"</legend>
                <SelectField label="Private key" name="key" choices=keys value=key hint="A new one is of the kind Ed25519; its public half appears above when it is saved." error=error />
                <TextAreaField label="Private key to use" name="private_key" hint="In the format of OpenSSH, without a passphrase; Ed25519 or RSA. Stored encrypted." error=error />
            </fieldset>
            <div class="form__actions"><button class="btn is-primary" type="submit">"Save the remote repository"</button></div>
        </form>
    }
    .into_any()
}

#[component]
fn Removal(version: i64) -> impl IntoView {
    let error = plain_error::<RemoveGitRemote>();
    view! {
        <section class="panel is-padded" aria-labelledby="no-remote-title">
            <div class="panel__head">
                <h2 id="no-remote-title">"Push no more"</h2>
                <p>"The address and the secret are forgotten. The archive here and what was pushed stay as they are."</p>
            </div>
            <ErrorSummary error=error />
            <form method="post" action=RemoveGitRemote::url()>
                <input type="hidden" name="version" value=version.to_string() />
                <button class="btn is-danger" type="submit">"Remove the remote repository"</button>
            </form>
        </section>
    }
    .into_any()
}
