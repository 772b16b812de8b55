//! Sends the page's changes to the server one after the other, in order, and again while the
//! server cannot be reached: each carries an id of its own, so that a repeat does nothing.

use std::collections::VecDeque;
use std::sync::Arc;

use leptos::prelude::*;

use super::state::{Anchor, BoardState};
use crate::{
    domain::{ids::TaskId, task_edit::TaskEdit},
    error::AppError,
};

/// What a change of the board asks of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Move { card: TaskId, to: Anchor },
    Archive { card: TaskId },
    Restore { card: TaskId },
    Edit { edits: Vec<TaskEdit> },
}

impl Change {
    /// The card that shows that the change is on its way.
    pub fn card(&self) -> Option<TaskId> {
        match self {
            Self::Move { card, .. } | Self::Archive { card } | Self::Restore { card } => Some(*card),
            Self::Edit { edits } => edits.first().map(|edit| edit.task),
        }
    }

    /// Whether a card is changed.
    fn is_about(&self, id: TaskId) -> bool {
        match self {
            Self::Move { card, .. } | Self::Archive { card } | Self::Restore { card } => *card == id,
            Self::Edit { edits } => edits.iter().any(|edit| edit.task == id),
        }
    }
}

/// Puts the page back when the server refuses.
type Rollback = Arc<dyn Fn(AppError) + Send + Sync>;

/// The changes on their way; clones are the same queue.
#[derive(Clone, Default)]
pub struct Sender {
    queue: ArcStoredValue<VecDeque<(Change, Rollback)>>,
    is_running: ArcStoredValue<bool>,
    /// Changes that the server has not answered.
    pub waiting: ArcRwSignal<usize>,
    /// Whether the last attempt did not reach the server.
    pub is_offline: ArcRwSignal<bool>,
    /// The card whose change takes longer than a moment.
    pub slow: ArcRwSignal<Option<TaskId>>,
}

impl Sender {
    /// Sends a change after those before it. `rollback` runs if the server refuses it.
    pub fn send(&self, change: Change, board: BoardState, rollback: impl Fn(AppError) + Send + Sync + 'static) {
        self.queue.update_value(|queue| queue.push_back((change, Arc::new(rollback))));
        self.waiting.update(|waiting| *waiting += 1);
        if !self.is_running.get_value() {
            self.is_running.set_value(true);
            run(self.clone(), board);
        }
    }
}

#[cfg(feature = "hydrate")]
use browser::run;

#[cfg(not(feature = "hydrate"))]
use server::run;

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::prelude::*;
    use leptos::task::spawn_local;

    use super::{BoardState, Change, Sender};
    use crate::domain::ids::{OpId, TaskId};
    use crate::error::AppError;
    use crate::tasks::api;
    use crate::tasks::board::browser_time::{op_id, pause};
    use crate::tasks::view::Card;

    /// After this time a card shows that its change is on its way.
    const SLOW: Duration = Duration::from_millis(400);
    /// The time between attempts while the server cannot be reached.
    const RETRY: Duration = Duration::from_secs(2);

    /// Empties the queue.
    pub fn run(sender: Sender, board: BoardState) {
        spawn_local(async move {
            while let Some((change, rollback)) = sender.queue.try_update_value(|queue| queue.pop_front()).flatten() {
                match send_until_answered(&sender, &change).await {
                    Ok(cards) => cards
                        .into_iter()
                        .filter(|card| !has_newer(&sender, card.id))
                        .for_each(|card| board.refresh(card)),
                    Err(error) => rollback(error),
                }
                sender.waiting.update(|waiting| *waiting = waiting.saturating_sub(1));
            }
            sender.is_running.set_value(false);
        });
    }

    /// A card that has moved on meanwhile is shown as the page has it.
    fn has_newer(sender: &Sender, card: TaskId) -> bool {
        sender.queue.with_value(|queue| queue.iter().any(|(other, _)| other.is_about(card)))
    }

    async fn send_until_answered(sender: &Sender, change: &Change) -> Result<Vec<Card>, AppError> {
        let op = op_id();
        loop {
            let (answered, card) = (sender.slow.clone(), change.card());
            let slow = set_timeout_with_handle(move || answered.set(card), SLOW).ok();
            let answer = send(change, op).await;
            if let Some(slow) = slow {
                slow.clear();
            }
            if sender.slow.get_untracked().is_some() {
                sender.slow.set(None);
            }
            let is_offline = answer == Err(AppError::Offline);
            if sender.is_offline.get_untracked() != is_offline {
                sender.is_offline.set(is_offline);
            }
            if !is_offline {
                return answer;
            }
            pause(RETRY).await;
        }
    }

    async fn send(change: &Change, op: OpId) -> Result<Vec<Card>, AppError> {
        match change.clone() {
            Change::Move { card, to } => {
                api::move_task(card, to.column, to.after, to.before, op, to.lane).await.map(|card| vec![card])
            }
            Change::Archive { card } => api::archive_task(card, Some(op)).await.map(|()| Vec::new()),
            Change::Restore { card } => api::restore_task(card, Some(op)).await.map(|()| Vec::new()),
            Change::Edit { edits } => api::change_tasks(edits, op).await,
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::{BoardState, Sender};

    /// Nothing is moved while a page is rendered.
    pub fn run(_sender: Sender, _board: BoardState) {}
}
