//! Sending a form by itself: when a choice is made, when a field is left, with a key.

#[cfg(feature = "hydrate")]
pub use browser::{focus_if_lost, is_sending_key, is_writing, restore, submit_form_of};

#[cfg(not(feature = "hydrate"))]
pub use server::{focus_if_lost, is_sending_key, is_writing, restore, submit_form_of};

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::{document, request_animation_frame};
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Event, HtmlElement, HtmlFormElement, HtmlTextAreaElement, KeyboardEvent};

    use crate::tasks::view::TaskDetail;

    /// Sends the form that the event happened in, as its own button would.
    pub fn submit_form_of(event: &Event) {
        let form = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|element| element.closest("form").ok().flatten())
            .and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        if let Some(form) = form {
            drop(form.request_submit());
        }
    }

    /// Gives the focus to what the first of these selectors finds, in the next frame, unless it is somewhere.
    pub fn focus_if_lost(selectors: &'static [&str]) {
        request_animation_frame(move || {
            let is_lost = document().active_element().is_none_or(|at| at.tag_name() == "BODY");
            let found = selectors.iter().find_map(|one| document().query_selector(one).ok().flatten());
            let found = found.filter(|_| is_lost);
            if let Some(found) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
                drop(found.focus());
            }
        });
    }

    /// Ctrl or Command with Enter.
    pub fn is_sending_key(event: &KeyboardEvent) -> bool {
        event.key() == "Enter" && (event.ctrl_key() || event.meta_key())
    }

    /// Whether a text of the task stands in its field other than it was shown and than it is stored.
    pub fn is_writing(shown: &TaskDetail, stored: &TaskDetail) -> bool {
        let differs = |name: &str, known: [&str; 2]| {
            let found = document().query_selector(&format!(".task textarea[name={name}]")).ok().flatten();
            let field = found.and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok());
            field.is_some_and(|field| known.iter().all(|known| field.value().trim() != known.trim()))
        };
        differs("title", [&shown.card.title, &stored.card.title])
            || differs("description", [&shown.description, &stored.description])
    }

    /// Puts a text back and leaves the field.
    pub fn restore(event: &Event, text: &str) {
        let field = event.target().and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok());
        if let Some(field) = field {
            field.set_value(text);
            let element: &HtmlElement = &field;
            drop(element.blur());
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    pub fn submit_form_of<T>(_event: &T) {}

    pub fn focus_if_lost(_selectors: &'static [&str]) {}

    pub fn is_sending_key<T>(_event: &T) -> bool {
        false
    }

    pub fn is_writing<T>(_shown: &T, _stored: &T) -> bool {
        false
    }

    pub fn restore<T>(_event: &T, _text: &str) {}
}
