//! Two people renamed a task at the same time: both titles, to choose one or to write a third.

use leptos::{
    html::{Dialog, Div, Input},
    prelude::*,
};

use super::{
    announce::{Urgency, say},
    popover,
    state::BoardState,
    words,
};
use crate::{
    domain::{
        ids::TaskId,
        task::TITLE_MAX,
        task_edit::{Edit, TaskEdit},
    },
    error::{AppError, Conflict, Problem, is_blank},
    ui::{DialogRegions, Icon},
};

/// A title that was refused, because somebody else gave another one meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitleConflict {
    pub task: TaskId,
    pub texts: Conflict,
}

impl BoardState {
    /// The server did not take a title that waited since an earlier page: both are there to choose from, or it is said
    /// what was typed.
    pub(super) fn refuse_title(&self, task: TaskId, title: Option<&str>, text: &str, error: &AppError) {
        match error {
            AppError::Conflict(texts) => {
                // The card shows what is stored, so that the person's own is a change again.
                if let Some(card) = self.card(task) {
                    card.data.update(|card| card.title.clone_from(&texts.theirs));
                }
                self.ask_title(TitleConflict { task, texts: (**texts).clone() });
            }
            error => self.toasts.fail(words::title_refused(text, title, error)),
        }
        if let Some(live) = self.live {
            live.look_again();
        }
    }

    /// Asks which of two titles stands. While another one is asked about, what was typed waits in a message that leads to it.
    pub(super) fn ask_title(&self, new: TitleConflict) {
        let is_asking = |open: &Option<TitleConflict>| open.as_ref().is_some_and(|open| open.task != new.task);
        if self.tools.conflict.with_untracked(is_asking) {
            self.put_off_title(new);
        } else {
            self.tools.conflict.set(Some(new));
        }
    }

    /// Neither title was chosen: theirs stands, and what the person wrote is kept in a message that leads back to it.
    fn put_off_title(&self, conflict: TitleConflict) {
        let Conflict { theirs, mine, .. } = &conflict.texts;
        if is_blank(mine) || mine == theirs {
            return;
        }
        let words = words::title_put_off(theirs, mine);
        say(words.clone(), Urgency::Polite);
        let (asked, about) = (self.tools.conflict.clone(), format!("title-{}", conflict.task));
        self.toasts.fail_about(&about, words, "Choose", move || asked.set(Some(conflict.clone())));
    }
}

/// The dialog; it opens for the conflict that [`super::tools::Tools::conflict`] names.
#[component]
pub fn ConflictDialog(board: BoardState, node: NodeRef<Div>) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            popover::show_modal(&dialog);
        }
    });
    move || {
        let conflict = board.tools.conflict.get()?;
        let (closing, task) = (board.clone(), conflict.task);
        let (field, is_chosen) = (NodeRef::<Input>::new(), StoredValue::new(false));
        let mut put_off = conflict.clone();
        Some(view! {
            <dialog class="dialog" aria-labelledby="conflict-title" node_ref=dialog on:close=move |_| {
                if !is_chosen.get_value() {
                    if let Some(field) = field.get_untracked() {
                        put_off.texts.mine = one_line(&field.value());
                    }
                    closing.put_off_title(put_off.clone());
                }
                closing.tools.conflict.set(None);
                popover::refocus_card(node, task);
            }>
                {form(&board, conflict, dialog, field, is_chosen)}
                <DialogRegions />
            </dialog>
        })
    }
}

/// What was typed, in one line.
fn one_line(typed: &str) -> String {
    typed.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn form(
    board: &BoardState,
    conflict: TitleConflict,
    dialog: NodeRef<Dialog>,
    field: NodeRef<Input>,
    is_chosen: StoredValue<bool>,
) -> AnyView {
    let who = conflict.texts.by.clone().unwrap_or_else(|| "Somebody else".to_owned());
    let says =
        format!("{who} renamed this task while you did. Keep theirs, or save yours over it as it is or changed.");
    let TitleConflict { task, texts: Conflict { mine, theirs, version, .. } } = conflict;
    let board = board.clone();
    let problem = RwSignal::new(None::<String>);
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            popover::close(&dialog);
        }
    };
    let stored = theirs.clone();
    let save = move || {
        let text = field.get_untracked().map(|field| one_line(&field.value())).unwrap_or_default();
        if text.chars().count() > TITLE_MAX as usize {
            problem.set(Some(Problem::TooLong { max: TITLE_MAX }.words()));
            return;
        }
        is_chosen.set_value(true);
        close();
        if !is_blank(&text) && text != stored {
            let told = format!("Renamed to “{text}”");
            board.edit(vec![TaskEdit { task, edit: Edit::Title { text, base: version } }], told);
        }
    };
    view! {
        <form method="dialog" on:submit=move |event| { event.prevent_default(); save(); }>
            <div class="dialog__head">
                <h2 id="conflict-title">"Renamed by both of you"</h2>
                <button class="icon-btn" type="button" aria-label="Close" on:click=move |_| close()><Icon name="x" /></button>
            </div>
            <div class="dialog__body">
                <p>{says}</p>
                <div class="versus"><div><h3>"Theirs, saved now"</h3><pre dir="auto">{theirs}</pre></div></div>
                {move || problem.get().map(|words| view! { <p class="field__error" role="alert">{words}</p> })}
                <label class="field"><span class="field__label">"Yours"</span><input class="input" type="text" dir="auto" value=mine autofocus node_ref=field on:input=move |_| problem.set(None) /></label>
            </div>
            <div class="dialog__foot">
                <button class="btn" type="button" on:click=move |_| { is_chosen.set_value(true); close(); }>"Keep theirs"</button>
                <button class="btn is-primary" type="submit">"Save mine"</button>
            </div>
        </form>
    }
    .into_any()
}
