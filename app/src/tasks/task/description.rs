//! The description: shown as text, edited as Markdown, looked at before it is saved.

use leptos::prelude::*;

use super::{
    api::PreviewText,
    conflict::Conflicting,
    kept_text,
    saving::{TaskState, save_state, undoable},
    submit::{is_sending_key, submit_form_of},
};
use crate::{
    domain::{ids::TaskId, live::describing_words},
    tasks::{
        api::SaveDescription,
        board::{Live, focus_soon},
    },
    ui::{Icon, is_same_text, textarea_html},
};

#[component]
pub fn DescriptionForm(state: TaskState) -> impl IntoView {
    let action = undoable::<SaveDescription>(state);
    let html = state.part(|detail| detail.description_html.clone());
    let source = state.part(|detail| detail.description.clone());
    let is_open = RwSignal::new(false);
    let text = RwSignal::new(source.get_untracked());
    let preview = ServerAction::<PreviewText>::new();
    let is_preview = RwSignal::new(false);
    let value = action.value();
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(_)))) {
            is_open.set(false);
            is_preview.set(false);
        }
    });
    let id = state.detail.with_untracked(|detail| detail.card.id);
    let live = use_context::<Live>();
    let describe = move || {
        if let Some(live) = live {
            live.describe(id)
        }
    };
    let stop_describing = move || {
        if let Some(live) = live {
            live.stop_describing(id)
        }
    };
    // A field that is hidden loses the focus without being told.
    Effect::new(move |_| {
        if !is_open.get() {
            stop_describing();
        }
    });
    // What was typed and not saved when the page was left is there again, with the version that it began with.
    let kept = kept_text::name(id, "description");
    let began = RwSignal::new(None::<String>);
    let version = move || began.get().unwrap_or_else(|| state.detail.with(|detail| detail.version.to_string()));
    Effect::new(move |before: Option<()>| {
        let Some(kept) = &kept else { return };
        if before.is_none()
            && let Some((version, typed)) = kept_text::read(kept).as_deref().and_then(|text| text.split_once('\n'))
            && !is_same_text(typed, &source.get_untracked())
        {
            began.set(Some(version.to_owned()));
            text.set(typed.to_owned());
            is_open.set(true);
        }
        let (typed, saved) = (text.get(), source.get());
        if is_same_text(&typed, &saved) {
            kept_text::write(kept, "");
            began.set(None);
        } else {
            kept_text::write(kept, &format!("{}\n{typed}", untrack(version)));
        }
    });
    // What somebody else saved is shown in the field, unless the person is writing in it.
    Effect::new(move |_| {
        let saved = source.get();
        if !is_open.get_untracked() {
            text.set(saved);
        }
    });
    let show = move |as_preview: bool| {
        is_preview.set(as_preview);
        if as_preview {
            preview.dispatch(PreviewText { text: text.get_untracked() });
        }
    };
    let field = NodeRef::new();
    // Text that is kept for a task in the trash opens no field, and hides nothing.
    let can_edit = state.can_edit();
    let edit = can_edit.then(|| view! {
        <details class="edit" prop:open=move || is_open.get()>
            <summary class="btn is-sm" on:click=move |event| {
                event.prevent_default();
                is_open.update(|is_open| *is_open = !*is_open);
                focus_soon(field);
            }>
                <Icon name="pencil" />{move || if source.with(String::is_empty) { "Add a description" } else { "Edit" }}
            </summary>
            <ActionForm action=action attr:class="form">
                {state.hidden_id()}
                <input type="hidden" name="version" prop:value=version value=state.detail.with_untracked(|detail| detail.version.to_string()) />
                {state.hidden_op()}
                <div class="cluster is-script" role="group" aria-label="How the description is shown">
                    <button class="filter" type="button" aria-pressed=move || (!is_preview.get()).to_string() on:click=move |_| show(false)>"Write"</button>
                    <button class="filter" type="button" aria-pressed=move || is_preview.get().to_string() on:click=move |_| show(true)>"Preview"</button>
                </div>
                <textarea
                    node_ref=field class="input" name="description" rows="8" aria-label="Description, in Markdown" dir="auto"
                    prop:hidden=move || is_preview.get()
                    prop:value=move || text.get()
                    on:focus=move |_| describe()
                    on:input=move |event| {
                        text.set(event_target_value(&event));
                        describe();
                    }
                    on:blur=move |_| stop_describing()
                    on:keydown=move |event| if is_sending_key(&event) { submit_form_of(&event); }
                    inner_html=textarea_html(&source.get_untracked())
                ></textarea>
                {move || is_preview.get().then(|| previewed(preview))}
                <div class="form__actions">
                    <button class="btn is-primary is-sm" type="submit">"Save"</button>
                    <button class="btn is-ghost is-sm is-script" type="button" on:click=move |_| {
                        text.set(source.get_untracked());
                        is_preview.set(false);
                        is_open.set(false);
                    }>"Cancel"</button>
                    <span class="field__hint">"Markdown. "<kbd>"Ctrl"</kbd>" "<kbd>"Enter"</kbd>" saves."</span>
                </div>
            </ActionForm>
        </details>
    });
    view! {
        <section class="task__section" aria-labelledby="task-description">
            <h2 id="task-description">"Description"</h2>
            {move || (html.with(|html| !html.is_empty()) && !(can_edit && is_open.get())).then(|| view! { <div class="prose" dir="auto" inner_html=html.get()></div> })}
            {edit}
            {live.map(|live| others_writing(live, id))}
            {save_state(action)}
            <Conflicting state=state action=action name="description" />
        </section>
    }
    .into_any()
}

/// Who of the others is writing the description; the line is always there, so that it is heard when it
/// begins to say something.
fn others_writing(live: Live, task: TaskId) -> impl IntoView {
    let names = live.who_describes(task);
    view! { <p class="is-describing" role="status" dir="auto">{move || names.with(|names| describing_words(names))}</p> }
}

/// The text as it will be shown; while it is asked for, the last one stays.
fn previewed(preview: ServerAction<PreviewText>) -> impl IntoView {
    let (value, pending) = (preview.value(), preview.pending());
    let inside = move || match value.get() {
        Some(Ok(html)) if html.trim().is_empty() => view! { <p class="muted">"Nothing to show yet."</p> }.into_any(),
        Some(Ok(html)) => view! { <div class="prose" dir="auto" inner_html=html></div> }.into_any(),
        Some(Err(error)) => {
            view! { <p class="banner" data-tone="bad" role="alert">{format!("No preview. {}", error.words())}</p> }
                .into_any()
        }
        None => view! { <p class="muted">"Preparing the preview"</p> }.into_any(),
    };
    view! { <div class="preview" aria-busy=move || pending.get().to_string()>{inside}</div> }
}
