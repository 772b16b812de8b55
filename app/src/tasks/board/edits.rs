//! Changes of cards on the board, one or many: shown at once, sent as one, taken back as one.

use leptos::prelude::*;

use super::{
    announce::{Urgency, say},
    hands,
    sender::Change,
    state::{Anchor, BoardState, CardState, Place},
    steps::Step,
    words,
};
use crate::{
    domain::{
        due::DueInput,
        ids::{ColumnId, LabelId, TaskId, UserId},
        lane::Lane,
        task_edit::{Edit, TaskEdit},
    },
    tasks::view::{Card, LabelView},
};

/// A title that is put back goes over the one that is there.
const NOW: i64 = i64::MAX;

/// How to take changes back, and what has to be known for it.
#[derive(Clone, Default)]
pub struct Inverse {
    pub edits: Vec<TaskEdit>,
    /// The cards that the changes took off the board.
    taken: Vec<(CardState, Place)>,
    /// What the changes gave. Where something else stands now, somebody has changed it since: theirs stays.
    given: Vec<TaskEdit>,
}

impl Inverse {
    /// Takes back that tasks were made: they go into the trash.
    pub fn of_new(tasks: impl IntoIterator<Item = TaskId>) -> Self {
        Self { edits: Edit::Delete.of_all(tasks), ..Self::default() }
    }

    /// Where the changes have put a task: the way back to there for one that is not loaded any more.
    fn put_at(&self, task: TaskId) -> Option<Edit> {
        self.given.iter().find_map(|given| match given.edit {
            Edit::Move { column, .. } if given.task == task => Some(Edit::Move { column, after: None, before: None }),
            _ => None,
        })
    }
}

impl BoardState {
    /// Changes cards; `told` is said and shown with a way to take it back.
    pub fn edit(&self, edits: Vec<TaskEdit>, told: String) {
        let Some(card) = self.make_step(edits) else { return };
        say(format!("{told}. Press Control Z to undo."), Urgency::Polite);
        self.offer_undo(card, told);
    }

    /// Changes cards, and remembers the way back. The card that this step is known by: not the first one, where that was so
    /// already.
    fn make_step(&self, edits: Vec<TaskEdit>) -> Option<TaskId> {
        let step = self.take_edits(edits, &Inverse::default())?;
        let card = step.card();
        self.steps.push(step);
        card
    }

    /// The same change of several cards.
    pub fn edit_all(&self, cards: &[TaskId], edit: &Edit) {
        let told = self.told(cards, edit);
        self.edit(edit.of_all(cards.iter().copied()), told);
    }

    /// Archives cards; they can be taken back together.
    pub fn archive_all(&self, cards: &[TaskId]) {
        match cards {
            [card] => self.archive(*card),
            cards => self.edit_all(cards, &Edit::Archive),
        }
        self.tools.selected.update(|chosen| chosen.retain(|card| !cards.contains(card)));
    }

    /// Puts a card into the trash; it can be taken back, here and for 30 days on the page of the trash.
    pub fn delete(&self, card: TaskId) {
        self.edit_all(&[card], &Edit::Delete);
        self.tools.selected.update(|chosen| chosen.retain(|other| *other != card));
    }

    /// Changes page and server; the step that takes it back. `None` where nothing changes.
    pub(super) fn take_edits(&self, mut edits: Vec<TaskEdit>, back: &Inverse) -> Option<Step> {
        let named = |one: &TaskEdit| Some((one.task, self.card(one.task)?.title()));
        let titles: Vec<(TaskId, String)> = edits.iter().filter_map(named).collect();
        let inverse = self.apply(&mut edits, back);
        if inverse.edits.is_empty() {
            return None;
        }
        let (board, undo, first) = (self.clone(), inverse.clone(), inverse.edits.last().map(|edit| edit.task)?);
        // As it is called before and, where others put it away meanwhile, after.
        let title = titles.into_iter().find_map(|(task, title)| (task == first).then_some(title));
        let is_back = !back.edits.is_empty();
        // What is taken back was not typed.
        let typed = edits.iter().find_map(TaskEdit::title).filter(|_| !is_back).map(str::to_owned);
        self.sender.send_of(title.clone(), Change::Edit { edits, is_back }, self.clone(), move |error| {
            let mut edits = undo.edits.clone();
            hands::fly_home(first, || {
                board.apply(&mut edits, &undo);
            });
            board.forget_change(first);
            board.tell_not_changed(first, title.as_deref(), undo.edits.len(), typed.as_deref(), &error);
            // Whatever was refused, the board is not what this page took it for.
            if let Some(live) = board.live {
                live.look_again();
            }
        });
        Some(Step::Edit(inverse))
    }

    /// Shows changes that are on their way already; whether there was anything to show.
    pub(super) fn show_edits(&self, mut edits: Vec<TaskEdit>) -> bool {
        !self.apply(&mut edits, &Inverse::default()).edits.is_empty()
    }

    /// Changes the page alone. What changes nothing is taken out of `edits`; the inverse begins with
    /// the last, so that neighbours are there when their cards come back.
    fn apply(&self, edits: &mut Vec<TaskEdit>, back: &Inverse) -> Inverse {
        let mut inverse = Inverse::default();
        // What comes to another lane has a place among other cards, even where it stays where it is.
        let changes_lane: Vec<TaskId> = match self.look.group {
            Some(_) => edits.iter().filter(|one| !matches!(one.edit, Edit::Move { .. })).map(|one| one.task).collect(),
            None => Vec::new(),
        };
        edits.retain_mut(|wanted| {
            let undone = self.apply_one(wanted, back, changes_lane.contains(&wanted.task), &mut inverse);
            let has_changed = undone.is_some();
            if has_changed {
                inverse.given.push(wanted.clone());
            }
            inverse.edits.extend(undone.map(|edit| TaskEdit { task: wanted.task, edit }));
            has_changed
        });
        inverse.edits.reverse();
        inverse
    }

    /// What cannot be taken back, in words, because somebody has changed it since.
    pub(super) fn all_changed_since(&self, back: &Inverse) -> Vec<String> {
        back.edits.iter().filter_map(|wanted| self.changed_since(wanted, back)).collect()
    }

    /// What somebody has made of a field since the change that this edit would take back.
    fn changed_since(&self, wanted: &TaskEdit, back: &Inverse) -> Option<String> {
        let kind = std::mem::discriminant(&wanted.edit);
        let given =
            back.given.iter().find(|one| one.task == wanted.task && std::mem::discriminant(&one.edit) == kind)?;
        let place = self.place_of(wanted.task)?;
        let card = self.card(wanted.task)?.data.get_untracked();
        match &given.edit {
            Edit::Title { text, .. } => {
                let is_taken_back = matches!(wanted.edit, Edit::Title { base: NOW, .. });
                (is_taken_back && card.title != *text).then(|| words::renamed_since(&card.title))
            }
            Edit::Priority(priority) => (card.priority != *priority)
                .then(|| words::changed_since(&card.title, &format!("has the priority {}", card.priority.label()))),
            Edit::Due(due) => (card.due.map(DueInput::from) != *due).then(|| {
                let now = card.due.map_or("has no due date".to_owned(), |due| format!("is due {}", due.long()));
                words::changed_since(&card.title, &now)
            }),
            Edit::Move { column, .. } => (place.column != *column).then(|| {
                let list = self.column(place.column).map(|list| list.name.clone()).unwrap_or_default();
                words::moved_since(&card.title, &list)
            }),
            _ => None,
        }
    }

    fn apply_one(
        &self,
        wanted: &mut TaskEdit,
        back: &Inverse,
        changes_lane: bool,
        inverse: &mut Inverse,
    ) -> Option<Edit> {
        if self.changed_since(wanted, back).is_some() {
            return None;
        }
        let id = wanted.task;
        let is_of_archive = matches!(wanted.edit, Edit::Archive | Edit::Restore);
        match &mut wanted.edit {
            Edit::Restore | Edit::Undelete => {
                let (card, place) = back.taken.iter().find(|(card, _)| card.id == id)?;
                if self.place_of(id).is_none() {
                    self.put(card.clone(), *place);
                }
                Some(if is_of_archive { Edit::Archive } else { Edit::Delete })
            }
            Edit::Archive | Edit::Delete => {
                let place = self.place_of(id)?;
                inverse.taken.push((self.take(id)?, place));
                Some(if is_of_archive { Edit::Restore } else { Edit::Undelete })
            }
            Edit::Move { column, after, before } => match self.place_of(id) {
                Some(_) => self.move_one(id, *column, *after, *before, changes_lane),
                None => back.put_at(id),
            },
            edit => {
                let state = self.card(id)?;
                let mut card = state.data.get_untracked();
                let undone = self.change_card(&mut card, edit)?;
                state.data.set(card);
                Some(undone)
            }
        }
    }

    fn move_one(
        &self,
        id: TaskId,
        column: ColumnId,
        after: Option<TaskId>,
        before: Option<TaskId>,
        changes_lane: bool,
    ) -> Option<Edit> {
        let (from, here) = (self.anchor_of(id)?, self.place_of(id)?);
        let place = self.place_at(id, Anchor { column, after, before, lane: None })?;
        self.place(id, place);
        if self.place_of(id) == Some(here) && !changes_lane {
            return None;
        }
        Some(Edit::Move { column: from.column, after: from.after, before: from.before })
    }

    fn change_card(&self, card: &mut Card, edit: &mut Edit) -> Option<Edit> {
        Some(match edit {
            Edit::Title { text, base } => {
                if *text == card.title {
                    return None;
                }
                if *base == NOW {
                    *base = card.version;
                }
                let before = std::mem::replace(&mut card.title, text.clone());
                Edit::Title { text: before, base: NOW }
            }
            Edit::Priority(priority) => {
                let before = std::mem::replace(&mut card.priority, *priority);
                if before == *priority {
                    return None;
                }
                Edit::Priority(before)
            }
            Edit::Due(due) => {
                let clock = self.clock.get_untracked();
                let before = std::mem::replace(&mut card.due, due.map(|due| clock.due(due))).map(DueInput::from);
                if before == *due {
                    return None;
                }
                Edit::Due(before)
            }
            Edit::People { add, remove } => self.change_people(card, add, remove)?,
            Edit::Labels { add, remove } => self.change_labels(card, add, remove)?,
            Edit::Move { .. } | Edit::Archive | Edit::Restore | Edit::Delete | Edit::Undelete => return None,
        })
    }

    fn change_people(&self, card: &mut Card, add: &mut Vec<UserId>, remove: &mut Vec<UserId>) -> Option<Edit> {
        add.retain(|id| !card.assignees.contains(id));
        remove.retain(|id| card.assignees.contains(id));
        if add.is_empty() && remove.is_empty() {
            return None;
        }
        let mut people: Vec<(String, UserId)> =
            card.people.drain(..).zip(card.assignees.drain(..)).filter(|(_, id)| !remove.contains(id)).collect();
        people.extend(add.iter().filter_map(|id| Some((self.name_of(*id)?, *id))));
        people.sort();
        (card.people, card.assignees) = people.into_iter().unzip();
        Some(Edit::People { add: remove.clone(), remove: add.clone() })
    }

    fn change_labels(&self, card: &mut Card, add: &mut Vec<LabelId>, remove: &mut Vec<LabelId>) -> Option<Edit> {
        add.retain(|id| !card.labels.iter().any(|label| label.id == *id));
        remove.retain(|id| card.labels.iter().any(|label| label.id == *id));
        if add.is_empty() && remove.is_empty() {
            return None;
        }
        card.labels.retain(|label| !remove.contains(&label.id));
        card.labels.extend(add.iter().filter_map(|id| self.label_of(*id)));
        card.labels.sort_by(|one, other| one.name.cmp(&other.name));
        Some(Edit::Labels { add: remove.clone(), remove: add.clone() })
    }

    fn name_of(&self, id: UserId) -> Option<String> {
        let known = self.tools.choices.with_untracked(|choices| {
            let people = &choices.as_ref()?.people;
            people.iter().find(|person| person.id == id).map(|person| person.name.clone())
        });
        // Lanes are known before the choices are read.
        let of_lane = || self.lanes.iter().find(|view| view.lane == Lane::Person(Some(id)));
        known.or_else(|| of_lane().map(|view| view.title.clone()))
    }

    fn label_of(&self, id: LabelId) -> Option<LabelView> {
        let known = self
            .tools
            .choices
            .with_untracked(|choices| choices.as_ref()?.labels.iter().find(|label| label.id == id).cloned());
        let of_lane = || self.lanes.iter().find(|view| view.lane == Lane::Label(Some(id)));
        // Its colour comes with the server's answer.
        known.or_else(|| of_lane().map(|view| LabelView { id, name: view.title.clone(), hue: 1 }))
    }

    /// What a change of cards is called.
    fn told(&self, cards: &[TaskId], edit: &Edit) -> String {
        let title = match cards {
            [card] => self.card(*card).map(|card| card.title()),
            _ => None,
        };
        let whom = words::whom(title.as_deref(), cards.len());
        match edit {
            Edit::Title { .. } => format!("Renamed {whom}"),
            Edit::Priority(priority) => format!("Priority of {whom}: {}", priority.label()),
            Edit::Due(None) => format!("Removed the due date of {whom}"),
            Edit::Due(Some(due)) => format!("{whom} due {}", self.clock.get_untracked().due(*due).long()),
            Edit::People { add, remove } => match (add.first(), remove.first()) {
                (Some(id), _) => format!("Assigned {} to {whom}", self.name_of(*id).unwrap_or_default()),
                (None, Some(id)) => format!("Took {} off {whom}", self.name_of(*id).unwrap_or_default()),
                (None, None) => format!("Changed {whom}"),
            },
            Edit::Labels { add, remove } => {
                let name = |id: &LabelId| self.label_of(*id).map(|label| label.name).unwrap_or_default();
                match (add.first(), remove.first()) {
                    (Some(id), _) => format!("Added {} to {whom}", name(id)),
                    (None, Some(id)) => format!("Removed {} from {whom}", name(id)),
                    (None, None) => format!("Changed {whom}"),
                }
            }
            Edit::Move { column, .. } => {
                words::moved_many(cards.len(), self.column(*column).map_or("", |column| column.name.as_str()))
            }
            Edit::Archive => format!("Archived {whom}"),
            Edit::Restore | Edit::Undelete => format!("Restored {whom}"),
            Edit::Delete => format!("Moved {whom} to the trash"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::task::Priority,
        tasks::board::{
            steps::Why,
            testing::{DONE, TODO, board, card, column, id, numbers, three, with_state},
        },
    };

    fn inverse(step: Option<Step>) -> Inverse {
        match step {
            Some(Step::Edit(inverse)) => inverse,
            _ => panic!("not a step"),
        }
    }

    fn priority(state: &BoardState, number: u128) -> Priority {
        state.card(id(number)).unwrap().data.with_untracked(|card| card.priority)
    }

    fn urgent(number: u128) -> Vec<TaskEdit> {
        vec![TaskEdit { task: id(number), edit: Edit::Priority(Priority::Urgent) }]
    }

    #[test]
    fn a_priority_is_not_taken_back_over_what_somebody_else_has_set_since() {
        with_state(three(), |state| {
            let step = inverse(state.take_edits(urgent(1), &Inverse::default()));
            state.refresh(crate::tasks::view::Card { priority: Priority::Low, ..card(1, "B") });
            assert_eq!(
                state.all_changed_since(&step),
                ["Not undone: “card 1” has been changed since, and has the priority Low now."]
            );
            assert!(state.take_edits(step.edits.clone(), &step).is_none());
            assert_eq!(priority(state, 1), Priority::Low);
        });
    }

    #[test]
    fn of_several_changes_those_are_taken_back_that_are_still_so() {
        with_state(three(), |state| {
            let edits = [urgent(1), urgent(2)].concat();
            let step = inverse(state.take_edits(edits, &Inverse::default()));
            state.refresh(crate::tasks::view::Card { priority: Priority::High, ..card(2, "D") });
            let again = inverse(state.take_edits(step.edits.clone(), &step));
            assert_eq!((priority(state, 1), priority(state, 2)), (Priority::Medium, Priority::High));
            assert_eq!(again.edits.len(), 1);
        });
    }

    #[test]
    fn the_way_back_is_offered_by_a_card_that_was_changed() {
        with_state(three(), |state| {
            state.refresh(crate::tasks::view::Card { priority: Priority::Urgent, ..card(1, "B") });
            let known_by = state.make_step([urgent(1), urgent(2), urgent(3)].concat());
            assert_eq!(known_by, Some(id(2)), "the first one was urgent already");
            let step = inverse(state.steps.take_last(Why::Undo, |step| step.card() == known_by));
            state.take_edits(step.edits.clone(), &step);
            assert_eq!(
                [1, 2, 3].map(|number| priority(state, number)),
                [Priority::Urgent, Priority::Medium, Priority::Medium]
            );
            assert_eq!(state.make_step(urgent(1)), None, "nothing has changed");
        });
    }

    #[test]
    fn a_task_that_somebody_has_moved_since_is_not_moved_back() {
        with_state(three(), |state| {
            let edits = Edit::move_in_order(&[id(1)], DONE, None, None);
            let step = inverse(state.take_edits(edits, &Inverse::default()));
            assert_eq!(numbers(state, DONE), [1]);
            assert!(state.all_changed_since(&step).is_empty());
            state.place(id(1), Place { column: TODO, index: 2 });
            assert_eq!(
                state.all_changed_since(&step),
                ["Not undone: “card 1” has been moved since, and is in Todo now."]
            );
            assert!(state.take_edits(step.edits.clone(), &step).is_none());
        });
    }

    #[test]
    fn a_task_that_is_not_loaded_any_more_is_still_moved_back() {
        let done = column(DONE, vec![card(8, "B")], 40, Some("B"));
        with_state(board(column(TODO, vec![card(1, "B")], 1, None), done), |state| {
            let edits = Edit::move_in_order(&[id(1)], DONE, Some(id(8)), None);
            let step = inverse(state.take_edits(edits, &Inverse::default()));
            state.take(id(1));
            let again = inverse(state.take_edits(step.edits.clone(), &step));
            assert!(matches!(&again.edits[0].edit, Edit::Move { column, .. } if *column == DONE));
            let sent = state.sender.unsent();
            let [.., Change::Edit { edits, .. }] = sent.as_slice() else { panic!("nothing was sent") };
            assert!(matches!(&edits[0].edit, Edit::Move { column, .. } if *column == TODO));
        });
    }
}
