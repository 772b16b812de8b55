//! Comments, the oldest first, and a new one at the end. One's own can be changed; what they said
//! before stays to be seen.

use leptos::{html::Details, prelude::*, server_fn::ServerFn};

use super::{
    api::{EditComment, RemoveComment},
    conflict::Conflicting,
    draft::{close, draft, entries, gone, is_writing_in},
    mention_field::MentionField,
    new_texts::NewTexts,
    row_menu::RowMenu,
    saving::{TaskState, save_state, saving},
};
use crate::{
    domain::ids::CommentId,
    tasks::{
        api::{AddComment, add_comment},
        parts::RevisionView,
        view::{CommentView, PersonChoice},
    },
    ui::{Avatar, Icon, query_error},
};

#[component]
pub fn Comments(state: TaskState) -> impl IntoView {
    let (edit, remove) = (saving::<EditComment>(state), saving::<RemoveComment>(state));
    let comments = state.part(|detail| detail.comments.clone());
    let ids =
        entries(move || comments.with(|all| all.iter().map(|comment| comment.id).collect::<Vec<_>>()), is_writing_in);
    let people = StoredValue::new(state.detail.with_untracked(|detail| detail.people.clone()));
    view! {
        <section class="task__section" aria-labelledby="task-comments">
            <h2 id="task-comments">"Comments"</h2>
            <ol class="comments" role="list">
                <For each=move || ids.get() key=|id| *id let(id)>
                    {entry(id, comments, people, edit, remove)}
                </For>
            </ol>
            {save_state(edit)}
            {save_state(remove)}
            <Conflicting state=state action=edit name="body" also=&["comment"] />
            {state.can_edit().then(|| view! { <CommentForm state=state people=people /> })}
        </section>
    }
    .into_any()
}

/// One comment. It is the same entry whatever changes in it, so that nothing that is typed there is lost.
fn entry(
    id: CommentId,
    comments: Memo<Vec<CommentView>>,
    people: StoredValue<Vec<PersonChoice>>,
    edit: ServerAction<EditComment>,
    remove: ServerAction<RemoveComment>,
) -> AnyView {
    let Some(first) = comments.with_untracked(|all| find(all, id).cloned()) else { return ().into_any() };
    let now = Memo::new(move |before: Option<&CommentView>| {
        let found = comments.with(|all| find(all, id).cloned());
        found.or_else(|| before.cloned()).unwrap_or_else(|| first.clone())
    });
    let author = Memo::new(move |_| now.with(|now| now.author.clone().unwrap_or_else(|| "Somebody who left".into())));
    let can_edit = Memo::new(move |_| now.with(|now| now.can_edit));
    let stamp = Memo::new(move |_| now.with(|now| now.at.clone()));
    let html = Memo::new(move |_| now.with(|now| now.html.clone()));
    let former = Memo::new(move |_| now.with(|now| now.former.clone()));
    let is_edited = move || now.with(|now| now.is_edited && now.former.is_empty());
    let menu = move || can_edit.get().then(|| change(id, now, people, edit, remove));
    view! {
        <li class="comment" data-entry=id.to_string()>
            {move || view! { <Avatar name=author.get() /> }}
            <div>
                <div class="comment__head">
                    <strong dir="auto">{move || author.get()}</strong>
                    {move || { let at = stamp.get(); view! { <time datetime=at.at.to_rfc3339()>{at.words}</time> } }}
                    {move || is_edited().then_some(view! { <span class="muted small">"edited"</span> })}
                </div>
                <div class="prose" dir="auto" inner_html=move || html.get()></div>
                {move || former.with(|former| (!former.is_empty()).then(|| before(former.clone())))}
                {gone(move || comments.with(|all| find(all, id).is_none()))}
            </div>
            {menu}
        </li>
    }
    .into_any()
}

fn find(all: &[CommentView], id: CommentId) -> Option<&CommentView> {
    all.iter().find(|comment| comment.id == id)
}

/// Changes a comment or deletes it.
fn change(
    id: CommentId,
    now: Memo<CommentView>,
    people: StoredValue<Vec<PersonChoice>>,
    edit: ServerAction<EditComment>,
    remove: ServerAction<RemoveComment>,
) -> impl IntoView {
    let node = NodeRef::<Details>::new();
    let stored = Memo::new(move |_| now.with(|now| Some((now.version, now.body.clone()))));
    let begins_with = draft(stored, node, |(_, body)| body.as_str());
    let version = Memo::new(move |_| begins_with.with(|draft| draft.as_ref().map(|(version, _)| version.to_string())));
    let text = RwSignal::new(now.with_untracked(|now| now.body.clone()));
    Effect::new(move |_| {
        text.set(begins_with.with(|draft| draft.as_ref().map(|(_, body)| body.clone())).unwrap_or_default())
    });
    let label = Signal::derive(move || {
        now.with(|now| {
            let author = now.author.as_deref().unwrap_or("Somebody who left");
            format!("Change the comment of {author}, {}", now.at.words)
        })
    });
    view! {
        <RowMenu label=label node=node>
            <ActionForm action=edit attr:class="form">
                <input type="hidden" name="comment" value=id.to_string() />
                <input type="hidden" name="version" value=move || version.get() />
                <MentionField label="Comment, in Markdown" id=format!("comment-{id}") people=people text=text />
                <div class="form__actions"><button class="btn is-primary is-sm" type="submit">"Save"</button></div>
            </ActionForm>
            <ActionForm action=remove>
                <input type="hidden" name="comment" value=id.to_string() />
                <button class="btn is-sm is-danger-quiet" type="submit" on:click=move |_| close(node)><Icon name="trash-2" />"Delete the comment"</button>
            </ActionForm>
        </RowMenu>
    }
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
    let refusal = query_error::<AddComment>().map(|error| {
        let typed = error.typed("body");
        (error, typed)
    });
    let texts = NewTexts::new(state, "comment", refusal, |task, body, op| add_comment(task, body, Some(op)));
    view! {
        <form class="form" method="post" action=AddComment::url() on:submit=move |event| { event.prevent_default(); texts.send(); }>
            {state.hidden_id()}
            <MentionField label="New comment, in Markdown" id="comment-new".to_owned() people=people text=texts.text placeholder="Write a comment. @ names a person." />
            <div class="form__actions"><button class="btn is-sm" type="submit">"Comment"</button>{texts.said()}<span class="field__hint is-script"><kbd>"Ctrl"</kbd>" "<kbd>"Enter"</kbd>" sends."</span></div>
        </form>
    }
    .into_any()
}
