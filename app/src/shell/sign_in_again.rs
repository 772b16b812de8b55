//! The session has ended under an open page: signing in over it, so that nothing on it is lost, and going on where it was.

use leptos::{html::Dialog, prelude::*};
use leptos_router::hooks::use_location;

use super::recent;
use crate::{
    accounts::api::SignIn,
    domain::account::Me,
    error::AppError,
    ui::{DialogRegions, SessionEnd},
};

/// The dialog, while the session is over. A form that would load another page is not sent before that is known.
#[component]
pub fn SignInAgain(end: SessionEnd) -> impl IntoView {
    browser::hold_forms(end);
    // What is told twice opens one dialog.
    let is_asked = Memo::new(move |_| end.is_asked());
    move || is_asked.get().then(|| view! { <SignInDialog end=end /> })
}

#[component]
fn SignInDialog(end: SessionEnd) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            recent::show_modal(&dialog);
        }
    });
    let action = ServerAction::<SignIn>::new();
    let value = action.value();
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(())))) {
            // Closed and not only taken away, so that the focus goes back to where it was.
            if let Some(dialog) = dialog.get_untracked() {
                dialog.close();
            }
            end.begin_again();
        }
    });
    let problem = move || {
        value.with(|value| match value {
            Some(Err(error)) => Some(problem_words(error)),
            _ => None,
        })
    };
    let kept = move || match end.waiting() {
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
        <dialog class="dialog" aria-labelledby="again-title" node_ref=dialog on:close=move |_| end.put_off()>
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
            <DialogRegions />
        </dialog>
    }
    .into_any()
}

fn problem_words(error: &AppError) -> String {
    match error {
        AppError::Invalid(invalid) => {
            invalid.fields.first().map_or_else(|| error.words(), |field| field.problem.words())
        }
        other => other.words(),
    }
}

/// The server functions, by how their names begin, whose forms anybody may send: nobody has to sign in for the links of a
/// mail or for colours.
const FOR_ANYBODY: [&str; 5] = ["sign_", "set_theme", "set_password", "stop_mails", "resume_mails"];

/// Whether a form needs somebody who is signed in, and would lose what was typed without.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a browser sends forms"))]
fn needs_session(method: &str, action: &str) -> bool {
    let is_for_anybody =
        action.strip_prefix("/rpc/").is_some_and(|name| FOR_ANYBODY.iter().any(|open| name.starts_with(open)));
    method.eq_ignore_ascii_case("post") && !is_for_anybody
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    use leptos::{prelude::*, task::spawn_local};
    use wasm_bindgen::JsCast;
    use web_sys::{Event, EventTarget, HtmlDialogElement, HtmlElement, HtmlFormElement, SubmitEvent};

    use super::needs_session;
    use crate::accounts::api::check_session;
    use crate::domain::account::Me;
    use crate::error::AppError;
    use crate::ui::listeners::{Hears, Listeners};
    use crate::ui::toast::Toasts;
    use crate::ui::{Moment, SessionEnd, Told};

    /// So long after the server has answered for the person a form is sent without asking, in milliseconds.
    const FRESH: f64 = 20_000.0;

    const SOMEBODY_ELSE: &str =
        "Not sent. Somebody else has signed in in this browser meanwhile: copy what you need, and load the page anew.";

    /// A form that was to be sent, and the button that was pressed.
    struct Sending {
        form: HtmlFormElement,
        button: Option<HtmlElement>,
    }

    impl Sending {
        fn of(event: &SubmitEvent) -> Option<Self> {
            let form = event.target()?.dyn_into().ok()?;
            Some(Self { form, button: event.submitter() })
        }

        /// What the button says, else what the form says. Its properties may be hidden by fields of the same names.
        fn said(&self, of_button: &str, of_form: &str) -> String {
            let button = self.button.as_ref().and_then(|button| button.get_attribute(of_button));
            button.or_else(|| self.form.get_attribute(of_form)).unwrap_or_default()
        }

        fn needs_session(&self) -> bool {
            needs_session(&self.said("formmethod", "method"), &self.said("formaction", "action"))
        }

        /// Sends it as the person wanted to.
        fn go(self) {
            drop(self.form.request_submit_with_submitter(self.button.as_ref()));
        }
    }

    /// A form that loads another page takes what was typed with it. Where the session may have ended meanwhile, the server is
    /// asked first, and the form is sent once somebody has signed in again.
    pub fn hold_forms(end: SessionEnd) {
        let (toasts, me) = (use_context::<Toasts>(), use_context::<Me>().map(|me| me.id));
        let waiting = StoredForm::default();
        let held = waiting.clone();
        let answered = Rc::new(Cell::new(js_sys::Date::now()));
        let signed_in = answered.clone();
        Effect::new(move |_| {
            let (answered, is_asking) = (answered.clone(), Rc::new(Cell::new(false)));
            let held = held.clone();
            let mut listeners = Listeners::default();
            let window: EventTarget = window().into();
            let known = answered.clone();
            // Whoever comes back to the page is told before anything is typed.
            listeners.on(&window, "focus", Hears::Bubbling, move |_: Event| {
                if is_fresh(&known, end) {
                    return;
                }
                let known = known.clone();
                spawn_local(async move {
                    if check_session().await.is_ok_and(|who| Some(who) == me) {
                        known.set(js_sys::Date::now());
                        go_on(end);
                    }
                });
            });
            // Forms that send themselves have prevented it by now.
            listeners.on(&window, "submit", Hears::Bubbling, move |event: SubmitEvent| {
                let Some(sending) = Sending::of(&event).filter(Sending::needs_session) else { return };
                if event.default_prevented() || is_fresh(&answered, end) {
                    return;
                }
                event.prevent_default();
                if is_asking.replace(true) {
                    return;
                }
                let (answered, is_asking, held) = (answered.clone(), is_asking.clone(), held.clone());
                spawn_local(async move {
                    let asked = Moment::now();
                    let answer = check_session().await;
                    is_asking.set(false);
                    match answer {
                        Err(AppError::SignedOut) => {
                            // The script of the frame has told of a look: it was the person who wanted to send something.
                            end.tell(Told::Deed(asked));
                            // Who has put it off meanwhile sends it later.
                            if end.is_asked_now() {
                                drop(held.0.replace(Some(sending)));
                            }
                        }
                        Err(error @ AppError::Offline) => {
                            if let Some(toasts) = toasts {
                                toasts.fail(error.words());
                            }
                        }
                        // What was typed here is not sent in the name of somebody else.
                        Ok(who) if Some(who) != me => {
                            if let Some(toasts) = toasts {
                                toasts.fail(SOMEBODY_ELSE);
                            }
                        }
                        // Whatever else is wrong the form's own answer says.
                        Ok(_) | Err(_) => {
                            answered.set(js_sys::Date::now());
                            go_on(end);
                            sending.go();
                        }
                    }
                });
            });
            StoredValue::new_local(listeners);
        });
        Effect::new(move |before: Option<u32>| {
            let (times, is_asked) = (end.begun_again(), end.is_asked());
            if before.is_some_and(|before| before != times) {
                // Sent at once: what reads the page anew now may put another form in the place of this one.
                signed_in.set(js_sys::Date::now());
                if let Some(sending) = waiting.0.take() {
                    sending.go();
                }
            } else if !is_asked {
                // Nobody signed in: what was to be sent is not sent behind the person's back later.
                drop(waiting.0.take());
            }
            times
        });
    }

    /// Whether the server has answered for the person so lately that it need not be asked: never where it is known that
    /// the session has ended.
    fn is_fresh(answered: &Cell<f64>, end: SessionEnd) -> bool {
        js_sys::Date::now() - answered.get() < FRESH && !end.has_ended()
    }

    /// Goes on where the session had ended and the person has signed in again in another tab.
    fn go_on(end: SessionEnd) {
        if !end.has_ended() {
            return;
        }
        // Closed and not only taken away, so that the focus goes back to where it was.
        let open = document().query_selector("dialog[aria-labelledby=\"again-title\"]").ok().flatten();
        if let Some(open) = open.and_then(|open| open.dyn_into::<HtmlDialogElement>().ok()) {
            open.close();
        }
        end.begin_again();
    }

    /// The form that waits for a new session.
    #[derive(Clone, Default)]
    struct StoredForm(Rc<RefCell<Option<Sending>>>);
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    use crate::ui::SessionEnd;

    /// The server sends no forms.
    pub fn hold_forms(_end: SessionEnd) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_anybody_may_send_waits_for_no_session() {
        for action in ["/rpc/save_profile123", "/import", ""] {
            assert!(needs_session("post", action), "{action}");
        }
        for action in ["/rpc/sign_out123", "/rpc/stop_mails123", "/rpc/resume_mails123", "/rpc/set_theme123"] {
            assert!(!needs_session("POST", action), "{action}");
        }
        assert!(!needs_session("", "/search") && !needs_session("get", "/rpc/save_profile123"));
    }
}
