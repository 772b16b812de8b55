//! Nobody is signed in any more and the person has put off to sign in: a bar that says so until somebody does.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::ui::{Icon, SessionEnd};

/// The bar under the head, with the way back.
#[component]
pub fn SignedOutBar(end: SessionEnd) -> impl IntoView {
    let location = use_location();
    // Whoever goes to another page is asked again by what is read there.
    Effect::new(move |before: Option<()>| {
        location.pathname.track();
        location.search.track();
        if before.is_some() {
            end.end_quiet();
        }
    });
    // It stays while its button has the question open, so that the focus comes back to that.
    let is_shown =
        Memo::new(move |before: Option<&bool>| end.is_put_off() || (end.is_asked() && before == Some(&true)));
    move || {
        is_shown.get().then(|| {
            view! {
                <p class="bar">
                    <Icon name="log-out" /><span role="status">{move || words(end.waiting())}</span>
                    <button class="btn is-sm" type="button" on:click=move |_| end.ask()>"Sign in again"</button>
                </p>
            }
            .into_any()
        })
    }
}

fn words(waiting: usize) -> String {
    match waiting {
        0 => "You are signed out. Nothing is saved or sent until you sign in again.".to_owned(),
        1 => "You are signed out. 1 change waits to be sent.".to_owned(),
        many => format!("You are signed out. {many} changes wait to be sent."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_says_how_much_waits() {
        assert_eq!(words(0), "You are signed out. Nothing is saved or sent until you sign in again.");
        assert_eq!(
            [1, 2].map(words),
            ["1 change waits", "2 changes wait"].map(|what| format!("You are signed out. {what} to be sent."))
        );
    }
}
