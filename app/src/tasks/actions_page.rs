//! What the menu of a card does, as plain forms: `/tasks/T-214/actions`.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    api::{ArchiveTask, PlaceTask, RestoreTask, load_task},
    task::{DueForm, PriorityForm, TaskState, api::DeleteTask},
    view::TaskDetail,
};
use crate::{
    domain::project::ReadOnly,
    ui::{ErrorPage, Icon, Page, StatusMark},
};

#[component]
pub fn ActionsPage() -> impl IntoView {
    let params = use_params_map();
    let reference = Memo::new(move |_| params.read().get("task").unwrap_or_default());
    let task = Resource::new_blocking(move || reference.get(), |reference| load_task(reference, 0));
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match task.await {
                    Ok(detail) => page(detail).into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(detail: TaskDetail) -> impl IntoView {
    let reference = detail.card.reference(&detail.key);
    let board = format!("/board/{}", detail.key);
    let (title, can_edit, read_only) = (detail.card.title.clone(), detail.can_edit, detail.read_only);
    let state = TaskState::new(detail);
    let open = format!("/tasks/{reference}");
    view! {
        <Page title=format!("Actions for {reference}") lead=title actions=move || view! {
            <a class="btn" href=open.clone()>"Open the task"</a>
            <a class="btn" href=board.clone()>"Back to the board"</a>
        }>
            {match can_edit {
                true => view! {
                    <MoveForm state=state />
                    <section class="panel is-padded">
                        <h2 class="sr-only">"Priority and due date"</h2>
                        <div class="form__row"><PriorityForm state=state /><DueForm state=state /></div>
                    </section>
                    <PutAway state=state />
                }.into_any(),
                false => view! { <p>{read_only.map(ReadOnly::words)}</p> }.into_any(),
            }}
        </Page>
    }
}

#[component]
fn MoveForm(state: TaskState) -> impl IntoView {
    let action = ServerAction::<PlaceTask>::new();
    let value = action.value();
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(_)))) {
            state.reload();
        }
    });
    let said = move || {
        value.with(|value| {
            value.as_ref().map(|value| match value {
                Ok(_) => ("good", "Moved.".to_owned()),
                Err(error) => ("bad", format!("Not moved. {}", error.words())),
            })
        })
    };
    let column = state.part(|detail| detail.column);
    let columns = state.detail.with_untracked(|detail| detail.columns.clone());
    let lists: Vec<_> = columns
        .into_iter()
        .map(|choice| view! {
            <label class="choice">
                <input type="radio" name="column" value=choice.id.to_string() checked=choice.id == column.get_untracked() />
                <StatusMark status=choice.status /><span dir="auto">{choice.name}</span>
            </label>
        })
        .collect();
    view! {
        <section class="panel is-padded">
            <div class="panel__head"><h2>"Move"</h2></div>
            {move || said().map(|(tone, words)| view! { <p class="banner" data-tone=tone role="status">{words}</p> })}
            <ActionForm action=action attr:class="form">
                {state.hidden_id()}
                <fieldset class="fieldset"><legend class="small">"List"</legend><div class="choices is-inline">{lists}</div></fieldset>
                <fieldset class="fieldset">
                    <legend class="small">"Place"</legend>
                    <div class="choices is-inline">
                        <label class="choice"><input type="radio" name="place" value="top" checked /><span>"Top"</span></label>
                        <label class="choice"><input type="radio" name="place" value="end" /><span>"Bottom"</span></label>
                    </div>
                </fieldset>
                <div class="form__actions"><button class="btn is-primary" type="submit">"Move"</button></div>
            </ActionForm>
        </section>
    }
    .into_any()
}

#[component]
fn PutAway(state: TaskState) -> impl IntoView {
    let (archive, restore) = (ServerAction::<ArchiveTask>::new(), ServerAction::<RestoreTask>::new());
    let delete = ServerAction::<DeleteTask>::new();
    let (archived_now, restored_now, deleted_now) = (archive.value(), restore.value(), delete.value());
    Effect::new(move |_| {
        if archived_now.with(Option::is_some) | restored_now.with(Option::is_some) | deleted_now.with(Option::is_some) {
            state.reload();
        }
    });
    let archived = state.part(|detail| detail.archived.clone());
    view! {
        <section class="panel is-padded">
            <div class="panel__head"><h2>"Archive and trash"</h2></div>
            {move || match archived.get() {
                Some(stamp) => view! {
                    <p>{format!("Archived {}. It is not on the board.", stamp.words)}</p>
                    <ActionForm action=restore>{state.hidden_id()}<button class="btn" type="submit"><Icon name="archive-restore" />"Restore"</button></ActionForm>
                }.into_any(),
                None => view! {
                    <p class="muted">"Takes the task off the board. It can be restored at any time."</p>
                    <ActionForm action=archive>{state.hidden_id()}<button class="btn" type="submit"><Icon name="archive" />"Archive"</button></ActionForm>
                    <p class="muted">"Puts the task into the trash, where it waits for 30 days."</p>
                    <ActionForm action=delete>{state.hidden_id()}<button class="btn is-danger-quiet" type="submit"><Icon name="trash-2" />"Delete"</button></ActionForm>
                }.into_any(),
            }}
        </section>
    }
    .into_any()
}
