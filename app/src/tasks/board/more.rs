//! The end of a list that has more cards than were sent: a link that works on its own. Awake, the
//! next cards come into the list when it is pressed, or when it comes into sight.

use leptos::{html::Li, prelude::*};

use super::state::{BoardState, CardState, ColumnState};
use crate::{
    domain::{board_look::read_board_query, ids::ColumnId, task::CARDS_FIRST, task_edit::TASKS_MOST},
    tasks::{api, board::sight, view::MoreCards},
};

pub fn link(column: &ColumnState, board: &BoardState) -> impl IntoView + use<> {
    let (column, board) = (column.clone(), board.clone());
    let load = {
        let (column, board) = (column.clone(), board.clone());
        Action::new(move |(): &()| load(column.clone(), board.clone()))
    };
    let is_loading = load.pending();
    let next = column.next.clone();
    let end = NodeRef::<Li>::new();
    let go_on = move || {
        if !is_loading.get_untracked() {
            load.dispatch(());
        }
    };
    sight::when_seen(end, go_on);
    move || {
        let _ = next.get()?;
        let loaded = column.cards.with_untracked(Vec::len);
        let left = (column.shown.get() as usize).saturating_sub(loaded);
        let words = move || if is_loading.get() { "Loading".to_owned() } else { format!("Show more ({left})") };
        Some(view! {
            <li class="cards__more" node_ref=end>
                <a class="btn is-ghost" rel="next" href=href(&column, &board, loaded) on:click=move |event| {
                    event.prevent_default();
                    go_on();
                }>{words}</a>
            </li>
        })
    }
}

/// The same board with more cards of this list.
fn href(column: &ColumnState, board: &BoardState, loaded: usize) -> String {
    let joint = if board.query.is_empty() { '?' } else { '&' };
    let count = loaded as u64 + CARDS_FIRST;
    format!("/board/{}{}{joint}more={}&count={count}#list-{}", board.key, board.query, column.id, column.id)
}

/// Selects all cards of a list, which is loaded for it as far as that many can be selected.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only keys select a list"))]
pub fn select_list(board: &BoardState, list: ColumnId) {
    let Some(column) = board.column(list).cloned() else { return };
    let board = board.clone();
    leptos::task::spawn_local(async move {
        load_up_to(&column, &board, TASKS_MOST).await;
        board.select(&board.mates(list, None));
    });
}

/// Loads a list to its end.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only keys go to the end of a list"))]
pub async fn load_whole(board: &BoardState, list: ColumnId) {
    if let Some(column) = board.column(list) {
        load_up_to(column, board, usize::MAX).await;
    }
}

async fn load_up_to(column: &ColumnState, board: &BoardState, most: usize) {
    loop {
        let (next, loaded) = (column.next.get_untracked(), column.cards.with_untracked(Vec::len));
        if next.is_none() || loaded >= most {
            return;
        }
        load(column.clone(), board.clone()).await;
        // What could not be loaded has been said.
        if column.next.get_untracked() == next {
            return;
        }
    }
}

async fn load(column: ColumnState, board: BoardState) {
    let Some(cursor) = column.next.get_untracked() else { return };
    let (filter, look) = read_board_query(&board.query);
    let asked = cursor.clone();
    match api::load_more(board.key.clone(), column.id, filter, cursor, look).await {
        Ok(MoreCards { cards, next }) => {
            let fresh: Vec<CardState> =
                cards.into_iter().filter(|card| board.place_of(card.id).is_none()).map(CardState::new).collect();
            column.cards.update(|cards| cards.extend(fresh));
            // Another answer for the same place may have come first.
            if column.next.get_untracked().as_ref() == Some(&asked) {
                column.next.set(next);
            }
        }
        Err(error) => board.toasts.fail(format!("More tasks could not be loaded. {}", error.words())),
    }
}
