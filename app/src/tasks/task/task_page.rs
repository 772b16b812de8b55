//! A task on a page of its own: `/tasks/T-214`.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    components::Redirect,
    hooks::{use_params_map, use_query_map},
};

use super::{saving::TaskState, task_view::TaskView};
use crate::{
    tasks::{
        api::load_task,
        board::Live,
        follow::{Connection, connection},
        view::TaskDetail,
    },
    ui::{ErrorPage, Loading, Notice, Outline, blocking_resource, coming},
};

#[component]
pub fn TaskPage() -> impl IntoView {
    let params = use_params_map();
    let reference = Memo::new(move |_| params.read().get("task").unwrap_or_default());
    let query = use_query_map();
    let lines: Memo<u32> =
        Memo::new(move |_| query.read().get("history").and_then(|lines| lines.parse().ok()).unwrap_or_default());
    let task =
        blocking_resource(move || (reference.get(), lines.get()), |(reference, lines)| load_task(reference, lines));
    let live = connection();
    provide_context(live);
    view! {
        <Connection live=live />
        <Transition set_pending=coming() fallback=|| view! { <Loading what="the task" outline=Outline::Task /> }>
            {move || Suspend::new(async move {
                match task.await {
                    Ok(detail) => match moved(&detail, &reference.get_untracked()) {
                        Some(path) => view! { <Redirect path=path /> }.into_any(),
                        None => page(detail, live).into_any(),
                    },
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// The address of a task that has another reference since it moved to another project.
fn moved(detail: &TaskDetail, asked: &str) -> Option<String> {
    let reference = detail.card.reference(&detail.key);
    (!reference.eq_ignore_ascii_case(asked)).then(|| format!("/tasks/{reference}"))
}

fn page(detail: TaskDetail, live: Live) -> impl IntoView {
    let (id, key, last_event) = (detail.card.id, detail.key.clone(), detail.last_event);
    let reference = detail.card.reference(&detail.key);
    let board = format!("/board/{}", detail.key);
    let project = detail.project_name.clone();
    let state = TaskState::new(detail);
    live.listen(key, last_event);
    live.watch(id, Callback::new(move |()| state.follow()));
    state.listen_for_undo();
    state.follow_away();
    let title = state.part(|detail| detail.card.title.clone());
    let heading = reference.clone();
    view! {
        // Asked once more when the page that took the place of this one goes: its values are gone by then.
        <Title text=move || title.try_get().map(|title| format!("{heading} {title}")).unwrap_or_default() />
        <div class="page">
            <Notice />
            <div class="task panel">
                <div class="task__bar">
                    <h1 class="key" tabindex="-1">{reference}<span class="sr-only">": "{move || title.get()}</span></h1>
                    <span aria-hidden="true">"·"</span>
                    <a href=board dir="auto">{project}</a>
                </div>
                <TaskView state=state />
            </div>
        </div>
    }
}
