//! What stands where something is still being read: nothing for a moment, then the outline of what will come, still;
//! where it takes long, words and a way back. Pages that the server renders have none of it.

use leptos::prelude::*;

/// What the outline resembles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outline {
    /// Lists with cards.
    Board,
    /// Weeks with days.
    Calendar,
    /// Rows, one under the other.
    Rows,
    /// A title with texts below.
    Task,
}

impl Outline {
    const fn class(self) -> &'static str {
        match self {
            Self::Board => "outline is-board",
            Self::Calendar => "outline is-calendar",
            Self::Rows => "outline",
            Self::Task => "outline is-task",
        }
    }

    /// How many boxes it is made of.
    const fn boxes(self) -> usize {
        match self {
            Self::Board => 12,
            Self::Calendar => 35,
            Self::Rows => 8,
            Self::Task => 4,
        }
    }
}

/// For the `fallback` of what waits for the server. How long a moment is stands in the style sheet.
#[component]
pub fn Loading(
    /// What is read: `the task`.
    what: &'static str,
    outline: Outline,
) -> impl IntoView {
    let boxes = (0..outline.boxes()).map(|_| view! { <span></span> }).collect_view();
    view! {
        <div class="loading">
            <p class="sr-only" aria-live="polite">{format!("Loading {what}")}</p>
            <div aria-busy="true"><div class=outline.class() aria-hidden="true">{boxes}</div></div>
            <p class="loading__long">
                <span>"This takes longer than usual."</span>
                <button class="btn is-sm" type="button" on:click=|_| go_back()>"Cancel"</button>
            </p>
        </div>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
use browser::go_back;

#[cfg(not(feature = "hydrate"))]
use server::go_back;

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::window;

    /// To where the person came from.
    pub fn go_back() {
        if let Ok(history) = window().history() {
            drop(history.back());
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    /// The server waits for nothing that it shows.
    pub const fn go_back() {}
}
