//! The end of a project's page, for owners: archive, restore, delete.

use leptos::{prelude::*, server_fn::ServerFn};

use super::api::{ArchiveProject, DeleteProject, ProjectHead, RestoreProject};
use crate::{
    domain::project::MemberRole,
    ui::{ErrorSummary, Icon, TextField, plain_error},
};

/// What an owner can do with the project as a whole; nothing for others.
#[component]
pub fn End(head: ProjectHead) -> impl IntoView {
    (head.role >= MemberRole::Owner).then(|| {
        let archive = if head.is_archived { restore(&head).into_any() } else { archive(&head).into_any() };
        view! {
            {archive}
            <Delete head=head />
        }
    })
}

fn archive(head: &ProjectHead) -> impl IntoView {
    view! {
        <section class="panel is-padded" aria-labelledby="archive-head">
            <div class="panel__head">
                <h2 id="archive-head">"Archive"</h2>
                <p>"The project leaves the lists and can only be read. Its jobs and rules wait. An owner can restore it at any time; what fell into the time between is not caught up."</p>
            </div>
            <form method="post" action=ArchiveProject::url()>
                <input type="hidden" name="project" value=head.id.to_string() />
                <button class="btn" type="submit"><Icon name="archive" />"Archive the project"</button>
            </form>
        </section>
    }
}

fn restore(head: &ProjectHead) -> impl IntoView {
    view! {
        <section class="panel is-padded" aria-labelledby="archive-head">
            <div class="panel__head">
                <h2 id="archive-head">"Restore"</h2>
                <p>"The project can be changed again. Its jobs and rules go on from now; what fell into the time between is not caught up."</p>
            </div>
            <form method="post" action=RestoreProject::url()>
                <input type="hidden" name="project" value=head.id.to_string() />
                <button class="btn is-primary" type="submit"><Icon name="archive-restore" />"Restore the project"</button>
            </form>
        </section>
    }
}

#[component]
fn Delete(head: ProjectHead) -> impl IntoView {
    let error = plain_error::<DeleteProject>();
    let is_open = error.with_untracked(Option::is_some);
    view! {
        <section class="panel is-padded" aria-labelledby="delete-head">
            <div class="panel__head"><h2 id="delete-head">"Delete"</h2></div>
            <details open=is_open>
                <summary>"Delete this project"</summary>
                <div class="stack">
                    <p>"Everything in it is deleted for good: tasks, comments, attachments, history, jobs and reports. Only what was committed to the Git archive stays there. This cannot be undone."</p>
                    <p>"Take a copy first: "<a class="link" href=format!("/projects/{}/export.json", head.key) rel="external" download>"export everything as JSON"</a>"."</p>
                    <ErrorSummary error=error />
                    <form class="form" method="post" action=DeleteProject::url()>
                        <input type="hidden" name="project" value=head.id.to_string() />
                        <TextField label=format!("Type “{}” to confirm", head.name) name="confirm" error=error autocomplete="off" />
                        <div class="form__actions"><button class="btn is-danger" type="submit"><Icon name="trash-2" />"Delete the project"</button></div>
                    </form>
                </div>
            </details>
        </section>
    }
    .into_any()
}
