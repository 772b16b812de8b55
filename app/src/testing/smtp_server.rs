//! A real SMTP server process for tests: `end2end/smtp/server.py` on a free port.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::mail::service::accounts::AccountInput;

/// An account that sends to a server on this machine, as its form says it: in the clear and without signing in.
pub fn local_account(port: u16) -> AccountInput {
    // No two accounts have one name, and a port may be free again.
    static COUNT: AtomicU32 = AtomicU32::new(1);
    AccountInput {
        name: format!("Local {}", COUNT.fetch_add(1, Ordering::Relaxed)),
        host: "localhost".into(),
        port: port.to_string(),
        tls: "none".into(),
        auth: "none".into(),
        username: String::new(),
        password: String::new(),
        sender_name: "Reports".into(),
        sender_address: "reports@example.org".into(),
    }
}

/// A running server; it ends with the value, because its standard input closes.
pub struct SmtpServer {
    pub port: u16,
    /// The server's certificate in PEM, if it speaks TLS.
    pub certificate: Option<String>,
    folder: PathBuf,
    process: Child,
    input: Option<ChildStdin>,
}

impl SmtpServer {
    /// Starts a server with options of `server.py`, for example `["--tls", "starttls"]`.
    ///
    /// # Panics
    /// If there is no Python with aiosmtpd: `make test` installs it.
    pub fn start(options: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("autoreport-smtp-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        // The script finds a Python that has aiosmtpd.
        let mut process = Command::new(repository().join("scripts/python.sh"))
            .arg(repository().join("end2end/smtp/server.py"))
            .arg("--folder")
            .arg(&folder)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("python starts");
        let input = process.stdin.take();
        let output = process.stdout.take().expect("standard output is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("the server's first line");
        let started: Value = serde_json::from_str(&line)
            .expect("the SMTP test server says its port; without aiosmtpd it cannot start: run scripts/setup.sh test");
        let port = started["listening"].as_u64().and_then(|port| u16::try_from(port).ok()).expect("a port");
        let certificate = started["ca"].as_str().map(|path| std::fs::read_to_string(path).expect("the certificate"));
        Self { port, certificate, folder, process, input }
    }

    /// The accepted messages in the order of their arrival.
    pub fn messages(&self) -> Vec<Vec<u8>> {
        let mut names: Vec<PathBuf> = std::fs::read_dir(&self.folder)
            .expect("the server's folder")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
            .collect();
        names.sort();
        names.iter().map(|path| std::fs::read(path).expect("a message")).collect()
    }

    /// What happened so far, one JSON object per event.
    pub fn ledger(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.join("ledger.jsonl")).unwrap_or_default();
        // The last line may just be written.
        let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        lines.map(|line| serde_json::from_str(line).expect("a ledger line")).collect()
    }

    /// How often an event stands in the ledger.
    pub fn count(&self, event: &str) -> usize {
        self.ledger().iter().filter(|line| line["event"] == event).count()
    }

    /// Waits until an event has happened so many times, for at most five seconds.
    pub fn wait_for(&self, event: &str, times: usize) {
        let begun = Instant::now();
        while self.count(event) < times {
            assert!(
                begun.elapsed() < Duration::from_secs(5),
                "{event} did not happen {times} times: {:?}",
                self.ledger()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub(super) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
