//! The frame of sign-in and sign-up: one column, beside it one quiet line about the product.

use leptos::prelude::*;

use super::Icon;

#[component]
pub fn AuthFrame(
    #[prop(into)] title: String,
    #[prop(optional, into)] lead: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="auth">
            <div class="auth__aside"><p>"A task board that writes and sends its own status reports."</p></div>
            <div class="auth__main">
                <div class="auth__column">
                    <p class="auth__brand"><Icon name="square-kanban" />"AutoReport"</p>
                    <h1 tabindex="-1">{title}</h1>
                    {lead.map(|lead| view! { <p class="muted">{lead}</p> })}
                    {children()}
                </div>
            </div>
        </div>
    }
    .into_any()
}
