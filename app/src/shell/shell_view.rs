//! Puts the frame around a page.

use leptos::prelude::*;

use super::{
    arrival::follow_route,
    head::Head,
    keys::{KeysDialog, Shortcuts},
    nav::{Nav, TabBar},
    outage::Outage,
    palette::Palette,
    session::Session,
    sign_in_again::SignInAgain,
    signed_out::SignedOutBar,
    stale::StaleBar,
    whom_to_ask::AskWhom,
};
use crate::jobs::provide_failing;
use crate::notifications::provide_unread;
use crate::tasks::{provide_days, provide_others, provide_steps};
use crate::ui::toast::{Toaster, Toasts};
use crate::ui::{Passage, Reach, SessionEnd, WhomToAsk};

/// The page in its frame; without a person (sign-in, sign-up) only the page.
#[component]
pub fn Shell(session: Session, children: Children) -> impl IntoView {
    Toasts::provide();
    let passage = Passage::provide();
    follow_route(passage);
    if session.me.is_some() {
        provide_unread();
        provide_others();
        provide_failing();
        provide_steps();
        provide_days();
        provide_context(WhomToAsk(|| view! { <AskWhom /> }.into_any()));
    }
    let uses_singles = session.me.as_ref().is_none_or(|me| me.uses_shortcuts);
    let shortcuts = session.me.is_some().then(|| Shortcuts::provide(session.is_narrow, uses_singles));
    // Both before the page, which says there what it finds out.
    let reach = Reach::provide();
    let end = session.me.is_some().then(SessionEnd::provide);
    let inside = children();
    let body = match session.me {
        None => view! { <StaleBar /><main id="main" tabindex="-1">{inside}</main> }.into_any(),
        Some(me) => view! {
            <div class="shell" class:is-narrow=move || shortcuts.is_some_and(|shortcuts| shortcuts.is_narrow.get())>
                <a class="skip" href="#main" rel="external">"Skip to the content"</a>
                <Nav />
                <Head me=me theme=session.theme />
                <div class="shell__bar">
                    <StaleBar />
                    <Outage reach=reach />
                    {end.map(|end| view! { <SignedOutBar end=end /> })}
                </div>
                <div class="passage" class:is-shown=move || passage.is_coming() role="progressbar" aria-label="Loading the page"></div>
                <main
                    id="main" class="main" class:is-arriving=move || passage.is_arriving() tabindex="-1"
                    aria-busy=move || passage.is_renewing().then_some("true")
                >{inside}</main>
                <TabBar />
            </div>
        }
        .into_any(),
    };
    view! {
        {body}
        <div id="live-polite" class="sr-only" role="status" aria-live="polite"></div>
        <div id="live-assertive" class="sr-only" role="alert" aria-live="assertive"></div>
        {shortcuts.map(|shortcuts| view! { <Palette shortcuts=shortcuts /><KeysDialog shortcuts=shortcuts /> })}
        {end.map(|end| view! { <SignInAgain end=end /> })}
        <Toaster />
    }
    .into_any()
}
