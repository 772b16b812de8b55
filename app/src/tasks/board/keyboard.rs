//! The keyboard on the board: walking over the cards, lifting and moving them, undo.
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
        focus_card, focus_filter, gather_tab_stops, is_right_to_left, is_typing, press_menu_button, rove, show,
        title_of,
    },
    listeners::{Hears, Listeners},
    state::{BoardState, Place},
    words::{self, Edge},
};
use crate::domain::ids::TaskId;

/// Which way an arrow key goes, in the direction of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Up,
    Down,
    Back,
    On,
    First,
    Last,
}

/// Listens for keys on the board and in the lift bar.
pub fn start(board: &HtmlElement, state: &BoardState) -> Listeners {
    let mut listeners = Listeners::default();
    let keys = Rc::new(Keys { board: board.clone(), state: state.clone() });
    gather_tab_stops(board);
    let this = keys.clone();
    listeners.on(board, "focusin", Hears::Bubbling, move |event: FocusEvent| {
        if let Some(link) = title_of(event.target()) {
            rove(&this.board, &link);
        }
    });
    let this = keys.clone();
    listeners.on(board, "keydown", Hears::Bubbling, move |event: KeyboardEvent| this.on_card(&event));
    if let Some(page) = web_sys::window() {
        let this = keys.clone();
        listeners.on(&page, "keydown", Hears::Bubbling, move |event: KeyboardEvent| this.anywhere(&event));
    }
    listeners
}

/// Keys in the lift bar, while a card is lifted.
pub fn on_lift_bar(board: &HtmlElement, state: &BoardState, event: &KeyboardEvent) {
    Keys { board: board.clone(), state: state.clone() }.while_lifted(event);
}

struct Keys {
    board: HtmlElement,
    state: BoardState,
}

impl Keys {
    /// Keys on a focused card.
    fn on_card(&self, event: &KeyboardEvent) {
        let Some(link) = title_of(event.target()) else {
            press_menu_button(event);
            return;
        };
        let has_modifier = event.alt_key() || event.meta_key() || event.ctrl_key();
        if has_modifier || event.is_composing() || event.default_prevented() {
            return;
        }
        let card = dom::closest(&link, ".card").and_then(|card| dom::data_id(&card).parse::<TaskId>().ok());
        let Some((card, place)) = card.and_then(|card| Some((card, self.state.place_of(card)?))) else { return };
        if let Some(way) = self.way(&event.key()) {
            event.prevent_default();
            self.walk(place, way);
            return;
        }
        let can_edit = self.state.can_edit;
        match event.key().as_str() {
            " " if can_edit => self.lift(card, place),
            "," if can_edit => self.to_neighbour_list(card, place, -1),
            "." if can_edit => self.to_neighbour_list(card, place, 1),
            "m" | "M" if can_edit => self.state.moving.set(Some(card)),
            "Delete" if can_edit => self.archive(card, place),
            _ => return,
        }
        event.prevent_default();
    }

    /// Undo, redo and the way to the filter, unless somebody is typing.
    fn anywhere(&self, event: &KeyboardEvent) {
        let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
        if event.key() == "/" && !has_modifier && !event.default_prevented() && !is_typing(event) {
            event.prevent_default();
            focus_filter();
            return;
        }
        let is_z = (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("z");
        if !is_z || event.default_prevented() || is_typing(event) || self.state.lifted.with_untracked(Option::is_some) {
            return;
        }
        let card = if event.shift_key() { self.state.redo() } else { self.state.undo() };
        if let Some(card) = card {
            event.prevent_default();
            self.focus_soon(card);
        }
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
            focus_card(&self.board, card);
        }
    }

    /// The card at about the same height in the next list that has one.
    fn nearest_card(&self, from: Place, step: isize) -> Option<Place> {
        let mut at = self.column_index(from)?;
        loop {
            at = at.checked_add_signed(step)?;
            let column = self.state.columns.get(at)?;
            let count = column.cards.with_untracked(Vec::len);
            if count > 0 {
                return Some(Place { column: column.id, index: from.index.min(count - 1) });
            }
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
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        if let Some(way) = self.way(&event.key()) {
            event.prevent_default();
            self.carry(card, place, way);
            return;
        }
        match event.key().as_str() {
            " " | "Enter" => self.set_down(card, from),
            "Escape" => self.put_back(card, from),
            // The card is in the hand: the focus stays here.
            "Tab" => {}
            _ => return,
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

    fn to_neighbour_list(&self, card: TaskId, place: Place, step: isize) {
        if let Some(to) = self.neighbour_list(place, step) {
            self.state.move_to(card, Place { index: 0, ..to });
            self.focus_soon(card);
        }
    }

    fn archive(&self, card: TaskId, place: Place) {
        self.state.archive(card);
        let last = self.count(place).checked_sub(1);
        if let Some(next) = last.and_then(|last| self.card_at(Place { index: place.index.min(last), ..place })) {
            self.focus_soon(next);
        }
    }

    fn neighbour_list(&self, from: Place, step: isize) -> Option<Place> {
        let at = self.column_index(from)?.checked_add_signed(step)?;
        let column = self.state.columns.get(at)?;
        let count = column.cards.with_untracked(Vec::len);
        Some(Place { column: column.id, index: from.index.min(count) })
    }

    fn column_index(&self, place: Place) -> Option<usize> {
        self.state.columns.iter().position(|column| column.id == place.column)
    }

    fn count(&self, place: Place) -> usize {
        self.state.column(place.column).map_or(0, |column| column.cards.with_untracked(Vec::len))
    }

    fn card_at(&self, place: Place) -> Option<TaskId> {
        self.state.column(place.column)?.cards.with_untracked(|cards| cards.get(place.index).map(|card| card.id))
    }

    fn way(&self, key: &str) -> Option<Way> {
        let is_mirrored = is_right_to_left(&self.board);
        Some(match key {
            "ArrowUp" => Way::Up,
            "ArrowDown" => Way::Down,
            "ArrowLeft" if is_mirrored => Way::On,
            "ArrowLeft" => Way::Back,
            "ArrowRight" if is_mirrored => Way::Back,
            "ArrowRight" => Way::On,
            "Home" => Way::First,
            "End" => Way::Last,
            _ => return None,
        })
    }

    /// Focuses a card once the document has followed the state.
    fn focus_soon(&self, card: TaskId) {
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
