//! The description: shown as text, edited as Markdown.

use leptos::prelude::*;

use super::{
    conflict::Conflicting,
    saving::{TaskState, save_state, saving},
    submit::{is_sending_key, submit_form_of},
};
use crate::{
    tasks::api::SaveDescription,
    ui::{Icon, textarea_html},
};

#[component]
pub fn DescriptionForm(state: TaskState) -> impl IntoView {
    let action = saving::<SaveDescription>(state);
    let html = state.part(|detail| detail.description_html.clone());
    let source = state.part(|detail| detail.description.clone());
    let is_open = RwSignal::new(false);
    let value = action.value();
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(_)))) {
            is_open.set(false);
        }
    });
    let edit = state.can_edit().then(|| view! {
        <details class="edit" prop:open=move || is_open.get()>
            <summary class="btn is-sm" on:click=move |event| { event.prevent_default(); is_open.update(|is_open| *is_open = !*is_open); }>
                <Icon name="pencil" />{move || if source.with(String::is_empty) { "Add a description" } else { "Edit" }}
            </summary>
            <ActionForm action=action attr:class="form">
                {state.hidden()}
                <textarea
                    class="input" name="description" rows="8" aria-label="Description, in Markdown" dir="auto"
                    prop:value=move || source.get()
                    on:keydown=move |event| if is_sending_key(&event) { submit_form_of(&event); }
                    inner_html=textarea_html(&source.get_untracked())
                ></textarea>
                <div class="form__actions">
                    <button class="btn is-primary is-sm" type="submit">"Save"</button>
                    <button class="btn is-ghost is-sm is-script" type="button" on:click=move |_| is_open.set(false)>"Cancel"</button>
                    <span class="field__hint">"Markdown. "<kbd>"Ctrl"</kbd>" "<kbd>"Enter"</kbd>" saves."</span>
                </div>
            </ActionForm>
        </details>
    });
    view! {
        <section class="task__section" aria-labelledby="task-description">
            <h2 id="task-description">"Description"</h2>
            {move || html.with(|html| !html.is_empty()).then(|| view! { <div class="prose" dir="auto" inner_html=html.get()></div> })}
            {edit}
            {save_state(action)}
            <Conflicting state=state action=action name="description" />
        </section>
    }
    .into_any()
}
