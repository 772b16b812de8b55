//! What the keyboard does while a card is lifted: seen by all, and the place of the focus.

use leptos::{html::Div, prelude::*};

use super::{hands, state::BoardState, words};
use crate::domain::ids::TaskId;

/// The bar; it takes the focus when it appears and hears the keys.
#[component]
pub fn LiftBar(board: BoardState, node: NodeRef<Div>) -> impl IntoView {
    let bar = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if let Some(bar) = bar.get() {
            focus(&bar);
        }
    });
    move || {
        let (card, _) = board.lifted.get()?;
        let title = board.card(card)?.title();
        let limit = {
            let board = board.clone();
            move || {
                // The counts change with each list that the card comes to.
                board.columns.iter().for_each(|column| column.total.track());
                let words = board.limit_words(card)?;
                Some(view! { <span class="lift-bar__why">{words}</span> })
            }
        };
        let sorted = board.is_sorted().then(|| view! { <span class="lift-bar__why">{board.look.sort.words()}</span> });
        let board = board.clone();
        Some(view! {
            <div class="lift-bar" role="application" tabindex="0" node_ref=bar aria-label=format!("Moving {title}. Arrow keys move, Space drops, Escape cancels.")
                on:keydown=move |event| hands::lift_keys(node, &board, &event)
            >
                <span>"Moving "<strong dir="auto">{title.clone()}</strong></span>
                <span><kbd>"↑"</kbd>" "<kbd>"↓"</kbd>" "<kbd>"←"</kbd>" "<kbd>"→"</kbd>" move"</span>
                <span><kbd>"Space"</kbd>" drop"</span>
                <span><kbd>"Esc"</kbd>" cancel"</span>
                {sorted}
                {limit}
            </div>
        })
    }
}

impl BoardState {
    /// The limit that a list passes by a lifted card that came from another one; a hard one will refuse it.
    pub fn limit_words(&self, card: TaskId) -> Option<String> {
        let (_, from) = self.lifted.get_untracked()?;
        let column = self.column(self.place_of(card)?.column).filter(|column| column.id != from.column)?;
        let (count, limit) = (column.total.get_untracked(), column.limit?);
        (count > limit).then(|| match column.limit_is_hard {
            true => words::full(&column.name, count - 1, limit),
            false => words::over_limit(&column.name, count, limit),
        })
    }
}

#[cfg(feature = "hydrate")]
use browser::focus;

#[cfg(not(feature = "hydrate"))]
use server::focus;

#[cfg(feature = "hydrate")]
mod browser {
    pub fn focus(element: &web_sys::HtmlDivElement) {
        drop(element.focus());
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    pub fn focus<T>(_element: &T) {}
}
