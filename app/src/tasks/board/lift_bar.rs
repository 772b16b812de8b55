//! What the keyboard does while a card is lifted: seen by all, and the place of the focus.

use leptos::{html::Div, prelude::*};

use super::{hands, state::BoardState};

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
        let board = board.clone();
        Some(view! {
            <div class="lift-bar" role="application" tabindex="0" node_ref=bar aria-label=format!("Moving {title}. Arrow keys move, Space drops, Escape cancels.")
                on:keydown=move |event| hands::lift_keys(node, &board, &event)
            >
                <span>"Moving "<strong dir="auto">{title.clone()}</strong></span>
                <span><kbd>"↑"</kbd>" "<kbd>"↓"</kbd>" "<kbd>"←"</kbd>" "<kbd>"→"</kbd>" move"</span>
                <span><kbd>"Space"</kbd>" drop"</span>
                <span><kbd>"Esc"</kbd>" cancel"</span>
            </div>
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
