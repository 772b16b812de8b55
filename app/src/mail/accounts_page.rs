//! Settings → Mail: the accounts.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::{AccountItem, list_accounts},
    consent_failure::ConsentFailed,
    suppressions_api::{SaveRecipientDomains, load_recipient_domains},
};
use crate::{
    domain::{mail_account::AccountKind, mail_probe::ProbeResult},
    ui::{ErrorPage, ErrorSummary, Icon, SettingsPage, TextAreaField, coming, plain_error, resource},
};

#[component]
pub fn MailAccountsPage() -> impl IntoView {
    let accounts = resource(|| (), |()| list_accounts());
    let domains = resource(|| (), |()| load_recipient_domains());
    view! {
        <SettingsPage title="Mail" lead="The accounts that reports leave from. The outbox keeps mail on this site; an SMTP account sends it.">
            <ConsentFailed />
            <Transition set_pending=coming()>
                {move || Suspend::new(async move {
                    match accounts.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(accounts) => {
                            // Whoever may see the accounts may see this, too.
                            let domains = domains.await.ok();
                            view! { {table(accounts)}{domains.map(|domains| view! { <Domains domains=domains /> })} }.into_any()
                        }
                    }
                })}
            </Transition>
        </SettingsPage>
    }
}

#[component]
fn Domains(domains: String) -> impl IntoView {
    let error = plain_error::<SaveRecipientDomains>();
    view! {
        <section class="panel is-padded" aria-labelledby="domains-title">
            <div class="panel__head">
                <h2 id="domains-title">"Where reports may go"</h2>
                <p>"People with an account here get what they may see, wherever their address is. Addresses outside get reports only in these domains."</p>
            </div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=SaveRecipientDomains::url()>
                <TextAreaField
                    label="Domains"
                    name="domains"
                    value=domains
                    hint="One a line, like example.org, or *.example.org for all below it. Empty: everywhere."
                    error=error
                />
                <div class="form__actions"><button class="btn" type="submit">"Save the domains"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn table(accounts: Vec<AccountItem>) -> impl IntoView {
    view! {
        <div class="panel__head">
            <h2>"Accounts"</h2>
            <a class="btn is-primary" href="/settings/mail/new"><Icon name="plus" />"New account"</a>
        </div>
        <div class="table-wrap" tabindex="0" role="region" aria-label="Mail accounts">
            <table class="table dl-cards">
                <caption class="sr-only">"Mail accounts"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Server"</th>
                        <th scope="col">"From"</th>
                        <th scope="col">"Last test"</th>
                    </tr>
                </thead>
                <tbody>{accounts.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn row(account: AccountItem) -> impl IntoView {
    let AccountItem { id, name, kind, place, sender_address, is_default, tested } = account;
    let place = match kind {
        AccountKind::Outbox => "Kept on this site".to_owned(),
        AccountKind::Smtp => place,
    };
    let tested = match tested {
        None => view! { <span class="state" data-tone="off">"Not tested"</span> }.into_any(),
        Some((result, at)) => {
            let (tone, icon, word) = match result {
                ProbeResult::Good => ("good", "circle-check", "Works"),
                ProbeResult::Bad => ("bad", "circle-x", "Does not work"),
            };
            view! {
                <span class="state" data-tone=tone title=at.words><Icon name=icon />{word}</span>
            }
            .into_any()
        }
    };
    view! {
        <tr>
            <th scope="row">
                <span class="cluster">
                    <a href=format!("/settings/mail/{id}") dir="auto">{name}</a>
                    {is_default.then(|| view! { <span class="badge" data-tone="accent">"Default"</span> })}
                </span>
            </th>
            <td data-label="Server">{place}</td>
            <td data-label="From">{sender_address}</td>
            <td data-label="Last test">{tested}</td>
        </tr>
    }
}
