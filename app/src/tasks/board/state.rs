//! The board in the browser: which card is where, and the only ways to change that.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{live::Live, places::Unloaded, sender::Sender, steps::Steps, tools::Tools, window::Window, words::Spot};
use crate::{
    domain::{
        board_look::{BoardLook, read_board_query},
        due::{Finish, ViewerClock},
        ids::{ColumnId, TaskId},
        lane::Lane,
        task::Status,
    },
    tasks::view::{Board, BoardTools, Card, Column, Cursor, LaneView},
    ui::toast::Toasts,
};

/// A place on the board, counted among the cards that are loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub column: ColumnId,
    pub index: usize,
}

/// A place told by its neighbours, as the server wants to hear it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    pub column: ColumnId,
    pub after: Option<TaskId>,
    pub before: Option<TaskId>,
    /// The lane, on a board with lanes.
    pub lane: Option<Lane>,
}

/// A card on the board; clones are the same card.
#[derive(Clone)]
pub struct CardState {
    pub id: TaskId,
    pub data: ArcRwSignal<Card>,
}

/// A list on the board; clones are the same list.
#[derive(Clone)]
pub struct ColumnState {
    pub id: ColumnId,
    pub name: String,
    pub status: Status,
    pub limit: Option<u32>,
    /// Whether it refuses more.
    pub limit_is_hard: bool,
    /// Whether the person has collapsed it.
    pub is_folded: ArcRwSignal<bool>,
    /// Tasks that were completed long ago and are left out.
    pub older: u32,
    /// Tasks in it, loaded and shown or not.
    pub total: ArcRwSignal<u32>,
    /// Tasks in it that the filter lets through, loaded or not.
    pub shown: ArcRwSignal<u32>,
    pub cards: ArcRwSignal<Vec<CardState>>,
    /// Which of them stand in the document.
    pub(super) window: Window,
    pub next: ArcRwSignal<Option<Cursor>>,
}

/// What stands above the lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Above {
    /// What the menus offer.
    pub tools: BoardTools,
    /// Tasks that are overdue, shown or not.
    pub overdue: u32,
    pub can_edit: bool,
}

impl Above {
    /// As a board was read.
    pub fn of(board: &Board) -> Self {
        Self { tools: board.tools.clone(), overdue: board.overdue, can_edit: board.can_edit }
    }
}

/// The whole board; clones are the same board.
#[derive(Clone)]
pub struct BoardState {
    pub key: String,
    pub can_edit: bool,
    /// Filter and look as a query with its question mark, for links that keep them.
    pub query: String,
    pub look: BoardLook,
    /// Whether a filter hides tasks.
    pub is_filtered: bool,
    /// From the top; none on a board without lanes.
    pub lanes: Vec<LaneView>,
    /// Cards of lanes that are not loaded.
    pub(super) unloaded_in_lanes: ArcRwSignal<Unloaded>,
    /// As they were loaded; [`BoardState::lists`] knows their order now.
    pub columns: Vec<ColumnState>,
    /// What stands above the lists; another one when the board was read again.
    pub above: ArcRwSignal<Above>,
    /// The lists from the left: one that the person has moved stands where it is going.
    pub order: ArcRwSignal<Vec<ColumnId>>,
    /// The last change that it shows as it was loaded.
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake hears of others"))]
    pub number: i64,
    /// What others do; none where nobody is told.
    pub live: Option<Live>,
    pub clock: ArcRwSignal<ViewerClock>,
    /// The card that the keyboard carries, and where it came from.
    pub lifted: ArcRwSignal<Option<(TaskId, Place)>>,
    /// The card whose menu is open.
    pub menu: ArcRwSignal<Option<TaskId>>,
    /// The card that the Move dialog is about.
    pub moving: ArcRwSignal<Option<TaskId>>,
    pub tools: Tools,
    pub(super) sender: Sender,
    pub(super) steps: Steps,
    pub(super) toasts: Toasts,
}

impl CardState {
    pub fn new(card: Card) -> Self {
        Self { id: card.id, data: ArcRwSignal::new(card) }
    }

    pub fn title(&self) -> String {
        self.data.with_untracked(|card| card.title.clone())
    }
}

impl ColumnState {
    fn new(column: Column) -> Self {
        let Column { id, name, status, limit, limit_is_hard, is_folded, older, total, shown, cards, next } = column;
        Self {
            id,
            name,
            status,
            limit,
            limit_is_hard,
            is_folded: ArcRwSignal::new(is_folded),
            older,
            total: ArcRwSignal::new(total),
            shown: ArcRwSignal::new(shown),
            cards: ArcRwSignal::new(cards.into_iter().map(CardState::new).collect()),
            window: Window::default(),
            next: ArcRwSignal::new(next),
        }
    }

    pub(super) fn count(&self, by: i32) {
        for signal in [&self.total, &self.shown] {
            signal.update(|count| *count = count.saturating_add_signed(by));
        }
    }
}

impl BoardState {
    /// The board as it was loaded.
    pub fn new(board: Board, query: String, toasts: Toasts, steps: Steps, sender: Sender) -> Self {
        let (filter, look) = read_board_query(&query);
        let above = ArcRwSignal::new(Above::of(&board));
        let order = sender.order_of(board.columns.iter().map(|column| column.id).collect());
        let state = Self {
            key: board.key,
            can_edit: board.can_edit,
            query,
            look,
            is_filtered: filter.is_active(),
            lanes: board.lanes,
            unloaded_in_lanes: ArcRwSignal::default(),
            columns: board.columns.into_iter().map(ColumnState::new).collect(),
            above,
            order: ArcRwSignal::new(order),
            number: board.number,
            live: use_context::<Live>(),
            clock: ArcRwSignal::new(board.clock),
            lifted: ArcRwSignal::new(None),
            menu: ArcRwSignal::new(None),
            moving: ArcRwSignal::new(None),
            tools: Tools::default(),
            sender,
            steps,
            toasts,
        };
        state.unloaded_in_lanes.set(state.count_unloaded(&state.lanes));
        state
    }

    /// Whether both are the same board in the page.
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake hears of others"))]
    pub fn is_same(&self, other: &Self) -> bool {
        self.clock == other.clock
    }

    /// Whether all tasks are shown in the order of the hand: only then ranks are places.
    pub fn is_plain(&self) -> bool {
        !self.is_filtered && !self.is_sorted() && self.look.group.is_none()
    }

    pub fn column(&self, id: ColumnId) -> Option<&ColumnState> {
        self.columns.iter().find(|column| column.id == id)
    }

    /// Where a card is.
    pub fn place_of(&self, card: TaskId) -> Option<Place> {
        self.columns.iter().find_map(|column| {
            let index = column.cards.with_untracked(|cards| cards.iter().position(|other| other.id == card))?;
            Some(Place { column: column.id, index })
        })
    }

    pub fn card(&self, id: TaskId) -> Option<CardState> {
        let place = self.place_of(id)?;
        self.column(place.column)?.cards.with_untracked(|cards| cards.get(place.index).cloned())
    }

    /// The neighbours of a card where it is.
    pub fn anchor_of(&self, card: TaskId) -> Option<Anchor> {
        let place = self.place_of(card)?;
        let lane = self.card(card).and_then(|card| self.lane_of(&card));
        // On a sorted board nobody chooses a place; a neighbour in another lane says nothing of the place in this one.
        let mates = if self.is_sorted() { Vec::new() } else { self.mates(place.column, lane) };
        let at = mates.iter().position(|mate| *mate == card);
        Some(Anchor {
            column: place.column,
            after: at.and_then(|at| at.checked_sub(1)).and_then(|before| mates.get(before).copied()),
            before: at.and_then(|at| mates.get(at + 1).copied()),
            lane,
        })
    }

    /// The place behind or before the neighbours that are still there, else the end of the list.
    pub fn place_at(&self, card: TaskId, anchor: Anchor) -> Option<Place> {
        if self.is_sorted() {
            return Some(self.settled(card, Place { column: anchor.column, index: 0 }));
        }
        let others: Vec<TaskId> = self
            .column(anchor.column)?
            .cards
            .with_untracked(|cards| cards.iter().map(|other| other.id).filter(|other| *other != card).collect());
        let find = |id: Option<TaskId>| id.and_then(|id| others.iter().position(|other| *other == id));
        let index = match (find(anchor.after), find(anchor.before)) {
            (Some(after), _) => after + 1,
            (None, Some(before)) => before,
            // As on the server.
            (None, None) => others.len(),
        };
        Some(Place { column: anchor.column, index })
    }

    /// Puts a card somewhere else, here in the page; nothing is sent.
    pub fn place(&self, id: TaskId, to: Place) {
        let Some(card) = self.take(id) else { return };
        self.put(card, to);
    }

    /// Takes a card off the board.
    pub fn take(&self, id: TaskId) -> Option<CardState> {
        let place = self.place_of(id)?;
        let column = self.column(place.column)?;
        column.count(-1);
        column.cards.try_update(|cards| cards.remove(place.index))
    }

    /// Puts a card into a list. One that has come already with the stream of changes only gets its
    /// words.
    pub fn put(&self, card: CardState, to: Place) {
        let Some(column) = self.column(to.column) else { return };
        if self.place_of(card.id).is_some() {
            self.refresh(card.data.get_untracked());
            return;
        }
        self.follow_status(&card, column.status);
        column.count(1);
        column.cards.update(|cards| {
            let index = to.index.min(cards.len());
            cards.insert(index, card);
        });
    }

    /// Shows what the server knows of a card. An answer and the stream overtake each other: what is from before the
    /// version that is shown says nothing.
    pub fn refresh(&self, fresh: Card) {
        if let Some(card) = self.card(fresh.id)
            && card.data.with_untracked(|card| fresh.version >= card.version && *card != fresh)
        {
            if self.tools.lacks_label_of(&fresh) {
                self.renew_choices();
            }
            card.data.set(fresh);
        }
    }

    /// Where a card is, in words.
    pub fn spot(&self, card: TaskId) -> Option<Spot> {
        let place = self.place_of(card)?;
        let column = self.column(place.column)?;
        let lane = self.card(card).and_then(|card| self.lane_of(&card));
        let (position, of) = match lane {
            None => (place.index, column.shown.get_untracked().max(1) as usize),
            Some(_) => {
                let mates = self.mates(place.column, lane);
                let position = mates.iter().position(|mate| *mate == card)?;
                (position, mates.len() + self.unloaded(place.column, lane))
            }
        };
        Some(Spot { list: column.name.clone(), position: position + 1, of })
    }

    /// A card in a list of completed work shows when it was completed.
    fn follow_status(&self, card: &CardState, status: Status) {
        let finish = card.data.with_untracked(|card| card.finish);
        let fresh = match (finish, status) {
            (Finish::Open, Status::Done) => {
                let clock = self.clock.get_untracked();
                Finish::Done { instant: clock.now, on: clock.today() }
            }
            (Finish::Done { .. }, Status::Todo | Status::Progress | Status::Pending) => Finish::Open,
            (finish, _) => finish,
        };
        if fresh != finish {
            card.data.update(|card| card.finish = fresh);
        }
    }
}
