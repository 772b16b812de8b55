//! Work notes as a timeline: issue, progress, resolution, each of a day.

use leptos::prelude::*;

use super::{
    api::{AddNote, EditNote, RemoveNote},
    conflict::Conflicting,
    row_menu::RowMenu,
    saving::{TaskState, save_state, saving},
    submit::{is_sending_key, submit_form_of},
};
use crate::{
    domain::work_note::NoteKind,
    tasks::parts::NoteView,
    ui::{Icon, textarea_html},
};

#[component]
pub fn Notes(state: TaskState) -> impl IntoView {
    let (edit, remove) = (saving::<EditNote>(state), saving::<RemoveNote>(state));
    let notes = state.part(|detail| detail.parts.notes.clone());
    let can_edit = state.can_edit();
    view! {
        <section class="task__section" aria-labelledby="task-notes">
            <h2 id="task-notes">"Work notes"</h2>
            {move || (notes.with(Vec::is_empty) && !can_edit).then(|| view! { <p class="muted small">"No work notes."</p> })}
            <ol class="notes" role="list">
                <For each=move || notes.get() key=|note| (note.id, note.version) let(note)>{entry(note, edit, remove)}</For>
            </ol>
            {save_state(edit)}
            {save_state(remove)}
            <ConflictingNote state=state action=edit />
            {can_edit.then(|| view! { <NewNote state=state /> })}
        </section>
    }
    .into_any()
}

const fn icon(kind: NoteKind) -> &'static str {
    match kind {
        NoteKind::Issue => "circle-alert",
        NoteKind::Progress => "activity",
        NoteKind::Resolution => "circle-check",
    }
}

fn entry(note: NoteView, edit: ServerAction<EditNote>, remove: ServerAction<RemoveNote>) -> impl IntoView {
    let NoteView { id, kind, on_date, day, author, body, html, version, is_edited, can_edit } = note;
    let author = author.unwrap_or_else(|| "Somebody who left".into());
    let menu = can_edit.then(|| view! {
        <RowMenu label=format!("Change the note of {day}")>
            <ActionForm action=edit attr:class="form">
                <input type="hidden" name="note" value=id.to_string() />
                <input type="hidden" name="version" value=version.to_string() />
                {kind_and_day(kind, on_date.to_string(), &id.to_string())}
                <textarea class="input" name="body" rows="3" aria-label="Work note, in Markdown" dir="auto" required
                    on:keydown=move |event| if is_sending_key(&event) { submit_form_of(&event); }
                    inner_html=textarea_html(&body)></textarea>
                <div class="form__actions"><button class="btn is-primary is-sm" type="submit">"Save"</button></div>
            </ActionForm>
            <ActionForm action=remove>
                <input type="hidden" name="note" value=id.to_string() />
                <button class="btn is-sm is-danger-quiet" type="submit"><Icon name="trash-2" />"Delete the note"</button>
            </ActionForm>
        </RowMenu>
    });
    view! {
        <li class="note" data-kind=kind.as_str()>
            <div class="note__head">
                <span class="note__kind"><Icon name=icon(kind) />{kind.label()}</span>
                <time datetime=on_date.to_string()>{day}</time>
                <span class="muted" dir="auto">{author}</span>
                {is_edited.then_some(view! { <span class="muted small">"edited"</span> })}
            </div>
            <div class="prose" dir="auto" inner_html=html></div>
            {menu}
        </li>
    }
    .into_any()
}

fn kind_and_day(chosen: NoteKind, day: String, group: &str) -> impl IntoView + use<> {
    let kinds = NoteKind::ALL
        .iter()
        .map(|kind| view! { <label class="pill"><input type="radio" name="kind" value=kind.as_str() checked=*kind == chosen /><span>{kind.label()}</span></label> })
        .collect_view();
    let id = format!("note-day-{group}");
    view! {
        <div class="prop__row">
            <fieldset class="fieldset"><legend class="sr-only">"What the note tells"</legend><div class="pills">{kinds}</div></fieldset>
            <label class="sr-only" for=id.clone()>"Day"</label>
            <input class="input note__day" type="date" id=id name="on_date" value=day />
        </div>
    }
}

#[component]
fn NewNote(state: TaskState) -> impl IntoView {
    let action = saving::<AddNote>(state);
    let today = state.detail.with_untracked(|detail| detail.clock.today().to_string());
    let text = RwSignal::new(String::new());
    let value = action.value();
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(())))) {
            text.set(String::new());
        }
    });
    let typed = value.with_untracked(|value| {
        value.as_ref().and_then(|value| value.as_ref().err()).and_then(|error| error.typed("body"))
    });
    let is_open = typed.is_some();
    if let Some(typed) = typed {
        text.set(typed);
    }
    view! {
        <details class="edit" open=is_open>
            <summary class="btn is-sm"><Icon name="plus" />"Add a work note"</summary>
            <ActionForm action=action attr:class="form">
                {state.hidden_id()}
                {kind_and_day(NoteKind::Progress, today, "new")}
                <textarea class="input" name="body" rows="3" aria-label="New work note, in Markdown" placeholder="What happened that day" dir="auto" required
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                    on:keydown=move |event| if is_sending_key(&event) { submit_form_of(&event); }
                    inner_html=textarea_html(&text.get_untracked())
                ></textarea>
                <div class="form__actions">
                    <button class="btn is-primary is-sm" type="submit">"Add the note"</button>
                    {save_state(action)}
                </div>
            </ActionForm>
        </details>
    }
    .into_any()
}

/// Somebody changed the same note.
#[component]
fn ConflictingNote(state: TaskState, action: ServerAction<EditNote>) -> impl IntoView {
    let sent = action.input();
    let also = Signal::derive(move || {
        sent.with(|sent| {
            sent.as_ref()
                .map(|sent| {
                    vec![
                        ("note", sent.note.to_string()),
                        ("kind", sent.kind.clone()),
                        ("on_date", sent.on_date.clone()),
                    ]
                })
                .unwrap_or_default()
        })
    });
    view! { <Conflicting state=state action=action name="body" also=also /> }
}
