//! Choosing status, priority, due date, people and labels in place: of a card, or of the whole
//! selection. One popover for all, which opens for what [`super::tools::Tools::picking`] names.

mod date;
mod given;
mod menus;

use leptos::{html::Div, prelude::*};

use super::{
    popover,
    quick_add::{QuickAdd, Where},
    state::{BoardState, CardState},
    tools::{Field, Picking},
    words,
};

/// The popover.
#[component]
pub fn Picker(board: BoardState, node: NodeRef<Div>) -> impl IntoView {
    let popup = NodeRef::<Div>::new();
    let picking = board.tools.picking.clone();
    let opened = picking.clone();
    Effect::new(move |_| {
        if let (Some(popup), Some(picking)) = (popup.get(), opened.get()) {
            popover::open_picker(node, &popup, &picking);
        }
    });
    let (choices, shown) = (board.tools.choices.clone(), picking.clone());
    Effect::new(move |_| {
        choices.track();
        if let Some(picking) = shown.get_untracked() {
            popover::place_picker(node, popup, picking);
        }
    });
    move || {
        let open = picking.get()?;
        let (field, closed, anchor) = (open.field, picking.clone(), open.anchor);
        let role = if matches!(field, Field::Status | Field::Priority) { "menu" } else { "dialog" };
        Some(view! {
            <div class="menu picker" popover="auto" role=role aria-label=name(&board, &open) data-field=field.as_str() node_ref=popup
                on:keydown=move |event| match role {
                    "menu" => popover::menu_keys(popup, &event),
                    _ => popover::picker_keys(popup, &event),
                }
                on:toggle=move |event| if popover::is_closing(&event) && !popover::is_open(popup) {
                    closed.set(None);
                    popover::refocus(node, anchor);
                }
            >
                {content(&board, &open, node, popup)}
            </div>
        })
    }
}

fn content(board: &BoardState, open: &Picking, node: NodeRef<Div>, popup: NodeRef<Div>) -> AnyView {
    let close = {
        let (picking, anchor) = (board.tools.picking.clone(), open.anchor);
        Callback::new(move |()| {
            // Closed before its element goes, it gives the focus back at once: the next key is for the card already.
            popover::hide(popup);
            picking.set(None);
            popover::refocus(node, anchor);
        })
    };
    match open.field {
        Field::Status => menus::status(board, &open.cards, close).into_any(),
        Field::Priority => menus::priority(board, &open.cards, close).into_any(),
        Field::Due => date::view(board, &open.cards, close).into_any(),
        Field::People => given::people(board, &open.cards).into_any(),
        Field::Labels => given::labels(board, &open.cards).into_any(),
        Field::Below => below(board, &open.cards, close).into_any(),
    }
}

/// A new task under the card.
fn below(board: &BoardState, cards: &[crate::domain::ids::TaskId], close: Callback<()>) -> Option<AnyView> {
    let card = *cards.first()?;
    let column = board.column(board.place_of(card)?.column)?.clone();
    let is_open = RwSignal::new(true);
    Effect::new(move |_| {
        if !is_open.get() {
            close.run(());
        }
    });
    Some(view! { <QuickAdd column=column board=board.clone() at=Where::Below(card) is_open=is_open /> }.into_any())
}

/// What the popover is called: "Priority of “Draft the report”".
fn name(board: &BoardState, open: &Picking) -> String {
    let title = open.cards.first().and_then(|card| board.card(*card)).map(|card| card.title());
    let whom = words::whom(title.as_deref(), open.cards.len());
    match open.field {
        Field::Status => format!("Status of {whom}"),
        Field::Priority => format!("Priority of {whom}"),
        Field::Due => format!("Due date of {whom}"),
        Field::People => format!("People of {whom}"),
        Field::Labels => format!("Labels of {whom}"),
        Field::Below => format!("New task below {whom}"),
    }
}

/// The cards that are on the board.
fn states(board: &BoardState, cards: &[crate::domain::ids::TaskId]) -> Vec<CardState> {
    cards.iter().filter_map(|card| board.card(*card)).collect()
}

/// The value that all of them have.
fn common<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}
