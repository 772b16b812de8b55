//! Where the news of a board comes from: one stream of server-sent events for all tabs of a
//! browser. The tab that holds a lock of the browser has it and passes everything on to the
//! others; when it goes, the next one takes over where it was. Without locks (plain HTTP) each tab
//! has a stream of its own.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use std::time::Duration;

use leptos::prelude::{set_timeout, window};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, Event, EventSource, MessageEvent};

use crate::ui::listeners::{Hears, Listeners};

/// Changes that a tab keeps for another one that comes later.
const KEPT_MOST: usize = 200;
/// The pauses before a stream that was refused is opened again, in seconds; the last goes on.
const PAUSES: [u64; 5] = [1, 2, 4, 8, 15];

/// One piece of news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A numbered change, as JSON.
    Change(i64, String),
    /// Not all changes can be told: the board is to be read again.
    Snapshot(i64),
    /// Who is here, as JSON.
    People(String),
    /// Nothing more will come, and why.
    Ended(String),
    /// Whether the server is reached.
    Link(bool),
}

impl Heard {
    fn to_words(&self) -> String {
        match self {
            Self::Change(number, json) => format!("c{number} {json}"),
            Self::Snapshot(number) => format!("s{number} "),
            Self::People(json) => format!("p {json}"),
            Self::Ended(reason) => format!("e {reason}"),
            Self::Link(is_up) => format!("l {is_up}"),
        }
    }

    fn from_words(words: &str) -> Option<Self> {
        let (head, rest) = words.split_once(' ')?;
        Some(match head.split_at_checked(1)? {
            ("c", number) => Self::Change(number.parse().ok()?, rest.to_owned()),
            ("s", number) => Self::Snapshot(number.parse().ok()?),
            ("p", _) => Self::People(rest.to_owned()),
            ("e", _) => Self::Ended(rest.to_owned()),
            ("l", _) => Self::Link(rest == "true"),
            _ => return None,
        })
    }
}

/// An open source; dropping it closes it.
pub struct Source(Rc<Inner>);

struct Inner {
    key: String,
    /// The number that this tab goes on behind.
    after: Box<dyn Fn() -> i64>,
    hear: Box<dyn Fn(Heard)>,
    channel: Option<BroadcastChannel>,
    stream: RefCell<Option<(EventSource, Listeners)>>,
    listeners: RefCell<Listeners>,
    /// The last changes, so that another tab can catch up.
    kept: RefCell<VecDeque<(i64, String)>>,
    people: RefCell<Option<String>>,
    is_up: Cell<bool>,
    failures: Cell<usize>,
    is_closed: Cell<bool>,
    /// Gives the lock back.
    release: RefCell<Option<js_sys::Function>>,
}

impl Source {
    /// Opens the source of a project.
    pub fn open(key: &str, after: impl Fn() -> i64 + 'static, hear: impl Fn(Heard) + 'static) -> Self {
        let name = format!("autoreport.live.{key}");
        let locks = locks();
        let channel = locks.as_ref().and_then(|_| BroadcastChannel::new(&name).ok());
        let inner = Rc::new(Inner {
            key: key.to_owned(),
            after: Box::new(after),
            hear: Box::new(hear),
            channel,
            stream: RefCell::default(),
            listeners: RefCell::default(),
            kept: RefCell::default(),
            people: RefCell::default(),
            is_up: Cell::new(false),
            failures: Cell::new(0),
            is_closed: Cell::new(false),
            release: RefCell::default(),
        });
        if let Some(channel) = &inner.channel {
            let this = Rc::downgrade(&inner);
            inner.listeners.borrow_mut().on(channel, "message", Hears::Bubbling, move |event: MessageEvent| {
                if let (Some(this), Some(words)) = (this.upgrade(), event.data().as_string()) {
                    this.on_other_tab(&words);
                }
            });
        }
        let this = Rc::downgrade(&inner);
        inner.listeners.borrow_mut().on(&window(), "online", Hears::Bubbling, move |_: Event| {
            if let Some(this) = this.upgrade() {
                this.failures.set(0);
                this.reopen_if_closed();
            }
        });
        match (locks, &inner.channel) {
            (Some(locks), Some(_)) => {
                inner.wait_for_lock(&locks, &name);
                inner.ask();
            }
            _ => inner.lead(),
        }
        Self(inner)
    }

    /// Asks again for what came behind the number that the tab knows.
    pub fn catch_up(&self) {
        if self.0.stream.borrow().is_some() {
            self.0.lead();
        } else {
            self.0.ask();
        }
    }

    /// Opens the stream again after it was ended or refused.
    pub fn reopen(&self) {
        self.0.failures.set(0);
        let is_leading = self.0.release.borrow().is_some() || self.0.channel.is_none();
        if is_leading {
            self.0.lead();
        } else if let Some(channel) = &self.0.channel {
            drop(channel.post_message(&"r ".into()));
        }
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.0.is_closed.set(true);
        self.0.close_stream();
        if let Some(channel) = &self.0.channel {
            channel.close();
        }
        *self.0.listeners.borrow_mut() = Listeners::default();
        if let Some(release) = self.0.release.take() {
            drop(release.call0(&JsValue::NULL));
        }
    }
}

impl Inner {
    /// Tells this tab and the others.
    fn tell(&self, heard: Heard) {
        if let Some(channel) = &self.channel {
            drop(channel.post_message(&heard.to_words().into()));
        }
        self.keep_and_hear(heard);
    }

    fn keep_and_hear(&self, heard: Heard) {
        match &heard {
            Heard::Change(number, json) => {
                let mut kept = self.kept.borrow_mut();
                if kept.back().is_none_or(|(last, _)| last < number) {
                    kept.push_back((*number, json.clone()));
                }
                if kept.len() > KEPT_MOST {
                    kept.pop_front();
                }
            }
            Heard::Snapshot(_) => self.kept.borrow_mut().clear(),
            Heard::People(json) => *self.people.borrow_mut() = Some(json.clone()),
            Heard::Link(is_up) => self.is_up.set(*is_up),
            Heard::Ended(_) => {}
        }
        (self.hear)(heard);
    }

    fn on_other_tab(self: &Rc<Self>, words: &str) {
        let is_leading = self.stream.borrow().is_some();
        if let Some(after) = words.strip_prefix("a ") {
            if let (true, Ok(after)) = (is_leading, after.parse()) {
                self.answer(after);
            }
        } else if words == "r " {
            if self.release.borrow().is_some() {
                self.failures.set(0);
                self.lead();
            }
        } else if let (false, Some(heard)) = (is_leading, Heard::from_words(words)) {
            self.keep_and_hear(heard);
        }
    }

    /// Asks the tab that has the stream for what came behind our number.
    fn ask(&self) {
        if let Some(channel) = &self.channel {
            drop(channel.post_message(&format!("a {}", (self.after)()).into()));
        }
    }

    /// Tells another tab what came behind its number; those who know it already pass it over.
    fn answer(&self, after: i64) {
        let Some(channel) = &self.channel else { return };
        let say = |heard: Heard| drop(channel.post_message(&heard.to_words().into()));
        say(Heard::Link(self.is_up.get()));
        if let Some(people) = &*self.people.borrow() {
            say(Heard::People(people.clone()));
        }
        let last = (self.after)();
        if after >= last {
            return;
        }
        let kept = self.kept.borrow();
        if kept.front().is_none_or(|(first, _)| *first > after + 1) {
            say(Heard::Snapshot(last));
            return;
        }
        for (number, json) in kept.iter().filter(|(number, _)| *number > after) {
            say(Heard::Change(*number, json.clone()));
        }
    }

    /// Has the browser call when no other tab holds the lock.
    fn wait_for_lock(self: &Rc<Self>, locks: &JsValue, name: &str) {
        let this = Rc::downgrade(self);
        let granted = Closure::once_into_js(move || -> js_sys::Promise {
            js_sys::Promise::new(&mut |resolve, _| match this.upgrade() {
                Some(this) if !this.is_closed.get() => {
                    *this.release.borrow_mut() = Some(resolve);
                    this.lead();
                }
                _ => drop(resolve.call0(&JsValue::NULL)),
            })
        });
        let request = js_sys::Reflect::get(locks, &"request".into()).ok().and_then(|it| it.dyn_into().ok());
        let request: Option<js_sys::Function> = request;
        if request.is_none_or(|request| request.call2(locks, &name.into(), &granted).is_err()) {
            self.lead();
        }
    }

    fn close_stream(&self) {
        if let Some((stream, _)) = self.stream.borrow_mut().take() {
            stream.close();
        }
    }

    /// Opens the stream behind the number that this tab knows.
    fn lead(self: &Rc<Self>) {
        self.close_stream();
        if self.is_closed.get() {
            return;
        }
        let address = format!("/live/{}?after={}", self.key, (self.after)());
        let Ok(stream) = EventSource::new(&address) else { return };
        let mut listeners = Listeners::default();
        let on = |name: &'static str, listeners: &mut Listeners, make: fn(&MessageEvent) -> Option<Heard>| {
            let this = Rc::downgrade(self);
            listeners.on(&stream, name, Hears::Bubbling, move |event: MessageEvent| {
                if let (Some(this), Some(heard)) = (this.upgrade(), make(&event)) {
                    this.on_stream(heard);
                }
            });
        };
        on("message", &mut listeners, |event| {
            Some(Heard::Change(event.last_event_id().parse().ok()?, event.data().as_string()?))
        });
        on("snapshot", &mut listeners, |event| Some(Heard::Snapshot(event.last_event_id().parse().ok()?)));
        on("people", &mut listeners, |event| Some(Heard::People(event.data().as_string()?)));
        on("ended", &mut listeners, |event| Some(Heard::Ended(event.data().as_string()?)));
        let this = Rc::downgrade(self);
        listeners.on(&stream, "open", Hears::Bubbling, move |_: Event| {
            if let Some(this) = this.upgrade() {
                this.failures.set(0);
                this.tell(Heard::Link(true));
            }
        });
        let this = Rc::downgrade(self);
        listeners.on(&stream, "error", Hears::Bubbling, move |_: Event| on_error(&this));
        *self.stream.borrow_mut() = Some((stream, listeners));
    }

    fn on_stream(&self, heard: Heard) {
        if matches!(heard, Heard::Ended(_))
            && let Some((stream, _)) = &*self.stream.borrow()
        {
            stream.close();
        }
        self.tell(heard);
    }

    fn reopen_if_closed(self: &Rc<Self>) {
        let is_closed =
            self.stream.borrow().as_ref().is_some_and(|(stream, _)| stream.ready_state() != EventSource::OPEN);
        if is_closed {
            self.lead();
        }
    }
}

/// A stream that broke off comes back by itself; one that was refused has to be opened anew.
fn on_error(this: &Weak<Inner>) {
    let Some(inner) = this.upgrade() else { return };
    inner.tell(Heard::Link(false));
    let is_refused =
        inner.stream.borrow().as_ref().is_some_and(|(stream, _)| stream.ready_state() == EventSource::CLOSED);
    if !is_refused {
        return;
    }
    let failures = inner.failures.get();
    inner.failures.set(failures + 1);
    let later = this.clone();
    set_timeout(
        move || {
            if let Some(inner) = later.upgrade() {
                inner.reopen_if_closed();
            }
        },
        Duration::from_secs(PAUSES[failures.min(PAUSES.len() - 1)]),
    );
}

/// The browser's locks; only where the connection is safe.
fn locks() -> Option<JsValue> {
    let locks = js_sys::Reflect::get(&window().navigator(), &"locks".into()).ok()?;
    locks.is_object().then_some(locks)
}
