//! Who has the task.

use leptos::prelude::*;

use super::{
    saving::{TaskState, save_state, undoable},
    submit::submit_form_of,
};
use crate::{tasks::api::SavePeople, ui::Avatar};

#[component]
pub fn PeopleForm(state: TaskState) -> impl IntoView {
    let action = undoable::<SavePeople>(state);
    let names = state.part(|detail| detail.card.people.clone());
    let assigned = state.part(|detail| detail.assignees.clone());
    // Whom the boxes stood for: what is sent is only how they differ from it, because others give the task, too.
    let was = RwSignal::new(assigned.get_untracked());
    Effect::new(move |_| was.set(assigned.get()));
    let people = state.detail.with_untracked(|detail| detail.people.clone());
    let boxes: Vec<_> = people
        .into_iter()
        .map(|person| {
            let id = person.id;
            let has = move || assigned.with(|ids| ids.contains(&id));
            let change = move |event: leptos::ev::Event| {
                submit_form_of(&event);
                let is_chosen = event_target_checked(&event);
                was.update(|was| {
                    was.retain(|other| *other != id);
                    was.extend(is_chosen.then_some(id));
                });
            };
            view! {
                <label class="choice">
                    <input type="checkbox" name="people[]" value=id.to_string() checked=assigned.with_untracked(|ids| ids.contains(&id)) prop:checked=has on:change=change />
                    <span dir="auto">{person.name}</span>
                </label>
            }
        })
        .collect();
    let known = move || {
        was.get()
            .into_iter()
            .map(|id| view! { <input type="hidden" name="was[]" value=id.to_string() /> })
            .collect_view()
    };
    view! {
        <div class="prop">
            <span class="field__label">"People"</span>
            <details class="people">
                <summary class="people__names">
                    {move || match names.get() {
                        names if names.is_empty() => view! { <span class="muted">"Nobody yet"</span> }.into_any(),
                        names => names.into_iter().map(|name| view! { <span class="people__name"><Avatar name=name.clone() /><span dir="auto">{name}</span></span> }).collect_view().into_any(),
                    }}
                </summary>
                <ActionForm action=action attr:class="form">
                    {state.hidden_id()}
                    {state.hidden_op()}
                    {known}
                    <fieldset class="fieldset"><legend class="sr-only">"People"</legend><div class="choices">{boxes}</div></fieldset>
                    <button class="btn is-sm needs-no-script" type="submit">"Save"</button>
                </ActionForm>
            </details>
            {save_state(action)}
        </div>
    }
    .into_any()
}
