//! Opening a session: connect, encrypt, greet, sign in.

use super::{Session, Use};
use crate::domain::mail_account::{AuthMethod, TlsMode};
use crate::platform::mailer::dial::{dial, speaks_tls};
use crate::platform::mailer::failure::{Failure, FailureKind, Step, read_reply};
use crate::platform::mailer::server::MailServer;
use crate::platform::mailer::sign_in::sign_in;
use crate::platform::mailer::tls::{connector, describe};
use crate::platform::mailer::wire::{Recorder, Stream, Wire};
use mail_send::SmtpClient;
use smtp_proto::{EXT_SIZE, EXT_START_TLS, EhloResponse};
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::sleep;

pub(super) async fn open(server: &MailServer, recorder: Recorder) -> Result<Session, Failure> {
    let opening = Opening { server, recorder };
    let stream = dial(server, &opening.recorder).await?;
    let name = match &server.helo_name {
        Some(name) => name.to_string(),
        None => address_literal(&stream),
    };
    let mut client = match server.tls {
        TlsMode::Implicit => {
            let mut client = opening.encrypt(stream).await?;
            opening.greeting(&mut client, None).await?;
            client
        }
        TlsMode::StartTls => opening.start_tls(stream, &name).await?,
        TlsMode::None => {
            let peer = stream.peer_addr().ok();
            let mut client = opening.client(Stream::Plain(stream));
            opening.greeting(&mut client, peer).await?;
            client
        }
    };
    let offer = opening.hello(&mut client, &name).await?;
    let takes_size = offer.has_capability(EXT_SIZE);
    sign_in(&mut client, server, offer, &opening.recorder).await?;
    Ok(Session { client, recorder: opening.recorder, timeouts: server.timeouts, takes_size, state: Use::Fresh })
}

struct Opening<'a> {
    server: &'a MailServer,
    recorder: Recorder,
}

impl Opening<'_> {
    fn client(&self, stream: Stream) -> SmtpClient<Wire> {
        SmtpClient { stream: Wire::new(stream, self.recorder.clone()), timeout: self.server.timeouts.phase }
    }

    async fn encrypt(&self, stream: TcpStream) -> Result<SmtpClient<Wire>, Failure> {
        let patience = self.server.timeouts.phase;
        let connector = connector(&self.server.roots, &self.recorder)
            .map_err(|words| Failure::new(Step::Handshake, FailureKind::NoRoots(words)))?;
        let plain = SmtpClient { stream, timeout: patience };
        match plain.into_tls(&connector, self.server.host.as_str()).await {
            Ok(encrypted) => {
                self.recorder.note(describe(&encrypted.stream));
                Ok(self.client(Stream::Tls(Box::new(encrypted.stream))))
            }
            Err(error) => Err(Failure::from_smtp(Step::Handshake, error, false, patience)),
        }
    }

    async fn start_tls(&self, stream: TcpStream, name: &str) -> Result<SmtpClient<Wire>, Failure> {
        let peer = stream.peer_addr().ok();
        let mut client = self.client(Stream::Plain(stream));
        self.greeting(&mut client, peer).await?;
        let offer = self.hello(&mut client, name).await?;
        if !offer.has_capability(EXT_START_TLS) {
            return Err(Failure::new(Step::StartTls, FailureKind::StartTlsNotOffered));
        }
        self.recorder.client("STARTTLS");
        match client.cmd(b"STARTTLS\r\n").await {
            Ok(reply) if reply.code == 220 => {}
            Ok(reply) => return Err(Failure::new(Step::StartTls, FailureKind::Reply(read_reply(reply)))),
            Err(error) => return Err(self.failure(Step::StartTls, error, &client)),
        }
        // What the server said before the handshake is forgotten, as RFC 3207 §4.2 asks.
        match client.stream.stream {
            Stream::Plain(stream) => self.encrypt(stream).await,
            Stream::Tls(_) => Ok(client),
        }
    }

    /// Waits for the greeting. A server that stays silent may be waiting for TLS: with `peer`
    /// given, a second connection finds out while the first goes on waiting.
    async fn greeting(&self, client: &mut SmtpClient<Wire>, peer: Option<SocketAddr>) -> Result<(), Failure> {
        let timeouts = self.server.timeouts;
        let answer = {
            let mut read = pin!(client.read());
            let mut suspicion = pin!(suspect(peer, timeouts.silence));
            let mut patience = pin!(sleep(timeouts.phase));
            let mut suspected = false;
            loop {
                tokio::select! {
                    answer = &mut read => break Some(answer),
                    is_tls = &mut suspicion, if !suspected => {
                        suspected = true;
                        if is_tls {
                            return Err(Failure::new(Step::Greeting, FailureKind::TlsWherePlainExpected));
                        }
                    }
                    () = &mut patience => break None,
                }
            }
        };
        match answer {
            Some(Ok(reply)) if (200..300).contains(&reply.code) => Ok(()),
            Some(Ok(reply)) => Err(Failure::new(Step::Greeting, FailureKind::Reply(read_reply(reply)))),
            Some(Err(error)) => Err(self.failure(Step::Greeting, error, client)),
            None => Err(Failure::new(Step::Greeting, FailureKind::TimedOut(timeouts.phase))),
        }
    }

    /// Greets with EHLO. A server that does not know it is greeted with HELO (RFC 5321 §3.2), where the account needs
    /// none of the extensions that such a server cannot have.
    async fn hello(&self, client: &mut SmtpClient<Wire>, name: &str) -> Result<EhloResponse<String>, Failure> {
        self.recorder.client(format!("EHLO {name}"));
        let refusal = match client.ehlo(name).await {
            Ok(offer) => return Ok(offer),
            Err(mail_send::Error::UnexpectedReply(reply)) if is_unknown_command(reply.code) => read_reply(reply),
            Err(error) => return Err(self.failure(Step::Hello, error, client)),
        };
        if self.needs_extensions() {
            return Err(Failure::new(Step::Hello, FailureKind::NoExtensions(refusal)));
        }
        self.recorder.note("The server does not know EHLO: it is greeted as older ones are");
        self.recorder.client(format!("HELO {name}"));
        match client.cmd(format!("HELO {name}\r\n")).await {
            Ok(reply) if (200..300).contains(&reply.code) => Ok(EhloResponse::default()),
            Ok(reply) => Err(Failure::new(Step::Helo, FailureKind::Reply(read_reply(reply)))),
            Err(error) => Err(self.failure(Step::Helo, error, client)),
        }
    }

    /// STARTTLS and signing in are extensions (RFC 3207, RFC 4954); TLS from the start is none.
    fn needs_extensions(&self) -> bool {
        self.server.tls == TlsMode::StartTls || self.server.auth != AuthMethod::None
    }

    fn failure(&self, step: Step, error: mail_send::Error, client: &SmtpClient<Wire>) -> Failure {
        Failure::from_smtp(step, error, client.stream.is_closed, self.server.timeouts.phase)
    }
}

/// Command not recognised, not implemented, or not with this parameter (RFC 5321 §4.2.3): what a server says to EHLO
/// that has only HELO. Other refusals are of this client, and would meet it again.
fn is_unknown_command(code: u16) -> bool {
    matches!(code, 500 | 502 | 504)
}

/// Whether the peer, after some silence, turns out to speak TLS.
async fn suspect(peer: Option<SocketAddr>, silence: Duration) -> bool {
    sleep(silence).await;
    match peer {
        Some(peer) => speaks_tls(peer, Duration::from_secs(5)).await,
        None => false,
    }
}

/// `[192.0.2.1]` or `[IPv6:2001:db8::1]`: the name of a client that has none.
fn address_literal(stream: &TcpStream) -> String {
    match stream.local_addr().map(|address| address.ip()) {
        Ok(std::net::IpAddr::V4(ip)) => format!("[{ip}]"),
        Ok(std::net::IpAddr::V6(ip)) => format!("[IPv6:{ip}]"),
        Err(_) => "[127.0.0.1]".to_owned(),
    }
}
