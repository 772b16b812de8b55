//! XOAUTH2: how an account's access tokens renew themselves.

use leptos::{prelude::*, server_fn::ServerFn};

use super::account_api::{RemoveRenewal, Renewal, SaveRenewal};
use crate::{
    domain::{ids::AccountId, oauth::OAuthProvider},
    ui::{Choice, ErrorSummary, SelectField, TextField, plain_error},
};

#[component]
pub fn RenewalPanel(id: AccountId, renewal: Option<Renewal>) -> impl IntoView {
    let error = plain_error::<SaveRenewal>();
    let provider = renewal.as_ref().map_or(OAuthProvider::Google, |renewal| renewal.provider);
    let providers: Vec<Choice> =
        OAuthProvider::ALL.iter().map(|provider| Choice::new(provider.as_str(), provider.label())).collect();
    let of_other = |part: fn(&Renewal) -> String| {
        renewal.as_ref().filter(|renewal| renewal.provider == OAuthProvider::Other).map(part).unwrap_or_default()
    };
    let (token_url, scope) = (of_other(|renewal| renewal.token_url.clone()), of_other(|renewal| renewal.scope.clone()));
    let client_id = renewal.as_ref().map(|renewal| renewal.client_id.clone()).unwrap_or_default();
    let kept = "Saved, hidden. Leave it empty to keep it.";
    let secret_hint = match &renewal {
        Some(renewal) if renewal.has_client_secret => kept,
        _ => "Stored encrypted. Leave it empty if the client has none.",
    };
    let refresh_hint = if renewal.is_some() { kept } else { "Stored encrypted." };
    let is_set_up = renewal.is_some();
    let until = renewal.and_then(|renewal| renewal.token_until);
    view! {
        <section class="panel is-padded" id="renewal" aria-labelledby="renewal-title">
            <div class="panel__head">
                <h2 id="renewal-title">"Access tokens"</h2>
                <p>"A token counts for about an hour. With a refresh token, AutoReport asks for the next one when it is needed. Another server forgets them."</p>
            </div>
            {is_set_up.then(|| view! {
                <p>
                    {match until {
                        Some(until) => view! { "Tokens renew themselves; the one that is there counts until "<time datetime=until.machine>{until.words}</time>"." }.into_any(),
                        None => view! { "Tokens renew themselves; the first one is asked for with the next message or test." }.into_any(),
                    }}
                </p>
                <form method="post" action=RemoveRenewal::url()>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="btn" type="submit">"Forget the tokens"</button>
                </form>
            })}
            <ErrorSummary error=error />
            <form class="form" method="post" action=SaveRenewal::url()>
                <input type="hidden" name="id" value=id.to_string() />
                <SelectField label="Provider" name="provider" choices=providers value=provider.as_str() error=error />
                <TextField label="Client id" name="client_id" value=client_id error=error required=true autocomplete="off" />
                <TextField label="Client secret" name="client_secret" kind="password" hint=secret_hint error=error autocomplete="new-password" />
                <TextField label="Refresh token" name="refresh_token" kind="password" hint=refresh_hint error=error autocomplete="new-password" />
                <TextField label="Token endpoint" name="token_url" hint="Of another provider only, like https://login.example.org/token." value=token_url error=error autocomplete="off" />
                <TextField label="Scope" name="scope" hint="Of another provider only." value=scope error=error autocomplete="off" />
                <div class="form__actions"><button class="btn" type="submit">"Save the renewal"</button></div>
            </form>
        </section>
    }
    .into_any()
}
