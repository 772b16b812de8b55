//! The form of an SMTP account, new or known.

use leptos::{ev, prelude::*, server_fn::ServerFn};

use super::api::{AccountDetail, SaveAccount, SaveOutboxSender};
use crate::{
    domain::mail_account::{AuthMethod, TlsMode},
    ui::{Choice, ErrorSummary, SelectField, TextField, base_version, plain_error},
};

/// The fields of an SMTP account; without an account, of a new one.
#[component]
pub fn AccountForm(account: Option<AccountDetail>) -> impl IntoView {
    let error = plain_error::<SaveAccount>();
    let id = account.as_ref().map(|account| account.id.to_string()).unwrap_or_default();
    let version = account.as_ref().map_or(0, |account| account.version);
    let has_password = account.as_ref().is_some_and(|account| account.has_password);
    let of = |part: fn(&AccountDetail) -> String| account.as_ref().map(part).unwrap_or_default();
    let tls = account.as_ref().map_or(TlsMode::StartTls, |account| account.tls);
    let auth = account.as_ref().map_or(AuthMethod::Automatic, |account| account.auth);
    let port = account.as_ref().map_or_else(|| tls.usual_port().to_string(), |account| account.port.to_string());
    let shown_tls = error.with_untracked(|error| error.as_ref()?.typed("tls")?.parse().ok()).unwrap_or(tls);
    let (before, port_field) = (StoredValue::new(shown_tls), NodeRef::<leptos::html::Input>::new());
    // The port follows the encryption, where nobody has typed another one.
    let on_change = move |event: ev::Event| follow_tls(&event, before, port_field);
    let modes = TlsMode::ALL.iter().map(|mode| Choice::new(mode.as_str(), mode.label())).collect::<Vec<_>>();
    let methods = AuthMethod::ALL.iter().map(|method| Choice::new(method.as_str(), method.label())).collect::<Vec<_>>();
    let sender_name = account.as_ref().map_or_else(|| "AutoReport".to_owned(), |account| account.sender_name.clone());
    let password_hint = if has_password {
        "Saved, hidden. Leave it empty to keep it."
    } else {
        "Stored encrypted. With XOAUTH2 an access token; leave it empty to let tokens renew themselves."
    };
    view! {
        <ErrorSummary error=error />
        <form class="form" method="post" action=SaveAccount::url() on:change=on_change>
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="version" value=base_version(error, version) />
            <TextField label="Name" name="name" hint="How you call this account, like Office mail." value=of(|account| account.name.clone()) error=error required=true autocomplete="off" />
            <TextField label="Server" name="host" hint="Like smtp.example.org." value=of(|account| account.host.clone()) error=error required=true autocomplete="off" />
            <SelectField label="Encryption" name="tls" choices=modes value=tls.as_str() error=error />
            <TextField label="Port" name="port" kind="number" value=port error=error required=true autocomplete="off" node_ref=port_field />
            <SelectField label="Sign-in" name="auth" choices=methods value=auth.as_str() error=error />
            <TextField label="User name" name="username" value=of(|account| account.username.clone()) error=error autocomplete="off" />
            <TextField label="Password" name="password" kind="password" hint=password_hint error=error autocomplete="new-password" />
            <TextField label="Sender's name" name="sender_name" value=sender_name error=error required=true autocomplete="off" />
            <TextField label="Sender's address" name="sender_address" kind="email" hint="Most servers accept only an address that belongs to the user name." value=of(|account| account.sender_address.clone()) error=error required=true autocomplete="off" />
            <div class="form__actions"><button class="btn is-primary" type="submit">"Save the account"</button></div>
        </form>
    }
}

#[cfg(feature = "hydrate")]
use browser::follow_tls;

#[cfg(not(feature = "hydrate"))]
use server::follow_tls;

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{ev, html::Input, prelude::*};
    use wasm_bindgen::JsCast;

    use crate::domain::mail_account::TlsMode;

    /// Writes the usual port of the encryption that was just chosen.
    pub fn follow_tls(event: &ev::Event, before: StoredValue<TlsMode>, port: NodeRef<Input>) {
        let (Some(chosen), Some(field)) = (chosen_tls(event), port.get_untracked()) else { return };
        let was = before.get_value();
        before.set_value(chosen);
        if let Some(port) = chosen.port_after(was, &field.value()) {
            field.set_value(&port.to_string());
        }
    }

    /// None where another field has changed.
    fn chosen_tls(event: &ev::Event) -> Option<TlsMode> {
        let field = event.target()?.dyn_into::<web_sys::HtmlSelectElement>().ok()?;
        if field.name() == "tls" { field.value().parse().ok() } else { None }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::{ev, html::Input, prelude::*};

    use crate::domain::mail_account::TlsMode;

    /// Events do not happen on the server.
    pub fn follow_tls(_event: &ev::Event, _before: StoredValue<TlsMode>, _port: NodeRef<Input>) {}
}

/// What can be changed about the outbox: whom its mail is from.
#[component]
pub fn OutboxForm(account: AccountDetail) -> impl IntoView {
    let error = plain_error::<SaveOutboxSender>();
    view! {
        <ErrorSummary error=error />
        <form class="form" method="post" action=SaveOutboxSender::url()>
            <input type="hidden" name="version" value=base_version(error, account.version) />
            <TextField label="Sender's name" name="sender_name" value=account.sender_name error=error required=true autocomplete="off" />
            <TextField label="Sender's address" name="sender_address" kind="email" value=account.sender_address error=error required=true autocomplete="off" />
            <div class="form__actions"><button class="btn is-primary" type="submit">"Save"</button></div>
        </form>
    }
}
