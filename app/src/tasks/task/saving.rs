//! Saving one property: what is said meanwhile, and what is read again afterwards.

use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use serde::Serialize;

use super::{
    api::{AddLabel, CopyTask, DeleteTask, RemoveLabel, SaveEstimate, SaveStart, TransferTask, UndeleteTask},
    submit::is_writing,
};
use crate::{
    domain::ids::OpId,
    error::{AppError, AppResult},
    tasks::{
        api::{
            ArchiveTask, PlaceTask, RestoreTask, SaveCategory, SaveDescription, SaveDue, SavePeople, SavePriority,
            SaveTitle, UndoLine, load_task,
        },
        board::{Link, Live, Named, NextOp, OpenBoard, Rewind},
        view::{Arrived, Card, TaskDetail},
    },
    ui::{Moment, OnceMore, SessionEnd, toast::Toasts},
};

/// The task that is shown, and the way to read it again.
#[derive(Clone, Copy)]
pub struct TaskState {
    pub detail: RwSignal<TaskDetail>,
    reload: Action<Reading, ()>,
    /// The name of the next change.
    next: NextOp,
    rewind: StoredValue<Rewind>,
    /// Its reference in the project that it has gone to since it was shown.
    moved: RwSignal<Option<String>>,
}

impl TaskState {
    pub fn new(detail: TaskDetail) -> Self {
        let (reference, lines) = (detail.card.reference(&detail.key), detail.history_lines);
        let (id, key) = (detail.card.id, detail.key.clone());
        let detail = RwSignal::new(detail);
        let board = use_context::<OpenBoard>();
        let toasts = expect_context::<Toasts>();
        // Answers overtake each other: one that was asked for before the one that is shown says nothing new.
        let (asked, answered) = (StoredValue::new(0_u32), StoredValue::new(0_u32));
        // The texts are owed to who saved them: where that answer was overtaken, the one that did so brings them.
        let owed = StoredValue::new(None::<u32>);
        let moved = RwSignal::new(None::<String>);
        let once_more = OnceMore::idle();
        let reload = Action::new(move |reading: &Reading| {
            let (reference, reading) = (reference.clone(), *reading);
            once_more.begin();
            let number = asked.try_update_value(|asked| {
                *asked += 1;
                *asked
            });
            if reading == Reading::Whole {
                owed.try_update_value(|owed| *owed = number);
            }
            async move {
                let answer = load_task(reference.clone(), lines).await;
                // Nobody looks at a task that was closed meanwhile.
                if number.is_none_or(|number| answered.try_get_value().is_none_or(|answered| answered > number)) {
                    return;
                }
                answered.set_value(number.unwrap_or_default());
                once_more.note(&answer);
                match answer {
                    Ok(fresh) => {
                        if let Some(board) = board.filter(|_| reading != Reading::OfOthers) {
                            board.follow(&fresh);
                        }
                        let brings_texts =
                            owed.get_value().is_some_and(|owed| number.is_some_and(|number| owed <= number));
                        if brings_texts {
                            owed.set_value(None);
                        }
                        let keeps_texts = !brings_texts && detail.with_untracked(|shown| is_writing(shown, &fresh));
                        let now = fresh.card.reference(&fresh.key);
                        detail.update(|shown| take_over(shown, fresh, keeps_texts));
                        // What is being written stays where it is.
                        if now != reference && !keeps_texts {
                            moved.set(Some(now));
                        }
                    }
                    // It is read again after a while.
                    Err(_) if reading == Reading::OfOthers => {}
                    Err(error) => {
                        owed.set_value(None);
                        toasts.fail(format!("The task could not be read again. {}", error.words()));
                    }
                }
            }
        });
        let live = use_context::<Live>();
        let is_reached = move || live.is_none_or(|live| live.link.get() == Link::Up);
        once_more.then(is_reached, move || drop(reload.dispatch(Reading::OfOthers)));
        let rewind = Rewind::of(&key, Some(id), move || drop(reload.dispatch(Reading::AroundTexts)));
        Self { detail, reload, next: NextOp::new(), rewind: StoredValue::new(rewind), moved }
    }

    /// Reads the task again.
    pub fn reload(self) {
        self.reload.dispatch(Reading::Whole);
    }

    /// As [`TaskState::reload`], after a save of something else than the texts.
    pub(super) fn reload_around_texts(self) {
        self.reload.dispatch(Reading::AroundTexts);
    }

    /// Somebody has changed the task: shows what they did. Text that the person is writing stays,
    /// and so does the version it began with, so that saving it still finds out what it would
    /// overwrite.
    pub fn follow(self) {
        self.reload.dispatch(Reading::OfOthers);
    }

    /// Follows the task to the project that it has gone to: what stands in the page is of the one that it left.
    pub fn follow_away(self) {
        let navigate = use_navigate();
        Effect::new(move |_| {
            if let Some(reference) = self.moved.get() {
                let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
                navigate(&format!("/tasks/{reference}"), options);
            }
        });
    }

    pub fn can_edit(self) -> bool {
        self.detail.with_untracked(|detail| detail.can_edit)
    }

    /// Part of the task; changes only when that part does.
    pub fn part<T: PartialEq + Send + Sync + 'static>(
        self,
        read: impl Fn(&TaskDetail) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.detail.with(&read))
    }

    /// The hidden fields that every form of a property carries.
    pub fn hidden(self) -> impl IntoView {
        let id = self.detail.with_untracked(|detail| detail.card.id.to_string());
        view! {
            <input type="hidden" name="task" value=id />
            <input type="hidden" name="version" prop:value=move || self.detail.with(|detail| detail.version.to_string()) value=self.detail.with_untracked(|detail| detail.version.to_string()) />
        }
    }

    /// The hidden field that names the change, so that it can be taken back.
    pub fn hidden_op(self) -> impl IntoView {
        self.next.field()
    }

    /// Takes changes of the task back, and again, on the keys for it: where no board does.
    pub fn listen_for_undo(self) {
        self.rewind.with_value(Rewind::listen);
    }

    /// The hidden field that names the task.
    pub fn hidden_id(self) -> impl IntoView {
        let id = self.detail.with_untracked(|detail| detail.card.id.to_string());
        view! { <input type="hidden" name="task" value=id /> }
    }
}

/// Why a task is read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// The person has saved a text, or wants to see what is stored.
    Whole,
    /// The person has saved something else, perhaps while writing.
    AroundTexts,
    /// Somebody else has changed it.
    OfOthers,
}

/// Shows a task as it was read. Where the person is writing, the texts and the version they began
/// with stay.
fn take_over(shown: &mut TaskDetail, fresh: TaskDetail, keeps_texts: bool) {
    if !keeps_texts {
        *shown = fresh;
        return;
    }
    let title = std::mem::take(&mut shown.card.title);
    let description = std::mem::take(&mut shown.description);
    let version = shown.version;
    *shown = TaskDetail { version, description, card: Card { title, ..fresh.card }, ..fresh };
}

/// An action whose success reads the task again.
pub fn saving<S>(state: TaskState) -> ServerAction<S>
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let action = ServerAction::<S>::new();
    let value = action.value();
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(_)))) {
            let is_text = ["save_title", "save_description"].iter().any(|name| S::url().contains(name));
            if is_text { state.reload() } else { state.reload_around_texts() }
        }
    });
    action
}

/// As [`saving`], for a change that can be taken back; its forms carry [`TaskState::hidden_op`].
pub fn undoable<S>(state: TaskState) -> ServerAction<S>
where
    S: ServerFn<Error = AppError> + Named + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let action = saving::<S>(state);
    let task = state.detail.with_untracked(|detail| detail.card.id);
    state.rewind.with_value(|rewind| rewind.follow(action, state.next, move |_| vec![task]));
    action
}

/// As [`undoable`], for what a message tells in `words` with a button that takes it back, also where the task is not
/// shown any more.
pub fn told<S>(state: TaskState, words: impl Fn(&S, &TaskDetail) -> String + Send + Sync + 'static) -> ServerAction<S>
where
    S: ServerFn<Error = AppError> + Named + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let action = undoable::<S>(state);
    let (input, value, last) = (action.input(), action.value(), StoredValue::new(None::<S>));
    Effect::new(move |_| {
        // The action forgets what it has sent when it is answered.
        if let Some(sent) = input.get() {
            last.set_value(Some(sent));
        }
    });
    Effect::new(move |_| {
        if !value.with(|value| matches!(value, Some(Ok(_)))) {
            return;
        }
        let Some(sent) = last.get_value() else { return };
        let Some(op) = sent.op() else { return };
        let words = state.detail.with_untracked(|detail| words(&sent, detail));
        state.rewind.with_value(|rewind| rewind.offer(op, words));
    });
    action
}

/// As [`told`], for a change that leads to another task, or to this one in another project.
pub fn leading<S>(state: TaskState, words: impl Fn(&TaskDetail, &Arrived) -> String + 'static) -> ServerAction<S>
where
    S: ServerFn<Output = Arrived, Error = AppError> + Named + Clone + Send + Sync + 'static,
{
    let action = ServerAction::<S>::new();
    let navigate = use_navigate();
    let task = state.detail.with_untracked(|detail| detail.card.id);
    let rewind = state.rewind.get_value();
    let back = rewind.clone();
    rewind.follow_to(action, state.next, task, move |op, arrived| {
        let words = state.detail.with_untracked(|detail| words(detail, &arrived));
        back.offer(op, words);
        navigate(&format!("/tasks/{}", arrived.reference), NavigateOptions::default());
    });
    action
}

macro_rules! named {
    ($($change:ty),+ $(,)?) => {
        $(impl Named for $change {
            fn op(&self) -> Option<OpId> {
                self.op
            }
        })+
    };
}

named!(
    AddLabel,
    ArchiveTask,
    CopyTask,
    DeleteTask,
    PlaceTask,
    RemoveLabel,
    RestoreTask,
    SaveCategory,
    SaveDescription,
    SaveDue,
    SaveEstimate,
    SavePeople,
    SavePriority,
    SaveStart,
    SaveTitle,
    TransferTask,
    UndeleteTask,
    UndoLine,
);

/// The word beside a form: Saving, Saved, or why not.
pub fn save_state<S>(action: ServerAction<S>) -> impl IntoView
where
    S: ServerFn<Error = AppError> + Serialize + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let (pending, value, input) = (action.pending(), action.value(), action.input());
    // What was sent last, and when, for another try: the action forgets it when it is answered.
    let (last, sent_at) = (StoredValue::new(None::<S>), StoredValue::new(Moment::default()));
    // On their way, in order; and those that have no session. Several entries of a list may share the action.
    let (on_the_way, waiting) = (StoredValue::new(Vec::<S>::new()), StoredValue::new(Vec::<S>::new()));
    Effect::new(move |_| {
        if let Some(sent) = input.get() {
            waiting.update_value(|waiting| waiting.retain(|old| !takes_place(S::url(), &sent, old)));
            on_the_way.update_value(|all| all.push(sent.clone()));
            last.set_value(Some(sent));
            sent_at.set_value(Moment::now());
        }
    });
    let send_next = move || {
        let next = waiting.try_update_value(|waiting| (!waiting.is_empty()).then(|| waiting.remove(0))).flatten();
        let is_there = next.is_some();
        if let Some(next) = next {
            drop(action.dispatch(next));
        }
        is_there
    };
    let (end, is_asking) = (use_context::<SessionEnd>(), StoredValue::new(false));
    // What has no session waits for one. Whoever does not sign in again now may write on: then only they send it.
    Effect::new(move |_| {
        let Some(outcome) = value.with(|value| value.as_ref().map(|value| value.as_ref().err().cloned())) else {
            return;
        };
        let is_last = !pending.get_untracked();
        let answered = on_the_way.try_update_value(|all| {
            let count = if is_last { all.len() } else { all.len().min(1) };
            all.drain(..count).collect::<Vec<_>>()
        });
        if outcome.is_none() && !is_asking.get_value() {
            // One after the other, as far as each is taken.
            send_next();
        }
        let Some(end) = end.filter(|_| outcome == Some(AppError::SignedOut)) else { return };
        waiting.update_value(|waiting| waiting.extend(answered.unwrap_or_default()));
        if is_asking.get_value() {
            return;
        }
        is_asking.set_value(true);
        let (sent, count) = (sent_at.get_value(), waiting.with_value(Vec::len));
        spawn_local(async move {
            let is_back = end.comes_back(sent, count).await;
            // Nobody looks at a task that was closed meanwhile.
            if is_asking.try_set_value(false).is_none() && is_back {
                send_next();
            }
        });
    });
    let again = move || {
        if !send_next()
            && let Some(sent) = last.get_value()
        {
            drop(action.dispatch(sent));
        }
    };
    let can_repeat = Memo::new(move |_| !pending.get() && value.with(|value| value.as_ref().is_some_and(is_passing)));
    let repeat = move || {
        can_repeat.get().then(|| {
            view! {
                <button class="linklike small" type="button" on:click=move |_| again()>"Try again"</button>
            }
        })
    };
    let said = move || {
        if pending.get() {
            return Some(("saving", "Saving".to_owned()));
        }
        value.with(|value| value.as_ref().map(|value| outcome(value)))
    };
    let state = move || said().map(|(state, _)| state);
    view! { <output class="save-state" data-state=state>{move || said().map(|(_, words)| words)}</output>{repeat} }
}

/// Whether a change takes the place of one that waits, as it says of the same what is to be: of a task, for each of its
/// fields has an action of its own, or of the same entry of it. What is made anew takes no place.
fn takes_place<S: Serialize>(url: &str, change: &S, old: &S) -> bool {
    if ["/save_", "/watch_"].iter().any(|name| url.contains(name)) {
        return true;
    }
    let (Ok(change), Ok(old)) = (serde_json::to_value(change), serde_json::to_value(old)) else { return false };
    ["note", "comment", "item"].iter().any(|entry| change.get(entry).is_some_and(|id| old.get(entry) == Some(id)))
}

/// Whether the same may be taken another time.
fn is_passing<T>(value: &AppResult<T>) -> bool {
    let passing = |error: &AppError| {
        matches!(
            error,
            AppError::Offline
                | AppError::Unavailable
                | AppError::Internal { .. }
                | AppError::TooMany { .. }
                | AppError::SignedOut
        )
    };
    value.as_ref().is_err_and(passing)
}

pub(super) fn outcome<T>(value: &AppResult<T>) -> (&'static str, String) {
    match value {
        Ok(_) => ("saved", "Saved".to_owned()),
        Err(error @ AppError::Invalid(invalid)) => {
            let words = invalid.fields.first().map_or_else(|| error.words(), |field| field.problem.words());
            ("failed", format!("Not saved. {words}."))
        }
        Err(AppError::Conflict(_)) => ("failed", "Not saved yet.".to_owned()),
        Err(error) => ("failed", format!("Not saved. {}", error.words())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::ids::ChecklistItemId,
        tasks::{api::TickItem, task::api::RemoveLabel},
    };

    #[test]
    fn of_changes_that_wait_only_those_of_the_same_entry_replace_each_other() {
        let id = |number: u128| uuid::Uuid::from_u128(number);
        let tick = |number, is_done| TickItem { item: ChecklistItemId(id(number)), is_done };
        assert!(takes_place("/rpc/tick_item1", &tick(1, false), &tick(1, true)));
        assert!(!takes_place("/rpc/tick_item1", &tick(2, true), &tick(1, true)));
        let label = |name: &str| RemoveLabel { task: crate::domain::ids::TaskId(id(1)), label: name.into(), op: None };
        assert!(!takes_place("/rpc/remove_label1", &label("Ops"), &label("Desk")), "each is a change of its own");
        assert!(takes_place("/rpc/save_title1", &label("Ops"), &label("Desk")), "a task has one title");
    }
}
