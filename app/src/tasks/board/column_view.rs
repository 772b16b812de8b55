//! One list of the board: its head, its cards, the way to more of them, quick add.

use leptos::prelude::*;

use super::{
    card_view::CardView,
    column_menu::{ColumnMenu, FoldForm},
    more,
    quick_add::{QuickAdd, Where},
    sender::Waiting,
    state::{BoardState, ColumnState},
    window::{self, Row},
};
use crate::{
    domain::{
        board_look::{BoardLook, board_query, read_board_query},
        ids::ColumnId,
    },
    ui::{
        Icon, StatusMark,
        keys::{self, Action},
    },
};

/// The id of the sentence on how cards are moved.
pub const HELP: &str = "board-help";

/// New tasks that are shown while they wait to be sent; of more their number is said.
const UNSENT_MOST: usize = 4;

#[component]
pub fn ColumnView(column: ColumnState, board: BoardState) -> impl IntoView {
    let heading = format!("list-name-{}", column.id);
    // What leads to a list leads to the whole of it: a phone would turn back at a part of it.
    let place = format!("list-{}", column.id);
    let named_by = heading.clone();
    let is_adding = RwSignal::new(false);
    open_on_key(&column, &board, is_adding);
    let can_edit = board.can_edit;
    let is_folded = column.is_folded.clone();
    let (id, list) = (column.id, NodeRef::new());
    window::watch(list, &column, &board);
    let scrolled = (column.clone(), board.clone());
    view! {
        <section
            id=place class="col" class:is-folded=move || is_folded.get()
            data-status=column.status.as_str() data-id=column.id.to_string() data-full=full(&column) data-sorted=sorted(&board) aria-labelledby=named_by
        >
            {head(&column, &board, is_adding)}
            {can_edit.then(|| view! { <QuickAdd column=column.clone() board=board.clone() at=Where::Top is_open=is_adding /> })}
            {unsent(&board, move |one| one.column == id && one.is_on_top)}
            <ol class="cards" role="list" aria-labelledby=heading aria-describedby=help(&board)
                data-from=window::first(&column) node_ref=list on:scroll=move |_| window::follow_scroll(list, &scrolled.0, &scrolled.1)
            >
                {cards(&column, &board)}
                {nothing(&column, &board)}
                {more::link(&column, &board)}
                {older(&column, &board)}
                <li class="hole" aria-hidden="true" hidden></li>
            </ol>
            {unsent(&board, move |one| one.column == id && !one.is_on_top)}
            {can_edit.then(|| view! { <QuickAdd column=column.clone() board=board.clone() at=Where::End is_open=RwSignal::new(false) /> })}
        </section>
    }
    .into_any()
}

/// The key for a new task opens the field of the list that it goes to.
pub fn open_on_key(column: &ColumnState, board: &BoardState, is_adding: RwSignal<bool>) {
    let (id, adding) = (column.id, board.tools.adding.clone());
    Effect::new(move |_| {
        if adding.get() == Some(id) {
            // Closed first, so that an open field takes the focus again.
            is_adding.set(false);
            is_adding.set(true);
        }
    });
}

/// Name, count, and what can be done to the list.
pub fn head(column: &ColumnState, board: &BoardState, is_adding: RwSignal<bool>) -> impl IntoView + use<> {
    let id = format!("list-name-{}", column.id);
    view! {
        <header class="col__head">
            <FoldForm column=column.clone() folds=false />
            <h2 id=id><StatusMark status=column.status /><span dir="auto">{column.name.clone()}</span></h2>
            {count(column, board)}
            <span class="spacer"></span>
            {board.can_edit.then(|| add_link(column, board, is_adding))}
            <ColumnMenu column=column.clone() board=board.clone() />
        </header>
    }
}

/// How cards are moved, for those who may.
pub fn help(board: &BoardState) -> Option<&'static str> {
    board.can_edit.then_some(HELP)
}

/// What is said over a list in which nobody chooses a place.
pub fn sorted(board: &BoardState) -> Option<&'static str> {
    board.is_sorted().then(|| board.look.sort.words())
}

/// What is said over a list that takes no more: `Full: 4 of 4`.
pub fn full(column: &ColumnState) -> impl Fn() -> Option<String> + Send + Sync + use<> {
    let (total, limit) = (column.total.clone(), column.limit.filter(|_| column.limit_is_hard));
    move || limit.filter(|limit| total.get() >= *limit).map(|limit| format!("Full: {} of {limit}", total.get()))
}

fn cards(column: &ColumnState, board: &BoardState) -> impl IntoView + use<> {
    let board = board.clone();
    let rows = {
        let (column, board) = (column.clone(), board.clone());
        move || window::rows(&column, &board)
    };
    view! {
        <For each=rows key=Row::key let(row)>
            {match row {
                Row::Card(card) => view! { <CardView card=card board=board.clone() /> }.into_any(),
                Row::Space(_, height) => view! { <li class="cards__space" aria-hidden="true" style:block-size=format!("{height}px")></li> }.into_any(),
            }}
        </For>
    }
}

/// The number of tasks: "2 of 14" while a filter hides some, with its limit where it has one. A limit that is
/// passed, in orange, or that refuses more stands there with a filter, too.
fn count(column: &ColumnState, board: &BoardState) -> impl IntoView + use<> {
    let (total, shown, limit, is_hard) =
        (column.total.clone(), column.shown.clone(), column.limit, column.limit_is_hard);
    let is_filtered = board.is_filtered;
    move || {
        let (total, shown) = (total.get(), shown.get());
        let reached = limit.and_then(|limit| reached(total, limit, is_hard));
        let count = match (reached.is_some(), limit) {
            _ if is_filtered => Some(view! { <span class="badge"><bdi>{format!("{shown} of {total}")}</bdi><span class="sr-only">" tasks"</span></span> }.into_any()),
            (true, _) => None,
            (false, Some(limit)) => Some(view! { <span class="badge"><bdi>{format!("{total} of {limit}")}</bdi><span class="sr-only">" tasks at most"</span></span> }.into_any()),
            (false, None) => Some(view! { <span class="badge">{total}<span class="sr-only">" tasks"</span></span> }.into_any()),
        };
        (count, reached)
    }
}

/// A limit that is passed, or reached where it refuses more.
fn reached(total: u32, limit: u32, is_hard: bool) -> Option<AnyView> {
    let words = format!("{total} of {limit}");
    if total > limit {
        let title = format!("{words} tasks, over the limit");
        return Some(view! {
            <span class="wip" title=title><Icon name="triangle-alert" /><bdi>{words}</bdi><span class="sr-only">" tasks, over the limit"</span></span>
        }.into_any());
    }
    (is_hard && total == limit).then(|| {
        view! {
            <span class="badge"><Icon name="lock" /><bdi>{words}</bdi><span class="sr-only">" tasks, full"</span></span>
        }
        .into_any()
    })
}

/// A link to the form without WebAssembly; with it, opens the field at the top of the list.
fn add_link(column: &ColumnState, board: &BoardState, is_adding: RwSignal<bool>) -> impl IntoView + use<> {
    let href = format!("/tasks/new?project={}&column={}", board.key, column.id);
    let label = format!("Add a task to the top of {}", column.name);
    let (id, lists) = (column.id, board.clone());
    // The key is for the first list that is open, as in `list_for_new`.
    let has_key = Signal::derive(move || {
        let is_open = |list: &&ColumnId| lists.column(**list).is_some_and(|list| !list.is_folded.get());
        lists.order.with(|order| order.iter().find(is_open).or(order.first()) == Some(&id))
    });
    let (hint, hint_with_key) = (label.clone(), keys::tip(&label, Action::NewTask));
    let title = move || if has_key.get() { hint_with_key.clone() } else { hint.clone() };
    let key = keys::aria_here(Action::NewTask);
    let shortcut = move || key.clone().filter(|_| has_key.get());
    view! {
        <a class="icon-btn" href=href aria-label=label title=title aria-keyshortcuts=shortcut on:click=move |event| {
            event.prevent_default();
            is_adding.update(|is_adding| *is_adding = !*is_adding);
        }>
            <Icon name="plus" />
        </a>
    }
}

fn nothing(column: &ColumnState, board: &BoardState) -> impl IntoView + use<> {
    let cards = column.cards.clone();
    let words = if board.is_filtered { "No task here matches." } else { "No tasks here." };
    move || cards.with(Vec::is_empty).then(|| view! { <li class="cards__none">{words}</li> })
}

/// New tasks that are to be shown here and are not at the server yet. They have no number, so nothing can be done to
/// them.
pub fn unsent<F>(board: &BoardState, is_here: F) -> impl IntoView + use<F>
where
    F: Fn(&Waiting) -> bool + Send + Sync + 'static,
{
    let adding = board.sender.adding.clone();
    move || {
        let titles: Vec<String> =
            adding.with(|all| all.iter().filter(|one| is_here(one)).flat_map(|one| one.titles.clone()).collect());
        let more = titles.len().saturating_sub(UNSENT_MOST);
        (!titles.is_empty()).then(|| view! {
            <div class="unsent" role="group" aria-label="New tasks that wait to be sent">
                {titles.into_iter().take(UNSENT_MOST).map(|title| view! { <p class="unsent__task" dir="auto">{title}</p> }).collect_view()}
                {(more > 0).then(|| view! { <p class="unsent__task">{format!("and {more} more")}</p> })}
                <p class="unsent__why"><Icon name="circle-dashed" />"Not sent yet. What is new can be opened and changed when the server has it."</p>
            </div>
        })
    }
}

/// The way to what was completed long ago.
fn older(column: &ColumnState, board: &BoardState) -> impl IntoView + use<> {
    let many = column.older;
    let (filter, look) = read_board_query(&board.query);
    let query = board_query(&filter, BoardLook { shows_older: true, ..look });
    let href = format!("/board/{}{query}#list-{}", board.key, column.id);
    (many > 0).then(|| view! { <li class="cards__more"><a class="btn is-ghost" href=href>{format!("Show older ({many})")}</a></li> })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::{
        board::testing::{three, with_state},
        view::Board,
    };

    #[test]
    fn who_may_only_read_is_not_told_how_cards_are_moved() {
        with_state(three(), |state| assert_eq!(help(state), Some(HELP)));
        with_state(Board { can_edit: false, ..three() }, |state| assert_eq!(help(state), None));
    }

    #[test]
    fn a_limit_stands_out_where_it_is_passed_or_refuses_more() {
        let is_reached = |total, limit, is_hard| reached(total, limit, is_hard).is_some();
        assert!(is_reached(5, 4, false) && is_reached(4, 4, true));
        assert!(!is_reached(4, 4, false) && !is_reached(3, 4, true));
    }
}
