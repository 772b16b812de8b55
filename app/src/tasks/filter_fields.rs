//! The filter as fields of a form, and what is filtered now as links that take it away: for all views of a project.

use leptos::prelude::*;

use super::view::PersonChoice;
use crate::{
    domain::{
        board_filter::{Assignee, BoardFilter, DueFilter, Part, QUERY_MAX},
        task::{Category, Priority},
    },
    ui::Icon,
};

/// One entry of a menu: value and words.
type Entry = (String, String);

/// The parts that the fields of a menu say; the text has a field of its own above the tasks.
pub fn count(filter: &BoardFilter) -> usize {
    Part::ALL.iter().filter(|part| **part != Part::Text && filter.is_set(**part)).count()
}

/// Fields for every part but the text. Where there are too many labels for a menu, one is typed. The fields themselves
/// are made once, so that one that has the focus keeps it while the filter, or what can be chosen, changes.
pub fn fields(
    filter: Signal<BoardFilter>,
    people: Signal<Vec<PersonChoice>>,
    labels: Signal<Option<Vec<String>>>,
) -> AnyView {
    let names = move || labels.get().into_iter().flatten().map(|name| (name.clone(), name)).collect::<Vec<Entry>>();
    let has_menu = Memo::new(move |_| labels.with(Option::is_some));
    let label = move || {
        if has_menu.get() {
            return menu("Label", "label", filter, names);
        }
        let chosen = chosen(filter, "label");
        view! {
            <div class="field">
                <label class="field__label" for="filter-label">"Label"</label>
                <input class="input" id="filter-label" name="label" value=chosen.get_untracked() prop:value=move || chosen.get() maxlength=QUERY_MAX.to_string() placeholder="Its whole name" dir="auto" />
            </div>
        }
        .into_any()
    };
    view! {
        {menu("Person", "assignee", filter, move || who(people.get()))}
        {menu("Priority", "priority", filter, priorities)}
        {menu("Due", "due", filter, dues)}
        {label}
        {menu("Category", "category", filter, categories)}
    }
    .into_any()
}

/// What the address says for a field.
fn chosen(filter: Signal<BoardFilter>, name: &'static str) -> Memo<String> {
    Memo::new(move |_| {
        let pairs = filter.with(BoardFilter::to_pairs);
        pairs.into_iter().find(|(other, _)| *other == name).map(|(_, value)| value).unwrap_or_default()
    })
}

fn menu(
    label: &'static str,
    name: &'static str,
    filter: Signal<BoardFilter>,
    known: impl Fn() -> Vec<Entry> + Send + Sync + 'static,
) -> AnyView {
    let id = format!("filter-{name}");
    let chosen = chosen(filter, name);
    let entries = Memo::new(move |_| {
        let mut entries = vec![(String::new(), "Any".to_owned())];
        entries.extend(known());
        let chosen = chosen.get();
        if entries.iter().all(|(value, _)| *value != chosen) {
            entries.push((chosen, "As in the address".to_owned()));
        }
        entries
    });
    let options = move || {
        let option = |(value, words): Entry| {
            let is_chosen = chosen.with_untracked(|chosen| *chosen == value);
            view! { <option value=value selected=is_chosen>{words}</option> }
        };
        entries.get().into_iter().map(option).collect_view()
    };
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>{label}</label>
            <select class="input" id=id name=name prop:value=move || chosen.get()>{options}</select>
        </div>
    }
    .into_any()
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

/// What is filtered now and neither stands in its field nor is a quick chip: each part a link to the view without it.
pub fn removable(filter: &BoardFilter, people: &[PersonChoice], href: impl Fn(BoardFilter) -> String) -> AnyView {
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
            let words = words_of(filter, *part, people)?;
            let href = href(filter.without(*part));
            let label = format!("Remove the filter {words}");
            Some(view! { <a class="filter is-removable" aria-current="true" href=href aria-label=label><span dir="auto">{words}</span><Icon name="x" /></a> })
        })
        .collect();
    chips.into_any()
}

/// What a filter leaves out, in words: `“smtp”, Overdue`.
pub fn words(filter: &BoardFilter, people: &[PersonChoice]) -> String {
    parts(filter, people).join(", ")
}

/// Each part of what a filter leaves out, in words; people by their names.
pub fn parts(filter: &BoardFilter, people: &[PersonChoice]) -> Vec<String> {
    Part::ALL.iter().filter_map(|part| words_of(filter, *part, people)).collect()
}

fn words_of(filter: &BoardFilter, part: Part, people: &[PersonChoice]) -> Option<String> {
    filter.words_of(part, |id| people.iter().find(|person| person.id == id).map(|person| person.name.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::UserId;

    #[test]
    fn a_filter_is_told_by_its_parts_with_the_names_of_people() {
        let dana = PersonChoice { id: UserId(uuid::Uuid::from_u128(1)), name: "Dana".into() };
        let of = |person| BoardFilter {
            assignee: Some(Assignee::Person(person)),
            due: Some(DueFilter::Overdue),
            ..Default::default()
        };
        assert_eq!(parts(&of(dana.id), std::slice::from_ref(&dana)), ["Dana", "Overdue"]);
        assert_eq!(words(&of(UserId(uuid::Uuid::from_u128(2))), &[dana]), "Somebody who left, Overdue");
        assert!(parts(&BoardFilter::default(), &[]).is_empty());
    }
}
