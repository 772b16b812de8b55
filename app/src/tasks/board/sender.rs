//! Sends the page's changes to the server one after the other, in order, and again while the
//! server cannot be reached: each carries an id of its own, made when the person acted, so that a
//! repeat does nothing. What is not answered yet is kept in the browser's storage, too: after a
//! reload or a crash it is sent first.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    quick_add,
    state::{Anchor, BoardState},
};
use crate::{
    domain::{
        column::Between,
        due::ViewerClock,
        ids::{ColumnId, OpId, TaskId, UserId},
        quick_add::lines,
        task_edit::{Edit, TaskEdit},
    },
    error::AppError,
    tasks::view::Card,
};

/// What a change of the board asks of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Change {
    Move {
        card: TaskId,
        to: Anchor,
        /// It takes a move back, or does it again.
        #[serde(default)]
        is_back: bool,
    },
    Archive {
        card: TaskId,
    },
    Restore {
        card: TaskId,
    },
    Edit {
        edits: Vec<TaskEdit>,
        /// They take earlier changes back, or do them again.
        #[serde(default)]
        is_back: bool,
    },
    /// A list to another place among the lists.
    Shift {
        list: ColumnId,
        between: Between,
    },
    /// New tasks, a line each, at the place that `at` says as the form does.
    Add {
        column: ColumnId,
        at: String,
        text: String,
    },
}

impl Change {
    /// The card that shows that the change is on its way.
    pub fn card(&self) -> Option<TaskId> {
        match self {
            Self::Move { card, .. } | Self::Archive { card } | Self::Restore { card } => Some(*card),
            Self::Edit { edits, .. } => edits.first().map(|edit| edit.task),
            Self::Shift { .. } | Self::Add { .. } => None,
        }
    }

    /// Whether a card is changed.
    fn is_about(&self, id: TaskId) -> bool {
        match self {
            Self::Move { card, .. } | Self::Archive { card } | Self::Restore { card } => *card == id,
            Self::Edit { edits, .. } => edits.iter().any(|edit| edit.task == id),
            Self::Shift { .. } | Self::Add { .. } => false,
        }
    }

    /// The cards that are changed.
    fn cards(&self) -> Vec<TaskId> {
        match self {
            Self::Move { card, .. } | Self::Archive { card } | Self::Restore { card } => vec![*card],
            Self::Edit { edits, .. } => edits.iter().map(|edit| edit.task).collect(),
            Self::Shift { .. } | Self::Add { .. } => Vec::new(),
        }
    }

    /// The task that gets a new title, and the title.
    fn title(&self) -> Option<(TaskId, String)> {
        let Self::Edit { edits, .. } = self else { return None };
        edits.iter().find_map(|edit| Some((edit.task, edit.title()?.to_owned())))
    }

    /// The list that a card is moved to.
    pub fn column_of(&self, id: TaskId) -> Option<ColumnId> {
        match self {
            Self::Move { card, to, .. } => (*card == id).then_some(to.column),
            Self::Archive { .. } | Self::Restore { .. } | Self::Shift { .. } | Self::Add { .. } => None,
            Self::Edit { edits, .. } => edits.iter().rev().find_map(|edit| match &edit.edit {
                Edit::Move { column, .. } if edit.task == id => Some(*column),
                _ => None,
            }),
        }
    }
}

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

/// The text of new tasks that the server refused, on its way back to a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    pub column: ColumnId,
    pub text: String,
    /// Why it was refused.
    pub words: String,
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

    /// Sends a change that the page shows already, after those before it. `rollback` runs if the
    /// server refuses it.
    pub fn send(&self, change: Change, board: BoardState, rollback: impl Fn(AppError) + Send + Sync + 'static) {
        let op = new_op();
        self.note_own(op, &change);
        self.enqueue(op, change, board, rollback);
    }

    /// As [`Sender::send`], for a change that is shown when it comes with the stream.
    pub fn send_unshown(&self, change: Change, board: BoardState, rollback: impl Fn(AppError) + Send + Sync + 'static) {
        self.enqueue(new_op(), change, board, rollback);
    }

    fn enqueue(
        &self,
        op: OpId,
        change: Change,
        board: BoardState,
        rollback: impl Fn(AppError) + Send + Sync + 'static,
    ) {
        let kept = keep(self.me, &board.key, op, &change);
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
        let kept = keep(self.me, &board.key, op, &change);
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
        is_own || self.queue.with_value(|queue| queue.iter().any(|unsent| unsent.change.column_of(card).is_some()))
    }

    /// The changes that have not been answered, in order.
    pub fn unsent(&self) -> Vec<Change> {
        self.queue.with_value(|queue| queue.iter().map(|unsent| unsent.change.clone()).collect())
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

    /// Sends what an earlier page did not get rid of, and shows it. `refused` hears of what the
    /// server does not take.
    pub fn resume(&self, board: &BoardState, refused: impl Fn(AppError) + Clone + Send + Sync + 'static) {
        for (kept, op, change) in left_over(self.me, &board.key) {
            if self.has_op(op) {
                continue;
            }
            if board.show(&change) {
                self.note_own(op, &change);
            }
            let Change::Add { column, at, text } = &change else {
                let (refused, shown, title) = (refused.clone(), board.clone(), change.title());
                let rollback = move |error: AppError| match &title {
                    Some((task, text)) => shown.refuse_title(*task, text, &error),
                    None => refused(error),
                };
                self.push(Unsent { op, change, kept, made: None, rollback: Arc::new(rollback), board: board.clone() });
                continue;
            };
            let (column, text) = (*column, text.clone());
            let waiting = Waiting::new(op, column, at, &text);
            let (sender, toasts) = (self.clone(), board.toasts);
            let rollback = move |error: AppError| {
                toasts.fail(format!("“{}” was not added. {}", text.trim(), error.words()));
                sender.give_back(Returned { column, text: text.clone(), words: quick_add::words(&error) });
            };
            self.push(Unsent { op, change, kept, made: None, rollback: Arc::new(rollback), board: board.clone() });
            self.show_waiting(waiting);
        }
    }
}

/// No answer, or one that a proxy gave for a server that is away.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a browser sends"))]
fn is_out_of_reach(error: &AppError) -> bool {
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

impl BoardState {
    /// The board stands in the page now, in the place of another one or of none. What is on its way is shown on it. What
    /// the server has answered may be from behind the reading that it was made of, and the board before it showed that:
    /// this one hears it with the stream, as anybody's.
    pub fn take_place(&self) {
        self.sender.own.update_value(|own| own.retain(|_, own| own.answered.is_none()));
        self.sender.shown_on.set_value(Some(self.clock.clone()));
        for change in self.sender.unsent() {
            self.show(&change);
        }
    }

    /// Shows a change that is on its way; whether there was anything to show.
    pub fn show(&self, change: &Change) -> bool {
        match change {
            Change::Move { card, to, .. } => {
                let Some(state) = self.card(*card) else { return false };
                self.put_in_lane(&state, to.lane);
                let Some(place) = self.place_at(*card, *to) else { return false };
                self.place(*card, place);
                true
            }
            Change::Archive { card } => self.take(*card).is_some(),
            Change::Shift { list, between } => self.place_list(*list, *between),
            // What it looks like comes with the stream.
            Change::Restore { .. } | Change::Add { .. } => false,
            Change::Edit { edits, .. } => self.show_edits(edits.clone()),
        }
    }
}

#[cfg(feature = "hydrate")]
pub use browser::new_op;
#[cfg(feature = "hydrate")]
use browser::{keep, left_over, millis, run, show_if_slow};

#[cfg(not(feature = "hydrate"))]
pub use server::new_op;
#[cfg(not(feature = "hydrate"))]
use server::{keep, left_over, millis, run, show_if_slow};

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use serde::{Deserialize, Serialize};

    use super::{Change, Sender, Unsent, Waiting, has_to_sign_in, is_out_of_reach};
    use crate::domain::ids::{OpId, TaskId, UserId};
    use crate::error::AppError;
    use crate::tasks::api;
    use crate::tasks::board::browser_time::now;
    use crate::tasks::columns::api::place_column;
    use crate::tasks::view::Card;
    use crate::ui::rest;

    /// After this time a card shows that its change is on its way.
    const SLOW: Duration = Duration::from_millis(400);
    /// The times between attempts while the server cannot be reached, in milliseconds; the last goes on.
    const PAUSES: [u64; 5] = [500, 1_000, 2_000, 4_000, 8_000];
    /// How often a pause looks whether it should end.
    const LOOK: Duration = Duration::from_millis(100);

    pub use crate::tasks::board::browser_time::op_id as new_op;
    pub use crate::tasks::board::dom::millis;

    /// A change as the browser's storage keeps it.
    #[derive(Serialize, Deserialize)]
    struct Kept {
        op: OpId,
        change: Change,
    }

    fn storage() -> Option<web_sys::Storage> {
        window().local_storage().ok().flatten()
    }

    fn prefix(me: Option<UserId>, key: &str) -> Option<String> {
        me.map(|me| format!("autoreport.unsent.{me}.{key}."))
    }

    /// Keeps a change until it is answered; under which name. The names of one board sort by time.
    pub fn keep(me: Option<UserId>, key: &str, op: OpId, change: &Change) -> String {
        let Some(prefix) = prefix(me, key) else { return String::new() };
        // Changes of the same millisecond keep their order by a count.
        thread_local!(static COUNT: std::cell::Cell<u32> = const { std::cell::Cell::new(0) });
        let count = COUNT.with(|count| count.replace(count.get().wrapping_add(1)));
        let name = format!("{prefix}{:013}.{count:06}.{op}", now().timestamp_millis());
        let kept = Kept { op, change: change.clone() };
        if let (Some(storage), Ok(words)) = (storage(), serde_json::to_string(&kept)) {
            // A full or forbidden storage keeps nothing: the change is still sent.
            drop(storage.set_item(&name, &words));
        }
        name
    }

    fn forget(kept: &str) {
        if let Some(storage) = storage() {
            drop(storage.remove_item(kept));
        }
    }

    /// What is kept of a person and a board, in order. What cannot be read is thrown away.
    pub fn left_over(me: Option<UserId>, key: &str) -> Vec<(String, OpId, Change)> {
        let (Some(storage), Some(prefix)) = (storage(), prefix(me, key)) else { return Vec::new() };
        let count = storage.length().unwrap_or(0);
        let names = (0..count).filter_map(|at| storage.key(at).ok().flatten());
        let mut names: Vec<String> = names.filter(|name| name.starts_with(&prefix)).collect();
        names.sort();
        names
            .into_iter()
            .filter_map(|name| {
                let words = storage.get_item(&name).ok().flatten()?;
                let Ok(Kept { op, change }) = serde_json::from_str(&words) else {
                    forget(&name);
                    return None;
                };
                Some((name, op, change))
            })
            .collect()
    }

    /// Empties the queue.
    pub fn run(sender: Sender) {
        spawn_local(async move {
            while let Some(unsent) = sender.queue.with_value(|queue| queue.front().cloned()) {
                let answer = send_until_answered(&sender, &unsent).await;
                let board = &unsent.board;
                forget(&unsent.kept);
                sender.queue.update_value(|queue| drop(queue.pop_front()));
                sender.hide_waiting(unsent.op);
                match answer {
                    Ok(cards) if matches!(unsent.change, Change::Add { .. }) => {
                        board.show_made(&unsent.change, &cards);
                        if let Some(made) = &unsent.made {
                            made(&cards);
                        }
                    }
                    Ok(cards) => cards
                        .into_iter()
                        .filter(|card| !has_newer(&sender, card.id))
                        .for_each(|card| board.settle_own(&unsent.change, card)),
                    Err(error) => (unsent.rollback)(error),
                }
                sender.note_answer(unsent.op);
                if let Some(live) = board.live.filter(|_| !sender.is_shown_on(board)) {
                    // Another board stands there now and shows the change as the person made it: what came of it is read.
                    live.look_again();
                }
                sender.waiting.set(sender.queue.with_value(|queue| queue.len()));
                sender.mark_waiting();
            }
            sender.is_running.set_value(false);
        });
    }

    /// Shows new tasks that are not at the server after a moment.
    pub fn show_if_slow(sender: Sender, waiting: Waiting) {
        set_timeout(move || sender.show_waiting(waiting), SLOW);
    }

    /// A card that has moved on meanwhile is shown as the page has it.
    fn has_newer(sender: &Sender, card: TaskId) -> bool {
        sender.queue.with_value(|queue| queue.iter().any(|other| other.change.is_about(card)))
    }

    async fn send_until_answered(sender: &Sender, unsent: &Unsent) -> Result<Vec<Card>, AppError> {
        let mut attempts = 0;
        loop {
            let (answered, card) = (sender.slow.clone(), unsent.change.card());
            let slow = set_timeout_with_handle(move || answered.set(card), SLOW).ok();
            let answer = send(&unsent.change, unsent.op, &unsent.board.key).await;
            if let Some(slow) = slow {
                slow.clear();
            }
            if sender.slow.get_untracked().is_some() {
                sender.slow.set(None);
            }
            let wait = match &answer {
                Err(error) if is_out_of_reach(error) => Some(PAUSES[attempts.min(PAUSES.len() - 1)]),
                Err(AppError::TooMany { retry_after_seconds }) => Some(u64::from(*retry_after_seconds) * 1_000),
                Err(AppError::SignedOut) => Some(60_000),
                _ => None,
            };
            set_if_other(&sender.is_offline, answer.as_ref().is_err_and(is_out_of_reach));
            sender.mark_waiting();
            let was_signed_out = sender.is_signed_out.get_untracked();
            set_if_other(&sender.is_signed_out, has_to_sign_in(was_signed_out, answer.as_ref().err()));
            let Some(wait) = wait else { return answer };
            attempts += 1;
            sender.is_nudged.set_value(false);
            for _ in 0..wait / LOOK.as_millis() as u64 {
                rest(LOOK).await;
                if sender.is_nudged.get_value() {
                    attempts = 0;
                    break;
                }
            }
        }
    }

    fn set_if_other(signal: &ArcRwSignal<bool>, value: bool) {
        if signal.get_untracked() != value {
            signal.set(value);
        }
    }

    async fn send(change: &Change, op: OpId, key: &str) -> Result<Vec<Card>, AppError> {
        match change.clone() {
            Change::Move { card, to, is_back } => {
                let moved = api::move_task(card, to.column, to.after, to.before, op, to.lane, is_back).await;
                moved.map(|card| vec![card])
            }
            Change::Archive { card } => api::archive_task(card, Some(op)).await.map(|()| Vec::new()),
            Change::Restore { card } => api::restore_task(card, Some(op)).await.map(|()| Vec::new()),
            Change::Edit { edits, is_back } => api::change_tasks(edits, op, is_back).await,
            // A repeat finds the list where it is to be.
            Change::Shift { list, between } => {
                place_column(list, between.after, between.before).await.map(|()| Vec::new())
            }
            Change::Add { column, at, text } => api::add_tasks(key.to_owned(), column, text, at, Some(op)).await,
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::{Change, Sender, Waiting};
    use crate::domain::ids::{OpId, UserId};

    /// Nothing is slow while a page is rendered.
    pub fn show_if_slow(_sender: Sender, _waiting: Waiting) {}

    /// Nothing is moved while a page is rendered.
    pub fn run(_sender: Sender) {}

    /// Nothing is kept on the server.
    pub fn keep(_me: Option<UserId>, _key: &str, _op: OpId, _change: &Change) -> String {
        String::new()
    }

    /// Nothing was kept on the server.
    pub fn left_over(_me: Option<UserId>, _key: &str) -> Vec<(String, OpId, Change)> {
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
    use crate::tasks::board::{
        steps::Steps,
        testing::{DONE, TODO, id, numbers, three, with_state},
    };

    #[test]
    fn a_board_made_anew_shows_what_is_on_its_way_and_hears_what_was_answered_before() {
        with_state(three(), |state| {
            let sender = &state.sender;
            let to_done = |number: u128| Change::Move {
                card: id(number),
                to: Anchor { column: DONE, after: None, before: None, lane: None },
                is_back: false,
            };
            let (answered, unanswered) = (OpId(uuid::Uuid::from_u128(1 << 64)), OpId(uuid::Uuid::from_u128(2 << 64)));
            sender.note_own(answered, &to_done(2));
            sender.note_own(unanswered, &to_done(3));
            sender.note_answer(answered);
            sender.send(to_done(1), state.clone(), |_| {});
            assert!(sender.knows(Some(answered)) && sender.knows(Some(unanswered)));
            assert!(sender.is_shown_on(state), "no board has taken the place of another one");

            // Read before all of these changes.
            let fresh = BoardState::new(three(), String::new(), state.toasts, Steps::default(), sender.clone());
            fresh.take_place();
            assert_eq!((numbers(&fresh, TODO), numbers(&fresh, DONE)), (vec![2, 3], vec![1]));
            assert!(!sender.knows(Some(answered)), "what the board lacks comes with the stream");
            assert!(sender.knows(Some(unanswered)), "its answer is still to come");
            assert!(sender.is_shown_on(&fresh) && !sender.is_shown_on(state));
            fresh.take_place();
            assert_eq!(numbers(&fresh, DONE), [1], "shown once");
        });
    }

    #[test]
    fn whoever_has_to_sign_in_is_asked_until_an_answer_says_otherwise() {
        assert!(has_to_sign_in(false, Some(&AppError::SignedOut)));
        assert!(has_to_sign_in(true, Some(&AppError::Offline)) && !has_to_sign_in(false, Some(&AppError::Offline)));
        assert!(!has_to_sign_in(true, None) && !has_to_sign_in(true, Some(&AppError::NotFound)));
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
