//! The stream under a conversation: plain or TLS, with what the server says written down.

use super::certificate::read_chain;
use crate::domain::certificate::Certificate;
use crate::domain::transcript::{Line, Speaker};
use chrono::{DateTime, Utc};
use rustls::pki_types::CertificateDer;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// Longest transcript; a server that talks on is not written down any further.
const MAX_LINES: usize = 400;
const MAX_LINE: usize = 1000;

/// Writes down a conversation. Clones write to the same one.
#[derive(Clone, Default)]
pub struct Recorder {
    log: Arc<Mutex<Log>>,
}

#[derive(Default)]
struct Log {
    lines: Vec<Line>,
    hidden: Vec<String>,
    /// What the server showed in the last handshake.
    shown: Vec<CertificateDer<'static>>,
    unfinished: Vec<u8>,
}

impl Recorder {
    /// What was said so far.
    pub fn lines(&self) -> Vec<Line> {
        self.with(|log| {
            log.finish_line();
            log.lines.clone()
        })
    }

    /// The certificates that the server showed, its own first, accepted or not.
    pub fn chain(&self, now: DateTime<Utc>) -> Vec<Certificate> {
        self.with(|log| read_chain(&log.shown, now))
    }

    pub(super) fn shown(&self, chain: Vec<CertificateDer<'static>>) {
        self.with(|log| log.shown = chain);
    }

    /// Writes down what nobody said.
    pub fn note(&self, words: impl Into<String>) {
        self.with(|log| log.push(Speaker::Note, words.into()));
    }

    pub(super) fn client(&self, words: impl Into<String>) {
        self.with(|log| log.push(Speaker::Client, words.into()));
    }

    /// From now on this text is blanked out wherever it appears.
    pub(super) fn hide(&self, secret: String) {
        self.with(|log| log.hidden.push(secret));
    }

    fn server(&self, bytes: &[u8]) {
        self.with(|log| {
            for byte in bytes {
                match byte {
                    b'\n' => log.finish_line(),
                    b'\r' => {}
                    _ if log.unfinished.len() < MAX_LINE => log.unfinished.push(*byte),
                    _ => {}
                }
            }
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut Log) -> T) -> T {
        act(&mut self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recorder")
    }
}

impl Log {
    fn finish_line(&mut self) {
        if !self.unfinished.is_empty() {
            let words = String::from_utf8_lossy(&self.unfinished).into_owned();
            self.unfinished.clear();
            self.push(Speaker::Server, words);
        }
    }

    fn push(&mut self, speaker: Speaker, mut words: String) {
        if speaker != Speaker::Server {
            self.finish_line();
        }
        for secret in self.hidden.iter().filter(|secret| !secret.is_empty()) {
            words = words.replace(secret, "(hidden)");
        }
        words.retain(|c| !c.is_control());
        if self.lines.len() < MAX_LINES {
            self.lines.push(Line::new(speaker, words));
        }
    }
}

/// A connection whose incoming side is recorded.
pub(super) struct Wire {
    pub(super) stream: Stream,
    recorder: Recorder,
    /// The server has closed its side.
    pub(super) is_closed: bool,
}

pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Wire {
    pub(super) fn new(stream: Stream, recorder: Recorder) -> Self {
        Self { stream, recorder, is_closed: false }
    }

    pub(super) fn is_encrypted(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buffer),
        };
        if let Poll::Ready(Ok(())) = &polled {
            let read = &buffer.filled()[before..];
            self.is_closed = read.is_empty();
            self.recorder.server(read);
        }
        polled
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}
