//! A board in lanes: the heads of the lists above, then for each person, priority or label a lane
//! with the part of every list that belongs to it.

use leptos::prelude::*;

use super::{
    card_view::CardView,
    column_view::{full, head, help, open_on_key, sorted},
    quick_add::{QuickAdd, Where},
    state::{BoardState, CardState, ColumnState},
};
use crate::{
    domain::{
        board_filter::{Assignee, BoardFilter},
        board_look::{BoardLook, board_query, read_board_query},
        lane::Lane,
    },
    tasks::view::LaneView,
};

#[component]
pub fn Lanes(board: BoardState) -> impl IntoView {
    let heads: Vec<_> = board
        .columns
        .iter()
        .map(|column| {
            let (is_folded, is_adding) = (column.is_folded.clone(), RwSignal::new(false));
            open_on_key(column, &board, is_adding);
            view! {
                <div id=format!("list-{}", column.id) class="lanes__head" class:is-folded=move || is_folded.get() data-status=column.status.as_str()>
                    {head(column, &board, is_adding)}
                    {board.can_edit.then(|| view! { <QuickAdd column=column.clone() board=board.clone() at=Where::Top is_open=is_adding /> })}
                </div>
            }
        })
        .collect();
    let lanes: Vec<_> =
        board.lanes.iter().map(|lane| view! { <LaneRow lane=lane.clone() board=board.clone() /> }).collect();
    view! { <div class="lanes"><div class="lanes__heads">{heads}</div>{lanes}{feet(&board)}</div> }.into_any()
}

/// At the foot of each list a field for new tasks, which come to the lane that their words put them into.
fn feet(board: &BoardState) -> impl IntoView + use<> {
    let foot = |column: &ColumnState| {
        let is_folded = column.is_folded.clone();
        view! {
            <div class="lanes__foot" class:is-folded=move || is_folded.get()>
                <QuickAdd column=column.clone() board=board.clone() at=Where::End is_open=RwSignal::new(false) />
            </div>
        }
        .into_any()
    };
    board.can_edit.then(|| {
        let feet: Vec<_> = board.columns.iter().map(foot).collect();
        view! { <div class="lanes__feet">{feet}</div> }
    })
}

#[component]
fn LaneRow(lane: LaneView, board: BoardState) -> impl IntoView {
    let LaneView { lane, title, .. } = lane;
    let cells: Vec<_> = board
        .columns
        .iter()
        .map(|column| view! { <Cell column=column.clone() board=board.clone() lane=lane title=title.clone() /> })
        .collect();
    let many = move || {
        board
            .columns
            .iter()
            .map(|column| in_lane(column, &board, lane).len() + behind(column, &board, lane))
            .sum::<usize>()
    };
    view! {
        <details class="lane" open>
            <summary class="lane__head"><span class="lane__title" dir="auto">{title}</span><span class="badge">{many}<span class="sr-only">" tasks"</span></span></summary>
            <div class="lane__cells">{cells}</div>
        </details>
    }
    .into_any()
}

fn in_lane(column: &ColumnState, board: &BoardState, lane: Lane) -> Vec<CardState> {
    column.cards.with(|cards| cards.iter().filter(|card| board.lane_shown(card) == Some(lane)).cloned().collect())
}

/// How many cards of a list are in a lane and not loaded.
fn behind(column: &ColumnState, board: &BoardState, lane: Lane) -> usize {
    board.unloaded_in_lanes.with(|lanes| lanes.get(&(column.id, lane)).copied().unwrap_or(0))
}

/// The part of a list that is in a lane.
#[component]
fn Cell(column: ColumnState, board: BoardState, lane: Lane, title: String) -> impl IntoView {
    let label = format!("{}, {title}", column.name);
    let list_label = label.clone();
    let key = serde_json::to_string(&lane).unwrap_or_default();
    let is_folded = column.is_folded.clone();
    let cards = {
        let (column, board) = (column.clone(), board.clone());
        move || in_lane(&column, &board, lane)
    };
    let rest = {
        let (column, board) = (column.clone(), board.clone());
        move || {
            let behind = behind(&column, &board, lane);
            (behind > 0).then(|| rest(&board, lane, &title, in_lane(&column, &board, lane).len() + behind))
        }
    };
    let row = board.clone();
    view! {
        <section
            class="col is-cell" class:is-folded=move || is_folded.get()
            data-status=column.status.as_str() data-id=column.id.to_string() data-lane=key data-full=full(&column) data-sorted=sorted(&board) aria-label=label.clone()
        >
            <ol class="cards" role="list" aria-label=list_label aria-describedby=help(&board)>
                <For each=cards key=|card| card.id let(card)><CardView card=card board=row.clone() /></For>
                {rest}
                <li class="hole" aria-hidden="true" hidden></li>
            </ol>
        </section>
    }
    .into_any()
}

/// A lane shows the first cards of each list; a link leads to all of them, where a filter can say the lane.
fn rest(board: &BoardState, lane: Lane, title: &str, count: usize) -> impl IntoView + use<> {
    let (filter, look) = read_board_query(&board.query);
    let narrowed = match lane {
        Lane::Person(Some(person)) => Some(BoardFilter { assignee: Some(Assignee::Person(person)), ..filter }),
        Lane::Person(None) => Some(BoardFilter { assignee: Some(Assignee::Nobody), ..filter }),
        Lane::Priority(priority) => Some(BoardFilter { priorities: [priority].into(), ..filter }),
        Lane::Label(Some(_)) => Some(BoardFilter { label: Some(title.to_owned()), ..filter }),
        Lane::Label(None) | Lane::Several => None,
    };
    let href = match narrowed {
        Some(filter) => board_query(&filter, BoardLook { group: None, ..look }),
        None => board_query(&read_board_query(&board.query).0, BoardLook { group: None, ..look }),
    };
    view! { <li class="cards__more"><a class="btn is-ghost is-sm" href=format!("/board/{}{href}", board.key)>{format!("Show all {count}")}</a></li> }
}
