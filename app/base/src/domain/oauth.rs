//! Access tokens that renew themselves: where they come from, and what a refusal means.

use serde::Deserialize;

crate::text_enum!(
    /// Whose tokens they are.
    OAuthProvider {
        Google = "google",
        Microsoft = "microsoft",
        Other = "other",
    }
);

impl OAuthProvider {
    /// The choice on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Google => "Google (Gmail, Workspace)",
            Self::Microsoft => "Microsoft (Outlook, Microsoft 365)",
            Self::Other => "Another",
        }
    }

    /// What is known of it; nothing where a person says it.
    pub fn preset(self) -> Option<Preset> {
        match self {
            Self::Google => Some(Preset {
                authorize_url: "https://accounts.google.com/o/oauth2/v2/auth",
                token_url: "https://oauth2.googleapis.com/token",
                scope: "https://mail.google.com/",
            }),
            Self::Microsoft => Some(Preset {
                authorize_url: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
                token_url: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
                scope: "https://outlook.office.com/SMTP.Send offline_access",
            }),
            Self::Other => None,
        }
    }

    /// What its authorization endpoint wants beside the fields of RFC 6749. Google gives a refresh token to a program
    /// that works offline, and a second time only where the person is asked again; Microsoft goes by the scope.
    pub fn extra(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Google => &[("access_type", "offline"), ("prompt", "consent")],
            Self::Microsoft | Self::Other => &[],
        }
    }

    /// The one whose token endpoint this is.
    pub fn of(token_url: &str) -> Self {
        let is_its = |provider: &&Self| provider.preset().is_some_and(|preset| preset.token_url == token_url);
        Self::ALL.iter().find(is_its).copied().unwrap_or(Self::Other)
    }
}

/// The endpoints of a provider, and the scope that sends mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Where a person signs in and allows it.
    pub authorize_url: &'static str,
    /// Where tokens are had.
    pub token_url: &'static str,
    pub scope: &'static str,
}

/// Whether secrets may be sent to an address: over TLS, or on this machine.
pub fn is_token_address(url: &str) -> bool {
    let is_plain = url.len() <= 500 && url.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '#'));
    let (is_safe, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return false,
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    is_plain
        && !host.is_empty()
        && !authority.contains('@')
        && (is_safe || ["localhost", "127.0.0.1", "[::1]"].contains(&host))
}

/// What a token endpoint answers when it gives a token.
#[derive(Clone, Deserialize)]
pub struct TokenAnswer {
    pub access_token: String,
    /// Seconds; some write it as text.
    #[serde(default)]
    pub expires_in: serde_json::Value,
    /// A new one, where the old one is used up.
    pub refresh_token: Option<String>,
}

impl TokenAnswer {
    /// How long the token counts, in seconds: an hour where nothing is said.
    pub fn lifetime(&self) -> i64 {
        let said = self.expires_in.as_i64().or_else(|| self.expires_in.as_str()?.parse().ok());
        said.unwrap_or(3600).clamp(0, 7 * 24 * 3600)
    }
}

/// What a token endpoint answers when it gives none (RFC 6749 §5.2).
#[derive(Clone, Debug, Deserialize)]
pub struct TokenRefusal {
    pub error: String,
    #[serde(default)]
    pub error_description: String,
}

/// What to do about a refusal, by its code.
pub fn advice(error: &str) -> &'static str {
    match error {
        "invalid_grant" => {
            "The refresh token no longer counts: it has expired, was revoked, or belongs to another client. Get a new one: sign in with the provider again."
        }
        "invalid_client" => "Check client id and client secret; a secret may have expired.",
        "unauthorized_client" => "Allow this client to use refresh tokens at the provider.",
        "invalid_scope" => "Check the scope: it must be one that the refresh token was given for.",
        "unsupported_grant_type" => "Check the token endpoint: this one renews no tokens.",
        _ => "Check the token endpoint, the client and the refresh token.",
    }
}

/// Fields of a form, as `application/x-www-form-urlencoded`.
pub fn form(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

/// A text as it stands in a form.
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            other => out.push_str(&format!("%{other:02X}")),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_over_tls_or_stay_on_this_machine() {
        for url in [
            "https://oauth2.googleapis.com/token",
            "https://login.example.org:8443/a?b=c",
            "http://127.0.0.1:8080/token",
            "http://localhost/token",
            "http://[::1]:9/t",
        ] {
            assert!(is_token_address(url), "{url}");
        }
        for url in [
            "",
            "oauth2.googleapis.com",
            "http://example.org/token",
            "http://localhost.example.org/",
            "http://127.0.0.1@example.org/",
            "https://a@b/",
            "https:///token",
            "https://a b/",
            "ftp://localhost/",
        ] {
            assert!(!is_token_address(url), "{url}");
        }
        let presets = OAuthProvider::ALL.iter().filter_map(|one| one.preset());
        assert!(presets.flat_map(|preset| [preset.authorize_url, preset.token_url]).all(is_token_address));
        assert_eq!(OAuthProvider::of("https://oauth2.googleapis.com/token"), OAuthProvider::Google);
        assert_eq!(OAuthProvider::of("https://example.org/token"), OAuthProvider::Other);
    }

    #[test]
    fn the_life_of_a_token_is_read_however_it_is_written() {
        let read = |json: &str| serde_json::from_str::<TokenAnswer>(json).unwrap().lifetime();
        assert_eq!(read(r#"{"access_token":"a","expires_in":1800}"#), 1800);
        assert_eq!(read(r#"{"access_token":"a","expires_in":"1800"}"#), 1800);
        assert_eq!(read(r#"{"access_token":"a"}"#), 3600);
        assert_eq!(read(r#"{"access_token":"a","expires_in":-5}"#), 0);
    }

    #[test]
    fn what_means_something_in_a_form_is_encoded() {
        assert_eq!(form(&[("a b", "1&2=3+ž"), ("c", "x/y")]), "a+b=1%262%3D3%2B%C5%BE&c=x%2Fy");
    }
}
