//! A repository on another machine: gix cannot push, so git does, told everything it needs and nothing else.
//!
//! It runs in a skeleton of a repository in a private folder that borrows the archive's objects: neither the
//! configuration nor the hooks of a repository that somebody else may write to have a say. Secrets go by the
//! environment or by files that only this user can read, never by arguments.

mod error;
mod host_keys;
mod place;

pub use error::RemoteError;

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::process::Command;

use self::host_keys::ssh_command;
use super::{
    private_folder::PrivateFolder,
    process::{self, Broken, Finished},
};
use crate::{
    domain::{
        git_remote::{GitRemote, Transport},
        network::Network,
    },
    platform::{outbound::Addresses, secrets::Secret},
};

/// Which addresses may be pushed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteRule {
    /// Servers of the public internet.
    Public,
    /// Servers of the operator's own network, too, but where secrets of the machine are asked for.
    Internal,
    /// Folders of this machine, too: for tests.
    Files,
}

/// How the program runs git.
#[derive(Clone, Debug)]
pub struct GitSettings {
    pub remotes: RemoteRule,
    /// Addresses that no server has, and that may be pushed to all the same where [`RemoteRule::Internal`] holds.
    pub allowed: Vec<Network>,
    /// The file of the authorities that vouch for servers, in PEM; none: those that the machine trusts.
    pub authorities: Option<PathBuf>,
    /// Where programs are looked for.
    pub path: String,
    /// How long one of them may take.
    pub limit: Duration,
}

impl Default for GitSettings {
    fn default() -> Self {
        Self {
            remotes: RemoteRule::Public,
            allowed: Vec::new(),
            authorities: None,
            path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".into(),
            limit: Duration::from_secs(120),
        }
    }
}

/// How to sign in.
#[derive(Clone, Debug)]
pub enum SignIn {
    Nothing,
    Token {
        user: String,
        token: Secret,
    },
    /// The private key, and the server's own keys (`ssh-ed25519 AAAA…`) that an administrator has confirmed.
    Key {
        private: Secret,
        host_keys: Vec<String>,
    },
}

/// A repository on another machine.
#[derive(Clone, Debug)]
pub struct Remote {
    pub address: GitRemote,
    pub sign_in: SignIn,
    pub settings: GitSettings,
    /// Below it the private folder is made.
    pub folder: PathBuf,
}

/// What a push came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushEnd {
    /// The branch there is at the commit.
    Done,
    /// The branch there has commits that are not below it.
    Behind,
}

impl Remote {
    /// What stands on the server's branches, as git says it: `COMMIT refs/heads/NAME` a line.
    ///
    /// # Errors
    /// [`RemoteError`] with the words of git.
    pub async fn list(&self) -> Result<String, RemoteError> {
        let stage = self.stage().await?;
        let mut command = self.git(&stage, None);
        command.args(["ls-remote", "--heads", "--"]).arg(self.address.to_string());
        let done = self.run(command).await?;
        if done.is_good { Ok(done.out) } else { Err(self.refusal(&done).await) }
    }

    /// Brings a commit to a branch of the server; never by force.
    ///
    /// # Errors
    /// [`RemoteError`] with the words of git.
    pub async fn push(&self, objects: &Path, commit: &str, branch: &str) -> Result<PushEnd, RemoteError> {
        let stage = self.stage().await?;
        let mut command = self.git(&stage, Some(objects));
        command.args(["push", "--porcelain", "--no-verify", "--"]).arg(self.address.to_string());
        command.arg(format!("{commit}:refs/heads/{branch}"));
        let done = self.run(command).await?;
        let is_behind = |line: &str| {
            line.starts_with('!') && (line.contains("(fetch first)") || line.contains("(non-fast-forward)"))
        };
        match done.is_good {
            true => Ok(PushEnd::Done),
            false if done.out.lines().any(is_behind) => Ok(PushEnd::Behind),
            false => Err(self.refusal(&done).await),
        }
    }

    /// Brings what is on a branch of the server into the archive's objects, and says which commit it is.
    ///
    /// # Errors
    /// [`RemoteError`] with the words of git.
    pub async fn fetch(&self, objects: &Path, branch: &str) -> Result<String, RemoteError> {
        let stage = self.stage().await?;
        let mut command = self.git(&stage, Some(objects));
        command.args(["fetch", "--no-tags", "--no-write-fetch-head", "--"]).arg(self.address.to_string());
        command.arg(format!("+refs/heads/{branch}:refs/heads/theirs"));
        let done = self.run(command).await?;
        if !done.is_good {
            return Err(self.refusal(&done).await);
        }
        let theirs = std::fs::read_to_string(stage.repository().join("refs/heads/theirs"));
        theirs.map(|id| id.trim().to_owned()).map_err(|error| RemoteError::System(error.to_string()))
    }

    async fn stage(&self) -> Result<Stage, RemoteError> {
        let place = self.place().await?;
        let system = |error: std::io::Error| RemoteError::System(error.to_string());
        let folder = PrivateFolder::new(&self.folder).map_err(system)?;
        for part in ["repository/objects", "repository/refs/heads"] {
            std::fs::create_dir_all(folder.path().join(part)).map_err(system)?;
        }
        folder.write("repository/HEAD", "ref: refs/heads/none\n").map_err(system)?;
        folder.write("repository/config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n").map_err(system)?;
        let ssh = match &self.sign_in {
            SignIn::Key { host_keys, .. } if host_keys.is_empty() => return Err(RemoteError::NotConfirmed),
            SignIn::Key { private, host_keys } => {
                let host = &self.address.host;
                let known: String = host_keys.iter().map(|key| format!("{host} {key}\n")).collect();
                let known = folder.write("known_hosts", &known).map_err(system)?;
                let key = folder.write("key", private.expose()).map_err(system)?;
                let ip = match &place {
                    Some(place) => Some(self.one_of(place).await?),
                    None => None,
                };
                Some(ssh_command(host, ip, &known, &key))
            }
            SignIn::Nothing | SignIn::Token { .. } => None,
        };
        Ok(Stage { folder, place, ssh })
    }

    /// A program with nothing of our own environment.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env_clear().env("PATH", &self.settings.path).env("LC_ALL", "C");
        command
    }

    fn git(&self, stage: &Stage, objects: Option<&Path>) -> Command {
        let mut command = self.program("git");
        let protocols = if self.settings.remotes == RemoteRule::Files { "https:ssh:file" } else { "https:ssh" };
        command
            .current_dir(stage.folder.path())
            .env("HOME", stage.folder.path())
            .env("GIT_DIR", stage.repository())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ALLOW_PROTOCOL", protocols)
            // The first takes away whatever else would be asked.
            .args(["-c", "credential.helper="])
            .args(["-c", "http.followRedirects=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false"])
            .args(["-c", "core.hooksPath=/dev/null", "-c", "transfer.credentialsInUrl=die"]);
        if let Some(objects) = objects {
            command.env("GIT_OBJECT_DIRECTORY", objects);
        }
        if let Some(ssh) = &stage.ssh {
            command.env("GIT_SSH_COMMAND", ssh).env("GIT_SSH_VARIANT", "ssh");
        }
        if let SignIn::Token { user, token } = &self.sign_in {
            command.env(USER, user).env(TOKEN, token.expose());
            command.args(["-c", &format!("credential.helper={CREDENTIALS}")]);
        }
        let GitRemote { host, transport, .. } = &self.address;
        // An address needs no name server.
        let is_name = *transport == Transport::Https && host.parse::<IpAddr>().is_err();
        if let Some(place) = stage.place.as_ref().filter(|_| is_name) {
            let ip = |ip: IpAddr| if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() };
            let all: Vec<String> = place.all().iter().map(|address| ip(address.ip())).collect();
            command.args(["-c", &format!("http.curloptResolve={host}:{}:{}", self.address.port(), all.join(","))]);
        }
        if let Some(file) = &self.settings.authorities {
            command.args(["-c", &format!("http.sslCAInfo={}", file.display())]);
        }
        command
    }

    async fn run(&self, command: Command) -> Result<Finished, RemoteError> {
        process::run(command, self.settings.limit).await.map_err(|broken| self.broken("git", broken))
    }

    /// What git gets to know when a server asks who it is.
    #[cfg(test)]
    pub(super) async fn ask_for_credentials(&self, question: &str) -> String {
        let stage = self.stage().await.expect("the stage is made");
        let asked = stage.folder.write("question", question).expect("the question is written");
        let mut command = self.git(&stage, None).into_std();
        command.args(["credential", "fill"]).stdin(std::fs::File::open(asked).expect("the question is read"));
        let done = tokio::task::spawn_blocking(move || command.output()).await.expect("it ran");
        String::from_utf8_lossy(&done.expect("git ran").stdout).into_owned()
    }

    fn broken(&self, program: &'static str, broken: Broken) -> RemoteError {
        match broken {
            Broken::Missing => RemoteError::NotInstalled(program),
            Broken::TimedOut => RemoteError::TimedOut(self.settings.limit),
            Broken::System(words) => RemoteError::System(words),
        }
    }

    /// What git said, on both ways, in its own words.
    async fn refusal(&self, done: &Finished) -> RemoteError {
        let said: Vec<&str> = done
            .err
            .lines()
            .chain(done.out.lines().filter(|line| line.starts_with('!')))
            .map(str::trim_end)
            .filter(|line| !line.is_empty())
            .collect();
        let words = self.without_secrets(&said.join("\n"));
        if words.contains("cannot run ssh") {
            return RemoteError::NotInstalled("ssh");
        }
        if words.contains("Host key verification failed") {
            return self.other_host_key(&words).await;
        }
        RemoteError::Said(if words.is_empty() { "git refused and said nothing.".into() } else { words })
    }

    fn without_secrets(&self, words: &str) -> String {
        match &self.sign_in {
            SignIn::Token { token, .. } if !token.expose().is_empty() => words.replace(token.expose(), "…"),
            SignIn::Token { .. } | SignIn::Key { .. } | SignIn::Nothing => words.to_owned(),
        }
    }
}

/// Whether git is there, and which one.
pub async fn version(settings: &GitSettings) -> Option<String> {
    let mut command = Command::new("git");
    command.env_clear().env("PATH", &settings.path).arg("--version");
    let done = process::run(command, Duration::from_secs(10)).await.ok()?;
    done.is_good.then(|| done.out.trim().to_owned())
}

const USER: &str = "AUTOREPORT_GIT_USER";
const TOKEN: &str = "AUTOREPORT_GIT_TOKEN";
/// Run by git's shell; the words themselves are in the environment.
const CREDENTIALS: &str = "!f() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \"$AUTOREPORT_GIT_USER\" \"$AUTOREPORT_GIT_TOKEN\"; }; f";

/// What a call of git stands on.
struct Stage {
    folder: PrivateFolder,
    place: Option<Addresses>,
    ssh: Option<String>,
}

impl Stage {
    fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }
}

#[cfg(test)]
mod tests;
