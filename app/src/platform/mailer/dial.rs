//! From a host name to a TCP connection.

use super::failure::{Failure, FailureKind, Step};
use super::server::MailServer;
use super::tls::accepting_connector;
use super::wire::Recorder;
use crate::domain::mail_account::TlsMode;
use crate::domain::network::is_of_server;
use rustls::pki_types::ServerName;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// Resolves the name once and connects to the first address that may be reached and answers: the one that is checked is
/// the one that is used.
pub(super) async fn dial(server: &MailServer, recorder: &Recorder) -> Result<TcpStream, Failure> {
    let addresses = allowed(server, resolve(server).await?, recorder)?;
    let may_be_in_clear = |address: &SocketAddr| server.cleartext.may_reach(&server.host, address.ip());
    if server.tls == TlsMode::None && !addresses.iter().all(may_be_in_clear) {
        return Err(Failure::new(Step::Connect, FailureKind::CleartextForbidden));
    }
    let mut last = FailureKind::NameNotFound("the name has no address".to_owned());
    for address in addresses {
        recorder.note(format!("Connecting to {address}"));
        match timeout(server.timeouts.phase, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Commands are small and each waits for its answer.
                stream
                    .set_nodelay(true)
                    .map_err(|error| Failure::new(Step::Connect, FailureKind::Broken(error.to_string())))?;
                return Ok(stream);
            }
            Ok(Err(error)) => last = connect_problem(&error),
            Err(_) => last = FailureKind::TimedOut(server.timeouts.phase),
        }
    }
    Err(Failure::new(Step::Connect, last))
}

/// The addresses that a mail server may have; the others are never spoken to.
fn allowed(server: &MailServer, found: Vec<SocketAddr>, recorder: &Recorder) -> Result<Vec<SocketAddr>, Failure> {
    let may_reach = |address: &SocketAddr| {
        is_of_server(address.ip()) || server.allowed.iter().any(|network| network.contains(address.ip()))
    };
    let (allowed, forbidden): (Vec<_>, Vec<_>) = found.into_iter().partition(may_reach);
    for address in &forbidden {
        recorder.note(format!("Not connecting to {address}: no mail server may be there"));
    }
    match forbidden.first() {
        Some(address) if allowed.is_empty() => {
            Err(Failure::new(Step::Connect, FailureKind::AddressForbidden(address.ip())))
        }
        _ => Ok(allowed),
    }
}

async fn resolve(server: &MailServer) -> Result<Vec<SocketAddr>, Failure> {
    let not_found = |words: String| Failure::new(Step::Resolve, FailureKind::NameNotFound(words));
    match timeout(server.timeouts.phase, lookup_host((server.host.as_str(), server.port))).await {
        Ok(Ok(addresses)) => Ok(addresses.collect()),
        Ok(Err(error)) => Err(not_found(error.to_string())),
        Err(_) => Err(not_found("the name server did not answer".to_owned())),
    }
}

fn connect_problem(error: &io::Error) -> FailureKind {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => FailureKind::Refused,
        _ => FailureKind::Unreachable(error.to_string()),
    }
}

/// Whether a port answers a TLS handshake at once. Opens a connection of its own; trusts nobody
/// and says nothing over it.
pub(super) async fn speaks_tls(address: SocketAddr, patience: Duration) -> bool {
    let attempt = async {
        let connector = accepting_connector().ok()?;
        let stream = TcpStream::connect(address).await.ok()?;
        connector.connect(ServerName::IpAddress(address.ip().into()), stream).await.ok()
    };
    matches!(timeout(patience, attempt).await, Ok(Some(_)))
}
