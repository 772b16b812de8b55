//! The end of a list that has more cards than were sent: a link that works on its own, and loads
//! the next cards into the list once the page is awake.

use leptos::prelude::*;

use super::state::{BoardState, CardState, ColumnState};
use crate::{
    domain::{board_filter::BoardFilter, task::CARDS_FIRST},
    tasks::{api, view::MoreCards},
};

pub fn link(column: &ColumnState, board: &BoardState) -> impl IntoView + use<> {
    let (column, board) = (column.clone(), board.clone());
    let load = {
        let (column, board) = (column.clone(), board.clone());
        Action::new(move |(): &()| load(column.clone(), board.clone()))
    };
    let is_loading = load.pending();
    let next = column.next.clone();
    move || {
        let _ = next.get()?;
        let loaded = column.cards.with_untracked(Vec::len);
        let left = (column.shown.get() as usize).saturating_sub(loaded);
        let words = move || if is_loading.get() { "Loading".to_owned() } else { format!("Show more ({left})") };
        Some(view! {
            <li class="cards__more">
                <a class="btn is-ghost" rel="next" href=href(&column, &board, loaded) on:click=move |event| {
                    event.prevent_default();
                    if !is_loading.get_untracked() {
                        load.dispatch(());
                    }
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

async fn load(column: ColumnState, board: BoardState) {
    let Some(cursor) = column.next.get_untracked() else { return };
    let filter = BoardFilter::from_query(&board.query);
    match api::load_more(board.key.clone(), column.id, filter, cursor).await {
        Ok(MoreCards { cards, next }) => {
            let fresh: Vec<CardState> =
                cards.into_iter().filter(|card| board.place_of(card.id).is_none()).map(CardState::new).collect();
            column.cards.update(|cards| cards.extend(fresh));
            column.next.set(next);
        }
        Err(error) => board.toasts.fail(format!("More tasks could not be loaded. {}", error.words())),
    }
}
