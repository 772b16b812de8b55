//! The properties of a block, opened in its place.

use leptos::{html::Form, prelude::*, server_fn::ServerFn};

use super::{
    desk::Desk,
    field::{self, Scope, Text},
    hands,
};
use crate::{
    domain::{
        condition::{Comparison, Figure},
        report::spec::{ChartKind, ListKind},
        task::Priority,
        template::{
            Block, BlockKind, FigureKind, TaskColumn, When,
            block::{ROWS_MAX, TaskFilter, TaskNames, TaskPerson},
            fields,
            place::BlockPlace,
        },
    },
    templates::forms_api::EditDraft,
    ui::Choice,
};

/// The form of a block; it is read whenever something in it changes.
pub fn form(desk: Desk, block: &Block) -> AnyView {
    let id = block.id;
    let scope = Scope::block(desk.said, id);
    let node = NodeRef::<Form>::new();
    let read = move |name: String| {
        let Some(typed) = hands::read(node) else { return };
        desk.change(Some(format!("block-{id}/{name}")), |draft| {
            if let Some(block) = draft.document.block_mut(id) {
                *block = fields::read_block(block, &|name| typed.get(name).cloned());
            }
        });
    };
    let (is_fixed, version) = (!desk.can_edit, desk.version().to_string());
    view! {
        <form class="form block__form" method="post" action=EditDraft::url() node_ref=node aria-label=format!("Properties: {}", block.kind.label())
            on:input=move |event| read(hands::name_of(&event))
            on:change=move |event| read(hands::name_of(&event))
            on:submit=move |event| event.prevent_default()
        >
            <input type="hidden" name="id" value=desk.id.to_string() />
            <input type="hidden" name="version" value=version />
            <input type="hidden" name="block" value=id.to_string() />
            <input type="hidden" name="act" value="block" />
            <fieldset class="fieldset" disabled=is_fixed>
                <legend class="sr-only">"Properties"</legend>
                {field::problem(desk.said, BlockPlace::whole(id).to_string())}
                {desk.names.with_value(|names| kind(scope, &block.kind, names))}
                {when(scope, block.when)}
                {(!is_fixed).then(|| view! { <div class="needs-no-script"><button class="btn is-sm" type="submit">"Save this block"</button></div> })}
            </fieldset>
        </form>
    }
    .into_any()
}

fn kind(scope: Scope, kind: &BlockKind, names: &TaskNames) -> AnyView {
    match kind {
        BlockKind::Heading { text, level } => {
            let levels = [("1", "Large"), ("2", "Middle"), ("3", "Small")];
            let levels = levels.map(|(value, label)| Choice::new(value, label)).to_vec();
            view! {
                {field::text(scope, "text", "Text", VARIABLES, text.clone(), Text::LineWithVariables)}
                {field::select(scope, "level", "Size", levels, &level.to_string())}
            }
            .into_any()
        }
        BlockKind::Text { text } => {
            field::text(scope, "text", "Text in Markdown", VARIABLES, text.clone(), Text::Several)
        }
        BlockKind::Summary { limit } => field::number(scope, "limit", "Sentences at most", *limit, (1, ROWS_MAX)),
        BlockKind::Notes { limit } => field::number(scope, "limit", "Entries at most", *limit, (1, ROWS_MAX)),
        BlockKind::KeyFigures { figures } => {
            let all = FigureKind::ALL.iter().map(|figure| (figure.as_str(), figure.label())).collect();
            field::ordered(scope, "figures", "Figures", all, figures.iter().map(|figure| figure.as_str()).collect())
        }
        BlockKind::Chart { chart, has_title } => {
            let charts = ChartKind::ALL.iter().map(|chart| Choice::new(chart.as_str(), chart.label())).collect();
            view! {
                {field::select(scope, "chart", "Chart", charts, chart.as_str())}
                {field::tick("has_title", "Say above it what it shows", *has_title)}
            }
            .into_any()
        }
        BlockKind::TaskList { list, limit, filter, none } => view! {
            {tasks(scope, *list, *limit, filter, names)}
            {field::text(scope, "none", "If the list is empty", "Left empty, nothing is shown.", none.clone(), Text::LineWithVariables)}
        }
        .into_any(),
        BlockKind::Table { list, limit, filter, columns } => {
            let all = TaskColumn::ALL.iter().map(|column| (column.as_str(), column.label())).collect();
            view! {
                {tasks(scope, *list, *limit, filter, names)}
                {field::ordered(scope, "columns", "Columns", all, columns.iter().map(|column| column.as_str()).collect())}
            }
            .into_any()
        }
        BlockKind::Button { label, url } => view! {
            {field::text(scope, "label", "Words", VARIABLES, label.clone(), Text::LineWithVariables)}
            {field::text(scope, "url", "Address", "Like {{ project.board_url }} or https://example.org.", url.clone(), Text::LineWithVariables)}
        }
        .into_any(),
        BlockKind::Html { source } => field::text(scope, "source", "HTML", HTML, source.clone(), Text::Html),
        BlockKind::Divider => view! { <p class="muted small">"A thin line between two parts."</p> }.into_any(),
        BlockKind::Columns { .. } => {
            view! { <p class="muted small">"Side by side, one below the other on a phone. The blocks of each column stand below."</p> }.into_any()
        }
    }
}

const VARIABLES: &str = "Type {{ to choose a variable.";

const HTML: &str = "Tables and inline styles survive every mail program. Type {{ to choose a variable.";

fn tasks(scope: Scope, list: ListKind, limit: u32, filter: &TaskFilter, names: &TaskNames) -> AnyView {
    let any = std::iter::once(Choice::new("", "Any priority"));
    let least = Priority::LEAST.map(|least| Choice::new(least.as_str(), least.and_above()));
    // The lowest is any: older templates may have it.
    let priority = filter.priority.filter(|least| Priority::LEAST.contains(least)).map_or("", Priority::as_str);
    view! {
        <div class="form__row">
            {field::select(scope, "list", "Tasks", lists(), list.as_str())}
            {field::number(scope, "limit", "Rows at most", limit, (1, ROWS_MAX))}
        </div>
        <div class="form__row">
            {field::select(scope, "priority", "Priority", any.chain(least).collect(), priority)}
            {field::select(scope, "person", "Only tasks of", people(&names.people, filter), &person(&names.people, filter))}
        </div>
        <div class="form__row">
            {field::select(scope, "label", "Label", named("Any label", &names.labels, &filter.label, "no label of your projects"), &filter.label)}
            {field::select(scope, "project", "Project", named("Any project", &names.projects, &filter.project, "no project of yours"), &filter.project)}
        </div>
    }
    .into_any()
}

/// A choice among people. One that was chosen stays, though they may be in no project of this person's, and so does a
/// name alone, which older templates and files from elsewhere have.
fn people(people: &[TaskPerson], filter: &TaskFilter) -> Vec<Choice> {
    let known =
        people.iter().map(|person| Choice::new(fields::person_value(Some(person.id), &person.name), person.label()));
    let other = match filter.person_id {
        Some(id) if people.iter().any(|person| person.id == id) => None,
        Some(_) => Some(format!("{} (not in this list)", filter.person)),
        None => (!filter.person.is_empty()).then(|| format!("Everybody called {}", filter.person)),
    };
    let other = other.map(|words| Choice::new(person(people, filter), words));
    std::iter::once(Choice::new("", "Anybody")).chain(known).chain(other).collect()
}

/// The value of whoever is chosen, with the name that they have now.
fn person(people: &[TaskPerson], filter: &TaskFilter) -> String {
    let known = people.iter().find(|person| filter.person_id == Some(person.id));
    fields::person_value(filter.person_id, known.map_or(&filter.person, |person| &person.name))
}

/// A choice among names. One that was chosen stays, though it may be gone or somebody else's.
fn named(any: &str, names: &[String], chosen: &str, unknown: &str) -> Vec<Choice> {
    let known = names.iter().map(|name| Choice::new(name, name));
    let is_unknown = !chosen.is_empty() && !names.iter().any(|name| name == chosen);
    let gone = is_unknown.then(|| Choice::new(chosen, format!("{chosen} ({unknown})")));
    std::iter::once(Choice::new("", any)).chain(known).chain(gone).collect()
}

fn lists() -> Vec<Choice> {
    ListKind::ALL.iter().map(|list| Choice::new(list.as_str(), list.label())).collect()
}

/// "Show: always, only if …".
fn when(scope: Scope, when: When) -> AnyView {
    let choices = [
        ("always", "Always"),
        ("has_tasks", "Only if a list has tasks"),
        ("has_none", "Only if a list is empty"),
        ("figure", "Only if a figure passes a threshold"),
    ];
    let (list, figure, is, value) = match when {
        When::HasTasks { list } | When::HasNone { list } => (list, When::FIGURE, Comparison::AtLeast, 1),
        When::Figure { figure, is, value } => (ListKind::Overdue, figure, is, value),
        When::Always => (ListKind::Overdue, When::FIGURE, Comparison::AtLeast, 1),
    };
    let choices = choices.map(|(value, label)| Choice::new(value, label)).to_vec();
    let figures = Figure::ALL.iter().map(|figure| Choice::new(figure.as_str(), figure.label())).collect();
    let comparisons = Comparison::ALL.iter().map(|is| Choice::new(is.as_str(), is.label())).collect();
    view! {
        <div class="form__row block__when">
            {field::select(scope, "when", "Show", choices, when.word())}
            <div class="when-list">
                {field::select(scope, "when_list", "List", lists(), list.as_str())}
                <p class="field__hint">"Counts the tasks that the mail shows of it: here, in this section, or anywhere. All of a list that it does not show."</p>
            </div>
            <div class="when-figure">{field::select(scope, "when_figure", "Figure", figures, figure.as_str())}</div>
            <div class="when-figure">{field::select(scope, "when_is", "Comparison", comparisons, is.as_str())}</div>
            <div class="when-figure">{field::number(scope, "when_value", "Threshold", value, (0, 1_000_000))}</div>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::template::{Body, Document, block::TaskFilter},
        error::AppError,
    };

    /// Blocks in which everything that somebody can type breaks a rule.
    fn wrong() -> Vec<BlockKind> {
        let long = || "x".repeat(300_000);
        let filter = || TaskFilter { person: long(), label: long(), project: long(), ..TaskFilter::default() };
        let (list, limit) = (ListKind::Overdue, 0);
        vec![
            BlockKind::Heading { text: long(), level: 9 },
            BlockKind::Text { text: long() },
            BlockKind::Summary { limit },
            BlockKind::Notes { limit },
            BlockKind::KeyFigures { figures: Vec::new() },
            BlockKind::TaskList { list, limit, filter: filter(), none: long() },
            BlockKind::Table { list, limit, filter: filter(), columns: Vec::new() },
            BlockKind::Button { label: long(), url: long() },
            BlockKind::Html { source: long() },
        ]
    }

    #[test]
    fn each_problem_of_a_block_has_a_field_to_which_its_link_leads() {
        Owner::new().with(|| {
            let mut found = 0;
            for wrong in wrong() {
                let blocks = vec![Block { id: 7, kind: wrong.clone(), when: When::Always }];
                let error = Document { body: Body::Blocks { blocks }, ..Document::blank() }.check().unwrap_err();
                let AppError::Invalid(invalid) = &error else { panic!("{error:?}") };
                let places = invalid.fields.iter().filter_map(|error| BlockPlace::read(&error.field));
                let ids: Vec<String> =
                    places.map(|place| field::id_of(Some(place.block), place.field.unwrap_or_default())).collect();
                let said = error.clone();
                let scope = Scope::block(Memo::new(move |_| Some(said.clone())), 7);
                let html = kind(scope, &wrong, &TaskNames::default()).to_html();
                for id in &ids {
                    assert!(html.contains(&format!("id=\"{id}\"")), "{id} in {}", wrong.label());
                }
                found += ids.len();
            }
            assert_eq!(found, 19, "each of them");
        });
    }
}
