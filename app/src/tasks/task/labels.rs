//! Labels: those of the task, and one more by its name; a new name makes a new label.

use leptos::{html::Input, prelude::*};

use super::{
    api::{AddLabel, RemoveLabel},
    saving::{TaskState, save_state, undoable},
};
use crate::{
    tasks::view::LabelView,
    ui::{Choice, Combobox, Icon},
};

/// The slots of the palette, by name: colour is never said by colour alone.
const HUES: [(u8, &str); 6] = [(1, "Teal"), (2, "Sienna"), (3, "Sky"), (4, "Rose"), (5, "Moss"), (6, "Plum")];

#[component]
pub fn Labels(state: TaskState) -> impl IntoView {
    let labels = state.part(|detail| detail.card.labels.clone());
    if !state.can_edit() {
        return (move || {
            labels.with(|labels| !labels.is_empty()).then(|| view! {
                <div class="prop">
                    <span class="field__label">"Labels"</span>
                    <div class="card__labels">{labels.get().into_iter().map(|label| view! { <span class="label" data-hue=label.hue.to_string() dir="auto">{label.name}</span> }).collect_view()}</div>
                </div>
            })
        })
        .into_any();
    }
    let (add, remove) = (undoable::<AddLabel>(state), undoable::<RemoveLabel>(state));
    let known = state.part(|detail| detail.parts.labels.clone());
    // A label that the task has is no proposal.
    let proposed = Signal::derive(move || {
        let is_new = |name: &str| labels.with(|labels| labels.iter().all(|label| label.name != name));
        known.with(|known| {
            let known = known.iter().filter(|label| is_new(&label.name));
            known
                .map(|label| Choice::new(label.name.clone(), label.name.clone()).with_hue(label.hue))
                .collect::<Vec<_>>()
        })
    });
    let (field, text) = (NodeRef::<Input>::new(), RwSignal::new(String::new()));
    let value = add.value();
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(_)))) {
            text.set(String::new());
        }
    });
    let is_new = move || {
        let typed = text.get().trim().to_lowercase();
        !typed.is_empty() && !known.with(|known| known.iter().any(|label| label.name.to_lowercase() == typed))
    };
    let hues = HUES
        .map(|(hue, name)| view! {
            <label class="pill"><input type="radio" name="hue" value=hue.to_string() /><span class="label" data-hue=hue.to_string()>{name}</span></label>
        })
        .collect_view();
    view! {
        <div class="prop">
            <span class="field__label" id="task-labels">"Labels"</span>
            <ul class="chosen" role="list" aria-labelledby="task-labels">
                <For each=move || labels.get() key=|label| (label.id, label.name.clone(), label.hue) let(label)>{chosen(state, label, remove)}</For>
            </ul>
            <ActionForm action=add attr:class="prop">
                {state.hidden_id()}
                {state.hidden_op()}
                <div class="prop__row">
                    <input class="input" name="label" list="task-labels-known" aria-label="Add a label" placeholder="Add a label" autocomplete="off" maxlength="50" dir="auto" required node_ref=field
                        prop:value=move || text.get() on:input=move |event| text.set(event_target_value(&event)) />
                    <button class="btn is-sm" type="submit">{move || if is_new() { "Create label" } else { "Add label" }}</button>
                </div>
                <Combobox field=field id="task-labels-known" choices=proposed />
                <fieldset class="fieldset hues" class:is-open=is_new>
                    <legend class="small">"Colour of a new label"</legend>
                    <div class="pills">{hues}</div>
                </fieldset>
            </ActionForm>
            {save_state(add)}
            {save_state(remove)}
        </div>
    }
    .into_any()
}

fn chosen(state: TaskState, label: LabelView, remove: ServerAction<RemoveLabel>) -> impl IntoView {
    let LabelView { name, hue, .. } = label;
    view! {
        <li>
            <ActionForm action=remove attr:class="chosen__one">
                {state.hidden_id()}
                {state.hidden_op()}
                <input type="hidden" name="label" value=name.clone() />
                <span class="label" data-hue=hue.to_string() dir="auto">{name.clone()}</span>
                <button class="icon-btn" type="submit" aria-label=format!("Remove the label {name}") title="Remove"><Icon name="x" /></button>
            </ActionForm>
        </li>
    }
}
