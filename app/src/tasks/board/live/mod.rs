//! The board that is open in several browsers at once: what others do is shown, said, and never
//! moves anything under the person's hand.

mod apply;
mod bars;
#[cfg(feature = "hydrate")]
mod core;
#[cfg(feature = "hydrate")]
mod slide;
#[cfg(feature = "hydrate")]
mod source;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server has nothing to say"))]
mod words;

use leptos::{html::Div, prelude::*};

pub use bars::Bars;

use super::state::BoardState;
use crate::domain::{
    ids::{TaskId, UserId},
    live::Person,
};

/// How the page stands with the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// All is well, or not known yet.
    #[default]
    Up,
    /// The server is not reached; the page goes on trying.
    Down,
    /// The session has ended.
    SignedOut,
    /// The board was deleted, or the person is not a member any more.
    Gone,
}

/// What a page knows of others, and the way to hear more; copies are the same.
#[derive(Clone, Copy)]
pub struct Live {
    /// The others who look at the board.
    pub here: RwSignal<Vec<Person>>,
    pub link: RwSignal<Link>,
    core: Held,
}

impl Live {
    /// For the board page that calls it; `rebuild` reads the board and makes the page anew.
    pub fn new(me: Option<UserId>, rebuild: Callback<()>) -> Self {
        let (here, link) = (RwSignal::new(Vec::new()), RwSignal::new(Link::Up));
        Self { here, link, core: hold(Core::new(here, link, me, rebuild)) }
    }

    /// Shows what others do on a board, as long as it stands in the page.
    pub fn attach(self, node: NodeRef<Div>, state: &BoardState) {
        let state = state.clone();
        Effect::new(move |_| {
            if let Some(node) = node.get() {
                self.core.with_value(|core| core.attach(&node, &state));
            }
        });
    }

    /// Has `changed` called when the task changes, and lets others see that it is open here, as
    /// long as the caller stands in the page.
    pub fn watch(self, task: TaskId, changed: Callback<()>) {
        // In the effect, so that nothing of it happens on the server.
        Effect::new(move |_| {
            self.core.with_value(|core| core.watch(task, changed));
            on_cleanup(move || {
                self.core.try_with_value(|core| core.unwatch(task));
            });
        });
    }

    /// Who of the others has a task open.
    pub fn who_has_open(self, task: TaskId) -> Memo<Vec<String>> {
        Memo::new(move |_| {
            self.here.with(|here| {
                here.iter().filter(|person| person.open.contains(&task)).map(|person| person.name.clone()).collect()
            })
        })
    }

    /// Goes on after the person has signed in again.
    fn sign_in_again(self) {
        self.link.set(Link::Up);
        self.core.with_value(Core::go_on);
    }
}

#[cfg(feature = "hydrate")]
use core::{Core, Held, hold};

#[cfg(not(feature = "hydrate"))]
use server::{Core, Held, hold};

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::prelude::*;

    use super::{BoardState, Link, Person, TaskId, UserId};

    /// Nobody is told anything while a page is rendered.
    pub struct Core;

    /// A page is rendered by many threads.
    pub type Held = StoredValue<Core>;

    pub fn hold(core: Core) -> Held {
        StoredValue::new(core)
    }

    impl Core {
        pub const fn new(
            _here: RwSignal<Vec<Person>>,
            _link: RwSignal<Link>,
            _me: Option<UserId>,
            _rebuild: Callback<()>,
        ) -> Self {
            Self
        }

        pub fn attach<T>(&self, _node: &T, _state: &BoardState) {}

        pub fn watch(&self, _task: TaskId, _changed: Callback<()>) {}

        pub fn unwatch(&self, _task: TaskId) {}

        pub fn go_on(&self) {}
    }
}
