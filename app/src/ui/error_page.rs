//! Pages for what went wrong, in the shell: what happened and what to do.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{SessionEnd, response};
use crate::{
    domain::account::{Me, Role},
    error::AppError,
};

/// Says on the page of a refusal whom one may ask. The frame of the pages provides it: nobody here knows people.
#[derive(Clone, Copy)]
pub struct WhomToAsk(pub fn() -> AnyView);

/// A page that could not be shown, with the status that says the same.
#[component]
pub fn ErrorPage(error: AppError) -> impl IntoView {
    response::set_status(error.status());
    let title = match &error {
        AppError::SignedOut => "You are signed out",
        AppError::Forbidden => "You cannot see this page",
        AppError::NotFound => "There is no such page",
        AppError::ArchivedProject => "This project is archived",
        AppError::Conflict(_) => "This has changed",
        AppError::Full { .. } => "This list is full",
        AppError::Invalid(_) | AppError::Malformed => "The request could not be read",
        AppError::TooLarge => "This is too much",
        AppError::TooMany { .. } => "Too many attempts",
        AppError::Unavailable | AppError::Offline | AppError::Outside { .. } => "Not reachable",
        AppError::Internal { .. } => "Something went wrong here",
    };
    let is_admin = use_context::<Me>().is_some_and(|me| me.role == Role::Admin);
    let is_hidden_from_admin = is_admin && error == AppError::NotFound;
    let is_signed_out = error == AppError::SignedOut;
    if let Some(end) = use_context::<SessionEnd>().filter(|_| is_signed_out) {
        // The page itself was not read: there is nothing on it to be lost.
        end.go_on_with(|| drop(window().location().reload()));
    }
    let asking = use_context::<WhomToAsk>().filter(|_| error == AppError::Forbidden);
    let words = match asking {
        Some(WhomToAsk(show)) => show(),
        None => view! { <p>{error.reading_words()}</p> }.into_any(),
    };
    view! {
        <Title text=title />
        <div class="page empty error-page">
            <p class="error-page__code num">{error.status()}</p>
            <h1 tabindex="-1">{title}</h1>
            {words}
            {is_hidden_from_admin.then(|| view! { <p class="muted">"Administrators see the projects that they are members of, and no others until an owner adds them."</p> })}
            <p>
                {if is_signed_out {
                    view! { <a class="btn is-primary" href="/sign-in" rel="external">"Sign in"</a> }.into_any()
                } else {
                    view! { <a class="btn" href="/">"Go to the start"</a> }.into_any()
                }}
            </p>
        </div>
    }
    .into_any()
}

/// The page for an address that leads nowhere.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! { <ErrorPage error=AppError::NotFound /> }
}
