//! The keyboard on the board: walking over the cards, lifting and moving them, changing them,
//! selecting, undo. Which key does what stands in [`crate::ui::keys`].
//!
//! The cards are one tab stop. A lifted card is moved from the lift bar, which has the focus and
//! `role=application`: otherwise screen readers keep the arrow keys for themselves.

use std::rc::Rc;

use leptos::prelude::*;
use web_sys::{FocusEvent, HtmlElement, KeyboardEvent};

use super::{
    announce::{Urgency, say},
    dom,
    focus::{
        card_of, focus_card, focus_filter, gather_tab_stops, is_nothing_focused, press_button, rove, show, title_of,
    },
    state::{BoardState, Place},
    tools::Field,
    words::{self, Edge},
};
use crate::{
    domain::ids::TaskId,
    ui::{
        keys::{self, Action},
        listeners::{Hears, Listeners},
        placing::is_right_to_left,
    },
};

/// Which way a card or the focus goes, in the direction of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Up,
    Down,
    Back,
    On,
    First,
    Last,
}

/// Listens for keys on the board and in the page. `uses_singles`: whether single characters do something.
pub fn start(board: &HtmlElement, state: &BoardState, uses_singles: bool) -> Listeners {
    let mut listeners = Listeners::default();
    let keys = Rc::new(Keys { board: board.clone(), state: state.clone(), uses_singles });
    gather_tab_stops(board);
    let this = keys.clone();
    listeners.on(board, "focusin", Hears::Bubbling, move |event: FocusEvent| {
        if let Some(card) = card_of(event.target()) {
            this.state.want(card);
        }
        if let Some(link) = title_of(event.target()) {
            rove(&this.board, &link);
        }
    });
    let this = keys.clone();
    listeners.on(board, "keydown", Hears::Bubbling, move |event: KeyboardEvent| this.on_card(&event));
    // On the document, so that the board comes before the keys of the shell, which listens on the window.
    if let Some(page) = web_sys::window().and_then(|window| window.document()) {
        let this = keys.clone();
        listeners.on(&page, "keydown", Hears::Bubbling, move |event: KeyboardEvent| this.anywhere(&event));
    }
    listeners
}

/// Keys in the lift bar, while a card is lifted.
pub fn on_lift_bar(board: &HtmlElement, state: &BoardState, event: &KeyboardEvent) {
    Keys { board: board.clone(), state: state.clone(), uses_singles: true }.while_lifted(event);
}

struct Keys {
    board: HtmlElement,
    state: BoardState,
    uses_singles: bool,
}

impl Keys {
    /// Keys on a focused card.
    fn on_card(&self, event: &KeyboardEvent) {
        if title_of(event.target()).is_none() {
            return press_button(event);
        }
        let Some(action) = keys::pressed(event, keys::Place::Card, self.uses_singles) else { return };
        let Some((card, place)) = card_of(event.target()).and_then(|card| Some((card, self.state.place_of(card)?)))
        else {
            return;
        };
        if let Some(way) = self.way(action) {
            event.prevent_default();
            self.walk(place, way);
            return;
        }
        if !self.state.can_edit {
            return;
        }
        match action {
            Action::Lift => self.lift(card, place),
            Action::ToPreviousList => self.to_neighbour_list(card, place, -1),
            Action::ToNextList => self.to_neighbour_list(card, place, 1),
            Action::Move => self.state.moving.set(Some(card)),
            Action::Status => self.state.pick(Field::Status, card),
            Action::Priority => self.state.pick(Field::Priority, card),
            Action::Due => self.state.pick(Field::Due, card),
            Action::Assign => self.state.pick(Field::People, card),
            Action::Label => self.state.pick(Field::Labels, card),
            Action::EditTitle => self.state.tools.editing.set(Some(card)),
            Action::AddBelow => self.state.pick(Field::Below, card),
            Action::Select => self.state.toggle_selected(card),
            Action::SelectUp => self.extend(card, place, -1),
            Action::SelectDown => self.extend(card, place, 1),
            Action::SelectList => self.state.select_list(place),
            Action::Archive => self.archive(card, place),
            // Enter opens by itself.
            _ => return,
        }
        event.prevent_default();
    }

    /// Keys that work wherever the focus is, unless somebody is typing.
    fn anywhere(&self, event: &KeyboardEvent) {
        if keys::is_for_field(event) {
            return;
        }
        if is_nothing_focused() && self.begin_to_walk(event) {
            return;
        }
        let Some(action) = keys::pressed(event, keys::Place::Anywhere, self.uses_singles) else { return };
        let is_lifted = self.state.lifted.with_untracked(Option::is_some);
        match action {
            Action::Filter => focus_filter(),
            Action::NewTask if self.state.can_edit && !is_lifted => self.state.tools.adding.update(|count| *count += 1),
            Action::Undo | Action::Redo if !is_lifted => {
                let card = if action == Action::Redo { self.state.redo() } else { self.state.undo() };
                if let Some(card) = card {
                    self.focus_soon(card);
                }
            }
            Action::Leave if !is_something_open() && self.state.clear_selection() => {}
            _ => return,
        }
        event.prevent_default();
    }

    /// With the focus nowhere, the keys that walk begin at the card that Tab would reach.
    fn begin_to_walk(&self, event: &KeyboardEvent) -> bool {
        let action = keys::pressed(event, keys::Place::Card, self.uses_singles);
        let walks = matches!(action, Some(Action::NextCard | Action::PreviousCard));
        let link = walks.then(|| dom::one(&self.board, ".card__title[tabindex='0']")).flatten();
        link.is_some_and(|link| {
            event.prevent_default();
            link.focus().is_ok()
        })
    }

    fn walk(&self, from: Place, way: Way) {
        let count = self.count(from);
        let to = match way {
            Way::Up => from.index.checked_sub(1).map(|index| Place { index, ..from }),
            Way::Down => (from.index + 1 < count).then_some(Place { index: from.index + 1, ..from }),
            Way::First => (count > 0).then_some(Place { index: 0, ..from }),
            Way::Last => count.checked_sub(1).map(|index| Place { index, ..from }),
            Way::Back => self.nearest_card(from, -1),
            Way::On => self.nearest_card(from, 1),
        };
        if let Some(card) = to.and_then(|to| self.card_at(to)) {
            self.go_to(card);
        }
    }

    /// The card at about the same height in the next list that has one.
    fn nearest_card(&self, from: Place, step: isize) -> Option<Place> {
        let lists = self.state.lists_now();
        let mut at = self.column_index(from)?;
        loop {
            at = at.checked_add_signed(step)?;
            let column = lists.get(at)?;
            let count = column.cards.with_untracked(Vec::len);
            if count > 0 {
                return Some(Place { column: column.id, index: from.index.min(count - 1) });
            }
        }
    }

    /// Selects the card and its neighbour, and goes there.
    fn extend(&self, card: TaskId, from: Place, step: isize) {
        let next = from.index.checked_add_signed(step).and_then(|index| self.card_at(Place { index, ..from }));
        match next {
            Some(next) => {
                self.state.select(&[card, next]);
                self.go_to(next);
            }
            None => self.state.select(&[card]),
        }
    }

    fn lift(&self, card: TaskId, place: Place) {
        let (Some(state), Some(spot)) = (self.state.card(card), self.state.spot(card)) else { return };
        self.state.lifted.set(Some((card, place)));
        say(words::lifted(&state.title(), &spot), Urgency::Assertive);
        self.mark_lifted(card);
    }

    fn while_lifted(&self, event: &KeyboardEvent) {
        let Some((card, from)) = self.state.lifted.get_untracked() else { return };
        let Some(place) = self.state.place_of(card) else { return };
        let action = keys::pressed(event, keys::Place::Lifted, self.uses_singles);
        match action {
            Some(Action::Drop) => self.set_down(card, from),
            Some(Action::Restore) => self.put_back(card, from),
            Some(action) => {
                if let Some(way) = self.way(action) {
                    self.carry(card, place, way);
                }
            }
            // The card is in the hand: the focus stays here.
            None if event.key() == "Tab" => {}
            None => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }

    fn carry(&self, card: TaskId, place: Place, way: Way) {
        let last = self.count(place).saturating_sub(1);
        let to = match way {
            Way::Up => place.index.checked_sub(1).map(|index| Place { index, ..place }).ok_or(Edge::Top),
            Way::Down if place.index < last => Ok(Place { index: place.index + 1, ..place }),
            Way::Down => Err(Edge::Bottom),
            Way::First => Ok(Place { index: 0, ..place }),
            Way::Last => Ok(Place { index: last, ..place }),
            Way::Back => self.neighbour_list(place, -1).ok_or(Edge::FirstList),
            Way::On => self.neighbour_list(place, 1).ok_or(Edge::LastList),
        };
        match to {
            Ok(to) => {
                self.state.place(card, to);
                if let Some(spot) = self.state.spot(card) {
                    say(words::passing(&spot), Urgency::Assertive);
                }
                self.mark_lifted(card);
            }
            Err(edge) => say(words::edge(edge).into(), Urgency::Assertive),
        }
    }

    fn set_down(&self, card: TaskId, from: Place) {
        let here = self.state.place_of(card);
        // The place it came from is told by its neighbours there: go back, look, and come again.
        self.state.place(card, from);
        let origin = self.state.anchor_of(card);
        if let Some(here) = here {
            self.state.place(card, here);
        }
        self.state.lifted.set(None);
        if let Some(origin) = origin {
            self.state.settle_move(card, origin);
        }
        self.focus_soon(card);
    }

    fn put_back(&self, card: TaskId, from: Place) {
        self.state.place(card, from);
        self.state.lifted.set(None);
        if let (Some(state), Some(spot)) = (self.state.card(card), self.state.spot(card)) {
            say(words::cancelled(&state.title(), &spot), Urgency::Assertive);
        }
        self.focus_soon(card);
    }

    /// To the top of the list beside it; the whole selection where the card is part of it.
    fn to_neighbour_list(&self, card: TaskId, place: Place, step: isize) {
        let Some(to) = self.neighbour_list(place, step) else { return };
        let top = Place { index: 0, ..to };
        match self.state.with_selection(card).as_slice() {
            [_] | [] => self.state.move_to(card, top),
            cards => self.state.move_all(cards, &[card], top),
        }
        self.focus_soon(card);
    }

    fn archive(&self, card: TaskId, place: Place) {
        let cards = self.state.with_selection(card);
        self.state.archive_all(&cards);
        let last = self.count(place).checked_sub(1);
        match last.and_then(|last| self.card_at(Place { index: place.index.min(last), ..place })) {
            Some(next) => self.focus_soon(next),
            // The list is empty now: the focus goes to any card that is left.
            None => {
                if let Some(next) = self
                    .state
                    .lists_now()
                    .iter()
                    .find_map(|column| column.cards.with_untracked(|cards| cards.first().map(|card| card.id)))
                {
                    self.focus_soon(next);
                }
            }
        }
    }

    fn neighbour_list(&self, from: Place, step: isize) -> Option<Place> {
        let at = self.column_index(from)?.checked_add_signed(step)?;
        let lists = self.state.lists_now();
        let column = lists.get(at)?;
        let count = column.cards.with_untracked(Vec::len);
        Some(Place { column: column.id, index: from.index.min(count) })
    }

    fn column_index(&self, place: Place) -> Option<usize> {
        self.state.lists_now().iter().position(|column| column.id == place.column)
    }

    fn count(&self, place: Place) -> usize {
        self.state.column(place.column).map_or(0, |column| column.cards.with_untracked(Vec::len))
    }

    fn card_at(&self, place: Place) -> Option<TaskId> {
        self.state.column(place.column)?.cards.with_untracked(|cards| cards.get(place.index).map(|card| card.id))
    }

    /// The way of an action; to the side it is mirrored where the page is read from right to left.
    fn way(&self, action: Action) -> Option<Way> {
        let is_mirrored = || is_right_to_left(&self.board);
        Some(match action {
            Action::PreviousCard => Way::Up,
            Action::NextCard => Way::Down,
            Action::BackwardList if is_mirrored() => Way::On,
            Action::BackwardList => Way::Back,
            Action::ForwardList if is_mirrored() => Way::Back,
            Action::ForwardList => Way::On,
            Action::FirstCard => Way::First,
            Action::LastCard => Way::Last,
            _ => return None,
        })
    }

    /// Focuses a card now, or as soon as it stands in the document where its list shows only a part.
    fn go_to(&self, card: TaskId) {
        match dom::card(&self.board, &card.to_string()) {
            Some(_) => focus_card(&self.board, card),
            None => self.focus_soon(card),
        }
    }

    /// Focuses a card once the document has followed the state.
    fn focus_soon(&self, card: TaskId) {
        self.state.want(card);
        let board = self.board.clone();
        request_animation_frame(move || {
            gather_tab_stops(&board);
            focus_card(&board, card);
        });
    }

    fn mark_lifted(&self, card: TaskId) {
        let board = self.board.clone();
        request_animation_frame(move || {
            if let Some(card) = dom::card(&board, &card.to_string()) {
                show(&card);
            }
        });
    }
}

/// Whether Escape belongs to something that is open over the board.
fn is_something_open() -> bool {
    let open = "dialog[open], :popover-open, .drawer, .lift-bar";
    document().query_selector(open).ok().flatten().is_some()
}
