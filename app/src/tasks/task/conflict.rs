//! Two people changed the same text: both are shown, one's own can be saved over the other's.

use leptos::{prelude::*, server_fn::ServerFn};

use super::saving::TaskState;
use crate::{
    error::{AppError, Conflict},
    ui::textarea_html,
};

/// Shown while the last save of `action` was refused for a conflict.
#[component]
pub fn Conflicting<S>(
    state: TaskState,
    action: ServerAction<S>,
    name: &'static str,
    /// Other fields that the form needs, out of what was sent.
    #[prop(optional, into)]
    also: Signal<Vec<(&'static str, String)>>,
) -> impl IntoView
where
    S: ServerFn<Error = AppError> + FromFormData + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let value = action.value();
    // Only another conflict makes the form anew: somebody may be writing in it.
    let conflict = Memo::new(move |_| {
        value.with(|value| match value {
            Some(Err(AppError::Conflict(conflict))) => Some((**conflict).clone()),
            _ => None,
        })
    });
    let keep_theirs = move |_| {
        value.set(None);
        state.reload();
    };
    move || {
        conflict.get().map(|Conflict { mine, theirs, version, .. }| view! {
        <div class="banner" data-tone="warn" role="alert">
            <div class="stack is-tight">
                <p>"Somebody changed this text since you opened it. Compare both, change yours, and save again."</p>
                <div class="versus">
                    <div><h3>"Theirs, saved now"</h3><pre dir="auto">{theirs}</pre></div>
                    <form method="post" action=S::url() class="form" on:submit=move |event| {
                        event.prevent_default();
                        if let Ok(again) = S::from_event(&event) {
                            action.dispatch(again);
                        }
                    }>
                        {state.hidden_id()}
                        {state.hidden_op()}
                        <input type="hidden" name="version" value=version.to_string() />
                        {also.get_untracked().into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()}
                        <label class="field"><span class="field__label">"Yours"</span><textarea class="input" name=name dir="auto" inner_html=textarea_html(&mine)></textarea></label>
                        <div class="form__actions">
                            <button class="btn is-primary is-sm" type="submit">"Save mine"</button>
                            <button class="btn is-sm is-script" type="button" on:click=keep_theirs>"Keep theirs"</button>
                        </div>
                    </form>
                </div>
            </div>
        </div>
    })
    }
}
