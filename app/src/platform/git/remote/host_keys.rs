//! ssh: how it is told to trust only the keys of the server that somebody has confirmed, and which those are.

use std::{net::IpAddr, path::Path};

use super::{Remote, RemoteError, RemoteRule, SignIn};
use crate::platform::git::{process, ssh_key};

impl Remote {
    /// The keys that the server shows now, for somebody to compare: `ssh-ed25519 AAAA…` each.
    ///
    /// # Errors
    /// [`RemoteError`], where it shows none.
    pub async fn host_keys(&self) -> Result<Vec<String>, RemoteError> {
        let place = match self.place().await? {
            Some(place) => Some(self.one_of(&place).await?),
            None => None,
        };
        let mut command = self.program("ssh-keyscan");
        command.args(["-T", "10", "-t", "ed25519,ecdsa,rsa", "-p"]).arg(self.address.port().to_string());
        command.arg("--").arg(place.map_or_else(|| self.address.host.clone(), |place| place.to_string()));
        let done = match process::run(command, self.settings.limit).await {
            Ok(done) => done,
            Err(broken) => return Err(self.broken("ssh-keyscan", broken)),
        };
        let key = |line: &str| {
            let mut parts = line.split_whitespace().skip(1);
            let key = format!("{} {}", parts.next()?, parts.next()?);
            ssh_key::fingerprint(&key).map(|_| key)
        };
        let mut keys: Vec<String> = done.out.lines().filter(|line| !line.starts_with('#')).filter_map(key).collect();
        keys.sort();
        keys.dedup();
        if keys.is_empty() {
            let words = format!("{}{}", done.out, done.err);
            let words = words.lines().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
            return Err(RemoteError::Said(match words.is_empty() {
                true => format!("{} shows no keys on port {}.", self.address.host, self.address.port()),
                false => words,
            }));
        }
        Ok(keys)
    }

    /// Both sides' fingerprints, for somebody to compare. ssh names the server's where it is of a kind that is known; of
    /// another kind the server is asked.
    pub(super) async fn other_host_key(&self, words: &str) -> RemoteError {
        let named = words.split_whitespace().find(|word| word.starts_with("SHA256:"));
        let shown = match named {
            Some(print) => print.trim_end_matches('.').to_owned(),
            // Tests answer for the server themselves.
            None if self.settings.remotes == RemoteRule::Files => String::new(),
            None => self.host_keys().await.map(|keys| fingerprints(&keys)).unwrap_or_default(),
        };
        let confirmed = match &self.sign_in {
            SignIn::Key { host_keys, .. } => fingerprints(host_keys),
            SignIn::Nothing | SignIn::Token { .. } => String::new(),
        };
        let or_none = |prints: String| if prints.is_empty() { "none that can be read".to_owned() } else { prints };
        RemoteError::OtherHostKey { confirmed: or_none(confirmed), shown: or_none(shown) }
    }
}

/// `ssh-ed25519 SHA256:…`, with commas.
fn fingerprints(keys: &[String]) -> String {
    let prints = keys.iter().filter_map(|key| ssh_key::fingerprint(key));
    prints.map(|(kind, print)| format!("{kind} {print}")).collect::<Vec<_>>().join(", ")
}

/// Asks nobody, trusts only the confirmed keys of the host, offers only the one key.
pub(super) fn ssh_command(host: &str, ip: Option<IpAddr>, known: &Path, key: &Path) -> String {
    // Once for the shell, once for ssh, which divides values at spaces.
    let file = |path: &Path| format!("\"{}\"", path.display().to_string().replace('%', "%%"));
    let mut options = vec![
        "BatchMode=yes".to_owned(),
        "StrictHostKeyChecking=yes".to_owned(),
        format!("UserKnownHostsFile={}", file(known)),
        "GlobalKnownHostsFile=/dev/null".to_owned(),
        "UpdateHostKeys=no".to_owned(),
        format!("HostKeyAlias={host}"),
        format!("IdentityFile={}", file(key)),
        "IdentitiesOnly=yes".to_owned(),
        "IdentityAgent=none".to_owned(),
        "PreferredAuthentications=publickey".to_owned(),
        "ConnectTimeout=15".to_owned(),
        "ServerAliveInterval=15".to_owned(),
        "LogLevel=ERROR".to_owned(),
    ];
    options.extend(ip.map(|ip| format!("HostName={ip}")));
    let quoted = options.iter().map(|option| format!(" -o '{}'", option.replace('\'', "'\\''")));
    format!("ssh -F /dev/null{}", quoted.collect::<String>())
}
