//! Real Git servers on free ports of this machine: git's `http-backend` behind TLS, and `sshd`.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{TcpListener, TcpStream},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::smtp_server::repository;
use crate::platform::git::GitSettings;

/// A running server for the repositories of a folder; it ends with the value, because its standard input closes.
pub struct HttpsServer {
    pub port: u16,
    /// The file of the authority that vouches for it; no machine trusts it.
    pub authority: PathBuf,
    folder: PathBuf,
    process: Child,
    input: Option<ChildStdin>,
}

impl HttpsServer {
    /// Starts one for whoever signs in as `NAME:PASSWORD`.
    ///
    /// # Panics
    /// If there is no Python with aiosmtpd: `make test` installs it.
    pub fn start(folder: &Path, auth: &str) -> Self {
        let mut process = Command::new(repository().join("scripts/python.sh"))
            .arg(repository().join("end2end/git/https_server.py"))
            .arg("--folder")
            .arg(folder)
            .args(["--auth", auth])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("python starts");
        let input = process.stdin.take();
        let output = process.stdout.take().expect("standard output is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("the server's first line");
        let started: Value = serde_json::from_str(&line).expect("the Git test server says its port");
        let port = started["listening"].as_u64().and_then(|port| u16::try_from(port).ok()).expect("a port");
        let authority = PathBuf::from(started["ca"].as_str().expect("the authority"));
        Self { port, authority, folder: folder.to_path_buf(), process, input }
    }

    /// What it was asked, a line each: method, path, who signed in (`-` for nobody).
    pub fn requests(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.join("requests")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

impl Drop for HttpsServer {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A running `sshd` with a repository, of a user who is not root; it ends with the value.
pub struct SshServer {
    pub port: u16,
    /// Who signs in.
    pub user: String,
    /// The repository that is pushed to.
    pub repository: PathBuf,
    login: Login,
    folder: PathBuf,
    process: Child,
}

impl SshServer {
    /// Starts one that lets in whoever has the private half of a key. Everything of it is below the folder.
    ///
    /// # Panics
    /// If there is no sshd: `make test` fetches it.
    pub fn start(folder: &Path, authorized: &str) -> Self {
        let login = Login::find();
        fs::create_dir_all(folder).expect("a folder");
        let place = fs::canonicalize(folder).expect("the folder is there");
        fs::write(place.join("authorized"), format!("{}\n", authorized.trim())).expect("the key is written");
        make_key(&place.join("host"), "ed25519");
        let sshd = Sshd::find(&place);
        login.own(&place);
        let repository = place.join("server.git");
        let (process, port) = sshd.start(&login, &place, None);
        let server = Self { port, user: login.name.clone(), repository, login, folder: place, process };
        let path = server.repository.display().to_string();
        let made = server.command("git").args(["init", "-q", "--bare", "-b", "main", &path]).status();
        assert!(made.is_ok_and(|made| made.success()), "the repository is made");
        server
    }

    /// The public half of the key that it shows: `ssh-ed25519 AAAA…`.
    pub fn host_key(&self) -> String {
        public_half(&self.folder.join("host"))
    }

    /// The same server comes back with another key.
    pub fn change_host_key(&mut self) {
        self.stop();
        make_key(&self.folder.join("host"), "ed25519");
        let sshd = Sshd::find(&self.folder);
        self.login.own(&self.folder);
        (self.process, _) = sshd.start(&self.login, &self.folder, Some(self.port));
    }

    /// The public half of a key of this kind that nobody has.
    pub fn key_of_nobody(&self, kind: &str) -> String {
        let file = self.folder.join(format!("nobody-{kind}"));
        make_key(&file, kind);
        public_half(&file)
    }

    /// What git says about the repository.
    pub fn git(&self, args: &[&str]) -> String {
        let mut git = self.command("git");
        git.arg("-C").arg(&self.repository).args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]);
        let done = git.args(args).output().expect("git starts");
        assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env("HOME", &self.folder);
        self.login.as_user(&mut command);
        command
    }

    fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for SshServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whose the server is. As root it would want a user and a folder of the machine's; without rights it lets in nobody but
/// its own user.
struct Login {
    name: String,
    uid: u32,
    gid: u32,
    /// The tests run as root and give up that right for the server.
    is_other: bool,
}

impl Login {
    fn find() -> Self {
        let own = rustix::process::geteuid().as_raw();
        let users = fs::read_to_string("/etc/passwd").expect("the users of this machine");
        let found = users.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let [name, _, uid, gid, _, _, shell] = fields.as_slice() else { return None };
            let (uid, gid) = (uid.parse::<u32>().ok()?, gid.parse::<u32>().ok()?);
            let is_it = if own == 0 { uid != 0 && shell.ends_with("sh") } else { uid == own };
            is_it.then(|| Self { name: (*name).to_owned(), uid, gid, is_other: own == 0 })
        });
        found.expect("a user with a shell who is not root: the one of PostgreSQL, which scripts/setup.sh test installs")
    }

    fn as_user(&self, command: &mut Command) {
        if self.is_other {
            command.uid(self.uid).gid(self.gid);
        }
    }

    /// Gives a folder and all that is in it to the user.
    fn own(&self, path: &Path) {
        if !self.is_other {
            return;
        }
        chown(path, Some(self.uid), Some(self.gid)).expect("root may do that");
        if path.is_dir() {
            for entry in fs::read_dir(path).expect("a folder") {
                self.own(&entry.expect("an entry").path());
            }
        }
    }
}

/// The program, and the folder of what it needs besides.
struct Sshd {
    program: PathBuf,
    parts: Option<PathBuf>,
}

impl Sshd {
    /// The machine's, else the one that `scripts/setup.sh test` took out of its package: copied, because the user of the
    /// server may not read the folder where it is kept.
    fn find(place: &Path) -> Self {
        let installed = PathBuf::from("/usr/sbin/sshd");
        if installed.exists() {
            return Self { program: installed, parts: None };
        }
        let program = std::env::current_exe().expect("the test has a path");
        let kept = program.ancestors().map(|above| above.join("tools/openssh")).find(|kept| kept.is_dir());
        let kept = kept.expect("sshd is installed, or scripts/setup.sh test has fetched it");
        let parts = place.join("parts");
        fs::create_dir_all(&parts).expect("a folder");
        copy_parts(&kept, &parts);
        Self { program: parts.join("sshd"), parts: Some(parts) }
    }

    /// Starts it and waits until it answers; on a free port where none is given.
    fn start(&self, login: &Login, place: &Path, port: Option<u16>) -> (Child, u16) {
        for _ in 0..5 {
            let port = port.unwrap_or_else(free_port);
            fs::write(place.join("config"), self.config(place, port)).expect("the configuration is written");
            let log = fs::File::create(place.join("log")).expect("a log");
            let mut command = Command::new(&self.program);
            command.args(["-D", "-e", "-f"]).arg(place.join("config")).current_dir(place);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
            if let Some(parts) = &self.parts {
                command.env("LD_LIBRARY_PATH", parts);
            }
            login.as_user(&mut command);
            let mut process = command.spawn().expect("sshd starts");
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_secs(10) && matches!(process.try_wait(), Ok(None)) {
                if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    return (process, port);
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            // Somebody else may have taken the port.
            let _ = process.kill();
            let _ = process.wait();
        }
        panic!("sshd did not start: {}", fs::read_to_string(place.join("log")).unwrap_or_default());
    }

    fn config(&self, place: &Path, port: u16) -> String {
        let at = |name: &str| place.join(name).display().to_string();
        let path = GitSettings::default().path;
        let mut config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nUsePAM no\n\
             StrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nSetEnv \"PATH={path}\"\n",
            at("host"),
            at("authorized")
        );
        let part = |name: &str| self.parts.as_ref().map(|parts| parts.join(name)).filter(|part| part.exists());
        // Since OpenSSH 9.8 and 10.0 these are programs of their own.
        for (name, setting) in [("sshd-session", "SshdSessionPath"), ("sshd-auth", "SshdAuthPath")] {
            if let Some(part) = part(name) {
                config += &format!("{setting} {}\n", part.display());
            }
        }
        // Those versions shut out an address that comes too often without signing in, as tests do.
        if part("sshd-session").is_some() || Path::new("/usr/lib/openssh/sshd-session").exists() {
            config += "PerSourcePenalties no\n";
        }
        config
    }
}

/// What sshd needs of its unpacked packages, into one folder.
fn copy_parts(from: &Path, to: &Path) {
    let programs = ["usr/sbin", "usr/lib/openssh"].map(|folder| from.join(folder));
    // The folder of libraries is named after the machine.
    let libraries = fs::read_dir(from.join("usr/lib")).expect("a folder").map(|entry| entry.expect("an entry").path());
    for folder in programs.into_iter().chain(libraries) {
        for name in ["sshd", "sshd-session", "sshd-auth", "libwrap.so.0"] {
            let (part, copy) = (folder.join(name), to.join(name));
            // One that runs cannot be written over.
            if part.exists() && !copy.exists() {
                fs::copy(part, copy).expect("it is copied");
            }
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it has an address").port()
}

fn make_key(file: &Path, kind: &str) {
    let _ = fs::remove_file(file);
    let mut command = Command::new("ssh-keygen");
    let made = command.args(["-q", "-t", kind, "-N", "", "-f"]).arg(file).status();
    assert!(made.is_ok_and(|made| made.success()), "openssh-client is installed by scripts/setup.sh test");
}

fn public_half(file: &Path) -> String {
    let line = fs::read_to_string(file.with_extension("pub")).expect("ssh-keygen wrote it");
    line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}
