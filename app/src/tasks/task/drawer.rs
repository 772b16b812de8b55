//! A task in a drawer over its board: `/board/T/tasks/214`. Escape and the cross close it.

use leptos::{html::Section, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_navigate, use_params_map};

use super::{saving::TaskState, task_view::TaskView};
use crate::{
    error::{AppError, AppResult},
    tasks::{
        api::load_task,
        board::{self, Live, OpenBoard},
        view::TaskDetail,
    },
    ui::{Icon, Loading, Outline, PageResource, blocking_resource},
};

#[component]
pub fn TaskDrawer() -> impl IntoView {
    let params = use_params_map();
    let reference = Memo::new(move |_| {
        let params = params.read();
        format!("{}-{}", params.get("project").unwrap_or_default(), params.get("number").unwrap_or_default())
    });
    let search = use_location().search;
    let board = Memo::new(move |_| {
        let project = params.read().get("project").unwrap_or_default();
        search.with(
            |search| if search.is_empty() { format!("/board/{project}") } else { format!("/board/{project}?{search}") },
        )
    });
    let task = blocking_resource(move || reference.get(), |reference| load_task(reference, 0));
    let navigate = use_navigate();
    {
        let navigate = navigate.clone();
        board::on_escape(move || navigate(&board.get_untracked(), Default::default()));
    }
    let number = Memo::new(move |_| params.read().get("number").and_then(|number| number.parse::<i32>().ok()));
    if let Some(open) = use_context::<OpenBoard>() {
        // When this runs the address already is another one: what it named is kept here.
        let shown = ArcStoredValue::new(number.get_untracked());
        let latest = shown.clone();
        Effect::new(move |_| {
            if let Some(number) = number.get() {
                latest.set_value(Some(number));
            }
        });
        on_cleanup(move || {
            if let Some(number) = shown.get_value() {
                open.focus_number(number);
            }
        });
    }
    let drawer = NodeRef::<Section>::new();
    let open = use_context::<OpenBoard>();
    // The board stands beside the drawer once both are awake: the first view is without it on both sides.
    let walk = RwSignal::new(Walk::default());
    Effect::new(move |_| {
        let (before, behind) = match (open, number.get()) {
            (Some(open), Some(number)) => open.neighbours(number),
            _ => (None, None),
        };
        let to = |number: Option<i32>| number.map(|number| address(&board.get(), number));
        walk.set(Walk { before: to(before), behind: to(behind) });
    });
    board::on_step(drawer, move |by| {
        let to = walk.with_untracked(|walk| if by < 0 { walk.before.clone() } else { walk.behind.clone() });
        if let Some(to) = to {
            navigate(&to, Default::default());
        }
    });
    Effect::new(move |_| {
        if let Some(drawer) = drawer.get() {
            board::focus_element(&drawer);
        }
    });
    view! {
        <section class="drawer" aria-label="Task" tabindex="-1" node_ref=drawer>
            <Transition fallback=|| view! { <Loading what="the task" outline=Outline::Task /> }>
                {move || Suspend::new(async move {
                    match task.await {
                        Ok(detail) => content(detail, board, walk).into_any(),
                        Err(error) => failed(&error, board, task, drawer).into_any(),
                    }
                })}
            </Transition>
        </section>
    }
    .into_any()
}

/// Where the arrows lead: along the board as it is filtered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Walk {
    before: Option<String>,
    behind: Option<String>,
}

/// The address of a task's drawer over a board with its filter.
fn address(board: &str, number: i32) -> String {
    match board.split_once('?') {
        Some((path, query)) => format!("{path}/tasks/{number}?{query}"),
        None => format!("{board}/tasks/{number}"),
    }
}

fn content(detail: TaskDetail, board: Memo<String>, walk: RwSignal<Walk>) -> impl IntoView {
    let reference = detail.card.reference(&detail.key);
    let id = detail.card.id;
    let state = TaskState::new(detail);
    if let Some(live) = use_context::<Live>() {
        live.watch(id, Callback::new(move |()| state.follow()));
    }
    state.follow_away();
    let title = state.part(|detail| detail.card.title.clone());
    let column = state.part(|detail| {
        detail.columns.iter().find(|column| column.id == detail.column).map(|column| column.name.clone())
    });
    let heading = reference.clone();
    view! {
        // Asked once more when the page that took the place of this one goes: its values are gone by then.
        <Title text=move || title.try_get().map(|title| format!("{heading} {title}")).unwrap_or_default() />
        <div class="task">
            <div class="task__bar">
                <h2 class="key">{reference.clone()}<span class="sr-only">": "{move || title.get()}</span></h2>
                <span aria-hidden="true">"·"</span>
                <span dir="auto">{move || column.get()}</span>
                <span class="spacer"></span>
                {step(walk, "Previous task", "chevron-left", "K", |walk| walk.before.clone())}
                {step(walk, "Next task", "chevron-right", "J", |walk| walk.behind.clone())}
                <a class="icon-btn" href=format!("/tasks/{reference}") aria-label="Open as a page" title="Open as a page"><Icon name="external-link" /></a>
                {close(board)}
            </div>
            <TaskView state=state />
        </div>
    }
}

fn step(
    walk: RwSignal<Walk>,
    label: &'static str,
    icon: &'static str,
    key: &'static str,
    read: impl Fn(&Walk) -> Option<String> + Copy + Send + Sync + 'static,
) -> impl IntoView {
    move || {
        walk.with(read).map(|href| view! {
            <a class="icon-btn" href=href aria-label=label title=format!("{label} ({key})") aria-keyshortcuts=key><Icon name=icon /></a>
        })
    }
}

/// What stands in the place of a task that could not be read; what passes is asked for again.
fn failed(
    error: &AppError,
    board: Memo<String>,
    task: PageResource<AppResult<TaskDetail>>,
    drawer: NodeRef<Section>,
) -> impl IntoView + use<> {
    let again = move |_| {
        // The button goes with the answer, the drawer stays.
        if let Some(drawer) = drawer.get_untracked() {
            board::focus_element(&drawer);
        }
        task.refetch();
    };
    let again = error.may_pass().then(
        || view! { <button class="btn" type="button" on:click=again><Icon name="refresh-cw" />"Try again"</button> },
    );
    view! {
        <div class="task">
            <div class="task__bar"><span class="spacer"></span>{close(board)}</div>
            <div class="empty" role="alert"><h2>"This task cannot be shown"</h2><p>{error.reading_words()}</p>{again}</div>
        </div>
    }
}

fn close(board: Memo<String>) -> impl IntoView {
    view! { <a class="icon-btn" href=move || board.get() aria-label="Close the task" title="Close"><Icon name="x" /></a> }
}
