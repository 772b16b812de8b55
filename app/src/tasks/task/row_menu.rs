//! What can be done with one entry of a list: behind a small button, unfolded in place, so that it
//! works before the page is awake.

use leptos::prelude::*;

use crate::ui::Icon;

#[component]
pub fn RowMenu(#[prop(into)] label: String, children: Children) -> impl IntoView {
    view! {
        <details class="row-menu">
            <summary class="icon-btn" aria-label=label.clone() title=label><Icon name="ellipsis" /></summary>
            <div class="row-menu__body">{children()}</div>
        </details>
    }
    .into_any()
}
