//! Comments, the oldest first, and a new one at the end. One's own can be changed; what they said
//! before stays to be seen.

use leptos::prelude::*;

use super::{
    api::{EditComment, RemoveComment},
    conflict::Conflicting,
    mention_field::MentionField,
    row_menu::RowMenu,
    saving::{TaskState, save_state, saving},
};
use crate::{
    tasks::{
        api::AddComment,
        parts::RevisionView,
        view::{CommentView, PersonChoice},
    },
    ui::{Avatar, Icon},
};

#[component]
pub fn Comments(state: TaskState) -> impl IntoView {
    let (edit, remove) = (saving::<EditComment>(state), saving::<RemoveComment>(state));
    let comments = state.part(|detail| detail.comments.clone());
    let people = StoredValue::new(state.detail.with_untracked(|detail| detail.people.clone()));
    let sent = edit.input();
    let also = Signal::derive(move || {
        sent.with(|sent| sent.as_ref().map(|sent| vec![("comment", sent.comment.to_string())]).unwrap_or_default())
    });
    view! {
        <section class="task__section" aria-labelledby="task-comments">
            <h2 id="task-comments">"Comments"</h2>
            <ol class="comments" role="list">
                <For each=move || comments.get() key=|comment| (comment.id, comment.version) let(comment)>{entry(comment, people, edit, remove)}</For>
            </ol>
            {save_state(edit)}
            {save_state(remove)}
            <Conflicting state=state action=edit name="body" also=also />
            {state.can_edit().then(|| view! { <CommentForm state=state people=people /> })}
        </section>
    }
    .into_any()
}

fn entry(
    comment: CommentView,
    people: StoredValue<Vec<PersonChoice>>,
    edit: ServerAction<EditComment>,
    remove: ServerAction<RemoveComment>,
) -> impl IntoView {
    let CommentView { id, author, body, html, at, is_edited, version, can_edit, former } = comment;
    let author = author.unwrap_or_else(|| "Somebody who left".into());
    let menu = can_edit.then(|| view! {
        <RowMenu label=format!("Change the comment of {author}, {}", at.words)>
            <ActionForm action=edit attr:class="form">
                <input type="hidden" name="comment" value=id.to_string() />
                <input type="hidden" name="version" value=version.to_string() />
                <MentionField label="Comment, in Markdown" id=format!("comment-{id}") people=people text=RwSignal::new(body.clone()) />
                <div class="form__actions"><button class="btn is-primary is-sm" type="submit">"Save"</button></div>
            </ActionForm>
            <ActionForm action=remove>
                <input type="hidden" name="comment" value=id.to_string() />
                <button class="btn is-sm is-danger-quiet" type="submit"><Icon name="trash-2" />"Delete the comment"</button>
            </ActionForm>
        </RowMenu>
    });
    view! {
        <li class="comment">
            <Avatar name=author.clone() />
            <div>
                <div class="comment__head">
                    <strong dir="auto">{author.clone()}</strong>
                    <time datetime=at.at.to_rfc3339()>{at.words.clone()}</time>
                    {(is_edited && former.is_empty()).then_some(view! { <span class="muted small">"edited"</span> })}
                </div>
                <div class="prose" dir="auto" inner_html=html></div>
                {(!former.is_empty()).then(|| before(former))}
            </div>
            {menu}
        </li>
    }
    .into_any()
}

/// What the comment said before.
fn before(former: Vec<RevisionView>) -> impl IntoView {
    let rows = former
        .into_iter()
        .map(|text| view! { <li><time class="muted small" datetime=text.at.at.to_rfc3339()>{text.at.words}</time><div class="prose" dir="auto" inner_html=text.html></div></li> })
        .collect_view();
    view! { <details class="former"><summary class="linklike small">"Edited: show what it said before"</summary><ol role="list">{rows}</ol></details> }
}

#[component]
fn CommentForm(state: TaskState, people: StoredValue<Vec<PersonChoice>>) -> impl IntoView {
    let action = saving::<AddComment>(state);
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
    if let Some(typed) = typed {
        text.set(typed);
    }
    view! {
        <ActionForm action=action attr:class="form">
            {state.hidden_id()}
            <MentionField label="New comment, in Markdown" id="comment-new".to_owned() people=people text=text placeholder="Write a comment. @ names a person." />
            <div class="form__actions"><button class="btn is-sm" type="submit">"Comment"</button>{save_state(action)}<span class="field__hint is-script"><kbd>"Ctrl"</kbd>" "<kbd>"Enter"</kbd>" sends."</span></div>
        </ActionForm>
    }
    .into_any()
}
