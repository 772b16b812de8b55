//! Settings → Git archive: how it stands, where it is, where it is pushed to.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::{SaveGitArchive, load_git_archive},
    push_panel::PushPanel,
    remote_panel::RemotePanel,
    view::GitArchiveView,
};
use crate::ui::{ErrorPage, ErrorSummary, Icon, SettingsPage, TextField, base_version, coming, plain_error, resource};

#[component]
pub fn GitArchivePage() -> impl IntoView {
    let archive = resource(|| (), |()| load_git_archive());
    view! {
        <SettingsPage title="Git archive" lead="Every report is a commit: its HTML, its text, its pictures and its data.">
            <Transition set_pending=coming()>
                {move || Suspend::new(async move {
                    match archive.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(archive) => view! { <Archive archive=archive /> }.into_any(),
                    }
                })}
            </Transition>
        </SettingsPage>
    }
    .into_any()
}

#[component]
fn Archive(archive: GitArchiveView) -> impl IntoView {
    let is_without_git = archive.git.is_none();
    view! {
        {is_without_git.then(|| view! {
            <div class="banner" data-tone="warn" role="status">
                <Icon name="triangle-alert" />
                <div>
                    <strong>"Git is not installed on the machine that runs AutoReport."</strong>
                    <p>"Reports are committed without it. To push them to another server, install the packages git and openssh-client there; AutoReport looks for them in its PATH."</p>
                </div>
            </div>
        })}
        <PushPanel archive=archive.clone() />
        <Repository archive=archive.clone() />
        <RemotePanel version=archive.version remote=archive.remote />
    }
    .into_any()
}

#[component]
fn Repository(archive: GitArchiveView) -> impl IntoView {
    let error = plain_error::<SaveGitArchive>();
    let hint = format!(
        "Path of a repository on the machine that runs AutoReport, bare or not. Empty: the built-in one, {}.",
        archive.built_in
    );
    view! {
        <section class="panel is-padded" aria-labelledby="repository-title">
            <div class="panel__head">
                <h2 id="repository-title">"Where commits go"</h2>
                <p>"A change counts from the next commit on. What was committed before stays where it is; move it with git if you want it in the new place."</p>
            </div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=SaveGitArchive::url()>
                <input type="hidden" name="version" value=base_version(error, archive.version) />
                <TextField label="Repository" name="repository" hint=hint value=archive.repository error=error autocomplete="off" />
                <TextField label="Branch" name="branch" hint="Like main. It is made with the first commit." value=archive.branch error=error required=true autocomplete="off" />
                <TextField label="Author's name" name="author_name" hint=format!("Empty: as the default mail account sends, {}.", archive.sender) value=archive.author_name error=error autocomplete="off" />
                <TextField label="Author's e-mail" name="author_email" kind="email" value=archive.author_email error=error autocomplete="off" />
                <div class="form__actions"><button class="btn is-primary" type="submit">"Save the repository"</button></div>
            </form>
        </section>
    }
    .into_any()
}
