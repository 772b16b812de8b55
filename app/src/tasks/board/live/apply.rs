//! Other people's changes on the board's state: cards stand in the order of their ranks, whatever
//! order the changes come in, so that everybody sees the same board.

use leptos::prelude::*;

use crate::{
    domain::{
        ids::{ColumnId, TaskId},
        live::Change,
        task::EventKind,
    },
    tasks::{
        board::{
            sender::Change as Outgoing,
            state::{Above, BoardState, CardState, ColumnState, Place},
        },
        view::{Board, Card, LaneView, LiveEvent, PersonChoice, PlacedCard},
    },
};

/// What has changed on the board, for eyes and ears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub task: TaskId,
    pub what: EventKind,
    pub title: String,
    pub by: Option<PersonChoice>,
    /// The list it came to, if it came to another one.
    pub to: Option<String>,
    pub effect: Effect,
}

/// What became of the card here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It stands somewhere else now.
    Moved,
    /// It was not here before.
    Appeared,
    /// It is not here any more.
    Vanished,
    /// It is where it was, with other words on it.
    Changed,
    /// The person has moved it, too, and that move has not reached the server yet: theirs came first.
    Contested { to: Option<ColumnId> },
}

impl BoardState {
    /// Shows a change of a task; nothing where there is nothing to see.
    pub fn hear(&self, event: &LiveEvent) -> Option<Seen> {
        let Change::Task { task, what, from, to } = &event.change else { return None };
        let (task, what) = (*task, *what);
        let here = self.place_of(task);
        let title = self.card(task).map(|card| card.title());
        let title = title.or_else(|| event.card.as_ref().map(|placed| placed.card.title.clone())).unwrap_or_default();
        let seen = |to: Option<String>, effect: Effect| {
            Some(Seen { task, what, title: title.clone(), by: event.by.clone(), to, effect })
        };
        let is_changed = self.freshen(event);
        if here.is_some() && self.sender.has_unsent_move(task) && event.card.is_some() {
            let effect = if what == EventKind::Moved { Effect::Contested { to: *to } } else { Effect::Changed };
            return seen(to.and_then(|to| self.list_name(to)), effect);
        }
        let Some(place) = here else {
            self.count_unseen(*from, *to);
            let placed = event.card.as_ref().filter(|_| !event.is_followed)?;
            self.appear(placed)?;
            return seen(self.list_name(placed.column), Effect::Appeared);
        };
        if event.is_followed {
            return None;
        }
        let Some(placed) = &event.card else {
            self.take(task);
            return seen(None, Effect::Vanished);
        };
        match self.settle(place, placed) {
            Some(effect) => seen(self.list_name(placed.column).filter(|_| placed.column != place.column), effect),
            None if is_changed => seen(None, Effect::Changed),
            None => None,
        }
    }

    /// Puts a card where its rank says, if it is not there; the server has spoken.
    pub fn settle(&self, from: Place, placed: &PlacedCard) -> Option<Effect> {
        let id = placed.card.id;
        let here = (placed.column == from.column).then_some(from.index);
        match self.index_of(placed.column, id, &placed.card.rank, here) {
            Some(index) if placed.column == from.column && index == from.index => None,
            Some(index) => {
                self.place(id, Place { column: placed.column, index });
                Some(Effect::Moved)
            }
            None => {
                // It goes on behind the cards that are loaded.
                self.take(id);
                self.count(placed.column, 1);
                Some(Effect::Vanished)
            }
        }
    }

    /// What the server says to one's own change: the card as it is, and where it really stands.
    pub fn settle_own(&self, change: &Outgoing, card: Card) {
        self.refresh(card.clone());
        // In a part of the board, or another order, ranks are not places.
        let (Some(column), place) = (change.column_of(card.id), self.place_of(card.id)) else { return };
        let placed = PlacedCard { column, card };
        match place {
            Some(place) if self.is_plain() => {
                self.settle(place, &placed);
            }
            Some(_) => {}
            // It was not loaded, and has perhaps come to where it is: what the lists hold is read again.
            None => {
                let is_seen = !self.is_plain() || self.appear(&placed).is_some();
                if let Some(live) = self.live.filter(|_| is_seen) {
                    live.look_again();
                }
            }
        }
    }

    /// Whether a board that was read anew has the same lists, lanes and rights: the page can show it as it is. Another
    /// order of the same lists it shows, too, except in lanes.
    pub fn has_shape_of(&self, fresh: &Board) -> bool {
        let is_same_lane = |(old, new): (&LaneView, &LaneView)| (old.lane, &old.title) == (new.lane, &new.title);
        self.can_edit == fresh.can_edit
            && self.key == fresh.key
            && self.lanes.len() == fresh.lanes.len()
            && self.lanes.iter().zip(&fresh.lanes).all(is_same_lane)
            && self.columns.len() == fresh.columns.len()
            && (self.lanes.is_empty() || self.columns.iter().zip(&fresh.columns).all(|(old, new)| old.id == new.id))
            && fresh.columns.iter().all(|new| {
                let Some(old) = self.column(new.id) else { return false };
                old.name == new.name
                    && old.status == new.status
                    && (old.limit, old.limit_is_hard) == (new.limit, new.limit_is_hard)
                    && old.older == new.older
            })
    }

    /// Takes over a board that was read anew. `false` where it has another shape: then the page must be made anew.
    pub fn reconcile(&self, fresh: &Board, keep: Tail) -> bool {
        if !self.has_shape_of(fresh) {
            return false;
        }
        let known: Vec<CardState> = self.columns.iter().flat_map(|column| column.cards.get_untracked()).collect();
        let known_one = |id: TaskId| known.iter().find(|card| card.id == id).cloned();
        let is_fresh = |id: TaskId| fresh.columns.iter().any(|column| column.cards.iter().any(|card| card.id == id));
        for new in &fresh.columns {
            let Some(column) = self.column(new.id) else { continue };
            let mut cards: Vec<CardState> = new
                .cards
                .iter()
                .map(|card| match known_one(card.id) {
                    Some(state) => {
                        if state.data.with_untracked(|old| old != card) {
                            state.data.set(card.clone());
                        }
                        state
                    }
                    None => CardState::new(card.clone()),
                })
                .collect();
            let mut next = new.next.clone();
            if let (Tail::Kept, Some(cursor)) = (keep, &new.next) {
                let before = cards.len();
                // Where ranks are no places, what stood behind as many cards goes on standing there.
                let is_behind = |at: usize, card: &CardState| match self.is_plain() {
                    true => card.data.with_untracked(|card| card.rank > cursor.0),
                    false => at >= before,
                };
                let old = column.cards.get_untracked().into_iter().enumerate();
                cards.extend(old.filter(|(at, card)| is_behind(*at, card) && !is_fresh(card.id)).map(|(_, card)| card));
                if cards.len() > before {
                    next = column.next.get_untracked();
                }
            }
            column.take_over(cards, new.total, new.shown, next);
        }
        self.unloaded_in_lanes.set(self.count_unloaded(&fresh.lanes));
        self.follow_order(fresh.columns.iter().map(|column| column.id).collect());
        let above = Above::of(fresh);
        if self.above.with_untracked(|known| *known != above) {
            self.above.set(above);
        }
        self.clock.set(fresh.clock);
        true
    }

    /// New words on a card that stays where it is.
    fn freshen(&self, event: &LiveEvent) -> bool {
        let (Some(placed), Some(card)) =
            (&event.card, event.card.as_ref().and_then(|placed| self.card(placed.card.id)))
        else {
            return false;
        };
        let words_differ = card.data.with_untracked(|old| {
            let mut same = placed.card.clone();
            same.rank.clone_from(&old.rank);
            *old != same
        });
        self.refresh(placed.card.clone());
        words_differ
    }

    /// A card that was not loaded comes into view, if its place is among those that are.
    fn appear(&self, placed: &PlacedCard) -> Option<()> {
        let index = self.index_of(placed.column, placed.card.id, &placed.card.rank, None)?;
        let column = self.column(placed.column)?;
        let card = CardState::new(placed.card.clone());
        column.cards.update(|cards| cards.insert(index.min(cards.len()), card));
        Some(())
    }

    /// Counts the way of a card that is not loaded.
    fn count_unseen(&self, from: Option<ColumnId>, to: Option<ColumnId>) {
        if from != to {
            from.into_iter().for_each(|column| self.count(column, -1));
            to.into_iter().for_each(|column| self.count(column, 1));
        }
    }

    fn count(&self, column: ColumnId, by: i32) {
        if let Some(column) = self.column(column) {
            column.count(by);
        }
    }

    fn list_name(&self, column: ColumnId) -> Option<String> {
        self.column(column).map(|column| column.name.clone())
    }

    /// Where a rank stands among the other cards that are loaded; nothing behind them where more
    /// are to be loaded. Cards whose own move is on its way stand where the person put them, so
    /// their ranks say nothing: among them a card stays where it is.
    fn index_of(&self, column: ColumnId, card: TaskId, rank: &str, here: Option<usize>) -> Option<usize> {
        let column = self.column(column)?;
        if column.next.with_untracked(|next| next.as_ref().is_some_and(|next| rank > next.0.as_str())) {
            return None;
        }
        Some(column.cards.with_untracked(|cards| {
            let others = cards.iter().filter(|other| other.id != card);
            let ranked = others.clone().enumerate().filter(|(_, other)| !self.sender.is_moving(other.id));
            let is_behind = |other: &CardState| other.data.with_untracked(|other| other.rank.as_str() > rank);
            let last = ranked.clone().find(|(_, other)| is_behind(other)).map_or_else(|| others.count(), |(at, _)| at);
            let first = ranked.filter(|(_, other)| !is_behind(other)).last().map_or(0, |(at, _)| at + 1);
            here.filter(|here| (first..=last).contains(here)).unwrap_or(last)
        }))
    }
}

/// What happens to the cards that were loaded behind those that are read anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    Kept,
    Dropped,
}

impl ColumnState {
    fn take_over(&self, cards: Vec<CardState>, total: u32, shown: u32, next: Option<crate::tasks::view::Cursor>) {
        let is_same = self.cards.with_untracked(|old| {
            old.len() == cards.len() && old.iter().zip(&cards).all(|(old, new)| old.id == new.id)
        });
        if !is_same {
            self.cards.set(cards);
        }
        for (signal, value) in [(&self.total, total), (&self.shown, shown)] {
            if signal.get_untracked() != value {
                signal.set(value);
            }
        }
        if self.next.get_untracked() != next {
            self.next.set(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::column::Between,
        tasks::board::testing::{
            DONE, TODO, board, card, column, id, in_lanes, numbers, three, totals, with_board, with_state,
        },
    };

    fn moved(number: i32, rank: &str, from: ColumnId, to: ColumnId) -> LiveEvent {
        LiveEvent {
            number: 1,
            op: None,
            by: None,
            change: Change::Task { task: id(number as u128), what: EventKind::Moved, from: Some(from), to: Some(to) },
            card: Some(PlacedCard { column: to, card: card(number, rank) }),
            is_followed: false,
        }
    }

    #[test]
    fn the_menus_above_a_board_that_is_read_again_offer_who_and_what_is_there_now() {
        with_state(three(), |state| {
            let mut fresh = three();
            fresh.tools.labels = Some(vec!["ops".into()]);
            fresh.overdue = 2;
            assert!(state.reconcile(&fresh, Tail::Kept));
            assert_eq!(state.above.get_untracked(), Above { tools: fresh.tools, overdue: 2, can_edit: true });
        });
    }

    #[test]
    fn a_card_goes_to_the_place_of_its_rank() {
        with_state(three(), |state| {
            let seen = state.hear(&moved(3, "C", TODO, TODO)).unwrap();
            assert_eq!((seen.effect, seen.to), (Effect::Moved, None));
            assert_eq!(numbers(state, TODO), [1, 3, 2]);
            let seen = state.hear(&moved(1, "K", TODO, DONE)).unwrap();
            assert_eq!((seen.effect, seen.to.as_deref()), (Effect::Moved, Some("Done")));
            assert_eq!((numbers(state, TODO), numbers(state, DONE)), (vec![3, 2], vec![1]));
            assert_eq!(totals(state), (2, 1));
            assert_eq!(state.hear(&moved(1, "K", DONE, DONE)), None, "twice is the same as once");
        });
    }

    #[test]
    fn the_order_of_the_changes_does_not_matter_for_the_order_of_the_cards() {
        let changes = [moved(1, "Q", TODO, DONE), moved(2, "P", TODO, DONE), moved(3, "R", TODO, DONE)];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            with_state(three(), |state| {
                for at in order {
                    state.hear(&changes[at]);
                }
                assert_eq!(numbers(state, DONE), [2, 1, 3]);
            });
        }
    }

    #[test]
    fn a_card_that_goes_where_nothing_is_loaded_is_only_counted() {
        let done = column(DONE, vec![card(8, "B"), card(9, "D")], 40, Some("D"));
        with_state(board(column(TODO, vec![card(1, "B")], 1, None), done), |state| {
            assert_eq!(state.hear(&moved(1, "Z", TODO, DONE)).unwrap().effect, Effect::Vanished);
            assert_eq!((numbers(state, TODO), numbers(state, DONE)), (vec![], vec![8, 9]));
            assert_eq!(totals(state), (0, 41));
            // And comes back from there.
            assert_eq!(state.hear(&moved(1, "C", DONE, TODO)).unwrap().effect, Effect::Appeared);
            assert_eq!(totals(state), (1, 40));
        });
    }

    #[test]
    fn what_is_put_away_leaves_and_what_is_made_appears() {
        with_state(three(), |state| {
            let mut event = moved(2, "D", TODO, TODO);
            event.change = Change::Task { task: id(2), what: EventKind::Archived, from: Some(TODO), to: None };
            event.card = None;
            assert_eq!(state.hear(&event).unwrap().effect, Effect::Vanished);
            assert_eq!((numbers(state, TODO), totals(state)), (vec![1, 3], (2, 0)));
            let mut event = moved(7, "E", TODO, TODO);
            event.change = Change::Task { task: id(7), what: EventKind::Created, from: None, to: Some(TODO) };
            assert_eq!(state.hear(&event).unwrap().effect, Effect::Appeared);
            assert_eq!((numbers(state, TODO), totals(state)), (vec![1, 7, 3], (3, 0)));
        });
    }

    #[test]
    fn of_several_changes_at_once_only_the_last_moves_the_card_and_the_counts_are_right() {
        let done = column(DONE, vec![card(8, "B"), card(9, "D")], 40, Some("D"));
        with_state(board(column(TODO, vec![card(1, "B")], 1, None), done), |state| {
            let first = LiveEvent { is_followed: true, ..moved(1, "Z", TODO, DONE) };
            let mut second = moved(1, "Z", DONE, TODO);
            second.card = Some(PlacedCard { column: TODO, card: card(1, "Z") });
            let first = LiveEvent { card: second.card.clone(), ..first };
            assert_eq!(state.hear(&first), None);
            state.hear(&second);
            assert_eq!((numbers(state, TODO), totals(state)), (vec![1], (1, 40)));
        });
    }

    #[test]
    fn a_board_read_anew_keeps_what_is_known_and_what_was_loaded_behind_it() {
        let todo = column(TODO, vec![card(1, "B"), card(2, "D"), card(3, "F"), card(4, "H")], 9, Some("H"));
        with_state(board(todo, column(DONE, Vec::new(), 0, None)), |state| {
            let before = state.card(id(1)).unwrap();
            let fresh = || {
                let todo = column(TODO, vec![card(2, "A"), card(1, "B")], 8, Some("B"));
                board(todo, column(DONE, vec![card(3, "B")], 1, None))
            };
            assert!(state.reconcile(&fresh(), Tail::Kept));
            assert_eq!((numbers(state, TODO), numbers(state, DONE)), (vec![2, 1, 4], vec![3]));
            assert_eq!(totals(state), (8, 1));
            assert!(std::ptr::eq(
                before.data.read_untracked().title.as_ptr(),
                state.card(id(1)).unwrap().data.read_untracked().title.as_ptr()
            ));
            assert!(state.reconcile(&fresh(), Tail::Dropped));
            assert_eq!(numbers(state, TODO), [2, 1]);
            let other = Board { can_edit: false, ..fresh() };
            assert!(!state.reconcile(&other, Tail::Kept), "other rights are another page");
        });
    }

    #[test]
    fn more_cards_in_the_same_lanes_are_the_same_page_and_another_lane_is_not() {
        with_board(in_lanes(), "?group=priority", |state| {
            let lane = state.lanes[1].lane;
            let mut fresh = in_lanes();
            fresh.lanes[1].counts = vec![5, 0];
            assert!(state.reconcile(&fresh, Tail::Kept));
            assert_eq!(state.unloaded(TODO, Some(lane)), 3, "two of five are loaded");
            fresh.lanes.pop();
            assert!(!state.reconcile(&fresh, Tail::Kept));
        });
    }

    #[test]
    fn the_same_lists_in_another_order_are_the_same_page() {
        with_state(three(), |state| {
            let mut fresh = three();
            fresh.columns.reverse();
            assert!(state.reconcile(&fresh, Tail::Kept));
            let order: Vec<ColumnId> = state.lists_now().iter().map(|list| list.id).collect();
            assert_eq!(order, [DONE, TODO]);
            assert_eq!((numbers(state, TODO), totals(state)), (vec![1, 2, 3], (3, 0)));
            assert!(state.place_list(TODO, Between { after: None, before: Some(DONE) }), "and back by hand");
            assert!(!state.place_list(TODO, Between { after: None, before: Some(DONE) }), "once");
            assert_eq!(state.order.get_untracked(), [TODO, DONE]);
        });
    }
}
