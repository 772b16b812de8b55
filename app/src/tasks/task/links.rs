//! Dependencies: what blocks the task, what it blocks, and one more by reference or title.

use leptos::{html::Input, prelude::*};

use super::{
    api::{LinkTask, UnlinkTask, find_tasks},
    saving::{TaskState, save_state, saving},
};
use crate::{
    domain::ids::TaskId,
    tasks::parts::LinkedTask,
    ui::{Choice, Combobox, Icon, Pause, TYPING},
};

#[component]
pub fn Links(state: TaskState) -> impl IntoView {
    let remove = saving::<UnlinkTask>(state);
    let blockers = state.part(|detail| detail.parts.blockers.clone());
    let blocked = state.part(|detail| detail.parts.blocked.clone());
    let id = state.detail.with_untracked(|detail| detail.card.id);
    let can_edit = state.can_edit();
    let is_empty = move || blockers.with(Vec::is_empty) && blocked.with(Vec::is_empty);
    let list = move |heading: &'static str, links: Memo<Vec<LinkedTask>>, is_blocker: bool| {
        move || {
            links.with(|links| !links.is_empty()).then(|| {
                let rows = links
                    .get()
                    .into_iter()
                    .map(|link| {
                        let (blocked, blocker) = if is_blocker { (id, link.id) } else { (link.id, id) };
                        row(link, can_edit.then_some((blocked, blocker)), remove)
                    })
                    .collect_view();
                view! { <h3 class="small">{heading}</h3><ul class="links" role="list">{rows}</ul> }
            })
        }
    };
    view! {
        <section class="task__section" aria-labelledby="task-links">
            <h2 id="task-links">"Dependencies"</h2>
            {move || (is_empty() && !can_edit).then(|| view! { <p class="muted small">"No dependencies."</p> })}
            {list("Blocked by", blockers, true)}
            {list("Blocks", blocked, false)}
            {save_state(remove)}
            {can_edit.then(|| view! { <AddLink state=state /> })}
        </section>
    }
    .into_any()
}

fn row(link: LinkedTask, ends: Option<(TaskId, TaskId)>, remove: ServerAction<UnlinkTask>) -> impl IntoView {
    let LinkedTask { seen, is_done, .. } = link;
    let label = seen.as_ref().map_or_else(|| "the link".to_owned(), |task| task.reference.clone());
    let about = match seen {
        Some(task) => {
            let href = format!("/tasks/{}", task.reference);
            view! { <a class="link" href=href><span class="num">{task.reference}</span>" "<bdi>{task.title}</bdi></a> }
                .into_any()
        }
        None => view! { <span class="muted">"A task of a project that you cannot see"</span> }.into_any(),
    };
    let (icon, words, tone) = if is_done { ("circle-check", "Done", "good") } else { ("circle-dashed", "Open", "off") };
    view! {
        <li>
            <span class="state small" data-tone=tone><Icon name=icon />{words}</span>
            {about}
            {ends.map(|(blocked, blocker)| view! {
                <ActionForm action=remove>
                    <input type="hidden" name="blocked" value=blocked.to_string() />
                    <input type="hidden" name="blocker" value=blocker.to_string() />
                    <button class="icon-btn" type="submit" aria-label=format!("Remove the link to {label}") title="Remove"><Icon name="x" /></button>
                </ActionForm>
            })}
        </li>
    }
}

#[component]
fn AddLink(state: TaskState) -> impl IntoView {
    let action = saving::<LinkTask>(state);
    let id = state.detail.with_untracked(|detail| detail.card.id);
    let typed = action.value().with_untracked(|value| {
        value.as_ref().and_then(|value| value.as_ref().err()).and_then(|error| error.typed("other"))
    });
    let is_open = typed.is_some();
    let (field, text) = (NodeRef::<Input>::new(), RwSignal::new(typed.unwrap_or_default()));
    let offered = offered(id, text);
    let value = action.value();
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(())))) {
            text.set(String::new());
        }
    });
    view! {
        <details class="edit" open=is_open>
            <summary class="linklike small">"Add a dependency"</summary>
            <ActionForm action=action attr:class="form">
                {state.hidden_id()}
                <div class="prop__row">
                    <select class="input links__way" name="direction" aria-label="How the tasks depend on each other">
                        <option value="blocked_by">"Blocked by"</option>
                        <option value="blocks">"Blocks"</option>
                    </select>
                    <input class="input" name="other" list="task-links-known" aria-label="The other task: its number or words of its name" placeholder="T-214 or words of its title" autocomplete="off" dir="auto" required node_ref=field
                        prop:value=move || text.get() on:input=move |event| text.set(event_target_value(&event)) />
                    <button class="btn is-sm" type="submit">"Add"</button>
                </div>
                <Combobox field=field id="task-links-known" choices=offered is_answer=true />
                {save_state(action)}
            </ActionForm>
        </details>
    }
    .into_any()
}

/// Tasks for what is typed, asked for once the typing rests; an answer to older words is dropped.
/// What stands in the field stays a plain text that the server reads.
fn offered(id: TaskId, text: RwSignal<String>) -> RwSignal<Vec<Choice>> {
    let (offered, pause) = (RwSignal::new(Vec::new()), Pause::idle());
    Effect::new(move |_| {
        let words = text.get();
        pause.cancel();
        if words.trim().chars().count() < 2 {
            return offered.set(Vec::new());
        }
        let ask = move || {
            leptos::task::spawn_local(async move {
                let found = find_tasks(id, words.clone()).await.unwrap_or_default();
                if text.try_get_untracked().as_deref() == Some(words.as_str()) {
                    let names = found.iter().map(|task| format!("{} {}", task.reference, task.title));
                    offered.try_set(names.map(|name| Choice::new(name.clone(), name)).collect());
                }
            });
        };
        pause.then(TYPING, ask);
    });
    offered
}
