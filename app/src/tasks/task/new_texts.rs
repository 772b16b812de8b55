//! New texts that are typed one after the other: comments, items of a checklist. The field is empty again as soon as one
//! is sent, so that nobody waits for the server to type on; what it does not take comes back into the field, and what has
//! not been sent outlives the page.

use std::{collections::VecDeque, pin::Pin, sync::Arc};

use leptos::{prelude::*, task::spawn_local};

use super::{
    kept_text,
    saving::{TaskState, outcome},
};
use crate::{
    domain::ids::{OpId, TaskId},
    error::{AppError, AppResult},
    tasks::board::new_op,
    ui::SessionEnd,
};

/// A text that was sent, with the name of its change: one that is sent again under the same name is not made twice.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sent {
    op: OpId,
    text: String,
}

type Sending = Pin<Box<dyn Future<Output = AppResult<()>>>>;
type SendText = Arc<dyn Fn(TaskId, Sent) -> Sending + Send + Sync>;

/// The texts of one field; copies are the same.
#[derive(Clone, Copy)]
pub struct NewTexts {
    /// What stands in the field.
    pub text: RwSignal<String>,
    kept: StoredValue<Kept>,
    state: TaskState,
    said: RwSignal<Option<AppResult<()>>>,
    is_sending: RwSignal<bool>,
}

/// What goes on when the page of the task is closed, and is there again when it is opened.
#[derive(Clone)]
struct Kept {
    task: TaskId,
    send: SendText,
    /// Where the browser keeps what is not sent.
    name: Option<String>,
    end: Option<SessionEnd>,
    of_field: OfField,
}

#[derive(Clone, Default)]
struct OfField {
    text: ArcRwSignal<String>,
    /// The first one is with the server now.
    queue: ArcStoredValue<VecDeque<Sent>>,
    said: ArcRwSignal<Option<AppResult<()>>>,
    is_sending: ArcRwSignal<bool>,
    /// What the server did not take last.
    refused: ArcStoredValue<Option<Sent>>,
}

impl NewTexts {
    /// For the field of a task that is kept under a name of its own. `refusal` is that of the plain form.
    pub fn new<F>(
        state: TaskState,
        name: &str,
        refusal: Option<(AppError, Option<String>)>,
        send: impl Fn(TaskId, String, OpId) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = AppResult<()>> + 'static,
    {
        let task = state.detail.with_untracked(|detail| detail.card.id);
        let name = kept_text::name(task, name);
        let (error, typed) = refusal.map_or((None, None), |(error, typed)| (Some(error), typed));
        let send: SendText = Arc::new(move |task, Sent { op, text }| Box::pin(send(task, text, op)));
        // A task that is opened again while its texts are on their way goes on with them.
        let under_way = name.as_deref().and_then(under_way::find);
        let is_under_way = under_way.is_some();
        let of_field = under_way.unwrap_or_else(|| {
            let of_field = OfField::default();
            of_field.text.set(typed.unwrap_or_default());
            of_field.said.set(error.map(Err));
            of_field
        });
        let texts = Self {
            text: of_field.text.clone().into(),
            state,
            said: of_field.said.clone().into(),
            is_sending: of_field.is_sending.clone().into(),
            kept: StoredValue::new(Kept { task, send, name: name.clone(), end: use_context(), of_field }),
        };
        // In effects, so that nothing of it happens on the server, and the page is awake.
        Effect::new(move |before: Option<()>| {
            if before.is_none()
                && !is_under_way
                && texts.text.with_untracked(String::is_empty)
                && let Some(kept) = name.as_deref().and_then(kept_text::read)
            {
                texts.text.set(kept);
            }
        });
        Effect::new(move |before: Option<()>| {
            let typed = texts.text.get();
            // At first the field may still be about to get what was kept.
            if before.is_some() || !typed.is_empty() {
                texts.kept.with_value(|kept| kept.keep(&typed));
            }
        });
        texts
    }

    /// Sends what stands in the field behind what was sent before, and empties it.
    pub fn send(self) {
        let text = self.text.get_untracked();
        if text.trim().is_empty() {
            return;
        }
        let kept = self.kept.get_value();
        let OfField { queue, refused, .. } = &kept.of_field;
        // Perhaps the server has it, and only its answer was lost.
        let again = refused.try_update_value(Option::take).flatten().filter(|refused| refused.text == text);
        let sent = again.unwrap_or_else(|| Sent { op: new_op(), text });
        queue.update_value(|queue| queue.push_back(sent));
        self.text.set(String::new());
        if !self.is_sending.get_untracked() {
            self.is_sending.set(true);
            under_way::begin(&kept);
            spawn_local(self.run(kept));
        }
    }

    /// Sends one after the other, in order. The task may be closed meanwhile: then all goes on but what is shown.
    async fn run(self, kept: Kept) {
        let OfField { text, queue, said, is_sending, refused } = kept.of_field.clone();
        while let Some(sent) = queue.with_value(|queue| queue.front().cloned()) {
            let is_signed_out = |answer: &AppResult<()>| matches!(answer, Err(AppError::SignedOut));
            let waiting = || queue.with_value(VecDeque::len);
            let answer =
                SessionEnd::send(kept.end, waiting, is_signed_out, || (kept.send)(kept.task, sent.clone())).await;
            queue.update_value(|queue| drop(queue.pop_front()));
            let typed = text.get_untracked();
            if answer.is_ok() {
                kept.keep(&typed);
            } else {
                let rest: Vec<String> =
                    queue.try_update_value(|queue| queue.drain(..).map(|sent| sent.text).collect()).unwrap_or_default();
                let back = put_back(&sent.text, &rest, &typed);
                kept.keep(&back);
                text.set(back);
                refused.set_value(Some(sent));
            }
            // Whoever has opened the task again hears of it by the stream.
            if answer.is_ok() && self.text.try_get_untracked().is_some() {
                self.state.reload_around_texts();
            }
            said.set(Some(answer));
        }
        is_sending.set(false);
        under_way::end(&kept);
    }

    /// The word beside the field: Saving, Saved, or why not.
    pub fn said(self) -> impl IntoView {
        let said = move || match self.is_sending.get() {
            true => Some(("saving", "Saving".to_owned())),
            false => self.said.with(|said| said.as_ref().map(outcome)),
        };
        view! { <output class="save-state" data-state=move || said().map(|(state, _)| state)>{move || said().map(|(_, words)| words)}</output> }
    }
}

impl Kept {
    /// Keeps what is on its way and what is typed.
    fn keep(&self, typed: &str) {
        let Some(name) = &self.name else { return };
        let queue = &self.of_field.queue;
        let unsent: Vec<String> = queue.with_value(|queue| queue.iter().map(|sent| sent.text.clone()).collect());
        let unsent: Vec<&str> =
            unsent.iter().map(String::as_str).chain([typed]).filter(|text| !text.is_empty()).collect();
        kept_text::write(name, &unsent.join("\n"));
    }
}

/// What stands in the field when a text was not taken: it, what was sent behind it, and what was typed since.
fn put_back(refused: &str, rest: &[String], typed: &str) -> String {
    let texts = [refused].into_iter().chain(rest.iter().map(String::as_str)).chain([typed]);
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The fields whose texts are on their way, by the names under which they are kept.
#[cfg(feature = "hydrate")]
mod under_way {
    use std::{cell::RefCell, collections::BTreeMap};

    use super::{Kept, OfField};

    thread_local! {
        static ALL: RefCell<BTreeMap<String, OfField>> = const { RefCell::new(BTreeMap::new()) };
    }

    pub fn begin(kept: &Kept) {
        if let Some(name) = kept.name.clone() {
            ALL.with_borrow_mut(|all| all.insert(name, kept.of_field.clone()));
        }
    }

    pub fn end(kept: &Kept) {
        if let Some(name) = &kept.name {
            ALL.with_borrow_mut(|all| all.remove(name));
        }
    }

    pub fn find(name: &str) -> Option<OfField> {
        ALL.with_borrow(|all| all.get(name).cloned())
    }
}

/// The server sends nothing by itself.
#[cfg(not(feature = "hydrate"))]
mod under_way {
    use super::{Kept, OfField};

    pub const fn begin(_kept: &Kept) {}

    pub const fn end(_kept: &Kept) {}

    pub const fn find(_name: &str) -> Option<OfField> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::put_back;

    #[test]
    fn what_was_not_taken_stands_before_what_was_sent_behind_it_and_typed_since() {
        assert_eq!(put_back("first", &["second".to_owned()], "thi"), "first\nsecond\nthi");
        assert_eq!(put_back("first", &[], ""), "first");
    }
}
