//! A person's own safety: the password, and the browsers in which they are signed in.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    NewPasswordField,
    api::{ChangePassword, EndOtherSessions, EndSession, load_sessions},
    security_view::SessionItem,
};
use crate::{
    error::AppError,
    ui::{ErrorPage, ErrorSummary, Icon, SettingsPage, TextField, pending, plain_error, resource},
};

#[component]
pub fn SecurityPage() -> impl IntoView {
    let sessions = resource(|| (), |()| load_sessions());
    view! {
        <SettingsPage title="Security" lead="Your password, and where you are signed in.">
            {password_panel(plain_error::<ChangePassword>())}
            <Transition set_pending=pending()>
                {move || Suspend::new(async move {
                    match sessions.await {
                        Ok(sessions) => sessions_panel(sessions),
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    }
                })}
            </Transition>
        </SettingsPage>
    }
    .into_any()
}

fn password_panel(error: Signal<Option<AppError>>) -> AnyView {
    view! {
        <section class="panel is-padded" aria-labelledby="password-head">
            <div class="panel__head"><h2 id="password-head">"Password"</h2></div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=ChangePassword::url()>
                <TextField label="Current password" name="current" kind="password" autocomplete="current-password" error=error required=true />
                <NewPasswordField label="New password" error=error />
                <p class="field__hint">"Everywhere else you are signed out."</p>
                <div class="form__actions"><button class="btn is-primary" type="submit">"Change the password"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn sessions_panel(sessions: Vec<SessionItem>) -> AnyView {
    let has_others = sessions.len() > 1;
    view! {
        <section class="panel is-padded" aria-labelledby="sessions-head">
            <div class="panel__head">
                <h2 id="sessions-head">"Where you are signed in"</h2>
                {has_others.then(|| view! {
                    <form method="post" action=EndOtherSessions::url()>
                        <button class="btn is-sm" type="submit"><Icon name="log-out" />"Sign out everywhere else"</button>
                    </form>
                })}
            </div>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Sessions">
                <table class="table dl-cards">
                    <thead>
                        <tr>
                            <th scope="col">"Device"</th>
                            <th scope="col">"Signed in"</th>
                            <th scope="col">"Last use"</th>
                            <th scope="col"><span class="sr-only">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{sessions.into_iter().map(session_row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn session_row(session: SessionItem) -> AnyView {
    let SessionItem { id, device, address, began, last_used, is_kept, is_this } = session;
    let kept = if is_kept { "Kept signed in" } else { "" };
    let below: Vec<String> = [address, kept.to_owned()].into_iter().filter(|words| !words.is_empty()).collect();
    let end = (!is_this).then(|| {
        let label = format!("Sign out {device}, last used {}", last_used.words);
        view! {
            <form method="post" action=EndSession::url()>
                <input type="hidden" name="id" value=id />
                <button class="btn is-sm" type="submit" aria-label=label>"Sign out"</button>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row"><span>{device}{is_this.then(|| view! { " " <span class="badge">"This device"</span> })}<br /><span class="muted">{below.join(", ")}</span></span></th>
            <td data-label="Signed in"><time datetime=began.machine>{began.words}</time></td>
            <td data-label="Last use"><time datetime=last_used.machine>{last_used.words}</time></td>
            <td class="actions">{end}</td>
        </tr>
    }
    .into_any()
}
