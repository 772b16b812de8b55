//! The others who look at the board now: their avatars above it, and on a card who has it open.

use leptos::prelude::*;

use super::live::Live;
use crate::{
    domain::{account, ids::TaskId},
    ui::Avatar,
};

/// Faces beyond these are counted.
const MOST: usize = 4;

/// The faces above the board.
#[component]
pub fn Here(live: Live) -> impl IntoView {
    move || {
        let people = live.here.get();
        let more = people.len().saturating_sub(MOST);
        let names: Vec<String> = people.into_iter().map(|person| person.name).collect();
        (!names.is_empty()).then(|| view! {
            <span class="avatars here" role="group" aria-label="Also here">
                {names.into_iter().take(MOST).map(|name| view! { <Avatar name=name /> }).collect_view()}
                {(more > 0).then(|| view! { <span class="avatar is-more">{format!("+{more}")}<span class="sr-only">" people"</span></span> })}
            </span>
        })
    }
}

/// On a card: who else has it open.
pub fn open_here(live: Option<Live>, task: TaskId) -> impl IntoView {
    live.map(|live| {
        let names = live.who_has_open(task);
        move || {
            let names = names.get();
            let first = names.first()?.clone();
            let hue = account::avatar_hue(&first).to_string();
            let words = match names.len() {
                1 => first,
                many => format!("{first} +{}", many - 1),
            };
            let title = format!("Open now: {}", names.join(", "));
            Some(view! { <span class="has-open" data-hue=hue title=title><span class="sr-only">"Open now: "</span><bdi>{words}</bdi></span> })
        }
    })
}
