//! Taking back what was saved beside the cards: in the drawer and on the page of a task, in the cells of the list and
//! for many of its rows at once, and in the calendar; copies, and moves to another project. The server knows what such a
//! change did, so a step is only its name.

use std::sync::Arc;

use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

use super::{
    announce::{Urgency, say},
    hands,
    sender::new_op,
    steps::{Step, Steps, StepsOfAll, Why},
    words,
};
use crate::{
    domain::{
        ids::{OpId, TaskId},
        project::parse_task_ref,
    },
    error::AppError,
    tasks::{
        api::undo_change,
        view::{Arrived, Card},
    },
    ui::toast::Toasts,
};

/// A change that the server has made.
#[derive(Clone)]
pub struct Past {
    op: OpId,
    tasks: Vec<TaskId>,
    /// By which name the server was asked for the way back, where its answer got lost: asked by the same it does nothing
    /// twice.
    asked: Option<OpId>,
    /// The steps of both projects that it is about, where there are two: it is a step of each.
    both: Vec<Steps>,
}

impl Past {
    const fn new(op: OpId, tasks: Vec<TaskId>) -> Self {
        Self { op, tasks, asked: None, both: Vec::new() }
    }

    /// The steps that it belongs to, of which one is known.
    fn holders(&self, known: &Steps) -> Vec<Steps> {
        if self.both.is_empty() { vec![known.clone()] } else { self.both.clone() }
    }

    fn is(&self, step: &Step) -> bool {
        matches!(step, Step::Past(other) if other.op == self.op)
    }
}

/// A change that a form sends with a name.
pub trait Named {
    /// The name; a page that is not awake gives none.
    fn op(&self) -> Option<OpId>;
}

/// The name of the next change that a form sends; each has its own.
#[derive(Clone, Copy)]
pub struct NextOp(RwSignal<Option<OpId>>);

impl NextOp {
    /// None until the page is awake.
    pub fn new() -> Self {
        let next = Self(RwSignal::new(None));
        // In the effect, so that nothing of it happens on the server.
        Effect::new(move |_| next.renew());
        next
    }

    fn renew(self) {
        self.0.set(Some(new_op()));
    }

    /// Takes another one whenever an action has sent a change.
    pub fn renew_after<S>(self, action: ServerAction<S>)
    where
        S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
        S::Output: Clone + Send + Sync + 'static,
    {
        let input = action.input();
        Effect::new(move |_| {
            if input.with(Option::is_some) {
                self.renew();
            }
        });
    }

    /// The hidden field of a form.
    pub fn field(self) -> impl IntoView {
        move || self.0.get().map(|op| view! { <input type="hidden" name="op" value=op.to_string() /> })
    }
}

/// The name of the change that an action has sent last, where it had one.
pub fn last_sent<S>(action: ServerAction<S>) -> StoredValue<Option<OpId>>
where
    S: ServerFn<Error = AppError> + Named + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let (input, last) = (action.input(), StoredValue::new(None::<OpId>));
    Effect::new(move |_| {
        // The action forgets what it has sent when it is answered.
        if let Some(op) = input.with(|sent| sent.as_ref().map(Named::op)) {
            last.set_value(op);
        }
    });
    last
}

/// The steps of a project on a page that shows no board, or beside it; clones are the same.
#[derive(Clone)]
pub struct Rewind {
    /// The key of the project.
    project: String,
    steps: Steps,
    toasts: Option<Toasts>,
    /// The task that the page is about: steps of others are left to other pages.
    task: Option<TaskId>,
    /// Runs when something was taken back, or again.
    changed: Arc<dyn Fn() + Send + Sync>,
}

impl Rewind {
    /// The steps of a project, or of one task of it. `changed` runs when something was taken back, as long as the
    /// caller stands in the page.
    pub fn of(key: &str, task: Option<TaskId>, changed: impl Fn() + Send + Sync + 'static) -> Self {
        let is_here = StoredValue::new(());
        let changed = move || {
            if is_here.try_get_value().is_some() {
                changed();
            }
        };
        Self {
            project: key.to_owned(),
            steps: StepsOfAll::here().of(key),
            toasts: use_context(),
            task,
            changed: Arc::new(changed),
        }
    }

    /// Makes a step of each change that an action brings about; `tasks` says what it is about.
    pub fn follow<S>(
        &self,
        action: ServerAction<S>,
        next: NextOp,
        tasks: impl Fn(&S) -> Vec<TaskId> + Send + Sync + 'static,
    ) where
        S: ServerFn<Error = AppError> + Named + Clone + Send + Sync + 'static,
        S::Output: Clone + Send + Sync + 'static,
    {
        let (input, value, pending) = (action.input(), action.value(), action.pending());
        // An answer does not say which of several that are on their way it is about.
        let sent = StoredValue::new(Vec::<Past>::new());
        Effect::new(move |_| {
            let past = input.with(|sent| {
                let sent = sent.as_ref()?;
                Some(Past::new(sent.op()?, tasks(sent)))
            });
            let Some(past) = past else { return };
            sent.update_value(|all| {
                if all.iter().all(|other| other.op != past.op) {
                    all.push(past);
                }
            });
            next.renew();
        });
        let steps = self.steps.clone();
        Effect::new(move |_| {
            let Some(is_made) = value.with(|value| value.as_ref().map(Result::is_ok)) else { return };
            // Others are still on their way. A step that did nothing is passed over when it is taken.
            if !is_made && pending.get_untracked() {
                return;
            }
            let made = sent.try_update_value(std::mem::take).unwrap_or_default();
            if is_made {
                made.into_iter().for_each(|past| steps.push(Step::Past(past)));
            }
        });
    }

    /// As [`Rewind::follow`], for an action that makes another task of this one, or takes it to another project and so
    /// is a step of both. `then` gets its name, and where the person goes on.
    pub fn follow_to<S>(
        &self,
        action: ServerAction<S>,
        next: NextOp,
        task: TaskId,
        then: impl Fn(OpId, Arrived) + 'static,
    ) where
        S: ServerFn<Output = Arrived, Error = AppError> + Named + Clone + Send + Sync + 'static,
    {
        let (value, sent) = (action.value(), last_sent(action));
        next.renew_after(action);
        let (steps, project, all) = (self.steps.clone(), self.project.clone(), StepsOfAll::here());
        Effect::new(move |_| {
            let arrived = value.with(|value| value.as_ref()?.as_ref().ok().cloned());
            let Some(arrived) = arrived else { return };
            let Some(op) = sent.get_value() else { return };
            let there = parse_task_ref(&arrived.reference).map(|(key, _)| key).filter(|key| *key != project);
            let both = there.map_or_else(Vec::new, |key| vec![steps.clone(), all.of(&key)]);
            let past = Past { both, ..Past::new(op, vec![task, arrived.task]) };
            for steps in past.holders(&steps) {
                steps.push(Step::Past(past.clone()));
            }
            then(op, arrived);
        });
    }

    /// Makes a step of a change of one task that the server has made.
    pub fn push(&self, op: OpId, task: TaskId) {
        self.steps.push(Step::Past(Past::new(op, vec![task])));
    }

    /// Lets the keys wait for what a page is sending by itself, until [`Rewind::go_on`]: it comes before what they ask
    /// for.
    pub fn hold(&self) {
        self.steps.set_waiting(true);
    }

    /// All is sent: takes what was asked for meanwhile.
    pub fn go_on(&self) {
        self.steps.set_waiting(false);
        if let Some(why) = self.steps.take_asked() {
            self.step(why);
        }
    }

    /// Listens for the keys that take back and again, as long as the caller stands in the page.
    pub fn listen(&self) {
        let this = self.clone();
        hands::on_undo(move |why| this.step(why));
    }

    /// Says what a change has done, and offers to take it back until that has happened elsewhere.
    pub fn offer(&self, op: OpId, words: impl Into<String>) {
        let Some(toasts) = self.toasts else { return };
        let this = self.clone();
        toasts.offer_about(op.to_string(), words, "Undo", move || this.undo_op(op));
    }

    /// Takes back the change of a name, whatever came after it; nothing where that has happened already.
    pub fn undo_op(&self, op: OpId) {
        let is_it = |step: &Step| matches!(step, Step::Past(past) if past.op == op);
        if let Some(Step::Past(past)) = self.steps.take_last(Why::Undo, is_it) {
            self.repeat(past, Why::Undo);
        }
    }

    /// Takes the last step back or again that belongs to the page.
    fn step(&self, why: Why) {
        if self.steps.must_wait(why) {
            return;
        }
        let is_of_page = |step: &Step| match step {
            Step::Past(past) => self.task.is_none_or(|task| past.tasks.contains(&task)),
            _ => false,
        };
        if let Some(Step::Past(past)) = self.steps.take_last(why, is_of_page) {
            self.repeat(past, why);
        }
    }

    fn repeat(&self, past: Past, why: Why) {
        let this = self.clone();
        repeat(&self.steps, self.toasts, past, why, move |cards, next| {
            if !cards.is_empty() {
                (this.changed)();
            }
            if let Some(why) = next {
                this.step(why);
            }
        });
    }
}

/// Asks the server to take a change back, or again, as far as it is still so. What it did goes to the other side.
/// `then` gets the tasks as they are now, and what is to be taken next: the step before one that had done nothing, or
/// what was asked for meanwhile.
pub(super) fn repeat(
    steps: &Steps,
    toasts: Option<Toasts>,
    past: Past,
    why: Why,
    then: impl FnOnce(Vec<Card>, Option<Why>) + 'static,
) {
    let (steps, op, is_undo) = (steps.clone(), past.asked.unwrap_or_else(new_op), why == Why::Undo);
    let fail = move |words: String| {
        say(words.clone(), Urgency::Assertive);
        if let Some(toasts) = toasts {
            toasts.fail(words);
        }
    };
    // What offers to take this step back has nothing left to offer.
    if let Some(toasts) = toasts {
        toasts.close_about(&past.op.to_string());
    }
    let holders = past.holders(&steps);
    for holder in &holders {
        drop(holder.take_last(why, |step| past.is(step)));
    }
    steps.set_waiting(true);
    spawn_local(async move {
        let answer = undo_change(past.op, op).await;
        steps.set_waiting(false);
        let (cards, kept) = match answer {
            Ok(taken) => (taken.cards, taken.kept),
            Err(error) => {
                // It is tried again by the next press, unless the server has said why it cannot be.
                if !matches!(error, AppError::Invalid(_)) {
                    let again = Past { asked: Some(op), ..past };
                    for holder in &holders {
                        holder.of(why).update_value(|all| all.push(Step::Past(again.clone())));
                    }
                }
                steps.forget_asked();
                return fail(words::not_repeated(is_undo, &error));
            }
        };
        if kept > 0 {
            fail(words::kept_since(is_undo, kept));
        }
        if !cards.is_empty() {
            let tasks = if kept == 0 { past.tasks } else { cards.iter().map(|card| card.id).collect() };
            let back = Past { both: past.both, ..Past::new(op, tasks) };
            for holder in &holders {
                holder.behind(why).update_value(|all| all.push(Step::Past(back.clone())));
            }
            let title = cards.first().map(|card| card.title.clone());
            say(words::repeated(is_undo, &words::whom(title.as_deref(), cards.len())), Urgency::Assertive);
        }
        let has_done_nothing = cards.is_empty() && kept == 0;
        let next = if has_done_nothing { Some(why) } else { steps.take_asked() };
        then(cards, next);
    });
}
