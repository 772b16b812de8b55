//! Takes the news in, in order, and shows them when the person's hand is off the board.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlTextAreaElement};

use super::apply::{Effect as Became, Seen, Tail};
use super::slide::{self, Kept};
use super::source::{Heard, Source};
use super::{BoardState, Link, Person, TaskId, UserId, words};
use crate::domain::account::Me;
use crate::domain::board_look::read_board_query;
use crate::domain::ids::OpId;
use crate::domain::live::{Change, Doing};
use crate::domain::task::EventKind;
use crate::domain::task_edit::{Edit, TaskEdit};
use crate::error::AppError;
use crate::tasks::api;
use crate::tasks::board::announce::{Urgency, say};
use crate::tasks::board::browser_time::op_id;
use crate::tasks::board::dom;
use crate::tasks::view::LiveEvent;
use crate::ui::{
    rest,
    toast::{Toast, Tone},
};

/// While the person's hand is on the board, it is looked at again after this time.
const HAND: Duration = Duration::from_millis(150);
/// Changes that come together are shown together.
const TOGETHER: Duration = Duration::from_millis(12);
/// A board that has to be read again waits this long for more that would make it so.
const STALE: Duration = Duration::from_millis(400);
/// A board that could not be read is asked for again after this time.
const ONCE_MORE: Duration = Duration::from_secs(5);
/// Between two sentences about others.
const SAID: Duration = Duration::from_secs(5);
/// A broken stream is told to the person after this time: most come back before.
const DOUBT: Duration = Duration::from_secs(2);
/// How often the server hears what this tab has open.
const OPEN: Duration = Duration::from_secs(60);
/// Whoever types nothing for this long does not write any more.
const WRITING: Duration = Duration::from_secs(30);

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
    is_doubting: Cell<bool>,
    is_up: Cell<bool>,
    /// The stream was open before.
    was_up: Cell<bool>,
    kept: RefCell<Option<Kept>>,
}

/// What others may know of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    key: String,
    task: Option<TaskId>,
    doing: Doing,
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
        state.sender.resume(state, move |error: AppError| {
            refused.try_with_value(|this| {
                if let Some(inner) = this.upgrade() {
                    inner.refused_left_over(&error);
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

    pub fn watch(&self, task: TaskId, changed: Callback<()>) {
        self.0.watchers.borrow_mut().push((task, changed));
        self.0.say_open();
        keep_saying(Rc::downgrade(&self.0), task);
    }

    pub fn unwatch(&self, task: TaskId) {
        self.0.watchers.borrow_mut().retain(|(other, _)| *other != task);
        self.0.forget_describing(task);
        self.0.say_open();
    }

    /// The description of a task is being written; at every key.
    pub fn describe(&self, task: TaskId) {
        let this = Rc::downgrade(&self.0);
        let end = move || {
            if let Some(inner) = this.upgrade() {
                inner.forget_describing(task);
                inner.say_open();
            }
        };
        let before = self.0.describing.replace(Some((task, set_timeout_with_handle(end, WRITING).ok())));
        if let Some((_, Some(end))) = &before {
            end.clear();
        }
        if before.is_none_or(|(other, _)| other != task) {
            self.0.say_open();
        }
    }

    /// The description of a task is not being written any more.
    pub fn stop_describing(&self, task: TaskId) {
        if self.0.forget_describing(task) {
            self.0.say_open();
        }
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

/// Has the server know that a task is still open here.
fn keep_saying(inner: Weak<Inner>, task: TaskId) {
    set_timeout(
        move || {
            if let Some(this) = inner.upgrade()
                && this.watchers.borrow().iter().any(|(other, _)| *other == task)
            {
                this.say_open();
                keep_saying(inner, task);
            }
        },
        OPEN,
    );
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
                self.read_again(Tail::Dropped);
                self.follow_soon();
            }
            Heard::People(json) => {
                let people: Vec<Person> = serde_json::from_str(&json).unwrap_or_default();
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
        let Ok(event) = serde_json::from_str::<LiveEvent>(json) else {
            self.read_again(Tail::Kept);
            return;
        };
        if let Change::Task { task, .. } = &event.change {
            let watchers = self.watchers.borrow();
            watchers.iter().filter(|(other, _)| other == task).for_each(|(_, changed)| changed.run(()));
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

    fn drain_after(self: &Rc<Self>, time: Duration) {
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
        let before = slide::look(&node);
        let mut seen = Vec::new();
        for event in &events {
            let is_task = matches!(event.change, Change::Task { .. });
            if matches!(event.change, Change::Members | Change::Labels) {
                state.renew_choices();
            }
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
        // One's own other tab moves cards, too, without a ring.
        let shown =
            seen.into_iter().map(|one| if self.is_by_another(&one) { one } else { Seen { by: None, ..one } }).collect();
        before.show(shown);
    }

    fn is_by_another(&self, seen: &Seen) -> bool {
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
    fn say_soon(self: &Rc<Self>) {
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

    /// Reads the board again, once for all reasons that come together.
    fn read_again(self: &Rc<Self>, tail: Tail) {
        if self.board.borrow().is_none() {
            return;
        }
        self.mark_stale(tail);
        // A reading that is under way is followed by another one.
        if !self.is_reading.get() {
            self.read_soon(STALE);
        }
    }

    /// What one reason drops is dropped, whatever others keep.
    fn mark_stale(&self, tail: Tail) {
        if self.stale.get() != Some(Tail::Dropped) {
            self.stale.set(Some(tail));
        }
    }

    /// What could not be read while the server or the session was away is read now.
    fn make_up(self: &Rc<Self>) {
        if self.stale.get().is_some() {
            self.read_soon(STALE);
        }
    }

    fn read_soon(self: &Rc<Self>, time: Duration) {
        if self.is_to_read.replace(true) {
            return;
        }
        let this = Rc::downgrade(self);
        set_timeout(
            move || {
                if let Some(inner) = this.upgrade() {
                    inner.is_to_read.set(false);
                    inner.read();
                }
            },
            time,
        );
    }

    /// Reads the board where it is to be read, one reading at a time.
    fn read(self: &Rc<Self>) {
        if self.is_reading.get() {
            return;
        }
        let Some((state, _)) = self.board.borrow().clone() else { return };
        let Some(tail) = self.stale.take() else { return };
        self.is_reading.set(true);
        let this = Rc::downgrade(self);
        let answers = state.sender.answers();
        spawn_local(async move {
            let (filter, look) = read_board_query(&state.query);
            let fresh = api::load_board(state.key.clone(), filter, None, look).await;
            let Some(inner) = this.upgrade() else { return };
            inner.is_reading.set(false);
            match fresh {
                Ok(fresh) => inner.take_over(&state, fresh, tail, answers),
                // The stream does not tell again of what it has told: that stays to be read.
                Err(AppError::SignedOut) => {
                    inner.mark_stale(tail);
                    inner.link.set(Link::SignedOut);
                }
                Err(AppError::NotFound) => inner.link.set(Link::Gone),
                Err(_) => {
                    inner.mark_stale(tail);
                    // A stream that is down says when the server is back.
                    if inner.is_up.get() {
                        inner.read_soon(ONCE_MORE);
                    } else {
                        inner.doubt();
                    }
                }
            }
        });
    }

    /// Shows a board that was read when the server had answered so many of the page's own changes.
    fn take_over(self: &Rc<Self>, state: &BoardState, fresh: crate::tasks::view::Board, tail: Tail, answers: u64) {
        let Some((now, node)) = self.board.borrow().clone() else { return };
        if !now.is_same(state) {
            // Another filter was chosen meanwhile; what was told since is still to be read for it.
            return self.make_up();
        }
        // What is being typed would be gone with a page that is made anew.
        if is_in_hand(state) || (is_adding(&node) && !state.has_shape_of(&fresh)) {
            let (this, state) = (Rc::downgrade(self), state.clone());
            // As if it was still being read: what was read later must not be shown before it.
            self.is_reading.set(true);
            set_timeout(
                move || {
                    if let Some(inner) = this.upgrade() {
                        inner.is_reading.set(false);
                        inner.take_over(&state, fresh, tail, answers);
                    }
                },
                HAND,
            );
            return;
        }
        // It may be from before a change that is not on its way any more, and would take it back.
        if state.sender.answers() != answers {
            self.mark_stale(tail);
            self.read();
            return;
        }
        let before = slide::look(&node);
        if !state.reconcile(&fresh, tail) {
            *self.kept.borrow_mut() = Some(slide::keep_place(&node));
            self.rebuild.run(());
            return;
        }
        for change in state.sender.unsent() {
            state.show(&change);
        }
        self.waiting.borrow_mut().retain(|event| event.number > fresh.number);
        self.seen.set(self.seen.get().max(fresh.number));
        let changed: Vec<Seen> =
            self.changed.take().into_iter().filter(|one| state.place_of(one.task).is_some()).collect();
        let by_others: Vec<Seen> = changed.into_iter().filter(|one| self.is_by_another(one)).collect();
        self.unsaid.borrow_mut().extend(by_others.iter().cloned());
        self.say_soon();
        before.show(by_others);
        if self.stale.get().is_some() {
            self.read();
        }
    }

    /// The stream broke off: asks whether it is the line, the session, or the board.
    fn doubt(self: &Rc<Self>) {
        if self.is_doubting.replace(true) {
            return;
        }
        let this = Rc::downgrade(self);
        set_timeout(
            move || {
                let Some(inner) = this.upgrade() else { return };
                let Some(Shown { key, task, doing }) = inner.shown() else { return };
                spawn_local(async move {
                    let answer = api::show_open_task(key, inner.tab, task, doing).await;
                    inner.is_doubting.set(false);
                    if inner.is_up.get() {
                        return;
                    }
                    let link = match answer {
                        Ok(()) => return,
                        Err(AppError::SignedOut) => Link::SignedOut,
                        Err(AppError::NotFound) => Link::Gone,
                        // Whoever is asked for the password is asked on: the session does not come back with the line.
                        Err(_) if inner.link.get_untracked() == Link::SignedOut => return,
                        Err(_) => Link::Down,
                    };
                    inner.link.set(link);
                });
            },
            DOUBT,
        );
    }

    /// What others may know of this page; nothing before its board is there.
    fn shown(&self) -> Option<Shown> {
        let key = self.source.borrow().as_ref().map(|(key, _)| key.clone())?;
        let task = self.watchers.borrow().last().map(|(task, _)| *task);
        let described = self.describing.borrow().as_ref().map(|(task, _)| *task);
        let doing = if task.is_some() && described == task { Doing::Describing } else { Doing::Reading };
        Some(Shown { key, task, doing })
    }

    /// Whether the description of the task was being written until now.
    fn forget_describing(&self, task: TaskId) -> bool {
        let mut describing = self.describing.borrow_mut();
        let Some((_, end)) = describing.take_if(|(other, _)| *other == task) else { return false };
        if let Some(end) = end {
            end.clear();
        }
        true
    }

    /// Has the server know what is open here. One call at a time: of two the first could come last.
    fn say_open(self: &Rc<Self>) {
        let Some(mut said) = self.shown() else { return };
        if self.is_telling_open.replace(true) {
            return;
        }
        let (this, tab) = (Rc::downgrade(self), self.tab);
        spawn_local(async move {
            loop {
                // Others not knowing what is open here is no harm.
                let _ = api::show_open_task(said.key.clone(), tab, said.task, said.doing).await;
                let inner = this.upgrade();
                let nothing = || Shown { key: said.key.clone(), task: None, doing: Doing::Reading };
                let now = inner.as_ref().and_then(|inner| inner.shown()).unwrap_or_else(nothing);
                if now == said {
                    if let Some(inner) = inner {
                        inner.is_telling_open.set(false);
                    }
                    return;
                }
                said = now;
            }
        });
    }

    /// A change that an earlier page left over was not taken: the board shows what is true.
    fn refused_left_over(self: &Rc<Self>, error: &AppError) {
        let words = format!("A change from before was not taken. {}", error.words());
        self.with_board(|state, _| state.toasts.fail(words.clone()));
        say(words, Urgency::Assertive);
        self.read_again(Tail::Dropped);
    }
}

/// Waits until nothing of a board is in the person's hand and no new task is being typed, as long as that is wanted. Says
/// whether it had to wait.
pub async fn hands_off(state: &BoardState, is_wanted: impl Fn() -> bool) -> bool {
    let mut has_waited = false;
    while is_wanted() && is_taken(state) {
        has_waited = true;
        rest(HAND).await;
    }
    has_waited
}

/// Whether something would be gone with a board that is made anew.
fn is_taken(state: &BoardState) -> bool {
    is_in_hand(state) || document().body().is_some_and(|body| is_adding(&body))
}

/// Whether somebody is writing a new task.
fn is_adding(board: &HtmlElement) -> bool {
    let focused = document().active_element();
    dom::open_fields_for_new(board).into_iter().filter_map(|field| field.dyn_into::<HtmlTextAreaElement>().ok()).any(
        |field| {
            let element: &Element = &field;
            !field.value().trim().is_empty() || focused.as_ref() == Some(element)
        },
    )
}

/// Whether something on the board is in the person's hand, or being written.
fn is_in_hand(state: &BoardState) -> bool {
    if state.lifted.with_untracked(Option::is_some)
        || state.moving.with_untracked(Option::is_some)
        || state.menu.with_untracked(Option::is_some)
    {
        return true;
    }
    let Some(body) = document().body() else { return false };
    if dom::one(&body, ".drag-layer, dialog[open], .menu:popover-open, .picker:popover-open").is_some() {
        return true;
    }
    let focused = document().active_element();
    focused.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            && dom::closest(&element, ".card").is_some()
    })
}
