//! The page of a board. The task that is open stands in a drawer beside it, as a nested route.

use leptos::{html::Div, prelude::*};
use leptos_meta::Title;
use leptos_router::{
    components::Outlet,
    hooks::{use_params_map, use_query_map},
};

use super::{
    bulk_bar::BulkBar,
    card_menu::CardMenu,
    column_view::ColumnView,
    hands,
    lift_bar::LiftBar,
    live::{Bars, Live},
    move_dialog::MoveDialog,
    open::OpenBoard,
    pickers::Picker,
    sender::Sender,
    state::BoardState,
    toolbar::Toolbar,
    undo::Steps,
};
use crate::{
    domain::{account::Me, board_filter::BoardFilter, ids::ColumnId},
    tasks::{api::load_board, view::Board},
    ui::{ErrorPage, Notice, toast::Toasts},
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
    // How many cards of one list the link without WebAssembly asks for.
    let longer = Memo::new(move |_| {
        let query = query.read();
        let column: ColumnId = query.get("more")?.parse().ok()?;
        Some((column, query.get("count")?.parse::<u64>().ok()?))
    });
    let open = OpenBoard::new();
    provide_context(open);
    // Kept over a change of the filter, which makes the board anew.
    let me = use_context::<Me>().map(|me| me.id);
    let (steps, sender) = (Steps::default(), Sender::of(me));
    let board = Resource::new_blocking(
        move || (key.get(), filter.get(), longer.get()),
        |(key, filter, longer)| load_board(key, filter, longer),
    );
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
                    let state = fresh_state(&board, &filter.get_untracked(), steps, sender);
                    open.0.set(Some(state.clone()));
                    view! { <Title text=format!("{} · Board", board.name) /><h1 class="sr-only" tabindex="-1">{board.name}" board"</h1>{read_only}<Lists board=state /> }.into_any()
                }
                Err(error) => view! { <ErrorPage error=error /> }.into_any(),
            }
        })
    };
    view! {
        <div class="board-page">
            {move || view! { <Toolbar key=key.get() filter=filter board=board /> }}
            {bars}
            <Notice />
            <Transition>{lists}</Transition>
        </div>
        <Outlet />
    }
    .into_any()
}

fn fresh_state(board: &Board, filter: &BoardFilter, steps: Steps, sender: Sender) -> BoardState {
    let toasts = expect_context::<Toasts>();
    BoardState::new(board.clone(), filter.to_query(), toasts, steps, sender)
}

#[component]
fn Lists(board: BoardState) -> impl IntoView {
    let node = NodeRef::<Div>::new();
    hands::attach(node, &board);
    if let Some(live) = board.live {
        live.attach(node, &board);
    }
    let pressed = board.clone();
    let columns: Vec<_> =
        board.columns.iter().map(|column| view! { <ColumnView column=column.clone() board=board.clone() /> }).collect();
    view! {
        <div class="board" node_ref=node data-readonly=(!board.can_edit).then_some("") on:click=move |event| hands::on_press(&event, &pressed)>
            {columns}
        </div>
        <p id="board-help" class="sr-only">"Press Space to lift a task and move it with the arrow keys, or M to choose a place."</p>
        <LiftBar board=board.clone() node=node />
        <CardMenu board=board.clone() node=node />
        <Picker board=board.clone() node=node />
        <BulkBar board=board.clone() node=node />
        <MoveDialog board=board node=node />
    }
    .into_any()
}
