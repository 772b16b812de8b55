//! The variables of the preview's data: documented in the page, each with its value there, and put into a field by a click.

use leptos::prelude::*;
use serde::Serialize;

use super::{desk::Desk, hands};
use crate::domain::template::{
    filters::{self, FILTERS},
    tags::open_loops,
    variables::loop_item,
};

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
    /// Of a list: the name of one of it in that loop.
    pub item: Option<String>,
}

impl Known {
    /// What is put in: of a list there is nothing to write but what each of it has.
    pub fn written(&self) -> String {
        self.each.clone().unwrap_or_else(|| format!("{{{{ {} }}}}", self.insert))
    }

    /// The same under the name that a loop gives to one of its list.
    fn renamed(&self, usual: &str, item: &str) -> Self {
        let under =
            |path: &str| path.strip_prefix(usual).map_or_else(|| path.to_owned(), |rest| format!("{item}{rest}"));
        Self { name: under(&self.name), insert: under(&self.insert), is_in_list: false, ..self.clone() }
    }
}

/// What can be written behind a text: what is there everywhere, and before it what the loops hold that are open there.
pub fn there(known: Vec<Known>, before: &str) -> Vec<Known> {
    let of_loop = |item: &str, list: &str| {
        let usual = loop_item(list)?;
        let is_of = |known: &&Known| known.name.strip_prefix(usual).is_some_and(|rest| rest.starts_with('.'));
        Some(known.iter().filter(is_of).map(|known| known.renamed(usual, item)).collect::<Vec<_>>())
    };
    let open = open_loops(before);
    let mut found: Vec<Known> = open.iter().rev().filter_map(|open| of_loop(open.item, open.list)).flatten().collect();
    for other in known.into_iter().filter(|known| !known.is_in_list) {
        if found.iter().all(|own| own.name != other.name) {
            found.push(other);
        }
    }
    found
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
    let button = desk.can_edit.then(|| {
        let (label, words) = match known.each {
            Some(_) => (format!("Insert a loop over {}", known.name), "Insert loop"),
            None => (format!("Insert {}", known.name), "Insert"),
        };
        let known = known.clone();
        view! { <button class="btn is-sm is-ghost is-script" type="button" aria-label=label on:click=move |_| insert(desk, &known)>{words}</button> }
    });
    let Known { name, about, kind, .. } = known;
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

/// Writes a variable where the caret was last; what a loop holds only within such a loop.
fn insert(desk: Desk, known: &Known) {
    let Some(before) = hands::before_caret() else {
        desk.fail("Put the caret into a field first; the variable goes there.");
        return;
    };
    let name = &known.name;
    let Some(known) = there(vec![known.clone()], &before).into_iter().next() else {
        desk.fail(format!(
            "{name} is there within a loop alone. Insert the loop of a list first, and put the caret into it."
        ));
        return;
    };
    if !hands::insert(&known.written()) {
        desk.fail("Put the caret into a field first; the variable goes there.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str, is_in_list: bool) -> Known {
        Known {
            name: name.into(),
            insert: format!("{name} | date"),
            about: String::new(),
            kind: String::new(),
            is_in_list,
            each: None,
            item: None,
        }
    }

    fn offered(before: &str) -> Vec<String> {
        let all = vec![known("report.title", false), known("task.due_on", true), known("note.date", true)];
        there(all, before).into_iter().map(|known| known.insert).collect()
    }

    #[test]
    fn what_a_loop_holds_is_offered_within_it_under_the_name_that_it_gives() {
        assert_eq!(offered("Of {{ "), ["report.title | date"]);
        assert_eq!(offered("{% for t in tasks.overdue[:5] %}{{ "), ["t.due_on | date", "report.title | date"]);
        assert_eq!(offered("{% for task in tasks.overdue %}{% endfor %}{{ "), ["report.title | date"]);
        assert_eq!(
            offered("{% for task in tasks.overdue %}{% for note in notes %}"),
            ["note.date | date", "task.due_on | date", "report.title | date"]
        );
        assert_eq!(offered("{% for x in mine %}{{ "), ["report.title | date"], "nothing is known of it");
    }

    #[test]
    fn a_list_is_put_in_as_a_loop() {
        let list = Known { each: Some("{% for task in tasks.overdue %}…".into()), ..known("tasks.overdue", false) };
        assert_eq!(list.written(), "{% for task in tasks.overdue %}…");
        assert_eq!(known("period.first", false).written(), "{{ period.first | date }}");
    }
}
