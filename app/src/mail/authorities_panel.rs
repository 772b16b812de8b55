//! The certificate authority of an account: what it trusts in the place of the authorities of the machine.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    account_api::{RemoveAuthorities, SaveAuthorities},
    certificate_list::certificates,
};
use crate::{
    domain::{certificate::Certificate, ids::AccountId},
    ui::{ErrorSummary, TextAreaField, plain_error},
};

#[component]
pub fn AuthoritiesPanel(id: AccountId, authorities: Vec<Certificate>) -> impl IntoView {
    let error = plain_error::<SaveAuthorities>();
    let is_own = !authorities.is_empty();
    view! {
        <section class="panel is-padded" id="authority" aria-labelledby="authority-title">
            <div class="panel__head">
                <h2 id="authority-title">"Certificate authority"</h2>
                <p>
                    {if is_own {
                        "This account trusts only what is listed here."
                    } else {
                        "This account trusts the public authorities that this machine knows. Add your own if your mail server has a certificate from it."
                    }}
                </p>
            </div>
            {is_own.then(|| view! {
                {certificates(authorities)}
                <form method="post" action=RemoveAuthorities::url()>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="btn" type="submit">"Trust the public authorities again"</button>
                </form>
            })}
            <ErrorSummary error=error />
            <form class="form" method="post" action=SaveAuthorities::url()>
                <input type="hidden" name="id" value=id.to_string() />
                <TextAreaField
                    label="Certificates in PEM"
                    name="authorities"
                    hint="One or several, of authorities alone: the account then trusts these and no others. They take the place of those listed."
                    error=error
                />
                <div class="form__actions"><button class="btn" type="submit">"Save the authority"</button></div>
            </form>
        </section>
    }
    .into_any()
}
