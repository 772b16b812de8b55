//! The others who look at the board now: their avatars in the head of the site, and on a card who has
//! it open.

use leptos::prelude::*;

use super::live::Live;
use crate::{
    domain::{account, ids::TaskId, live::Person},
    ui::Avatar,
};

/// Faces beyond these are counted.
const MOST: usize = 4;

/// The others who look at what the page shows, for the head and for the page.
#[derive(Clone, Copy)]
struct Others(RwSignal<Vec<Person>>);

/// Makes the others known to the head and to pages.
pub fn provide_others() {
    provide_context(Others(RwSignal::new(Vec::new())));
}

/// The others, as the page that hears of them sets them.
pub(super) fn others() -> RwSignal<Vec<Person>> {
    use_context::<Others>().map_or_else(|| RwSignal::new(Vec::new()), |others| others.0)
}

/// The faces in the head.
#[component]
pub fn Here() -> impl IntoView {
    let people = others();
    move || {
        let people = people.get();
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
