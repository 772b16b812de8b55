//! The people and groups of a project: `/projects/T/members`.

use leptos::{html::Input, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::{
    api::{AddMember, AddProjectGroup, LeaveProject, RemoveMember, SetMemberRole, load_members},
    groups_part::Groups,
    rows,
    view::{MemberItem, MemberKind, Members},
};
use crate::{
    domain::{ids::ProjectId, project::MemberRole},
    projects::ProjectFrame,
    ui::{Avatar, Choice, Combobox, ErrorPage, ErrorSummary, Icon, TextField, blocking_resource, pending, plain_error},
};

#[component]
pub fn MembersPage() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default());
    let members = blocking_resource(move || key.get(), load_members);
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match members.await {
                    Ok(members) => page(members).into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(members: Members) -> impl IntoView {
    let Members { head, project, people, groups, others, other_groups } = members;
    let can_change = head.can_change();
    let is_own_member = people.iter().any(|person| person.is_me && person.role.is_some());
    let refused = Signal::derive({
        let errors = [
            plain_error::<SetMemberRole>(),
            plain_error::<RemoveMember>(),
            plain_error::<LeaveProject>(),
            plain_error::<AddProjectGroup>(),
        ];
        move || errors.iter().find_map(|error| error.get())
    });
    view! {
        <ProjectFrame head=head title="Members" lead="Who sees this project, and what they may do in it.">
            <ErrorSummary error=refused />
            <section class="panel is-padded" id="member" aria-labelledby="people-head">
                <div class="panel__head"><h2 id="people-head">"People"</h2></div>
                <div class="table-wrap" tabindex="0" role="region" aria-label="Members">
                    <table class="table dl-cards">
                        <caption class="sr-only">"Members"</caption>
                        <thead>
                            <tr>
                                <th scope="col">"Name"</th>
                                <th scope="col">"Role"</th>
                                <th scope="col" class="num">"Open tasks"</th>
                                {can_change.then(|| view! { <th scope="col"><span class="sr-only">"Actions"</span></th> })}
                            </tr>
                        </thead>
                        <tbody>{people.into_iter().map(|person| row(project, person, can_change)).collect_view()}</tbody>
                    </table>
                </div>
                {can_change.then(|| view! { <AddForm project=project others=others /> })}
            </section>
            <Groups project=project groups=groups others=other_groups can_change=can_change />
            <section class="panel is-padded" aria-labelledby="roles-head">
                <div class="panel__head"><h2 id="roles-head">"What the roles may do"</h2></div>
                <dl class="facts">
                    {MemberRole::ALL.iter().rev().map(|role| view! { <div><dt>{role.label()}</dt><dd>{role.words()}</dd></div> }).collect_view()}
                </dl>
                <p class="small">"Who is in several groups has the highest of their roles. Administrators of this AutoReport see only projects that they are members of."</p>
            </section>
            {is_own_member.then(|| leave(project))}
        </ProjectFrame>
    }
}

fn row(project: ProjectId, person: MemberItem, can_change: bool) -> impl IntoView {
    let MemberItem { id, name, email, kind, role, highest, groups, open_tasks, is_me } = person;
    let note = match kind {
        MemberKind::Active => email,
        MemberKind::Disabled => "Account is switched off".to_owned(),
        MemberKind::Placeholder => "No account; came with an import".to_owned(),
    };
    let through = (!groups.is_empty()).then(|| format!("Through {}", groups.join(", ")));
    let role_cell = match role.filter(|_| can_change) {
        Some(role) => {
            rows::role_form(SetMemberRole::url(), project, "person", id.to_string(), role, format!("Role of {name}"))
                .into_any()
        }
        None => view! { <span>{highest.label()}</span> }.into_any(),
    };
    let actions = can_change.then(|| {
        let remove = role.is_some().then(|| remove(project, id.to_string(), name.clone(), open_tasks, is_me));
        view! { <td class="actions">{remove}</td> }
    });
    view! {
        <tr>
            <th scope="row">
                <span class="cluster">
                    <Avatar name=name.clone() />
                    <span>
                        <span dir="auto">{name}</span>
                        {is_me.then(|| view! { " "<span class="badge">"You"</span> })}
                        <br /><span class="muted small">{note}</span>
                    </span>
                </span>
            </th>
            <td data-label="Role"><span>{role_cell}{through.map(|words| view! { <span class="muted small" dir="auto">{words}</span> })}</span></td>
            <td data-label="Open tasks" class="num">{open_tasks}</td>
            {actions}
        </tr>
    }
}

fn remove(project: ProjectId, id: String, name: String, open_tasks: u32, is_me: bool) -> impl IntoView {
    let tasks = match open_tasks {
        0 => None,
        1 => Some("Also take them off their open task".to_owned()),
        many => Some(format!("Also take them off their {many} open tasks")),
    };
    let (label, words) = if is_me {
        (format!("Remove {name}, who is you"), "You lose access at once.")
    } else {
        (format!("Remove {name}"), "They lose access at once. Tasks stay assigned unless you tick the box.")
    };
    view! {
        <details class="row-more">
            <summary class="btn is-sm is-danger-quiet" aria-label=label>"Remove"</summary>
            <form class="form" method="post" action=RemoveMember::url()>
                <input type="hidden" name="project" value=project.to_string() />
                <input type="hidden" name="person" value=id />
                <p class="small">{words}</p>
                {tasks.map(|tasks| view! {
                    <label class="choice"><input type="checkbox" name="unassign" value="yes" /><span>{tasks}</span></label>
                })}
                <div class="form__actions"><button class="btn is-sm is-danger" type="submit">"Remove from the project"</button></div>
            </form>
        </details>
    }
}

#[component]
fn AddForm(project: ProjectId, others: Vec<(String, String)>) -> impl IntoView {
    let error = plain_error::<AddMember>();
    let field = NodeRef::<Input>::new();
    let propose = |(name, email): (String, String)| {
        let value = if email.is_empty() { name.clone() } else { email };
        Choice::new(value, name)
    };
    let proposals: Vec<Choice> = others.into_iter().map(propose).collect();
    view! {
        <form class="form" method="post" action=AddMember::url()>
            <h3 class="small">"Add somebody"</h3>
            <ErrorSummary error=error />
            <input type="hidden" name="project" value=project.to_string() />
            <div class="form__row">
                <TextField label="Name or address" name="who" error=error list="people-to-add" autocomplete="off" node_ref=field />
                <div class="field">
                    <label class="field__label" for="new-role">"Role"</label>
                    <select class="input" id="new-role" name="role">{rows::role_options(MemberRole::Editor)}</select>
                </div>
            </div>
            <Combobox field=field id="people-to-add" choices=proposals />
            <div class="form__actions"><button class="btn is-primary" type="submit"><Icon name="user-plus" />"Add"</button></div>
        </form>
    }
    .into_any()
}

fn leave(project: ProjectId) -> impl IntoView {
    view! {
        <section class="panel is-padded" aria-labelledby="leave-head">
            <div class="panel__head"><h2 id="leave-head">"Leave"</h2></div>
            <details>
                <summary>"Leave this project"</summary>
                <form class="form" method="post" action=LeaveProject::url()>
                    <input type="hidden" name="project" value=project.to_string() />
                    <p>"You do not see it any more, unless you are in it through a group. Your tasks stay assigned to you. An owner can add you again."</p>
                    <div class="form__actions"><button class="btn is-danger" type="submit"><Icon name="log-out" />"Leave the project"</button></div>
                </form>
            </details>
        </section>
    }
}
