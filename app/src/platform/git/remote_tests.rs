//! Pushes to repositories of this machine, over git's own protocol: replaying, refusals, hanging, keys of the server.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use super::*;
use crate::{domain::git_remote::GitRemote, platform::secrets::Secret};

/// A folder with an archive and a bare repository to push to, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("autoreport-push-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        let place = Self(path);
        place.git(&["init", "-q", "--bare", "-b", "main", "server.git"]);
        place
    }

    fn archive(&self) -> GitArchive {
        GitArchive::new(self.0.join("archive.git"))
    }

    fn remote(&self) -> Remote {
        Remote {
            address: GitRemote::parse(&format!("file://{}/server.git", self.0.display())).unwrap(),
            sign_in: SignIn::Nothing,
            settings: GitSettings { remotes: RemoteRule::Files, ..GitSettings::default() },
            folder: self.0.clone(),
        }
    }

    fn git(&self, args: &[&str]) -> String {
        let git = Command::new("git")
            .current_dir(&self.0)
            .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main"])
            .args(args)
            .output()
            .unwrap();
        assert!(git.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&git.stderr));
        String::from_utf8(git.stdout).unwrap()
    }

    fn hook(&self, name: &str, script: &str) {
        program(&self.0.join("server.git/hooks").join(name), script);
    }

    /// Somebody else brings a commit to the server.
    fn somebody_pushes(&self, file: &str, content: &str) {
        let _ = fs::remove_dir_all(self.0.join("clone"));
        self.git(&["clone", "-q", "server.git", "clone"]);
        fs::write(self.0.join("clone").join(file), content).unwrap();
        self.git(&["-C", "clone", "add", "."]);
        self.git(&["-C", "clone", "commit", "-q", "-m", &format!("Somebody wrote {file}")]);
        self.git(&["-C", "clone", "push", "-q", "origin", "HEAD:main"]);
    }

    fn subjects(&self) -> Vec<String> {
        self.git(&["-C", "server.git", "log", "--format=%s", "main"]).lines().map(str::to_owned).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn program(path: &Path, script: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
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

async fn push(place: &Place, commit: &str) -> Result<PushEnd, RemoteError> {
    place.remote().push(&place.archive().objects().unwrap(), commit, "main").await
}

#[tokio::test]
async fn commits_go_to_the_server_and_are_there() {
    let place = Place::new("plain");
    place.archive().record(&report("a")).unwrap();
    let last = place.archive().record(&report("b")).unwrap();
    assert_eq!(place.remote().list().await.unwrap(), "");
    assert_eq!(push(&place, &last).await.unwrap(), PushEnd::Done);
    assert_eq!(place.subjects(), ["Report b", "Report a"]);
    assert_eq!(place.remote().list().await.unwrap(), format!("{last}\trefs/heads/main\n"));
    assert_eq!(push(&place, &last).await.unwrap(), PushEnd::Done, "a second time does nothing");
    let left: Vec<_> = fs::read_dir(place.0.join("git-private")).unwrap().collect();
    assert!(left.is_empty(), "the private folders are gone: {left:?}");
}

#[tokio::test]
async fn what_somebody_else_pushed_stays_and_ours_come_on_top_of_it() {
    let place = Place::new("behind");
    let archive = place.archive();
    let first = archive.record(&report("a")).unwrap();
    push(&place, &first).await.unwrap();
    place.somebody_pushes("README", "hello");
    let before = archive.record(&report("b")).unwrap();
    assert_eq!(push(&place, &before).await.unwrap(), PushEnd::Behind, "never by force");
    let theirs = place.remote().fetch(&archive.objects().unwrap(), "main").await.unwrap();
    let moved = archive.replay(&theirs).unwrap();
    assert_eq!(moved.len(), 1, "what both have is not made again: {moved:?}");
    assert_eq!(moved[0].0, before);
    let last = archive.last().unwrap().unwrap();
    assert_eq!((last.id.as_str(), last.subject.as_str()), (moved[0].1.as_str(), "Report b"));
    assert_eq!(push(&place, &last.id).await.unwrap(), PushEnd::Done);
    assert_eq!(place.subjects(), ["Report b", "Somebody wrote README", "Report a"]);
    assert_eq!(place.git(&["-C", "server.git", "show", "main:README"]), "hello");
    assert_eq!(archive.record(&report("b")).unwrap(), last.id, "the trailer finds it under its new name");
    assert_eq!(place.git(&["-C", "server.git", "fsck", "--strict"]), "");
}

#[tokio::test]
async fn a_repository_that_began_elsewhere_is_gone_on_with() {
    let place = Place::new("readme");
    place.somebody_pushes("README", "made by the host");
    let ours = place.archive().record(&report("a")).unwrap();
    assert_eq!(push(&place, &ours).await.unwrap(), PushEnd::Behind);
    let theirs = place.remote().fetch(&place.archive().objects().unwrap(), "main").await.unwrap();
    let moved = place.archive().replay(&theirs).unwrap();
    assert_eq!(push(&place, &moved[0].1).await.unwrap(), PushEnd::Done);
    assert_eq!(place.subjects(), ["Report a", "Somebody wrote README"]);
}

#[tokio::test]
async fn a_report_that_is_on_the_server_under_another_commit_is_not_made_twice() {
    let place = Place::new("twice");
    let elsewhere = GitArchive::new(place.0.join("elsewhere.git"));
    // Another time makes another commit of the same report.
    let theirs = elsewhere.record(&Entry { at: "2026-11-23T07:00:00Z".parse().unwrap(), ..report("a") }).unwrap();
    place.remote().push(&elsewhere.objects().unwrap(), &theirs, "main").await.unwrap();
    let ours = place.archive().record(&report("a")).unwrap();
    let last = place.archive().record(&report("b")).unwrap();
    assert_eq!(push(&place, &last).await.unwrap(), PushEnd::Behind);
    place.remote().fetch(&place.archive().objects().unwrap(), "main").await.unwrap();
    let moved = place.archive().replay(&theirs).unwrap();
    assert_eq!(moved[0], (ours, theirs));
    push(&place, &moved[1].1).await.unwrap();
    assert_eq!(place.subjects(), ["Report b", "Report a"]);
}

#[tokio::test]
async fn a_version_of_a_template_that_is_on_the_server_is_not_made_twice_either() {
    let place = Place::new("version");
    let version = |at: &str| Entry {
        subject: "Template weekly, version 1".into(),
        trailer: ("Template-Version", "weekly/1".into()),
        files: vec![("templates/weekly/template.json".into(), b"{}".to_vec())],
        at: at.parse().unwrap(),
        ..report("weekly")
    };
    let elsewhere = GitArchive::new(place.0.join("elsewhere.git"));
    let theirs = elsewhere.record(&version("2026-11-23T07:00:00Z")).unwrap();
    place.remote().push(&elsewhere.objects().unwrap(), &theirs, "main").await.unwrap();
    let ours = place.archive().record(&version("2026-11-23T06:00:00Z")).unwrap();
    assert_eq!(push(&place, &ours).await.unwrap(), PushEnd::Behind);
    place.remote().fetch(&place.archive().objects().unwrap(), "main").await.unwrap();
    assert_eq!(place.archive().replay(&theirs).unwrap(), [(ours, theirs.clone())]);
    push(&place, &theirs).await.unwrap();
    assert_eq!(place.subjects(), ["Template weekly, version 1"]);
}

#[tokio::test]
async fn a_file_that_both_changed_is_named_and_nothing_is_overwritten() {
    let place = Place::new("conflict");
    let archive = place.archive();
    let first = archive.record(&report("a")).unwrap();
    push(&place, &first).await.unwrap();
    place.somebody_pushes("reports/a/report.txt", "theirs");
    let mut again = report("a2");
    again.files = vec![("reports/a/report.txt".into(), b"ours".to_vec())];
    let ours = archive.record(&again).unwrap();
    let theirs = place.remote().fetch(&archive.objects().unwrap(), "main").await.unwrap();
    let words = archive.replay(&theirs).unwrap_err().to_string();
    assert!(words.contains("both changed reports/a/report.txt"), "{words}");
    assert_eq!(archive.last().unwrap().unwrap().id, ours, "the branch stays where it was");
}

#[tokio::test]
async fn a_hook_that_refuses_is_heard_word_for_word() {
    let place = Place::new("refused");
    place.hook("pre-receive", "echo 'Reports are frozen until Monday.' >&2; exit 1");
    let commit = place.archive().record(&report("a")).unwrap();
    let words = push(&place, &commit).await.unwrap_err().to_string();
    assert!(words.contains("remote: Reports are frozen until Monday."), "{words}");
    assert!(words.contains("pre-receive hook declined"), "{words}");
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_in_time_with_its_children() {
    let place = Place::new("hanging");
    let mark = place.0.join("went-on");
    place.hook("pre-receive", &format!("sleep 4; touch '{}'", mark.display()));
    let commit = place.archive().record(&report("a")).unwrap();
    let mut remote = place.remote();
    remote.settings.limit = Duration::from_secs(1);
    let begun = Instant::now();
    let error = remote.push(&place.archive().objects().unwrap(), &commit, "main").await.unwrap_err();
    assert!(matches!(error, RemoteError::TimedOut(_)), "{error}");
    assert!(begun.elapsed() < Duration::from_millis(3_500), "{:?}", begun.elapsed());
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(!mark.exists(), "the hook was killed, too");
}

/// An ssh that runs the command on this machine, when it is called as it should be: a whole conversation of git's
/// protocol without a network.
fn with_ssh(place: &Place, host_key: &str, address: &str) -> Remote {
    let bin = place.0.join("bin");
    let script = r#"
for word in "$@"; do
  case "$word" in
    UserKnownHostsFile=*) known=$(printf %s "${word#*=}" | tr -d '"') ;;
    IdentityFile=*) key=$(printf %s "${word#*=}" | tr -d '"') ;;
    BatchMode=yes) batch=yes ;;
    StrictHostKeyChecking=yes) strict=yes ;;
  esac
  last="$word"
done
[ "$batch$strict" = yesyes ] || { echo "not in batch mode" >&2; exit 255; }
[ "$(stat -c %a "$known") $(stat -c %a "$key")" = "600 600" ] || { echo "others can read the key" >&2; exit 255; }
grep -q "HOST_KEY" "$known" || { echo "Host key verification failed." >&2; exit 255; }
grep -q "PRIVATE KEY" "$key" || { echo "git@host: Permission denied (publickey)." >&2; exit 255; }
echo "$@" >> "ARGS"
exec sh -c "$last"
"#;
    let script = script.replace("HOST_KEY", "AAAAC3NzaC1lZDI1NTE5AAAAIServer");
    program(&bin.join("ssh"), &script.replace("ARGS", &place.0.join("args").display().to_string()));
    let mut remote = place.remote();
    remote.address = GitRemote::parse(address).unwrap();
    let private = super::generate("autoreport").unwrap().private;
    remote.sign_in = SignIn::Key { private, host_keys: vec![host_key.to_owned()] };
    remote.settings.path = format!("{}:{}", bin.display(), remote.settings.path);
    remote
}

#[tokio::test]
async fn by_ssh_the_key_and_the_pinned_host_key_are_private_files_and_in_no_argument() {
    let place = Place::new("ssh");
    let address = format!("ssh://git@git.example.org:2222{}/server.git", place.0.display());
    let remote = with_ssh(&place, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIServer", &address);
    let commit = place.archive().record(&report("a")).unwrap();
    let end = remote.push(&place.archive().objects().unwrap(), &commit, "main").await.unwrap();
    assert_eq!((end, place.subjects()), (PushEnd::Done, vec!["Report a".to_owned()]));
    let args = fs::read_to_string(place.0.join("args")).unwrap();
    assert!(args.contains("-p 2222") && args.contains("git@git.example.org"), "{args}");
    assert!(args.contains("HostKeyAlias=git.example.org") && !args.contains("PRIVATE KEY"), "{args}");
    assert!(fs::read_dir(place.0.join("git-private")).unwrap().next().is_none(), "the key is gone");
}

#[tokio::test]
async fn another_host_key_gets_nothing_and_says_why() {
    let place = Place::new("hostkey");
    let address = format!("git@git.example.org:{}/server.git", place.0.display());
    let remote = with_ssh(&place, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOther", &address);
    let commit = place.archive().record(&report("a")).unwrap();
    let error = remote.push(&place.archive().objects().unwrap(), &commit, "main").await.unwrap_err();
    assert!(matches!(error, RemoteError::OtherHostKey { .. }), "{error}");
    assert!(error.to_string().contains("nothing was sent to it"), "{error}");
    assert_eq!(place.git(&["-C", "server.git", "branch"]), "");
}

#[tokio::test]
async fn the_token_is_handed_over_by_the_helper_alone() {
    let place = Place::new("token");
    // What git asks a helper for, without a server: git itself answers.
    let remote = Remote {
        address: GitRemote::parse("https://git.example.org/x.git").unwrap(),
        sign_in: SignIn::Token { user: "reports".into(), token: Secret::new("glpat-very-secret") },
        ..place.remote()
    };
    let answer = remote.ask_for_credentials("protocol=https\nhost=git.example.org\n\n").await;
    assert!(answer.contains("username=reports\npassword=glpat-very-secret"), "{answer}");
}

#[test]
fn a_repository_that_cannot_be_the_archive_is_refused_with_the_reason() {
    use crate::error::ArchiveProblem::*;
    let place = Place::new("check");
    let at = |name: &str| place.0.join(name);
    place.git(&["init", "-q", "-b", "main", "work"]);
    fs::create_dir(at("empty")).unwrap();
    assert_eq!(GitArchive::check(Path::new("server.git"), "main"), Err(NotAbsolute));
    assert_eq!(GitArchive::check(&at("nowhere"), "main"), Err(NoSuchFolder));
    assert_eq!(GitArchive::check(&at("empty"), "main"), Err(NotARepository));
    assert_eq!(GitArchive::check(&at("work"), "main"), Err(CheckedOut));
    assert_eq!(GitArchive::check(&at("work"), "reports"), Ok(()));
    assert_eq!(GitArchive::check(&at("server.git"), "main"), Ok(()));
    fs::remove_dir_all(at("server.git/objects")).unwrap();
    fs::write(at("server.git/objects"), "").unwrap();
    assert!(GitArchive::check(&at("server.git"), "main").is_err());
}

#[test]
fn a_given_repository_and_branch_take_the_commits() {
    let place = Place::new("given");
    let archive = GitArchive::given(place.0.join("server.git")).on_branch("reports/weekly");
    archive.record(&report("a")).unwrap();
    assert_eq!(
        place.git(&["-C", "server.git", "log", "-1", "--format=%an <%ae>", "reports/weekly"]),
        "Reports <reports@example.org>\n"
    );
    let nowhere = GitArchive::given(place.0.join("nowhere.git"));
    assert!(nowhere.record(&report("a")).is_err() && !place.0.join("nowhere.git").exists(), "nothing is made there");
}

#[test]
fn the_history_of_a_path_are_the_commits_that_changed_it() {
    let place = Place::new("history");
    let archive = place.archive();
    archive.record(&report("a")).unwrap();
    archive.record(&report("b")).unwrap();
    let mut again = report("a2");
    again.files = vec![("reports/a/report.txt".into(), b"other".to_vec())];
    let last = archive.record(&again).unwrap();
    let subjects: Vec<_> = archive.history("reports/a").unwrap().into_iter().map(|commit| commit.subject).collect();
    assert_eq!(subjects, ["Report a2", "Report a"]);
    assert!(archive.history("reports/none").unwrap().is_empty());
    assert_eq!((archive.count_after(None).unwrap(), archive.count_after(Some(&last)).unwrap()), (3, 0));
    let info = archive.commit_info(&last).unwrap().unwrap();
    assert_eq!((info.author_name.as_str(), info.at.timestamp()), ("Reports", report("a").at.timestamp()));
    assert_eq!(archive.commit_info("1234567890123456789012345678901234567890").unwrap(), None);
    assert!(GitArchive::new(place.0.join("none.git")).last().unwrap().is_none() && !place.0.join("none.git").exists());
}
