//! The Git archive: files become commits of a repository, each named by a trailer; [`Remote`] brings them elsewhere.

mod mending;
mod private_folder;
mod process;
mod reading;
mod remote;
mod replay;
mod ssh_key;

use std::{
    collections::{HashSet, VecDeque},
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use gix::{ObjectId, Repository, bstr::ByteSlice, objs::tree::EntryKind};
use uuid::Uuid;

pub use reading::CommitInfo;
pub use remote::{GitSettings, PushEnd, Remote, RemoteError, RemoteRule, SignIn, version};
pub use ssh_key::{SshKey, fingerprint, generate, parse};

/// The branch of the built-in archive, until another one is named.
pub const BRANCH: &str = "main";
/// How often a commit is tried when other writers come first.
const ATTEMPTS: u32 = 50;
/// The locks that a commit takes, and how old one is that nobody holds any more: they are held for milliseconds.
const LOCKS: [&str; 3] = ["HEAD.lock", "refs/heads/main.lock", "packed-refs.lock"];
const LEFT_AFTER: Duration = Duration::from_secs(10);

/// A repository in a folder; opened anew for each call, so it may be used from any thread.
/// Calls block: keep them off the asynchronous runtime.
#[derive(Clone, Debug)]
pub struct GitArchive {
    path: PathBuf,
    /// With `refs/heads/`.
    branch: String,
    /// Somebody else's; never made here.
    is_given: bool,
}

/// Files that belong together, and who wrote them.
#[derive(Clone, Debug)]
pub struct Entry {
    /// First line of the message.
    pub subject: String,
    /// The trailer that names this entry for ever, as key and value.
    pub trailer: (&'static str, String),
    /// Path in the repository and content.
    pub files: Vec<(String, Vec<u8>)>,
    pub author_name: String,
    pub author_email: String,
    /// The time of the commit.
    pub at: DateTime<Utc>,
    /// Before this the entry cannot have been committed: where the search for one ends of which no file is there.
    pub not_before: DateTime<Utc>,
}

/// Why the archive could not be written or read.
#[derive(Debug, thiserror::Error)]
#[error("the Git archive in {}: {what}", path.display())]
pub struct GitError {
    path: PathBuf,
    what: String,
}

impl GitArchive {
    /// The archive in this folder, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), branch: format!("refs/heads/{BRANCH}"), is_given: false }
    }

    /// A repository that is there already, bare or not.
    pub fn given(path: impl Into<PathBuf>) -> Self {
        Self { is_given: true, ..Self::new(path) }
    }

    /// The same with another branch.
    #[must_use]
    pub fn on_branch(mut self, branch: &str) -> Self {
        self.branch = format!("refs/heads/{branch}");
        self
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Commits the files on top of the branch and returns the commit's id in hex. An entry that is
    /// there already is not written again: its commit is found by the trailer. Another writer may
    /// move the branch meanwhile; then the commit is built anew on top.
    ///
    /// # Errors
    /// [`GitError`], where the folder cannot be written or is no repository.
    pub fn record(&self, entry: &Entry) -> Result<String, GitError> {
        let mut attempt = self.try_record(entry);
        for _ in 1..ATTEMPTS {
            if attempt.is_ok() {
                break;
            }
            // The branch moved, another writer holds its lock, or is just making the repository.
            std::thread::sleep(Duration::from_millis(10));
            attempt = self.try_record(entry);
        }
        if attempt.is_err() && self.remove_left_locks() {
            attempt = self.try_record(entry);
        }
        attempt
    }

    /// A process that is killed while it holds a lock leaves the file behind, and nobody could ever commit again.
    fn remove_left_locks(&self) -> bool {
        let is_left = |path: &PathBuf| {
            let held_since = fs::metadata(path).and_then(|lock| lock.modified());
            held_since.ok().and_then(|since| since.elapsed().ok()).is_some_and(|age| age > LEFT_AFTER)
        };
        let left = LOCKS.iter().map(|name| self.path.join(name)).filter(is_left);
        left.filter(|path| fs::remove_file(path).is_ok()).count() > 0
    }

    fn try_record(&self, entry: &Entry) -> Result<String, GitError> {
        let repo = self.open_or_create()?;
        let tip = self.tip(&repo)?;
        if let Some(found) = tip.map(|tip| self.find(&repo, tip, entry)).transpose()?.flatten() {
            return Ok(found.to_string());
        }
        let made = self.commit(&repo, tip, entry)?;
        self.lead_head_here(&repo);
        Ok(made.to_string())
    }

    /// Whoever clones the archive gets what HEAD names: where that is a branch that nobody has made, as where the archive
    /// was begun or goes on under another name, they would get nothing. In a repository of somebody else it stays.
    fn lead_head_here(&self, repo: &Repository) {
        let is_unborn = repo.head().is_ok_and(|head| head.is_unborn());
        if self.is_given || !is_unborn {
            return;
        }
        if let Err(error) = mending::name_head(repo.common_dir(), &self.branch) {
            // The report is committed; the next one tries again.
            tracing::warn!("naming the branch of the Git archive in {}: {error}", self.path.display());
        }
    }

    /// The content of a file in a commit; `None` where the commit has no such file.
    ///
    /// # Errors
    /// [`GitError`], where the repository or the commit cannot be read.
    pub fn read(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        let failed = |error: &dyn std::fmt::Display| self.failed(error.to_string());
        let Some(repo) = self.open_if_there()? else { return Ok(None) };
        let id = ObjectId::from_hex(commit.as_bytes()).map_err(|error| failed(&error))?;
        let tree = repo.find_commit(id).and_then(|commit| commit.tree()).map_err(|error| failed(&error))?;
        let Some(entry) = tree.lookup_entry_by_path(path).map_err(|error| failed(&error))? else {
            return Ok(None);
        };
        let mut object = entry.object().map_err(|error| failed(&error))?;
        Ok(Some(std::mem::take(&mut object.data)))
    }

    fn open_or_create(&self) -> Result<Repository, GitError> {
        // Isolated: the archive must not depend on the configuration of whoever runs the server.
        let options = gix::open::Options::isolated();
        match gix::open_opts(&self.path, options.clone()) {
            // It opens with a HEAD that says nothing, which other programs take for no repository.
            Ok(repo) if self.is_given || !mending::has_blank_head(&self.path) => return Ok(repo),
            Err(error) if self.is_given => return Err(self.failed(error.to_string())),
            Ok(_) | Err(_) => {}
        }
        let is_taken = fs::read_dir(&self.path).is_ok_and(|mut found| found.next().is_some());
        let created = match is_taken {
            // Earlier versions made it piece by piece.
            true => mending::complete(&self.path, &self.branch),
            false => self.create(options.clone()),
        };
        // Somebody else may have created it in this moment.
        gix::open_opts(&self.path, options)
            .map_err(|error| self.failed(created.err().unwrap_or_else(|| error.to_string())))
    }

    /// Makes the repository beside its place and moves it there whole. Of a half of one, as a full disk or a killed process
    /// leaves it, nobody could ever make a repository again: none is made where something stands.
    fn create(&self, options: gix::open::Options) -> Result<(), String> {
        // Where a link leads to an empty folder, the repository takes the place of the folder.
        let place = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let mut beside = place.clone().into_os_string();
        beside.push(format!(".new-{}", Uuid::now_v7().simple()));
        let beside = PathBuf::from(beside);
        let kind = gix::create::Kind::Bare;
        let created = gix::ThreadSafeRepository::init_opts(&beside, kind, gix::create::Options::default(), options)
            .map_err(|error| error.to_string())
            .and_then(|_| fs::rename(&beside, &place).map_err(|error| error.to_string()));
        if created.is_err() {
            let _ = fs::remove_dir_all(&beside);
        }
        created
    }

    /// For reading: nothing is made where nothing was written yet.
    fn open_if_there(&self) -> Result<Option<Repository>, GitError> {
        if self.path.exists() || self.is_given { self.open_or_create().map(Some) } else { Ok(None) }
    }

    fn tip(&self, repo: &Repository) -> Result<Option<ObjectId>, GitError> {
        let reference =
            repo.try_find_reference(self.branch.as_str()).map_err(|error| self.failed(error.to_string()))?;
        Ok(reference.and_then(|reference| reference.try_id().map(gix::Id::detach)))
    }

    /// Walks back from the tip until the trailer is found. Commits do not stand in the order of their times: one that
    /// was made late carries the time of what it holds, and what others brought has any. So where a file of the entry is
    /// there, the whole history is looked through; where none is, only until commits are too old to be it, with a day's
    /// grace for a clock that was set back.
    fn find(&self, repo: &Repository, tip: ObjectId, entry: &Entry) -> Result<Option<ObjectId>, GitError> {
        let failed = |error: &dyn std::fmt::Display| self.failed(error.to_string());
        let oldest = match self.has_file_of(repo, tip, entry)? {
            true => i64::MIN,
            false => (entry.not_before - TimeDelta::days(1)).timestamp(),
        };
        let wanted = format!("{}: {}", entry.trailer.0, entry.trailer.1);
        let mut seen = HashSet::from([tip]);
        let mut next = VecDeque::from([tip]);
        while let Some(id) = next.pop_front() {
            let commit = repo.find_commit(id).map_err(|error| failed(&error))?;
            let message = commit.message_raw().map_err(|error| failed(&error))?;
            if message.lines().any(|line| line == wanted.as_bytes()) {
                return Ok(Some(id));
            }
            if commit.time().map_err(|error| failed(&error))?.seconds < oldest {
                continue;
            }
            for parent in commit.parent_ids() {
                let parent = parent.detach();
                if seen.insert(parent) {
                    next.push_back(parent);
                }
            }
        }
        Ok(None)
    }

    fn has_file_of(&self, repo: &Repository, tip: ObjectId, entry: &Entry) -> Result<bool, GitError> {
        let failed = |error: &dyn std::fmt::Display| self.failed(error.to_string());
        let tree = repo.find_commit(tip).and_then(|commit| commit.tree()).map_err(|error| failed(&error))?;
        for (path, _) in &entry.files {
            if tree.lookup_entry_by_path(path).map_err(|error| failed(&error))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn commit(&self, repo: &Repository, tip: Option<ObjectId>, entry: &Entry) -> Result<ObjectId, GitError> {
        let failed = |error: &dyn std::fmt::Display| self.failed(error.to_string());
        let base = match tip {
            Some(tip) => {
                repo.find_commit(tip).and_then(|commit| commit.tree_id()).map_err(|error| failed(&error))?.detach()
            }
            None => ObjectId::empty_tree(repo.object_hash()),
        };
        let mut tree = repo.edit_tree(base).map_err(|error| failed(&error))?;
        for (path, content) in &entry.files {
            let blob = repo.write_blob(content).map_err(|error| failed(&error))?;
            tree.upsert(path.as_str(), EntryKind::Blob, blob).map_err(|error| failed(&error))?;
        }
        let tree = tree.write().map_err(|error| failed(&error))?;
        let time = format!("{} +0000", entry.at.timestamp());
        let signature = gix::actor::SignatureRef {
            name: entry.author_name.as_bytes().as_bstr(),
            email: entry.author_email.as_bytes().as_bstr(),
            time: &time,
        };
        let message = format!("{}\n\n{}: {}\n", entry.subject, entry.trailer.0, entry.trailer.1);
        let branch = self.branch.as_str();
        let id = repo.commit_as(signature, signature, branch, message, tree, tip).map_err(|error| failed(&error))?;
        Ok(id.detach())
    }

    fn failed(&self, what: String) -> GitError {
        GitError { path: self.path.clone(), what }
    }
}

#[cfg(test)]
mod remote_tests;

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// A folder of its own for one test, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("autoreport-git-{name}-{}", std::process::id()));
            let _ = std::fs::remove_dir_all(&path);
            Self(path)
        }

        fn git(&self, args: &[&str]) -> String {
            let output = Command::new("git").arg("-C").arg(&self.0).args(args).output().unwrap();
            assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn entry(name: &str, content: &str) -> Entry {
        Entry {
            subject: format!("Weekly report, {name}"),
            trailer: ("Report-Occurrence", name.into()),
            files: vec![
                (format!("reports/2026/11/{name}/report.html"), content.into()),
                (format!("reports/2026/11/{name}/data.json"), b"{}".to_vec()),
            ],
            author_name: "AutoReport".into(),
            author_email: "autoreport@localhost".into(),
            at: "2026-11-23T06:00:00Z".parse().unwrap(),
            not_before: "2026-11-23T06:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_report_becomes_a_commit_that_git_reads() {
        let folder = Folder::new("reads");
        let archive = GitArchive::new(&folder.0);
        let first = archive.record(&entry("a", "<p>A</p>")).unwrap();
        let second = archive.record(&entry("b", "<p>Č</p>")).unwrap();
        assert_eq!(folder.git(&["fsck", "--strict"]), "");
        assert_eq!(folder.git(&["rev-parse", "main", "HEAD"]), format!("{second}\n{second}\n"));
        assert_eq!(folder.git(&["rev-list", "main"]), format!("{second}\n{first}\n"));
        assert_eq!(folder.git(&["show", "main:reports/2026/11/b/report.html"]), "<p>Č</p>");
        assert_eq!(folder.git(&["show", "main:reports/2026/11/a/report.html"]), "<p>A</p>", "earlier files stay");
        let trailer = folder.git(&["log", "-1", "--format=%an <%ae> %at|%(trailers:key=Report-Occurrence,valueonly)"]);
        assert_eq!(trailer.trim(), "AutoReport <autoreport@localhost> 1795413600|b");
        assert_eq!(archive.read(&first, "reports/2026/11/a/data.json").unwrap(), Some(b"{}".to_vec()));
        assert_eq!(archive.read(&first, "reports/2026/11/b/data.json").unwrap(), None);
    }

    #[test]
    fn an_entry_is_committed_once() {
        let folder = Folder::new("once");
        let archive = GitArchive::new(&folder.0);
        let first = archive.record(&entry("a", "one")).unwrap();
        archive.record(&entry("b", "two")).unwrap();
        assert_eq!(archive.record(&entry("a", "one")).unwrap(), first);
        assert_eq!(folder.git(&["rev-list", "--count", "main"]), "2\n");
    }

    /// A version of a template: all of them have the same files, and the time at which they were published.
    fn version(of: &str, number: u32, published: &str) -> Entry {
        let at = published.parse().unwrap();
        Entry {
            trailer: ("Template-Version", format!("{of}/{number}")),
            files: vec![(format!("templates/{of}/template.json"), number.to_string().into_bytes())],
            at,
            not_before: at,
            ..entry(of, "")
        }
    }

    #[test]
    fn a_late_version_is_committed_once_although_what_came_after_it_is_dated_long_before() {
        let folder = Folder::new("late");
        let archive = GitArchive::new(&folder.0);
        archive.record(&version("weekly", 1, "2026-05-04T06:00:00Z")).unwrap();
        let second = archive.record(&version("weekly", 2, "2026-11-23T06:00:00Z")).unwrap();
        archive.record(&version("digest", 1, "2026-03-02T06:00:00Z")).unwrap();
        assert_eq!(archive.record(&version("weekly", 2, "2026-11-23T06:00:00Z")).unwrap(), second);
        assert_eq!(folder.git(&["rev-list", "--count", "main"]), "3\n");
        archive.record(&version("weekly", 3, "2026-11-24T06:00:00Z")).unwrap();
        assert_eq!(folder.git(&["rev-list", "--count", "main"]), "4\n", "another version is another commit");
    }

    #[test]
    fn an_entry_that_came_by_a_merge_is_found() {
        let folder = Folder::new("merged");
        let archive = GitArchive::new(&folder.0);
        archive.record(&entry("a", "one")).unwrap();
        let aside = archive.clone().on_branch("aside").record(&entry("b", "two")).unwrap();
        let by = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"];
        let merge = ["commit-tree", "aside^{tree}", "-p", "main", "-p", "aside", "-m", "Merge"];
        let merged = folder.git(&[by.as_slice(), merge.as_slice()].concat());
        folder.git(&["update-ref", "refs/heads/main", merged.trim()]);
        assert_eq!(archive.record(&entry("b", "two")).unwrap(), aside);
    }

    #[test]
    fn writers_at_the_same_time_lose_nothing() {
        let folder = Folder::new("race");
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let archive = GitArchive::new(&folder.0);
                scope.spawn(move || {
                    for number in 0..5 {
                        archive.record(&entry(&format!("w{writer}n{number}"), "x")).unwrap();
                    }
                });
            }
        });
        assert_eq!(folder.git(&["rev-list", "--count", "main"]), "20\n");
        assert_eq!(folder.git(&["fsck", "--strict", "--no-dangling"]), "");
        assert_eq!(folder.git(&["ls-tree", "-r", "--name-only", "main"]).lines().count(), 40);
    }

    #[test]
    fn a_lock_that_a_killed_process_has_left_keeps_nobody_out_and_a_fresh_one_does() {
        let folder = Folder::new("lock");
        let archive = GitArchive::new(&folder.0);
        archive.record(&entry("a", "one")).unwrap();
        let lock = fs::File::create(folder.0.join("refs/heads/main.lock")).unwrap();
        assert!(archive.record(&entry("b", "two")).is_err(), "somebody holds it");
        let made = lock.metadata().unwrap().modified().unwrap();
        lock.set_modified(made - LEFT_AFTER * 2).unwrap();
        archive.record(&entry("b", "two")).unwrap();
        assert_eq!(folder.git(&["rev-list", "--count", "main"]), "2\n");
    }

    #[test]
    fn an_archive_that_was_left_half_made_is_made_whole_by_the_next_commit() {
        // As far as its making came: HEAD and what makes a repository of the folder came last.
        let folder = Folder::new("half");
        for name in ["info", "hooks", "objects/info"] {
            fs::create_dir_all(folder.0.join(name)).unwrap();
        }
        let archive = GitArchive::new(&folder.0);
        assert_eq!(archive.last().unwrap(), None, "a look at it is enough");
        let first = archive.record(&entry("a", "one")).unwrap();
        fs::write(folder.0.join("HEAD"), "").unwrap();
        let second = archive.record(&entry("b", "two")).unwrap();
        assert_eq!(folder.git(&["rev-list", "HEAD"]), format!("{second}\n{first}\n"));
        assert_eq!(folder.git(&["fsck", "--strict"]), "");
    }

    #[test]
    fn an_archive_that_cannot_be_made_whole_says_why() {
        let folder = Folder::new("lost");
        let archive = GitArchive::new(&folder.0);
        archive.record(&entry("a", "one")).unwrap();
        fs::remove_dir_all(folder.0.join("objects")).unwrap();
        for error in [archive.last().unwrap_err(), archive.record(&entry("b", "two")).unwrap_err()] {
            assert!(error.to_string().contains("its commits are gone: refs/heads/main names one"), "{error}");
        }
        assert!(!folder.0.join("objects").exists());
    }

    #[test]
    fn a_head_that_names_no_branch_names_that_of_the_archive_and_one_of_somebody_else_stays() {
        let folder = Folder::new("unborn");
        let archive = GitArchive::new(&folder.0);
        let first = archive.record(&entry("a", "one")).unwrap();
        fs::write(folder.0.join("HEAD"), "ref: refs/heads/master\n").unwrap();
        let given = GitArchive::given(&folder.0);
        given.record(&entry("b", "two")).unwrap();
        assert_eq!(folder.git(&["symbolic-ref", "HEAD"]), "refs/heads/master\n", "it is somebody else's");
        let third = archive.record(&entry("c", "three")).unwrap();
        assert_eq!(folder.git(&["symbolic-ref", "HEAD"]), "refs/heads/main\n");
        assert_eq!(folder.git(&["rev-parse", "HEAD"]).trim(), third);
        archive.on_branch("aside").record(&entry("d", "four")).unwrap();
        assert_eq!(folder.git(&["rev-parse", "HEAD"]).trim(), third, "one that is there stays");
        assert_eq!(folder.git(&["rev-list", "--count", &first]), "1\n");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = Folder::new("file");
        std::fs::write(&folder.0, "not a folder").unwrap();
        let error = GitArchive::new(folder.0.join("archive.git")).record(&entry("a", "")).unwrap_err();
        assert!(error.to_string().contains("archive.git"), "{error}");
        let _ = std::fs::remove_file(&folder.0);
    }
}
