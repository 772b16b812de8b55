//! The checklist: ticking, adding and removing items.

use leptos::prelude::*;

use super::saving::{TaskState, save_state, saving};
use crate::{
    tasks::{
        api::{AddItem, RemoveItem, TickItem},
        view::ChecklistItem,
    },
    ui::Icon,
};

#[component]
pub fn Checklist(state: TaskState) -> impl IntoView {
    let (tick, remove) = (saving::<TickItem>(state), saving::<RemoveItem>(state));
    let items = state.part(|detail| detail.checklist.clone());
    let can_edit = state.can_edit();
    let progress = move || {
        let (ticked, all) = items.with(|items| (items.iter().filter(|item| item.is_done).count(), items.len()));
        (all > 0).then(|| {
            view! {
                <span class="num small">{format!("{ticked} of {all}")}</span>
                <progress max=all.to_string() value=ticked.to_string() aria-label="Checklist"></progress>
            }
        })
    };
    let rows = move || {
        let mut heading = String::new();
        items
            .get()
            .into_iter()
            .map(|item| {
                let is_new_list = item.list != heading;
                heading.clone_from(&item.list);
                let list = item.list.clone();
                view! {
                    {is_new_list.then(|| view! { <li class="checklist__list" dir="auto">{list}</li> })}
                    <li>{row(item, can_edit, tick, remove)}</li>
                }
            })
            .collect_view()
    };
    view! {
        <section class="task__section" aria-labelledby="task-checklist">
            <div class="task__section-head"><h2 id="task-checklist">"Checklist"</h2>{progress}</div>
            <ul class="checklist" role="list">{rows}</ul>
            {save_state(tick)}
            {can_edit.then(|| view! { <AddItemForm state=state /> })}
        </section>
    }
    .into_any()
}

fn row(
    item: ChecklistItem,
    can_edit: bool,
    tick: ServerAction<TickItem>,
    remove: ServerAction<RemoveItem>,
) -> impl IntoView {
    let ChecklistItem { id, text, is_done, .. } = item;
    let mark = view! { <span class="tick__box">{is_done.then(|| view! { <Icon name="check" /> })}</span> };
    let words = view! { <span class="tick__words" dir="auto">{text.clone()}</span> };
    if !can_edit {
        let state = if is_done { "Done: " } else { "Open: " };
        return view! { <span class="tick" data-done=is_done.then_some("")>{mark}<span class="sr-only">{state}</span>{words}</span> }.into_any();
    }
    view! {
        <ActionForm action=tick attr:class="checklist__tick">
            <input type="hidden" name="item" value=id.to_string() />
            <input type="hidden" name="is_done" value=(!is_done).to_string() />
            <button class="tick" type="submit" role="checkbox" aria-checked=is_done.to_string() data-done=is_done.then_some("")>{mark}{words}</button>
        </ActionForm>
        <ActionForm action=remove>
            <input type="hidden" name="item" value=id.to_string() />
            <button class="icon-btn" type="submit" aria-label=format!("Remove “{text}”") title="Remove"><Icon name="x" /></button>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn AddItemForm(state: TaskState) -> impl IntoView {
    let action = saving::<AddItem>(state);
    let text = RwSignal::new(String::new());
    let value = action.value();
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(())))) {
            text.set(String::new());
        }
    });
    view! {
        <ActionForm action=action attr:class="prop">
            {state.hidden_id()}
            <div class="prop__row">
                <input class="input" name="text" aria-label="New checklist item" placeholder="Add an item" autocomplete="off" dir="auto" required
                    prop:value=move || text.get() on:input=move |event| text.set(event_target_value(&event)) />
                <button class="btn is-sm" type="submit">"Add"</button>
            </div>
            {save_state(action)}
        </ActionForm>
    }
    .into_any()
}
