//! Shows what others did when the person's hand is off the board, and says what should be known of it now.

use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;

use super::super::apply::{Effect as Became, Seen, Tail};
use super::super::hand::{HAND, is_in_hand};
use super::super::{BoardState, slide, words};
use super::Inner;
use crate::domain::live::Change;
use crate::domain::task::EventKind;
use crate::domain::task_edit::{Edit, TaskEdit};
use crate::tasks::board::announce::{Urgency, say};
use crate::tasks::board::{dom, hands};
use crate::ui::toast::{Toast, Tone};

/// Between two sentences about others.
const SAID: Duration = Duration::from_secs(5);

impl Inner {
    pub(super) fn drain_after(self: &Rc<Self>, time: Duration) {
        if self.is_draining.replace(true) {
            return;
        }
        let this = Rc::downgrade(self);
        set_timeout(
            move || {
                if let Some(inner) = this.upgrade() {
                    inner.is_draining.set(false);
                    inner.drain();
                }
            },
            time,
        );
    }

    /// Shows what waits, unless the person's hand is on the board.
    fn drain(self: &Rc<Self>) {
        let Some((state, node)) = self.board.borrow().clone() else { return };
        if is_in_hand(&state) {
            self.drain_after(HAND);
            return;
        }
        let events = std::mem::take(&mut *self.waiting.borrow_mut());
        let is_plain = state.is_plain();
        let (before, focused) = (slide::look(&node), dom::focused_card(&node));
        let mut seen = Vec::new();
        for event in &events {
            let is_task = matches!(event.change, Change::Task { .. });
            if !is_task || !is_plain {
                self.read_again(Tail::Kept);
            }
            // A board that shows a part, or another order, is read again; what is on it is shown at once.
            if is_task && (is_plain || event.card.is_none()) {
                seen.extend(state.hear(event));
            } else if let (Change::Task { task, what, .. }, Some(placed)) = (&event.change, &event.card) {
                state.refresh(placed.card.clone());
                let title = placed.card.title.clone();
                let effect = Became::Moved;
                let one = Seen { task: *task, what: *what, title, by: event.by.clone(), to: None, effect };
                self.changed.borrow_mut().push(one);
            }
        }
        let by_others: Vec<Seen> = seen.iter().filter(|one| self.is_by_another(one)).cloned().collect();
        self.tell(&state, &by_others);
        // The focus goes on with a card that is there.
        let had_focus = |one: &&Seen| focused.as_ref().is_some_and(|id| *id == one.task.to_string());
        if let Some(away) = seen.iter().filter(|one| one.effect == Became::Vanished).find(had_focus) {
            hands::focus(away.task);
        }
        // One's own other tab moves cards, too, without a ring.
        let shown =
            seen.into_iter().map(|one| if self.is_by_another(&one) { one } else { Seen { by: None, ..one } }).collect();
        before.show(shown);
    }

    pub(super) fn is_by_another(&self, seen: &Seen) -> bool {
        seen.by.as_ref().is_none_or(|by| Some(by.id) != self.me)
    }

    /// Toasts for what the person should know now, words for those who hear the page.
    fn tell(self: &Rc<Self>, state: &BoardState, seen: &[Seen]) {
        for one in seen {
            if let Became::Contested { to } = one.effect {
                state.offer_theirs(one.task, to, words::contested(one));
            }
        }
        let is_away = |one: &&Seen| {
            one.effect == Became::Vanished && matches!(one.what, EventKind::Archived | EventKind::Deleted)
        };
        let away: Vec<&Seen> = seen.iter().filter(is_away).collect();
        let words = match away.as_slice() {
            [] => None,
            [one] => Some(words::put_away(one)),
            many => Some(format!("{} tasks were put away by others.", many.len())),
        };
        let back = |one: &&Seen| {
            let edit = if one.what == EventKind::Deleted { Edit::Undelete } else { Edit::Restore };
            TaskEdit { task: one.task, edit }
        };
        match words {
            None => {}
            Some(words) if state.can_edit => {
                let (board, edits) = (state.clone(), away.iter().map(back).collect::<Vec<_>>());
                state.toasts.offer(words, "Restore", move || board.restore_for_all(edits.clone()));
            }
            Some(words) => state.toasts.push(Toast { words, action: None, tone: Tone::Good }),
        }
        self.unsaid.borrow_mut().extend(seen.iter().cloned());
        self.say_soon();
    }

    /// Says what has happened, and then nothing for a while.
    pub(super) fn say_soon(self: &Rc<Self>) {
        if self.is_saying.get() {
            return;
        }
        let seen = std::mem::take(&mut *self.unsaid.borrow_mut());
        let Some(words) = words::summary(&seen).filter(|_| self.hears_others) else { return };
        self.is_saying.set(true);
        say(words, Urgency::Polite);
        let this = Rc::downgrade(self);
        set_timeout(
            move || {
                if let Some(inner) = this.upgrade() {
                    inner.is_saying.set(false);
                    inner.say_soon();
                }
            },
            SAID,
        );
    }
}
