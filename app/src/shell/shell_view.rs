//! Puts the frame around a page.

use leptos::prelude::*;

use super::{
    arrival::follow_route,
    head::Head,
    nav::{Nav, TabBar},
    session::Session,
};
use crate::ui::toast::{Toaster, Toasts};

/// The page in its frame; without a person (sign-in, sign-up) only the page.
#[component]
pub fn Shell(session: Session, children: Children) -> impl IntoView {
    Toasts::provide();
    follow_route();
    let inside = children();
    let body = match session.me {
        None => view! { <main id="main" tabindex="-1">{inside}</main> }.into_any(),
        Some(me) => view! {
            <div class="shell">
                <a class="skip" href="#main" rel="external">"Skip to the content"</a>
                <Nav />
                <Head me=me theme=session.theme />
                <main id="main" class="main" tabindex="-1">{inside}</main>
                <TabBar />
            </div>
        }
        .into_any(),
    };
    view! {
        {body}
        <div id="live-polite" class="sr-only" role="status" aria-live="polite"></div>
        <div id="live-assertive" class="sr-only" role="alert" aria-live="assertive"></div>
        <Toaster />
    }
    .into_any()
}
