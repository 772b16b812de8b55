//! Changes of cards on the board, one or many: shown at once, sent as one, taken back as one.

use leptos::prelude::*;

use super::{
    announce::{Urgency, say},
    sender::Change,
    state::{Anchor, BoardState, CardState, Place},
    undo::Step,
    words,
};
use crate::{
    domain::{
        due::DueInput,
        ids::{ColumnId, LabelId, TaskId, UserId},
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
    /// The titles that the changes gave. Where another stands now, somebody renamed the task since: theirs stays.
    titles: Vec<(TaskId, String)>,
}

impl BoardState {
    /// Changes cards; `told` is said and shown with a way to take it back.
    pub fn edit(&self, edits: Vec<TaskEdit>, told: String) {
        let Some(first) = edits.first().map(|edit| edit.task) else { return };
        let Some(step) = self.take_edits(edits, &Inverse::default()) else { return };
        self.steps.push(step);
        say(format!("{told}. Press Control Z to undo."), Urgency::Polite);
        self.offer_undo(first, told);
    }

    /// The same change of several cards.
    pub fn edit_all(&self, cards: &[TaskId], edit: &Edit) {
        let told = self.told(cards, edit);
        self.edit(edit.of_all(cards.iter().copied()), told);
    }

    /// Moves cards to a place, one behind the other in the order of the board. The place counts the
    /// cards of the list without those of `uncounted`.
    pub fn move_all(&self, cards: &[TaskId], uncounted: &[TaskId], to: Place) {
        let Some(column) = self.column(to.column) else { return };
        let ids: Vec<TaskId> = column.cards.with_untracked(|cards| cards.iter().map(|card| card.id).collect());
        let others: Vec<TaskId> = ids.into_iter().filter(|id| !uncounted.contains(id)).collect();
        let (above, below) = others.split_at(to.index.min(others.len()));
        let is_staying = |id: &&TaskId| !cards.contains(id);
        let after = above.iter().rev().find(is_staying).copied();
        let before = below.iter().find(is_staying).copied();
        let told = words::moved_many(cards.len(), &column.name);
        self.edit(Edit::move_in_order(cards, to.column, after, before), told);
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
        for title in edits.iter().filter_map(|edit| self.renamed_since(edit, back)) {
            self.toasts.fail(words::renamed_since(&title));
        }
        let inverse = self.apply(&mut edits, back);
        if inverse.edits.is_empty() {
            return None;
        }
        let (board, undo, first) = (self.clone(), inverse.clone(), inverse.edits.last().map(|edit| edit.task)?);
        self.sender.send(Change::Edit { edits }, self.clone(), move |error| {
            let mut edits = undo.edits.clone();
            board.apply(&mut edits, &undo);
            board.steps.forget(first);
            board.tell_not_changed(first, undo.edits.len(), &error);
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
        edits.retain_mut(|wanted| {
            let undone = self.apply_one(wanted, back, &mut inverse);
            let has_changed = undone.is_some();
            inverse.edits.extend(undone.map(|edit| TaskEdit { task: wanted.task, edit }));
            has_changed
        });
        inverse.edits.reverse();
        inverse
    }

    /// The title that somebody has given to a task since the change that this edit would take back.
    fn renamed_since(&self, wanted: &TaskEdit, back: &Inverse) -> Option<String> {
        let is_taken_back = matches!(wanted.edit, Edit::Title { base: NOW, .. });
        let (_, given) = back.titles.iter().find(|(id, _)| *id == wanted.task).filter(|_| is_taken_back)?;
        let title = self.card(wanted.task)?.title();
        (title != *given).then_some(title)
    }

    fn apply_one(&self, wanted: &mut TaskEdit, back: &Inverse, inverse: &mut Inverse) -> Option<Edit> {
        if self.renamed_since(wanted, back).is_some() {
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
            Edit::Move { column, after, before } => self.move_one(id, *column, *after, *before),
            edit => {
                let state = self.card(id)?;
                let mut card = state.data.get_untracked();
                let undone = self.change_card(&mut card, edit)?;
                if let Edit::Title { text, .. } = edit {
                    inverse.titles.push((id, text.clone()));
                }
                state.data.set(card);
                Some(undone)
            }
        }
    }

    fn move_one(&self, id: TaskId, column: ColumnId, after: Option<TaskId>, before: Option<TaskId>) -> Option<Edit> {
        let from = self.anchor_of(id)?;
        // Without neighbours it is the end, as on the server.
        let end = Place { column, index: usize::MAX };
        let is_end = after.is_none() && before.is_none();
        let place = if is_end { end } else { self.place_at(id, Anchor { column, after, before, lane: None })? };
        self.place(id, place);
        if self.anchor_of(id) == Some(from) {
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
        self.tools.choices.with_untracked(|choices| {
            let people = &choices.as_ref()?.people;
            people.iter().find(|person| person.id == id).map(|person| person.name.clone())
        })
    }

    fn label_of(&self, id: LabelId) -> Option<LabelView> {
        self.tools
            .choices
            .with_untracked(|choices| choices.as_ref()?.labels.iter().find(|label| label.id == id).cloned())
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
