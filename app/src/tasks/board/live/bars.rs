//! What is said when the page is cut off: from the server, from the session, from the board.

use leptos::{html::Dialog, prelude::*};
use leptos_router::hooks::use_location;

use super::{Link, Live};
use crate::{
    accounts::api::SignIn,
    domain::account::Me,
    error::AppError,
    tasks::board::{popover, sender::Sender},
    ui::{Icon, Reach},
};

/// The bars over the board, and the dialog to sign in again.
#[component]
pub fn Bars(live: Live, sender: Sender) -> impl IntoView {
    let (is_offline, waiting) = (sender.is_offline.clone(), sender.waiting.clone());
    let reach = use_context::<Reach>();
    if let Some(reach) = reach {
        let is_offline = is_offline.clone();
        reach.hear(move || is_offline.get() || live.link.get() == Link::Down);
    }
    let bar = move || {
        let (is_offline, link) = (is_offline.get(), live.link.get());
        if link == Link::Gone {
            return Some(view! {
                <p class="bar" role="alert">
                    <Icon name="triangle-alert" />
                    "This board is not here any more, or you are no longer a member of it. What you see is how it was."
                    <a href="/projects">"Your projects"</a>
                </p>
            }.into_any());
        }
        let is_cut_off = reach.is_some_and(Reach::is_cut_off);
        (is_offline || is_cut_off || link == Link::Down).then(|| {
            view! { <p class="bar" role="status"><Icon name="wifi-off" />{offline_words(waiting.get())}</p> }.into_any()
        })
    };
    let is_signed_out = {
        let refused = sender.is_signed_out.clone();
        Memo::new(move |_| refused.get() || live.link.get() == Link::SignedOut)
    };
    view! {
        {bar}
        {move || is_signed_out.get().then(|| view! { <SignInAgain live=live sender=sender.clone() /> })}
    }
    .into_any()
}

fn offline_words(waiting: usize) -> String {
    match waiting {
        0 => "Offline. What others do is shown when the server answers again.".to_owned(),
        1 => "Offline. 1 change waits to be sent.".to_owned(),
        many => format!("Offline. {many} changes wait to be sent."),
    }
}

/// The session has ended: signing in over the page, so that nothing on it is lost.
#[component]
fn SignInAgain(live: Live, sender: Sender) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            popover::show_modal(&dialog);
        }
    });
    let action = ServerAction::<SignIn>::new();
    let value = action.value();
    let waiting = sender.waiting.clone();
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(())))) {
            sender.is_signed_out.set(false);
            sender.nudge();
            live.sign_in_again();
        }
    });
    let problem = move || {
        value.with(|value| match value {
            Some(Err(error)) => Some(problem_words(error)),
            _ => None,
        })
    };
    let kept = move || match waiting.get() {
        0 => "What is on this page stays.".to_owned(),
        1 => "What is on this page stays; 1 change waits to be sent.".to_owned(),
        many => format!("What is on this page stays; {many} changes wait to be sent."),
    };
    let location = use_location();
    let here = move || {
        let search = location.search.get();
        let mark = if search.is_empty() { "" } else { "?" };
        format!("{}{mark}{search}", location.pathname.get())
    };
    let email = use_context::<Me>().map(|me| me.email).unwrap_or_default();
    view! {
        <dialog class="dialog" aria-labelledby="again-title" node_ref=dialog>
            <ActionForm action=action>
                <div class="dialog__head"><h2 id="again-title">"Sign in again"</h2></div>
                <div class="dialog__body">
                    <p>"Your session has ended. "{kept}</p>
                    {move || problem().map(|words| view! { <p class="field__error" role="alert">{words}</p> })}
                    <input type="hidden" name="next" value=here />
                    <label class="field"><span class="field__label">"E-mail"</span><input class="input" type="email" name="email" value=email readonly autocomplete="username" /></label>
                    <label class="field"><span class="field__label">"Password"</span><input class="input" type="password" name="password" autocomplete="current-password" required autofocus /></label>
                </div>
                <div class="dialog__foot">
                    <a class="btn is-ghost" href="/sign-in" rel="external">"Sign in as somebody else"</a>
                    <button class="btn is-primary" type="submit">"Sign in"</button>
                </div>
            </ActionForm>
        </dialog>
    }
}

fn problem_words(error: &AppError) -> String {
    match error {
        AppError::Invalid(invalid) => {
            invalid.fields.first().map_or_else(|| error.words(), |field| field.problem.words())
        }
        other => other.words(),
    }
}
