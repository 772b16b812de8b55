//! Has the server know what is open in this tab and what is being written, so that others see it; and asks by the same
//! call whether it is the line, the session or the board that a stream broke off for.

use std::rc::{Rc, Weak};
use std::time::Duration;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use web_sys::{Blob, Event};

use super::super::{Link, TaskId};
use super::{Core, Inner};
use crate::domain::live::Doing;
use crate::error::AppError;
use crate::tasks::api;
use crate::ui::listeners::{Hears, Listeners};

/// A broken stream is told to the person after this time: most come back before.
const DOUBT: Duration = Duration::from_secs(2);
/// How often the server hears what this tab has open.
const OPEN: Duration = Duration::from_secs(60);
/// Whoever types nothing for this long does not write any more.
const WRITING: Duration = Duration::from_secs(30);

/// What others may know of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    key: String,
    task: Option<TaskId>,
    doing: Doing,
}

impl Core {
    pub fn watch(&self, task: TaskId, changed: Callback<()>) {
        self.0.watchers.borrow_mut().push((task, changed));
        self.0.say_open();
        keep_saying(Rc::downgrade(&self.0), task);
        let (this, mut leaving) = (Rc::downgrade(&self.0), Listeners::default());
        leaving.on(&window(), "pagehide", Hears::Bubbling, move |_: Event| {
            if let Some(inner) = this.upgrade() {
                inner.say_left();
            }
        });
        *self.0.leaving.borrow_mut() = leaving;
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
    /// The stream broke off: asks whether it is the line, the session, or the board.
    pub(super) fn doubt(self: &Rc<Self>) {
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

    /// Another page is loaded in place of this one, or none: what was open here is not any more. A call would end with
    /// the page.
    fn say_left(&self) {
        let Some(Shown { key, task: Some(_), .. }) = self.shown() else { return };
        let left = api::ShowOpenTask { key, tab: self.tab, task: None, doing: Doing::Reading };
        // Words alone would say that they are plain text, which the server does not take.
        let words = serde_json::to_string(&left).ok().map(|words| js_sys::Array::of1(&words.into()));
        if let Some(words) = words.and_then(|words| Blob::new_with_str_sequence(&words).ok()) {
            drop(window().navigator().send_beacon_with_opt_blob(api::ShowOpenTask::url(), Some(&words)));
        }
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
    pub(super) fn say_open(self: &Rc<Self>) {
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
}
