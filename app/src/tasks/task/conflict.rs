//! Two people changed the same text: both are shown, one's own can be saved over the other's.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{draft::carry_over, saving::TaskState};
use crate::{
    error::{AppError, Conflict},
    ui::{action_error, textarea_html},
};

/// Shown while the last save of `action` was refused for a conflict.
#[component]
pub fn Conflicting<S>(
    state: TaskState,
    action: ServerAction<S>,
    name: &'static str,
    /// Other fields that the form needs; the refusal has what was sent in them.
    #[prop(optional)]
    also: &'static [&'static str],
) -> impl IntoView
where
    S: ServerFn<Error = AppError> + FromFormData + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let (value, error) = (action.value(), action_error(action));
    // Only another conflict makes the form anew: somebody may be writing in it.
    let conflict = Memo::new(move |before: Option<&Option<Conflict>>| standing(error.get(), before.cloned().flatten()));
    let keep_theirs = move |_| {
        value.set(None);
        state.reload();
    };
    move || {
        conflict.get().map(|conflict| {
            let says = format!(
                "{} changed this text since you opened it. Compare both, change yours, and save again.",
                conflict.who()
            );
            let Conflict { mine, theirs, version, typed, .. } = conflict;
            view! {
                <div class="banner" data-tone="warn" role="alert">
                    <div class="stack is-tight">
                        <p>{says}</p>
                        <div class="versus">
                            <div><h3>"Theirs, saved now"</h3><pre dir="auto">{theirs}</pre></div>
                            <form method="post" action=S::url() class="form" on:submit=move |event| {
                                event.prevent_default();
                                if let Ok(again) = S::from_event(&event) {
                                    carry_over(&event, also);
                                    action.dispatch(again);
                                }
                            }>
                                {state.hidden_id()}
                                {state.hidden_op()}
                                <input type="hidden" name="version" value=version.to_string() />
                                {kept(typed, also)}
                                <label class="field"><span class="field__label">"Yours"</span><textarea class="input" name=name dir="auto" inner_html=textarea_html(&mine)></textarea></label>
                                <div class="form__actions">
                                    <button class="btn is-primary is-sm" type="submit">"Save mine"</button>
                                    <button class="btn is-sm is-script" type="button" on:click=keep_theirs>"Keep theirs"</button>
                                </div>
                            </form>
                        </div>
                    </div>
                </div>
            }
        })
    }
}

/// The conflict that is shown after an answer. What is written in its form stays where saving it was refused for another
/// reason. One without texts is what an address has room for where the texts are not kept any more.
fn standing(error: Option<AppError>, before: Option<Conflict>) -> Option<Conflict> {
    match error? {
        AppError::Conflict(conflict) => Some(*conflict).filter(|conflict| conflict.mine != conflict.theirs),
        _ => before,
    }
}

/// What was sent in the other fields of the form; nothing else, whatever an address may bring.
fn kept(typed: Vec<(String, String)>, also: &'static [&'static str]) -> impl IntoView {
    let is_of_form = move |(name, _): &(String, String)| also.contains(&name.as_str());
    let field = |(name, value): (String, String)| view! { <input type="hidden" name=name value=value /> };
    typed.into_iter().filter(is_of_form).map(field).collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Problem;

    fn conflict(mine: &str) -> Conflict {
        Conflict { field: "body".into(), mine: mine.into(), theirs: "Theirs".into(), version: 7, ..Conflict::default() }
    }

    #[test]
    fn both_texts_stay_until_one_of_them_is_saved_or_given_up() {
        let refused = |mine: &str| Some(AppError::Conflict(Box::new(conflict(mine))));
        assert_eq!(standing(refused("Mine"), None), Some(conflict("Mine")));
        assert_eq!(standing(refused("Mine once more"), Some(conflict("Mine"))), Some(conflict("Mine once more")));
        for other in
            [AppError::SignedOut, AppError::Offline, AppError::NotFound, AppError::field("body", Problem::Required)]
        {
            assert_eq!(standing(Some(other.clone()), Some(conflict("Mine"))), Some(conflict("Mine")), "{other:?}");
            assert_eq!(standing(Some(other), None), None);
        }
        assert_eq!(standing(None, Some(conflict("Mine"))), None);
    }

    #[test]
    fn a_conflict_without_texts_shows_nothing() {
        let bare = AppError::Conflict(Box::new(conflict("Mine"))).without_typed();
        assert_eq!(standing(Some(bare), Some(conflict("Mine"))), None);
    }
}
