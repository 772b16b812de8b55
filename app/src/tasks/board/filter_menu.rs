//! The filter as a form, in a popover of the browser's own: it works without WebAssembly, and
//! applies each choice at once when the page is awake. Beside it, what is filtered now.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{
    domain::{
        board_filter::{Assignee, BoardFilter, DueFilter, Part, QUERY_MAX},
        board_look::{BoardLook, board_query, read_board_query},
        task::{Category, Priority},
    },
    tasks::view::{BoardTools, PersonChoice},
    ui::Icon,
};

/// One entry of a menu: value and words.
type Entry = (String, String);

#[component]
pub fn FilterMenu(path: String, filter: BoardFilter, look: BoardLook, tools: BoardTools) -> impl IntoView {
    let BoardTools { people, labels, .. } = tools;
    let go = go_there();
    let pairs = filter.to_pairs();
    let value =
        |name: &str| pairs.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone()).unwrap_or_default();
    let count = Part::ALL.iter().filter(|part| **part != Part::Text && filter.is_set(**part)).count();
    let kept: Vec<(&'static str, String)> =
        filter.to_pairs().into_iter().filter(|(name, _)| *name == "q").chain(look.to_pairs()).collect();
    view! {
        <button class="btn" type="button" popovertarget="filter-menu">
            <Icon name="list-filter" />"Filter"{(count > 0).then(|| view! { <span class="badge">{count}</span> })}
        </button>
        <div class="menu is-anchored is-form" id="filter-menu" popover="auto" role="group" aria-label="Filter tasks">
            <form class="menu__form" method="get" action=path.clone() on:change=|event| submit(&event) on:submit=move |event| go(&event, &path)>
                {kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()}
                {menu("Person", "assignee", who(people), value("assignee"))}
                {menu("Priority", "priority", priorities(), value("priority"))}
                {menu("Due", "due", dues(), value("due"))}
                {match labels {
                    Some(labels) => menu("Label", "label", labels.into_iter().map(|name| (name.clone(), name)).collect(), value("label")).into_any(),
                    None => view! {
                        <div class="field">
                            <label class="field__label" for="filter-label">"Label"</label>
                            <input class="input" id="filter-label" name="label" value=value("label") maxlength=QUERY_MAX.to_string() placeholder="Its whole name" dir="auto" />
                        </div>
                    }.into_any(),
                }}
                {menu("Category", "category", categories(), value("category"))}
                <button class="btn is-primary needs-no-script" type="submit">"Apply"</button>
            </form>
        </div>
    }
    .into_any()
}

fn menu(label: &'static str, name: &'static str, entries: Vec<Entry>, chosen: String) -> impl IntoView {
    let id = format!("filter-{name}");
    let is_unknown = !chosen.is_empty() && entries.iter().all(|(value, _)| *value != chosen);
    let other = is_unknown.then(|| (chosen.clone(), "As in the address".to_owned()));
    let options: Vec<_> = std::iter::once((String::new(), "Any".to_owned()))
        .chain(entries)
        .chain(other)
        .map(|(value, words)| {
            let is_chosen = value == chosen;
            view! { <option value=value selected=is_chosen>{words}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>{label}</label>
            <select class="input" id=id name=name>{options}</select>
        </div>
    }
}

fn who(people: Vec<PersonChoice>) -> Vec<Entry> {
    let fixed = [("me", "Me"), ("none", "Nobody")].map(|(value, words)| (value.to_owned(), words.to_owned()));
    fixed.into_iter().chain(people.into_iter().map(|person| (person.id.to_string(), person.name))).collect()
}

fn priorities() -> Vec<Entry> {
    let one = Priority::ALL.iter().rev().map(|priority| (priority.to_string(), priority.label().to_owned()));
    one.chain([("high,urgent".to_owned(), "High and urgent".to_owned())]).collect()
}

fn dues() -> Vec<Entry> {
    DueFilter::ALL.iter().map(|due| (due.to_string(), due.label().to_owned())).collect()
}

fn categories() -> Vec<Entry> {
    Category::ALL.iter().map(|category| (category.to_string(), category.label().to_owned())).collect()
}

/// What is filtered now: each part a link to the board without it, and one without any.
#[component]
pub fn ActiveFilters(path: String, filter: BoardFilter, look: BoardLook, people: Vec<PersonChoice>) -> impl IntoView {
    let name_of = |id| people.iter().find(|person| person.id == id).map(|person| person.name.clone());
    let is_chip = |part: Part| match part {
        // The text stands in its field, and the quick chips show themselves.
        Part::Text => true,
        Part::Assignee => matches!(filter.assignee, Some(Assignee::Me | Assignee::Nobody)),
        Part::Due => matches!(filter.due, Some(DueFilter::Overdue | DueFilter::Week)),
        Part::Priorities => filter.priorities == [Priority::High, Priority::Urgent].into(),
        Part::Label | Part::Category => false,
    };
    let chips: Vec<_> = Part::ALL
        .iter()
        .filter(|part| !is_chip(**part))
        .filter_map(|part| {
            let words = filter.words_of(*part, name_of)?;
            let href = format!("{path}{}", board_query(&filter.without(*part), look));
            let label = format!("Remove the filter {words}");
            Some(view! { <a class="filter is-removable" aria-current="true" href=href aria-label=label><span dir="auto">{words}</span><Icon name="x" /></a> })
        })
        .collect();
    let everything = format!("{path}{}", board_query(&BoardFilter::default(), look));
    view! {
        {chips}
        {filter.is_active().then(|| view! { <a class="link small" href=everything>"Clear filters"</a> })}
    }
    .into_any()
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

#[cfg(feature = "hydrate")]
use browser::query_of;
#[cfg(feature = "hydrate")]
pub use browser::submit;

#[cfg(not(feature = "hydrate"))]
use server::query_of;
#[cfg(not(feature = "hydrate"))]
pub use server::submit;

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
