//! The frame of an ordinary page: title, heading, actions.

use leptos::prelude::*;
use leptos_meta::Title;

use super::Notice;

/// A page with a heading. The heading takes the focus after a change of route.
#[component]
pub fn Page(
    #[prop(into)] title: String,
    /// Stands under the heading.
    #[prop(optional, into)]
    lead: Option<String>,
    /// Buttons and links beside the heading.
    #[prop(optional, into)]
    actions: Option<ViewFn>,
    /// What was started from this page has ended.
    #[prop(optional, into)]
    has_ended: Signal<bool>,
    /// For tables.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title.clone() />
        <div class="page" class:is-wide=wide>
            <div class="page__head">
                <div>
                    <h1 tabindex="-1">{title}</h1>
                    {lead.map(|lead| view! { <p class="page__lead">{lead}</p> })}
                </div>
                {actions.map(|actions| view! { <div class="page__actions">{actions.run()}</div> })}
            </div>
            <Notice has_ended=has_ended />
            {children()}
        </div>
    }
    .into_any()
}
