//! Gives the board to the person's hands once the page is awake: pointer, keys, the minute clock.

#[cfg(feature = "hydrate")]
pub use browser::{
    attach, column_in_sight, every_minute, fly_home, focus, focus_element, focus_soon, follow, lift_keys, on_escape,
    on_press, on_step, on_undo, slide_lists,
};

#[cfg(not(feature = "hydrate"))]
pub use server::{
    attach, column_in_sight, every_minute, fly_home, focus, focus_element, focus_soon, follow, lift_keys, on_escape,
    on_press, on_step, on_undo, slide_lists,
};

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::time::Duration;

    use chrono::{DateTime, Utc};
    use leptos::html::{Div, Textarea};
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{HtmlElement, KeyboardEvent, MouseEvent};

    use crate::domain::account::Me;
    use crate::domain::board_filter::BoardFilter;
    use crate::domain::board_look::read_board_query;
    use crate::domain::column::Between;
    use crate::domain::due::ViewerClock;
    use crate::domain::ids::{ColumnId, TaskId};
    use crate::domain::lane::Lane;
    use crate::tasks::board::announce::{Urgency, say};
    use crate::tasks::board::drag::{self, Dropped, DroppedList, Follow};
    use crate::tasks::board::popover::{self, Press};
    use crate::tasks::board::state::{BoardState, ColumnState, Place};
    use crate::tasks::board::steps::Why;
    use crate::tasks::board::{browser_time, dom, focus, keyboard, live, words};
    use crate::ui::keys::{self, Action};
    use crate::ui::listeners::{Hears, Listeners};

    /// Lets pointer and keyboard act on the board for as long as it stands in the page.
    pub fn attach(node: NodeRef<Div>, state: &BoardState) {
        let state = state.clone();
        let uses_singles = use_context::<Me>().is_none_or(|me| me.uses_shortcuts);
        Effect::new(move |_| {
            let Some(board) = node.get() else { return };
            let board: HtmlElement = (*board).clone();
            let mut held = vec![keyboard::start(&board, &state, uses_singles)];
            if state.can_edit {
                held.push(drag::start(&board, Rc::new(Board { board: board.clone(), state: state.clone() })));
            }
            // Goes with the effect's owner: when the board leaves the page, the listeners do too.
            StoredValue::new_local(held);
            start_clock(&state);
            follow_folds(&board, &state);
            tell_filter(&state);
            drop(board.set_attribute("data-ready", ""));
        });
    }

    thread_local! {
        /// The filter that was told last.
        static FILTER: RefCell<BoardFilter> = RefCell::default();
    }

    /// Says how many tasks are shown after the filter has changed.
    fn tell_filter(state: &BoardState) {
        let filter = read_board_query(&state.query).0;
        let before = FILTER.replace(filter.clone());
        if before != filter {
            let sum = |count: fn(&ColumnState) -> u32| state.columns.iter().map(count).sum::<u32>();
            let shown = sum(|column| column.shown.get_untracked());
            say(words::shown(shown, sum(|column| column.total.get_untracked())), Urgency::Polite);
        }
    }

    /// Keeps a card within reach of Tab when lists are collapsed or opened.
    fn follow_folds(board: &HtmlElement, state: &BoardState) {
        let folds: Vec<_> = state.columns.iter().map(|column| column.is_folded.clone()).collect();
        let board = board.clone();
        Effect::new(move |_| {
            folds.iter().for_each(Track::track);
            let board = board.clone();
            request_animation_frame(move || focus::gather_tab_stops(&board));
        });
    }

    /// Keeps the due dates right from minute to minute.
    fn start_clock(state: &BoardState) {
        let clock = state.clock.clone();
        every_minute(move |now| clock.update(|clock| *clock = ViewerClock { now, ..*clock }));
    }

    /// Tells the time from minute to minute, as long as the caller stands in the page.
    pub fn every_minute(tell: impl Fn(DateTime<Utc>) + Clone + 'static) {
        Effect::new(move |_| {
            let tell = tell.clone();
            let tick = move || tell(browser_time::now());
            if let Ok(handle) = set_interval_with_handle(tick, Duration::from_secs(60)) {
                on_cleanup(move || handle.clear());
            }
        });
    }

    /// A press somewhere on the board: on a menu button, on a field of a card, or to select.
    pub fn on_press(event: &MouseEvent, state: &BoardState) {
        let is_selecting = !state.selection().is_empty();
        let selecting = popover::pressed_card(event, is_selecting).filter(|_| state.can_edit);
        if let Some((card, press)) = selecting {
            event.prevent_default();
            match press {
                Press::Toggle => state.toggle_selected(card),
                Press::Range => state.select_to(card),
            }
        } else if let Some(card) = popover::pressed_menu(event) {
            event.prevent_default();
            state.menu.set(Some(card));
        } else if let Some((field, card)) = popover::pressed_pick(event).filter(|_| state.can_edit) {
            event.prevent_default();
            state.pick(field, card);
        }
    }

    /// Which list is in the middle of the board that is scrolled sideways.
    pub fn column_in_sight(event: &web_sys::Event) -> Option<usize> {
        let board: HtmlElement = event.target()?.dyn_into().ok()?;
        let bounds = board.get_bounding_client_rect();
        let middle = (bounds.left() + bounds.right()) / 2.0;
        dom::columns(&board).iter().position(|column| {
            let bounds = column.get_bounding_client_rect();
            bounds.left() <= middle && middle < bounds.right()
        })
    }

    /// What the lift bar does with a key.
    pub fn lift_keys(node: NodeRef<Div>, state: &BoardState, event: &KeyboardEvent) {
        if let Some(board) = node.get_untracked() {
            keyboard::on_lift_bar(&board, state, event);
        }
    }

    /// Puts the focus on a card, wherever the board is in the page.
    pub fn focus(card: TaskId) {
        request_animation_frame(move || {
            if let Some(board) = document().body().and_then(|body| dom::one(&body, ".board")) {
                focus::gather_tab_stops(&board);
                focus::focus_card(&board, card);
            }
        });
    }

    /// Changes the order of the lists; each slides to its new place, and none loses how far it was scrolled.
    pub fn slide_lists(change: impl FnOnce()) {
        let board = document().body().and_then(|body| dom::one(&body, ".board"));
        let before = board.as_ref().map(live::look_at_lists);
        change();
        if let Some(before) = before {
            before.show();
        }
    }

    /// Puts back what the server refused; the card flies home from where it is, and keeps the focus.
    pub fn fly_home(card: TaskId, change: impl FnOnce()) {
        let board = document().body().and_then(|body| dom::one(&body, ".board"));
        let before = board.as_ref().map(|board| (live::look_at_cards(board), dom::focused_card(board)));
        change();
        if let Some((before, focused)) = before {
            before.show_home(card);
            if focused == Some(card.to_string()) {
                self::focus(card);
            }
        }
    }

    /// Goes to an address of this site, as by a link: the page stays awake.
    pub fn follow(address: &str) {
        let Some(body) = document().body() else { return };
        let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlElement>().ok());
        let Some(link) = link.filter(|link| link.set_attribute("href", address).is_ok()) else { return };
        if body.append_child(&link).is_ok() {
            link.click();
            link.remove();
        }
    }

    /// Moves the focus to what has just opened.
    pub fn focus_element(element: &HtmlElement) {
        drop(element.focus());
    }

    /// Moves the focus to a field in the next frame, when what was pressed has opened around it; one that is hidden then
    /// does not take it.
    pub fn focus_soon(field: NodeRef<Textarea>) {
        request_animation_frame(move || {
            if let Some(field) = field.get_untracked() {
                drop(field.focus());
            }
        });
    }

    /// Calls `close` on Escape, for as long as the caller stands in the page. What is open above
    /// (a menu, a dialog, a field with its own Escape) comes first.
    pub fn on_escape(close: impl Fn() + Clone + 'static) {
        Effect::new(move |_| {
            let close = close.clone();
            let mut listeners = Listeners::default();
            listeners.on(&window(), "keydown", Hears::Bubbling, move |event: KeyboardEvent| {
                let is_free = !event.default_prevented() && !event.is_composing() && !is_something_above();
                if event.key() == "Escape" && is_free {
                    event.prevent_default();
                    if !leave_field() {
                        close();
                    }
                }
            });
            StoredValue::new_local(listeners);
        });
    }

    /// Calls `step` with -1 for the task before and with 1 for the next one, while the focus is in `inside` and not in
    /// a field.
    pub fn on_step(inside: NodeRef<leptos::html::Section>, step: impl Fn(i32) + Clone + 'static) {
        let uses_singles = use_context::<Me>().is_none_or(|me| me.uses_shortcuts);
        Effect::new(move |_| {
            let Some(place) = inside.get() else { return };
            let place: HtmlElement = place;
            let step = step.clone();
            let mut listeners = Listeners::default();
            listeners.on(&place, "keydown", Hears::Bubbling, move |event: KeyboardEvent| {
                if is_in_field(&event) {
                    return;
                }
                let by = match keys::pressed(&event, keys::Place::Drawer, uses_singles) {
                    Some(Action::NextTask) => 1,
                    Some(Action::PreviousTask) => -1,
                    _ => return,
                };
                event.prevent_default();
                event.stop_propagation();
                step(by);
            });
            StoredValue::new_local(listeners);
        });
    }

    /// Calls `step` on the keys that take back and again, as long as the caller stands in the page. Fields in which text
    /// is typed, and what is open above, have steps of their own.
    pub fn on_undo(step: impl Fn(Why) + Clone + 'static) {
        Effect::new(move |_| {
            let step = step.clone();
            let mut listeners = Listeners::default();
            listeners.on(&window(), "keydown", Hears::Bubbling, move |event: KeyboardEvent| {
                let is_of_field = keys::is_for_field(&event) && !keys::undoes_beside_text(&event);
                if is_of_field || is_something_above() {
                    return;
                }
                let why = match keys::pressed(&event, keys::Place::Anywhere, true) {
                    Some(Action::Undo) => Why::Undo,
                    Some(Action::Redo) => Why::Redo,
                    _ => return,
                };
                event.prevent_default();
                step(why);
            });
            StoredValue::new_local(listeners);
        });
    }

    fn is_in_field(event: &KeyboardEvent) -> bool {
        let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        target.is_some_and(|target| {
            matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT") || target.is_content_editable()
        })
    }

    /// Out of a field first, so that what is typed is not lost by one key.
    fn leave_field() -> bool {
        let focused = document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
        let field = focused.filter(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA"));
        field.is_some_and(|field| field.blur().is_ok())
    }

    fn is_something_above() -> bool {
        document().query_selector("dialog[open], .menu:popover-open, .drag-layer, .lift-bar").ok().flatten().is_some()
    }

    struct Board {
        board: HtmlElement,
        state: BoardState,
    }

    impl Follow for Board {
        fn lifted(&self, card: &str) -> Vec<String> {
            let Ok(card) = card.parse::<TaskId>() else { return Vec::new() };
            self.state.want(card);
            self.state.with_selection(card).iter().map(TaskId::to_string).collect()
        }

        fn no_room(&self, card: &str) -> Vec<(String, String)> {
            let Ok(card) = card.parse::<TaskId>() else { return Vec::new() };
            let lists = self.state.lists_without_room(&self.state.with_selection(card));
            lists.into_iter().map(|(list, words)| (list.to_string(), words)).collect()
        }

        fn dropped(&self, dropped: Dropped) {
            let (Ok(card), Ok(column)) = (dropped.card.parse::<TaskId>(), dropped.column.parse::<ColumnId>()) else {
                return;
            };
            let place = Place { column, index: dropped.index };
            let lane: Option<Lane> =
                dropped.lane.as_deref().and_then(|lane| serde_json::from_slice(lane.as_bytes()).ok());
            match (self.state.with_selection(card).as_slice(), lane) {
                ([_] | [], Some(lane)) => {
                    let to = self.state.place_in_lane(card, column, lane, dropped.index);
                    self.state.move_to_lane(card, to, lane);
                }
                ([_] | [], None) => self.state.move_to(card, place),
                (cards, lane) => self.state.move_all(cards, &[card], place, lane),
            }
            let board = self.board.clone();
            request_animation_frame(move || focus::gather_tab_stops(&board));
        }

        fn dropped_list(&self, dropped: DroppedList) {
            let Ok(list) = dropped.list.parse::<ColumnId>() else { return };
            let id = |word: Option<String>| word.and_then(|word| word.parse::<ColumnId>().ok());
            self.state.move_list(list, Between { after: id(dropped.after), before: id(dropped.before) });
        }

        fn hovers(&self, column: &str) {
            let column = column.parse::<ColumnId>().ok().and_then(|id| self.state.column(id));
            if let Some(column) = column {
                column.is_folded.set(false);
            }
        }

        fn cancelled(&self, id: &str) {
            let card = id.parse::<TaskId>().ok().and_then(|id| Some((self.state.card(id)?, self.state.spot(id)?)));
            let list = id.parse::<ColumnId>().ok().and_then(|id| self.state.list_spot(id));
            let words = match (card, list) {
                (Some((card, spot)), _) => words::cancelled(&card.title(), &spot),
                (None, Some(list)) => words::list_cancelled(&list),
                (None, None) => return,
            };
            say(words, Urgency::Assertive);
        }

        fn stayed(&self, id: &str) {
            // A press that wandered a little: nothing was moved, so there is nothing to take back.
            if let Some(title) = id.parse::<TaskId>().ok().and_then(|id| self.state.card(id)).map(|card| card.title()) {
                say(words::let_be(&title), Urgency::Polite);
            }
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use chrono::{DateTime, Utc};
    use leptos::html::Div;
    use leptos::prelude::*;

    use crate::tasks::board::state::BoardState;
    use crate::tasks::board::steps::Why;

    /// The server has no hands.
    pub fn attach(_node: NodeRef<Div>, _state: &BoardState) {}

    /// A page that is being rendered has one time.
    pub fn every_minute(_tell: impl Fn(DateTime<Utc>) + Clone + 'static) {}

    /// The server has no hands.
    pub fn on_press<T>(_event: &T, _state: &BoardState) {}

    /// Nothing is scrolled on the server.
    pub fn column_in_sight<T>(_event: &T) -> Option<usize> {
        None
    }

    /// On the server nothing slides.
    pub fn slide_lists(change: impl FnOnce()) {
        change();
    }

    /// On the server nothing flies.
    pub fn fly_home(_card: crate::domain::ids::TaskId, change: impl FnOnce()) {
        change();
    }

    /// The server has no focus.
    pub fn focus_element<T>(_element: &T) {}

    /// The server goes nowhere.
    pub fn follow(_address: &str) {}

    /// The server has no focus.
    pub fn focus_soon(_field: NodeRef<leptos::html::Textarea>) {}

    /// The server has no focus.
    pub fn focus(_card: crate::domain::ids::TaskId) {}

    /// The server hears no keys.
    pub fn on_escape(_close: impl Fn() + Clone + 'static) {}

    /// The server hears no keys.
    pub fn on_step(_inside: NodeRef<leptos::html::Section>, _step: impl Fn(i32) + Clone + 'static) {}

    /// The server hears no keys.
    pub fn on_undo(_step: impl Fn(Why) + Clone + 'static) {}

    /// The server hears no keys.
    pub fn lift_keys<T>(_node: NodeRef<Div>, _state: &BoardState, _event: &T) {}
}
