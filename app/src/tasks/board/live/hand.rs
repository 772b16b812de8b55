//! Whether the person's hand is on the board: while it is, nothing moves there.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlTextAreaElement};

use super::BoardState;
use crate::tasks::board::dom;
use crate::ui::rest;

/// While the person's hand is on the board, it is looked at again after this time.
pub const HAND: Duration = Duration::from_millis(150);

/// Waits until nothing of a board is in the person's hand and no new task is being typed, as long as that is wanted. Says
/// whether it had to wait.
pub async fn hands_off(state: &BoardState, is_wanted: impl Fn() -> bool) -> bool {
    let mut has_waited = false;
    while is_wanted() && is_taken(state) {
        has_waited = true;
        rest(HAND).await;
    }
    has_waited
}

/// Whether something would be gone with a board that is made anew.
fn is_taken(state: &BoardState) -> bool {
    is_in_hand(state) || document().body().is_some_and(|body| is_adding(&body))
}

/// Whether somebody is writing a new task. A field that only waits for one is opened again on a board that is made anew.
pub fn is_adding(board: &HtmlElement) -> bool {
    dom::open_fields_for_new(board)
        .into_iter()
        .filter_map(|field| field.dyn_into::<HtmlTextAreaElement>().ok())
        .any(|field| !field.value().trim().is_empty())
}

/// Whether something on the board is in the person's hand, or being written.
pub fn is_in_hand(state: &BoardState) -> bool {
    if state.lifted.with_untracked(Option::is_some)
        || state.moving.with_untracked(Option::is_some)
        || state.menu.with_untracked(Option::is_some)
    {
        return true;
    }
    let Some(body) = document().body() else { return false };
    if dom::one(&body, ".drag-layer, dialog[open], .menu:popover-open, .picker:popover-open").is_some() {
        return true;
    }
    let focused = document().active_element();
    focused.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            && dom::closest(&element, ".card").is_some()
    })
}
