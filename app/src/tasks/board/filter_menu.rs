//! The filter as a form, in a popover of the browser's own: it works without WebAssembly, and
//! applies each choice at once when the page is awake. Beside it, what is filtered now.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{
    domain::{
        board_filter::BoardFilter,
        board_look::{BoardLook, board_query, read_board_query},
    },
    tasks::{
        filter_fields::{count, fields, removable},
        form_query::{query_of, submit},
        view::PersonChoice,
    },
    ui::Icon,
};

#[component]
pub fn FilterMenu(
    path: String,
    filter: Memo<BoardFilter>,
    look: Memo<BoardLook>,
    people: Memo<Vec<PersonChoice>>,
    labels: Memo<Option<Vec<String>>>,
) -> impl IntoView {
    let go = go_there();
    let many = Memo::new(move |_| filter.with(count));
    let badge = move || {
        let many = many.get();
        (many > 0).then(|| view! { <span class="badge">{many}</span> })
    };
    let kept = move || {
        let text = filter.get().to_pairs().into_iter().filter(|(name, _)| *name == "q");
        text.chain(look.get().to_pairs())
            .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
            .collect_view()
    };
    view! {
        <button class="btn" type="button" popovertarget="filter-menu">
            <Icon name="list-filter" />"Filter"{badge}
        </button>
        <div class="menu is-anchored is-form" id="filter-menu" popover="auto" role="group" aria-label="Filter tasks">
            <form class="menu__form" method="get" action=path.clone() on:change=|event| submit(&event) on:submit=move |event| go(&event, &path)>
                {kept}
                {fields(filter.into(), people.into(), labels.into())}
                <button class="btn is-primary needs-no-script" type="submit">"Apply"</button>
            </form>
        </div>
    }
    .into_any()
}

/// What is filtered now: each part a link to the board without it, and one without any.
#[component]
pub fn ActiveFilters(
    path: String,
    filter: Memo<BoardFilter>,
    look: Memo<BoardLook>,
    people: Memo<Vec<PersonChoice>>,
) -> impl IntoView {
    move || {
        let (filter, look) = (filter.get(), look.get());
        let href = |filter: BoardFilter| format!("{path}{}", board_query(&filter, look));
        let chips = people.with(|people| removable(&filter, people, href));
        let everything = format!("{path}{}", board_query(&BoardFilter::default(), look));
        view! {
            {chips}
            {filter.is_active().then(|| view! { <a class="link small" href=everything>"Clear filters"</a> })}
        }
    }
}

/// Goes to the address that a form says, without loading the page anew.
pub fn go_there() -> impl Fn(&SubmitEvent, &str) + Clone {
    let navigate = use_navigate();
    move |event, path| {
        if let Some(query) = query_of(event) {
            event.prevent_default();
            let (filter, look) = read_board_query(&query);
            navigate(
                &format!("{path}{}", board_query(&filter, look)),
                NavigateOptions { scroll: false, ..Default::default() },
            );
        }
    }
}
