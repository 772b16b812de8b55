//! How to reach and use one mail server.

use super::tls::Roots;
use crate::domain::mail_account::{AuthMethod, ClearRelay, MailHost, TlsMode};
use crate::domain::network::Network;
use crate::platform::secrets::Secret;
use std::net::IpAddr;
use std::time::Duration;

/// Everything that a connection needs to know.
#[derive(Clone, Debug)]
pub struct MailServer {
    pub host: MailHost,
    pub port: u16,
    pub tls: TlsMode,
    pub auth: AuthMethod,
    /// Needed unless `auth` is [`AuthMethod::None`].
    pub credentials: Option<Credentials>,
    /// The name after EHLO; without one the address literal of the connection (RFC 5321 §4.1.3).
    pub helo_name: Option<MailHost>,
    pub roots: Roots,
    pub cleartext: Cleartext,
    /// Where a server may stand although none does: see [`crate::domain::network::is_of_server`].
    pub allowed: Vec<Network>,
    pub timeouts: Timeouts,
}

/// A user name and its password.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub username: String,
    pub password: Secret,
}

/// Where a connection without encryption may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cleartext {
    LoopbackOnly,
    /// Also to these, which the operator allowed.
    AlsoTo(Vec<ClearRelay>),
}

impl Cleartext {
    /// Whether a server of this name may be spoken to without encryption at this address.
    pub fn may_reach(&self, host: &MailHost, address: IpAddr) -> bool {
        address.is_loopback()
            || match self {
                Self::LoopbackOnly => false,
                Self::AlsoTo(relays) => relays.iter().any(|relay| relay.covers(host, address)),
            }
    }
}

/// How long each phase may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Each command, the connection and the handshake.
    pub phase: Duration,
    /// Writing the message (RFC 5321 §4.5.3.2.5).
    pub body: Duration,
    /// The answer after the final dot (RFC 5321 §4.5.3.2.6). Short limits make duplicates.
    pub final_dot: Duration,
    /// Silence after which a server that should greet is suspected to expect TLS.
    pub silence: Duration,
}

impl Timeouts {
    /// Where a command may take so long: writing the message six times, the answer to it twenty times as long.
    pub fn by_phase(phase: Duration) -> Self {
        Self { phase, body: phase * 6, final_dot: phase * 20, silence: phase.min(Duration::from_secs(3)) }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::by_phase(Duration::from_secs(30))
    }
}
