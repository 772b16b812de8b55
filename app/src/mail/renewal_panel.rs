//! XOAUTH2: how an account's access tokens renew themselves. The refresh token comes from a sign-in with the provider, or
//! from somebody who has one.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    account_api::{BeginConsent, OAuthClient, RemoveRenewal, Renewal, SaveRenewal},
    consent_failure::ConsentFailed,
};
use crate::{
    domain::{consent::PATIENCE_MINUTES, ids::AccountId, oauth::OAuthProvider},
    error::AppError,
    ui::{Choice, CopyButton, ErrorSummary, Icon, SelectField, TextField, plain_error},
};

#[component]
pub fn RenewalPanel(
    id: AccountId,
    renewal: Option<Renewal>,
    client: Option<OAuthClient>,
    redirect_uri: String,
) -> impl IntoView {
    let (unsaved, not_begun) = (plain_error::<SaveRenewal>(), plain_error::<BeginConsent>());
    let error = Signal::derive(move || unsaved.get().or_else(|| not_begun.get()));
    let is_set_up = renewal.is_some();
    let state = renewal.map(|renewal| state(id, renewal));
    let text_of_address = redirect_uri.clone();
    view! {
        <section class="panel is-padded" id="renewal" aria-labelledby="renewal-title">
            <div class="panel__head">
                <h2 id="renewal-title">"Access tokens"</h2>
                <p>"A token counts for about an hour. With a refresh token, AutoReport asks for the next one when it is needed. Another server forgets them."</p>
            </div>
            {state}
            <ConsentFailed />
            <ErrorSummary error=error />
            <p>
                {format!("Register AutoReport at the provider as a web application with this redirect address. Enter the client that you get for it, and sign in within {PATIENCE_MINUTES} minutes as the mailbox that sends.")}
            </p>
            <dl class="facts">
                <div>
                    <dt>"Redirect address"</dt>
                    <dd><code id="redirect-uri">{redirect_uri}</code>" "<CopyButton text=text_of_address label="Copy the redirect address" /></dd>
                </div>
            </dl>
            {form(id, client, is_set_up, error)}
        </section>
    }
    .into_any()
}

/// What there is, and the way to forget it.
fn state(id: AccountId, renewal: Renewal) -> AnyView {
    let words = match renewal.token_until {
        Some(until) => view! { "Tokens renew themselves; the one that is there counts until "<time datetime=until.machine>{until.words}</time>"." }.into_any(),
        None => view! { "Tokens renew themselves; the first one is asked for with the next message or test." }.into_any(),
    };
    view! {
        <p>{words}</p>
        <form method="post" action=RemoveRenewal::url()>
            <input type="hidden" name="id" value=id.to_string() />
            <button class="btn" type="submit">"Forget the tokens"</button>
        </form>
    }
    .into_any()
}

fn form(id: AccountId, client: Option<OAuthClient>, is_set_up: bool, error: Signal<Option<AppError>>) -> AnyView {
    let provider = client.as_ref().map_or(OAuthProvider::Google, |client| client.provider);
    let providers: Vec<Choice> =
        OAuthProvider::ALL.iter().map(|provider| Choice::new(provider.as_str(), provider.label())).collect();
    let of_other = |part: fn(&OAuthClient) -> String| {
        client.as_ref().filter(|client| client.provider == OAuthProvider::Other).map(part).unwrap_or_default()
    };
    let authorize_url = of_other(|client| client.authorize_url.clone());
    let (token_url, scope) = (of_other(|client| client.token_url.clone()), of_other(|client| client.scope.clone()));
    let client_id = client.as_ref().map(|client| client.client_id.clone()).unwrap_or_default();
    let has_client_secret = client.is_some_and(|client| client.has_client_secret);
    let secret_hint = if has_client_secret {
        "Saved, hidden. Leave it empty to keep it."
    } else {
        "Stored encrypted. Leave it empty if the client has none."
    };
    let refresh_hint = if is_set_up {
        "Saved, hidden. Leave it empty to keep it; a sign-in brings another one."
    } else {
        "Only where you have one already: a sign-in brings it by itself. Stored encrypted."
    };
    view! {
        <form class="form" method="post" action=SaveRenewal::url()>
            <input type="hidden" name="id" value=id.to_string() />
            // What Enter presses in a field: the first button of a form.
            <button class="sr-only" type="submit" tabindex="-1" aria-hidden="true">"Save the renewal"</button>
            <SelectField label="Provider" name="provider" choices=providers value=provider.as_str() error=error />
            <TextField label="Client id" name="client_id" value=client_id error=error required=true autocomplete="off" />
            <TextField label="Client secret" name="client_secret" kind="password" hint=secret_hint error=error autocomplete="new-password" />
            <TextField label="Authorization endpoint" name="authorize_url" hint="Of another provider only, like https://login.example.org/authorize." value=authorize_url error=error autocomplete="off" />
            <TextField label="Token endpoint" name="token_url" hint="Of another provider only, like https://login.example.org/token." value=token_url error=error autocomplete="off" />
            <TextField label="Scope" name="scope" hint="Of another provider only." value=scope error=error autocomplete="off" />
            <div class="form__actions">
                <button class="btn is-primary" type="submit" formmethod="post" formaction=BeginConsent::url()><Icon name="external-link" />"Sign in with the provider"</button>
            </div>
            <TextField label="Refresh token" name="refresh_token" kind="password" hint=refresh_hint error=error autocomplete="new-password" />
            <div class="form__actions"><button class="btn" type="submit">"Save the renewal"</button></div>
        </form>
    }
    .into_any()
}
