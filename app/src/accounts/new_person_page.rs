//! Settings → People → New: an account, and the link by which its person sets a password.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{ZoneField, people_api::InvitePerson, people_page::role_word};
use crate::{
    domain::account::{Me, Role},
    ui::{Choice, ErrorSummary, SelectField, SettingsPage, TextField, plain_error},
};

#[component]
pub fn NewPersonPage() -> impl IntoView {
    let error = plain_error::<InvitePerson>();
    let zone = use_context::<Me>().map(|me| me.zone).unwrap_or_default();
    let roles: Vec<Choice> =
        [Role::Member, Role::Admin].iter().map(|role| Choice::new(role.as_str(), role_word(*role))).collect();
    view! {
        <SettingsPage title="New person" lead="You get a link to hand over. With it the person sets a password; nobody else learns it.">
            <section class="panel is-padded" aria-labelledby="new-head">
                <h2 class="sr-only" id="new-head">"The person"</h2>
                <ErrorSummary error=error />
                <form class="form" method="post" action=InvitePerson::url()>
                    <TextField label="Name" name="name" error=error required=true autocomplete="off" />
                    <TextField label="E-mail" name="email" kind="email" hint="They sign in with it." error=error required=true autocomplete="off" />
                    <ZoneField value=zone error=error />
                    <SelectField label="Role" name="role" choices=roles value=Role::Member.as_str() hint="Administrators manage people, groups and mail accounts. They see projects like everybody: where they are members." error=error />
                    <div class="form__actions"><button class="btn is-primary" type="submit">"Create the account"</button></div>
                </form>
            </section>
        </SettingsPage>
    }
    .into_any()
}
