//! Takes the news in, in order: what is heard of a project is shown, read, or passed on to whoever watches it.

mod news;
mod open_here;
mod reading;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use web_sys::HtmlElement;

use super::apply::{Seen, Tail};
use super::slide::Kept;
use super::source::{Heard, Source};
use super::{BoardState, Link, Person, TaskId, UserId};
use crate::domain::account::Me;
use crate::domain::ids::OpId;
use crate::domain::live::Change;
use crate::tasks::board::announce::{Urgency, say};
use crate::tasks::board::browser_time::op_id;
use crate::tasks::view::LiveEvent;
use crate::ui::listeners::Listeners;

/// Changes that come together are shown together.
const TOGETHER: Duration = Duration::from_millis(12);
/// A board that has to be read again waits this long for more that would make it so.
const STALE: Duration = Duration::from_millis(400);

pub struct Core(Rc<Inner>);

/// Stays on the browser's one thread.
pub type Held = StoredValue<Core, LocalStorage>;

pub fn hold(core: Core) -> Held {
    StoredValue::new_local(core)
}

struct Inner {
    here: RwSignal<Vec<Person>>,
    link: RwSignal<Link>,
    me: Option<UserId>,
    /// Whether a screen reader is told what others do.
    hears_others: bool,
    rebuild: Callback<()>,
    /// This tab, among the person's.
    tab: OpId,
    source: RefCell<Option<(String, Source)>>,
    board: RefCell<Option<(BoardState, HtmlElement)>>,
    /// The number of the last change that is shown or waits.
    seen: Cell<i64>,
    waiting: RefCell<Vec<LiveEvent>>,
    is_draining: Cell<bool>,
    /// The board is to be read again, and what has changed on it then.
    stale: Cell<Option<Tail>>,
    is_reading: Cell<bool>,
    /// A reading is to begin soon.
    is_to_read: Cell<bool>,
    changed: RefCell<Vec<Seen>>,
    /// What is still to be said.
    unsaid: RefCell<Vec<Seen>>,
    is_saying: Cell<bool>,
    watchers: RefCell<Vec<(TaskId, Callback<()>)>>,
    /// Who reads the project again when it changes.
    follower: Cell<Option<Callback<()>>>,
    is_following: Cell<bool>,
    /// The task whose description is being written here, and what ends that when nothing is typed.
    describing: RefCell<Option<(TaskId, Option<TimeoutHandle>)>>,
    is_telling_open: Cell<bool>,
    /// Hears that the page is left.
    leaving: RefCell<Listeners>,
    is_doubting: Cell<bool>,
    is_up: Cell<bool>,
    /// The stream was open before.
    was_up: Cell<bool>,
    kept: RefCell<Option<Kept>>,
}

impl Core {
    pub fn new(here: RwSignal<Vec<Person>>, link: RwSignal<Link>, me: Option<UserId>, rebuild: Callback<()>) -> Self {
        Self(Rc::new(Inner {
            here,
            link,
            me,
            hears_others: use_context::<Me>().is_none_or(|me| me.hears_others),
            rebuild,
            tab: op_id(),
            source: RefCell::default(),
            board: RefCell::default(),
            seen: Cell::new(0),
            waiting: RefCell::default(),
            is_draining: Cell::new(false),
            stale: Cell::new(None),
            is_reading: Cell::new(false),
            is_to_read: Cell::new(false),
            changed: RefCell::default(),
            unsaid: RefCell::default(),
            is_saying: Cell::new(false),
            watchers: RefCell::default(),
            follower: Cell::new(None),
            is_following: Cell::new(false),
            describing: RefCell::default(),
            is_telling_open: Cell::new(false),
            leaving: RefCell::default(),
            is_doubting: Cell::new(false),
            is_up: Cell::new(false),
            was_up: Cell::new(false),
            kept: RefCell::default(),
        }))
    }

    /// Goes on with a board that was just made, behind the last change that it shows.
    pub fn attach(&self, node: &HtmlElement, state: &BoardState) {
        let (inner, number) = (&self.0, state.number);
        *inner.board.borrow_mut() = Some((state.clone(), node.clone()));
        inner.waiting.borrow_mut().clear();
        inner.stale.set(None);
        if let Some(kept) = inner.kept.take() {
            kept.restore(node);
        }
        let is_open = inner.source.borrow().as_ref().is_some_and(|(key, _)| *key == state.key);
        let has_missed = number < inner.seen.get();
        inner.seen.set(number);
        if !is_open {
            inner.open_source(&state.key);
        } else if has_missed && let Some((_, source)) = &*inner.source.borrow() {
            source.catch_up();
        }
        state.take_place();
        let this = Rc::downgrade(inner);
        let refused = StoredValue::new_local(this);
        state.sender.resume(state, move |words: String| {
            refused.try_with_value(|this| {
                if let Some(inner) = this.upgrade() {
                    inner.refused_left_over(words);
                }
            });
        });
    }

    /// Hears of a project whose board is not shown, behind the last change that the page knows.
    pub fn listen(&self, key: &str, number: i64) {
        let is_open = self.0.source.borrow().as_ref().is_some_and(|(open, _)| open == key);
        if !is_open {
            self.0.seen.set(number);
            self.0.open_source(key);
        }
    }

    /// Has `changed` called soon after a change of the project, once for several.
    pub fn follow(&self, changed: Callback<()>) {
        self.0.follower.set(Some(changed));
    }

    /// The board is not what the page took it for.
    pub fn look_again(&self) {
        self.0.read_again(Tail::Kept);
    }

    /// The person has signed in again.
    pub fn go_on(&self) {
        if let Some((_, source)) = &*self.0.source.borrow() {
            source.reopen();
        }
        self.0.make_up();
        self.0.nudge();
    }
}

impl Inner {
    fn open_source(self: &Rc<Self>, key: &str) {
        let (numbers, ears) = (Rc::downgrade(self), Rc::downgrade(self));
        let source = Source::open(
            key,
            move || numbers.upgrade().map_or(0, |inner| inner.seen.get()),
            move |heard| {
                if let Some(inner) = ears.upgrade() {
                    inner.hear(heard);
                }
            },
        );
        *self.source.borrow_mut() = Some((key.to_owned(), source));
        // A task that was open before its board was there has not been told of.
        if !self.watchers.borrow().is_empty() {
            self.say_open();
        }
    }

    fn hear(self: &Rc<Self>, heard: Heard) {
        match heard {
            Heard::Change(number, json) => self.hear_change(number, &json),
            Heard::Snapshot(number) => {
                self.seen.set(number);
                self.waiting.borrow_mut().clear();
                self.watchers.borrow().iter().for_each(|(_, changed)| changed.run(()));
                self.with_board(|state, _| state.renew_choices());
                self.read_again(Tail::Dropped);
                self.follow_soon();
            }
            Heard::People(json) => {
                let people: Vec<Person> = serde_json::from_slice(json.as_bytes()).unwrap_or_default();
                let others = people.into_iter().filter(|person| Some(person.id) != self.me).collect();
                if self.here.with_untracked(|here| *here != others) {
                    self.here.set(others);
                }
            }
            Heard::Ended(reason) => {
                self.link.set(if reason == "signed_out" { Link::SignedOut } else { Link::Gone });
            }
            Heard::Link(true) => {
                let is_back = !self.is_up.replace(true) && self.was_up.replace(true);
                if self.link.get_untracked() != Link::Up {
                    self.link.set(Link::Up);
                }
                if is_back {
                    // A server that was started anew knows of nothing that is open; its answer says
                    // whether it is of another build.
                    self.say_open();
                }
                self.make_up();
                self.nudge();
            }
            Heard::Link(false) => {
                self.is_up.set(false);
                self.doubt();
            }
        }
    }

    fn hear_change(self: &Rc<Self>, number: i64, json: &str) {
        let seen = self.seen.get();
        if number <= seen {
            return;
        }
        if number > seen + 1 {
            // Something was lost between the tabs.
            if let Ok(source) = self.source.try_borrow()
                && let Some((_, source)) = &*source
            {
                source.catch_up();
            }
            return;
        }
        self.seen.set(number);
        self.follow_soon();
        let Ok(event) = serde_json::from_slice::<LiveEvent>(json.as_bytes()) else {
            self.read_again(Tail::Kept);
            return;
        };
        if let Change::Task { task, .. } = &event.change {
            let watchers = self.watchers.borrow();
            watchers.iter().filter(|(other, _)| other == task).for_each(|(_, changed)| changed.run(()));
        }
        // What may be done with a task is another thing when roles change, or the project ends.
        if matches!(event.change, Change::Members | Change::Project) {
            self.watchers.borrow().iter().for_each(|(_, changed)| changed.run(()));
        }
        // Not when the hand is off the board: it may be on a picker that still offers who or what is gone.
        if matches!(event.change, Change::Members | Change::Labels) {
            self.with_board(|state, _| state.renew_choices());
        }
        let Some(is_own) = self.with_board(|state, _| state.sender.knows(event.op)) else { return };
        if !is_own {
            self.waiting.borrow_mut().push(event);
            self.drain_after(TOGETHER);
        }
    }

    fn follow_soon(self: &Rc<Self>) {
        if self.follower.get().is_none() || self.is_following.replace(true) {
            return;
        }
        let this = Rc::downgrade(self);
        set_timeout(
            move || {
                let Some(inner) = this.upgrade() else { return };
                inner.is_following.set(false);
                if let Some(changed) = inner.follower.get() {
                    // The page may be another one by now.
                    changed.try_run(());
                }
            },
            STALE,
        );
    }

    fn with_board<T>(&self, act: impl FnOnce(&BoardState, &HtmlElement) -> T) -> Option<T> {
        let board = self.board.borrow().clone();
        board.map(|(state, node)| act(&state, &node))
    }

    fn nudge(&self) {
        self.with_board(|state, _| state.sender.nudge());
    }

    /// A change that an earlier page left over was not taken: the board shows what is true.
    fn refused_left_over(self: &Rc<Self>, words: String) {
        self.with_board(|state, _| state.toasts.fail(words.clone()));
        say(words, Urgency::Assertive);
        self.read_again(Tail::Dropped);
    }
}
