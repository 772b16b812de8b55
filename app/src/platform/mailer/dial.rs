//! From a host name to a TCP connection.

use super::failure::{Failure, FailureKind, Step};
use super::server::MailServer;
use super::tls::accepting_connector;
use super::wire::Recorder;
use crate::domain::mail_account::TlsMode;
use crate::platform::outbound::{self, Reach, Rule, Unconnected};
use rustls::pki_types::ServerName;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Resolves the name once and connects to the first address that may be reached and answers.
pub(super) async fn dial(server: &MailServer, recorder: &Recorder) -> Result<TcpStream, Failure> {
    let patience = server.timeouts.phase;
    let rule = Rule { reach: Reach::Servers, allowed: &server.allowed };
    let leave_out = |address: SocketAddr| {
        recorder.note(format!("Not connecting to {address}: no mail server may be there"));
    };
    let found = match outbound::resolve(rule, server.host.as_str(), server.port, patience).await {
        Ok(found) => found,
        Err(error) => {
            if let Unconnected::Forbidden(address) = &error {
                leave_out(SocketAddr::new(*address, server.port));
            }
            return Err(failure(error));
        }
    };
    found.left_out().iter().copied().for_each(leave_out);
    let may_be_in_clear = |address: &SocketAddr| server.cleartext.may_reach(&server.host, address.ip());
    if server.tls == TlsMode::None && !found.all().iter().all(may_be_in_clear) {
        return Err(Failure::new(Step::Connect, FailureKind::CleartextForbidden));
    }
    let connecting = |address: SocketAddr| recorder.note(format!("Connecting to {address}"));
    let stream = found.connect(patience, connecting).await.map_err(failure)?;
    // Commands are small and each waits for its answer.
    stream.set_nodelay(true).map_err(|error| Failure::new(Step::Connect, FailureKind::Broken(error.to_string())))?;
    Ok(stream)
}

fn failure(error: Unconnected) -> Failure {
    match error {
        Unconnected::NameNotFound(words) => Failure::new(Step::Resolve, FailureKind::NameNotFound(words)),
        Unconnected::Forbidden(address) => Failure::new(Step::Connect, FailureKind::AddressForbidden(address)),
        Unconnected::Refused(_) => Failure::new(Step::Connect, FailureKind::Refused),
        Unconnected::Unreachable(words) => Failure::new(Step::Connect, FailureKind::Unreachable(words)),
        Unconnected::TimedOut(patience) => Failure::new(Step::Connect, FailureKind::TimedOut(patience)),
    }
}

/// Whether a port answers a TLS handshake at once. Opens a connection of its own; trusts nobody
/// and says nothing over it.
pub(super) async fn speaks_tls(address: SocketAddr, patience: Duration) -> bool {
    let attempt = async {
        let connector = accepting_connector().ok()?;
        let stream = outbound::connect_again(address).await.ok()?;
        connector.connect(ServerName::IpAddress(address.ip().into()), stream).await.ok()
    };
    matches!(timeout(patience, attempt).await, Ok(Some(_)))
}
