//! The lanes in the menu of a card: going to another one without dragging.

use leptos::{html::Div, prelude::*};

use super::{popover, state::BoardState};
use crate::domain::{ids::TaskId, lane::Lane};

/// Lanes beyond these are reached by dragging or on the task itself.
const MOST: usize = 12;

/// Nothing on a board without lanes.
pub fn items(board: &BoardState, card: TaskId, node: NodeRef<Div>) -> impl IntoView + use<> {
    let here = board.card(card).and_then(|card| board.lane_of(&card));
    let is_choice = |lane: &Lane| *lane != Lane::Several && here != Some(Lane::Several);
    let items: Vec<_> = board
        .lanes
        .iter()
        .filter(|view| is_choice(&view.lane))
        .take(MOST)
        .map(|view| {
            let (lane, is_here, board) = (view.lane, here == Some(view.lane), board.clone());
            view! {
                <button class="menu__item" type="button" role="menuitem" tabindex="-1" aria-disabled=is_here.then_some("true") on:click=move |_| {
                    if is_here {
                        return;
                    }
                    board.menu.set(None);
                    if let Some(place) = board.place_of(card) {
                        board.move_to_lane(card, board.place_in_lane(card, place.column, lane, 0), lane);
                        popover::refocus_card(node, card);
                    }
                }>
                    <span dir="auto">{view.title.clone()}</span>
                </button>
            }
        })
        .collect();
    (!items.is_empty())
        .then(|| view! { <hr /><span class="menu__label" role="presentation">"Move to the lane"</span>{items} })
}
