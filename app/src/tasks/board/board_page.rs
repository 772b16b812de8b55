//! The page of a board. The task that is open stands in a drawer beside it, as a nested route.

use leptos::{html::Div, prelude::*};
use leptos_meta::Title;
use leptos_router::{
    components::Outlet,
    hooks::{use_params_map, use_query_map},
};
use send_wrapper::SendWrapper;

use super::{
    bulk_bar::BulkBar,
    card_menu::CardMenu,
    column_view::{ColumnView, HELP, unsent},
    hands,
    lanes::Lanes,
    lift_bar::LiftBar,
    list_switch::ListSwitch,
    live::{Bars, Live, hands_off},
    move_dialog::MoveDialog,
    open::OpenBoard,
    pickers::Picker,
    sender::Sender,
    state::BoardState,
    steps::{Steps, StepsOfAll},
    title_conflict::ConflictDialog,
    toolbar::Toolbar,
};
use crate::{
    domain::{
        account::Me,
        board_filter::BoardFilter,
        board_look::{BoardLook, board_query},
        ids::ColumnId,
    },
    error::AppResult,
    tasks::{
        api::{AddTasks, load_board},
        filter_fields::parts,
        saved::api::SaveView,
        tabs::{ProjectTabs, Tab},
        view::Board,
    },
    ui::{ErrorPage, ErrorSummary, Loading, Notice, Outline, blocking_resource, coming, plain_error, toast::Toasts},
};

#[component]
pub fn BoardPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default().to_ascii_uppercase());
    let filter = Memo::new(move |_| {
        let query = query.read();
        let values = BoardFilter::NAMES.map(|name| (name, query.get(name).unwrap_or_default()));
        BoardFilter::from_pairs(values.iter().map(|(name, value)| (*name, value.as_str())))
    });
    let look = Memo::new(move |_| {
        let query = query.read();
        let values = BoardLook::NAMES.map(|name| (name, query.get(name).unwrap_or_default()));
        BoardLook::from_pairs(values.iter().map(|(name, value)| (*name, value.as_str())))
    });
    // How many cards of one list the link without WebAssembly asks for.
    let longer = Memo::new(move |_| {
        let query = query.read();
        let column: ColumnId = query.get("more")?.parse().ok()?;
        Some((column, query.get("count")?.parse::<u64>().ok()?))
    });
    let open = OpenBoard::new();
    provide_context(open);
    // Kept over a change of the filter, which makes the board anew; the steps also over other pages.
    let me = use_context::<Me>().map(|me| me.id);
    let (steps, sender) = (StepsOfAll::here(), Sender::of(me));
    let address = move || {
        let query = board_query(&filter.try_get_untracked()?, look.try_get_untracked()?);
        Some((key.try_get_untracked()?, query))
    };
    let board = blocking_resource(
        move || (key.get(), filter.get(), longer.get(), look.get()),
        move |asked| loaded(asked, open, address),
    );
    // The menus above the board are closed when a page comes back: what they were refused for stands below. A list
    // that refused a task may be out of sight.
    let (unsaved, unadded) = (plain_error::<SaveView>(), plain_error::<AddTasks>());
    let refused = Signal::derive(move || unsaved.get().or_else(|| unadded.get()));
    let live = Live::new(me, Callback::new(move |()| board.refetch()));
    provide_context(live);
    let bars = view! { <Bars live=live sender=sender.clone() /> };
    let lists = move || {
        let (steps, sender) = (steps.clone(), sender.clone());
        Suspend::new(async move {
            match board.await {
                Ok(board) => {
                    let read_only =
                        board.read_only.map(|why| view! { <p class="bar is-quiet" role="note">{why.words()}</p> });
                    let (query, steps) =
                        (board_query(&filter.get_untracked(), look.get_untracked()), steps.of(&board.key));
                    let state = fresh_state(&board, query, steps, sender);
                    open.0.set(Some(state.clone()));
                    let filtered = parts(&filter.get_untracked(), &board.tools.people).join(" and ");
                    view! { <Title text=format!("{} · Board", board.name) /><h1 class="sr-only" tabindex="-1">{board.name}" board"</h1>{read_only}<Lists board=state is_compact=board.is_compact filtered=filtered /> }.into_any()
                }
                Err(error) => view! { <ErrorPage error=error /> }.into_any(),
            }
        })
    };
    view! {
        <div class="board-page">
            {move || view! { <ProjectTabs project=key.get() current=Tab::Board filter=Signal::derive(move || board_query(&filter.get(), look.get())) /> }}
            {move || view! { <Toolbar key=key.get() filter=filter look=look board=board open=open /> }}
            <ErrorSummary error=refused />
            {bars}
            <Notice />
            <Transition set_pending=coming() fallback=|| view! { <Loading what="the board" outline=Outline::Board /> }>{lists}</Transition>
        </div>
        <Outlet />
    }
    .into_any()
}

/// What a board is asked for: its project, what narrows it, the list that is read further, and its look.
type Asked = (String, BoardFilter, Option<(ColumnId, u64)>, BoardLook);

/// The board as the server has it. Where it is made anew at the same address, because lists have come or gone, that waits
/// until nothing of it is in the person's hand: what is open over it, or typed on it, would be gone. It waits here, before
/// anybody hears of the new one, as the old one ends with that.
async fn loaded(asked: Asked, open: OpenBoard, address: impl Fn() -> Option<(String, String)>) -> AppResult<Board> {
    loop {
        let (key, filter, longer, look) = asked.clone();
        let fresh = load_board(key, filter, longer, look).await;
        let Some(shown) = open.0.try_get_untracked().flatten() else { return fresh };
        let here = Some((shown.key.clone(), shown.query.clone()));
        if !SendWrapper::new(hands_off(&shown, || address() == here)).await {
            return fresh;
        }
        // What has come meanwhile is newer.
    }
}

fn fresh_state(board: &Board, query: String, steps: Steps, sender: Sender) -> BoardState {
    let toasts = expect_context::<Toasts>();
    BoardState::new(board.clone(), query, toasts, steps, sender)
}

#[component]
fn Lists(
    board: BoardState,
    is_compact: bool,
    /// The filter in words.
    filtered: String,
) -> impl IntoView {
    let node = NodeRef::<Div>::new();
    hands::attach(node, &board);
    if let Some(live) = board.live {
        live.attach(node, &board);
    }
    let pressed = board.clone();
    let lists = if board.lanes.is_empty() {
        let (order, row) = (board.clone(), board.clone());
        view! {
            <For each=move || order.lists() key=|column| column.id let(column)>
                <ColumnView column=column board=row.clone() />
            </For>
        }
        .into_any()
    } else {
        view! { {unsent(&board, |_| true)}<Lanes board=board.clone() /> }.into_any()
    };
    let here = RwSignal::new(0);
    // Lanes repeat the lists.
    let count = board.columns.len().max(1);
    let sorted = board.is_sorted().then_some("");
    view! {
        {none_matches(&board, filtered)}
        <ListSwitch board=board.clone() here=here />
        <div
            class="board" class:has-lanes=!board.lanes.is_empty() node_ref=node data-readonly=(!board.can_edit).then_some("")
            data-density=is_compact.then_some("compact") data-sorted=sorted
            on:scroll=move |event| if let Some(at) = hands::column_in_sight(&event) { here.set(at % count) }
            on:click=move |event| hands::on_press(&event, &pressed)
        >
            {lists}
        </div>
        {board.can_edit.then(|| view! { <p id=HELP class="sr-only">"Press Space to lift a task and move it with the arrow keys, or M to choose a place."</p> })}
        <LiftBar board=board.clone() node=node />
        <CardMenu board=board.clone() node=node />
        <Picker board=board.clone() node=node />
        <BulkBar board=board.clone() node=node />
        <ConflictDialog board=board.clone() node=node />
        <MoveDialog board=board node=node />
    }
    .into_any()
}

/// Names the filter that hides everything, and offers to take it away.
fn none_matches(board: &BoardState, filtered: String) -> impl IntoView + use<> {
    let shown: Vec<_> = board.columns.iter().map(|column| column.shown.clone()).collect();
    let href = format!("/board/{}{}", board.key, board_query(&BoardFilter::default(), board.look));
    let is_filtered = board.is_filtered;
    move || {
        (is_filtered && shown.iter().all(|shown| shown.get() == 0)).then(|| {
            view! {
                <p class="banner board-page__none" role="status">
                    <span>"No tasks match "<strong dir="auto">{filtered.clone()}</strong>"."</span>
                    <a class="btn is-sm" href=href.clone()>"Clear filters"</a>
                </p>
            }
        })
    }
}
