//! What the forms of mail accounts send, and the checks of it.

use crate::{
    domain::{
        address::EmailAddress,
        mail_account::{AuthMethod, ClearRelay, MailHost, TlsMode},
    },
    entities::smtp_account,
    error::{AppError, AppResult, Checks, Problem},
    platform::secrets::Secret,
};

/// What an SMTP account is made of, as a form sends it.
#[derive(Clone, Debug)]
pub struct AccountInput {
    pub name: String,
    pub host: String,
    pub port: String,
    pub tls: String,
    pub auth: String,
    pub username: String,
    /// Blank keeps the stored one.
    pub password: String,
    pub sender_name: String,
    pub sender_address: String,
}

/// What the built-in outbox lets one change.
#[derive(Clone, Debug)]
pub struct OutboxInput {
    pub sender_name: String,
    pub sender_address: String,
}

/// Longest name of an account or a sender, in characters.
pub(super) const NAME_MAX: u32 = 100;
/// Access tokens are long.
const SECRET_MAX: u32 = 4_000;

/// A form that has passed all checks.
pub(super) struct Checked {
    pub name: String,
    pub host: String,
    pub port: i32,
    pub tls: TlsMode,
    pub auth: AuthMethod,
    pub username: String,
    pub secret: NewSecret,
    pub sender_name: String,
    pub sender_address: String,
}

/// What becomes of the stored password.
pub(super) enum NewSecret {
    Keep,
    Replace(Secret),
    Remove,
}

/// Checks a form of an account that is new, or of one that is stored. `relays` are those that the operator allows to be
/// spoken to without encryption.
///
/// # Errors
/// [`AppError::Invalid`] with the fields that are wrong.
pub(super) fn check(
    input: AccountInput,
    stored: Option<&smtp_account::Model>,
    relays: &[ClearRelay],
) -> AppResult<Checked> {
    let AccountInput { name, host, port, tls, auth, username, password, sender_name, sender_address } = input;
    let mut checks = Checks::default();
    let name = checks.line("name", &name, NAME_MAX);
    let host = mail_host(&mut checks, &host);
    let port = mail_port(&mut checks, &port);
    let tls = choice(&mut checks, "tls", &tls);
    let auth: Option<AuthMethod> = choice(&mut checks, "auth", &auth);
    let signs_in = auth != Some(AuthMethod::None);
    let username = if signs_in { checks.line("username", &username, 200) } else { String::new() };
    let is_same_server = stored.is_some_and(|stored| {
        Some(stored.host.as_str()) == host.as_deref() && Some(stored.port) == port && Some(stored.tls) == tls
    });
    let secret = match (signs_in, password.is_empty()) {
        (false, _) => NewSecret::Remove,
        (true, false) => {
            checks.optional_line("password", &password, SECRET_MAX);
            NewSecret::Replace(Secret::new(password))
        }
        (true, true) if is_same_server && stored.is_some_and(|stored| stored.secret_ciphertext.is_some()) => {
            NewSecret::Keep
        }
        // The token may come by renewal.
        (true, true) if auth == Some(AuthMethod::XOAuth2) => NewSecret::Remove,
        (true, true) => {
            let is_stored = stored.is_some_and(|stored| stored.secret_ciphertext.is_some());
            checks.add("password", if is_stored { Problem::EnterAgain } else { Problem::Required });
            NewSecret::Keep
        }
    };
    if signs_in && tls == Some(TlsMode::None) && host.as_deref().is_some_and(|host| !may_be_in_clear(host, relays)) {
        checks.add("tls", Problem::Insecure);
    }
    let sender_name = checks.line("sender_name", &sender_name, NAME_MAX);
    let sender_address = address(&mut checks, &sender_address);
    checks.done()?;
    let (Some(host), Some(port), Some(tls), Some(auth)) = (host, port, tls, auth) else {
        return Err(AppError::Malformed);
    };
    Ok(Checked { name, host, port, tls, auth, username, secret, sender_name, sender_address })
}

/// Whether a password may be entered for a server without encryption. Where it may really go is looked at once more with
/// each connection, when the addresses of a name are known.
fn may_be_in_clear(host: &str, relays: &[ClearRelay]) -> bool {
    let is_this_machine = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    is_this_machine || MailHost::parse(host).is_ok_and(|host| relays.iter().any(|relay| relay.may_cover(&host)))
}

fn mail_host(checks: &mut Checks, text: &str) -> Option<String> {
    if text.trim().is_empty() {
        checks.add("host", Problem::Required);
        return None;
    }
    match MailHost::parse(text) {
        Ok(host) => Some(host.to_string()),
        Err(_) => {
            checks.add("host", Problem::NotAHost);
            None
        }
    }
}

fn mail_port(checks: &mut Checks, text: &str) -> Option<i32> {
    match text.trim().parse::<u16>() {
        Ok(port) if port > 0 => Some(i32::from(port)),
        _ => {
            checks.add("port", Problem::OutOfRange { min: 1, max: 65535 });
            None
        }
    }
}

fn choice<T: std::str::FromStr>(checks: &mut Checks, field: &str, word: &str) -> Option<T> {
    let chosen = word.parse().ok();
    if chosen.is_none() {
        checks.add(field, Problem::UnknownChoice);
    }
    chosen
}

/// The address of a sender; what is wrong with it is noted.
pub(super) fn address(checks: &mut Checks, text: &str) -> String {
    match EmailAddress::parse(text) {
        Ok(address) => address.to_string(),
        Err(_) => {
            checks.add("sender_address", Problem::NotAnAddress);
            String::new()
        }
    }
}
