//! What can be done with one entry of a list: behind a small button, unfolded in place, so that it
//! works before the page is awake.

use leptos::{html::Details, prelude::*};

use crate::ui::Icon;

#[component]
pub fn RowMenu(
    #[prop(into)] label: Signal<String>,
    /// The menu itself, for who looks at what is typed in it.
    #[prop(optional)]
    node: Option<NodeRef<Details>>,
    children: Children,
) -> impl IntoView {
    let node = node.unwrap_or_default();
    view! {
        <details class="row-menu" node_ref=node>
            <summary class="icon-btn" aria-label=move || label.get() title=move || label.get()><Icon name="ellipsis" /></summary>
            <div class="row-menu__body">{children()}</div>
        </details>
    }
    .into_any()
}
