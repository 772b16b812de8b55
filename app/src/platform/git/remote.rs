//! A repository on another machine: gix cannot push, so git does, told everything it needs and nothing else.
//!
//! It runs in a skeleton of a repository in a private folder that borrows the archive's objects: neither the
//! configuration nor the hooks of a repository that somebody else may write to have a say. Secrets go by the
//! environment or by files that only this user can read, never by arguments.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::process::Command;

use super::{
    private_folder::PrivateFolder,
    process::{self, Broken, Finished},
};
use crate::{
    domain::{
        git_remote::{GitRemote, Transport},
        network::Network,
    },
    platform::{
        outbound::{self, Addresses, Reach, Rule, Unconnected},
        secrets::Secret,
    },
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

/// Why nothing came of it, in words for people; those of git as it said them, without secrets.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    #[error(
        "{0} is not installed on the machine that runs AutoReport, or not in its PATH. Install git and openssh-client there, then try again."
    )]
    NotInstalled(&'static str),
    #[error("{0} has no address: {1}")]
    NoAddress(String, String),
    #[error(
        "{0} leads to {1}, which is not on the public internet. Whoever operates AutoReport can allow it: AUTOREPORT_GIT_REMOTES=internal."
    )]
    NotPublic(String, IpAddr),
    #[error(
        "{0} leads to {1}, where no Git server may be. If one is really there, whoever operates AutoReport can allow it with AUTOREPORT_OUTBOUND_ALLOW."
    )]
    NoServer(String, IpAddr),
    #[error("Addresses of files are for tests; use https:// or ssh.")]
    NoFiles,
    #[error("The keys of the server are not confirmed yet. Test the connection, compare them and confirm them.")]
    NotConfirmed,
    #[error(
        "The server did not show a key that was confirmed here, so nothing was sent to it. If its keys were changed on purpose, read them again and confirm them.\nConfirmed here: {confirmed}\nShown by the server: {shown}"
    )]
    OtherHostKey {
        /// Fingerprints as ssh shows them.
        confirmed: String,
        shown: String,
    },
    #[error("git did not come to an end within {} s and was stopped.", .0.as_secs_f32())]
    TimedOut(Duration),
    #[error("{0}")]
    Said(String),
    #[error("On this machine: {0}")]
    System(String),
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
            super::ssh_key::fingerprint(&key).map(|_| key)
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

    /// The checked addresses that the name has now; git and ssh are told to connect to these and to no other.
    async fn place(&self) -> Result<Option<Addresses>, RemoteError> {
        let GitSettings { remotes, allowed, .. } = &self.settings;
        let rule = match (remotes, self.address.transport) {
            // Tests answer for the server themselves.
            (RemoteRule::Files, _) => return Ok(None),
            (RemoteRule::Public | RemoteRule::Internal, Transport::File) => return Err(RemoteError::NoFiles),
            (RemoteRule::Public, _) => Rule { reach: Reach::Public, allowed: &[] },
            (RemoteRule::Internal, _) => Rule { reach: Reach::Servers, allowed },
        };
        let found = outbound::resolve(rule, &self.address.host, self.address.port(), PATIENCE).await;
        found.map(Some).map_err(|error| self.unconnected(error))
    }

    /// ssh is told one address: of several the first that answers.
    async fn one_of(&self, place: &Addresses) -> Result<IpAddr, RemoteError> {
        if let [only] = place.all() {
            return Ok(only.ip());
        }
        let stream = place.connect(PATIENCE, |_| {}).await.map_err(|error| self.unconnected(error))?;
        stream.peer_addr().map(|address| address.ip()).map_err(|error| RemoteError::System(error.to_string()))
    }

    fn unconnected(&self, error: Unconnected) -> RemoteError {
        let host = self.address.host.clone();
        match error {
            Unconnected::NameNotFound(words) => RemoteError::NoAddress(host, words),
            Unconnected::Forbidden(address) if self.settings.remotes == RemoteRule::Public => {
                RemoteError::NotPublic(host, address)
            }
            Unconnected::Forbidden(address) => RemoteError::NoServer(host, address),
            Unconnected::Refused(_) | Unconnected::Unreachable(_) | Unconnected::TimedOut(_) => {
                RemoteError::Said(format!("{host} cannot be reached: {error}."))
            }
        }
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

    /// Both sides' fingerprints, for somebody to compare. ssh names the server's where it is of a kind that is known; of
    /// another kind the server is asked.
    async fn other_host_key(&self, words: &str) -> RemoteError {
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

    fn without_secrets(&self, words: &str) -> String {
        match &self.sign_in {
            SignIn::Token { token, .. } if !token.expose().is_empty() => words.replace(token.expose(), "…"),
            SignIn::Token { .. } | SignIn::Key { .. } | SignIn::Nothing => words.to_owned(),
        }
    }
}

/// `ssh-ed25519 SHA256:…`, with commas.
fn fingerprints(keys: &[String]) -> String {
    let prints = keys.iter().filter_map(|key| super::ssh_key::fingerprint(key));
    prints.map(|(kind, print)| format!("{kind} {print}")).collect::<Vec<_>>().join(", ")
}

/// Whether git is there, and which one.
pub async fn version(settings: &GitSettings) -> Option<String> {
    let mut command = Command::new("git");
    command.env_clear().env("PATH", &settings.path).arg("--version");
    let done = process::run(command, Duration::from_secs(10)).await.ok()?;
    done.is_good.then(|| done.out.trim().to_owned())
}

/// For the look-up of a name, and for each of its addresses.
const PATIENCE: Duration = Duration::from_secs(10);
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

/// Asks nobody, trusts only the confirmed keys of the host, offers only the one key.
fn ssh_command(host: &str, ip: Option<IpAddr>, known: &Path, key: &Path) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(address: &str, sign_in: SignIn) -> Remote {
        Remote {
            address: GitRemote::parse(address).unwrap(),
            sign_in,
            settings: GitSettings::default(),
            folder: std::env::temp_dir().join(format!("autoreport-remote-{}", std::process::id())),
        }
    }

    fn token() -> SignIn {
        SignIn::Token { user: "reports".into(), token: Secret::new("glpat-very-secret") }
    }

    #[tokio::test]
    async fn a_server_inside_is_not_connected_to_unless_the_operator_allows_it() {
        for address in ["https://127.0.0.1/x.git", "https://[::1]/x.git", "https://169.254.169.254/x.git"] {
            let refused = remote(address, token()).list().await.unwrap_err();
            assert!(matches!(refused, RemoteError::NotPublic(..)), "{address}: {refused}");
        }
        let mut allowed = remote("https://127.0.0.1:9/x.git", token());
        allowed.settings.remotes = RemoteRule::Internal;
        assert!(matches!(allowed.list().await.unwrap_err(), RemoteError::Said(_)));
        for address in ["https://169.254.169.254/x.git", "git@169.254.169.254:x.git", "https://0.0.0.0/x.git"] {
            let mut inside = remote(address, token());
            inside.settings.remotes = RemoteRule::Internal;
            let refused = inside.list().await.unwrap_err();
            assert!(matches!(refused, RemoteError::NoServer(..)), "{address}: {refused}");
        }
        let refused = remote("file:///tmp/x.git", SignIn::Nothing).list().await.unwrap_err();
        assert!(matches!(refused, RemoteError::NoFiles), "{refused}");
    }

    #[tokio::test]
    async fn without_git_the_words_say_what_to_install() {
        let mut remote = remote("https://127.0.0.1:9/x.git", token());
        remote.settings = GitSettings { remotes: RemoteRule::Internal, path: "/nowhere".into(), ..remote.settings };
        let words = remote.list().await.unwrap_err().to_string();
        assert!(words.contains("git is not installed"), "{words}");
        assert_eq!(version(&remote.settings).await, None);
    }

    #[tokio::test]
    async fn secrets_are_in_no_argument() {
        let mut remote = remote("https://localhost:9/x.git", token());
        remote.settings.remotes = RemoteRule::Internal;
        let stage = remote.stage().await.unwrap();
        let command = remote.git(&stage, None);
        let args: Vec<_> = command.as_std().get_args().map(|arg| arg.to_string_lossy().into_owned()).collect();
        assert!(args.iter().any(|arg| arg.contains("curloptResolve=localhost:9:")), "{args:?}");
        assert!(!args.iter().any(|arg| arg.contains("very-secret")), "{args:?}");
        assert!(!remote.without_secrets("fatal: glpat-very-secret is wrong").contains("very-secret"));
    }

    #[tokio::test]
    async fn without_confirmed_keys_nothing_is_sent_by_ssh() {
        let key = SignIn::Key { private: Secret::new("key"), host_keys: Vec::new() };
        let mut remote = remote("git@127.0.0.1:x.git", key);
        remote.settings.remotes = RemoteRule::Internal;
        assert!(matches!(remote.list().await.unwrap_err(), RemoteError::NotConfirmed));
    }
}
