//! The choice of a role in a row: a small form with its own button.

use leptos::prelude::*;

use crate::domain::{ids::ProjectId, project::MemberRole};

/// The roles as options, the given one chosen.
pub fn role_options(chosen: MemberRole) -> impl IntoView {
    MemberRole::ALL
        .iter()
        .rev()
        .map(|role| view! { <option value=role.as_str() selected=*role == chosen>{role.label()}</option> })
        .collect_view()
}

/// A form that gives a person or a group (`field`, `id`) another role in a project.
pub fn role_form(
    action: &'static str,
    project: ProjectId,
    field: &'static str,
    id: String,
    role: MemberRole,
    label: String,
) -> impl IntoView {
    view! {
        <form class="cluster" method="post" action=action>
            <input type="hidden" name="project" value=project.to_string() />
            <input type="hidden" name=field value=id />
            <select class="input is-fit" name="role" aria-label=label.clone()>{role_options(role)}</select>
            <button class="btn is-sm" type="submit" aria-label=format!("Save: {label}")>"Save"</button>
        </form>
    }
    .into_any()
}
