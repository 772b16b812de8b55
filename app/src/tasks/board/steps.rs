//! What can be taken back on boards, and again: the steps, the last one last.

use std::collections::{HashMap, VecDeque};

use leptos::prelude::*;

use super::{
    edits::Inverse,
    past::Past,
    state::{Anchor, CardState, Place},
};
use crate::domain::{
    column::Between,
    ids::{ColumnId, TaskId},
};

/// Steps on each side.
const MOST: usize = 50;

/// Steps that can be taken back, and those that were; at most fifty each.
#[derive(Clone, Default)]
pub struct Steps {
    pub(super) undo: ArcStoredValue<Vec<Step>>,
    pub(super) redo: ArcStoredValue<Vec<Step>>,
    /// How often the server is being asked to take a step back, or to make changes that are steps afterwards.
    waits: ArcStoredValue<u32>,
    /// What was asked for meanwhile.
    asked: ArcStoredValue<VecDeque<Why>>,
}

/// The steps of every board that was open in this tab, by the project's key: they stay when another page is opened.
#[derive(Clone, Default)]
pub struct StepsOfAll(ArcStoredValue<HashMap<String, Steps>>);

impl StepsOfAll {
    /// What the shell has; of a page outside of it its own.
    pub fn here() -> Self {
        use_context().unwrap_or_default()
    }

    /// The steps of a project.
    pub fn of(&self, key: &str) -> Steps {
        let known = self.0.try_update_value(|all| all.entry(key.to_owned()).or_default().clone());
        known.unwrap_or_default()
    }
}

/// Makes the steps known to all boards.
pub fn provide_steps() {
    provide_context(StepsOfAll::default());
}

/// One change of the board.
#[derive(Clone)]
pub enum Step {
    Move {
        card: TaskId,
        to: Anchor,
        /// Where the change that is taken back has put it: elsewhere somebody has moved it since.
        from: Anchor,
    },
    Archive {
        card: TaskId,
    },
    /// Brings an archived card back to where it was.
    Restore {
        card: CardState,
        to: Place,
    },
    /// Puts a list between others.
    Shift {
        list: ColumnId,
        between: Between,
    },
    /// Changes of fields, or of several cards at once.
    Edit(Inverse),
    /// A change that was saved beside the cards.
    Past(Past),
}

/// Why a step is taken: decides what is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Undo,
    Redo,
}

impl Step {
    pub(super) fn card(&self) -> Option<TaskId> {
        match self {
            Self::Move { card, .. } | Self::Archive { card } => Some(*card),
            Self::Restore { card, .. } => Some(card.id),
            Self::Shift { .. } | Self::Past(_) => None,
            // Every such step changes a card at least.
            Self::Edit(inverse) => inverse.edits.last().map(|edit| edit.task),
        }
    }

    pub(super) fn list(&self) -> Option<ColumnId> {
        match self {
            Self::Shift { list, .. } => Some(*list),
            _ => None,
        }
    }

    /// How many cards it changes, where it is not a move, an archiving or a restoring of one.
    pub(super) fn edited(&self) -> Option<usize> {
        match self {
            Self::Edit(inverse) => Some(inverse.edits.len()),
            _ => None,
        }
    }
}

impl Steps {
    /// A step of the person's own: what was undone before cannot be redone any more.
    pub(super) fn push(&self, inverse: Step) {
        self.redo.update_value(Vec::clear);
        self.undo.update_value(|steps| {
            steps.push(inverse);
            if steps.len() > MOST {
                steps.remove(0);
            }
        });
    }

    /// Another way back for the last step of a card.
    pub(super) fn replace_last(&self, card: TaskId, inverse: Step) {
        self.undo.update_value(|steps| {
            if let Some(last) = steps.iter().rposition(|step| step.card() == Some(card)) {
                steps[last] = inverse;
            }
        });
    }

    /// The steps that are taken.
    pub(super) const fn of(&self, why: Why) -> &ArcStoredValue<Vec<Step>> {
        match why {
            Why::Undo => &self.undo,
            Why::Redo => &self.redo,
        }
    }

    /// Where the way back of a step that is taken goes.
    pub(super) const fn behind(&self, why: Why) -> &ArcStoredValue<Vec<Step>> {
        match why {
            Why::Undo => &self.redo,
            Why::Redo => &self.undo,
        }
    }

    /// The last step like this, which is taken out of its turn.
    pub(super) fn take_last(&self, why: Why, is_it: impl Fn(&Step) -> bool) -> Option<Step> {
        self.of(why).try_update_value(|steps| steps.iter().rposition(is_it).map(|at| steps.remove(at))).flatten()
    }

    /// Whether the server is being asked for a step: then this one comes behind it, or two that are about one field
    /// could overtake each other.
    pub(super) fn must_wait(&self, why: Why) -> bool {
        let is_waiting = self.waits.get_value() > 0;
        if is_waiting {
            self.asked.update_value(|asked| asked.push_back(why));
        }
        is_waiting
    }

    /// The server is asked, or has answered.
    pub(super) fn set_waiting(&self, is_waiting: bool) {
        self.waits.update_value(|waits| *waits = if is_waiting { *waits + 1 } else { waits.saturating_sub(1) });
    }

    /// What was asked for while the server was.
    pub(super) fn take_asked(&self) -> Option<Why> {
        self.asked.try_update_value(VecDeque::pop_front).flatten()
    }

    /// What was asked for is let be: the step before it could not be taken.
    pub(super) fn forget_asked(&self) {
        self.asked.update_value(VecDeque::clear);
    }

    /// A refused change has nothing to take back.
    pub(super) fn forget(&self, card: TaskId) {
        self.forget_last(|step| step.card() == Some(card));
    }

    /// A refused move of a list has nothing to take back.
    pub(super) fn forget_list(&self, list: ColumnId) {
        self.forget_last(|step| step.list() == Some(list));
    }

    fn forget_last(&self, is_it: impl Fn(&Step) -> bool) {
        for stack in [&self.undo, &self.redo] {
            stack.update_value(|steps| {
                if let Some(last) = steps.iter().rposition(&is_it) {
                    steps.remove(last);
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift(number: u128) -> Step {
        let list = ColumnId(uuid::Uuid::from_u128(number));
        Step::Shift { list, between: Between { after: None, before: None } }
    }

    #[test]
    fn of_more_than_fifty_steps_the_oldest_goes() {
        let steps = Steps::default();
        (0..60).for_each(|number| steps.push(shift(number)));
        let lists = steps.undo.with_value(|all| all.iter().filter_map(Step::list).collect::<Vec<_>>());
        assert_eq!((lists.len(), lists[0]), (50, ColumnId(uuid::Uuid::from_u128(10))));
    }

    #[test]
    fn what_is_asked_for_while_the_server_is_asked_comes_behind_it_in_order() {
        let steps = Steps::default();
        assert!(!steps.must_wait(Why::Undo), "nobody is asked");
        steps.set_waiting(true);
        assert!(steps.must_wait(Why::Undo) && steps.must_wait(Why::Redo));
        steps.set_waiting(false);
        assert_eq!(
            [steps.take_asked(), steps.take_asked(), steps.take_asked()],
            [Some(Why::Undo), Some(Why::Redo), None]
        );
    }

    #[test]
    fn a_step_waits_until_all_that_the_server_was_asked_for_is_answered() {
        let steps = Steps::default();
        steps.set_waiting(true);
        steps.set_waiting(true);
        steps.set_waiting(false);
        assert!(steps.must_wait(Why::Undo), "one is still on its way");
        steps.set_waiting(false);
        assert!(!steps.must_wait(Why::Undo));
    }
}
