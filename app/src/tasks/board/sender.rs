//! Sends the page's changes to the server one after the other, in order, and again while the
//! server cannot be reached: each carries an id of its own, so that a repeat does nothing.

use std::collections::VecDeque;
use std::sync::Arc;

use leptos::prelude::*;

use super::state::{Anchor, BoardState};
use crate::{domain::ids::TaskId, error::AppError};

/// What a change of the board asks of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Move { card: TaskId, to: Anchor },
    Archive { card: TaskId },
    Restore { card: TaskId },
}

impl Change {
    pub const fn card(self) -> TaskId {
        match self {
            Self::Move { card, .. } | Self::Archive { card } | Self::Restore { card } => card,
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
    use crate::domain::ids::OpId;
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
                match send_until_answered(&sender, change).await {
                    Ok(Some(card)) if !has_newer(&sender, change) => board.refresh(card),
                    Ok(_) => {}
                    Err(error) => rollback(error),
                }
                sender.waiting.update(|waiting| *waiting = waiting.saturating_sub(1));
            }
            sender.is_running.set_value(false);
        });
    }

    /// A card that has moved on meanwhile is shown as the page has it.
    fn has_newer(sender: &Sender, change: Change) -> bool {
        sender.queue.with_value(|queue| queue.iter().any(|(other, _)| other.card() == change.card()))
    }

    async fn send_until_answered(sender: &Sender, change: Change) -> Result<Option<Card>, AppError> {
        let op = op_id();
        loop {
            let answered = sender.slow.clone();
            let slow = set_timeout_with_handle(move || answered.set(Some(change.card())), SLOW).ok();
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

    async fn send(change: Change, op: OpId) -> Result<Option<Card>, AppError> {
        match change {
            Change::Move { card, to } => api::move_task(card, to.column, to.after, to.before, op).await.map(Some),
            Change::Archive { card } => api::archive_task(card, Some(op)).await.map(|()| None),
            Change::Restore { card } => api::restore_task(card, Some(op)).await.map(|()| None),
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::{BoardState, Sender};

    /// Nothing is moved while a page is rendered.
    pub fn run(_sender: Sender, _board: BoardState) {}
}
