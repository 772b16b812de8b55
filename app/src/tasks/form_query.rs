//! What a form asks for, as the query of an address, so that a page that is awake need not load anew.

#[cfg(feature = "hydrate")]
pub use browser::{query_of, submit};

#[cfg(not(feature = "hydrate"))]
pub use server::{query_of, submit};

#[cfg(feature = "hydrate")]
mod browser {
    use wasm_bindgen::JsCast;
    use web_sys::{Event, FormData, HtmlElement, HtmlFormElement, SubmitEvent, UrlSearchParams};

    /// What the fields of the form that is sent say, as a query.
    pub fn query_of(event: &SubmitEvent) -> Option<String> {
        let form: HtmlFormElement = event.target()?.dyn_into().ok()?;
        let fields = FormData::new_with_form(&form).ok()?;
        let query = UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
        Some(String::from(query.to_string()))
    }

    /// Sends the form around the field that has changed.
    pub fn submit(event: &Event) {
        let field = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        let form = field.and_then(|field| field.closest("form").ok().flatten());
        if let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
            drop(form.request_submit());
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    /// The server hears no events.
    pub fn query_of<T>(_event: &T) -> Option<String> {
        None
    }

    /// The server hears no events.
    pub fn submit<T>(_event: &T) {}
}
