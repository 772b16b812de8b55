//! Makes a bare repository whole that was left half made, as a full disk or a killed process leaves one. What is missing is
//! added where nothing can be lost by it; nothing is ever removed, and where that is not enough the words say what is wrong.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use uuid::Uuid;

/// What stands in the folder of a bare repository, beside locks.
const LAYOUT: [&str; 13] = [
    "FETCH_HEAD",
    "HEAD",
    "ORIG_HEAD",
    "branches",
    "config",
    "description",
    "gc.log",
    "hooks",
    "info",
    "logs",
    "objects",
    "packed-refs",
    "refs",
];
/// Folders that a repository has from the beginning.
const FOLDERS: [&str; 4] = ["objects/info", "objects/pack", "refs/heads", "refs/tags"];
const CONFIG: &str = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n";
/// Names of what does not belong there that the words tell.
const NAMED: usize = 3;

/// Adds to a folder, which is not empty, what it lacks to be a repository whose branch is this one (with `refs/heads/`).
/// Two that do so at the same time do the same.
///
/// # Errors
/// In words why nothing was added.
pub(super) fn complete(place: &Path, branch: &str) -> Result<(), String> {
    let foreign = foreign(place).map_err(|error| unreadable(&error))?;
    if !foreign.is_empty() {
        return Err(format!(
            "it is no repository, and holds what does not belong to one: {}. Nothing of it was touched. Once the folder \
             is moved away, an empty archive takes its place.",
            foreign.join(", ")
        ));
    }
    let refs = named(place).map_err(|error| unreadable(&error))?;
    let has_objects = has_file(&place.join("objects")).map_err(|error| unreadable(&error))?;
    if let Some(name) = refs.first()
        && !has_objects
    {
        return Err(format!(
            "its commits are gone: {name} names one, and there are no objects. Put the folder back from a backup, or \
             move it away, and an empty archive takes its place."
        ));
    }
    if has_objects && refs.is_empty() && !place.join("refs").exists() {
        return Err(
            "it holds objects, and nothing says which of them is its last commit: refs is gone. Put the folder \
                    back from a backup, or move it away, and an empty archive takes its place."
                .to_owned(),
        );
    }
    add(place, branch).map_err(|error| format!("it is half made and cannot be made whole: {error}"))
}

fn add(place: &Path, branch: &str) -> io::Result<()> {
    for folder in FOLDERS {
        fs::create_dir_all(place.join(folder))?;
    }
    let config = OpenOptions::new().write(true).create_new(true).open(place.join("config"));
    match config {
        Ok(mut config) => config.write_all(CONFIG.as_bytes())?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    match place.join("HEAD").try_exists()? && !has_blank_head(place) {
        true => Ok(()),
        false => name_head(place, branch),
    }
}

/// Whether HEAD is there and says nothing, as a machine that loses its power leaves it.
pub(super) fn has_blank_head(place: &Path) -> bool {
    fs::read(place.join("HEAD")).is_ok_and(|head| head.trim_ascii().is_empty())
}

/// Has HEAD name a branch, at once or not at all. For one that says nothing, or names a branch that is not there.
pub(super) fn name_head(place: &Path, branch: &str) -> io::Result<()> {
    let beside = place.join(format!("HEAD.{}.lock", Uuid::now_v7().simple()));
    let written = fs::write(&beside, format!("ref: {branch}\n")).and_then(|()| fs::rename(&beside, place.join("HEAD")));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Some names in the folder that are not of a repository.
fn foreign(place: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(place)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !LAYOUT.contains(&name.as_str()) && !name.ends_with(".lock") {
            names.push(name);
        }
    }
    names.sort();
    names.truncate(NAMED);
    Ok(names)
}

/// The references that the folder holds, as far as words need them.
fn named(place: &Path) -> io::Result<Vec<String>> {
    let loose = files(&place.join("refs"))?.into_iter().filter_map(|path| {
        let name = path.strip_prefix(place).ok()?.to_string_lossy().into_owned();
        // An empty one is as far as a killed process came: it names nothing.
        let says_something = fs::metadata(&path).is_ok_and(|file| file.len() > 0);
        (says_something && !name.ends_with(".lock")).then_some(name)
    });
    let packed = match fs::read_to_string(place.join("packed-refs")) {
        Ok(lines) => lines,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let packed = packed.lines().filter(|line| !line.starts_with(['#', '^'])).filter_map(|line| line.split_once(' '));
    Ok(loose.chain(packed.map(|(_, name)| name.to_owned())).collect())
}

fn has_file(folder: &Path) -> io::Result<bool> {
    Ok(!files(folder)?.is_empty())
}

/// The files below a folder; none where it is not there. Links are files, wherever they lead.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true => folders.push(entry.path()),
                false => found.push(entry.path()),
            }
        }
    }
    Ok(found)
}

fn unreadable(error: &io::Error) -> String {
    format!("it is no repository, and what it holds cannot be read: {error}")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// A folder of its own for one test, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        /// A bare repository, with a commit on its branch or without any.
        fn repository(name: &str, has_commit: bool) -> Self {
            let folder = Self::empty(name);
            folder.git(&["init", "-q", "--bare", "-b", "main", "."]);
            if has_commit {
                let by = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"];
                let tree = folder.git(&["hash-object", "-t", "tree", "-w", "/dev/null"]);
                let commit = folder.git(&[by.as_slice(), &["commit-tree", tree.trim(), "-m", "First"]].concat());
                folder.git(&["update-ref", "refs/heads/main", commit.trim()]);
            }
            folder
        }

        fn empty(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("autoreport-half-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn git(&self, args: &[&str]) -> String {
            let output = Command::new("git").current_dir(&self.0).args(args).output().unwrap();
            assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        }

        fn remove(&self, name: &str) {
            let path = self.0.join(name);
            let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            removed.unwrap();
        }

        /// Everything in it, with the contents.
        fn all(&self) -> Vec<(PathBuf, Vec<u8>)> {
            let mut all: Vec<_> =
                files(&self.0).unwrap().into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect();
            all.sort();
            all
        }

        fn complete(&self) -> Result<(), String> {
            complete(&self.0, "refs/heads/main")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// Every half that a process can leave that makes a repository piece by piece.
    #[test]
    fn whatever_piece_of_an_empty_repository_is_missing_is_added() {
        let pieces = ["HEAD", "config", "objects", "refs"];
        for missing in 1_u32..1 << pieces.len() {
            let folder = Folder::repository("pieces", false);
            for (_, piece) in pieces.iter().enumerate().filter(|(place, _)| missing & (1 << place) != 0) {
                folder.remove(piece);
            }
            assert_eq!(folder.complete(), Ok(()), "{missing:b}");
            assert_eq!(folder.git(&["symbolic-ref", "HEAD"]), "refs/heads/main\n", "{missing:b}");
            assert_eq!(folder.git(&["fsck", "--strict"]), "", "{missing:b}");
            let before = folder.all();
            assert_eq!(folder.complete(), Ok(()));
            assert_eq!(folder.all(), before, "{missing:b}: once is enough");
        }
    }

    #[test]
    fn a_head_that_is_missing_or_empty_is_written_and_the_commits_stay() {
        for is_empty in [false, true] {
            let folder = Folder::repository("head", true);
            let commit = folder.git(&["rev-parse", "main"]);
            folder.remove("HEAD");
            if is_empty {
                fs::write(folder.0.join("HEAD"), "").unwrap();
            }
            assert_eq!(folder.complete(), Ok(()));
            assert_eq!(folder.git(&["rev-parse", "HEAD"]), commit);
        }
    }

    #[test]
    fn packed_branches_need_only_the_folder_of_the_loose_ones() {
        let folder = Folder::repository("packed", true);
        let commit = folder.git(&["rev-parse", "main"]);
        folder.git(&["pack-refs", "--all"]);
        folder.remove("refs");
        assert_eq!(folder.complete(), Ok(()));
        assert_eq!(folder.git(&["rev-parse", "HEAD"]), commit);
    }

    #[test]
    fn where_commits_or_the_way_to_them_are_gone_the_words_say_so_and_nothing_is_added() {
        for (gone, words) in [("objects", "its commits are gone: refs/heads/main names one"), ("refs", "refs is gone")]
        {
            let folder = Folder::repository("gone", true);
            folder.remove(gone);
            let before = folder.all();
            let refused = folder.complete().unwrap_err();
            assert!(refused.contains(words) && refused.contains("backup"), "{refused}");
            assert_eq!(folder.all(), before);
            assert!(!folder.0.join(gone).exists());
        }
        let folder = Folder::repository("gone-packed", true);
        folder.git(&["pack-refs", "--all"]);
        folder.remove("objects");
        assert!(folder.complete().unwrap_err().contains("refs/heads/main names one"));
    }

    #[test]
    fn a_folder_of_somebody_elses_files_is_left_alone() {
        let folder = Folder::empty("foreign");
        for name in ["notes.txt", "a", "b", "c", "HEAD"] {
            fs::write(folder.0.join(name), "mine").unwrap();
        }
        let before = folder.all();
        let refused = folder.complete().unwrap_err();
        assert!(refused.contains("what does not belong to one: a, b, c."), "{refused}");
        assert_eq!(folder.all(), before);
        assert!(!folder.0.join("refs").exists());
    }

    #[test]
    fn a_head_that_says_something_is_not_written_over() {
        let folder = Folder::repository("said", false);
        fs::write(folder.0.join("HEAD"), "nonsense\n").unwrap();
        folder.remove("objects");
        assert_eq!(folder.complete(), Ok(()));
        assert_eq!(fs::read_to_string(folder.0.join("HEAD")).unwrap(), "nonsense\n");
    }
}
