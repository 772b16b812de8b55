//! The sign-in with a provider that gives the first refresh token: what is asked, what comes back, and what a failure
//! means (RFC 6749 §4.1, RFC 7636).

use serde::{Deserialize, Serialize};

use super::oauth::{OAuthProvider, form};

/// How many minutes a person may take at the provider.
pub const PATIENCE_MINUTES: i64 = 10;

/// What a provider is asked, by sending the browser there.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub provider: OAuthProvider,
    pub authorize_url: &'a str,
    pub client_id: &'a str,
    pub redirect_uri: &'a str,
    /// Empty: what the provider gives by itself.
    pub scope: &'a str,
    /// Comes back as it is, by which the answer is known.
    pub state: &'a str,
    /// The SHA-256 of the verifier, in base64 for addresses.
    pub challenge: &'a str,
    /// Whom the provider proposes to sign in; may be empty.
    pub login_hint: &'a str,
}

impl Question<'_> {
    /// The address that asks it.
    pub fn address(&self) -> String {
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", self.client_id),
            ("redirect_uri", self.redirect_uri),
            ("state", self.state),
            ("code_challenge", self.challenge),
            ("code_challenge_method", "S256"),
        ];
        let optional = [("scope", self.scope), ("login_hint", self.login_hint)];
        fields.extend(optional.into_iter().filter(|(_, value)| !value.is_empty()));
        fields.extend(self.provider.extra().iter().copied());
        // An endpoint may have a query of its own, which stays (RFC 6749 §3.1).
        let mark = if self.authorize_url.contains('?') { '&' } else { '?' };
        format!("{}{mark}{}", self.authorize_url, form(&fields))
    }
}

/// What the browser brings back from the provider.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Returned {
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub code: String,
    /// A code of RFC 6749 §4.1.2.1 in the place of `code`.
    #[serde(default)]
    pub error: String,
    #[serde(default)]
    pub error_description: String,
}

/// Why a sign-in gave no refresh token, as pages say it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentFailure {
    pub what: String,
    pub advice: String,
}

impl ConsentFailure {
    /// No sign-in of this session waits for such an answer.
    pub fn unknown() -> Self {
        Self::new(
            "This answer of a provider belongs to no sign-in that waits here.",
            "It was used before, or begun in another session or browser. Begin again on the page of the mail account.",
        )
    }

    /// It took too long.
    pub fn expired() -> Self {
        Self::new(
            format!("The sign-in took longer than {PATIENCE_MINUTES} minutes, and its answer counts no more."),
            "Begin again.",
        )
    }

    /// The provider said no, with its code and its words.
    pub fn refused(error: &str, description: &str) -> Self {
        let words = if description.is_empty() { error.to_owned() } else { format!("{error}: {description}") };
        Self::new(format!("The provider did not allow it: {words}"), refusal_advice(error))
    }

    /// Neither a code nor an error came back.
    pub fn no_code() -> Self {
        Self::new(
            "The provider sent neither a code nor a reason.",
            "Check the authorization endpoint, and begin again.",
        )
    }

    /// There is a token for an hour and none that renews it.
    pub fn no_refresh_token(provider: OAuthProvider) -> Self {
        let advice = match provider {
            OAuthProvider::Google => {
                "Take the access of AutoReport away in the security settings of the Google account, and begin again."
            }
            OAuthProvider::Microsoft => {
                "Give the app the permission offline_access in its registration at Microsoft, and begin again."
            }
            OAuthProvider::Other => {
                "Many providers give one only for a scope like offline_access: add it to the scope, and begin again."
            }
        };
        Self::new("The provider gave an access token, but no refresh token.", advice)
    }

    /// The token endpoint gave nothing for the code.
    pub fn not_redeemed(what: String, advice: &str) -> Self {
        Self::new(what, advice)
    }

    /// While the code was traded, the account became one that its tokens are not for.
    pub fn overtaken() -> Self {
        Self::new(
            "The account was changed while the provider was asked, so its tokens were not kept.",
            "Look at the account as it is now, and begin again.",
        )
    }

    fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), advice: advice.into() }
    }
}

/// What to do where an authorization endpoint says no, by its code.
fn refusal_advice(error: &str) -> &'static str {
    match error {
        "access_denied" => "Begin again and allow it, or ask whoever administers the mailbox to allow the app.",
        "invalid_scope" => "Check the scope, and whether the client may ask for it.",
        "unauthorized_client" => "Register the client at the provider as a web application.",
        "temporarily_unavailable" | "server_error" => "Begin again in a few minutes.",
        _ => "Check the client and its redirect address at the provider, and begin again.",
    }
}

/// What to do where a token endpoint gives nothing for a code, by its code.
pub fn code_advice(error: &str) -> &'static str {
    match error {
        "redirect_uri_mismatch" => "Register the redirect address at the provider exactly as it stands here.",
        "invalid_grant" => {
            "The code counts once and for a short time, and only with the redirect address that is registered. Compare the address, and begin again."
        }
        "invalid_client" => "Check client id and client secret; a secret may have expired.",
        "unauthorized_client" => "Register the client at the provider as a web application.",
        "unsupported_grant_type" => "Check the token endpoint: this one takes no codes.",
        _ => "Check the token endpoint and the client, and begin again.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(provider: OAuthProvider) -> Question<'static> {
        let preset = provider.preset();
        Question {
            provider,
            authorize_url: preset.map_or("https://login.example.org/a?tenant=1", |preset| preset.authorize_url),
            client_id: "our client",
            redirect_uri: "https://reports.example.org/back",
            scope: preset.map_or("", |preset| preset.scope),
            state: "st",
            challenge: "ch",
            login_hint: "dana@example.org",
        }
    }

    #[test]
    fn google_is_asked_for_a_token_that_lasts_and_with_a_proof_of_who_asks() {
        assert_eq!(
            question(OAuthProvider::Google).address(),
            "https://accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id=our+client\
             &redirect_uri=https%3A%2F%2Freports.example.org%2Fback&state=st&code_challenge=ch&code_challenge_method=S256\
             &scope=https%3A%2F%2Fmail.google.com%2F&login_hint=dana%40example.org&access_type=offline&prompt=consent"
        );
    }

    #[test]
    fn microsoft_is_asked_for_offline_access_by_the_scope() {
        let address = question(OAuthProvider::Microsoft).address();
        assert!(address.contains("scope=https%3A%2F%2Foutlook.office.com%2FSMTP.Send+offline_access"), "{address}");
    }

    #[test]
    fn an_endpoint_keeps_its_own_query_and_what_is_not_said_is_left_out() {
        let address = Question { login_hint: "", ..question(OAuthProvider::Other) }.address();
        assert!(address.starts_with("https://login.example.org/a?tenant=1&response_type=code&"), "{address}");
        assert!(!address.contains("scope=") && !address.contains("login_hint="), "{address}");
    }

    #[test]
    fn a_mismatch_of_the_redirect_address_is_told_from_a_refusal() {
        assert!(code_advice("redirect_uri_mismatch").contains("exactly as it stands"));
        let denied = ConsentFailure::refused("access_denied", "");
        assert_eq!(denied.what, "The provider did not allow it: access_denied");
        assert!(denied.advice.contains("allow it"));
    }
}
