//! What can be done with the task as a whole: watch, copy, move to another project, link, print,
//! archive, trash.

use leptos::prelude::*;

use super::{
    api::{CopyTask, DeleteTask, TransferTask, UndeleteTask, WatchTask},
    kept_text,
    saving::{TaskState, leading, save_state, saving, told},
};
use crate::{
    tasks::{
        api::{ArchiveTask, RestoreTask},
        board::{archived_toast, restored_toast},
    },
    ui::{Icon, toast::Toasts},
};

/// Says that the task is archived or in the trash, and offers to bring it back.
#[component]
pub fn PutAway(state: TaskState) -> impl IntoView {
    let restore = told::<RestoreTask>(state, |_, detail| restored_toast(&detail.card.title));
    let undelete = told::<UndeleteTask>(state, |_, detail| restored_toast(&detail.card.title));
    let trash = state.part(|detail| format!("/board/{}/trash", detail.key));
    let archived = state.part(|detail| detail.archived.clone());
    let deleted = state.part(|detail| detail.parts.deleted.clone());
    let can_purge = state.part(|detail| detail.parts.can_purge);
    let can_restore = state.part(|detail| detail.parts.can_restore);
    let can_edit = state.part(|detail| detail.can_edit);
    let id = state.detail.with_untracked(|detail| detail.card.id);
    let names = StoredValue::new(["description", "comment"].map(|field| kept_text::name(id, field)));
    // In an effect: the server does not know what the browser keeps.
    let keeps_text = RwSignal::new(false);
    Effect::new(move |_| {
        let is_kept = |name: &Option<String>| name.as_deref().and_then(kept_text::read).is_some();
        keeps_text.set(deleted.with(Option::is_some) && names.with_value(|names| names.iter().any(is_kept)));
    });
    let kept = move || {
        keeps_text
            .get()
            .then_some("Your text is kept in this browser and comes back when the task is restored.")
            .map(|words| view! { <p>{words}</p> })
    };
    move || {
        if let Some(stamp) = deleted.get() {
            return Some(view! {
                <div class="banner" data-tone="warn" role="group" aria-label="In the trash" tabindex="-1">
                    <Icon name="trash-2" />
                    <div>{format!("In the trash since {}. After 30 days it is deleted for good.", stamp.words)}{kept}</div>
                    {can_restore.get().then(|| view! {
                        <ActionForm action=undelete>{state.hidden_id()}{state.hidden_op()}<button class="btn is-sm" type="submit">"Restore"</button></ActionForm>
                        {save_state(undelete)}
                    })}
                    {can_purge.get().then(|| view! { <a class="btn is-sm is-danger-quiet" href=trash.get()>"Delete now"</a> })}
                </div>
            }.into_any());
        }
        archived.get().map(|stamp| view! {
            <div class="banner" data-tone="warn">
                <Icon name="archive" />
                <div>{format!("Archived {}. It is not on the board.", stamp.words)}</div>
                {can_edit.get().then(|| view! {
                    <ActionForm action=restore>{state.hidden_id()}{state.hidden_op()}<button class="btn is-sm" type="submit">"Restore"</button></ActionForm>
                    {save_state(restore)}
                })}
            </div>
        }.into_any())
    }
}

/// Watching, and how many do.
#[component]
pub fn Watch(state: TaskState) -> impl IntoView {
    let action = saving::<WatchTask>(state);
    let watch = state.part(|detail| (detail.parts.is_watching, detail.parts.watchers));
    let form = move || {
        let (is_watching, many) = watch.get();
        let (icon, words) = if is_watching { ("eye-off", "Stop watching") } else { ("eye", "Watch") };
        let told = match (is_watching, many) {
            (true, 1) => "You are told of changes.".to_owned(),
            (true, many) => format!("You and {} more are told of changes.", many - 1),
            (false, 0) => "Nobody watches this.".to_owned(),
            (false, 1) => "1 person watches this.".to_owned(),
            (false, many) => format!("{many} people watch this."),
        };
        view! {
            <input type="hidden" name="is_watching" value=(!is_watching).to_string() />
            <button class="btn is-sm" type="submit"><Icon name=icon />{words}</button>
            <span class="muted small">{told}</span>
        }
    };
    view! {
        <ActionForm action=action attr:class="prop">{state.hidden_id()}{form}{save_state(action)}</ActionForm>
    }
    .into_any()
}

/// Putting the task into the trash; it can be taken back from the message that says so, also when the
/// task is not shown any more.
pub fn trashing(state: TaskState) -> ServerAction<DeleteTask> {
    told(state, |_, detail| format!("“{}” is in the trash", detail.card.title))
}

/// Taking the task off the board, with the way back.
pub fn archiving(state: TaskState) -> ServerAction<ArchiveTask> {
    told(state, |_, detail| archived_toast(&detail.card.title))
}

/// The buttons under the properties.
#[component]
pub fn Actions(state: TaskState, delete: ServerAction<DeleteTask>) -> impl IntoView {
    let archive = archiving(state);
    let toasts = expect_context::<Toasts>();
    let is_here = state.part(|detail| detail.archived.is_none() && detail.parts.deleted.is_none());
    let is_deleted = state.part(|detail| detail.parts.deleted.is_some());
    let reference = state.detail.with_untracked(|detail| detail.card.reference(&detail.key));
    view! {
        <div class="prop actions-row">
            <div class="cluster">
                <button class="btn is-sm is-script" type="button" on:click=move |_| browser::copy_link(&reference, toasts)><Icon name="link" />"Copy link"</button>
                <button class="btn is-sm is-script" type="button" on:click=|_| browser::print()><Icon name="file-text" />"Print"</button>
            </div>
            {state.can_edit().then(|| view! {
                <CopyForm state=state />
                <TransferForm state=state />
                <div class="cluster">
                    {move || is_here.get().then(|| view! {
                        <ActionForm action=archive>{state.hidden_id()}{state.hidden_op()}<button class="btn is-sm" type="submit"><Icon name="archive" />"Archive"</button></ActionForm>
                    })}
                    {move || (!is_deleted.get()).then(|| view! {
                        <ActionForm action=delete>{state.hidden_id()}{state.hidden_op()}<button class="btn is-sm is-danger-quiet" type="submit"><Icon name="trash-2" />"Delete"</button></ActionForm>
                    })}
                </div>
                {save_state(archive)}
                {save_state(delete)}
            })}
        </div>
    }
    .into_any()
}

#[component]
fn CopyForm(state: TaskState) -> impl IntoView {
    let action = leading::<CopyTask>(state, |detail, copy| {
        format!("Copied “{}”: the copy is {}", detail.card.title, copy.reference)
    });
    view! {
        <details class="edit">
            <summary class="btn is-sm"><Icon name="copy" />"Copy"</summary>
            <ActionForm action=action attr:class="form">
                {state.hidden_id()}
                {state.hidden_op()}
                <div class="choices">
                    <label class="choice"><input type="checkbox" name="checklist" value="true" checked /><span>"With the checklist, unticked"</span></label>
                    <label class="choice"><input type="checkbox" name="comments" value="true" /><span>"With the comments"</span></label>
                </div>
                <div class="form__actions"><button class="btn is-primary is-sm" type="submit">"Make a copy"</button>{save_state(action)}</div>
            </ActionForm>
        </details>
    }
    .into_any()
}

#[component]
fn TransferForm(state: TaskState) -> impl IntoView {
    let action = leading::<TransferTask>(state, |detail, moved| {
        format!("Moved “{}” to another project: it is {} there", detail.card.title, moved.reference)
    });
    let projects = state.part(|detail| detail.parts.projects.clone());
    move || {
        (!projects.with(Vec::is_empty)).then(|| view! {
            <details class="edit">
                <summary class="btn is-sm"><Icon name="folder" />"Move to another project"</summary>
                <ActionForm action=action attr:class="form">
                    {state.hidden_id()}
                    {state.hidden_op()}
                    <label class="field"><span class="field__label">"Project"</span>
                        <select class="input" name="project">
                            {projects.get().into_iter().map(|project| view! { <option value=project.id.to_string()>{project.name}</option> }).collect_view()}
                        </select>
                    </label>
                    <p class="field__hint">"Labels go along by name, people stay who are members there, the history comes along; a series ends. Links to the old number lead to the new place."</p>
                    <div class="form__actions"><button class="btn is-primary is-sm" type="submit">"Move there"</button>{save_state(action)}</div>
                </ActionForm>
            </details>
        })
    }
}

#[cfg(feature = "hydrate")]
pub(super) mod browser {
    use leptos::{prelude::*, task::spawn_local};

    use crate::ui::{
        clipboard,
        toast::{Toast, Toasts, Tone},
    };

    /// Puts the task's address into the clipboard; where the browser refuses, the address is shown.
    pub fn copy_link(reference: &str, toasts: Toasts) {
        let origin = window().location().origin().unwrap_or_default();
        let address = format!("{origin}/tasks/{reference}");
        spawn_local(async move {
            let words = if clipboard::put(&address).await {
                "Link copied".to_owned()
            } else {
                format!("The link is {address}")
            };
            toasts.push(Toast { words, action: None, tone: Tone::Good });
        });
    }

    /// Opens the browser's print window.
    pub fn print() {
        drop(window().print());
    }
}

#[cfg(not(feature = "hydrate"))]
pub(super) mod browser {
    use crate::ui::toast::Toasts;

    /// The server has no clipboard.
    pub fn copy_link(_reference: &str, _toasts: Toasts) {}

    /// The server prints nothing.
    pub fn print() {}
}
