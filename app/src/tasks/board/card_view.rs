//! One card.

use leptos::prelude::*;

use super::state::{BoardState, CardState};
use crate::{
    domain::{due, task::Priority},
    tasks::view::Card,
    ui::{Avatar, Icon, PriorityMark},
};

/// Labels and people beyond these are counted.
const MOST: usize = 3;

#[component]
pub fn CardView(card: CardState, board: BoardState) -> impl IntoView {
    let CardState { id, data } = card;
    let clock = board.clock.clone();
    let chip = {
        let data = data.clone();
        move || data.with(|card| due::chip(card.due, card.finish, clock.get()))
    };
    let strip = {
        let chip = chip.clone();
        move || chip().map(|chip| chip.key.as_str())
    };
    let (lifted, slow) = (board.lifted.clone(), board.sender.slow.clone());
    let inside = move || {
        let card = data.get();
        let chip = chip();
        let reference = card.reference(&board.key);
        let href = format!("/board/{}/tasks/{}{}", board.key, card.number, board.query);
        view! {
            {labels(&card)}
            <a class="card__title" dir="auto" href=href title=card.title.clone()>{card.title.clone()}</a>
            <a class="icon-btn card__menu" role="button" aria-haspopup="menu" href=format!("/tasks/{reference}/actions") aria-label=format!("Actions for {}", card.title)>
                <Icon name="ellipsis" />
            </a>
            <div class="card__foot">
                <div class="card__meta">
                    <PriorityMark priority=card.priority />
                    <span class="sr-only">{priority_words(card.priority)}</span>
                    <span class="num">{reference}</span>
                    {chip.map(|chip| due_chip(&card, chip))}
                    {counters(&card)}
                </div>
                {people(&card)}
            </div>
        }
    };
    view! {
        <li
            class="card"
            class:is-lifted=move || lifted.with(|lifted| lifted.is_some_and(|(card, _)| card == id))
            class:is-saving=move || slow.get() == Some(id)
            data-id=id.to_string()
            data-due=strip
        >
            {inside}
        </li>
    }
    .into_any()
}

const fn priority_words(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "Low priority",
        Priority::Medium => "Medium priority",
        Priority::High => "High priority",
        Priority::Urgent => "Urgent",
    }
}

fn labels(card: &Card) -> Option<impl IntoView + use<>> {
    let more = card.labels.len().saturating_sub(MOST);
    let shown: Vec<_> = card.labels.iter().take(MOST).cloned().collect();
    (!shown.is_empty()).then(|| view! {
        <div class="card__labels">
            {shown.into_iter().map(|label| view! { <span class="label" data-hue=label.hue.to_string() dir="auto">{label.name}</span> }).collect_view()}
            {(more > 0).then(|| view! { <span class="label is-more">{format!("+{more}")}<span class="sr-only">" labels"</span></span> })}
        </div>
    })
}

fn due_chip(card: &Card, chip: due::DueChip) -> impl IntoView + use<> {
    let machine = card.due.map(due::Due::machine);
    let title = card.due.map(|due| format!("Due {}", due.long()));
    let spoken = if chip.key == due::DueKey::Done { "" } else { "Due: " };
    view! {
        <time class="chip" data-due=chip.key.as_str() datetime=machine title=title>
            <Icon name=chip.key.icon() /><span class="sr-only">{spoken}</span><bdi>{chip.words}</bdi>
        </time>
    }
}

fn counters(card: &Card) -> impl IntoView + use<> {
    let (ticked, items) = card.checklist;
    let comments = card.comments;
    (
        (items > 0).then(|| view! {
            <span class="meta"><Icon name="list-checks" /><bdi>{format!("{ticked}/{items}")}</bdi><span class="sr-only">" checklist items"</span></span>
        }),
        (comments > 0).then(|| view! {
            <span class="meta"><Icon name="message-square" />{comments}<span class="sr-only">" comments"</span></span>
        }),
    )
}

fn people(card: &Card) -> Option<impl IntoView + use<>> {
    let more = card.people.len().saturating_sub(MOST);
    let shown: Vec<_> = card.people.iter().take(MOST).cloned().collect();
    (!shown.is_empty()).then(|| view! {
        <span class="avatars">
            {shown.into_iter().map(|name| view! { <Avatar name=name /> }).collect_view()}
            {(more > 0).then(|| view! { <span class="avatar is-more">{format!("+{more}")}<span class="sr-only">" people"</span></span> })}
        </span>
    })
}
