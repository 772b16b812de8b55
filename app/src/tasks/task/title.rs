//! The title: edited where it stands. Enter saves, Escape restores.

use leptos::prelude::*;

use super::{
    conflict::Conflicting,
    saving::{TaskState, save_state, undoable},
    submit::{restore, submit_form_of},
};
use crate::{error::AppError, tasks::api::SaveTitle, ui::textarea_html};

#[component]
pub fn TitleForm(state: TaskState) -> impl IntoView {
    let action = undoable::<SaveTitle>(state);
    let title = state.part(|detail| detail.card.title.clone());
    let typed = action.value().with_untracked(|value| {
        value.as_ref().and_then(|value| value.as_ref().err()).and_then(|error| error.typed("title"))
    });
    let value = action.value();
    let is_refused = move |typed: &str| {
        value.with_untracked(|value| matches!(value, Some(Err(AppError::Conflict(refused))) if refused.mine == typed))
    };
    view! {
        <ActionForm action=action attr:class="prop">
            {state.hidden()}
            {state.hidden_op()}
            <textarea
                class="input task__title-input" name="title" rows="1" aria-label="Title" dir="auto" required
                prop:value=move || title.get()
                on:keydown=move |event| match event.key().as_str() {
                    "Enter" if !event.is_composing() => { event.prevent_default(); submit_form_of(&event); }
                    "Escape" => { event.stop_propagation(); restore(&event, &title.get_untracked()); }
                    _ => {}
                }
                on:blur=move |event| match event_target_value(&event).trim() {
                    // A task without a title is nothing that anybody wants.
                    "" => restore(&event, &title.get_untracked()),
                    // What was refused already is chosen below, and not sent and said once more by going there.
                    typed if is_refused(typed) => {}
                    typed if typed != title.get_untracked() => submit_form_of(&event),
                    _ => {}
                }
                inner_html=textarea_html(&typed.unwrap_or_else(|| title.get_untracked()))
            ></textarea>
            <button class="btn is-sm needs-no-script" type="submit">"Save title"</button>
            {save_state(action)}
        </ActionForm>
        <Conflicting state=state action=action name="title" />
    }
    .into_any()
}
