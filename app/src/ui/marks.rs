//! The marks of status and priority: shapes that differ without colour, beside words that say the same.

use leptos::prelude::*;

use super::sprite::Sprite;
use crate::domain::task::{Priority, Status};

/// The ring of a status: dashed, half filled, paused, ticked.
#[component]
pub fn StatusMark(status: Status) -> impl IntoView {
    let sprite = use_context::<Sprite>().map(|sprite| sprite.0).unwrap_or_default();
    let href = format!("{sprite}#status-{}", status.as_str());
    view! { <svg class="status" data-status=status.as_str() aria-hidden="true"><use href=href></use></svg> }
}

/// Three bars of which as many stand out as the priority is high; a filled square for urgent.
#[component]
pub fn PriorityMark(priority: Priority) -> impl IntoView {
    let glyph = format!("priority-{}", priority.as_str());
    view! { <span class="glyph prio" data-prio=priority.as_str() data-glyph=glyph aria-hidden="true"></span> }
}
