//! Every key of the pages, once: what handles keys, the list under `?`, the hints in menus and
//! tooltips and `aria-keyshortcuts` all read this table.

use leptos::prelude::*;

use crate::domain::account::Me;

#[cfg(feature = "hydrate")]
mod browser;
mod help;

#[cfg(feature = "hydrate")]
pub use browser::{is_for_field, pressed, undoes_beside_text};
pub use help::KeysTable;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    PreviousCard,
    NextCard,
    BackwardList,
    ForwardList,
    FirstCard,
    LastCard,
    Open,
    Lift,
    ToPreviousList,
    ToNextList,
    Move,
    Status,
    Priority,
    Due,
    Assign,
    Label,
    EditTitle,
    AddBelow,
    Select,
    SelectUp,
    SelectDown,
    SelectList,
    SelectRows,
    Archive,
    Drop,
    Restore,
    Palette,
    Help,
    Filter,
    NewTask,
    GoDashboard,
    GoBoard,
    GoJobs,
    GoReports,
    GoTemplates,
    GoSettings,
    NextPart,
    DayBefore,
    DayAfter,
    WeekBefore,
    WeekAfter,
    ItemUp,
    ItemDown,
    Undo,
    Redo,
    Notifications,
    Leave,
    Sidebar,
    PreviousTask,
    NextTask,
}

/// Where a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On a focused card.
    Card,
    /// While a card is lifted.
    Lifted,
    /// In the drawer of a task, outside of its fields.
    Drawer,
    /// On the box of a row in the list.
    Row,
    /// On a task of the calendar.
    Calendar,
    /// On the handle of a checklist's item.
    Checklist,
    Anywhere,
}

impl Place {
    pub const ALL: [Self; 7] =
        [Self::Card, Self::Lifted, Self::Drawer, Self::Checklist, Self::Row, Self::Calendar, Self::Anywhere];

    /// The heading of its keys.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Card => "On a card",
            Self::Lifted => "While a card is lifted",
            Self::Drawer => "In a task beside the board",
            Self::Row => "On the box of a row in the list",
            Self::Calendar => "On a task of the calendar",
            Self::Checklist => "On the handle of a checklist item",
            Self::Anywhere => "Anywhere",
        }
    }
}

/// What is held, or was pressed before, with the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum With {
    Nothing,
    /// Control, or Command on a Mac.
    Control,
    ControlShift,
    Shift,
    Alt,
    /// After G.
    Go,
}

/// A key with what is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stroke {
    pub with: With,
    /// The browser's name for it, letters in lower case.
    pub key: &'static str,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub action: Action,
    pub place: Place,
    pub strokes: &'static [Stroke],
    pub label: &'static str,
}

const fn plain(key: &'static str) -> Stroke {
    Stroke { with: With::Nothing, key }
}

const fn held(with: With, key: &'static str) -> Stroke {
    Stroke { with, key }
}

const fn key(place: Place, action: Action, strokes: &'static [Stroke], label: &'static str) -> Key {
    Key { action, place, strokes, label }
}

/// The table. Arrows to the side are mirrored where the page is read from right to left.
pub const KEYS: &[Key] = &[
    key(Place::Card, Action::PreviousCard, &[plain("ArrowUp"), plain("k")], "Card above"),
    key(Place::Card, Action::NextCard, &[plain("ArrowDown"), plain("j")], "Card below"),
    key(Place::Card, Action::BackwardList, &[plain("ArrowLeft")], "Nearest card of the list before"),
    key(Place::Card, Action::ForwardList, &[plain("ArrowRight")], "Nearest card of the next list"),
    key(Place::Card, Action::FirstCard, &[plain("Home")], "First card of the list"),
    key(Place::Card, Action::LastCard, &[plain("End")], "Last card of the list"),
    key(Place::Card, Action::Open, &[plain("Enter")], "Open"),
    key(Place::Card, Action::Lift, &[plain(" ")], "Lift, to move it with the arrow keys"),
    key(Place::Card, Action::ToPreviousList, &[plain(",")], "Move to the top of the list before"),
    key(Place::Card, Action::ToNextList, &[plain(".")], "Move to the top of the next list"),
    key(Place::Card, Action::Move, &[plain("m")], "Move to a list and position"),
    key(Place::Card, Action::Status, &[plain("s")], "Status"),
    key(Place::Card, Action::Priority, &[plain("p")], "Priority"),
    key(Place::Card, Action::Due, &[plain("d")], "Due date"),
    key(Place::Card, Action::Assign, &[plain("a")], "Assign people"),
    key(Place::Card, Action::Label, &[plain("l")], "Labels"),
    key(Place::Card, Action::EditTitle, &[plain("e"), plain("F2")], "Edit the title in place"),
    key(Place::Card, Action::AddBelow, &[plain("n")], "Add a task below"),
    key(Place::Card, Action::Select, &[plain("x")], "Select, or take out of the selection"),
    key(Place::Card, Action::SelectUp, &[held(With::Shift, "ArrowUp")], "Extend the selection up"),
    key(Place::Card, Action::SelectDown, &[held(With::Shift, "ArrowDown")], "Extend the selection down"),
    key(Place::Card, Action::SelectList, &[held(With::Control, "a")], "Select the whole list"),
    key(Place::Card, Action::Archive, &[plain("Delete")], "Archive"),
    key(Place::Lifted, Action::PreviousCard, &[plain("ArrowUp")], "One place up"),
    key(Place::Lifted, Action::NextCard, &[plain("ArrowDown")], "One place down"),
    key(Place::Lifted, Action::BackwardList, &[plain("ArrowLeft")], "To the list before"),
    key(Place::Lifted, Action::ForwardList, &[plain("ArrowRight")], "To the next list"),
    key(Place::Lifted, Action::FirstCard, &[plain("Home")], "To the top"),
    key(Place::Lifted, Action::LastCard, &[plain("End")], "To the bottom"),
    key(Place::Lifted, Action::Drop, &[plain(" "), plain("Enter")], "Drop"),
    key(Place::Lifted, Action::Restore, &[plain("Escape")], "Put back"),
    key(Place::Drawer, Action::PreviousTask, &[plain("k")], "Task above on the board"),
    key(Place::Drawer, Action::NextTask, &[plain("j")], "Task below on the board"),
    key(Place::Row, Action::SelectRows, &[held(With::Shift, " ")], "Select from the row pressed last to this one"),
    key(Place::Calendar, Action::DayBefore, &[held(With::Shift, "ArrowLeft")], "A day earlier"),
    key(Place::Calendar, Action::DayAfter, &[held(With::Shift, "ArrowRight")], "A day later"),
    key(Place::Calendar, Action::WeekBefore, &[held(With::Shift, "ArrowUp")], "A week earlier"),
    key(Place::Calendar, Action::WeekAfter, &[held(With::Shift, "ArrowDown")], "A week later"),
    key(Place::Checklist, Action::ItemUp, &[plain("ArrowUp")], "One place up"),
    key(Place::Checklist, Action::ItemDown, &[plain("ArrowDown")], "One place down"),
    key(Place::Anywhere, Action::Palette, &[held(With::Control, "k")], "Search and commands"),
    key(Place::Anywhere, Action::Help, &[plain("?")], "These keys"),
    key(Place::Anywhere, Action::Filter, &[plain("/")], "Filter"),
    key(Place::Anywhere, Action::NewTask, &[plain("c")], "New task"),
    key(Place::Anywhere, Action::GoDashboard, &[held(With::Go, "d")], "Go to the dashboard"),
    key(Place::Anywhere, Action::GoBoard, &[held(With::Go, "b")], "Go to the board"),
    key(Place::Anywhere, Action::GoJobs, &[held(With::Go, "j")], "Go to the jobs"),
    key(Place::Anywhere, Action::GoReports, &[held(With::Go, "r")], "Go to the reports"),
    key(Place::Anywhere, Action::GoTemplates, &[held(With::Go, "t")], "Go to the templates"),
    key(Place::Anywhere, Action::GoSettings, &[held(With::Go, "s")], "Go to the settings"),
    key(Place::Anywhere, Action::Undo, &[held(With::Control, "z")], "Undo"),
    key(Place::Anywhere, Action::Redo, &[held(With::ControlShift, "z")], "Redo"),
    key(Place::Anywhere, Action::Notifications, &[held(With::Alt, "t")], "To the notifications"),
    key(Place::Anywhere, Action::NextPart, &[plain("F6")], "To the next part: page, open task, notifications"),
    key(Place::Anywhere, Action::Leave, &[plain("Escape")], "Close, or clear the selection"),
    key(Place::Anywhere, Action::Sidebar, &[plain("[")], "Narrow or widen the sidebar"),
];

/// A key that was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pressed {
    /// The browser's name for it.
    pub key: String,
    /// Control or Command.
    pub has_control: bool,
    pub has_shift: bool,
    pub has_alt: bool,
    /// G was pressed just before.
    pub is_after_go: bool,
}

impl Stroke {
    /// Whether it is a single character, which a person can switch off (WCAG 2.1.4).
    pub fn is_single(self) -> bool {
        let is_character = self.key.chars().count() == 1 && self.key != " ";
        is_character && matches!(self.with, With::Nothing | With::Go)
    }

    fn is(self, pressed: &Pressed) -> bool {
        let Pressed { key, has_control, has_shift, has_alt, is_after_go } = pressed;
        let is_key = key == self.key || (key.chars().count() == 1 && key.to_lowercase() == self.key);
        // A sign may need Shift on some keyboards, a letter does not.
        let is_sign = self.key.chars().all(|c| !c.is_alphanumeric()) && self.key != " ";
        let held = match (*has_control, *has_shift && !is_sign, *has_alt) {
            (false, false, false) if *is_after_go => With::Go,
            (false, false, false) => With::Nothing,
            (true, false, false) => With::Control,
            (true, true, false) => With::ControlShift,
            (false, true, false) => With::Shift,
            (false, false, true) => With::Alt,
            _ => return false,
        };
        is_key && held == self.with
    }

    /// The caps to press, as people read them.
    pub fn caps(self) -> Vec<&'static str> {
        let mut caps = match self.with {
            With::Nothing => Vec::new(),
            With::Control => vec!["Ctrl"],
            With::ControlShift => vec!["Ctrl", "Shift"],
            With::Shift => vec!["Shift"],
            With::Alt => vec!["Alt"],
            With::Go => vec!["G"],
        };
        caps.push(cap(self.key));
        caps
    }

    /// As `aria-keyshortcuts` writes it; a sequence has no way to be written there.
    fn aria(self) -> Option<String> {
        let key = match self.key {
            " " => "Space",
            key => key,
        };
        let key = if key.chars().count() == 1 { key.to_uppercase() } else { key.to_owned() };
        Some(match self.with {
            With::Nothing => key,
            With::Control => format!("Control+{key} Meta+{key}"),
            With::ControlShift => format!("Control+Shift+{key} Meta+Shift+{key}"),
            With::Shift => format!("Shift+{key}"),
            With::Alt => format!("Alt+{key}"),
            With::Go => return None,
        })
    }
}

const fn cap(key: &'static str) -> &'static str {
    match key.as_bytes() {
        b"ArrowUp" => "↑",
        b"ArrowDown" => "↓",
        b"ArrowLeft" => "←",
        b"ArrowRight" => "→",
        b" " => "Space",
        b"Escape" => "Esc",
        b"Delete" => "Del",
        b"a" => "A",
        b"b" => "B",
        b"c" => "C",
        b"d" => "D",
        b"e" => "E",
        b"j" => "J",
        b"k" => "K",
        b"l" => "L",
        b"m" => "M",
        b"n" => "N",
        b"p" => "P",
        b"r" => "R",
        b"s" => "S",
        b"t" => "T",
        b"x" => "X",
        b"z" => "Z",
        _ => key,
    }
}

/// The key that was meant. With Alt a Mac types a sign of its own (`†` for T): then the place of the key says which it was.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a browser hears keys"))]
fn meant(key: String, code: &str, has_alt: bool) -> String {
    match code.strip_prefix("Key") {
        Some(letter) if has_alt && !key.is_ascii() => letter.to_lowercase(),
        _ => key,
    }
}

/// What a key does at a place; `None` for one that does nothing there or is switched off.
pub fn action(place: Place, pressed: &Pressed, uses_singles: bool) -> Option<Action> {
    KEYS.iter()
        .filter(|key| key.place == place)
        .find(|key| key.strokes.iter().any(|stroke| (uses_singles || !stroke.is_single()) && stroke.is(pressed)))
        .map(|key| key.action)
}

/// The first way to press for an action, as people read it: `Ctrl K`.
pub fn hint(action: Action) -> String {
    strokes(action).first().map(|stroke| stroke.caps().join(" ")).unwrap_or_default()
}

/// The value of `aria-keyshortcuts` for an action.
pub fn aria(action: Action) -> Option<String> {
    let all: Vec<String> = strokes(action).iter().filter_map(|stroke| stroke.aria()).collect();
    (!all.is_empty()).then(|| all.join(" "))
}

/// The value of `aria-keyshortcuts` for the person who looks: without single characters where they are switched off.
pub fn aria_here(action: Action) -> Option<String> {
    let uses_singles = use_context::<Me>().is_none_or(|me| me.uses_shortcuts);
    let ways = strokes(action).iter().filter(|stroke| uses_singles || !stroke.is_single());
    let all: Vec<String> = ways.filter_map(|stroke| stroke.aria()).collect();
    (!all.is_empty()).then(|| all.join(" "))
}

/// A tooltip with the key that does the same, where the person uses it: `New task (C)`.
pub fn tip(words: &str, action: Action) -> String {
    let uses_singles = use_context::<Me>().is_none_or(|me| me.uses_shortcuts);
    let way = strokes(action).iter().find(|stroke| uses_singles || !stroke.is_single());
    way.map_or_else(|| words.to_owned(), |way| format!("{words} ({})", way.caps().join(" ")))
}

fn strokes(action: Action) -> &'static [Stroke] {
    KEYS.iter().find(|key| key.action == action).map_or(&[], |key| key.strokes)
}

/// The caps of an action, at the end of a menu's line.
pub fn caps(action: Action) -> impl IntoView {
    view! { <kbd>{hint(action)}</kbd> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(key: &str, held: &str) -> Pressed {
        Pressed {
            key: key.into(),
            has_control: held.contains('c'),
            has_shift: held.contains('s'),
            has_alt: held.contains('a'),
            is_after_go: held.contains('g'),
        }
    }

    #[test]
    fn no_key_does_two_things_at_one_place() {
        for (i, key) in KEYS.iter().enumerate() {
            for other in &KEYS[i + 1..] {
                let both = key.strokes.iter().find(|stroke| other.strokes.contains(stroke));
                assert!(
                    key.place != other.place || both.is_none(),
                    "{both:?} means {:?} and {:?}",
                    key.action,
                    other.action
                );
            }
        }
    }

    #[test]
    fn a_card_never_takes_a_key_from_the_page_but_the_letters_after_g() {
        for card in KEYS.iter().filter(|key| key.place == Place::Card) {
            for anywhere in KEYS.iter().filter(|key| key.place == Place::Anywhere) {
                assert!(!card.strokes.iter().any(|stroke| anywhere.strokes.contains(stroke)), "{}", card.label);
            }
        }
        assert_eq!(action(Place::Card, &pressed("s", "g"), true), None);
        assert_eq!(action(Place::Anywhere, &pressed("s", "g"), true), Some(Action::GoSettings));
    }

    #[test]
    fn letters_are_read_with_caps_lock_and_signs_with_shift() {
        assert_eq!(action(Place::Card, &pressed("M", ""), true), Some(Action::Move));
        assert_eq!(action(Place::Card, &pressed("M", "s"), true), None);
        assert_eq!(action(Place::Anywhere, &pressed("?", "s"), true), Some(Action::Help));
        assert_eq!(action(Place::Anywhere, &pressed("/", "s"), true), Some(Action::Filter));
        assert_eq!(action(Place::Anywhere, &pressed("Z", "cs"), true), Some(Action::Redo));
        assert_eq!(action(Place::Card, &pressed("ArrowUp", "s"), true), Some(Action::SelectUp));
        assert_eq!(action(Place::Card, &pressed("ArrowUp", "a"), true), None);
    }

    #[test]
    fn with_alt_a_letter_is_known_by_its_place_where_it_types_a_sign() {
        let alt = |key: &str, code: &str| Pressed { key: meant(key.into(), code, true), ..pressed("", "a") };
        for (key, code) in [("†", "KeyT"), ("t", "KeyT"), ("t", "KeyK")] {
            assert_eq!(action(Place::Anywhere, &alt(key, code), true), Some(Action::Notifications), "{key} {code}");
        }
        assert_eq!(meant("č".into(), "KeyC", false), "č");
    }

    #[test]
    fn single_characters_can_be_switched_off_and_the_rest_stays() {
        for (key, held, place) in
            [("m", "", Place::Card), (",", "", Place::Card), ("j", "", Place::Drawer), ("d", "g", Place::Anywhere)]
        {
            assert!(action(place, &pressed(key, held), true).is_some());
            assert_eq!(action(place, &pressed(key, held), false), None, "{key}");
        }
        for (key, held, place) in
            [(" ", "", Place::Card), ("Delete", "", Place::Card), ("F2", "", Place::Card), ("k", "c", Place::Anywhere)]
        {
            assert!(action(place, &pressed(key, held), false).is_some(), "{key}");
        }
    }

    #[test]
    fn hints_are_written_for_people_and_for_assistive_technology() {
        assert_eq!(
            (hint(Action::Palette), aria(Action::Palette).unwrap()),
            ("Ctrl K".into(), "Control+K Meta+K".into())
        );
        assert_eq!((hint(Action::Archive), aria(Action::Archive).unwrap()), ("Del".into(), "Delete".into()));
        assert_eq!((hint(Action::GoJobs), aria(Action::GoJobs)), ("G J".into(), None));
        assert_eq!(aria(Action::EditTitle).unwrap(), "E F2");
    }
}
