//! The client of a provider that an account gets its tokens by: the fields of its form.

use crate::{
    domain::oauth::{OAuthProvider, Preset, is_token_address},
    entities::mail_oauth,
    error::{Checks, Problem},
    platform::secrets::Secret,
};

const SECRET_MAX: u32 = 4_000;

/// The client of a provider, as a form says it.
#[derive(Clone, Debug)]
pub struct ClientInput {
    pub provider: String,
    /// Of another provider, as are the token endpoint and the scope.
    pub authorize_url: String,
    pub token_url: String,
    pub scope: String,
    pub client_id: String,
    /// Blank keeps the stored one.
    pub client_secret: String,
}

/// A client whose fields are right.
pub(super) struct Client {
    pub(super) provider: OAuthProvider,
    /// Empty where it was not said.
    pub(super) authorize_url: String,
    pub(super) token_url: String,
    pub(super) scope: String,
    pub(super) client_id: String,
    /// None where it was left blank.
    pub(super) client_secret: Option<Secret>,
}

impl Client {
    /// Whether the stored secrets were entered for it.
    pub(super) fn is_of(&self, stored: &mail_oauth::Model) -> bool {
        stored.token_url == self.token_url && stored.client_id == self.client_id
    }
}

/// Looks at the fields of a client.
pub(super) fn check_client(checks: &mut Checks, input: ClientInput) -> Client {
    let ClientInput { provider, authorize_url, token_url, scope, client_id, client_secret } = input;
    let provider = provider.parse::<OAuthProvider>().unwrap_or_else(|()| {
        checks.add("provider", Problem::UnknownChoice);
        OAuthProvider::Other
    });
    let (authorize_url, token_url, scope) = match provider.preset() {
        Some(Preset { authorize_url, token_url, scope }) => {
            (authorize_url.to_owned(), token_url.to_owned(), scope.to_owned())
        }
        None => {
            let (authorize_url, token_url) = (authorize_url.trim().to_owned(), token_url.trim().to_owned());
            if !authorize_url.is_empty() && !is_token_address(&authorize_url) {
                checks.add("authorize_url", Problem::NotATokenAddress);
            }
            if !is_token_address(&token_url) {
                let problem = if token_url.is_empty() { Problem::Required } else { Problem::NotATokenAddress };
                checks.add("token_url", problem);
            }
            (authorize_url, token_url, checks.optional_line("scope", &scope, 500))
        }
    };
    let client_id = checks.line("client_id", &client_id, 300);
    let client_secret = given(checks, "client_secret", &client_secret);
    Client { provider, authorize_url, token_url, scope, client_id, client_secret }
}

/// A secret of a form; none where it was left blank.
pub(super) fn given(checks: &mut Checks, field: &str, typed: &str) -> Option<Secret> {
    let secret = checks.optional_line(field, typed, SECRET_MAX);
    (!secret.is_empty()).then(|| Secret::new(secret))
}
