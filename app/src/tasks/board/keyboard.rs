//! The keyboard on the board: walking over the cards, lifting and moving them, changing them,
//! selecting, undo. Which key does what stands in [`crate::ui::keys`].
//!
//! The cards are one tab stop. A lifted card is moved from the lift bar, which has the focus and
//! `role=application`: otherwise screen readers keep the arrow keys for themselves.

use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{Event, FocusEvent, HtmlElement, KeyboardEvent};

use super::{
    announce::{Urgency, say, say_passing},
    dom,
    focus::{
        card_of, focus_card, focus_filter, gather_tab_stops, is_in_reach, is_nothing_focused, press_button, rove, show,
        title_of,
    },
    more,
    places::Shift,
    state::{BoardState, ColumnState, Place},
    tools::Field,
    words::{self, Edge},
};
use crate::{
    domain::ids::{ColumnId, TaskId},
    ui::{
        keys::{self, Action},
        listeners::{Hears, Listeners},
        placing::is_right_to_left,
        rest,
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
    // A lane that is closed takes its cards out of reach.
    let this = keys.clone();
    listeners.on(board, "toggle", Hears::Capturing, move |_: Event| gather_tab_stops(&this.board));
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

/// So often it is looked whether the server has put a card where it went, after a moment each.
const LOOKS: usize = 50;
const MOMENT: Duration = Duration::from_millis(100);

#[derive(Clone)]
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
            self.walk(card, place.column, way);
            return;
        }
        if !self.state.can_edit {
            return;
        }
        match action {
            Action::Lift => self.lift(card, place),
            Action::ToPreviousList => self.to_neighbour_list(card, place.column, -1),
            Action::ToNextList => self.to_neighbour_list(card, place.column, 1),
            Action::Move => self.state.moving.set(Some(card)),
            Action::Status => self.state.pick(Field::Status, card),
            Action::Priority => self.state.pick(Field::Priority, card),
            Action::Due => self.state.pick(Field::Due, card),
            Action::Assign => self.state.pick(Field::People, card),
            Action::Label => self.state.pick(Field::Labels, card),
            Action::EditTitle => self.state.tools.editing.set(Some(card)),
            Action::AddBelow => self.state.pick(Field::Below, card),
            Action::Select => self.state.toggle_selected(card),
            Action::SelectUp => self.extend(card, -1),
            Action::SelectDown => self.extend(card, 1),
            Action::SelectList => more::select_list(&self.state, place.column),
            Action::Archive => self.archive(card, place),
            // Enter opens by itself.
            _ => return,
        }
        event.prevent_default();
    }

    /// Keys that work wherever the focus is, unless somebody is typing.
    fn anywhere(&self, event: &KeyboardEvent) {
        if keys::is_for_field(event) && !keys::undoes_beside_text(event) {
            return;
        }
        if is_nothing_focused() && self.begin_to_walk(event) {
            return;
        }
        let Some(action) = keys::pressed(event, keys::Place::Anywhere, self.uses_singles) else { return };
        let is_lifted = self.state.lifted.with_untracked(Option::is_some);
        match action {
            Action::Filter => focus_filter(),
            Action::NewTask if self.state.can_edit && !is_lifted => {
                let list = self.state.list_for_new().map(|list| list.id);
                self.state.tools.adding.set(list);
            }
            // Heard, so that nobody is taken to the page for new tasks, and away from the board.
            Action::NewTask => {}
            Action::Undo | Action::Redo if !is_lifted => {
                let card = if action == Action::Redo { self.state.redo() } else { self.state.undo() };
                match card {
                    Some(card) if self.state.place_of(card).is_some() => self.focus_soon(card),
                    Some(card) => self.focus_when_there(card),
                    None => {}
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

    fn walk(&self, card: TaskId, column: ColumnId, way: Way) {
        let is_loaded = |list: &ColumnState| list.next.with_untracked(Option::is_none);
        if way == Way::Last && !self.state.column(column).is_none_or(is_loaded) {
            return self.walk_to_end(card, column);
        }
        let cards = self.in_reach(column);
        let at = cards.iter().position(|other| *other == card).unwrap_or(0);
        let to = match way {
            Way::Up => at.checked_sub(1).and_then(|at| cards.get(at).copied()),
            Way::Down => cards.get(at + 1).copied(),
            Way::First => cards.first().copied(),
            Way::Last => cards.last().copied(),
            Way::Back => self.nearest_card(card, column, -1),
            Way::On => self.nearest_card(card, column, 1),
        };
        if let Some(card) = to {
            self.go_to(card);
        }
    }

    /// To the last card of a list that is not loaded whole, once it is; whoever has gone elsewhere meanwhile stays there.
    fn walk_to_end(&self, card: TaskId, column: ColumnId) {
        let this = self.clone();
        spawn_local(async move {
            more::load_whole(&this.state, column).await;
            let is_here = dom::focused_card(&this.board) == Some(card.to_string());
            if let Some(last) = this.in_reach(column).last().filter(|_| is_here) {
                this.go_to(*last);
            }
        });
    }

    /// The cards of a list that the focus can come to: not those of a closed lane.
    fn in_reach(&self, column: ColumnId) -> Vec<TaskId> {
        let cards = self.state.mates(column, None);
        if self.state.lanes.is_empty() {
            return cards;
        }
        let element = |card: &TaskId| dom::card(&self.board, &card.to_string());
        cards.into_iter().filter(|card| element(card).is_none_or(|card| is_in_reach(&card))).collect()
    }

    /// The card at about the same height in the next list that is open and has one; in lanes, of the same lane.
    fn nearest_card(&self, card: TaskId, column: ColumnId, step: isize) -> Option<TaskId> {
        let lane = self.state.card(card).and_then(|card| self.state.lane_of(&card));
        let at = self.state.mates_of(card).iter().position(|mate| *mate == card)?;
        let lists = self.state.lists_beyond(column, step);
        lists.iter().filter(|list| !list.is_folded.get_untracked()).find_map(|list| {
            let mates = self.state.mates(list.id, lane);
            mates.get(at.min(mates.len().checked_sub(1)?)).copied()
        })
    }

    /// Selects the card and its neighbour, and goes there.
    fn extend(&self, card: TaskId, step: isize) {
        let mates = self.state.mates_of(card);
        let at = mates.iter().position(|mate| *mate == card);
        let next = at.and_then(|at| at.checked_add_signed(step)).and_then(|at| mates.get(at).copied());
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
        self.state.tools.is_at_end.set_value(false);
        self.state.lifted.set(Some((card, place)));
        let mut words = words::lifted(&state.title(), &spot);
        if self.state.is_sorted() {
            words = format!("{words} {}", self.state.look.sort.words());
        }
        say(words, Urgency::Assertive);
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
        let shift = |shift: Shift, edge: Edge| match self.state.is_sorted() {
            true => Err(self.state.look.sort.words()),
            false => self.state.shifted(card, shift).ok_or(words::edge(edge)),
        };
        let was_at_end = self.state.tools.is_at_end.get_value();
        let to = match way {
            Way::Down | Way::Last if was_at_end => Err(words::edge(Edge::Bottom)),
            // From behind all that is loaded the way up begins at the last card that is.
            Way::Up if was_at_end => Ok(place),
            Way::Up => shift(Shift::Up, Edge::Top),
            Way::Down => shift(Shift::Down, self.lower_edge(card, place)),
            Way::First => shift(Shift::Top, Edge::Top),
            Way::Last => shift(Shift::Bottom, Edge::Bottom),
            Way::Back => self.beside(card, place.column, -1).ok_or(words::edge(Edge::FirstList)),
            Way::On => self.beside(card, place.column, 1).ok_or(words::edge(Edge::LastList)),
        };
        match to {
            Ok(to) => {
                self.state.tools.is_at_end.set_value(to.is_end());
                self.state.place(card, to);
                self.tell_passing(card, to);
                self.mark_lifted(card);
            }
            Err(words) => say_passing(words.into(), Urgency::Assertive),
        }
    }

    /// Says where a lifted card is, and the limit that it would pass there.
    fn tell_passing(&self, card: TaskId, to: Place) {
        let Some(mut spot) = self.state.spot(card) else { return };
        if to.is_end() {
            spot.position = spot.of;
        }
        let words = words::passing(&spot);
        let words = match self.state.limit_words(card) {
            Some(limit) => format!("{words} {limit}"),
            None => words,
        };
        say_passing(words, Urgency::Assertive);
    }

    fn lower_edge(&self, card: TaskId, place: Place) -> Edge {
        let lane = self.state.card(card).and_then(|card| self.state.lane_of(&card));
        if self.state.unloaded(place.column, lane) > 0 { Edge::Loaded } else { Edge::Bottom }
    }

    fn set_down(&self, card: TaskId, from: Place) {
        let here = self.state.place_of(card);
        // The place it came from is told by its neighbours there: go back, look, and come again.
        self.state.place(card, from);
        let origin = self.state.anchor_of(card);
        if let (Some(here), true) = (here, self.state.tools.is_at_end.get_value()) {
            self.state.lifted.set(None);
            self.state.move_to(card, Place::end(here.column));
            self.focus_near(card, from);
            self.focus_when_there(card);
            return;
        }
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
    fn to_neighbour_list(&self, card: TaskId, column: ColumnId, step: isize) {
        let Some(to) = self.state.lists_beyond(column, step).first().map(|list| list.id) else { return };
        self.state.move_with_selection(card, to);
        self.focus_soon(card);
    }

    fn archive(&self, card: TaskId, place: Place) {
        let cards = self.state.with_selection(card);
        self.state.archive_all(&cards);
        self.focus_near(card, place);
    }

    /// Focuses a card that may have left the page, else the one that stands at its place, else any that is left.
    fn focus_near(&self, card: TaskId, place: Place) {
        let lists = self.state.lists_now();
        let open = lists.iter().filter(|list| !list.is_folded.get_untracked());
        let near = || {
            let cards = self.in_reach(place.column);
            let last = cards.len().checked_sub(1)?;
            cards.get(place.index.min(last)).copied()
        };
        let card = Some(card).filter(|card| self.state.place_of(*card).is_some());
        let any = || open.map(|list| self.in_reach(list.id)).find_map(|all| all.first().copied());
        let next = card.or_else(near).or_else(any);
        if let Some(next) = next {
            self.focus_soon(next);
        }
    }

    /// The place of a lifted card in the list beside: at about its height; a collapsed list opens for it.
    fn beside(&self, card: TaskId, column: ColumnId, step: isize) -> Option<Place> {
        let at = self.state.mates_of(card).iter().position(|mate| *mate == card)?;
        let list: ColumnState = self.state.lists_beyond(column, step).into_iter().next()?;
        if list.is_folded.get_untracked() {
            list.is_folded.set(false);
        }
        let lane = self.state.card(card).and_then(|card| self.state.lane_of(&card));
        Some(self.state.place_among(card, list.id, at.min(self.state.mates(list.id, lane).len())))
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

    /// As [`Keys::focus_soon`], for a card that went behind all that is loaded, or comes from there: once the server has
    /// put it there, its list is loaded that far. Whoever has gone elsewhere meanwhile stays there.
    fn focus_when_there(&self, card: TaskId) {
        let changes = self.state.sender.unsent();
        let Some(list) = changes.iter().rev().find_map(|change| change.column_of(card)) else { return };
        let this = self.clone();
        spawn_local(async move {
            // What has the focus meanwhile gets it in the next frame.
            rest(MOMENT).await;
            let near = dom::focused_card(&this.board);
            if near.is_none() && !is_nothing_focused() {
                return;
            }
            for _ in 0..LOOKS {
                if !this.state.sender.is_moving(card) {
                    break;
                }
                rest(MOMENT).await;
            }
            if this.state.sender.is_moving(card) {
                return;
            }
            if this.state.place_of(card).is_none() {
                more::load_whole(&this.state, list).await;
            }
            if this.state.place_of(card).is_some() && dom::focused_card(&this.board) == near {
                this.focus_soon(card);
            }
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
