//! Commits of the archive are made again on top of those that somebody else brought to the same branch of the server.
//! Nothing of theirs is ever changed or thrown away.

use std::collections::{BTreeMap, HashMap, HashSet};

use gix::{
    ObjectId, Repository,
    bstr::{BString, ByteSlice},
    objs::tree::{EntryKind, EntryMode},
    refs::{
        FullName, Target,
        transaction::{Change, LogChange, PreviousValue, RefEdit},
    },
};

use super::{GitArchive, GitError};

/// Trailers that name what a commit holds begin with one of these: reports, versions of templates.
const TRAILERS: [&str; 2] = ["Report-", "Template-"];

/// What stands at a path.
type Entry = (EntryMode, ObjectId);

/// A path, what was there, what is there now.
type Edit = (BString, Option<Entry>, Option<Entry>);

impl GitArchive {
    /// Makes the commits that only the archive has again on top of `theirs`, and moves the branch to the last one.
    /// Gives each commit's id before and after. What theirs hold already, by its trailer, is not made twice.
    ///
    /// # Errors
    /// [`GitError`], where both changed the same file, or another writer moved the branch meanwhile.
    pub fn replay(&self, theirs: &str) -> Result<Vec<(String, String)>, GitError> {
        let failed = |error: &dyn std::fmt::Display| self.failed(error.to_string());
        let repo = self.open_or_create()?;
        let theirs = ObjectId::from_hex(theirs.as_bytes()).map_err(|error| failed(&error))?;
        let Some(ours) = self.tip(&repo)? else { return Ok(Vec::new()) };
        let (their_ids, known) = self.side(&repo, theirs)?;
        let mut onto = theirs;
        let mut moved = Vec::new();
        for id in self.only_ours(&repo, ours, &their_ids)? {
            let there = self.trailers(&repo, id)?.iter().find_map(|trailer| known.get(trailer)).copied();
            let now = match there {
                Some(there) => there,
                None => {
                    onto = self.again(&repo, id, onto)?;
                    onto
                }
            };
            moved.push((id.to_string(), now.to_string()));
        }
        self.move_branch(&repo, ours, onto)?;
        Ok(moved)
    }

    /// All commits of a side, and which of them carries each trailer.
    fn side(
        &self,
        repo: &Repository,
        tip: ObjectId,
    ) -> Result<(HashSet<ObjectId>, HashMap<BString, ObjectId>), GitError> {
        let failed = |error: &dyn std::fmt::Display| self.failed(error.to_string());
        let (mut ids, mut trailers) = (HashSet::new(), HashMap::new());
        for info in repo.rev_walk([tip]).all().map_err(|error| failed(&error))? {
            let id = info.map_err(|error| failed(&error))?.id;
            ids.insert(id);
            for trailer in self.trailers(repo, id)? {
                trailers.insert(trailer, id);
            }
        }
        Ok((ids, trailers))
    }

    /// The oldest first. Other branches that were merged into ours came to theirs, if at all, as what the merge changed.
    fn only_ours(
        &self,
        repo: &Repository,
        ours: ObjectId,
        theirs: &HashSet<ObjectId>,
    ) -> Result<Vec<ObjectId>, GitError> {
        let mut found = Vec::new();
        let mut next = Some(ours);
        while let Some(id) = next.filter(|id| !theirs.contains(id)) {
            found.push(id);
            let commit = repo.find_commit(id).map_err(|error| self.failed(error.to_string()))?;
            next = commit.parent_ids().next().map(gix::Id::detach);
        }
        found.reverse();
        Ok(found)
    }

    fn trailers(&self, repo: &Repository, id: ObjectId) -> Result<Vec<BString>, GitError> {
        let failed = |error: &dyn std::fmt::Display| self.failed(error.to_string());
        let commit = repo.find_commit(id).map_err(|error| failed(&error))?;
        let message = commit.message_raw().map_err(|error| failed(&error))?;
        let is_named = |line: &[u8]| TRAILERS.iter().any(|name| line.starts_with(name.as_bytes()));
        let is_trailer = |line: &&[u8]| is_named(line) && line.find(": ").is_some();
        Ok(message.lines().filter(is_trailer).map(BString::from).collect())
    }

    /// The same change, message, author and time, on top of another commit.
    fn again(&self, repo: &Repository, id: ObjectId, onto: ObjectId) -> Result<ObjectId, GitError> {
        let failed = |error: &dyn std::fmt::Display| self.failed(error.to_string());
        let commit = repo.find_commit(id).map_err(|error| failed(&error))?;
        let tree_of = |id: ObjectId| {
            repo.find_commit(id)
                .and_then(|commit| commit.tree_id())
                .map(gix::Id::detach)
                .map_err(|error| failed(&error))
        };
        let parent = commit.parent_ids().next().map(gix::Id::detach).map(tree_of).transpose()?;
        let base = tree_of(onto)?;
        let mut edits = Vec::new();
        self.edits(repo, parent, Some(tree_of(id)?), &BString::default(), &mut edits)?;
        let mut tree = repo.edit_tree(base).map_err(|error| failed(&error))?;
        for (path, before, after) in edits {
            let path = path.to_str_lossy().into_owned();
            let there = self.entry(repo, base, &path)?;
            if there == after {
                continue;
            }
            if there != before {
                return Err(self.failed(format!(
                    "commit {id} and the branch on the server both changed {path}. Merge them with git, or push to another branch."
                )));
            }
            match after {
                Some((mode, blob)) => tree.upsert(path.as_str(), mode.kind(), blob).map_err(|error| failed(&error))?,
                None => tree.remove(path.as_str()).map_err(|error| failed(&error))?,
            };
        }
        let tree = tree.write().map_err(|error| failed(&error))?;
        let (author, committer) = (commit.author(), commit.committer());
        let (author, committer) = (author.map_err(|error| failed(&error))?, committer.map_err(|error| failed(&error))?);
        let message = commit.message_raw().map_err(|error| failed(&error))?.to_str_lossy();
        let made = repo.new_commit_as(committer, author, message, tree, [onto]).map_err(|error| failed(&error))?;
        Ok(made.id)
    }

    /// What a tree has changed compared with another one, file by file.
    fn edits(
        &self,
        repo: &Repository,
        before: Option<ObjectId>,
        after: Option<ObjectId>,
        folder: &BString,
        found: &mut Vec<Edit>,
    ) -> Result<(), GitError> {
        let (before, after) = (self.entries(repo, before)?, self.entries(repo, after)?);
        let names: std::collections::BTreeSet<&BString> = before.keys().chain(after.keys()).collect();
        for name in names {
            let (old, new) = (before.get(name).copied(), after.get(name).copied());
            if old == new {
                continue;
            }
            let mut path = folder.clone();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(name);
            let tree =
                |entry: Option<Entry>| entry.filter(|(mode, _)| mode.kind() == EntryKind::Tree).map(|(_, id)| id);
            let file = |entry: Option<Entry>| entry.filter(|(mode, _)| mode.kind() != EntryKind::Tree);
            if tree(old).is_some() || tree(new).is_some() {
                self.edits(repo, tree(old), tree(new), &path, found)?;
            }
            if file(old).is_some() || file(new).is_some() {
                found.push((path, file(old), file(new)));
            }
        }
        Ok(())
    }

    fn entries(&self, repo: &Repository, tree: Option<ObjectId>) -> Result<BTreeMap<BString, Entry>, GitError> {
        let failed = |error: &dyn std::fmt::Display| self.failed(error.to_string());
        let Some(tree) = tree else { return Ok(BTreeMap::new()) };
        let tree = repo.find_tree(tree).map_err(|error| failed(&error))?;
        let mut entries = BTreeMap::new();
        for entry in tree.iter() {
            let entry = entry.map_err(|error| failed(&error))?;
            entries.insert(entry.filename().to_owned(), (entry.mode(), entry.object_id()));
        }
        Ok(entries)
    }

    fn entry(&self, repo: &Repository, tree: ObjectId, path: &str) -> Result<Option<Entry>, GitError> {
        let failed = |error: &dyn std::fmt::Display| self.failed(error.to_string());
        let tree = repo.find_tree(tree).map_err(|error| failed(&error))?;
        let found = tree.lookup_entry_by_path(path).map_err(|error| failed(&error))?;
        Ok(found.map(|entry| (entry.mode(), entry.object_id())))
    }

    fn move_branch(&self, repo: &Repository, from: ObjectId, to: ObjectId) -> Result<(), GitError> {
        let failed = |error: &dyn std::fmt::Display| self.failed(error.to_string());
        let name = FullName::try_from(self.branch.as_str()).map_err(|error| failed(&error))?;
        let edit = RefEdit {
            change: Change::Update {
                log: LogChange { message: "on top of what came from the server".into(), ..Default::default() },
                expected: PreviousValue::MustExistAndMatch(Target::Object(from)),
                new: Target::Object(to),
            },
            name,
            deref: false,
        };
        // A reflog wants to know who it was.
        let commit = repo.find_commit(to).map_err(|error| failed(&error))?;
        let committer = commit.committer().map_err(|error| failed(&error))?;
        repo.edit_references_as([edit], Some(committer)).map_err(|error| failed(&error))?;
        Ok(())
    }
}
