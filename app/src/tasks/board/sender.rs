//! Sends the page's changes to the server one after the other, in order, and again while the
//! server cannot be reached: each carries an id of its own, made when the person acted, so that a
//! repeat does nothing. What is not answered yet is kept in the browser's storage, too: after a
//! reload or a crash it is sent first.

mod change;
#[cfg(feature = "hydrate")]
mod kept;
#[cfg(feature = "hydrate")]
mod sending;
mod shown;

pub use change::Change;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use leptos::prelude::*;

use super::state::BoardState;
use crate::{
    domain::{
        due::ViewerClock,
        ids::{ColumnId, OpId, TaskId, UserId},
        quick_add::lines,
    },
    error::AppError,
    tasks::view::Card,
};

/// Puts the page back when the server refuses.
type Rollback = Arc<dyn Fn(AppError) + Send + Sync>;
/// Hears of the tasks that were made.
type Made = Arc<dyn Fn(&[Card]) + Send + Sync>;

/// New tasks that are not at the server yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    op: OpId,
    pub column: ColumnId,
    /// Whether they go to the top of the list.
    pub is_on_top: bool,
    pub titles: Vec<String>,
}

impl Waiting {
    fn new(op: OpId, column: ColumnId, at: &str, text: &str) -> Self {
        Self { op, column, is_on_top: at == "top", titles: lines(text).map(str::to_owned).collect() }
    }
}

/// The text of new tasks that the server refused, or that was left in a field that is gone, on its way back to a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// The project's.
    pub key: String,
    pub column: ColumnId,
    /// What the list is called.
    pub list: String,
    pub text: String,
    /// Why it was refused; empty where it was not.
    pub words: String,
    /// The server does not have the list any more, though the board may still show it.
    pub is_list_gone: bool,
}

/// A change that the server has not answered.
#[derive(Clone)]
struct Unsent {
    op: OpId,
    change: Change,
    /// Where the browser keeps it.
    kept: String,
    made: Option<Made>,
    rollback: Rollback,
    /// The board that it was made on, and shown.
    board: BoardState,
}

/// The changes on their way; clones are the same queue.
#[derive(Clone, Default)]
pub struct Sender {
    /// Whose changes they are: another person at this browser does not send them.
    me: Option<UserId>,
    /// The first one is with the server now.
    queue: ArcStoredValue<VecDeque<Unsent>>,
    is_running: ArcStoredValue<bool>,
    /// Something has happened that makes another attempt worth while.
    is_nudged: ArcStoredValue<bool>,
    /// Changes of this page, which come back with the stream of changes.
    own: ArcStoredValue<HashMap<OpId, Own>>,
    /// How many changes the server has answered.
    answers: ArcStoredValue<u64>,
    /// The board that stands in the page, known by its clock; none before the first one does.
    shown_on: ArcStoredValue<Option<ArcRwSignal<ViewerClock>>>,
    /// Changes that the server has not answered.
    pub waiting: ArcRwSignal<usize>,
    /// Whether the last attempt did not reach the server.
    pub is_offline: ArcRwSignal<bool>,
    /// Whether the server wants the person to sign in before it takes the changes.
    pub is_signed_out: ArcRwSignal<bool>,
    /// The card whose change takes longer than a moment.
    pub slow: ArcRwSignal<Option<TaskId>>,
    /// Cards with a change that waits while the server cannot be reached.
    pub waiting_cards: ArcRwSignal<HashSet<TaskId>>,
    /// New tasks that take longer than a moment. They have no number yet, so nothing is done to them before.
    pub adding: ArcRwSignal<Vec<Waiting>>,
    /// Refused texts whose field is not there any more.
    pub returned: ArcRwSignal<Vec<Returned>>,
}

/// A change of this page.
#[derive(Clone, Debug)]
struct Own {
    change: Change,
    /// When the server answered, in milliseconds of the page.
    answered: Option<f64>,
    has_come_back: bool,
}

/// An answered change is known as the page's own for this time; later it is shown as anybody's,
/// and changes nothing.
const KNOWN_MILLIS: f64 = 15_000.0;
/// An answered move comes back with the stream within this time; one that changed nothing never
/// does.
const ECHO_MILLIS: f64 = 2_000.0;

impl Sender {
    /// The queue of a person.
    pub fn of(me: Option<UserId>) -> Self {
        Self { me, ..Self::default() }
    }

    /// Whose changes it sends.
    pub const fn me(&self) -> Option<UserId> {
        self.me
    }

    /// Sends a change that the page shows already, after those before it. `rollback` runs if the
    /// server refuses it.
    pub fn send(&self, change: Change, board: BoardState, rollback: impl Fn(AppError) + Send + Sync + 'static) {
        let title = change.card().and_then(|card| board.card(card)).map(|card| card.title());
        self.send_of(title, change, board, rollback);
    }

    /// As [`Sender::send`], for a card that the page has taken away or renamed by now: what it was called.
    pub fn send_of(
        &self,
        title: Option<String>,
        change: Change,
        board: BoardState,
        rollback: impl Fn(AppError) + Send + Sync + 'static,
    ) {
        let op = new_op();
        self.note_own(op, &change);
        self.enqueue(op, title, change, board, rollback);
    }

    /// As [`Sender::send`], for a change that is shown when it comes with the stream.
    pub fn send_unshown(&self, change: Change, board: BoardState, rollback: impl Fn(AppError) + Send + Sync + 'static) {
        self.enqueue(new_op(), None, change, board, rollback);
    }

    fn enqueue(
        &self,
        op: OpId,
        title: Option<String>,
        change: Change,
        board: BoardState,
        rollback: impl Fn(AppError) + Send + Sync + 'static,
    ) {
        let kept = keep(self.me, &board.key, op, &change, title);
        self.push(Unsent { op, change, kept, made: None, rollback: Arc::new(rollback), board });
    }

    /// Sends the text of new tasks, after the changes before it.
    pub fn add(
        &self,
        (column, at, text): (ColumnId, String, String),
        board: BoardState,
        made: impl Fn(&[Card]) + Send + Sync + 'static,
        refused: impl Fn(AppError) + Send + Sync + 'static,
    ) {
        let op = new_op();
        let waiting = Waiting::new(op, column, &at, &text);
        let change = Change::Add { column, at, text };
        let kept = keep(self.me, &board.key, op, &change, None);
        self.push(Unsent { op, change, kept, made: Some(Arc::new(made)), rollback: Arc::new(refused), board });
        if self.is_offline.get_untracked() {
            self.show_waiting(waiting);
        } else {
            show_if_slow(self.clone(), waiting);
        }
    }

    /// Shows new tasks, if they still wait.
    fn show_waiting(&self, waiting: Waiting) {
        if self.has_op(waiting.op) {
            self.adding.update(|adding| adding.push(waiting));
        }
    }

    fn hide_waiting(&self, op: OpId) {
        if self.adding.with_untracked(|adding| adding.iter().any(|waiting| waiting.op == op)) {
            self.adding.update(|adding| adding.retain(|waiting| waiting.op != op));
        }
    }

    /// Keeps a refused text until a field takes it.
    pub fn give_back(&self, returned: Returned) {
        self.returned.update(|all| all.push(returned));
    }

    fn note_own(&self, op: OpId, change: &Change) {
        let own = Own { change: change.clone(), answered: None, has_come_back: false };
        self.own.update_value(|all| {
            all.retain(|_, own| own.answered.is_none_or(|answered| millis() - answered < KNOWN_MILLIS));
            all.insert(op, own);
        });
    }

    fn push(&self, unsent: Unsent) {
        self.queue.update_value(|queue| queue.push_back(unsent));
        self.waiting.set(self.queue.with_value(VecDeque::len));
        self.mark_waiting();
        if !self.is_running.get_value() {
            self.is_running.set_value(true);
            run(self.clone());
        }
    }

    /// Marks the cards that wait, while they wait for the server to be there again.
    fn mark_waiting(&self) {
        let cards: HashSet<TaskId> = match self.is_offline.get_untracked() {
            true => self.queue.with_value(|queue| queue.iter().flat_map(|unsent| unsent.change.cards()).collect()),
            false => HashSet::new(),
        };
        if self.waiting_cards.with_untracked(|before| *before != cards) {
            self.waiting_cards.set(cards);
        }
    }

    /// Tries again at once instead of after the pause.
    pub fn nudge(&self) {
        self.is_nudged.set_value(true);
    }

    /// Whether a change that comes with the stream is this page's own, or a part of it.
    pub fn knows(&self, op: Option<OpId>) -> bool {
        let Some(op) = op else { return false };
        let found = self.own.try_update_value(|own| {
            let known = own.iter_mut().find(|(known, _)| op.is_of(**known));
            known.map(|(_, own)| own.has_come_back = true).is_some()
        });
        found.unwrap_or(false)
    }

    /// Whether a move of a card has not been answered, or not come back with the stream: where the
    /// card is on the server is then not known.
    pub fn has_unsent_move(&self, card: TaskId) -> bool {
        let is_own = self.own.with_value(|own| {
            own.values().any(|own| {
                let is_settled = own.answered.is_some_and(|answered| millis() - answered > ECHO_MILLIS);
                !own.has_come_back && !is_settled && own.change.column_of(card).is_some()
            })
        });
        is_own || self.is_moving(card)
    }

    /// Whether a move of a card has not been answered: then its rank is that of where it was.
    pub fn is_moving(&self, card: TaskId) -> bool {
        self.queue.with_value(|queue| queue.iter().any(|unsent| unsent.change.column_of(card).is_some()))
    }

    /// Whether a change of a card has not been answered.
    pub fn is_changing(&self, card: TaskId) -> bool {
        self.queue.with_value(|queue| queue.iter().any(|unsent| unsent.change.is_about(card)))
    }

    /// The changes that have not been answered, in order.
    pub fn unsent(&self) -> Vec<Change> {
        self.queue.with_value(|queue| queue.iter().map(|unsent| unsent.change.clone()).collect())
    }

    /// Whether a card is on its way back from the archive or the trash: until that is answered, the server has it where it
    /// was.
    pub fn brings_back(&self) -> bool {
        self.queue.with_value(|queue| queue.iter().any(|unsent| unsent.change.brings_back()))
    }

    /// The order of lists that were just read, with the moves of lists that have not been answered.
    pub fn order_of(&self, read: Vec<ColumnId>) -> Vec<ColumnId> {
        self.queue.with_value(|queue| {
            queue.iter().fold(read, |order, unsent| match unsent.change {
                Change::Shift { list, between } => between.place(list, &order),
                _ => order,
            })
        })
    }

    /// How many changes the server has answered. What was read while this grew may be from before one of them.
    pub fn answers(&self) -> u64 {
        self.answers.get_value()
    }

    /// Whether a board is the one that stands in the page.
    fn is_shown_on(&self, board: &BoardState) -> bool {
        self.shown_on.with_value(|clock| clock.as_ref().is_none_or(|clock| *clock == board.clock))
    }

    fn note_answer(&self, op: OpId) {
        self.answers.update_value(|answers| *answers += 1);
        self.own.update_value(|own| {
            if let Some(own) = own.get_mut(&op) {
                own.answered = Some(millis());
            }
        });
    }

    fn has_op(&self, op: OpId) -> bool {
        self.queue.with_value(|queue| queue.iter().any(|unsent| unsent.op == op))
    }
}

/// No answer, or one that a proxy gave for a server that is away.
pub fn is_out_of_reach(error: &AppError) -> bool {
    match error {
        AppError::Offline | AppError::Unavailable => true,
        AppError::Internal { reference } => reference.is_empty(),
        _ => false,
    }
}

/// Whether the person has to sign in, as an answer says it. One that did not come says nothing of it: nobody's password is
/// to be gone because the line broke while it was typed.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a browser sends"))]
fn has_to_sign_in(before: bool, error: Option<&AppError>) -> bool {
    match error {
        Some(error) if is_out_of_reach(error) => before,
        error => error == Some(&AppError::SignedOut),
    }
}

#[cfg(feature = "hydrate")]
pub use super::browser_time::op_id as new_op;
#[cfg(feature = "hydrate")]
use super::dom::millis;
#[cfg(feature = "hydrate")]
use kept::keep;
#[cfg(feature = "hydrate")]
use sending::{run, show_if_slow};

#[cfg(not(feature = "hydrate"))]
pub use server::new_op;
#[cfg(not(feature = "hydrate"))]
use server::{keep, millis, run, show_if_slow};

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::{Change, Sender, Waiting};
    use crate::domain::ids::{OpId, UserId};

    /// Nothing is slow while a page is rendered.
    pub fn show_if_slow(_sender: Sender, _waiting: Waiting) {}

    /// Nothing is moved while a page is rendered.
    pub fn run(_sender: Sender) {}

    /// Nothing is kept on the server.
    pub fn keep(_me: Option<UserId>, _key: &str, _op: OpId, _change: &Change, _title: Option<String>) -> String {
        String::new()
    }

    /// Nothing was kept on the server.
    pub fn left_over(_me: Option<UserId>, _key: &str) -> Vec<(String, OpId, Change, Option<String>)> {
        Vec::new()
    }

    /// Nothing waits on the server.
    pub const fn millis() -> f64 {
        0.0
    }

    /// Nothing is sent from the server.
    pub const fn new_op() -> OpId {
        OpId(uuid::Uuid::nil())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::task_edit::{Edit, TaskEdit},
        tasks::board::{
            state::Anchor,
            testing::{DONE, id, three, with_state},
        },
    };

    #[test]
    fn whoever_has_to_sign_in_is_asked_until_an_answer_says_otherwise() {
        assert!(has_to_sign_in(false, Some(&AppError::SignedOut)));
        assert!(has_to_sign_in(true, Some(&AppError::Offline)) && !has_to_sign_in(false, Some(&AppError::Offline)));
        assert!(!has_to_sign_in(true, None) && !has_to_sign_in(true, Some(&AppError::NotFound)));
    }

    #[test]
    fn a_card_that_is_on_its_way_back_is_known_until_the_server_has_answered() {
        with_state(three(), |state| {
            let send = |change: Change| state.sender.send(change, state.clone(), |_| {});
            send(Change::Archive { card: id(1) });
            assert!(!state.sender.brings_back(), "it goes");
            send(Change::Restore { card: id(1) });
            assert!(state.sender.brings_back());
        });
        let many = |edit: Edit| Change::Edit { edits: vec![TaskEdit { task: id(1), edit }], is_back: true };
        assert!(many(Edit::Undelete).brings_back() && many(Edit::Restore).brings_back());
        assert!(!many(Edit::Archive).brings_back());
    }

    #[test]
    fn all_cards_that_wait_are_marked_while_the_server_cannot_be_reached() {
        with_state(three(), |state| {
            let sender = &state.sender;
            let send = |number: u128| {
                let to = Anchor { column: DONE, after: None, before: None, lane: None };
                sender.send(Change::Move { card: id(number), to, is_back: false }, state.clone(), |_| {});
            };
            send(1);
            assert!(sender.waiting_cards.with_untracked(HashSet::is_empty), "the server is there");
            sender.is_offline.set(true);
            send(2);
            assert_eq!(sender.waiting_cards.get_untracked(), HashSet::from([id(1), id(2)]));
            sender.is_offline.set(false);
            sender.mark_waiting();
            assert!(sender.waiting_cards.with_untracked(HashSet::is_empty));
        });
    }
}
