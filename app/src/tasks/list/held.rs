//! Cells that were saved when the session had ended: they wait for somebody to sign in again.

use std::collections::VecDeque;

use leptos::{prelude::*, task::spawn_local};

use crate::{
    domain::ids::TaskId,
    error::{AppError, AppResult},
    tasks::{views::ListRow, views_api::SaveCell},
    ui::SessionEnd,
};

/// What was sent and has no session; copies are the same.
#[derive(Clone, Copy)]
pub struct Held {
    save: ServerAction<SaveCell>,
    is_pending: Memo<bool>,
    end: Option<SessionEnd>,
    /// On their way: an answer does not say which of several it is about.
    sent: StoredValue<Vec<SaveCell>>,
    /// To be sent once more. The name of a change makes a repeat do nothing.
    waiting: StoredValue<VecDeque<SaveCell>>,
    /// The person is asked for the password.
    is_asking: StoredValue<bool>,
}

impl Held {
    /// Of the action that saves the cells, as long as the caller stands in the page.
    pub fn of(save: ServerAction<SaveCell>) -> Self {
        let (input, sent) = (save.input(), StoredValue::new(Vec::<SaveCell>::new()));
        let waiting = StoredValue::new(VecDeque::<SaveCell>::new());
        Effect::new(move |_| {
            let Some(cell) = input.get() else { return };
            // What is typed over a cell that waits takes its place.
            let is_over = |old: &SaveCell| old.op != cell.op && (old.task, &old.field) == (cell.task, &cell.field);
            waiting.update_value(|waiting| waiting.retain(|old| !is_over(old)));
            sent.update_value(|sent| {
                if sent.iter().all(|other| other.op != cell.op) {
                    sent.push(cell);
                }
            });
        });
        Self {
            save,
            is_pending: save.pending(),
            end: use_context::<SessionEnd>(),
            sent,
            waiting,
            is_asking: StoredValue::new(false),
        }
    }

    /// The tasks of the cells that are on their way: an answer is about one of them.
    pub fn on_the_way(self) -> Vec<TaskId> {
        self.sent.with_value(|sent| sent.iter().map(|cell| cell.task).collect())
    }

    /// Hears an answer. Whether what it is about waits for a session; `put_off` runs with the tasks of all that waits if it
    /// gets none.
    pub fn keeps(self, answer: &AppResult<ListRow>, put_off: impl FnOnce(Vec<TaskId>) + 'static) -> bool {
        match (answer, self.end) {
            (Err(AppError::SignedOut), Some(end)) => {
                self.hold(end, put_off);
                true
            }
            _ => {
                if !self.is_pending.get_untracked() {
                    self.sent.update_value(Vec::clear);
                }
                if !self.is_asking.get_value() {
                    self.send_next();
                }
                false
            }
        }
    }

    fn hold(self, end: SessionEnd, put_off: impl FnOnce(Vec<TaskId>) + 'static) {
        let sent = self.sent.try_update_value(std::mem::take).unwrap_or_default();
        self.waiting.update_value(|waiting| {
            waiting.retain(|cell| sent.iter().all(|other| other.op != cell.op));
            waiting.extend(sent);
        });
        if self.is_asking.get_value() {
            return;
        }
        self.is_asking.set_value(true);
        let changes = self.waiting.with_value(VecDeque::len);
        spawn_local(async move {
            let is_signed_in = end.comes_back(changes).await;
            // Nobody looks at a list that was left meanwhile.
            if self.is_asking.try_set_value(false).is_some() {
                return;
            }
            if is_signed_in {
                self.send_next();
            } else {
                let waiting = self.waiting.try_update_value(std::mem::take).unwrap_or_default();
                put_off(waiting.iter().map(|cell| cell.task).collect());
            }
        });
    }

    /// One after the other, so that each is heard of.
    fn send_next(self) {
        if let Some(cell) = self.waiting.try_update_value(VecDeque::pop_front).flatten() {
            drop(self.save.dispatch(cell));
        }
    }
}
