//! A folder that nobody else can read, for the keys of one push.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use uuid::Uuid;

/// A process that was killed leaves its folder; it is removed when no push can be using it any more.
const LEFT_BEHIND: Duration = Duration::from_secs(3_600);

/// Removed with all that is in it when it is dropped.
#[derive(Debug)]
pub(super) struct PrivateFolder(PathBuf);

impl PrivateFolder {
    /// Makes one below a folder of the program.
    pub fn new(below: &Path) -> io::Result<Self> {
        let all = std::path::absolute(below)?.join("git-private");
        DirBuilder::new().recursive(true).mode(0o700).create(&all)?;
        sweep(&all);
        let path = all.join(Uuid::now_v7().to_string());
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file that only this user can read.
    pub fn write(&self, name: &str, content: &str) -> io::Result<PathBuf> {
        let path = self.0.join(name);
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?.write_all(content.as_bytes())?;
        Ok(path)
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!("removing {}: {error}", self.0.display());
        }
    }
}

fn sweep(all: &Path) {
    for entry in fs::read_dir(all).into_iter().flatten().flatten() {
        let age = entry.metadata().and_then(|data| data.modified()).ok().and_then(|at| at.elapsed().ok());
        if age.is_some_and(|age| age > LEFT_BEHIND) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn nobody_else_can_read_it_and_it_goes_when_it_is_no_longer_needed() {
        let below = std::env::temp_dir().join(format!("autoreport-private-{}", std::process::id()));
        let folder = PrivateFolder::new(&below).unwrap();
        let file = folder.write("key", "secret").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(folder.path()), mode(&file)), (0o700, 0o600));
        drop(folder);
        assert!(!file.exists() && below.join("git-private").exists());
        let _ = fs::remove_dir_all(below);
    }
}
