//! One connection to a mail server, and the messages sent over it one after the other.

mod opening;

use super::failure::{Failure, FailureKind, Step, read_reply};
use super::server::{MailServer, Timeouts};
use super::wire::{Recorder, Wire};
use crate::domain::address::EmailAddress;
use crate::domain::delivery::DeliveryPhase;
use crate::domain::smtp_reply::{SmtpReply, Verdict};
use async_trait::async_trait;
use mail_send::SmtpClient;
use mail_send::smtp::message::Parameters;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

/// An open, signed-in connection.
pub struct Session {
    client: SmtpClient<Wire>,
    recorder: Recorder,
    timeouts: Timeouts,
    /// The server takes `SIZE=` after MAIL FROM.
    takes_size: bool,
    state: Use,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Fresh,
    /// A transaction was begun; RSET before the next.
    Used,
    /// The last transaction is ended; the next one may begin.
    Ready,
    /// The connection cannot be used any more.
    Spent,
}

/// Who the message is from and for, as the server is told. One recipient per transaction: one
/// refused recipient then concerns nobody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub sender: EmailAddress,
    pub recipient: EmailAddress,
}

/// Told of each phase before it begins, so that it can be stored first.
#[async_trait]
pub trait PhaseHook: Send + Sync {
    /// Called with `Envelope` before MAIL FROM and with `DataSent` before the final dot. An error
    /// stops the delivery; nothing has been sent then.
    async fn before(&self, phase: DeliveryPhase) -> Result<(), Stop>;
}

/// Why a hook stops a delivery, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop(pub String);

/// For messages that nobody keeps book of, such as a test mail.
pub struct NoHook;

#[async_trait]
impl PhaseHook for NoHook {
    async fn before(&self, _phase: DeliveryPhase) -> Result<(), Stop> {
        Ok(())
    }
}

impl Session {
    /// Connects, encrypts, greets and signs in as the server's settings say.
    pub async fn open(server: &MailServer, recorder: Recorder) -> Result<Self, Failure> {
        opening::open(server, recorder).await
    }

    /// Whether another message can be sent over this connection.
    pub fn is_usable(&self) -> bool {
        self.state != Use::Spent
    }

    /// Ends the last transaction before the next one begins: there is time for it while its answer is written down. Where the
    /// server does not agree, the connection cannot be used any more.
    pub async fn make_ready(&mut self) {
        if self.state == Use::Used {
            // Whoever stops waiting in the middle leaves an answer behind that nobody has read.
            self.state = Use::Spent;
            if self.reset().await.is_ok() {
                self.state = Use::Ready;
            }
        }
    }

    /// Sends one message to one recipient. The reply is the server's acceptance; from then on the
    /// message is the server's.
    pub async fn deliver(
        &mut self,
        envelope: &Envelope,
        message: &[u8],
        hook: &dyn PhaseHook,
    ) -> Result<SmtpReply, Failure> {
        let outcome = self.transact(envelope, message, hook).await;
        self.state = match &outcome {
            Ok(_) => Use::Used,
            Err(Failure { kind: FailureKind::Reply(reply), .. }) if !reply.is_closing() => Use::Used,
            Err(_) => Use::Spent,
        };
        outcome
    }

    async fn transact(
        &mut self,
        envelope: &Envelope,
        message: &[u8],
        hook: &dyn PhaseHook,
    ) -> Result<SmtpReply, Failure> {
        let was_ready = self.state == Use::Ready;
        if matches!(self.state, Use::Used | Use::Spent) {
            self.reset().await?;
        }
        ask(hook, DeliveryPhase::Envelope, Step::MailFrom).await?;
        let named = self.name_sender_and_recipient(envelope, message.len()).await;
        named.map_err(|failure| if was_ready { failure.between_messages() } else { failure })?;
        self.begin_data().await?;
        self.write_body(message).await?;
        ask(hook, DeliveryPhase::DataSent, Step::Body).await?;
        self.finish_data().await
    }

    async fn reset(&mut self) -> Result<(), Failure> {
        self.recorder.client("RSET");
        let done = self.client.rset().await;
        done.map_err(|error| self.failure(Step::Reset, error))
    }

    async fn name_sender_and_recipient(&mut self, envelope: &Envelope, size: usize) -> Result<(), Failure> {
        let mut parameters = Parameters::new();
        if self.takes_size {
            parameters.add(("SIZE".to_owned(), size.to_string()));
        }
        self.recorder.client(format!("MAIL FROM:<{}>{parameters}", envelope.sender));
        let named = self.client.mail_from(envelope.sender.as_str(), &parameters).await;
        named.map_err(|error| self.failure(Step::MailFrom, error))?;
        self.recorder.client(format!("RCPT TO:<{}>", envelope.recipient));
        let named = self.client.rcpt_to(envelope.recipient.as_str(), &Parameters::new()).await;
        named.map_err(|error| self.failure(Step::RcptTo, error))
    }

    /// The library's own `data` writes message and dot in one go; the phase between them must be
    /// stored, so they are written here.
    async fn begin_data(&mut self) -> Result<(), Failure> {
        self.recorder.client("DATA");
        match self.client.cmd(b"DATA\r\n").await {
            Ok(reply) if reply.code == 354 => Ok(()),
            Ok(reply) => Err(Failure::new(Step::Data, FailureKind::Reply(read_reply(reply)))),
            Err(error) => Err(self.failure(Step::Data, error)),
        }
    }

    async fn write_body(&mut self, message: &[u8]) -> Result<(), Failure> {
        let bytes = transparent(message);
        self.recorder.client(format!("({} bytes of message)", bytes.len()));
        let wire = &mut self.client.stream;
        let written = timeout(self.timeouts.body, async {
            wire.write_all(&bytes).await?;
            wire.flush().await
        });
        match written.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.failure(Step::Body, error.into())),
            Err(_) => Err(Failure::new(Step::Body, FailureKind::TimedOut(self.timeouts.body))),
        }
    }

    async fn finish_data(&mut self) -> Result<SmtpReply, Failure> {
        self.recorder.client(".");
        let patience = self.timeouts.final_dot;
        let answer = timeout(patience, async {
            self.client.stream.write_all(b".\r\n").await?;
            self.client.stream.flush().await?;
            self.client.read().await
        });
        match answer.await {
            Ok(Ok(reply)) => {
                let reply = read_reply(reply);
                match reply.verdict() {
                    Verdict::Yes => Ok(reply),
                    Verdict::Later | Verdict::Never => Err(Failure::new(Step::FinalDot, FailureKind::Reply(reply))),
                }
            }
            Ok(Err(error)) => Err(self.failure(Step::FinalDot, error)),
            Err(_) => Err(Failure::new(Step::FinalDot, FailureKind::TimedOut(patience))),
        }
    }

    /// Says goodbye and closes; what the server answers does not matter any more.
    pub async fn quit(self) {
        if self.state != Use::Spent {
            self.recorder.client("QUIT");
            // A lost connection closes as well.
            let _ = timeout(Duration::from_secs(5), self.client.quit()).await;
        }
    }

    fn failure(&self, step: Step, error: mail_send::Error) -> Failure {
        Failure::from_smtp(step, error, self.client.stream.is_closed, self.timeouts.phase)
    }
}

async fn ask(hook: &dyn PhaseHook, phase: DeliveryPhase, step: Step) -> Result<(), Failure> {
    hook.before(phase).await.map_err(|Stop(words)| Failure::new(step, FailureKind::Stopped(words)))
}

/// The message as it goes between DATA and the dot: a dot at the start of a line doubled
/// (RFC 5321 §4.5.2), the last line ended. A lone CR or LF counts as a line end, so that no
/// receiver, however lenient, can see the end of the message inside it.
fn transparent(message: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(message.len() + message.len() / 64 + 2);
    for line in message.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
        if line.starts_with(b".") {
            bytes.push(b'.');
        }
        bytes.extend_from_slice(line);
    }
    if !bytes.ends_with(b"\r\n") {
        bytes.extend(b"\r\n");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::transparent;

    #[test]
    fn dots_at_line_starts_are_doubled_and_the_last_line_is_ended() {
        for (message, expected) in [
            ("a\r\n", "a\r\n"),
            ("a", "a\r\n"),
            (".a\r\n..b\r\n.\r\nc.\r\n", "..a\r\n...b\r\n..\r\nc.\r\n"),
            ("a\n.\r\nMAIL FROM:<x>", "a\n..\r\nMAIL FROM:<x>\r\n"),
            ("a\r.\r\n", "a\r..\r\n"),
            ("", "\r\n"),
        ] {
            assert_eq!(String::from_utf8(transparent(message.as_bytes())).unwrap(), expected, "{message:?}");
        }
    }
}
