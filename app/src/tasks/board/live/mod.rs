//! The board that is open in several browsers at once: what others do is shown, said, and never
//! moves anything under the person's hand.

mod apply;
mod bars;
#[cfg(feature = "hydrate")]
mod core;
#[cfg(feature = "hydrate")]
mod hand;
#[cfg(feature = "hydrate")]
mod slide;
#[cfg(feature = "hydrate")]
mod source;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server has nothing to say"))]
mod words;

use leptos::{html::Div, prelude::*};

pub use bars::Bars;

use super::{presence::others, state::BoardState};
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
    /// For the page that calls it; `rebuild` reads its board and makes the page anew.
    pub fn new(me: Option<UserId>, rebuild: Callback<()>) -> Self {
        let (here, link) = (others(), RwSignal::new(Link::Up));
        // The faces stand in the head, which stays when the page goes.
        on_cleanup(move || drop(here.try_set(Vec::new())));
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

    /// Hears of a project whose board is not shown, as long as the caller stands in the page; the
    /// number is that of the last change that the page knows.
    pub fn listen(self, key: String, number: i64) {
        // In the effect, so that nothing of it happens on the server.
        Effect::new(move |_| self.core.with_value(|core| core.listen(&key, number)));
    }

    /// Has `changed` called soon after a change of the project, once for several.
    pub fn follow(self, changed: Callback<()>) {
        // In the effect, so that nothing of it happens on the server.
        Effect::new(move |_| self.core.with_value(|core| core.follow(changed)));
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

    /// Who of the others writes the description of a task.
    pub fn who_describes(self, task: TaskId) -> Memo<Vec<String>> {
        Memo::new(move |_| {
            self.here.with(|here| {
                let describing = here.iter().filter(|person| person.describing.contains(&task));
                describing.map(|person| person.name.clone()).collect()
            })
        })
    }

    /// Lets others see that the description of a task that is watched is being written; to be called
    /// at every key, because it ends by itself when nothing is typed.
    pub fn describe(self, task: TaskId) {
        self.core.try_with_value(|core| core.describe(task));
    }

    /// The description of the task is not being written any more.
    pub fn stop_describing(self, task: TaskId) {
        self.core.try_with_value(|core| core.stop_describing(task));
    }

    /// Reads the board again, for it is not what the page took it for.
    pub fn look_again(self) {
        self.core.try_with_value(|core| core.look_again());
    }

    /// Goes on after the person has signed in again.
    fn sign_in_again(self) {
        self.link.set(Link::Up);
        self.core.with_value(Core::go_on);
    }
}

#[cfg(feature = "hydrate")]
pub use slide::{keep_place, look as look_at_cards, look_at_lists};

#[cfg(feature = "hydrate")]
use core::{Core, Held, hold};
#[cfg(feature = "hydrate")]
pub use hand::hands_off;

#[cfg(not(feature = "hydrate"))]
pub use server::hands_off;
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

    /// Nobody has a hand on what is rendered.
    pub fn hands_off(_state: &BoardState, _is_wanted: impl Fn() -> bool) -> std::future::Ready<bool> {
        std::future::ready(false)
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

        pub fn listen(&self, _key: &str, _number: i64) {}

        pub const fn follow(&self, _changed: Callback<()>) {}

        pub fn watch(&self, _task: TaskId, _changed: Callback<()>) {}

        pub fn unwatch(&self, _task: TaskId) {}

        pub fn describe(&self, _task: TaskId) {}

        pub fn stop_describing(&self, _task: TaskId) {}

        pub fn look_again(&self) {}

        pub fn go_on(&self) {}
    }
}
