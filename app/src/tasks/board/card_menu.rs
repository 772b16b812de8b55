//! The menu of a card: the one-pointer, one-press way to everything that dragging and keys do. What has a key does the same
//! as it: of a selected card to the whole selection.

use leptos::{html::Div, prelude::*};

use super::{
    lanes_menu,
    places::Shift,
    popover,
    state::{BoardState, CardState},
    tools::Field,
};
use crate::{
    domain::ids::TaskId,
    ui::{
        Icon, StatusMark,
        keys::{self, Action},
        toast::{Toast, Tone},
    },
};

/// The shifts with their words and icons.
const SHIFTS: [(Shift, &str, &str); 4] = [
    (Shift::Up, "Move up", "arrow-up"),
    (Shift::Down, "Move down", "arrow-down"),
    (Shift::Top, "Move to top", "arrow-up-to-line"),
    (Shift::Bottom, "Move to bottom", "arrow-down-to-line"),
];

/// The one menu of the board; it opens at the card that [`BoardState::menu`] names.
#[component]
pub fn CardMenu(board: BoardState, node: NodeRef<Div>) -> impl IntoView {
    let menu = NodeRef::<Div>::new();
    let opened = board.menu.clone();
    Effect::new(move |_| {
        if let (Some(menu), Some(card)) = (menu.get(), opened.get()) {
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
                on:toggle=move |event| if popover::is_closing(&event) && !popover::is_open(menu) {
                    closed.set(None);
                    popover::focus_menu_button(node, id);
                }
            >
                {items(&board, &card, node)}
            </div>
        })
    }
}

fn items(board: &BoardState, card: &CardState, node: NodeRef<Div>) -> AnyView {
    let id = card.id;
    let number = card.data.with_untracked(|card| card.number);
    let open = format!("/board/{}/tasks/{number}{}", board.key, board.query);
    view! {
        <a class="menu__item" role="menuitem" tabindex="-1" href=open aria-keyshortcuts=keys::aria(Action::Open)><Icon name="panel-right" />"Open"{keys::caps(Action::Open)}</a>
        {copy(board, card, node)}
        {board.can_edit.then(|| (changes(board, id), shifts(board, id, node), columns(board, id, node), lanes_menu::items(board, id, node), rest(board, id)))}
    }
    .into_any()
}

/// The address of the task, for a mail or a chat.
fn copy(board: &BoardState, card: &CardState, node: NodeRef<Div>) -> AnyView {
    let (id, path) = (card.id, format!("/tasks/{}", card.data.with_untracked(|card| card.reference(&board.key))));
    item(board, "Copy link", "link", None, false, move |board| {
        let (toasts, path) = (board.toasts, path.clone());
        leptos::task::spawn_local(async move {
            match popover::copy_link(path.clone()).await {
                true => toasts.push(Toast { words: "Link copied".into(), action: None, tone: Tone::Good }),
                false => toasts.fail(format!("The link could not be copied. It is {path}")),
            }
        });
        popover::refocus_card(node, id);
    })
}

/// What a card has, each with its picker.
fn changes(board: &BoardState, card: TaskId) -> impl IntoView + use<> {
    let fields = [
        (Action::EditTitle, "Edit title", "pencil", None),
        (Action::Priority, "Priority…", "chart-no-axes-column", Some(Field::Priority)),
        (Action::Due, "Due date…", "calendar", Some(Field::Due)),
        (Action::Assign, "Assign…", "user-plus", Some(Field::People)),
        (Action::Label, "Labels…", "tag", Some(Field::Labels)),
        (Action::AddBelow, "Add below…", "plus", Some(Field::Below)),
    ];
    let items = fields.map(|(action, label, icon, field)| {
        item(board, label, icon, Some(action), false, move |board| match field {
            Some(field) => board.pick(field, card),
            None => board.tools.editing.set(Some(card)),
        })
    });
    let select = if board.is_selected(card) { "Take out of the selection" } else { "Select" };
    view! {
        <hr />
        {items.into_iter().collect_view()}
        {item(board, select, "square-check", Some(Action::Select), false, move |board| board.toggle_selected(card))}
    }
}

fn shifts(board: &BoardState, card: TaskId, node: NodeRef<Div>) -> impl IntoView + use<> {
    let items = SHIFTS.map(|(shift, label, icon)| {
        let to = board.shifted(card, shift);
        item(board, label, icon, None, to.is_none(), move |board| {
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
    let lists = board.lists_now();
    let at = here.and_then(|here| lists.iter().position(|column| column.id == here));
    let items: Vec<_> = lists
        .iter()
        .enumerate()
        .map(|(i, column)| {
            let (to, status, is_here) = (column.id, column.status, here == Some(column.id));
            // The lists beside it have keys of their own.
            let action = match at {
                Some(at) if at == i + 1 => Some(Action::ToPreviousList),
                Some(at) if at + 1 == i => Some(Action::ToNextList),
                _ => None,
            };
            let board = board.clone();
            view! {
                <button class="menu__item" type="button" role="menuitem" tabindex="-1" aria-disabled=is_here.then_some("true") aria-keyshortcuts=action.and_then(keys::aria) on:click=move |_| {
                    if !is_here {
                        board.menu.set(None);
                        board.move_with_selection(card, to);
                        popover::refocus_card(node, card);
                    }
                }>
                    <StatusMark status=status /><span dir="auto">{column.name.clone()}</span>{action.map(keys::caps)}
                </button>
            }
        })
        .collect();
    view! { <hr /><span class="menu__label" role="presentation">"Move to"</span>{items} }
}

fn rest(board: &BoardState, card: TaskId) -> impl IntoView + use<> {
    view! {
        {item(board, "Move…", "move", Some(Action::Move), false, move |board| board.moving.set(Some(card)))}
        <hr />
        {item(board, "Archive", "archive", Some(Action::Archive), false, move |board| board.archive_all(&board.with_selection(card)))}
        {item(board, "Delete", "trash-2", None, false, move |board| board.delete(card))}
    }
}

fn item(
    board: &BoardState,
    label: &'static str,
    icon: &'static str,
    action: Option<Action>,
    is_disabled: bool,
    act: impl Fn(&BoardState) + 'static,
) -> AnyView {
    let board = board.clone();
    view! {
        <button class="menu__item" type="button" role="menuitem" tabindex="-1" aria-disabled=is_disabled.then_some("true") aria-keyshortcuts=action.and_then(keys::aria) on:click=move |_| {
            if !is_disabled {
                board.menu.set(None);
                act(&board);
            }
        }>
            <Icon name=icon />{label}{action.map(keys::caps)}
        </button>
    }
    .into_any()
}
