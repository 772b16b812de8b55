//! Work notes as a timeline: issue, progress, resolution, each of a day.

use leptos::{html::Details, prelude::*};

use super::{
    api::{AddNote, EditNote, RemoveNote},
    conflict::Conflicting,
    draft::{close, draft, entries, gone, is_writing_in},
    row_menu::RowMenu,
    saving::{TaskState, save_state, saving},
    submit::{is_sending_key, submit_form_of},
};
use crate::{
    domain::{ids::WorkNoteId, work_note::NoteKind},
    tasks::{board::focus_soon, parts::NoteView},
    ui::{Icon, textarea_html},
};

#[component]
pub fn Notes(state: TaskState) -> impl IntoView {
    let (edit, remove) = (saving::<EditNote>(state), saving::<RemoveNote>(state));
    let notes = state.part(|detail| detail.parts.notes.clone());
    let ids = entries(move || notes.with(|all| all.iter().map(|note| note.id).collect::<Vec<_>>()), is_writing_in);
    let can_edit = state.can_edit();
    view! {
        <section class="task__section" aria-labelledby="task-notes">
            <h2 id="task-notes">"Work notes"</h2>
            {move || (notes.with(Vec::is_empty) && !can_edit).then(|| view! { <p class="muted small">"No work notes."</p> })}
            <ol class="notes" role="list">
                <For each=move || ids.get() key=|id| *id let(id)>
                    {entry(id, notes, edit, remove)}
                </For>
            </ol>
            {save_state(edit)}
            {save_state(remove)}
            <Conflicting state=state action=edit name="body" also=&["note", "kind", "on_date"] />
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

/// One note. It is the same entry whatever changes in it, so that nothing that is typed there is lost.
fn entry(
    id: WorkNoteId,
    notes: Memo<Vec<NoteView>>,
    edit: ServerAction<EditNote>,
    remove: ServerAction<RemoveNote>,
) -> AnyView {
    let Some(first) = notes.with_untracked(|all| find(all, id).cloned()) else { return ().into_any() };
    let now = Memo::new(move |before: Option<&NoteView>| {
        let found = notes.with(|all| find(all, id).cloned());
        found.or_else(|| before.cloned()).unwrap_or_else(|| first.clone())
    });
    let can_edit = Memo::new(move |_| now.with(|now| now.can_edit));
    let html = Memo::new(move |_| now.with(|now| now.html.clone()));
    let head = move || {
        let NoteView { kind, on_date, day, author, is_edited, .. } = now.get();
        let author = author.unwrap_or_else(|| "Somebody who left".into());
        view! {
            <span class="note__kind"><Icon name=icon(kind) />{kind.label()}</span>
            <time datetime=on_date.to_string()>{day}</time>
            <span class="muted" dir="auto">{author}</span>
            {is_edited.then_some(view! { <span class="muted small">"edited"</span> })}
        }
    };
    view! {
        <li class="note" data-entry=id.to_string() data-kind=move || now.with(|now| now.kind.as_str())>
            <div class="note__head">{head}</div>
            <div class="prose" dir="auto" inner_html=move || html.get()></div>
            {gone(move || notes.with(|all| find(all, id).is_none()))}
            {move || can_edit.get().then(|| change(id, now, edit, remove))}
        </li>
    }
    .into_any()
}

fn find(all: &[NoteView], id: WorkNoteId) -> Option<&NoteView> {
    all.iter().find(|note| note.id == id)
}

/// Changes a note or deletes it.
fn change(
    id: WorkNoteId,
    now: Memo<NoteView>,
    edit: ServerAction<EditNote>,
    remove: ServerAction<RemoveNote>,
) -> impl IntoView {
    let node = NodeRef::<Details>::new();
    let stored = Memo::new(move |_| now.with(|now| Some((now.version, now.body.clone(), now.kind, now.on_date))));
    let begins_with = draft(stored, node, |(_, body, ..)| body.as_str());
    // Kind and day begin anew with each draft, the text as well.
    let fields = move || {
        begins_with.get().map(|(version, body, kind, on_date)| {
            view! {
                <input type="hidden" name="version" value=version.to_string() />
                {kind_and_day(kind, on_date.to_string(), &id.to_string())}
                <textarea class="input" name="body" rows="3" aria-label="Work note, in Markdown" dir="auto" required
                    prop:value=body.clone()
                    on:keydown=move |event| if is_sending_key(&event) { submit_form_of(&event); }
                    inner_html=textarea_html(&body)></textarea>
            }
        })
    };
    let label = Signal::derive(move || now.with(|now| format!("Change the note of {}", now.day)));
    view! {
        <RowMenu label=label node=node>
            <ActionForm action=edit attr:class="form">
                <input type="hidden" name="note" value=id.to_string() />
                {fields}
                <div class="form__actions"><button class="btn is-primary is-sm" type="submit">"Save"</button></div>
            </ActionForm>
            <ActionForm action=remove>
                <input type="hidden" name="note" value=id.to_string() />
                <button class="btn is-sm is-danger-quiet" type="submit" on:click=move |_| close(node)><Icon name="trash-2" />"Delete the note"</button>
            </ActionForm>
        </RowMenu>
    }
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
    let field = NodeRef::new();
    view! {
        <details class="edit" open=is_open>
            <summary class="btn is-sm" on:click=move |_| focus_soon(field)><Icon name="plus" />"Add a work note"</summary>
            <ActionForm action=action attr:class="form">
                {state.hidden_id()}
                {kind_and_day(NoteKind::Progress, today, "new")}
                <textarea node_ref=field class="input" name="body" rows="3" aria-label="New work note, in Markdown" placeholder="What happened that day" dir="auto" required
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
