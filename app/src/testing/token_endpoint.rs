//! A token endpoint of OAuth 2.0 for tests.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A token endpoint that gives these answers in turn, and writes down what it was asked.
pub struct TokenEndpoint {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl TokenEndpoint {
    /// Starts one on a free port of this machine; after the last answer it says 500.
    pub async fn start(answers: &[(u16, &str)]) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), answers)
    }

    /// As [`TokenEndpoint::start`], on a port that is listened to already.
    pub fn on(listener: TcpListener, answers: &[(u16, &str)]) -> Self {
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let mut answers: VecDeque<(u16, String)> =
            answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
        let notes = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut heard = Vec::new();
                loop {
                    let mut part = [0; 4096];
                    let count = stream.read(&mut part).await.unwrap();
                    heard.extend_from_slice(&part[..count]);
                    let text = String::from_utf8_lossy(&heard).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    let length = head
                        .to_lowercase()
                        .split("content-length: ")
                        .nth(1)
                        .and_then(|rest| rest.lines().next().and_then(|line| line.trim().parse::<usize>().ok()));
                    if body.len() >= length.unwrap_or_default() {
                        notes.lock().unwrap().push(body.to_owned());
                        break;
                    }
                }
                let (status, body) = answers.pop_front().unwrap_or((500, "no more answers".into()));
                let answer = format!(
                    "HTTP/1.1 {status} Answer\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { url, asked }
    }

    /// The bodies of what it was asked.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Gives one answer of 200 as soon as something else has happened while it was asked. The connection comes back: it must
/// stay open until the answer is read.
pub async fn answer_after(listener: &TcpListener, body: &str, meanwhile: impl Future<Output = ()>) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut part = [0; 4096];
    assert!(stream.read(&mut part).await.unwrap() > 0);
    meanwhile.await;
    let answer = format!(
        "HTTP/1.1 200 Answer\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
    stream
}
