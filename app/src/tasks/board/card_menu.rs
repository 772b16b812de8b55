//! The menu of a card: the one-pointer, one-press way to everything that dragging does.

use leptos::{html::Div, prelude::*};

use super::{
    popover,
    state::{BoardState, CardState, Place},
};
use crate::{
    domain::ids::TaskId,
    ui::{Icon, StatusMark},
};

/// Where in its list a card goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shift {
    Up,
    Down,
    Top,
    Bottom,
}

impl Shift {
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Up, "Move up", "arrow-up"),
        (Self::Down, "Move down", "arrow-down"),
        (Self::Top, "Move to top", "arrow-up-to-line"),
        (Self::Bottom, "Move to bottom", "arrow-down-to-line"),
    ];

    /// The place it leads to, if that is another one.
    fn target(self, from: Place, count: usize) -> Option<Place> {
        let last = count.checked_sub(1)?;
        let index = match self {
            Self::Up => from.index.checked_sub(1)?,
            Self::Down => from.index + 1,
            Self::Top => 0,
            Self::Bottom => last,
        };
        (index <= last && index != from.index).then_some(Place { index, ..from })
    }
}

/// The one menu of the board; it opens at the card that [`BoardState::menu`] names.
#[component]
pub fn CardMenu(board: BoardState, node: NodeRef<Div>) -> impl IntoView {
    let menu = NodeRef::<Div>::new();
    let opened = board.menu.clone();
    Effect::new(move |_| {
        if let (Some(menu), Some(card)) = (menu.get(), opened.get_untracked()) {
            popover::open_at_card(node, &menu, card);
        }
    });
    move || {
        let id = board.menu.get()?;
        let card = board.card(id)?;
        let closed = board.menu.clone();
        let label = format!("Actions for {}", card.title());
        Some(view! {
            <div class="menu" popover="auto" role="menu" aria-label=label node_ref=menu
                on:keydown=move |event| popover::menu_keys(menu, &event)
                on:toggle=move |event| if popover::is_closing(&event) {
                    closed.set(None);
                    popover::focus_menu_button(node, id);
                }
            >
                {items(&board, &card, node)}
            </div>
        })
    }
}

fn items(board: &BoardState, card: &CardState, node: NodeRef<Div>) -> impl IntoView + use<> {
    let id = card.id;
    let number = card.data.with_untracked(|card| card.number);
    let open = format!("/board/{}/tasks/{number}{}", board.key, board.query);
    view! {
        <a class="menu__item" role="menuitem" tabindex="-1" href=open><Icon name="panel-right" />"Open"<kbd>"Enter"</kbd></a>
        {board.can_edit.then(|| (shifts(board, id, node), columns(board, id, node), rest(board, id)))}
    }
}

fn shifts(board: &BoardState, card: TaskId, node: NodeRef<Div>) -> impl IntoView + use<> {
    let place = board.place_of(card);
    let count =
        place.and_then(|place| board.column(place.column)).map_or(0, |column| column.cards.with_untracked(Vec::len));
    let items = Shift::ALL.map(|(shift, label, icon)| {
        let to = place.and_then(|place| shift.target(place, count));
        item(board, label, icon, to.is_none(), move |board| {
            if let Some(to) = to {
                board.move_to(card, to);
                popover::refocus_card(node, card);
            }
        })
    });
    view! { <hr />{items.into_iter().collect_view()} }
}

fn columns(board: &BoardState, card: TaskId, node: NodeRef<Div>) -> impl IntoView + use<> {
    let here = board.place_of(card).map(|place| place.column);
    let items: Vec<_> = board
        .columns
        .iter()
        .map(|column| {
            let (to, status, is_here) = (column.id, column.status, here == Some(column.id));
            let board = board.clone();
            view! {
                <button class="menu__item" type="button" role="menuitem" tabindex="-1" aria-disabled=is_here.then_some("true") on:click=move |_| {
                    if !is_here {
                        board.menu.set(None);
                        board.move_to(card, Place { column: to, index: 0 });
                        popover::refocus_card(node, card);
                    }
                }>
                    <StatusMark status=status /><span dir="auto">{column.name.clone()}</span>
                </button>
            }
        })
        .collect();
    view! { <hr /><span class="menu__label" role="presentation">"Move to"</span>{items} }
}

fn rest(board: &BoardState, card: TaskId) -> impl IntoView + use<> {
    view! {
        <hr />
        {item(board, "Move…", "move", false, move |board| board.moving.set(Some(card)))}
        {item(board, "Archive", "archive", false, move |board| board.archive(card))}
    }
}

fn item(
    board: &BoardState,
    label: &'static str,
    icon: &'static str,
    is_disabled: bool,
    act: impl Fn(&BoardState) + 'static,
) -> AnyView {
    let board = board.clone();
    let key = match label {
        "Move…" => Some("M"),
        "Archive" => Some("Del"),
        _ => None,
    };
    view! {
        <button class="menu__item" type="button" role="menuitem" tabindex="-1" aria-disabled=is_disabled.then_some("true") on:click=move |_| {
            if !is_disabled {
                board.menu.set(None);
                act(&board);
            }
        }>
            <Icon name=icon />{label}{key.map(|key| view! { <kbd>{key}</kbd> })}
        </button>
    }
    .into_any()
}
