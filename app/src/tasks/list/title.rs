//! The title of a row: a link to the task, and a small form that renames it.

use leptos::{ev::KeyboardEvent, html::Details, prelude::*};

use super::table::Shared;
use crate::{
    error::AppError,
    tasks::{task::close, views::ListRow},
    ui::Icon,
};

/// The title with its form. What is typed stays while others change the row, together with the version it began with;
/// where somebody renamed the task meanwhile, saving once more says it over theirs.
pub fn title(row: RwSignal<ListRow>, href: String, shared: Shared) -> AnyView {
    let title = Memo::new(move |_| row.with(|row| row.card.title.clone()));
    let link = view! { <a class="link" href=href dir="auto">{move || title.get()}</a> };
    if !shared.can_edit {
        return link.into_any();
    }
    let node = NodeRef::<Details>::new();
    let typed = RwSignal::new(None::<String>);
    let begun = Memo::new(move |before: Option<&i64>| {
        let stored = row.with(|row| row.card.version);
        if typed.with(Option::is_some) { before.copied().unwrap_or(stored) } else { stored }
    });
    let value = shared.save.value();
    let version = move || {
        let is_mine = |mine: &str| typed.with(|typed| typed.as_deref().map(str::trim) == Some(mine));
        let over = value.with(|value| match value {
            Some(Err(AppError::Conflict(conflict))) if is_mine(&conflict.mine) => Some(conflict.version),
            _ => None,
        });
        over.unwrap_or_else(|| begun.get()).to_string()
    };
    Effect::new(move |before: Option<String>| {
        let now = title.get();
        let is_saved = typed.with_untracked(|typed| typed.as_deref().map(str::trim) == Some(now.as_str()));
        if before.is_some_and(|before| before != now) && is_saved {
            typed.set(None);
            close(node);
        }
        now
    });
    let leave = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            typed.set(None);
            close(node);
        }
    };
    let name = move || format!("Rename {}", title.get());
    let id = row.with_untracked(|row| row.card.id.to_string());
    view! {
        <span class="cluster">
            {link}
            <details class="pop" node_ref=node>
                <summary class="icon-btn" aria-label=name title="Rename"><Icon name="pencil" /></summary>
                <ActionForm action=shared.save attr:class="form pop__box">
                    <input type="hidden" name="task" value=id />
                    <input type="hidden" name="field" value="title" />
                    <input type="hidden" name="version" value=version />
                    {shared.next.field()}
                    <input class="input" name="value" aria-label="Title" maxlength="500" required autocomplete="off" dir="auto"
                        value=title.get_untracked()
                        prop:value=move || typed.get().unwrap_or_else(|| title.get())
                        on:input=move |event| typed.set(Some(event_target_value(&event)))
                        on:keydown=leave />
                    <button class="btn is-sm" type="submit">"Save"</button>
                </ActionForm>
            </details>
        </span>
    }
    .into_any()
}
