//! Above the board: the text filter, the quick chips, a new task. All of it is in the address, so
//! it works as a plain form, can be shared, and goes back.

use std::time::Duration;

use leptos::{html::Input, prelude::*, reactive::computed::ScopedFuture};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

use super::{
    filter_menu::{ActiveFilters, FilterMenu},
    look_menu::LookMenu,
    open::OpenBoard,
    state::Above,
};
use crate::{
    domain::{
        board_filter::{BoardFilter, Chip},
        board_look::{BoardLook, board_query},
    },
    error::AppResult,
    tasks::{saved::ViewsMenu, view::Board},
    ui::{
        Icon, PageResource, Pause,
        keys::{self, Action},
    },
};

/// After the last key the filter is applied.
const TYPING: Duration = Duration::from_millis(250);

/// The elements are made once, and what changes in them are their words: a menu that is open while the board is read
/// again, and what is typed in it, would be gone with elements that are made anew.
#[component]
pub fn Toolbar(
    key: String,
    filter: Memo<BoardFilter>,
    look: Memo<BoardLook>,
    board: PageResource<AppResult<Board>>,
    open: OpenBoard,
) -> impl IntoView {
    let path = format!("/board/{key}");
    let facts = RwSignal::new(None::<Above>);
    let take = move |fresh: Option<Above>| {
        // Who has gone away while the page was made takes its state along.
        if facts.try_with_untracked(|known| *known != fresh).unwrap_or(false) {
            facts.set(fresh);
        }
    };
    Effect::new(move |_| {
        if let Some(fresh) = board.with(|answer| answer.as_ref().map(above)) {
            take(fresh);
        }
    });
    // Where the board was read again, as members or labels are others now.
    Effect::new(move |_| {
        if let Some(shown) = open.0.get() {
            take(Some(shown.above.get()));
        }
    });
    let rest = {
        let path = path.clone();
        move || {
            let (path, key) = (path.clone(), key.clone());
            // Untracked, so that later answers come by the effect above and nothing here is made again.
            Suspend::new(ScopedFuture::new_untracked(async move {
                take(above(&board.await));
                rest(path, key, filter, look, facts)
            }))
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

/// None where there is no board.
fn above(answer: &AppResult<Board>) -> Option<Above> {
    answer.as_ref().ok().map(Above::of)
}

fn rest(
    path: String,
    key: String,
    filter: Memo<BoardFilter>,
    look: Memo<BoardLook>,
    facts: RwSignal<Option<Above>>,
) -> impl IntoView {
    let is_there = Memo::new(move |_| facts.with(Option::is_some));
    move || is_there.get().then(|| tools(path.clone(), key.clone(), filter, look, facts))
}

/// A part of what the toolbar shows; changes only when that part does.
fn part<T: Default + PartialEq + Send + Sync + 'static>(
    facts: RwSignal<Option<Above>>,
    read: fn(&Above) -> T,
) -> Memo<T> {
    Memo::new(move |_| facts.with(|facts| facts.as_ref().map(read).unwrap_or_default()))
}

fn tools(
    path: String,
    key: String,
    filter: Memo<BoardFilter>,
    look: Memo<BoardLook>,
    facts: RwSignal<Option<Above>>,
) -> AnyView {
    let people = part(facts, |facts| facts.tools.people.clone());
    let labels = part(facts, |facts| facts.tools.labels.clone());
    let views = part(facts, |facts| facts.tools.views.clone());
    let overdue = part(facts, |facts| facts.overdue);
    let can_edit = part(facts, |facts| facts.can_edit);
    let query = Memo::new(move |_| filter.with(|filter| board_query(filter, look.get())));
    let chips = {
        let path = path.clone();
        move || {
            let (filter, look, overdue) = (filter.get(), look.get(), overdue.get());
            Chip::ALL.map(|chip| chip_link(chip, &filter, look, &path, overdue)).into_iter().collect_view()
        }
    };
    let new = format!("/tasks/new?project={key}");
    let new_task = move || {
        can_edit.get().then(|| view! { <a class="btn is-primary" href=new.clone() title=keys::tip("New task", Action::NewTask) aria-keyshortcuts=keys::aria_here(Action::NewTask)><Icon name="plus" />"New task"</a> })
    };
    view! {
        {chips}
        <FilterMenu path=path.clone() filter=filter look=look people=people labels=labels />
        <ActiveFilters path=path.clone() filter=filter look=look people=people />
        <div class="toolbar__end">
            <ViewsMenu key=key query=query views=views can_share=can_edit />
            <LookMenu path=path filter=filter look=look />
            {new_task}
        </div>
    }
    .into_any()
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
                // Back leads to the board without the text, not to each letter of it.
                let replace = filter.with_untracked(|filter| !filter.text.is_empty());
                let options = NavigateOptions { replace, scroll: false, ..Default::default() };
                navigate(&format!("{path}{}", board_query(&wanted, look.get_untracked())), options);
            }
        }
    };
    let (waiting, here) = (Pause::idle(), use_location().pathname);
    on_cleanup(move || waiting.cancel());
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
            waiting.cancel();
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
                    let (later, from) = (later.clone(), here.get_untracked());
                    // Whoever has gone to another page or a task since the last key stays there.
                    waiting.then(TYPING, move || {
                        if here.get_untracked() == from {
                            later(typed.get_untracked());
                        }
                    });
                }
            />
        </form>
    }
    .into_any()
}
