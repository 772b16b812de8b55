//! Reads the archive: its last commit, what a commit says, which commits touched a path.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use gix::{ObjectId, Repository, bstr::ByteSlice};

use super::{GitArchive, GitError};
use crate::error::ArchiveProblem;

/// Commits that are looked at for the history of a path, or counted.
const LOOK: usize = 5_000;

/// What a commit says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitInfo {
    pub id: String,
    /// First line of the message.
    pub subject: String,
    pub author_name: String,
    pub author_email: String,
    pub at: DateTime<Utc>,
}

impl GitArchive {
    /// The last commit of the branch; none while nothing was committed.
    ///
    /// # Errors
    /// [`GitError`], where the repository cannot be read.
    pub fn last(&self) -> Result<Option<CommitInfo>, GitError> {
        let Some(repo) = self.open_if_there()? else { return Ok(None) };
        self.tip(&repo)?.map(|tip| self.info(&repo, tip)).transpose()
    }

    /// Where the objects are.
    ///
    /// # Errors
    /// [`GitError`], where the repository cannot be opened.
    pub fn objects(&self) -> Result<PathBuf, GitError> {
        let objects = self.open_or_create()?.common_dir().join("objects");
        std::path::absolute(objects).map_err(|error| self.failed(error.to_string()))
    }

    /// How many commits of the branch come after `pushed`; all of them where none was pushed. Counts to some thousands.
    ///
    /// # Errors
    /// [`GitError`], where the repository cannot be read.
    pub fn count_after(&self, pushed: Option<&str>) -> Result<u32, GitError> {
        let Some(repo) = self.open_if_there()? else { return Ok(0) };
        let Some(tip) = self.tip(&repo)? else { return Ok(0) };
        let mut count = 0;
        for id in self.walk(&repo, tip) {
            let id = id?;
            if pushed == Some(id.to_string().as_str()) {
                break;
            }
            count += 1;
        }
        Ok(count)
    }

    /// What a commit says; `None` where the repository has none of this id.
    ///
    /// # Errors
    /// [`GitError`], where the repository cannot be read.
    pub fn commit_info(&self, commit: &str) -> Result<Option<CommitInfo>, GitError> {
        let Some(repo) = self.open_if_there()? else { return Ok(None) };
        match ObjectId::from_hex(commit.as_bytes()) {
            Ok(id) if repo.has_object(id) => self.info(&repo, id).map(Some),
            _ => Ok(None),
        }
    }

    /// The commits of the branch that changed what is at a path, the latest first.
    ///
    /// # Errors
    /// [`GitError`], where the repository cannot be read.
    pub fn history(&self, path: &str) -> Result<Vec<CommitInfo>, GitError> {
        let Some(repo) = self.open_if_there()? else { return Ok(Vec::new()) };
        let Some(tip) = self.tip(&repo)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        let mut later: Option<(ObjectId, Option<ObjectId>)> = None;
        for id in self.walk(&repo, tip) {
            let id = id?;
            let here = self.at_path(&repo, id, path)?;
            if let Some((commit, there)) = later
                && there != here
            {
                found.push(self.info(&repo, commit)?);
            }
            later = Some((id, here));
        }
        if let Some((commit, Some(_))) = later {
            found.push(self.info(&repo, commit)?);
        }
        Ok(found)
    }

    /// Whether a repository that somebody names can be the archive.
    ///
    /// # Errors
    /// What is wrong with it, for words beside the field of its path; [`ArchiveProblem::CheckedOut`] beside the branch.
    pub fn check(path: &Path, branch: &str) -> Result<(), ArchiveProblem> {
        if !path.is_absolute() {
            return Err(ArchiveProblem::NotAbsolute);
        }
        if !path.is_dir() {
            return Err(ArchiveProblem::NoSuchFolder);
        }
        let repo = gix::open_opts(path, gix::open::Options::isolated()).map_err(|_| ArchiveProblem::NotARepository)?;
        // The rights may be those of a group or a list: what counts is whether it can be done.
        let trial = repo.common_dir().join("objects").join(format!("autoreport-{}", uuid::Uuid::now_v7()));
        std::fs::write(&trial, "").map_err(|_| ArchiveProblem::NotWritable)?;
        let _ = std::fs::remove_file(&trial);
        let head = repo.head_name().ok().flatten();
        let is_head = head.is_some_and(|head| head.as_bstr() == format!("refs/heads/{branch}").as_bytes().as_bstr());
        if repo.workdir().is_some() && is_head { Err(ArchiveProblem::CheckedOut) } else { Ok(()) }
    }

    /// From a commit back along its first parents.
    fn walk<'a>(
        &'a self,
        repo: &'a Repository,
        tip: ObjectId,
    ) -> impl Iterator<Item = Result<ObjectId, GitError>> + 'a {
        let mut next = Some(tip);
        std::iter::from_fn(move || {
            let id = next.take()?;
            match repo.find_commit(id) {
                Ok(commit) => {
                    next = commit.parent_ids().next().map(gix::Id::detach);
                    Some(Ok(id))
                }
                Err(error) => Some(Err(self.failed(error.to_string()))),
            }
        })
        .take(LOOK)
    }

    fn at_path(&self, repo: &Repository, commit: ObjectId, path: &str) -> Result<Option<ObjectId>, GitError> {
        let failed = |error: &dyn std::fmt::Display| self.failed(error.to_string());
        let tree = repo.find_commit(commit).and_then(|commit| commit.tree()).map_err(|error| failed(&error))?;
        let entry = tree.lookup_entry_by_path(path).map_err(|error| failed(&error))?;
        Ok(entry.map(|entry| entry.object_id()))
    }

    fn info(&self, repo: &Repository, id: ObjectId) -> Result<CommitInfo, GitError> {
        let failed = |error: &dyn std::fmt::Display| self.failed(error.to_string());
        let commit = repo.find_commit(id).map_err(|error| failed(&error))?;
        let author = commit.author().map_err(|error| failed(&error))?;
        let message = commit.message_raw().map_err(|error| failed(&error))?;
        let seconds = commit.time().map_err(|error| failed(&error))?.seconds;
        Ok(CommitInfo {
            id: id.to_string(),
            subject: message.lines().next().unwrap_or_default().to_str_lossy().into_owned(),
            author_name: author.name.to_str_lossy().into_owned(),
            author_email: author.email.to_str_lossy().into_owned(),
            at: DateTime::from_timestamp(seconds, 0).unwrap_or_default(),
        })
    }
}
