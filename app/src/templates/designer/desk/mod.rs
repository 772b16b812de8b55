//! What the designer holds while somebody works: the draft, its history, what is open, and how it is kept.

mod keeping;
mod last_save;
mod unanswered;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

pub use self::last_save::LastSave;
use super::{hands, places::Folds, preview::Shown};
use crate::{
    domain::{
        account::Me,
        ids::{TemplateId, UserId},
        template::{
            Block, BlockKind, Document, TemplateCategory,
            block::TaskNames,
            edit::{Crossing, Shelf, Spot},
            fields,
            history::History,
            place::BlockPlace,
        },
    },
    error::AppError,
    tasks::{Urgency, say},
    templates::{forms_api::EditDraft, view::TemplateDesk},
    ui::{Pause, query_error, toast::Toasts},
};

/// What is undone, redone and kept together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub name: String,
    pub category: TemplateCategory,
    pub document: Document,
}

/// How the draft is kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Saving {
    /// It is; since when, in milliseconds of the browser's clock where this page has saved.
    Saved(Option<f64>),
    /// Something has changed.
    Waiting,
    Busy,
    Failed(AppError),
    /// Another draft was saved meanwhile: which one.
    Conflict(LastSave),
}

/// The part of the page that a phone shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    Blocks,
    #[default]
    Edit,
    Preview,
}

impl Tab {
    pub const ALL: [Self; 3] = [Self::Blocks, Self::Edit, Self::Preview];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Edit => "edit",
            Self::Preview => "preview",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Blocks => "Blocks",
            Self::Edit => "Edit",
            Self::Preview => "Preview",
        }
    }
}

/// A handle on all of it.
#[derive(Clone, Copy)]
pub struct Desk {
    pub id: TemplateId,
    pub can_edit: bool,
    pub draft: RwSignal<Draft>,
    /// What breaks a rule of documents now.
    pub problems: Memo<Option<AppError>>,
    /// What is said beside fields: the same, else what a plain form was refused for, until something is changed.
    pub said: Memo<Option<AppError>>,
    /// The block whose properties are shown.
    pub open: RwSignal<Option<u32>>,
    /// Which parts of the form of the mail are unfolded.
    pub folds: Folds,
    /// The block that was focused last: what is added comes behind it.
    pub at: RwSignal<Option<u32>>,
    /// The list at whose beginning the next block comes; none: behind `at`.
    pub top: RwSignal<Option<Shelf>>,
    /// The block that the arrow keys carry, and the draft before.
    pub lifted: RwSignal<Option<(u32, Draft)>>,
    /// Counts how often the fields were written anew, because the draft has changed without them.
    pub drawn: RwSignal<u32>,
    pub tab: RwSignal<Tab>,
    pub saving: RwSignal<Saving>,
    /// Who has saved what the page came with.
    pub last: RwSignal<LastSave>,
    pub shown: Shown,
    /// What lists of tasks can be narrowed to.
    pub names: StoredValue<TaskNames>,
    /// Who works here.
    me: Option<UserId>,
    kept: RwSignal<Kept>,
    history: RwSignal<History<Draft>>,
    /// Why a plain form was refused, with what was typed into it.
    pub refused: StoredValue<Option<AppError>>,
    pause: Pause,
    toasts: Option<Toasts>,
}

/// What the server has.
#[derive(Clone, Debug)]
struct Kept {
    version: i64,
    draft: Draft,
    /// When this page saved last.
    at: Option<f64>,
    /// A call is on its way.
    is_busy: bool,
}

/// The first block in which something was refused.
fn wrong_block(error: &AppError) -> Option<u32> {
    let AppError::Invalid(invalid) = error else { return None };
    invalid.fields.iter().find_map(|error| BlockPlace::read(&error.field)).map(|place| place.block)
}

impl Desk {
    /// The state of a page that has just been opened.
    pub fn new(desk: &TemplateDesk, open: Option<u32>, shown: Shown) -> Self {
        let draft = Draft { name: desk.name.clone(), category: desk.category, document: desk.draft.clone() };
        let kept = Kept { version: desk.draft_version, draft: draft.clone(), at: None, is_busy: false };
        let (opened, draft) = (draft.clone(), RwSignal::new(draft));
        let problems = Memo::new(move |_| draft.with(|draft| draft.document.check().err()));
        // Where another template was opened meanwhile, it is none of its business.
        let own = desk.id.to_string();
        let refused = query_error::<EditDraft>().filter(|error| error.typed("id").as_deref() == Some(&own));
        // What was refused in a block is shown, whatever was open.
        let open = refused.as_ref().and_then(wrong_block).or(open);
        let is_typed = |name: &str| refused.as_ref().is_some_and(|error| error.typed(name).is_some());
        let has_text = desk.draft.text.is_some() || is_typed("has_text");
        let of_form = refused.clone();
        let of_form = move || of_form.clone().filter(|_| draft.with(|draft| *draft == opened));
        let said = Memo::new(move |_| problems.get().or_else(&of_form));
        Self {
            id: desk.id,
            can_edit: desk.can_edit,
            draft,
            problems,
            said,
            open: RwSignal::new(open),
            folds: Folds::new(said, has_text),
            at: RwSignal::new(open),
            top: RwSignal::new(None),
            lifted: RwSignal::new(None),
            drawn: RwSignal::new(0),
            tab: RwSignal::new(Tab::default()),
            saving: RwSignal::new(Saving::Saved(None)),
            last: RwSignal::new(LastSave::of(desk)),
            shown,
            names: StoredValue::new(desk.names.clone()),
            me: use_context::<Me>().map(|me| me.id),
            kept: RwSignal::new(kept),
            history: RwSignal::new(History::default()),
            refused: StoredValue::new(refused),
            pause: Pause::idle(),
            toasts: use_context(),
        }
    }

    /// The draft as the fields of the mail show it: with what was typed into their plain form before it was refused.
    pub fn as_typed(self) -> Draft {
        let mut draft = self.draft.get_untracked();
        let is_of_mail = |error: &AppError| error.typed("block").is_some_and(|block| block.is_empty());
        let refused = self.refused.with_value(|error| error.clone().filter(is_of_mail));
        let Some(error) = refused.filter(|_| self.drawn.get_untracked() == 0) else { return draft };
        if let Some(name) = error.typed("name") {
            draft.name = name;
        }
        if let Some(category) = error.typed("category").and_then(|word| word.parse().ok()) {
            draft.category = category;
        }
        fields::read_document(&mut draft.document, &|name| error.typed(name));
        draft
    }

    /// Changes the draft; changes of the same thing in one go are one step back. Whether anything is different.
    pub fn change(self, what: Option<String>, edit: impl FnOnce(&mut Draft)) -> bool {
        // An answer of the server may come when the page has been left.
        let Some(before) = self.draft.try_get_untracked() else { return false };
        let mut after = before.clone();
        edit(&mut after);
        if after == before || !self.can_edit {
            return false;
        }
        self.history.update(|history| history.note(before, what, hands::millis()));
        self.draft.set(after);
        true
    }

    /// Changes the draft without a step of its own: while a block is carried.
    pub fn try_out(self, edit: impl FnOnce(&mut Draft) -> bool) -> bool {
        let mut after = self.draft.get_untracked();
        let has_changed = edit(&mut after);
        if has_changed {
            self.draft.set(after);
        }
        has_changed
    }

    /// Makes one step of what was tried out since `before`.
    pub fn settle(self, before: Draft) {
        if before != self.draft.get_untracked() {
            self.history.update(|history| history.note(before, None, hands::millis()));
        }
    }

    pub fn undo(self) {
        let now = self.draft.get_untracked();
        match self.history.try_update(|history| history.undo(now)).flatten() {
            Some(before) => self.show_again(before, "Undone"),
            None => say("There is nothing to undo.".into(), Urgency::Polite),
        }
    }

    pub fn redo(self) {
        let now = self.draft.get_untracked();
        match self.history.try_update(|history| history.redo(now)).flatten() {
            Some(after) => self.show_again(after, "Done again"),
            None => say("There is nothing to redo.".into(), Urgency::Polite),
        }
    }

    pub fn can_undo(self) -> bool {
        self.history.with(History::can_undo)
    }

    pub fn can_redo(self) -> bool {
        self.history.with(History::can_redo)
    }

    fn show_again(self, draft: Draft, words: &str) {
        self.draft.set(draft);
        let is_gone = |id: u32| self.block(id).is_none();
        if self.open.get_untracked().is_some_and(is_gone) {
            self.open.set(None);
        }
        self.redraw();
        say(format!("{words}."), Urgency::Polite);
    }

    /// Writes all fields anew; the focus stays where it was.
    pub fn redraw(self) {
        let focused = hands::focused();
        self.drawn.try_update(|drawn| *drawn += 1);
        hands::show_written();
        if let Some(id) = focused {
            hands::focus(&id);
        }
    }

    /// Whether there are blocks to choose from beside the mail: a source has none, and who only looks adds none.
    pub fn has_palette(self) -> bool {
        self.can_edit && self.draft.with(|draft| draft.document.blocks().is_some())
    }

    /// The part that a phone shows: that of the blocks is left where there are none to choose from.
    pub fn shown_tab(self) -> Tab {
        match self.tab.get() {
            Tab::Blocks if !self.has_palette() => Tab::Edit,
            tab => tab,
        }
    }

    /// A block as it is now.
    pub fn block(self, id: u32) -> Option<Block> {
        self.draft.with_untracked(|draft| draft.document.block(id).cloned())
    }

    /// "Heading, 2 of 5 in the mail".
    pub fn place_words(self, id: u32) -> String {
        self.draft.with_untracked(|draft| {
            let Some(Spot { shelf, index }) = draft.document.spot_of(id) else { return String::new() };
            let count = draft.document.shelf(shelf).map_or(0, <[Block]>::len);
            let name = draft.document.block(id).map_or("Block", |block| block.kind.label());
            format!("{name}, {} of {count} {}", index + 1, shelf.words())
        })
    }

    /// Has the next block come behind this one.
    pub fn add_behind(self, id: u32) {
        self.top.set(None);
        self.at.set(Some(id));
        self.choose();
    }

    /// Has the next block come at the beginning of a list.
    pub fn add_at_top(self, shelf: Shelf) {
        self.top.set(Some(shelf));
        self.choose();
    }

    /// Leads to the palette, and says where what is chosen there comes.
    fn choose(self) {
        self.tab.set(Tab::Blocks);
        hands::focus("palette");
        say(format!("Choose a block. {}", untrack(|| self.next_words())), Urgency::Polite);
    }

    /// "The next block comes behind Heading, 2 of 5 in the mail."
    pub fn next_words(self) -> String {
        self.draft.track();
        let (top, at) = (self.top.get(), self.at.get());
        match (top, at.map(|id| self.place_words(id)).filter(|place| !place.is_empty())) {
            (Some(shelf), _) => format!("The next block comes first {}.", shelf.words()),
            (None, Some(place)) => format!("The next block comes behind {place}."),
            (None, None) => "The next block comes at the end of the mail.".to_owned(),
        }
    }

    /// Adds a block where the next one comes: at the beginning of the list that was chosen, or behind the block that was
    /// focused last; opens it.
    pub fn add(self, kind: BlockKind) {
        let (after, top) = (self.at.get_untracked(), self.top.get_untracked());
        let spot = self.draft.with_untracked(|draft| {
            let top = top.filter(|shelf| draft.document.shelf(*shelf).is_some());
            let spot = top.map_or_else(|| draft.document.spot_after(after), |shelf| Spot { shelf, index: 0 });
            match (&kind, spot.shelf) {
                // Columns stand in no column: behind the one that was meant.
                (BlockKind::Columns { .. }, Shelf::Left(holder) | Shelf::Right(holder)) => {
                    draft.document.spot_after(Some(holder))
                }
                _ => spot,
            }
        });
        self.add_at(kind, spot);
    }

    /// Adds a block at a place, opens it and returns its id; none where it cannot stand there.
    pub fn add_at(self, kind: BlockKind, spot: Spot) -> Option<u32> {
        let mut added = None;
        self.change(None, |draft| added = draft.document.add(kind, spot));
        match added {
            Some(id) => {
                self.top.set(None);
                self.at.set(Some(id));
                self.open.set(Some(id));
                self.tab.set(Tab::Edit);
                say(format!("Added: {}.", self.place_words(id)), Urgency::Polite);
            }
            None => say("This block cannot stand there.".into(), Urgency::Assertive),
        }
        added
    }

    /// Moves a block to a place, counted without it.
    pub fn put(self, id: u32, spot: Spot) {
        let has_moved = self.change(None, |draft| {
            draft.document.put(id, spot);
        });
        let place = self.place_words(id);
        say(if has_moved { format!("Moved: {place}.") } else { format!("Stays: {place}.") }, Urgency::Polite);
    }

    /// Moves a block between the mail and its columns; it stays open, and the focus is on its name, wherever it stands.
    pub fn cross(self, id: u32, crossing: Crossing) {
        let way =
            self.draft.with_untracked(|draft| draft.document.ways(id).into_iter().find(|way| way.crossing == crossing));
        if let Some(way) = way {
            self.put(id, way.spot);
            hands::focus(&format!("name-{id}"));
        }
    }

    /// Moves a block by one place.
    pub fn step(self, id: u32, is_up: bool) {
        self.change(None, |draft| {
            draft.document.step(id, is_up);
        });
        say(format!("{}.", self.place_words(id)), Urgency::Polite);
    }

    pub fn duplicate(self, id: u32) {
        let mut copy = None;
        self.change(None, |draft| copy = draft.document.duplicate(id));
        if let Some(copy) = copy {
            self.at.set(Some(copy));
            say(format!("Copied: {}.", self.place_words(copy)), Urgency::Polite);
        }
    }

    /// Takes a block out; it can be had again.
    pub fn remove(self, id: u32) {
        let (name, beside) = self.draft.with_untracked(|draft| {
            let name = draft.document.block(id).map_or("Block", |block| block.kind.label());
            let spot = draft.document.spot_of(id);
            let shelf = spot.and_then(|spot| draft.document.shelf(spot.shelf)).unwrap_or_default();
            let at = |index: Option<usize>| index.and_then(|index| shelf.get(index)).map(|block| block.id);
            let index = spot.map_or(0, |spot| spot.index);
            (name, at(Some(index + 1)).or_else(|| at(index.checked_sub(1))))
        });
        self.change(None, |draft| {
            draft.document.take(id);
        });
        if self.open.get_untracked() == Some(id) {
            self.open.set(None);
        }
        self.at.set(beside);
        hands::focus(&beside.map_or_else(|| "palette".to_owned(), |beside| format!("name-{beside}")));
        if let Some(toasts) = self.toasts {
            toasts.offer(format!("{name} deleted."), "Undo", move || self.undo());
        }
    }

    /// Says that something did not work.
    pub fn fail(self, words: impl Into<String>) {
        if let Some(toasts) = self.toasts {
            toasts.fail(words);
        }
    }
}
