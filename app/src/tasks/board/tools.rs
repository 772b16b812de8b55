//! What the person's hands are at on the board: selected cards, the open picker, the title being
//! edited; and what cards can be given, read once when it is first needed.

use leptos::prelude::*;

use super::{state::BoardState, title_conflict::TitleConflict};
use crate::{
    domain::ids::{ColumnId, TaskId},
    error::AppError,
    tasks::{
        api,
        view::{Card, TaskChoices},
    },
};

/// What a picker changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Status,
    Priority,
    Due,
    People,
    Labels,
    /// Not a field: a new task under the card.
    Below,
}

impl Field {
    /// The `data-pick` of buttons that open it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Priority => "priority",
            Self::Due => "due",
            Self::People => "people",
            Self::Labels => "labels",
            Self::Below => "below",
        }
    }

    /// The field that a button opens.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Status, Self::Priority, Self::Due, Self::People, Self::Labels, Self::Below]
            .into_iter()
            .find(|field| field.as_str() == word)
    }

    /// The word on buttons.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Status => "Status",
            Self::Priority => "Priority",
            Self::Due => "Due",
            Self::People => "Assign",
            Self::Labels => "Label",
            Self::Below => "Add below",
        }
    }
}

/// Where a picker opens, and where the focus goes back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Card(TaskId),
    BulkBar,
}

/// An open picker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picking {
    pub field: Field,
    pub cards: Vec<TaskId>,
    pub anchor: Anchor,
}

/// What the hands are at; clones are the same.
#[derive(Clone)]
pub struct Tools {
    /// In the order in which they were selected; ranges begin at the last.
    pub selected: ArcRwSignal<Vec<TaskId>>,
    pub picking: ArcRwSignal<Option<Picking>>,
    /// The card whose title is edited in place.
    pub editing: ArcRwSignal<Option<TaskId>>,
    /// The card that the person was last at: it stands in the document wherever its list is scrolled to.
    pub wanted: ArcRwSignal<Option<TaskId>>,
    /// The window over a long list is being moved: a field that loses the focus by it gets it back.
    pub is_window_moving: ArcStoredValue<bool>,
    /// The list whose field for a new task is to open; set anew each time that it is wanted.
    pub adding: ArcRwSignal<Option<ColumnId>>,
    /// A title that was refused for one that somebody else gave.
    pub conflict: ArcRwSignal<Option<TitleConflict>>,
    /// The lifted card is behind all cards of its list that are loaded.
    pub is_at_end: ArcStoredValue<bool>,
    pub choices: ArcRwSignal<Option<TaskChoices>>,
    /// They are others since they were read, and could not be read again yet.
    is_stale: ArcStoredValue<bool>,
    reading: ArcStoredValue<Reading>,
}

/// How the reading of what cards can be given stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Reading {
    #[default]
    None,
    UnderWay,
    /// Under way, and something has changed since it began: what it answers may be from before.
    Outdated,
}

impl Default for Tools {
    fn default() -> Self {
        Self {
            selected: ArcRwSignal::new(Vec::new()),
            picking: ArcRwSignal::new(None),
            editing: ArcRwSignal::new(None),
            wanted: ArcRwSignal::new(None),
            is_window_moving: ArcStoredValue::new(false),
            adding: ArcRwSignal::new(None),
            conflict: ArcRwSignal::new(None),
            is_at_end: ArcStoredValue::new(false),
            choices: ArcRwSignal::new(None),
            is_stale: ArcStoredValue::new(false),
            reading: ArcStoredValue::new(Reading::None),
        }
    }
}

impl Tools {
    /// Whether a card has a label that was made since the labels were read.
    pub fn lacks_label_of(&self, card: &Card) -> bool {
        self.choices.with_untracked(|choices| {
            let Some(TaskChoices { labels, .. }) = choices else { return false };
            card.labels.iter().any(|label| labels.iter().all(|known| known.id != label.id))
        })
    }

    /// Whether a reading is to begin now. One that is under way goes on, and another one follows it.
    fn begins_reading(&self) -> bool {
        let before = self.reading.get_value();
        self.reading.set_value(if before == Reading::None { Reading::UnderWay } else { Reading::Outdated });
        before == Reading::None
    }

    /// A reading has ended; whether another one is to follow it.
    fn ends_reading(&self) -> bool {
        let before = self.reading.get_value();
        self.reading.set_value(Reading::None);
        before == Reading::Outdated
    }
}

impl BoardState {
    /// Reads people and labels unless they are here as they are now, or on their way.
    pub fn need_choices(&self) {
        let is_here = self.tools.choices.with_untracked(Option::is_some) && !self.tools.is_stale.get_value();
        if !is_here && self.tools.reading.get_value() == Reading::None {
            self.read_choices();
        }
    }

    /// Members or labels are others now: reads them again, where they have been read or are being read.
    pub fn renew_choices(&self) {
        if self.tools.choices.with_untracked(Option::is_some) || self.tools.reading.get_value() != Reading::None {
            self.tools.is_stale.set_value(true);
            self.read_choices();
        }
    }

    fn read_choices(&self) {
        // Without a connection they are read when they are needed again, or when it is back.
        if self.sender.is_offline.get_untracked() || !self.tools.begins_reading() {
            return;
        }
        let board = self.clone();
        leptos::task::spawn_local(async move {
            let (tools, toasts) = (&board.tools, board.toasts);
            // Where they become others while they are read, it is said again.
            let was_stale = tools.is_stale.try_update_value(std::mem::take).unwrap_or_default();
            let read = api::load_choices(board.key.clone()).await;
            if read.is_err() && was_stale {
                tools.is_stale.set_value(true);
            }
            match read {
                // What has not changed keeps its rows, and the focus on them.
                Ok(fresh) if tools.choices.with_untracked(|known| known.as_ref() == Some(&fresh)) => {}
                Ok(fresh) => tools.choices.set(Some(fresh)),
                // The bar over the board says it.
                Err(AppError::Offline) => {}
                Err(error) => toasts.fail(format!("People and labels could not be loaded. {}", error.reading_words())),
            }
            if tools.ends_reading() {
                board.read_choices();
            }
        });
    }

    /// Opens a picker for a card, or for the whole selection if the card is part of it.
    pub fn pick(&self, field: Field, card: TaskId) {
        let cards = if field == Field::Below { vec![card] } else { self.with_selection(card) };
        self.tools.picking.set(Some(Picking { field, cards, anchor: Anchor::Card(card) }));
    }

    /// Opens a picker for the selection.
    pub fn pick_for_selection(&self, field: Field) {
        let cards = self.selection();
        if !cards.is_empty() {
            self.tools.picking.set(Some(Picking { field, cards, anchor: Anchor::BulkBar }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::ids::LabelId,
        tasks::{board::testing::card, view::LabelView},
    };

    #[test]
    fn a_label_that_was_made_since_the_labels_were_read_is_noticed_on_its_card() {
        let label = |number: u128| LabelView { id: LabelId(uuid::Uuid::from_u128(number)), name: "ops".into(), hue: 1 };
        let (tools, labelled) = (Tools::default(), Card { labels: vec![label(2)], ..card(1, "B") });
        assert!(!tools.lacks_label_of(&labelled), "nothing was read yet");
        tools.choices.set(Some(TaskChoices { labels: vec![label(1)], ..TaskChoices::default() }));
        assert!(tools.lacks_label_of(&labelled) && !tools.lacks_label_of(&card(1, "B")));
        tools.choices.set(Some(TaskChoices { labels: vec![label(1), label(2)], ..TaskChoices::default() }));
        assert!(!tools.lacks_label_of(&labelled));
    }

    #[test]
    fn people_and_labels_that_change_while_they_are_read_are_read_once_more() {
        let tools = Tools::default();
        assert!(tools.begins_reading());
        assert!(!tools.ends_reading(), "nothing has changed meanwhile");
        assert!(tools.begins_reading());
        assert!(!tools.begins_reading() && !tools.begins_reading(), "one reading at a time");
        assert!(tools.ends_reading());
        assert!(tools.begins_reading() && !tools.ends_reading());
    }
}
