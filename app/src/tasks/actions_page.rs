//! What the menu of a card does, as plain forms: `/tasks/T-214/actions`.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    api::{PlaceTask, load_task},
    board::moved_toast,
    task::{
        DueForm, PriorityForm, PutAway, TaskState, UndoMove, api::DeleteTask, archiving, save_state, told, trashing,
    },
    view::TaskDetail,
};
use crate::{
    domain::project::ReadOnly,
    ui::{ErrorPage, Icon, Page, StatusMark, blocking_resource, pending},
};

#[component]
pub fn ActionsPage() -> impl IntoView {
    let params = use_params_map();
    let reference = Memo::new(move |_| params.read().get("task").unwrap_or_default());
    let task = blocking_resource(move || reference.get(), |reference| load_task(reference, 0));
    view! {
        <Transition set_pending=pending()>
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
    let (title, read_only) = (detail.card.title.clone(), detail.read_only);
    let state = TaskState::new(detail);
    state.listen_for_undo();
    let delete = trashing(state);
    let open = format!("/tasks/{reference}");
    // What may be done with the task changes while it is shown: into the trash and back.
    let can_edit = state.part(|detail| detail.can_edit);
    let forms = move || match can_edit.get() {
        true => forms(state, delete),
        false => view! { <p>{read_only.map(ReadOnly::words)}</p> }.into_any(),
    };
    view! {
        <Page title=format!("Actions for {reference}") lead=title actions=move || view! {
            <a class="btn" href=open.clone()>"Open the task"</a>
            <a class="btn" href=board.clone()>"Back to the board"</a>
        }>
            <PutAway state=state />
            {forms}
        </Page>
    }
}

fn forms(state: TaskState, delete: ServerAction<DeleteTask>) -> AnyView {
    let is_on_board = state.part(|detail| detail.archived.is_none());
    view! {
        {move || is_on_board.get().then(|| view! { <MoveForm state=state /> })}
        <section class="panel is-padded">
            <h2 class="sr-only">"Priority and due date"</h2>
            <div class="form__row"><PriorityForm state=state /><DueForm state=state /></div>
        </section>
        <Leave state=state delete=delete is_on_board=is_on_board />
    }
    .into_any()
}

#[component]
fn MoveForm(state: TaskState) -> impl IntoView {
    let action = told::<PlaceTask>(state, |sent, detail| {
        let list = detail.columns.iter().find(|column| column.id == sent.column);
        moved_toast(&detail.card.title, list.map_or("", |list| list.name.as_str()))
    });
    let value = action.value();
    let refused = move || {
        value.with(|value| {
            value.as_ref().and_then(|value| value.as_ref().err()).map(|error| format!("Not moved. {}", error.words()))
        })
    };
    let column = state.part(|detail| detail.column);
    let columns = state.detail.with_untracked(|detail| detail.columns.clone());
    let lists: Vec<_> = columns
        .into_iter()
        .map(|choice| {
            let id = choice.id;
            view! {
                <label class="choice">
                    <input type="radio" name="column" value=id.to_string() checked=id == column.get_untracked() prop:checked=move || column.get() == id />
                    <StatusMark status=choice.status /><span dir="auto">{choice.name}</span>
                </label>
            }
        })
        .collect();
    view! {
        <section class="panel is-padded">
            <div class="panel__head"><h2>"Move"</h2></div>
            {move || refused().map(|words| view! { <p class="banner" data-tone="bad" role="status">{words}</p> })}
            <ActionForm action=action attr:class="form">
                {state.hidden_id()}
                {state.hidden_op()}
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
            <UndoMove state=state />
        </section>
    }
    .into_any()
}

/// The archive and the trash; what brings the task back stands above all forms.
#[component]
fn Leave(state: TaskState, delete: ServerAction<DeleteTask>, is_on_board: Memo<bool>) -> impl IntoView {
    let archive = archiving(state);
    view! {
        <section class="panel is-padded">
            <div class="panel__head"><h2>"Archive and trash"</h2></div>
            {move || is_on_board.get().then(|| view! {
                <p class="muted">"Takes the task off the board. It can be restored at any time."</p>
                <ActionForm action=archive>{state.hidden_id()}{state.hidden_op()}<button class="btn" type="submit"><Icon name="archive" />"Archive"</button></ActionForm>
            })}
            {save_state(archive)}
            <p class="muted">"Puts the task into the trash, where it waits for 30 days."</p>
            <ActionForm action=delete>{state.hidden_id()}{state.hidden_op()}<button class="btn is-danger-quiet" type="submit"><Icon name="trash-2" />"Delete"</button></ActionForm>
            {save_state(delete)}
        </section>
    }
    .into_any()
}
