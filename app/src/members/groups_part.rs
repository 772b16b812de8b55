//! The groups of a project.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::{AddProjectGroup, RemoveProjectGroup, SetProjectGroupRole},
    rows,
    view::GroupItem,
};
use crate::{
    domain::{
        ids::{ProjectId, TeamId},
        project::MemberRole,
    },
    ui::{ErrorSummary, Icon, plain_error},
};

/// The groups that are in the project, and the form that adds one.
#[component]
pub fn Groups(
    project: ProjectId,
    groups: Vec<GroupItem>,
    others: Vec<(TeamId, String)>,
    can_change: bool,
) -> impl IntoView {
    let error = {
        let errors = [plain_error::<SetProjectGroupRole>(), plain_error::<RemoveProjectGroup>()];
        Signal::derive(move || errors.iter().find_map(|error| error.get()))
    };
    let list = if groups.is_empty() {
        view! { <p class="muted">"No groups. A group brings all its people into the project with one role, also those who join it later."</p> }.into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="Groups">
                <table class="table dl-cards">
                    <caption class="sr-only">"Groups"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Group"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col" class="num">"People"</th>
                            {can_change.then(|| view! { <th scope="col"><span class="sr-only">"Actions"</span></th> })}
                        </tr>
                    </thead>
                    <tbody>{groups.into_iter().map(|group| row(project, group, can_change)).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="panel is-padded" aria-labelledby="groups-head">
            <div class="panel__head"><h2 id="groups-head">"Groups"</h2></div>
            <ErrorSummary error=error />
            {list}
            {(can_change && !others.is_empty()).then(|| add(project, others))}
        </section>
    }
    .into_any()
}

fn row(project: ProjectId, group: GroupItem, can_change: bool) -> impl IntoView {
    let GroupItem { id, name, role, people } = group;
    let role_cell = if can_change {
        let label = format!("Role of the group {name}");
        rows::role_form(SetProjectGroupRole::url(), project, "group", id.to_string(), role, label).into_any()
    } else {
        view! { <span>{role.label()}</span> }.into_any()
    };
    view! {
        <tr>
            <th scope="row"><span class="cluster"><Icon name="users" /><span dir="auto">{name.clone()}</span></span></th>
            <td data-label="Role">{role_cell}</td>
            <td data-label="People" class="num">{people}</td>
            {can_change.then(|| view! {
                <td class="actions">
                    <form method="post" action=RemoveProjectGroup::url()>
                        <input type="hidden" name="project" value=project.to_string() />
                        <input type="hidden" name="group" value=id.to_string() />
                        <button class="btn is-sm is-danger-quiet" type="submit" aria-label=format!("Remove the group {name}")>"Remove"</button>
                    </form>
                </td>
            })}
        </tr>
    }
}

fn add(project: ProjectId, others: Vec<(TeamId, String)>) -> impl IntoView {
    let options =
        others.into_iter().map(|(id, name)| view! { <option value=id.to_string()>{name}</option> }).collect_view();
    view! {
        <form class="form" method="post" action=AddProjectGroup::url()>
            <h3 class="small">"Add a group"</h3>
            <input type="hidden" name="project" value=project.to_string() />
            <div class="form__row">
                <div class="field">
                    <label class="field__label" for="group">"Group"</label>
                    <select class="input" id="group" name="group">{options}</select>
                </div>
                <div class="field">
                    <label class="field__label" for="group-role">"Role"</label>
                    <select class="input" id="group-role" name="role">{rows::role_options(MemberRole::Editor)}</select>
                </div>
            </div>
            <div class="form__actions"><button class="btn" type="submit"><Icon name="plus" />"Add the group"</button></div>
        </form>
    }
}
