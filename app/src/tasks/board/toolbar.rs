//! Above the board: the text filter, the quick chips, a new task. All of it is in the address, so
//! it works as a plain form, can be shared, and goes back.

use std::time::Duration;

use leptos::{html::Input, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{
    filter_menu::{ActiveFilters, FilterMenu},
    look_menu::LookMenu,
};
use crate::{
    domain::{
        board_filter::{BoardFilter, Chip},
        board_look::{BoardLook, board_query},
    },
    error::AppResult,
    tasks::{saved::ViewsMenu, view::Board},
    ui::{
        Icon,
        keys::{self, Action},
    },
};

/// After the last key the filter is applied.
const TYPING: Duration = Duration::from_millis(250);

#[component]
pub fn Toolbar(
    key: String,
    filter: Memo<BoardFilter>,
    look: Memo<BoardLook>,
    board: Resource<AppResult<Board>>,
) -> impl IntoView {
    let path = format!("/board/{key}");
    // The field stands outside of what is loaded, so that typing goes on while the board changes.
    let rest = {
        let path = path.clone();
        move || {
            let (path, key, filter, look) = (path.clone(), key.clone(), filter.get(), look.get());
            Suspend::new(async move { board.await.ok().map(|board| rest(&path, &key, &filter, look, &board)) })
        }
    };
    view! {
        <div class="toolbar" role="group" aria-label="Filter and actions">
            <TextFilter path=path filter=filter look=look />
            <Transition>{rest}</Transition>
        </div>
    }
    .into_any()
}

fn rest(path: &str, key: &str, filter: &BoardFilter, look: BoardLook, board: &Board) -> impl IntoView + use<> {
    let tools = board.tools.clone();
    let query = board_query(filter, look);
    let (path, filter) = (path.to_owned(), filter.clone());
    view! {
        {Chip::ALL.map(|chip| chip_link(chip, &filter, look, &path, board.overdue)).into_iter().collect_view()}
        <FilterMenu path=path.clone() filter=filter.clone() look=look tools=tools.clone() />
        <ActiveFilters path=path.clone() filter=filter.clone() look=look people=tools.people />
        <span class="spacer"></span>
        <ViewsMenu key=key.to_owned() query=query views=tools.views can_share=board.can_edit />
        <LookMenu path=path filter=filter look=look />
        {board.can_edit.then(|| view! { <a class="btn is-primary" href=format!("/tasks/new?project={key}") title=keys::tip("New task", Action::NewTask) aria-keyshortcuts=keys::aria_here(Action::NewTask)><Icon name="plus" />"New task"</a> })}
    }
}

fn chip_link(chip: Chip, filter: &BoardFilter, look: BoardLook, path: &str, overdue: u32) -> impl IntoView + use<> {
    let href = format!("{path}{}", board_query(&filter.toggled(chip), look));
    let current = filter.has(chip).then_some("true");
    let count = (chip == Chip::Overdue && overdue > 0).then(|| format!(" {overdue}"));
    view! {
        <a class="filter" href=href aria-current=current>
            {(chip == Chip::Overdue).then(|| view! { <Icon name="calendar-x" /> })}
            <span>{chip.label()}{count}</span>
        </a>
    }
}

#[component]
fn TextFilter(path: String, filter: Memo<BoardFilter>, look: Memo<BoardLook>) -> impl IntoView {
    let navigate = use_navigate();
    let apply = {
        let path = path.clone();
        move |text: String| {
            let wanted = BoardFilter { text: text.trim().to_owned(), ..filter.get_untracked() };
            if wanted != filter.get_untracked() {
                let options = NavigateOptions { replace: true, scroll: false, ..Default::default() };
                navigate(&format!("{path}{}", board_query(&wanted, look.get_untracked())), options);
            }
        }
    };
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop_waiting = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    let typed = RwSignal::new(filter.with_untracked(|filter| filter.text.clone()));
    let field = NodeRef::<Input>::new();
    // What was typed before the page was awake is kept; later the address leads.
    Effect::new(move |before: Option<()>| {
        let text = filter.with(|filter| filter.text.clone());
        let Some(field) = field.get_untracked() else { return };
        if before.is_none() {
            typed.set(field.value());
        } else if text != typed.with_untracked(|typed| typed.trim().to_owned()) {
            field.set_value(&text);
            typed.set(text);
        }
    });
    let (at_once, later) = (apply.clone(), apply);
    let hidden = move || {
        let pairs = filter.get().to_pairs();
        pairs
            .into_iter()
            .filter(|(name, _)| *name != "q")
            .chain(look.get().to_pairs())
            .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
            .collect_view()
    };
    view! {
        <form class="search" role="search" method="get" action=path on:submit=move |event| {
            event.prevent_default();
            stop_waiting();
            at_once(typed.get_untracked());
        }>
            <Icon name="filter" />
            {hidden}
            <input
                type="search" name="q" placeholder="Filter tasks" aria-label="Filter tasks by title, number, label or person"
                title=keys::tip("Filter", Action::Filter) aria-keyshortcuts=keys::aria_here(Action::Filter)
                autocomplete="off" node_ref=field value=filter.with_untracked(|filter| filter.text.clone())
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    stop_waiting();
                    let later = later.clone();
                    waiting.set_value(set_timeout_with_handle(move || later(typed.get_untracked()), TYPING).ok());
                }
            />
        </form>
    }
    .into_any()
}
