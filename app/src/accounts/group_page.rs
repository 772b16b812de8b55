//! Settings → Groups: one of them.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::people_api::{AddToGroup, DeleteGroup, GroupDetail, PersonItem, RemoveFromGroup, RenameGroup, load_group};
use crate::{
    domain::ids::TeamId,
    error::AppError,
    ui::{
        Avatar, ErrorPage, ErrorSummary, Icon, SettingsPage, TextField, base_version, blocking_resource, pending,
        plain_error,
    },
};

#[component]
pub fn GroupPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<TeamId>().ok()));
    let group = blocking_resource(
        move || id.get(),
        async |id| match id {
            Some(id) => load_group(id).await,
            None => Err(AppError::NotFound),
        },
    );
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match group.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(detail) => page(detail).into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(detail: GroupDetail) -> impl IntoView {
    let GroupDetail { id, name, version, people, others } = detail;
    let refused = {
        let errors = [plain_error::<AddToGroup>(), plain_error::<RemoveFromGroup>(), plain_error::<DeleteGroup>()];
        Signal::derive(move || errors.iter().find_map(|error| error.get()))
    };
    view! {
        <SettingsPage title=name.clone() lead="A group of people.">
            <ErrorSummary error=refused />
            <section class="panel is-padded" aria-labelledby="people-head">
                <div class="panel__head"><h2 id="people-head">"People"</h2></div>
                {if people.is_empty() {
                    view! { <p>"Nobody is in this group yet."</p> }.into_any()
                } else {
                    view! { <ul class="rows" role="list">{people.into_iter().map(|person| row(id, person)).collect_view()}</ul> }.into_any()
                }}
                {(!others.is_empty()).then(|| add(id, others))}
            </section>
            <Rename id=id name=name.clone() version=version />
            <section class="panel is-padded" aria-labelledby="delete-head">
                <div class="panel__head"><h2 id="delete-head">"Delete"</h2></div>
                <details>
                    <summary>"Delete this group"</summary>
                    <form class="form" method="post" action=DeleteGroup::url()>
                        <input type="hidden" name="id" value=id.to_string() />
                        <p id="group">"Its people lose the projects that they saw only through it. Their accounts and tasks stay."</p>
                        <div class="form__actions"><button class="btn is-danger" type="submit"><Icon name="trash-2" />"Delete the group"</button></div>
                    </form>
                </details>
            </section>
        </SettingsPage>
    }
}

fn row(id: TeamId, person: PersonItem) -> impl IntoView {
    let label = format!("Remove {} from the group", person.name);
    view! {
        <li class="cluster is-row">
            <Avatar name=person.name.clone() />
            <span class="grow"><span dir="auto">{person.name}</span>" "<span class="muted small">{person.email}</span></span>
            <form method="post" action=RemoveFromGroup::url()>
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="person" value=person.id.to_string() />
                <button class="btn is-sm is-danger-quiet" type="submit" aria-label=label>"Remove"</button>
            </form>
        </li>
    }
}

fn add(id: TeamId, others: Vec<PersonItem>) -> impl IntoView {
    let options = others
        .into_iter()
        .map(|person| {
            let words =
                if person.email.is_empty() { person.name } else { format!("{} ({})", person.name, person.email) };
            view! { <option value=person.id.to_string()>{words}</option> }
        })
        .collect_view();
    view! {
        <form class="cluster" method="post" action=AddToGroup::url()>
            <input type="hidden" name="id" value=id.to_string() />
            <select class="input is-fit" id="person" name="person" aria-label="Person to add">{options}</select>
            <button class="btn" type="submit"><Icon name="user-plus" />"Add"</button>
        </form>
    }
}

#[component]
fn Rename(id: TeamId, name: String, version: i64) -> impl IntoView {
    let error = plain_error::<RenameGroup>();
    view! {
        <section class="panel is-padded" aria-labelledby="name-head">
            <div class="panel__head"><h2 id="name-head">"Name"</h2></div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=RenameGroup::url()>
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="version" value=base_version(error, version) />
                <TextField label="Name" name="name" value=name error=error autocomplete="off" />
                <div class="form__actions"><button class="btn" type="submit">"Save"</button></div>
            </form>
        </section>
    }
    .into_any()
}
