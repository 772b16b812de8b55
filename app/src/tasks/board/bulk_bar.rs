//! The bar at the foot of the board while cards are selected.

use leptos::{html::Div, prelude::*};

use super::{popover, state::BoardState, tools::Field};
use crate::{domain::ids::TaskId, ui::Icon};

#[component]
pub fn BulkBar(board: BoardState, node: NodeRef<Div>) -> impl IntoView {
    let counted = board.clone();
    let count = Memo::new(move |_| counted.selected_shown());
    let is_shown = Memo::new(move |_| count.get() > 0);
    move || {
        is_shown.get().then(|| {
            let fields = [
                (Field::Status, "circle-dashed"),
                (Field::Priority, "chart-no-axes-column"),
                (Field::Due, "calendar"),
                (Field::People, "user-plus"),
                (Field::Labels, "tag"),
            ];
            let buttons = fields.map(|(field, icon)| {
                let board = board.clone();
                view! {
                    <button class="btn is-ghost is-sm" type="button" data-pick=field.as_str() aria-haspopup="true" on:click=move |_| board.pick_for_selection(field)>
                        <Icon name=icon /><span>{field.label()}</span>
                    </button>
                }
            });
            let (archived, cleared) = (board.clone(), board.clone());
            view! {
                <div class="bulk-bar" role="region" aria-label="Selection">
                    <strong><bdi>{move || count.get()}</bdi>" selected"</strong>
                    {buttons.into_iter().collect_view()}
                    <button class="btn is-ghost is-sm" type="button" on:click=move |_| {
                        let cards = archived.selection();
                        archived.archive_all(&cards);
                        popover::refocus_board(node);
                    }>
                        <Icon name="archive" /><span>"Archive"</span>
                    </button>
                    <button class="btn is-ghost is-sm" type="button" title="Clear (Esc)" on:click=move |_| {
                        // The last one that is still there.
                        let is_there = |card: &TaskId| cleared.place_of(*card).is_some();
                        let last = cleared.tools.selected.with_untracked(|chosen| chosen.iter().rev().copied().find(is_there));
                        cleared.clear_selection();
                        match last {
                            Some(card) => popover::refocus_card(node, card),
                            None => popover::refocus_board(node),
                        }
                    }>
                        <Icon name="x" /><span>"Clear"</span>
                    </button>
                </div>
            }
        })
    }
}
