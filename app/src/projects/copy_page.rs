//! Making a project like another: `/projects/T/copy`.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::{
    api::{DuplicateProject, ProjectDetail, load_project},
    project_frame::ProjectFrame,
};
use crate::ui::{ErrorPage, ErrorSummary, Icon, TextField, blocking_resource, pending, plain_error};

#[component]
pub fn CopyProjectPage() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default());
    let project = blocking_resource(move || key.get(), load_project);
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match project.await {
                    Ok(project) => page(project).into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(project: ProjectDetail) -> impl IntoView {
    let head = project.head;
    let error = plain_error::<DuplicateProject>();
    let name = format!("{} (copy)", head.name);
    view! {
        <ProjectFrame head=head.clone() title="Make a copy" lead="A project of yours with the same lists, limits, labels and rules. The rules are switched off until you have looked at them.">
            <section class="panel is-padded" aria-labelledby="copy-head">
                <h2 class="sr-only" id="copy-head">"The copy"</h2>
                <ErrorSummary error=error />
                <form class="form" method="post" action=DuplicateProject::url()>
                    <input type="hidden" name="project" value=head.id.to_string() />
                    <TextField label="Name" name="name" value=name error=error required=true autocomplete="off" />
                    <TextField label="Key" name="key" hint="Left empty, it is made of the name." error=error autocomplete="off" />
                    <div class="choices">
                        <label class="choice"><input type="checkbox" name="tasks" value="yes" /><span>"Bring the open tasks"<small>"With checklists, labels and dates; without comments and history"</small></span></label>
                        <label class="choice"><input type="checkbox" name="people" value="yes" /><span>"Bring members and groups"<small>"With the roles that they have here"</small></span></label>
                    </div>
                    <div class="form__actions"><button class="btn is-primary" type="submit"><Icon name="copy" />"Make the copy"</button></div>
                </form>
            </section>
        </ProjectFrame>
    }
}
