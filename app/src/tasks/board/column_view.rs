//! One list of the board: its head, its cards, the way to more of them, quick add.

use leptos::prelude::*;

use super::{
    card_view::CardView,
    more,
    quick_add::{QuickAdd, Where},
    state::{BoardState, ColumnState},
};
use crate::ui::{Icon, StatusMark};

#[component]
pub fn ColumnView(column: ColumnState, board: BoardState) -> impl IntoView {
    let heading = format!("list-{}", column.id);
    let (named_by, id) = (heading.clone(), heading.clone());
    let is_adding = RwSignal::new(false);
    open_on_key(&column, &board, is_adding);
    let can_edit = board.can_edit;
    view! {
        <section class="col" data-status=column.status.as_str() data-id=column.id.to_string() aria-labelledby=named_by>
            <header class="col__head">
                <h2 id=id><StatusMark status=column.status /><span dir="auto">{column.name.clone()}</span></h2>
                {count(&column, &board)}
                <span class="spacer"></span>
                {can_edit.then(|| add_link(&column, &board, is_adding))}
            </header>
            {can_edit.then(|| view! { <QuickAdd column=column.clone() board=board.clone() at=Where::Top is_open=is_adding /> })}
            <ol class="cards" role="list" aria-labelledby=heading aria-describedby="board-help">
                {cards(&column, &board)}
                {nothing(&column, &board)}
                {more::link(&column, &board)}
                <li class="hole" aria-hidden="true" hidden></li>
            </ol>
            {can_edit.then(|| view! { <QuickAdd column=column.clone() board=board.clone() at=Where::End is_open=RwSignal::new(false) /> })}
        </section>
    }
    .into_any()
}

/// The key for a new task opens the field of the first list.
fn open_on_key(column: &ColumnState, board: &BoardState, is_adding: RwSignal<bool>) {
    let is_first = board.columns.first().is_some_and(|first| first.id == column.id);
    let adding = board.tools.adding.clone();
    Effect::new(move |_| {
        if is_first && adding.get() > 0 {
            // Closed first, so that an open field takes the focus again.
            is_adding.set(false);
            is_adding.set(true);
        }
    });
}

fn cards(column: &ColumnState, board: &BoardState) -> impl IntoView + use<> {
    let (cards, board) = (column.cards.clone(), board.clone());
    view! {
        <For each=move || cards.get() key=|card| card.id let(card)>
            <CardView card=card board=board.clone() />
        </For>
    }
}

/// The number of tasks: "2 of 14" while a filter hides some, else in orange where the limit is passed.
fn count(column: &ColumnState, board: &BoardState) -> impl IntoView + use<> {
    let (total, shown, limit) = (column.total.clone(), column.shown.clone(), column.limit);
    let is_filtered = !board.query.is_empty();
    move || {
        let (total, shown) = (total.get(), shown.get());
        match limit {
            _ if is_filtered => view! { <span class="badge"><bdi>{format!("{shown} of {total}")}</bdi><span class="sr-only">" tasks"</span></span> }.into_any(),
            Some(limit) if total > limit => view! {
                <span class="wip"><Icon name="triangle-alert" /><bdi>{format!("{total} of {limit}")}</bdi><span class="sr-only">" tasks, over the limit"</span></span>
            }.into_any(),
            _ => view! { <span class="badge">{total}<span class="sr-only">" tasks"</span></span> }.into_any(),
        }
    }
}

/// A link to the form without WebAssembly; with it, opens the field at the top of the list.
fn add_link(column: &ColumnState, board: &BoardState, is_adding: RwSignal<bool>) -> impl IntoView + use<> {
    let href = format!("/tasks/new?project={}&column={}", board.key, column.id);
    let label = format!("Add a task to the top of {}", column.name);
    view! {
        <a class="icon-btn" href=href aria-label=label.clone() title=label on:click=move |event| {
            event.prevent_default();
            is_adding.update(|is_adding| *is_adding = !*is_adding);
        }>
            <Icon name="plus" />
        </a>
    }
}

fn nothing(column: &ColumnState, board: &BoardState) -> impl IntoView + use<> {
    let cards = column.cards.clone();
    let words = if board.query.is_empty() { "No tasks here." } else { "No task here matches." };
    move || cards.with(Vec::is_empty).then(|| view! { <li class="cards__none">{words}</li> })
}
