//! What happened to the task, the newest first: all of it, or only what was written. The last move can
//! be taken back here, too, and each line that is still so.

use leptos::prelude::*;

use super::saving::{TaskState, save_state, undoable};
use crate::{
    domain::ids::EventId,
    tasks::{
        api::{PlaceTask, UndoLine},
        view::HistoryLine,
    },
};

/// Lines that are shown without asking for more.
const SHOWN: usize = 12;

#[component]
pub fn History(state: TaskState) -> impl IntoView {
    let history = state.part(|detail| detail.history.clone());
    let only_comments = RwSignal::new(false);
    let undo = undoable::<UndoLine>(state);
    let lists = move || {
        let is_shown = |line: &HistoryLine| !only_comments.get() || line.is_comment;
        let mut first: Vec<HistoryLine> = history.get().into_iter().filter(is_shown).collect();
        let rest = first.split_off(first.len().min(SHOWN));
        let older = rest.len();
        view! {
            {first.is_empty().then(|| view! { <p class="muted small">"No comments or notes yet."</p> })}
            {list(state, undo, first)}
            {(older > 0).then(|| view! { <details><summary class="linklike small">{format!("Show {older} older")}</summary>{list(state, undo, rest)}</details> })}
        }
    };
    // A link, because a page of its own has the room, and it works before the page is awake.
    let asked =
        state.part(|detail| detail.is_history_cut.then(|| (detail.card.reference(&detail.key), detail.history_lines)));
    let older = move || {
        asked.get().map(|(reference, lines)| {
            let href = format!("/tasks/{reference}?history={}#task-history", lines.saturating_mul(4));
            view! { <p><a class="link small" href=href>{format!("Show lines older than these {lines}")}</a></p> }
        })
    };
    let chip = move |label: &'static str, comments: bool| {
        view! { <button class="filter" type="button" aria-pressed=move || (only_comments.get() == comments).to_string() on:click=move |_| only_comments.set(comments)>{label}</button> }
    };
    view! {
        <section class="task__section" aria-labelledby="task-history">
            <div class="task__section-head">
                <h2 id="task-history">"History"</h2>
                <div class="cluster is-script" role="group" aria-label="Which lines">{chip("All", false)}{chip("Comments", true)}</div>
            </div>
            <UndoMove state=state />
            {save_state(undo)}
            {lists}
            {older}
        </section>
    }
    .into_any()
}

/// Takes the last move back, to the place where the task was.
#[component]
pub fn UndoMove(state: TaskState) -> impl IntoView {
    let action = undoable::<PlaceTask>(state);
    let last = state.part(|detail| detail.parts.last_move.clone());
    view! {
        {move || last.get().map(|last| view! {
            <ActionForm action=action attr:class="cluster small">
                {state.hidden_id()}
                {state.hidden_op()}
                <input type="hidden" name="column" value=last.column.to_string() />
                <input type="hidden" name="place" value=last.place />
                <input type="hidden" name="is_back" value="true" />
                <span class="muted">{if last.is_within { "The last move was within " } else { "The last move came from " }}<bdi>{last.name}</bdi>"."</span>
                <button class="linklike" type="submit">"Undo the move"</button>
            </ActionForm>
        })}
        {save_state(action)}
    }
    .into_any()
}

fn list(state: TaskState, undo: ServerAction<UndoLine>, lines: Vec<HistoryLine>) -> impl IntoView {
    view! {
        <ol class="history" role="list">
            {lines.into_iter().map(|line| {
                let name = line.undo.map(name_of);
                let back = line.undo.map(|id| take_back(state, undo, id));
                view! {
                    <li>
                        <span dir="auto" id=name><strong>{line.who.unwrap_or_else(|| "AutoReport".into())}</strong>" "{line.what}</span>
                        <time datetime=line.at.at.to_rfc3339()>{line.at.words}</time>
                        {back}
                    </li>
                }
            }).collect_view()}
        </ol>
    }
}

fn name_of(line: EventId) -> String {
    format!("line-{line}")
}

/// Takes back what one line says, which describes the button.
fn take_back(state: TaskState, undo: ServerAction<UndoLine>, line: EventId) -> AnyView {
    view! {
        <ActionForm action=undo>
            <input type="hidden" name="line" value=line.to_string() />
            {state.hidden_op()}
            <button class="linklike" type="submit" aria-describedby=name_of(line)>"Undo"</button>
        </ActionForm>
    }
    .into_any()
}
