//! The marks of status and priority: shapes that differ without colour, beside words that say the same.

use leptos::prelude::*;

use super::sprite::Sprite;
use crate::domain::task::{Priority, Status};

/// The ring of a status: dashed, half filled, paused, ticked.
#[component]
pub fn StatusMark(status: Status) -> impl IntoView {
    let href = from_sprite("status", status.as_str());
    view! { <svg class="status" data-status=status.as_str() aria-hidden="true"><use href=href></use></svg> }
}

/// Three bars of which as many stand out as the priority is high; a filled square for urgent.
#[component]
pub fn PriorityMark(priority: Priority) -> impl IntoView {
    let href = from_sprite("priority", priority.as_str());
    view! { <svg class="prio" data-prio=priority.as_str() aria-hidden="true"><use href=href></use></svg> }
}

fn from_sprite(kind: &str, name: &str) -> String {
    let sprite = use_context::<Sprite>().map(|sprite| sprite.0).unwrap_or_default();
    format!("{sprite}#{kind}-{name}")
}
