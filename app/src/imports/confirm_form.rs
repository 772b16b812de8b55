//! The form that starts an import: where it goes, which list is which status, who is who.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::{CancelImport, ConfirmImport, ListRow, PersonChoice, PersonRow, Review, TargetRow, list_value},
    columns_form::ColumnsForm,
    preview::Facts,
};
use crate::{
    domain::{
        ids::{ImportId, ProjectId},
        import::{
            mapping::{Layout, ListTarget},
            run::PersonTarget,
        },
        task::Status,
    },
    ui::{ErrorSummary, Icon, TextField, plain_error},
};

#[component]
pub fn ConfirmForm(id: ImportId, review: Review) -> impl IntoView {
    let error = plain_error::<ConfirmImport>();
    let facts = review.clone();
    let failure = review.failure.clone();
    let earlier = review.earlier.clone();
    view! {
        <ErrorSummary error=error />
        {failure.map(|words| view! {
            <div class="banner" data-tone="bad" role="alert"><div dir="auto">"The import stopped and nothing was brought. "{words}</div></div>
        })}
        {earlier.map(|earlier| view! {
            <div class="banner" role="status">
                <div dir="auto">{format!("This file was imported into {} on {}. Choose that project to add only what is new, or a new project for a second copy.", earlier.project_name, earlier.on.format("%-d %b %Y"))}</div>
            </div>
        })}
        <form class="form" method="post" action=ConfirmImport::url()>
            <input type="hidden" name="id" value=id.to_string() />
            {review.columns.map(|columns| view! { <ColumnsForm columns=columns error=error /> })}
            <Facts review=facts />
            <section class="panel is-padded">
                <fieldset class="fieldset">
                    <legend>"Where it goes"</legend>
                    {new_choice(review.chosen_project.is_none())}
                    <div class="form__row">
                        <TextField label="Name of the new project" name="name" value=review.name error=error autocomplete="off" />
                        <TextField label="Key" name="key" value=review.key hint="Stands before the numbers of its tasks." error=error autocomplete="off" />
                    </div>
                    {layout_choices(review.layout)}
                    {review.targets.into_iter().map(|target| target_choice(target, review.chosen_project, review.cards)).collect_view()}
                </fieldset>
            </section>
            <Lists lists=review.lists />
            <People people=review.people choices=review.choices_of_people />
            <div class="form__actions">
                <button class="btn is-primary" type="submit"><Icon name="check" />"Import"</button>
                <button class="btn" type="submit" formaction=CancelImport::url() formnovalidate>"Cancel"</button>
                <span class="status-text">"Nothing is stored on a board before you choose Import."</span>
            </div>
        </form>
    }
    .into_any()
}

fn new_choice(is_chosen: bool) -> impl IntoView {
    view! {
        <label class="choice">
            <input type="radio" id="target" name="target" value="new" checked=is_chosen />
            <span>"A new project"</span>
        </label>
    }
    .into_any()
}

fn layout_choices(layout: Layout) -> impl IntoView {
    view! {
        <fieldset class="fieldset">
            <legend class="field__label">"Columns of the new project"</legend>
            <div class="choices is-inline">
                <label class="choice">
                    <input type="radio" name="layout" value="lists" checked=layout == Layout::KeepLists />
                    <span>"One for each list"</span>
                </label>
                <label class="choice">
                    <input type="radio" name="layout" value="four" checked=layout == Layout::FourColumns />
                    <span>"Todo, In Progress, Pending, Completed"</span>
                </label>
            </div>
        </fieldset>
    }
    .into_any()
}

fn target_choice(target: TargetRow, chosen: Option<ProjectId>, cards: usize) -> impl IntoView {
    let hint = match target.known {
        0 => "None of these cards is there yet.".to_owned(),
        known if known == cards => "All of these cards are there already and are skipped.".to_owned(),
        known => format!("{known} of {cards} cards are there already and are skipped."),
    };
    view! {
        <label class="choice">
            <input type="radio" name="target" value=target.id.to_string() checked=chosen == Some(target.id) />
            <span><bdi>{target.name}</bdi>" ("{target.key}")"<small>{hint}</small></span>
        </label>
    }
    .into_any()
}

#[component]
fn Lists(lists: Vec<ListRow>) -> impl IntoView {
    let rows = lists.into_iter().enumerate().map(|(place, list)| list_row(place, list)).collect_view();
    view! {
        <section class="stack is-tight" id="lists">
            <h2>"What the lists mean"</h2>
            <div class="table-wrap">
                <table class="table dl-cards">
                    <thead><tr><th scope="col">"List"</th><th scope="col" class="num">"Cards"</th><th scope="col">"Status"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn list_row(place: usize, list: ListRow) -> impl IntoView {
    let label = format!("Status of {}", list.name);
    let options = Status::ALL
        .iter()
        .map(|status| (ListTarget::Status(*status), status.label()))
        .chain([(ListTarget::LeaveOut, "Leave out")])
        .map(|(target, words)| view! { <option value=list_value(target) selected=target == list.target>{words}</option> })
        .collect_view();
    view! {
        <tr>
            <th scope="row"><bdi>{list.name}</bdi>{(!list.is_open).then(|| view! { <span class="muted small">" archived, its cards too"</span> })}</th>
            <td class="num" data-label="Cards">{list.cards}</td>
            <td data-label="Status"><select class="input" name=format!("lists[{place}]") aria-label=label>{options}</select></td>
        </tr>
    }
    .into_any()
}

#[component]
fn People(people: Vec<PersonRow>, choices: Vec<PersonChoice>) -> impl IntoView {
    (!people.is_empty()).then(|| {
        let rows = people.into_iter().enumerate().map(|(place, person)| person_row(place, person, &choices)).collect_view();
        view! {
            <section class="stack is-tight" id="people">
                <h2>"Who is who"</h2>
                <p class="muted small">"A name without an account can be assigned and stands in the history, but cannot sign in."</p>
                <div class="table-wrap">
                    <table class="table dl-cards">
                        <thead><tr><th scope="col">"In the file"</th><th scope="col">"Here"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        }
    })
}

fn person_row(place: usize, person: PersonRow, choices: &[PersonChoice]) -> impl IntoView + use<> {
    let label = format!("{} is here", person.name);
    let fixed = [
        (PersonTarget::Placeholder, format!("Add “{}” as a name without an account", person.name)),
        (PersonTarget::LeaveOut, "Leave out".to_owned()),
    ];
    let options = fixed
        .into_iter()
        .chain(choices.iter().map(|choice| (choice.target, choice.name.clone())))
        .map(|(target, words)| view! { <option value=target.to_form() selected=target == person.target>{words}</option> })
        .collect_view();
    view! {
        <tr>
            <th scope="row"><bdi>{person.name}</bdi>{person.role.map(|role| view! { <span class="muted small">" "{role.label()}</span> })}</th>
            <td data-label="Here"><select class="input" name=format!("people[{place}]") aria-label=label>{options}</select></td>
        </tr>
    }
    .into_any()
}
