//! The list of keys, as the `?` dialog and its page show it.

use leptos::prelude::*;

use super::{KEYS, Key, Place};

/// All keys, by the place where they work.
#[component]
pub fn KeysTable(
    /// Whether single characters are switched off.
    is_without_singles: bool,
) -> impl IntoView {
    let places = Place::ALL.map(|place| {
        let rows: Vec<_> =
            KEYS.iter().filter(|key| key.place == place).filter_map(|key| row(key, is_without_singles)).collect();
        view! {
            <section class="keys__place">
                <h3>{place.label()}</h3>
                <dl class="keys">{rows}</dl>
            </section>
        }
    });
    view! {
        <div class="keys__places">{places.into_iter().collect_view()}</div>
        <p class="muted small">"On a Mac, ⌘ does the same as Ctrl. Single characters can be switched off in your "<a class="link" href="/settings/profile">"profile"</a>"."</p>
    }
    .into_any()
}

fn row(key: &'static Key, is_without_singles: bool) -> Option<impl IntoView + use<>> {
    let ways: Vec<_> = key
        .strokes
        .iter()
        .filter(|stroke| !(is_without_singles && stroke.is_single()))
        .map(|stroke| {
            let caps = stroke.caps().into_iter().map(|cap| view! { <kbd>{cap}</kbd>" " }).collect_view();
            view! { <span class="keys__way">{caps}</span> }
        })
        .collect();
    (!ways.is_empty()).then(|| view! { <div class="keys__row"><dt>{key.label}</dt><dd>{ways}</dd></div> })
}
