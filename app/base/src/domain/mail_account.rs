//! What an SMTP account can be: kind, encryption, way of signing in, host and port.

use super::network::Network;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

crate::text_enum!(
    /// Where an account's mail goes.
    AccountKind {
        /// Kept in the database and shown on the Outbox page; always there.
        Outbox = "outbox",
        /// Handed to a mail server.
        Smtp = "smtp",
    }
);

crate::text_enum!(
    /// How the connection to the mail server is encrypted.
    #[derive(Default)]
    TlsMode {
        /// The server greets in clear, then both switch; without the switch nothing is sent (port 587).
        #[default]
        StartTls = "start_tls",
        /// TLS from the first byte (port 465).
        Implicit = "implicit",
        /// Never encrypted: for this machine only.
        None = "none",
    }
);

crate::text_enum!(
    /// How AutoReport signs in to the mail server.
    #[derive(Default)]
    AuthMethod {
        /// The best that the server offers.
        #[default]
        Automatic = "automatic",
        Plain = "plain",
        Login = "login",
        CramMd5 = "cram_md5",
        /// An access token in the place of a password (Google, Microsoft).
        XOAuth2 = "xoauth2",
        /// Do not sign in.
        None = "none",
    }
);

impl TlsMode {
    /// The choice on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::StartTls => "STARTTLS, required (usual on port 587)",
            Self::Implicit => "TLS from the start (usual on port 465)",
            Self::None => "No encryption (this machine only)",
        }
    }

    /// The port that servers usually listen on for this mode.
    pub fn usual_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Implicit => 465,
            Self::None => 25,
        }
    }

    /// The port that follows the choice of this mode, where the field still holds the usual one of the mode before.
    pub fn port_after(self, before: Self, port: &str) -> Option<u16> {
        (self != before && port.trim() == before.usual_port().to_string()).then_some(self.usual_port())
    }
}

impl AuthMethod {
    /// The choice on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Automatic => "User name and password",
            Self::Plain => "User name and password, PLAIN only",
            Self::Login => "User name and password, LOGIN only",
            Self::CramMd5 => "User name and password, CRAM-MD5 only",
            Self::XOAuth2 => "User name and access token, XOAUTH2",
            Self::None => "No sign-in",
        }
    }
}

/// The name or IP address of a mail server, fit for a connection and a certificate check.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailHost(String);

/// Why a text is no [`MailHost`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MailHostError {
    Empty,
    /// An address of the web, or a path.
    Url,
    /// `host:port`; the port has a field of its own.
    WithPort,
    Malformed,
}

impl MailHost {
    /// Reads a host name (LDH labels) or an IP address, without brackets; lower case.
    pub fn parse(text: &str) -> Result<Self, MailHostError> {
        let text = text.trim_matches(' ');
        if text.is_empty() {
            return Err(MailHostError::Empty);
        }
        if text.contains('/') {
            return Err(MailHostError::Url);
        }
        if text.parse::<std::net::IpAddr>().is_ok() {
            return Ok(Self(text.to_ascii_lowercase()));
        }
        if text.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
            return Err(MailHostError::WithPort);
        }
        if text.len() > 253 || !text.split('.').all(is_label) {
            return Err(MailHostError::Malformed);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A relay that the operator allows to be spoken to without encryption, for example inside a container network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClearRelay {
    /// Whatever has an address in it.
    Network(Network),
    /// The host that an account names.
    Host(MailHost),
}

impl ClearRelay {
    /// Whether a server of this name is meant, at this address.
    pub fn covers(&self, host: &MailHost, address: IpAddr) -> bool {
        match self {
            Self::Network(network) => network.contains(address),
            Self::Host(known) => known == host,
        }
    }

    /// Whether a server of this name can be meant, before its addresses are known: what is no address may have one in a
    /// network.
    pub fn may_cover(&self, host: &MailHost) -> bool {
        match self {
            Self::Network(network) => host.as_str().parse::<IpAddr>().map_or(true, |address| network.contains(address)),
            Self::Host(known) => known == host,
        }
    }
}

impl FromStr for ClearRelay {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.parse() {
            Ok(network) => Ok(Self::Network(network)),
            Err(()) => MailHost::parse(text).map(Self::Host).map_err(|_| ()),
        }
    }
}

impl fmt::Display for ClearRelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) => network.fmt(f),
            Self::Host(host) => f.write_str(host.as_str()),
        }
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl fmt::Display for MailHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for MailHost {
    type Error = MailHostError;
    fn try_from(text: String) -> Result<Self, MailHostError> {
        Self::parse(&text)
    }
}

impl From<MailHost> for String {
    fn from(host: MailHost) -> String {
        host.0
    }
}

impl fmt::Display for MailHostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Enter the name of the mail server, like smtp.example.org.",
            Self::Url => "Enter the name alone, without https:// and without a path.",
            Self::WithPort => "Enter the name alone. The port has its own field.",
            Self::Malformed => "A server name has letters, digits, hyphens and dots only.",
        })
    }
}

impl std::error::Error for MailHostError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_follows_the_mode_unless_somebody_has_typed_another_one() {
        let (start_tls, implicit) = (TlsMode::StartTls, TlsMode::Implicit);
        assert_eq!(implicit.port_after(start_tls, "587"), Some(465));
        assert_eq!(start_tls.port_after(implicit, " 465 "), Some(587));
        assert_eq!(TlsMode::None.port_after(start_tls, "587"), Some(25));
        assert_eq!(implicit.port_after(start_tls, "2525"), None);
        assert_eq!(TlsMode::None.port_after(start_tls, "465"), None, "typed beside another mode");
        assert_eq!(implicit.port_after(implicit, "465"), None);
    }

    #[test]
    fn a_host_is_a_name_or_an_ip_address() {
        for (text, kept) in [
            (" SMTP.Example.org ", "smtp.example.org"),
            ("localhost", "localhost"),
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            assert_eq!(MailHost::parse(text).unwrap().as_str(), kept);
        }
        for (text, error) in [
            ("", MailHostError::Empty),
            ("https://smtp.example.org", MailHostError::Url),
            ("smtp.example.org:587", MailHostError::WithPort),
            ("smtp example", MailHostError::Malformed),
            ("smtp.example.org\r\nQUIT", MailHostError::Malformed),
            ("-a.example", MailHostError::Malformed),
            ("a..example", MailHostError::Malformed),
        ] {
            assert_eq!(MailHost::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn a_name_may_have_an_address_in_a_network_and_an_address_is_in_it_or_not() {
        for (relay, host, may) in [
            ("172.16.0.0/12", "172.20.0.7", true),
            ("172.16.0.0/12", "192.0.2.7", false),
            ("172.16.0.0/12", "2001:db8::1", false),
            ("172.16.0.0/12", "mail", true),
            ("mail", "Mail", true),
            ("mail", "mail.example.org", false),
            ("mail", "172.20.0.7", false),
        ] {
            let relay: ClearRelay = relay.parse().unwrap();
            assert_eq!(relay.may_cover(&MailHost::parse(host).unwrap()), may, "{relay} {host}");
        }
    }
}
