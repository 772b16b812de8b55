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
    // Its button is gone then, and the focus would be nowhere.
    let is_pressed = StoredValue::new(false);
    end.go_on_with(move || {
        if is_pressed.get_value() {
            is_pressed.set_value(false);
            browser::go_on_in_page();
        }
    });
    let ask = move |_| {
        is_pressed.set_value(true);
        end.ask();
    };
    // It stays while its button has the question open, so that the focus comes back to that.
    let is_shown =
        Memo::new(move |before: Option<&bool>| end.is_put_off() || (end.is_asked() && before == Some(&true)));
    move || {
        is_shown.get().then(|| {
            view! {
                <p class="bar">
                    <Icon name="log-out" /><span role="status">{move || words(end.waiting())}</span>
                    <button class="btn is-sm" type="button" on:click=ask>"Sign in again"</button>
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

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::prelude::{document, set_timeout};
    use wasm_bindgen::JsCast;
    use web_sys::{FocusOptions, HtmlElement};

    /// Gives the focus to the page, as soon as nothing has it any more.
    pub fn go_on_in_page() {
        set_timeout(
            || {
                let is_nowhere = document().active_element().is_none_or(|focused| focused.tag_name() == "BODY");
                let main = document().get_element_by_id("main").filter(|_| is_nowhere);
                if let Some(main) = main.and_then(|main| main.dyn_into::<HtmlElement>().ok()) {
                    let quiet = FocusOptions::new();
                    quiet.set_prevent_scroll(true);
                    drop(main.focus_with_options(&quiet));
                }
            },
            Duration::ZERO,
        );
    }
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    /// Nothing has the focus on the server.
    pub const fn go_on_in_page() {}
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
