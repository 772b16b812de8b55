//! Comments, the oldest first, and a new one at the end.

use leptos::prelude::*;

use super::{
    saving::{TaskState, save_state, saving},
    submit::{is_sending_key, submit_form_of},
};
use crate::{
    tasks::{api::AddComment, view::CommentView},
    ui::{Avatar, textarea_html},
};

#[component]
pub fn Comments(state: TaskState) -> impl IntoView {
    let comments = state.part(|detail| detail.comments.clone());
    view! {
        <section class="task__section" aria-labelledby="task-comments">
            <h2 id="task-comments">"Comments"</h2>
            <ol class="comments" role="list">
                <For each=move || comments.get() key=|comment| (comment.id, comment.html.clone()) let(comment)>{entry(comment)}</For>
            </ol>
            {state.can_edit().then(|| view! { <CommentForm state=state /> })}
        </section>
    }
    .into_any()
}

fn entry(comment: CommentView) -> impl IntoView {
    let author = comment.author.unwrap_or_else(|| "Somebody who left".into());
    view! {
        <li class="comment">
            <Avatar name=author.clone() />
            <div>
                <div class="comment__head">
                    <strong dir="auto">{author}</strong>
                    <time datetime=comment.at.at.to_rfc3339()>{comment.at.words}</time>
                    {comment.is_edited.then_some(view! { <span class="muted small">"edited"</span> })}
                </div>
                <div class="prose" dir="auto" inner_html=comment.html></div>
            </div>
        </li>
    }
}

#[component]
fn CommentForm(state: TaskState) -> impl IntoView {
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
            <textarea class="input" name="body" rows="2" aria-label="New comment, in Markdown" placeholder="Write a comment" dir="auto" required
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
                on:keydown=move |event| if is_sending_key(&event) { submit_form_of(&event); }
                inner_html=textarea_html(&text.get_untracked())
            ></textarea>
            <div class="form__actions"><button class="btn is-sm" type="submit">"Comment"</button>{save_state(action)}</div>
        </ActionForm>
    }
    .into_any()
}
