//! People and labels: a list of boxes that a field narrows. Each tick is a change of its own.

use leptos::prelude::*;

use super::states;
use crate::{
    domain::{ids::TaskId, task_edit::Edit},
    tasks::{
        board::state::{BoardState, CardState},
        view::{Card, TaskChoices},
    },
    ui::Avatar,
};

/// Most choices that are listed at once; the field finds the others.
const LISTED: usize = 50;

/// How many of the cards have something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Share {
    None,
    Some,
    All,
}

/// One choice.
struct Choice {
    name: String,
    /// Of a label.
    hue: Option<u8>,
    has: Box<dyn Fn(&Card) -> bool + Send + Sync>,
    change: Box<dyn Fn(bool) -> Edit + Send + Sync>,
}

pub fn people(board: &BoardState, cards: &[TaskId]) -> impl IntoView + use<> {
    list(board, cards, "Find a person", "Nobody of this name is in the project.", |choices| {
        let people = choices.people.iter().map(|person| {
            let id = person.id;
            Choice {
                name: person.name.clone(),
                hue: None,
                has: Box::new(move |card| card.assignees.contains(&id)),
                change: Box::new(move |gets| match gets {
                    true => Edit::People { add: vec![id], remove: Vec::new() },
                    false => Edit::People { add: Vec::new(), remove: vec![id] },
                }),
            }
        });
        people.collect()
    })
}

pub fn labels(board: &BoardState, cards: &[TaskId]) -> impl IntoView + use<> {
    list(board, cards, "Find a label", "No label of this name. Labels are made on a task.", |choices| {
        let labels = choices.labels.iter().map(|label| {
            let id = label.id;
            Choice {
                name: label.name.clone(),
                hue: Some(label.hue),
                has: Box::new(move |card| card.labels.iter().any(|label| label.id == id)),
                change: Box::new(move |gets| match gets {
                    true => Edit::Labels { add: vec![id], remove: Vec::new() },
                    false => Edit::Labels { add: Vec::new(), remove: vec![id] },
                }),
            }
        });
        labels.collect()
    })
}

fn list(
    board: &BoardState,
    cards: &[TaskId],
    find: &'static str,
    nothing: &'static str,
    of: fn(&TaskChoices) -> Vec<Choice>,
) -> AnyView {
    board.need_choices();
    let query = RwSignal::new(String::new());
    let (board, cards) = (board.clone(), cards.to_vec());
    let rows = move || {
        let wanted = query.with(|query| query.trim().to_lowercase());
        let Some(choices) = board.tools.choices.with(|choices| choices.as_ref().map(of)) else {
            return view! { <p class="menu__label" role="status">"Loading"</p> }.into_any();
        };
        let mut found: Vec<Choice> =
            choices.into_iter().filter(|choice| choice.name.to_lowercase().contains(&wanted)).collect();
        let left = found.len().saturating_sub(LISTED);
        found.truncate(LISTED);
        let is_empty = found.is_empty();
        let rows: Vec<_> = found.into_iter().map(|choice| row(&board, &cards, choice)).collect();
        view! {
            {is_empty.then(|| view! { <p class="menu__label" role="status">{nothing}</p> })}
            {rows}
            {(left > 0).then(|| view! { <p class="menu__label">{format!("{left} more: type to find them")}</p> })}
        }
        .into_any()
    };
    view! {
        <input class="input picker__find" type="search" aria-label=find placeholder=find autocomplete="off" on:input=move |event| query.set(event_target_value(&event)) />
        <div class="picker__list">{rows}</div>
    }
    .into_any()
}

fn row(board: &BoardState, cards: &[TaskId], choice: Choice) -> AnyView {
    let Choice { name, hue, has, change } = choice;
    let states = states(board, cards);
    let share = Memo::new(move |_| share(&states, &*has));
    let (board, cards) = (board.clone(), cards.to_vec());
    let mark = match hue {
        Some(hue) => view! { <span class="label" data-hue=hue.to_string()></span> }.into_any(),
        None => view! { <span aria-hidden="true"><Avatar name=name.clone() /></span> }.into_any(),
    };
    view! {
        <label class="menu__item">
            <input
                type="checkbox"
                prop:checked=move || share.get() == Share::All
                prop:indeterminate=move || share.get() == Share::Some
                on:change=move |_| board.edit_all(&cards, &change(share.get_untracked() != Share::All))
            />
            {mark}<span dir="auto">{name}</span>
        </label>
    }
    .into_any()
}

fn share(cards: &[CardState], has: &dyn Fn(&Card) -> bool) -> Share {
    let count = cards.iter().filter(|card| card.data.with(has)).count();
    match count {
        0 => Share::None,
        count if count == cards.len() => Share::All,
        _ => Share::Some,
    }
}
