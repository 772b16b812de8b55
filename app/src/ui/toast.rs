//! Short messages over the page, with one action at most. Everything they offer is also elsewhere.

use std::time::Duration;

use leptos::prelude::*;

use crate::domain::account::Me;

/// One message.
#[derive(Clone, Debug)]
pub struct Toast {
    /// What happened, in words.
    pub words: String,
    /// What can be done about it.
    pub action: Option<(String, Callback<()>)>,
    /// Errors stay until they are closed.
    pub tone: Tone,
}

impl Toast {
    fn kind(&self) -> Kind {
        match (self.tone, &self.action) {
            (Tone::Good, _) => Kind::News,
            (Tone::Bad, None) => Kind::Error,
            (Tone::Bad, Some(_)) => Kind::Question,
        }
    }

    fn is_same_error(&self, other: &Self) -> bool {
        (self.kind(), other.kind()) == (Kind::Error, Kind::Error) && self.words == other.words
    }
}

/// What a message is for whoever reads it: decides which one goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    News,
    Error,
    /// An error that waits for an answer.
    Question,
}

/// How long a message stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
}

/// The messages on the page: at most three, and errors that wait for an answer.
#[derive(Clone, Copy, Debug)]
pub struct Toasts {
    shown: RwSignal<Vec<Shown>>,
    last: StoredValue<u64>,
    owner: StoredValue<Option<Owner>>,
    /// Whether the person closes all of them by hand.
    keeps: bool,
}

/// A message on the page.
#[derive(Clone, Debug)]
struct Shown {
    id: u64,
    toast: Toast,
    /// What its action would take back, where that can be taken back elsewhere too.
    about: Option<String>,
    /// How long it stays, where it goes by itself.
    left: Option<Duration>,
}

const MOST: usize = 3;
/// How often it is looked whose time is over.
const TICK: Duration = Duration::from_millis(250);

impl Toasts {
    /// Makes the messages known to all below.
    pub fn provide() -> Self {
        let toasts = Self {
            shown: RwSignal::new(Vec::new()),
            last: StoredValue::new(0),
            owner: StoredValue::new(Owner::current()),
            keeps: use_context::<Me>().is_some_and(|me| me.keeps_toasts),
        };
        provide_context(toasts);
        toasts
    }

    /// Shows a message: 5 s, 8 s with an action, errors until they are closed; all of them until then where the person
    /// wants it so. While the pointer or the focus is on the messages, or nobody looks at the page, no time passes.
    /// An error that stands already is said anew and stands once.
    pub fn push(self, toast: Toast) {
        self.show(toast, None);
    }

    fn show(self, toast: Toast, about: Option<String>) {
        let id = self.last.with_value(|last| last + 1);
        self.last.set_value(id);
        let left = match (&toast.tone, &toast.action) {
            _ if self.keeps => None,
            (Tone::Bad, _) => None,
            (Tone::Good, Some(_)) => Some(Duration::from_secs(8)),
            (Tone::Good, None) => Some(Duration::from_secs(5)),
        };
        self.shown.update(|shown| {
            shown.retain(|one| !one.toast.is_same_error(&toast));
            shown.push(Shown { id, toast, about, left });
            if let Some(at) = gives_way(&shown.iter().map(|one| one.toast.kind()).collect::<Vec<_>>()) {
                shown.remove(at);
            }
        });
    }

    /// Lets time pass for those that go by themselves.
    fn tick(self) {
        let is_over = |one: &Shown| one.left.is_some_and(|left| left <= TICK);
        if self.shown.with_untracked(|shown| shown.iter().any(is_over)) {
            self.shown.update(|shown| shown.retain(|one| !is_over(one)));
        }
        // Nothing to be drawn anew.
        self.shown.update_untracked(|shown| {
            for one in shown {
                one.left = one.left.map(|left| left.saturating_sub(TICK));
            }
        });
    }

    /// Says what was done, and offers something to do about it. What is offered lives as long as the
    /// messages, whatever becomes of the part of the page that offers it.
    pub fn offer(self, words: impl Into<String>, label: &str, run: impl Fn() + Send + Sync + 'static) {
        self.show_offer(Tone::Good, None, words.into(), label, run);
    }

    /// As [`Toasts::offer`], for what can be taken back elsewhere too: [`Toasts::close_about`] takes the offer away then.
    /// An earlier offer about the same goes, since its action would do what the later one says.
    pub fn offer_about(
        self,
        about: String,
        words: impl Into<String>,
        label: &str,
        run: impl Fn() + Send + Sync + 'static,
    ) {
        self.close_about(&about);
        self.show_offer(Tone::Good, Some(about), words.into(), label, run);
    }

    /// Says that something is not done yet, and offers to try again. It stays until it is closed, by hand or by
    /// [`Toasts::close_about`]; where the same is said already, nothing changes.
    pub fn fail_about(self, about: &str, words: String, label: &str, run: impl Fn() + Send + Sync + 'static) {
        let is_it = |one: &Shown| one.about.as_deref() == Some(about);
        if self.shown.with_untracked(|shown| shown.iter().any(|one| is_it(one) && one.toast.words == words)) {
            return;
        }
        self.close_about(about);
        self.show_offer(Tone::Bad, Some(about.to_owned()), words, label, run);
    }

    fn show_offer(
        self,
        tone: Tone,
        about: Option<String>,
        words: String,
        label: &str,
        run: impl Fn() + Send + Sync + 'static,
    ) {
        let Some(owner) = self.owner.try_get_value().flatten() else { return };
        let run = owner.with(|| Callback::new(move |()| run()));
        self.show(Toast { words, action: Some((label.to_owned(), run)), tone }, about);
    }

    /// Takes the messages away that offer to take something back, because it was taken back, or again.
    pub fn close_about(self, about: &str) {
        let is_it = |one: &Shown| one.about.as_deref() == Some(about);
        if self.shown.with_untracked(|shown| shown.iter().any(is_it)) {
            self.shown.update(|shown| shown.retain(|one| !is_it(one)));
        }
    }

    /// Says that something was not done.
    pub fn fail(self, words: impl Into<String>) {
        self.push(Toast { words: words.into(), action: None, tone: Tone::Bad });
    }

    /// Takes a message away.
    pub fn close(self, id: u64) {
        self.shown.update(|shown| shown.retain(|one| one.id != id));
    }
}

/// Which message goes where there are too many: the oldest that is no error, else the oldest error. The last one stays, and
/// what waits for an answer, which is not counted.
fn gives_way(kinds: &[Kind]) -> Option<usize> {
    let before_last = kinds.len().checked_sub(1)?;
    if kinds.iter().filter(|kind| **kind != Kind::Question).count() <= MOST {
        return None;
    }
    let oldest = |wanted: Kind| kinds[..before_last].iter().position(|kind| *kind == wanted);
    oldest(Kind::News).or_else(|| oldest(Kind::Error))
}

/// The place where messages stand; one a page, in the shell.
#[component]
pub fn Toaster() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let has_some = Memo::new(move |_| toasts.shown.with(|shown| !shown.is_empty()));
    // In the effect, so that nothing of it happens on the server.
    Effect::new(move |_| {
        if !has_some.get() {
            return;
        }
        let pass = move || {
            let is_held = document().query_selector(".toasts:is(:hover, :focus-within)").ok().flatten().is_some();
            if !is_held && !document().hidden() {
                toasts.tick();
            }
        };
        if let Ok(handle) = set_interval_with_handle(pass, TICK) {
            on_cleanup(move || handle.clear());
        }
    });
    view! {
        <div class="toasts" role="region" aria-label="Notifications">
            <For each=move || toasts.shown.get() key=|one| one.id let(one)>
                {one_of(toasts, one)}
            </For>
        </div>
    }
    .into_any()
}

fn one_of(toasts: Toasts, one: Shown) -> impl IntoView {
    let Shown { id, toast, .. } = one;
    view! {
        <div class="toast">
            <span role="status">{toast.words}</span>
            {toast.action.map(|(label, run)| view! {
                <button type="button" class="btn" on:click=move |_| { run.run(()); toasts.close(id); }>{label}</button>
            })}
            <button type="button" class="btn" on:click=move |_| toasts.close(id)>"Close"</button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::{GetUntracked, Owner};

    use super::{Kind::*, Toasts, gives_way};

    #[test]
    fn a_fourth_message_takes_the_oldest_away_and_an_error_only_where_there_are_but_errors() {
        assert_eq!(gives_way(&[News, News, News]), None);
        assert_eq!(gives_way(&[News, News, News, News]), Some(0));
        assert_eq!(gives_way(&[Error, News, News, News]), Some(1));
        assert_eq!(gives_way(&[Error, Error, News, Error]), Some(2));
        assert_eq!(gives_way(&[Error, Error, Error, News]), Some(0), "what was just said is not taken away");
        assert_eq!(gives_way(&[Error, Error, Error, Error]), Some(0));
    }

    #[test]
    fn what_waits_for_an_answer_stays_and_takes_no_place_of_others() {
        assert_eq!(gives_way(&[Question, News, News, News]), None);
        assert_eq!(gives_way(&[Question, Error, Error, Error, Error]), Some(1));
        assert_eq!(gives_way(&[Question, Question, Question, Question]), None);
    }

    #[test]
    fn an_error_that_comes_again_stands_once_and_last() {
        Owner::new().with(|| {
            let toasts = Toasts::provide();
            for words in ["Todo is full.", "Not sent.", "Todo is full."] {
                toasts.fail(words);
            }
            let words: Vec<String> = toasts.shown.get_untracked().into_iter().map(|one| one.toast.words).collect();
            assert_eq!(words, ["Not sent.", "Todo is full."]);
        });
    }
}
