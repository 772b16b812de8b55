//! The projects of the signed-in person, and the two ways to a new one.

use leptos::prelude::*;

use super::api::{ProjectItem, list_projects};
use crate::ui::{Empty, ErrorPage, Icon, Page};

#[component]
pub fn ProjectsPage() -> impl IntoView {
    let projects = Resource::new(|| (), |()| list_projects());
    view! {
        <Page title="Projects" actions=ways_in>
            <Transition>
                {move || Suspend::new(async move {
                    match projects.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(projects) if projects.is_empty() => view! {
                            <Empty title="No projects yet" text="A project is a board with its tasks. Bring the board you have today, or begin with four empty columns.">
                                {ways_in()}
                            </Empty>
                        }.into_any(),
                        Ok(projects) => view! { <ul class="tiles" role="list">{projects.into_iter().map(tile).collect_view()}</ul> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

fn ways_in() -> impl IntoView {
    view! {
        <a class="btn" href="/import"><Icon name="upload" />"Import a board"</a>
        <a class="btn is-primary" href="/projects/new"><Icon name="plus" />"New project"</a>
    }
    .into_any()
}

fn tile(project: ProjectItem) -> impl IntoView {
    view! {
        <li class="tile panel">
            <a class="tile__link" href=format!("/board/{}", project.key)><span dir="auto">{project.name}</span></a>
            <span class="tile__key">{project.key}</span>
        </li>
    }
    .into_any()
}
