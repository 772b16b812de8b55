//! Settings → People: everybody on the instance.

use leptos::prelude::*;

use super::people_api::{PersonItem, list_people};
use crate::{
    domain::account::{Role, UserState},
    ui::{Avatar, ErrorPage, Icon, SettingsPage, coming, resource},
};

#[component]
pub fn PeoplePage() -> impl IntoView {
    let people = resource(|| (), |()| list_people());
    view! {
        <SettingsPage title="People" lead="Everybody who can sign in here, and the names that imports brought. Who sees a project is decided in the project.">
            <Transition set_pending=coming()>
                {move || Suspend::new(async move {
                    match people.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(people) => table(people).into_any(),
                    }
                })}
            </Transition>
        </SettingsPage>
    }
    .into_any()
}

fn table(people: Vec<PersonItem>) -> impl IntoView {
    view! {
        <div class="panel__head">
            <h2>"People"</h2>
            <a class="btn is-primary" href="/settings/people/new"><Icon name="user-plus" />"New person"</a>
        </div>
        <div class="table-wrap" tabindex="0" role="region" aria-label="People">
            <table class="table dl-cards">
                <caption class="sr-only">"People"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"E-mail"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"State"</th>
                    </tr>
                </thead>
                <tbody>{people.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn row(person: PersonItem) -> impl IntoView {
    let PersonItem { id, name, email, role, state } = person;
    let role = if state == UserState::Placeholder { "" } else { role_word(role) };
    view! {
        <tr>
            <th scope="row">
                <span class="cluster"><Avatar name=name.clone() /><a class="link" href=format!("/settings/people/{id}") dir="auto">{name}</a></span>
            </th>
            <td data-label="E-mail">{email}</td>
            <td data-label="Role">{role}</td>
            <td data-label="State">{state_mark(state)}</td>
        </tr>
    }
}

/// A role on the instance as people read it.
pub fn role_word(role: Role) -> &'static str {
    match role {
        Role::Admin => "Administrator",
        Role::Member => "Member",
    }
}

/// Whether somebody can sign in, as a mark and a word.
pub fn state_mark(state: UserState) -> impl IntoView {
    let (tone, icon, word) = match state {
        UserState::Active => ("good", "circle-check", "Can sign in"),
        UserState::Disabled => ("off", "ban", "Switched off"),
        UserState::Placeholder => ("off", "circle-dashed", "No account"),
    };
    view! { <span class="state" data-tone=tone><Icon name=icon />{word}</span> }
}
