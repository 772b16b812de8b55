//! The archived tasks of a project: `/board/T/archive`.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    api::{RestoreTask, load_archive},
    view::{ArchivedTasks, Card},
};
use crate::ui::{Empty, ErrorPage, Page, PriorityMark};

#[component]
pub fn ArchivePage() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default());
    let restore = ServerAction::<RestoreTask>::new();
    let archive = Resource::new_blocking(move || (key.get(), restore.version().get()), |(key, _)| load_archive(key));
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match archive.await {
                    Ok(tasks) => page(tasks, restore).into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(tasks: ArchivedTasks, restore: ServerAction<RestoreTask>) -> impl IntoView {
    let ArchivedTasks { key, name, can_edit, cards } = tasks;
    let board = format!("/board/{key}");
    let refused = move || {
        restore.value().with(|value| {
            value.as_ref().and_then(|value| value.as_ref().err()).map(|error| {
        view! { <p class="banner" data-tone="bad" role="alert">{format!("Not restored. {}", error.words())}</p> }
    })
        })
    };
    let list = if cards.is_empty() {
        view! { <Empty title="Nothing is archived" text="Tasks that are archived leave the board and wait here. They can be restored at any time." /> }.into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="Archived tasks">
                <table class="table dl-cards">
                    <thead><tr><th scope="col">"Task"</th><th scope="col">"Number"</th><th scope="col">"Priority"</th><th scope="col"><span class="sr-only">"Actions"</span></th></tr></thead>
                    <tbody>{cards.into_iter().map(|card| row(card, &key, can_edit, restore)).collect_view()}</tbody>
                </table>
            </div>
        }.into_any()
    };
    view! {
        <Page title="Archived tasks" lead=name actions=move || view! { <a class="btn" href=board.clone()>"Back to the board"</a> }>
            {refused}
            {list}
        </Page>
    }
}

fn row(card: Card, key: &str, can_edit: bool, restore: ServerAction<RestoreTask>) -> impl IntoView + use<> {
    let reference = card.reference(key);
    let label = format!("Restore {}", card.title);
    view! {
        <tr>
            <th scope="row"><a class="link" href=format!("/tasks/{reference}") dir="auto">{card.title}</a></th>
            <td data-label="Number">{reference}</td>
            <td data-label="Priority"><span class="cluster"><PriorityMark priority=card.priority />{card.priority.label()}</span></td>
            <td class="actions">
                {can_edit.then(|| view! {
                    <ActionForm action=restore>
                        <input type="hidden" name="task" value=card.id.to_string() />
                        <button class="btn is-sm" type="submit" aria-label=label>"Restore"</button>
                    </ActionForm>
                })}
            </td>
        </tr>
    }
}
