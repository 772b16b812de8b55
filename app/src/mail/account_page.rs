//! Settings → Mail: one account, and a new one.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::{
    account_api::Around,
    account_form::{AccountForm, OutboxForm},
    api::{AccountDetail, DeleteAccount, MakeAccountDefault, read_account},
    authorities_panel::AuthoritiesPanel,
    probe_panel::ProbePanel,
    renewal_panel::RenewalPanel,
    sending_panel::SendingPanel,
    signing_panel::SigningPanel,
};
use crate::{
    domain::mail_account::{AccountKind, AuthMethod, TlsMode},
    ui::{ErrorPage, ErrorSummary, SettingsPage, TextField, pending, plain_error, resource},
};

#[component]
pub fn NewMailAccountPage() -> impl IntoView {
    view! {
        <SettingsPage title="New mail account" lead="The details stand in the help of your mail provider, under “SMTP” or “outgoing mail”.">
            <section class="panel is-padded"><AccountForm account=None /></section>
        </SettingsPage>
    }
}

#[component]
pub fn MailAccountPage() -> impl IntoView {
    let params = use_params_map();
    let account = resource(move || params.read().get("id").unwrap_or_default(), read_account);
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match account.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(account) => view! { <Account account=account /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Account(account: AccountDetail) -> impl IntoView {
    let lead = match account.kind {
        AccountKind::Outbox => "Mail of this account stays on this site, on the page Outbox. It is always there.",
        AccountKind::Smtp => "Mail of this account is handed to the server below.",
    };
    let form = match account.kind {
        AccountKind::Outbox => view! { <OutboxForm account=account.clone() /> }.into_any(),
        AccountKind::Smtp => view! { <AccountForm account=Some(account.clone()) /> }.into_any(),
    };
    view! {
        <SettingsPage title=account.name.clone() lead=lead>
            <ProbePanel account=account.clone() />
            <section class="panel is-padded" aria-labelledby="settings-title">
                <div class="panel__head"><h2 id="settings-title">"Settings"</h2></div>
                {form}
            </section>
            {(account.kind == AccountKind::Smtp).then(|| around(&account))}
            {(account.kind == AccountKind::Smtp).then(|| view! { <SendingPanel account=account.clone() /> })}
            <Default account=account.clone() />
            {(account.kind == AccountKind::Smtp).then(|| view! { <Removal account=account /> })}
        </SettingsPage>
    }
}

/// What stands around an account of a mail server: tokens and authorities where they are of use, and its signature.
fn around(account: &AccountDetail) -> AnyView {
    let id = account.id;
    let Around { authorities, signing, renewal, client, redirect_uri } = account.around.clone();
    let has_tokens = account.auth == AuthMethod::XOAuth2 || renewal.is_some();
    let is_encrypted = account.tls != TlsMode::None || !authorities.is_empty();
    let sender_domain = account.sender_address.rsplit('@').next().unwrap_or_default().to_owned();
    view! {
        {has_tokens.then(|| view! { <RenewalPanel id=id renewal=renewal client=client redirect_uri=redirect_uri /> })}
        {is_encrypted.then(|| view! { <AuthoritiesPanel id=id authorities=authorities /> })}
        <SigningPanel id=id sender_domain=sender_domain signing=signing />
    }
    .into_any()
}

#[component]
fn Default(account: AccountDetail) -> impl IntoView {
    let inside = if account.is_default {
        view! { <p>"Schedules use this account unless they choose another."</p> }.into_any()
    } else {
        view! {
            <form method="post" action=MakeAccountDefault::url()>
                <input type="hidden" name="id" value=account.id.to_string() />
                <button class="btn" type="submit">"Make it the default"</button>
            </form>
        }
        .into_any()
    };
    view! {
        <section class="panel is-padded" aria-labelledby="default-title">
            <div class="panel__head"><h2 id="default-title">"Default"</h2></div>
            {inside}
        </section>
    }
}

#[component]
fn Removal(account: AccountDetail) -> impl IntoView {
    let error = plain_error::<DeleteAccount>();
    view! {
        <section class="panel is-padded" aria-labelledby="remove-title">
            <div class="panel__head">
                <h2 id="remove-title">"Remove"</h2>
                <p>"The account and its password are deleted for good. Schedules that chose it go on with the default."</p>
            </div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=DeleteAccount::url()>
                <input type="hidden" name="id" value=account.id.to_string() />
                <TextField label=format!("Type “{}” to confirm", account.name) name="confirm" error=error autocomplete="off" />
                <div class="form__actions"><button class="btn is-danger" type="submit">"Remove the account"</button></div>
            </form>
        </section>
    }
}
