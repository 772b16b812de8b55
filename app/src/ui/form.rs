//! What a form was refused for: from the action while hydrated, from the URL without WebAssembly.

use leptos::{
    prelude::*,
    server_fn::{ServerFn, error::ServerFnUrlError},
};
use leptos_router::hooks::use_query_map;

use crate::error::{AppError, FieldError};

/// A refusal that is too long for the address, which the server has put into the page.
#[derive(Clone, Debug)]
pub struct KeptRefusal(pub AppError);

impl KeptRefusal {
    /// All of a refusal of which only the short form stands in the address.
    fn whole_of(kept: Option<Self>, error: AppError) -> AppError {
        match kept {
            Some(Self(whole)) if whole.clone().without_typed() == error => whole,
            _ => error,
        }
    }
}

/// Reads the refusal of a plain form out of the URL and puts it where `ServerAction` looks for it.
/// Called once, inside the router: what is outside of its routes would not hear of it otherwise.
pub fn provide_url_error() {
    let query = use_query_map().get_untracked();
    if let (Some(path), Some(error)) = (query.get("__path"), query.get("__err")) {
        provide_context(ServerActionError::new(&path, &error));
    }
}

/// Why the plain form of a server function was refused, out of the URL.
pub fn query_error<S>() -> Option<AppError>
where
    S: ServerFn<Error = AppError>,
{
    let error = use_context::<ServerActionError>()?;
    let refusal = || ServerFnUrlError::<AppError>::decode_err(error.err());
    // The router reads the address itself, so this cannot be put in the place of what it found.
    (error.path() == S::PATH).then(|| KeptRefusal::whole_of(use_context(), refusal()))
}

/// As [`query_error`], in the shape that fields take.
pub fn plain_error<S>() -> Signal<Option<AppError>>
where
    S: ServerFn<Error = AppError>,
{
    let error = query_error::<S>();
    Signal::derive(move || error.clone())
}

/// The version that a form goes on from, for its hidden field. Where something that was typed was refused, it stays the one
/// that the person began with: what somebody else has saved meanwhile would be written over unseen. Where that is why the
/// form was refused, it is the stored one, as the form shows both.
pub fn base_version(error: Signal<Option<AppError>>, stored: i64) -> String {
    let began = error.with_untracked(|error| match error {
        Some(error @ AppError::Invalid(_)) => error.typed("version")?.parse::<i64>().ok(),
        _ => None,
    });
    began.unwrap_or(stored).to_string()
}

/// Why the last call of an action was refused, hydrated or not.
pub fn action_error<S>(action: ServerAction<S>) -> Signal<Option<AppError>>
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let kept = use_context::<KeptRefusal>();
    let refusal = move || action.value().get().and_then(Result::err);
    Signal::derive(move || refusal().map(|error| KeptRefusal::whole_of(kept.clone(), error)))
}

/// The problems of a form above it, each a link to its field; takes the focus when it appears.
#[component]
pub fn ErrorSummary(
    #[prop(into)] error: Signal<Option<AppError>>,
    /// What the fields are called, where the form has so many that a sentence alone does not say which one is meant.
    #[prop(optional)]
    names: Option<fn(&str) -> Option<String>>,
) -> impl IntoView {
    let summary = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| {
        if error.with(Option::is_some)
            && let Some(summary) = summary.get()
        {
            focus(&summary);
        }
    });
    move || {
        error.get().map(|error| {
            let items = match &error {
                AppError::Invalid(invalid) => invalid
                    .fields
                    .iter()
                    .map(|field| {
                        let href = format!("#{}", field.field);
                        let words = format!("{}{}", place(field, names), field.problem.words());
                        view! { <li><a href=href rel="external">{words}</a></li> }
                    })
                    .collect_view()
                    .into_any(),
                other => view! { <li>{other.words()}</li> }.into_any(),
            };
            view! {
                <div class="error-summary" role="alert" tabindex="-1" node_ref=summary>
                    <h2>"There is a problem"</h2>
                    <ul>{items}</ul>
                </div>
            }
        })
    }
}

/// Where the problem is: above the form it is not seen which field it is, nor which line of a box.
fn place(field: &FieldError, names: Option<fn(&str) -> Option<String>>) -> String {
    let named = names.and_then(|names| names(&field.field));
    let name = named.or_else(|| field.line.and_then(|_| box_of(&field.field)));
    match (name, field.line) {
        (Some(name), Some(line)) => format!("{name}, line {line}: "),
        (Some(name), None) => format!("{name}: "),
        (None, Some(line)) => format!("Line {line}: "),
        (None, None) => String::new(),
    }
}

/// A box of lines that stands in forms beside others.
fn box_of(field: &str) -> Option<String> {
    let name = match field {
        "recipients" => "Recipients",
        "cc" => "Copies",
        "bcc" => "Blind copies",
        "except" => "Days left out",
        "domains" => "Domains",
        "addresses" => "To",
        _ => return None,
    };
    Some(name.to_owned())
}

#[cfg(feature = "hydrate")]
use browser::focus;

#[cfg(not(feature = "hydrate"))]
use server::focus;

#[cfg(feature = "hydrate")]
mod browser {
    /// Moves the focus, so that the summary is read.
    pub fn focus(element: &web_sys::HtmlDivElement) {
        let _ = element.focus();
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    /// Effects do not run on the server.
    pub fn focus<T>(_element: &T) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Problem;

    #[test]
    fn a_problem_above_a_form_names_its_field_and_its_line() {
        let problem = |field: &str, line| FieldError { field: field.into(), problem: Problem::ControlCharacters, line };
        let names: fn(&str) -> Option<String> = |field| (field == "own_subject").then(|| "Subject".to_owned());
        assert_eq!(place(&problem("own_subject", None), Some(names)), "Subject: ");
        assert_eq!(place(&problem("cc", Some(2)), Some(names)), "Copies, line 2: ");
        assert_eq!(place(&problem("own_subject", None), None), "", "it is the only field of its form");
        assert_eq!(place(&problem("lines", Some(2)), None), "Line 2: ");
    }
}
