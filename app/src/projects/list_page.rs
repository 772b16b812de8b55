//! The projects of the signed-in person, and the two ways to a new one.

use leptos::prelude::*;

use super::api::{AllProjects, ProjectItem, list_all_projects};
use crate::{
    domain::account::{Me, Role},
    ui::{Empty, ErrorPage, Icon, Page, coming, resource},
};

#[component]
pub fn ProjectsPage() -> impl IntoView {
    let projects = resource(|| (), |()| list_all_projects());
    let is_admin = use_context::<Me>().is_some_and(|me| me.role == Role::Admin);
    view! {
        <Page title="Projects" actions=ways_in>
            <Transition set_pending=coming()>
                {move || Suspend::new(async move {
                    match projects.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(AllProjects { open, archived }) => view! { {open_part(open)}{archived_part(archived)} }.into_any(),
                    }
                })}
            </Transition>
            {is_admin.then(|| view! {
                <p class="muted small">"You see the projects that you are a member of. As an administrator you see no others, until an owner adds you."</p>
            })}
        </Page>
    }
    .into_any()
}

fn open_part(projects: Vec<ProjectItem>) -> impl IntoView {
    if projects.is_empty() {
        return view! {
            <Empty title="No projects yet" text="A project is a board with its tasks. Bring the board you have today, or begin with four empty columns.">
                {ways_in()}
            </Empty>
        }
        .into_any();
    }
    view! { <ul class="tiles" role="list">{projects.into_iter().map(tile).collect_view()}</ul> }.into_any()
}

fn archived_part(projects: Vec<ProjectItem>) -> impl IntoView {
    (!projects.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby="archived-head">
                <h2 id="archived-head" class="section-title">"Archived"</h2>
                <ul class="tiles" role="list">{projects.into_iter().map(tile).collect_view()}</ul>
            </section>
        }
    })
}

fn ways_in() -> impl IntoView {
    view! {
        <a class="btn" href="/import"><Icon name="upload" />"Import a board"</a>
        <a class="btn is-primary" href="/projects/new"><Icon name="plus" />"New project"</a>
    }
    .into_any()
}

fn tile(project: ProjectItem) -> impl IntoView {
    let ProjectItem { key, name, .. } = project;
    view! {
        <li class="tile panel">
            <a class="tile__link" href=format!("/board/{key}")><span dir="auto">{name.clone()}</span></a>
            <span class="tile__end">
                <span class="tile__key">{key.clone()}</span>
                <a class="icon-btn" href=format!("/projects/{key}") aria-label=format!("Settings of {name}") title="Settings"><Icon name="settings" /></a>
            </span>
        </li>
    }
    .into_any()
}
