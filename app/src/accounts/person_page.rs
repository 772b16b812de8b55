//! Settings → People: one of them.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::{
    people_api::{
        DisablePerson, EnablePerson, MakePasswordLink, MergePerson, PersonDetail, PersonItem, SetPersonRole,
        load_person,
    },
    people_page::{role_word, state_mark},
};
use crate::{
    domain::{
        account::{Role, UserState},
        ids::UserId,
    },
    error::AppError,
    ui::{ErrorPage, ErrorSummary, Icon, SettingsPage, blocking_resource, pending, plain_error},
};

#[component]
pub fn PersonPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<UserId>().ok()));
    let person = blocking_resource(
        move || id.get(),
        async |id| match id {
            Some(id) => load_person(id).await,
            None => Err(AppError::NotFound),
        },
    );
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match person.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(detail) => page(detail).into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(detail: PersonDetail) -> impl IntoView {
    let PersonDetail { person, link, accounts, is_me } = detail;
    let lead = match person.state {
        UserState::Placeholder => "A name that came with an import. It has tasks, but no account.".to_owned(),
        UserState::Active | UserState::Disabled => person.email.clone(),
    };
    let refused = {
        let errors = [plain_error::<SetPersonRole>(), plain_error::<DisablePerson>(), plain_error::<MergePerson>()];
        Signal::derive(move || errors.iter().find_map(|error| error.get()))
    };
    let rest = match person.state {
        UserState::Placeholder => merge(&person, accounts).into_any(),
        UserState::Active => view! {
            {role(&person)}
            {password(&person)}
            {(!is_me).then(|| disable(&person))}
        }
        .into_any(),
        UserState::Disabled => enable(&person).into_any(),
    };
    view! {
        <SettingsPage title=person.name.clone() lead=lead>
            <p>{state_mark(person.state)}</p>
            <ErrorSummary error=refused />
            {link.map(|link| view! {
                <section class="banner" data-tone="good" aria-labelledby="link-head">
                    <Icon name="key-round" />
                    <div>
                        <h2 id="link-head"><strong>"Hand this link over"</strong></h2>
                        <p>"It is shown only now, works once and for seven days. Whoever has it sets the password."</p>
                        <p><code class="wraps">{link}</code></p>
                    </div>
                </section>
            })}
            {rest}
        </SettingsPage>
    }
}

fn role(person: &PersonItem) -> impl IntoView {
    let options = [Role::Member, Role::Admin]
        .into_iter()
        .map(|role| view! { <option value=role.as_str() selected=role == person.role>{role_word(role)}</option> })
        .collect_view();
    view! {
        <section class="panel is-padded" aria-labelledby="role-head">
            <div class="panel__head"><h2 id="role-head">"Role"</h2><p>"Administrators manage people, groups and mail accounts."</p></div>
            <form class="cluster" method="post" action=SetPersonRole::url()>
                <input type="hidden" name="id" value=person.id.to_string() />
                <select class="input is-fit" id="role" name="role" aria-label="Role on this AutoReport">{options}</select>
                <button class="btn" type="submit">"Save"</button>
            </form>
        </section>
    }
}

fn password(person: &PersonItem) -> impl IntoView {
    view! {
        <section class="panel is-padded" aria-labelledby="password-head">
            <div class="panel__head"><h2 id="password-head">"Password"</h2><p>"Makes a link by which the person sets a new password. The old one works until then; links from before do not work any more."</p></div>
            <form method="post" action=MakePasswordLink::url()>
                <input type="hidden" name="id" value=person.id.to_string() />
                <button class="btn" type="submit"><Icon name="key-round" />"Make a link"</button>
            </form>
        </section>
    }
}

fn disable(person: &PersonItem) -> impl IntoView {
    view! {
        <section class="panel is-padded" aria-labelledby="off-head">
            <div class="panel__head"><h2 id="off-head">"Switch off"</h2><p>"The person cannot sign in any more and is signed out everywhere. Tasks, comments and the name stay. It can be switched on again."</p></div>
            <form method="post" action=DisablePerson::url()>
                <input type="hidden" name="id" value=person.id.to_string() />
                <button class="btn is-danger-quiet" type="submit" id="person"><Icon name="ban" />"Switch the account off"</button>
            </form>
        </section>
    }
}

fn enable(person: &PersonItem) -> impl IntoView {
    view! {
        <section class="panel is-padded" aria-labelledby="on-head">
            <div class="panel__head"><h2 id="on-head">"Switch on"</h2><p>"The person can sign in again, with the password from before."</p></div>
            <form method="post" action=EnablePerson::url()>
                <input type="hidden" name="id" value=person.id.to_string() />
                <button class="btn" type="submit"><Icon name="circle-check" />"Switch the account on"</button>
            </form>
        </section>
    }
}

fn merge(person: &PersonItem, accounts: Vec<PersonItem>) -> impl IntoView {
    let options = accounts
        .into_iter()
        .map(|account| {
            let same = account.name == person.name;
            view! { <option value=account.id.to_string() selected=same>{format!("{} ({})", account.name, account.email)}</option> }
        })
        .collect_view();
    view! {
        <section class="panel is-padded" aria-labelledby="merge-head">
            <div class="panel__head"><h2 id="merge-head">"Merge"</h2><p>"Gives the tasks, comments and history of this name to somebody with an account. The name is gone then; this cannot be undone."</p></div>
            <form class="form" method="post" action=MergePerson::url()>
                <input type="hidden" name="id" value=person.id.to_string() />
                <div class="field">
                    <label class="field__label" for="into">"Account"</label>
                    <select class="input" id="into" name="into">{options}</select>
                </div>
                <div class="form__actions"><button class="btn is-danger" type="submit">"Merge"</button></div>
            </form>
        </section>
    }
}
