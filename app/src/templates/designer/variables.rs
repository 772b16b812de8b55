//! The variables of the preview's data: documented in the page, each with its value there, and put into a field by a click.

use leptos::prelude::*;
use serde::Serialize;

use super::{desk::Desk, hands};
use crate::domain::template::filters::{self, FILTERS};

/// A variable as lists of proposals show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Known {
    pub name: String,
    /// What is put in, with the filter that it needs.
    pub insert: String,
    /// What it means, with its value.
    pub about: String,
    /// The word of its type.
    pub kind: String,
    /// Whether it is there within a loop alone.
    pub is_in_list: bool,
    /// Of a list: a loop that goes through it.
    pub each: Option<String>,
}

/// All names that may follow a `|`.
pub fn filter_names() -> Vec<&'static str> {
    filters::names().collect()
}

/// Variables and filters, to read and to choose.
pub fn panel(desk: Desk) -> AnyView {
    let wanted = RwSignal::new(String::new());
    let rows = move || {
        let wanted = wanted.get().trim().to_lowercase();
        let fits = |known: &Known| {
            wanted.is_empty()
                || known.name.to_lowercase().contains(&wanted)
                || known.about.to_lowercase().contains(&wanted)
        };
        let known: Vec<Known> = desk.shown.known_tracked().into_iter().filter(fits).collect();
        match known.is_empty() {
            true => view! { <p class="muted small">"No variable has these words."</p> }.into_any(),
            false => groups(known).into_iter().map(|(name, known)| group(desk, name, known)).collect_view().into_any(),
        }
    };
    let filters = FILTERS.iter().map(|filter| {
        view! {
            <li>
                <code>{filter.name}</code>
                <span class="small">{format!("{}: {}", filter.takes, filter.gives)}</span>
                <span class="muted small"><code class="wraps">{filter.example}</code>" → "{filter.result}</span>
            </li>
        }
        .into_any()
    });
    view! {
        <details class="variables-panel">
            <summary>"Variables"</summary>
            <div class="stack is-tight">
                <p class="field__hint">"With their values in the data of the preview. In a field, {{ opens the same list."</p>
                <div class="field is-script">
                    <label class="field__label" for="variables-find">"Find a variable"</label>
                    <input class="input" id="variables-find" type="search" autocomplete="off" prop:value=move || wanted.get() on:input=move |event| wanted.set(event_target_value(&event)) />
                </div>
                {rows}
            </div>
        </details>
        <details class="variables-panel">
            <summary>"Filters"</summary>
            <ul class="variables" role="list">{filters.collect_view()}</ul>
        </details>
    }
    .into_any()
}

/// What belongs together, by the name before the first dot, in the order of the catalogue.
fn groups(known: Vec<Known>) -> Vec<(String, Vec<Known>)> {
    let mut groups: Vec<(String, Vec<Known>)> = Vec::new();
    for known in known {
        let name = known.name.split('.').next().unwrap_or_default().to_owned();
        match groups.iter_mut().find(|(other, _)| *other == name) {
            Some((_, list)) => list.push(known),
            None => groups.push((name, vec![known])),
        }
    }
    groups
}

fn group(desk: Desk, name: String, known: Vec<Known>) -> AnyView {
    let heading = match known.iter().all(|known| known.is_in_list) {
        true => format!("{name}, within a loop"),
        false => name.clone(),
    };
    let id = format!("variables-{name}");
    let labelled = id.clone();
    let rows = known.into_iter().map(|known| row(desk, known)).collect_view();
    view! {
        <p class="field__label" id=id>{heading}</p>
        <ul class="variables" role="list" aria-labelledby=labelled>{rows}</ul>
    }
    .into_any()
}

fn row(desk: Desk, known: Known) -> AnyView {
    let Known { name, insert, about, kind, is_in_list: _, each } = known;
    let button = desk.can_edit.then(|| {
        // Of a list there is nothing to write but what each of it has.
        let (label, words, text) = match each {
            Some(each) => (format!("Insert a loop over {name}"), "Insert loop", each),
            None => (format!("Insert {name}"), "Insert", format!("{{{{ {insert} }}}}")),
        };
        view! {
            <button class="btn is-sm is-ghost is-script" type="button" aria-label=label on:click=move |_| {
                if !hands::insert(&text) {
                    desk.fail("Put the caret into a field first; the variable goes there.");
                }
            }>{words}</button>
        }
    });
    view! {
        <li>
            <code class="wraps">{name}</code>
            <span class="small">{kind}</span>
            <span class="muted small" dir="auto">{about}</span>
            {button}
        </li>
    }
    .into_any()
}
