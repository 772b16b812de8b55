//! Pushes to real servers: git's http-backend behind TLS, and sshd with its keys.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use app::{
    domain::git_remote::GitRemote,
    platform::{
        git::{
            Entry, GitArchive, GitSettings, PushEnd, Remote, RemoteError, RemoteRule, SignIn, SshKey, fingerprint,
            generate,
        },
        secrets::Secret,
    },
    testing::git_servers::{HttpsServer, SshServer},
};

/// A folder with an archive, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("autoreport-remotes-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn archive(&self) -> GitArchive {
        GitArchive::new(self.0.join("archive.git"))
    }

    fn remote(&self, address: &str, sign_in: SignIn) -> Remote {
        Remote {
            address: GitRemote::parse(address).unwrap(),
            sign_in,
            settings: GitSettings { remotes: RemoteRule::Internal, ..GitSettings::default() },
            folder: self.0.clone(),
        }
    }

    async fn push(&self, remote: &Remote, commit: &str) -> Result<PushEnd, RemoteError> {
        remote.push(&self.archive().objects().unwrap(), commit, "main").await
    }

    /// Commits two reports, with somebody else's commit between them on the server, and pushes both.
    async fn push_around_somebody(&self, remote: &Remote, git: &dyn Fn(&[&str]) -> String) {
        let archive = self.archive();
        assert_eq!(remote.list().await.unwrap(), "");
        let first = archive.record(&report("a")).unwrap();
        assert_eq!(self.push(remote, &first).await.unwrap(), PushEnd::Done);
        assert_eq!(remote.list().await.unwrap(), format!("{first}\trefs/heads/main\n"));
        let theirs = git(&["commit-tree", "main^{tree}", "-p", "main", "-m", "Somebody was here"]);
        git(&["update-ref", "refs/heads/main", theirs.trim()]);
        let second = archive.record(&report("b")).unwrap();
        assert_eq!(self.push(remote, &second).await.unwrap(), PushEnd::Behind, "never by force");
        let fetched = remote.fetch(&archive.objects().unwrap(), "main").await.unwrap();
        assert_eq!(fetched, theirs.trim());
        let moved = archive.replay(&fetched).unwrap();
        assert_eq!(self.push(remote, &moved[0].1).await.unwrap(), PushEnd::Done);
        assert_eq!(git(&["log", "--format=%s", "main"]), "Report b\nSomebody was here\nReport a\n");
        assert_eq!(git(&["fsck", "--strict"]), "");
        let left = fs::read_dir(self.0.join("git-private")).unwrap().count();
        assert_eq!(left, 0, "keys and tokens are gone");
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn report(name: &str) -> Entry {
    Entry {
        subject: format!("Report {name}"),
        trailer: ("Report-Occurrence", name.into()),
        files: vec![(format!("reports/{name}/report.txt"), name.into())],
        author_name: "Reports".into(),
        author_email: "reports@example.org".into(),
        at: "2026-11-23T06:00:00Z".parse().unwrap(),
        not_before: "2026-11-23T06:00:00Z".parse().unwrap(),
    }
}

/// What git says in a folder of ours.
fn run(folder: &Path, args: &[&str]) -> String {
    let by = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"];
    let done = Command::new("git").current_dir(folder).args(by).args(args).output().unwrap();
    assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

const PASSWORD: &str = "glpat-very-secret";

fn https(name: &str) -> (Place, HttpsServer) {
    let place = Place::new(name);
    let folder = place.0.join("served");
    fs::create_dir(&folder).unwrap();
    run(&folder, &["init", "-q", "--bare", "-b", "main", "server.git"]);
    let server = HttpsServer::start(&folder, &format!("reports:{PASSWORD}"));
    (place, server)
}

/// Signs in with a password, and trusts the server's authority.
fn by_https(place: &Place, server: &HttpsServer, password: &str) -> Remote {
    let sign_in = SignIn::Token { user: "reports".into(), token: Secret::new(password) };
    let mut remote = place.remote(&format!("https://localhost:{}/server.git", server.port), sign_in);
    remote.settings.authorities = Some(server.authority.clone());
    remote
}

#[tokio::test]
async fn by_https_commits_go_to_the_server_behind_its_password_and_on_top_of_others() {
    let (place, server) = https("https");
    let remote = by_https(&place, &server, PASSWORD);
    let repository = place.0.join("served/server.git");
    place.push_around_somebody(&remote, &|args| run(&repository, args)).await;
    let asked = server.requests();
    let posted: Vec<_> = asked.iter().filter(|line| line.starts_with("POST ")).collect();
    assert!(!posted.is_empty() && posted.iter().all(|line| line.ends_with(" reports")), "{asked:?}");
}

#[tokio::test]
async fn a_wrong_password_is_refused_in_words_that_do_not_hold_it() {
    let (place, server) = https("password");
    let commit = place.archive().record(&report("a")).unwrap();
    let words = place.push(&by_https(&place, &server, "glpat-wrong"), &commit).await.unwrap_err().to_string();
    assert!(words.contains("Authentication failed") && !words.contains("glpat"), "{words}");
    assert!(server.requests().iter().all(|line| line.ends_with(" -")), "{:?}", server.requests());
    assert_eq!(run(&place.0.join("served/server.git"), &["branch"]), "");
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_is_sent_nothing() {
    let (place, server) = https("unknown");
    let mut remote = by_https(&place, &server, PASSWORD);
    remote.settings.authorities = None;
    let commit = place.archive().record(&report("a")).unwrap();
    let words = place.push(&remote, &commit).await.unwrap_err().to_string();
    assert!(words.contains("certificate") && !words.contains("glpat"), "{words}");
    assert_eq!(server.requests(), Vec::<String>::new());
    // Another authority than the one that was named does not vouch for it either.
    let (_other, stranger) = https("stranger");
    remote.settings.authorities = Some(stranger.authority.clone());
    let words = place.push(&remote, &commit).await.unwrap_err().to_string();
    assert!(words.contains("certificate"), "{words}");
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn an_https_server_that_is_gone_is_said_so_and_nothing_is_lost() {
    let (place, server) = https("gone");
    let remote = by_https(&place, &server, PASSWORD);
    let commit = place.archive().record(&report("a")).unwrap();
    drop(server);
    let words = place.push(&remote, &commit).await.unwrap_err().to_string();
    assert!(words.contains("localhost") && words.to_lowercase().contains("connect"), "{words}");
    assert_eq!(place.archive().last().unwrap().unwrap().id, commit);
}

fn ssh(name: &str) -> (Place, SshServer, SshKey) {
    let place = Place::new(name);
    let key = generate("autoreport").unwrap();
    let server = SshServer::start(&place.0.join("served"), &key.public);
    (place, server, key)
}

/// Signs in with a key, and trusts these keys of the server.
fn by_ssh(place: &Place, server: &SshServer, key: &SshKey, host_keys: &[String]) -> Remote {
    let address = format!("ssh://{}@localhost:{}{}", server.user, server.port, server.repository.display());
    place.remote(&address, SignIn::Key { private: key.private.clone(), host_keys: host_keys.to_vec() })
}

/// As ssh shows it.
fn print(key: &str) -> String {
    fingerprint(key).unwrap().1
}

#[tokio::test]
async fn by_ssh_commits_go_to_the_server_whose_key_was_confirmed() {
    let (place, server, key) = ssh("ssh");
    let shown = by_ssh(&place, &server, &key, &[]).host_keys().await.unwrap();
    assert_eq!(shown, [server.host_key()], "what an administrator confirms");
    let remote = by_ssh(&place, &server, &key, &shown);
    place.push_around_somebody(&remote, &|args| server.git(args)).await;
}

#[tokio::test]
async fn a_key_that_the_server_does_not_know_is_refused_in_its_words() {
    let (place, server, _) = ssh("wrongkey");
    let commit = place.archive().record(&report("a")).unwrap();
    let remote = by_ssh(&place, &server, &generate("stranger").unwrap(), &[server.host_key()]);
    let error = place.push(&remote, &commit).await.unwrap_err();
    assert!(matches!(&error, RemoteError::Said(words) if words.contains("Permission denied (publickey)")), "{error}");
    assert_eq!(server.git(&["branch"]), "");
}

#[tokio::test]
async fn a_server_with_another_key_gets_nothing_until_that_is_confirmed_and_both_keys_are_shown() {
    let (place, mut server, key) = ssh("changed");
    let before = server.host_key();
    let remote = by_ssh(&place, &server, &key, std::slice::from_ref(&before));
    let commit = place.archive().record(&report("a")).unwrap();
    assert_eq!(place.push(&remote, &commit).await.unwrap(), PushEnd::Done);
    server.change_host_key();
    let now = server.host_key();
    assert_ne!(before, now);
    let second = place.archive().record(&report("b")).unwrap();
    let error = place.push(&remote, &second).await.unwrap_err();
    assert!(matches!(error, RemoteError::OtherHostKey { .. }), "{error}");
    let words = error.to_string();
    assert!(words.contains(&print(&before)) && words.contains(&print(&now)), "{words}");
    assert!(!words.contains("known_hosts") && !words.contains("git-private"), "{words}");
    assert_eq!(server.git(&["rev-parse", "main"]).trim(), commit);
    let confirmed = by_ssh(&place, &server, &key, &[now]);
    assert_eq!(place.push(&confirmed, &second).await.unwrap(), PushEnd::Done);
}

#[tokio::test]
async fn a_server_that_shows_a_key_of_another_kind_is_refused_with_both_keys_too() {
    let (place, server, key) = ssh("kind");
    let confirmed = server.key_of_nobody("ecdsa");
    let remote = by_ssh(&place, &server, &key, std::slice::from_ref(&confirmed));
    let words = remote.list().await.unwrap_err().to_string();
    assert!(words.contains("did not show a key that was confirmed here"), "{words}");
    assert!(words.contains(&print(&confirmed)) && words.contains(&print(&server.host_key())), "{words}");
}

#[tokio::test]
async fn an_ssh_server_that_is_gone_is_said_so() {
    let (place, server, key) = ssh("sshgone");
    let remote = by_ssh(&place, &server, &key, &[server.host_key()]);
    drop(server);
    let words = remote.list().await.unwrap_err().to_string();
    assert!(words.contains("refused") || words.contains("cannot be reached"), "{words}");
    assert!(remote.host_keys().await.is_err());
}
