//! Settings → Groups: people who get into projects together.

use leptos::{prelude::*, server_fn::ServerFn};

use super::people_api::{CreateGroup, GroupItem, list_groups};
use crate::ui::{Empty, ErrorPage, ErrorSummary, Icon, SettingsPage, TextField, coming, plain_error, resource};

#[component]
pub fn GroupsPage() -> impl IntoView {
    let groups = resource(|| (), |()| list_groups());
    view! {
        <SettingsPage title="Groups" lead="A group gets into a project with one role for all its people. Owners of a project add it on the project's page of members.">
            <Transition set_pending=coming()>
                {move || Suspend::new(async move {
                    match groups.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(groups) => view! { {list(groups)}<NewGroup /> }.into_any(),
                    }
                })}
            </Transition>
        </SettingsPage>
    }
    .into_any()
}

fn list(groups: Vec<GroupItem>) -> impl IntoView {
    if groups.is_empty() {
        return view! { <Empty title="No groups yet" text="A group is a name for people who work together, such as a department." /> }
            .into_any();
    }
    let row = |group: GroupItem| {
        view! {
            <tr>
                <th scope="row"><span class="cluster"><Icon name="users" /><a class="link" href=format!("/settings/groups/{}", group.id) dir="auto">{group.name}</a></span></th>
                <td data-label="People" class="num">{group.people}</td>
            </tr>
        }
    };
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Groups">
            <table class="table dl-cards">
                <caption class="sr-only">"Groups"</caption>
                <thead><tr><th scope="col">"Name"</th><th scope="col" class="num">"People"</th></tr></thead>
                <tbody>{groups.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn NewGroup() -> impl IntoView {
    let error = plain_error::<CreateGroup>();
    view! {
        <section class="panel is-padded" aria-labelledby="new-head">
            <div class="panel__head"><h2 id="new-head">"New group"</h2></div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=CreateGroup::url()>
                <TextField label="Name" name="name" error=error autocomplete="off" />
                <div class="form__actions"><button class="btn is-primary" type="submit"><Icon name="plus" />"Create the group"</button></div>
            </form>
        </section>
    }
    .into_any()
}
